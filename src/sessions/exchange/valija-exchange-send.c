/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-session-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "mime/valija-mime-header.h"
#include "model/valija-search-term.h"
#include "sessions/exchange/valija-exchange-item.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* How many hits are asked for at once, and how many in all. */
#define HITS 100
#define HITS_LIMIT 1000

/* ---- Finding ---- */

typedef struct
{
  ValijaExchangeSession *session;
  char *folder;
  char *text;
} Search;

static void
search_free (Search *search)
{
  g_object_unref (search->session);
  g_free (search->folder);
  g_free (search->text);
  g_free (search);
}

/* The words of the server's query language, where they mean the same. */
static const char *
find_property_name (const char *operator)
{
  static const struct { const char *operator, *property; } known[] = {
    { "from", "from" }, { "to", "to" }, { "cc", "cc" }, { "subject", "subject" }, { "body", "body" },
    { "filename", "attachment" },
  };

  for (gsize i = 0; operator != NULL && i < G_N_ELEMENTS (known); i++)
    {
      if (strcmp (known[i].operator, operator) == 0)
        return known[i].property;
    }

  return NULL;
}

static char *
create_query (const char *text)
{
  g_autoptr(GPtrArray) terms = valija_search_terms_parse (text);
  GString *query = g_string_new (NULL);

  for (guint i = 0; i < terms->len; i++)
    {
      const ValijaSearchTerm *term = g_ptr_array_index (terms, i);
      const char *property = find_property_name (term->operator);
      g_autofree char *words = g_strdelimit (g_strdup (property != NULL ? term->text : term->whole), "\"", ' ');

      if (query->len > 0)
        g_string_append (query, " AND ");
      if (property != NULL)
        g_string_append_printf (query, "%s:", property);
      g_string_append_printf (query, "\"%s\"", words);
    }

  return g_string_free (query, FALSE);
}

static void
take_hits (const ValijaEwsNode *root,
           GPtrArray           *ids)
{
  for (const ValijaEwsNode *item = valija_ews_node_get_first (valija_ews_node_find (root, "Items")); item != NULL;
       item = valija_ews_node_get_next (item))
    {
      const char *id = valija_ews_node_find_id (item, "ItemId");

      if (id != NULL)
        g_ptr_array_add (ids, g_strdup (id));
    }
}

static DexFuture *
search_fiber (gpointer data)
{
  Search *search = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_session_enter_fiber (search->session, &error);
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *query = create_query (search->text);
  gboolean is_last = FALSE;
  guint offset = 0;

  while (client != NULL && !is_last && ids->len < HITS_LIMIT)
    {
      g_autoptr(ValijaExchangeReply) reply = NULL;
      const ValijaEwsNode *root;
      guint next;

      reply = valija_exchange_client_ask_fiber (client,
                                                valija_ews_find_items (valija_exchange_client_get_schema (client),
                                                                       VALIJA_EWS_FOLDER (search->folder), query, NULL,
                                                                       offset, HITS),
                                                &error);
      if (reply == NULL)
        break;

      root = valija_ews_node_find (g_ptr_array_index (reply->messages, 0), "RootFolder");
      if (root == NULL)
        break;
      take_hits (root, ids);

      /* A short page is not the last one; but one that does not go on is */
      next = g_ascii_strtoull (valija_ews_node_get_attribute (root, "IndexedPagingOffset") != NULL
                                 ? valija_ews_node_get_attribute (root, "IndexedPagingOffset") : "0", NULL, 10);
      is_last = next <= offset ||
                g_strcmp0 (valija_ews_node_get_attribute (root, "IncludesLastItemInRange"), "true") == 0;
      offset = next;
    }

  if (error != NULL)
    {
      valija_error_locate (&error, VALIJA_SIDE_INCOMING, VALIJA_STEP_FETCH);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  return valija_future_new_take_ptr_array (g_steal_pointer (&ids));
}

DexFuture *
valija_exchange_session_search (ValijaExchangeSession *self,
                                const char            *folder,
                                const char            *text)
{
  Search *search = g_new0 (Search, 1);

  search->session = g_object_ref (self);
  search->folder = g_strdup (folder);
  search->text = g_strdup (text);

  return valija_fiber_spawn (search_fiber, search, (GDestroyNotify) search_free);
}

/* ---- Sending ---- */

typedef struct
{
  ValijaExchangeSession *session;
  ValijaEnvelope *envelope;
  GBytes *source;
  char **hidden;            /* recipients whom the header does not name */
  char *message_id;         /* "" if none */
} Send;

static void
send_free (Send *send)
{
  valija_envelope_unref (send->envelope);
  g_bytes_unref (send->source);
  g_object_unref (send->session);
  g_strfreev (send->hidden);
  g_free (send->message_id);
  g_free (send);
}

static void
add_addresses (GHashTable *named,
               GPtrArray  *list)
{
  for (guint i = 0; i < list->len; i++)
    g_hash_table_add (named, g_ascii_strdown (((ValijaAddress *) g_ptr_array_index (list, i))->address, -1));
}

/* Exchange takes the recipients from the header; whom the header does not name is told beside it. */
static void
read_header (Send *send)
{
  gsize length;
  const char *block = g_bytes_get_data (send->source, &length);
  g_autoptr(ValijaMessageInfo) info = valija_mime_parse_header_block ("", block, length);
  g_autoptr(GHashTable) named = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GStrvBuilder) hidden = g_strv_builder_new ();

  add_addresses (named, info->to);
  add_addresses (named, info->cc);
  for (guint i = 0; i < send->envelope->recipients->len; i++)
    {
      const char *recipient = g_ptr_array_index (send->envelope->recipients, i);
      g_autofree char *key = g_ascii_strdown (recipient, -1);

      if (!g_hash_table_contains (named, key))
        g_strv_builder_add (hidden, recipient);
    }

  send->hidden = g_strv_builder_end (hidden);
  send->message_id = g_strdup (info->message_id);
}

/* After a lost connection: the server files its copy under the message's own id. Whether it is there. */
static gboolean
is_among_sent_fiber (Send                 *send,
                     ValijaExchangeClient *client)
{
  const ValijaEwsFolderRef sent = VALIJA_EWS_DISTINGUISHED ("sentitems");
  ValijaEwsSchema schema = valija_exchange_client_get_schema (client);
  g_autofree char *id = g_strdup_printf ("<%s>", send->message_id);
  g_autoptr(ValijaExchangeReply) reply = NULL;
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  if (*send->message_id == '\0')
    return FALSE;

  reply = valija_exchange_client_ask_fiber (client, valija_ews_find_items (schema, sent, NULL, id, 0, 1), NULL);
  if (reply == NULL)
    return FALSE;
  take_hits (valija_ews_node_find (g_ptr_array_index (reply->messages, 0), "RootFolder"), ids);

  return ids->len > 0;
}

static DexFuture *
send_fiber (gpointer data)
{
  Send *send = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_session_enter_fiber (send->session, &error);
  g_autoptr(ValijaExchangeReply) reply = NULL;
  ValijaReceipt *receipt;

  if (client != NULL)
    {
      ValijaEwsSchema schema = valija_exchange_client_get_schema (client);
      gboolean keep = valija_account_get_keep_sent (valija_session_context_get_account (send->session->context)) ==
                      VALIJA_KEEP_SENT_SERVER;

      read_header (send);
      reply = valija_exchange_client_ask_fiber (client,
                                                valija_ews_send_source (schema, send->source,
                                                                        (const char * const *) send->hidden, keep),
                                                &error);
      if (reply == NULL && keep && g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_UNCERTAIN) &&
          is_among_sent_fiber (send, client))
        g_clear_error (&error);
    }

  if (error != NULL)
    {
      valija_error_locate (&error, VALIJA_SIDE_OUTGOING, VALIJA_STEP_SEND);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  receipt = valija_receipt_new ("", valija_account_get_keep_sent (valija_session_context_get_account (
                                      send->session->context)) == VALIJA_KEEP_SENT_SERVER);
  for (guint i = 0; i < send->envelope->recipients->len; i++)
    valija_receipt_add (receipt, g_ptr_array_index (send->envelope->recipients, i), TRUE, "");

  return dex_future_new_take_boxed (VALIJA_TYPE_RECEIPT, receipt);
}

DexFuture *
valija_exchange_session_send (ValijaExchangeSession *self,
                              ValijaEnvelope        *envelope,
                              GBytes                *source)
{
  Send *send = g_new0 (Send, 1);

  send->session = g_object_ref (self);
  send->envelope = valija_envelope_ref (envelope);
  send->source = g_bytes_ref (source);

  return valija_fiber_spawn (send_fiber, send, (GDestroyNotify) send_free);
}
