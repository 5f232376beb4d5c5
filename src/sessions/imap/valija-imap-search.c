/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-search.h"

#include "base/valija-future.h"
#include "model/valija-changes.h"
#include "model/valija-search-term.h"
#include "sessions/imap/valija-imap-cursor.h"
#include "sessions/imap/valija-imap-label.h"
#include "wire/imap/valija-imap-mailbox.h"

/* Refcounted, for answers come also when nobody waits. */
typedef struct
{
  grefcount ref_count;
  ValijaImapLink *link;
  char *folder;
  char *text;
  guint limit;
  guint32 uid_validity;
  ValijaImapSet *found;
} Search;

static Search *
search_ref (Search *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

static void
search_unref (gpointer data)
{
  Search *self = data;

  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->link);
  g_free (self->folder);
  g_free (self->text);
  valija_imap_set_free (self->found);
  g_free (self);
}

static gboolean
found_cb (ValijaImapResponse *response,
          gpointer            user_data)
{
  Search *self = user_data;

  return valija_imap_search_collect (response, self->found);
}

/* The newest have the highest numbers. A server that says "1:4294967295" has found no such many; how many there are is
 * what it says too. */
static ValijaSearchHits *
list_found (Search *self)
{
  ValijaSearchHits *hits = valija_search_hits_new ();
  ValijaImapSelected *selected = valija_imap_link_get_selected (self->link);
  guint64 total = valija_imap_set_count (self->found);
  const ValijaImapRange *ranges;
  guint n_ranges;

  if (selected == NULL || total > selected->exists)
    return hits;

  hits->total = total;
  ranges = valija_imap_set_get_ranges (self->found, &n_ranges);
  for (guint i = n_ranges; i > 0; i--)
    for (guint64 uid = ranges[i - 1].last; uid >= ranges[i - 1].first && hits->remote_ids->len < self->limit; uid--)
      g_ptr_array_add (hits->remote_ids, valija_imap_remote_id_format (self->uid_validity, uid));

  return hits;
}

/* Servers look at the day alone, as it was where the message was received; the user's is the best guess of that. */
static void
append_day (ValijaImapCommand *command,
            const char        *key,
            gint64             day)
{
  g_autoptr(GDateTime) local = g_date_time_new_from_unix_local (day);
  gint64 offset = local != NULL ? g_date_time_get_utc_offset (local) / G_TIME_SPAN_SECOND : 0;

  valija_imap_command_append_atom (command, key);
  valija_imap_command_append_date (command, day + offset);
}

static void
append_size (ValijaImapCommand *command,
             const char        *key,
             guint64            size)
{
  valija_imap_command_append_atom (command, key);
  valija_imap_command_append_number (command, MIN (size, G_MAXUINT32));
}

static const char *
find_state_key (const ValijaSearchTerm *term)
{
  if (term->mask == VALIJA_FLAG_SEEN)
    return term->flags != 0 ? "SEEN" : "UNSEEN";

  return term->mask == VALIJA_FLAG_FLAGGED ? "FLAGGED" : "ANSWERED";
}

static const char *
find_text_key (const ValijaSearchTerm *term)
{
  static const struct { ValijaSearchKey key; const char *name; } keys[] = {
    { VALIJA_SEARCH_KEY_FROM, "FROM" }, { VALIJA_SEARCH_KEY_CC, "CC" }, { VALIJA_SEARCH_KEY_SUBJECT, "SUBJECT" },
    { VALIJA_SEARCH_KEY_BODY, "BODY" }, { VALIJA_SEARCH_KEY_ID, "HEADER Message-ID" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].key == term->key)
      return keys[i].name;

  return "TEXT";
}

/* What Gmail finds by its own index, as on its pages, and IMAP has no word for; NULL for the rest. */
static char *
dup_gmail_query (ValijaImapLink         *link,
                 const ValijaSearchTerm *term)
{
  g_autofree char *text = NULL;

  if (!valija_imap_link_has (link, VALIJA_IMAP_CAPABILITY_GMAIL))
    return NULL;
  if (term->key == VALIJA_SEARCH_KEY_HAS)
    return g_strdup ("has:attachment");
  if (term->key != VALIJA_SEARCH_KEY_WORD && term->key != VALIJA_SEARCH_KEY_FILENAME)
    return NULL;

  text = g_strdelimit (g_strdup (term->text), "\"\\", ' ');

  return g_strdup_printf ("%s\"%s\"", term->key == VALIJA_SEARCH_KEY_FILENAME ? "filename:" : "", text);
}

/* No key of IMAP tells of attachments, and the folder is chosen already. */
static gboolean
has_key (ValijaImapLink         *link,
         const ValijaSearchTerm *term)
{
  g_autofree char *query = dup_gmail_query (link, term);

  return query != NULL || (term->key != VALIJA_SEARCH_KEY_HAS && term->key != VALIJA_SEARCH_KEY_IN);
}

static void
append_term (ValijaImapLink         *link,
             ValijaImapCommand      *command,
             const ValijaSearchTerm *term)
{
  g_autofree char *query = dup_gmail_query (link, term);

  if (term->negated)
    valija_imap_command_append_atom (command, "NOT");

  if (query != NULL)
    {
      valija_imap_command_append_atom (command, "X-GM-RAW");
      valija_imap_command_append_string (command, query);
      return;
    }

  switch (term->key)
    {
    case VALIJA_SEARCH_KEY_TO:
      valija_imap_command_append_atom (command, "OR TO");
      valija_imap_command_append_string (command, term->text);
      valija_imap_command_append_atom (command, "CC");
      valija_imap_command_append_string (command, term->text);
      break;
    case VALIJA_SEARCH_KEY_LABEL:
      valija_imap_label_append_key (link, command, term->text);
      break;
    case VALIJA_SEARCH_KEY_IS:
      valija_imap_command_append_atom (command, find_state_key (term));
      break;
    case VALIJA_SEARCH_KEY_BEFORE:
      append_day (command, "BEFORE", term->from);
      break;
    case VALIJA_SEARCH_KEY_AFTER:
      append_day (command, "SINCE", term->from);
      break;
    case VALIJA_SEARCH_KEY_ON:
      valija_imap_command_open_list (command);
      append_day (command, "SINCE", term->from);
      append_day (command, "BEFORE", term->to);
      valija_imap_command_close_list (command);
      break;
    case VALIJA_SEARCH_KEY_LARGER:
      append_size (command, "LARGER", term->size);
      break;
    case VALIJA_SEARCH_KEY_SMALLER:
      append_size (command, "SMALLER", term->size);
      break;
    case VALIJA_SEARCH_KEY_WORD:
    case VALIJA_SEARCH_KEY_FROM:
    case VALIJA_SEARCH_KEY_CC:
    case VALIJA_SEARCH_KEY_SUBJECT:
    case VALIJA_SEARCH_KEY_BODY:
    case VALIJA_SEARCH_KEY_FILENAME:
    case VALIJA_SEARCH_KEY_ID:
    case VALIJA_SEARCH_KEY_IN:
    case VALIJA_SEARCH_KEY_HAS:
    case VALIJA_SEARCH_N_KEYS:
    default:
      valija_imap_command_append_atom (command, find_text_key (term));
      valija_imap_command_append_string (command, term->text);
      break;
    }
}

/* Terms of which one is to hold; where one of them has no key any message may be meant. Whether anything was said. */
static gboolean
append_group (ValijaImapLink    *link,
              ValijaImapCommand *command,
              GPtrArray         *group)
{
  for (guint i = 0; i < group->len; i++)
    if (!has_key (link, g_ptr_array_index (group, i)))
      return FALSE;

  for (guint i = 0; i < group->len; i++)
    {
      if (i + 1 < group->len)
        valija_imap_command_append_atom (command, "OR");
      append_term (link, command, g_ptr_array_index (group, i));
    }

  return group->len > 0;
}

/* The keys of SEARCH (RFC 9051 §6.4.4). */
static void
append_keys (ValijaImapLink    *link,
             ValijaImapCommand *command,
             GPtrArray         *terms)
{
  g_autoptr(GPtrArray) group = g_ptr_array_new ();
  gboolean any = FALSE;

  for (guint i = 0; i < terms->len; i++)
    {
      ValijaSearchTerm *term = g_ptr_array_index (terms, i);

      if (!term->alternative)
        {
          any |= append_group (link, command, group);
          g_ptr_array_set_size (group, 0);
        }
      if (valija_search_term_counts (term))
        g_ptr_array_add (group, term);
    }

  any |= append_group (link, command, group);
  if (!any)
    valija_imap_command_append_atom (command, "ALL");
}

static DexFuture *
search_fiber (gpointer data)
{
  Search *self = data;
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("UID SEARCH");
  g_autoptr(GPtrArray) terms = valija_search_terms_parse (self->text);
  g_autoptr(DexFuture) selecting = valija_imap_link_ensure_selected (self->link, self->folder);
  g_autoptr(DexFuture) searching = NULL;
  g_autoptr(GError) error = NULL;
  ValijaImapSelected *selected;

  /* Both in one turn; but how what is not ASCII is said may be settled by what is under way */
  if (!g_str_is_ascii (self->text) && !dex_await (dex_ref (selecting), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (valija_imap_link_has (self->link, VALIJA_IMAP_CAPABILITY_ESEARCH))
    valija_imap_command_append_atom (command, "RETURN (ALL)");
  if (valija_imap_link_names_charset (self->link) && !g_str_is_ascii (self->text))
    valija_imap_command_append_atom (command, "CHARSET UTF-8");
  append_keys (self->link, command, terms);
  searching = valija_imap_connection_run (valija_imap_link_get_connection (self->link), command,
                                          VALIJA_IMAP_RUN_NONE, found_cb, NULL, search_ref (self), search_unref);
  if (!dex_await (g_steal_pointer (&selecting), &error) || !dex_await (g_steal_pointer (&searching), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  selected = valija_imap_link_get_selected (self->link);
  self->uid_validity = selected != NULL ? selected->uid_validity : 0;

  return dex_future_new_take_boxed (VALIJA_TYPE_SEARCH_HITS, list_found (self));
}

DexFuture *
valija_imap_search_run (ValijaImapLink *link,
                        const char     *folder,
                        const char     *text,
                        guint           limit)
{
  Search *self = g_new0 (Search, 1);

  g_ref_count_init (&self->ref_count);
  self->link = g_object_ref (link);
  self->folder = g_strdup (folder);
  self->text = g_strdup (text);
  self->limit = limit;
  self->found = valija_imap_set_new ();

  return valija_fiber_spawn (search_fiber, self, search_unref);
}
