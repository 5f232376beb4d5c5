/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-session-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "mime/valija-html.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Automatic replies: [MS-OXWOOF]. The server keeps HTML; here it is text. */

typedef struct
{
  ValijaExchangeSession *session;
  ValijaAutoReplies *replies; /* nullable: they are only read */
} Replies;

static void
replies_free (Replies *self)
{
  g_clear_pointer (&self->replies, valija_auto_replies_free);
  g_object_unref (self->session);
  g_free (self);
}

static const char *
get_address (ValijaExchangeSession *self)
{
  return valija_account_get_email (valija_session_context_get_account (self->context));
}

static DexFuture *
refuse (GError *error)
{
  valija_error_locate (&error, VALIJA_SIDE_BOTH, VALIJA_STEP_NONE);

  return dex_future_new_for_error (error);
}

/* ---- Reading ---- */

/* (transfer full) NULL with @error */
static ValijaExchangeReply *
get_fiber (ValijaExchangeSession *self,
           ValijaExchangeClient  *client,
           const ValijaEwsNode  **settings,
           GError               **error)
{
  ValijaEwsSchema schema = valija_exchange_client_get_schema (client);
  g_autoptr(ValijaExchangeReply) reply =
    valija_exchange_client_ask_fiber (client, valija_ews_get_replies (schema, get_address (self)), error);

  if (reply == NULL)
    return NULL;

  *settings = valija_ews_node_find (g_ptr_array_index (reply->messages, 0), "OofSettings");
  if (*settings == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_PROTOCOL, _("The server’s answer makes no sense."));
      return NULL;
    }

  return g_steal_pointer (&reply);
}

static char *
dup_text (const ValijaEwsNode *settings,
          const char          *path)
{
  const char *html = valija_ews_node_find_text (settings, path);

  return html != NULL && *html != '\0' ? g_strstrip (valija_html_to_text (html)) : g_strdup ("");
}

static ValijaRepliesAudience
read_audience (const char           *text,
               ValijaRepliesAudience fallback)
{
  if (g_strcmp0 (text, "All") == 0)
    return VALIJA_AUDIENCE_EVERYBODY;
  if (g_strcmp0 (text, "Known") == 0)
    return VALIJA_AUDIENCE_CONTACTS;

  return g_strcmp0 (text, "None") == 0 ? VALIJA_AUDIENCE_NOBODY : fallback;
}

/* What the organization lets through; it is not said where all is. */
static ValijaRepliesAudience
read_widest (const ValijaExchangeReply *reply)
{
  return read_audience (valija_ews_node_find_text (g_ptr_array_index (reply->messages, 0), "AllowExternalOof"),
                        VALIJA_AUDIENCE_EVERYBODY);
}

static ValijaAutoReplies *
read_settings (const ValijaExchangeReply *reply,
               const ValijaEwsNode       *settings)
{
  ValijaAutoReplies *replies = valija_auto_replies_new ();
  const char *state = valija_ews_node_find_text (settings, "OofState");
  const char *audience = valija_ews_node_find_text (settings, "ExternalAudience");

  if (g_strcmp0 (state, "Enabled") == 0)
    replies->state = VALIJA_REPLIES_ON;
  else if (g_strcmp0 (state, "Scheduled") == 0)
    replies->state = VALIJA_REPLIES_PERIOD;
  replies->widest = read_widest (reply);
  replies->audience = MIN (read_audience (audience, VALIJA_AUDIENCE_NOBODY), replies->widest);

  replies->start = valija_ews_node_find_time (settings, "Duration/StartTime");
  replies->end = valija_ews_node_find_time (settings, "Duration/EndTime");
  g_free (replies->inside);
  replies->inside = dup_text (settings, "InternalReply/Message");
  g_free (replies->outside);
  replies->outside = dup_text (settings, "ExternalReply/Message");

  return replies;
}

static DexFuture *
load_fiber (gpointer data)
{
  Replies *self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_session_enter_fiber (self->session, &error);
  g_autoptr(ValijaExchangeReply) reply = NULL;
  const ValijaEwsNode *settings = NULL;

  if (client == NULL || !(reply = get_fiber (self->session, client, &settings, &error)))
    return refuse (g_steal_pointer (&error));

  return dex_future_new_take_boxed (VALIJA_TYPE_AUTO_REPLIES, read_settings (reply, settings));
}

/* ---- Writing ---- */

/* What was written elsewhere with pictures and colours stays as it is, unless the user wrote something else. */
static char *
dup_html (const ValijaEwsNode *settings,
          const char          *path,
          const char          *text)
{
  g_autofree char *wanted = g_strstrip (g_strdup (text));
  g_autofree char *known = dup_text (settings, path);
  g_autofree char *escaped = NULL;
  g_autofree char *joined = NULL;
  g_auto(GStrv) lines = NULL;

  if (strcmp (wanted, known) == 0)
    return g_strdup (valija_ews_node_find_text (settings, path) != NULL ? valija_ews_node_find_text (settings, path)
                                                                         : "");
  if (*wanted == '\0')
    return g_strdup ("");

  escaped = g_markup_escape_text (wanted, -1);
  lines = g_strsplit (escaped, "\n", -1);
  joined = g_strjoinv ("<br>\n", lines);

  return g_strdup_printf ("<html><body>%s</body></html>", joined);
}

static ValijaEwsRequest *
build (ValijaExchangeSession   *self,
       ValijaEwsSchema          schema,
       const ValijaEwsNode     *settings,
       const ValijaAutoReplies *replies)
{
  static const ValijaEwsReplies states[] = {
    [VALIJA_REPLIES_OFF] = VALIJA_EWS_REPLIES_OFF,
    [VALIJA_REPLIES_ON] = VALIJA_EWS_REPLIES_ON,
    [VALIJA_REPLIES_PERIOD] = VALIJA_EWS_REPLIES_SCHEDULED,
  };
  static const ValijaEwsAudience audiences[] = {
    [VALIJA_AUDIENCE_NOBODY] = VALIJA_EWS_AUDIENCE_NONE,
    [VALIJA_AUDIENCE_CONTACTS] = VALIJA_EWS_AUDIENCE_KNOWN,
    [VALIJA_AUDIENCE_EVERYBODY] = VALIJA_EWS_AUDIENCE_ALL,
  };
  g_autofree char *inside = dup_html (settings, "InternalReply/Message", replies->inside);
  g_autofree char *outside = dup_html (settings, "ExternalReply/Message", replies->outside);

  return valija_ews_set_replies (schema, get_address (self), states[replies->state], audiences[replies->audience],
                                 replies->start, replies->end, inside, outside);
}

static DexFuture *
save_fiber (gpointer data)
{
  Replies *self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_session_enter_fiber (self->session, &error);
  g_autoptr(ValijaExchangeReply) reply = NULL;
  g_autoptr(ValijaExchangeReply) saved = NULL;
  const ValijaEwsNode *settings = NULL;

  if (client == NULL || !(reply = get_fiber (self->session, client, &settings, &error)))
    return refuse (g_steal_pointer (&error));

  /* The administrator may have thought better of it meanwhile */
  self->replies->widest = read_widest (reply);
  if (self->replies->state == VALIJA_REPLIES_OFF)
    self->replies->audience = MIN (self->replies->audience, self->replies->widest);
  if (self->replies->audience > self->replies->widest)
    valija_error_set (&error, VALIJA_ERROR_INVALID, "%s", valija_auto_replies_get_limit (self->replies));

  if (error != NULL ||
      !(saved = valija_exchange_client_ask_fiber (client,
                                                  build (self->session, valija_exchange_client_get_schema (client),
                                                         settings, self->replies),
                                                  &error)))
    return refuse (g_steal_pointer (&error));

  return dex_future_new_true ();
}

static DexFuture *
spawn (ValijaExchangeSession   *session,
       DexFiberFunc             func,
       const ValijaAutoReplies *replies)
{
  Replies *self = g_new0 (Replies, 1);

  self->session = g_object_ref (session);
  self->replies = replies != NULL ? valija_auto_replies_copy (replies) : NULL;

  return valija_fiber_spawn (func, self, (GDestroyNotify) replies_free);
}

DexFuture *
valija_exchange_session_load_replies (ValijaExchangeSession *self)
{
  return spawn (self, load_fiber, NULL);
}

DexFuture *
valija_exchange_session_save_replies (ValijaExchangeSession   *self,
                                      const ValijaAutoReplies *replies)
{
  return spawn (self, save_fiber, replies);
}
