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

/* How many hits are asked for at once. */
#define HITS 100

/* ---- Finding ---- */

typedef struct
{
  ValijaExchangeSession *session;
  char *folder;
  char *text;
  guint limit;
} Search;

static void
search_free (Search *search)
{
  g_object_unref (search->session);
  g_free (search->folder);
  g_free (search->text);
  g_free (search);
}

/* ---- The server's query language (AQS) ---- */

static void
append_quoted (GString    *query,
               const char *property,
               const char *text)
{
  g_autofree char *words = g_strdelimit (g_strdup (text), "\"", ' ');

  g_string_append_printf (query, "%s\"%s\"", property, words);
}

static void
append_day (GString    *query,
            const char *comparison,
            gint64      day)
{
  g_autoptr(GDateTime) date = g_date_time_new_from_unix_local (day);
  g_autofree char *text = date != NULL ? g_date_time_format (date, "%Y-%m-%d") : NULL;

  g_string_append_printf (query, "received:%s%s", comparison, text != NULL ? text : "");
}

/* FALSE where the language has no word for it. */
static gboolean
append_term (GString                *query,
             const ValijaSearchTerm *term)
{
  switch (term->key)
    {
    case VALIJA_SEARCH_KEY_WORD:
      append_quoted (query, "", term->text);
      return TRUE;
    case VALIJA_SEARCH_KEY_FROM:
      append_quoted (query, "from:", term->text);
      return TRUE;
    case VALIJA_SEARCH_KEY_TO:
      append_quoted (query, "to:", term->text);
      return TRUE;
    case VALIJA_SEARCH_KEY_CC:
      append_quoted (query, "cc:", term->text);
      return TRUE;
    case VALIJA_SEARCH_KEY_SUBJECT:
      append_quoted (query, "subject:", term->text);
      return TRUE;
    case VALIJA_SEARCH_KEY_BODY:
      append_quoted (query, "body:", term->text);
      return TRUE;
    case VALIJA_SEARCH_KEY_FILENAME:
      append_quoted (query, "attachment:", term->text);
      return TRUE;
    case VALIJA_SEARCH_KEY_LABEL:
      append_quoted (query, "category:", term->text);
      return TRUE;
    case VALIJA_SEARCH_KEY_HAS:
      g_string_append (query, "hasattachment:true");
      return TRUE;
    case VALIJA_SEARCH_KEY_BEFORE:
      append_day (query, "<", term->from);
      return TRUE;
    case VALIJA_SEARCH_KEY_AFTER:
      append_day (query, ">=", term->from);
      return TRUE;
    case VALIJA_SEARCH_KEY_ON:
      g_string_append_c (query, '(');
      append_day (query, ">=", term->from);
      g_string_append (query, " AND ");
      append_day (query, "<", term->to);
      g_string_append_c (query, ')');
      return TRUE;
    case VALIJA_SEARCH_KEY_LARGER:
      g_string_append_printf (query, "size:>%" G_GUINT64_FORMAT, term->size);
      return TRUE;
    case VALIJA_SEARCH_KEY_SMALLER:
      g_string_append_printf (query, "size:<%" G_GUINT64_FORMAT, term->size);
      return TRUE;
    case VALIJA_SEARCH_KEY_IS:
      if (term->mask == VALIJA_FLAG_ANSWERED)
        return FALSE;
      g_string_append_printf (query, "%s:%s", term->mask == VALIJA_FLAG_SEEN ? "isread" : "isflagged",
                              term->flags != 0 ? "true" : "false");
      return TRUE;
    case VALIJA_SEARCH_KEY_ID:
    case VALIJA_SEARCH_KEY_IN:
    case VALIJA_SEARCH_N_KEYS:
    default:
      return FALSE;
    }
}

/* Terms of which one is to hold; where one of them cannot be said any message may be meant. */
static void
append_group (GString   *query,
              GPtrArray *group)
{
  g_autoptr(GString) out = g_string_new (NULL);

  for (guint i = 0; i < group->len; i++)
    {
      const ValijaSearchTerm *term = g_ptr_array_index (group, i);

      g_string_append_printf (out, "%s%s", i > 0 ? " OR " : "", term->negated ? "NOT " : "");
      if (!append_term (out, term))
        return;
    }

  if (out->len > 0)
    g_string_append_printf (query, "%s%s%s%s", query->len > 0 ? " AND " : "", group->len > 1 ? "(" : "", out->str,
                            group->len > 1 ? ")" : "");
}

static char *
create_query (GPtrArray *terms)
{
  g_autoptr(GPtrArray) group = g_ptr_array_new ();
  GString *query = g_string_new (NULL);

  for (guint i = 0; i < terms->len; i++)
    {
      ValijaSearchTerm *term = g_ptr_array_index (terms, i);

      if (!term->alternative)
        {
          append_group (query, group);
          g_ptr_array_set_size (group, 0);
        }
      if (valija_search_term_counts (term))
        g_ptr_array_add (group, term);
    }
  append_group (query, group);

  return g_string_free (query, FALSE);
}

/* ---- Without that, by what stands in them ---- */

/* FALSE where the text of such a term is in none of the fields that can be searched. */
static gboolean
find_field (ValijaSearchKey   key,
            const char      **field)
{
  switch ((int) key)
    {
    case VALIJA_SEARCH_KEY_WORD: *field = NULL; return TRUE;
    case VALIJA_SEARCH_KEY_FROM: *field = "message:From"; return TRUE;
    case VALIJA_SEARCH_KEY_TO: *field = "item:DisplayTo"; return TRUE;
    case VALIJA_SEARCH_KEY_CC: *field = "item:DisplayCc"; return TRUE;
    case VALIJA_SEARCH_KEY_SUBJECT: *field = "item:Subject"; return TRUE;
    case VALIJA_SEARCH_KEY_BODY: *field = "item:Body"; return TRUE;
    default: return FALSE;
    }
}

/* Of ValijaEwsWord, which last as long as @terms; NULL where it takes more to say what is meant. */
static GArray *
list_words (GPtrArray *terms)
{
  g_autoptr(GArray) words = g_array_new (FALSE, FALSE, sizeof (ValijaEwsWord));

  for (guint i = 0; i < terms->len; i++)
    {
      const ValijaSearchTerm *term = g_ptr_array_index (terms, i);
      ValijaEwsWord word = { NULL, term->text };

      /* That one was met by choosing the folder */
      if (!valija_search_term_counts (term) || (term->key == VALIJA_SEARCH_KEY_IN && !term->alternative))
        continue;
      if (term->negated || term->alternative || !find_field (term->key, &word.field))
        return NULL;
      g_array_append_val (words, word);
    }

  return words->len > 0 ? g_steal_pointer (&words) : NULL;
}

static ValijaEwsRequest *
create_search (Search               *search,
               ValijaExchangeClient *client,
               const char           *query,
               const GArray         *words,
               guint                 offset)
{
  ValijaEwsSchema schema = valija_exchange_client_get_schema (client);
  ValijaEwsFolderRef folder = VALIJA_EWS_FOLDER (search->folder);

  if (words == NULL)
    return valija_ews_find_items (schema, folder, query, NULL, offset, HITS);

  return valija_ews_find_words (schema, folder, (const ValijaEwsWord *) (const void *) words->data, words->len, offset,
                                HITS);
}

/* The newest come first. What came meanwhile moves the others: one that is named twice is so once. */
static void
take_hits (Search              *search,
           const ValijaEwsNode *root,
           ValijaSearchHits    *hits)
{
  const char *total = root != NULL ? valija_ews_node_get_attribute (root, "TotalItemsInView") : NULL;
  guint64 n_all = 0;

  for (const ValijaEwsNode *item = valija_ews_node_get_first (valija_ews_node_find (root, "Items")); item != NULL;
       item = valija_ews_node_get_next (item))
    {
      const char *id = valija_ews_node_find_id (item, "ItemId");

      if (id != NULL && hits->remote_ids->len < search->limit &&
          !g_ptr_array_find_with_equal_func (hits->remote_ids, id, g_str_equal, NULL))
        g_ptr_array_add (hits->remote_ids, g_strdup (id));
    }

  if (total != NULL)
    g_ascii_string_to_unsigned (total, 10, 0, G_MAXINT, &n_all, NULL);
  hits->total = MAX (n_all, hits->remote_ids->len);
}

static DexFuture *
search_fiber (gpointer data)
{
  Search *search = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_session_enter_fiber (search->session, &error);
  g_autoptr(ValijaSearchHits) hits = valija_search_hits_new ();
  g_autoptr(GPtrArray) terms = valija_search_terms_parse (search->text);
  g_autofree char *query = create_query (terms);
  g_autoptr(GArray) words = NULL;
  guint offset = 0;

  /* What cannot be said is not looked for in all that there is */
  while (client != NULL && query[0] != '\0' && hits->remote_ids->len < search->limit)
    {
      g_autoptr(ValijaExchangeReply) reply = NULL;
      const ValijaEwsNode *root;

      reply = valija_exchange_client_ask_fiber (client, create_search (search, client, query, words, offset), &error);
      if (reply == NULL && offset == 0 && words == NULL &&
          g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED) && (words = list_words (terms)) != NULL)
        {
          g_clear_error (&error);
          continue;
        }
      if (reply == NULL)
        break;

      root = valija_ews_node_find (g_ptr_array_index (reply->messages, 0), "RootFolder");
      take_hits (search, root, hits);
      if ((offset = valija_exchange_get_next_page (root, offset)) == 0)
        break;
    }

  if (error != NULL)
    {
      valija_error_locate (&error, VALIJA_SIDE_BOTH, VALIJA_STEP_FETCH);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  return dex_future_new_take_boxed (VALIJA_TYPE_SEARCH_HITS, g_steal_pointer (&hits));
}

DexFuture *
valija_exchange_session_search (ValijaExchangeSession *self,
                                const char            *folder,
                                const char            *text,
                                guint                  limit)
{
  Search *search = g_new0 (Search, 1);

  search->session = g_object_ref (self);
  search->folder = g_strdup (folder);
  search->text = g_strdup (text);
  search->limit = limit;

  return valija_fiber_spawn (search_fiber, search, (GDestroyNotify) search_free);
}

/* ---- Sending ---- */

typedef struct
{
  ValijaExchangeSession *session;
  ValijaEnvelope *envelope;
  GBytes *source;
  ValijaProgress *progress; /* nullable */
  char **hidden;            /* recipients whom the header does not name */
  char *from;               /* nullable: in whose name it goes, if not in the account's own */
  char *message_id;         /* "" if none */
} Send;

static void
send_free (Send *send)
{
  valija_envelope_unref (send->envelope);
  g_bytes_unref (send->source);
  g_clear_object (&send->progress);
  g_object_unref (send->session);
  g_strfreev (send->hidden);
  g_free (send->from);
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

/* Exchange takes the recipients from the header; whom the header does not name is told beside it. So is who sends in
 * another one's name: not every version looks for that in the header. */
static void
read_header (Send *send)
{
  const char *own = valija_account_get_email (valija_session_context_get_account (send->session->context));
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
  if (info->from->len > 0 && *own != '\0')
    {
      const ValijaAddress *from = g_ptr_array_index (info->from, 0);

      if (valija_address_is_valid (from->address) && g_ascii_strcasecmp (from->address, own) != 0)
        send->from = g_strdup (from->address);
    }
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
  const ValijaEwsNode *root;

  if (*send->message_id == '\0')
    return FALSE;

  reply = valija_exchange_client_ask_fiber (client, valija_ews_find_items (schema, sent, NULL, id, 0, 1), NULL);
  if (reply == NULL)
    return FALSE;

  root = valija_ews_node_find (g_ptr_array_index (reply->messages, 0), "RootFolder");

  return valija_ews_node_get_first (valija_ews_node_find (root, "Items")) != NULL;
}

static DexFuture *
send_fiber (gpointer data)
{
  Send *send = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_session_enter_fiber (send->session, &error);
  g_autoptr(ValijaExchangeTransfer) transfer = valija_exchange_transfer_new ();
  g_autoptr(ValijaExchangeReply) reply = NULL;
  ValijaReceipt *receipt;

  if (client != NULL)
    {
      ValijaEwsSchema schema = valija_exchange_client_get_schema (client);
      gboolean keep = valija_account_get_keep_sent (valija_session_context_get_account (send->session->context)) ==
                      VALIJA_KEEP_SENT_SERVER;

      read_header (send);
      valija_exchange_transfer_set_progress (transfer, send->progress);
      reply = valija_exchange_client_transfer_fiber (client,
                                                     valija_ews_send_source (schema, send->source, send->from,
                                                                             (const char * const *) send->hidden,
                                                                             keep),
                                                     transfer, &error);
      if (reply == NULL && keep && g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_UNCERTAIN) &&
          is_among_sent_fiber (send, client))
        g_clear_error (&error);
    }

  if (error != NULL)
    {
      valija_error_locate (&error, VALIJA_SIDE_BOTH, VALIJA_STEP_SEND);
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
                              GBytes                *source,
                              ValijaProgress        *progress)
{
  Send *send = g_new0 (Send, 1);

  send->session = g_object_ref (self);
  send->envelope = valija_envelope_ref (envelope);
  send->source = g_bytes_ref (source);
  g_set_object (&send->progress, progress);

  return valija_fiber_spawn (send_fiber, send, (GDestroyNotify) send_free);
}
