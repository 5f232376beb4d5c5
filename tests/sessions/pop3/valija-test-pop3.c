/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-test-pop3.h"

ValijaSession *
new_session (guint16        port,
             const Setting *setting)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("pop3");
  g_autoptr(ValijaSecret) secret = valija_secret_new (setting->password != NULL ? setting->password : "secret", -1);
  g_autoptr(ValijaSessionContext) context = NULL;

  /* A slow moment of a busy machine must not be taken for silence, but where silence is meant or any error will do */
  g_object_set (account,
                "timeout", setting->hasty ? 1 : 30,
                "delete-after-days", setting->delete_after_days,
                "delete-removed", setting->delete_removed,
                NULL);
  g_object_set (valija_account_get_incoming (account),
                "host", "127.0.0.1",
                "port", (guint) port,
                "security", (int) setting->security,
                "user", "ana",
                "mechanism", setting->mechanism != NULL ? setting->mechanism : "",
                "ca-file", valija_script_server_get_ca_file (),
                "cleartext-password", setting->cleartext,
                NULL);
  context = valija_session_context_new (account, NULL, NULL);
  valija_session_context_preset_secret (context, VALIJA_SIDE_INCOMING, secret);

  return valija_pop3_session_new (context);
}

DexFuture *
pass_on_cb (DexFuture *future,
            gpointer   user_data)
{
  return NULL;
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
  g_assert_cmpint (valija_error_get_side (error), ==, VALIJA_SIDE_INCOMING);
  g_assert_cmpint (valija_error_get_step (error), ==, step);
  dex_unref (future);
}

char *
play_round (ValijaSession  *session,
            GBytes        **cursor,
            GError        **error)
{
  g_autoptr(DexChannel) channel = valija_mail_reader_sync_folder (VALIJA_MAIL_READER (session), "INBOX", *cursor);
  g_autoptr(GString) log = g_string_new (NULL);
  gboolean final = FALSE;

  while (!final)
    {
      g_autoptr(DexFuture) future = dex_channel_receive (channel);
      const GValue *value = valija_test_await (future, error);
      ValijaChanges *changes;

      if (value == NULL)
        return NULL;

      changes = g_value_get_boxed (value);
      g_string_append (log, changes->restart ? "restart" : "");
      for (guint i = 0; i < changes->added->len; i++)
        {
          ValijaMessageInfo *info = g_ptr_array_index (changes->added, i);

          g_string_append_printf (log, "+%s %" G_GUINT64_FORMAT " %s ", info->remote_id, info->size, info->subject);
        }
      for (guint i = 0; i < changes->gone->len; i++)
        g_string_append_printf (log, "-%s ", (const char *) g_ptr_array_index (changes->gone, i));

      if (changes->cursor != NULL)
        {
          g_clear_pointer (cursor, g_bytes_unref);
          *cursor = g_bytes_ref (changes->cursor);
        }
      final = changes->final;
    }

  g_assert_nonnull (*cursor);
  return g_string_free_and_steal (g_steal_pointer (&log));
}

void
assert_round (ValijaSession  *session,
              GBytes        **cursor,
              const char     *expected)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *log = play_round (session, cursor, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (log, ==, expected);
}
