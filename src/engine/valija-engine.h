/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <libdex.h>

#include "base/valija-secret.h"
#include "base/valija-traffic.h"
#include "mime/valija-composition.h"
#include "mime/valija-mime-message.h"
#include "model/valija-account-status.h"
#include "model/valija-address-check.h"
#include "model/valija-auto-replies.h"
#include "model/valija-discovery.h"
#include "model/valija-server-search.h"
#include "model/valija-mail-size.h"
#include "model/valija-message-list.h"
#include "model/valija-method.h"
#include "model/valija-outbox-item.h"
#include "model/valija-progress.h"
#include "model/valija-search-term.h"

G_BEGIN_DECLS

/* All that the application and valijactl do, they do through this object. Main context only; no call blocks.
 * Futures reject with VALIJA_ERROR, or G_IO_ERROR_CANCELLED. It is split over valija-engine-accounts.c, -sync.c,
 * -messages.c, -outbox.c …, which share valija-engine-private.h. */
#define VALIJA_TYPE_ENGINE (valija_engine_get_type ())
G_DECLARE_FINAL_TYPE (ValijaEngine, valija_engine, VALIJA, ENGINE, GObject)

/* @profile: one directory for everything (config/, data/, cache/ inside it), or NULL for the user's own XDG
 * directories under "valija". Signals: "notice" (string): something the user must know (a damaged cache, a failed
 * change given up), translated. "new-mail" (ValijaFolder, uint n): unread messages came into an inbox.
 * "outbox-changed": an item came, went or changed its state. "draft-edited": see valija_engine_settle_draft(). */
ValijaEngine *valija_engine_new (GFile *profile) G_GNUC_WARN_UNUSED_RESULT;

/* Store and accounts; no network. TRUE */
DexFuture *valija_engine_open (ValijaEngine *self) G_GNUC_WARN_UNUSED_RESULT;

/* Ends every session and fiber, then the store. TRUE */
DexFuture *valija_engine_close (ValijaEngine *self) G_GNUC_WARN_UNUSED_RESULT;

/* Begins working in the background: synchronises every account, watches inboxes, empties the outbox, replays the
 * journal, and again when the network comes back or the time has come. valijactl does not call it: there each
 * command does its own work and no more. */
void valija_engine_start (ValijaEngine *self);

/* ---- Methods ---- */
const ValijaMethod * const *valija_engine_list_methods (ValijaEngine *self); /* NULL-terminated; @self may be NULL */
const ValijaMethod *valija_engine_find_method (ValijaEngine *self, const char *id); /* (nullable) */

/* ---- Accounts ---- */
GListModel *valija_engine_get_accounts (ValijaEngine *self); /* of ValijaAccount, live; (transfer none) */

/* (transfer none) (nullable) */
ValijaAccount *valija_engine_find_account (ValijaEngine *self, const char *id_name_or_address);
ValijaAccountStatus *valija_engine_get_status (ValijaEngine *self, ValijaAccount *account); /* (transfer none) */

/* Where the key to a file of passwords is, for who has no desktop: no secret itself. */
#define VALIJA_KEYRING_KEY_VARIABLE "VALIJA_KEYRING_KEY"

/* Has passwords kept in a file of @profile (nullable: of the user's data) instead of in the desktop's keyring,
 * encrypted with what is in the file @key_path, which is made when it is not there; @made says so. Before any thread is
 * begun. A program that starts others calls the other one then, which takes the secret out of the environment.
 * VALIJA_ERROR_KEYRING, _STORAGE */
gboolean   valija_engine_use_keyring_file  (const char *key_path, const char *profile, gboolean *made, GError **error);
gboolean   valija_engine_open_keyring_file (GError **error);

/* Accounts that were removed and of which mail is kept here: GPtrArray of ValijaAccount. */
DexFuture *valija_engine_list_removed (ValijaEngine *self) G_GNUC_WARN_UNUSED_RESULT;

/* Secrets are nullable: what is stored stays. Validates, stores the secrets in the keyring, writes the file, in
 * that order. Resolves to TRUE. */
DexFuture *valija_engine_add_account (ValijaEngine  *self,
                                      ValijaAccount *account,
                                      ValijaSecret  *incoming,
                                      ValijaSecret  *outgoing) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_engine_update_account (ValijaEngine  *self,
                                         ValijaAccount *account,
                                         ValijaSecret  *incoming,
                                         ValijaSecret  *outgoing) G_GNUC_WARN_UNUSED_RESULT;

/* Settings that no connection hangs on: they hold at once, and are durable when it resolves. While an account is paused
 * nothing of it is fetched or watched unasked; what the user changes, writes and asks for goes to the server all the
 * same. @days as of "body-days" of ValijaAccount. TRUE */
DexFuture *valija_engine_set_paused (ValijaEngine  *self,
                                     ValijaAccount *account,
                                     gboolean       paused) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_engine_set_body_days (ValijaEngine  *self,
                                        ValijaAccount *account,
                                        int            days) G_GNUC_WARN_UNUSED_RESULT;

/* Mail that cannot be fetched again is only removed with @local_mail. Else it stays, and comes back with the next
 * account that is added with the same method and address. TRUE */
DexFuture *valija_engine_remove_account (ValijaEngine  *self,
                                         ValijaAccount *account,
                                         gboolean       local_mail) G_GNUC_WARN_UNUSED_RESULT;

/**
 * valija_engine_discover:
 * @account: of a method that finds its server by itself; with an address
 * @secret: (nullable): the password; without one the keyring's, if the account is stored
 * @allowed: (nullable) (array zero-terminated=1): servers outside of the address's domain that the user agreed to
 *
 * Looks where the mailbox is. Writes nothing, and changes nothing of @account.
 *
 * Returns: (transfer full): resolves to ValijaDiscovery (boxed), rejects with RESOLVE where no server is found, and
 *   with AUTHENTICATION
 */
DexFuture *valija_engine_discover (ValijaEngine       *self,
                                   ValijaAccount      *account,
                                   ValijaSecret       *secret,
                                   const char * const *allowed) G_GNUC_WARN_UNUSED_RESULT;

/**
 * valija_engine_test_account:
 * @account: stored or not
 * @steps: a GListStore of ValijaTestStep, filled and updated while it goes: the incoming and then the outgoing half
 *
 * Connects, secures, signs in, lists the folders, opens the inbox, fetches a few headers and quits; for sending, all up
 * to and without a message. Both halves are always tried. Writes nothing.
 *
 * Returns: (transfer full): resolves to a GPtrArray of char * ("Label: value" facts and server alerts for the person),
 *   rejects with the first failure
 */
DexFuture *valija_engine_test_account (ValijaEngine  *self,
                                       ValijaAccount *account,
                                       ValijaSecret  *incoming,
                                       ValijaSecret  *outgoing,
                                       GListStore    *steps) G_GNUC_WARN_UNUSED_RESULT;

/* "Trust this one for this server" or "never", for the certificate that an error carries. */
gboolean valija_engine_decide_certificate (ValijaEngine       *self,
                                           ValijaCertificate  *certificate,
                                           gboolean            trust,
                                           GError            **error);

/* Asks every session of @account to connect, or to hang up. TRUE */
DexFuture *valija_engine_connect_account (ValijaEngine *self, ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_engine_disconnect_account (ValijaEngine *self, ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;

/* The last conversation with the server, secrets left out. (transfer full) */
char *valija_engine_dup_transcript (ValijaEngine *self, ValijaAccount *account);

/* Whether the server of @account can be told to answer mail while the user is away. */
gboolean valija_engine_has_auto_replies (ValijaEngine *self, ValijaAccount *account);

/* What the server answers: ValijaAutoReplies (boxed); and to change that, TRUE. UNSUPPORTED; INVALID as of
 * valija_auto_replies_check(). The status of the account says whether people are answered now. */
DexFuture *valija_engine_load_auto_replies (ValijaEngine  *self, ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_engine_save_auto_replies (ValijaEngine            *self,
                                            ValijaAccount           *account,
                                            const ValijaAutoReplies *replies) G_GNUC_WARN_UNUSED_RESULT;

/* Bytes, turns and connections of @account so far. (transfer none) */
ValijaTraffic *valija_engine_get_traffic (ValijaEngine *self, ValijaAccount *account);

/* ---- What can be done ---- */

/* NULL when @action can be done; otherwise the reason in words, with the way out: "POP3 reads only. Add an SMTP
 * server to reply." @folder and @account are nullable (an action on nothing in particular). (transfer full) */
char *valija_engine_why_not (ValijaEngine  *self,
                             ValijaAccount *account,
                             ValijaFolder  *folder,
                             ValijaAction   action);

/* ---- Folders and lists ---- */

/* Of ValijaFolder, parents before children, live. (transfer none) */
GListModel *valija_engine_get_folders (ValijaEngine *self, ValijaAccount *account);

/* "INBOX", "Lists/gtk", "sent"; (transfer none) (nullable) */
ValijaFolder *valija_engine_find_folder (ValijaEngine *self, ValijaAccount *account, const char *name_or_role);
ValijaFolder *valija_engine_find_folder_by_id (ValijaEngine *self, gint64 id); /* (transfer none) (nullable) */

/* Makes, renames or removes a folder: on the server, by way of the journal, or on this computer
 * where the account has none there. @parent nullable: the top. Shown at once; each resolves, when
 * it is durable here, to a ValijaUndo (object). Rejects with INVALID (the name), or UNSUPPORTED
 * with the words of valija_engine_why_not(). What is removed on a server goes with its mail; the
 * mail of a folder on this computer goes to the trash. */
DexFuture *valija_engine_create_folder (ValijaEngine  *self,
                                        ValijaAccount *account,
                                        ValijaFolder  *parent,
                                        const char    *name) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_engine_rename_folder (ValijaEngine *self,
                                        ValijaFolder *folder,
                                        const char   *name) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_engine_remove_folder (ValijaEngine *self, ValijaFolder *folder) G_GNUC_WARN_UNUSED_RESULT;

/* What is fetched of @folder by itself from now on. TRUE; UNSUPPORTED with the words of valija_engine_why_not(), or
 * INVALID: an inbox is always looked at. */
DexFuture *valija_engine_set_folder_policy (ValijaEngine       *self,
                                            ValijaFolder       *folder,
                                            ValijaFolderPolicy  policy) G_GNUC_WARN_UNUSED_RESULT;

/* How much there is of @folder, or where it is NULL of all of @account: ValijaMailSize (boxed). Of a folder that is not
 * listed here an open session is asked. */
DexFuture *valija_engine_measure (ValijaEngine  *self,
                                  ValijaAccount *account,
                                  ValijaFolder  *folder) G_GNUC_WARN_UNUSED_RESULT;

/* The inboxes of all accounts, in their order: of ValijaFolder, live. (transfer none) */
GListModel *valija_engine_get_inboxes (ValijaEngine *self);

/* What gathers them: a folder without an account, to be listed like another. (transfer none) */
ValijaFolder *valija_engine_get_all_inboxes (ValijaEngine *self);

typedef enum
{
  VALIJA_SHOW_ALL,
  VALIJA_SHOW_UNREAD,
  VALIJA_SHOW_FLAGGED,
} ValijaShow;

/* Live lists: they follow the store. (transfer full); @folder (one that gathers as well) and @account narrow the
 * search, nullable; @server: nullable, of what servers find as well it is followed */
ValijaMessageList *valija_engine_list_messages (ValijaEngine *self,
                                                ValijaFolder *folder,
                                                ValijaShow    show) G_GNUC_WARN_UNUSED_RESULT;
ValijaMessageList *valija_engine_search_messages (ValijaEngine       *self,
                                                  const char         *text,
                                                  ValijaAccount      *account,
                                                  ValijaFolder       *folder,
                                                  ValijaServerSearch *server) G_GNUC_WARN_UNUSED_RESULT;

/* By conversations: each row is the newest message in @folder of one, and stands for all of it: its flags are those of
 * any, and what is done to it by the calls below is done to all of its messages in @folder. */
ValijaMessageList *valija_engine_list_conversations (ValijaEngine *self,
                                                     ValijaFolder *folder,
                                                     ValijaShow    show) G_GNUC_WARN_UNUSED_RESULT;
/* Of what is found: a row stands for those of its messages that were, in whichever folders, and what is done to it is
 * done to them. What was thrown away is not among them where there are others. */
ValijaMessageList *valija_engine_search_conversations (ValijaEngine       *self,
                                                       const char         *text,
                                                       ValijaAccount      *account,
                                                       ValijaFolder       *folder,
                                                       ValijaServerSearch *server) G_GNUC_WARN_UNUSED_RESULT;

/* The whole conversation of @message, of all folders of the account but trash and junk (unless @message lies there):
 * GPtrArray of ValijaMessage, loaded, oldest first. NOT_FOUND */
DexFuture *valija_engine_load_conversation (ValijaEngine *self, ValijaMessage *message) G_GNUC_WARN_UNUSED_RESULT;

/* The same once, for scripts: GPtrArray of ValijaMessage, loaded, newest first. @limit 0: all */
DexFuture *valija_engine_load_messages (ValijaEngine *self,
                                                ValijaFolder *folder,
                                                ValijaShow    show,
                                                guint         limit) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_engine_load_conversations (ValijaEngine *self,
                                             ValijaFolder *folder,
                                             ValijaShow    show,
                                             guint         limit) G_GNUC_WARN_UNUSED_RESULT;
/* @found: gint64, nullable: what servers have found as well. */
DexFuture *valija_engine_load_found (ValijaEngine  *self,
                                                const char    *text,
                                                ValijaAccount *account,
                                                ValijaFolder  *folder,
                                                GArray        *found,
                                                guint          limit) G_GNUC_WARN_UNUSED_RESULT;

/* Of what is found, as valija_engine_search_conversations() lists it. @limit: how many conversations */
DexFuture *valija_engine_load_found_conversations (ValijaEngine  *self,
                                                   const char    *text,
                                                   ValijaAccount *account,
                                                   ValijaFolder  *folder,
                                                   GArray        *found,
                                                   guint          limit) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to a ValijaMessage, loaded; NOT_FOUND. */
DexFuture *valija_engine_find_message (ValijaEngine *self, gint64 id) G_GNUC_WARN_UNUSED_RESULT;

/* Searches on the server of @account, in @folder (one that gathers as well), or of all accounts (NULL and NULL), and
 * lists the newest of what is found, without its text. @server is told of it as it comes. With one that has been asked
 * the same before it goes on with what is older, and with those that could not be asked. Resolves to TRUE at the end;
 * rejects with the failure where one account alone is asked and has found nothing, UNSUPPORTED where nobody can be. The
 * progress of each, which can be cancelled, is the account's. */
DexFuture *valija_engine_search_server (ValijaEngine       *self,
                                        ValijaAccount      *account,
                                        ValijaFolder       *folder,
                                        const char         *text,
                                        ValijaServerSearch *server) G_GNUC_WARN_UNUSED_RESULT;

/* The labels that messages of @account (nullable: of all) have: a set of valija-labels.h, G_TYPE_STRV. */
DexFuture *valija_engine_list_labels (ValijaEngine *self, ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;

/* People in the mail that is here whose names or addresses have a word that begins with @text, those with whom there
 * was most and newest mail first: GPtrArray of ValijaAddress. */
DexFuture *valija_engine_find_people (ValijaEngine *self,
                                      const char   *text,
                                      guint         limit) G_GNUC_WARN_UNUSED_RESULT;

/* People whom the server of @account has in its directory, whose names or addresses begin with @text: GPtrArray of
 * ValijaAddress. UNSUPPORTED where there is no directory. Ends when nobody waits for it any more. */
DexFuture *valija_engine_search_directory (ValijaEngine  *self,
                                           ValijaAccount *account,
                                           const char    *text,
                                           guint          limit) G_GNUC_WARN_UNUSED_RESULT;

/* ---- Synchronising ---- */
typedef enum
{
  VALIJA_SYNC_HEADERS = 1 << 0,   /* headers only, no background bodies */
  VALIJA_SYNC_ALL_FOLDERS = 1 << 1, /* not the inbox alone */
  /* whole messages of all ages, and all folders but those that are never synchronised */
  VALIJA_SYNC_EVERYTHING = 1 << 2,
} ValijaSyncFlags;

/* Replays the journal, lists the folders (with ALL_FOLDERS, or when no inbox is known yet), synchronises, then fetches
 * bodies within the budget of account and folder. @progress nullable. Resolves to the number of new messages (uint).
 * A folder that is never synchronised is left alone. */
DexFuture *valija_engine_sync_account (ValijaEngine    *self,
                                       ValijaAccount   *account,
                                       ValijaSyncFlags  flags,
                                       ValijaProgress  *progress) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_engine_sync_folder (ValijaEngine    *self,
                                      ValijaFolder    *folder,
                                      ValijaSyncFlags  flags,
                                      ValijaProgress  *progress) G_GNUC_WARN_UNUSED_RESULT;

/* What the user looks at (nullable): it goes before the other folders. The one that gathers all inboxes stands for each
 * of them. */
void       valija_engine_set_folder_in_view (ValijaEngine *self, ValijaFolder *folder);

/* Resolves to TRUE when something changed in @folder on the server; UNSUPPORTED. */
DexFuture *valija_engine_watch_folder (ValijaEngine *self, ValijaFolder *folder) G_GNUC_WARN_UNUSED_RESULT;

/* ---- Messages ---- */

/* The source: from the store, else fetched and stored. @progress: nullable, of octets; its Cancel ends the fetching,
 * and the future rejects as cancelled. A large message is shown with what goes on in its account. GBytes.
 * @outline: (out) (optional) (transfer full): a future for what of a large message can be read before all of it is
 * here: ValijaMimeMessage (object), with parts that are absent. It rejects where nothing is to be read earlier. */
DexFuture *valija_engine_load_source (ValijaEngine    *self,
                                      ValijaMessage   *message,
                                      ValijaProgress  *progress,
                                      DexFuture      **outline) G_GNUC_WARN_UNUSED_RESULT;

/* The same, parsed off the main thread: ValijaMimeMessage (object). */
DexFuture *valija_engine_load_message (ValijaEngine *self, ValijaMessage *message) G_GNUC_WARN_UNUSED_RESULT;

/* What is in a file, which may be large: GBytes. Rejects with what GIO says where it cannot be read. */
DexFuture *valija_engine_load_file (GFile *file) G_GNUC_WARN_UNUSED_RESULT;

/* Of any source, without a store: @self may be NULL. ValijaMimeMessage (object). */
DexFuture *valija_engine_parse_source (ValijaEngine *self, GBytes *source) G_GNUC_WARN_UNUSED_RESULT;

/* Each takes a GPtrArray of ValijaMessage (not consumed), from any folders; shows the change at once, and
 * resolves, when it is durable here, to a ValijaUndo (object). The server hears of it soon after; see
 * valija_engine_flush(). */
DexFuture *valija_engine_change_flags (ValijaEngine *self,
                                       GPtrArray    *messages,
                                       ValijaFlags   add,
                                       ValijaFlags   remove) G_GNUC_WARN_UNUSED_RESULT;
/* Sets of valija-labels.h, both nullable. Only what each message lacks or has is changed, so that what somebody else
 * does to its labels meanwhile stays. */
DexFuture *valija_engine_change_labels (ValijaEngine       *self,
                                        GPtrArray          *messages,
                                        const char * const *add,
                                        const char * const *remove) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_engine_move_messages (ValijaEngine *self,
                                        GPtrArray    *messages,
                                        ValijaFolder *target) G_GNUC_WARN_UNUSED_RESULT;
/* To @target, also where they are already. Each is shown there once its server has it. */
DexFuture *valija_engine_copy_messages (ValijaEngine *self,
                                        GPtrArray    *messages,
                                        ValijaFolder *target) G_GNUC_WARN_UNUSED_RESULT;
/* Each to the folder of its own account with @role; NOT_FOUND, and nothing is moved, when one of the accounts has
 * none. */
DexFuture *valija_engine_move_to_role (ValijaEngine     *self,
                                       GPtrArray        *messages,
                                       ValijaFolderRole  role) G_GNUC_WARN_UNUSED_RESULT;

/* How many of @messages valija_engine_delete_messages() would delete for good; those that are not loaded are taken to
 * be in @folder. */
guint valija_engine_count_final (ValijaEngine *self, GPtrArray *messages, ValijaFolder *folder);

/* Into the trash; those in the trash already, or where there is none, for good. */
DexFuture *valija_engine_delete_messages (ValijaEngine *self, GPtrArray *messages) G_GNUC_WARN_UNUSED_RESULT;

/* Whether valija_engine_empty_folder() is for @folder: one for trash or junk, in which something can be changed. */
gboolean valija_engine_can_empty (ValijaEngine *self, ValijaFolder *folder);

/* What valija_engine_empty_folder() is to delete: all that is in @folder, which is listed anew when its server has more
 * than is listed here; rejects where that fails. So many a person is asked about. GPtrArray of ValijaMessage */
DexFuture *valija_engine_list_to_empty (ValijaEngine *self, ValijaFolder *folder) G_GNUC_WARN_UNUSED_RESULT;

/* Deletes for good those of @messages (of ValijaMessage, not consumed) that are in @folder still: what has come since
 * they were listed stays. ValijaUndo (object), as of the calls above. */
DexFuture *valija_engine_empty_folder (ValijaEngine *self,
                                       ValijaFolder *folder,
                                       GPtrArray    *messages) G_GNUC_WARN_UNUSED_RESULT;

#define VALIJA_TYPE_UNDO (valija_undo_get_type ())
G_DECLARE_FINAL_TYPE (ValijaUndo, valija_undo, VALIJA, UNDO, GObject)
const char *valija_undo_get_label (ValijaUndo *self);    /* "3 messages moved to Archive", translated */
/* FALSE once the server knows of something in it that cannot be taken back, such as a deletion for good. */
gboolean valija_undo_can_undo (ValijaUndo *self);
DexFuture *valija_engine_undo (ValijaEngine *self, ValijaUndo *undo) G_GNUC_WARN_UNUSED_RESULT; /* TRUE */

/* Replays the journal of @account now. TRUE, or the failure of the first line that could not be done. */
DexFuture *valija_engine_flush (ValijaEngine *self, ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;

/* ---- Sending ---- */

/* Checks, builds off the main thread, and puts into the outbox, durable: @composition as it is now, whatever changes
 * meanwhile. @due: not sent before that time, in seconds since 1970, 0 for at once; what falls due while nobody works
 * in the background goes at the next start. Resolves to the outbox id (int64). */
DexFuture *valija_engine_send (ValijaEngine      *self,
                               ValijaAccount     *account,
                               ValijaComposition *composition,
                               gint64             due) G_GNUC_WARN_UNUSED_RESULT;

/* The same for a finished source; Bcc is taken out of what is sent. @extra_recipients nullable. */
DexFuture *valija_engine_send_source (ValijaEngine       *self,
                                      ValijaAccount      *account,
                                      GBytes             *source,
                                      const char * const *extra_recipients,
                                      gint64              due) G_GNUC_WARN_UNUSED_RESULT;

/* Asks the outgoing server of @account what it thinks of @address, without sending anything; only ever because the user
 * says so. ValijaAddressCheck; rejects with INVALID for what is no address, UNSUPPORTED where nobody can be asked. */
DexFuture *valija_engine_check_address (ValijaEngine  *self,
                                        ValijaAccount *account,
                                        const char    *address) G_GNUC_WARN_UNUSED_RESULT;

/* Tells the author of @message that it was read (RFC 8098), or that the user will not. By way of
 * the outbox; never called but because the user says so. Marks the message, so that it is not asked
 * again. TRUE */
DexFuture *valija_engine_answer_confirmation (ValijaEngine  *self,
                                              ValijaMessage *message,
                                              gboolean       confirm) G_GNUC_WARN_UNUSED_RESULT;
GListModel *valija_engine_get_outbox (ValijaEngine *self); /* of ValijaOutboxItem, live; (transfer none) */
/* Sends what is due, for @account or (NULL) all. Resolves to the number sent (uint) when nothing is pending;
 * rejects with the last failure. */
DexFuture *valija_engine_flush_outbox (ValijaEngine *self, ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;

/* From ERROR or UNCERTAIN, because the user says so. TRUE */
DexFuture *valija_engine_retry_outbox_item (ValijaEngine *self, ValijaOutboxItem *item) G_GNUC_WARN_UNUSED_RESULT;

/* "It was sent": one that is uncertain is kept as sent, with its copy where the account has them. TRUE; INVALID where
 * it is not uncertain. Where the server itself files what it sends, a round of Sent settles it without being asked. */
DexFuture *valija_engine_confirm_outbox_item (ValijaEngine *self, ValijaOutboxItem *item) G_GNUC_WARN_UNUSED_RESULT;

/* Not while it is being sent. TRUE */
DexFuture *valija_engine_remove_outbox_item (ValijaEngine *self, ValijaOutboxItem *item) G_GNUC_WARN_UNUSED_RESULT;

/* Takes it back to be written on: in one step it leaves the outbox and becomes a draft here, held. Whom it has reached
 * already is no longer among its recipients. The draft's id (int64); INVALID when it is being sent or was sent. */
DexFuture *valija_engine_withdraw_outbox_item (ValijaEngine     *self,
                                               ValijaOutboxItem *item) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer none) (nullable) */
ValijaOutboxItem *valija_engine_find_outbox_item (ValijaEngine *self, gint64 id);

/* Nobody is left to take back what was sent a moment ago: what waits for that alone goes now. Resolves to TRUE when it
 * is sent, or has said why not. */
DexFuture *valija_engine_end_undo_send (ValijaEngine *self) G_GNUC_WARN_UNUSED_RESULT;

/* What will become of a copy, in words for the composer: "A copy is kept in Sent on the server." (transfer full) */
char *valija_engine_describe_sent_copy (ValijaEngine *self, ValijaAccount *account);

/* Drafts: written here at once, and held here until they are released; the server's folder of drafts gets them
 * whenever nothing was written for a while. What is kept is @composition as it is now. @replaces: the id of the earlier
 * version, 0 for none. Resolves to the new message id (int64). */
DexFuture *valija_engine_save_draft (ValijaEngine      *self,
                                     ValijaAccount     *account,
                                     ValijaComposition *composition,
                                     gint64             replaces) G_GNUC_WARN_UNUSED_RESULT;
/* Also what a server has of it. TRUE, also where it is gone. */
DexFuture *valija_engine_drop_draft (ValijaEngine *self, gint64 draft) G_GNUC_WARN_UNUSED_RESULT;
/* Somebody works on @draft, which was stored before: it stays where it is. */
void valija_engine_hold_draft (ValijaEngine *self, gint64 draft);
/* Nobody works on @draft any more: it goes to the server's folder of drafts, where there is one. It
 * stays here until the server has it; each synchronisation tries again. TRUE */
DexFuture *valija_engine_release_draft (ValijaEngine  *self,
                                        ValijaAccount *account,
                                        gint64         draft) G_GNUC_WARN_UNUSED_RESULT;
/* The same, for who wants to know where it is in the end: resolves to the message's id (int64) here or in the server's
 * drafts, 0 where it is there and was not listed yet. Rejects where the server cannot have it now: it is here then. */
DexFuture *valija_engine_file_draft (ValijaEngine  *self,
                                     ValijaAccount *account,
                                     gint64         draft) G_GNUC_WARN_UNUSED_RESULT;
/* Leaves it here, without asking the server now. TRUE */
DexFuture *valija_engine_leave_draft (ValijaEngine *self, gint64 draft) G_GNUC_WARN_UNUSED_RESULT;

/* Drafts that somebody worked on when the last Valija was ended, newest first: they stay here until they are opened or
 * released. GPtrArray of ValijaMessage, loaded. */
DexFuture *valija_engine_list_unfinished (ValijaEngine *self) G_GNUC_WARN_UNUSED_RESULT;

/* After "draft-edited" (int64 draft, int64 theirs): the server has another version of @draft, which somebody made
 * elsewhere, and gets no newer one until this is called. With @theirs the next one takes its place; with 0 both stay.
 * TRUE */
DexFuture *valija_engine_settle_draft (ValijaEngine *self,
                                       gint64        draft,
                                       gint64        theirs) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
