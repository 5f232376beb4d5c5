/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-link.h"
#include "store/valija-store-private.h"

#include <string.h>

/* A row shows the beginning of a list of recipients; a list of thousands is searched to this
 * length. */
#define MAX_RECIPIENTS_SHOWN 16
#define MAX_PEOPLE_BYTES (64 * 1024)

/* What is longer is data that calls itself text. */
#define MAX_SEARCH_TEXT_BYTES (4 * 1024 * 1024)

/* How long the source of a message is kept that its server has no more: until all folders were looked at, the one it
 * went to among them. */
#define LOST_SECONDS (24 * 60 * 60)

/* A search key has this many bits of time (until the year 2514). */
#define MAX_RECEIVED ((G_GINT64_CONSTANT (1) << 34) - 1)

/* What fails ends the whole transaction. To undo the statement alone SQLite would keep a copy of each page that it
 * changes: hence OR FAIL, and no function, which might fail in the middle. */
#define INSERT_MESSAGE_SQL \
  "INSERT OR FAIL INTO message (home, folder, remote_id, received, date, size, flags, server_flags, round," \
  " has_attachments, id_hash, message_id, subject, sender, sender_address, recipients, preview, people, email_id," \
  " conversation, answer, added_at, labels, server_labels)" \
  " VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18," \
  " CASE ?19 WHEN 0 THEN NULL ELSE ?19 END, ?20, ?21, ?21)"

typedef struct
{
  char *sender;
  const char *sender_address;
  char *recipients;
  char *people;
  gint64 received;
} Digest;

static void
append_people (GString   *text,
               GPtrArray *addresses)
{
  for (guint i = 0; i < addresses->len && text->len < MAX_PEOPLE_BYTES; i++)
    {
      const ValijaAddress *address = g_ptr_array_index (addresses, i);

      g_string_append_printf (text, "%s %s\n", address->name, address->address);
    }
}

static char *
join_labels (GPtrArray *addresses)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < addresses->len && i < MAX_RECIPIENTS_SHOWN; i++)
    {
      g_autofree char *label = valija_address_to_label (g_ptr_array_index (addresses, i));

      if (i > 0)
        g_string_append (text, ", ");
      g_string_append (text, label);
    }

  if (addresses->len > MAX_RECIPIENTS_SHOWN)
    g_string_append (text, ", …");

  return g_string_free (text, FALSE);
}

static void
digest_init (Digest            *self,
             ValijaMessageInfo *info)
{
  const ValijaAddress *from = info->from->len > 0 ? g_ptr_array_index (info->from, 0) : NULL;
  GString *people = g_string_new (NULL);

  append_people (people, info->to);
  append_people (people, info->cc);
  append_people (people, info->bcc);

  self->sender = from != NULL ? valija_address_to_label (from) : g_strdup ("");
  self->sender_address = from != NULL ? from->address : "";
  self->recipients = join_labels (info->to);
  self->people = g_string_free (people, FALSE);

  self->received = info->received > 0 ? info->received : info->date;
  if (self->received <= 0)
    self->received = g_get_real_time () / G_USEC_PER_SEC;
  self->received = MIN (self->received, MAX_RECEIVED);
}

static void
digest_clear (Digest *self)
{
  g_free (self->sender);
  g_free (self->recipients);
  g_free (self->people);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Digest, digest_clear)

/* The table of the search keeps no text, so a row is written from all that there is, each time.
 *
 * One that takes its values from a SELECT would be an INSERT of as many rows as that has, which SQLite guards by a
 * savepoint, and FTS5 makes a segment of what it holds at each. */
static gboolean
write_search_row (ValijaDatabase  *database,
                  gint64           id,
                  const char      *body,
                  const char      *files,
                  GError         **error)
{
  g_autoptr(GError) local_error = NULL;
  g_autofree char *subject = NULL;
  g_autofree char *sender = NULL;
  g_autofree char *people = NULL;
  sqlite3_stmt *statement;
  gint64 key = 0;

  statement = valija_database_query (database, error,
                                     "SELECT search_key, subject, sender || ' ' || sender_address, people"
                                     " FROM message WHERE id = ?1", "i", id);
  if (statement == NULL)
    return FALSE;

  if (valija_database_step (database, statement, &local_error))
    {
      key = sqlite3_column_int64 (statement, 0);
      subject = valija_store_dup_text (statement, 1);
      sender = valija_store_dup_text (statement, 2);
      people = valija_store_dup_text (statement, 3);
      sqlite3_reset (statement);
    }

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  return subject == NULL ||
         valija_database_run (database, error,
                              "INSERT INTO search (rowid, subject, sender, recipients, body, files)"
                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                              "isssss", key, subject, sender, people, body, files);
}

static gboolean
remove_search_row (ValijaDatabase  *database,
                   gint64           id,
                   GError         **error)
{
  return valija_database_run (database, error,
                              "DELETE FROM search"
                              " WHERE rowid = (SELECT search_key FROM message WHERE id = ?1)", "i", id);
}

static gboolean
is_unsearched (ValijaDatabase  *database,
               gint64           id,
               gboolean        *unsearched,
               GError         **error)
{
  gint64 found;

  if (!valija_database_get_int64 (database, 0, &found, error, "SELECT message FROM unsearched WHERE message = ?1",
                                  "i", id))
    return FALSE;

  *unsearched = found != 0;

  return TRUE;
}

/* A row that was not written need not be taken away. */
static gboolean
rewrite_search_row (ValijaDatabase  *database,
                    gint64           id,
                    const char      *body,
                    const char      *files,
                    GError         **error)
{
  gboolean unsearched;

  return is_unsearched (database, id, &unsearched, error) &&
         (unsearched ? valija_database_run (database, error, "DELETE FROM unsearched WHERE message = ?1", "i", id)
                     : remove_search_row (database, id, error)) &&
         write_search_row (database, id, body, files, error);
}

gboolean
valija_store_index_unsearched (ValijaDatabase  *database,
                               gint64           first,
                               gint64           before,
                               GError         **error)
{
  return valija_database_run (database, error,
                              "INSERT INTO search (rowid, subject, sender, recipients)"
                              " SELECT m.search_key, m.subject, m.sender || ' ' || m.sender_address, m.people"
                              " FROM unsearched u CROSS JOIN message m ON m.id = u.message"
                              " WHERE u.message >= ?1 AND m.received < ?2 ORDER BY m.search_key",
                              "ii", first, before) &&
         valija_database_run (database, error,
                              "DELETE FROM unsearched WHERE message >= ?1"
                              " AND (SELECT received FROM message WHERE id = unsearched.message) < ?2", "ii", first,
                              before);
}

static void
linkable_init (ValijaStoreLinkable *self,
               const char          *account,
               gint64               id,
               ValijaMessageInfo   *info,
               const Digest        *digest)
{
  self->account = account;
  self->id = id;
  self->message_id = info->message_id;
  self->in_reply_to = info->in_reply_to;
  self->references = info->references;
  self->subject = info->subject;
  self->sender_address = digest->sender_address;
  self->people = digest->people;
  self->received = digest->received;
}

gboolean
valija_store_insert_message (ValijaStoreContext  *context,
                             ValijaDatabase      *database,
                             const char          *account,
                             gint64               folder,
                             gint64               round,
                             ValijaMessageInfo   *info,
                             gint64              *id,
                             GError             **error)
{
  const char *remote_id = info->remote_id[0] != '\0' ? info->remote_id : NULL;
  g_autofree char *labels = valija_labels_to_text ((const char * const *) info->labels);
  g_auto(Digest) digest = { NULL };
  g_auto(ValijaStoreLink) link = { NULL };
  ValijaStoreLinkable linkable;

  digest_init (&digest, info);
  linkable_init (&linkable, account, 0, info, &digest);

  if (!valija_store_link_begin (context, database, &linkable, &link, error) ||
      !valija_database_run (database, error, INSERT_MESSAGE_SQL, "isiiiiiiissssssssiiis",
                            folder, remote_id, digest.received, info->date, (gint64) info->size, (gint64) info->flags,
                            round, (gint64) info->has_attachments, (gint64) g_str_hash (info->message_id),
                            info->message_id, info->subject, digest.sender, digest.sender_address, digest.recipients,
                            info->preview, digest.people, info->email_id, link.conversation,
                            link.answer, g_get_real_time () / G_USEC_PER_SEC, labels))
    return FALSE;

  *id = sqlite3_last_insert_rowid (valija_database_get_handle (database));

  return valija_store_link_end (database, &link, *id, error) &&
         valija_database_run (database, error, "INSERT INTO unsearched VALUES (?1)", "i", *id);
}

gboolean
valija_store_link_message (ValijaStoreContext  *context,
                           ValijaDatabase      *database,
                           const char          *account,
                           gint64               id,
                           ValijaMessageInfo   *info,
                           GError             **error)
{
  g_auto(Digest) digest = { NULL };
  ValijaStoreLinkable linkable;

  digest_init (&digest, info);
  linkable_init (&linkable, account, id, info, &digest);

  return valija_store_link_row (context, database, &linkable, error);
}

gboolean
valija_store_replace_message (ValijaDatabase     *database,
                              gint64              id,
                              ValijaMessageInfo  *info,
                              GError            **error)
{
  g_auto(Digest) digest = { NULL };

  digest_init (&digest, info);

  /* When it was received stays: its place in the search depends on it */
  return valija_database_run (database, error, "DELETE FROM source WHERE message = ?1", "i", id) &&
         valija_database_run (database, error,
                              "UPDATE message SET date = ?2, size = ?3, has_attachments = ?4,"
                              " id_hash = ?5, message_id = ?6,"
                              " subject = ?7, sender = ?8, sender_address = ?9, recipients = ?10,"
                              " preview = ?11, people = ?12, email_id = ?13,"
                              " has_source = 0 WHERE id = ?1",
                              "iiiiissssssss", id, info->date, (gint64) info->size, (gint64) info->has_attachments,
                              (gint64) g_str_hash (info->message_id), info->message_id, info->subject, digest.sender,
                              digest.sender_address, digest.recipients, info->preview, digest.people, info->email_id) &&
         rewrite_search_row (database, id, NULL, NULL, error);
}

/* Only what can be recognised. */
#define LOSE_SQL \
  "UPDATE message SET lost_account = (SELECT account FROM folder WHERE folder.id = message.home)," \
  " lost_at = unixepoch (), folder = 0, remote_id = NULL, gone = 1" \
  " WHERE has_source = 1 AND message_id <> '' AND lost_account IS NULL"

gboolean
valija_store_lose_message (ValijaDatabase  *database,
                           gint64           id,
                           GError         **error)
{
  return valija_database_run (database, error, LOSE_SQL " AND id = ?1", "i", id) &&
         valija_database_run (database, error, "DELETE FROM message WHERE id = ?1 AND lost_account IS NULL", "i", id);
}

gboolean
valija_store_lose_unlisted (ValijaDatabase  *database,
                            gint64           home,
                            gint64           round,
                            guint           *n_gone,
                            GError         **error)
{
  sqlite3 *handle = valija_database_get_handle (database);

  if (!valija_database_run (database, error,
                            LOSE_SQL " AND home = ?1 AND remote_id IS NOT NULL AND round <> ?2 AND pending = 0",
                            "ii", home, round))
    return FALSE;
  *n_gone = sqlite3_changes (handle);

  if (!valija_database_run (database, error,
                            "DELETE FROM message"
                            " WHERE home = ?1 AND remote_id IS NOT NULL AND round <> ?2 AND pending = 0",
                            "ii", home, round))
    return FALSE;
  *n_gone += sqlite3_changes (handle);

  return TRUE;
}

gboolean
valija_store_lose_folder (ValijaDatabase  *database,
                          gint64           home,
                          GError         **error)
{
  return valija_database_run (database, error, LOSE_SQL " AND home = ?1 AND pending = 0", "i", home) &&
         valija_database_run (database, error, "DELETE FROM message WHERE home = ?1 AND lost_account IS NULL", "i",
                              home);
}

gboolean
valija_store_forget_lost (ValijaDatabase  *database,
                          GError         **error)
{
  gint64 latest = g_get_real_time () / G_USEC_PER_SEC - LOST_SECONDS;

  return valija_database_run (database, error, "DELETE FROM message WHERE lost_account IS NOT NULL AND lost_at < ?1",
                              "i", latest);
}

/* Cuts @text at a character. */
static const char *
limit_text (const char  *text,
            char       **cut)
{
  const char *end;

  if (text == NULL || strlen (text) <= MAX_SEARCH_TEXT_BYTES)
    return text;

  end = g_utf8_find_prev_char (text, text + MAX_SEARCH_TEXT_BYTES);
  *cut = g_strndup (text, end != NULL ? end - text : 0);

  return *cut;
}

gboolean
valija_store_insert_source (ValijaDatabase      *database,
                            gint64               id,
                            ValijaStoredSource  *source,
                            gboolean            *found,
                            GError             **error)
{
  g_autofree char *cut = NULL;
  const char *body = limit_text (source->search_text, &cut);

  if (!valija_database_run (database, error,
                            "UPDATE message SET has_source = 1, has_attachments = ?2, preview = ifnull (?3, preview),"
                            " size = CASE size WHEN 0 THEN ?4 ELSE size END WHERE id = ?1",
                            "iisi", id, (gint64) source->has_attachments, source->preview,
                            (gint64) g_bytes_get_size (source->source)))
    return FALSE;

  *found = sqlite3_changes (valija_database_get_handle (database)) > 0;
  if (!*found)
    return TRUE;

  return valija_database_run (database, error,
                              "INSERT OR REPLACE INTO source (message, data, unpacked_length)"
                              " VALUES (?1, ?2, nullif (?3, 0))",
                              "iBi", id, source->packed != NULL ? source->packed : source->source,
                              source->packed != NULL ? (gint64) g_bytes_get_size (source->source) : 0) &&
         (source->packed != NULL ||
          valija_database_write_bytes (database, "source", "data", id, source->source, error)) &&
         rewrite_search_row (database, id, body, source->file_names, error);
}
