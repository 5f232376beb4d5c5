/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/valija-mail-reader.h"

#include <glib/gi18n-lib.h>

#include "base/valija-error.h"
#include "base/valija-future.h"

typedef struct
{
  ValijaMailReader *reader;
  char *folder;
  char *remote_id;
  ValijaProgress *progress;  /* nullable */
} FetchOne;

G_DEFINE_INTERFACE (ValijaMailReader, valija_mail_reader, VALIJA_TYPE_SESSION)

static void
fetch_one_free (FetchOne *fetch)
{
  g_object_unref (fetch->reader);
  g_free (fetch->folder);
  g_free (fetch->remote_id);
  g_clear_object (&fetch->progress);
  g_free (fetch);
}

static DexFuture *
fetch_one_fiber (gpointer data)
{
  FetchOne *fetch = data;
  g_auto(GStrv) remote_ids = g_new0 (char *, 2);
  g_autoptr(ValijaFetched) fetched = NULL;
  g_autoptr(DexChannel) channel = NULL;
  g_autoptr(GError) error = NULL;

  remote_ids[0] = g_strdup (fetch->remote_id);
  channel = valija_mail_reader_fetch_messages (fetch->reader, fetch->folder, (const char * const *) remote_ids,
                                               fetch->progress);
  fetched = dex_await_boxed (dex_channel_receive (channel), &error);
  /* Also when nobody waits any more: then there is nothing to go on for */
  dex_channel_close_receive (channel);

  if (fetched != NULL)
    return dex_future_new_take_boxed (VALIJA_TYPE_FETCHED, g_steal_pointer (&fetched));

  if (g_error_matches (error, DEX_ERROR, DEX_ERROR_CHANNEL_CLOSED))
    {
      g_clear_error (&error);
      valija_error_set (&error, VALIJA_ERROR_NOT_FOUND, _("The message is no longer on the server."));
      valija_error_locate (&error, valija_session_get_mail_side (VALIJA_SESSION (fetch->reader)), VALIJA_STEP_FETCH);
    }

  return dex_future_new_for_error (g_steal_pointer (&error));
}

static void
valija_mail_reader_default_init (ValijaMailReaderInterface *iface)
{
}

/**
 * valija_mail_reader_list_folders:
 * @self: a reader
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray (boxed) of ValijaFolderInfo,
 * parents before children
 */
DexFuture *
valija_mail_reader_list_folders (ValijaMailReader *self)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_READER (self));

  return VALIJA_MAIL_READER_GET_IFACE (self)->list_folders (self);
}

/**
 * valija_mail_reader_sync_folder:
 * @self: a reader
 * @folder: the remote-id of a folder
 * @cursor: (nullable): from the last batch written; %NULL lists everything
 *
 * Receive until a batch that is final; a rejected receive ends the round, and what was received
 * before stays valid. Dropping the receiving side ends the round too.
 *
 * Returns: (transfer full): a bounded channel of ValijaChanges (boxed), newest messages first
 */
DexChannel *
valija_mail_reader_sync_folder (ValijaMailReader *self, const char *folder, GBytes *cursor)
{
  g_return_val_if_fail (VALIJA_IS_MAIL_READER (self), NULL);
  g_return_val_if_fail (folder != NULL, NULL);

  return VALIJA_MAIL_READER_GET_IFACE (self)->sync_folder (self, folder, cursor);
}

/**
 * valija_mail_reader_fetch_messages:
 * @self: a reader
 * @folder: the remote-id of a folder
 * @remote_ids: (array zero-terminated=1): messages of it
 * @progress: (nullable): told how many octets of the message under way have come
 *
 * Returns: (transfer full): a channel of a ValijaFetched (boxed) for each message that the server
 * still has, in any order, closed behind the last
 */
DexChannel *
valija_mail_reader_fetch_messages (ValijaMailReader   *self,
                                   const char         *folder,
                                   const char * const *remote_ids,
                                   ValijaProgress     *progress)
{
  g_return_val_if_fail (VALIJA_IS_MAIL_READER (self), NULL);
  g_return_val_if_fail (folder != NULL && remote_ids != NULL, NULL);

  return VALIJA_MAIL_READER_GET_IFACE (self)->fetch_messages (self, folder, remote_ids, progress);
}

/**
 * valija_mail_reader_fetch_headers:
 * @self: a reader that can search
 * @folder: the remote-id of a folder
 * @remote_ids: (array zero-terminated=1): messages of it, some hundreds at most
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray (boxed) of ValijaMessageInfo, without what the
 * server no longer has
 */
DexFuture *
valija_mail_reader_fetch_headers (ValijaMailReader *self, const char *folder, const char * const *remote_ids)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_READER (self));
  dex_return_error_if_fail (folder != NULL && remote_ids != NULL);

  return VALIJA_MAIL_READER_GET_IFACE (self)->fetch_headers (self, folder, remote_ids);
}

/**
 * valija_mail_reader_search:
 * @self: a reader
 * @folder: the remote-id of a folder
 * @text: as it is typed, UTF-8; its terms as of model/valija-search-term.h
 * @limit: how many messages are to be named, not 0
 *
 * Returns: (transfer full): a future that resolves to #ValijaSearchHits (boxed): the newest of the messages that hold
 * all terms of it, and how many there are; rejects with VALIJA_ERROR_UNSUPPORTED where the server cannot search
 */
DexFuture *
valija_mail_reader_search (ValijaMailReader *self, const char *folder, const char *text, guint limit)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_READER (self));
  dex_return_error_if_fail (folder != NULL && text != NULL);
  dex_return_error_if_fail (limit > 0);

  return VALIJA_MAIL_READER_GET_IFACE (self)->search (self, folder, text, limit);
}

/**
 * valija_mail_reader_watch:
 * @self: a reader
 * @folder: the remote-id of a folder
 *
 * Cancelling the future ends the watch.
 *
 * Returns: (transfer full): a future that resolves to %TRUE as soon as something changes in
 * @folder, or after at most 9 minutes; rejects with VALIJA_ERROR_UNSUPPORTED where the server
 * cannot tell
 */
DexFuture *
valija_mail_reader_watch (ValijaMailReader *self, const char *folder)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_READER (self));
  dex_return_error_if_fail (folder != NULL);

  return VALIJA_MAIL_READER_GET_IFACE (self)->watch (self, folder);
}

static DexFuture *
reject_unsupported (ValijaMailReader *self, const char *words)
{
  GError *error = NULL;

  valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, "%s", words);
  valija_error_locate (&error, valija_session_get_mail_side (VALIJA_SESSION (self)), VALIJA_STEP_SYNC);
  return dex_future_new_for_error (error);
}

/**
 * valija_mail_reader_watch_all:
 * @self: a reader
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray (boxed) of strings, the remote-ids of folders that
 * changed; rejects with VALIJA_ERROR_UNSUPPORTED where the server cannot tell of all folders at once
 */
DexFuture *
valija_mail_reader_watch_all (ValijaMailReader *self)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_READER (self));

  if (VALIJA_MAIL_READER_GET_IFACE (self)->watch_all != NULL)
    return VALIJA_MAIL_READER_GET_IFACE (self)->watch_all (self);

  return reject_unsupported (self, _("The server does not tell what changes in all folders."));
}

void
valija_mail_reader_stop_watching (ValijaMailReader *self)
{
  g_return_if_fail (VALIJA_IS_MAIL_READER (self));

  if (VALIJA_MAIL_READER_GET_IFACE (self)->stop_watching != NULL)
    VALIJA_MAIL_READER_GET_IFACE (self)->stop_watching (self);
}

/**
 * valija_mail_reader_get_quota:
 * @self: a reader
 *
 * Returns: (transfer full): a future that resolves to a #ValijaQuota (boxed), or rejects with VALIJA_ERROR_UNSUPPORTED
 */
DexFuture *
valija_mail_reader_get_quota (ValijaMailReader *self)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_READER (self));

  if (VALIJA_MAIL_READER_GET_IFACE (self)->get_quota == NULL)
    return reject_unsupported (self, _("The server does not tell how much room there is."));

  return VALIJA_MAIL_READER_GET_IFACE (self)->get_quota (self);
}

/**
 * valija_mail_reader_measure:
 * @self: a reader
 * @folder: the remote-id of a folder
 *
 * Returns: (transfer full): a future that resolves to a number of octets (int64), or rejects with
 *   VALIJA_ERROR_UNSUPPORTED
 */
DexFuture *
valija_mail_reader_measure (ValijaMailReader *self, const char *folder)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_READER (self));
  dex_return_error_if_fail (folder != NULL);

  if (VALIJA_MAIL_READER_GET_IFACE (self)->measure == NULL)
    return reject_unsupported (self, _("The server does not tell how large a folder is."));

  return VALIJA_MAIL_READER_GET_IFACE (self)->measure (self, folder);
}

/**
 * valija_mail_reader_fetch_outline:
 * @self: a reader
 * @folder: the remote-id of a folder
 * @remote_id: a message of it
 *
 * Returns: (transfer full): a future that resolves to a message (GBytes) whose parts beside the text may have no
 *   content yet, or rejects, as with VALIJA_ERROR_UNSUPPORTED
 */
DexFuture *
valija_mail_reader_fetch_outline (ValijaMailReader *self, const char *folder, const char *remote_id)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_READER (self));
  dex_return_error_if_fail (folder != NULL && remote_id != NULL);

  if (VALIJA_MAIL_READER_GET_IFACE (self)->fetch_outline == NULL)
    return reject_unsupported (self, "No outline");

  return VALIJA_MAIL_READER_GET_IFACE (self)->fetch_outline (self, folder, remote_id);
}

/**
 * valija_mail_reader_fetch_message:
 * @self: a reader
 * @folder: the remote-id of a folder
 * @remote_id: a message of it
 * @progress: (nullable): told how many octets of it have come
 *
 * For callers: fetches one message whole.
 *
 * Returns: (transfer full): a future that resolves to a ValijaFetched (boxed); rejects with
 * VALIJA_ERROR_NOT_FOUND
 */
DexFuture *
valija_mail_reader_fetch_message (ValijaMailReader *self,
                                  const char       *folder,
                                  const char       *remote_id,
                                  ValijaProgress   *progress)
{
  FetchOne *fetch;

  dex_return_error_if_fail (VALIJA_IS_MAIL_READER (self));
  dex_return_error_if_fail (folder != NULL && remote_id != NULL);

  fetch = g_new0 (FetchOne, 1);
  fetch->reader = g_object_ref (self);
  fetch->folder = g_strdup (folder);
  fetch->remote_id = g_strdup (remote_id);
  g_set_object (&fetch->progress, progress);

  return valija_fiber_spawn (fetch_one_fiber, fetch, (GDestroyNotify) fetch_one_free);
}
