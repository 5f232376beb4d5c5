/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/pop3/valija-pop3-parser.h"

#include "base/valija-buffer.h"
#include "base/valija-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* RFC 2449 §4 allows 512 octets, RFC 5034 §4 more for challenges; servers put whole sentences there. */
#define LINE_LIMIT (16 * 1024)

typedef enum
{
  STATE_STATUS,
  STATE_LINES,
  STATE_LINE_START, /* in a message, where a dot has a meaning */
  STATE_CONTENT,    /* in a message, elsewhere */
  STATE_FAILED,
} State;

struct _ValijaPop3Parser
{
  ValijaBuffer *buffer;
  State state;
  gsize consumed;    /* told by the last event: to be given up with the next call */
  gboolean bare_lf;  /* the last status line ended so: this server does not know CR */
  ValijaErrorCode failure;
};

ValijaPop3Parser *
valija_pop3_parser_new (void)
{
  ValijaPop3Parser *self = g_new0 (ValijaPop3Parser, 1);

  self->buffer = valija_buffer_new ();

  return self;
}

void
valija_pop3_parser_free (ValijaPop3Parser *self)
{
  valija_buffer_free (self->buffer);
  g_free (self);
}

static void
give_up_consumed (ValijaPop3Parser *self)
{
  valija_buffer_consume (self->buffer, self->consumed);
  self->consumed = 0;
}

void
valija_pop3_parser_feed (ValijaPop3Parser *self,
                         const void       *data,
                         gsize             length)
{
  g_return_if_fail (self != NULL);

  give_up_consumed (self);
  if (self->state != STATE_FAILED)
    valija_buffer_append (self->buffer, data, length);
}

void
valija_pop3_parser_expect (ValijaPop3Parser *self,
                           ValijaPop3Shape   shape)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (self->state == STATE_STATUS);

  if (shape == VALIJA_POP3_LINES)
    self->state = STATE_LINES;
  else if (shape == VALIJA_POP3_CONTENT)
    self->state = STATE_LINE_START;
}

gsize
valija_pop3_parser_get_unread (ValijaPop3Parser *self)
{
  gsize length;

  g_return_val_if_fail (self != NULL, 0);

  valija_buffer_peek (self->buffer, &length);
  return length - self->consumed;
}

static ValijaPop3EventType
fail (ValijaPop3Parser  *self,
      ValijaErrorCode    code,
      GError           **error)
{
  self->state = STATE_FAILED;
  self->failure = code;

  if (code == VALIJA_ERROR_LIMIT)
    valija_error_set (error, code, _("The server sent a line that is too long."));
  else
    valija_error_set (error, code, _("The server said something that is not POP3."));

  return VALIJA_POP3_FAILED;
}

/* The first line without its end; FALSE when it is not all there. */
static gboolean
take_line (ValijaPop3Parser  *self,
           const char       **line,
           gsize             *length,
           gboolean          *bare_lf)
{
  gsize end = valija_buffer_find_line (self->buffer);
  gsize available;

  if (end == 0)
    return FALSE;

  *line = (const char *) valija_buffer_peek (self->buffer, &available);
  *bare_lf = end < 2 || (*line)[end - 2] != '\r';
  *length = end - (*bare_lf ? 1 : 2);
  self->consumed = end;

  return TRUE;
}

static gboolean
is_too_long (ValijaPop3Parser *self)
{
  gsize end = valija_buffer_find_line (self->buffer);
  gsize available;

  valija_buffer_peek (self->buffer, &available);
  return (end > 0 ? end : available) > LINE_LIMIT;
}

/* The length of @word, with the space behind it, at the front of @line; 0 when something else is there. Servers have
 * been seen that put their time stamp right behind the +OK. */
static gsize
match_word (const char *line,
            gsize       length,
            const char *word)
{
  gsize n = strlen (word);

  if (length < n || g_ascii_strncasecmp (line, word, n) != 0)
    return 0;

  if (length == n)
    return n;

  if (g_ascii_isalnum (line[n]))
    return 0;

  return line[n] == ' ' ? n + 1 : n;
}

static ValijaPop3EventType
next_status (ValijaPop3Parser  *self,
             ValijaPop3Event   *event,
             GError           **error)
{
  const char *line;
  gsize length, skip;

  if (is_too_long (self))
    return fail (self, VALIJA_ERROR_LIMIT, error);

  if (!take_line (self, &line, &length, &self->bare_lf))
    return VALIJA_POP3_NEED_MORE;

  event->ok = FALSE;
  event->type = VALIJA_POP3_STATUS;

  if ((skip = match_word (line, length, "+OK")) > 0)
    event->ok = TRUE;
  else if ((skip = match_word (line, length, "-ERR")) > 0)
    event->ok = FALSE;
  else if ((skip = match_word (line, length, "+")) > 0)
    event->type = VALIJA_POP3_CHALLENGE;
  else
    return fail (self, VALIJA_ERROR_PROTOCOL, error);

  event->text = line + skip;
  event->length = length - skip;

  return event->type;
}

static ValijaPop3EventType
next_line (ValijaPop3Parser  *self,
           ValijaPop3Event   *event,
           GError           **error)
{
  const char *line;
  gsize length;
  gboolean bare_lf;

  if (is_too_long (self))
    return fail (self, VALIJA_ERROR_LIMIT, error);

  if (!take_line (self, &line, &length, &bare_lf))
    return VALIJA_POP3_NEED_MORE;

  if (length == 1 && line[0] == '.')
    {
      self->state = STATE_STATUS;
      return event->type = VALIJA_POP3_END;
    }

  if (length > 0 && line[0] == '.')
    {
      line++;
      length--;
    }

  event->text = line;
  event->length = length;

  return event->type = VALIJA_POP3_LINE;
}

/* At the start of a line of a message: its end, a dot that was doubled, or anything else. */
static ValijaPop3EventType
next_line_start (ValijaPop3Parser *self,
                 ValijaPop3Event  *event)
{
  gsize length;
  const char *data = (const char *) valija_buffer_peek (self->buffer, &length);

  if (length == 0)
    return VALIJA_POP3_NEED_MORE;

  if (data[0] != '.')
    {
      self->state = STATE_CONTENT;
      return VALIJA_POP3_CHUNK;
    }

  if (length < 2 || (data[1] == '\r' && length < 3))
    return VALIJA_POP3_NEED_MORE;

  if ((data[1] == '\r' && data[2] == '\n') || (data[1] == '\n' && self->bare_lf))
    {
      self->consumed = data[1] == '\n' ? 2 : 3;
      self->state = STATE_STATUS;
      return event->type = VALIJA_POP3_END;
    }

  /* The dot was added by the server. What follows it is text, even if it is a dot */
  valija_buffer_consume (self->buffer, 1);
  self->state = STATE_CONTENT;

  return VALIJA_POP3_CHUNK;
}

/* As much as can be told without looking at the next dot: only a dot behind a line end needs a look, so whole reads
 * pass as one run.
 *
 * A line ends where the server's lines end. A server that sends CRLF doubles dots behind CRLF only: to see a line in
 * what follows a bare LF would let a message end where its sender likes, and his text be taken for the server's. */
static ValijaPop3EventType
next_content (ValijaPop3Parser *self,
              ValijaPop3Event  *event)
{
  const char *line_end = self->bare_lf ? "\n." : "\r\n.";
  gsize n = strlen (line_end);
  gsize length, run;
  const char *data = (const char *) valija_buffer_peek (self->buffer, &length);
  const char *found;

  if (length == 0)
    return VALIJA_POP3_NEED_MORE;

  found = memmem (data, length, line_end, n);
  if (found != NULL)
    {
      run = found - data + n - 1;
      self->state = STATE_LINE_START;
    }
  else if (data[length - 1] == '\n' && (self->bare_lf || (length > 1 && data[length - 2] == '\r')))
    {
      run = length;
      self->state = STATE_LINE_START;
    }
  else if (!self->bare_lf && data[length - 1] == '\r')
    {
      /* Kept until it is known whether a LF follows */
      run = length - 1;
    }
  else
    {
      run = length;
    }

  if (run == 0)
    return VALIJA_POP3_NEED_MORE;

  self->consumed = run;
  event->text = data;
  event->length = run;

  return event->type = VALIJA_POP3_CHUNK;
}

ValijaPop3EventType
valija_pop3_parser_next (ValijaPop3Parser  *self,
                         ValijaPop3Event   *event,
                         GError           **error)
{
  ValijaPop3EventType type;

  g_return_val_if_fail (self != NULL, VALIJA_POP3_FAILED);
  g_return_val_if_fail (event != NULL, VALIJA_POP3_FAILED);

  give_up_consumed (self);
  *event = (ValijaPop3Event) { .type = VALIJA_POP3_NEED_MORE, .text = "" };

  switch (self->state)
    {
    case STATE_STATUS:
      return event->type = next_status (self, event, error);

    case STATE_LINES:
      return event->type = next_line (self, event, error);

    case STATE_LINE_START:
      type = next_line_start (self, event);
      return event->type = type == VALIJA_POP3_CHUNK ? next_content (self, event) : type;

    case STATE_CONTENT:
      return event->type = next_content (self, event);

    case STATE_FAILED:
    default:
      return event->type = fail (self, self->failure, error);
    }
}
