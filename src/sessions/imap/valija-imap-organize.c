/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-organize.h"

#include <glib/gi18n-lib.h>

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "sessions/imap/valija-imap-batch.h"
#include "sessions/imap/valija-imap-cursor.h"
#include "sessions/imap/valija-imap-label.h"
#include "wire/imap/valija-imap-mailbox.h"

/* Lines must not be too long for the server's buffer */
#define MESSAGES_A_COMMAND 500

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
  for (guint i = 0; self->remote_ids[i] != NULL; i++)
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
  if (selected == NULL || !selected->read_only)
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

  return valija_imap_search_collect (response, self->found);
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
