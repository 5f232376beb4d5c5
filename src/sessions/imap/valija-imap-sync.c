/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-sync.h"

#include <glib/gi18n-lib.h>

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "model/valija-changes.h"
#include "sessions/imap/valija-imap-batch.h"
#include "sessions/imap/valija-imap-cursor.h"
#include "sessions/imap/valija-imap-news.h"

/* What is shown first: one screen. Then batches, so many asked for ahead that the server never waits for us;
 * asking again only when few are left costs few turns, and a gate keeps what has come and is not used up yet
 * small. On a slow line it is no more than comes in some seconds: what is asked for comes, even when somebody else
 * wants to use the line before. */
#define FIRST_BATCH   50
#define BATCH         500
#define WINDOW_MIN    4
#define WINDOW_MAX    60
#define WINDOW_REFILL 8
#define AHEAD_SECONDS 3
#define GATE_MARK     6
/* Commands must not be too long for the server's line buffer, however full of holes the set is */
#define RANGES_LIMIT  400
/* Flags and losses in one batch of changes */
#define NEWS_BATCH    5000

/* How the server tells what became of messages that are known. */
typedef enum
{
  NEWS_BY_RESYNC,    /* SELECT told it all (QRESYNC) */
  /* flags by CHANGEDSINCE (CONDSTORE), losses by a search where the number of messages is not what it should be */
  NEWS_BY_MOD_SEQ,
  NEWS_BY_FLAGS,     /* the flags of all are fetched and compared by digests; who has none is gone */
} NewsBy;

typedef struct
{
  ValijaImapLink *link;
  char *folder;
  DexChannel *channel;
  ValijaImapCursor *cursor;
  ValijaImapNews *news;
  ValijaImapGate *gate;
  ValijaImapBatch *top;      /* the newest, asked for while their UIDs are not known */
  gboolean guessed;          /* even while nobody has told how many there are */
  gboolean began;            /* and told before all else */
  ValijaImapSet *uids;       /* what is still to be asked for */
  GQueue batches;            /* of ValijaImapBatch, asked for */
  guint window;              /* so many at most */
  guint n_come;              /* of them, since batches were asked for, */
  gint64 asked;              /* which was then; monotonic */
  ValijaImapSelected *selected;
  guint32 exists;            /* when it was selected */
  gboolean restart;          /* to be told with the first changes */
  gboolean closed;           /* nobody receives any more */
  gboolean searched_all;     /* the search is not of the todo alone */
  NewsBy news_by;
  guint64 done;
  guint64 total;
} Sync;

static void
sync_free (gpointer data)
{
  Sync *self = data;

  if (self->gate != NULL)
    valija_imap_gate_abandon (self->gate);
  g_clear_pointer (&self->gate, valija_imap_gate_unref);
  g_clear_pointer (&self->top, valija_imap_batch_unref);
  g_queue_clear_full (&self->batches, (GDestroyNotify) valija_imap_batch_unref);
  g_clear_pointer (&self->uids, valija_imap_set_free);
  g_clear_pointer (&self->cursor, valija_imap_cursor_free);
  g_clear_pointer (&self->news, valija_imap_news_unref);
  g_clear_pointer (&self->selected, valija_imap_selected_unref);
  dex_clear (&self->channel);
  g_object_unref (self->link);
  g_free (self->folder);
  g_free (self);
}

static ValijaChanges *
changes_new (Sync *self)
{
  ValijaChanges *changes = valija_changes_new ();

  changes->restart = self->restart;
  changes->done = self->done;
  changes->total = self->total;
  self->restart = FALSE;

  return changes;
}

/* Sends @changes (transfer full), waiting while the channel is full. FALSE with self->closed when nobody wants it. */
static gboolean
send_fiber (Sync          *self,
            ValijaChanges *changes,
            GError       **error)
{
  g_autoptr(GError) failure = NULL;

  if (!dex_channel_can_send (self->channel))
    {
      valija_changes_unref (changes);
      self->closed = TRUE;
      return FALSE;
    }

  if (dex_await (dex_channel_send (self->channel, dex_future_new_take_boxed (VALIJA_TYPE_CHANGES, changes)), &failure))
    return TRUE;

  if (valija_error_is_cancelled (failure))
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    self->closed = TRUE;

  return FALSE;
}

static guint32
get_first (const ValijaImapSet *set)
{
  guint n_ranges;
  const ValijaImapRange *ranges = valija_imap_set_get_ranges (set, &n_ranges);

  return n_ranges > 0 ? ranges[0].first : 0;
}

static guint32
get_last (const ValijaImapSet *set)
{
  guint n_ranges;
  const ValijaImapRange *ranges = valija_imap_set_get_ranges (set, &n_ranges);

  return n_ranges > 0 ? ranges[n_ranges - 1].last : 0;
}

/* The newest of a folder that was never seen are asked for together with SELECT: how many there are the list of
 * folders has told. Where that is not so any more there come some more or less, but the newest; where there come
 * none, they come with the others. */
static void
guess_top (Sync *self)
{
  guint expected = self->cursor == NULL ? valija_imap_link_get_count (self->link, self->folder) : 0;

  if (expected <= BATCH)
    return;

  self->guessed = TRUE;
  self->top = valija_imap_batch_start (self->link, self->gate, NULL, expected - FIRST_BATCH + 1);
}

static gboolean
select_fiber (Sync    *self,
              GError **error)
{
  g_autoptr(DexFuture) answer = NULL;
  ValijaImapResync resync = { 0 };
  ValijaImapSelected *selected;
  gboolean can_resync =
      self->cursor != NULL && self->cursor->mod_seq > 0 && !valija_imap_set_is_empty (self->cursor->known);

  if (can_resync)
    {
      resync.uid_validity = self->cursor->uid_validity;
      resync.mod_seq = self->cursor->mod_seq;
      resync.first_uid = get_first (self->cursor->known);
      resync.last_uid = get_last (self->cursor->known);
    }

  answer = valija_imap_link_select (self->link, self->folder, can_resync ? &resync : NULL, valija_imap_news_respond,
                                    valija_imap_news_ref (self->news), (GDestroyNotify) valija_imap_news_unref);
  guess_top (self);
  if (!dex_await (g_steal_pointer (&answer), error))
    return FALSE;

  selected = valija_imap_link_get_selected (self->link);
  if (selected == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_PROTOCOL, _("The server left the folder while it was read."));
      return FALSE;
    }

  self->selected = valija_imap_selected_ref (selected);
  self->exists = selected->exists;
  if (can_resync && valija_imap_link_is_qresync (self->link) && selected->mod_seq > 0)
    self->news_by = NEWS_BY_RESYNC;
  else if (can_resync && selected->mod_seq > 0)
    self->news_by = NEWS_BY_MOD_SEQ;
  else
    self->news_by = NEWS_BY_FLAGS;

  return TRUE;
}

/* Without a cursor of this UIDVALIDITY everything begins anew; what is new since then is to be listed. */
static void
adopt_cursor (Sync *self)
{
  guint32 next = self->selected->uid_next;

  if (self->cursor == NULL || self->cursor->uid_validity != self->selected->uid_validity ||
      (next != 0 && next < self->cursor->uid_next))
    {
      g_clear_pointer (&self->cursor, valija_imap_cursor_free);
      self->cursor = valija_imap_cursor_new (self->selected->uid_validity);
      self->cursor->known = valija_imap_set_new ();
      self->restart = TRUE;
      self->news_by = NEWS_BY_FLAGS;
    }

  if (next == 0)
    valija_imap_set_add (self->cursor->todo, self->cursor->uid_next, G_MAXUINT32);
  else if (next > self->cursor->uid_next)
    {
      valija_imap_set_add (self->cursor->todo, self->cursor->uid_next, next - 1);
      self->cursor->uid_next = next;
    }
}

static DexFuture *
ask_flags (Sync *self)
{
  guint32 first = get_first (self->cursor->known);
  guint32 last = get_last (self->cursor->known);

  if (self->news_by == NEWS_BY_RESYNC || first == 0 ||
      (self->news_by == NEWS_BY_MOD_SEQ && self->cursor->mod_seq == self->selected->mod_seq))
    return dex_future_new_true ();

  return valija_imap_news_fetch_flags (self->news, self->link, first, last,
                                       self->news_by == NEWS_BY_MOD_SEQ ? self->cursor->mod_seq : 0);
}

/* Whether the messages that are known are not those that are there: by their number, which costs nothing. */
static gboolean
is_miscounted (Sync *self)
{
  g_autoptr(ValijaImapSet) rest = valija_imap_set_copy (self->cursor->known);

  valija_imap_set_remove_set (rest, valija_imap_news_get_vanished (self->news));

  if (self->news_by == NEWS_BY_FLAGS || valija_imap_set_is_empty (self->cursor->known))
    return FALSE;
  if (valija_imap_set_is_empty (self->cursor->todo))
    return valija_imap_set_count (rest) != self->exists;

  /* How many of the todo there are is not known: QRESYNC is trusted, CONDSTORE has not told */
  return self->news_by == NEWS_BY_MOD_SEQ;
}

/* Which messages there are, where that cannot be told without: a wide range that may hold few, or known ones
 * that may be gone. The newest are asked for at the same time, for they are what is shown first. */
static DexFuture *
ask_messages (Sync *self)
{
  ValijaImapSet *todo = self->cursor->todo;
  guint64 span = valija_imap_set_count (todo);
  guint n_ranges;

  valija_imap_set_get_ranges (todo, &n_ranges);
  self->searched_all = is_miscounted (self) || n_ranges > RANGES_LIMIT;
  if (!self->searched_all && span <= BATCH)
    {
      self->uids = valija_imap_set_copy (todo);
      return dex_future_new_true ();
    }

  if (self->top == NULL && span > BATCH && self->exists > 0 && get_last (todo) >= self->cursor->uid_next - 1)
    self->top = valija_imap_batch_start (self->link, self->gate, NULL,
                                         self->exists > FIRST_BATCH ? self->exists - FIRST_BATCH + 1 : 1);

  return valija_imap_news_search (self->news, self->link, self->searched_all ? NULL : todo);
}

/* What was found tells what is to be listed. */
static void
use_found (Sync *self)
{
  const ValijaImapSet *found = valija_imap_news_get_found (self->news);
  ValijaImapSet *todo = self->cursor->todo;
  g_autoptr(ValijaImapSet) others = NULL;

  if (found == NULL)
    return;

  if (self->selected->uid_next == 0)
    {
      self->cursor->uid_next = MAX (self->cursor->uid_next, get_last (found) + 1);
      valija_imap_set_clip (todo, 1, self->cursor->uid_next - 1);
    }

  if (self->searched_all)
    {
      g_autoptr(ValijaImapSet) missed = valija_imap_set_copy (found);

      valija_imap_set_remove_set (missed, self->cursor->known);
      valija_imap_set_clip (missed, 1, self->cursor->uid_next - 1);
      valija_imap_set_add_set (todo, missed);
    }

  others = valija_imap_set_copy (found);
  valija_imap_set_remove_set (others, todo);
  g_clear_pointer (&self->uids, valija_imap_set_free);
  self->uids = valija_imap_set_copy (found);
  valija_imap_set_remove_set (self->uids, others);
}

/* Known messages that are no more. */
static ValijaImapSet *
find_gone (Sync *self)
{
  const ValijaImapSet *found = valija_imap_news_get_found (self->news);
  g_autoptr(ValijaImapSet) rest = valija_imap_set_copy (self->cursor->known);
  g_autoptr(ValijaImapSet) flagged = valija_imap_news_dup_flagged (self->news);
  const ValijaImapSet *seen = NULL;
  ValijaImapSet *gone = valija_imap_set_copy (self->cursor->known);

  valija_imap_set_remove_set (rest, valija_imap_news_get_vanished (self->news));
  if (self->searched_all)
    seen = found;
  else if (self->news_by == NEWS_BY_FLAGS)
    seen = flagged;

  if (seen != NULL)
    {
      g_autoptr(ValijaImapSet) unseen = valija_imap_set_copy (rest);

      valija_imap_set_remove_set (unseen, seen);
      valija_imap_set_remove_set (rest, unseen);
    }
  valija_imap_set_remove_set (gone, rest);

  return gone;
}

static gboolean
tell_gone_fiber (Sync                *self,
                 const ValijaImapSet *gone,
                 ValijaChanges      **changes,
                 GError             **error)
{
  guint n_ranges;
  const ValijaImapRange *ranges = valija_imap_set_get_ranges (gone, &n_ranges);

  for (guint i = 0; i < n_ranges; i++)
    for (guint64 uid = ranges[i].first; uid <= ranges[i].last; uid++)
      {
        g_ptr_array_add ((*changes)->gone, valija_imap_remote_id_format (self->cursor->uid_validity, uid));
        if ((*changes)->gone->len < NEWS_BATCH)
          continue;
        if (!send_fiber (self, g_steal_pointer (changes), error))
          return FALSE;
        *changes = changes_new (self);
      }

  return TRUE;
}

static gboolean
tell_flags_fiber (Sync           *self,
                  GPtrArray      *flags,
                  ValijaChanges **changes,
                  GError        **error)
{
  while (flags->len > 0)
    {
      g_ptr_array_add ((*changes)->flags, g_ptr_array_steal_index_fast (flags, flags->len - 1));
      if ((*changes)->flags->len < NEWS_BATCH)
        continue;
      if (!send_fiber (self, g_steal_pointer (changes), error))
        return FALSE;
      *changes = changes_new (self);
    }

  return TRUE;
}

/* Flags and losses, in one go; only with the last of them the cursor moves. */
static gboolean
tell_news_fiber (Sync    *self,
                 GError **error)
{
  g_autoptr(ValijaImapSet) gone = find_gone (self);
  g_autoptr(GHashTable) digests = self->selected->mod_seq == 0 ? valija_imap_news_digest (self->news) : NULL;
  g_autoptr(ValijaChanges) changes = changes_new (self);
  g_autoptr(GPtrArray) flags = NULL;

  valija_imap_set_remove_set (self->cursor->known, gone);
  flags = valija_imap_news_dup_flags (self->news, self->cursor->uid_validity, self->cursor->known,
                                      digests != NULL ? self->cursor->digests : NULL, digests);
  if (!tell_gone_fiber (self, gone, &changes, error) || !tell_flags_fiber (self, flags, &changes, error))
    return FALSE;

  g_clear_pointer (&self->cursor->digests, g_hash_table_unref);
  self->cursor->digests = g_steal_pointer (&digests);
  self->cursor->mod_seq = self->selected->mod_seq;

  if (changes->gone->len == 0 && changes->flags->len == 0)
    {
      self->restart = changes->restart;
      return TRUE;
    }

  changes->cursor = valija_imap_cursor_to_bytes (self->cursor);
  return send_fiber (self, g_steal_pointer (&changes), error);
}

/* The messages of a batch that has come; from @lowest on all is listed then. */
static gboolean
tell_batch_fiber (Sync            *self,
                  ValijaImapBatch *batch,
                  guint32          lowest,
                  GError         **error)
{
  g_autoptr(ValijaImapSet) uids = valija_imap_batch_dup_uids (batch);
  g_autoptr(ValijaChanges) changes = NULL;
  g_autoptr(GPtrArray) added = NULL;

  if (self->cursor->digests != NULL)
    valija_imap_batch_digest (batch, self->cursor->digests);
  if (!(added = dex_await_boxed (valija_imap_batch_parse (batch, self->cursor->uid_validity), error)))
    return FALSE;

  valija_imap_gate_lower (self->gate, 1);
  self->done += added->len;
  valija_imap_set_add_set (self->cursor->known, uids);
  valija_imap_set_clip (self->cursor->todo, 1, lowest - 1);

  changes = changes_new (self);
  g_clear_pointer (&changes->added, g_ptr_array_unref);
  changes->added = g_steal_pointer (&added);
  changes->cursor = valija_imap_cursor_to_bytes (self->cursor);

  return send_fiber (self, g_steal_pointer (&changes), error);
}

static gboolean
await_batch_fiber (Sync            *self,
                   ValijaImapBatch *batch,
                   GError         **error)
{
  gboolean ok;

  valija_imap_gate_set_needed (self->gate, !valija_imap_batch_is_done (batch));
  ok = dex_await (valija_imap_batch_steal_done (batch), error);
  valija_imap_gate_set_needed (self->gate, FALSE);

  return ok;
}

/* Takes the highest of what is still to be asked for. */
static ValijaImapSet *
take_batch (Sync *self)
{
  ValijaImapSet *batch = valija_imap_set_new ();
  guint n_ranges;
  const ValijaImapRange *ranges = valija_imap_set_get_ranges (self->uids, &n_ranges);
  guint64 left = BATCH;

  for (guint i = 0; i < RANGES_LIMIT && left > 0 && i < n_ranges; i++)
    {
      ValijaImapRange range = ranges[n_ranges - 1 - i];
      guint64 count = MIN (left, (guint64) range.last - range.first + 1);

      valija_imap_set_add (batch, range.last - count + 1, range.last);
      left -= count;
    }

  if (get_first (batch) > 1)
    valija_imap_set_clip (self->uids, 1, get_first (batch) - 1);
  else
    valija_imap_set_remove_set (self->uids, batch);

  return batch;
}

static void
measure_window (Sync *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 took = MAX (now - self->asked, 1);

  self->window = (guint) CLAMP (self->n_come * AHEAD_SECONDS * G_USEC_PER_SEC / took, WINDOW_MIN, WINDOW_MAX);
  self->asked = now;
  self->n_come = 0;
}

static void
refill_window (Sync *self)
{
  if (self->batches.length > MIN (WINDOW_REFILL, self->window / 2))
    return;

  measure_window (self);
  while (self->batches.length < self->window && !valija_imap_set_is_empty (self->uids))
    {
      g_autoptr(ValijaImapSet) uids = take_batch (self);

      g_queue_push_tail (&self->batches, valija_imap_batch_start (self->link, self->gate, uids, 0));
    }
}

static gboolean
list_top_fiber (Sync    *self,
                GError **error)
{
  g_autoptr(ValijaImapBatch) top = g_steal_pointer (&self->top);
  g_autoptr(ValijaImapSet) uids = NULL;
  g_autoptr(GError) failure = NULL;

  if (top == NULL)
    return TRUE;
  if (!await_batch_fiber (self, top, &failure))
    {
      /* RFC 9051 §9: no message may have that number any more */
      if (self->guessed && (g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_REFUSED) ||
                            g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_PROTOCOL) ||
                            g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_LIMIT)))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  uids = valija_imap_batch_dup_uids (top);
  if (valija_imap_set_is_empty (uids))
    return TRUE;
  if (self->uids != NULL)
    valija_imap_set_remove_set (self->uids, uids);

  return tell_batch_fiber (self, top, get_first (uids), error);
}

/* What came with SELECT is told at once: nothing was known before, so that there is no other news. Where the server has
 * no mod-sequences the digests of flags come first. */
static gboolean
list_guessed_fiber (Sync    *self,
                    GError **error)
{
  if (!self->guessed || self->selected->mod_seq == 0)
    return TRUE;

  self->began = TRUE;
  self->cursor->mod_seq = self->selected->mod_seq;
  self->total = self->exists;

  return list_top_fiber (self, error);
}

static gboolean
list_rest_fiber (Sync    *self,
                 GError **error)
{
  refill_window (self);

  while (self->batches.length > 0)
    {
      g_autoptr(ValijaImapBatch) batch = g_queue_pop_head (&self->batches);

      refill_window (self);
      if (!await_batch_fiber (self, batch, error) ||
          !tell_batch_fiber (self, batch, valija_imap_batch_get_first (batch), error))
        return FALSE;
      self->n_come++;
    }

  /* What is left below are UIDs without messages */
  valija_imap_set_clip (self->cursor->todo, 1, 0);

  return TRUE;
}

static gboolean
sync_steps_fiber (Sync    *self,
                  GError **error)
{
  g_autoptr(DexFuture) flags = NULL;
  g_autoptr(DexFuture) messages = NULL;

  if (!select_fiber (self, error))
    return FALSE;

  adopt_cursor (self);
  /* All in one turn. The sequence numbers of the newest come first: a UID command may bring an EXPUNGE that
   * moves them */
  messages = ask_messages (self);
  flags = ask_flags (self);
  if (self->top != NULL && self->exists > BATCH)
    valija_imap_link_compress (self->link);
  if (!list_guessed_fiber (self, error) || !dex_await (g_steal_pointer (&flags), error) ||
      !dex_await (g_steal_pointer (&messages), error) || !valija_imap_news_check (self->news, error))
    return FALSE;
  use_found (self);
  self->total = self->done + (self->uids != NULL ? valija_imap_set_count (self->uids) : 0);

  return (self->began || tell_news_fiber (self, error)) && list_top_fiber (self, error) &&
         list_rest_fiber (self, error);
}

static DexFuture *
sync_fiber (gpointer data)
{
  Sync *self = data;
  g_autoptr(ValijaChanges) last = NULL;
  g_autoptr(GError) error = NULL;

  if (!sync_steps_fiber (self, &error))
    return error != NULL ? dex_future_new_for_error (g_steal_pointer (&error)) : dex_future_new_false ();

  last = changes_new (self);
  last->cursor = valija_imap_cursor_to_bytes (self->cursor);
  last->final = TRUE;
  if (!send_fiber (self, g_steal_pointer (&last), &error) && error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

DexFuture *
valija_imap_sync_run (ValijaImapLink *link,
                      const char     *folder,
                      GBytes         *cursor,
                      DexChannel     *channel)
{
  Sync *self = g_new0 (Sync, 1);

  self->link = g_object_ref (link);
  self->folder = g_strdup (folder);
  self->channel = dex_ref (channel);
  self->news = valija_imap_news_new (valija_imap_label_get_style (link));
  self->gate = valija_imap_gate_new (valija_imap_link_get_connection (link), GATE_MARK);
  self->cursor = cursor != NULL ? valija_imap_cursor_from_bytes (cursor) : NULL;
  if (self->cursor != NULL && self->cursor->known == NULL)
    g_clear_pointer (&self->cursor, valija_imap_cursor_free);
  g_queue_init (&self->batches);

  return valija_fiber_spawn (sync_fiber, self, sync_free);
}
