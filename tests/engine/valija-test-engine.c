/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-engine.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

static void
remove_tree (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }

  g_remove (path);
}

/* ---- Waiting ---- */

static void
settle (DexFuture *future)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
}

static const GValue *
value_of (DexFuture *future)
{
  g_autoptr(GError) error = NULL;
  const GValue *value;

  settle (future);
  value = dex_future_get_value (future, &error);
  g_assert_no_error (error);
  return value;
}

void
test_await (DexFuture *future)
{
  value_of (future);
  dex_unref (future);
}

gint64
test_await_int64 (DexFuture *future)
{
  gint64 value = g_value_get_int64 (value_of (future));

  dex_unref (future);
  return value;
}

guint
test_await_uint (DexFuture *future)
{
  guint value = g_value_get_uint (value_of (future));

  dex_unref (future);
  return value;
}

gpointer
test_await_boxed (DexFuture *future)
{
  gpointer value = g_value_dup_boxed (value_of (future));

  dex_unref (future);
  return value;
}

gpointer
test_await_object (DexFuture *future)
{
  gpointer value = g_value_dup_object (value_of (future));

  dex_unref (future);
  return value;
}

gboolean
test_try (DexFuture *future, GError **error)
{
  gboolean resolved;

  settle (future);
  resolved = dex_future_get_value (future, error) != NULL;
  dex_unref (future);
  return resolved;
}

void
test_await_error (DexFuture *future, int code)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (test_try (future, &error));
  g_assert_error (error, VALIJA_ERROR, code);
}

void
test_engine_settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* ---- The engine ---- */

static void
notice_cb (TestEngine *self, const char *text)
{
  g_ptr_array_add (self->notices, g_strdup (text));
}

static ValijaAccount *
make_account (const char *kind)
{
  g_auto(GStrv) words = g_strsplit (kind, "+", 2);
  g_autoptr(ValijaAccount) account = valija_account_new (words[0]);
  g_autoptr(GError) error = NULL;

  if (!g_str_equal (words[0], "smtp"))
    valija_account_set_key (account, "incoming.host", "mail.example.org", &error);
  g_assert_no_error (error);
  if (words[1] != NULL || g_str_equal (words[0], "smtp"))
    valija_account_set_key (account, "outgoing.host", "smtp.example.org", &error);
  g_assert_no_error (error);

  g_object_set (account, "email", "ana@example.org", "full-name", "Ana", "name", kind, NULL);
  return g_steal_pointer (&account);
}

ValijaAccount *
test_engine_add (TestEngine *self, const char *kind)
{
  g_autoptr(ValijaAccount) account = make_account (kind);
  guint n = g_list_model_get_n_items (valija_engine_get_accounts (self->engine));
  g_autofree char *user = g_strdup_printf ("ana%u", n);

  /* Two of one kind are two mailboxes */
  g_object_set (valija_account_get_incoming (account), "user", user, NULL);
  test_await (valija_engine_add_account (self->engine, account, NULL, NULL));
  return valija_engine_find_account (self->engine, valija_account_get_id (account));
}

void
test_engine_write (TestEngine *self, const char *sql)
{
  g_autofree char *path = g_build_filename (self->directory, "data", "local.db", NULL);
  sqlite3 *handle;

  g_assert_cmpint (sqlite3_open_v2 (path, &handle, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  sqlite3_busy_timeout (handle, 10000);
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (handle);
}

void
test_engine_open (TestEngine *self)
{
  g_autoptr(GFile) profile = g_file_new_for_path (self->directory);

  self->engine = valija_engine_new (profile);
  /* No keyring in these tests. */
  g_clear_object (&self->engine->credentials);
  valija_engine_set_session_factory (self->engine, fake_server_create_session, self->server);
  g_signal_connect_swapped (self->engine, "notice", G_CALLBACK (notice_cb), self);
  test_await (valija_engine_open (self->engine));
  if (self->account_id != NULL)
    self->account = valija_engine_find_account (self->engine, self->account_id);
}

void
test_engine_close (TestEngine *self)
{
  test_await (valija_engine_close (self->engine));
  test_engine_settle ();
  g_assert_finalize_object (g_steal_pointer (&self->engine));
  self->account = NULL;
}

TestEngine *
test_engine_new (const char *kind)
{
  TestEngine *self = g_new0 (TestEngine, 1);
  g_autoptr(GError) error = NULL;

  self->directory = g_dir_make_tmp ("valija-engine-XXXXXX", &error);
  g_assert_no_error (error);
  self->server = fake_server_new ();
  self->notices = g_ptr_array_new_with_free_func (g_free);
  test_engine_open (self);
  self->account = test_engine_add (self, kind);
  self->account_id = g_strdup (valija_account_get_id (self->account));
  return self;
}

void
test_engine_free (TestEngine *self)
{
  if (self->engine != NULL)
    test_engine_close (self);
  remove_tree (self->directory);
  fake_server_free (self->server);
  g_ptr_array_unref (self->notices);
  g_free (self->directory);
  g_free (self->account_id);
  g_free (self);
}

ValijaFolder *
test_engine_folder (TestEngine *self, const char *name)
{
  ValijaFolder *folder = valija_engine_find_folder (self->engine, self->account, name);

  g_assert_nonnull (folder);
  return folder;
}

guint
test_engine_sync (TestEngine *self, ValijaSyncFlags flags)
{
  return test_await_uint (valija_engine_sync_account (self->engine, self->account, flags, NULL));
}

static GPtrArray *
load (TestEngine *self, const char *folder)
{
  return test_await_boxed (valija_engine_load_messages (self->engine, test_engine_folder (self, folder),
                                                        VALIJA_SHOW_ALL, 0));
}

char *
test_engine_list (TestEngine *self, const char *folder)
{
  g_autoptr(GPtrArray) messages = load (self, folder);
  g_autoptr(GString) list = g_string_new (NULL);

  for (guint i = 0; i < messages->len; i++)
    {
      ValijaMessage *message = g_ptr_array_index (messages, i);
      g_autofree char *labels = g_strjoinv ("#", (char **) valija_message_get_labels (message));

      g_string_append_printf (list, "%s%s%s%s%s%s%s", i > 0 ? " " : "", valija_message_get_subject (message),
                              valija_message_get_unread (message) ? "" : "*",
                              valija_message_get_flagged (message) ? "!" : "",
                              valija_message_get_has_source (message) ? "+" : "", labels[0] != '\0' ? "#" : "",
                              labels);
    }

  return g_string_free (g_steal_pointer (&list), FALSE);
}

ValijaMessage *
test_engine_find (TestEngine *self, const char *folder, const char *subject)
{
  g_autoptr(GPtrArray) messages = load (self, folder);

  for (guint i = 0; i < messages->len; i++)
    {
      ValijaMessage *message = g_ptr_array_index (messages, i);

      if (g_str_equal (valija_message_get_subject (message), subject))
        return g_object_ref (message);
    }

  g_error ("There is no “%s” in %s", subject, folder);
}

GPtrArray *
test_engine_find_all (TestEngine *self, const char *folder, const char *subjects)
{
  g_auto(GStrv) words = g_strsplit (subjects, " ", -1);
  GPtrArray *messages = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; words[i] != NULL; i++)
    g_ptr_array_add (messages, test_engine_find (self, folder, words[i]));
  return messages;
}

ValijaComposition *
test_composition (const char *to, const char *subject)
{
  g_autoptr(ValijaAddress) from = valija_address_new ("Ana", "ana@example.org");
  ValijaComposition *composition = valija_composition_new ();

  g_object_set (composition, "from", from, "to", to, "subject", subject, "text", "Hello.\n", NULL);
  return composition;
}
