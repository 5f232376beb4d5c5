/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "imap-fixture.h"

#include "base/valija-error.h"

#include <string.h>

static void
set_key (ValijaAccount *account,
         const char    *key,
         const char    *value)
{
  g_autoptr(GError) error = NULL;

  valija_account_set_key (account, key, value, &error);
  g_assert_no_error (error);
}

ValijaSession *
imap_session_new (guint16     port,
                  const char *settings)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("imap");
  g_autoptr(ValijaSecret) secret = valija_secret_new ("secret", -1);
  g_autoptr(ValijaSessionContext) context = NULL;
  g_auto(GStrv) words = g_strsplit (settings, " ", -1);
  g_autofree char *number = g_strdup_printf ("%u", port);

  set_key (account, "host", "localhost");
  set_key (account, "port", number);
  set_key (account, "security", "none");
  set_key (account, "user", "ana");
  set_key (account, "cleartext-password", "true");
  set_key (account, "timeout", "30");
  set_key (account, "ca", valija_script_server_get_ca_file ());
  for (guint i = 0; words[i] != NULL; i++)
    {
      char *value = strchr (words[i], '=');

      if (value == NULL)
        continue;
      *value = '\0';
      set_key (account, words[i], value + 1);
    }

  context = valija_session_context_new (account, NULL, NULL);
  valija_session_context_preset_secret (context, VALIJA_SIDE_INCOMING, secret);

  return valija_imap_session_new (context);
}

void
imap_assert_true (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;

  valija_test_await (future, &error);
  g_assert_no_error (error);
}

gpointer
imap_assert_boxed (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (future, &error);

  g_assert_no_error (error);

  return g_value_dup_boxed (value);
}

char *
imap_assert_string (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;
  const GValue *value = valija_test_await (future, &error);

  g_assert_no_error (error);

  return g_value_dup_string (value);
}

GError *
imap_assert_error (DexFuture *future,
                   int        code)
{
  g_autoptr(DexFuture) owned = future;
  GError *error = NULL;

  valija_test_await (future, &error);
  g_assert_error (error, VALIJA_ERROR, code);

  return error;
}

/* "#Work#Later", "" for none, "?" where nothing was told. */
static void
describe_labels (GString  *out,
                 char    **labels)
{
  if (labels == NULL)
    g_string_append_c (out, '?');
  for (guint i = 0; labels != NULL && labels[i] != NULL; i++)
    g_string_append_printf (out, "#%s", labels[i]);
}

static void
describe_changes (GString             *out,
                  const ValijaChanges *changes)
{
  g_string_append (out, changes->restart ? "restart " : "");
  for (guint i = 0; i < changes->added->len; i++)
    {
      const ValijaMessageInfo *info = g_ptr_array_index (changes->added, i);

      g_string_append_printf (out, "+%s:%s:%d", info->remote_id, info->subject, info->flags);
      describe_labels (out, info->labels);
      if (info->email_id != NULL)
        g_string_append_printf (out, ":%s", info->email_id);
      g_string_append_c (out, ' ');
    }
  for (guint i = 0; i < changes->flags->len; i++)
    {
      const ValijaFlagsChange *change = g_ptr_array_index (changes->flags, i);

      g_string_append_printf (out, "=%s:%d", change->remote_id, change->flags);
      describe_labels (out, change->labels);
      g_string_append_c (out, ' ');
    }
  for (guint i = 0; i < changes->gone->len; i++)
    g_string_append_printf (out, "-%s ", (char *) g_ptr_array_index (changes->gone, i));
  if (changes->total > 0)
    g_string_append_printf (out, "%u/%u ", (guint) changes->done, (guint) changes->total);
  g_string_append (out, changes->final ? "final" : "");
  g_string_append_c (out, '\n');
}

static void
describe_fetched (GString             *out,
                  const ValijaFetched *fetched)
{
  g_string_append_printf (out, "%s:%.*s\n", fetched->remote_id, (int) MIN (g_bytes_get_size (fetched->source), 100),
                          (const char *) g_bytes_get_data (fetched->source, NULL));
}

char *
imap_collect (DexChannel *channel,
              GBytes    **cursor,
              GError    **error)
{
  g_autoptr(DexChannel) owned = channel;
  GString *out = g_string_new (NULL);

  for (;;)
    {
      g_autoptr(DexFuture) next = dex_channel_receive (channel);
      g_autoptr(GError) failure = NULL;
      const GValue *value = valija_test_await (next, &failure);

      if (value == NULL)
        {
          if (failure->domain == VALIJA_ERROR && error != NULL)
            g_propagate_error (error, g_steal_pointer (&failure));
          else
            g_assert_error (failure, DEX_ERROR, DEX_ERROR_CHANNEL_CLOSED);
          break;
        }

      if (G_VALUE_HOLDS (value, VALIJA_TYPE_CHANGES))
        {
          ValijaChanges *changes = g_value_get_boxed (value);

          describe_changes (out, changes);
          if (cursor != NULL && changes->cursor != NULL)
            {
              g_clear_pointer (cursor, g_bytes_unref);
              *cursor = g_bytes_ref (changes->cursor);
            }
        }
      else
        describe_fetched (out, g_value_get_boxed (value));
    }
  dex_channel_close_receive (channel);

  return g_string_free (out, FALSE);
}

void
imap_assert_listed (ValijaSession *session)
{
  g_autoptr(GPtrArray) folders = imap_assert_boxed (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)));

  g_assert_nonnull (folders);
}

void
imap_close (ValijaSession *session)
{
  imap_assert_true (valija_session_close (session));
  g_assert_cmpint (valija_session_get_state (session), ==, VALIJA_SESSION_CLOSED);
  g_object_unref (session);
  valija_test_drain ();
}
