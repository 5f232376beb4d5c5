/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-transcript.h"

#include <string.h>

#define LINES_LIMIT 2000
#define LINE_LIMIT 400

/* A line of one direction while it is not whole yet. */
typedef struct
{
  GString *text;
  gboolean cut;
} Pending;

struct _ValijaTranscript
{
  grefcount ref_count;
  GQueue lines; /* of char * */
  Pending sent;
  Pending received;
  gsize hidden;         /* bytes of secrets not told of yet */
  guint64 content_size; /* bytes of a message text not told of yet */
  gboolean content;
  gboolean signing_in;  /* between AUTH and the server's verdict every line of ours is a secret */
};

static void
add_line (ValijaTranscript *self, char *line)
{
  if (self->lines.length == LINES_LIMIT)
    g_free (g_queue_pop_head (&self->lines));

  g_queue_push_tail (&self->lines, line);
}

static char *
make_printable (const char *prefix, const char *text, gsize length, gboolean cut)
{
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) length);
  GString *line = g_string_new (prefix);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_iscntrl (c))
        g_string_append_printf (line, "\\x%02x", c);
      else
        g_string_append_unichar (line, c);
    }

  if (cut)
    g_string_append (line, "…");

  return g_string_free (line, FALSE);
}

static gsize
word_length (const char *text)
{
  return strcspn (text, " ");
}

static gboolean
word_is (const char *text, const char *word)
{
  gsize length = word_length (text);

  return length == strlen (word) && g_ascii_strncasecmp (text, word, length) == 0;
}

/* Where the arguments of a command that carries a secret begin, or 0 for another command. */
static gsize
find_secret (const char *line, gboolean *starts_exchange)
{
  const char *word = line;

  *starts_exchange = FALSE;

  /* The command is the first word, or the second behind an IMAP tag. */
  for (int i = 0; i < 2; i++)
    {
      const char *rest = word + word_length (word);

      if (*rest == ' ')
        rest++;

      if (word_is (word, "AUTH") || word_is (word, "AUTHENTICATE"))
        {
          *starts_exchange = TRUE;
          rest += word_length (rest); /* the mechanism may be known */
          return (gsize) (rest - line) + (*rest == ' ');
        }

      if (word_is (word, "LOGIN") || word_is (word, "PASS") || word_is (word, "USER") || word_is (word, "APOP"))
        return (gsize) (rest - line);

      word = rest;
    }

  return 0;
}

static char *
redact (ValijaTranscript *self, const Pending *pending, gboolean *starts_exchange)
{
  gsize length = pending->text->len;
  gsize start = find_secret (pending->text->str, starts_exchange);

  if (self->signing_in)
    return g_strdup_printf ("C: [%" G_GSIZE_FORMAT " bytes hidden]", length);

  if (start > 0 && start < length)
    {
      g_autofree char *command = make_printable ("C: ", pending->text->str, start, FALSE);

      return g_strdup_printf ("%s[%" G_GSIZE_FORMAT " bytes hidden]", command, length - start);
    }

  return make_printable ("C: ", pending->text->str, length, pending->cut);
}

static void
pending_clear (Pending *pending)
{
  g_string_truncate (pending->text, 0);
  pending->cut = FALSE;
}

static void
end_sent_line (ValijaTranscript *self)
{
  gboolean starts_exchange;

  add_line (self, redact (self, &self->sent, &starts_exchange));
  self->signing_in = self->signing_in || starts_exchange;
  pending_clear (&self->sent);
}

/* How many bytes of @text stand before what must not be told, or 0. SCRAM's messages of the server (RFC 5802,
 * section 7), Base64 of "r=…,s=…,i=…" and "v=…", hold nonce, salt and a signature made with the password: beside the
 * rest of the exchange, passwords could be tried against them. */
static gsize
find_scram (const char *text)
{
  gsize start = g_str_has_prefix (text, "+ ") ? 2 : g_str_has_prefix (text, "334 ") ? 4 : 0;

  if (start == 0 || (!g_str_has_prefix (text + start, "cj") && !g_str_has_prefix (text + start, "dj")) ||
      strspn (text + start + 2, "0123") == 0)
    return 0;

  return start;
}

/* (transfer full) */
static char *
tell_received (const Pending *pending)
{
  const char *text = pending->text->str;
  gsize start = find_scram (text);

  if (start > 0)
    return g_strdup_printf ("S: %.*s[%" G_GSIZE_FORMAT " bytes hidden]", (int) start, text, pending->text->len - start);

  return make_printable ("S: ", text, pending->text->len, pending->cut);
}

static void
end_received_line (ValijaTranscript *self)
{
  const char *text = self->received.text->str;

  if (!g_str_equal (text, "+") && !g_str_has_prefix (text, "+ ") && !g_str_has_prefix (text, "334"))
    self->signing_in = FALSE;

  add_line (self, tell_received (&self->received));
  pending_clear (&self->received);
}

static void
tell_hidden (ValijaTranscript *self)
{
  if (self->hidden > 0)
    add_line (self, g_strdup_printf ("C: [%" G_GSIZE_FORMAT " bytes hidden]", self->hidden));
  self->hidden = 0;
}

static void
tell_content (ValijaTranscript *self)
{
  if (self->content_size > 0)
    add_line (self, g_strdup_printf ("S: [%" G_GUINT64_FORMAT " bytes of content]", self->content_size));
  self->content_size = 0;
}

static void
split_lines (ValijaTranscript *self,
             Pending          *pending,
             const char       *data,
             gsize             length,
             void            (*end_line) (ValijaTranscript *self))
{
  const char *end = data + length;

  while (data < end)
    {
      const char *newline = memchr (data, '\n', (gsize) (end - data));
      const char *stop = newline != NULL ? newline : end;
      gsize size = (gsize) (stop - data);
      gsize room = LINE_LIMIT - pending->text->len;

      pending->cut = pending->cut || size > room;
      g_string_append_len (pending->text, data, (gssize) MIN (size, room));

      if (newline == NULL)
        return;

      if (pending->text->len > 0 && pending->text->str[pending->text->len - 1] == '\r')
        g_string_truncate (pending->text, pending->text->len - 1);

      end_line (self);
      data = newline + 1;
    }
}

/**
 * valija_transcript_new:
 *
 * Returns: (transfer full): an empty transcript
 */
ValijaTranscript *
valija_transcript_new (void)
{
  ValijaTranscript *self = g_new0 (ValijaTranscript, 1);

  g_ref_count_init (&self->ref_count);
  g_queue_init (&self->lines);
  self->sent.text = g_string_new (NULL);
  self->received.text = g_string_new (NULL);

  return self;
}

/**
 * valija_transcript_ref:
 * @self: a transcript
 *
 * Returns: (transfer full): @self
 */
ValijaTranscript *
valija_transcript_ref (ValijaTranscript *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * valija_transcript_unref:
 * @self: (transfer full): a transcript
 */
void
valija_transcript_unref (ValijaTranscript *self)
{
  g_return_if_fail (self != NULL);

  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_queue_clear_full (&self->lines, g_free);
  g_string_free (self->sent.text, TRUE);
  g_string_free (self->received.text, TRUE);
  g_free (self);
}

/**
 * valija_transcript_sent:
 * @self: a transcript
 * @data: (array length=length): what was sent
 * @length: how many bytes
 * @secret: whether only its length may be told
 */
void
valija_transcript_sent (ValijaTranscript *self, const void *data, gsize length, gboolean secret)
{
  g_return_if_fail (self != NULL);

  if (secret)
    {
      if (self->sent.text->len > 0)
        end_sent_line (self);
      self->hidden += length;
      return;
    }

  tell_hidden (self);
  split_lines (self, &self->sent, data, length, end_sent_line);
}

/**
 * valija_transcript_received:
 * @self: a transcript
 * @data: (array length=length): what was received
 * @length: how many bytes
 */
void
valija_transcript_received (ValijaTranscript *self, const void *data, gsize length)
{
  g_return_if_fail (self != NULL);

  tell_hidden (self);

  if (self->content)
    self->content_size += length;
  else
    split_lines (self, &self->received, data, length, end_received_line);
}

/**
 * valija_transcript_note:
 * @self: a transcript
 * @format: what to remark, printf-style
 * @...: its arguments
 */
void
valija_transcript_note (ValijaTranscript *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  g_return_if_fail (self != NULL);

  tell_hidden (self);

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  add_line (self, make_printable ("-- ", text, MIN (strlen (text), LINE_LIMIT), strlen (text) > LINE_LIMIT));
}

/**
 * valija_transcript_set_content:
 * @self: a transcript
 * @content: whether what is received from now on is a message's text, of which only the size is
 *   told
 */
void
valija_transcript_set_content (ValijaTranscript *self, gboolean content)
{
  g_return_if_fail (self != NULL);

  if (self->content == !!content)
    return;

  self->content = !!content;

  if (!content)
    tell_content (self);
  else if (self->received.text->len > 0)
    end_received_line (self);
}

/**
 * valija_transcript_to_text:
 * @self: a transcript
 *
 * Returns: (transfer full): its last lines, each with "C: " for the client, "S: " for the server or
 *   "-- " for a remark before it
 */
char *
valija_transcript_to_text (ValijaTranscript *self)
{
  GString *text;

  g_return_val_if_fail (self != NULL, NULL);

  text = g_string_new (NULL);

  for (GList *item = self->lines.head; item != NULL; item = item->next)
    {
      g_string_append (text, item->data);
      g_string_append_c (text, '\n');
    }

  /* The unfinished ones: they tell where it got stuck. */
  if (self->hidden > 0)
    g_string_append_printf (text, "C: [%" G_GSIZE_FORMAT " bytes hidden]\n", self->hidden);

  if (self->sent.text->len > 0)
    {
      gboolean starts_exchange;
      g_autofree char *line = redact (self, &self->sent, &starts_exchange);

      g_string_append_printf (text, "%s\n", line);
    }

  if (self->content_size > 0)
    g_string_append_printf (text, "S: [%" G_GUINT64_FORMAT " bytes of content]\n", self->content_size);

  if (self->received.text->len > 0)
    {
      g_autofree char *line = tell_received (&self->received);

      g_string_append_printf (text, "%s\n", line);
    }

  return g_string_free (text, FALSE);
}
