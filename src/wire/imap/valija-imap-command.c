/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/valija-imap-command.h"

#include "base/valija-error.h"
#include "base/valija-secret.h"
#include "wire/imap/valija-imap-date.h"
#include "wire/imap/valija-imap-name.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Servers read lines into buffers (RFC 7162 §4: 8192 octets); longer strings are literals */
#define QUOTED_LIMIT        1024
#define LITERAL_MINUS_LIMIT 4096 /* RFC 7888 §5 */

typedef enum
{
  PIECE_TEXT,     /* goes out as it is */
  PIECE_SECRET,   /* and so does this */
  PIECE_STRING,
  PIECE_MAILBOX,
  PIECE_LITERAL,
  PIECE_LITERAL8,
} PieceKind;

typedef struct
{
  PieceKind kind;
  GBytes *bytes;
} Piece;

struct _ValijaImapCommand
{
  grefcount ref_count;
  char *name;
  GArray *pieces;     /* of Piece, without the text at the end */
  GString *text;      /* the text at the end */
  gboolean secret;
};

static void
clear_piece (gpointer data)
{
  Piece *piece = data;

  g_bytes_unref (piece->bytes);
}

static void
segment_free (gpointer data)
{
  ValijaImapSegment *segment = data;

  g_bytes_unref (segment->bytes);
  g_free (segment);
}

ValijaImapCommand *
valija_imap_command_new (const char *name)
{
  ValijaImapCommand *self = g_new0 (ValijaImapCommand, 1);

  g_ref_count_init (&self->ref_count);
  self->name = g_strdup (name);
  self->pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  g_array_set_clear_func (self->pieces, clear_piece);
  self->text = g_string_new (name);

  return self;
}

ValijaImapCommand *
valija_imap_command_ref (ValijaImapCommand *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
valija_imap_command_unref (ValijaImapCommand *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_free (self->name);
  g_array_unref (self->pieces);
  g_string_free (self->text, TRUE);
  g_free (self);
}

const char *
valija_imap_command_get_name (ValijaImapCommand *self)
{
  return self->name;
}

void
valija_imap_command_set_secret (ValijaImapCommand *self)
{
  self->secret = TRUE;
}

gboolean
valija_imap_command_is_secret (ValijaImapCommand *self)
{
  return self->secret;
}

gboolean
valija_imap_command_has_other_spelling (ValijaImapCommand *self)
{
  for (guint i = 0; i < self->pieces->len; i++)
    {
      const Piece *piece = &g_array_index (self->pieces, Piece, i);

      if (piece->kind == PIECE_MAILBOX)
        {
          const char *name = g_bytes_get_data (piece->bytes, NULL);
          g_autofree char *modern = valija_imap_name_encode (name, TRUE);
          g_autofree char *old = valija_imap_name_encode (name, FALSE);

          if (!g_str_equal (modern, old))
            return TRUE;
        }
    }

  return FALSE;
}

static void
append_blank (ValijaImapCommand *self)
{
  gboolean opened = self->text->len > 0 && self->text->str[self->text->len - 1] == '(';

  if (!opened)
    g_string_append_c (self->text, ' ');
}

static void
append_piece (ValijaImapCommand *self,
              PieceKind          kind,
              GBytes            *bytes)
{
  Piece text = { PIECE_TEXT, NULL };
  Piece piece = { kind, bytes };

  append_blank (self);
  text.bytes = g_bytes_new (self->text->str, self->text->len);
  g_string_truncate (self->text, 0);
  g_array_append_val (self->pieces, text);
  g_array_append_val (self->pieces, piece);
}

/* In pages that are wiped, for strings may be passwords; large literals never are. */
static void
append_private_piece (ValijaImapCommand *self,
                      PieceKind          kind,
                      const char        *string)
{
  g_autoptr(ValijaSecret) secret = valija_secret_new (string, -1);

  append_piece (self, kind, valija_secret_to_bytes (secret));
}

void
valija_imap_command_append_atom (ValijaImapCommand *self,
                                 const char        *atom)
{
  append_blank (self);
  g_string_append (self->text, atom);
}

void
valija_imap_command_append_secret (ValijaImapCommand *self,
                                   const char        *atom)
{
  append_private_piece (self, PIECE_SECRET, atom);
  self->secret = TRUE;
}

void
valija_imap_command_append_number (ValijaImapCommand *self,
                                   guint64            number)
{
  append_blank (self);
  g_string_append_printf (self->text, "%" G_GUINT64_FORMAT, number);
}

void
valija_imap_command_append_string (ValijaImapCommand *self,
                                   const char        *string)
{
  append_private_piece (self, PIECE_STRING, string);
}

void
valija_imap_command_append_mailbox (ValijaImapCommand *self,
                                    const char        *name)
{
  append_piece (self, PIECE_MAILBOX, g_bytes_new (name, strlen (name) + 1));
}

void
valija_imap_command_append_pattern (ValijaImapCommand *self,
                                    const char        *pattern)
{
  append_piece (self, PIECE_STRING, g_bytes_new (pattern, strlen (pattern)));
}

void
valija_imap_command_append_set (ValijaImapCommand   *self,
                                const ValijaImapSet *set)
{
  g_autofree char *text = valija_imap_set_to_string (set);

  valija_imap_command_append_atom (self, text);
}

void
valija_imap_command_append_range (ValijaImapCommand *self,
                                  guint32            first,
                                  guint32            last)
{
  append_blank (self);
  if (last == 0)
    g_string_append_printf (self->text, "%u:*", first);
  else if (last == first)
    g_string_append_printf (self->text, "%u", first);
  else
    g_string_append_printf (self->text, "%u:%u", first, last);
}

void
valija_imap_command_append_flags (ValijaImapCommand *self,
                                  ValijaImapFlags    flags)
{
  g_autofree char *words = valija_imap_flags_to_words (flags);

  append_blank (self);
  g_string_append_printf (self->text, "(%s)", words);
}

void
valija_imap_command_append_date (ValijaImapCommand *self,
                                 gint64             time)
{
  g_autofree char *day = valija_imap_date_format_day (time);

  valija_imap_command_append_atom (self, day);
}

void
valija_imap_command_append_time (ValijaImapCommand *self,
                                 gint64             time)
{
  g_autofree char *text = valija_imap_date_format_time (time);

  append_blank (self);
  g_string_append_printf (self->text, "\"%s\"", text);
}

void
valija_imap_command_append_literal (ValijaImapCommand *self,
                                    GBytes            *bytes,
                                    gboolean           binary)
{
  append_piece (self, binary ? PIECE_LITERAL8 : PIECE_LITERAL, g_bytes_ref (bytes));
}

void
valija_imap_command_open_list (ValijaImapCommand *self)
{
  append_blank (self);
  g_string_append_c (self->text, '(');
}

void
valija_imap_command_close_list (ValijaImapCommand *self)
{
  g_string_append_c (self->text, ')');
}

/* What is being written: text gathers until a literal has to wait. */
typedef struct
{
  GPtrArray *segments;
  GByteArray *gathered;
  ValijaImapMode mode;
  guint room;            /* for a secret: so much that no growing leaves a copy behind; else 0 */
} Writer;

static void
cut_segment (Writer  *writer,
             GBytes  *bytes,
             gboolean wait)
{
  ValijaImapSegment *segment = g_new0 (ValijaImapSegment, 1);

  segment->bytes = bytes;
  segment->wait = wait;
  g_ptr_array_add (writer->segments, segment);
}

static void
cut_gathered (Writer  *writer,
              gboolean wait)
{
  gsize length = writer->gathered->len;

  if (writer->room == 0)
    cut_segment (writer, g_byte_array_free_to_bytes (writer->gathered), wait);
  else
    {
      g_autoptr(ValijaSecret) secret = valija_secret_new ((const char *) writer->gathered->data, length);

      valija_wipe (writer->gathered->data, length);
      g_byte_array_unref (writer->gathered);
      cut_segment (writer, valija_secret_to_bytes (secret), wait);
    }

  writer->gathered = g_byte_array_sized_new (writer->room);
}

static void
gather (Writer     *writer,
        const char *text,
        gsize       length)
{
  g_byte_array_append (writer->gathered, (const guint8 *) text, length);
}

static void
write_literal_head (Writer  *writer,
                    gsize    length,
                    gboolean binary)
{
  gboolean at_once = (writer->mode & VALIJA_IMAP_MODE_LITERAL_PLUS) != 0 ||
                     ((writer->mode & VALIJA_IMAP_MODE_LITERAL_MINUS) != 0 && length <= LITERAL_MINUS_LIMIT);
  g_autofree char *head =
      g_strdup_printf ("%s{%" G_GSIZE_FORMAT "%s}\r\n", binary ? "~" : "", length, at_once ? "+" : "");

  gather (writer, head, strlen (head));
  if (!at_once)
    cut_gathered (writer, TRUE);
}

static void
write_literal (Writer  *writer,
               GBytes  *bytes,
               gboolean binary)
{
  gsize length;
  const char *octets = g_bytes_get_data (bytes, &length);

  write_literal_head (writer, length, binary);

  if (length <= QUOTED_LIMIT)
    {
      gather (writer, octets, length);
      return;
    }
  if (writer->gathered->len > 0)
    cut_gathered (writer, FALSE);
  cut_segment (writer, g_bytes_ref (bytes), FALSE);
}

static gboolean
is_plain_atom (const char *string,
               gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (string[i]) && strchr ("-_./@:", string[i]) == NULL)
      return FALSE;

  return length > 0 && !(length == 3 && g_ascii_strncasecmp (string, "NIL", 3) == 0);
}

static gboolean
can_be_quoted (const char    *string,
               gsize          length,
               ValijaImapMode mode)
{
  gboolean ascii = TRUE;

  if (length > QUOTED_LIMIT)
    return FALSE;

  for (gsize i = 0; i < length; i++)
    {
      guint8 c = string[i];

      if (c < ' ' || c == 0x7f)
        return FALSE;
      ascii = ascii && c < 0x80;
    }

  return ascii || ((mode & VALIJA_IMAP_MODE_UTF8) != 0 && g_utf8_validate (string, length, NULL));
}

static void
write_string (Writer     *writer,
              const char *string,
              gsize       length)
{
  if (is_plain_atom (string, length))
    {
      gather (writer, string, length);
      return;
    }

  if (!can_be_quoted (string, length, writer->mode))
    {
      write_literal_head (writer, length, FALSE);
      gather (writer, string, length);
      return;
    }

  gather (writer, "\"", 1);
  for (gsize i = 0; i < length; i++)
    {
      if (string[i] == '"' || string[i] == '\\')
        gather (writer, "\\", 1);
      gather (writer, string + i, 1);
    }
  gather (writer, "\"", 1);
}

static gboolean
write_piece (Writer      *writer,
             const Piece *piece,
             GError     **error)
{
  gsize length;
  const char *octets = g_bytes_get_data (piece->bytes, &length);

  switch (piece->kind)
    {
    case PIECE_STRING:
      write_string (writer, octets, length);
      return TRUE;

    case PIECE_MAILBOX:
      {
        g_autofree char *name = valija_imap_name_encode (octets, (writer->mode & VALIJA_IMAP_MODE_UTF8) != 0);

        if (strpbrk (name, "\r\n") != NULL || name[0] == '\0')
          {
            valija_error_set (error, VALIJA_ERROR_INVALID, _("No folder can have that name."));
            return FALSE;
          }
        write_string (writer, name, strlen (name));
        return TRUE;
      }

    case PIECE_LITERAL:
    case PIECE_LITERAL8:
      write_literal (writer, piece->bytes, piece->kind == PIECE_LITERAL8);
      return TRUE;

    case PIECE_TEXT:
    case PIECE_SECRET:
    default:
      gather (writer, octets, length);
      return TRUE;
    }
}

/* Quoting makes two octets of one at most; a literal has a head. */
static guint
measure_room (ValijaImapCommand *self)
{
  gsize room = 64 + self->text->len;

  if (!self->secret)
    return 0;

  for (guint i = 0; i < self->pieces->len; i++)
    room += 64 + 2 * g_bytes_get_size (g_array_index (self->pieces, Piece, i).bytes);

  return room;
}

GPtrArray *
valija_imap_command_serialize (ValijaImapCommand *self,
                               const char        *tag,
                               ValijaImapMode     mode,
                               GError           **error)
{
  g_autoptr(GPtrArray) segments = g_ptr_array_new_with_free_func (segment_free);
  Writer writer = { segments, NULL, mode, measure_room (self) };

  writer.gathered = g_byte_array_sized_new (writer.room);
  gather (&writer, tag, strlen (tag));
  gather (&writer, " ", 1);
  for (guint i = 0; i < self->pieces->len; i++)
    if (!write_piece (&writer, &g_array_index (self->pieces, Piece, i), error))
      {
        g_byte_array_unref (writer.gathered);
        return NULL;
      }
  gather (&writer, self->text->str, self->text->len);
  gather (&writer, "\r\n", 2);
  cut_gathered (&writer, FALSE);
  g_byte_array_unref (writer.gathered);

  return g_steal_pointer (&segments);
}
