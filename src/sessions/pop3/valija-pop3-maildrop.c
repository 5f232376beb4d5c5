/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/pop3/valija-pop3-maildrop.h"

#include "wire/pop3/valija-pop3-listing.h"

#include <string.h>

#define MESSAGES_LIMIT (1000 * 1000)

/* Unique ids are printable (RFC 1939 §7), so what begins like this cannot be one. */
#define HASHED_PREFIX "\tsha256 "
#define REPEATED_FORMAT "%s\t%u"

/* The first version had no sizes. */
#define CURSOR_VERSION 2
#define CURSOR_VERSION_NAMES 1

/* What a cursor keeps of a size: none was told; whatever it is, it is not the same. */
#define SIZE_UNTOLD 0
#define SIZE_DOUBTED G_MAXUINT

struct _ValijaPop3Maildrop
{
  grefcount ref_count;
  GHashTable *by_number;    /* guint → ValijaPop3Entry, owned here */
  GHashTable *by_id;        /* char * of an entry → it */
  GHashTable *repeated;     /* char * of an entry → guint: which number its id gets when it is repeated again */
  GPtrArray *entries;       /* of ValijaPop3Entry, borrowed, once finished */
  gboolean too_many;
};

static void
entry_free (ValijaPop3Entry *entry)
{
  g_free (entry->remote_id);
  g_free (entry);
}

ValijaPop3Maildrop *
valija_pop3_maildrop_new (void)
{
  ValijaPop3Maildrop *self = g_new0 (ValijaPop3Maildrop, 1);

  g_ref_count_init (&self->ref_count);
  self->by_number = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) entry_free);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->repeated = g_hash_table_new (g_str_hash, g_str_equal);
  self->entries = g_ptr_array_new ();

  return self;
}

ValijaPop3Maildrop *
valija_pop3_maildrop_ref (ValijaPop3Maildrop *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
valija_pop3_maildrop_unref (ValijaPop3Maildrop *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->entries);
  g_hash_table_unref (self->repeated);
  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->by_number);
  g_free (self);
}

static ValijaPop3Entry *
ensure_entry (ValijaPop3Maildrop *self,
              guint               number)
{
  ValijaPop3Entry *entry = g_hash_table_lookup (self->by_number, GUINT_TO_POINTER (number));

  if (entry != NULL)
    return entry;

  if (g_hash_table_size (self->by_number) >= MESSAGES_LIMIT)
    {
      self->too_many = TRUE;
      return NULL;
    }

  entry = g_new0 (ValijaPop3Entry, 1);
  entry->number = number;
  g_hash_table_insert (self->by_number, GUINT_TO_POINTER (number), entry);

  return entry;
}

/* Remote-ids are text elsewhere: octets that no unique id may hold are written as numbers. */
static char *
uid_to_text (const char *uid,
             gsize       length)
{
  GString *text = g_string_sized_new (length);

  for (gsize i = 0; i < length; i++)
    {
      if (g_ascii_isgraph (uid[i]))
        g_string_append_c (text, uid[i]);
      else
        g_string_append_printf (text, "\t%02x", (guint8) uid[i]);
    }

  return g_string_free_and_steal (text);
}

void
valija_pop3_maildrop_take_uidl (ValijaPop3Maildrop *self,
                                const char         *line,
                                gsize               length)
{
  ValijaPop3Entry *entry;
  guint number;
  const char *uid;
  gsize uid_length;

  if (!valija_pop3_parse_uidl (line, length, &number, &uid, &uid_length) || !(entry = ensure_entry (self, number)) ||
      uid_length == 0 || entry->remote_id != NULL)
    return;

  entry->remote_id = uid_to_text (uid, uid_length);
}

void
valija_pop3_maildrop_take_list (ValijaPop3Maildrop *self,
                                const char         *line,
                                gsize               length)
{
  ValijaPop3Entry *entry;
  guint number;
  guint64 size;

  if (valija_pop3_parse_list (line, length, &number, &size) && (entry = ensure_entry (self, number)))
    entry->size = size;
}

static int
compare_entries (gconstpointer a,
                 gconstpointer b)
{
  const ValijaPop3Entry *first = *(const ValijaPop3Entry * const *) a;
  const ValijaPop3Entry *second = *(const ValijaPop3Entry * const *) b;

  return (first->number > second->number) - (first->number < second->number);
}

/* The first keeps the id; who repeats it is the second, the third: stable while nothing before it goes. When
 * something does, one message is taken for another of the same id, which servers give to equal messages. */
static void
index_entry (ValijaPop3Maildrop *self,
             ValijaPop3Entry    *entry)
{
  ValijaPop3Entry *first = g_hash_table_lookup (self->by_id, entry->remote_id);

  if (first != NULL)
    {
      guint n = MAX (GPOINTER_TO_UINT (g_hash_table_lookup (self->repeated, first->remote_id)), 2);

      do
        {
          g_free (entry->remote_id);
          entry->remote_id = g_strdup_printf (REPEATED_FORMAT, first->remote_id, n++);
        }
      while (g_hash_table_contains (self->by_id, entry->remote_id));
      g_hash_table_insert (self->repeated, first->remote_id, GUINT_TO_POINTER (n));
    }

  g_hash_table_insert (self->by_id, entry->remote_id, entry);
}

gboolean
valija_pop3_maildrop_finish (ValijaPop3Maildrop *self)
{
  GHashTableIter iter;
  gpointer entry;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (self->entries->len == 0, FALSE);

  g_hash_table_iter_init (&iter, self->by_number);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    g_ptr_array_add (self->entries, entry);
  g_ptr_array_sort (self->entries, compare_entries);

  for (guint i = 0; i < self->entries->len; i++)
    {
      ValijaPop3Entry *each = g_ptr_array_index (self->entries, i);

      if (each->remote_id != NULL)
        index_entry (self, each);
    }

  return !self->too_many;
}

/* Up to the empty line: what TOP and RETR have in common. */
static gsize
measure_header (const char *text,
                gsize       length)
{
  const char *end = memmem (text, length, "\r\n\r\n", 4);

  return end != NULL ? (gsize) (end - text) : length;
}

void
valija_pop3_maildrop_name (ValijaPop3Maildrop *self,
                           ValijaPop3Entry    *entry,
                           const void         *header,
                           gsize               length)
{
  g_autofree char *hash = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (entry->remote_id == NULL);

  hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, header, measure_header (header, length));
  entry->remote_id = g_strconcat (HASHED_PREFIX, hash, NULL);
  index_entry (self, entry);
}

guint
valija_pop3_maildrop_get_length (ValijaPop3Maildrop *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->entries->len;
}

ValijaPop3Entry *
valija_pop3_maildrop_get (ValijaPop3Maildrop *self,
                          guint               index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->entries->len, NULL);

  return g_ptr_array_index (self->entries, index);
}

ValijaPop3Entry *
valija_pop3_maildrop_find (ValijaPop3Maildrop *self,
                           const char         *remote_id)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_hash_table_lookup (self->by_id, remote_id);
}

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

GHashTable *
valija_pop3_cursor_new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static guint
keep_size (const ValijaPop3Entry *entry)
{
  return MIN (entry->size, SIZE_DOUBTED - 1);
}

void
valija_pop3_cursor_add (GHashTable            *table,
                        const ValijaPop3Entry *entry)
{
  g_hash_table_insert (table, g_strdup (entry->remote_id), GUINT_TO_POINTER (keep_size (entry)));
}

gboolean
valija_pop3_cursor_knows (GHashTable            *table,
                          const ValijaPop3Entry *entry)
{
  gpointer size;

  return g_hash_table_lookup_extended (table, entry->remote_id, NULL, &size) &&
         (GPOINTER_TO_UINT (size) == SIZE_UNTOLD || GPOINTER_TO_UINT (size) == keep_size (entry));
}

GBytes *
valija_pop3_cursor_doubt (GBytes             *cursor,
                          const char * const *remote_ids)
{
  g_autoptr(GHashTable) table = valija_pop3_cursor_decode (cursor);
  gboolean doubted = FALSE;

  for (gsize i = 0; table != NULL && remote_ids[i] != NULL; i++)
    {
      gpointer size;

      if (!g_hash_table_lookup_extended (table, remote_ids[i], NULL, &size) || GPOINTER_TO_UINT (size) == SIZE_DOUBTED)
        continue;

      g_hash_table_insert (table, g_strdup (remote_ids[i]), GUINT_TO_POINTER (SIZE_DOUBTED));
      doubted = TRUE;
    }

  return doubted ? valija_pop3_cursor_encode (table) : NULL;
}

/* Seven bits an octet, the lowest first; one that is set says that more follow. */
static void
append_number (GByteArray *bytes,
               guint       number)
{
  for (; number > 0x7f; number >>= 7)
    g_byte_array_append (bytes, (const guint8[]) { 0x80 | (number & 0x7f) }, 1);
  g_byte_array_append (bytes, (const guint8[]) { number }, 1);
}

static gboolean
take_number (const guint8 *data,
             gsize         length,
             gsize        *at,
             guint        *number)
{
  *number = 0;

  for (guint shift = 0; shift < 32 && *at < length; shift += 7)
    {
      guint8 octet = data[(*at)++];

      *number |= (guint) (octet & 0x7f) << shift;
      if (octet <= 0x7f)
        return TRUE;
    }

  return FALSE;
}

GBytes *
valija_pop3_cursor_encode (GHashTable *table)
{
  g_autoptr(GPtrArray) sorted = g_hash_table_get_keys_as_ptr_array (table);
  GByteArray *cursor = g_byte_array_new ();
  const char *before = "";

  g_ptr_array_sort (sorted, compare_strings);
  g_byte_array_append (cursor, (const guint8[]) { CURSOR_VERSION }, 1);

  for (guint i = 0; i < sorted->len; i++)
    {
      const char *id = g_ptr_array_index (sorted, i);
      guint shared = 0;

      while (shared < G_MAXUINT8 && before[shared] != '\0' && before[shared] == id[shared])
        shared++;

      /* What is shared, what is not, the NUL that ends it, and the size */
      g_byte_array_append (cursor, (const guint8[]) { shared }, 1);
      g_byte_array_append (cursor, (const guint8 *) id + shared, strlen (id + shared) + 1);
      append_number (cursor, GPOINTER_TO_UINT (g_hash_table_lookup (table, id)));
      before = id;
    }

  return g_byte_array_free_to_bytes (cursor);
}

GHashTable *
valija_pop3_cursor_decode (GBytes *cursor)
{
  g_autoptr(GHashTable) table = valija_pop3_cursor_new_table ();
  gsize length;
  const guint8 *data = g_bytes_get_data (cursor, &length);
  const char *before = "";
  gsize at = 1;

  if (length < 1 || (data[0] != CURSOR_VERSION && data[0] != CURSOR_VERSION_NAMES))
    return NULL;

  while (at < length)
    {
      guint shared = data[at++];
      const guint8 *end = memchr (data + at, '\0', length - at);
      guint size = SIZE_UNTOLD;
      char *id;

      if (end == NULL || shared > strlen (before))
        return NULL;

      id = g_strdup_printf ("%.*s%s", (int) shared, before, (const char *) data + at);
      at = end - data + 1;
      before = id;

      if (data[0] == CURSOR_VERSION && !take_number (data, length, &at, &size))
        {
          g_free (id);
          return NULL;
        }
      g_hash_table_replace (table, id, GUINT_TO_POINTER (size));
    }

  return g_steal_pointer (&table);
}
