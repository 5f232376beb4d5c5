/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/imap/valija-imap-connection.h"

G_BEGIN_DECLS

/* A command, with who waits for it. */
typedef struct
{
  ValijaImapCommand *command;
  ValijaImapRunFlags flags;
  ValijaImapResponseFunc respond;   /* nullable, as is the next */
  ValijaImapContinueFunc proceed;
  gpointer user_data;
  GDestroyNotify destroy;           /* nullable */
  DexPromise *promise;
  char tag[16];
  gint64 sent;
  GPtrArray *segments;              /* of ValijaImapSegment; NULL before it is sent */
  guint next_segment;
} ValijaImapJob;

/* Its promise is open. */
ValijaImapJob     *valija_imap_job_new  (ValijaImapCommand     *command,
                                         ValijaImapRunFlags     flags,
                                         ValijaImapResponseFunc respond,
                                         ValijaImapContinueFunc proceed,
                                         gpointer               user_data,
                                         GDestroyNotify         destroy) G_GNUC_WARN_UNUSED_RESULT;
/* Its promise is settled. */
void               valija_imap_job_free (ValijaImapJob *self);

typedef struct _ValijaImapQueue ValijaImapQueue;

/* The commands of one connection: which of them may be sent when, and which is answered. Knows of no stream. */
ValijaImapQueue   *valija_imap_queue_new         (void) G_GNUC_WARN_UNUSED_RESULT;
/* Its jobs have failed. */
void               valija_imap_queue_free        (ValijaImapQueue *self);

/* (transfer full) */
void               valija_imap_queue_push        (ValijaImapQueue *self, ValijaImapJob *job);

/* (transfer none) (nullable): the next that may be sent now, which counts as in flight from here on. What nobody waits
 * for any more is left out, and what cannot be written down fails. */
ValijaImapJob     *valija_imap_queue_start       (ValijaImapQueue *self, ValijaImapMode mode);

/* (transfer none) (nullable): the one in flight that was started last. */
ValijaImapJob     *valija_imap_queue_get_last    (ValijaImapQueue *self);

/* (transfer full) (nullable): the one in flight that has @tag, which is in flight no more. */
ValijaImapJob     *valija_imap_queue_finish      (ValijaImapQueue *self, const char *tag);

/* Shows an untagged response to those in flight, until one takes it. */
void               valija_imap_queue_show        (ValijaImapQueue *self, ValijaImapResponse *response);

/* Of @job, which is in flight, the answer is owed soon, also where the server was allowed to be silent. */
void               valija_imap_queue_end_patience (ValijaImapQueue *self, ValijaImapJob *job);

/* All fail with @error. */
void               valija_imap_queue_fail        (ValijaImapQueue *self, const GError *error);

/* Whether nothing waits and nothing is in flight; an answer is owed soon. How many commands in flight bring mail. */
gboolean           valija_imap_queue_is_empty       (ValijaImapQueue *self);
gboolean           valija_imap_queue_owes           (ValijaImapQueue *self);
guint              valija_imap_queue_count_contents (ValijaImapQueue *self);

G_END_DECLS
