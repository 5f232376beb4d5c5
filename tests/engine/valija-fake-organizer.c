/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-fake-server-private.h"

#include "base/valija-error.h"
#include "base/valija-future.h"

/* NULL, or that one of them is a name of before. */
static DexFuture *
check_names (ValijaMailOrganizer *self, const char *name, const char * const *ids)
{
  FakeFolder *folder = fake_find_folder (fake_server_of (self), name);
  GError *error = NULL;

  for (guint i = 0; ids[i] != NULL; i++)
    if (g_ascii_strtoull (ids[i], NULL, 10) < folder->first_id)
      {
        valija_error_set (&error, VALIJA_ERROR_RENUMBERED, "Numbered anew.");
        return dex_future_new_for_error (error);
      }

  return NULL;
}

static DexFuture *
fake_set_flags (ValijaMailOrganizer *self,
                const char          *name,
                const char * const  *ids,
                ValijaFlags          add,
                ValijaFlags          remove)
{
  g_autofree char *joined = g_strjoinv (",", (char **) ids);
  DexFuture *failure = fake_ask (self, "flags %s %s +%u -%u", name, joined, add, remove);

  if (failure == NULL)
    failure = check_names (self, name, (const char * const *) ids);

  for (guint i = 0; failure == NULL && ids[i] != NULL; i++)
    {
      FakeMessage *message = fake_find_message (fake_find_folder (fake_server_of (self), name), ids[i], NULL);

      if (message != NULL)
        fake_server_set_flags (fake_server_of (self), name, ids[i], (message->flags | add) & ~remove);
    }

  return failure != NULL ? failure : fake_answer (self, dex_future_new_true ());
}

static DexFuture *
fake_set_labels (ValijaMailOrganizer *self,
                 const char          *name,
                 const char * const  *ids,
                 const char * const  *add,
                 const char * const  *remove)
{
  g_autofree char *joined = g_strjoinv (",", (char **) ids);
  g_autofree char *added = g_strjoinv (",", (char **) add);
  g_autofree char *removed = g_strjoinv (",", (char **) remove);
  DexFuture *failure = fake_ask (self, "labels %s %s +%s -%s", name, joined, added, removed);

  if (failure == NULL)
    failure = check_names (self, name, ids);

  for (guint i = 0; failure == NULL && ids[i] != NULL; i++)
    if (fake_find_message (fake_find_folder (fake_server_of (self), name), ids[i], NULL) != NULL)
      fake_server_change_labels (fake_server_of (self), name, ids[i], add, remove);

  return failure != NULL ? failure : fake_answer (self, dex_future_new_true ());
}

static DexFuture *
carry (ValijaMailOrganizer *self, const char *verb, const char *name, const char * const *ids, const char *target)
{
  g_autofree char *joined = g_strjoinv (",", (char **) ids);
  DexFuture *failure = fake_ask (self, "%s %s %s>%s", verb, joined, name, target);
  GPtrArray *fresh;

  if (failure == NULL)
    failure = check_names (self, name, (const char * const *) ids);

  if (failure != NULL)
    return failure;

  fresh = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      FakeMessage *message = fake_find_message (fake_find_folder (fake_server_of (self), name), ids[i], NULL);
      FakeMessage *copy;

      if (message == NULL)
        {
          g_ptr_array_add (fresh, g_strdup (""));
          continue;
        }
      copy = fake_put_message (fake_server_of (self), fake_find_folder (fake_server_of (self), target), message->source,
                               message->flags);
      g_ptr_array_add (fresh, g_strdup (fake_server_of (self)->nameless ? "" : copy->remote_id));
      if (g_str_equal (verb, "move"))
        fake_server_remove (fake_server_of (self), name, ids[i]);
    }

  return fake_answer (self, valija_future_new_take_ptr_array (fresh));
}

static DexFuture *
fake_move (ValijaMailOrganizer *self, const char *folder, const char * const *ids, const char *target)
{
  return carry (self, "move", folder, ids, target);
}

static DexFuture *
fake_copy (ValijaMailOrganizer *self, const char *folder, const char * const *ids, const char *target)
{
  return carry (self, "copy", folder, ids, target);
}

static DexFuture *
fake_delete (ValijaMailOrganizer *self, const char *name, const char * const *ids)
{
  g_autofree char *joined = g_strjoinv (",", (char **) ids);
  DexFuture *failure = fake_ask (self, "delete %s %s", name, joined);

  if (failure == NULL)
    failure = check_names (self, name, (const char * const *) ids);

  for (guint i = 0; failure == NULL && ids[i] != NULL; i++)
    fake_server_remove (fake_server_of (self), name, ids[i]);
  return failure != NULL ? failure : fake_answer (self, dex_future_new_true ());
}

static DexFuture *
fake_append (ValijaMailOrganizer *self, const char *name, GBytes *source, ValijaFlags flags, gint64 received)
{
  FakeServer *server = fake_server_of (self);
  DexFuture *failure = fake_ask (self, "append %s", name);
  const char *remote_id;

  if (failure != NULL)
    return failure;

  remote_id = fake_put_message (server, fake_find_folder (server, name), source, flags)->remote_id;
  return fake_answer (self, dex_future_new_for_string (server->nameless ? "" : remote_id));
}

static gboolean
fake_files_many (ValijaMailOrganizer *self)
{
  return fake_server_of (self)->files_many;
}

static DexFuture *
fake_append_many (ValijaMailOrganizer *self, const char *name, GPtrArray *filings)
{
  FakeServer *server = fake_server_of (self);
  DexFuture *failure;

  g_assert_true (server->files_many);
  if ((failure = fake_ask (self, "append %s * %u", name, filings->len)) != NULL)
    return failure;

  for (guint i = 0; i < filings->len; i++)
    {
      const ValijaFiling *filing = g_ptr_array_index (filings, i);

      fake_put_message (server, fake_find_folder (server, name), filing->source, filing->flags);
    }

  return fake_answer (self, dex_future_new_true ());
}

static DexFuture *
refuse (int code)
{
  GError *error = NULL;

  valija_error_set (&error, code, "It is not so.");
  return dex_future_new_for_error (error);
}

static DexFuture *
fake_create_folder (ValijaMailOrganizer *self, const char *parent, const char *name)
{
  g_autofree char *path = parent != NULL ? g_strconcat (parent, "/", name, NULL) : g_strdup (name);
  DexFuture *failure = fake_ask (self, "create %s", path);
  FakeFolder *folder;

  if (failure != NULL)
    return failure;
  if (fake_find_folder (fake_server_of (self), path) != NULL)
    return refuse (VALIJA_ERROR_REFUSED);

  folder = fake_add_folder (fake_server_of (self), path, VALIJA_FOLDER_ROLE_NONE);
  return fake_answer (self, dex_future_new_take_boxed (VALIJA_TYPE_FOLDER_INFO, fake_describe_folder (folder)));
}

static DexFuture *
fake_rename_folder (ValijaMailOrganizer *self, const char *old, const char *parent, const char *name)
{
  FakeServer *server = fake_server_of (self);
  g_autofree char *path = parent != NULL ? g_strconcat (parent, "/", name, NULL) : g_strdup (name);
  g_autofree char *inside = g_strconcat (old, "/", NULL);
  DexFuture *failure = fake_ask (self, "rename %s>%s", old, path);
  ValijaFolderInfo *info;

  if (failure != NULL)
    return failure;
  if (fake_find_folder (server, old) == NULL)
    return refuse (VALIJA_ERROR_NOT_FOUND);

  for (guint i = 0; i < server->folders->len; i++)
    {
      FakeFolder *folder = g_ptr_array_index (server->folders, i);

      if (g_str_equal (folder->name, old) || g_str_has_prefix (folder->name, inside))
        {
          char *fresh = g_strconcat (path, folder->name + strlen (old), NULL);

          g_free (folder->name);
          folder->name = fresh;
        }
    }

  info = fake_describe_folder (fake_find_folder (server, path));
  return fake_answer (self, dex_future_new_take_boxed (VALIJA_TYPE_FOLDER_INFO, info));
}

static DexFuture *
fake_remove_folder (ValijaMailOrganizer *self, const char *name)
{
  DexFuture *failure = fake_ask (self, "remove %s", name);

  if (failure != NULL)
    return failure;

  if (fake_find_folder (fake_server_of (self), name) == NULL)
    return refuse (VALIJA_ERROR_NOT_FOUND);

  g_ptr_array_remove (fake_server_of (self)->folders, fake_find_folder (fake_server_of (self), name));
  return fake_answer (self, dex_future_new_true ());
}

static DexFuture *
fake_mark (ValijaMailOrganizer *self, const char *name)
{
  DexFuture *failure;

  if (!fake_server_of (self)->marks)
    return dex_future_new_for_string ("");
  if ((failure = fake_ask (self, "mark %s", name)) != NULL)
    return failure;

  return fake_answer (self, dex_future_new_take_string (g_strdup_printf ("%u", fake_server_of (self)->next_id)));
}

static DexFuture *
fake_find (ValijaMailOrganizer *self,
           const char          *name,
           const char          *mark,
           const char * const  *message_ids,
           const guint64       *sizes)
{
  FakeFolder *folder = fake_find_folder (fake_server_of (self), name);
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  DexFuture *failure = fake_server_of (self)->marks ? fake_ask (self, "find %s", name) : NULL;

  if (failure != NULL)
    return failure;

  for (guint i = 0; message_ids[i] != NULL; i++)
    {
      const char *remote_id = "";

      for (guint j = 0; fake_server_of (self)->marks && j < folder->messages->len; j++)
        {
          FakeMessage *message = g_ptr_array_index (folder->messages, j);
          g_autoptr(ValijaMessageInfo) info = fake_describe_message (message);

          if (g_str_equal (info->message_id, message_ids[i]) &&
              g_ascii_strtoull (message->remote_id, NULL, 10) > g_ascii_strtoull (mark, NULL, 10))
            remote_id = message->remote_id;
        }
      g_ptr_array_add (found, g_strdup (remote_id));
    }

  return fake_answer (self, valija_future_new_take_ptr_array (g_steal_pointer (&found)));
}

void
fake_organizer_init (ValijaMailOrganizerInterface *iface)
{
  iface->set_flags = fake_set_flags;
  iface->set_labels = fake_set_labels;
  iface->move = fake_move;
  iface->copy = fake_copy;
  iface->delete_ = fake_delete;
  iface->append = fake_append;
  iface->files_many = fake_files_many;
  iface->append_many = fake_append_many;
  iface->create_folder = fake_create_folder;
  iface->rename_folder = fake_rename_folder;
  iface->remove_folder = fake_remove_folder;
  iface->mark = fake_mark;
  iface->find = fake_find;
}
