/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-safe-html.h"

#include "base/valija-future.h"

#include <string.h>

static ValijaSafeHtml *
valija_safe_html_copy (const ValijaSafeHtml *self)
{
  ValijaSafeHtml *copy = g_new (ValijaSafeHtml, 1);

  *copy = *self;
  copy->document = g_strdup (self->document);

  return copy;
}

static void
valija_safe_html_free (ValijaSafeHtml *self)
{
  g_free (self->document);
  g_free (self);
}

G_DEFINE_BOXED_TYPE (ValijaSafeHtml, valija_safe_html, valija_safe_html_copy, valija_safe_html_free)

typedef struct
{
  ValijaMimeMessage *message;
  ValijaHtmlPolicy policy;
  gboolean folded;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->message);
  g_free (job);
}

static gboolean
contains (const char *html,
          const char *word)
{
  gsize length = strlen (word);

  for (const char *at = html; *at != '\0'; at++)
    if (g_ascii_strncasecmp (at, word, length) == 0)
      return TRUE;

  return FALSE;
}

static gpointer
make (gpointer data,
      GError **error)
{
  Job *job = data;
  const char *html = valija_mime_message_get_html (job->message);
  ValijaSafeHtml *safe = g_new0 (ValijaSafeHtml, 1);

  safe->document = job->folded ? valija_html_sanitise_folded (html, job->policy, &safe->outcome)
                               : valija_html_sanitise (html, job->policy, &safe->outcome);
  /* "color" is also in "bgcolor" and "background-color". */
  safe->own_colors = contains (html, "color") || contains (html, "background");

  return safe;
}

DexFuture *
valija_safe_html_make (ValijaMimeMessage *message,
                       ValijaHtmlPolicy   policy,
                       gboolean           folded)
{
  Job *job;

  dex_return_error_if_fail (VALIJA_IS_MIME_MESSAGE (message));
  dex_return_error_if_fail (valija_mime_message_get_html (message) != NULL);

  job = g_new0 (Job, 1);
  job->message = g_object_ref (message);
  job->policy = policy;
  job->folded = folded;

  return valija_future_run_in_thread (VALIJA_TYPE_SAFE_HTML, make, job, job_free);
}
