/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-database.h"

#include "base/valija-spool.h"

/* How much of a large value is in memory at a time. */
#define PIECE_BYTES (64 * 1024)

/* The words are read first: closing it says how that went. */
static gboolean
end (ValijaDatabase  *self,
     sqlite3_blob    *blob,
     int              result,
     GError         **error)
{
  if (result != SQLITE_OK)
    valija_database_fail (self, result, error);
  sqlite3_blob_close (blob);

  return result == SQLITE_OK;
}

gboolean
valija_database_write_bytes (ValijaDatabase  *self,
                             const char      *table,
                             const char      *column,
                             gint64           row,
                             GBytes          *bytes,
                             GError         **error)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  sqlite3_blob *blob = NULL;
  int result;

  if (length <= VALIJA_DATABASE_WHOLE)
    return TRUE;

  result = sqlite3_blob_open (valija_database_get_handle (self), "main", table, column, row, TRUE, &blob);
  for (gsize at = 0; result == SQLITE_OK && at < length; at += PIECE_BYTES)
    result = sqlite3_blob_write (blob, data + at, (int) MIN (length - at, PIECE_BYTES), (int) at);

  return end (self, blob, result, error);
}

gboolean
valija_database_expect_bytes (ValijaDatabase  *self,
                              const char      *sql,
                              gint64           row,
                              GError         **error)
{
  gint64 length;

  if (!valija_database_get_int64 (self, 0, &length, error, sql, "i", row))
    return FALSE;
  if (length > VALIJA_DATABASE_WHOLE)
    valija_database_limit_cache (self, TRUE);

  return TRUE;
}

static GBytes *
read_pieces (ValijaDatabase  *self,
             sqlite3_blob    *blob,
             GError         **error)
{
  g_autoptr(ValijaSpool) spool = valija_spool_new (G_MAXUINT64);
  g_autofree char *piece = g_malloc (PIECE_BYTES);
  int length = sqlite3_blob_bytes (blob);

  for (int at = 0; at < length; at += PIECE_BYTES)
    {
      int part = MIN (length - at, PIECE_BYTES);
      int result = sqlite3_blob_read (blob, piece, part, at);

      if (result != SQLITE_OK)
        {
          valija_database_fail (self, result, error);
          return NULL;
        }
      if (!valija_spool_append (spool, piece, part, error))
        return NULL;
    }

  return valija_spool_finish (spool, error);
}

GBytes *
valija_database_read_bytes (ValijaDatabase  *self,
                            sqlite3_stmt    *statement,
                            int              at,
                            const char      *table,
                            const char      *column,
                            gint64           row,
                            GError         **error)
{
  g_autoptr(GBytes) bytes = NULL;
  sqlite3_blob *blob = NULL;
  int result;

  if (sqlite3_column_int64 (statement, at) <= VALIJA_DATABASE_WHOLE)
    return g_bytes_new (sqlite3_column_blob (statement, at + 1), sqlite3_column_bytes (statement, at + 1));

  valija_database_limit_cache (self, TRUE);
  result = sqlite3_blob_open (valija_database_get_handle (self), "main", table, column, row, FALSE, &blob);
  if (result == SQLITE_OK)
    bytes = read_pieces (self, blob, error);
  end (self, blob, result, error);
  valija_database_limit_cache (self, FALSE);

  return g_steal_pointer (&bytes);
}
