/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/valija-mail-organizer.h"
#include "sessions/valija-mail-reader.h"
#include "sessions/valija-mail-sender.h"

G_BEGIN_DECLS

/* A mail server in memory, and sessions to it that are written against the interfaces alone. It counts every
 * question, answers the one that a test names with a failure, and remembers all that was asked. */
typedef struct _FakeServer FakeServer;

struct _FakeServer
{
  GPtrArray *folders;        /* of FakeFolder */
  GString *log;              /* "open; list; sync INBOX; …" */
  GPtrArray *sent;           /* of char *: "sender>recipient,recipient" */
  guint batch;               /* messages in one batch of a round */
  guint next_id;
  guint questions;           /* asked so far */
  guint fail_at;             /* the number of the question that fails; 0: none */
  int fail_code;
  ValijaStep fail_step;      /* where the session says that it failed */
  gboolean fail_cancelled;   /* it fails as what is cancelled does */
  gboolean fail_late;        /* what was asked for is done, and only the answer is lost */
  gboolean lost_answer;      /* it is, now */
  gboolean stays_down;       /* after the one that fails all do */
  gboolean marks;            /* it tells where a folder stands, and what has come since */
  gboolean nameless;         /* it does not tell what that which is filed is called */
  const char *refuse_search; /* nullable: a folder that it does not search */
  const char *refuse_recipient; /* nullable */
  gboolean refuse_for_now;   /* it would be accepted later */
  gboolean keeps_sent;
  gboolean silent;           /* it says nothing of what it has taken */
  gboolean stalls_sending;   /* half of a large message goes out, and the rest never */
  gboolean overlaps;         /* more than one message may be on its way */
  gboolean watches_all;      /* like NOTIFY of IMAP */
  guint n_stopped;           /* how often it was told that only inboxes are watched */
  gboolean tells_states;     /* with the list of folders, of all but flags other than whether messages are read */
  gboolean tells_whole_states;
  GPtrArray *changed;        /* nullable: of char *, the folders that were not told of yet */
  ValijaQuota quota;         /* limit 0: it tells of none */
  gint64 octets;             /* of each folder; 0: it does not tell */
  gboolean files_many;       /* like MULTIAPPEND of IMAP */
  gboolean names_content;    /* like OBJECTID of IMAP */
  DexPromise *stall;         /* nullable: half of what is fetched comes, and the rest when it is resolved */
  const char *alert;         /* nullable: what it has to say with each answer */
  const char *outline;       /* nullable: of any message; it does not tell the text apart */
  GHashTable *watches;       /* char * -> DexPromise: folders of which somebody waits for a change; "": all */
  ValijaCapabilities capabilities;
  void (*on_question) (FakeServer *server, gpointer user_data);
  gpointer user_data;
};

FakeServer *fake_server_new         (void) G_GNUC_WARN_UNUSED_RESULT; /* with INBOX, Sent, Archive and Trash */
void        fake_server_free        (FakeServer *self);
void        fake_server_add_folder  (FakeServer *self, const char *name, ValijaFolderRole role);
/* Its remote-id; the subject says which one it is. */
const char *fake_server_add_message (FakeServer *self, const char *folder, const char *subject);
const char *fake_server_add_source  (FakeServer *self, const char *folder, const char *source);
void        fake_server_set_flags   (FakeServer *self, const char *folder, const char *remote_id, ValijaFlags flags);
/* What another program does; sets, nullable. */
void        fake_server_change_labels (FakeServer         *self,
                                       const char         *folder,
                                       const char         *remote_id,
                                       const char * const *add,
                                       const char * const *remove);
void        fake_server_remove      (FakeServer *self, const char *folder, const char *remote_id);
/* What another program does: the message is there under a new remote-id, received when it was; its remote-id there. */
const char *fake_server_copy        (FakeServer *self, const char *folder, const char *remote_id, const char *target);
/* Whoever watches @folder is told of something; "": who watches all. */
void        fake_server_wake        (FakeServer *self, const char *folder);
/* It came and went between two rounds: neither is told. */
void        fake_server_take_in_silence (FakeServer *self, const char *folder, const char *remote_id);
/* All messages get other remote-ids, and the cursors of before are of no use. */
void        fake_server_renumber    (FakeServer *self, const char *folder);
/* "1:one 2:two*#Work" in the order of arrival; * is seen, # its labels. */
char       *fake_server_list        (FakeServer *self, const char *folder);
void        fake_server_clear_log   (FakeServer *self);

/* Each has no more than the interfaces that its name says. */
ValijaSession *fake_reader_session_new    (FakeServer *server) G_GNUC_WARN_UNUSED_RESULT;
ValijaSession *fake_organizer_session_new (FakeServer *server) G_GNUC_WARN_UNUSED_RESULT;
ValijaSession *fake_sender_session_new    (FakeServer *server) G_GNUC_WARN_UNUSED_RESULT;

/* A ValijaSessionFactory: by the account's method; @user_data is the server. */
ValijaSession *fake_server_create_session (ValijaSessionContext *context,
                                           ValijaSide            side,
                                           gpointer              user_data,
                                           GError              **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeServer, fake_server_free)

G_END_DECLS
