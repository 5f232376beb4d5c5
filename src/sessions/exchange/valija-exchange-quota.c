/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-session-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "model/valija-quota.h"
#include "sessions/exchange/valija-exchange-item.h"

#include <glib/gi18n-lib.h>

#define SIZE 0x0e08
#define SEND_QUOTA 0x666e
#define RECEIVE_QUOTA 0x666a

static guint64
read_number (const ValijaEwsNode *folder,
             guint64              tag)
{
  const char *text = folder != NULL ? valija_exchange_find_property (folder, tag) : NULL;
  guint64 number;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64 / 1024, &number, NULL) ? number : 0;
}

/* The one that is reached first; 0 where there is none */
static guint64
read_limit (const ValijaEwsNode *folder)
{
  guint64 send = read_number (folder, SEND_QUOTA) * 1024;
  guint64 receive = read_number (folder, RECEIVE_QUOTA) * 1024;

  return send == 0 || receive == 0 ? MAX (send, receive) : MIN (send, receive);
}

static DexFuture *
get_quota_fiber (gpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_session_enter_fiber (data, &error);
  g_autoptr(ValijaExchangeReply) reply = NULL;
  const ValijaEwsNode *folder = NULL;

  if (client != NULL)
    reply = valija_exchange_client_ask_fiber (client,
                                              valija_ews_get_quota (valija_exchange_client_get_schema (client)),
                                              &error);
  if (reply != NULL)
    folder = valija_ews_node_get_first (valija_ews_node_find (g_ptr_array_index (reply->messages, 0), "Folders"));
  if (reply != NULL && read_limit (folder) == 0)
    valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, _("The server does not limit how much mail there is."));

  if (error != NULL)
    {
      valija_error_locate (&error, VALIJA_SIDE_BOTH, VALIJA_STEP_SYNC);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  return dex_future_new_take_boxed (VALIJA_TYPE_QUOTA,
                                    valija_quota_new (read_number (folder, SIZE), read_limit (folder)));
}

DexFuture *
valija_exchange_session_get_quota (ValijaExchangeSession *self)
{
  return valija_fiber_spawn (get_quota_fiber, g_object_ref (self), g_object_unref);
}
