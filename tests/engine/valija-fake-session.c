/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-fake-server-private.h"

#include "base/valija-error.h"

static void fake_session_session_init (ValijaSessionInterface *iface);

G_DEFINE_TYPE_WITH_CODE (FakeSession, fake_session, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (VALIJA_TYPE_SESSION, fake_session_session_init))

FakeServer *
fake_server_of (gpointer session)
{
  return ((FakeSession *) session)->server;
}

static DexFuture *
fail (gpointer session)
{
  GError *error = NULL;

  ((FakeSession *) session)->state = VALIJA_SESSION_CLOSED;
  valija_session_notify_state (session);
  if (fake_server_of (session)->fail_cancelled)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Closing");

  valija_error_set_server (&error, fake_server_of (session)->fail_code, "no", "The test wants this to fail.");
  valija_error_locate (&error, VALIJA_SIDE_NONE, fake_server_of (session)->fail_step);
  return dex_future_new_for_error (error);
}

/* Notes the question. NULL, or the failure that the test wants here. */
DexFuture *
fake_ask (gpointer session, const char *format, ...)
{
  FakeServer *server = fake_server_of (session);
  g_autofree char *question = NULL;
  va_list args;

  va_start (args, format);
  question = g_strdup_vprintf (format, args);
  va_end (args);

  g_string_append_printf (server->log, "%s%s", server->log->len > 0 ? "; " : "", question);
  server->questions++;
  if (server->on_question != NULL)
    server->on_question (server, server->user_data);
  if (server->alert != NULL)
    valija_session_alert (session, server->alert);
  server->lost_answer = server->fail_late && server->questions == server->fail_at;
  if (server->stays_down && server->fail_at != 0 && server->questions > server->fail_at)
    return fail (session);
  if (server->questions != server->fail_at || server->fail_late)
    return NULL;

  return fail (session);
}

/* @future (transfer full), or that it was lost on its way. */
DexFuture *
fake_answer (gpointer session, DexFuture *future)
{
  if (!fake_server_of (session)->lost_answer)
    return future;

  fake_server_of (session)->lost_answer = FALSE;
  dex_unref (future);
  return fail (session);
}

static DexFuture *
fake_session_open (ValijaSession *session)
{
  FakeSession *self = (FakeSession *) session;
  DexFuture *failure;

  if (self->state == VALIJA_SESSION_OPEN)
    return dex_future_new_true ();
  if ((failure = fake_ask (self, "open")) != NULL)
    return failure;

  self->state = VALIJA_SESSION_OPEN;
  valija_session_notify_state (session);
  return dex_future_new_true ();
}

static DexFuture *
fake_session_close (ValijaSession *session)
{
  ((FakeSession *) session)->state = VALIJA_SESSION_CLOSED;
  valija_session_notify_state (session);
  return dex_future_new_true ();
}

static ValijaSessionState
fake_session_get_state (ValijaSession *session)
{
  return ((FakeSession *) session)->state;
}

static ValijaCapabilities
fake_session_get_capabilities (ValijaSession *session)
{
  return fake_server_of (session)->capabilities;
}

static char **
fake_session_dup_facts (ValijaSession *session)
{
  return g_strsplit ("Software: Fake", "\n", -1);
}

static void
fake_session_session_init (ValijaSessionInterface *iface)
{
  iface->open = fake_session_open;
  iface->close = fake_session_close;
  iface->get_state = fake_session_get_state;
  iface->get_capabilities = fake_session_get_capabilities;
  iface->dup_facts = fake_session_dup_facts;
}

static void
fake_session_class_init (FakeSessionClass *klass)
{
}

static void
fake_session_init (FakeSession *self)
{
}


/* ---- Sending ---- */

static DexFuture *
stopped_cb (DexFuture *future, gpointer user_data)
{
  return dex_future_new_for_error (g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was cancelled."));
}

/* Half of it goes out, and not more until it is cancelled. */
static DexFuture *
stall_sending (ValijaProgress *progress)
{
  valija_progress_update (progress, valija_progress_get_total (progress) / 2, valija_progress_get_total (progress));

  return dex_future_catch (dex_cancellable_new_from_cancellable (valija_progress_get_cancellable (progress)),
                           stopped_cb, NULL, NULL);
}

static DexFuture *
fake_send (ValijaMailSender *self, ValijaEnvelope *envelope, GBytes *source, ValijaProgress *progress)
{
  FakeServer *server = fake_server_of (self);
  g_autoptr(GPtrArray) accepted = g_ptr_array_new ();
  g_autofree char *joined = NULL;
  DexFuture *failure = fake_ask (self, "send");
  ValijaReceipt *receipt;

  if (failure != NULL)
    return failure;
  if (server->stalls_sending && progress != NULL)
    return stall_sending (progress);

  receipt = valija_receipt_new (server->silent ? NULL : "250 2.0.0 queued", server->keeps_sent);
  for (guint i = 0; i < envelope->recipients->len; i++)
    {
      const char *recipient = g_ptr_array_index (envelope->recipients, i);
      gboolean refused = g_strcmp0 (recipient, server->refuse_recipient) == 0;

      if (refused && server->refuse_for_now)
        {
          g_autoptr(GError) error = NULL;

          valija_error_set_server (&error, VALIJA_ERROR_TRY_LATER, "450 4.2.0 greylisted", "The server is busy.");
          valija_receipt_refuse (receipt, recipient, error);
          continue;
        }

      valija_receipt_add (receipt, recipient, !refused, refused ? "550 5.1.1 no such user" : "250 2.1.5 ok");
      if (!refused)
        g_ptr_array_add (accepted, (gpointer) recipient);
    }

  g_ptr_array_add (accepted, NULL);
  joined = g_strjoinv (",", (char **) accepted->pdata);
  g_ptr_array_add (server->sent, g_strdup_printf ("%s>%s", envelope->sender, joined));
  return dex_future_new_take_boxed (VALIJA_TYPE_RECEIPT, receipt);
}

static gboolean
fake_overlaps (ValijaMailSender *self)
{
  return fake_server_of (self)->overlaps;
}

static DexFuture *
fake_check_address (ValijaMailSender *self, const char *sender, const char *address)
{
  FakeServer *server = fake_server_of (self);
  gboolean refused = g_strcmp0 (address, server->refuse_recipient) == 0;
  DexFuture *failure = fake_ask (self, "check %s>%s", sender, address);

  if (failure != NULL)
    return failure;

  return dex_future_new_take_boxed (VALIJA_TYPE_ADDRESS_CHECK,
                                    valija_address_check_new (refused ? VALIJA_ADDRESS_REFUSED
                                                                      : VALIJA_ADDRESS_ACCEPTED,
                                                              refused ? "550 no" : "250 ok"));
}

static void
fake_sender_init (ValijaMailSenderInterface *iface)
{
  iface->check_address = fake_check_address;
  iface->overlaps = fake_overlaps;
  iface->send = fake_send;
}

/* ---- The three kinds ---- */

typedef FakeSession FakeReaderSession;
typedef FakeSessionClass FakeReaderSessionClass;
GType fake_reader_session_get_type (void);
G_DEFINE_TYPE_WITH_CODE (FakeReaderSession, fake_reader_session, fake_session_get_type (),
                         G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_READER, fake_reader_init))

static void
fake_reader_session_class_init (FakeReaderSessionClass *klass)
{
}

static void
fake_reader_session_init (FakeReaderSession *self)
{
}

typedef FakeSession FakeOrganizerSession;
typedef FakeSessionClass FakeOrganizerSessionClass;
GType fake_organizer_session_get_type (void);
G_DEFINE_TYPE_WITH_CODE (FakeOrganizerSession, fake_organizer_session, fake_session_get_type (),
                         G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_READER, fake_reader_init)
                         G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_ORGANIZER, fake_organizer_init))

static void
fake_organizer_session_class_init (FakeOrganizerSessionClass *klass)
{
}

static void
fake_organizer_session_init (FakeOrganizerSession *self)
{
}

typedef FakeSession FakeSenderSession;
typedef FakeSessionClass FakeSenderSessionClass;
GType fake_sender_session_get_type (void);
G_DEFINE_TYPE_WITH_CODE (FakeSenderSession, fake_sender_session, fake_session_get_type (),
                         G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_SENDER, fake_sender_init))

static void
fake_sender_session_class_init (FakeSenderSessionClass *klass)
{
}

static void
fake_sender_session_init (FakeSenderSession *self)
{
}

static ValijaSession *
new_session (GType type, FakeServer *server)
{
  FakeSession *session = g_object_new (type, NULL);

  session->server = server;
  return VALIJA_SESSION (session);
}

ValijaSession *
fake_reader_session_new (FakeServer *server)
{
  return new_session (fake_reader_session_get_type (), server);
}

ValijaSession *
fake_organizer_session_new (FakeServer *server)
{
  return new_session (fake_organizer_session_get_type (), server);
}

ValijaSession *
fake_sender_session_new (FakeServer *server)
{
  return new_session (fake_sender_session_get_type (), server);
}

ValijaSession *
fake_server_create_session (ValijaSessionContext *context, ValijaSide side, gpointer user_data, GError **error)
{
  ValijaAccount *account = valija_session_context_get_account (context);
  const char *method = valija_account_get_method (account);

  if (side == VALIJA_SIDE_OUTGOING)
    {
      if (valija_account_has_side (account, VALIJA_SIDE_OUTGOING))
        return fake_sender_session_new (user_data);
      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED, "Not paired.");
      return NULL;
    }

  if (g_str_equal (method, "imap"))
    return fake_organizer_session_new (user_data);
  if (g_str_equal (method, "smtp"))
    return fake_sender_session_new (user_data);

  return fake_reader_session_new (user_data);
}
