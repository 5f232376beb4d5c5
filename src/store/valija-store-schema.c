/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-schema.h"

#include "base/valija-error.h"
#include "store/valija-store-tokenizer.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

/* No Valija will have that many scripts: beyond it stands no version but damage. */
#define MAX_VERSION 255

/* Folders and messages, the same in both databases.
 *
 * A message has a home, where its server has it under its remote id, and a folder, where it is
 * shown (0: nowhere); they differ while a change waits in the journal, and for mail that was
 * fetched by POP3 and filed here. server_flags are what the server said, flags what is shown.
 * pending counts the lines of the journal that concern it; gone says that the server no longer
 * has it in its home.
 *
 * search_key names its row in the search table. It begins with the time, so that the newest come
 * first by walking that table backwards and stop at the limit, and ends with the id. The table
 * keeps no text of its own.
 *
 * The indexes by folder hold all that a list needs: loading one never reads a message. */
#define MAIL_SCRIPT \
  "CREATE TABLE folder (" \
  "  id INTEGER PRIMARY KEY AUTOINCREMENT," \
  "  account TEXT NOT NULL," \
  "  parent INTEGER NOT NULL DEFAULT 0," \
  "  position INTEGER NOT NULL DEFAULT 0," \
  "  remote_id TEXT NOT NULL DEFAULT ''," \
  "  name TEXT NOT NULL," \
  "  role INTEGER NOT NULL DEFAULT 0," \
  "  selectable INTEGER NOT NULL DEFAULT 1," \
  "  total INTEGER NOT NULL DEFAULT 0," \
  "  unread INTEGER NOT NULL DEFAULT 0," \
  "  beyond_total INTEGER NOT NULL DEFAULT 0," \
  "  beyond_unread INTEGER NOT NULL DEFAULT 0," \
  "  round INTEGER NOT NULL DEFAULT 0," \
  "  restarted INTEGER NOT NULL DEFAULT 0," \
  "  last_synced INTEGER NOT NULL DEFAULT 0);" \
  "CREATE UNIQUE INDEX folder_by_remote ON folder (account, remote_id) WHERE remote_id <> '';" \
  "CREATE TABLE cursor (folder INTEGER PRIMARY KEY REFERENCES folder ON DELETE CASCADE, data BLOB NOT NULL);" \
  "CREATE TABLE message (" \
  "  id INTEGER PRIMARY KEY AUTOINCREMENT," \
  "  home INTEGER NOT NULL," \
  "  folder INTEGER NOT NULL," \
  "  remote_id TEXT," \
  "  received INTEGER NOT NULL," \
  "  date INTEGER NOT NULL," \
  "  size INTEGER NOT NULL," \
  "  flags INTEGER NOT NULL," \
  "  server_flags INTEGER NOT NULL," \
  "  round INTEGER NOT NULL DEFAULT 0," \
  "  pending INTEGER NOT NULL DEFAULT 0," \
  "  gone INTEGER NOT NULL DEFAULT 0," \
  "  has_attachments INTEGER NOT NULL DEFAULT 0," \
  "  has_source INTEGER NOT NULL DEFAULT 0," \
  "  id_hash INTEGER NOT NULL," \
  "  message_id TEXT NOT NULL," \
  "  subject TEXT NOT NULL," \
  "  sender TEXT NOT NULL," \
  "  sender_address TEXT NOT NULL," \
  "  recipients TEXT NOT NULL," \
  "  preview TEXT," \
  "  people TEXT NOT NULL," \
  "  search_key INTEGER GENERATED ALWAYS AS (received << 29 | id) VIRTUAL);" \
  "CREATE UNIQUE INDEX message_by_remote ON message (home, remote_id) WHERE remote_id IS NOT NULL;" \
  "CREATE INDEX message_by_folder ON message (folder, received);" \
  "CREATE INDEX message_unread ON message (folder, received, id, flags) WHERE (flags & 1) = 0;" \
  "CREATE INDEX message_flagged ON message (folder, received, id, flags) WHERE (flags & 4) <> 0;" \
  "CREATE INDEX message_without_source ON message (home, received) WHERE has_source = 0;" \
  "CREATE INDEX message_pending ON message (id) WHERE pending <> 0;" \
  "CREATE INDEX message_by_id_hash ON message (id_hash);" \
  "CREATE TABLE source (message INTEGER PRIMARY KEY, data BLOB NOT NULL);" \
  "CREATE VIRTUAL TABLE search USING fts5 (subject, sender, recipients, body, files," \
  "  content = '', contentless_delete = 1, tokenize = 'valija');" \
  "INSERT INTO search (search, rank) VALUES ('automerge', 8);" \
  "CREATE TRIGGER message_added AFTER INSERT ON message BEGIN" \
  "  UPDATE folder SET total = total + 1, unread = unread + ((new.flags & 1) = 0) WHERE id = new.folder;" \
  "END;" \
  "CREATE TRIGGER message_changed AFTER UPDATE OF folder, flags ON message" \
  "  WHEN old.folder <> new.folder OR (old.flags & 1) <> (new.flags & 1) BEGIN" \
  "  UPDATE folder SET total = total - 1, unread = unread - ((old.flags & 1) = 0) WHERE id = old.folder;" \
  "  UPDATE folder SET total = total + 1, unread = unread + ((new.flags & 1) = 0) WHERE id = new.folder;" \
  "END;" \
  "CREATE TRIGGER message_removed AFTER DELETE ON message BEGIN" \
  "  UPDATE folder SET total = total - 1, unread = unread - ((old.flags & 1) = 0) WHERE id = old.folder;" \
  "  DELETE FROM source WHERE message = old.id;" \
  "  DELETE FROM search WHERE rowid = old.search_key;" \
  "END;" \
  "CREATE TABLE property (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"

/* The server's own name for what is in a message (RFC 8474), the same in all folders of the account; and the account of
 * a message that its server no longer has where it was, but whose source is kept for a while: it may have been moved,
 * and then nothing need be fetched again. Such a row is shown nowhere, and has no remote id. */
#define MOVED_SCRIPT \
  "ALTER TABLE message ADD COLUMN email_id TEXT;" \
  "ALTER TABLE message ADD COLUMN lost_account TEXT;" \
  "ALTER TABLE message ADD COLUMN lost_at INTEGER NOT NULL DEFAULT 0;" \
  "CREATE INDEX message_lost ON message (lost_at) WHERE lost_account IS NOT NULL;"

/* The journal and the outbox, in local truth only.
 *
 * Lines of the journal are done in the order of (sequence, id); a line that had to be split
 * shares its sequence. message is the row in the cache, or a number below 0 that only holds the
 * lines of one message together after that cache is gone: account, folder and remote id find it
 * again. The remote id is '' behind a move that has not been done, which will give it a new one.
 * deleted remembers which messages of a server that only gives them out (POP3) were deleted
 * here. */
#define JOURNAL_SCRIPT \
  "CREATE TABLE operation (" \
  "  id INTEGER PRIMARY KEY AUTOINCREMENT," \
  "  sequence INTEGER NOT NULL," \
  "  account TEXT NOT NULL," \
  "  kind INTEGER NOT NULL," \
  "  folder TEXT NOT NULL," \
  "  target TEXT," \
  "  add_flags INTEGER NOT NULL DEFAULT 0," \
  "  remove_flags INTEGER NOT NULL DEFAULT 0," \
  "  attempts INTEGER NOT NULL DEFAULT 0," \
  "  words TEXT);" \
  "CREATE INDEX operation_by_account ON operation (account, sequence);" \
  "CREATE TABLE operation_message (" \
  "  operation INTEGER NOT NULL REFERENCES operation ON DELETE CASCADE," \
  "  position INTEGER NOT NULL," \
  "  message INTEGER NOT NULL," \
  "  remote_id TEXT NOT NULL," \
  "  PRIMARY KEY (operation, position)) WITHOUT ROWID;" \
  "CREATE INDEX operation_message_by_message ON operation_message (message);" \
  "CREATE INDEX operation_message_by_remote ON operation_message (remote_id);" \
  "CREATE TABLE operation_source (" \
  "  operation INTEGER PRIMARY KEY REFERENCES operation ON DELETE CASCADE," \
  "  data BLOB NOT NULL);" \
  "CREATE TABLE deleted (" \
  "  folder INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE," \
  "  remote_id TEXT NOT NULL," \
  "  PRIMARY KEY (folder, remote_id)) WITHOUT ROWID;"

#define OUTBOX_SCRIPT \
  "CREATE TABLE outbox (" \
  "  id INTEGER PRIMARY KEY AUTOINCREMENT," \
  "  account TEXT NOT NULL," \
  "  sender TEXT NOT NULL," \
  "  delivery_receipt INTEGER NOT NULL," \
  "  envelope_id TEXT," \
  "  subject TEXT NOT NULL," \
  "  recipients TEXT NOT NULL," \
  "  message_id TEXT NOT NULL," \
  "  date INTEGER NOT NULL," \
  "  not_before INTEGER NOT NULL," \
  "  state INTEGER NOT NULL," \
  "  words TEXT," \
  "  attempts INTEGER NOT NULL DEFAULT 0);" \
  "CREATE TABLE outbox_recipient (" \
  "  item INTEGER NOT NULL REFERENCES outbox ON DELETE CASCADE," \
  "  position INTEGER NOT NULL," \
  "  address TEXT NOT NULL," \
  "  PRIMARY KEY (item, position)) WITHOUT ROWID;" \
  "CREATE TABLE outbox_source (" \
  "  item INTEGER PRIMARY KEY REFERENCES outbox ON DELETE CASCADE," \
  "  source BLOB NOT NULL," \
  "  copy BLOB NOT NULL);"

/* Conversations; see valija-store-link.h for what the columns and the table of links say. The
 * indexes by folder hold the conversation as well, so that the index of a list of conversations
 * reads no message either. Of a conversation whose last message goes the links go too. */
#define CONVERSATION_SCRIPT \
  "ALTER TABLE message ADD COLUMN conversation INTEGER;" \
  "ALTER TABLE message ADD COLUMN answer INTEGER;" \
  "DROP INDEX message_by_folder;" \
  "DROP INDEX message_unread;" \
  "DROP INDEX message_flagged;" \
  "CREATE INDEX message_by_folder ON message (folder, received, id, conversation);" \
  "CREATE INDEX message_unread ON message (folder, received, id, flags, conversation) WHERE (flags & 1) = 0;" \
  "CREATE INDEX message_flagged ON message (folder, received, id, flags, conversation) WHERE (flags & 4) <> 0;" \
  "CREATE INDEX message_by_conversation ON message (conversation) WHERE conversation > 0;" \
  "CREATE INDEX message_by_answer ON message (answer) WHERE answer <> 0;" \
  "CREATE TABLE link (token INTEGER PRIMARY KEY, conversation INTEGER NOT NULL);" \
  "CREATE INDEX link_by_conversation ON link (conversation);" \
  "CREATE TRIGGER message_unlinked AFTER DELETE ON message BEGIN" \
  "  DELETE FROM link WHERE conversation = CASE ifnull (old.conversation, 0) WHEN 0 THEN old.id" \
  "    ELSE old.conversation END" \
  "    AND NOT EXISTS (SELECT 1 FROM message WHERE conversation = link.conversation AND conversation > 0)" \
  "    AND NOT EXISTS (SELECT 1 FROM message WHERE id = link.conversation AND ifnull (conversation, 0) = 0);" \
  "END;"

/* The generation tells a cache from the one that was there before: the journal's row ids are
 * those of one generation. */
#define GENERATION_SCRIPT \
  "INSERT INTO property VALUES ('generation', lower (hex (randomblob (16))));"

/* mark: what the session said of the target just before the line was first tried, by which a repeat finds out whether
 * it has happened already; NULL until then. Message-ID, date and size tell a message again when its server has numbered
 * all anew. */
#define ATTEMPT_SCRIPT \
  "ALTER TABLE operation ADD COLUMN mark TEXT;" \
  "ALTER TABLE operation_message ADD COLUMN message_id TEXT NOT NULL DEFAULT '';" \
  "ALTER TABLE operation_message ADD COLUMN date INTEGER NOT NULL DEFAULT 0;" \
  "ALTER TABLE operation_message ADD COLUMN size INTEGER NOT NULL DEFAULT 0;"

/* Whether what is kept of a message was filed: once, however often it is sent. -1: that failed, and it is owed. */
#define COPY_SCRIPT "ALTER TABLE outbox ADD COLUMN copy_kept INTEGER NOT NULL DEFAULT 0;"

/* Rows of VALIJA_STORE_NO_ROUND. */
#define NO_ROUND_SCRIPT "CREATE INDEX message_of_no_round ON message (home) WHERE round = -1;"

/* When it came here: what the date of a message says is its sender's business. Mail of an earlier Valija counts from
 * now. */
#define ADDED_SCRIPT "ALTER TABLE message ADD COLUMN added_at INTEGER NOT NULL DEFAULT 0;"
#define ADDED_NOW_SCRIPT "UPDATE message SET added_at = unixepoch ();"

/* What the user wants to have of a folder on a server; the default has no row. */
#define POLICY_SCRIPT \
  "CREATE TABLE folder_policy (" \
  "  account TEXT NOT NULL," \
  "  remote_id TEXT NOT NULL," \
  "  policy INTEGER NOT NULL," \
  "  PRIMARY KEY (account, remote_id)) WITHOUT ROWID;"

/* What was here before there were conversations is sorted into them behind the window. */
#define UNLINKED_SCRIPT \
  "CREATE INDEX message_unlinked ON message (id) WHERE conversation IS NULL AND has_source = 1;"

/* Messages whose row in the search table waits for their source, so that it is written once: whoever searches has them
 * written first.
 *
 * Segments of the index are merged less often, and one is written for each transaction and not for each megabyte. */
#define UNSEARCHED_SCRIPT \
  "CREATE TABLE unsearched (message INTEGER PRIMARY KEY);" \
  "CREATE TRIGGER message_unsearched AFTER DELETE ON message BEGIN" \
  "  DELETE FROM unsearched WHERE message = old.id;" \
  "END;" \
  "INSERT INTO search (search, rank) VALUES ('automerge', 16);" \
  "INSERT INTO search (search, rank) VALUES ('crisismerge', 64);" \
  "INSERT INTO search (search, rank) VALUES ('hashsize', 8388608);"

/* Whose a folder is, and its name on the server that stays when it is renamed. */
#define OWNER_SCRIPT \
  "ALTER TABLE folder ADD COLUMN owner INTEGER NOT NULL DEFAULT 0;" \
  "ALTER TABLE folder ADD COLUMN object_id TEXT;"

/* From here on there may be valija_store_later_indexes, which an earlier Valija would take for damage. */
#define LATER_SCRIPT VALIJA_STORE_LIGHT

/* What few messages have is found without a look at the others. */
const ValijaStoreIndex valija_store_later_indexes[] = {
  { "later_answered", "CREATE INDEX later_answered ON message (folder, received, id) WHERE (flags & 2) <> 0" },
  { "later_attached", "CREATE INDEX later_attached ON message (folder, received, id) WHERE has_attachments <> 0" },
  { "later_large", "CREATE INDEX later_large ON message (folder, received, id, size) WHERE size >= 65536" },
  { "later_labelled",
    "CREATE INDEX later_labelled ON message (folder, received, id, labels) WHERE labels IS NOT NULL" },
};
const guint valija_store_n_later_indexes = G_N_ELEMENTS (valija_store_later_indexes);

/* A line of APPEND that moves a message from this computer, or from another server: what goes from there once the line
 * is done, unless it is kept, as ValijaCarry says. message is a public id, 0 for one of a cache that is gone: account,
 * folder and remote_id find it again, and are '' for one of this computer. Of one that is copied they say nothing. */
#define ORIGIN_SCRIPT \
  "CREATE TABLE operation_origin (" \
  "  operation INTEGER PRIMARY KEY REFERENCES operation ON DELETE CASCADE," \
  "  keep INTEGER NOT NULL," \
  "  received INTEGER NOT NULL," \
  "  message INTEGER NOT NULL," \
  "  account TEXT NOT NULL," \
  "  folder TEXT NOT NULL," \
  "  remote_id TEXT NOT NULL," \
  "  message_id TEXT NOT NULL," \
  "  date INTEGER NOT NULL," \
  "  size INTEGER NOT NULL);"

/* Drafts that are being written, or were when Valija ended (open). account to size are the version that a server has,
 * as in operation_origin, account '' where none has one; it is this very one where uploaded. line: files this one, or
 * one before it, and 0 or gone for none. */
#define DRAFT_SCRIPT \
  "CREATE TABLE draft (" \
  "  message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE," \
  "  open INTEGER NOT NULL DEFAULT 1," \
  "  uploaded INTEGER NOT NULL DEFAULT 0," \
  "  line INTEGER NOT NULL DEFAULT 0," \
  "  base INTEGER NOT NULL DEFAULT 0," \
  "  account TEXT NOT NULL DEFAULT ''," \
  "  folder TEXT NOT NULL DEFAULT ''," \
  "  remote_id TEXT NOT NULL DEFAULT ''," \
  "  message_id TEXT NOT NULL DEFAULT ''," \
  "  date INTEGER NOT NULL DEFAULT 0," \
  "  size INTEGER NOT NULL DEFAULT 0);"

/* Labels, one a line, NULL for none: labels are what is shown, server_labels what the server said. */
#define LABELS_SCRIPT \
  "ALTER TABLE message ADD COLUMN labels TEXT;" \
  "ALTER TABLE message ADD COLUMN server_labels TEXT;"
#define LABEL_LINES_SCRIPT \
  "ALTER TABLE operation ADD COLUMN add_labels TEXT;" \
  "ALTER TABLE operation ADD COLUMN remove_labels TEXT;"

/* How long a packed source was; NULL for one that is as it came. See valija-store-pack.h. */
#define PACKED_SCRIPT VALIJA_STORE_LIGHT "ALTER TABLE source ADD COLUMN unpacked_length INTEGER;"

/* What the server told of the folder in the list behind which it was synchronised whole: one that tells the same again
 * need not be opened. */
#define STATE_SCRIPT VALIJA_STORE_LIGHT "ALTER TABLE cursor ADD COLUMN state TEXT;"

/* When what was deleted had come here. Of an earlier Valija that counts from now, as with ADDED_NOW_SCRIPT. */
#define DELETED_SCRIPT VALIJA_STORE_LIGHT \
  "ALTER TABLE deleted ADD COLUMN added_at INTEGER NOT NULL DEFAULT 0;" \
  "UPDATE deleted SET added_at = unixepoch ();"

/* What tells the message that was deleted from another one that its server calls the same later: as columns of message,
 * NULL of an earlier Valija. */
#define DELETED_ONE_SCRIPT VALIJA_STORE_LIGHT \
  "ALTER TABLE deleted ADD COLUMN id_hash INTEGER;" \
  "ALTER TABLE deleted ADD COLUMN date INTEGER;" \
  "ALTER TABLE deleted ADD COLUMN size INTEGER;"

const char * const valija_store_cache_scripts[] = {
  MAIL_SCRIPT GENERATION_SCRIPT,
  MOVED_SCRIPT,
  /* What a server listed before tells of no references: its next round lists all of it again */
  CONVERSATION_SCRIPT "DELETE FROM cursor;",
  NO_ROUND_SCRIPT,
  ADDED_SCRIPT,
  UNSEARCHED_SCRIPT UNLINKED_SCRIPT,
  OWNER_SCRIPT,
  LATER_SCRIPT,
  LABELS_SCRIPT,
  PACKED_SCRIPT,
  STATE_SCRIPT,
};
const guint valija_store_n_cache_scripts = G_N_ELEMENTS (valija_store_cache_scripts);

const char * const valija_store_local_scripts[] = {
  MAIL_SCRIPT JOURNAL_SCRIPT OUTBOX_SCRIPT,
  ATTEMPT_SCRIPT,
  MOVED_SCRIPT,
  CONVERSATION_SCRIPT,
  COPY_SCRIPT,
  ADDED_SCRIPT ADDED_NOW_SCRIPT,
  POLICY_SCRIPT,
  UNSEARCHED_SCRIPT UNLINKED_SCRIPT,
  OWNER_SCRIPT,
  LATER_SCRIPT,
  ORIGIN_SCRIPT DRAFT_SCRIPT,
  LABELS_SCRIPT LABEL_LINES_SCRIPT,
  PACKED_SCRIPT,
  DELETED_SCRIPT,
  DELETED_ONE_SCRIPT,
};
const guint valija_store_n_local_scripts = G_N_ELEMENTS (valija_store_local_scripts);

static gboolean
run_scripts (ValijaDatabase           *database,
             const char * const       *scripts,
             guint                     from,
             guint                     to,
             GError                  **error)
{
  /* A pragma takes no bound values; the number is ours */
  g_autofree char *set_version = g_strdup_printf ("PRAGMA user_version = %u", to);

  if (!valija_database_run_script (database, "BEGIN EXCLUSIVE", error))
    return FALSE;

  for (guint i = from; i < to; i++)
    {
      if (!valija_database_run_script (database, scripts[i], error))
        {
          valija_database_rollback (database);
          return FALSE;
        }
    }

  if (!valija_database_run_script (database, set_version, error) ||
      !valija_database_run_script (database, "COMMIT", error))
    {
      valija_database_rollback (database);
      return FALSE;
    }

  return TRUE;
}

static gboolean
are_light (const char * const *scripts,
           guint               from,
           guint               to)
{
  for (guint i = from; i < to; i++)
    if (!g_str_has_prefix (scripts[i], VALIJA_STORE_LIGHT))
      return FALSE;

  return TRUE;
}

gboolean
valija_store_schema_migrate (ValijaDatabase           *database,
                             const char * const       *scripts,
                             guint                     n_scripts,
                             const char               *backup,
                             GError                  **error)
{
  g_autoptr(GError) local_error = NULL;
  gint64 version;

  if (!valija_database_get_int64 (database, 0, &version, error, "PRAGMA user_version", ""))
    return FALSE;

  if (version < 0 || version > MAX_VERSION)
    return valija_database_fail (database, SQLITE_CORRUPT, error);

  if (version > n_scripts)
    {
      valija_error_set (error, VALIJA_ERROR_NEWER_DATA,
                        _("“%s” was written by a newer Valija. Use that one, or update this one."),
                        valija_database_get_path (database));
      return FALSE;
    }

  if (version == n_scripts)
    return TRUE;

  if (version == 0 || backup == NULL || are_light (scripts, version, n_scripts))
    return run_scripts (database, scripts, version, n_scripts, error);

  g_unlink (backup);
  if (!valija_database_run (database, error, "VACUUM INTO ?1", "s", backup))
    {
      g_unlink (backup);
      return FALSE;
    }

  if (!run_scripts (database, scripts, version, n_scripts, &local_error))
    {
      valija_error_set (error, VALIJA_ERROR_STORAGE,
                        _("The mail on this computer could not be brought up to date: %s It is as"
                          " it was; a copy is in “%s”."),
                        local_error->message, backup);
      return FALSE;
    }

  g_unlink (backup);

  return TRUE;
}

static const char list_schema[] =
  "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || ifnull (sql, '') FROM sqlite_schema"
  " WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~' AND name NOT LIKE 'later~_%' ESCAPE '~' ORDER BY type, name";

/* What the scripts make, made in memory. NULL when that fails. */
static GString *
list_expected (const char * const *scripts,
               guint                    n_scripts)
{
  g_autoptr(GString) list = g_string_new (NULL);
  sqlite3_stmt *statement = NULL;
  sqlite3 *handle = NULL;
  int result;

  result = sqlite3_open (":memory:", &handle);
  if (result == SQLITE_OK)
    result = valija_store_tokenizer_register (handle);
  for (guint i = 0; i < n_scripts && result == SQLITE_OK; i++)
    result = sqlite3_exec (handle, scripts[i], NULL, NULL, NULL);
  if (result == SQLITE_OK)
    result = sqlite3_prepare_v2 (handle, list_schema, -1, &statement, NULL);
  if (result == SQLITE_OK)
    while ((result = sqlite3_step (statement)) == SQLITE_ROW)
      g_string_append_printf (list, "%s\n", (const char *) sqlite3_column_text (statement, 0));

  sqlite3_finalize (statement);
  sqlite3_close (handle);

  return result == SQLITE_DONE ? g_steal_pointer (&list) : NULL;
}

gboolean
valija_store_schema_check (ValijaDatabase           *database,
                           const char * const       *scripts,
                           guint                     n_scripts,
                           GError                  **error)
{
  g_autoptr(GError) local_error = NULL;
  g_autoptr(GString) list = g_string_new (NULL);
  g_autoptr(GString) expected = NULL;
  sqlite3_stmt *statement;
  gint64 version;

  if (!valija_database_get_int64 (database, 0, &version, error, "PRAGMA user_version", ""))
    return FALSE;

  if (version < 0 || version > n_scripts || (expected = list_expected (scripts, version)) == NULL)
    return TRUE;

  if ((statement = valija_database_query (database, error, list_schema, "")) == NULL)
    return FALSE;

  while (valija_database_step (database, statement, &local_error))
    g_string_append_printf (list, "%s\n", (const char *) sqlite3_column_text (statement, 0));

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  return g_string_equal (list, expected) || valija_database_fail (database, SQLITE_CORRUPT, error);
}
