/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-account.h"
#include "model/valija-account-status.h"
#include "model/valija-address.h"

static void
assert_key (ValijaAccount *account,
            const char    *key,
            const char    *expected)
{
  g_autofree char *value = valija_account_dup_key (account, key);

  g_assert_cmpstr (value, ==, expected);
}

static void
set_key (ValijaAccount *account,
         const char    *key,
         const char    *value)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (valija_account_set_key (account, key, value, &error));
  g_assert_no_error (error);
}

static void
refuse_key (ValijaAccount *account,
            const char    *key,
            const char    *value,
            const char    *words)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (valija_account_set_key (account, key, value, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
  g_assert_nonnull (g_strstr_len (error->message, -1, words));
}

static void
test_defaults (void)
{
  static const struct
  {
    const char *method;
    ValijaKeepSent keep;
  } cases[] = {
    { "smtp", VALIJA_KEEP_SENT_NOT },
    { "pop3", VALIJA_KEEP_SENT_HERE },
    { "mixed", VALIJA_KEEP_SENT_HERE },
    { "imap", VALIJA_KEEP_SENT_SERVER },
    { "outlook", VALIJA_KEEP_SENT_SERVER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(ValijaAccount) account = valija_account_new (cases[i].method);

      g_assert_true (g_uuid_string_is_valid (valija_account_get_id (account)));
      g_assert_cmpstr (valija_account_get_method (account), ==, cases[i].method);
      g_assert_cmpint (valija_account_get_keep_sent (account), ==, cases[i].keep);
      g_assert_cmpint (valija_account_get_delete_after_days (account), ==, -1);
      g_assert_false (valija_account_deletes_on_server (account));
      g_assert_cmpuint (valija_account_get_timeout (account), ==, 60);
      g_assert_cmpint (valija_account_get_body_days (account), ==, 90);
      g_assert_cmpint (valija_server_get_security (valija_account_get_incoming (account)), ==, VALIJA_SECURITY_TLS);
      g_assert_cmpstr (valija_server_get_host (valija_account_get_outgoing (account)), ==, "");
    }
}

static void
test_name_falls_back (void)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("smtp");

  g_assert_cmpstr (valija_account_get_name (account), ==, "");
  set_key (account, "host", "smtp.example.org");
  g_assert_cmpstr (valija_account_get_name (account), ==, "smtp.example.org");
  set_key (account, "email", "ana@example.org");
  g_assert_cmpstr (valija_account_get_name (account), ==, "ana@example.org");
  set_key (account, "name", "Work");
  g_assert_cmpstr (valija_account_get_name (account), ==, "Work");
}

static void
test_keys (void)
{
  g_autoptr(ValijaAccount) imap = valija_account_new ("imap");
  g_autoptr(ValijaAccount) smtp = valija_account_new ("smtp");

  set_key (imap, "host", " imap.example.org ");
  set_key (imap, "port", "1143");
  set_key (imap, "security", "starttls");
  set_key (imap, "cleartext-password", "true");
  set_key (imap, "ca", "/etc/ssl/../ssl/ca.pem");
  assert_key (imap, "incoming.host", "imap.example.org");
  assert_key (imap, "incoming.port", "1143");
  assert_key (imap, "incoming.security", "starttls");
  assert_key (imap, "incoming.cleartext-password", "true");
  assert_key (imap, "incoming.ca", "/etc/ssl/ca.pem");
  assert_key (imap, "outgoing.host", "");
  assert_key (imap, "nonsense", NULL);

  g_assert_false (valija_account_has_side (imap, VALIJA_SIDE_OUTGOING));
  set_key (imap, "outgoing.host", "smtp.example.org");
  g_assert_true (valija_account_has_side (imap, VALIJA_SIDE_OUTGOING));

  set_key (smtp, "host", "smtp.example.org");
  assert_key (smtp, "outgoing.host", "smtp.example.org");
  assert_key (smtp, "incoming.host", NULL);
  g_assert_false (valija_account_has_side (smtp, VALIJA_SIDE_INCOMING));
}

static void
test_keys_of_both_sides (void)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("mixed");

  set_key (account, "user", "ana");
  set_key (account, "security", "none");
  assert_key (account, "incoming.user", "ana");
  assert_key (account, "outgoing.user", "ana");
  assert_key (account, "outgoing.security", "none");

  set_key (account, "outgoing.user", "other");
  assert_key (account, "incoming.user", "ana");
  assert_key (account, "outgoing.user", "other");

  refuse_key (account, "port", "110", "incoming.port");
}

static void
test_refused (void)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("pop3");
  g_autoptr(ValijaAccount) imap = valija_account_new ("imap");

  refuse_key (account, "colour", "red", "colour");
  refuse_key (account, "port", "65536", "65535");
  refuse_key (account, "port", "-1", "0");
  refuse_key (account, "port", "99a", "whole number");
  refuse_key (account, "security", "ssl", "starttls");
  refuse_key (account, "keep-sent", "yes", "here");
  refuse_key (account, "cleartext-password", "1", "true");
  refuse_key (account, "timeout", "0", "3600");
  refuse_key (account, "delete-after-days", "-2", "-1");
  refuse_key (account, "user", "ana\r\nQUIT", "one line");
  refuse_key (imap, "delete-after-days", "3", "no setting");
  refuse_key (imap, "delete-removed", "true", "no setting");
  assert_key (account, "port", "0");
}

static void
test_validate (void)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("mixed");
  g_autoptr(GError) error = NULL;

  g_assert_false (valija_account_validate (account, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
  g_clear_error (&error);

  set_key (account, "incoming.host", "pop.example.org");
  g_assert_false (valija_account_validate (account, &error));
  g_assert_nonnull (g_strstr_len (error->message, -1, "outgoing"));
  g_clear_error (&error);

  set_key (account, "outgoing.host", "https://smtp.example.org");
  set_key (account, "user", "ana");
  g_assert_false (valija_account_validate (account, &error));
  g_clear_error (&error);

  set_key (account, "outgoing.host", "smtp.example.org");
  g_assert_true (valija_account_validate (account, &error));
  g_assert_no_error (error);

  set_key (account, "email", "ana at example.org");
  g_assert_false (valija_account_validate (account, &error));
  g_clear_error (&error);

  set_key (account, "email", "ana@example.org");
  set_key (account, "incoming.user", "");
  g_assert_false (valija_account_validate (account, &error));
  g_clear_error (&error);

  set_key (account, "incoming.mechanism", "EXTERNAL");
  g_assert_true (valija_account_validate (account, &error));
}

static void
test_round_trip (void)
{
  static const char * const methods[] = { "imap", "pop3", "smtp", "mixed" };

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr(ValijaAccount) account = valija_account_new (methods[i]);
      g_autoptr(ValijaAccount) read = NULL;
      g_autoptr(ValijaAccount) copy = NULL;
      g_autoptr(GKeyFile) file = NULL;
      g_autoptr(GKeyFile) again = g_key_file_new ();
      g_autofree char *text = NULL;
      g_autoptr(GError) error = NULL;
      const char * const *keys = valija_account_list_keys (account);

      set_key (account, "email", "ana@example.org");
      set_key (account, "full-name", "Ana \"Ñ\" = [García]; #1");
      set_key (account, "outgoing.host", "smtp.example.org");
      set_key (account, "outgoing.port", "2525");
      set_key (account, "keep-sent", "here");

      file = valija_account_to_key_file (account);
      text = g_key_file_to_data (file, NULL, NULL);
      g_assert_null (g_strstr_len (text, -1, "secret"));
      g_assert_true (g_key_file_load_from_data (again, text, -1, G_KEY_FILE_NONE, &error));

      read = valija_account_from_key_file (again, &error);
      g_assert_no_error (error);
      copy = valija_account_copy (account);

      g_assert_cmpstr (valija_account_get_id (read), ==, valija_account_get_id (account));
      g_assert_cmpstr (valija_account_get_own_name (read), ==, "");
      g_assert_cmpstr (valija_account_get_own_name (copy), ==, "");

      for (guint j = 0; keys[j] != NULL; j++)
        {
          g_autofree char *expected = valija_account_dup_key (account, keys[j]);

          assert_key (read, keys[j], expected);
          assert_key (copy, keys[j], expected);
        }
    }
}

static void
test_bad_file (void)
{
  static const char * const texts[] = {
    "",
    "[account]\nmethod=imap\n",
    "[account]\nmethod=imap\nid=../../x\n",
    "[account]\nmethod=imap\nid=2d7a1d7c-2e31-4a5a-9a6f-0b5f1de9c0aa\n[incoming]\nport=many\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(GKeyFile) file = g_key_file_new ();
      g_autoptr(ValijaAccount) account = NULL;
      g_autoptr(GError) error = NULL;

      g_assert_true (g_key_file_load_from_data (file, texts[i], -1, G_KEY_FILE_NONE, NULL));
      account = valija_account_from_key_file (file, &error);
      g_assert_null (account);
      g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
    }
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  guint *n = user_data;

  (*n)++;
}

static void
test_notify_on_change_only (void)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("imap");
  guint n = 0;

  g_signal_connect (account, "notify", G_CALLBACK (count_cb), &n);
  g_object_set (account, "email", "", "timeout", 60, "name", NULL, NULL);
  g_assert_cmpuint (n, ==, 0);

  /* The name falls back to the address, so both are new */
  g_object_set (account, "email", "ana@example.org", NULL);
  g_assert_cmpuint (n, ==, 2);
}

/* Each alone or both; an account of an earlier Valija, which had one setting for both, keeps its meaning. */
static void
test_deleting (void)
{
  static const struct
  {
    const char *days;
    const char *removed;     /* nullable: not in the file */
    gboolean is_removed;
    gboolean deletes;
  } cases[] = {
    { "-1", "false", FALSE, FALSE }, { "-1", "true", TRUE, TRUE },   { "30", "false", FALSE, TRUE },
    { "0", "true", TRUE, TRUE },     { "-1", NULL, FALSE, FALSE },   { "0", NULL, TRUE, TRUE },
    { "30", NULL, TRUE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(ValijaAccount) account = valija_account_new ("pop3");
      g_autoptr(ValijaAccount) loaded = NULL;
      g_autoptr(GKeyFile) file = NULL;
      g_autoptr(GError) error = NULL;

      set_key (account, "delete-after-days", cases[i].days);
      if (cases[i].removed != NULL)
        set_key (account, "delete-removed", cases[i].removed);
      file = valija_account_to_key_file (account);
      if (cases[i].removed == NULL)
        g_assert_true (g_key_file_remove_key (file, "account", "delete-removed", NULL));

      loaded = valija_account_from_key_file (file, &error);
      g_assert_no_error (error);
      assert_key (loaded, "delete-after-days", cases[i].days);
      g_assert_cmpint (valija_account_get_delete_removed (loaded), ==, cases[i].is_removed);
      g_assert_cmpint (valija_account_deletes_on_server (loaded), ==, cases[i].deletes);
    }
}

/* Where one server does all there is no other one, no copy to be asked about, and no greeting before TLS. */
static void
test_one_server (void)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("exchange");
  g_autoptr(ValijaAccount) imap = valija_account_new ("imap");
  g_auto(GStrv) shared = NULL;
  g_autoptr(GPtrArray) senders = NULL;
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (valija_account_has_one_server (account));
  g_assert_false (valija_account_has_one_server (imap));

  refuse_key (account, "outgoing.host", "smtp.example.org", "There is no setting “outgoing.host”");
  refuse_key (account, "keep-sent", "here", "There is no setting “keep-sent”");
  refuse_key (account, "delete-after-days", "1", "There is no setting “delete-after-days”");
  refuse_key (account, "security", "starttls", "must be “tls” or “none”");
  set_key (account, "security", "none");
  set_key (account, "security", "tls");
  set_key (account, "host", "mail.example.org");
  g_assert_cmpstr (valija_server_get_host (valija_account_get_incoming (account)), ==, "mail.example.org");

  /* The mailboxes of others, and what one may send as; each address once */
  refuse_key (imap, "shared", "team@example.org", "There is no setting “shared”");
  refuse_key (account, "shared", "team@example.org, nobody", "“nobody” is not a mail address");
  set_key (account, "shared", " team@example.org;Team@example.org , sales@example.org,");
  shared = valija_account_dup_shared (account);
  g_assert_cmpuint (g_strv_length (shared), ==, 2);
  g_assert_cmpstr (shared[0], ==, "team@example.org");
  g_assert_cmpstr (shared[1], ==, "sales@example.org");
  set_key (imap, "email", "ana@example.org");
  set_key (imap, "full-name", "Ana");
  set_key (imap, "senders", "Ana@example.org, team@example.org");
  senders = valija_account_list_senders (imap);
  text = valija_address_list_to_text (senders);
  g_assert_cmpstr (text, ==, "Ana <ana@example.org>, Ana <team@example.org>");

  /* Not even if a file says so */
  g_object_set (valija_account_get_outgoing (account), "host", "smtp.example.org", NULL);
  g_assert_true (valija_account_has_side (account, VALIJA_SIDE_INCOMING));
  g_assert_false (valija_account_has_side (account, VALIJA_SIDE_OUTGOING));
  g_assert_true (valija_account_has_side (account, VALIJA_SIDE_BOTH));
  g_assert_false (valija_account_has_side (imap, VALIJA_SIDE_BOTH));
  g_assert_cmpint (valija_account_name_side (account, VALIJA_SIDE_OUTGOING), ==, VALIJA_SIDE_BOTH);
  g_assert_cmpint (valija_account_name_side (account, VALIJA_SIDE_NONE), ==, VALIJA_SIDE_NONE);
  g_assert_cmpint (valija_account_name_side (imap, VALIJA_SIDE_OUTGOING), ==, VALIJA_SIDE_OUTGOING);

  /* The address is the name there, too */
  g_assert_false (valija_account_validate (account, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "The user name is missing.");
  set_key (account, "email", "ana@example.org");
  g_clear_error (&error);
  g_assert_true (valija_account_validate (account, &error));
  g_assert_no_error (error);
}

/* What a server said last hides nothing that it said just before. */
static void
test_alerts (void)
{
  g_autoptr(ValijaAccount) account = valija_account_new ("imap");
  g_autoptr(ValijaAccountStatus) status = valija_account_status_new (account);
  guint n = 0;

  g_signal_connect (status, "notify::alert", G_CALLBACK (count_cb), &n);
  g_assert_null (valija_account_status_get_alert (status));
  valija_account_status_add_alert (status, "one");
  g_assert_cmpstr (valija_account_status_get_alert (status), ==, "one");
  valija_account_status_add_alert (status, "two\nlines");
  valija_account_status_add_alert (status, "one");
  g_assert_cmpstr (valija_account_status_get_alert (status), ==, "one\ntwo lines");
  g_assert_cmpuint (n, ==, 2);
  valija_account_status_add_alert (status, "three");
  valija_account_status_add_alert (status, "four");
  g_assert_cmpstr (valija_account_status_get_alert (status), ==, "two lines\nthree\nfour");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/account/alerts", test_alerts);
  g_test_add_func ("/model/account/defaults", test_defaults);
  g_test_add_func ("/model/account/name-falls-back", test_name_falls_back);
  g_test_add_func ("/model/account/keys", test_keys);
  g_test_add_func ("/model/account/keys-of-both-sides", test_keys_of_both_sides);
  g_test_add_func ("/model/account/deleting", test_deleting);
  g_test_add_func ("/model/account/one-server", test_one_server);
  g_test_add_func ("/model/account/refused", test_refused);
  g_test_add_func ("/model/account/validate", test_validate);
  g_test_add_func ("/model/account/round-trip", test_round_trip);
  g_test_add_func ("/model/account/bad-file", test_bad_file);
  g_test_add_func ("/model/account/notify-on-change-only", test_notify_on_change_only);

  return g_test_run ();
}
