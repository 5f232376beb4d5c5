/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "ui/valija-fake-engine.h"

G_BEGIN_DECLS

/* What was moved and flagged, as it was before. */
struct _ValijaUndo
{
  GObject parent_instance;

  char *label;
  GArray *ids;                /* of gint64 */
  GArray *folders;            /* of gint64, before; 0 for what was not there */
  GArray *flags;              /* of ValijaFlags, before */
  GPtrArray *labels;          /* of char **, before */
};

struct _ValijaEngine
{
  GObject parent_instance;

  GListStore *accounts;
  GHashTable *statuses;       /* ValijaAccount -> ValijaAccountStatus */
  GHashTable *folder_lists;   /* ValijaAccount -> GListStore */
  GHashTable *folders;        /* gint64 * -> ValijaFolder */
  GListStore *inboxes;        /* of ValijaFolder */
  ValijaFolder *all_inboxes;
  GHashTable *traffic;        /* ValijaAccount -> ValijaTraffic */
  GListStore *outbox;
  guint check_interval;
  GPtrArray *rows;            /* of ValijaMessageRow, newest first */
  GHashTable *sources;        /* gint64 * -> GBytes */
  GHashTable *outlines;       /* the same */
  GPtrArray *lists;           /* of GWeakRef to ValijaMessageList */
  GError *failure;
  DexPromise *held;
  DexPromise *slow_ones;      /* resolved when they are let go */
  GBytes *sent;
  gint64 next_id;
  gboolean slow;
  ValijaSyncFlags sync_flags;
  guint n_fetched;
  guint n_sent;
  guint n_drafts;
  guint n_released;
  guint n_withdrawn;
  gint64 last_due;
  guint64 n_older;            /* what the server finds and keeps back */
  char *server_problem;       /* nullable */
  char *searched;
  ValijaAutoReplies *replies; /* nullable */
  gboolean decided;           /* about the one certificate that there is */
  gboolean trusted;
};

/* valija-fake-engine.c */
gint64 *valija_fake_engine_dup_id (gint64 id);
DexFuture *valija_fake_engine_hold (ValijaEngine *self, DexFuture *answer);

/* valija-fake-engine-messages.c */
void valija_fake_engine_feed_free (gpointer data);
ValijaMessageRow *valija_fake_engine_find_row (ValijaEngine *self, gint64 id);
void valija_fake_engine_changed (ValijaEngine *self);

G_END_DECLS
