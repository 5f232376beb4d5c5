/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-checkpoint.h"

/* After how many pages of 4 KiB that were written the log is taken over: what is written again and again goes into the
 * database once. */
#define LOG_PAGES 4000
/* A writer that never rests must wait in the end, since the log begins anew only when all of it was taken over. */
#define MOST_LOG_PAGES 16000

struct _ValijaCheckpoint
{
  sqlite3 *writer;
  char *path;
  GThread *thread;          /* nullable: the last one */
  int running;              /* atomic: whether it is under way */
  gboolean begun;           /* there was one */
};

/* What fails here stays in the log until the next checkpoint, after as many pages more. */
static gpointer
take_over (gpointer data)
{
  ValijaCheckpoint *self = data;
  sqlite3 *handle = NULL;

  /* A connection knows of the log once it has read something */
  if (sqlite3_open_v2 (self->path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
      sqlite3_exec (handle, "PRAGMA schema_version", NULL, NULL, NULL) != SQLITE_OK ||
      sqlite3_wal_checkpoint_v2 (handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL) != SQLITE_OK)
    g_debug ("“%s”: no checkpoint: %s", self->path, sqlite3_errmsg (handle));
  sqlite3_close (handle);
  g_atomic_int_set (&self->running, FALSE);

  return NULL;
}

/* Whether one could be begun. */
static gboolean
begin (ValijaCheckpoint *self)
{
  g_clear_pointer (&self->thread, g_thread_join);
  g_atomic_int_set (&self->running, TRUE);
  self->thread = g_thread_try_new ("valija-checkpoint", take_over, self, NULL);
  if (self->thread == NULL)
    g_atomic_int_set (&self->running, FALSE);

  return self->thread != NULL;
}

/* How many pages the writer has written since they were counted from 0; @anew: that is from now on. */
static int
count_written (ValijaCheckpoint *self,
               gboolean          anew)
{
  int n_written = 0;
  int most;

  sqlite3_db_status (self->writer, SQLITE_DBSTATUS_CACHE_WRITE, &n_written, &most, anew);

  return n_written;
}

static int
committed_cb (void       *data,
              sqlite3    *handle,
              const char *name,
              int         n_pages)
{
  ValijaCheckpoint *self = data;

  /* The length of the log tells of the first one alone, and of what a writer that was killed has left: from then on the
   * log may begin anew, with a transaction that is longer than all that was in it. */
  if ((self->begun ? count_written (self, FALSE) : n_pages) < LOG_PAGES)
    return SQLITE_OK;

  if (n_pages < MOST_LOG_PAGES)
    {
      if (g_atomic_int_get (&self->running) || !begin (self))
        return SQLITE_OK;
    }
  else
    {
      g_clear_pointer (&self->thread, g_thread_join);
      sqlite3_wal_checkpoint_v2 (handle, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    }
  self->begun = TRUE;
  count_written (self, TRUE);

  return SQLITE_OK;
}

ValijaCheckpoint *
valija_checkpoint_new (sqlite3    *handle,
                       const char *path)
{
  ValijaCheckpoint *self = g_new0 (ValijaCheckpoint, 1);

  self->writer = handle;
  self->path = g_strdup (path);
  sqlite3_wal_hook (handle, committed_cb, self);

  return self;
}

void
valija_checkpoint_free (ValijaCheckpoint *self)
{
  sqlite3_wal_hook (self->writer, NULL, NULL);
  g_clear_pointer (&self->thread, g_thread_join);
  g_free (self->path);
  g_free (self);
}
