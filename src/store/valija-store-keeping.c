/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-private.h"

#include "base/valija-error.h"

/* What the user wants to have of a folder, and how much of it is here. */

typedef struct
{
  char *account;            /* nullable */
  gint64 folder;            /* public; 0: all of the account */
  gint64 since;
  ValijaFolderPolicy policy;
  ValijaQuota quota;        /* limit 0: none */
} KeepArgs;

static KeepArgs *
keep_args_new (const char *account,
               gint64      folder)
{
  KeepArgs *self = g_new0 (KeepArgs, 1);

  self->account = g_strdup (account);
  self->folder = folder;

  return self;
}

static void
keep_args_free (KeepArgs *self)
{
  g_free (self->account);
  g_free (self);
}

gboolean
valija_store_policies_apply (ValijaDatabase *local,
                             const char     *account,
                             GPtrArray      *folders,
                             GError        **error)
{
  g_autoptr(GHashTable) policies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (local, error, "SELECT remote_id, policy FROM folder_policy WHERE account = ?1",
                                     "s", account);
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (local, statement, &local_error))
    {
      gint64 policy = sqlite3_column_int64 (statement, 1);

      if (policy >= VALIJA_FOLDER_POLICY_ACCOUNT && policy <= VALIJA_FOLDER_POLICY_NEVER)
        g_hash_table_insert (policies, valija_store_dup_text (statement, 0), GINT_TO_POINTER ((int) policy));
    }

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  for (guint i = 0; i < folders->len; i++)
    {
      ValijaStoredFolder *folder = g_ptr_array_index (folders, i);

      folder->policy = GPOINTER_TO_INT (g_hash_table_lookup (policies, folder->remote_id));
    }

  return TRUE;
}

static gboolean
find_remote_folder (ValijaDatabase *cache,
                    gint64          id,
                    char          **account,
                    char          **remote_id,
                    GError        **error)
{
  sqlite3_stmt *statement;
  g_autoptr(GError) local_error = NULL;

  statement = valija_database_query (cache, error, "SELECT account, remote_id FROM folder WHERE id = ?1", "i", id);
  if (statement == NULL)
    return FALSE;

  if (valija_database_step (cache, statement, &local_error))
    {
      *account = valija_store_dup_text (statement, 0);
      *remote_id = valija_store_dup_text (statement, 1);
      sqlite3_reset (statement);
    }
  else if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  /* One that is only to be made has no name yet under which it would be found again */
  if (*remote_id == NULL || **remote_id == '\0' || valija_store_folder_is_new (*remote_id))
    return valija_store_fail_no_folder (error);

  return TRUE;
}

static gboolean
set_folder_policy (ValijaStoreContext *context,
                   gpointer            data,
                   GValue             *result,
                   GError            **error)
{
  KeepArgs *args = data;
  g_autofree char *account = NULL;
  g_autofree char *remote_id = NULL;

  if (args->folder <= 0)
    return valija_store_fail_no_folder (error);

  if (!find_remote_folder (context->cache, args->folder, &account, &remote_id, error) ||
      !valija_database_run (context->local, error,
                            "INSERT OR REPLACE INTO folder_policy (account, remote_id, policy) VALUES (?1, ?2, ?3)",
                            "ssi", account, remote_id, (gint64) args->policy) ||
      !valija_database_run (context->local, error, "DELETE FROM folder_policy WHERE policy = ?1", "i",
                            (gint64) VALIJA_FOLDER_POLICY_ACCOUNT))
    return FALSE;

  valija_store_context_tell_folder (context, context->cache, 0);

  return TRUE;
}

/* The length of a source is known without reading it. */
#define SIZES \
  "SELECT count (*), ifnull (sum (m.has_source), 0), ifnull (sum (m.size), 0), ifnull (sum (length (s.data)), 0)" \
  " FROM message m LEFT JOIN source s ON s.message = m.id WHERE m.folder "

static gboolean
add_sizes (ValijaDatabase *database,
           const char     *sql,
           const char     *types,
           gint64          folder,
           const char     *account,
           ValijaMailSize *size,
           GError        **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = account != NULL ? valija_database_query (database, error, sql, types, account)
                              : valija_database_query (database, error, sql, types, folder);
  if (statement == NULL)
    return FALSE;

  if (valija_database_step (database, statement, &local_error))
    {
      size->messages += sqlite3_column_int64 (statement, 0);
      size->whole += sqlite3_column_int64 (statement, 1);
      size->bytes_listed += sqlite3_column_int64 (statement, 2);
      size->bytes_here += sqlite3_column_int64 (statement, 3);
      sqlite3_reset (statement);
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

/* What the server of an account told last of its room is a property of the cache: "quota ID" is "used limit". */
#define QUOTA_NAME "'quota ' || ?1"

static gboolean
set_quota (ValijaStoreContext *context,
           gpointer            data,
           GValue             *result,
           GError            **error)
{
  KeepArgs *args = data;
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, args->quota.used,
                                           args->quota.limit);

  if (args->quota.limit == 0)
    return valija_database_run (context->cache, error, "DELETE FROM property WHERE name = " QUOTA_NAME, "s",
                                args->account);

  return valija_database_run (context->cache, error, "INSERT OR REPLACE INTO property VALUES (" QUOTA_NAME ", ?2)",
                              "ss", args->account, text);
}

static gboolean
read_quota (ValijaDatabase *cache,
            const char     *account,
            ValijaQuota    *quota,
            GError        **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement = valija_database_query (cache, error, "SELECT value FROM property WHERE name = " QUOTA_NAME,
                                                   "s", account);

  if (statement == NULL)
    return FALSE;

  if (valija_database_step (cache, statement, &local_error))
    {
      g_auto(GStrv) parts = g_strsplit ((const char *) sqlite3_column_text (statement, 0), " ", 2);

      if (g_strv_length (parts) != 2 ||
          !g_ascii_string_to_unsigned (parts[0], 10, 0, G_MAXINT64, &quota->used, NULL) ||
          !g_ascii_string_to_unsigned (parts[1], 10, 0, G_MAXINT64, &quota->limit, NULL))
        *quota = (ValijaQuota) { 0 };
      sqlite3_reset (statement);
    }

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

static gboolean
measure (ValijaStoreContext *context,
         gpointer            data,
         GValue             *result,
         GError            **error)
{
  static const char of_account[] = SIZES "IN (SELECT id FROM folder WHERE account = ?1)";
  g_autoptr(ValijaMailSize) size = g_new0 (ValijaMailSize, 1);
  KeepArgs *args = data;
  ValijaDatabase *database = valija_store_context_database (context, args->folder);

  if (args->folder != 0)
    {
      if (!add_sizes (database, SIZES "= ?1", "i", valija_database_to_row (database, args->folder), NULL, size, error))
        return FALSE;
    }
  else if (!add_sizes (context->cache, of_account, "s", 0, args->account, size, error) ||
           !add_sizes (context->local, of_account, "s", 0, args->account, size, error) ||
           !read_quota (context->cache, args->account, &size->quota, error))
    return FALSE;

  g_value_init (result, VALIJA_TYPE_MAIL_SIZE);
  g_value_take_boxed (result, g_steal_pointer (&size));

  return TRUE;
}

static gboolean
count_without_source (ValijaStoreContext *context,
                      gpointer            data,
                      GValue             *result,
                      GError            **error)
{
  KeepArgs *args = data;
  ValijaDatabase *database = valija_store_context_database (context, args->folder);
  gint64 count;

  if (!valija_database_get_int64 (database, 0, &count, error,
                                  "SELECT count (*) FROM message WHERE home = ?1 AND received >= ?2"
                                  " AND has_source = 0 AND remote_id IS NOT NULL AND (folder = home OR ?3)",
                                  "iii", valija_database_to_row (database, args->folder), args->since,
                                  (gint64) (args->folder < 0)))
    return FALSE;

  valija_store_take_int64 (result, count);

  return TRUE;
}

/**
 * valija_store_set_folder_policy:
 * @folder: a folder that a server has
 *
 * Returns: (transfer full): a future that resolves to true, or rejects with NOT_FOUND
 */
DexFuture *
valija_store_set_folder_policy (ValijaStore        *self,
                                gint64              folder,
                                ValijaFolderPolicy  policy)
{
  KeepArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  args = keep_args_new (NULL, folder);
  args->policy = policy;

  return valija_store_write (self, set_folder_policy, args, (GDestroyNotify) keep_args_free);
}

/**
 * valija_store_set_quota:
 * @account: an account's id
 * @quota: (nullable): what its server told; %NULL where it tells nothing
 *
 * Returns: (transfer full): a future that resolves to true
 */
DexFuture *
valija_store_set_quota (ValijaStore       *self,
                        const char        *account,
                        const ValijaQuota *quota)
{
  KeepArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (account != NULL);

  args = keep_args_new (account, 0);
  if (quota != NULL)
    args->quota = *quota;

  return valija_store_write (self, set_quota, args, (GDestroyNotify) keep_args_free);
}

/**
 * valija_store_measure:
 * @account: an account's id
 * @folder: one of its folders, or 0 for all that is kept of the account
 *
 * Returns: (transfer full): a future that resolves to a #ValijaMailSize
 */
DexFuture *
valija_store_measure (ValijaStore *self,
                      const char  *account,
                      gint64       folder)
{
  dex_return_error_if_fail (VALIJA_IS_STORE (self));
  dex_return_error_if_fail (account != NULL);

  return valija_store_read (self, measure, keep_args_new (account, folder), (GDestroyNotify) keep_args_free);
}

/**
 * valija_store_count_without_source:
 * @since: only what was received since then, in seconds since 1970
 *
 * Returns: (transfer full): a future that resolves to the number of messages (int64)
 */
DexFuture *
valija_store_count_without_source (ValijaStore *self,
                                   gint64       folder,
                                   gint64       since)
{
  KeepArgs *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  args = keep_args_new (NULL, folder);
  args->since = since;

  return valija_store_read (self, count_without_source, args, (GDestroyNotify) keep_args_free);
}
