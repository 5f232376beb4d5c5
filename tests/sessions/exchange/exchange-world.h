/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/valija-error.h"
#include "sessions/exchange/valija-exchange-session.h"

#include "support/valija-contract-server.h"
#include "support/valija-script-server.h"

G_BEGIN_DECLS

/* A session beside the contract server, and what it has told so far. */
typedef struct
{
  ValijaContractServer *server;
  ValijaAccount *account;
  ValijaSession *session;
  GHashTable *folders;      /* name or role → id */
  GHashTable *labels;       /* subject → "Work,Later", of the last that was told of it */
  GHashTable *flags;        /* remote id → "subject flags", of all rounds */
  GBytes *cursor;           /* nullable */
  gboolean restarted;
} World;

void world_start (World *world, const char * const *arguments, const char *mechanism, const char *password);
void world_stop (World *world);
void await_true (DexFuture *future);
void await_error (DexFuture *future, ValijaErrorCode code, ValijaStep step);
GPtrArray *await_list (DexFuture *future);
ValijaSearchHits *await_hits (World *world, const char *text, guint limit);
char *list_folders (World *world);
const char *folder (World *world, const char *name);
guint sync_inbox (World *world, GError **error);
const char *flags_of (World *world, const char *subject);
const char *labels_of (World *world, const char *subject);
char *dup_id_of (World *world, const char *subject);
char *fetch_text (World *world, const char *id);
void deliver (World *world, const char *subject);

G_END_DECLS
