/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-progress.h"
#include "model/valija-quota.h"
#include "sessions/valija-session.h"

G_BEGIN_DECLS

#define VALIJA_TYPE_MAIL_READER (valija_mail_reader_get_type ())
G_DECLARE_INTERFACE (ValijaMailReader, valija_mail_reader, VALIJA, MAIL_READER, ValijaSession)

struct _ValijaMailReaderInterface
{
  GTypeInterface parent;

  DexFuture  *(*list_folders)   (ValijaMailReader *self);
  DexChannel *(*sync_folder)    (ValijaMailReader *self, const char *folder, GBytes *cursor);
  DexChannel *(*fetch_messages) (ValijaMailReader   *self,
                                 const char         *folder,
                                 const char * const *remote_ids,
                                 ValijaProgress     *progress);
  DexFuture  *(*fetch_headers)  (ValijaMailReader   *self,
                                 const char         *folder,
                                 const char * const *remote_ids); /* not where there is no search */
  DexFuture  *(*search)         (ValijaMailReader *self, const char *folder, const char *text, guint limit);
  DexFuture  *(*watch)          (ValijaMailReader *self, const char *folder);
  DexFuture  *(*watch_all)      (ValijaMailReader *self); /* nullable, from here on */
  void        (*stop_watching)  (ValijaMailReader *self);
  DexFuture  *(*get_quota)      (ValijaMailReader *self);
  DexFuture  *(*measure)        (ValijaMailReader *self, const char *folder);
  DexFuture  *(*fetch_outline)  (ValijaMailReader *self, const char *folder, const char *remote_id);
};

/* Each opens the session first when it is not open. */

/* Resolves to a GPtrArray (boxed) of ValijaFolderInfo, parents before children; they are all there are, but beneath one
 * that is incomplete. */
DexFuture  *valija_mail_reader_list_folders   (ValijaMailReader *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * valija_mail_reader_sync_folder:
 * @cursor: (nullable): from the last batch written; %NULL lists everything
 *
 * Yields batches of changes, newest messages first. Receive until a batch with `final`; a rejected
 * receive ends the round, and what was received before stays valid. The channel is bounded: the
 * wire waits for the receiver. Dropping the channel's receiving side ends the round.
 *
 * Returns: (transfer full): a channel of ValijaChanges
 */
DexChannel *valija_mail_reader_sync_folder    (ValijaMailReader *self,
                                               const char       *folder,
                                               GBytes           *cursor) G_GNUC_WARN_UNUSED_RESULT;

/* Yields a ValijaFetched for each of @remote_ids that the server still has, in any order,
 * pipelined; then the channel's sending side is closed. @progress (nullable) is told how many octets have come of the
 * message under way, a large one in steps, and of how many where the server says so; its Cancel is the caller's. */
DexChannel *valija_mail_reader_fetch_messages (ValijaMailReader   *self,
                                               const char         *folder,
                                               const char * const *remote_ids,
                                               ValijaProgress     *progress) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to a GPtrArray (boxed) of ValijaMessageInfo, as synchronising lists them, for those of @remote_ids that the
 * server still has: what was found and is not known yet. For some hundreds at once. */
DexFuture  *valija_mail_reader_fetch_headers  (ValijaMailReader   *self,
                                               const char         *folder,
                                               const char * const *remote_ids) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to ValijaSearchHits (boxed): of the messages that @text, as of model/valija-search-term.h, finds the newest
 * @limit (not 0), and how many there are; or rejects with UNSUPPORTED. */
DexFuture  *valija_mail_reader_search         (ValijaMailReader *self,
                                               const char       *folder,
                                               const char       *text,
                                               guint             limit) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to TRUE as soon as something changes in @folder, or after at most 9 minutes; rejects
 * with UNSUPPORTED where the server cannot tell. Cancelling ends the watch. */
DexFuture  *valija_mail_reader_watch          (ValijaMailReader *self,
                                               const char       *folder) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to a GPtrArray of char *: the folders that have changed, as soon as one has, "" among them when folders
 * came, went or were renamed; none of them after at most 9 minutes. Rejects with UNSUPPORTED where the server tells
 * of one folder at a time, or of none. Cancelling ends the watch; what changes between two of them is not missed. */
DexFuture  *valija_mail_reader_watch_all      (ValijaMailReader *self) G_GNUC_WARN_UNUSED_RESULT;

/* No folder but the inbox is watched for now: what is kept to watch the next one goes. A watch that has not ended fails
 * by it. */
void        valija_mail_reader_stop_watching  (ValijaMailReader *self);

/* Resolves to ValijaQuota (boxed): how much of the room on the server is used, by what it told a moment ago or, where
 * that is old, by asking. Rejects with UNSUPPORTED where it does not tell, or knows no limit. */
DexFuture  *valija_mail_reader_get_quota      (ValijaMailReader *self) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to the octets that all messages in @folder have together (int64), without one of them being fetched. Rejects
 * with UNSUPPORTED where the server cannot tell. */
DexFuture  *valija_mail_reader_measure        (ValijaMailReader *self,
                                               const char       *folder) G_GNUC_WARN_UNUSED_RESULT;

/* Of a large message what is read first, its header and its text: resolves to GBytes, as
 * valija_mime_message_parse_outline() takes them. Rejects with UNSUPPORTED where nothing is gained by it, or nobody
 * can; the message can be fetched whole, whatever came of this. */
DexFuture  *valija_mail_reader_fetch_outline  (ValijaMailReader *self,
                                               const char       *folder,
                                               const char       *remote_id) G_GNUC_WARN_UNUSED_RESULT;

/* For callers: fetches one message whole. Resolves to ValijaFetched; rejects with NOT_FOUND. @progress: the same. */
DexFuture  *valija_mail_reader_fetch_message  (ValijaMailReader *self,
                                               const char       *folder,
                                               const char       *remote_id,
                                               ValijaProgress   *progress) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
