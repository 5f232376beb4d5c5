/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/smtp/valija-smtp-session.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "base/valija-promise.h"
#include "sessions/smtp/valija-smtp-check.h"
#include "sessions/smtp/valija-smtp-login.h"
#include "sessions/smtp/valija-smtp-transaction.h"
#include "wire/smtp/valija-smtp-command.h"

#include <glib/gi18n-lib.h>

/* A connection is kept for the next message, but not so long that the server hangs up first. */
#define IDLE_SECONDS 20

/* How much may be on its way unanswered: with the line cut, so many messages become uncertain. */
#define AHEAD_COUNT 100
#define AHEAD_BYTES (2 * 1024 * 1024)

/* A message that waits. */
typedef struct
{
  ValijaEnvelope *envelope;
  GBytes *source;
  ValijaProgress *progress; /* nullable */
  DexPromise *promise;
  ValijaSmtpTransaction *transaction; /* nullable until it has begun */
} Job;

struct _ValijaSmtpSession
{
  GObject parent_instance;

  ValijaSessionContext *context;
  ValijaSessionState state;
  ValijaSmtpLogin *login;   /* nullable */
  DexFuture *opening;       /* nullable: the attempt that is under way */
  guint generation;         /* of attempts: one that was closed before it ended must not open */
  GQueue jobs;              /* of Job: not begun */
  DexPromise *working;      /* nullable: resolved when the fiber that sends has nothing left */
  GSource *idle;            /* nullable: says QUIT when nobody comes */
  char **facts;             /* nullable: what the server last said of itself */
  ValijaCapabilities capabilities;
};

static void valija_smtp_session_session_iface_init (ValijaSessionInterface *iface);
static void valija_smtp_session_mail_sender_iface_init (ValijaMailSenderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ValijaSmtpSession, valija_smtp_session, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_SESSION, valija_smtp_session_session_iface_init)
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_SENDER,
                                                      valija_smtp_session_mail_sender_iface_init))

static void
job_free (Job *job)
{
  g_clear_pointer (&job->transaction, valija_smtp_transaction_free);
  valija_envelope_unref (job->envelope);
  g_bytes_unref (job->source);
  g_clear_object (&job->progress);
  dex_unref (job->promise);
  g_free (job);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

/* ---- State ---- */

static void
set_state (ValijaSmtpSession  *self,
           ValijaSessionState  state)
{
  if (self->state == state)
    return;

  self->state = state;
  valija_session_notify_state (VALIJA_SESSION (self));
}

static void
stop_idle (ValijaSmtpSession *self)
{
  if (self->idle != NULL)
    g_source_destroy (self->idle);
  g_clear_pointer (&self->idle, g_source_unref);
}

static gboolean
idle_cb (gpointer user_data)
{
  ValijaSmtpSession *self = user_data;

  stop_idle (self);
  valija_future_forget (valija_session_close (VALIJA_SESSION (self)), "SMTP goodbye");

  return G_SOURCE_REMOVE;
}

static void
start_idle (ValijaSmtpSession *self)
{
  stop_idle (self);
  self->idle = g_timeout_source_new_seconds (IDLE_SECONDS);
  g_source_set_callback (self->idle, idle_cb, self, NULL);
  g_source_attach (self->idle, g_main_context_get_thread_default ());
}

static void
drop_login (ValijaSmtpSession *self)
{
  stop_idle (self);
  if (self->login != NULL)
    g_signal_handlers_disconnect_by_data (self->login->connection, self);
  g_clear_pointer (&self->login, valija_smtp_login_free);
}

static void
connection_ended_cb (ValijaSmtpSession *self)
{
  if (self->state == VALIJA_SESSION_OPEN)
    set_state (self, VALIJA_SESSION_CLOSED);
}

static gboolean
is_alive (ValijaSmtpSession *self)
{
  return self->state == VALIJA_SESSION_OPEN && self->login != NULL &&
         valija_smtp_connection_is_alive (self->login->connection);
}

static char **
create_facts (const ValijaSmtpLogin *login)
{
  g_autoptr(GStrvBuilder) facts = g_strv_builder_new ();
  g_autoptr(GString) extensions = g_string_new (NULL);
  const ValijaSmtpCapabilities *c = login->capabilities;
  const struct { gboolean has; const char *name; } names[] = {
    { c->pipelining, "PIPELINING" }, { c->chunking, "CHUNKING" }, { c->eightbitmime, "8BITMIME" },
    { c->smtputf8, "SMTPUTF8" },
    { c->dsn, "DSN" }, { c->size, "SIZE" }, { c->enhanced_codes, "ENHANCEDSTATUSCODES" }, { c->starttls, "STARTTLS" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (names[i].has)
        g_string_append_printf (extensions, "%s%s", extensions->len > 0 ? ", " : "", names[i].name);
    }

  g_strv_builder_take (facts, g_strdup_printf (_("Server: %s"), login->server_name));
  g_strv_builder_take (facts, g_strdup_printf (_("Encryption: %s"), login->protection));
  g_strv_builder_take (facts,
                       g_strdup_printf (_("Sign-in: %s"),
                                        login->mechanism != NULL ? login->mechanism : _("without a name")));
  if (extensions->len > 0)
    g_strv_builder_take (facts, g_strdup_printf (_("Extensions: %s"), extensions->str));
  if (c->size_limit > 0)
    {
      g_autofree char *limit = g_format_size (c->size_limit);

      g_strv_builder_take (facts, g_strdup_printf (_("Largest message: %s"), limit));
    }

  return g_strv_builder_end (facts);
}

/* ---- Opening and closing ---- */

typedef struct
{
  ValijaSmtpSession *session;
  guint generation;
} Opening;

/* Also reached when the attempt was given up. */
static void
opening_free (Opening *opening)
{
  if (opening->generation == opening->session->generation && opening->session->state == VALIJA_SESSION_OPENING)
    set_state (opening->session, VALIJA_SESSION_CLOSED);

  g_object_unref (opening->session);
  g_free (opening);
}

static DexFuture *
open_fiber (gpointer data)
{
  Opening *opening = data;
  ValijaSmtpSession *self = opening->session;
  g_autoptr(ValijaSmtpLogin) login = NULL;
  g_autoptr(GError) error = NULL;

  if (!(login = valija_smtp_login_fiber (self->context, &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (opening->generation != self->generation)
    {
      valija_error_set (&error, VALIJA_ERROR_DISCONNECTED, _("The connection was closed."));
      valija_error_locate (&error, VALIJA_SIDE_OUTGOING, VALIJA_STEP_CLOSE);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  self->login = g_steal_pointer (&login);
  g_signal_connect_object (self->login->connection, "ended", G_CALLBACK (connection_ended_cb), self, G_CONNECT_SWAPPED);
  g_strfreev (self->facts);
  self->facts = create_facts (self->login);
  self->capabilities = VALIJA_CAPABILITY_SEND |
                       (self->login->capabilities->dsn ? VALIJA_CAPABILITY_DELIVERY_RECEIPT : 0) |
                       (self->login->capabilities->smtputf8 ? VALIJA_CAPABILITY_INTERNATIONAL : 0);
  set_state (self, VALIJA_SESSION_OPEN);
  /* The server may have ended it right behind its last answer */
  if (!is_alive (self))
    connection_ended_cb (self);
  if (self->working == NULL)
    start_idle (self);

  return dex_future_new_true ();
}

static DexFuture *
valija_smtp_session_open (ValijaSession *session)
{
  ValijaSmtpSession *self = VALIJA_SMTP_SESSION (session);
  Opening *opening;

  if (is_alive (self))
    return dex_future_new_true ();

  if (self->state == VALIJA_SESSION_OPENING && self->opening != NULL && dex_future_is_pending (self->opening))
    return dex_ref (self->opening);

  drop_login (self);
  dex_clear (&self->opening);
  set_state (self, VALIJA_SESSION_OPENING);

  opening = g_new0 (Opening, 1);
  opening->session = g_object_ref (self);
  opening->generation = ++self->generation;
  self->opening = valija_fiber_spawn (open_fiber, opening, (GDestroyNotify) opening_free);

  return dex_ref (self->opening);
}

static void
reject_jobs (ValijaSmtpSession *self,
             const GError      *error)
{
  Job *job;

  while ((job = g_queue_pop_head (&self->jobs)) != NULL)
    {
      valija_promise_reject (job->promise, g_error_copy (error));
      job_free (job);
    }
}

/* What has begun is answered; what has not is given back. */
static DexFuture *
close_fiber (gpointer data)
{
  ValijaSmtpSession *self = data;
  g_autoptr(ValijaSmtpReply) reply = NULL;
  g_autoptr(GError) error = NULL;

  /* Who has finished may have let the next one begin: QUIT must not stand between its DATA and the message */
  while (self->working != NULL)
    if (!dex_await (dex_ref (DEX_FUTURE (self->working)), &error))
      return dex_future_new_for_error (g_steal_pointer (&error));

  if (is_alive (self))
    {
      set_state (self, VALIJA_SESSION_CLOSING);
      reply = valija_smtp_ask_fiber (self->login->connection, valija_smtp_command_new ("QUIT", NULL, NULL), FALSE,
                                     NULL);

      /* Somebody may have opened while the answer came */
      if (self->state != VALIJA_SESSION_CLOSING)
        return dex_future_new_true ();
    }

  if (self->state != VALIJA_SESSION_OPENING)
    {
      drop_login (self);
      set_state (self, VALIJA_SESSION_CLOSED);
    }

  return dex_future_new_true ();
}

static DexFuture *
valija_smtp_session_close (ValijaSession *session)
{
  ValijaSmtpSession *self = VALIJA_SMTP_SESSION (session);
  g_autoptr(GError) error = NULL;

  valija_error_set (&error, VALIJA_ERROR_DISCONNECTED, _("The connection was closed."));
  valija_error_locate (&error, VALIJA_SIDE_OUTGOING, VALIJA_STEP_CLOSE);
  reject_jobs (self, error);

  if (self->state == VALIJA_SESSION_OPENING)
    {
      self->generation++;
      dex_clear (&self->opening);
      set_state (self, VALIJA_SESSION_CLOSED);
    }
  stop_idle (self);

  return valija_fiber_spawn (close_fiber, g_object_ref (self), g_object_unref);
}

/* ---- Sending ---- */

static gboolean
is_given_up (Job *job)
{
  return g_cancellable_is_cancelled (dex_promise_get_cancellable (job->promise));
}

/* Those that were cancelled before their turn: no connection is made for them. */
static void
drop_cancelled_jobs (ValijaSmtpSession *self)
{
  for (guint n = self->jobs.length; n > 0; n--)
    {
      Job *job = g_queue_pop_head (&self->jobs);
      GError *error = NULL;

      if (job->progress == NULL ||
          !g_cancellable_set_error_if_cancelled (valija_progress_get_cancellable (job->progress), &error))
        {
          g_queue_push_tail (&self->jobs, job);
          continue;
        }

      valija_promise_reject (job->promise, error);
      job_free (job);
    }
}

/* The next that somebody still waits for and that can be sent at all. */
static Job *
take_job (ValijaSmtpSession *self)
{
  Job *job;

  while ((job = g_queue_pop_head (&self->jobs)) != NULL)
    {
      GError *error = NULL;

      if (!is_given_up (job) &&
          (job->transaction = valija_smtp_transaction_new (self->login, job->envelope, job->source, job->progress,
                                                         &error)))
        return job;

      if (error != NULL)
        valija_promise_reject (job->promise, error);
      job_free (job);
    }

  return NULL;
}

/* Begins as many as may be unanswered at one time: one, unless they can overlap. */
static void
begin_jobs (ValijaSmtpSession *self,
            GQueue            *begun,
            gboolean           dirty)
{
  guint64 ahead = 0;

  for (GList *l = begun->head; l != NULL; l = l->next)
    ahead += valija_smtp_transaction_get_size (((Job *) l->data)->transaction);

  while (begun->length < AHEAD_COUNT && ahead < AHEAD_BYTES)
    {
      Job *last = g_queue_peek_tail (begun);
      Job *job;

      if ((last != NULL && !valija_smtp_transaction_can_overlap (last->transaction)) || !(job = take_job (self)))
        return;

      if (last != NULL && !valija_smtp_transaction_can_overlap (job->transaction))
        {
          g_clear_pointer (&job->transaction, valija_smtp_transaction_free);
          g_queue_push_head (&self->jobs, job);
          return;
        }

      /* Nobody knows yet whether the one before ends well; were it refused, its sender would still stand */
      valija_smtp_transaction_begin (job->transaction, dirty || last != NULL);
      ahead += valija_smtp_transaction_get_size (job->transaction);
      g_queue_push_tail (begun, job);
      dirty = FALSE;
    }
}

static void
finish_job_fiber (ValijaSmtpSession *self,
                  Job               *job,
                  gboolean          *dirty)
{
  GError *error = NULL;
  ValijaReceipt *receipt;

  valija_session_context_begin_step (self->context, VALIJA_SIDE_OUTGOING, VALIJA_STEP_SEND);

  if ((receipt = valija_smtp_transaction_finish_fiber (job->transaction, dirty, &error)))
    {
      valija_session_context_end_step (self->context, VALIJA_SIDE_OUTGOING, VALIJA_STEP_SEND, receipt->server_line);
      valija_promise_resolve_boxed (job->promise, VALIJA_TYPE_RECEIPT, receipt);
    }
  else
    valija_promise_reject (job->promise, error);
}

/* A connection that is there now; it may be lost again while the fiber waits for its turn. */
static gboolean
connect_fiber (ValijaSmtpSession  *self,
               GError            **error)
{
  if (!is_alive (self) && !dex_await (valija_session_open (VALIJA_SESSION (self)), error))
    return FALSE;

  if (self->login == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_DISCONNECTED, _("The connection was closed."));
      valija_error_locate (error, VALIJA_SIDE_OUTGOING, VALIJA_STEP_CONNECT);
      return FALSE;
    }

  stop_idle (self);

  return TRUE;
}

/* FALSE when no connection can be had; then nobody waits any more. */
static gboolean
ensure_open_fiber (ValijaSmtpSession *self)
{
  g_autoptr(GError) error = NULL;

  if (connect_fiber (self, &error))
    return TRUE;

  reject_jobs (self, error);

  return FALSE;
}

/* Sends until nothing is left. What has begun on a connection ends with it; for what has not there is another. */
static DexFuture *
worker_fiber (gpointer data)
{
  ValijaSmtpSession *self = data;
  g_autoptr(DexPromise) working = NULL;
  GQueue begun = G_QUEUE_INIT;
  gboolean dirty = FALSE;

  while (!g_queue_is_empty (&self->jobs) || !g_queue_is_empty (&begun))
    {
      g_autoptr(Job) job = NULL;

      drop_cancelled_jobs (self);
      if (g_queue_is_empty (&begun) && g_queue_is_empty (&self->jobs))
        break;

      if (g_queue_is_empty (&begun))
        {
          dirty &= is_alive (self);
          if (!ensure_open_fiber (self))
            break;
          begin_jobs (self, &begun, dirty);
        }
      else if (is_alive (self))
        begin_jobs (self, &begun, dirty);

      dirty = FALSE;
      if ((job = g_queue_pop_head (&begun)))
        finish_job_fiber (self, job, &dirty);
    }

  working = g_steal_pointer (&self->working);
  if (is_alive (self))
    start_idle (self);
  valija_promise_resolve_boolean (working, TRUE);

  return dex_future_new_true ();
}

static void
start_worker (ValijaSmtpSession *self)
{
  /* It belongs to the messages and not to whoever waits for one of them: it ends when they are all sent or refused */
  self->working = dex_promise_new ();
  valija_future_forget (valija_fiber_spawn (worker_fiber, g_object_ref (self), g_object_unref), "SMTP sending");
}

static DexFuture *
valija_smtp_session_send (ValijaMailSender *sender,
                          ValijaEnvelope   *envelope,
                          GBytes           *source,
                          ValijaProgress   *progress)
{
  ValijaSmtpSession *self = VALIJA_SMTP_SESSION (sender);
  Job *job = g_new0 (Job, 1);
  DexFuture *future;

  job->envelope = valija_envelope_ref (envelope);
  job->source = g_bytes_ref (source);
  g_set_object (&job->progress, progress);
  job->promise = dex_promise_new_cancellable ();
  g_queue_push_tail (&self->jobs, job);

  future = valija_future_guard (dex_ref (DEX_FUTURE (job->promise)));

  stop_idle (self);
  if (self->working == NULL)
    start_worker (self);

  return future;
}

static gboolean
valija_smtp_session_overlaps (ValijaMailSender *sender)
{
  ValijaSmtpSession *self = VALIJA_SMTP_SESSION (sender);

  return is_alive (self) && self->login->capabilities->pipelining && self->login->capabilities->chunking;
}

/* ---- Asking about addresses ---- */

typedef struct
{
  ValijaSmtpSession *session;
  char *sender;
  char *address;
} Check;

static void
check_free (Check *check)
{
  g_object_unref (check->session);
  g_free (check->sender);
  g_free (check->address);
  g_free (check);
}

/* The connection is for others again; messages may have come meanwhile. */
static void
stop_checking (ValijaSmtpSession *self,
               DexPromise        *turn)
{
  if (self->working == turn)
    dex_clear (&self->working);

  if (!g_queue_is_empty (&self->jobs) && self->working == NULL)
    start_worker (self);
  else if (is_alive (self))
    start_idle (self);

  valija_promise_resolve_boolean (turn, TRUE);
}

static DexFuture *
check_fiber (gpointer data)
{
  Check *check = data;
  ValijaSmtpSession *self = check->session;
  g_autoptr(DexPromise) turn = NULL;
  g_autoptr(GError) error = NULL;
  ValijaAddressCheck *result;

  while (self->working != NULL)
    if (!dex_await (dex_ref (DEX_FUTURE (self->working)), &error))
      return dex_future_new_for_error (g_steal_pointer (&error));

  turn = dex_promise_new ();
  self->working = dex_ref (turn);

  if (!connect_fiber (self, &error))
    {
      stop_checking (self, turn);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  result = valija_smtp_check_fiber (self->login, check->sender, check->address, &error);
  stop_checking (self, turn);

  if (result == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_take_boxed (VALIJA_TYPE_ADDRESS_CHECK, result);
}

static DexFuture *
valija_smtp_session_check_address (ValijaMailSender *sender,
                                   const char       *from,
                                   const char       *address)
{
  Check *check = g_new0 (Check, 1);
  DexFuture *checking;

  check->session = g_object_ref (VALIJA_SMTP_SESSION (sender));
  check->sender = g_strdup (from);
  check->address = g_strdup (address);

  /* Also disowned: whoever stops waiting must not leave an envelope half written. */
  checking = valija_fiber_spawn (check_fiber, check, (GDestroyNotify) check_free);
  dex_future_disown (dex_ref (checking));

  return checking;
}

/* ---- Interfaces ---- */

static ValijaSessionState
valija_smtp_session_get_state (ValijaSession *session)
{
  return VALIJA_SMTP_SESSION (session)->state;
}

static ValijaCapabilities
valija_smtp_session_get_capabilities (ValijaSession *session)
{
  return VALIJA_SMTP_SESSION (session)->capabilities;
}

static char **
valija_smtp_session_dup_facts (ValijaSession *session)
{
  ValijaSmtpSession *self = VALIJA_SMTP_SESSION (session);

  return self->facts != NULL ? g_strdupv (self->facts) : g_new0 (char *, 1);
}

static void
valija_smtp_session_session_iface_init (ValijaSessionInterface *iface)
{
  iface->open = valija_smtp_session_open;
  iface->close = valija_smtp_session_close;
  iface->get_state = valija_smtp_session_get_state;
  iface->get_capabilities = valija_smtp_session_get_capabilities;
  iface->dup_facts = valija_smtp_session_dup_facts;
}

static void
valija_smtp_session_mail_sender_iface_init (ValijaMailSenderInterface *iface)
{
  iface->send = valija_smtp_session_send;
  iface->overlaps = valija_smtp_session_overlaps;
  iface->check_address = valija_smtp_session_check_address;
}

/* ---- Object ---- */

static void
valija_smtp_session_dispose (GObject *object)
{
  ValijaSmtpSession *self = VALIJA_SMTP_SESSION (object);

  drop_login (self);
  dex_clear (&self->opening);
  dex_clear (&self->working);
  g_clear_object (&self->context);
  g_clear_pointer (&self->facts, g_strfreev);

  G_OBJECT_CLASS (valija_smtp_session_parent_class)->dispose (object);
}

static void
valija_smtp_session_class_init (ValijaSmtpSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_smtp_session_dispose;
}

static void
valija_smtp_session_init (ValijaSmtpSession *self)
{
  self->state = VALIJA_SESSION_CLOSED;
  self->capabilities = VALIJA_CAPABILITY_SEND | VALIJA_CAPABILITY_DELIVERY_RECEIPT | VALIJA_CAPABILITY_INTERNATIONAL;
  g_queue_init (&self->jobs);
}

/**
 * valija_smtp_session_new:
 * @context: what the session gets from outside
 *
 * Returns: (transfer full): a closed session that sends through the account's outgoing server
 */
ValijaSession *
valija_smtp_session_new (ValijaSessionContext *context)
{
  ValijaSmtpSession *self;

  g_return_val_if_fail (VALIJA_IS_SESSION_CONTEXT (context), NULL);

  self = g_object_new (VALIJA_TYPE_SMTP_SESSION, NULL);
  self->context = g_object_ref (context);

  return VALIJA_SESSION (self);
}
