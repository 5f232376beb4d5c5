/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/imap/valija-imap-pool.h"
#include "sessions/imap/valija-imap-session.h"

G_BEGIN_DECLS

/* Shared by valija-imap-session.c (the object, and what it reads), -session-organizer.c (what it changes) and
 * valija-imap-task.c (how either is begun and ends). */
struct _ValijaImapSession
{
  GObject parent_instance;

  ValijaSessionContext *context;
  ValijaImapPool *pool;
  GHashTable *marks;     /* folder to ValijaImapMark: how it was when its last synchronisation began, or was listed */
  GHashTable *renamed;   /* name to former name, as others have renamed folders since they were listed */
};

/* Fills in what the session does as a ValijaMailOrganizer. */
void valija_imap_session_organizer_iface_init (ValijaMailOrganizerInterface *iface);

/* One thing that is asked of the session. */
typedef struct _ValijaImapTask ValijaImapTask;

typedef DexFuture *(*ValijaImapTaskStart) (ValijaImapTask *task, ValijaImapLink *link);

struct _ValijaImapTask
{
  ValijaImapSession *session;
  ValijaImapTaskStart start;
  ValijaStep step;
  char *folder;          /* nullable, each of these */
  char *target;
  char *name;
  char **remote_ids;
  GBytes *bytes;
  DexChannel *channel;
  ValijaProgress *progress;
  ValijaFlags add;
  ValijaFlags remove;
  char **add_labels;
  char **remove_labels;
  gint64 received;
  guint limit;
  guint64 *sizes;
  GPtrArray *filings;
};

/* @folder (nullable) is the one to be selected, and @start is given a link for it. */
ValijaImapTask *valija_imap_task_new         (gpointer            session,
                                              ValijaImapTaskStart start,
                                              ValijaStep          step,
                                              const char         *folder) G_GNUC_WARN_UNUSED_RESULT;
void            valija_imap_task_free        (gpointer data);

/* Both take the task. What is told through a channel has a failure for its last word. */
DexFuture      *valija_imap_task_run         (ValijaImapTask *task) G_GNUC_WARN_UNUSED_RESULT;
DexChannel     *valija_imap_task_run_channel (ValijaImapTask *task, guint capacity) G_GNUC_WARN_UNUSED_RESULT;

/* @error is taken. Where it happened: the nearer place, if there is one already, stays. */
DexFuture      *valija_imap_task_reject      (GError *error, ValijaStep step) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
