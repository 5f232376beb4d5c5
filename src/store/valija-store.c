/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "store/valija-store-private.h"
#include "store/valija-store-thread.h"
#include "store/valija-store-upgrade.h"

#include <glib/gi18n-lib.h>

struct _ValijaStore
{
  GObject parent_instance;
  GFile *cache_directory;
  GFile *data_directory;

  ValijaStoreMailbag *mailbag;
  ValijaStoreThread *writer;
  ValijaStoreThread *reader;
  ValijaStoreContext writer_context;
  ValijaStoreContext reader_context;
  gboolean closed;
};

typedef struct
{
  ValijaStore *store;       /* borrowed: it outlives its threads */
  char *cache_directory;
  char *data_directory;
} Open;

G_DEFINE_FINAL_TYPE (ValijaStore, valija_store, G_TYPE_OBJECT)

enum
{
  SIGNAL_FOLDER_CHANGED,
  SIGNAL_MESSAGES_CHANGED,
  SIGNAL_OUTBOX_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
open_free (Open *self)
{
  g_free (self->cache_directory);
  g_free (self->data_directory);
  g_free (self);
}

static void
tell (GObject         *owner,
      ValijaStoreNews *news)
{
  ValijaStore *self = VALIJA_STORE (owner);
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, news->folders);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_signal_emit (self, signals[SIGNAL_FOLDER_CHANGED], 0, *(gint64 *) id);

  if (g_hash_table_size (news->messages) > 0)
    {
      g_autoptr(GArray) ids = g_array_sized_new (FALSE, FALSE, sizeof (gint64), g_hash_table_size (news->messages));

      g_hash_table_iter_init (&iter, news->messages);
      while (g_hash_table_iter_next (&iter, &id, NULL))
        g_array_append_val (ids, *(gint64 *) id);
      g_signal_emit (self, signals[SIGNAL_MESSAGES_CHANGED], 0, ids);
    }

  if (news->outbox)
    g_signal_emit (self, signals[SIGNAL_OUTBOX_CHANGED], 0);
}

static DexFuture *
push (ValijaStore       *self,
      ValijaStoreThread *thread,
      ValijaStoreManner  manner,
      ValijaStoreFunc    func,
      gpointer           args,
      GDestroyNotify     destroy)
{
  GError *error = NULL;

  if (!self->closed)
    return valija_store_thread_push (thread, manner, func, args, destroy);

  if (destroy != NULL)
    destroy (args);
  valija_error_set (&error, VALIJA_ERROR_STORAGE, _("The mail on this computer is closed."));
  valija_error_locate (&error, VALIJA_SIDE_NONE, VALIJA_STEP_STORE);

  return dex_future_new_for_error (error);
}

DexFuture *
valija_store_write (ValijaStore     *self,
                    ValijaStoreFunc  func,
                    gpointer         args,
                    GDestroyNotify   destroy)
{
  return push (self, self->writer, VALIJA_STORE_TRANSACTION, func, args, destroy);
}

DexFuture *
valija_store_read (ValijaStore     *self,
                   ValijaStoreFunc  func,
                   gpointer         args,
                   GDestroyNotify   destroy)
{
  return push (self, self->reader, VALIJA_STORE_LOOK, func, args, destroy);
}

static void
tell_id (GHashTable     *set,
         ValijaDatabase *database,
         gint64          id)
{
  gint64 public = valija_database_to_public (database, id);

  if (!g_hash_table_contains (set, &public))
    g_hash_table_add (set, g_memdup2 (&public, sizeof public));
}

void
valija_store_context_tell_folder (ValijaStoreContext *context,
                                  ValijaDatabase     *database,
                                  gint64              folder)
{
  if (context->news != NULL)
    tell_id (context->news->folders, database, folder);
}

void
valija_store_context_tell_message (ValijaStoreContext *context,
                                   ValijaDatabase     *database,
                                   gint64              message)
{
  if (context->news != NULL)
    tell_id (context->news->messages, database, message);
}

void
valija_store_take_ptr_array (GValue    *result,
                             GPtrArray *array)
{
  g_value_init (result, G_TYPE_PTR_ARRAY);
  g_value_take_boxed (result, array);
}

void
valija_store_take_bytes (GValue *result,
                         GBytes *bytes)
{
  g_value_init (result, G_TYPE_BYTES);
  g_value_take_boxed (result, bytes);
}

GBytes *
valija_store_find_bytes (ValijaDatabase  *database,
                         sqlite3_stmt    *statement,
                         const char      *table,
                         const char      *column,
                         gint64           row,
                         gint64          *number,
                         GError         **error)
{
  g_autoptr(GError) local_error = NULL;
  g_autoptr(GBytes) bytes = NULL;

  if (statement == NULL)
    return NULL;

  if (valija_database_step (database, statement, &local_error))
    {
      if (number != NULL)
        *number = sqlite3_column_int64 (statement, 2);
      bytes = valija_database_read_bytes (database, statement, 0, table, column, row, &local_error);
    }
  sqlite3_reset (statement);

  if (local_error == NULL)
    return g_steal_pointer (&bytes);

  g_propagate_error (error, g_steal_pointer (&local_error));

  return NULL;
}

gboolean
valija_store_load_bytes (ValijaDatabase  *database,
                         sqlite3_stmt    *statement,
                         const char      *table,
                         const char      *column,
                         gint64           row,
                         GValue          *result,
                         GError         **error)
{
  g_autoptr(GError) local_error = NULL;
  GBytes *bytes = valija_store_find_bytes (database, statement, table, column, row, NULL, &local_error);

  if (bytes != NULL)
    valija_store_take_bytes (result, bytes);
  if (statement != NULL && local_error == NULL)
    return TRUE;

  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

void
valija_store_take_ids (GValue *result,
                       GArray *ids)
{
  g_value_init (result, G_TYPE_ARRAY);
  g_value_take_boxed (result, ids);
}

void
valija_store_take_int64 (GValue *result,
                         gint64  number)
{
  g_value_init (result, G_TYPE_INT64);
  g_value_set_int64 (result, number);
}

char *
valija_store_dup_text (sqlite3_stmt *statement,
                       int           column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}

GBytes *
valija_store_dup_bytes (sqlite3_stmt *statement,
                        int           column)
{
  const void *data = sqlite3_column_blob (statement, column);

  return g_bytes_new (data, sqlite3_column_bytes (statement, column));
}

GPtrArray *
valija_store_copy_strings (GPtrArray *strings)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; strings != NULL && i < strings->len; i++)
    g_ptr_array_add (copy, g_strdup (g_ptr_array_index (strings, i)));

  return copy;
}

gboolean
valija_store_load_place (ValijaDatabase  *database,
                         gint64           folder,
                         char           **account,
                         char           **remote_id,
                         GError         **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (database, error, "SELECT account, remote_id FROM folder WHERE id = ?1", "i",
                                     folder);
  if (statement == NULL)
    return FALSE;

  if (valija_database_step (database, statement, &local_error))
    {
      *account = valija_store_dup_text (statement, 0);
      *remote_id = valija_store_dup_text (statement, 1);
      sqlite3_reset (statement);
      return TRUE;
    }

  if (local_error == NULL)
    return valija_store_fail_no_folder (error);

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

gboolean
valija_store_fail_no_folder (GError **error)
{
  valija_error_set (error, VALIJA_ERROR_NOT_FOUND, _("This folder is no longer on this computer."));

  return FALSE;
}

gboolean
valija_store_fail_no_message (GError **error)
{
  valija_error_set (error, VALIJA_ERROR_NOT_FOUND, _("This message is no longer on this computer."));

  return FALSE;
}

static gboolean
open_databases (ValijaStoreContext  *context,
                gpointer             data,
                GValue              *result,
                GError             **error)
{
  Open *args = data;
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func (g_free);

  if (!valija_store_files_open (context, &args->store->reader_context, args->cache_directory, args->data_directory,
                                messages, error))
    return FALSE;

  valija_store_take_ptr_array (result, g_steal_pointer (&messages));

  return TRUE;
}

/* The writer waits here for the reader to finish what it was asked, since both connections must
 * be gone before the files are let go. */
static gboolean
close_databases (ValijaStoreContext  *context,
                 gpointer             data,
                 GValue              *result,
                 GError             **error)
{
  ValijaStore *self = data;

  valija_store_thread_end (self->reader);
  g_clear_pointer (&self->reader, valija_store_thread_join);
  valija_store_files_close (context, &self->reader_context);

  return TRUE;
}

static void
valija_store_dispose (GObject *object)
{
  ValijaStore *self = VALIJA_STORE (object);

  /* Who forgot to close waits here instead of losing what was asked */
  if (!self->closed)
    valija_future_forget (valija_store_close (self), "closing the store");
  g_clear_pointer (&self->writer, valija_store_thread_join);
  g_clear_pointer (&self->mailbag, valija_store_mailbag_unref);

  G_OBJECT_CLASS (valija_store_parent_class)->dispose (object);
}

static void
valija_store_finalize (GObject *object)
{
  ValijaStore *self = VALIJA_STORE (object);

  g_clear_object (&self->cache_directory);
  g_clear_object (&self->data_directory);

  G_OBJECT_CLASS (valija_store_parent_class)->finalize (object);
}

static void
valija_store_class_init (ValijaStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_store_dispose;
  object_class->finalize = valija_store_finalize;

  signals[SIGNAL_FOLDER_CHANGED] =
    g_signal_new ("folder-changed", VALIJA_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_INT64);
  signals[SIGNAL_MESSAGES_CHANGED] =
    g_signal_new ("messages-changed", VALIJA_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_ARRAY | G_SIGNAL_TYPE_STATIC_SCOPE);
  signals[SIGNAL_OUTBOX_CHANGED] =
    g_signal_new ("outbox-changed", VALIJA_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static void
context_init (ValijaStoreContext *self)
{
  self->cache_lock = -1;
  self->data_lock = -1;
}

static void
valija_store_init (ValijaStore *self)
{
  g_autoptr(GMainContext) context = g_main_context_ref_thread_default ();

  context_init (&self->writer_context);
  context_init (&self->reader_context);

  self->mailbag = valija_store_mailbag_new (context, G_OBJECT (self), tell);
  self->writer = valija_store_thread_new ("valija-writer", &self->writer_context, self->mailbag);
  self->reader = valija_store_thread_new ("valija-reader", &self->reader_context, self->mailbag);
}

/**
 * valija_store_new:
 * @cache_directory: where cache.db is or will be
 * @data_directory: where local.db is or will be
 *
 * Touches no file before valija_store_open(). Futures settle and signals are emitted on the main
 * context that is the thread's default now.
 *
 * Returns: (transfer full): a new store
 */
ValijaStore *
valija_store_new (GFile *cache_directory,
                  GFile *data_directory)
{
  ValijaStore *self;

  g_return_val_if_fail (G_IS_FILE (cache_directory), NULL);
  g_return_val_if_fail (G_IS_FILE (data_directory), NULL);

  self = g_object_new (VALIJA_TYPE_STORE, NULL);
  self->cache_directory = g_object_ref (cache_directory);
  self->data_directory = g_object_ref (data_directory);

  return self;
}

static DexFuture *
opened_cb (DexFuture *future,
           gpointer   user_data)
{
  valija_store_upgrade (VALIJA_STORE (user_data));

  return dex_ref (future);
}

/**
 * valija_store_open:
 *
 * Takes the two directories for this store, opens and migrates the databases, repairs what a crash
 * left.
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of translated sentences that the
 *   user must read
 */
DexFuture *
valija_store_open (ValijaStore *self)
{
  Open *args;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  args = g_new0 (Open, 1);
  args->store = self;
  args->cache_directory = g_file_get_path (self->cache_directory);
  args->data_directory = g_file_get_path (self->data_directory);

  return dex_future_then (push (self, self->writer, VALIJA_STORE_BARE, open_databases, args,
                                (GDestroyNotify) open_free), opened_cb, g_object_ref (self), g_object_unref);
}

/**
 * valija_store_close:
 *
 * Returns: (transfer full): a future that resolves to true when all that was asked before is done
 *   and the files are let go
 */
DexFuture *
valija_store_close (ValijaStore *self)
{
  DexFuture *future;

  dex_return_error_if_fail (VALIJA_IS_STORE (self));

  if (self->closed)
    return dex_future_new_true ();

  future = push (self, self->writer, VALIJA_STORE_BARE, close_databases, self, NULL);
  valija_store_thread_end (self->writer);
  self->closed = TRUE;

  return future;
}
