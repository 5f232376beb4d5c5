/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/pop3/valija-pop3-session-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "mime/valija-mime-beginning.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  ValijaPop3Session *session;
  char *remote_id;
  gboolean entered;
} Outline;

static void
outline_free (Outline *outline)
{
  if (outline->entered)
    valija_pop3_session_leave (outline->session, VALIJA_POP3_USE_SHARED);

  g_free (outline->remote_id);
  g_object_unref (outline->session);
  g_free (outline);
}

static gpointer
cut_in_thread (gpointer   user_data,
               GError   **error)
{
  return valija_mime_beginning_to_outline (user_data, error);
}

/* (transfer full), nullable with @error: the first octets of the message. */
static GBytes *
fetch_beginning_fiber (Outline *outline,
                       GError **error)
{
  ValijaPop3Session *self = outline->session;
  g_autoptr(ValijaPop3Reply) reply = NULL;
  const ValijaPop3Capabilities *capabilities;
  const ValijaPop3Entry *entry;
  DexFuture *arriving;

  if (!(outline->entered = valija_pop3_session_enter_fiber (self, VALIJA_POP3_USE_SHARED, error)))
    return NULL;

  if (!(entry = valija_pop3_maildrop_find (self->maildrop, outline->remote_id)))
    {
      valija_error_set (error, VALIJA_ERROR_NOT_FOUND, _("The message is no longer on the server."));
      return NULL;
    }

  /* What is on its way, as all new mail is, comes before whatever is asked for now */
  if ((arriving = valija_pop3_connection_peek (self->login->connection, entry->number, VALIJA_POP3_BEGINNING_LIMIT)))
    return dex_await_boxed (arriving, error);

  capabilities = self->login->capabilities;
  if (capabilities->top || !capabilities->known)
    {
      if (!(reply = dex_await_boxed (valija_pop3_session_request_beginning (self, entry), error)))
        return NULL;
      if (reply->content != NULL)
        return g_bytes_ref (reply->content);
    }

  valija_error_set (error, VALIJA_ERROR_UNSUPPORTED, "No outline");
  return NULL;
}

static DexFuture *
fetch_outline_fiber (gpointer data)
{
  g_autoptr(GBytes) beginning = NULL;
  g_autoptr(GBytes) outline = NULL;
  g_autoptr(GError) error = NULL;

  if (!(beginning = fetch_beginning_fiber (data, &error)) ||
      !(outline = dex_await_boxed (valija_future_run_in_thread (G_TYPE_BYTES, cut_in_thread, g_bytes_ref (beginning),
                                                                (GDestroyNotify) g_bytes_unref), &error)))
    {
      valija_error_locate (&error, VALIJA_SIDE_INCOMING, VALIJA_STEP_FETCH);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  return dex_future_new_take_boxed (G_TYPE_BYTES, g_steal_pointer (&outline));
}

DexFuture *
valija_pop3_session_fetch_outline (ValijaPop3Session *self,
                                   const char        *remote_id)
{
  Outline *outline = g_new0 (Outline, 1);

  outline->session = g_object_ref (self);
  outline->remote_id = g_strdup (remote_id);

  return valija_fiber_spawn (fetch_outline_fiber, outline, (GDestroyNotify) outline_free);
}
