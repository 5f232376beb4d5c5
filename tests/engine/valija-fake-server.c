/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-fake-server-private.h"

#include "mime/valija-mime-header.h"

static void
message_free (FakeMessage *message)
{
  g_free (message->remote_id);
  g_free (message->email_id);
  g_bytes_unref (message->source);
  g_strfreev (message->labels);
  g_free (message);
}

static void
event_free (FakeEvent *event)
{
  g_free (event->remote_id);
  g_free (event);
}

static void
folder_free (FakeFolder *folder)
{
  g_free (folder->name);
  g_ptr_array_unref (folder->messages);
  g_ptr_array_unref (folder->events);
  g_free (folder);
}

FakeFolder *
fake_add_folder (FakeServer *self, const char *name, ValijaFolderRole role)
{
  FakeFolder *folder = g_new0 (FakeFolder, 1);

  folder->name = g_strdup (name);
  folder->role = role;
  folder->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) message_free);
  folder->events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_free);
  g_ptr_array_add (self->folders, folder);
  return folder;
}

FakeFolder *
fake_find_folder (FakeServer *self, const char *name)
{
  for (guint i = 0; i < self->folders->len; i++)
    {
      FakeFolder *folder = g_ptr_array_index (self->folders, i);

      if (g_str_equal (folder->name, name))
        return folder;
    }

  return NULL;
}

FakeMessage *
fake_find_message (FakeFolder *folder, const char *remote_id, guint *position)
{
  for (guint i = 0; i < folder->messages->len; i++)
    {
      FakeMessage *message = g_ptr_array_index (folder->messages, i);

      if (g_str_equal (message->remote_id, remote_id))
        {
          if (position != NULL)
            *position = i;
          return message;
        }
    }

  return NULL;
}

static void
add_event (FakeFolder *folder, char kind, const char *remote_id)
{
  FakeEvent *event = g_new0 (FakeEvent, 1);

  event->kind = kind;
  event->remote_id = g_strdup (remote_id);
  g_ptr_array_add (folder->events, event);
}

void
fake_server_wake (FakeServer *self, const char *folder)
{
  DexPromise *watch = g_hash_table_lookup (self->watches, folder);

  if (watch != NULL && dex_future_is_pending (DEX_FUTURE (watch)))
    dex_promise_resolve_boolean (watch, TRUE);
}

DexFuture *
fake_watch_folder (FakeServer *self, const char *folder)
{
  DexPromise *watch = dex_promise_new ();

  g_hash_table_replace (self->watches, g_strdup (folder), watch);
  return dex_ref (DEX_FUTURE (watch));
}

FakeMessage *
fake_put_message (FakeServer *self, FakeFolder *folder, GBytes *source, ValijaFlags flags)
{
  FakeMessage *message = g_new0 (FakeMessage, 1);

  message->remote_id = g_strdup_printf ("%u", ++self->next_id);
  message->received = 1772445600 + self->next_id;
  if (self->names_content)
    message->email_id = g_strdup_printf ("E%u", self->next_id);
  message->source = g_bytes_ref (source);
  message->flags = flags;
  message->labels = valija_labels_new (NULL);
  g_ptr_array_add (folder->messages, message);
  add_event (folder, '+', message->remote_id);
  if (self->watches_all)
    {
      if (self->changed == NULL)
        self->changed = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (self->changed, g_strdup (folder->name));
    }
  fake_server_wake (self, "");
  fake_server_wake (self, folder->name);
  return message;
}

FakeServer *
fake_server_new (void)
{
  FakeServer *self = g_new0 (FakeServer, 1);

  self->folders = g_ptr_array_new_with_free_func ((GDestroyNotify) folder_free);
  self->sent = g_ptr_array_new_with_free_func (g_free);
  self->log = g_string_new (NULL);
  self->watches = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, dex_unref);
  self->batch = 3;
  self->fail_code = VALIJA_ERROR_DISCONNECTED;
  fake_add_folder (self, "INBOX", VALIJA_FOLDER_ROLE_INBOX);
  fake_add_folder (self, "Sent", VALIJA_FOLDER_ROLE_SENT);
  fake_add_folder (self, "Archive", VALIJA_FOLDER_ROLE_ARCHIVE);
  fake_add_folder (self, "Trash", VALIJA_FOLDER_ROLE_TRASH);
  return self;
}

void
fake_server_free (FakeServer *self)
{
  g_ptr_array_unref (self->folders);
  g_ptr_array_unref (self->sent);
  g_string_free (self->log, TRUE);
  g_hash_table_unref (self->watches);
  dex_clear (&self->stall);
  g_clear_pointer (&self->changed, g_ptr_array_unref);
  g_free (self);
}

void
fake_server_add_folder (FakeServer *self, const char *name, ValijaFolderRole role)
{
  fake_add_folder (self, name, role);
}

const char *
fake_server_add_message (FakeServer *self, const char *folder, const char *subject)
{
  g_autofree char *text = g_strdup_printf ("From: Luis <luis@example.org>\r\nTo: ana@example.org\r\n"
                                           "Subject: %s\r\nMessage-ID: <%s@example.org>\r\n"
                                           "Date: Mon, 02 Mar 2026 10:00:00 +0000\r\n\r\n"
                                           "The body of %s.\r\n", subject, subject, subject);

  return fake_server_add_source (self, folder, text);
}

const char *
fake_server_add_source (FakeServer *self, const char *folder, const char *source)
{
  g_autoptr(GBytes) bytes = g_bytes_new (source, strlen (source));

  return fake_put_message (self, fake_find_folder (self, folder), bytes, VALIJA_FLAG_NONE)->remote_id;
}

void
fake_server_set_flags (FakeServer *self, const char *folder, const char *remote_id, ValijaFlags flags)
{
  FakeFolder *found = fake_find_folder (self, folder);

  fake_find_message (found, remote_id, NULL)->flags = flags;
  add_event (found, '*', remote_id);
}

void
fake_server_change_labels (FakeServer         *self,
                           const char         *folder,
                           const char         *remote_id,
                           const char * const *add,
                           const char * const *remove)
{
  FakeFolder *found = fake_find_folder (self, folder);
  FakeMessage *message = fake_find_message (found, remote_id, NULL);
  char **labels = valija_labels_change ((const char * const *) message->labels, add, remove);

  g_strfreev (message->labels);
  message->labels = labels;
  add_event (found, '*', remote_id);
}

void
fake_server_remove (FakeServer *self, const char *folder, const char *remote_id)
{
  FakeFolder *found = fake_find_folder (self, folder);
  guint position;

  if (fake_find_message (found, remote_id, &position) == NULL)
    return;

  add_event (found, '-', remote_id);
  g_ptr_array_remove_index (found->messages, position);
}

const char *
fake_server_copy (FakeServer *self, const char *folder, const char *remote_id, const char *target)
{
  FakeMessage *original = fake_find_message (fake_find_folder (self, folder), remote_id, NULL);
  FakeMessage *copy = fake_put_message (self, fake_find_folder (self, target), original->source, original->flags);

  copy->received = original->received;
  g_set_str (&copy->email_id, original->email_id);
  return copy->remote_id;
}

void
fake_server_take_in_silence (FakeServer *self, const char *folder, const char *remote_id)
{
  FakeFolder *found = fake_find_folder (self, folder);
  guint position = 0;

  g_assert_nonnull (fake_find_message (found, remote_id, &position));
  g_ptr_array_remove_index (found->messages, position);
  for (guint i = found->events->len; i > 0; i--)
    if (g_str_equal (((FakeEvent *) g_ptr_array_index (found->events, i - 1))->remote_id, remote_id))
      g_ptr_array_remove_index (found->events, i - 1);
}

void
fake_server_renumber (FakeServer *self, const char *folder)
{
  FakeFolder *found = fake_find_folder (self, folder);

  found->first_id = self->next_id + 1;
  g_ptr_array_set_size (found->events, 0);
  for (guint i = 0; i < found->messages->len; i++)
    {
      FakeMessage *message = g_ptr_array_index (found->messages, i);

      g_free (message->remote_id);
      message->remote_id = g_strdup_printf ("%u", ++self->next_id);
    }
}

char *
fake_server_list (FakeServer *self, const char *folder)
{
  FakeFolder *found = fake_find_folder (self, folder);
  g_autoptr(GString) list = g_string_new (NULL);

  for (guint i = 0; i < found->messages->len; i++)
    {
      FakeMessage *message = g_ptr_array_index (found->messages, i);
      gsize length;
      const char *text = g_bytes_get_data (message->source, &length);
      g_autoptr(ValijaMessageInfo) info = valija_mime_parse_header_block ("", text, length);
      g_autofree char *labels = g_strjoinv ("#", message->labels);

      g_string_append_printf (list, "%s%s:%s%s%s%s", i > 0 ? " " : "", message->remote_id, info->subject,
                              (message->flags & VALIJA_FLAG_SEEN) != 0 ? "*" : "",
                              labels[0] != '\0' ? "#" : "", labels);
    }

  return g_string_free (g_steal_pointer (&list), FALSE);
}

void
fake_server_clear_log (FakeServer *self)
{
  g_string_truncate (self->log, 0);
}
