/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-batch.h"

#include "base/valija-error.h"

#include <glib/gi18n-lib.h>

/* Hands on what was answered; what the server left for later goes to @rest. */
static gboolean
take_answers (ValijaExchangeClient    *client,
              const ValijaEwsRequest  *request,
              ValijaExchangeReply     *reply,
              GPtrArray               *ids,
              gboolean                 is_last,
              GPtrArray               *rest,
              ValijaExchangeTakeFunc   take,
              gpointer                 user_data,
              GError                 **error)
{
  for (guint i = 0; i + 1 < ids->len; i++)
    {
      const char *id = g_ptr_array_index (ids, i);
      ValijaEwsResult result;

      /* Fewer answers than questions */
      if (i >= reply->messages->len && !request->repeatable)
        {
          valija_error_set (error, VALIJA_ERROR_UNCERTAIN, _("The server did not say what became of it."));
          return FALSE;
        }
      if (i >= reply->messages->len)
        {
          g_ptr_array_add (rest, (char *) id);
          continue;
        }

      valija_ews_result_read (g_ptr_array_index (reply->messages, i), &result);
      if (!is_last && valija_ews_result_is_for_later (&result, request->repeatable))
        {
          if (result.reaction == VALIJA_EWS_BACK_OFF)
            valija_exchange_client_back_off (client, &result, VALIJA_EXCHANGE_PAUSE_MS);
          g_ptr_array_add (rest, (char *) id);
        }
      else if (!take (id, g_ptr_array_index (reply->messages, i), &result, user_data, error))
        return FALSE;
    }

  return TRUE;
}

gboolean
valija_exchange_run_all_fiber (ValijaExchangeClient    *client,
                               const char * const      *ids,
                               guint                    most,
                               ValijaExchangeBuildFunc  build,
                               ValijaExchangeTakeFunc   take,
                               gpointer                 user_data,
                               GError                 **error)
{
  g_autoptr(GPtrArray) waiting = g_ptr_array_new ();
  guint attempts = 0;

  for (gsize i = 0; ids[i] != NULL; i++)
    g_ptr_array_add (waiting, (char *) ids[i]);

  while (waiting->len > 0)
    {
      g_autoptr(GPtrArray) batch = g_ptr_array_new ();
      g_autoptr(GPtrArray) rest = g_ptr_array_new ();
      g_autoptr(ValijaEwsRequest) request = NULL;
      g_autoptr(ValijaExchangeReply) reply = NULL;
      gboolean is_last = attempts + 1 >= VALIJA_EXCHANGE_ATTEMPTS;
      guint n = MIN (most, waiting->len);

      for (guint i = 0; i < n; i++)
        g_ptr_array_add (batch, g_ptr_array_index (waiting, i));
      g_ptr_array_remove_range (waiting, 0, n);
      g_ptr_array_add (batch, NULL);

      request = build (valija_exchange_client_get_schema (client), (const char * const *) batch->pdata, user_data);
      if (!(reply = valija_exchange_client_run_fiber (client, valija_ews_request_ref (request), error)) ||
          !take_answers (client, request, reply, batch, is_last, rest, take, user_data, error))
        return FALSE;

      /* As long as something was done it goes on */
      attempts = rest->len < n ? 0 : attempts + 1;
      if (attempts >= VALIJA_EXCHANGE_ATTEMPTS)
        {
          valija_error_set (error, VALIJA_ERROR_TRY_LATER, _("The server gave up half way."));
          return FALSE;
        }
      g_ptr_array_extend_and_steal (rest, g_steal_pointer (&waiting));
      waiting = g_steal_pointer (&rest);
    }

  return TRUE;
}

typedef struct
{
  ValijaEwsShape shape;
  ValijaExchangeTakeFunc take;
  gpointer user_data;
} Getting;

static ValijaEwsRequest *
build_get_items (ValijaEwsSchema     schema,
                 const char * const *ids,
                 gpointer            user_data)
{
  const Getting *getting = user_data;

  return valija_ews_get_items (schema, getting->shape, ids);
}

static gboolean
take_got_item (const char            *id,
               const ValijaEwsNode   *message,
               const ValijaEwsResult *result,
               gpointer               user_data,
               GError               **error)
{
  const Getting *getting = user_data;

  return getting->take (id, message, result, getting->user_data, error);
}

gboolean
valija_exchange_get_items_fiber (ValijaExchangeClient    *client,
                                 const char * const      *ids,
                                 guint                    most,
                                 ValijaEwsShape           shape,
                                 ValijaExchangeTakeFunc   take,
                                 gpointer                 user_data,
                                 GError                 **error)
{
  Getting getting = { shape, take, user_data };

  return valija_exchange_run_all_fiber (client, ids, most, build_get_items, take_got_item, &getting, error);
}
