/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-session-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "mime/valija-mime-header.h"
#include "sessions/exchange/valija-exchange-item.h"

/* Messages that are looked for in one request, and what one answer may bring. */
#define BATCH 50
#define PAGE 250

/* Exchange numbers what comes into a folder, for the sake of those who read it by IMAP: [MS-OXPROPS]
 * PidTagInternetArticleNumber of an item and PidTagInternetArticleNumberNext of a folder. What was moved, copied or
 * filed there since has a number that is not lower. A mark is the next number, "0" of a server that has none: then all
 * may have come since. */

/* ---- Where a folder stands ---- */

typedef struct
{
  ValijaExchangeSession *session;
  char *folder;
} Mark;

static void
mark_free (Mark *mark)
{
  g_object_unref (mark->session);
  g_free (mark->folder);
  g_free (mark);
}

static guint64
read_number (const ValijaEwsNode *node,
             guint64              tag)
{
  const char *text = node != NULL ? valija_exchange_find_property (node, tag) : NULL;
  guint64 number;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT32, &number, NULL) ? number : 0;
}

static DexFuture *
mark_fiber (gpointer data)
{
  Mark *mark = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaExchangeClient) client = valija_exchange_session_enter_fiber (mark->session, &error);
  g_autoptr(ValijaExchangeReply) reply = NULL;
  ValijaEwsRequest *request;
  const ValijaEwsNode *folders;
  guint64 next;

  if (client == NULL)
    return valija_exchange_refuse_change (g_steal_pointer (&error));

  request = valija_ews_get_next_number (valija_exchange_client_get_schema (client), VALIJA_EWS_FOLDER (mark->folder));
  if (!(reply = valija_exchange_client_ask_fiber (client, request, &error)))
    return valija_exchange_refuse_change (g_steal_pointer (&error));

  folders = valija_ews_node_find (g_ptr_array_index (reply->messages, 0), "Folders");
  next = read_number (folders != NULL ? valija_ews_node_get_first (folders) : NULL, 0x6751);

  return dex_future_new_take_string (g_strdup_printf ("%" G_GUINT64_FORMAT, next));
}

DexFuture *
valija_exchange_session_mark (ValijaExchangeSession *self,
                              const char            *folder)
{
  Mark *mark = g_new0 (Mark, 1);

  mark->session = g_object_ref (self);
  mark->folder = g_strdup (folder);

  return valija_fiber_spawn (mark_fiber, mark, (GDestroyNotify) mark_free);
}

/* ---- What has come since ---- */

typedef struct
{
  char *remote_id;
  char *message_id;         /* "" if none */
  guint64 size;
  guint64 number;           /* 0 where the server tells none */
  gboolean is_taken;
} Hit;

typedef struct
{
  ValijaExchangeSession *session;
  ValijaExchangeClient *client;
  char *folder;
  guint64 first;            /* what has a lower number is not looked at */
  char **message_ids;
  guint64 *sizes;           /* nullable */
  GPtrArray *hits;
  GHashTable *known;        /* the remote ids of these */
} Find;

static void
hit_free (Hit *hit)
{
  g_free (hit->remote_id);
  g_free (hit->message_id);
  g_free (hit);
}

static void
find_free (Find *find)
{
  g_clear_pointer (&find->client, valija_exchange_client_unref);
  g_hash_table_unref (find->known);
  g_ptr_array_unref (find->hits);
  g_strfreev (find->message_ids);
  g_free (find->sizes);
  g_free (find->folder);
  g_object_unref (find->session);
  g_free (find);
}

static int
compare_hits (gconstpointer a,
              gconstpointer b)
{
  const Hit *one = *(const Hit * const *) a, *two = *(const Hit * const *) b;

  return one->number < two->number ? -1 : one->number > two->number;
}

static void
take_hits (Find                *find,
           const ValijaEwsNode *items)
{
  for (const ValijaEwsNode *item = items != NULL ? valija_ews_node_get_first (items) : NULL; item != NULL;
       item = valija_ews_node_get_next (item))
    {
      const char *id = valija_ews_node_find_id (item, "ItemId");
      const char *message_id = valija_ews_node_find_text (item, "InternetMessageId");
      guint64 number = read_number (item, 0x0e23);
      Hit *hit;

      if (id == NULL || (number != 0 && number < find->first) || g_hash_table_contains (find->known, id))
        continue;

      hit = g_new0 (Hit, 1);
      hit->remote_id = g_strdup (id);
      hit->message_id = message_id != NULL ? valija_mime_normalise_ids (message_id) : g_strdup ("");
      hit->size = (guint64) MAX (valija_ews_node_find_int (item, "Size", 0), 0);
      hit->number = number;
      g_ptr_array_add (find->hits, hit);
      g_hash_table_add (find->known, hit->remote_id);
    }
}

/* A message without Message-ID can only be told by its size, and by having none: which is enough of what has come
 * since a mark, and not of a whole folder. */
static gboolean
is_findable (Find  *find,
             guint  i)
{
  return find->message_ids[i][0] != '\0' || (find->sizes != NULL && find->sizes[i] > 0 && find->first > 0);
}

static gboolean
look_fiber (Find               *find,
            const char * const *message_ids,
            const guint64      *sizes,
            GError            **error)
{
  guint offset = 0;

  do
    {
      ValijaEwsSchema schema = valija_exchange_client_get_schema (find->client);
      g_autoptr(ValijaExchangeReply) reply = NULL;
      const ValijaEwsNode *root;

      reply = valija_exchange_client_ask_fiber (find->client,
                                                valija_ews_find_copies (schema, VALIJA_EWS_FOLDER (find->folder),
                                                                        message_ids, sizes, offset, PAGE),
                                                error);
      if (reply == NULL)
        return FALSE;

      root = valija_ews_node_find (g_ptr_array_index (reply->messages, 0), "RootFolder");
      take_hits (find, root != NULL ? valija_ews_node_find (root, "Items") : NULL);
      offset = valija_exchange_get_next_page (root, offset);
    }
  while (offset > 0);

  return TRUE;
}

static gboolean
look_for_all_fiber (Find    *find,
                    GError **error)
{
  guint n = g_strv_length (find->message_ids);
  guint i = 0;

  while (i < n)
    {
      g_autoptr(GPtrArray) ids = g_ptr_array_new ();
      g_autoptr(GArray) sizes = g_array_new (FALSE, FALSE, sizeof (guint64));

      for (; i < n && ids->len < BATCH; i++)
        {
          guint64 size = find->sizes != NULL ? find->sizes[i] : 0;

          if (!is_findable (find, i))
            continue;
          g_ptr_array_add (ids, find->message_ids[i]);
          g_array_append_val (sizes, size);
        }

      if (ids->len == 0)
        continue;

      g_ptr_array_add (ids, NULL);
      if (!look_fiber (find, (const char * const *) ids->pdata, (const guint64 *) (const void *) sizes->data, error))
        return FALSE;
    }

  return TRUE;
}

/* Since a mark the first, else the last one, that nothing else was found to be. */
static const char *
take_hit (Find  *find,
          guint  i)
{
  gboolean newest = find->first == 0;

  if (!is_findable (find, i))
    return "";

  for (guint n = 0; n < find->hits->len; n++)
    {
      Hit *hit = g_ptr_array_index (find->hits, newest ? find->hits->len - 1 - n : n);

      if (hit->is_taken || g_strcmp0 (hit->message_id, find->message_ids[i]) != 0 ||
          (*hit->message_id == '\0' && hit->size != find->sizes[i]))
        continue;

      hit->is_taken = TRUE;
      return hit->remote_id;
    }

  return "";
}

static DexFuture *
find_fiber (gpointer data)
{
  Find *find = data;
  g_autoptr(GPtrArray) remote_ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GError) error = NULL;

  if (!(find->client = valija_exchange_session_enter_fiber (find->session, &error)) ||
      !look_for_all_fiber (find, &error))
    return valija_exchange_refuse_change (g_steal_pointer (&error));

  g_ptr_array_sort (find->hits, compare_hits);
  for (guint i = 0; find->message_ids[i] != NULL; i++)
    g_ptr_array_add (remote_ids, g_strdup (take_hit (find, i)));

  return valija_future_new_take_ptr_array (g_steal_pointer (&remote_ids));
}

DexFuture *
valija_exchange_session_find (ValijaExchangeSession *self,
                              const char            *folder,
                              const char            *mark,
                              const char * const    *message_ids,
                              const guint64         *sizes)
{
  Find *find = g_new0 (Find, 1);

  find->session = g_object_ref (self);
  find->folder = g_strdup (folder);
  find->first = g_ascii_strtoull (mark, NULL, 10);
  find->message_ids = g_strdupv ((char **) message_ids);
  find->sizes = g_memdup2 (sizes, g_strv_length (find->message_ids) * sizeof *sizes);
  find->hits = g_ptr_array_new_with_free_func ((GDestroyNotify) hit_free);
  find->known = g_hash_table_new (g_str_hash, g_str_equal);

  return valija_fiber_spawn (find_fiber, find, (GDestroyNotify) find_free);
}
