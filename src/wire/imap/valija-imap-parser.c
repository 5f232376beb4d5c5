/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/valija-imap-parser.h"

#include "base/valija-error.h"
#include "wire/imap/valija-imap-quirks.h"
#include "wire/imap/valija-imap-response-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* What one response may cost. A SEARCH without ESEARCH over a million messages is a line of 8 MB with a million
 * values. */
#define RESPONSE_LIMIT (16 * 1024 * 1024) /* octets, without large literals */
#define TEXT_LIMIT     (64 * 1024)        /* octets of human-readable text */
#define VALUES_LIMIT   2000000
#define LITERAL_LIMIT  (G_GUINT64_CONSTANT (1) << 30)
#define STREAMS_LIMIT  1024               /* large literals in one response, together not above LITERAL_LIMIT */
#define DEPTH_LIMIT    512                /* a hostile message nests; BODYSTRUCTURE follows it */
#define INLINE_LIMIT   (64 * 1024)

typedef enum
{
  STATE_LINE_START,
  STATE_TAG,
  STATE_KIND,          /* or the number before it */
  STATE_NUMBERED_KIND,
  STATE_TEXT,
  STATE_GAP,           /* between values */
  STATE_ATOM,
  STATE_SECTION,       /* within the brackets of BODY[…] */
  STATE_QUOTED,
  STATE_ESCAPED,
  STATE_TILDE,         /* literal8, or a name that begins so */
  STATE_LITERAL_SIZE,
  STATE_LITERAL_CLOSED,
  STATE_LITERAL_LINE,
  STATE_LITERAL,
  STATE_STREAM,
  STATE_FAILED,
} State;

struct _ValijaImapParser
{
  ValijaImapResponse *response;
  GQueue input;              /* of GBytes */
  gsize offset;              /* into the head of @input */
  gsize pending;
  gsize inline_limit;
  State state;
  gboolean reset;            /* the response was handed out and is to be forgotten */
  gsize token;               /* where the value began in the response's octets */
  guint64 literal_size;
  guint64 literal_left;
  gboolean literal_has_digits;
  guint n_streams;
  guint64 streamed;          /* octets of the large literals of this response */
  guint depth;
  guint32 stack[DEPTH_LIMIT]; /* indices of the lists that are open */
  GError *error;
};

typedef enum
{
  RESULT_MORE,
  RESULT_LINE,
  RESULT_CHUNK,
  RESULT_FAILED,
} Result;

ValijaImapParser *
valija_imap_parser_new (void)
{
  ValijaImapParser *self = g_new0 (ValijaImapParser, 1);

  self->response = valija_imap_response_new ();
  self->inline_limit = INLINE_LIMIT;
  g_queue_init (&self->input);

  return self;
}

void
valija_imap_parser_free (ValijaImapParser *self)
{
  valija_imap_response_free (self->response);
  g_queue_clear_full (&self->input, (GDestroyNotify) g_bytes_unref);
  g_clear_error (&self->error);
  g_free (self);
}

void
valija_imap_parser_set_inline_limit (ValijaImapParser *self,
                                     gsize             octets)
{
  self->inline_limit = octets;
}

void
valija_imap_parser_feed (ValijaImapParser *self,
                         GBytes           *bytes)
{
  if (g_bytes_get_size (bytes) == 0)
    return;

  g_queue_push_tail (&self->input, g_bytes_ref (bytes));
  self->pending += g_bytes_get_size (bytes);
}

gsize
valija_imap_parser_get_pending (ValijaImapParser *self)
{
  return self->pending;
}

GBytes *
valija_imap_parser_steal_pending (ValijaImapParser *self)
{
  GByteArray *all = g_byte_array_new ();

  while (!g_queue_is_empty (&self->input))
    {
      g_autoptr(GBytes) bytes = g_queue_pop_head (&self->input);
      gsize size;
      const guint8 *data = g_bytes_get_data (bytes, &size);

      g_byte_array_append (all, data + self->offset, size - self->offset);
      self->offset = 0;
    }
  self->pending = 0;

  return g_byte_array_free_to_bytes (all);
}

static Result
fail_protocol (ValijaImapParser *self)
{
  self->state = STATE_FAILED;
  g_clear_error (&self->error);
  valija_error_set (&self->error, VALIJA_ERROR_PROTOCOL,
                    _("The server’s answer makes no sense. Is this an IMAP server?"));
  return RESULT_FAILED;
}

static Result
fail_limit (ValijaImapParser *self)
{
  self->state = STATE_FAILED;
  g_clear_error (&self->error);
  valija_error_set (&self->error, VALIJA_ERROR_LIMIT,
                    _("The server’s answer is larger than any sound one. It was not read to the end."));
  return RESULT_FAILED;
}

static gboolean
keep (ValijaImapParser *self,
      const guint8     *data,
      gsize             length,
      gsize             limit)
{
  GByteArray *octets = self->response->octets;

  if (octets->len - self->token + length > limit || octets->len + length > RESPONSE_LIMIT)
    return FALSE;

  g_byte_array_append (octets, data, length);
  return TRUE;
}

static void
begin_token (ValijaImapParser *self)
{
  self->token = self->response->octets->len;
}

static gboolean
end_token (ValijaImapParser   *self,
           ValijaImapValueKind kind)
{
  if (self->response->nodes->len >= VALUES_LIMIT)
    return FALSE;

  valija_imap_response_add (self->response, kind, self->response->octets->len - self->token);
  return TRUE;
}

static const char *
get_last_token (ValijaImapParser *self)
{
  return (const char *) self->response->octets->data + self->token;
}

static gboolean
open_list (ValijaImapParser *self)
{
  if (self->depth == DEPTH_LIMIT)
    return FALSE;

  begin_token (self);
  self->stack[self->depth++] = self->response->nodes->len;

  return end_token (self, VALIJA_IMAP_VALUE_LIST);
}

static void
close_list (ValijaImapParser *self)
{
  GArray *nodes = self->response->nodes;

  g_array_index (nodes, ValijaImapNode, self->stack[--self->depth]).next = nodes->len;
}

/* Printable, and neither a blank nor a parenthesis. The brackets of a section are looked at apart. */
static inline gboolean
is_atom_char (guint8 c)
{
  return c > ' ' && c != 0x7f && c != '(' && c != ')';
}

static gboolean
begins_section (ValijaImapParser *self)
{
  const char *octets = get_last_token (self);
  gsize length = self->response->octets->len - self->token;

  if (self->response->kind != VALIJA_IMAP_RESPONSE_FETCH)
    return FALSE;

  return (length == 4 && g_ascii_strncasecmp (octets, "BODY", 4) == 0) ||
         (length == 6 && g_ascii_strncasecmp (octets, "BINARY", 6) == 0) ||
         (length == 11 && g_ascii_strncasecmp (octets, "BINARY.SIZE", 11) == 0);
}

static Result
consume_atom (ValijaImapParser *self,
              const guint8     *data,
              gsize             length,
              gsize            *used)
{
  gsize n = 0;

  while (n < length && is_atom_char (data[n]) && data[n] != '[')
    n++;
  *used = n;
  if (!keep (self, data, n, RESPONSE_LIMIT))
    return fail_limit (self);
  if (n == length)
    return RESULT_MORE;

  if (data[n] == '[')
    {
      if (begins_section (self))
        self->state = STATE_SECTION;
      if (!keep (self, data + n, 1, RESPONSE_LIMIT))
        return fail_limit (self);
      *used = n + 1;
      return RESULT_MORE;
    }

  self->state = STATE_GAP;
  return end_token (self, VALIJA_IMAP_VALUE_ATOM) ? RESULT_MORE : fail_limit (self);
}

static Result
consume_section (ValijaImapParser *self,
                 const guint8     *data,
                 gsize             length,
                 gsize            *used)
{
  gsize n = 0;

  while (n < length && data[n] >= ' ' && data[n] != ']')
    n++;
  *used = n;
  if (!keep (self, data, n, TEXT_LIMIT))
    return fail_limit (self);
  if (n == length)
    return RESULT_MORE;
  if (data[n] != ']')
    return fail_protocol (self);

  self->state = STATE_ATOM;
  *used = n + 1;
  return keep (self, data + n, 1, RESPONSE_LIMIT) ? RESULT_MORE : fail_limit (self);
}

static Result
consume_quoted (ValijaImapParser *self,
                const guint8     *data,
                gsize             length,
                gsize            *used)
{
  gsize n = 0;

  while (n < length && data[n] != '"' && data[n] != '\\' && data[n] != '\r' && data[n] != '\n' && data[n] != '\0')
    n++;
  *used = n;
  if (!keep (self, data, n, RESPONSE_LIMIT))
    return fail_limit (self);
  if (n == length)
    return RESULT_MORE;

  *used = n + 1;
  if (data[n] == '\\')
    {
      self->state = STATE_ESCAPED;
      return RESULT_MORE;
    }
  if (data[n] != '"')
    return fail_protocol (self);

  self->state = STATE_GAP;
  return end_token (self, VALIJA_IMAP_VALUE_QUOTED) ? RESULT_MORE : fail_limit (self);
}

/* Outside of values: blanks, parentheses, the beginning of a value or the end of the line. */
static Result
consume_gap (ValijaImapParser *self,
             guint8            c)
{
  switch (c)
    {
    case ' ':
      return RESULT_MORE;

    case '\r': /* the LF must follow, but Q1 */
      return RESULT_MORE;

    case '\n':
      return self->depth == 0 ? RESULT_LINE : fail_protocol (self);

    case '(':
      return open_list (self) ? RESULT_MORE : fail_limit (self);

    case ')':
      if (self->depth == 0)
        return fail_protocol (self);
      close_list (self);
      return RESULT_MORE;

    case '"':
      begin_token (self);
      self->state = STATE_QUOTED;
      return RESULT_MORE;

    case '~':
      self->state = STATE_TILDE;
      return RESULT_MORE;

    case '{':
      self->literal_size = 0;
      self->literal_has_digits = FALSE;
      self->state = STATE_LITERAL_SIZE;
      return RESULT_MORE;

    default:
      if (!is_atom_char (c))
        return fail_protocol (self);
      begin_token (self);
      self->state = STATE_ATOM;
      return keep (self, &c, 1, RESPONSE_LIMIT) ? RESULT_MORE : fail_limit (self);
    }
}

static Result
consume_tilde (ValijaImapParser *self,
               guint8            c,
               gsize            *used)
{
  self->state = STATE_GAP;
  if (c == '{')
    return consume_gap (self, c);

  begin_token (self);
  self->state = STATE_ATOM;
  *used = 0;
  return keep (self, (const guint8 *) "~", 1, RESPONSE_LIMIT) ? RESULT_MORE : fail_limit (self);
}

static Result
consume_literal_size (ValijaImapParser *self,
                      guint8            c)
{
  if (g_ascii_isdigit (c))
    {
      self->literal_has_digits = TRUE;
      self->literal_size = self->literal_size * 10 + (c - '0');
      return self->literal_size <= LITERAL_LIMIT ? RESULT_MORE : fail_limit (self);
    }
  if (!self->literal_has_digits)
    return fail_protocol (self);
  if (c == '+')
    return RESULT_MORE;
  if (c != '}')
    return fail_protocol (self);

  self->state = STATE_LITERAL_LINE;
  return RESULT_MORE;
}

static Result
begin_literal (ValijaImapParser *self)
{
  self->literal_left = self->literal_size;
  begin_token (self);

  if (self->literal_size > self->inline_limit)
    {
      if (self->n_streams == STREAMS_LIMIT || self->literal_size > LITERAL_LIMIT - self->streamed)
        return fail_limit (self);
      self->streamed += self->literal_size;
      self->state = STATE_STREAM;
      return RESULT_MORE;
    }

  self->state = self->literal_size > 0 ? STATE_LITERAL : STATE_GAP;
  if (self->literal_size == 0 && !end_token (self, VALIJA_IMAP_VALUE_LITERAL))
    return fail_limit (self);

  return RESULT_MORE;
}

static Result
consume_literal (ValijaImapParser *self,
                 const guint8     *data,
                 gsize             length,
                 gsize            *used)
{
  *used = MIN (length, self->literal_left);
  if (!keep (self, data, *used, RESPONSE_LIMIT))
    return fail_limit (self);

  self->literal_left -= *used;
  if (self->literal_left > 0)
    return RESULT_MORE;

  self->state = STATE_GAP;
  return end_token (self, VALIJA_IMAP_VALUE_LITERAL) ? RESULT_MORE : fail_limit (self);
}

static Result
consume_stream (ValijaImapParser *self,
                const guint8     *data,
                gsize             length,
                gsize            *used,
                ValijaImapEvent  *event)
{
  *used = MIN (length, self->literal_left);
  *event = (ValijaImapEvent) {
    .response = self->response,
    .data = data,
    .length = *used,
    .stream = self->n_streams,
    .total = self->literal_size,
  };

  self->literal_left -= *used;
  if (self->literal_left == 0)
    {
      ValijaImapNode *node;

      if (!end_token (self, VALIJA_IMAP_VALUE_STREAM))
        return fail_limit (self);
      node = &g_array_index (self->response->nodes, ValijaImapNode, self->response->nodes->len - 1);
      node->offset = self->n_streams++;
      node->length = self->literal_size;
      self->state = STATE_GAP;
    }

  return RESULT_CHUNK;
}

/* One state's share of the input; *used tells how much it took. */
static Result
consume_value (ValijaImapParser *self,
               const guint8     *data,
               gsize             length,
               gsize            *used,
               ValijaImapEvent  *event)
{
  *used = 1;

  switch ((int) self->state)
    {
    case STATE_GAP:
      return consume_gap (self, data[0]);

    case STATE_ATOM:
      return consume_atom (self, data, length, used);

    case STATE_SECTION:
      return consume_section (self, data, length, used);

    case STATE_QUOTED:
      return consume_quoted (self, data, length, used);

    case STATE_ESCAPED:
      if (data[0] == '\r' || data[0] == '\n' || data[0] == '\0')
        return fail_protocol (self);
      self->state = STATE_QUOTED;
      return keep (self, data, 1, RESPONSE_LIMIT) ? RESULT_MORE : fail_limit (self);

    case STATE_TILDE:
      return consume_tilde (self, data[0], used);

    case STATE_LITERAL_SIZE:
      return consume_literal_size (self, data[0]);

    case STATE_LITERAL_LINE:
      if (data[0] == '\r')
        {
          self->state = STATE_LITERAL_CLOSED;
          return RESULT_MORE;
        }
      return data[0] == '\n' ? begin_literal (self) : fail_protocol (self);

    case STATE_LITERAL_CLOSED:
      return data[0] == '\n' ? begin_literal (self) : fail_protocol (self);

    case STATE_LITERAL:
      return consume_literal (self, data, length, used);

    case STATE_STREAM:
      return consume_stream (self, data, length, used, event);

    default:
      g_assert_not_reached ();
    }
}

/* The octet behind the bracket that closes the code at the start of @text, or NULL (Q4). Within parentheses and
 * quotes a bracket is none. */
static const char *
find_code_end (const char *text)
{
  gboolean quoted = FALSE;
  int depth = 0;

  for (const char *p = text + 1; *p != '\0'; p++)
    {
      if (quoted && *p == '\\' && p[1] != '\0')
        p++;
      else if (*p == '"')
        quoted = !quoted;
      else if (quoted)
        continue;
      else if (*p == '(')
        depth++;
      else if (*p == ')')
        depth--;
      else if (*p == ']' && depth <= 0)
        return p + 1;
    }

  return NULL;
}

/* Goes through "WORD arguments" with the machine for values. */
static gboolean
parse_code (ValijaImapParser *self,
            const char       *code,
            gsize             length)
{
  g_autofree guint8 *line = g_malloc (length + 1);
  gsize at = 0;
  Result result = RESULT_MORE;
  ValijaImapEvent event;

  memcpy (line, code, length);
  line[length] = '\n';
  self->state = STATE_GAP;
  self->depth = 0;

  while (result == RESULT_MORE && at <= length)
    {
      gsize used;

      result = consume_value (self, line + at, length + 1 - at, &used, &event);
      at += used;
    }

  return result == RESULT_LINE;
}

/* A status line is complete: its text, from self->token on, may begin with a code. */
static void
finish_status (ValijaImapParser *self)
{
  ValijaImapResponse *response = self->response;
  guint n_nodes = response->nodes->len;
  gsize n_octets = response->octets->len;
  gsize text = self->token;
  g_autofree char *copy = NULL;
  const char *word;
  const char *end;

  response->text = text;
  if (response->octets->data[text] != '[')
    return;

  copy = g_strdup ((const char *) response->octets->data + text);
  end = find_code_end (copy);
  if (end == NULL || !parse_code (self, copy + 1, end - copy - 2) || response->nodes->len == n_nodes)
    {
      g_clear_error (&self->error);
      g_array_set_size (response->nodes, n_nodes);
      g_byte_array_set_size (response->octets, n_octets);
      return;
    }

  word = valija_imap_value_get_string ((ValijaImapValue) { response, n_nodes }, NULL);
  response->code = valija_imap_code_from_word (word != NULL ? word : "NIL");
  response->code_first = n_nodes + 1;
  response->text = text + (end - copy);
  if (response->octets->data[response->text] == ' ')
    response->text++;
}

static Result
consume_text (ValijaImapParser *self,
              const guint8     *data,
              gsize             length,
              gsize            *used)
{
  const guint8 *end = memchr (data, '\n', length);
  gsize n = end != NULL ? (gsize) (end - data) : length;
  GByteArray *octets = self->response->octets;

  *used = n;
  if (memchr (data, '\0', n) != NULL)
    return fail_protocol (self);
  if (!keep (self, data, n, TEXT_LIMIT))
    return fail_limit (self);
  if (end == NULL)
    return RESULT_MORE;

  *used = n + 1;
  while (octets->len > self->token && (octets->data[octets->len - 1] == '\r' || octets->data[octets->len - 1] == ' '))
    g_byte_array_set_size (octets, octets->len - 1);
  g_byte_array_append (octets, (const guint8 *) "", 1);

  if (valija_imap_response_is_status (self->response))
    finish_status (self);
  else
    self->response->text = self->token;

  return RESULT_LINE;
}

static void
begin_text (ValijaImapParser *self)
{
  begin_token (self);
  self->state = STATE_TEXT;
}

/* A word of the first two or three is complete; @c is what ended it and is still to be looked at. */
static Result
finish_word (ValijaImapParser *self,
             guint8            c)
{
  ValijaImapResponse *response = self->response;
  const char *word;
  guint64 number;

  if (!end_token (self, VALIJA_IMAP_VALUE_ATOM))
    return fail_limit (self);
  word = get_last_token (self);
  response->first = response->nodes->len;

  if (self->state == STATE_TAG)
    {
      if (strcmp (word, "+") == 0)
        {
          response->kind = VALIJA_IMAP_RESPONSE_CONTINUE;
          begin_text (self);
          return RESULT_MORE;
        }
      if (c != ' ')
        return fail_protocol (self);
      response->tagged = strcmp (word, "*") != 0;
      self->state = STATE_KIND;
      return RESULT_MORE;
    }

  if (self->state == STATE_KIND && g_ascii_isdigit (word[0]) && c == ' ')
    {
      if (response->tagged || !g_ascii_string_to_unsigned (word, 10, 0, G_MAXUINT32, &number, NULL))
        return fail_protocol (self);
      response->number = number;
      self->state = STATE_NUMBERED_KIND;
      return RESULT_MORE;
    }

  response->kind = valija_imap_response_kind_from_word (word);
  /* A tag wants a status, a number something else */
  if (valija_imap_response_is_status (response) ? self->state != STATE_KIND : response->tagged)
    return fail_protocol (self);
  if (valija_imap_response_is_status (response))
    {
      begin_text (self);
      return RESULT_MORE;
    }

  self->depth = 0;
  self->state = STATE_GAP;
  return RESULT_MORE;
}

/* Tag, number and kind. The blank behind a word is taken with it; a line end or parenthesis is left to what follows. */
static Result
consume_word (ValijaImapParser *self,
              const guint8     *data,
              gsize             length,
              gsize            *used)
{
  gsize n = 0;
  Result result;

  while (n < length && is_atom_char (data[n]))
    n++;
  *used = n;
  if (!keep (self, data, n, TEXT_LIMIT))
    return fail_limit (self);
  if (n == length)
    return RESULT_MORE;

  if (self->response->octets->len == self->token)
    {
      /* Q2: several blanks */
      if (data[n] != ' ' || self->state == STATE_TAG)
        return fail_protocol (self);
      *used = n + 1;
      return RESULT_MORE;
    }

  result = finish_word (self, data[n]);
  if (data[n] == ' ')
    *used = n + 1;
  if (result == RESULT_MORE && (self->state == STATE_KIND || self->state == STATE_NUMBERED_KIND))
    begin_token (self);

  return result;
}

static Result
consume (ValijaImapParser *self,
         const guint8     *data,
         gsize             length,
         gsize            *used,
         ValijaImapEvent  *event)
{
  switch ((int) self->state)
    {
    case STATE_LINE_START:
      *used = 0;
      if (data[0] == '\r' || data[0] == '\n')
        {
          *used = 1; /* Q3 */
          return RESULT_MORE;
        }
      self->n_streams = 0;
      self->streamed = 0;
      self->state = STATE_TAG;
      begin_token (self);
      return RESULT_MORE;

    case STATE_TAG:
    case STATE_KIND:
    case STATE_NUMBERED_KIND:
      return consume_word (self, data, length, used);

    case STATE_TEXT:
      return consume_text (self, data, length, used);

    default:
      return consume_value (self, data, length, used, event);
    }
}

/* What is there to look at. Chunks of literals point into the head, so that a used one goes only now. */
static const guint8 *
peek (ValijaImapParser *self,
      gsize            *length)
{
  GBytes *head;

  while ((head = g_queue_peek_head (&self->input)) != NULL)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (head, &size);

      *length = size - self->offset;
      if (*length > 0)
        return data + self->offset;

      g_bytes_unref (g_queue_pop_head (&self->input));
      self->offset = 0;
    }

  return NULL;
}

ValijaImapParserStatus
valija_imap_parser_next (ValijaImapParser *self,
                         ValijaImapEvent  *event,
                         GError          **error)
{
  const guint8 *data;
  gsize length;

  if (self->reset)
    {
      valija_imap_response_reset (self->response);
      self->state = STATE_LINE_START;
      self->reset = FALSE;
    }

  while (self->state != STATE_FAILED && (data = peek (self, &length)) != NULL)
    {
      gsize used = 0;
      Result result = consume (self, data, length, &used, event);

      self->offset += used;
      self->pending -= used;
      if (result == RESULT_CHUNK)
        return VALIJA_IMAP_PARSER_LITERAL;

      if (result == RESULT_LINE)
        {
          *event = (ValijaImapEvent) { .response = self->response };
          self->reset = TRUE;
          return VALIJA_IMAP_PARSER_RESPONSE;
        }
    }

  if (self->state != STATE_FAILED)
    return VALIJA_IMAP_PARSER_NEED_MORE;

  g_propagate_error (error, g_error_copy (self->error));
  return VALIJA_IMAP_PARSER_FAILED;
}
