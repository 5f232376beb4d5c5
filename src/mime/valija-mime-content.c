/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-mime-content.h"

#include "mime/valija-mime-charset.h"

#include <string.h>

#define CHUNK 8192
/* RFC 3676 §4.5 knows no limit; deeper quotes are shown at this one. */
#define QUOTE_LIMIT 100
/* Where in HTML a meta element may still say the charset. */
#define META_LIMIT 4096

gboolean
valija_mime_content_is_plain (const ValijaMimeNode *node)
{
  return node->encoding != GMIME_CONTENT_ENCODING_BASE64 &&
         node->encoding != GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE &&
         node->encoding != GMIME_CONTENT_ENCODING_UUENCODE;
}

/* GMime's decoder wants the lines behind "begin 644 name". */
static const char *
skip_begin (const char *p,
            const char *end)
{
  const char *line = p;

  while (end - line > 6 && memcmp (line, "begin ", 6) != 0)
    {
      const char *feed = memchr (line, '\n', end - line);

      if (feed == NULL)
        return p;
      line = feed + 1;
    }
  if (end - line <= 6)
    return p;
  p = memchr (line, '\n', end - line);

  return p != NULL ? p + 1 : end;
}

gboolean
valija_mime_content_decode (const ValijaMimeNode  *node,
                            const char            *source,
                            ValijaMimeSink         sink,
                            gpointer               user_data,
                            GError               **error)
{
  const char *p = source + node->body_start;
  const char *end = source + node->body_end;
  g_autofree char *buffer = NULL;
  const char *padding;
  GMimeEncoding state;
  gsize written;

  if (valija_mime_content_is_plain (node))
    return p == end || sink (p, end - p, user_data, error);

  if (node->encoding == GMIME_CONTENT_ENCODING_UUENCODE)
    p = skip_begin (p, end);
  g_mime_encoding_init_decode (&state, node->encoding);
  buffer = g_malloc (g_mime_encoding_outlen (&state, CHUNK));
  for (; p < end; p += MIN (end - p, CHUNK))
    {
      written = g_mime_encoding_step (&state, p, MIN (end - p, CHUNK), buffer);
      if (written > 0 && !sink (buffer, written, user_data, error))
        return FALSE;
    }

  /* Padding that the sender forgot does no harm where it is one too many */
  padding = node->encoding == GMIME_CONTENT_ENCODING_BASE64 ? "==" : "";
  written = g_mime_encoding_flush (&state, padding, strlen (padding), buffer);

  return written == 0 || sink (buffer, written, user_data, error);
}

static gboolean
count_sink (const char  *bytes,
            gsize        length,
            gpointer     user_data,
            GError     **error)
{
  guint64 *count = user_data;

  *count += length;

  return TRUE;
}

guint64
valija_mime_content_size (const ValijaMimeNode *node,
                          const char           *source)
{
  guint64 count = 0;

  valija_mime_content_decode (node, source, count_sink, &count, NULL);

  return count;
}

typedef struct
{
  GString *bytes;
  gsize limit;
  gboolean truncated;
} TextSink;

static gboolean
text_sink (const char  *bytes,
           gsize        length,
           gpointer     user_data,
           GError     **error)
{
  TextSink *sink = user_data;
  gsize room = sink->limit - sink->bytes->len;

  sink->truncated = length > room;
  g_string_append_len (sink->bytes, bytes, MIN (length, room));

  return !sink->truncated;
}

/* The charset that HTML declares within itself, for parts whose header says none. (nullable) */
static char *
find_meta_charset (const char *html,
                   gsize       length)
{
  g_autofree char *head = g_ascii_strdown (html, MIN (length, META_LIMIT));
  const char *meta = head;

  while ((meta = strstr (meta, "<meta")) != NULL)
    {
      gsize span = strcspn (meta, ">");
      g_autofree char *element = g_strndup (meta, span);
      const char *charset = strstr (element, "charset=");

      if (charset != NULL)
        {
          charset += strlen ("charset=");
          charset += strspn (charset, "\"' ");
          return g_strndup (charset, strcspn (charset, "\"'; />"));
        }
      meta += span;
    }

  return NULL;
}

static gboolean
is_text (guchar c)
{
  return c >= ' ' ? c != 127 : c == '\n' || c == '\t';
}

#define EIGHT(octet) (G_GUINT64_CONSTANT (0x0101010101010101) * (octet))

/* The end of what can stay as it is, from @p on. Eight octets at once where none of them is below a blank, nor DEL: the
 * high bit of the difference tells. */
static const char *
skip_text (const char *p,
           const char *end)
{
  guint64 eight;

  while (p < end)
    {
      if (end - p >= (gssize) sizeof eight)
        {
          memcpy (&eight, p, sizeof eight);
          if ((((eight - EIGHT (' ')) | ((eight ^ EIGHT (127)) - EIGHT (1))) & ~eight & EIGHT (0x80)) == 0)
            {
              p += sizeof eight;
              continue;
            }
        }

      if (!is_text (*p))
        break;
      p++;
    }

  return p;
}

/* CR LF and CR become LF; what no text can contain goes. */
static void
clean (GString *text)
{
  const char *end = text->str + text->len;
  char *to = text->str;

  for (const char *p = text->str; p < end; p++)
    {
      const char *from = p;

      p = skip_text (p, end);
      memmove (to, from, p - from);
      to += p - from;

      /* A NUL ends the string */
      if (p < end && *p == '\r' && p[1] != '\n')
        *to++ = '\n';
    }

  g_string_truncate (text, to - text->str);
}

static void
begin_line (GString *out,
            guint    depth)
{
  for (guint i = 0; i < MIN (depth, QUOTE_LIMIT); i++)
    g_string_append (out, "> ");
}

/* Undoes format=flowed (RFC 3676): one line for each paragraph, quoted ones with "> " for each level.
 * (transfer full) */
static char *
unflow (const char *text,
        gboolean    delsp)
{
  GString *out = g_string_sized_new (strlen (text) + 1);
  gboolean open = FALSE; /* the last line goes on */
  guint open_depth = 0;

  while (*text != '\0')
    {
      gsize length = strcspn (text, "\n");
      const char *line = text;
      const char *end = text + length;
      guint depth = 0;
      gboolean flows;
      gboolean signature;

      while (line < end && *line == '>')
        {
          depth++;
          line++;
        }
      if (line < end && *line == ' ')
        line++;

      signature = end - line == 3 && strncmp (line, "-- ", 3) == 0;
      flows = line < end && end[-1] == ' ' && !signature;

      /* RFC 3676 §4.5: a change of depth and a signature end a paragraph, whatever it says itself */
      if (open && (depth != open_depth || signature))
        {
          g_string_append_c (out, '\n');
          open = FALSE;
        }
      if (!open)
        begin_line (out, depth);
      g_string_append_len (out, line, end - line - (flows && delsp ? 1 : 0));
      if (!flows)
        g_string_append_c (out, '\n');
      open = flows;
      open_depth = depth;

      text = *end == '\n' ? end + 1 : end;
    }
  if (open)
    g_string_append_c (out, '\n');

  return g_string_free (out, FALSE);
}

char *
valija_mime_content_dup_text (const ValijaMimeNode *node,
                              const char           *source,
                              gsize                 limit,
                              gboolean             *truncated)
{
  g_autoptr(GString) bytes = g_string_new (NULL);
  g_autoptr(GString) utf8 = NULL;
  g_autofree char *meta = NULL;
  const char *charset = node->part.charset;
  TextSink sink = { bytes, limit, FALSE };
  gsize skip;

  valija_mime_content_decode (node, source, text_sink, &sink, NULL);
  if (sink.truncated)
    *truncated = TRUE;

  if (charset == NULL && valija_mime_node_is (node, "text/html"))
    charset = meta = find_meta_charset (bytes->str, bytes->len);
  utf8 = g_string_sized_new (bytes->len + 1);
  valija_mime_charset_append (utf8, charset, bytes->str, bytes->len, NULL);

  skip = g_str_has_prefix (utf8->str, "\357\273\277") ? 3 : 0;
  g_string_erase (utf8, 0, skip);
  clean (utf8);

  if (node->flowed && valija_mime_node_is (node, "text/plain"))
    return unflow (utf8->str, node->delsp);

  return g_string_free (g_steal_pointer (&utf8), FALSE);
}
