/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/smtp/valija-smtp-parser.h"

#include "base/valija-buffer.h"

#include <glib/gi18n-lib.h>

/* RFC 5321 §4.5.3.1.5 says 512 octets, RFC 4954 §4 12,288 for challenges. */
#define LINE_LIMIT (16 * 1024)

/* An EHLO reply has some twenty lines, a refusal with its explanation some ten. */
#define LINES_LIMIT 1000

struct _ValijaSmtpParser
{
  ValijaBuffer *buffer;
  ValijaSmtpReply *partial; /* nullable: lines so far of a reply that goes on */
  gsize partial_bytes;
  ValijaErrorCode failure;
  gboolean failed;
};

ValijaSmtpParser *
valija_smtp_parser_new (void)
{
  ValijaSmtpParser *self = g_new0 (ValijaSmtpParser, 1);

  self->buffer = valija_buffer_new ();

  return self;
}

void
valija_smtp_parser_free (ValijaSmtpParser *self)
{
  valija_buffer_free (self->buffer);
  g_clear_pointer (&self->partial, valija_smtp_reply_unref);
  g_free (self);
}

void
valija_smtp_parser_feed (ValijaSmtpParser *self,
                         const void       *data,
                         gsize             length)
{
  g_return_if_fail (self != NULL);

  if (!self->failed)
    valija_buffer_append (self->buffer, data, length);
}

gsize
valija_smtp_parser_get_unread (ValijaSmtpParser *self)
{
  gsize length;

  g_return_val_if_fail (self != NULL, 0);

  valija_buffer_peek (self->buffer, &length);
  return length + self->partial_bytes;
}

static ValijaSmtpParserStatus
fail (ValijaSmtpParser  *self,
      ValijaErrorCode    code,
      GError           **error)
{
  self->failed = TRUE;
  self->failure = code;

  if (code == VALIJA_ERROR_LIMIT)
    valija_error_set (error, code, _("The server sent an answer that is too long."));
  else
    valija_error_set (error, code, _("The server said something that is not SMTP."));

  return VALIJA_SMTP_FAILED;
}

/* Adds one line, without its end. FALSE when it is none of a reply. @last tells whether the reply is complete. */
static gboolean
add_line (ValijaSmtpParser *self,
          const char       *line,
          gsize             length,
          gboolean         *last)
{
  guint code;

  if (length < 3 || line[0] < '2' || line[0] > '5' || !g_ascii_isdigit (line[1]) || !g_ascii_isdigit (line[2]) ||
      (length > 3 && line[3] != ' ' && line[3] != '-'))
    return FALSE;

  code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  *last = length == 3 || line[3] == ' ';

  /* All lines should carry one code; where they do not, the last one counts */
  if (self->partial == NULL)
    self->partial = valija_smtp_reply_new (code);
  self->partial->code = code;

  valija_smtp_reply_add_line (self->partial, line + MIN (length, 4), length - MIN (length, 4));

  return TRUE;
}

ValijaSmtpParserStatus
valija_smtp_parser_next (ValijaSmtpParser  *self,
                         ValijaSmtpReply  **reply,
                         GError           **error)
{
  gsize end;

  g_return_val_if_fail (self != NULL, VALIJA_SMTP_FAILED);
  g_return_val_if_fail (reply != NULL, VALIJA_SMTP_FAILED);

  *reply = NULL;

  if (self->failed)
    return fail (self, self->failure, error);

  while ((end = valija_buffer_find_line (self->buffer)) > 0 && end <= LINE_LIMIT)
    {
      gsize available;
      const char *line = (const char *) valija_buffer_peek (self->buffer, &available);
      gsize length = end - (end > 1 && line[end - 2] == '\r' ? 2 : 1);
      gboolean last;

      if (!add_line (self, line, length, &last))
        return fail (self, VALIJA_ERROR_PROTOCOL, error);

      valija_buffer_consume (self->buffer, end);
      self->partial_bytes += end;

      if (last)
        {
          self->partial_bytes = 0;
          *reply = g_steal_pointer (&self->partial);
          return VALIJA_SMTP_REPLY;
        }

      if (self->partial->lines->len > LINES_LIMIT)
        return fail (self, VALIJA_ERROR_LIMIT, error);
    }

  if (end == 0)
    valija_buffer_peek (self->buffer, &end);

  return end > LINE_LIMIT ? fail (self, VALIJA_ERROR_LIMIT, error) : VALIJA_SMTP_NEED_MORE;
}
