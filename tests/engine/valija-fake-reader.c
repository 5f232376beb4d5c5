/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-fake-server-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "mime/valija-mime-header.h"
#include "model/valija-search-term.h"

/* The name is the whole path, and the remote-id. */
ValijaFolderInfo *
fake_describe_folder (FakeFolder *folder)
{
  const char *slash = strrchr (folder->name, '/');
  ValijaFolderInfo *info = valija_folder_info_new (folder->name, slash != NULL ? slash + 1 : folder->name);

  if (slash != NULL)
    info->parent_id = g_strndup (folder->name, slash - folder->name);
  info->role = folder->role;
  info->selectable = TRUE;
  info->total = info->unread = -1;
  return info;
}

static void
tell_state (FakeServer *server, FakeFolder *folder, ValijaFolderInfo *info)
{
  guint n_unread = 0;

  for (guint i = 0; i < folder->messages->len; i++)
    n_unread += (((FakeMessage *) g_ptr_array_index (folder->messages, i))->flags & VALIJA_FLAG_SEEN) == 0;

  info->total = folder->messages->len;
  info->unread = n_unread;
  info->state_is_whole = server->tells_whole_states;
  info->state = server->tells_whole_states
                  ? g_strdup_printf ("%u %u", folder->first_id, folder->events->len)
                  : g_strdup_printf ("%u %u %u", folder->first_id, folder->messages->len, n_unread);
}

static DexFuture *
fake_list_folders (ValijaMailReader *reader)
{
  FakeServer *server = fake_server_of (reader);
  g_autoptr(GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_folder_info_unref);
  DexFuture *failure;

  if ((failure = fake_ask (reader, "list")) != NULL)
    return failure;

  for (guint i = 0; i < server->folders->len; i++)
    {
      FakeFolder *folder = g_ptr_array_index (server->folders, i);
      ValijaFolderInfo *info = fake_describe_folder (folder);

      if (server->tells_states)
        tell_state (server, folder, info);
      g_ptr_array_add (infos, info);
      if (!VALIJA_IS_MAIL_ORGANIZER (reader))
        break;
    }

  return valija_future_new_take_ptr_array (g_steal_pointer (&infos));
}

ValijaMessageInfo *
fake_describe_message (FakeMessage *message)
{
  gsize length;
  const char *text = g_bytes_get_data (message->source, &length);
  ValijaMessageInfo *info = valija_mime_parse_header_block (message->remote_id, text, length);

  info->flags = message->flags;
  info->labels = g_strdupv (message->labels);
  info->size = length;
  info->received = message->received;
  info->email_id = g_strdup (message->email_id);
  return info;
}

typedef struct
{
  ValijaMailReader *reader;
  DexChannel *channel;
  char *folder;
  char **remote_ids;
  guint listed;              /* of the newest messages, when the list was begun */
  guint told;                /* events */
  gboolean restart;
  ValijaProgress *progress;  /* nullable */
} Round;

static void
round_free (Round *round)
{
  dex_channel_close_send (round->channel);
  dex_unref (round->channel);
  g_object_unref (round->reader);
  g_free (round->folder);
  g_strfreev (round->remote_ids);
  g_clear_object (&round->progress);
  g_free (round);
}

static void
fill_list (Round *round, FakeFolder *folder, guint batch, ValijaChanges *changes)
{
  guint n = folder->messages->len;

  for (guint i = 0; i < batch && round->listed < n; i++, round->listed++)
    g_ptr_array_add (changes->added,
                     fake_describe_message (g_ptr_array_index (folder->messages, n - 1 - round->listed)));

  changes->restart = round->restart;
  round->restart = FALSE;
  changes->final = round->listed == n;
  changes->done = round->listed;
  changes->total = n;
}

static void
fill_events (Round *round, FakeFolder *folder, guint batch, ValijaChanges *changes)
{
  for (guint i = 0; i < batch && round->told < folder->events->len; i++, round->told++)
    {
      FakeEvent *event = g_ptr_array_index (folder->events, round->told);
      FakeMessage *message = fake_find_message (folder, event->remote_id, NULL);

      if (event->kind == '-')
        g_ptr_array_add (changes->gone, g_strdup (event->remote_id));
      else if (event->kind == '+' && message != NULL)
        g_ptr_array_add (changes->added, fake_describe_message (message));
      else if (message != NULL)
        {
          ValijaFlagsChange *change = valija_flags_change_new (event->remote_id, message->flags);

          change->labels = g_strdupv (message->labels);
          g_ptr_array_add (changes->flags, change);
        }
    }

  changes->final = round->told == folder->events->len;
}

/* A cursor is "l LISTED TOLD FIRST" in the middle of a first list, and "e TOLD FIRST" from then on; it is of no use
 * once the folder is numbered anew. */
static DexFuture *
round_fiber (gpointer data)
{
  Round *round = data;
  FakeServer *server = fake_server_of (round->reader);
  FakeFolder *folder = fake_find_folder (server, round->folder);
  gboolean listing = round->listed != G_MAXUINT;
  gboolean done = FALSE;

  while (!done)
    {
      g_autoptr(ValijaChanges) changes = NULL;
      g_autofree char *cursor = NULL;
      DexFuture *failure = fake_ask (round->reader, "batch %s", round->folder);
      DexFuture *sent;

      if (failure != NULL)
        {
          dex_await (dex_channel_send (round->channel, failure), NULL);
          break;
        }

      changes = valija_changes_new ();
      if (listing)
        fill_list (round, folder, server->batch, changes);
      else
        fill_events (round, folder, server->batch, changes);

      done = changes->final;
      cursor = listing && !done ? g_strdup_printf ("l %u %u %u", round->listed, round->told, folder->first_id)
                                : g_strdup_printf ("e %u %u", round->told, folder->first_id);
      changes->cursor = g_bytes_new (cursor, strlen (cursor));
      sent = dex_future_new_take_boxed (VALIJA_TYPE_CHANGES, g_steal_pointer (&changes));
      if (!dex_await (dex_channel_send (round->channel, sent), NULL))
        break;
    }

  return dex_future_new_true ();
}

static DexChannel *
fake_sync_folder (ValijaMailReader *reader, const char *name, GBytes *cursor)
{
  FakeFolder *folder = fake_find_folder (fake_server_of (reader), name);
  Round *round = g_new0 (Round, 1);
  g_auto(GStrv) words = NULL;

  round->reader = g_object_ref (reader);
  round->channel = dex_channel_new (1);
  round->folder = g_strdup (name);
  if (cursor != NULL)
    {
      g_autofree char *text = g_strndup (g_bytes_get_data (cursor, NULL), g_bytes_get_size (cursor));

      words = g_strsplit (text, " ", -1);
    }

  if (words != NULL && g_ascii_strtoull (words[g_strv_length (words) - 1], NULL, 10) == folder->first_id)
    {
      round->listed = words[0][0] == 'l' ? (guint) g_ascii_strtoull (words[1], NULL, 10) : G_MAXUINT;
      round->told = (guint) g_ascii_strtoull (words[words[0][0] == 'l' ? 2 : 1], NULL, 10);
    }
  else
    {
      round->restart = TRUE;
      round->told = folder->events->len;
    }

  dex_ref (round->channel);
  {
    DexChannel *channel = round->channel;

    valija_future_forget (valija_fiber_spawn (round_fiber, round, (GDestroyNotify) round_free), "fake round");
    return channel;
  }
}

static DexFuture *
fetch_fiber (gpointer data)
{
  Round *round = data;
  FakeFolder *folder = fake_find_folder (fake_server_of (round->reader), round->folder);

  for (guint i = 0; round->remote_ids[i] != NULL; i++)
    {
      FakeMessage *message = fake_find_message (folder, round->remote_ids[i], NULL);
      DexFuture *answer = fake_ask (round->reader, "fetch %s", round->remote_ids[i]);
      gboolean failed = answer != NULL;

      if (message == NULL && !failed)
        continue;
      if (!failed && fake_server_of (round->reader)->stall != NULL)
        {
          if (round->progress != NULL)
            valija_progress_update (round->progress, g_bytes_get_size (message->source) / 2,
                                    g_bytes_get_size (message->source));
          dex_await (dex_ref (fake_server_of (round->reader)->stall), NULL);
        }
      if (!failed)
        answer = dex_future_new_take_boxed (VALIJA_TYPE_FETCHED,
                                            valija_fetched_new (message->remote_id, message->source));
      if (!dex_await (dex_channel_send (round->channel, answer), NULL) || failed)
        break;
    }

  return dex_future_new_true ();
}

static DexChannel *
fake_fetch_messages (ValijaMailReader *reader, const char *name, const char * const *remote_ids,
                     ValijaProgress *progress)
{
  Round *round = g_new0 (Round, 1);
  DexChannel *channel = dex_channel_new (2);

  round->reader = g_object_ref (reader);
  round->channel = dex_ref (channel);
  round->folder = g_strdup (name);
  round->remote_ids = g_strdupv ((char **) remote_ids);
  g_set_object (&round->progress, progress);
  valija_future_forget (valija_fiber_spawn (fetch_fiber, round, (GDestroyNotify) round_free), "fake fetch");
  return channel;
}

DexFuture *
fake_reject_unsupported (void)
{
  GError *error = NULL;

  valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, "This server cannot.");
  return dex_future_new_for_error (error);
}

static DexFuture *
fake_fetch_headers (ValijaMailReader *reader, const char *name, const char * const *remote_ids)
{
  FakeFolder *folder = fake_find_folder (fake_server_of (reader), name);
  DexFuture *failure = fake_ask (reader, "headers %s", name);
  GPtrArray *infos;

  if (failure != NULL)
    return failure;

  infos = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_info_unref);
  for (guint i = 0; remote_ids[i] != NULL; i++)
    {
      FakeMessage *message = fake_find_message (folder, remote_ids[i], NULL);

      if (message != NULL)
        g_ptr_array_add (infos, fake_describe_message (message));
    }

  return valija_future_new_take_ptr_array (infos);
}

static DexFuture *
fake_refuse (void)
{
  GError *error = NULL;

  valija_error_set (&error, VALIJA_ERROR_REFUSED, "This folder is not for you.");
  return dex_future_new_for_error (error);
}

static DexFuture *
fake_search (ValijaMailReader *reader, const char *name, const char *text, guint limit)
{
  FakeFolder *folder = fake_find_folder (fake_server_of (reader), name);
  DexFuture *failure = fake_ask (reader, "search %s", name);
  g_autoptr(GPtrArray) terms = valija_search_terms_parse (text);
  const ValijaSearchTerm *first = terms->len > 0 ? g_ptr_array_index (terms, 0) : NULL;
  ValijaSearchHits *hits;

  if (failure != NULL)
    return failure;
  if (g_strcmp0 (fake_server_of (reader)->refuse_search, name) == 0)
    return fake_refuse ();

  /* The first word alone, also inside others */
  hits = valija_search_hits_new ();
  for (guint i = folder->messages->len; i > 0 && first != NULL; i--)
    {
      FakeMessage *message = g_ptr_array_index (folder->messages, i - 1);
      gsize size;
      const char *source = g_bytes_get_data (message->source, &size);

      if (g_strstr_len (source, size, first->text) == NULL)
        continue;
      if (hits->total++ < limit)
        g_ptr_array_add (hits->remote_ids, g_strdup (message->remote_id));
    }

  return dex_future_new_take_boxed (VALIJA_TYPE_SEARCH_HITS, hits);
}

static DexFuture *
fake_watch (ValijaMailReader *reader, const char *folder)
{
  FakeServer *server = fake_server_of (reader);
  DexFuture *failure;

  if (!VALIJA_IS_MAIL_ORGANIZER (reader))
    return fake_reject_unsupported ();
  if ((failure = fake_ask (reader, "watch %s", folder)) != NULL)
    return failure;

  return fake_watch_folder (server, folder);
}

static DexFuture *
told_cb (DexFuture *future, gpointer user_data)
{
  return valija_future_new_take_ptr_array (g_steal_pointer (&((FakeServer *) user_data)->changed));
}

static DexFuture *
fake_watch_all (ValijaMailReader *reader)
{
  FakeServer *server = fake_server_of (reader);
  g_autoptr(DexFuture) watch = NULL;
  DexFuture *failure;

  if (!server->watches_all)
    return fake_reject_unsupported ();
  if ((failure = fake_ask (reader, "watch all")) != NULL)
    return failure;

  watch = server->changed != NULL ? dex_future_new_true () : fake_watch_folder (server, "");
  return dex_future_then (g_steal_pointer (&watch), told_cb, server, NULL);
}

static DexFuture *
fake_get_quota (ValijaMailReader *reader)
{
  FakeServer *server = fake_server_of (reader);
  DexFuture *failure;

  if (server->quota.limit == 0)
    return fake_reject_unsupported ();
  if ((failure = fake_ask (reader, "quota")) != NULL)
    return failure;

  return dex_future_new_take_boxed (VALIJA_TYPE_QUOTA, valija_quota_copy (&server->quota));
}

static DexFuture *
fake_measure (ValijaMailReader *reader, const char *folder)
{
  FakeServer *server = fake_server_of (reader);
  DexFuture *failure;

  if (server->octets == 0)
    return fake_reject_unsupported ();
  if ((failure = fake_ask (reader, "measure %s", folder)) != NULL)
    return failure;

  return dex_future_new_for_int64 (server->octets);
}

static DexFuture *
fake_fetch_outline (ValijaMailReader *reader, const char *folder, const char *remote_id)
{
  FakeServer *server = fake_server_of (reader);
  DexFuture *failure;

  if (server->outline == NULL)
    return fake_reject_unsupported ();
  if ((failure = fake_ask (reader, "outline %s", remote_id)) != NULL)
    return failure;

  return dex_future_new_take_boxed (G_TYPE_BYTES, g_bytes_new (server->outline, strlen (server->outline)));
}

static void
fake_stop_watching (ValijaMailReader *reader)
{
  fake_server_of (reader)->n_stopped++;
}

void
fake_reader_init (ValijaMailReaderInterface *iface)
{
  iface->list_folders = fake_list_folders;
  iface->sync_folder = fake_sync_folder;
  iface->fetch_messages = fake_fetch_messages;
  iface->fetch_headers = fake_fetch_headers;
  iface->search = fake_search;
  iface->watch = fake_watch;
  iface->watch_all = fake_watch_all;
  iface->stop_watching = fake_stop_watching;
  iface->get_quota = fake_get_quota;
  iface->measure = fake_measure;
  iface->fetch_outline = fake_fetch_outline;
}
