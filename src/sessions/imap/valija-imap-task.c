/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-session-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"

/* More than another connection costs. */
#define MUCH_OCTETS (256 * 1024)

void
valija_imap_task_free (gpointer data)
{
  ValijaImapTask *task = data;

  g_object_unref (task->session);
  g_free (task->folder);
  g_free (task->target);
  g_free (task->name);
  g_strfreev (task->remote_ids);
  g_strfreev (task->add_labels);
  g_strfreev (task->remove_labels);
  g_clear_pointer (&task->bytes, g_bytes_unref);
  dex_clear (&task->channel);
  g_clear_object (&task->progress);
  g_free (task->sizes);
  g_clear_pointer (&task->filings, g_ptr_array_unref);
  g_free (task);
}

ValijaImapTask *
valija_imap_task_new (gpointer            session,
                      ValijaImapTaskStart start,
                      ValijaStep          step,
                      const char         *folder)
{
  ValijaImapTask *task = g_new0 (ValijaImapTask, 1);

  task->session = g_object_ref (VALIJA_IMAP_SESSION (session));
  task->start = start;
  task->step = step;
  task->folder = g_strdup (folder);

  return task;
}

DexFuture *
valija_imap_task_reject (GError    *error,
                         ValijaStep step)
{
  if (g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND) &&
      (step == VALIJA_STEP_SYNC || step == VALIJA_STEP_FETCH))
    step = VALIJA_STEP_OPEN_FOLDER;
  valija_error_locate (&error, VALIJA_SIDE_INCOMING, step);

  return dex_future_new_for_error (error);
}

static DexFuture *
task_fiber (gpointer data)
{
  ValijaImapTask *task = data;
  g_autoptr(ValijaImapLease) lease = NULL;
  g_autoptr(DexFuture) result = NULL;
  g_autoptr(GError) error = NULL;

  if (!(lease = valija_imap_pool_lease_fiber (task->session->pool, task->folder, &error)))
    return valija_imap_task_reject (g_steal_pointer (&error), task->step);

  result = task->start (task, lease->link);
  if (!dex_await (dex_ref (result), &error))
    return valija_imap_task_reject (g_steal_pointer (&error), task->step);

  return g_steal_pointer (&result);
}

DexFuture *
valija_imap_task_run (ValijaImapTask *task)
{
  return valija_fiber_spawn (task_fiber, task, valija_imap_task_free);
}

/* Whether what still comes would be in the way of what is asked for next, and of everybody on a slow line. */
static gboolean
is_given_up (ValijaImapTask *task,
             ValijaImapLink *link)
{
  ValijaProgress *progress = task->progress;
  guint n_commands = valija_imap_connection_count_mail (valija_imap_link_get_connection (link));

  /* Who takes all waits for each of them; how much these bring is not known, but of headers it is not much */
  if (n_commands > 1 && task->step == VALIJA_STEP_FETCH)
    return TRUE;

  return progress != NULL && n_commands > 0 &&
         g_cancellable_is_cancelled (valija_progress_get_cancellable (progress)) &&
         valija_progress_get_total (progress) > valija_progress_get_done (progress) + MUCH_OCTETS;
}

static DexFuture *
channel_fiber (gpointer data)
{
  ValijaImapTask *task = data;
  DexFuture *failed = NULL;
  g_autoptr(ValijaImapLease) lease = NULL;
  g_autoptr(GError) error = NULL;

  if (!(lease = valija_imap_pool_lease_fiber (task->session->pool, task->folder, &error)) ||
      !dex_await (task->start (task, lease->link), &error))
    {
      failed = valija_imap_task_reject (g_steal_pointer (&error), task->step);
      if (dex_channel_can_send (task->channel))
        dex_await (dex_channel_send (task->channel, failed), NULL);
      else
        dex_unref (failed);
    }
  dex_channel_close_send (task->channel);
  if (lease != NULL && is_given_up (task, lease->link))
    valija_imap_lease_give_up_fiber (lease);

  return dex_future_new_true ();
}

DexChannel *
valija_imap_task_run_channel (ValijaImapTask *task,
                              guint           capacity)
{
  DexChannel *channel = dex_channel_new (capacity);

  task->channel = dex_ref (channel);
  /* Its end is told through the channel; it ends when the receiving side is closed */
  valija_future_forget (valija_fiber_spawn (channel_fiber, task, valija_imap_task_free), "imap channel");

  return channel;
}
