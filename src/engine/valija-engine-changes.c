/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

/* What the user does to messages that are there: flags, labels, move, copy, delete, and taking it back. Each call sorts
 * its messages into groups of one folder, changes the store group by group, and remembers how to undo it. */

typedef enum
{
  CHANGE_FLAGS,
  CHANGE_LABELS,
  CHANGE_MOVE,
  CHANGE_COPY,
  CHANGE_DELETE,
  CHANGE_EMPTY,              /* the folder @source, for good */
} ChangeKind;

typedef struct
{
  ValijaEngine *engine;
  ChangeKind kind;
  GPtrArray *messages;       /* of ValijaMessage */
  ValijaFlags add;
  ValijaFlags remove;
  char **add_labels;         /* nullable, both: CHANGE_LABELS */
  char **remove_labels;
  ValijaFolder *target;      /* nullable: CHANGE_MOVE and CHANGE_COPY */
  ValijaFolder *source;      /* nullable: CHANGE_EMPTY */
  guint n_trashed;           /* groups of CHANGE_DELETE that went to a trash, and that are gone for good */
  guint n_gone;
  ValijaFolderRole role;     /* CHANGE_MOVE without a target: in each message's own account */
} Change;

static Change *
change_new (ValijaEngine *engine, ChangeKind kind, GPtrArray *messages)
{
  Change *change = g_new0 (Change, 1);

  change->engine = g_object_ref (engine);
  change->kind = kind;
  change->messages = g_ptr_array_new_full (messages->len, g_object_unref);
  for (guint i = 0; i < messages->len; i++)
    g_ptr_array_add (change->messages, g_object_ref (g_ptr_array_index (messages, i)));
  return change;
}

static void
change_free (Change *change)
{
  g_object_unref (change->engine);
  g_ptr_array_unref (change->messages);
  g_strfreev (change->add_labels);
  g_strfreev (change->remove_labels);
  g_clear_object (&change->target);
  g_clear_object (&change->source);
  g_free (change);
}

/* ---- Groups ---- */

/* Messages of one folder to which the same is done. */
typedef struct
{
  ValijaAccountRuntime *runtime;
  ValijaFolder *folder;
  ValijaFlags add;
  ValijaFlags remove;
  char **add_labels;
  char **remove_labels;
  ValijaFolder *target;      /* nullable: CHANGE_MOVE and CHANGE_COPY */
  GArray *ids;               /* gint64 */
  GPtrArray *messages;       /* of ValijaMessage, in the same order */
} Group;

static void
group_free (Group *group)
{
  g_object_unref (group->runtime);
  g_object_unref (group->folder);
  g_strfreev (group->add_labels);
  g_strfreev (group->remove_labels);
  g_clear_object (&group->target);
  g_array_unref (group->ids);
  g_ptr_array_unref (group->messages);
  g_free (group);
}

static Group *
find_group (GPtrArray *groups, ValijaFolder *folder, ValijaFlags add, ValijaFlags remove, char **add_labels,
            char **remove_labels)
{
  for (guint i = 0; i < groups->len; i++)
    {
      Group *group = g_ptr_array_index (groups, i);

      if (group->folder == folder && group->add == add && group->remove == remove &&
          g_strv_equal ((const char * const *) group->add_labels, (const char * const *) add_labels) &&
          g_strv_equal ((const char * const *) group->remove_labels, (const char * const *) remove_labels))
        return group;
    }

  return NULL;
}

/* Of flags and labels only what each message lacks or has is changed, so that Undo restores exactly what was. */
static void
sort_message (Change *change, GPtrArray *groups, ValijaMessage *message)
{
  ValijaFolder *folder = valija_message_get_folder (message);
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (change->engine, valija_folder_get_account (folder));
  ValijaFlags flags = valija_message_get_flags (message);
  ValijaFlags add = change->add & ~flags;
  ValijaFlags remove = change->remove & flags;
  const char * const *labels = valija_message_get_labels (message);
  g_auto(GStrv) add_labels = valija_labels_filter ((const char * const *) change->add_labels, labels, TRUE);
  g_auto(GStrv) remove_labels = valija_labels_filter (labels, (const char * const *) change->remove_labels, FALSE);
  gint64 id = valija_message_get_id (message);
  Group *group;

  if (runtime == NULL || (change->kind == CHANGE_FLAGS && add == 0 && remove == 0) ||
      (change->kind == CHANGE_LABELS && add_labels[0] == NULL && remove_labels[0] == NULL))
    return;

  if (!(group = find_group (groups, folder, add, remove, add_labels, remove_labels)))
    {
      group = g_new0 (Group, 1);
      group->runtime = g_object_ref (runtime);
      group->folder = g_object_ref (folder);
      group->add = add;
      group->remove = remove;
      group->add_labels = g_steal_pointer (&add_labels);
      group->remove_labels = g_steal_pointer (&remove_labels);
      group->ids = g_array_new (FALSE, FALSE, sizeof (gint64));
      group->messages = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (groups, group);
    }

  g_array_append_val (group->ids, id);
  g_ptr_array_add (group->messages, g_object_ref (message));
}

static void
show_labels (ValijaMessage *message, char **add, char **remove)
{
  g_auto(GStrv) labels = valija_labels_change (valija_message_get_labels (message), (const char * const *) add,
                                               (const char * const *) remove);

  valija_message_set_labels (message, (const char * const *) labels);
}

/* In the place of what stands for a conversation come its messages in that folder, as they were when they were shown:
 * what has come since was not meant. */
static gboolean
expand_conversations_fiber (Change *change, GError **error)
{
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < change->messages->len; i++)
    {
      ValijaMessage *message = g_ptr_array_index (change->messages, i);
      GArray *members = valija_message_get_members (message);
      g_autoptr(GPtrArray) rows = NULL;

      if (members == NULL)
        {
          g_ptr_array_add (messages, g_object_ref (message));
          continue;
        }

      if (!(rows = dex_await_boxed (valija_store_load_rows (change->engine->store,
                                                            (const gint64 *) (const void *) members->data,
                                                            members->len), error)))
        return FALSE;

      g_ptr_array_extend_and_steal (messages, valija_engine_wrap_rows (change->engine, rows));
      valija_message_set_flags (message, (valija_message_get_flags (message) | change->add) & ~change->remove);
      show_labels (message, change->add_labels, change->remove_labels);
    }

  g_ptr_array_unref (change->messages);
  change->messages = g_steal_pointer (&messages);
  return TRUE;
}

static GPtrArray *
group_messages_fiber (Change *change, GError **error)
{
  g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func ((GDestroyNotify) group_free);

  for (guint i = 0; i < change->messages->len; i++)
    {
      ValijaMessage *message = g_ptr_array_index (change->messages, i);

      if (valija_message_get_folder (message) == NULL &&
          !dex_await (valija_engine_complete_message (change->engine, message), error))
        return NULL;

      sort_message (change, groups, message);
    }

  return g_steal_pointer (&groups);
}

static const gint64 *
group_ids (Group *group)
{
  return (const gint64 *) (const void *) group->ids->data;
}

static ValijaUndoStep *
add_step (ValijaUndo *undo, Group *group, gint64 operation)
{
  ValijaUndoStep *step = valija_undo_add_step (undo, group->runtime);

  step->operation = operation;
  step->source = valija_folder_get_id (group->folder);
  g_array_append_vals (step->messages, group->ids->data, group->ids->len);
  return step;
}

/* ---- Flags ---- */

static gboolean
flag_group_fiber (ValijaEngine *self, Group *group, ValijaUndo *undo, GError **error)
{
  ValijaUndoStep *step;
  gint64 operation;

  for (guint i = 0; i < group->messages->len; i++)
    {
      ValijaMessage *message = g_ptr_array_index (group->messages, i);

      valija_message_set_flags (message, (valija_message_get_flags (message) | group->add) & ~group->remove);
    }

  if (!valija_await_int64 (valija_store_change_flags (self->store, group_ids (group), group->ids->len,
                                                      group->add, group->remove), &operation, error))
    return FALSE;

  step = add_step (undo, group, operation);
  step->added = group->add;
  step->removed = group->remove;
  return TRUE;
}

/* ---- Labels ---- */

static gboolean
label_group_fiber (ValijaEngine *self, Group *group, ValijaUndo *undo, GError **error)
{
  ValijaUndoStep *step;
  gint64 operation;

  for (guint i = 0; i < group->messages->len; i++)
    show_labels (g_ptr_array_index (group->messages, i), group->add_labels, group->remove_labels);

  if (!valija_await_int64 (valija_store_change_labels (self->store, group_ids (group), group->ids->len,
                                                       (const char * const *) group->add_labels,
                                                       (const char * const *) group->remove_labels), &operation,
                           error))
    return FALSE;

  step = add_step (undo, group, operation);
  step->added_labels = g_strdupv (group->add_labels);
  step->removed_labels = g_strdupv (group->remove_labels);
  return TRUE;
}

/* ---- Moving ---- */

static gboolean
move_group_fiber (ValijaEngine *self, Group *group, gint64 target, ValijaUndo *undo, GError **error)
{
  gint64 operation;

  if (!valija_await_int64 (valija_store_move_messages (self->store, group_ids (group), group->ids->len, target),
                           &operation, error))
    return FALSE;

  add_step (undo, group, operation)->target = target;
  return TRUE;
}

static gboolean
copy_group_fiber (ValijaEngine *self, Group *group, gint64 target, ValijaUndo *undo, GError **error)
{
  gint64 operation;

  if (!valija_await_int64 (valija_store_copy_messages (self->store, group_ids (group), group->ids->len, target),
                           &operation, error))
    return FALSE;

  valija_undo_add_copies (undo, group->runtime, operation, target);
  return TRUE;
}

static gboolean
delete_group_fiber (ValijaEngine *self, Group *group, ValijaUndo *undo, GError **error)
{
  gint64 operation;

  if (!valija_await_int64 (valija_store_delete_messages (self->store, group_ids (group), group->ids->len),
                           &operation, error))
    return FALSE;

  add_step (undo, group, operation)->final = TRUE;
  return TRUE;
}

/* Between two stores: each message is copied, and goes from where it was only when its copy is safe, for which there is
 * no Undo; or stays, with @copies (nullable). */
static gboolean
carry_group_fiber (ValijaEngine *self, Group *group, ValijaFolder *target, ValijaUndo *copies, GError **error)
{
  g_autoptr(ValijaProgress) progress = valija_progress_new (_("Copying messages"));
  gboolean shown = group->messages->len > 1;
  gboolean carried;

  if (shown)
    valija_account_runtime_begin_progress (group->runtime, progress);
  carried = valija_engine_carry_fiber (self, group->messages, target, copies, FALSE, progress, error);
  if (shown)
    valija_account_runtime_end_progress (group->runtime, progress);
  if (!carried)
    return FALSE;

  /* What is new on the server is listed by a round of that folder. */
  if (!valija_folder_get_local (target))
    valija_future_forget (valija_engine_sync_folder (self, target, VALIJA_SYNC_HEADERS, NULL), "list the copies");
  return TRUE;
}

static gboolean
move_to_fiber (ValijaEngine *self, Group *group, ValijaFolder *target, ValijaUndo *undo, GError **error)
{
  gboolean here = valija_folder_get_local (group->folder);
  gboolean same_account = valija_folder_get_account (group->folder) == valija_folder_get_account (target);

  if (group->folder == target)
    return TRUE;

  if (here == valija_folder_get_local (target) && (here || same_account))
    return move_group_fiber (self, group, valija_folder_get_id (target), undo, error);

  return carry_group_fiber (self, group, target, NULL, error);
}

static gboolean
copy_to_fiber (ValijaEngine *self, Group *group, ValijaFolder *target, ValijaUndo *undo, GError **error)
{
  gboolean here = valija_folder_get_local (group->folder) || valija_folder_get_local (target);
  gboolean same_account = valija_folder_get_account (group->folder) == valija_folder_get_account (target);

  if (!here && same_account)
    return copy_group_fiber (self, group, valija_folder_get_id (target), undo, error);

  return carry_group_fiber (self, group, target, undo, error);
}

/* Before anything is moved, so that not half of it is. */
static gboolean
find_targets (Change *change, GPtrArray *groups, GError **error)
{
  const char *role = valija_folder_role_to_nick (change->role);

  for (guint i = 0; (change->kind == CHANGE_MOVE || change->kind == CHANGE_COPY) && i < groups->len; i++)
    {
      Group *group = g_ptr_array_index (groups, i);
      ValijaAccount *account = group->runtime->account;
      ValijaFolder *target = change->target;

      if (target == NULL && !(target = valija_engine_find_folder (change->engine, account, role)))
        {
          valija_error_set (error, VALIJA_ERROR_NOT_FOUND,
                            /* Translators: an account, and the name of a folder such as Archive */
                            _("The account %s has no folder “%s”. Choose one to move to."),
                            valija_account_get_name (account), valija_folder_role_get_label (change->role));
          return FALSE;
        }

      g_set_object (&group->target, target);
    }

  return TRUE;
}

/* What stands above all others around @folder: of a shared mailbox, its name. A server may say that a folder is its own
 * grandparent. */
static gint64
find_top (ValijaEngine *self, ValijaFolder *folder)
{
  gint64 top = valija_folder_get_id (folder);

  for (guint i = 0; i < 64 && folder != NULL && valija_folder_get_parent_id (folder) != 0; i++)
    {
      top = valija_folder_get_parent_id (folder);
      folder = valija_engine_find_folder_by_id (self, top);
    }

  return top;
}

static ValijaFolder *
find_shared_trash (ValijaEngine *self, ValijaAccountRuntime *runtime, ValijaFolder *folder)
{
  gint64 top = find_top (self, folder);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (runtime->folders)); i++)
    {
      g_autoptr(ValijaFolder) other = g_list_model_get_item (G_LIST_MODEL (runtime->folders), i);

      if (valija_folder_get_role (other) == VALIJA_FOLDER_ROLE_TRASH &&
          valija_folder_get_owner (other) == valija_folder_get_owner (folder) && find_top (self, other) == top)
        return other;
    }

  return NULL;
}

/* The trash of where the messages of @folder are: the server's, or this computer's. A mailbox that is shared may have
 * one of its own. */
static ValijaFolder *
find_trash (ValijaEngine *self, ValijaAccountRuntime *runtime, ValijaFolder *folder)
{
  ValijaFolder *shared = NULL;

  if (valija_folder_get_owner (folder) != VALIJA_FOLDER_OWNER_USER)
    shared = find_shared_trash (self, runtime, folder);
  if (shared != NULL)
    return shared;

  return valija_account_runtime_find_role (runtime, VALIJA_FOLDER_ROLE_TRASH, valija_folder_get_local (folder));
}

/* On this computer it is made when missing. */
static gboolean
delete_from_fiber (Change *change, Group *group, ValijaUndo *undo, GError **error)
{
  ValijaEngine *self = change->engine;
  gboolean here = valija_folder_get_local (group->folder);
  ValijaFolder *trash = find_trash (self, group->runtime, group->folder);
  gint64 trash_id = trash != NULL ? valija_folder_get_id (trash) : 0;

  if (trash == NULL && here &&
      !valija_await_int64 (valija_engine_ensure_local_folder (self, group->runtime, VALIJA_FOLDER_ROLE_TRASH),
                           &trash_id, error))
    return FALSE;

  if (trash_id == 0 || trash_id == valija_folder_get_id (group->folder))
    {
      change->n_gone++;
      return delete_group_fiber (self, group, undo, error);
    }

  change->n_trashed++;
  return move_group_fiber (self, group, trash_id, undo, error);
}

/* ---- The three calls ---- */

static char *
dup_flags_label (Change *change)
{
  guint n = change->messages->len;

  if (change->add == VALIJA_FLAG_SEEN && change->remove == 0)
    return g_strdup_printf (ngettext ("%u message marked as read", "%u messages marked as read", n), n);
  if (change->add == 0 && change->remove == VALIJA_FLAG_SEEN)
    return g_strdup_printf (ngettext ("%u message marked as unread", "%u messages marked as unread", n), n);
  if (change->add == VALIJA_FLAG_FLAGGED && change->remove == 0)
    return g_strdup_printf (ngettext ("%u message starred", "%u messages starred", n), n);
  if (change->add == 0 && change->remove == VALIJA_FLAG_FLAGGED)
    return g_strdup_printf (ngettext ("Star removed from %u message", "Star removed from %u messages", n), n);

  /* Of several at once no one sentence speaks */
  return g_strdup_printf (ngettext ("%u message marked", "%u messages marked", n), n);
}

static char *
dup_labels_label (Change *change)
{
  guint n = change->messages->len;
  gboolean one = g_strv_length (change->add_labels) + g_strv_length (change->remove_labels) == 1;
  gboolean added = change->add_labels[0] != NULL;
  g_autofree char *name = one ? valija_label_dup_display (added ? change->add_labels[0] : change->remove_labels[0])
                              : NULL;

  if (one && added)
    /* Translators: %s is a label that the user has given to the messages */
    return g_strdup_printf (ngettext ("%u message labeled “%s”", "%u messages labeled “%s”", n), n, name);
  if (one)
    return g_strdup_printf (ngettext ("Label “%2$s” removed from %1$u message",
                                      "Label “%2$s” removed from %1$u messages", n), n, name);

  return g_strdup_printf (ngettext ("Labels of %u message changed", "Labels of %u messages changed", n), n);
}

/* Of what was done: called afterwards. */
static char *
dup_label (Change *change)
{
  guint n = change->messages->len;

  switch (change->kind)
    {
    case CHANGE_MOVE:
      /* Translators: %s is the name of a folder */
      return g_strdup_printf (ngettext ("%u message moved to %s", "%u messages moved to %s", n), n,
                              change->target != NULL ? valija_folder_get_display_name (change->target)
                                                     : valija_folder_role_get_label (change->role));
    case CHANGE_COPY:
      return g_strdup_printf (ngettext ("%u message copied to %s", "%u messages copied to %s", n), n,
                              valija_folder_get_display_name (change->target));
    case CHANGE_EMPTY:
    case CHANGE_DELETE:
      if (change->n_gone == 0 && change->kind == CHANGE_DELETE)
        return g_strdup_printf (ngettext ("%u message moved to the trash", "%u messages moved to the trash", n), n);
      if (change->n_trashed == 0)
        return g_strdup_printf (ngettext ("%u message deleted for good", "%u messages deleted for good", n), n);
      return g_strdup_printf (ngettext ("%u message deleted", "%u messages deleted", n), n);
    case CHANGE_LABELS:
      return dup_labels_label (change);
    case CHANGE_FLAGS:
    default:
      return dup_flags_label (change);
    }
}

static gboolean
apply_group_fiber (Change *change, Group *group, ValijaUndo *undo, GError **error)
{
  switch (change->kind)
    {
    case CHANGE_FLAGS:
      return flag_group_fiber (change->engine, group, undo, error);
    case CHANGE_LABELS:
      return label_group_fiber (change->engine, group, undo, error);
    case CHANGE_MOVE:
      return move_to_fiber (change->engine, group, group->target, undo, error);
    case CHANGE_COPY:
      return copy_to_fiber (change->engine, group, group->target, undo, error);
    case CHANGE_DELETE:
      return delete_from_fiber (change, group, undo, error);
    case CHANGE_EMPTY:
      return delete_group_fiber (change->engine, group, undo, error);
    default:
      g_assert_not_reached ();
    }
}

/* Of the messages of a folder that is emptied those that are in it still: one may have been taken out of the trash. */
static gboolean
keep_those_there_fiber (Change *change, GError **error)
{
  g_autoptr(GHashTable) meant = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr(GPtrArray) there = NULL;

  if (change->source == NULL)
    return TRUE;

  for (guint i = 0; i < change->messages->len; i++)
    {
      gint64 id = valija_message_get_id (g_ptr_array_index (change->messages, i));

      g_hash_table_add (meant, g_memdup2 (&id, sizeof id));
    }

  if (!(there = dex_await_boxed (valija_engine_load_messages (change->engine, change->source, VALIJA_SHOW_ALL, 0),
                                 error)))
    return FALSE;

  g_ptr_array_set_size (change->messages, 0);
  for (guint i = 0; i < there->len; i++)
    {
      gint64 id = valija_message_get_id (g_ptr_array_index (there, i));

      if (g_hash_table_contains (meant, &id))
        g_ptr_array_add (change->messages, g_object_ref (g_ptr_array_index (there, i)));
    }

  return TRUE;
}

static DexFuture *
change_fiber (gpointer data)
{
  Change *change = data;
  g_autoptr(ValijaUndo) undo = valija_undo_new ();
  g_autoptr(GPtrArray) groups = NULL;
  g_autoptr(GError) error = NULL;

  if (!keep_those_there_fiber (change, &error) || !expand_conversations_fiber (change, &error) ||
      !(groups = group_messages_fiber (change, &error)) ||
      !find_targets (change, groups, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  for (guint i = 0; i < groups->len; i++)
    {
      Group *group = g_ptr_array_index (groups, i);

      if (!apply_group_fiber (change, group, undo, &error))
        return dex_future_new_for_error (g_steal_pointer (&error));

      valija_engine_journal_changed (change->engine, group->runtime);
    }

  valija_undo_set_label (undo, dup_label (change));
  return dex_future_new_take_object (g_steal_pointer (&undo));
}

static DexFuture *
spawn_change (Change *change)
{
  return valija_engine_spawn (change->engine, VALIJA_FLOW_OWNED, "change messages", change_fiber, change,
                              (GDestroyNotify) change_free);
}

DexFuture *
valija_engine_change_flags (ValijaEngine *self, GPtrArray *messages, ValijaFlags add, ValijaFlags remove)
{
  Change *change;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (messages != NULL);

  change = change_new (self, CHANGE_FLAGS, messages);
  change->add = add;
  change->remove = remove & ~add;
  return spawn_change (change);
}

DexFuture *
valija_engine_change_labels (ValijaEngine       *self,
                             GPtrArray          *messages,
                             const char * const *add,
                             const char * const *remove)
{
  Change *change;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (messages != NULL);

  change = change_new (self, CHANGE_LABELS, messages);
  change->add_labels = valija_labels_new (add);
  change->remove_labels = valija_labels_change (remove, NULL, add);
  return spawn_change (change);
}

static DexFuture *
spawn_change_to (ValijaEngine *self, ChangeKind kind, GPtrArray *messages, ValijaFolder *target)
{
  Change *change;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (messages != NULL);
  dex_return_error_if_fail (VALIJA_IS_FOLDER (target));

  change = change_new (self, kind, messages);
  change->target = g_object_ref (target);
  return spawn_change (change);
}

DexFuture *
valija_engine_move_messages (ValijaEngine *self, GPtrArray *messages, ValijaFolder *target)
{
  return spawn_change_to (self, CHANGE_MOVE, messages, target);
}

DexFuture *
valija_engine_copy_messages (ValijaEngine *self, GPtrArray *messages, ValijaFolder *target)
{
  return spawn_change_to (self, CHANGE_COPY, messages, target);
}

DexFuture *
valija_engine_delete_messages (ValijaEngine *self, GPtrArray *messages)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (messages != NULL);

  return spawn_change (change_new (self, CHANGE_DELETE, messages));
}

gboolean
valija_engine_can_empty (ValijaEngine *self, ValijaFolder *folder)
{
  ValijaFolderRole role;
  g_autofree char *reason = NULL;

  g_return_val_if_fail (VALIJA_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (VALIJA_IS_FOLDER (folder), FALSE);

  role = valija_folder_get_role (folder);
  if (valija_folder_gathers (folder) || (role != VALIJA_FOLDER_ROLE_TRASH && role != VALIJA_FOLDER_ROLE_JUNK))
    return FALSE;

  reason = valija_engine_why_not (self, NULL, folder, VALIJA_ACTION_DELETE);
  return reason == NULL;
}

static DexFuture *
reject_emptying (void)
{
  GError *error = NULL;

  valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED,
                    _("Only the folders for trash and junk are emptied at once. Select the messages of another "
                      "one, and delete those."));
  return dex_future_new_for_error (error);
}

static DexFuture *
list_to_empty_fiber (gpointer data)
{
  Change *change = data;
  ValijaEngine *self = change->engine;
  ValijaFolder *folder = change->source;
  gint64 id = valija_folder_get_id (folder);
  g_autoptr(GArray) known = NULL;
  g_autoptr(GPtrArray) messages = NULL;
  g_autoptr(GError) error = NULL;

  if (!(known = dex_await_boxed (valija_store_load_index (self->store, &id, 1, FALSE, VALIJA_LIST_ALL, 0), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (!valija_folder_get_local (folder) && known->len < valija_folder_get_total (folder))
    {
      dex_await_uint (valija_engine_sync_folder (self, folder, VALIJA_SYNC_HEADERS, NULL), &error);
      if (error != NULL)
        return dex_future_new_for_error (g_steal_pointer (&error));
    }

  if (!(messages = dex_await_boxed (valija_engine_load_messages (self, folder, VALIJA_SHOW_ALL, 0), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return valija_future_new_take_ptr_array (g_steal_pointer (&messages));
}

DexFuture *
valija_engine_list_to_empty (ValijaEngine *self, ValijaFolder *folder)
{
  g_autoptr(GPtrArray) none = g_ptr_array_new ();
  Change *change;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_FOLDER (folder));

  if (!valija_engine_can_empty (self, folder))
    return reject_emptying ();

  change = change_new (self, CHANGE_EMPTY, none);
  change->source = g_object_ref (folder);
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "list what to empty", list_to_empty_fiber, change,
                              (GDestroyNotify) change_free);
}

DexFuture *
valija_engine_empty_folder (ValijaEngine *self, ValijaFolder *folder, GPtrArray *messages)
{
  Change *change;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_FOLDER (folder));
  dex_return_error_if_fail (messages != NULL);

  if (!valija_engine_can_empty (self, folder))
    return reject_emptying ();

  change = change_new (self, CHANGE_EMPTY, messages);
  change->source = g_object_ref (folder);
  return spawn_change (change);
}

DexFuture *
valija_engine_move_to_role (ValijaEngine *self, GPtrArray *messages, ValijaFolderRole role)
{
  Change *change;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (messages != NULL);
  dex_return_error_if_fail (role != VALIJA_FOLDER_ROLE_NONE);

  change = change_new (self, CHANGE_MOVE, messages);
  change->role = role;
  return spawn_change (change);
}

static gboolean
deletes_for_good (ValijaEngine *self, ValijaFolder *folder)
{
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (self, valija_folder_get_account (folder));
  ValijaFolder *trash = runtime != NULL ? find_trash (self, runtime, folder) : NULL;

  return trash == folder || (trash == NULL && runtime != NULL && !valija_folder_get_local (folder));
}

/* Of what was found, which may lie anywhere. */
static guint
count_final_members (ValijaEngine *self, GArray *places)
{
  guint n_final = 0;

  for (guint i = 0; i < places->len; i++)
    {
      ValijaFolder *folder = valija_engine_find_folder_by_id (self, g_array_index (places, gint64, i));

      n_final += folder != NULL && deletes_for_good (self, folder);
    }

  return n_final;
}

guint
valija_engine_count_final (ValijaEngine *self, GPtrArray *messages, ValijaFolder *folder)
{
  ValijaFolder *asked = NULL;
  gboolean final = FALSE;
  guint n_final = 0;

  g_return_val_if_fail (VALIJA_IS_ENGINE (self), 0);
  g_return_val_if_fail (messages != NULL, 0);
  g_return_val_if_fail (VALIJA_IS_FOLDER (folder), 0);

  for (guint i = 0; i < messages->len; i++)
    {
      ValijaMessage *message = g_ptr_array_index (messages, i);
      ValijaFolder *where = valija_message_get_folder (message);
      GArray *members = valija_message_get_members (message);

      if (valija_message_get_places (message) != NULL)
        {
          n_final += count_final_members (self, valija_message_get_places (message));
          continue;
        }

      if (where == NULL)
        where = folder;
      /* Most are in one folder */
      if (where != asked)
        final = deletes_for_good (self, where);
      asked = where;
      if (final)
        n_final += members != NULL ? members->len : 1;
    }

  return n_final;
}
