/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "base/valija-error.h"
#include "model/valija-server.h"

G_BEGIN_DECLS

/* An account: settings only, no state. Properties: id (construct-only uuid; made when not given), method ("imap",
 * "pop3", "smtp", "mixed", …), name (what the sidebar says), email, full-name, keep-sent (int, ValijaKeepSent),
 * delete-after-days (int; when POP3 deletes on the server; -1: never, which is the default; 0: once the copy here is
 * durable; n: n days after it came here), delete-removed (boolean: POP3 deletes there what is deleted here for good, at
 * the next visit; FALSE), timeout (seconds, 60), body-days (int; how many days back whole messages are fetched in the
 * background, -1 all, 0 none; default 90), paused (boolean: nothing is fetched unasked until the user says so), senders
 * (addresses besides email that messages may be from) and shared (Exchange: addresses of mailboxes of others whose
 * folders are listed, too), each a text with commas between the addresses, incoming and outgoing (ValijaServer,
 * construct-only, always there).
 * IMAP and POP3 accounts whose outgoing host is set are paired with an SMTP session. */
#define VALIJA_TYPE_ACCOUNT (valija_account_get_type ())
G_DECLARE_FINAL_TYPE (ValijaAccount, valija_account, VALIJA, ACCOUNT, GObject)

/* The getters answer the properties of the same names, (transfer none); texts are "" where nothing was given,
 * never NULL. */
ValijaAccount *valija_account_new                   (const char *method) G_GNUC_WARN_UNUSED_RESULT;
const char    *valija_account_get_id                (ValijaAccount *self);
/* Before anything is stored under its own: the account is the one that was called so. */
void           valija_account_adopt_id              (ValijaAccount *self, const char *id);
const char    *valija_account_get_method            (ValijaAccount *self);
const char    *valija_account_get_name              (ValijaAccount *self); /* else the address, else the host */
const char    *valija_account_get_own_name          (ValijaAccount *self); /* what the user gave, or "" */
const char    *valija_account_get_email             (ValijaAccount *self);
const char    *valija_account_get_full_name         (ValijaAccount *self);
/* Whom a message may be from, the account's own address first: (element-type ValijaAddress) (transfer full) */
GPtrArray     *valija_account_list_senders          (ValijaAccount *self) G_GNUC_WARN_UNUSED_RESULT;
char         **valija_account_dup_shared            (ValijaAccount *self) G_GNUC_WARN_UNUSED_RESULT;
ValijaKeepSent valija_account_get_keep_sent         (ValijaAccount *self);
int            valija_account_get_delete_after_days (ValijaAccount *self);
gboolean       valija_account_get_delete_removed    (ValijaAccount *self);
/* Whether one of these two takes anything off the server. */
gboolean       valija_account_deletes_on_server     (ValijaAccount *self);
guint          valija_account_get_timeout           (ValijaAccount *self);
int            valija_account_get_body_days         (ValijaAccount *self);
gboolean       valija_account_get_paused            (ValijaAccount *self);
ValijaServer  *valija_account_get_incoming          (ValijaAccount *self);
ValijaServer  *valija_account_get_outgoing          (ValijaAccount *self);
/* The one of INCOMING or OUTGOING, whether the method uses it or not. */
ValijaServer  *valija_account_get_server            (ValijaAccount *self, ValijaSide side);

/* Where a new account of @method keeps a copy of what it sends: "smtp" nowhere, "pop3" and "mixed" on this computer,
 * the others on the server. */
ValijaKeepSent valija_account_default_keep_sent (const char *method);

/* Settings by key, the one way for files and `--set`: "host", "port", "security", "user", "mechanism", "ca",
 * "cleartext-password" of the method's main side (a mixed account has two: there they set both, and "port" needs its
 * side), or with "incoming." / "outgoing." before them; "name", "email", "full-name", "keep-sent",
 * "senders", "delete-after-days", "delete-removed", "timeout", "body-days", "paused", "shared". Fails with
 * VALIJA_ERROR_INVALID in words that name the key and the values allowed. */
gboolean       valija_account_set_key   (ValijaAccount *self, const char *key, const char *value, GError **error);
char          *valija_account_dup_key   (ValijaAccount *self, const char *key); /* nullable: unknown key */
/* The full names that the method has, in the order of the file. (transfer none) */
const char * const *valija_account_list_keys (ValijaAccount *self);

/* Whether everything the method needs is there and sound: a host for each of its sides, a user name for reading, and
 * the syntax of host and address. An address is not demanded (a send-only account may send finished sources); where one
 * server does all it is the user name as well, unless another one is given.
 * VALIJA_ERROR_INVALID. */
gboolean       valija_account_validate  (ValijaAccount *self, GError **error);

/* Whether one server does all: reads, sends, and keeps what is sent (Exchange, Outlook, Notes). */
gboolean       valija_account_has_one_server (ValijaAccount *self);

/* Which sides this account has, by method and by pairing. Where one server does all, it is the incoming one. */
gboolean       valija_account_has_side  (ValijaAccount *self, ValijaSide side);
/* What an error says of @side: BOTH where the account has one server */
ValijaSide     valija_account_name_side (ValijaAccount *self, ValijaSide side);

ValijaAccount *valija_account_copy          (ValijaAccount *self) G_GNUC_WARN_UNUSED_RESULT;
GKeyFile      *valija_account_to_key_file   (ValijaAccount *self) G_GNUC_WARN_UNUSED_RESULT;
ValijaAccount *valija_account_from_key_file (GKeyFile *file, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
