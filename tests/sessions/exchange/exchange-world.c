/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "exchange-world.h"

#include <string.h>

void
world_start (World              *world,
             const char * const *arguments,
             const char         *mechanism,
             const char         *password)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("exchange");
  g_autoptr(ValijaSecret) secret = NULL;
  g_autoptr(ValijaSessionContext) context = NULL;

  memset (world, 0, sizeof *world);
  world->server = valija_contract_server_new ("exchange", arguments);
  secret = valija_secret_new (password != NULL ? password : valija_contract_server_get (world->server, "password"), -1);
  g_object_set (account, "timeout", 20, "email", valija_contract_server_get (world->server, "email"), NULL);
  g_object_set (valija_account_get_incoming (account),
                "host", "localhost",
                "port", (guint) valija_contract_server_get_port (world->server),
                "security", (int) VALIJA_SECURITY_TLS,
                "user", valija_contract_server_get (world->server, "user"),
                "mechanism", mechanism != NULL ? mechanism : "",
                "ca-file", valija_contract_server_get (world->server, "ca"),
                NULL);
  context = valija_session_context_new (account, NULL, NULL);
  valija_session_context_preset_secret (context, VALIJA_SIDE_INCOMING, secret);
  world->account = g_steal_pointer (&account);
  world->session = valija_exchange_session_new (context);
  world->folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  world->flags = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  world->labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

void
world_stop (World *world)
{
  g_autoptr(DexFuture) closed = valija_session_close (world->session);

  g_assert_nonnull (valija_test_await (closed, NULL));
  g_clear_object (&world->session);
  g_clear_object (&world->account);
  g_clear_pointer (&world->folders, g_hash_table_unref);
  g_clear_pointer (&world->flags, g_hash_table_unref);
  g_clear_pointer (&world->labels, g_hash_table_unref);
  g_clear_pointer (&world->cursor, g_bytes_unref);
  g_clear_pointer (&world->server, valija_contract_server_free);
}

void
await_true (DexFuture *future)
{
  g_autoptr(GError) error = NULL;

  valija_test_await (future, &error);
  g_assert_no_error (error);
  dex_unref (future);
}

void
await_error (DexFuture       *future,
             ValijaErrorCode  code,
             ValijaStep       step)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (valija_test_await (future, &error));
  g_assert_error (error, VALIJA_ERROR, (int) code);
  g_assert_cmpint (valija_error_get_step (error), ==, step);
  dex_unref (future);
}

GPtrArray *
await_list (DexFuture *future)
{
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (future, &error);
  GPtrArray *list;

  g_assert_no_error (error);
  list = g_value_dup_boxed (value);
  dex_unref (future);

  return list;
}

/* Of the inbox */
ValijaSearchHits *
await_hits (World      *world,
            const char *text,
            guint       limit)
{
  g_autoptr(DexFuture) future = valija_mail_reader_search (VALIJA_MAIL_READER (world->session),
                                                           folder (world, "inbox"), text, limit);
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (future, &error);

  g_assert_no_error (error);

  return g_value_dup_boxed (value);
}

/* The roles and names, in the order told */
char *
list_folders (World *world)
{
  g_autoptr(GPtrArray) list = await_list (valija_mail_reader_list_folders (VALIJA_MAIL_READER (world->session)));
  g_autoptr(GString) log = g_string_new (NULL);

  g_hash_table_remove_all (world->folders);
  for (guint i = 0; i < list->len; i++)
    {
      ValijaFolderInfo *info = g_ptr_array_index (list, i);

      g_hash_table_replace (world->folders, g_strdup (info->name), g_strdup (info->remote_id));
      if (info->role != VALIJA_FOLDER_ROLE_NONE)
        g_hash_table_replace (world->folders, g_strdup (valija_folder_role_to_nick (info->role)),
                              g_strdup (info->remote_id));
      g_string_append_printf (log, "%s%s ", info->name, info->parent_id != NULL ? "^" : "");
    }

  return g_string_free (g_steal_pointer (&log), FALSE);
}

const char *
folder (World      *world,
        const char *name)
{
  const char *id = g_hash_table_lookup (world->folders, name);

  g_assert_nonnull (id);

  return id;
}

static void
take_batch (World         *world,
            ValijaChanges *changes)
{
  world->restarted |= changes->restart;

  for (guint i = 0; i < changes->added->len; i++)
    {
      ValijaMessageInfo *info = g_ptr_array_index (changes->added, i);
      g_autofree char *flags = valija_flags_to_string (info->flags);

      g_hash_table_replace (world->labels, g_strdup (info->subject),
                            info->labels != NULL ? g_strjoinv (",", info->labels) : g_strdup ("?"));

      g_hash_table_replace (world->flags, g_strdup (info->remote_id), g_strdup_printf ("%s|%s", info->subject, flags));
    }
  for (guint i = 0; i < changes->flags->len; i++)
    {
      ValijaFlagsChange *change = g_ptr_array_index (changes->flags, i);
      const char *known = g_hash_table_lookup (world->flags, change->remote_id);
      g_auto(GStrv) parts = g_strsplit (known, "|", 2);
      g_autofree char *words = NULL;
      ValijaFlags flags;

      g_assert_true (valija_flags_from_string (parts[1], &flags));
      words = valija_flags_to_string ((flags & ~change->told) | (change->flags & change->told));
      g_hash_table_replace (world->flags, g_strdup (change->remote_id), g_strdup_printf ("%s|%s", parts[0], words));
    }
  for (guint i = 0; i < changes->gone->len; i++)
    g_hash_table_remove (world->flags, g_ptr_array_index (changes->gone, i));

  g_clear_pointer (&world->cursor, g_bytes_unref);
  world->cursor = g_bytes_ref (changes->cursor);
}

/* One round over the inbox, from where the last one ended. Returns how many batches came. */
guint
sync_inbox (World   *world,
            GError **error)
{
  g_autoptr(DexChannel) channel = valija_mail_reader_sync_folder (VALIJA_MAIL_READER (world->session),
                                                                  folder (world, "inbox"), world->cursor);
  gboolean final = FALSE;
  guint n_batches = 0;

  world->restarted = FALSE;
  while (!final)
    {
      g_autoptr(DexFuture) future = dex_channel_receive (channel);
      const GValue *value = valija_test_await (future, error);

      if (value == NULL)
        return 0;

      n_batches++;
      take_batch (world, g_value_get_boxed (value));
      final = ((ValijaChanges *) g_value_get_boxed (value))->final;
    }

  return n_batches;
}

/* The labels of the one message with @subject; "?": the server has told of none */
const char *
labels_of (World      *world,
           const char *subject)
{
  return g_hash_table_lookup (world->labels, subject);
}

/* What is known of the one message with @subject: its flags, or NULL */
const char *
flags_of (World      *world,
          const char *subject)
{
  GHashTableIter iter;
  const char *text;

  g_hash_table_iter_init (&iter, world->flags);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &text))
    {
      if (g_str_has_prefix (text, subject) && text[strlen (subject)] == '|')
        return text + strlen (subject) + 1;
    }

  return NULL;
}

char *
dup_id_of (World      *world,
           const char *subject)
{
  GHashTableIter iter;
  const char *id, *text;

  g_hash_table_iter_init (&iter, world->flags);
  while (g_hash_table_iter_next (&iter, (gpointer *) &id, (gpointer *) &text))
    {
      if (g_str_has_prefix (text, subject) && text[strlen (subject)] == '|')
        return g_strdup (id);
    }

  g_assert_not_reached ();
}

char *
fetch_text (World      *world,
            const char *id)
{
  g_autoptr(DexFuture) future = valija_mail_reader_fetch_message (VALIJA_MAIL_READER (world->session),
                                                                  folder (world, "inbox"), id, NULL);
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (future, &error);
  ValijaFetched *fetched;

  g_assert_no_error (error);
  fetched = g_value_get_boxed (value);

  return g_strndup (g_bytes_get_data (fetched->source, NULL), g_bytes_get_size (fetched->source));
}

void
deliver (World      *world,
         const char *subject)
{
  valija_contract_server_tell (world->server, "{'do': 'deliver', 'subject': '%s', 'text': 'Text of %s'}", subject,
                               subject);
}
