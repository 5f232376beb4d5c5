/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-cursor.h"

#include <string.h>

/* "VI" and the version of the form: UIDVALIDITY, UIDNEXT, HIGHESTMODSEQ, parts that are there, then the parts.
 * Numbers are 7 bits an octet, low bits first, the high bit says that more follow; sets are numbers of ranges
 * and the steps between their ends. */
static const guint8 head[] = { 'V', 'I', 2 };

/* Of the first form the labels of messages were not known yet, and digests were other sums: the flags of all are asked
 * for once more. */
#define VERSION_WITHOUT_LABELS 1

#define PART_KNOWN   (1 << 0)
#define PART_DIGESTS (1 << 1)

typedef struct
{
  const guint8 *at;
  const guint8 *end;
  gboolean failed;
} Reader;

ValijaImapCursor *
valija_imap_cursor_new (guint32 uid_validity)
{
  ValijaImapCursor *self = g_new0 (ValijaImapCursor, 1);

  self->uid_validity = uid_validity;
  self->uid_next = 1;
  self->todo = valija_imap_set_new ();

  return self;
}

void
valija_imap_cursor_free (ValijaImapCursor *self)
{
  valija_imap_set_free (self->todo);
  g_clear_pointer (&self->known, valija_imap_set_free);
  g_clear_pointer (&self->digests, g_hash_table_unref);
  g_free (self);
}

static void
put_number (GByteArray *out,
            guint64     number)
{
  do
    {
      guint8 octet = (number & 0x7f) | (number > 0x7f ? 0x80 : 0);

      g_byte_array_append (out, &octet, 1);
      number >>= 7;
    }
  while (number > 0);
}

static guint64
get_number (Reader *reader,
            guint64 limit)
{
  guint64 number = 0;

  for (guint shift = 0; shift < 63 && reader->at < reader->end; shift += 7)
    {
      guint8 octet = *reader->at++;

      number |= (guint64) (octet & 0x7f) << shift;
      if ((octet & 0x80) == 0)
        {
          reader->failed = reader->failed || number > limit;
          return reader->failed ? 0 : number;
        }
    }

  reader->failed = TRUE;
  return 0;
}

static void
put_set (GByteArray          *out,
         const ValijaImapSet *set)
{
  guint n_ranges;
  const ValijaImapRange *ranges = valija_imap_set_get_ranges (set, &n_ranges);
  guint32 last = 0;

  put_number (out, n_ranges);
  for (guint i = 0; i < n_ranges; i++)
    {
      put_number (out, ranges[i].first - last);
      put_number (out, ranges[i].last - ranges[i].first);
      last = ranges[i].last;
    }
}

static ValijaImapSet *
get_set (Reader *reader)
{
  ValijaImapSet *set = valija_imap_set_new ();
  guint64 n_ranges = get_number (reader, G_MAXUINT32);
  guint64 last = 0;

  for (guint64 i = 0; i < n_ranges && !reader->failed; i++)
    {
      guint64 first = last + get_number (reader, G_MAXUINT32);

      last = first + get_number (reader, G_MAXUINT32);
      reader->failed = reader->failed || first == 0 || last > G_MAXUINT32;
      if (!reader->failed)
        valija_imap_set_add (set, first, last);
    }

  return set;
}

static void
put_digests (GByteArray *out,
             GHashTable *digests)
{
  GHashTableIter iter;
  gpointer block;
  gpointer digest;

  put_number (out, g_hash_table_size (digests));
  g_hash_table_iter_init (&iter, digests);
  while (g_hash_table_iter_next (&iter, &block, &digest))
    {
      put_number (out, GPOINTER_TO_UINT (block));
      put_number (out, GPOINTER_TO_UINT (digest));
    }
}

static GHashTable *
get_digests (Reader *reader)
{
  GHashTable *digests = valija_imap_digests_new ();
  guint64 n = get_number (reader, G_MAXUINT32);

  for (guint64 i = 0; i < n && !reader->failed; i++)
    {
      guint block = get_number (reader, G_MAXUINT32);
      guint digest = get_number (reader, G_MAXUINT32);

      g_hash_table_insert (digests, GUINT_TO_POINTER (block), GUINT_TO_POINTER (digest));
    }

  return digests;
}

ValijaImapCursor *
valija_imap_cursor_from_bytes (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  Reader reader = { data + sizeof head, data + size, FALSE };
  g_autoptr(ValijaImapCursor) self = NULL;
  gboolean complete;
  guint64 parts;

  if (size < sizeof head || memcmp (data, head, 2) != 0)
    return NULL;

  complete = data[2] == head[2];
  if (!complete && data[2] != VERSION_WITHOUT_LABELS)
    return NULL;

  self = valija_imap_cursor_new (get_number (&reader, G_MAXUINT32));
  self->uid_next = get_number (&reader, G_MAXUINT32);
  self->mod_seq = get_number (&reader, G_MAXINT64);
  parts = get_number (&reader, PART_KNOWN | PART_DIGESTS);
  valija_imap_set_free (self->todo);
  self->todo = get_set (&reader);
  if ((parts & PART_KNOWN) != 0)
    self->known = get_set (&reader);
  if ((parts & PART_DIGESTS) != 0)
    self->digests = get_digests (&reader);

  if (reader.failed || reader.at != reader.end || self->uid_next == 0)
    return NULL;

  if (!complete)
    {
      self->mod_seq = 0;
      g_clear_pointer (&self->digests, g_hash_table_unref);
    }

  return g_steal_pointer (&self);
}

GBytes *
valija_imap_cursor_to_bytes (const ValijaImapCursor *self)
{
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, head, sizeof head);
  put_number (out, self->uid_validity);
  put_number (out, self->uid_next);
  put_number (out, self->mod_seq);
  put_number (out, (self->known != NULL ? PART_KNOWN : 0) | (self->digests != NULL ? PART_DIGESTS : 0));
  put_set (out, self->todo);
  if (self->known != NULL)
    put_set (out, self->known);
  if (self->digests != NULL)
    put_digests (out, self->digests);

  return g_byte_array_free_to_bytes (out);
}

GHashTable *
valija_imap_digests_new (void)
{
  return g_hash_table_new (NULL, NULL);
}

static guint64
mix (guint64 value)
{
  value ^= value >> 33;
  value *= G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
  value ^= value >> 33;
  value *= G_GUINT64_CONSTANT (0xc4ceb9fe1a85ec53);

  return value ^ value >> 33;
}

void
valija_imap_digests_add (GHashTable     *digests,
                         guint32         uid,
                         ValijaImapFlags flags,
                         guint32         labels)
{
  gpointer block = GUINT_TO_POINTER (VALIJA_IMAP_CURSOR_BLOCK (uid));
  guint32 sum = GPOINTER_TO_UINT (g_hash_table_lookup (digests, block));
  /* Each step bends the sum: what two messages exchange must not cancel out. The finaliser is that of MurmurHash3. */
  guint64 mixed = mix (mix ((guint64) uid << 32 | labels) ^ (flags & 0xffff));

  g_hash_table_insert (digests, block, GUINT_TO_POINTER (sum + (guint32) (mixed >> 32)));
}

gboolean
valija_imap_digests_equal (GHashTable *one,
                           GHashTable *other,
                           guint32     uid)
{
  gpointer block = GUINT_TO_POINTER (VALIJA_IMAP_CURSOR_BLOCK (uid));

  return g_hash_table_lookup (one, block) == g_hash_table_lookup (other, block);
}

char *
valija_imap_remote_id_format (guint32 uid_validity,
                              guint32 uid)
{
  return g_strdup_printf ("%u.%u", uid_validity, uid);
}

guint32
valija_imap_remote_id_parse (const char *remote_id,
                             guint32     uid_validity)
{
  guint64 numbers[2];

  for (int i = 0; i < 2; i++)
    {
      char *end;

      if (!g_ascii_isdigit (*remote_id))
        return 0;
      numbers[i] = g_ascii_strtoull (remote_id, &end, 10);
      if (numbers[i] > G_MAXUINT32 || *end != (i == 0 ? '.' : '\0'))
        return 0;
      remote_id = end + 1;
    }

  return numbers[0] == uid_validity ? numbers[1] : 0;
}
