/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-session-private.h"

#include "sessions/imap/valija-imap-append.h"
#include "sessions/imap/valija-imap-find.h"
#include "sessions/imap/valija-imap-folders.h"
#include "sessions/imap/valija-imap-organize.h"
#include "sessions/imap/valija-imap-status.h"

/* The list that was asked for when the session opened is no longer true, nor is how it says that the folders stand. */
static void
forget_early_list (ValijaImapTask *task)
{
  ValijaImapLink *primary = valija_imap_pool_get_primary (task->session->pool);
  g_autoptr(DexFuture) early = primary != NULL ? valija_imap_link_steal_folders (primary) : NULL;
}

static DexFuture *
start_set_flags (ValijaImapTask *task,
                 ValijaImapLink *link)
{
  forget_early_list (task);

  return valija_imap_organize_set_flags (link, task->folder, (const char * const *) task->remote_ids, task->add,
                                         task->remove);
}

static DexFuture *
set_flags (ValijaMailOrganizer *organizer,
           const char          *folder,
           const char * const  *remote_ids,
           ValijaFlags          add,
           ValijaFlags          remove)
{
  ValijaImapTask *task = valija_imap_task_new (organizer, start_set_flags, VALIJA_STEP_CHANGE, folder);

  task->remote_ids = g_strdupv ((char **) remote_ids);
  task->add = add;
  task->remove = remove;

  return valija_imap_task_run (task);
}

static DexFuture *
start_set_labels (ValijaImapTask *task,
                  ValijaImapLink *link)
{
  forget_early_list (task);

  return valija_imap_organize_set_labels (link, task->folder, (const char * const *) task->remote_ids,
                                          (const char * const *) task->add_labels,
                                          (const char * const *) task->remove_labels);
}

static DexFuture *
set_labels (ValijaMailOrganizer *organizer,
            const char          *folder,
            const char * const  *remote_ids,
            const char * const  *add,
            const char * const  *remove)
{
  ValijaImapTask *task = valija_imap_task_new (organizer, start_set_labels, VALIJA_STEP_CHANGE, folder);

  task->remote_ids = g_strdupv ((char **) remote_ids);
  task->add_labels = g_strdupv ((char **) add);
  task->remove_labels = g_strdupv ((char **) remove);

  return valija_imap_task_run (task);
}

static DexFuture *
start_move (ValijaImapTask *task,
            ValijaImapLink *link)
{
  forget_early_list (task);

  return valija_imap_organize_copy (link, task->folder, (const char * const *) task->remote_ids, task->target, TRUE);
}

static DexFuture *
start_copy (ValijaImapTask *task,
            ValijaImapLink *link)
{
  forget_early_list (task);

  return valija_imap_organize_copy (link, task->folder, (const char * const *) task->remote_ids, task->target, FALSE);
}

static ValijaImapTask *
copy_task_new (ValijaMailOrganizer *organizer,
               ValijaImapTaskStart  start,
               const char          *folder,
               const char * const  *remote_ids,
               const char          *target)
{
  ValijaImapTask *task = valija_imap_task_new (organizer, start, VALIJA_STEP_CHANGE, folder);

  task->remote_ids = g_strdupv ((char **) remote_ids);
  task->target = g_strdup (target);

  return task;
}

static DexFuture *
move (ValijaMailOrganizer *organizer,
      const char          *folder,
      const char * const  *remote_ids,
      const char          *target)
{
  return valija_imap_task_run (copy_task_new (organizer, start_move, folder, remote_ids, target));
}

static DexFuture *
copy (ValijaMailOrganizer *organizer,
      const char          *folder,
      const char * const  *remote_ids,
      const char          *target)
{
  return valija_imap_task_run (copy_task_new (organizer, start_copy, folder, remote_ids, target));
}

static DexFuture *
start_delete (ValijaImapTask *task,
              ValijaImapLink *link)
{
  forget_early_list (task);

  return valija_imap_organize_delete (link, task->folder, (const char * const *) task->remote_ids);
}

static DexFuture *
delete_messages (ValijaMailOrganizer *organizer,
                 const char          *folder,
                 const char * const  *remote_ids)
{
  return valija_imap_task_run (copy_task_new (organizer, start_delete, folder, remote_ids, NULL));
}

static DexFuture *
start_append (ValijaImapTask *task,
              ValijaImapLink *link)
{
  forget_early_list (task);

  return valija_imap_append_run (link, task->target, task->bytes, task->add, task->received);
}

static DexFuture *
append (ValijaMailOrganizer *organizer,
        const char          *folder,
        GBytes              *source,
        ValijaFlags          flags,
        gint64               received)
{
  /* Filing needs no folder to be selected */
  ValijaImapTask *task = valija_imap_task_new (organizer, start_append, VALIJA_STEP_CHANGE, NULL);

  task->target = g_strdup (folder);
  task->bytes = g_bytes_ref (source);
  task->add = flags;
  task->received = received;

  return valija_imap_task_run (task);
}

static gboolean
files_many (ValijaMailOrganizer *organizer)
{
  ValijaImapLink *link = valija_imap_pool_get_primary (VALIJA_IMAP_SESSION (organizer)->pool);

  return link == NULL || valija_imap_link_has (link, VALIJA_IMAP_CAPABILITY_MULTIAPPEND);
}

static DexFuture *
start_append_many (ValijaImapTask *task,
                   ValijaImapLink *link)
{
  forget_early_list (task);

  return valija_imap_append_run_many (link, task->target, task->filings);
}

static DexFuture *
append_many (ValijaMailOrganizer *organizer,
             const char          *folder,
             GPtrArray           *filings)
{
  ValijaImapTask *task = valija_imap_task_new (organizer, start_append_many, VALIJA_STEP_CHANGE, NULL);

  task->target = g_strdup (folder);
  task->filings = g_ptr_array_ref (filings);

  return valija_imap_task_run (task);
}

static DexFuture *
start_mark (ValijaImapTask *task,
            ValijaImapLink *link)
{
  return valija_imap_status_mark (link, task->target);
}

/* Also for a move: without COPYUID, or when its answer is lost, only a mark tells the message from an older copy. */
static DexFuture *
mark (ValijaMailOrganizer *organizer,
      const char          *folder)
{
  ValijaImapTask *task = valija_imap_task_new (organizer, start_mark, VALIJA_STEP_CHANGE, NULL);

  task->target = g_strdup (folder);

  return valija_imap_task_run (task);
}

static DexFuture *
start_find (ValijaImapTask *task,
            ValijaImapLink *link)
{
  return valija_imap_find_run (link, task->folder, task->target, (const char * const *) task->remote_ids, task->sizes);
}

static DexFuture *
find (ValijaMailOrganizer *organizer,
      const char          *folder,
      const char          *since,
      const char * const  *message_ids,
      const guint64       *sizes)
{
  ValijaImapTask *task = copy_task_new (organizer, start_find, folder, message_ids, since);

  task->sizes = g_memdup2 (sizes, g_strv_length ((char **) message_ids) * sizeof *sizes);

  return valija_imap_task_run (task);
}

static DexFuture *
start_create (ValijaImapTask *task,
              ValijaImapLink *link)
{
  forget_early_list (task);

  return valija_imap_folders_create (link, task->target, task->name);
}

static DexFuture *
create_folder (ValijaMailOrganizer *organizer,
               const char          *parent,
               const char          *name)
{
  ValijaImapTask *task = valija_imap_task_new (organizer, start_create, VALIJA_STEP_CHANGE, NULL);

  task->target = g_strdup (parent);
  task->name = g_strdup (name);

  return valija_imap_task_run (task);
}

static DexFuture *
start_rename (ValijaImapTask *task,
              ValijaImapLink *link)
{
  forget_early_list (task);

  return valija_imap_folders_rename (link, task->folder, task->target, task->name);
}

static DexFuture *
rename_folder (ValijaMailOrganizer *organizer,
               const char          *folder,
               const char          *parent,
               const char          *name)
{
  ValijaImapTask *task = valija_imap_task_new (organizer, start_rename, VALIJA_STEP_CHANGE, folder);

  task->target = g_strdup (parent);
  task->name = g_strdup (name);

  return valija_imap_task_run (task);
}

static DexFuture *
start_remove (ValijaImapTask *task,
              ValijaImapLink *link)
{
  forget_early_list (task);

  return valija_imap_folders_remove (link, task->folder);
}

static DexFuture *
remove_folder (ValijaMailOrganizer *organizer,
               const char          *folder)
{
  return valija_imap_task_run (valija_imap_task_new (organizer, start_remove, VALIJA_STEP_CHANGE, folder));
}

void
valija_imap_session_organizer_iface_init (ValijaMailOrganizerInterface *iface)
{
  iface->set_flags = set_flags;
  iface->set_labels = set_labels;
  iface->move = move;
  iface->copy = copy;
  iface->delete_ = delete_messages;
  iface->append = append;
  iface->files_many = files_many;
  iface->append_many = append_many;
  iface->create_folder = create_folder;
  iface->rename_folder = rename_folder;
  iface->remove_folder = remove_folder;
  iface->mark = mark;
  iface->find = find;
}
