/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-outbox-verdict.h"

#include "base/valija-error.h"
#include "base/valija-text.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define FIRST_RETRY 60

/* RFC 5321 §4.5.4.1 gives up after four to five days: these are five, at one an hour, of a computer that is on. */
#define MAX_ATTEMPTS 125

static gboolean
is_last_attempt (const ValijaStoredOutbox *item)
{
  return item->attempts + 1 >= MAX_ATTEMPTS;
}

static gint64
retry_time (guint attempts)
{
  gint64 delay = (gint64) FIRST_RETRY << MIN (attempts, 6);

  return g_get_real_time () / G_USEC_PER_SEC + MIN (delay, VALIJA_OUTBOX_LAST_RETRY);
}

/* On a line of its own. @line: (nullable) */
static void
append_server_line (GString *words, const char *line)
{
  g_autofree char *quoted = NULL;

  if (line == NULL || line[0] == '\0')
    return;

  quoted = valija_server_line_quote (line);
  g_string_append_printf (words, "%s%s", words->len > 0 ? "\n" : "", quoted);
}

/* ---- Of a failure ---- */

/* What a failed attempt means for the message. A server that cannot be reached is waited for, for as long as it takes;
 * one that puts the message off again and again is not. */
static ValijaOutboxState
state_after (const ValijaStoredOutbox *item, ValijaOutboxState from, const GError *error)
{
  if (g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_UNCERTAIN))
    return VALIJA_OUTBOX_UNCERTAIN;
  /* Who breaks it off does not know how far it has come */
  if (valija_error_is_cancelled (error))
    return from == VALIJA_OUTBOX_SENDING ? VALIJA_OUTBOX_UNCERTAIN : VALIJA_OUTBOX_PENDING;
  if (g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_TRY_LATER) && is_last_attempt (item))
    return VALIJA_OUTBOX_ERROR;

  return valija_error_is_transient (error) ? VALIJA_OUTBOX_PENDING : VALIJA_OUTBOX_ERROR;
}

/* What it means, what to do, and behind it what the server said. */
static char *
dup_words (const GError *error)
{
  const char *server_line = valija_error_get_server_line (error);
  g_autofree char *advice = valija_error_dup_advice (error);
  g_autoptr(GString) words = g_string_new (error->message);

  if (advice[0] != '\0')
    g_string_append_printf (words, "\n%s", advice);
  if (server_line != NULL && strstr (error->message, server_line) == NULL)
    append_server_line (words, server_line);

  return g_string_free (g_steal_pointer (&words), FALSE);
}

/* Nullable */
static char *
dup_failure_words (ValijaOutboxState state, const GError *error)
{
  g_autofree char *words = NULL;

  if (valija_error_is_cancelled (error))
    return state != VALIJA_OUTBOX_UNCERTAIN
             ? NULL
             : g_strdup (_("The sending was broken off. The message may have been sent: look for it in the sent mail "
                           "before you send it again."));

  words = dup_words (error);
  if (state != VALIJA_OUTBOX_ERROR || !g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_TRY_LATER))
    return g_steal_pointer (&words);

  return g_strdup_printf ("%s\n%s", words,
                          _("The server has put this message off for five days. Valija does not try again by itself."));
}

ValijaOutboxVerdict *
valija_outbox_judge_failure (const ValijaStoredOutbox *item,
                             ValijaOutboxState         from,
                             const GError             *failure)
{
  ValijaOutboxVerdict *self = g_new0 (ValijaOutboxVerdict, 1);

  self->state = state_after (item, from, failure);
  self->words = dup_failure_words (self->state, failure);
  if (self->state == VALIJA_OUTBOX_PENDING)
    self->not_before = retry_time (item->attempts);
  self->unreached = self->state == VALIJA_OUTBOX_PENDING && !valija_error_is_cancelled (failure) &&
                    !g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_TRY_LATER);

  return self;
}

/* ---- Of a receipt ---- */

/* Those that the server refused, with what is to be said of them. */
typedef struct
{
  GPtrArray *recipients;     /* of char * */
  gboolean transient;        /* all of them may be accepted later */
  char *words;
} Refused;

static void
refused_free (Refused *refused)
{
  g_ptr_array_unref (refused->recipients);
  g_free (refused->words);
  g_free (refused);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Refused, refused_free)

static char *
dup_refused_words (Refused *refused, gboolean last, const char *lines)
{
  guint n = refused->recipients->len;

  if (!refused->transient)
    return g_strdup_printf (ngettext ("Sent to the others, but the server refused %u recipient:%s",
                                      "Sent to the others, but the server refused %u recipients:%s", n), n, lines);
  if (last)
    return g_strdup_printf (ngettext ("Sent to the others. The server has put off %u recipient for five days, and"
                                      " Valija does not try again by itself:%s",
                                      "Sent to the others. The server has put off %u recipients for five days, and"
                                      " Valija does not try again by itself:%s", n), n, lines);

  return g_strdup_printf (ngettext ("Sent to the others. The server did not take it yet for %u recipient,"
                                    " and Valija tries again:%s",
                                    "Sent to the others. The server did not take it yet for %u"
                                    " recipients, and Valija tries again:%s", n), n, lines);
}

/* NULL when the server took all. */
static Refused *
collect_refused (const ValijaReceipt *receipt, gboolean last)
{
  g_autoptr(Refused) refused = g_new0 (Refused, 1);
  g_autoptr(GString) text = g_string_new (NULL);

  refused->recipients = g_ptr_array_new_with_free_func (g_free);
  refused->transient = TRUE;
  for (guint i = 0; i < receipt->recipients->len; i++)
    {
      ValijaRecipientResult *result = g_ptr_array_index (receipt->recipients, i);

      if (result->accepted)
        continue;

      refused->transient &= result->transient;
      g_ptr_array_add (refused->recipients, g_strdup (result->recipient));
      if (result->words != NULL)
        g_string_append_printf (text, "\n%s: %s", result->recipient, result->words);
      else
        g_string_append_printf (text, "\n%s", result->recipient);
      append_server_line (text, result->server_line);
    }

  if (refused->recipients->len == 0)
    return NULL;

  refused->words = dup_refused_words (refused, last, text->str);
  return g_steal_pointer (&refused);
}

/* (nullable): where a receipt was asked for and none will come, that; and what the server said. */
static char *
dup_sent_words (const ValijaEnvelope *envelope, const ValijaReceipt *receipt, ValijaCapabilities capabilities)
{
  g_autoptr(GString) words = g_string_new (NULL);

  if (envelope->delivery_receipt && (capabilities & VALIJA_CAPABILITY_DELIVERY_RECEIPT) == 0)
    g_string_append (words, _("This server gives no delivery receipts. Ask the reader to confirm instead."));
  append_server_line (words, receipt->server_line);

  return words->len > 0 ? g_string_free (g_steal_pointer (&words), FALSE) : NULL;
}

ValijaOutboxVerdict *
valija_outbox_judge_receipt (const ValijaStoredOutbox *item,
                             const ValijaEnvelope     *envelope,
                             const ValijaReceipt      *receipt,
                             ValijaCapabilities        capabilities)
{
  ValijaOutboxVerdict *self = g_new0 (ValijaOutboxVerdict, 1);
  gboolean last = is_last_attempt (item);
  g_autoptr(Refused) refused = collect_refused (receipt, last);

  if (refused == NULL)
    {
      self->state = VALIJA_OUTBOX_SENT;
      self->words = dup_sent_words (envelope, receipt, capabilities);
      return self;
    }

  self->state = refused->transient && !last ? VALIJA_OUTBOX_PENDING : VALIJA_OUTBOX_ERROR;
  self->words = g_steal_pointer (&refused->words);
  self->remaining = g_ptr_array_ref (refused->recipients);
  if (self->state == VALIJA_OUTBOX_PENDING)
    self->not_before = retry_time (item->attempts);

  return self;
}

ValijaOutboxVerdict *
valija_outbox_judge_stop (void)
{
  ValijaOutboxVerdict *self = g_new0 (ValijaOutboxVerdict, 1);

  self->state = VALIJA_OUTBOX_PENDING;
  self->words = g_strdup (_("You stopped the sending. It goes on in an hour, or when you say so."));
  self->not_before = g_get_real_time () / G_USEC_PER_SEC + VALIJA_OUTBOX_LAST_RETRY;

  return self;
}

ValijaOutboxVerdict *
valija_outbox_verdict_copy (const ValijaOutboxVerdict *self)
{
  ValijaOutboxVerdict *copy = g_memdup2 (self, sizeof *self);

  copy->words = g_strdup (self->words);
  copy->remaining = self->remaining != NULL ? g_ptr_array_ref (self->remaining) : NULL;

  return copy;
}

void
valija_outbox_verdict_free (ValijaOutboxVerdict *self)
{
  g_clear_pointer (&self->remaining, g_ptr_array_unref);
  g_free (self->words);
  g_free (self);
}
