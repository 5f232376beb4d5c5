/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "support/valija-script-server.h"

#include "base/valija-error.h"
#include "support/valija-test-certificate.h"

#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

/* No step of a sound test takes that long; a broken one must end. */
#define DEADLINE_SECONDS 20

/* A main loop that is still busy after so many turns has something that never ends */
#define TURNS_LIMIT 100000

struct _ValijaScriptServer
{
  GSocketListener *listener;
  GCancellable *cancellable;
  GThread *thread;
  guint16 port;

  GMutex mutex;            /* guards what follows: threads of connections and the test share it */
  GQueue scripts;          /* of Script, not taken yet */
  GPtrArray *connections;  /* of GThread */
  guint n_running;         /* of them */
  GPtrArray *failures;     /* of char * */
  gboolean dribble;
  ValijaScriptFault fault;
  guint fault_lines;
  guint sent_lines;
  gboolean faulted;
};

typedef struct
{
  char *text;
  gboolean tls;
} Script;

/* One connection, on its own thread. */
typedef struct
{
  ValijaScriptServer *server;
  Script *script;
  GIOStream *stream;       /* changes with TLS */
  GInputStream *input;     /* changes with TLS and DEFLATE */
  GOutputStream *output;
  GByteArray *received;
  GByteArray *pending;     /* lines that leave together */
} Conversation;

typedef enum
{
  STEP_DONE,
  STEP_ENDED,              /* by plan: closed, or a fault */
  STEP_FAILED,
} StepResult;

static void
script_free (Script *script)
{
  g_free (script->text);
  g_free (script);
}

static StepResult fail (Conversation *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static StepResult
fail (Conversation *self,
      const char   *format,
      ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_mutex_lock (&self->server->mutex);
  /* Once the fault was there nobody promises to go on by the script */
  if (!self->server->faulted && !g_cancellable_is_cancelled (self->server->cancellable))
    g_ptr_array_add (self->server->failures, g_strdup_vprintf (format, arguments));
  g_mutex_unlock (&self->server->mutex);
  va_end (arguments);

  return STEP_FAILED;
}

/* The client has gone before @expected. Where a fault was to come later than its goal was reached it may. */
static StepResult
fail_by_end (Conversation *self,
             const char   *expected)
{
  if (self->server->fault != VALIJA_SCRIPT_FAULT_NONE)
    return STEP_ENDED;

  return fail (self, "expected “%s”, got the end after “%.*s”", expected, (int) self->received->len,
               (const char *) self->received->data);
}

static gboolean
flush (Conversation *self)
{
  GCancellable *cancellable = self->server->cancellable;
  gsize step = self->server->dribble ? 1 : MAX (self->pending->len, 1);
  gboolean ok = TRUE;

  for (gsize i = 0; ok && i < self->pending->len; i += step)
    ok = g_output_stream_write_all (self->output, self->pending->data + i, MIN (step, self->pending->len - i), NULL,
                                    cancellable, NULL) &&
         g_output_stream_flush (self->output, cancellable, NULL);

  g_byte_array_set_size (self->pending, 0);
  return ok;
}

/* Reads what is there; FALSE at the end of the stream. */
static gboolean
fill (Conversation *self)
{
  guint8 buffer[4096];
  gssize n = g_input_stream_read (self->input, buffer, sizeof buffer, self->server->cancellable, NULL);

  if (n <= 0)
    return FALSE;

  g_byte_array_append (self->received, buffer, n);
  return TRUE;
}

static void
wait_for_close (Conversation *self)
{
  while (fill (self))
    g_byte_array_set_size (self->received, 0);
}

static StepResult
play_fault (Conversation *self)
{
  static const char garbage[] = "\x80\x00\xff)}{*\"\r\n+ )(\r\n\r\n* \r\n";

  flush (self);

  switch (self->server->fault)
    {
    case VALIJA_SCRIPT_FAULT_GARBAGE:
      g_byte_array_append (self->pending, (const guint8 *) garbage, sizeof garbage - 1);
      flush (self);
      break;

    case VALIJA_SCRIPT_FAULT_SILENCE:
    case VALIJA_SCRIPT_FAULT_CANCEL:
      g_main_context_wakeup (NULL);
      wait_for_close (self);
      break;

    case VALIJA_SCRIPT_FAULT_EOF:
    case VALIJA_SCRIPT_FAULT_NONE:
    default:
      break;
    }

  return STEP_ENDED;
}

/* Whether the fault is to happen now, with one line more or none. */
static gboolean
is_fault_due (Conversation *self,
              guint         more_lines)
{
  ValijaScriptServer *server = self->server;
  gboolean due;

  g_mutex_lock (&server->mutex);
  server->sent_lines += more_lines;
  due = server->fault != VALIJA_SCRIPT_FAULT_NONE && server->sent_lines >= server->fault_lines;
  server->faulted = server->faulted || due;
  g_mutex_unlock (&server->mutex);

  return due;
}

static StepResult
play_send (Conversation *self,
           const char   *text,
           gboolean      line)
{
  g_byte_array_append (self->pending, (const guint8 *) text, strlen (text));
  if (!line)
    return STEP_DONE;

  g_byte_array_append (self->pending, (const guint8 *) "\r\n", 2);
  return is_fault_due (self, 1) ? play_fault (self) : STEP_DONE;
}

static StepResult
play_expect_line (Conversation *self,
                  const char   *expected,
                  gboolean      glob)
{
  g_autofree char *line = NULL;
  const guint8 *end;

  while ((end = self->received->len > 0 ? memchr (self->received->data, '\n', self->received->len) : NULL) == NULL)
    if (!fill (self))
      return fail_by_end (self, expected);

  line = g_strndup ((const char *) self->received->data, end - self->received->data);
  g_byte_array_remove_range (self->received, 0, end - self->received->data + 1);

  if (!g_str_has_suffix (line, "\r"))
    return fail (self, "line without CR: “%s”", line);
  line[strlen (line) - 1] = '\0';

  if (glob ? !g_pattern_match_simple (expected, line) : strcmp (expected, line) != 0)
    return fail (self, "expected “%s”, got “%s”", expected, line);

  return STEP_DONE;
}

static StepResult
play_expect_bytes (Conversation *self,
                   const char   *expected)
{
  gsize length = strlen (expected);

  while (self->received->len < length)
    if (!fill (self))
      return fail_by_end (self, expected);

  if (memcmp (self->received->data, expected, length) != 0)
    return fail (self, "expected bytes “%s”, got “%.*s”", expected, (int) self->received->len,
                 (const char *) self->received->data);

  g_byte_array_remove_range (self->received, 0, length);
  return STEP_DONE;
}

static StepResult
play_tls (Conversation *self)
{
  g_autoptr(GIOStream) tls = NULL;
  g_autoptr(GError) error = NULL;

  if (self->received->len > 0)
    return fail (self, "the client sent %u bytes before the handshake", self->received->len);

  tls = g_tls_server_connection_new (self->stream, valija_test_certificate_get (), &error);
  if (tls == NULL)
    return fail (self, "no TLS: %s", error->message);
  /* Fails when the client does not trust us, which a test may well want */
  if (!g_tls_connection_handshake (G_TLS_CONNECTION (tls), self->server->cancellable, NULL))
    return STEP_ENDED;

  g_set_object (&self->stream, tls);
  g_set_object (&self->input, g_io_stream_get_input_stream (tls));
  g_set_object (&self->output, g_io_stream_get_output_stream (tls));

  return STEP_DONE;
}

static void
play_deflate (Conversation *self)
{
  g_autoptr(GConverter) inflate = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW));
  g_autoptr(GConverter) deflate = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, -1));
  g_autoptr(GInputStream) input = self->input;
  g_autoptr(GOutputStream) output = self->output;

  self->input = g_converter_input_stream_new (input, inflate);
  self->output = g_converter_output_stream_new (output, deflate);
}

static StepResult
play_step (Conversation *self,
           const char   *step)
{
  if (step[0] == '\0' || step[0] == '#')
    return STEP_DONE;
  if (g_str_has_prefix (step, "S: ") || strcmp (step, "S:") == 0)
    return play_send (self, step[2] == '\0' ? "" : step + 3, TRUE);
  if (g_str_has_prefix (step, "S+ "))
    return play_send (self, step + 3, FALSE);

  if (!flush (self) && !g_str_equal (step, "CLOSE") && !g_str_equal (step, "SILENCE"))
    return fail (self, "could not write before “%s”", step);

  if (g_str_has_prefix (step, "C: ") || strcmp (step, "C:") == 0)
    return play_expect_line (self, step[2] == '\0' ? "" : step + 3, FALSE);
  if (g_str_has_prefix (step, "C? "))
    return play_expect_line (self, step + 3, TRUE);
  if (g_str_has_prefix (step, "C+ "))
    return play_expect_bytes (self, step + 3);
  if (strcmp (step, "TLS") == 0)
    return play_tls (self);
  if (strcmp (step, "CLOSE") == 0)
    return STEP_ENDED;
  if (g_str_has_prefix (step, "DELAY "))
    {
      g_poll (NULL, 0, (int) g_ascii_strtoull (step + 6, NULL, 10));
      return STEP_DONE;
    }

  if (strcmp (step, "DEFLATE") == 0)
    {
      play_deflate (self);
      return STEP_DONE;
    }

  if (strcmp (step, "SILENCE") == 0)
    {
      wait_for_close (self);
      return STEP_ENDED;
    }

  return fail (self, "unknown step “%s”", step);
}

static void
play_script (Conversation *self)
{
  g_auto(GStrv) steps = g_strsplit (self->script->text, "\n", -1);
  StepResult result = is_fault_due (self, 0) ? play_fault (self) : STEP_DONE;

  if (result == STEP_DONE && self->script->tls)
    result = play_tls (self);

  for (guint i = 0; result == STEP_DONE && steps[i] != NULL; i++)
    result = play_step (self, steps[i]);

  flush (self);

  if (result != STEP_DONE)
    return;

  if (self->received->len == 0)
    fill (self);
  if (self->received->len > 0)
    fail (self, "after the script: “%.*s”", (int) self->received->len, (const char *) self->received->data);
}

static gpointer
conversation_thread (gpointer data)
{
  Conversation *self = data;

  play_script (self);
  g_io_stream_close (self->stream, NULL, NULL);

  g_mutex_lock (&self->server->mutex);
  self->server->n_running--;
  g_mutex_unlock (&self->server->mutex);
  g_main_context_wakeup (NULL);

  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_object (&self->stream);
  g_byte_array_unref (self->received);
  g_byte_array_unref (self->pending);
  script_free (self->script);
  g_free (self);

  return NULL;
}

static void
start_conversation (ValijaScriptServer *self,
                    GSocketConnection  *connection)
{
  Conversation *conversation;
  Script *script;

  g_mutex_lock (&self->mutex);
  script = g_queue_pop_head (&self->scripts);
  if (script == NULL && !self->faulted)
    g_ptr_array_add (self->failures, g_strdup ("a connection for which there is no script"));
  g_mutex_unlock (&self->mutex);

  if (script == NULL)
    return;

  g_socket_set_timeout (g_socket_connection_get_socket (connection), DEADLINE_SECONDS);
  g_tcp_connection_set_graceful_disconnect (G_TCP_CONNECTION (connection), FALSE);

  conversation = g_new0 (Conversation, 1);
  conversation->server = self;
  conversation->script = script;
  conversation->stream = g_object_ref (G_IO_STREAM (connection));
  conversation->input = g_object_ref (g_io_stream_get_input_stream (conversation->stream));
  conversation->output = g_object_ref (g_io_stream_get_output_stream (conversation->stream));
  conversation->received = g_byte_array_new ();
  conversation->pending = g_byte_array_new ();

  g_mutex_lock (&self->mutex);
  self->n_running++;
  g_ptr_array_add (self->connections, g_thread_new ("script", conversation_thread, conversation));
  g_mutex_unlock (&self->mutex);
}

static gpointer
accept_thread (gpointer data)
{
  ValijaScriptServer *self = data;
  g_autoptr(GMainContext) context = g_main_context_new ();

  /* The blocking accept of several sockets makes a context of its own; this thread must not borrow the test's */
  g_main_context_push_thread_default (context);
  while (!g_cancellable_is_cancelled (self->cancellable))
    {
      g_autoptr(GSocketConnection) connection = NULL;

      connection = g_socket_listener_accept (self->listener, NULL, self->cancellable, NULL);
      if (connection != NULL)
        start_conversation (self, connection);
    }
  g_main_context_pop_thread_default (context);

  return NULL;
}

/* Both ends keep little: here of what has come, and there, of small segments, of what is to go. */
static void
narrow_cb (GSocketListener      *listener,
           GSocketListenerEvent  event,
           GSocket              *socket,
           gpointer              user_data)
{
  if (event != G_SOCKET_LISTENER_BINDING)
    return;

  g_assert_true (g_socket_set_option (socket, SOL_SOCKET, SO_RCVBUF, 4096, NULL));
  g_assert_true (g_socket_set_option (socket, IPPROTO_TCP, TCP_MAXSEG, 536, NULL));
}

static ValijaScriptServer *
server_new (gboolean narrow)
{
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr(GSocketAddress) bound = NULL;
  g_autoptr(GError) error = NULL;
  ValijaScriptServer *self = g_new0 (ValijaScriptServer, 1);

  g_mutex_init (&self->mutex);
  g_queue_init (&self->scripts);
  self->connections = g_ptr_array_new ();
  self->failures = g_ptr_array_new_with_free_func (g_free);
  self->cancellable = g_cancellable_new ();
  self->listener = g_socket_listener_new ();
  if (narrow)
    g_signal_connect (self->listener, "event", G_CALLBACK (narrow_cb), NULL);
  g_socket_listener_add_address (self->listener, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound,
                                 &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->thread = g_thread_new ("script-accept", accept_thread, self);

  return self;
}

ValijaScriptServer *
valija_script_server_new (void)
{
  return server_new (FALSE);
}

ValijaScriptServer *
valija_script_server_new_narrow (void)
{
  return server_new (TRUE);
}

static gboolean
is_running (ValijaScriptServer *self)
{
  gboolean running;

  g_mutex_lock (&self->mutex);
  running = self->n_running > 0;
  g_mutex_unlock (&self->mutex);

  return running;
}

/* Gives the conversations a moment to end by themselves: a test that has closed its session wants its script
 * played to the end. */
static void
join_connections (ValijaScriptServer *self)
{
  guint left;

  g_mutex_lock (&self->mutex);
  left = g_queue_get_length (&self->scripts);
  /* Whoever has a short time-out for the sake of a fault may on a busy machine give up before we accept */
  if (left > 0 && self->fault == VALIJA_SCRIPT_FAULT_NONE)
    g_ptr_array_add (self->failures, g_strdup_printf ("%u scripts were not asked for", left));
  g_mutex_unlock (&self->mutex);

  /* The client's side of closing needs the main loop */
  while (is_running (self))
    g_main_context_iteration (NULL, TRUE);

  for (guint i = 0; i < self->connections->len; i++)
    g_thread_join (g_ptr_array_index (self->connections, i));
}

void
valija_script_server_free (ValijaScriptServer *self)
{
  if (self->faulted)
    g_cancellable_cancel (self->cancellable);
  join_connections (self);
  g_cancellable_cancel (self->cancellable);
  g_thread_join (self->thread);
  g_socket_listener_close (self->listener);

  for (guint i = 0; i < self->failures->len; i++)
    g_test_fail_printf ("script: %s", (const char *) g_ptr_array_index (self->failures, i));

  g_object_unref (self->listener);
  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->connections);
  g_ptr_array_unref (self->failures);
  g_queue_clear_full (&self->scripts, (GDestroyNotify) script_free);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static void
add_script (ValijaScriptServer *self,
            const char         *text,
            gboolean            tls)
{
  Script *script = g_new0 (Script, 1);

  script->text = g_strdup (text);
  script->tls = tls;
  g_mutex_lock (&self->mutex);
  g_queue_push_tail (&self->scripts, script);
  g_mutex_unlock (&self->mutex);
}

void
valija_script_server_add (ValijaScriptServer *self,
                          const char         *script)
{
  add_script (self, script, FALSE);
}

void
valija_script_server_add_tls (ValijaScriptServer *self,
                              const char         *script)
{
  add_script (self, script, TRUE);
}

guint16
valija_script_server_get_port (ValijaScriptServer *self)
{
  return self->port;
}

const char *
valija_script_server_get_ca_file (void)
{
  return valija_test_certificate_get_file ();
}

void
valija_script_server_set_dribble (ValijaScriptServer *self,
                                  gboolean            dribble)
{
  self->dribble = dribble;
}

void
valija_script_server_set_fault (ValijaScriptServer *self,
                                ValijaScriptFault   fault,
                                guint               lines)
{
  g_mutex_lock (&self->mutex);
  self->fault = fault;
  self->fault_lines = lines;
  g_mutex_unlock (&self->mutex);
}

gboolean
valija_script_server_has_faulted (ValijaScriptServer *self)
{
  gboolean faulted;

  g_mutex_lock (&self->mutex);
  faulted = self->faulted;
  g_mutex_unlock (&self->mutex);

  return faulted;
}

guint
valija_script_count_lines (const char *script)
{
  guint n = 0;

  for (const char *line = script; line != NULL; line = strchr (line, '\n'))
    {
      line += *line == '\n';
      n += g_str_has_prefix (line, "S:");
    }

  return n;
}

const GValue *
valija_test_await (DexFuture *future,
                   GError   **error)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);

  return dex_future_get_value (future, error);
}

void
valija_test_drain (void)
{
  guint n = 0;

  while (g_main_context_iteration (NULL, FALSE))
    g_assert_cmpuint (n++, <, TURNS_LIMIT);
}

static void
check_outcome (DexFuture        *future,
               ValijaScriptFault fault,
               guint             line)
{
  g_autoptr(GError) error = NULL;

  if (valija_test_await (future, &error) != NULL)
    return;
  if (error->domain != VALIJA_ERROR)
    g_test_fail_printf ("fault %d after line %u: %s %d: %s", fault, line, g_quark_to_string (error->domain),
                        error->code, error->message);
}

/* All lines at once: silence takes a time-out each. */
static void
try_fault (const char * const *scripts,
           gboolean            tls,
           ValijaScriptFault   fault,
           guint               n_lines,
           ValijaScriptFlow    flow,
           gpointer            user_data)
{
  g_autoptr(GPtrArray) servers = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_script_server_free);
  g_autoptr(GPtrArray) futures = g_ptr_array_new_with_free_func (dex_unref);

  for (guint line = 0; line <= n_lines; line++)
    {
      ValijaScriptServer *server = valija_script_server_new ();

      g_ptr_array_add (servers, server);
      for (guint i = 0; scripts[i] != NULL; i++)
        add_script (server, scripts[i], tls);
      valija_script_server_set_fault (server, fault, line);
      g_ptr_array_add (futures, flow (valija_script_server_get_port (server), user_data));
    }

  for (guint line = 0; line <= n_lines; line++)
    {
      DexFuture *future = g_ptr_array_index (futures, line);

      if (fault != VALIJA_SCRIPT_FAULT_CANCEL)
        check_outcome (future, fault, line);
      else
        while (dex_future_is_pending (future) && !valija_script_server_has_faulted (g_ptr_array_index (servers, line)))
          g_main_context_iteration (NULL, TRUE);
    }

  valija_test_drain ();
  while (futures->len > 0)
    {
      g_ptr_array_remove_index (futures, futures->len - 1);
      valija_test_drain ();
    }
}

void
valija_test_faults (const char * const *scripts,
                    gboolean            tls,
                    ValijaScriptFlow    flow,
                    gpointer            user_data)
{
  guint n_lines = 0;

  for (guint i = 0; scripts[i] != NULL; i++)
    n_lines += valija_script_count_lines (scripts[i]);

  for (ValijaScriptFault fault = VALIJA_SCRIPT_FAULT_EOF; fault <= VALIJA_SCRIPT_FAULT_CANCEL; fault++)
    try_fault (scripts, tls, fault, n_lines, flow, user_data);
}
