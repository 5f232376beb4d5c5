/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/exchange/valija-exchange-client.h"
#include "sessions/exchange/valija-exchange-session.h"
#include "sessions/exchange/valija-exchange-watch.h"

G_BEGIN_DECLS

/* The folders of one mailbox, what they were at the last look. */
typedef struct
{
  char *mailbox;            /* nullable: the address of one that others share; NULL: the account's own */
  char *root;               /* nullable: the folder id above all others */
  GHashTable *folders;      /* folder id → ValijaFolderInfo */
  GHashTable *roles;        /* folder id → ValijaFolderRole */
  char *hierarchy;          /* nullable: the state of that look */
  gboolean is_away;         /* it could not be looked at */
} ValijaExchangeTree;

/* A large message of which somebody wants to see the beginning: all of it comes, for whoever fetches it then. */
typedef struct
{
  char *remote_id;
  ValijaExchangeTransfer *transfer;
  DexFuture *source;        /* resolves to GBytes */
} ValijaExchangeAhead;

/* Shared by valija-exchange-session.c (opening, the interfaces), -folders.c, -shared.c, -sync.c, -fetch.c,
 * -fetch-outline.c, -organize.c, -find.c, -people.c, -quota.c, -replies.c and -send.c. */
struct _ValijaExchangeSession
{
  GObject parent_instance;

  ValijaSessionContext *context;
  ValijaSessionState state;
  guint generation;         /* of the attempt to open it */
  guint n_closed;           /* how often it was closed */
  DexFuture *opening;       /* nullable */
  ValijaExchangeClient *client; /* nullable: closed */
  ValijaExchangeAhead *ahead; /* nullable */
  char **facts;             /* nullable */

  ValijaExchangeTree *own;
  GPtrArray *shared;        /* of ValijaExchangeTree */
  GHashTable *synced;       /* folder ids: of these somebody keeps a copy */
  ValijaExchangeWatch *watch; /* nullable */
  guint silence;            /* seconds after which a watch that says nothing is given up */
  guint interval;           /* seconds between questions where the server does not tell by itself */
  gboolean resolves_names;  /* FindPeople was refused */
};

/* Opens the session where it is closed. (transfer full) NULL with @error */
ValijaExchangeClient *valija_exchange_session_enter_fiber (ValijaExchangeSession *self,
                                                           GError               **error) G_GNUC_WARN_UNUSED_RESULT;

/* In valija-exchange-folders.c. Finds out what the special folders are; the first request of a session, which finds the
 * schema as well. */
gboolean   valija_exchange_session_look_around_fiber (ValijaExchangeSession *self,
                                                      ValijaExchangeClient  *client,
                                                      GError               **error);
/* Looks at what has changed in @tree; it must have a root. */
gboolean   valija_exchange_session_sync_tree_fiber (ValijaExchangeSession *self,
                                                    ValijaExchangeClient  *client,
                                                    ValijaExchangeTree    *tree,
                                                    GError               **error);
/* Appends the folders of @tree to @list, parents before children. */
void       valija_exchange_tree_add_folders      (ValijaExchangeTree    *tree,
                                                  GPtrArray             *list);
/* @mailbox: (nullable). (transfer full) */
ValijaExchangeTree *valija_exchange_tree_new     (const char            *mailbox) G_GNUC_WARN_UNUSED_RESULT;
void       valija_exchange_tree_free             (ValijaExchangeTree    *tree);
DexFuture *valija_exchange_session_list_folders  (ValijaExchangeSession *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_exchange_session_create_folder (ValijaExchangeSession *self,
                                                  const char            *parent,
                                                  const char            *name) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_exchange_session_rename_folder (ValijaExchangeSession *self,
                                                  const char            *folder,
                                                  const char            *parent,
                                                  const char            *name) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_exchange_session_remove_folder (ValijaExchangeSession *self,
                                                  const char            *folder) G_GNUC_WARN_UNUSED_RESULT;

/* In valija-exchange-shared.c. Appends to @list the folders of the mailboxes that the account's setting names. One that
 * the server refuses is told of and left out; one that is out of reach for now is told of and incomplete. FALSE with
 * @error where the connection failed. */
gboolean    valija_exchange_session_add_shared_fiber (ValijaExchangeSession *self,
                                                      ValijaExchangeClient  *client,
                                                      GPtrArray             *list,
                                                      GError               **error);

/* Has the watch, if there is one, tell of the folders that were found. */
void        valija_exchange_session_watch_shared (ValijaExchangeSession *self);

/* In the files of these names. */
DexChannel *valija_exchange_session_sync         (ValijaExchangeSession *self,
                                                  const char            *folder,
                                                  GBytes                *cursor) G_GNUC_WARN_UNUSED_RESULT;
DexFuture  *valija_exchange_session_fetch_headers (ValijaExchangeSession *self,
                                                   const char * const    *remote_ids) G_GNUC_WARN_UNUSED_RESULT;
DexChannel *valija_exchange_session_fetch        (ValijaExchangeSession *self,
                                                  const char * const    *remote_ids,
                                                  ValijaProgress        *progress) G_GNUC_WARN_UNUSED_RESULT;
/* (transfer full) NULL with @error. */
GBytes     *valija_exchange_fetch_source_fiber   (ValijaExchangeClient    *client,
                                                  const char              *remote_id,
                                                  ValijaExchangeTransfer  *transfer,
                                                  GError                 **error) G_GNUC_WARN_UNUSED_RESULT;
DexFuture  *valija_exchange_session_fetch_outline (ValijaExchangeSession *self,
                                                   const char            *remote_id) G_GNUC_WARN_UNUSED_RESULT;
/* What still comes of it is given up. */
void        valija_exchange_ahead_free           (ValijaExchangeAhead   *ahead);
DexFuture  *valija_exchange_session_search       (ValijaExchangeSession *self,
                                                  const char            *folder,
                                                  const char            *text,
                                                  guint                  limit) G_GNUC_WARN_UNUSED_RESULT;
/* @error: (transfer full), of a change. One that may have been done is for later: who tries again finds out first. */
DexFuture  *valija_exchange_refuse_change        (GError                *error) G_GNUC_WARN_UNUSED_RESULT;
DexFuture  *valija_exchange_session_set_flags    (ValijaExchangeSession *self,
                                                  const char * const    *remote_ids,
                                                  ValijaFlags            add,
                                                  ValijaFlags            remove) G_GNUC_WARN_UNUSED_RESULT;
DexFuture  *valija_exchange_session_set_labels   (ValijaExchangeSession *self,
                                                  const char * const    *remote_ids,
                                                  const char * const    *add,
                                                  const char * const    *remove) G_GNUC_WARN_UNUSED_RESULT;
DexFuture  *valija_exchange_session_transfer     (ValijaExchangeSession *self,
                                                  const char            *folder,
                                                  const char * const    *remote_ids,
                                                  const char            *target,
                                                  gboolean               is_move) G_GNUC_WARN_UNUSED_RESULT;
DexFuture  *valija_exchange_session_delete       (ValijaExchangeSession *self,
                                                  const char * const    *remote_ids) G_GNUC_WARN_UNUSED_RESULT;
DexFuture  *valija_exchange_session_append       (ValijaExchangeSession *self,
                                                  const char            *folder,
                                                  GBytes                *source,
                                                  ValijaFlags            flags,
                                                  gint64                 received) G_GNUC_WARN_UNUSED_RESULT;
DexFuture  *valija_exchange_session_mark         (ValijaExchangeSession *self,
                                                  const char            *folder) G_GNUC_WARN_UNUSED_RESULT;
DexFuture  *valija_exchange_session_find         (ValijaExchangeSession *self,
                                                  const char            *folder,
                                                  const char            *mark,
                                                  const char * const    *message_ids,
                                                  const guint64         *sizes) G_GNUC_WARN_UNUSED_RESULT;
DexFuture  *valija_exchange_session_send         (ValijaExchangeSession *self,
                                                  ValijaEnvelope        *envelope,
                                                  GBytes                *source,
                                                  ValijaProgress        *progress) G_GNUC_WARN_UNUSED_RESULT;
DexFuture  *valija_exchange_session_find_people  (ValijaExchangeSession *self,
                                                  const char            *text,
                                                  guint                  limit) G_GNUC_WARN_UNUSED_RESULT;
DexFuture  *valija_exchange_session_get_quota    (ValijaExchangeSession *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture  *valija_exchange_session_load_replies (ValijaExchangeSession *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture  *valija_exchange_session_save_replies (ValijaExchangeSession *self,
                                                  const ValijaAutoReplies *replies) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaExchangeAhead, valija_exchange_ahead_free)

G_END_DECLS
