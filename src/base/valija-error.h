/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

#include "base/valija-certificate.h"

G_BEGIN_DECLS

/* One error domain for the whole of Valija. A code says what can be done about the failure;
 * side, step, the server's own line and the certificate travel with the error (GLib's extended
 * errors), survive g_error_copy() and are never parsed out of the message again. `message` is a
 * translated sentence for a person; it never holds a secret. */
#define VALIJA_ERROR (valija_error_quark ())

/**
 * ValijaErrorCode:
 * @VALIJA_ERROR_FAILED: nothing more is known
 * @VALIJA_ERROR_RESOLVE: the server's name is not known
 * @VALIJA_ERROR_CONNECT: nobody answers at that address and port
 * @VALIJA_ERROR_TIMED_OUT: the server went silent
 * @VALIJA_ERROR_DISCONNECTED: the server closed the connection
 * @VALIJA_ERROR_OFFLINE: this computer has no network
 * @VALIJA_ERROR_CERTIFICATE: the certificate is not trusted; see valija_error_get_certificate()
 * @VALIJA_ERROR_TLS: the TLS handshake failed for another reason
 * @VALIJA_ERROR_NO_STARTTLS: STARTTLS was asked for and is missing, refused or injected into
 * @VALIJA_ERROR_AUTHENTICATION: name or password refused
 * @VALIJA_ERROR_NO_MECHANISM: no way of signing in that both sides accept (or only in clear text)
 * @VALIJA_ERROR_NO_SECRET: no password is stored; ask for it
 * @VALIJA_ERROR_KEYRING: the keyring is missing, locked or refused
 * @VALIJA_ERROR_PROTOCOL: the server said what makes no sense
 * @VALIJA_ERROR_LIMIT: a bound of ours was exceeded (line, literal, depth, count)
 * @VALIJA_ERROR_REFUSED: the server says no, and would say it again
 * @VALIJA_ERROR_TRY_LATER: the server says not now
 * @VALIJA_ERROR_OVER_QUOTA: the mailbox is full
 * @VALIJA_ERROR_RECIPIENT: one or more recipients were refused
 * @VALIJA_ERROR_TOO_LARGE: the message is larger than the server takes
 * @VALIJA_ERROR_NOT_FOUND: the folder or message is no longer there
 * @VALIJA_ERROR_UNSUPPORTED: this method or this server cannot do it
 * @VALIJA_ERROR_UNCERTAIN: it may have happened: a message may or may not have been sent
 * @VALIJA_ERROR_STORAGE: the store on this computer failed
 * @VALIJA_ERROR_IN_USE: another Valija has the store of this computer
 * @VALIJA_ERROR_DISK_FULL: no room on this computer
 * @VALIJA_ERROR_NEWER_DATA: the data was written by a newer Valija
 * @VALIJA_ERROR_RENUMBERED: the server calls the messages of the folder otherwise now: list it again
 * @VALIJA_ERROR_INVALID: what the user gave is not valid (an address, a setting, a file)
 *
 * What the caller can do about a failure.
 */
typedef enum
{
  VALIJA_ERROR_FAILED,
  VALIJA_ERROR_RESOLVE,
  VALIJA_ERROR_CONNECT,
  VALIJA_ERROR_TIMED_OUT,
  VALIJA_ERROR_DISCONNECTED,
  VALIJA_ERROR_OFFLINE,
  VALIJA_ERROR_CERTIFICATE,
  VALIJA_ERROR_TLS,
  VALIJA_ERROR_NO_STARTTLS,
  VALIJA_ERROR_AUTHENTICATION,
  VALIJA_ERROR_NO_MECHANISM,
  VALIJA_ERROR_NO_SECRET,
  VALIJA_ERROR_KEYRING,
  VALIJA_ERROR_PROTOCOL,
  VALIJA_ERROR_LIMIT,
  VALIJA_ERROR_REFUSED,
  VALIJA_ERROR_TRY_LATER,
  VALIJA_ERROR_OVER_QUOTA,
  VALIJA_ERROR_RECIPIENT,
  VALIJA_ERROR_TOO_LARGE,
  VALIJA_ERROR_NOT_FOUND,
  VALIJA_ERROR_UNSUPPORTED,
  VALIJA_ERROR_UNCERTAIN,
  VALIJA_ERROR_STORAGE,
  VALIJA_ERROR_IN_USE,
  VALIJA_ERROR_DISK_FULL,
  VALIJA_ERROR_NEWER_DATA,
  VALIJA_ERROR_RENUMBERED,
  VALIJA_ERROR_INVALID,
} ValijaErrorCode;

/* Which half of an account failed; BOTH in an error of one server that keeps the mail and sends it. */
typedef enum
{
  VALIJA_SIDE_NONE,
  VALIJA_SIDE_INCOMING,
  VALIJA_SIDE_OUTGOING,
  VALIJA_SIDE_BOTH,
} ValijaSide;

/* How far it had come. The order is that of a session. */
typedef enum
{
  VALIJA_STEP_NONE,
  VALIJA_STEP_DISCOVER,      /* which server has the mailbox */
  VALIJA_STEP_CONNECT,       /* name look-up and TCP */
  VALIJA_STEP_SECURE,        /* TLS at once or STARTTLS, and the certificate */
  VALIJA_STEP_GREETING,
  VALIJA_STEP_SIGN_IN,
  VALIJA_STEP_LIST_FOLDERS,
  VALIJA_STEP_OPEN_FOLDER,
  VALIJA_STEP_SYNC,
  VALIJA_STEP_FETCH,
  VALIJA_STEP_CHANGE,        /* flags, move, copy, delete, append, folders */
  VALIJA_STEP_SENDER,        /* MAIL FROM */
  VALIJA_STEP_RECIPIENTS,    /* RCPT TO */
  VALIJA_STEP_SEND,          /* DATA, BDAT */
  VALIJA_STEP_CLOSE,
  VALIJA_STEP_STORE,         /* on this computer */
} ValijaStep;

/* The domain, as GLib asks for it. */
GQuark valija_error_quark (void);

/* Sets @error with @code and a translated sentence. */
void valija_error_set (GError        **error,
                       ValijaErrorCode code,
                       const char     *format,
                       ...) G_GNUC_PRINTF (3, 4);

/* The same, keeping what the server said (nullable; made valid UTF-8, control characters
 * removed, cut at 512 bytes). */
void valija_error_set_server (GError        **error,
                              ValijaErrorCode code,
                              const char     *server_line,
                              const char     *format,
                              ...) G_GNUC_PRINTF (4, 5);

/* Records where @error happened; what was recorded nearer to the failure stays. Also turns GIO's
 * network, TLS and cancellation errors into ours (cancellation becomes G_IO_ERROR_CANCELLED).
 * @error must be set. */
void valija_error_locate (GError **error, ValijaSide side, ValijaStep step);

/* Attaches @certificate (not consumed) to an error of ours. */
void valija_error_set_certificate (GError *error, ValijaCertificate *certificate);

/* Each of these takes any GError and answers NONE or NULL for one that is not ours. (transfer
 * none) */
ValijaSide         valija_error_get_side        (const GError *error);
ValijaStep         valija_error_get_step        (const GError *error);
const char        *valija_error_get_server_line (const GError *error);
ValijaCertificate *valija_error_get_certificate (const GError *error);

/* Whether somebody cancelled: G_IO_ERROR_CANCELLED or libdex's "fiber cancelled". */
gboolean valija_error_is_cancelled (const GError *error);

/* Whether the same attempt may succeed later with nothing changed (network and TRY_LATER codes). */
gboolean valija_error_is_transient (const GError *error);

/* Whether a password must be given: it was refused, or none is stored. */
gboolean valija_error_wants_password (const GError *error);

/* Whether the title is the error's own sentence, as of what is not there, and need not be said twice. */
gboolean valija_error_says_all_in_title (const GError *error);

/* What a person reads, translated. (transfer full) never NULL. title: "The incoming server
 * refused the name or password" ; detail: the error's own sentence, what the server said and the
 * step, a sentence a line ; advice: what to do about it, or "" where nothing can be said. */
char *valija_error_dup_title  (const GError *error);
char *valija_error_dup_detail (const GError *error);
char *valija_error_dup_advice (const GError *error);

/* "The server said: “552 too large”": what comes after our own words. Translated. (transfer full) */
char *valija_server_line_quote (const char *line);

/* Why the system could not do it, in our own words, for the end of a sentence. Translated. (transfer none) */
const char *valija_reason_of_error (const GError *cause);
const char *valija_reason_of_errno (int code);

/* Stable names for machines: "authentication", "incoming", "sign-in". (transfer none) */
const char *valija_error_code_to_nick (const GError *error);
const char *valija_side_to_nick       (ValijaSide side);
const char *valija_step_to_nick       (ValijaStep step);

/* "Signing in", "Looking for folders": what a step is called while it lasts. Translated.
 * (transfer none) */
const char *valija_step_get_label (ValijaStep step);

G_END_DECLS
