/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include <adwaita.h>

#include "engine/valija-engine.h"
#include "support/valija-wait.h"
#include "ui/setup/valija-comparison.h"
#include "ui/setup/valija-identity-page.h"
#include "ui/setup/valija-method-card.h"
#include "ui/setup/valija-method-page.h"
#include "ui/setup/valija-methods-page.h"
#include "ui/setup/valija-review-page.h"
#include "ui/setup/valija-server-group.h"
#include "ui/setup/valija-servers-page.h"
#include "ui/setup/valija-setup-assistant.h"
#include "ui/setup/valija-test-page.h"
#include "ui/valija-fake-engine.h"

/* The assistant in a window, driven as a person does: by the titles of fields and the labels of
 * buttons. */
typedef struct
{
  ValijaEngine *engine;
  GtkWidget *window;
  GtkWidget *assistant;
  ValijaAccount *added;
  gboolean closed;
} Fixture;

typedef gboolean (*Match) (GtkWidget *widget, gconstpointer what);

static GtkWidget *
find (GtkWidget    *widget,
      Match         match,
      gconstpointer what)
{
  if (match (widget, what))
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget);
       child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = gtk_widget_get_visible (child) ? find (child, match, what) : NULL;

      if (found != NULL)
        return found;
    }

  return NULL;
}

static gboolean
is_button (GtkWidget    *widget,
           gconstpointer what)
{
  return GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), what) == 0;
}

static gboolean
is_row (GtkWidget    *widget,
        gconstpointer what)
{
  return ADW_IS_PREFERENCES_ROW (widget) &&
         g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), what) == 0;
}

static gboolean
is_card (GtkWidget    *widget,
         gconstpointer what)
{
  return VALIJA_IS_METHOD_CARD (widget) &&
         g_str_equal (valija_method_card_get_method (VALIJA_METHOD_CARD (widget))->id, what);
}

static gboolean
is_group (GtkWidget    *widget,
          gconstpointer what)
{
  return ADW_IS_PREFERENCES_GROUP (widget) &&
         g_strcmp0 (adw_preferences_group_get_title (ADW_PREFERENCES_GROUP (widget)), what) == 0;
}

static gboolean
has_text (GtkWidget    *widget,
          gconstpointer what)
{
  return GTK_IS_LABEL (widget) && g_strstr_len (gtk_label_get_text (GTK_LABEL (widget)), -1, what) != NULL;
}

static gboolean
is_type (GtkWidget    *widget,
         gconstpointer what)
{
  return G_TYPE_CHECK_INSTANCE_TYPE (widget, *(const GType *) what);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static GtkWidget *
get_page (Fixture *fixture)
{
  GType type = ADW_TYPE_NAVIGATION_VIEW;
  GtkWidget *view = find (fixture->assistant, is_type, &type);

  return GTK_WIDGET (adw_navigation_view_get_visible_page (ADW_NAVIGATION_VIEW (view)));
}

static void
go_back (Fixture *fixture)
{
  GType type = ADW_TYPE_NAVIGATION_VIEW;

  adw_navigation_view_pop (ADW_NAVIGATION_VIEW (find (fixture->assistant, is_type, &type)));
  settle ();
}

static void
assert_page (Fixture *fixture,
             GType    type)
{
  settle ();
  g_assert_cmpstr (G_OBJECT_TYPE_NAME (get_page (fixture)), ==, g_type_name (type));
}

static void
assert_text (Fixture    *fixture,
             const char *text)
{
  settle ();
  if (find (get_page (fixture), has_text, text) == NULL)
    g_error ("The page does not say “%s”", text);
}

static void
press (Fixture    *fixture,
       const char *label)
{
  GtkWidget *button;

  settle ();
  button = find (get_page (fixture), is_button, label);
  if (button == NULL)
    g_error ("There is no button “%s”", label);
  g_assert_true (gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
  settle ();
}

static void
type_into (Fixture    *fixture,
           const char *group,
           const char *title,
           const char *text)
{
  GtkWidget *within = group != NULL ? find (get_page (fixture), is_group, group) : get_page (fixture);
  GtkWidget *row;

  g_assert_nonnull (within);
  row = find (within, is_row, title);
  if (row == NULL)
    g_error ("There is no field “%s”", title);
  gtk_editable_set_text (GTK_EDITABLE (row), text);
}

static void
account_added_cb (Fixture       *fixture,
                  ValijaAccount *account)
{
  g_set_object (&fixture->added, account);
}

static void
close_cb (Fixture *fixture)
{
  fixture->closed = TRUE;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->engine = valija_engine_new (NULL);
  fixture->assistant = valija_setup_assistant_new (fixture->engine);
  g_signal_connect_swapped (fixture->assistant, "account-added", G_CALLBACK (account_added_cb), fixture);
  g_signal_connect_swapped (fixture->assistant, "close", G_CALLBACK (close_cb), fixture);

  fixture->window = adw_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 360, 600);
  adw_window_set_content (ADW_WINDOW (fixture->window), fixture->assistant);
  gtk_window_present (GTK_WINDOW (fixture->window));
  settle ();
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  settle ();
  g_clear_object (&fixture->added);
  g_assert_finalize_object (g_steal_pointer (&fixture->engine));
}

static void
test_overview (Fixture      *fixture,
               gconstpointer data)
{
  const ValijaMethod * const *methods = valija_engine_list_methods (fixture->engine);

  assert_page (fixture, VALIJA_TYPE_METHODS_PAGE);

  for (guint i = 0; methods[i] != NULL; i++)
    {
      GtkWidget *card = find (fixture->assistant, is_card, methods[i]->id);

      g_assert_nonnull (card);
      gtk_test_accessible_assert_property (card, GTK_ACCESSIBLE_PROPERTY_LABEL, methods[i]->name);
    }
}

static void
test_suggestion (Fixture      *fixture,
                 gconstpointer data)
{
  GtkWidget *ask;

  settle ();
  ask = find (fixture->assistant, is_row, "What do you have? Your address, or a few words");
  g_assert_nonnull (ask);

  gtk_editable_set_text (GTK_EDITABLE (ask), "xyzzy");
  assert_text (fixture, "No Suggestion Found");
  gtk_editable_set_text (GTK_EDITABLE (ask), "ana@gmx.de");
  assert_text (fixture, "Valija suggests IMAP");
  assert_text (fixture, "imap.gmx.net");

  /* Pressing Enter explains; it does not choose */
  g_signal_emit_by_name (ask, "entry-activated");
  assert_page (fixture, VALIJA_TYPE_METHOD_PAGE);
  press (fixture, "Set Up IMAP…");
  assert_page (fixture, VALIJA_TYPE_IDENTITY_PAGE);
  press (fixture, "Next");
  assert_page (fixture, VALIJA_TYPE_SERVERS_PAGE);
  assert_text (fixture, "Valija knows your provider");
}

static void
test_every_method_is_explained (Fixture      *fixture,
                                gconstpointer data)
{
  const ValijaMethod * const *methods = valija_engine_list_methods (fixture->engine);

  for (guint i = 0; methods[i] != NULL; i++)
    {
      g_autofree char *label = g_strdup_printf ("Set Up %s…", methods[i]->name);
      GtkWidget *button;

      valija_setup_assistant_show_method (VALIJA_SETUP_ASSISTANT (fixture->assistant), methods[i]->id, NULL);
      assert_page (fixture, VALIJA_TYPE_METHOD_PAGE);
      assert_text (fixture, methods[i]->summary);
      assert_text (fixture, methods[i]->who);
      for (guint j = 0; methods[i]->caveats[j] != NULL; j++)
        assert_text (fixture, methods[i]->caveats[j]);
      for (guint j = 0; methods[i]->needs[j] != NULL; j++)
        assert_text (fixture, methods[i]->needs[j]);

      button = find (get_page (fixture), is_button, label);
      g_assert_true (gtk_widget_get_sensitive (button) == methods[i]->available);
      if (!methods[i]->available)
        assert_text (fixture, "cannot connect with it yet");
    }
}

/* Its page tells what an account does beside what its method does. */
static void
test_paired_account (Fixture      *fixture,
                     gconstpointer data)
{
  ValijaAccount *account = valija_fake_engine_add_account (fixture->engine, "imap", "bo@example.org", TRUE);

  valija_setup_assistant_show_method (VALIJA_SETUP_ASSISTANT (fixture->assistant), "imap", account);
  assert_page (fixture, VALIJA_TYPE_METHOD_PAGE);
  assert_text (fixture, "Read only");
  assert_text (fixture, "Reads by IMAP, sends by SMTP");
}

static gboolean
has_focus_in (Fixture   *fixture,
              GtkWidget *row)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (fixture->window));

  return focus != NULL && gtk_widget_is_ancestor (focus, row);
}

/* A password alone is asked for where it is typed, and tried at once; another server is explained first. */
static void
test_new_password (Fixture      *fixture,
                   gconstpointer data)
{
  ValijaSetupAssistant *assistant = VALIJA_SETUP_ASSISTANT (fixture->assistant);
  ValijaAccount *account = valija_fake_engine_add_account (fixture->engine, "imap", "bo@example.org", TRUE);
  ValijaServer *incoming = valija_account_get_incoming (account);
  GtkWidget *row;

  g_object_set (incoming, "host", "imap.example.org", "user", "bo", NULL);
  g_object_set (valija_account_get_outgoing (account), "user", "other", NULL);

  valija_setup_assistant_ask_password (assistant, account, VALIJA_SIDE_OUTGOING);
  assert_page (fixture, VALIJA_TYPE_SERVERS_PAGE);
  row = find (find (get_page (fixture), is_group, "Outgoing Server"), is_row, "Password");
  valija_wait_until (has_focus_in (fixture, row));

  valija_setup_assistant_ask_password (assistant, account, VALIJA_SIDE_INCOMING);
  row = find (find (get_page (fixture), is_group, "Incoming Server"), is_row, "Password");
  valija_wait_until (has_focus_in (fixture, row));
  type_into (fixture, "Incoming Server", "Password", "new");
  type_into (fixture, "Incoming Server", "Server", "elsewhere.example.org");
  press (fixture, "Next");
  assert_page (fixture, VALIJA_TYPE_REVIEW_PAGE);

  valija_setup_assistant_ask_password (assistant, account, VALIJA_SIDE_INCOMING);
  type_into (fixture, "Incoming Server", "Password", "new");
  press (fixture, "Next");
  assert_page (fixture, VALIJA_TYPE_TEST_PAGE);
  valija_wait_until (find (get_page (fixture), is_button, "Save") != NULL);
  press (fixture, "Save");
  valija_wait_until (find (get_page (fixture), has_text, "The Account Is Changed") != NULL);
}

typedef void (*Change) (GtkWidget *group);

static void
change_nothing (GtkWidget *group)
{
}

static void
change_protection (GtkWidget *group)
{
  adw_combo_row_set_selected (ADW_COMBO_ROW (find (group, is_row, "Protection")), VALIJA_SECURITY_NONE);
}

static void
change_port (GtkWidget *group)
{
  adw_spin_row_set_value (ADW_SPIN_ROW (find (group, is_row, "Port")), 1993);
}

static void
change_user (GtkWidget *group)
{
  GtkWidget *row = find (group, is_row, "User Name");

  if (row == NULL)
    row = find (group, is_row, "User Name (Empty: No Sign-In)");
  gtk_editable_set_text (GTK_EDITABLE (row), "somebody-else");
}

/* Whatever else is new beside a password is explained before it is tried: of either server. */
static void
test_more_than_a_password (Fixture      *fixture,
                           gconstpointer data)
{
  static const Change changes[] = { change_nothing, change_protection, change_port, change_user };
  static const char * const groups[] = { "Incoming Server", "Outgoing Server" };
  ValijaAccount *account = valija_fake_engine_add_account (fixture->engine, "mixed", "bo@example.org", TRUE);

  g_object_set (valija_account_get_incoming (account), "host", "pop.example.org", "user", "bo", NULL);
  g_object_set (valija_account_get_outgoing (account), "user", "other", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    for (guint j = 0; j < G_N_ELEMENTS (groups); j++)
      {
        valija_setup_assistant_ask_password (VALIJA_SETUP_ASSISTANT (fixture->assistant), account,
                                             VALIJA_SIDE_INCOMING);
        settle ();
        type_into (fixture, groups[j], "Password", "new");
        changes[i] (find (get_page (fixture), is_group, groups[j]));
        press (fixture, "Next");
        assert_page (fixture, i == 0 ? VALIJA_TYPE_TEST_PAGE : VALIJA_TYPE_REVIEW_PAGE);
        if (changes[i] == change_protection)
          assert_text (fixture, "not protected: anybody on the way can read along");
      }
}

static void
test_missing_and_wrong (Fixture      *fixture,
                        gconstpointer data)
{
  valija_setup_assistant_show_method (VALIJA_SETUP_ASSISTANT (fixture->assistant), "imap", NULL);
  press (fixture, "Set Up IMAP…");

  type_into (fixture, NULL, "Mail Address", "ana at example");
  press (fixture, "Next");
  assert_page (fixture, VALIJA_TYPE_IDENTITY_PAGE);
  assert_text (fixture, "This is not a mail address");

  type_into (fixture, NULL, "Mail Address", "ana@example.org");
  press (fixture, "Next");
  assert_page (fixture, VALIJA_TYPE_SERVERS_PAGE);
  assert_text (fixture, "guessed");

  press (fixture, "Next");
  assert_page (fixture, VALIJA_TYPE_SERVERS_PAGE);
  assert_text (fixture, "Something is missing");

  type_into (fixture, "Incoming Server", "Password", "secret");
  type_into (fixture, "Incoming Server", "Server", "https://imap.example.org/");
  press (fixture, "Next");
  assert_page (fixture, VALIJA_TYPE_SERVERS_PAGE);
  assert_text (fixture, "is not the name of a server");
}

static void
test_port_follows_protection (Fixture      *fixture,
                              gconstpointer data)
{
  GtkWidget *group;
  GtkWidget *protection;
  GtkWidget *port;

  valija_setup_assistant_show_method (VALIJA_SETUP_ASSISTANT (fixture->assistant), "smtp", NULL);
  press (fixture, "Set Up SMTP…");
  type_into (fixture, NULL, "Mail Address", "ana@example.org");
  press (fixture, "Next");

  group = find (get_page (fixture), is_group, "Outgoing Server");
  protection = find (group, is_row, "Protection");
  port = find (group, is_row, "Port");
  g_assert_cmpint ((int) adw_spin_row_get_value (ADW_SPIN_ROW (port)), ==, 465);
  g_assert_null (find (group, is_row, "Send the Password Unprotected"));

  adw_combo_row_set_selected (ADW_COMBO_ROW (protection), VALIJA_SECURITY_STARTTLS);
  g_assert_cmpint ((int) adw_spin_row_get_value (ADW_SPIN_ROW (port)), ==, 587);

  adw_combo_row_set_selected (ADW_COMBO_ROW (protection), VALIJA_SECURITY_NONE);
  g_assert_cmpint ((int) adw_spin_row_get_value (ADW_SPIN_ROW (port)), ==, 25);
  g_assert_nonnull (find (group, is_row, "Send the Password Unprotected"));
  g_assert_nonnull (find (group, is_row, "Anybody on the way can read your mail"));

  /* A port that the user has chosen stays */
  adw_spin_row_set_value (ADW_SPIN_ROW (port), 2525);
  adw_combo_row_set_selected (ADW_COMBO_ROW (protection), VALIJA_SECURITY_TLS);
  g_assert_cmpint ((int) adw_spin_row_get_value (ADW_SPIN_ROW (port)), ==, 2525);
}

static void
test_mixed_to_the_end (Fixture      *fixture,
                       gconstpointer data)
{
  ValijaServer *incoming;
  ValijaServer *outgoing;

  valija_setup_assistant_show_method (VALIJA_SETUP_ASSISTANT (fixture->assistant), "mixed", NULL);
  press (fixture, "Set Up Mixed SMTP + POP3…");
  /* The name that somebody signs in with is none for a letter */
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (find (get_page (fixture), is_row, "Your Name"))), !=,
                   g_get_user_name ());
  type_into (fixture, NULL, "Your Name", "Ana García");
  type_into (fixture, NULL, "Mail Address", " ana@example.org ");
  press (fixture, "Next");

  type_into (fixture, "Incoming Server", "Server", "pop.example.net");
  type_into (fixture, "Incoming Server", "User Name", "ana");
  type_into (fixture, "Incoming Server", "Password", "secret");
  g_assert_null (find (find (get_page (fixture), is_group, "Outgoing Server"), is_row, "Password"));
  press (fixture, "Next");

  assert_page (fixture, VALIJA_TYPE_REVIEW_PAGE);
  assert_text (fixture, "pop.example.net, port 995");
  assert_text (fixture, "smtp.example.org, port 465");
  assert_text (fixture, "Valija never deletes there");
  assert_text (fixture, "keyring");
  press (fixture, "Test the Connection");

  assert_page (fixture, VALIJA_TYPE_TEST_PAGE);
  valija_wait_until (find (get_page (fixture), is_button, "Add Account") != NULL);
  assert_text (fixture, "Everything Works");
  press (fixture, "Add Account");

  valija_wait_until (fixture->added != NULL);
  assert_text (fixture, "The Account Is Ready");

  incoming = valija_account_get_incoming (fixture->added);
  outgoing = valija_account_get_outgoing (fixture->added);
  g_assert_cmpstr (valija_account_get_email (fixture->added), ==, "ana@example.org");
  g_assert_cmpstr (valija_account_get_full_name (fixture->added), ==, "Ana García");
  g_assert_cmpstr (valija_server_get_host (incoming), ==, "pop.example.net");
  g_assert_cmpuint (valija_server_get_port (incoming), ==, 995);
  g_assert_cmpstr (valija_server_get_user (outgoing), ==, "ana");
  g_assert_cmpint (valija_account_get_keep_sent (fixture->added), ==, VALIJA_KEEP_SENT_HERE);
  g_assert_cmpint (valija_account_get_delete_after_days (fixture->added), ==, -1);

  press (fixture, "Done");
  g_assert_true (fixture->closed);
}

/* Two choices, each of which can be made without the other */
static void
test_deleting (Fixture      *fixture,
               gconstpointer data)
{
  GtkWidget *removed;
  GtkWidget *delete;

  valija_setup_assistant_show_method (VALIJA_SETUP_ASSISTANT (fixture->assistant), "pop3", NULL);
  press (fixture, "Set Up POP3…");
  type_into (fixture, NULL, "Mail Address", "ana@example.org");
  press (fixture, "Next");
  type_into (fixture, "Incoming Server", "Password", "secret");

  removed = find (get_page (fixture), is_row, "Delete on the Server What You Delete Here");
  delete = find (get_page (fixture), is_row, "Delete Fetched Mail on the Server");
  g_assert_false (adw_switch_row_get_active (ADW_SWITCH_ROW (removed)));
  g_assert_cmpstr (adw_expander_row_get_subtitle (ADW_EXPANDER_ROW (delete)), ==,
                   "Never: Valija leaves your mail there");
  adw_switch_row_set_active (ADW_SWITCH_ROW (removed), TRUE);
  g_assert_cmpstr (adw_expander_row_get_subtitle (ADW_EXPANDER_ROW (delete)), ==,
                   "Never: what you keep here stays there, too");
  press (fixture, "Next");
  assert_page (fixture, VALIJA_TYPE_REVIEW_PAGE);
  assert_text (fixture, "Deleted once you delete the message here for good; else left alone");

  go_back (fixture);
  adw_expander_row_set_enable_expansion (ADW_EXPANDER_ROW (delete), TRUE);
  press (fixture, "Next");
  assert_text (fixture, "Deleted 30 days after it was fetched, or once you delete it here for good");

  go_back (fixture);
  adw_switch_row_set_active (ADW_SWITCH_ROW (removed), FALSE);
  press (fixture, "Next");
  assert_text (fixture, "Deleted 30 days after it was fetched");
  g_assert_null (find (get_page (fixture), has_text, "or once you delete"));
}

static void
test_unpaired (Fixture      *fixture,
               gconstpointer data)
{
  GtkWidget *pair;

  valija_setup_assistant_show_method (VALIJA_SETUP_ASSISTANT (fixture->assistant), "imap", NULL);
  press (fixture, "Set Up IMAP…");
  type_into (fixture, NULL, "Mail Address", "ana@example.org");
  press (fixture, "Next");
  type_into (fixture, "Incoming Server", "Password", "secret");

  pair = find (get_page (fixture), is_row, "Also Send From This Address");
  g_assert_true (adw_switch_row_get_active (ADW_SWITCH_ROW (pair)));
  adw_switch_row_set_active (ADW_SWITCH_ROW (pair), FALSE);
  g_assert_null (find (get_page (fixture), is_group, "Outgoing Server"));
  g_setenv (VALIJA_KEYRING_KEY_VARIABLE, "key", TRUE);
  press (fixture, "Next");
  g_unsetenv (VALIJA_KEYRING_KEY_VARIABLE);

  assert_page (fixture, VALIJA_TYPE_REVIEW_PAGE);
  assert_text (fixture, "imap.example.org, port 993");
  assert_text (fixture, "In an encrypted file on this computer");
  g_assert_null (find (get_page (fixture), has_text, "smtp.example.org"));
}

/* To where Exchange's server is looked for */
static void
look_for_server (Fixture    *fixture,
                 const char *email)
{
  valija_setup_assistant_show_method (VALIJA_SETUP_ASSISTANT (fixture->assistant), "exchange", NULL);
  press (fixture, "Set Up Exchange…");
  type_into (fixture, NULL, "Mail Address", email);
  press (fixture, "Next");
  assert_page (fixture, VALIJA_TYPE_SERVERS_PAGE);
  type_into (fixture, NULL, "Password", "secret");
  press (fixture, "Next");
}

/* The answer to a question in a dialog */
static void
answer (Fixture    *fixture,
        const char *label)
{
  GtkWidget *button = find (fixture->window, is_button, label);
  GType type = ADW_TYPE_DIALOG;

  g_assert_nonnull (button);
  g_signal_emit_by_name (button, "clicked");
  valija_wait_until (find (fixture->window, is_type, &type) == NULL);
  settle ();
}

/* Where one server does all, address and password are enough, and nothing is said of a second server or of a copy to be
 * kept. */
static void
test_server_is_found (Fixture      *fixture,
                      gconstpointer data)
{
  look_for_server (fixture, "ana@example.org");

  assert_page (fixture, VALIJA_TYPE_REVIEW_PAGE);
  assert_text (fixture, "mail.example.org, port 443");
  assert_text (fixture, "To read and to send, encrypted at once");
  assert_text (fixture, "The server files a copy in its Sent folder by itself");
  assert_text (fixture, "So far only the servers that know");

  press (fixture, "Test the Connection");
  assert_page (fixture, VALIJA_TYPE_TEST_PAGE);
  press (fixture, "Add Account");
  g_assert_cmpstr (valija_server_get_host (valija_account_get_incoming (fixture->added)), ==, "mail.example.org");
  g_assert_cmpstr (valija_server_get_user (valija_account_get_incoming (fixture->added)), ==, "ana@example.org");
  g_assert_false (valija_account_has_side (fixture->added, VALIJA_SIDE_OUTGOING));
}

/* In whose name one writes besides, and whose mailboxes one opens: where the method has such, and in addresses. */
static void
test_more_addresses (Fixture      *fixture,
                     gconstpointer data)
{
  g_autofree char *senders = NULL;
  g_autofree char *shared = NULL;
  GtkWidget *row;

  valija_setup_assistant_show_method (VALIJA_SETUP_ASSISTANT (fixture->assistant), "exchange", NULL);
  press (fixture, "Set Up Exchange…");
  type_into (fixture, NULL, "Mail Address", "ana@example.org");
  type_into (fixture, NULL, "Other Sender Addresses", "team@example.org,boss@example.org");
  type_into (fixture, NULL, "Addresses of Shared Mailboxes", "team@example.org, nobody");
  press (fixture, "Next");
  assert_page (fixture, VALIJA_TYPE_IDENTITY_PAGE);
  assert_text (fixture, "“nobody” is not a mail address. It looks like “ana@example.org”.");
  row = find (get_page (fixture), is_row, "Addresses of Shared Mailboxes");
  g_assert_true (gtk_widget_has_css_class (row, "error"));

  type_into (fixture, NULL, "Addresses of Shared Mailboxes", "team@example.org");
  g_assert_false (gtk_widget_has_css_class (row, "error"));
  press (fixture, "Next");
  assert_page (fixture, VALIJA_TYPE_SERVERS_PAGE);
  type_into (fixture, NULL, "Password", "secret");
  press (fixture, "Next");
  press (fixture, "Test the Connection");
  press (fixture, "Add Account");
  senders = valija_account_dup_key (fixture->added, "senders");
  shared = valija_account_dup_key (fixture->added, "shared");
  g_assert_cmpstr (senders, ==, "team@example.org, boss@example.org");
  g_assert_cmpstr (shared, ==, "team@example.org");
}

/* What was found for one address is not taken for another. */
static void
test_address_is_changed (Fixture      *fixture,
                         gconstpointer data)
{
  look_for_server (fixture, "ana@example.org");
  assert_page (fixture, VALIJA_TYPE_REVIEW_PAGE);
  go_back (fixture);
  assert_page (fixture, VALIJA_TYPE_SERVERS_PAGE);
  assert_text (fixture, "Found: your mailbox is at mail.example.org, says autodiscover.example.org.");
  g_assert_nonnull (find (get_page (fixture), is_row, "Server"));

  go_back (fixture);
  assert_page (fixture, VALIJA_TYPE_IDENTITY_PAGE);
  type_into (fixture, NULL, "Mail Address", "ana@silent.example");
  press (fixture, "Next");
  assert_page (fixture, VALIJA_TYPE_SERVERS_PAGE);
  g_assert_null (find (get_page (fixture), is_row, "Server"));
  type_into (fixture, NULL, "Password", "secret");
  press (fixture, "Next");
  assert_text (fixture, "Looking for the server of silent.example…");
  press (fixture, "Stop");
}

/* Its name is asked for only then. */
static void
test_server_is_not_found (Fixture      *fixture,
                          gconstpointer data)
{
  valija_setup_assistant_show_method (VALIJA_SETUP_ASSISTANT (fixture->assistant), "exchange", NULL);
  press (fixture, "Set Up Exchange…");
  type_into (fixture, NULL, "Mail Address", "ana@nowhere.example");
  press (fixture, "Next");
  assert_text (fixture, "Valija finds the server by itself.");
  g_assert_null (find (get_page (fixture), is_row, "Server"));
  g_assert_null (find (get_page (fixture), is_row, "Port"));
  g_assert_null (find (get_page (fixture), is_row, "Protection"));
  g_assert_null (find (get_page (fixture), is_row, "A Copy of What You Send"));
  g_assert_null (find (get_page (fixture), is_group, "Sending"));
  g_assert_null (find (get_page (fixture), is_group, "Incoming Server"));

  press (fixture, "Next");
  assert_text (fixture, "Something is missing");
  type_into (fixture, NULL, "Password", "secret");
  press (fixture, "Next");
  assert_page (fixture, VALIJA_TYPE_SERVERS_PAGE);
  assert_text (fixture, "No server was found for nowhere.example.");
  g_assert_null (find (get_page (fixture), has_text, "finds the server by itself"));

  type_into (fixture, NULL, "Server", "mail.example.org");
  press (fixture, "Next");
  assert_page (fixture, VALIJA_TYPE_REVIEW_PAGE);
  assert_text (fixture, "mail.example.org, port 443");
}

static void
test_search_is_stopped (Fixture      *fixture,
                        gconstpointer data)
{
  look_for_server (fixture, "ana@silent.example");
  assert_text (fixture, "Looking for the server of silent.example…");
  g_assert_null (find (get_page (fixture), is_button, "Next"));
  press (fixture, "Stop");
  g_assert_null (find (get_page (fixture), has_text, "Looking for the server"));
  g_assert_nonnull (find (get_page (fixture), is_button, "Next"));
}

/* Outside of the address's domain nobody is trusted unasked. */
static void
test_stranger (Fixture      *fixture,
               gconstpointer data)
{
  look_for_server (fixture, "ana@stranger.example");
  assert_page (fixture, VALIJA_TYPE_SERVERS_PAGE);
  g_assert_nonnull (find (fixture->window, has_text, "The servers of stranger.example send on to ad.hoster.example."));
  answer (fixture, "_Do Not Ask It");
  assert_page (fixture, VALIJA_TYPE_SERVERS_PAGE);
  assert_text (fixture, "Type the server’s name");

  press (fixture, "Next");
  answer (fixture, "_Go On");
  assert_page (fixture, VALIJA_TYPE_REVIEW_PAGE);
}

/* An organization with an authority of its own: the same question as for a server that was typed, and on it goes. */
static void
test_own_authority (Fixture      *fixture,
                    gconstpointer data)
{
  look_for_server (fixture, "ana@private.example");
  assert_page (fixture, VALIJA_TYPE_SERVERS_PAGE);
  g_assert_nonnull (find (fixture->window, has_text, "The Certificate of imap.private.example Is Not Trusted"));
  answer (fixture, "Never Trust");
  assert_page (fixture, VALIJA_TYPE_SERVERS_PAGE);

  press (fixture, "Next");
  answer (fixture, "Trust for This Server");
  assert_page (fixture, VALIJA_TYPE_REVIEW_PAGE);
}

/* What is not there is named in the title, and not once more below it. */
static void
test_no_inbox (Fixture      *fixture,
               gconstpointer data)
{
  GtkWidget *page = g_object_ref_sink (g_object_new (VALIJA_TYPE_TEST_PAGE, NULL));
  g_autoptr(GError) error = NULL;

  valija_error_set (&error, VALIJA_ERROR_NOT_FOUND, "The server has no inbox for this name.");
  valija_error_locate (&error, VALIJA_SIDE_INCOMING, VALIJA_STEP_LIST_FOLDERS);
  valija_test_page_show_error (VALIJA_TEST_PAGE (page), error);
  g_assert_nonnull (find (page, has_text, "The server has no inbox for this name"));
  g_assert_null (find (page, has_text, "The server has no inbox for this name."));
  g_object_unref (page);
}

static void
test_online (Fixture      *fixture,
             gconstpointer data)
{
  look_for_server (fixture, "ana@online.example");
  g_assert_nonnull (find (fixture->window, has_text, "reached by the method Outlook"));
  answer (fixture, "Read About Outlook");
  assert_page (fixture, VALIJA_TYPE_METHOD_PAGE);
  assert_text (fixture, "Microsoft’s service does all the work");
}

static void
test_comparison_is_one_tab_stop (Fixture      *fixture,
                                 gconstpointer data)
{
  GType view_type = ADW_TYPE_VIEW_STACK;
  GType comparison_type = VALIJA_TYPE_COMPARISON;
  GtkWidget *comparison;

  settle ();
  adw_view_stack_set_visible_child_name (ADW_VIEW_STACK (find (fixture->assistant, is_type, &view_type)), "compare");
  settle ();
  comparison = find (fixture->assistant, is_type, &comparison_type);
  g_assert_nonnull (comparison);

  g_assert_true (gtk_widget_child_focus (comparison, GTK_DIR_TAB_FORWARD));
  g_assert_true (gtk_widget_child_focus (comparison, GTK_DIR_RIGHT));
  assert_text (fixture, "Reads mail?");
  g_assert_false (gtk_widget_child_focus (comparison, GTK_DIR_TAB_FORWARD));
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  dex_init ();
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  ADD ("/ui/setup/overview", test_overview);
  ADD ("/ui/setup/suggestion", test_suggestion);
  ADD ("/ui/setup/every-method-is-explained", test_every_method_is_explained);
  ADD ("/ui/setup/paired-account", test_paired_account);
  ADD ("/ui/setup/new-password", test_new_password);
  ADD ("/ui/setup/more-than-a-password", test_more_than_a_password);
  ADD ("/ui/setup/missing-and-wrong", test_missing_and_wrong);
  ADD ("/ui/setup/port-follows-protection", test_port_follows_protection);
  ADD ("/ui/setup/mixed-to-the-end", test_mixed_to_the_end);
  ADD ("/ui/setup/deleting", test_deleting);
  ADD ("/ui/setup/unpaired", test_unpaired);
  ADD ("/ui/setup/server-is-found", test_server_is_found);
  ADD ("/ui/setup/more-addresses", test_more_addresses);
  ADD ("/ui/setup/address-is-changed", test_address_is_changed);
  ADD ("/ui/setup/server-is-not-found", test_server_is_not_found);
  ADD ("/ui/setup/search-is-stopped", test_search_is_stopped);
  ADD ("/ui/setup/stranger", test_stranger);
  ADD ("/ui/setup/own-authority", test_own_authority);
  ADD ("/ui/setup/no-inbox", test_no_inbox);
  ADD ("/ui/setup/online", test_online);
  ADD ("/ui/setup/comparison-is-one-tab-stop", test_comparison_is_one_tab_stop);

  return g_test_run ();
}
