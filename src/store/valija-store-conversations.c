/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-link.h"
#include "store/valija-store-search-private.h"

#include <string.h>

/* Rows of conversations, and what is in one. What leads to a conversation is looked up in the
 * other database as well: local copies of sent mail are not where the mail of the server is. */

/* Ids of one conversation that are looked up in the other database. */
#define MAX_TOKENS 2000

typedef struct
{
  gint64 folder;            /* public */
  GArray *keys;
  GArray *folders;          /* nullable: of gint64, public; in the place of @folder */
} Args;

/* Which messages a row is there for: those of a folder, or those that were found. */
typedef struct
{
  gint64 folder;            /* public */
  GHashTable *found;        /* nullable, set of gint64, public; in the place of @folder */
} Kept;

/* One message, as far as the conversation needs to know more than its row. */
typedef struct
{
  ValijaMessageRow *row;
  gint64 received;
  ValijaFolderRole role;
} Member;

#define MEMBER_COLUMNS \
  "SELECT " VALIJA_STORE_ROW_COLUMNS ", received, (SELECT f.role FROM folder f WHERE f.id = message.folder)" \
  " FROM message WHERE folder <> 0"

static const char joined_sql[] = MEMBER_COLUMNS " AND conversation = ?1 AND conversation > 0";
static const char message_sql[] = MEMBER_COLUMNS " AND id = ?1";
static const char alone_sql[] = MEMBER_COLUMNS " AND id = ?1 AND ifnull (conversation, 0) = 0";

static void
args_free (Args *self)
{
  g_clear_pointer (&self->keys, g_array_unref);
  g_clear_pointer (&self->folders, g_array_unref);
  g_free (self);
}

static void
member_free (Member *self)
{
  valija_message_row_free (self->row);
  g_free (self);
}

/* ---- Members ---- */

static gboolean
add_members (ValijaDatabase  *database,
             const char      *sql,
             gint64           conversation,
             GPtrArray       *members,
             GError         **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement = valija_database_query (database, error, sql, "i", conversation);

  if (statement == NULL)
    return FALSE;

  while (valija_database_step (database, statement, &local_error))
    {
      Member *member = g_new0 (Member, 1);

      member->row = valija_store_read_row (database, statement);
      member->received = sqlite3_column_int64 (statement, VALIJA_STORE_N_ROW_COLUMNS);
      member->role = sqlite3_column_int (statement, VALIJA_STORE_N_ROW_COLUMNS + 1);
      g_ptr_array_add (members, member);
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

static gboolean
add_tokens (ValijaDatabase  *database,
            gint64           conversation,
            GArray          *tokens,
            GError         **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (database, error, "SELECT token FROM link WHERE conversation = ?1 LIMIT ?2", "ii",
                                     conversation, (gint64) MAX_TOKENS);
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (database, statement, &local_error))
    {
      gint64 token = sqlite3_column_int64 (statement, 0);

      g_array_append_val (tokens, token);
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

static void
add_once (GArray *numbers,
          gint64  number)
{
  for (guint i = 0; i < numbers->len; i++)
    {
      if (g_array_index (numbers, gint64, i) == number)
        return;
    }

  if (number != 0)
    g_array_append_val (numbers, number);
}

static gboolean
has_mail (ValijaDatabase  *database,
          const char      *account,
          gint64          *has,
          GError         **error)
{
  return valija_database_get_int64 (database, 0, has, error,
                                    "SELECT EXISTS (SELECT 1 FROM folder WHERE account = ?1 AND total > 0)", "s",
                                    account);
}

/* The conversations of @database that @token leads to. */
static gboolean
find_conversations (ValijaDatabase  *database,
                    const char      *account,
                    gint64           token,
                    GArray          *conversations,
                    GError         **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;
  gint64 conversation;

  if (!valija_database_get_int64 (database, 0, &conversation, error, "SELECT conversation FROM link WHERE token = ?1",
                                  "i", token))
    return FALSE;
  add_once (conversations, conversation);

  statement = valija_database_query (database, error,
                                     "SELECT m.message_id, CASE ifnull (m.conversation, 0) WHEN 0 THEN m.id"
                                     " ELSE m.conversation END FROM message m JOIN folder f ON f.id = m.home"
                                     " WHERE m.id_hash = ?1 AND f.account = ?2", "is",
                                     (gint64) valija_store_link_id_hash (token), account);
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (database, statement, &local_error))
    {
      if (valija_store_link_token (account, (const char *) sqlite3_column_text (statement, 0)) == token)
        add_once (conversations, sqlite3_column_int64 (statement, 1));
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

static gboolean
add_from_other (ValijaDatabase  *database,
                ValijaDatabase  *other,
                const char      *account,
                gint64           conversation,
                GPtrArray       *members,
                GError         **error)
{
  g_autoptr(GArray) tokens = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(GArray) conversations = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 any;

  if (!has_mail (other, account, &any, error))
    return FALSE;
  if (any == 0)
    return TRUE;

  for (guint i = 0; i < members->len; i++)
    {
      const Member *member = g_ptr_array_index (members, i);

      if (member->row->message_id[0] != '\0')
        add_once (tokens, valija_store_link_token (account, member->row->message_id));
    }

  if (!add_tokens (database, conversation, tokens, error))
    return FALSE;

  for (guint i = 0; i < tokens->len; i++)
    {
      if (!find_conversations (other, account, g_array_index (tokens, gint64, i), conversations, error))
        return FALSE;
    }

  for (guint i = 0; i < conversations->len; i++)
    {
      if (!add_members (other, joined_sql, g_array_index (conversations, gint64, i), members, error) ||
          !add_members (other, alone_sql, g_array_index (conversations, gint64, i), members, error))
        return FALSE;
    }

  return TRUE;
}

static int
compare_members (gconstpointer a,
                 gconstpointer b)
{
  const Member *member_a = a;
  const Member *member_b = b;

  if (member_a->received != member_b->received)
    return member_a->received < member_b->received ? -1 : 1;

  return (member_a->row->id > member_b->row->id) - (member_a->row->id < member_b->row->id);
}

static gboolean
is_kept (const Kept   *kept,
         const Member *member)
{
  return kept->found != NULL ? g_hash_table_contains (kept->found, &member->row->id)
                             : member->row->folder_id == kept->folder;
}

static gboolean
is_thrown_away (const Member *member)
{
  return member->role == VALIJA_FOLDER_ROLE_TRASH || member->role == VALIJA_FOLDER_ROLE_JUNK;
}

/* Of what was found some is not in the trash. */
static gboolean
has_better (GPtrArray  *members,
            const Kept *kept)
{
  for (guint i = 0; i < members->len && kept->found != NULL; i++)
    {
      const Member *member = g_ptr_array_index (members, i);

      if (is_kept (kept, member) && !is_thrown_away (member))
        return TRUE;
    }

  return FALSE;
}

/* Of what lies in several folders (a copy in an archive of all mail, one sent to oneself) only one
 * counts, one that is kept before others; what was thrown away counts only where it lies. */
static void
sift (GPtrArray  *members,
      const Kept *kept)
{
  g_autoptr(GHashTable) best = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean better = has_better (members, kept);

  for (guint i = members->len; i > 0; i--)
    {
      Member *member = g_ptr_array_index (members, i - 1);

      if (is_thrown_away (member) && (better || !is_kept (kept, member)))
        g_ptr_array_remove_index (members, i - 1);
    }

  for (guint i = 0; i < members->len; i++)
    {
      Member *member = g_ptr_array_index (members, i);

      if (member->row->message_id[0] != '\0' &&
          (is_kept (kept, member) || !g_hash_table_contains (best, member->row->message_id)))
        g_hash_table_replace (best, member->row->message_id, member);
    }

  /* What lies twice in a folder is twice there */
  for (guint i = members->len; i > 0; i--)
    {
      Member *member = g_ptr_array_index (members, i - 1);

      if ((kept->found != NULL || !is_kept (kept, member)) && member->row->message_id[0] != '\0' &&
          g_hash_table_lookup (best, member->row->message_id) != member)
        g_ptr_array_remove_index (members, i - 1);
    }
}

/* All of one conversation as it is shown for those that are @kept, oldest first. */
static GPtrArray *
load_members (ValijaStoreContext  *context,
              ValijaDatabase      *database,
              const char          *account,
              const Kept          *kept,
              gint64               conversation,
              GError             **error)
{
  ValijaDatabase *other = database == context->local ? context->cache : context->local;
  g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func ((GDestroyNotify) member_free);

  if (!add_members (database, joined_sql, conversation, members, error) ||
      !add_members (database, alone_sql, conversation, members, error) ||
      !add_from_other (database, other, account, conversation, members, error))
    return NULL;

  sift (members, kept);
  g_ptr_array_sort_values (members, compare_members);

  return g_steal_pointer (&members);
}

/* ---- Rows ---- */

static void
add_person (GPtrArray              *people,
            const ValijaMessageRow *row)
{
  gboolean unread = (row->flags & VALIJA_FLAG_SEEN) == 0;
  ValijaParticipant *person;

  for (guint i = 0; i < people->len; i++)
    {
      person = g_ptr_array_index (people, i);

      if (g_ascii_strcasecmp (person->address, row->sender_address) == 0)
        {
          person->unread = person->unread || unread;
          return;
        }
    }

  person = valija_participant_new (row->sender, row->sender_address);
  person->unread = unread;
  g_ptr_array_add (people, person);
}

static void
add_labels (char                 ***labels,
            const ValijaMessageRow *row)
{
  char **all;

  if (row->labels == NULL)
    return;

  all = valija_labels_change ((const char * const *) *labels, (const char * const *) row->labels, NULL);
  g_strfreev (*labels);
  *labels = all;
}

/* In @labels stay those that @row has too. */
static void
keep_labels (char                 ***labels,
             const ValijaMessageRow *row,
             gboolean                first)
{
  const char * const *own = (const char * const *) row->labels;
  char **both = valija_labels_filter (own, first ? own : (const char * const *) *labels, FALSE);

  g_strfreev (*labels);
  *labels = both;
}

/* The newest message that is @kept stands for the conversation, with what is true of any of them.
 * (transfer full) (nullable): none is there any more */
static ValijaMessageRow *
sum_up (GPtrArray  *members,
        const Kept *kept)
{
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(GArray) places = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(GPtrArray) people = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_participant_free);
  ValijaMessageRow *newest = NULL;
  ValijaFlags starred = 0;
  g_auto(GStrv) labels = NULL;
  g_auto(GStrv) common = NULL;
  gboolean has_attachments = FALSE;
  guint n_unread = 0;

  for (guint i = 0; i < members->len; i++)
    {
      const Member *member = g_ptr_array_index (members, i);

      add_person (people, member->row);
      has_attachments = has_attachments || member->row->has_attachments;
      if (!is_kept (kept, member))
        continue;

      keep_labels (&common, member->row, newest == NULL);
      newest = member->row;
      g_array_append_val (ids, member->row->id);
      g_array_append_val (places, member->row->folder_id);
      n_unread += (member->row->flags & VALIJA_FLAG_SEEN) == 0;
      starred |= member->row->flags & VALIJA_FLAG_FLAGGED;
      add_labels (&labels, member->row);
    }

  if (newest == NULL)
    return NULL;

  newest = valija_message_row_copy (newest);
  newest->flags |= starred | VALIJA_FLAG_SEEN;
  if (n_unread > 0)
    newest->flags &= ~VALIJA_FLAG_SEEN;
  g_strfreev (newest->labels);
  newest->labels = g_steal_pointer (&labels);
  newest->common_labels = g_steal_pointer (&common);
  newest->has_attachments = has_attachments;
  newest->n_messages = members->len;
  newest->n_unread = n_unread;
  newest->members = g_steal_pointer (&ids);
  if (kept->found != NULL)
    newest->places = g_steal_pointer (&places);
  newest->people = g_steal_pointer (&people);

  return newest;
}

/* The first of @folders that has mail of the conversation @key; 0 when none has any more. By the conversation's own
 * index: a folder may be long. */
static gboolean
find_folder_of (ValijaDatabase *database,
                GArray         *folders,
                gint64          key,
                gint64         *folder,
                GError        **error)
{
  for (guint i = 0; i < folders->len; i++)
    {
      gint64 public = g_array_index (folders, gint64, i);
      gint64 found;

      if ((public < 0) != (key < 0))
        continue;
      if (!valija_database_get_int64 (database, 0, &found, error,
                                      "SELECT EXISTS (SELECT 1 FROM message WHERE conversation = ?1"
                                      "  AND conversation > 0 AND +folder = ?2) OR EXISTS (SELECT 1 FROM message"
                                      "  WHERE id = ?1 AND ifnull (conversation, 0) = 0 AND +folder = ?2)",
                                      "ii", valija_database_to_row (database, key),
                                      valija_database_to_row (database, public)))
        return FALSE;

      if (found != 0)
        {
          *folder = public;
          return TRUE;
        }
    }

  *folder = 0;

  return TRUE;
}

static gboolean
load_conversation_rows (ValijaStoreContext  *context,
                        gpointer             data,
                        GValue              *result,
                        GError             **error)
{
  Args *args = data;
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_row_free);

  for (guint i = 0; i < args->keys->len; i++)
    {
      gint64 key = g_array_index (args->keys, gint64, i);
      gint64 folder = args->folder;
      ValijaDatabase *database = valija_store_context_database (context, folder != 0 ? folder : key);
      g_autoptr(GPtrArray) members = NULL;
      g_autofree char *account = NULL;
      g_autofree char *remote_id = NULL;
      ValijaMessageRow *row;
      Kept kept = { 0 };

      if (args->folders != NULL && !find_folder_of (database, args->folders, key, &folder, error))
        return FALSE;
      if (folder == 0)
        continue;

      kept.folder = folder;
      if (!valija_store_load_place (database, valija_database_to_row (database, folder), &account, &remote_id, error) ||
          (members = load_members (context, database, account, &kept, valija_database_to_row (database, key),
                                   error)) == NULL)
        return FALSE;
      if ((row = sum_up (members, &kept)) == NULL)
        continue;

      row->conversation = key;
      g_ptr_array_add (rows, row);
    }

  valija_store_take_ptr_array (result, g_steal_pointer (&rows));

  return TRUE;
}

/* ---- What was found ---- */

/* The account of the first of @ids that is still there. (nullable) without an error: none is */
static char *
load_account_of (ValijaStoreContext  *context,
                 const gint64        *ids,
                 guint                n_ids,
                 GError             **error)
{
  for (guint i = 0; i < n_ids; i++)
    {
      ValijaDatabase *database = valija_store_context_database (context, ids[i]);
      g_autofree char *account = NULL;
      g_autofree char *remote_id = NULL;
      gint64 folder;

      if (!valija_database_get_int64 (database, 0, &folder, error, "SELECT folder FROM message WHERE id = ?1", "i",
                                      valija_database_to_row (database, ids[i])))
        return NULL;
      if (folder == 0)
        continue;

      if (!valija_store_load_place (database, folder, &account, &remote_id, error))
        return NULL;

      return g_steal_pointer (&account);
    }

  return NULL;
}

static gboolean
add_found_row (ValijaStoreContext  *context,
               GArray              *group,
               GPtrArray           *rows,
               GError             **error)
{
  gint64 key = g_array_index (group, gint64, 0);
  ValijaDatabase *database = valija_store_context_database (context, key);
  g_autoptr(GHashTable) found = valija_store_id_set_new ();
  Kept kept = { 0, found };
  g_autoptr(GPtrArray) members = NULL;
  g_autoptr(GError) local_error = NULL;
  g_autofree char *account = NULL;
  ValijaMessageRow *row;

  account = load_account_of (context, &g_array_index (group, gint64, 1), group->len - 1, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (account == NULL)
    return TRUE;

  for (guint i = 1; i < group->len; i++)
    valija_store_id_set_add (found, g_array_index (group, gint64, i));

  members = load_members (context, database, account, &kept, valija_database_to_row (database, key), error);
  if (members == NULL)
    return FALSE;

  if ((row = sum_up (members, &kept)) != NULL)
    {
      row->conversation = key;
      g_ptr_array_add (rows, row);
    }

  return TRUE;
}

static gboolean
load_found_rows (ValijaStoreContext  *context,
                 gpointer             data,
                 GValue              *result,
                 GError             **error)
{
  GPtrArray *groups = data;
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_row_free);

  for (guint i = 0; i < groups->len; i++)
    {
      if (!add_found_row (context, g_ptr_array_index (groups, i), rows, error))
        return FALSE;
    }

  valija_store_take_ptr_array (result, g_steal_pointer (&rows));

  return TRUE;
}

gboolean
valija_store_find_conversation_in_cache (ValijaStoreContext  *context,
                                         gint64               message,
                                         gint64               key,
                                         gint64              *found,
                                         GError             **error)
{
  g_autoptr(GArray) tokens = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(GArray) conversations = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) member_free);
  g_autofree char *account = NULL;
  g_autoptr(GError) local_error = NULL;
  gint64 any;

  account = load_account_of (context, &message, 1, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (account == NULL)
    return TRUE;

  if (!has_mail (context->cache, account, &any, error))
    return FALSE;
  if (any == 0)
    return TRUE;

  if (!add_members (context->local, message_sql, valija_database_to_row (context->local, message), rows, error) ||
      !add_tokens (context->local, valija_database_to_row (context->local, key), tokens, error))
    return FALSE;

  for (guint i = 0; i < rows->len; i++)
    {
      const Member *member = g_ptr_array_index (rows, i);

      if (member->row->message_id[0] != '\0')
        add_once (tokens, valija_store_link_token (account, member->row->message_id));
    }

  for (guint i = 0; i < tokens->len && conversations->len == 0; i++)
    {
      if (!find_conversations (context->cache, account, g_array_index (tokens, gint64, i), conversations, error))
        return FALSE;
    }

  if (conversations->len > 0)
    *found = valija_database_to_public (context->cache, g_array_index (conversations, gint64, 0));

  return TRUE;
}

static gboolean
load_conversation (ValijaStoreContext  *context,
                   gpointer             data,
                   GValue              *result,
                   GError             **error)
{
  gint64 message = *(gint64 *) data;
  ValijaDatabase *database = valija_store_context_database (context, message);
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_row_free);
  g_autoptr(GPtrArray) members = NULL;
  g_autofree char *account = NULL;
  g_autofree char *remote_id = NULL;
  gint64 conversation, folder;
  Kept kept = { 0 };

  if (!valija_store_link_find (database, valija_database_to_row (database, message), &conversation, error) ||
      !valija_database_get_int64 (database, 0, &folder, error, "SELECT folder FROM message WHERE id = ?1", "i",
                                  valija_database_to_row (database, message)))
    return FALSE;
  if (conversation == 0 || folder == 0)
    return valija_store_fail_no_message (error);

  kept.folder = valija_database_to_public (database, folder);
  if (!valija_store_load_place (database, folder, &account, &remote_id, error) ||
      (members = load_members (context, database, account, &kept, conversation, error)) == NULL)
    return FALSE;

  for (guint i = 0; i < members->len; i++)
    {
      Member *member = g_ptr_array_index (members, i);

      member->row->conversation = valija_database_to_public (database, conversation);
      g_ptr_array_add (rows, g_steal_pointer (&member->row));
    }

  valija_store_take_ptr_array (result, g_steal_pointer (&rows));

  return TRUE;
}

/* ---- Public ---- */

/**
 * valija_store_load_conversation_rows:
 * @keys: (array length=n_keys): out of the index of @folder
 *
 * Of each conversation the newest message in @folder, with the count of all its messages, the
 * unread ones and the ids of those in @folder, and the people who wrote. What is in the trash or
 * the junk is not counted elsewhere.
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of ValijaMessageRow in the order
 *   of @keys; conversations that left @folder are missing in it
 */
DexFuture *
valija_store_load_conversation_rows (ValijaStore  *self,
                                     gint64        folder,
                                     const gint64 *keys,
                                     guint         n_keys)
{
  Args *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  args = g_new0 (Args, 1);
  args->folder = folder;
  args->keys = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n_keys);
  if (n_keys > 0)
    g_array_append_vals (args->keys, keys, n_keys);

  return valija_store_read (self, load_conversation_rows, args, (GDestroyNotify) args_free);
}

/**
 * valija_store_load_merged_conversation_rows:
 * @folders: (array length=n_folders): of either database, each once
 * @keys: (array length=n_keys): out of the merged index of @folders
 *
 * Returns: (transfer full): a future that resolves to what valija_store_load_conversation_rows() does
 */
DexFuture *
valija_store_load_merged_conversation_rows (ValijaStore  *self,
                                            const gint64 *folders,
                                            guint         n_folders,
                                            const gint64 *keys,
                                            guint         n_keys)
{
  Args *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  args = g_new0 (Args, 1);
  args->folders = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n_folders);
  if (n_folders > 0)
    g_array_append_vals (args->folders, folders, n_folders);
  args->keys = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n_keys);
  if (n_keys > 0)
    g_array_append_vals (args->keys, keys, n_keys);

  return valija_store_read (self, load_conversation_rows, args, (GDestroyNotify) args_free);
}

/**
 * valija_store_load_found_rows:
 * @groups: of #GArray of gint64: the key of a conversation, and the messages of it that were found
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of ValijaMessageRow in the order of @groups;
 *   those of which no message is there any more are missing in it
 */
DexFuture *
valija_store_load_found_rows (ValijaStore *self,
                              GPtrArray   *groups)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (groups != NULL);

  return valija_store_read (self, load_found_rows, g_ptr_array_ref (groups), (GDestroyNotify) g_ptr_array_unref);
}

/**
 * valija_store_load_conversation:
 * @message: one of its messages
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of ValijaMessageRow, oldest
 *   first, of all folders of the account; rejects with NOT_FOUND
 */
DexFuture *
valija_store_load_conversation (ValijaStore *self,
                                gint64       message)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  return valija_store_read (self, load_conversation, g_memdup2 (&message, sizeof message), g_free);
}
