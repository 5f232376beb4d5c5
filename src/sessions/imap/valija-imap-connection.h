/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

#include "model/valija-progress.h"
#include "net/valija-stream.h"
#include "wire/imap/valija-imap-command.h"
#include "wire/imap/valija-imap-parser.h"

G_BEGIN_DECLS

/* One socket: stream, parser and the queue of commands. It reads all the time, with one read outstanding; it
 * pipelines; the end of the stream, a BYE or nonsense fails everything that waits. No fiber inside, and no
 * waiter reaches the wire: a command that nobody waits for any more is dropped while it is unsent, and completes
 * unseen once it was. */
#define VALIJA_TYPE_IMAP_CONNECTION (valija_imap_connection_get_type ())
G_DECLARE_FINAL_TYPE (ValijaImapConnection, valija_imap_connection, VALIJA, IMAP_CONNECTION, GObject)

typedef enum
{
  VALIJA_IMAP_RUN_NONE = 0,
  VALIJA_IMAP_RUN_ALONE = 1 << 0,    /* sent when nothing is in flight, and nothing is sent until it is done */
  VALIJA_IMAP_RUN_LAST = 1 << 1,     /* nothing is sent until it is done */
  VALIJA_IMAP_RUN_STOP = 1 << 2,     /* after its OK nothing is read until another layer has begun */
  VALIJA_IMAP_RUN_CONTENT = 1 << 3,  /* what comes back is mail: none of the transcript's business */
  VALIJA_IMAP_RUN_PATIENT = 1 << 4,  /* the server may be silent for as long as it likes */
  VALIJA_IMAP_RUN_FOLDER = 1 << 5,   /* a NO that does not say why means that the folder is not there */
  VALIJA_IMAP_RUN_SIGN_IN = 1 << 6,  /* a NO that does not say why means that name or password are wrong */
  VALIJA_IMAP_RUN_SPELLING = 1 << 7, /* names that its answer may spell in another way wait for it */
  VALIJA_IMAP_RUN_OPEN = 1 << 8,     /* a NO means that the folder cannot be opened, for whatever reason it says */
} ValijaImapRunFlags;

/* Looks at a response while a command is in flight: all untagged ones that no earlier command took, and at the
 * end its own tagged OK, NO or BAD. Returns whether it took an untagged one. The response is borrowed. */
typedef gboolean (*ValijaImapResponseFunc) (ValijaImapResponse *response, gpointer user_data);

/* The server asks to go on ("+ text"), and no literal waits for that. */
typedef void (*ValijaImapContinueFunc) (const char *text, gpointer user_data);

/* Sees each response but continuations, before any command does. */
typedef void (*ValijaImapWatchFunc) (ValijaImapResponse *response, gpointer user_data);

/* @timeout in seconds, while something is asked. */
ValijaImapConnection *valija_imap_connection_new (ValijaStream     *stream,
                                                  ValijaTranscript *transcript,
                                                  guint             timeout) G_GNUC_WARN_UNUSED_RESULT;

/* @user_data is borrowed: set to NULL before it goes. */
void       valija_imap_connection_set_watch     (ValijaImapConnection *self,
                                                 ValijaImapWatchFunc   watch,
                                                 gpointer              user_data);
void       valija_imap_connection_set_mode      (ValijaImapConnection *self, ValijaImapMode mode);

/* Of how many commands that ask for mail it has not all come. */
guint                 valija_imap_connection_count_mail (ValijaImapConnection *self);

/* Told from now on how many octets of the large literal under way have come, and of how many. Dropped only while it is
 * still the one that was set. */
void       valija_imap_connection_set_progress  (ValijaImapConnection *self,
                                                 ValijaProgress       *progress);
void       valija_imap_connection_drop_progress (ValijaImapConnection *self,
                                                 ValijaProgress       *progress);

/* Begins to read. Resolves to a boolean once the server has greeted: whether it takes us for signed in already
 * (PREAUTH). */
DexFuture *valija_imap_connection_greet         (ValijaImapConnection *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * valija_imap_connection_run:
 * @respond: (nullable): called with @user_data, which is kept until the command is done
 * @proceed: (nullable): likewise
 * @destroy: (nullable): frees @user_data
 *
 * Returns: (transfer full): a future that resolves to %TRUE when the server says OK and rejects as
 *   valija_imap_error_from_response() tells when it says
 *   NO or BAD, or with what ended the connection
 */
DexFuture *valija_imap_connection_run           (ValijaImapConnection  *self,
                                                 ValijaImapCommand     *command,
                                                 ValijaImapRunFlags     flags,
                                                 ValijaImapResponseFunc respond,
                                                 ValijaImapContinueFunc proceed,
                                                 gpointer               user_data,
                                                 GDestroyNotify         destroy) G_GNUC_WARN_UNUSED_RESULT;

/* A line for the command that is in flight alone (the next step of AUTHENTICATE, DONE). CRLF is added. */
void       valija_imap_connection_continue      (ValijaImapConnection *self,
                                                 const char           *line,
                                                 gssize                length,
                                                 gboolean              secret);

/* After the OK of a command with VALIJA_IMAP_RUN_STOP. start_tls resolves to TRUE. */
DexFuture *valija_imap_connection_start_tls     (ValijaImapConnection *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean   valija_imap_connection_start_deflate (ValijaImapConnection *self, GError **error);

/* Reads nothing more until released as often: whoever cannot keep up lets the server wait. */
void       valija_imap_connection_hold          (ValijaImapConnection *self);
void       valija_imap_connection_release       (ValijaImapConnection *self);

/* Says LOGOUT. Where nothing is in flight its answer is not waited for, since nothing depends on it (RFC 9051 §6.1.3):
 * the future then resolves when it is handed to the system, otherwise with the answer. */
DexFuture *valija_imap_connection_log_out       (ValijaImapConnection *self) G_GNUC_WARN_UNUSED_RESULT;

/* Fails all that waits with VALIJA_ERROR_DISCONNECTED. */
void       valija_imap_connection_close         (ValijaImapConnection *self);
gboolean   valija_imap_connection_is_closed     (ValijaImapConnection *self);

ValijaStream *valija_imap_connection_get_stream (ValijaImapConnection *self);   /* (transfer none) */

/* The least time from asking to the answer, in microseconds: at most so far away is the server. G_MAXINT64 before the
 * first. */
gint64        valija_imap_connection_get_round_trip (ValijaImapConnection *self);

/* Signal: "closed", once. */

G_END_DECLS
