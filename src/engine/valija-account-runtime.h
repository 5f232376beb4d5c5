/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <libdex.h>

#include "engine/valija-lane.h"
#include "model/valija-account-status.h"
#include "model/valija-folder.h"
#include "sessions/valija-mail-organizer.h"
#include "sessions/valija-mail-reader.h"
#include "sessions/valija-mail-sender.h"

G_BEGIN_DECLS

/* Makes a session for @context: that of the account (INCOMING), or the SMTP session it is paired with (OUTGOING).
 * The table of methods does it; tests put their own sessions here. */
typedef ValijaSession *(*ValijaSessionFactory) (ValijaSessionContext *context,
                                                ValijaSide            side,
                                                gpointer              user_data,
                                                GError              **error);

/* How a line of the journal has ended. */
typedef enum
{
  VALIJA_LINE_WAITS,
  VALIJA_LINE_DONE,
  VALIJA_LINE_REFUSED,
} ValijaLineEnd;

/* A line that its server puts off, since this runs. */
typedef struct
{
  guint n_tried;
  gint64 counted_at;         /* when it last counted against the line, monotonic; 0: never */
} ValijaPutOff;

/* What runs for one account: its sessions, made when first needed, its status, its folders as the interface sees
 * them. Private to engine/, and so are the fields. */
#define VALIJA_TYPE_ACCOUNT_RUNTIME (valija_account_runtime_get_type ())
G_DECLARE_FINAL_TYPE (ValijaAccountRuntime, valija_account_runtime, VALIJA, ACCOUNT_RUNTIME, GObject)

struct _ValijaAccountRuntime
{
  GObject parent_instance;

  ValijaAccount *account;
  ValijaAccountStatus *status;
  GListStore *folders;       /* of ValijaFolder, parents before children */

  ValijaCredentials *credentials;
  ValijaTrust *trust;
  ValijaSessionFactory factory;
  gpointer factory_data;

  ValijaSessionContext *context;
  ValijaSession *session;    /* the account's own */
  ValijaSession *sender;     /* a paired SMTP session, if it is another one */

  ValijaLane *lane;          /* the journal and the rounds of headers, which must not overtake each other */
  ValijaLane *fetching;      /* whole messages ahead of need: on one connection, the other is the user's */
  ValijaLane *sending;       /* the outbox */
  GHashTable *unwritten;     /* gint64 to ValijaOutboxVerdict: what became of items, where it is not written yet */
  GHashTable *unreached;     /* items that wait since their server could not be reached: gint64 */
  gboolean reachable;        /* perhaps it can be now: they are not to wait any longer */
  GHashTable *on_their_way;  /* lines of the journal that the server is being told now: gint64 */
  char *renumbered;          /* nullable: a folder (remote id) that must be listed again before its lines can be done */
  char *relisted;            /* nullable: one for which that has happened */
  GHashTable *put_off;       /* lines that the server puts off: gint64 to ValijaPutOff */
  GError *held_up;           /* nullable: why a line of the journal waits though the server answers */
  GError *left_out;          /* nullable: why the last look at all folders left one out */
  GHashTable *taken_back;    /* lines that a replay which has listed them passes over: whether they are gone for good */

  GHashTable *awaited;       /* lines whose end flows wait for, which tell of it */
  GHashTable *copied;        /* lines whose copies may be taken back: what those are called, GPtrArray of char *,
                              * NULL until they are there */

  DexPromise *wake;          /* what the background flow waits for, while it waits */
  GPtrArray *progresses;     /* of ValijaProgress: what goes on, of which the status shows the last */
  GPtrArray *syncs;          /* of ValijaProgress: those of them that fetch mail */
  GError *refused;           /* nullable: signing in was refused. Trying on without the user would lock the account */
  guint reload_source;       /* folders are about to be read again */
  guint flush_source;        /* the journal is about to be replayed */
  gint64 away_since;         /* its server cannot be reached, seconds since the system began; 0: it can */
  gint64 searched_at;        /* when its server was looked for again; 0: never */
  gboolean running;          /* the background flow goes */
  gboolean look_at_all;      /* at every folder, the next time */
  gboolean tells_states;     /* its server tells with the list of folders which have changed */
  gboolean watches_inbox;    /* it tells at once of one folder at a time, and of the inbox it is asked to */
  gboolean stalled;          /* it waits for the user to do something */
  gboolean removed;
};

/* Holds @account, @credentials and @trust (both nullable), and opens nothing. @factory makes its sessions;
 * @factory_data is borrowed. */
ValijaAccountRuntime *valija_account_runtime_new (ValijaAccount       *account,
                                                  ValijaCredentials   *credentials,
                                                  ValijaTrust         *trust,
                                                  ValijaSessionFactory factory,
                                                  gpointer             factory_data) G_GNUC_WARN_UNUSED_RESULT;

/* The account's own, (transfer none). */
const char           *valija_account_runtime_get_id           (ValijaAccountRuntime *self);
ValijaSessionContext *valija_account_runtime_get_context      (ValijaAccountRuntime *self); /* (transfer none) */

/* What the account can do: what its server offers once that is known, what its method can until then, and sending
 * where it is paired. */
ValijaCapabilities    valija_account_runtime_get_capabilities (ValijaAccountRuntime *self);

/* Whether the mail of this account is kept here because its server keeps no folders and flags (POP3). Needs no
 * connection. */
gboolean              valija_account_runtime_is_durable       (ValijaAccountRuntime *self);

/* The folder that the server calls @remote_id: none where that is "". (transfer none) (nullable) */
ValijaFolder         *valija_account_runtime_find_folder      (ValijaAccountRuntime *self, const char *remote_id);

/* The account's sessions by what they can, made when first needed: (transfer full), or NULL with
 * VALIJA_ERROR_UNSUPPORTED. A reader that was refused when signing in is NULL with that error until
 * valija_account_runtime_forgive(). */
ValijaMailReader *valija_account_runtime_dup_reader (ValijaAccountRuntime  *self,
                                                     GError               **error) G_GNUC_WARN_UNUSED_RESULT;
ValijaMailOrganizer *valija_account_runtime_dup_organizer (ValijaAccountRuntime  *self,
                                                           GError               **error) G_GNUC_WARN_UNUSED_RESULT;
ValijaMailSender *valija_account_runtime_dup_sender (ValijaAccountRuntime  *self,
                                                     GError               **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @session, after something was waited for, is still the one by which the account reads: it may have been
 * removed, or have other settings. FALSE with DISCONNECTED. */
gboolean   valija_account_runtime_still_has (ValijaAccountRuntime  *self,
                                             ValijaSession         *session,
                                             GError               **error);

/* Opens @session, one of the account's own, and writes into the status what came of it. A session that both reads
 * and sends may stand for two servers, of which one must not wait for the other: it is left to open what each
 * call needs. TRUE */
DexFuture *valija_account_runtime_open (ValijaAccountRuntime *self,
                                        ValijaSession        *session) G_GNUC_WARN_UNUSED_RESULT;

/* Something goes on, until it has ended: the status shows what began last. */
void                  valija_account_runtime_begin_progress   (ValijaAccountRuntime *self, ValijaProgress *progress);
void                  valija_account_runtime_end_progress     (ValijaAccountRuntime *self, ValijaProgress *progress);
/* Cancels @progress with the other synchronisations, for as long as it goes on. */
void                  valija_account_runtime_add_sync         (ValijaAccountRuntime *self, ValijaProgress *progress);
void                  valija_account_runtime_cancel_syncs     (ValijaAccountRuntime *self);

/* Writes into the status what the server has said of itself by now. */
void                  valija_account_runtime_take_facts       (ValijaAccountRuntime *self);

/* @error nullable: a success, which leaves what was held up or left out. Cancellation is neither. */
void                  valija_account_runtime_note             (ValijaAccountRuntime *self, const GError *error);
void                  valija_account_runtime_forgive          (ValijaAccountRuntime *self);

/* Ends both sessions. TRUE, always. */
DexFuture            *valija_account_runtime_close            (ValijaAccountRuntime *self) G_GNUC_WARN_UNUSED_RESULT;
/* The same, with new sessions from the account's settings the next time. TRUE, always. */
DexFuture            *valija_account_runtime_reset            (ValijaAccountRuntime *self) G_GNUC_WARN_UNUSED_RESULT;

/* Who waits for the end of @line asks for it with take: once for each time. Where it WAITS still, @last says that
 * nobody else waits. Tell returns whether somebody does. */
void                  valija_account_runtime_await_line       (ValijaAccountRuntime *self, gint64 line);
gboolean              valija_account_runtime_tell_line        (ValijaAccountRuntime *self,
                                                               gint64                line,
                                                               ValijaLineEnd         end);
ValijaLineEnd         valija_account_runtime_take_line        (ValijaAccountRuntime *self,
                                                               gint64                line,
                                                               gboolean             *last);

/* @line is done: where somebody wants to know, its copies are called @names (of char *, "" or NULL where not known). */
void                  valija_account_runtime_name_copies      (ValijaAccountRuntime *self,
                                                               gint64                line,
                                                               gpointer             *names,
                                                               guint                 n_names);

/* Lets the background flow go on at once, if it waits. */
void                  valija_account_runtime_wake             (ValijaAccountRuntime *self);

/* The account's own, not one of a mailbox that others share. (transfer none) (nullable) */
ValijaFolder *valija_account_runtime_find_role (ValijaAccountRuntime *self,
                                                ValijaFolderRole      role,
                                                gboolean              local);

G_END_DECLS
