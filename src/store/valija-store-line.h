/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store/valija-store-private.h"

G_BEGIN_DECLS

/* A line of the journal, as it is written there. */
typedef struct
{
  gint64 id;
  gint64 sequence;
  char *account;
  ValijaOperationKind kind;
  char *folder;
  char *target;
  ValijaFlags add;
  ValijaFlags remove;
  char *add_labels;         /* nullable, both: none */
  char *remove_labels;
} ValijaStoreLine;

/* One of its messages. */
typedef struct
{
  gint64 message;
  char *remote_id;
  char *message_id;
  guint64 size;
} ValijaStoreEntry;

#define VALIJA_STORE_LINE_COLUMNS \
  "o.id, o.sequence, o.account, o.kind, o.folder, o.target, o.add_flags, o.remove_flags, o.add_labels," \
  " o.remove_labels"
#define VALIJA_STORE_LINE_N_COLUMNS 10

/* @statement: at VALIJA_STORE_LINE_COLUMNS of "operation o", and whatever else behind them. (transfer full) */
ValijaStoreLine *valija_store_line_read         (sqlite3_stmt *statement) G_GNUC_WARN_UNUSED_RESULT;
void             valija_store_line_free         (ValijaStoreLine *self);

/* (transfer full) (nullable): NOT_FOUND where there is none. */
ValijaStoreLine *valija_store_line_load         (ValijaDatabase  *local,
                                                 gint64           id,
                                                 GError         **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of ValijaStoreEntry, in the order in which they are listed. (transfer full) (nullable) */
GArray          *valija_store_line_load_entries (ValijaDatabase  *local,
                                                 gint64           line,
                                                 GError         **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaStoreLine, valija_store_line_free)

G_END_DECLS
