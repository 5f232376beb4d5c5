/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* A server that says and hears exactly what a script tells. It listens on a free loopback port and plays one
 * script a connection, in the order in which connections come, each on a thread of its own with blocking calls
 * and a deadline.
 *
 * A script is text, one step a line:
 *
 * S: text     sends the text and CRLF; lines that follow each other leave in one segment S+ text     sends the
 * text alone C: text     the client must send exactly this line C? glob     the client must send a line that
 * matches C+ text     the client must send exactly these bytes, whatever the line ends TLS         the server's
 * side of a handshake; nothing may be buffered before it DEFLATE     both directions are compressed from here on
 * (raw DEFLATE, RFC 4978) DELAY ms    the server is that far away CLOSE       the server closes SILENCE
 * nothing more is said; ends when the client closes
 *
 * At its end the client must close without a further byte. Empty lines and those that begin with # are skipped. */
typedef struct _ValijaScriptServer ValijaScriptServer;

typedef enum
{
  VALIJA_SCRIPT_FAULT_NONE,
  VALIJA_SCRIPT_FAULT_EOF,      /* the connection is closed */
  VALIJA_SCRIPT_FAULT_GARBAGE,  /* bytes that mean nothing, then closed */
  VALIJA_SCRIPT_FAULT_SILENCE,  /* nothing more is said */
  VALIJA_SCRIPT_FAULT_CANCEL,   /* nothing more is said, and whoever waits gives up */
} ValijaScriptFault;

ValijaScriptServer *valija_script_server_new         (void) G_GNUC_WARN_UNUSED_RESULT;

/* The same behind a line that holds little: what the script does not hear stays with the client. */
ValijaScriptServer *valija_script_server_new_narrow  (void) G_GNUC_WARN_UNUSED_RESULT;

/* Ends what is running, joins, and frees. What went against a script fails the running test. */
void                valija_script_server_free        (ValijaScriptServer *self);

/* The script of the next connection that has none yet. */
void                valija_script_server_add         (ValijaScriptServer *self, const char *script);

/* Like that, but TLS comes first (a port that is TLS at once). */
void                valija_script_server_add_tls     (ValijaScriptServer *self, const char *script);

guint16             valija_script_server_get_port    (ValijaScriptServer *self);

/* A PEM file of the authority that signed the server's certificate (for localhost and 127.0.0.1); made once a
 * process. */
const char         *valija_script_server_get_ca_file (void);

/* Every byte leaves in a segment of its own. */
void                valija_script_server_set_dribble (ValijaScriptServer *self, gboolean dribble);

/* After the first @lines lines that the server sends (of all scripts together) @fault happens instead of the
 * next step. */
void                valija_script_server_set_fault   (ValijaScriptServer *self, ValijaScriptFault fault, guint lines);

/* Whether the fault has happened. */
gboolean            valija_script_server_has_faulted (ValijaScriptServer *self);

/* The number of lines that @script sends. */
guint               valija_script_count_lines        (const char *script);

/* For tests, which are no fibers: runs the main context until @future (transfer none) has settled. Returns its
 * value (transfer none, while the future lives) or NULL with @error. */
const GValue       *valija_test_await                (DexFuture *future, GError **error);

/* Runs the main context until nothing is ready. */
void                valija_test_drain                (void);

/* What is tried against a script: a session on @port that does all that the script answers. The future is
 * dropped to cancel. */
typedef DexFuture *(*ValijaScriptFlow) (guint16 port, gpointer user_data);

/**
 * valija_test_faults:
 * @scripts: (array zero-terminated=1): a script for each connection that @flow makes, in order
 * @tls: whether TLS comes before each script
 *
 * Plays @flow against a server that stops after each of its lines, once for each fault. Each must end: resolved,
 * where its goal was reached, or
 * rejected with VALIJA_ERROR, or (VALIJA_SCRIPT_FAULT_CANCEL) dropped without a trace.
 */
void                valija_test_faults               (const char * const *scripts,
                                                      gboolean            tls,
                                                      ValijaScriptFlow    flow,
                                                      gpointer            user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaScriptServer, valija_script_server_free)

G_END_DECLS
