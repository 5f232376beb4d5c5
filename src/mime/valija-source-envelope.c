/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-composition-private.h"

#include "base/valija-error.h"
#include "base/valija-spool.h"
#include "mime/valija-mime-words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Read line by line up to the first empty one, as a mail server does, and not as
 * valija-mime-fields.h, which knows where a person would see the text begin: what a server takes
 * for a Bcc field must not be left in. */

typedef struct
{
  const char *line;
  gsize length;             /* with its continuations and line breaks */
  const char *value;        /* nullable: the line is no field */
} Line;

static const char *
next_line (const char *p,
           const char *end)
{
  const char *feed = memchr (p, '\n', end - p);

  return feed != NULL ? feed + 1 : end;
}

/* The field at *@p, moving behind it; FALSE at the end of the header. */
static gboolean
next_field (const char **p,
            const char  *end,
            Line        *line)
{
  const char *colon;

  if (*p == end || **p == '\n' || (**p == '\r' && (*p + 1 == end || (*p)[1] == '\n')))
    return FALSE;

  line->line = *p;
  *p = next_line (*p, end);
  while (*p < end && (**p == ' ' || **p == '\t'))
    *p = next_line (*p, end);
  line->length = *p - line->line;
  colon = memchr (line->line, ':', line->length);
  line->value = colon != NULL ? colon + 1 : NULL;

  return TRUE;
}

static gboolean
is_field (const Line *line,
          const char *name)
{
  gsize length = strlen (name);

  if (line->value == NULL || line->length <= length ||
      g_ascii_strncasecmp (line->line, name, length) != 0)
    return FALSE;

  for (const char *p = line->line + length; p < line->value - 1; p++)
    if (*p != ' ' && *p != '\t')
      return FALSE;

  return line->line + length < line->value;
}

static void
add_addresses (GPtrArray  *list,
               const Line *line)
{
  valija_mime_words_add_addresses (list, line->value, line->line + line->length - line->value,
                                   NULL);
}

/* What is for us and nobody else. */
static gboolean
is_private (const Line *line)
{
  return is_field (line, "Bcc") || is_field (line, "Resent-Bcc") || is_field (line, "X-Valija-Delivery-Receipt");
}

GBytes *
valija_source_strip (GBytes  *source,
                     GError **error)
{
  g_autoptr(ValijaSpool) kept = valija_spool_new (G_MAXUINT64);
  const char *start;
  const char *end;
  const char *p;
  gsize length;
  Line line;

  g_return_val_if_fail (source != NULL, NULL);

  start = g_bytes_get_data (source, &length);
  if (start == NULL)
    return g_bytes_ref (source);

  end = start + length;
  for (p = start; next_field (&p, end, &line);)
    if (!is_private (&line) && !valija_spool_append (kept, line.line, line.length, error))
      return NULL;

  if (valija_spool_length (kept) == (gsize) (p - start))
    return g_bytes_ref (source);

  return valija_spool_append (kept, p, end - p, error) ? valija_spool_finish (kept, error) : NULL;
}

/**
 * valija_source_dup_envelope:
 * @source: a finished message
 * @stripped: (out) (optional): as of valija_source_strip(). With %NULL no more than the header is looked at
 *
 * Who a message is from and for. Of several authors the Sender field names the one that sends it
 * (RFC 5322 §3.6.2).
 *
 * Returns: (transfer full) (nullable): the envelope, or NULL with VALIJA_ERROR_INVALID, or where a large
 *   copy finds no room on the disk
 */
ValijaEnvelope *
valija_source_dup_envelope (GBytes  *source,
                            GBytes **stripped,
                            GError **error)
{
  g_autoptr(GPtrArray) from = valija_address_list_new ();
  g_autoptr(GPtrArray) sender = valija_address_list_new ();
  g_autoptr(GPtrArray) recipients = valija_address_list_new ();
  g_autoptr(ValijaEnvelope) envelope = NULL;
  g_autofree char *wire = NULL;
  const ValijaAddress *author;
  const char *start;
  const char *end;
  const char *p;
  gsize length;
  Line line;

  g_return_val_if_fail (source != NULL, NULL);

  start = g_bytes_get_data (source, &length);
  if (start == NULL)
    start = "";
  end = start + length;
  for (p = start; next_field (&p, end, &line);)
    {
      if (is_field (&line, "From"))
        add_addresses (from, &line);
      else if (is_field (&line, "Sender"))
        add_addresses (sender, &line);
      else if (is_field (&line, "To") || is_field (&line, "Cc") || is_field (&line, "Bcc"))
        add_addresses (recipients, &line);
    }

  author = from->len == 1 || (from->len > 0 && sender->len == 0) ? g_ptr_array_index (from, 0)
           : sender->len > 0                                      ? g_ptr_array_index (sender, 0)
                                                                  : NULL;
  if (author == NULL || !valija_address_is_valid (author->address))
    {
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("The message file names no valid sender in its From field."));
      return NULL;
    }

  wire = valija_composition_wire_address (author->address);
  envelope = valija_envelope_new (wire);
  if (!valija_composition_add_recipients (envelope, recipients, error))
    return NULL;
  if (envelope->recipients->len == 0)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("The message file names no recipient in To, Cc or Bcc."));
      return NULL;
    }

  if (stripped != NULL && !(*stripped = valija_source_strip (source, error)))
    return NULL;

  return g_steal_pointer (&envelope);
}
