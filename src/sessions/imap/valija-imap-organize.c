/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-organize.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "base/valija-spool.h"
#include "model/valija-search-term.h"
#include "sessions/imap/valija-imap-batch.h"
#include "sessions/imap/valija-imap-cursor.h"
#include "sessions/imap/valija-imap-label.h"
#include "sessions/valija-mail-organizer.h"
#include "wire/imap/valija-imap-mailbox.h"

/* Lines must not be too long for the server's buffer */
#define MESSAGES_A_COMMAND 500
/* More messages than that nobody looks through */
#define FOUND_LIMIT (1000 * 1000)

/* What a change needs, and what comes of it. Refcounted, for answers come also when nobody waits. */
typedef struct
{
  grefcount ref_count;
  ValijaImapLink *link;
  char *folder;
  char *target;
  char **remote_ids;
  gboolean move;
  ValijaFlags add;
  ValijaFlags remove;
  char **add_labels;        /* nullable, both */
  char **remove_labels;
  GBytes *source;
  GPtrArray *filings;       /* nullable: of ValijaFiling */
  gint64 received;
  guint32 uid_validity;
  guint next;               /* index into remote_ids */
  ValijaImapSet *asked;     /* UIDs of the present command */
  ValijaImapSet *copied;    /* those of them of which COPYUID told */
  GHashTable *new_uids;     /* UID to new UID */
  guint32 new_validity;
  ValijaImapSet *found;
  gboolean limited;         /* the server has as many keywords as it takes */
} Change;

static Change *
change_ref (Change *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

static void
change_unref (gpointer data)
{
  Change *self = data;

  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->link);
  g_free (self->folder);
  g_free (self->target);
  g_strfreev (self->remote_ids);
  g_strfreev (self->add_labels);
  g_strfreev (self->remove_labels);
  g_clear_pointer (&self->source, g_bytes_unref);
  g_clear_pointer (&self->filings, g_ptr_array_unref);
  valija_imap_set_free (self->asked);
  valija_imap_set_free (self->copied);
  valija_imap_set_free (self->found);
  g_hash_table_unref (self->new_uids);
  g_free (self);
}

static Change *
change_new (ValijaImapLink     *link,
            const char         *folder,
            const char * const *remote_ids)
{
  Change *self = g_new0 (Change, 1);

  g_ref_count_init (&self->ref_count);
  self->link = g_object_ref (link);
  self->folder = g_strdup (folder);
  self->remote_ids = g_strdupv ((char **) remote_ids);
  self->asked = valija_imap_set_new ();
  self->copied = valija_imap_set_new ();
  self->found = valija_imap_set_new ();
  self->new_uids = g_hash_table_new (NULL, NULL);

  return self;
}

static DexFuture *
run (Change                *self,
     ValijaImapCommand     *command,
     ValijaImapRunFlags     flags,
     ValijaImapResponseFunc respond)
{
  return valija_imap_connection_run (valija_imap_link_get_connection (self->link), command, flags, respond, NULL,
                                     change_ref (self), change_unref);
}

/* Another UIDVALIDITY than that of the names that we were given (RFC 9051 §2.3.1.1): nobody knows what they are now. */
static gboolean
check_validity (Change  *self,
                GError **error)
{
  for (guint i = 0; self->remote_ids != NULL && self->remote_ids[i] != NULL; i++)
    if (self->remote_ids[i][0] != '\0' && valija_imap_remote_id_parse (self->remote_ids[i], self->uid_validity) == 0)
      {
        valija_error_set (error, VALIJA_ERROR_RENUMBERED,
                          _("The server has numbered the messages of this folder anew, and not all are recognized."));
        return FALSE;
      }

  return TRUE;
}

static gboolean
select_fiber (Change  *self,
              GError **error)
{
  ValijaImapSelected *selected;

  if (!dex_await (valija_imap_link_ensure_selected (self->link, self->folder), error))
    return FALSE;

  selected = valija_imap_link_get_selected (self->link);
  self->uid_validity = selected != NULL ? selected->uid_validity : 0;
  if (selected == NULL || !selected->read_only || self->remote_ids == NULL)
    return check_validity (self, error);

  valija_error_set (error, VALIJA_ERROR_REFUSED, _("The server lets this folder be read only."));
  return FALSE;
}

/* The UIDs of the next messages; empty at the end. */
static ValijaImapSet *
take_uids (Change *self)
{
  ValijaImapSet *uids = valija_imap_set_new ();

  for (guint n = 0; n < MESSAGES_A_COMMAND && self->remote_ids[self->next] != NULL; self->next++)
    {
      guint32 uid = valija_imap_remote_id_parse (self->remote_ids[self->next], self->uid_validity);

      if (uid == 0)
        continue;
      valija_imap_set_add (uids, uid, uid);
      n++;
    }

  return uids;
}

static DexFuture *
store (Change              *self,
       const ValijaImapSet *uids,
       const char          *item,
       ValijaImapFlags      flags)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("UID STORE");

  valija_imap_command_append_set (command, uids);
  valija_imap_command_append_atom (command, item);
  valija_imap_command_append_flags (command, flags);

  return run (self, command, VALIJA_IMAP_RUN_NONE, NULL);
}

static gboolean
labelled_cb (ValijaImapResponse *response,
             gpointer            user_data)
{
  Change *self = user_data;

  self->limited |= valija_imap_response_get_tag (response) != NULL &&
                   valija_imap_response_get_code (response) == VALIJA_IMAP_CODE_LIMIT;

  return FALSE;
}

static DexFuture *
store_labels (Change              *self,
              const ValijaImapSet *uids,
              char               **labels,
              gboolean             add)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("UID STORE");
  GError *error = NULL;

  if (labels[0] == NULL)
    return dex_future_new_true ();

  valija_imap_command_append_set (command, uids);
  if (!valija_imap_label_append (self->link, command, (const char * const *) labels, add, &error))
    return dex_future_new_for_error (error);

  return run (self, command, VALIJA_IMAP_RUN_NONE, labelled_cb);
}

/* Half of the change: what is to be added, or what is to be removed. */
static DexFuture *
store_half (Change              *self,
            const ValijaImapSet *uids,
            gboolean             add)
{
  ValijaImapFlags flags = valija_imap_flags_from_model (add ? self->add : self->remove);

  if (self->add_labels != NULL)
    return store_labels (self, uids, add ? self->add_labels : self->remove_labels, add);

  return flags != 0 ? store (self, uids, add ? "+FLAGS.SILENT" : "-FLAGS.SILENT", flags) : dex_future_new_true ();
}

static DexFuture *
store_fiber (gpointer data)
{
  Change *self = data;
  g_autoptr(GError) error = NULL;

  if (!select_fiber (self, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  for (;;)
    {
      g_autoptr(ValijaImapSet) uids = take_uids (self);
      g_autoptr(DexFuture) added = NULL;
      g_autoptr(DexFuture) removed = NULL;

      if (valija_imap_set_is_empty (uids))
        return dex_future_new_true ();

      added = store_half (self, uids, TRUE);
      removed = store_half (self, uids, FALSE);
      if (!dex_await (g_steal_pointer (&added), &error) || !dex_await (g_steal_pointer (&removed), &error))
        {
          /* Waiting does not make keywords fewer */
          if (self->limited && g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_TRY_LATER))
            error->code = VALIJA_ERROR_REFUSED;
          return dex_future_new_for_error (g_steal_pointer (&error));
        }
    }
}

DexFuture *
valija_imap_organize_set_flags (ValijaImapLink     *link,
                                const char         *folder,
                                const char * const *remote_ids,
                                ValijaFlags         add,
                                ValijaFlags         remove)
{
  Change *self = change_new (link, folder, remote_ids);

  self->add = add;
  self->remove = remove;

  return valija_fiber_spawn (store_fiber, self, change_unref);
}

DexFuture *
valija_imap_organize_set_labels (ValijaImapLink     *link,
                                 const char         *folder,
                                 const char * const *remote_ids,
                                 const char * const *add,
                                 const char * const *remove)
{
  Change *self = change_new (link, folder, remote_ids);

  self->add_labels = g_strdupv ((char **) add);
  self->remove_labels = g_strdupv ((char **) remove);

  return valija_fiber_spawn (store_fiber, self, change_unref);
}

/* COPYUID comes with the tagged OK of COPY, and untagged before that of MOVE (RFC 6851 §4.3). What it says of messages
 * that nobody asked for is not believed: the originals of what it names are deleted. */
static gboolean
copied_cb (ValijaImapResponse *response,
           gpointer            user_data)
{
  Change *self = user_data;
  g_autoptr(GArray) sources = NULL;
  g_autoptr(GArray) targets = NULL;

  if (!valija_imap_copyuid_parse (response, &self->new_validity, &sources, &targets))
    return FALSE;

  for (guint i = 0; i < sources->len; i++)
    {
      guint32 uid = g_array_index (sources, guint32, i);

      if (!valija_imap_set_contains (self->asked, uid))
        continue;
      valija_imap_set_add (self->copied, uid, uid);
      g_hash_table_insert (self->new_uids, GUINT_TO_POINTER (uid),
                           GUINT_TO_POINTER (g_array_index (targets, guint32, i)));
    }

  return TRUE;
}

static gboolean
found_cb (ValijaImapResponse *response,
          gpointer            user_data)
{
  Change *self = user_data;
  g_auto(ValijaImapSearch) search = { NULL };

  if (!valija_imap_search_parse (response, &search))
    return FALSE;
  if (search.found != NULL)
    valija_imap_set_add_set (self->found, search.found);

  return TRUE;
}

/* What others have marked is theirs to delete. */
static DexFuture *
find_other_deleted (Change              *self,
                    const ValijaImapSet *uids)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("UID SEARCH");

  valija_imap_command_append_atom (command, "DELETED NOT UID");
  valija_imap_command_append_set (command, uids);
  valija_imap_set_clip (self->found, 1, 0);

  return run (self, command, VALIJA_IMAP_RUN_NONE, found_cb);
}

/* Without UIDPLUS there is only EXPUNGE, which takes all that is marked: it is said when nothing else is. Otherwise
 * the messages stay marked, and go with the next EXPUNGE of whoever marked the others. */
static gboolean
expunge_all_fiber (Change              *self,
                   const ValijaImapSet *uids,
                   GError             **error)
{
  g_autoptr(DexFuture) searched = find_other_deleted (self, uids);
  g_autoptr(DexFuture) stored = store (self, uids, "+FLAGS.SILENT", VALIJA_IMAP_FLAG_DELETED);
  g_autoptr(ValijaImapCommand) command = NULL;

  if (!dex_await (g_steal_pointer (&searched), error) || !dex_await (g_steal_pointer (&stored), error))
    return FALSE;
  if (!valija_imap_set_is_empty (self->found))
    return TRUE;

  command = valija_imap_command_new ("EXPUNGE");

  return dex_await (run (self, command, VALIJA_IMAP_RUN_NONE, NULL), error);
}

static gboolean
expunge_fiber (Change              *self,
               const ValijaImapSet *uids,
               GError             **error)
{
  g_autoptr(ValijaImapCommand) command = NULL;
  g_autoptr(DexFuture) stored = NULL;
  g_autoptr(DexFuture) expunged = NULL;

  if (valija_imap_set_is_empty (uids))
    return TRUE;
  if (!valija_imap_link_has (self->link, VALIJA_IMAP_CAPABILITY_UIDPLUS))
    return expunge_all_fiber (self, uids, error);

  stored = store (self, uids, "+FLAGS.SILENT", VALIJA_IMAP_FLAG_DELETED);
  command = valija_imap_command_new ("UID EXPUNGE");
  valija_imap_command_append_set (command, uids);
  expunged = run (self, command, VALIJA_IMAP_RUN_NONE, NULL);

  return dex_await (g_steal_pointer (&stored), error) && dex_await (g_steal_pointer (&expunged), error);
}

static gboolean
copy_some_fiber (Change              *self,
                 const ValijaImapSet *uids,
                 GError             **error)
{
  gboolean has_move = self->move && valija_imap_link_has (self->link, VALIJA_IMAP_CAPABILITY_MOVE);
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new (has_move ? "UID MOVE" : "UID COPY");

  valija_imap_command_append_set (command, uids);
  valija_imap_command_append_mailbox (command, self->target);
  valija_imap_set_clip (self->copied, 1, 0);
  valija_imap_set_clip (self->asked, 1, 0);
  valija_imap_set_add_set (self->asked, uids);
  if (!dex_await (run (self, command, VALIJA_IMAP_RUN_NONE, copied_cb), error))
    return FALSE;

  if (!self->move || has_move)
    return TRUE;

  /* A COPY that is not done whole is not done at all (RFC 9051 §6.4.7): OK speaks for all that are there, also where
   * the server does not tell their new UIDs */
  return expunge_fiber (self, valija_imap_set_is_empty (self->copied) ? uids : self->copied, error);
}

static GPtrArray *
list_new_ids (Change *self)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; self->remote_ids[i] != NULL; i++)
    {
      guint32 uid = valija_imap_remote_id_parse (self->remote_ids[i], self->uid_validity);
      guint32 new_uid = GPOINTER_TO_UINT (g_hash_table_lookup (self->new_uids, GUINT_TO_POINTER (uid)));

      g_ptr_array_add (ids, new_uid != 0 ? valija_imap_remote_id_format (self->new_validity, new_uid) : g_strdup (""));
    }

  return ids;
}

static DexFuture *
copy_fiber (gpointer data)
{
  Change *self = data;
  g_autoptr(GError) error = NULL;

  if (!select_fiber (self, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  for (;;)
    {
      g_autoptr(ValijaImapSet) uids = take_uids (self);

      if (valija_imap_set_is_empty (uids))
        return valija_future_new_take_ptr_array (list_new_ids (self));
      if (!copy_some_fiber (self, uids, &error))
        return dex_future_new_for_error (g_steal_pointer (&error));
    }
}

DexFuture *
valija_imap_organize_copy (ValijaImapLink     *link,
                           const char         *folder,
                           const char * const *remote_ids,
                           const char         *target,
                           gboolean            move)
{
  Change *self = change_new (link, folder, remote_ids);

  self->target = g_strdup (target);
  self->move = move;

  return valija_fiber_spawn (copy_fiber, self, change_unref);
}

static DexFuture *
delete_fiber (gpointer data)
{
  Change *self = data;
  g_autoptr(GError) error = NULL;

  if (!select_fiber (self, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  for (;;)
    {
      g_autoptr(ValijaImapSet) uids = take_uids (self);

      if (valija_imap_set_is_empty (uids))
        return dex_future_new_true ();
      if (!expunge_fiber (self, uids, &error))
        return dex_future_new_for_error (g_steal_pointer (&error));
    }
}

DexFuture *
valija_imap_organize_delete (ValijaImapLink     *link,
                             const char         *folder,
                             const char * const *remote_ids)
{
  return valija_fiber_spawn (delete_fiber, change_new (link, folder, remote_ids), change_unref);
}

static gboolean
appended_cb (ValijaImapResponse *response,
             gpointer            user_data)
{
  Change *self = user_data;
  guint32 uid;

  if (valija_imap_appenduid_parse (response, &self->new_validity, &uid))
    valija_imap_set_add (self->found, uid, uid);

  return FALSE;
}

/* What is to be filed, as a thread looks at it. */
typedef struct
{
  GBytes *source;
  gboolean has_nul;
} Canonical;

static void
canonical_clear (gpointer data)
{
  g_bytes_unref (((Canonical *) data)->source);
}

static void
canonical_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, canonical_clear);
}

/* With CRLF at the end of each line, as a message of IMAP must have it. */
static gpointer
canonical_in_thread (gpointer   user_data,
                     GError   **error)
{
  Canonical *self = user_data;
  GBytes *source = self->source;
  gsize length;
  const char *octets = g_bytes_get_data (source, &length);
  const char *end = octets + length;
  g_autoptr(ValijaSpool) canonical = NULL;
  const char *start = octets;

  self->has_nul = memchr (octets, '\0', length) != NULL;
  for (const char *p = octets; p < end && (p = memchr (p, '\n', end - p)) != NULL; p++)
    {
      if (p > octets && p[-1] == '\r')
        continue;
      if (canonical == NULL)
        canonical = valija_spool_new (G_MAXUINT64);
      if (!valija_spool_append (canonical, start, p - start, error) ||
          !valija_spool_append (canonical, "\r\n", 2, error))
        return NULL;
      start = p + 1;
    }

  if (canonical == NULL)
    return g_bytes_ref (source);

  return valija_spool_append (canonical, start, end - start, error) ? valija_spool_finish (canonical, error) : NULL;
}

/* Flags, time and octets of one message, or FALSE where the server does not take it. */
static gboolean
append_filing_fiber (Change             *self,
                     ValijaImapCommand  *command,
                     GBytes             *source,
                     ValijaFlags         flags,
                     gint64              received,
                     GError            **error)
{
  Canonical *work = g_atomic_rc_box_new0 (Canonical);
  g_autoptr(GBytes) canonical = NULL;
  gboolean binary;
  gsize length;

  work->source = g_bytes_ref (source);
  canonical = dex_await_boxed (valija_future_run_in_thread (G_TYPE_BYTES, canonical_in_thread,
                                                            g_atomic_rc_box_acquire (work), canonical_unref), error);
  binary = work->has_nul;
  canonical_unref (work);
  if (canonical == NULL)
    return FALSE;

  length = g_bytes_get_size (canonical);
  if (binary && !valija_imap_link_has (self->link, VALIJA_IMAP_CAPABILITY_BINARY))
    {
      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED,
                        _("The message holds zero octets, which this server cannot file."));
      return FALSE;
    }

  if (valija_imap_link_get_append_limit (self->link) > 0 && length > valija_imap_link_get_append_limit (self->link))
    {
      g_autofree char *limit = g_format_size (valija_imap_link_get_append_limit (self->link));

      valija_error_set (error, VALIJA_ERROR_TOO_LARGE,
                        _("The message is larger than the server takes: it files messages of up to %s."), limit);
      return FALSE;
    }

  valija_imap_command_append_flags (command, valija_imap_flags_from_model (flags));
  if (received != 0)
    valija_imap_command_append_time (command, received);
  valija_imap_command_append_literal (command, canonical, binary);

  return TRUE;
}

static DexFuture *
append_many_fiber (gpointer data)
{
  Change *self = data;
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("APPEND");
  g_autoptr(GError) error = NULL;

  if (!valija_imap_link_has (self->link, VALIJA_IMAP_CAPABILITY_MULTIAPPEND))
    {
      valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, _("The server files one message at a time."));
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  valija_imap_command_append_mailbox (command, self->folder);
  for (guint i = 0; i < self->filings->len; i++)
    {
      const ValijaFiling *filing = g_ptr_array_index (self->filings, i);

      if (!append_filing_fiber (self, command, filing->source, filing->flags, filing->received, &error))
        return dex_future_new_for_error (g_steal_pointer (&error));
    }

  if (!dex_await (run (self, command, VALIJA_IMAP_RUN_FOLDER, NULL), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

DexFuture *
valija_imap_organize_append_many (ValijaImapLink *link,
                                  const char     *folder,
                                  GPtrArray      *filings)
{
  Change *self = change_new (link, folder, NULL);

  self->filings = g_ptr_array_ref (filings);

  return valija_fiber_spawn (append_many_fiber, self, change_unref);
}

static DexFuture *
append_fiber (gpointer data)
{
  Change *self = data;
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("APPEND");
  g_autofree char *new_uid = NULL;
  g_autoptr(GError) error = NULL;

  valija_imap_command_append_mailbox (command, self->folder);
  if (!append_filing_fiber (self, command, self->source, self->add, self->received, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (!dex_await (run (self, command, VALIJA_IMAP_RUN_FOLDER, appended_cb), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  new_uid = valija_imap_set_to_string (self->found);

  return dex_future_new_take_string (new_uid[0] != '\0' ? g_strdup_printf ("%u.%s", self->new_validity, new_uid)
                                                        : g_strdup (""));
}

DexFuture *
valija_imap_organize_append (ValijaImapLink *link,
                             const char     *folder,
                             GBytes         *source,
                             ValijaFlags     flags,
                             gint64          received)
{
  Change *self = change_new (link, folder, NULL);

  self->source = g_bytes_ref (source);
  self->add = flags;
  self->received = received;

  return valija_fiber_spawn (append_fiber, self, change_unref);
}

/* A server that says "1:4294967295" has found no such many; how many there are is what it says too. */
static GPtrArray *
list_found (Change  *self,
            GError **error)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  ValijaImapSelected *selected = valija_imap_link_get_selected (self->link);
  const ValijaImapRange *ranges;
  guint n_ranges;

  if (selected == NULL || valija_imap_set_count (self->found) > selected->exists)
    return g_steal_pointer (&ids);

  if (valija_imap_set_count (self->found) > FOUND_LIMIT)
    {
      valija_error_set (error, VALIJA_ERROR_LIMIT, _("The server found more messages than can be listed."));
      return NULL;
    }

  ranges = valija_imap_set_get_ranges (self->found, &n_ranges);
  for (guint i = 0; i < n_ranges; i++)
    for (guint64 uid = ranges[i].first; uid <= ranges[i].last; uid++)
      g_ptr_array_add (ids, valija_imap_remote_id_format (self->uid_validity, uid));

  return g_steal_pointer (&ids);
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

/* No key tells of attachments, and the folder is chosen already. */
static gboolean
has_key (const ValijaSearchTerm *term)
{
  return term->key != VALIJA_SEARCH_KEY_HAS && term->key != VALIJA_SEARCH_KEY_IN;
}

static void
append_term (ValijaImapLink         *link,
             ValijaImapCommand      *command,
             const ValijaSearchTerm *term)
{
  if (term->negated)
    valija_imap_command_append_atom (command, "NOT");

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
    if (!has_key (g_ptr_array_index (group, i)))
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
  Change *self = data;
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("UID SEARCH");
  g_autoptr(GPtrArray) terms = valija_search_terms_parse (self->target);
  g_autoptr(GPtrArray) ids = NULL;
  g_autoptr(GError) error = NULL;

  if (!select_fiber (self, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (valija_imap_link_has (self->link, VALIJA_IMAP_CAPABILITY_ESEARCH))
    valija_imap_command_append_atom (command, "RETURN (ALL)");
  if (valija_imap_link_names_charset (self->link) && !g_str_is_ascii (self->target))
    valija_imap_command_append_atom (command, "CHARSET UTF-8");
  append_keys (self->link, command, terms);
  if (!dex_await (run (self, command, VALIJA_IMAP_RUN_NONE, found_cb), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (!(ids = list_found (self, &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return valija_future_new_take_ptr_array (g_steal_pointer (&ids));
}

DexFuture *
valija_imap_organize_search (ValijaImapLink *link,
                             const char     *folder,
                             const char     *text)
{
  Change *self = change_new (link, folder, NULL);

  self->target = g_strdup (text);

  return valija_fiber_spawn (search_fiber, self, change_unref);
}
