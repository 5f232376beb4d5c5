/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/pop3/valija-pop3-session-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "wire/pop3/valija-pop3-command.h"

#include <glib/gi18n-lib.h>

/* The one place that sends DELE. */

typedef struct
{
  ValijaPop3Session *session;
  char **remote_ids;
  GHashTable *known;        /* what the last round knew, and is meant by them */
  gboolean entered;
  ValijaPop3Reply *refusal; /* nullable: the first */
  guint n_refused;
  GPtrArray *answers;       /* of DexFuture */
  gboolean done;
} Clear;

static void
clear_free (Clear *clear)
{
  ValijaPop3Session *self = clear->session;

  /* Given up halfway: without a QUIT the server forgets the marks, and a later one would be a surprise */
  if (clear->answers != NULL && !clear->done && self->login != NULL)
    valija_pop3_connection_close (self->login->connection);

  if (clear->entered)
    valija_pop3_session_leave (self, VALIJA_POP3_USE_ALONE);

  g_clear_pointer (&clear->answers, g_ptr_array_unref);
  g_clear_pointer (&clear->refusal, valija_pop3_reply_unref);
  g_clear_pointer (&clear->known, g_hash_table_unref);
  g_strfreev (clear->remote_ids);
  g_object_unref (self);
  g_free (clear);
}

static gboolean
check_allowed (ValijaPop3Session  *self,
               GError            **error)
{
  if (valija_account_deletes_on_server (valija_session_context_get_account (self->context)))
    return TRUE;

  valija_error_set (error, VALIJA_ERROR_UNSUPPORTED, _("This account leaves the mail on the server."));
  return FALSE;
}

/* The list may be that of another visit than the last round's: what has come or changed since is not meant. */
static void
ask (Clear *clear)
{
  ValijaPop3Session *self = clear->session;

  clear->answers = g_ptr_array_new_with_free_func (dex_unref);

  for (gsize i = 0; clear->remote_ids[i] != NULL; i++)
    {
      ValijaPop3Entry *entry = valija_pop3_maildrop_find (self->maildrop, clear->remote_ids[i]);
      ValijaPop3Request request = { 0 };

      if (entry == NULL || !valija_pop3_cursor_knows (clear->known, entry))
        continue;

      request.bytes = valija_pop3_command_new_number ("DELE", entry->number);
      g_ptr_array_add (clear->answers, valija_pop3_connection_run (self->login->connection, &request));
    }
}

/* The list was this connection's own, and nothing on it is named twice: -ERR (RFC 1939 §5) means that the message is
 * there still. It does not keep the others. */
static void
note_refusal (Clear           *clear,
              ValijaPop3Reply *reply)
{
  if (clear->n_refused++ == 0)
    clear->refusal = valija_pop3_reply_ref (reply);
}

static void
set_refused (Clear   *clear,
             GError **error)
{
  g_autofree char *words = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "The server did not take %u message off. It is safe on this computer.",
                   "The server did not take %u messages off. They are safe on this computer.", clear->n_refused),
      clear->n_refused);

  valija_pop3_set_error (clear->refusal, VALIJA_ERROR_REFUSED, words, error);
}

static DexFuture *
clear_fiber (gpointer data)
{
  Clear *clear = data;
  ValijaPop3Session *self = clear->session;
  g_autoptr(GError) error = NULL;

  clear->entered = valija_pop3_session_enter_fiber (self, VALIJA_POP3_USE_ALONE, &error);

  /* The user may have thought better of it meanwhile */
  if (clear->entered && check_allowed (self, &error))
    {
      valija_session_context_begin_step (self->context, VALIJA_SIDE_INCOMING, VALIJA_STEP_CHANGE);
      ask (clear);

      for (guint i = 0; error == NULL && i < clear->answers->len; i++)
        {
          g_autoptr(ValijaPop3Reply) reply = NULL;

          reply = dex_await_boxed (dex_ref (g_ptr_array_index (clear->answers, i)), &error);
          if (reply != NULL && !reply->ok)
            note_refusal (clear, reply);
        }

      /* RFC 1939 §6: what was marked goes when the visit ends as it should, and only then */
      if (error == NULL && valija_pop3_session_quit_fiber (self, &error))
        {
          clear->done = TRUE;
          if (clear->n_refused == 0)
            {
              valija_session_context_end_step (self->context, VALIJA_SIDE_INCOMING, VALIJA_STEP_CHANGE, NULL);
              return dex_future_new_true ();
            }
          set_refused (clear, &error);
        }
    }

  valija_error_locate (&error, VALIJA_SIDE_INCOMING, VALIJA_STEP_CHANGE);
  return dex_future_new_for_error (g_steal_pointer (&error));
}

DexFuture *
valija_pop3_session_clear (ValijaPop3Session  *self,
                           GBytes             *cursor,
                           const char * const *remote_ids)
{
  g_autoptr(GHashTable) known = valija_pop3_cursor_decode (cursor);
  g_autoptr(GError) error = NULL;
  Clear *clear;

  if (!check_allowed (self, &error))
    {
      valija_error_locate (&error, VALIJA_SIDE_INCOMING, VALIJA_STEP_CHANGE);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  clear = g_new0 (Clear, 1);
  clear->session = g_object_ref (self);
  clear->remote_ids = g_strdupv ((char **) remote_ids);
  clear->known = known != NULL ? g_steal_pointer (&known) : valija_pop3_cursor_new_table ();

  return valija_fiber_spawn (clear_fiber, clear, (GDestroyNotify) clear_free);
}
