/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/smtp/valija-smtp-reply.h"

#include <glib/gi18n-lib.h>

/* RFC 3463 §2: each number has at most three digits. */
#define ENHANCED_DIGITS_LIMIT 3

G_DEFINE_BOXED_TYPE (ValijaSmtpReply, valija_smtp_reply, valija_smtp_reply_ref, valija_smtp_reply_unref)

ValijaSmtpReply *
valija_smtp_reply_new (guint code)
{
  ValijaSmtpReply *self = g_new0 (ValijaSmtpReply, 1);

  g_ref_count_init (&self->ref_count);
  self->code = code;
  self->lines = g_ptr_array_new_with_free_func (g_free);

  return self;
}

ValijaSmtpReply *
valija_smtp_reply_ref (ValijaSmtpReply *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
valija_smtp_reply_unref (ValijaSmtpReply *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->lines);
  g_free (self);
}

/* Up to three digits that @end follows. */
static gboolean
take_part (const char **text,
           gsize       *length,
           char         end,
           guint       *part)
{
  guint value = 0;
  gsize i;

  for (i = 0; i < *length && i < ENHANCED_DIGITS_LIMIT && g_ascii_isdigit ((*text)[i]); i++)
    value = value * 10 + ((*text)[i] - '0');

  if (i == 0 || (i < *length ? (*text)[i] != end : end != ' '))
    return FALSE;

  i += i < *length ? 1 : 0;
  *text += i;
  *length -= i;
  *part = value;

  return TRUE;
}

/* "5.1.1 " at the front, of the same class as the code itself (RFC 2034 §4): else it is text that looks like one. */
static void
take_enhanced_code (ValijaSmtpReply  *self,
                    const char      **text,
                    gsize            *length)
{
  const char *rest = *text;
  gsize rest_length = *length;
  guint klass, subject, detail;

  if (!take_part (&rest, &rest_length, '.', &klass) ||
      !take_part (&rest, &rest_length, '.', &subject) ||
      !take_part (&rest, &rest_length, ' ', &detail) ||
      klass != self->code / 100)
    return;

  if (self->klass == 0)
    {
      self->klass = klass;
      self->subject = subject;
      self->detail = detail;
    }

  *text = rest;
  *length = rest_length;
}

void
valija_smtp_reply_add_line (ValijaSmtpReply *self,
                            const char      *text,
                            gsize            length)
{
  g_return_if_fail (self != NULL);

  take_enhanced_code (self, &text, &length);
  g_ptr_array_add (self->lines, g_utf8_make_valid (text, length));
}

gboolean
valija_smtp_reply_is_ok (const ValijaSmtpReply *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->code / 100 == 2;
}

char *
valija_smtp_reply_dup_line (const ValijaSmtpReply *self)
{
  g_autoptr(GString) line = g_string_new (NULL);

  g_return_val_if_fail (self != NULL, NULL);

  g_string_append_printf (line, "%u", self->code);
  if (self->klass != 0)
    g_string_append_printf (line, " %u.%u.%u", self->klass, self->subject, self->detail);

  for (guint i = 0; i < self->lines->len; i++)
    {
      const char *text = g_ptr_array_index (self->lines, i);

      if (text[0] != '\0')
        g_string_append_printf (line, " %s", text);
    }

  return g_string_free_and_steal (g_steal_pointer (&line));
}

/* RFC 3463 and the registry that it began; what is not here falls back to the code. */
static const struct
{
  guint subject;
  guint detail;
  ValijaErrorCode code; /* where it is for good; REFUSED: by its place */
  const char *sentence;
} meanings[] = {
  { 1, 1, VALIJA_ERROR_REFUSED, N_("There is no such mailbox at that address.") },
  { 1, 2, VALIJA_ERROR_REFUSED, N_("There is no mail server for the part behind the @ of that address.") },
  { 1, 3, VALIJA_ERROR_REFUSED, N_("The address is not written correctly.") },
  { 1, 6, VALIJA_ERROR_REFUSED, N_("The mailbox has moved and left no new address.") },
  { 1, 7, VALIJA_ERROR_REFUSED, N_("The server does not accept the sender’s address.") },
  { 1, 8, VALIJA_ERROR_REFUSED, N_("The server does not know the part behind the @ of the sender’s address.") },
  { 1, 10, VALIJA_ERROR_REFUSED, N_("Nobody receives mail at that address’s domain.") },
  { 2, 1, VALIJA_ERROR_REFUSED, N_("The mailbox is switched off and takes no messages.") },
  { 2, 2, VALIJA_ERROR_OVER_QUOTA, N_("The mailbox is full.") },
  { 2, 3, VALIJA_ERROR_TOO_LARGE, N_("The message is larger than that mailbox takes.") },
  { 3, 1, VALIJA_ERROR_OVER_QUOTA, N_("The server has no room left.") },
  { 3, 4, VALIJA_ERROR_TOO_LARGE, N_("The message is larger than the server takes.") },
  { 4, 1, VALIJA_ERROR_REFUSED, N_("The recipient’s server does not answer.") },
  { 4, 4, VALIJA_ERROR_REFUSED, N_("The recipient’s server cannot be found.") },
  { 4, 7, VALIJA_ERROR_REFUSED, N_("The server gave up delivering the message after trying for too long.") },
  { 5, 3, VALIJA_ERROR_REFUSED, N_("There are too many recipients in one message.") },
  { 6, 7, VALIJA_ERROR_REFUSED, N_("The server cannot handle addresses outside ASCII.") },
  { 7, 1, VALIJA_ERROR_REFUSED,
    N_("The server does not let you send this message. Perhaps it must be sent with another address or after signing "
       "in.") },
  { 7, 2, VALIJA_ERROR_REFUSED, N_("You may not send to that mailing list.") },
  { 7, 8, VALIJA_ERROR_AUTHENTICATION, N_("The server refused the name or the password.") },
  { 7, 9, VALIJA_ERROR_AUTHENTICATION, N_("The server wants another way of signing in.") },
  { 7, 11, VALIJA_ERROR_REFUSED, N_("The server wants an encrypted connection.") },
  { 7, 13, VALIJA_ERROR_AUTHENTICATION, N_("The server has locked this account.") },
  { 7, 23, VALIJA_ERROR_REFUSED,
    N_("The recipient’s server does not believe that the message comes from the sender’s domain (SPF).") },
  { 7, 26, VALIJA_ERROR_REFUSED,
    N_("The recipient’s server does not believe that the message comes from the sender’s domain.") },
};

static const char *
find_meaning (const ValijaSmtpReply *self,
              ValijaErrorCode       *code)
{
  for (gsize i = 0; self->klass != 0 && i < G_N_ELEMENTS (meanings); i++)
    {
      if (meanings[i].subject == self->subject && meanings[i].detail == self->detail)
        {
          *code = meanings[i].code;
          return _(meanings[i].sentence);
        }
    }

  return NULL;
}

/* What the three digits say by themselves at @place. */
static const char *
describe_code (const ValijaSmtpReply *self,
               ValijaSmtpPlace        place,
               ValijaErrorCode       *code)
{
  switch (self->code)
    {
    case 421:
      return _("The server is not available now and closes the connection.");

    case 452:
      return place == VALIJA_SMTP_AT_RECIPIENT ? _("The server takes no more recipients now.")
                                               : _("The server has no room now.");

    case 454:
      return _("The server cannot do that now.");

    case 530:
      *code = VALIJA_ERROR_AUTHENTICATION;
      return _("The server wants you to sign in before you send.");

    case 534:
    case 535:
      *code = VALIJA_ERROR_AUTHENTICATION;
      return _("The server refused the name or the password.");

    case 538:
      return _("The server wants an encrypted connection.");

    case 552:
      *code = place == VALIJA_SMTP_AT_RECIPIENT ? VALIJA_ERROR_OVER_QUOTA : VALIJA_ERROR_TOO_LARGE;
      return place == VALIJA_SMTP_AT_RECIPIENT ? _("The mailbox is full.")
                                               : _("The message is larger than the server takes.");

    default:
      break;
    }

  switch (place)
    {
    case VALIJA_SMTP_AT_GREETING:
      return self->code / 100 == 4 ? _("The server does not take this computer’s mail now.")
                                   : _("The server does not take this computer’s mail.");

    case VALIJA_SMTP_AT_SIGN_IN:
      return _("The server refused the name or the password.");

    case VALIJA_SMTP_AT_SENDER:
      return _("The server does not accept the sender’s address.");

    case VALIJA_SMTP_AT_RECIPIENT:
      return _("The server does not accept the recipient.");

    case VALIJA_SMTP_AT_MESSAGE:
    default:
      return self->code / 100 == 4 ? _("The server does not accept the message now.")
                                   : _("The server does not accept the message.");
    }
}

void
valija_smtp_reply_set_error (const ValijaSmtpReply  *self,
                             ValijaSmtpPlace         place,
                             GError                **error)
{
  ValijaErrorCode code = VALIJA_ERROR_REFUSED;
  g_autofree char *line = NULL;
  const char *sentence;

  g_return_if_fail (self != NULL);

  line = valija_smtp_reply_dup_line (self);
  if (!(sentence = find_meaning (self, &code)))
    sentence = describe_code (self, place, &code);

  if (self->code / 100 == 4)
    code = VALIJA_ERROR_TRY_LATER;
  else if (self->code / 100 != 5)
    {
      code = VALIJA_ERROR_PROTOCOL;
      sentence = _("The server’s answer makes no sense here.");
    }
  else if (code == VALIJA_ERROR_REFUSED && place == VALIJA_SMTP_AT_SIGN_IN)
    code = VALIJA_ERROR_AUTHENTICATION;
  else if (code == VALIJA_ERROR_REFUSED && place == VALIJA_SMTP_AT_RECIPIENT)
    code = VALIJA_ERROR_RECIPIENT;

  valija_error_set_server (error, code, line, "%s", sentence);
}
