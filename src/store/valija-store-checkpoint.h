/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* Takes what a writer leaves in the write-ahead log into its database, on a thread of its own: that waits for the disk
 * twice, and the writer need not. */
typedef struct _ValijaCheckpoint ValijaCheckpoint;

/* Instead of the checkpoints of SQLite itself. @handle writes to the database at @path. */
ValijaCheckpoint *valija_checkpoint_new  (sqlite3 *handle, const char *path) G_GNUC_WARN_UNUSED_RESULT;

/* Before @handle is closed. Waits for a checkpoint that is under way. */
void              valija_checkpoint_free (ValijaCheckpoint *self);

G_END_DECLS
