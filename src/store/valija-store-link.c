/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-link.h"

#include <string.h>

/* Of a longer list of references the first, where the conversation began, and the last count. */
#define MAX_REFERENCES 32

/* What a machine holds together for years under one id is not a conversation any more: beyond this
 * many messages the next ones make another. It also bounds what reading one costs. */
#define MAX_MESSAGES 500

/* How long after a message an answer that names nothing may come, and how many messages of that
 * subject are looked at. */
#define ANSWER_SECONDS (14 * 24 * 60 * 60)
#define MAX_CANDIDATES 8
#define MAX_SUBJECT_BYTES 512
#define MAX_WORD_BYTES 24

/* "Re" in the languages whose programs translate it; what stands before a colon, in small
 * letters. */
static const char * const answer_words[] = {
  "re", "aw", "antw", "sv", "vs", "vá", "odp", "rif", "r", "res", "ynt", "ref", "bls", "atb", "ad", "回复", "答复", "回覆",
  "отв", "απ",
};

void
valija_store_link_clear (ValijaStoreLink *self)
{
  g_clear_pointer (&self->tokens, g_array_unref);
}

gint64
valija_store_link_token (const char *account,
                         const char *message_id)
{
  guint32 hash = 2166136261u; /* FNV-1a, for the bits that g_str_hash() leaves */

  for (const char *c = account; *c != '\0'; c++)
    hash = (hash ^ (guint8) *c) * 16777619u;
  for (const char *c = message_id; *c != '\0'; c++)
    hash = (hash ^ (guint8) *c) * 16777619u;

  return (gint64) (((guint64) g_str_hash (message_id) << 31) | (hash >> 1));
}

guint
valija_store_link_id_hash (gint64 token)
{
  return (guint) ((guint64) token >> 31);
}

/* ---- Subjects ---- */

/* Behind "Re:", "Re[2]:", "Aw (3):" at the beginning of @text; NULL when there is none. */
static const char *
skip_answer_word (const char *text)
{
  const char *colon = text;
  g_autofree char *word = NULL;
  g_autofree char *small = NULL;

  while (*colon != '\0' && *colon != ':' && !g_str_has_prefix (colon, "：") && colon - text <= MAX_WORD_BYTES)
    colon = g_utf8_next_char (colon);
  if (*colon == '\0' || colon - text > MAX_WORD_BYTES)
    return NULL;

  word = g_strndup (text, colon - text);
  word[strcspn (word, "[(")] = '\0';
  small = g_utf8_strdown (g_strstrip (word), -1);

  for (guint i = 0; i < G_N_ELEMENTS (answer_words); i++)
    {
      if (g_str_equal (small, answer_words[i]))
        return g_utf8_next_char (colon);
    }

  return NULL;
}

/* What @subject is about: without answer words and the form of letters. (transfer full), "" when
 * nothing is left */
static char *
dup_base_subject (const char *subject,
                  gboolean   *answers)
{
  g_autofree char *folded = NULL;
  g_autofree char *limited = NULL;
  const char *rest;

  *answers = FALSE;

  while (g_ascii_isspace (*subject))
    subject++;

  while ((rest = skip_answer_word (subject)) != NULL)
    {
      *answers = TRUE;
      subject = rest;
      while (g_ascii_isspace (*subject))
        subject++;
    }

  if (strlen (subject) > MAX_SUBJECT_BYTES)
    subject = limited = g_utf8_make_valid (subject, MAX_SUBJECT_BYTES);
  folded = g_str_is_ascii (subject) ? g_ascii_strdown (subject, -1) : g_utf8_casefold (subject, -1);

  return g_strdup (g_strstrip (folded));
}

/* Never 0. */
static gint64
hash_subject (const char *account,
              const char *base)
{
  return valija_store_link_token (account, base) | 1;
}

/* ---- Looking ---- */

static gboolean
look_up_token (ValijaDatabase  *database,
               gint64           token,
               gint64          *conversation,
               GError         **error)
{
  return valija_database_get_int64 (database, 0, conversation, error,
                                    "SELECT conversation FROM link WHERE token = ?1", "i", token);
}

static gboolean
look_up_message (ValijaDatabase             *database,
                 const ValijaStoreLinkable  *message,
                 const char                 *message_id,
                 gint64                     *conversation,
                 GError                    **error)
{
  return valija_database_get_int64 (database, 0, conversation, error,
                                    "SELECT CASE ifnull (m.conversation, 0) WHEN 0 THEN m.id ELSE m.conversation END"
                                    " FROM message m JOIN folder f ON f.id = m.home"
                                    " WHERE m.id_hash = ?1 AND m.message_id = ?2 AND f.account = ?3 AND m.id <> ?4"
                                    " ORDER BY m.id LIMIT 1",
                                    "issi", (gint64) g_str_hash (message_id), message_id, message->account,
                                    message->id);
}

static void
add_found (GArray *found,
           gint64  conversation)
{
  if (conversation == 0)
    return;

  for (guint i = 0; i < found->len; i++)
    {
      if (g_array_index (found, gint64, i) == conversation)
        return;
    }

  g_array_append_val (found, conversation);
}

static gboolean
add_reference (ValijaDatabase             *database,
               const ValijaStoreLinkable  *message,
               const char                 *reference,
               ValijaStoreLink            *link,
               GArray                     *found,
               GError                    **error)
{
  gint64 token = valija_store_link_token (message->account, reference);
  ValijaStoreToken known;
  gint64 conversation;

  if (reference[0] == '\0' || g_str_equal (reference, message->message_id))
    return TRUE;

  for (guint i = 0; i < link->tokens->len; i++)
    {
      if (g_array_index (link->tokens, ValijaStoreToken, i).token == token)
        return TRUE;
    }

  if (!look_up_token (database, token, &conversation, error))
    return FALSE;
  known = (ValijaStoreToken) { token, conversation };
  g_array_append_val (link->tokens, known);

  if (conversation == 0 && !look_up_message (database, message, reference, &conversation, error))
    return FALSE;
  add_found (found, conversation);

  return TRUE;
}

/* The list may be of any length: from its end no more is read than counts. */
static gboolean
add_references (ValijaDatabase             *database,
                const ValijaStoreLinkable  *message,
                ValijaStoreLink            *link,
                GArray                     *found,
                GError                    **error)
{
  const char *text = message->references;
  const char *end = text + strlen (text);
  g_autofree char *first = g_strndup (text, strcspn (text, " "));

  for (guint n = 0; n < MAX_REFERENCES - 1 && end > text; n++)
    {
      const char *start = end;
      g_autofree char *reference = NULL;

      while (start > text && start[-1] != ' ')
        start--;
      reference = g_strndup (start, end - start);
      if (!add_reference (database, message, reference, link, found, error))
        return FALSE;
      end = start > text ? start - 1 : text;
    }

  return add_reference (database, message, first, link, found, error) &&
         add_reference (database, message, message->in_reply_to, link, found, error);
}

/* ---- Answers that name nothing ---- */

static gboolean
has_person (const char *people,
            const char *address)
{
  gsize length = strlen (address);
  const char *found = people;

  if (length == 0)
    return FALSE;

  /* An address ends its line, behind a blank */
  while ((found = strchr (found, '\n')) != NULL)
    {
      gsize before = found - people;

      if (before >= length && g_ascii_strncasecmp (found - length, address, length) == 0 &&
          (before == length || found[-(gssize) length - 1] == ' ' || found[-(gssize) length - 1] == '\n'))
        return TRUE;
      found++;
    }

  return FALSE;
}

/* Whether the row of @statement (conversation, subject, sender_address, people) and @message are
 * about the same and were written by or to one of each other. */
static gboolean
fits (sqlite3_stmt              *statement,
      const ValijaStoreLinkable *message,
      const char                *base)
{
  const char *sender = (const char *) sqlite3_column_text (statement, 2);
  const char *people = (const char *) sqlite3_column_text (statement, 3);
  g_autofree char *other = NULL;
  gboolean answers;

  if (sender == NULL || people == NULL)
    return FALSE;

  other = dup_base_subject ((const char *) sqlite3_column_text (statement, 1), &answers);

  return g_str_equal (other, base) &&
         (has_person (message->people, sender) || has_person (people, message->sender_address));
}

#define CANDIDATE_COLUMNS \
  "SELECT CASE ifnull (m.conversation, 0) WHEN 0 THEN m.id ELSE m.conversation END," \
  " m.subject, m.sender_address, m.people"

/* The keys of the table of the search begin with the time, so few of its rows are looked at. */
static const char question_sql[] =
  CANDIDATE_COLUMNS " FROM search s JOIN message m ON m.id = (s.rowid & 536870911) JOIN folder f ON f.id = m.home"
  " WHERE search MATCH ?1 AND s.rowid >= (?2 << 29) AND s.rowid < (?3 << 29) AND f.account = ?4 AND m.id <> ?5"
  " ORDER BY s.rowid DESC LIMIT ?6";

static const char answers_sql[] =
  CANDIDATE_COLUMNS " FROM message m WHERE m.answer = ?1 AND m.answer <> 0 AND m.received >= ?2 AND m.received <= ?3"
  " AND m.id <> ?4 LIMIT ?5";

static gboolean
take_candidates (ValijaDatabase             *database,
                 sqlite3_stmt               *statement,
                 const ValijaStoreLinkable  *message,
                 const char                 *base,
                 gboolean                    all,
                 GArray                     *found,
                 GError                    **error)
{
  g_autoptr(GError) local_error = NULL;
  gboolean more = TRUE;

  if (statement == NULL)
    return FALSE;

  while (more && valija_database_step (database, statement, &local_error))
    {
      if (!fits (statement, message, base))
        continue;

      add_found (found, sqlite3_column_int64 (statement, 0));
      more = all;
    }
  sqlite3_reset (statement);

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

/* Words in the manner of FTS5: one phrase, quotation marks doubled. */
static char *
dup_phrase (const char *base)
{
  g_auto(GStrv) parts = g_strsplit (base, "\"", -1);
  g_autofree char *joined = g_strjoinv ("\"\"", parts);

  return g_strdup_printf ("subject : \"%s\"", joined);
}

static gboolean
add_by_subject (ValijaDatabase             *database,
                const ValijaStoreLinkable  *message,
                ValijaStoreLink            *link,
                GArray                     *found,
                GError                    **error)
{
  gboolean answers;
  g_autofree char *base = dup_base_subject (message->subject, &answers);
  g_autofree char *phrase = NULL;
  gint64 hash;

  if (base[0] == '\0')
    return TRUE;

  hash = hash_subject (message->account, base);

  /* Answers that came before what they answer */
  if (!take_candidates (database,
                        valija_database_query (database, error, answers_sql, "iiiii", hash,
                                               answers ? message->received - ANSWER_SECONDS : message->received,
                                               message->received + ANSWER_SECONDS, message->id,
                                               (gint64) MAX_CANDIDATES),
                        message, base, TRUE, found, error))
    return FALSE;

  if (!answers || link->tokens->len > 0)
    return TRUE;

  link->answer = hash;
  phrase = dup_phrase (base);

  if (!valija_store_index_unsearched (database, 0, G_MAXINT64, error))
    return FALSE;

  return take_candidates (database,
                          valija_database_query (database, error, question_sql, "siisii", phrase,
                                                 MAX (0, message->received - ANSWER_SECONDS), message->received + 1,
                                                 message->account, message->id, (gint64) MAX_CANDIDATES),
                          message, base, FALSE, found, error);
}

/* ---- Joining ---- */

static gboolean
count_messages (ValijaDatabase  *database,
                gint64           conversation,
                gint64          *n_messages,
                GError         **error)
{
  return valija_database_get_int64 (database, 0, n_messages, error,
                                    "SELECT 1 + (SELECT count(*) FROM (SELECT 1 FROM message"
                                    " WHERE conversation = ?1 AND conversation > 0 LIMIT ?2))",
                                    "ii", conversation, (gint64) MAX_MESSAGES);
}

/* Lists of other folders may show what is no conversation any more. */
static gboolean
tell_folders (ValijaStoreContext  *context,
              ValijaDatabase      *database,
              gint64               conversation,
              GError             **error)
{
  g_autoptr(GError) local_error = NULL;
  sqlite3_stmt *statement;

  statement = valija_database_query (database, error,
                                     "SELECT DISTINCT folder FROM message"
                                     " WHERE conversation = ?1 AND conversation > 0 AND folder <> 0", "i",
                                     conversation);
  if (statement == NULL)
    return FALSE;

  while (valija_database_step (database, statement, &local_error))
    valija_store_context_tell_folder (context, database, sqlite3_column_int64 (statement, 0));

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

/* The messages of @from, and what leads there, belong to @into from now on. */
static gboolean
join (ValijaStoreContext  *context,
      ValijaDatabase      *database,
      gint64               from,
      gint64               into,
      GError             **error)
{
  return valija_database_run (database, error,
                              "UPDATE message SET conversation = ?2 WHERE conversation = ?1 AND conversation > 0",
                              "ii", from, into) &&
         valija_database_run (database, error,
                              "UPDATE message SET conversation = ?2"
                              " WHERE id = ?1 AND ifnull (conversation, 0) = 0", "ii", from, into) &&
         valija_database_run (database, error, "UPDATE link SET conversation = ?2 WHERE conversation = ?1",
                              "ii", from, into) &&
         tell_folders (context, database, into, error);
}

static int
compare_ids (gconstpointer a,
             gconstpointer b)
{
  return (*(const gint64 *) a > *(const gint64 *) b) - (*(const gint64 *) a < *(const gint64 *) b);
}

/* The largest stays what it is, so that a message changes its conversation at most as often as
 * that one's size doubles. */
static gboolean
choose (ValijaStoreContext  *context,
        ValijaDatabase      *database,
        GArray              *found,
        gint64              *conversation,
        GError             **error)
{
  g_autoptr(GArray) counts = g_array_new (FALSE, TRUE, sizeof (gint64));
  guint largest = G_MAXUINT;
  gint64 total;

  g_array_sort (found, compare_ids);
  g_array_set_size (counts, found->len);

  for (guint i = 0; i < found->len; i++)
    {
      gint64 *count = &g_array_index (counts, gint64, i);

      if (!count_messages (database, g_array_index (found, gint64, i), count, error))
        return FALSE;
      if (*count < MAX_MESSAGES && (largest == G_MAXUINT || *count > g_array_index (counts, gint64, largest)))
        largest = i;
    }

  if (largest == G_MAXUINT)
    return TRUE;

  total = g_array_index (counts, gint64, largest);
  *conversation = g_array_index (found, gint64, largest);
  valija_store_context_tell_message (context, database, *conversation);

  for (guint i = 0; i < found->len; i++)
    {
      gint64 count = g_array_index (counts, gint64, i);

      if (i == largest || total + count >= MAX_MESSAGES)
        continue;
      if (!join (context, database, g_array_index (found, gint64, i), *conversation, error))
        return FALSE;
      total += count;
    }

  return TRUE;
}

gboolean
valija_store_link_begin (ValijaStoreContext         *context,
                         ValijaDatabase             *database,
                         const ValijaStoreLinkable  *message,
                         ValijaStoreLink            *link,
                         GError                    **error)
{
  g_autoptr(GArray) found = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 conversation = 0;

  link->tokens = g_array_new (FALSE, FALSE, sizeof (ValijaStoreToken));
  link->conversation = 0;
  link->answer = 0;

  if (message->id != 0)
    {
      if (!valija_store_link_find (database, message->id, &conversation, error))
        return FALSE;
      add_found (found, conversation);
    }

  if (message->message_id[0] != '\0')
    {
      if (!look_up_token (database, valija_store_link_token (message->account, message->message_id), &conversation,
                          error))
        return FALSE;
      if (conversation == 0 && !look_up_message (database, message, message->message_id, &conversation, error))
        return FALSE;
      add_found (found, conversation);
    }

  if (!add_references (database, message, link, found, error))
    return FALSE;

  /* A message that a broken program answers may itself name what it answers */
  if (!add_by_subject (database, message, link, found, error))
    return FALSE;

  return found->len == 0 || choose (context, database, found, &link->conversation, error);
}

gboolean
valija_store_link_end (ValijaDatabase   *database,
                       ValijaStoreLink  *link,
                       gint64            id,
                       GError          **error)
{
  gint64 conversation = link->conversation != 0 ? link->conversation : id;

  /* What led to a conversation that takes nobody any more leads here now */
  for (guint i = 0; i < link->tokens->len; i++)
    {
      const ValijaStoreToken *known = &g_array_index (link->tokens, ValijaStoreToken, i);

      if (known->conversation != conversation &&
          !valija_database_run (database, error, "INSERT OR REPLACE INTO link (token, conversation) VALUES (?1, ?2)",
                                "ii", known->token, conversation))
        return FALSE;
    }

  return TRUE;
}

gboolean
valija_store_link_row (ValijaStoreContext         *context,
                       ValijaDatabase             *database,
                       const ValijaStoreLinkable  *message,
                       GError                    **error)
{
  g_auto(ValijaStoreLink) link = { NULL };

  if (!valija_store_link_begin (context, database, message, &link, error))
    return FALSE;

  return valija_database_run (database, error,
                              "UPDATE message SET conversation = CASE ?2 WHEN 0 THEN ifnull (conversation, 0)"
                              " WHEN id THEN 0 ELSE ?2 END, answer = nullif (?3, 0) WHERE id = ?1",
                              "iii", message->id, link.conversation, link.answer) &&
         valija_store_link_end (database, &link, message->id, error);
}

gboolean
valija_store_link_find (ValijaDatabase  *database,
                        gint64           id,
                        gint64          *conversation,
                        GError         **error)
{
  return valija_database_get_int64 (database, 0, conversation, error,
                                    "SELECT CASE ifnull (conversation, 0) WHEN 0 THEN id ELSE conversation END"
                                    " FROM message WHERE id = ?1", "i", id);
}
