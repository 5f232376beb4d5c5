/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/smtp/valija-smtp-transaction.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "wire/smtp/valija-smtp-command.h"
#include "wire/smtp/valija-smtp-encoder.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A message goes over the wire in pieces of this size, and at most so many of them wait for an answer: 40 MB need no
 * 40 MB more. */
#define PIECE (256 * 1024)
#define PIECES_AHEAD 4
/* Up to this size one goes as a whole, so that the next can follow before it is answered. */
#define WHOLE PIECE

/* RFC 5321 §4.5.3.1.8 says that every server takes 100; who sends to more than this is no person. */
#define RECIPIENTS_LIMIT 10000

struct _ValijaSmtpTransaction
{
  ValijaSmtpConnection *connection;
  ValijaEnvelope *envelope;
  GBytes *source;
  ValijaProgress *progress; /* nullable */
  ValijaSmtpMeasure measure;
  GBytes *mail_command;
  GPtrArray *rcpt_commands; /* of GBytes, in the envelope's order */
  gboolean pipelining;
  gboolean chunking;

  DexFuture *reset;         /* each nullable until it is said */
  DexFuture *mail;
  GPtrArray *rcpts;         /* of DexFuture */
  DexFuture *data;
  GQueue pieces;            /* of DexFuture: answers to BDAT that are owed; the last one is for the message */
  gboolean handed_over;     /* all of it was said */
  guint64 end;              /* of what was said on the connection, where it ends */
};

void
valija_smtp_transaction_free (ValijaSmtpTransaction *self)
{
  g_clear_object (&self->connection);
  g_clear_pointer (&self->envelope, valija_envelope_unref);
  g_clear_pointer (&self->source, g_bytes_unref);
  g_clear_object (&self->progress);
  g_clear_pointer (&self->mail_command, g_bytes_unref);
  g_clear_pointer (&self->rcpt_commands, g_ptr_array_unref);
  dex_clear (&self->reset);
  dex_clear (&self->mail);
  g_clear_pointer (&self->rcpts, g_ptr_array_unref);
  dex_clear (&self->data);
  g_queue_clear_full (&self->pieces, dex_unref);
  g_free (self);
}

/* The address as the server can take it. NULL with @error where it cannot. */
static char *
adapt_address (const ValijaSmtpCapabilities  *capabilities,
               const char                    *address,
               ValijaStep                     step,
               GError                       **error)
{
  g_autofree char *ascii = valija_smtp_address_to_ascii (address);

  if (!valija_address_is_valid (address))
    valija_error_set (error, VALIJA_ERROR_INVALID, _("“%s” is not an address that mail can be sent to."), address);
  else if (!g_str_is_ascii (ascii) && !capabilities->smtputf8)
    valija_error_set (error, VALIJA_ERROR_UNSUPPORTED,
                      _("The outgoing server cannot handle the address “%s”, as it has letters outside ASCII before "
                        "the @."), address);
  else
    return g_steal_pointer (&ascii);

  valija_error_locate (error, VALIJA_SIDE_OUTGOING, step);
  return NULL;
}

static gboolean
create_rcpt_commands (ValijaSmtpTransaction         *self,
                      const ValijaSmtpCapabilities  *capabilities,
                      gboolean                      *international,
                      GError                       **error)
{
  self->rcpt_commands = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; i < self->envelope->recipients->len; i++)
    {
      const char *address = g_ptr_array_index (self->envelope->recipients, i);
      g_autofree char *adapted = adapt_address (capabilities, address, VALIJA_STEP_RECIPIENTS, error);
      GBytes *command;

      if (adapted == NULL ||
          !(command = valija_smtp_command_new_rcpt (adapted, self->envelope->delivery_receipt && capabilities->dsn,
                                                    error)))
        return FALSE;

      *international |= !g_str_is_ascii (adapted);
      g_ptr_array_add (self->rcpt_commands, command);
    }

  return TRUE;
}

static gboolean
create_commands (ValijaSmtpTransaction         *self,
                 const ValijaSmtpCapabilities  *capabilities,
                 GError                       **error)
{
  ValijaSmtpMailOptions options = { .envelope_id = NULL };
  g_autofree char *sender = NULL;
  gboolean international;

  if (self->envelope->sender[0] == '\0')
    sender = g_strdup ("");
  else if (!(sender = adapt_address (capabilities, self->envelope->sender, VALIJA_STEP_SENDER, error)))
    return FALSE;

  international = !g_str_is_ascii (sender);
  if (!create_rcpt_commands (self, capabilities, &international, error))
    return FALSE;

  if (capabilities->size)
    options.size = self->measure.size;

  /* A server that does not say 8BITMIME is sent eight bits all the same: in twenty years none has been met that
   * would not carry them, and to encode anew here would break signatures. Who composes has chosen an encoding; an
   * imported message is not ours to change. */
  options.eightbit = self->measure.eightbit && capabilities->eightbitmime;

  /* Also for a header of RFC 6532, but only for addresses it is a must */
  options.smtputf8 = capabilities->smtputf8 && (international || self->measure.eightbit_header);

  if (self->envelope->delivery_receipt && capabilities->dsn)
    {
      options.return_headers = TRUE;
      options.envelope_id = self->envelope->envelope_id;
    }

  self->mail_command = valija_smtp_command_new_mail (sender, &options, error);

  return self->mail_command != NULL;
}

ValijaSmtpTransaction *
valija_smtp_transaction_new (ValijaSmtpLogin  *login,
                             ValijaEnvelope   *envelope,
                             GBytes           *source,
                             ValijaProgress   *progress,
                             GError          **error)
{
  g_autoptr(ValijaSmtpTransaction) self = g_new0 (ValijaSmtpTransaction, 1);
  const ValijaSmtpCapabilities *capabilities = login->capabilities;

  self->connection = g_object_ref (login->connection);
  self->envelope = valija_envelope_ref (envelope);
  self->source = g_bytes_ref (source);
  g_set_object (&self->progress, progress);
  self->pipelining = capabilities->pipelining;
  self->chunking = capabilities->chunking;
  g_queue_init (&self->pieces);
  valija_smtp_measure (g_bytes_get_data (source, NULL), g_bytes_get_size (source), &self->measure);

  if (progress != NULL && g_cancellable_set_error_if_cancelled (valija_progress_get_cancellable (progress), error))
    return NULL;

  if (envelope->recipients->len == 0 || envelope->recipients->len > RECIPIENTS_LIMIT)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        envelope->recipients->len == 0 ? _("The message has no recipient.")
                                                       : _("The message has too many recipients."));
      valija_error_locate (error, VALIJA_SIDE_OUTGOING, VALIJA_STEP_RECIPIENTS);
      return NULL;
    }

  if (capabilities->size_limit > 0 && self->measure.size > capabilities->size_limit)
    {
      g_autofree char *size = g_format_size (self->measure.size);
      g_autofree char *limit = g_format_size (capabilities->size_limit);

      /* Translators: sizes such as "12.3 MB" */
      valija_error_set (error, VALIJA_ERROR_TOO_LARGE, _("The message has %s; the server takes at most %s."), size,
                        limit);
      valija_error_locate (error, VALIJA_SIDE_OUTGOING, VALIJA_STEP_SENDER);
      return NULL;
    }

  return create_commands (self, capabilities, error) ? g_steal_pointer (&self) : NULL;
}

gboolean
valija_smtp_transaction_can_overlap (ValijaSmtpTransaction *self)
{
  return self->pipelining && self->chunking && self->measure.size <= WHOLE;
}

guint64
valija_smtp_transaction_get_size (ValijaSmtpTransaction *self)
{
  return self->measure.size;
}

/* Awaits an answer (transfer full), or nothing more where it was cancelled and the server does not have the message. */
static ValijaSmtpReply *
hear_fiber (ValijaSmtpTransaction  *self,
            DexFuture              *answer,
            GError                **error)
{
  GCancellable *cancellable = self->progress != NULL && !self->handed_over
                                ? valija_progress_get_cancellable (self->progress)
                                : NULL;

  return dex_await_boxed (valija_future_until_cancelled (answer, cancellable), error);
}

static DexFuture *
say (ValijaSmtpTransaction *self,
     GBytes                *bytes)
{
  ValijaSmtpRequest request = { .bytes = g_bytes_ref (bytes) };

  return valija_smtp_connection_run (self->connection, &request);
}

static DexFuture *
say_verb (ValijaSmtpTransaction *self,
          const char            *verb)
{
  ValijaSmtpRequest request = { .bytes = valija_smtp_command_new (verb, NULL, NULL) };

  return valija_smtp_connection_run (self->connection, &request);
}

static void
say_piece (ValijaSmtpTransaction *self,
           GByteArray            *content,
           gboolean               last)
{
  ValijaSmtpRequest request = {
    .bytes = valija_smtp_command_new_bdat (content->len, last),
    .content = g_byte_array_free_to_bytes (content),
    .patient = TRUE,
  };

  self->handed_over |= last && valija_smtp_connection_is_alive (self->connection);
  g_queue_push_tail (&self->pieces, valija_smtp_connection_run (self->connection, &request));
  self->end = valija_smtp_connection_get_said (self->connection);
}

void
valija_smtp_transaction_begin (ValijaSmtpTransaction *self,
                               gboolean               reset)
{
  if (reset)
    self->reset = say_verb (self, "RSET");

  self->mail = say (self, self->mail_command);
  self->rcpts = g_ptr_array_new_with_free_func (dex_unref);
  for (guint i = 0; self->pipelining && i < self->rcpt_commands->len; i++)
    g_ptr_array_add (self->rcpts, say (self, g_ptr_array_index (self->rcpt_commands, i)));

  if (valija_smtp_transaction_can_overlap (self))
    {
      g_autoptr(ValijaSmtpEncoder) encoder = valija_smtp_encoder_new (VALIJA_SMTP_FRAME_BDAT);
      GByteArray *content = g_byte_array_sized_new (self->measure.size);

      valija_smtp_encoder_feed (encoder, g_bytes_get_data (self->source, NULL), g_bytes_get_size (self->source),
                                content);
      valija_smtp_encoder_finish (encoder, content);
      say_piece (self, content, TRUE);
    }
  else if (self->pipelining && !self->chunking)
    self->data = say_verb (self, "DATA");
}

/* ---- Answers ---- */

static void
add_result (ValijaReceipt         *receipt,
            const char            *recipient,
            const ValijaSmtpReply *reply)
{
  g_autofree char *line = NULL;
  g_autoptr(GError) refusal = NULL;

  if (valija_smtp_reply_is_ok (reply))
    {
      line = valija_smtp_reply_dup_line (reply);
      valija_receipt_add (receipt, recipient, TRUE, line);
      return;
    }

  valija_smtp_reply_set_error (reply, VALIJA_SMTP_AT_RECIPIENT, &refusal);
  valija_receipt_refuse (receipt, recipient, refusal);
}

/* The receipt's line for each recipient; how many were accepted, and the refusal that counts when none was: one that
 * may pass if there is any, so that the message is tried again. */
static gboolean
collect_recipients_fiber (ValijaSmtpTransaction  *self,
                          ValijaReceipt          *receipt,
                          guint                  *n_accepted,
                          ValijaSmtpReply       **refusal,
                          GError                **error)
{
  for (guint i = 0; i < self->rcpt_commands->len; i++)
    {
      g_autoptr(ValijaSmtpReply) reply = NULL;
      gboolean accepted;

      /* Said only now where the server wants one command at a time: after a refused sender there are none */
      if (!self->pipelining)
        g_ptr_array_add (self->rcpts, say (self, g_ptr_array_index (self->rcpt_commands, i)));

      if (!(reply = hear_fiber (self, dex_ref (g_ptr_array_index (self->rcpts, i)), error)))
        return FALSE;

      accepted = valija_smtp_reply_is_ok (reply);
      add_result (receipt, g_ptr_array_index (self->envelope->recipients, i), reply);
      *n_accepted += accepted;

      if (!accepted && (*refusal == NULL || (reply->code / 100 == 4 && (*refusal)->code / 100 != 4)))
        {
          g_clear_pointer (refusal, valija_smtp_reply_unref);
          *refusal = valija_smtp_reply_ref (reply);
        }
    }

  return TRUE;
}

/* @done octets of the source went out, and not all. FALSE where it was cancelled. */
static gboolean
go_on (ValijaSmtpTransaction  *self,
       gsize                   done,
       GError                **error)
{
  if (self->progress == NULL)
    return TRUE;

  if (g_cancellable_set_error_if_cancelled (valija_progress_get_cancellable (self->progress), error))
    return FALSE;

  valija_progress_update (self->progress, done, g_bytes_get_size (self->source));

  return TRUE;
}

static gboolean
write_fiber (ValijaSmtpTransaction  *self,
             GBytes                 *bytes,
             GError                **error)
{
  return dex_await (valija_future_until_cancelled (valija_smtp_connection_write (self->connection, bytes),
                                                   self->progress != NULL
                                                     ? valija_progress_get_cancellable (self->progress)
                                                     : NULL), error);
}

/* The message behind a 354. */
static gboolean
send_data_fiber (ValijaSmtpTransaction  *self,
                 GError                **error)
{
  g_autoptr(ValijaSmtpEncoder) encoder = valija_smtp_encoder_new (VALIJA_SMTP_FRAME_DATA);
  gsize length;
  const guint8 *data = g_bytes_get_data (self->source, &length);
  ValijaSmtpRequest request = { .patient = TRUE };
  GByteArray *content;
  gsize at = 0;

  for (; length - at > PIECE; at += PIECE)
    {
      g_autoptr(GByteArray) piece = g_byte_array_new ();
      g_autoptr(GBytes) bytes = NULL;

      valija_smtp_encoder_feed (encoder, data + at, PIECE, piece);
      bytes = g_byte_array_free_to_bytes (g_steal_pointer (&piece));
      if (!go_on (self, at, error) ||
          !write_fiber (self, bytes, error))
        return FALSE;
    }

  if (!go_on (self, at, error))
    return FALSE;

  content = g_byte_array_new ();
  if (length > 0)
    valija_smtp_encoder_feed (encoder, data + at, length - at, content);
  valija_smtp_encoder_finish (encoder, content);

  self->handed_over = valija_smtp_connection_is_alive (self->connection);
  request.content = g_byte_array_free_to_bytes (content);
  g_queue_push_tail (&self->pieces, valija_smtp_connection_run (self->connection, &request));
  self->end = valija_smtp_connection_get_said (self->connection);

  return TRUE;
}

/* The message in pieces, with few of them unanswered. FALSE without @error when one was refused: then the last
 * answer told it. */
static gboolean
send_pieces_fiber (ValijaSmtpTransaction  *self,
                   ValijaSmtpReply       **refusal,
                   GError                **error)
{
  g_autoptr(ValijaSmtpEncoder) encoder = valija_smtp_encoder_new (VALIJA_SMTP_FRAME_BDAT);
  gsize length;
  const guint8 *data = g_bytes_get_data (self->source, &length);

  for (gsize at = 0; at < length || at == 0; at += PIECE)
    {
      gboolean last = length - at <= PIECE;
      GByteArray *content = g_byte_array_new ();

      valija_smtp_encoder_feed (encoder, data + at, MIN (PIECE, length - at), content);
      if (last)
        valija_smtp_encoder_finish (encoder, content);
      if (!go_on (self, at - MIN (at, self->pieces.length * PIECE), error))
        {
          g_byte_array_unref (content);
          return FALSE;
        }
      say_piece (self, content, last);

      while (!last && self->pieces.length >= (self->pipelining ? PIECES_AHEAD : 1))
        {
          g_autoptr(ValijaSmtpReply) reply = hear_fiber (self, g_queue_pop_head (&self->pieces), error);

          if (reply == NULL)
            return FALSE;

          if (!valija_smtp_reply_is_ok (reply))
            {
              *refusal = g_steal_pointer (&reply);
              return FALSE;
            }
        }
    }

  return TRUE;
}

/* What the server says to the message as a whole. NULL with @error. */
static ValijaSmtpReply *
await_last_fiber (ValijaSmtpTransaction  *self,
                  GError                **error)
{
  g_autoptr(ValijaSmtpReply) verdict = NULL;
  DexFuture *future;

  while ((future = g_queue_pop_head (&self->pieces)) != NULL)
    {
      g_autoptr(ValijaSmtpReply) reply = dex_await_boxed (future, error);

      if (reply == NULL)
        return NULL;

      /* The first refusal tells why; those that follow it only that it was refused */
      if (verdict == NULL || valija_smtp_reply_is_ok (verdict))
        {
          g_clear_pointer (&verdict, valija_smtp_reply_unref);
          verdict = g_steal_pointer (&reply);
        }
    }

  return g_steal_pointer (&verdict);
}

static gboolean
refuse (ValijaSmtpTransaction  *self,
        ValijaSmtpReply        *reply,
        ValijaSmtpPlace         place,
        ValijaStep              step,
        GError                **error)
{
  valija_smtp_reply_set_error (reply, place, error);
  valija_error_locate (error, VALIJA_SIDE_OUTGOING, step);

  /* RFC 5321 §3.8: after 421 the server hangs up, whatever it is asked */
  if (reply->code == 421)
    valija_smtp_connection_close (self->connection);

  return FALSE;
}

/* Sender and recipients. FALSE with @error when nobody would get it; @refused: because the server says so. */
static gboolean
settle_envelope_fiber (ValijaSmtpTransaction  *self,
                       ValijaReceipt          *receipt,
                       gboolean               *refused,
                       GError                **error)
{
  g_autoptr(ValijaSmtpReply) reset = NULL;
  g_autoptr(ValijaSmtpReply) mail = NULL;
  g_autoptr(ValijaSmtpReply) refusal = NULL;
  guint n_accepted = 0;

  if (self->reset != NULL && !(reset = hear_fiber (self, g_steal_pointer (&self->reset), error)))
    return FALSE;

  if (!(mail = hear_fiber (self, g_steal_pointer (&self->mail), error)))
    return FALSE;

  *refused = !valija_smtp_reply_is_ok (mail);
  if (*refused)
    return refuse (self, mail, VALIJA_SMTP_AT_SENDER, VALIJA_STEP_SENDER, error);

  if (!collect_recipients_fiber (self, receipt, &n_accepted, &refusal, error))
    {
      valija_error_locate (error, VALIJA_SIDE_OUTGOING, VALIJA_STEP_RECIPIENTS);
      return FALSE;
    }

  *refused = n_accepted == 0;
  return !*refused || refuse (self, refusal, VALIJA_SMTP_AT_RECIPIENT, VALIJA_STEP_RECIPIENTS, error);
}

/* After a refused envelope. Answers that are still owed find nobody waiting; but a server that said 354 all the same
 * waits for a message: it gets an empty one, which goes to nobody. */
static void
give_up_data_fiber (ValijaSmtpTransaction *self)
{
  ValijaSmtpRequest request = { .bytes = NULL };
  g_autoptr(ValijaSmtpReply) data = NULL;
  g_autoptr(ValijaSmtpReply) verdict = NULL;

  if (self->data == NULL || !(data = dex_await_boxed (g_steal_pointer (&self->data), NULL)) || data->code != 354)
    return;

  request.bytes = g_bytes_new_static (".\r\n", 3);
  verdict = dex_await_boxed (valija_smtp_connection_run (self->connection, &request), NULL);
}

/* The message itself; what the server says to it. NULL with @error. */
static ValijaSmtpReply *
send_content_fiber (ValijaSmtpTransaction  *self,
                    GError                **error)
{
  g_autoptr(ValijaSmtpReply) data = NULL;
  g_autoptr(ValijaSmtpReply) refusal = NULL;

  if (self->handed_over)
    return await_last_fiber (self, error);

  if (self->chunking)
    {
      if (send_pieces_fiber (self, &refusal, error))
        return await_last_fiber (self, error);

      return g_steal_pointer (&refusal);
    }

  if (self->data == NULL)
    self->data = say_verb (self, "DATA");
  if (!(data = hear_fiber (self, g_steal_pointer (&self->data), error)))
    return NULL;

  if (data->code != 354)
    return g_steal_pointer (&data);

  return send_data_fiber (self, error) ? await_last_fiber (self, error) : NULL;
}

/* RFC 5321 §4.2.5: without the answer nobody knows who has the message. */
static void
make_uncertain (GError **error)
{
  g_autofree char *line = g_strdup (valija_error_get_server_line (*error));

  g_clear_error (error);
  valija_error_set_server (error, VALIJA_ERROR_UNCERTAIN, line,
                           _("The message was handed over, and the connection was lost before the server confirmed it. "
                             "It may have been sent or not."));
}

ValijaReceipt *
valija_smtp_transaction_finish_fiber (ValijaSmtpTransaction  *self,
                                      gboolean               *dirty,
                                      GError                **error)
{
  g_autoptr(ValijaReceipt) receipt = valija_receipt_new ("", FALSE);
  g_autoptr(ValijaSmtpReply) verdict = NULL;
  gboolean refused = FALSE;
  GError *failure = NULL;

  if (settle_envelope_fiber (self, receipt, &refused, &failure))
    verdict = send_content_fiber (self, &failure);
  else if (refused)
    give_up_data_fiber (self);

  *dirty = verdict == NULL || !valija_smtp_reply_is_ok (verdict);
  if (!*dirty)
    {
      g_free (receipt->server_line);
      receipt->server_line = valija_smtp_reply_dup_line (verdict);
      return g_steal_pointer (&receipt);
    }

  /* Without its end the server has no message, and the connection is of no use (RFC 5321 §4.1.1.4, RFC 3030 §2) */
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    valija_smtp_connection_close (self->connection);

  if (verdict != NULL)
    refuse (self, verdict, VALIJA_SMTP_AT_MESSAGE, VALIJA_STEP_SEND, &failure);
  else if (self->handed_over && !refused && valija_smtp_connection_may_be_out (self->connection, self->end))
    make_uncertain (&failure);

  valija_error_locate (&failure, VALIJA_SIDE_OUTGOING, self->handed_over ? VALIJA_STEP_SEND : VALIJA_STEP_SENDER);
  g_propagate_error (error, failure);

  return NULL;
}
