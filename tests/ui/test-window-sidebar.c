/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "test-window.h"

#include "ui/list/valija-message-pane-private.h"
#include "ui/list/valija-progress-bar.h"
#include "ui/reader/valija-reader-private.h"
#include "ui/replies/valija-replies-dialog.h"
#include "ui/setup/valija-methods-dialog.h"
#include "ui/sidebar/valija-sidebar-private.h"
#include "ui/sidebar/valija-sidebar-row.h"
#include "ui/sidebar/valija-sync-row.h"
#include "ui/valija-error-dialog.h"

static void
press_in (gpointer    widget,
          const char *label)
{
  WAIT_FOR (find_button (widget, label) != NULL);
  g_signal_emit_by_name (find_button (widget, label), "clicked");
}

void
test_outbox (void)
{
  ValijaWindow *window = get_window ();
  GtkSettings *settings = gtk_settings_get_default ();
  GtkWidget *button;
  GtkWidget *row;
  int dpi, width;

  /* What was sent is not counted: six are there, one of them sent. What has failed is told of. */
  g_assert_cmpstr (gtk_label_get_text (window->sidebar->outbox_count), ==, "5");
  g_assert_true (gtk_widget_get_visible (window->sidebar->outbox_warning));
  g_assert_cmpstr (gtk_widget_get_tooltip_text (window->sidebar->outbox_warning), ==,
                   "2 messages need your attention");
  gtk_test_accessible_assert_property (window->sidebar->outbox_button, GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Outbox, 5 messages not sent yet, 2 messages need your attention");
  activate (window, "win.show-outbox");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->pages), ==, "outbox");

  /* The keys that go through a list go through this one */
  WAIT_FOR (gtk_widget_get_mapped (GTK_WIDGET (window->outbox)));
  activate (window, "win.first");
  row = gtk_root_get_focus (GTK_ROOT (window));
  g_assert_true (GTK_IS_LIST_BOX_ROW (row));
  g_assert_cmpint (gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)), ==, 0);
  activate (window, "win.next");
  row = gtk_root_get_focus (GTK_ROOT (window));
  g_assert_cmpint (gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)), ==, 1);
  activate (window, "win.last");
  row = gtk_root_get_focus (GTK_ROOT (window));
  g_assert_cmpint (gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)), ==, 5);
  g_assert_nonnull (find_label (row, "ana@example.org"));

  /* Also with large text all of it fits a telephone */
  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  g_object_set (settings, "gtk-xft-dpi", 2 * 96 * PANGO_SCALE, NULL);
  gtk_widget_measure (GTK_WIDGET (window->outbox), GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL, NULL);
  g_object_set (settings, "gtk-xft-dpi", dpi, NULL);
  g_assert_cmpint (width, <=, 350);

  /* Who has looked says what became of the one that nobody knows about. */
  button = find_button (GTK_WIDGET (window->outbox), "_It Was Sent");
  gtk_widget_grab_focus (button);
  press_in (window->outbox, "_It Was Sent");
  WAIT_FOR (gtk_root_get_focus (GTK_ROOT (window)) != NULL);
  g_assert_true (gtk_widget_is_ancestor (gtk_root_get_focus (GTK_ROOT (window)), GTK_WIDGET (window->outbox)));
  g_assert_true (gtk_widget_get_mapped (gtk_root_get_focus (GTK_ROOT (window))));
  g_assert_null (find_button (GTK_WIDGET (window->outbox), "_It Was Sent"));
  g_assert_cmpstr (gtk_label_get_text (window->sidebar->outbox_count), ==, "4");
  g_assert_cmpstr (gtk_widget_get_tooltip_text (window->sidebar->outbox_warning), ==, "1 message needs your attention");
  activate (window, "win.search");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->pages), ==, "messages");
}

static gboolean
has_plans (void)
{
  return find_folder ("Plans") != NULL;
}

static gboolean
has_ideas (void)
{
  return find_folder ("Ideas") != NULL;
}

static gboolean
has_no_ideas (void)
{
  return !has_ideas ();
}

static void
name_it (const char *name,
         const char *button)
{
  WAIT (has_dialog);
  gtk_editable_set_text (GTK_EDITABLE (adw_alert_dialog_get_extra_child (get_dialog ())), name);
  press (button);
}

void
test_folders (void)
{
  ValijaWindow *window = get_window ();

  show_inbox ("ana@example.org");
  activate (window, "win.new-folder");
  WAIT (has_dialog);
  g_assert_false (adw_alert_dialog_get_response_enabled (get_dialog (), "apply"));
  name_it ("Plans", "C_reate");
  WAIT (has_plans);

  valija_window_show_folder (window, find_folder ("Plans"));
  activate (window->sidebar, "sidebar.rename-folder");
  name_it ("Ideas", "_Rename");
  WAIT (has_ideas);

  /* Empty, it goes without a question, and something else is shown. */
  activate (window->sidebar, "sidebar.remove-folder");
  WAIT (has_no_ideas);
  g_assert_cmpint (valija_folder_get_role (valija_message_pane_get_folder (window->pane)), ==,
                   VALIJA_FOLDER_ROLE_INBOX);

  /* The inbox stays, and says why. */
  activate (window->sidebar, "sidebar.remove-folder");
  activate (window->sidebar, "sidebar.rename-folder");
  g_assert_false (has_dialog ());
  g_assert_nonnull (find_folder ("inbox"));
}

/* Whether the menu of the folder that is shown offers @label. */
static gboolean
menu_offers (const char *label)
{
  ValijaSidebar *sidebar = get_window ()->sidebar;
  gboolean offers;

  valija_sidebar_focus (sidebar);
  activate (sidebar, "sidebar.popup-menu");
  WAIT_FOR (gtk_widget_get_mapped (GTK_WIDGET (sidebar->menu)));
  offers = gtk_widget_is_sensitive (find_label (GTK_WIDGET (sidebar->menu), label));
  gtk_popover_popdown (GTK_POPOVER (sidebar->menu));
  WAIT_FOR (sidebar->target == NULL);

  return offers;
}

/* What cannot be done to a folder its menu does not offer. */
void
test_folder_menu (void)
{
  show_inbox ("ana@example.org");
  g_assert_true (menu_offers ("New Folder Inside…"));
  g_assert_false (menu_offers ("Rename…"));
  g_assert_false (menu_offers ("Remove…"));
  valija_window_show_folder (get_window (), find_folder ("Lists"));
  g_assert_true (menu_offers ("Rename…"));
  g_assert_true (menu_offers ("Remove…"));
  show_inbox ("ana@example.org");
  gtk_window_set_focus (GTK_WINDOW (get_window ()), NULL);
}

static AdwDialog *
window_dialog (void)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (get_window ()));
}

static guint
count_policies (void)
{
  AdwComboRow *policy;
  guint n_policies;

  activate (get_window (), "win.folder-properties");
  WAIT_FOR (window_dialog () != NULL);
  policy = find_widget (GTK_WIDGET (window_dialog ()), ADW_TYPE_COMBO_ROW);
  n_policies = g_list_model_get_n_items (adw_combo_row_get_model (policy));
  adw_dialog_force_close (window_dialog ());
  WAIT_FOR (window_dialog () == NULL);

  return n_policies;
}

/* What is fetched of a folder is chosen where its numbers are. The own inbox cannot be left out, a shared one can. */
void
test_folder_properties (void)
{
  ValijaFolder *inbox = find_folder ("inbox");
  ValijaFolder *archive = find_folder ("archive");
  AdwPreferencesGroup *group;
  AdwComboRow *policy;

  show_inbox ("ana@example.org");
  g_assert_cmpuint (count_policies (), ==, 3);
  valija_folder_set_owner (inbox, VALIJA_FOLDER_OWNER_OTHERS, FALSE);
  g_assert_cmpuint (count_policies (), ==, 4);
  valija_folder_set_owner (inbox, VALIJA_FOLDER_OWNER_USER, FALSE);

  valija_window_show_folder (get_window (), archive);
  activate (get_window (), "win.folder-properties");
  WAIT_FOR (window_dialog () != NULL);
  policy = find_widget (GTK_WIDGET (window_dialog ()), ADW_TYPE_COMBO_ROW);
  g_assert_cmpuint (g_list_model_get_n_items (adw_combo_row_get_model (policy)), ==, 4);
  g_assert_cmpuint (adw_combo_row_get_selected (policy), ==, VALIJA_FOLDER_POLICY_ACCOUNT);
  group = ADW_PREFERENCES_GROUP (gtk_widget_get_ancestor (GTK_WIDGET (policy), ADW_TYPE_PREFERENCES_GROUP));
  g_assert_cmpstr (adw_preferences_group_get_description (group), ==,
                   "Of this account the messages of the last 90 days are fetched.");
  adw_combo_row_set_selected (policy, VALIJA_FOLDER_POLICY_NEVER);
  WAIT_FOR (valija_folder_get_policy (archive) == VALIJA_FOLDER_POLICY_NEVER);
  WAIT_FOR (g_strcmp0 (adw_preferences_group_get_description (group),
                       "The folder is never looked at. What is here stays.") == 0);
  adw_dialog_force_close (window_dialog ());
  WAIT_FOR (window_dialog () == NULL);
  show_inbox ("ana@example.org");
}

/* However long the tests before took, and with nothing that failed: the foot tells of the one that waits longest. */
static void
check_all (void)
{
  GListModel *accounts = valija_engine_get_accounts (engine);

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (accounts, i);
      ValijaAccountStatus *status = valija_engine_get_status (engine, account);

      valija_account_status_set_last_checked (status, g_get_real_time () / G_USEC_PER_SEC);
      valija_account_status_set_error (status, NULL);
    }
}

/* The foot of the sidebar tells what goes on, with numbers; each account can be stopped and paused. */
void
test_sync_button (void)
{
  ValijaAccount *account = valija_engine_find_account (engine, "ana@example.org");
  ValijaAccountStatus *status = valija_engine_get_status (engine, account);
  GtkWidget *foot = GTK_WIDGET (get_window ()->sidebar->sync_button);
  GtkMenuButton *button = find_widget (foot, GTK_TYPE_MENU_BUTTON);
  GtkLabel *label = find_widget (gtk_menu_button_get_child (button), GTK_TYPE_LABEL);
  GtkWidget *row = find_widget (GTK_WIDGET (gtk_menu_button_get_popover (button)), VALIJA_TYPE_SYNC_ROW);
  g_autoptr(ValijaProgress) progress = valija_progress_new ("Fetching whole messages");
  GtkWidget *pause = gtk_widget_get_last_child (find_widget (row, GTK_TYPE_BOX));
  GtkWidget *cancel = gtk_widget_get_prev_sibling (pause);

  check_all ();
  g_assert_cmpstr (gtk_label_get_text (label), ==, "Checked just now");
  g_assert_false (gtk_widget_get_visible (cancel));

  valija_account_status_set_progress (status, progress);
  valija_progress_update (progress, 1200, 5000);
  valija_progress_set_detail (progress, "Inbox");
  g_assert_cmpstr (gtk_label_get_text (label), ==, "Fetching whole messages, Inbox, 1200 of 5000");
  g_assert_true (gtk_widget_get_visible (cancel));
  g_signal_emit_by_name (cancel, "clicked");
  g_assert_true (g_cancellable_is_cancelled (valija_progress_get_cancellable (progress)));
  valija_account_status_set_progress (status, NULL);
  g_assert_cmpstr (gtk_label_get_text (label), ==, "Checked just now");

  g_signal_emit_by_name (pause, "clicked");
  WAIT_FOR (valija_account_get_paused (account));
  g_assert_cmpstr (gtk_widget_get_tooltip_text (pause), ==, "Resume");
  g_signal_emit_by_name (pause, "clicked");
  WAIT_FOR (!valija_account_get_paused (account));
  g_assert_cmpstr (gtk_widget_get_tooltip_text (pause), ==, "Pause");
}

/* Where there are several accounts, the one that could not be checked is named: in the notice, in what is behind it,
 * and at the foot of the sidebar for as long as it fails. */
static gboolean
toast_dismissed_cb (GSignalInvocationHint *hint, guint n_values, const GValue *values, gpointer n_dismissed)
{
  ++*(guint *) n_dismissed;
  return G_SOURCE_CONTINUE;
}

static void
close_dialog (void)
{
  adw_dialog_force_close (window_dialog ());
  WAIT_FOR (window_dialog () == NULL);
}

/* Two actions that fail for one reason have failed both. */
void
test_failures_alike (void)
{
  guint dismissed = g_signal_lookup ("dismissed", ADW_TYPE_TOAST);
  g_autoptr(GError) error = NULL;
  guint n_dismissed = 0;
  gulong hook;

  valija_error_set (&error, VALIJA_ERROR_TIMED_OUT, "Silence.");
  adw_toast_overlay_dismiss_all (get_window ()->toasts);
  valija_window_show_error (get_window (), error);
  valija_window_show_error (get_window (), error);

  hook = g_signal_add_emission_hook (dismissed, 0, toast_dismissed_cb, &n_dismissed, NULL);
  adw_toast_overlay_dismiss_all (get_window ()->toasts);
  g_signal_remove_emission_hook (dismissed, hook);
  g_assert_cmpuint (n_dismissed, ==, 2);
}

/* What is not there is named once, and nothing is made up about it. */
void
test_not_there (void)
{
  g_autoptr(GError) error = NULL;
  GtkWidget *details;

  valija_error_set (&error, VALIJA_ERROR_NOT_FOUND, "This message is no longer on this computer.");
  adw_toast_overlay_dismiss_all (get_window ()->toasts);
  valija_window_show_error (get_window (), error);
  WAIT_FOR (find_label (GTK_WIDGET (get_window ()->toasts), "This message is no longer on this computer") != NULL);
  press_in (get_window ()->toasts, "_Details");
  WAIT_FOR (window_dialog () != NULL);
  details = GTK_WIDGET (window_dialog ());
  g_assert_nonnull (find_label (details, "This message is no longer on this computer"));
  g_assert_null (find_label (details, "This message is no longer on this computer."));
  g_assert_null (find_label (details, "Working"));
  close_dialog ();
  adw_toast_overlay_dismiss_all (get_window ()->toasts);
}

/* A page that tells of it has nothing to add. */
void
test_not_there_pages (void)
{
  ValijaWindow *window = get_window ();
  ValijaAccount *account = valija_engine_find_account (engine, "ana@example.org");
  g_autofree char *shown = g_strdup (gtk_stack_get_visible_child_name (window->stack));
  g_autoptr(GError) error = NULL;
  GtkWidget *button = NULL;
  GtkWidget *page;

  valija_error_set (&error, VALIJA_ERROR_NOT_FOUND, "There is no such mailbox.");
  valija_window_engine_opened (window, error);
  g_assert_cmpstr (adw_status_page_get_title (window->failure), ==, "There is no such mailbox");
  g_assert_cmpstr (adw_status_page_get_description (window->failure), ==, "");
  gtk_stack_set_visible_child_name (window->stack, shown);

  valija_fake_engine_fail_next (engine, g_error_copy (error));
  adw_dialog_present (valija_replies_dialog_new (engine, account), GTK_WIDGET (window));
  WAIT_FOR (window_dialog () != NULL);
  WAIT_FOR ((button = find_button (GTK_WIDGET (window_dialog ()), "_Try Again")) != NULL &&
            gtk_widget_get_mapped (button));
  page = gtk_widget_get_ancestor (button, ADW_TYPE_STATUS_PAGE);
  g_assert_cmpstr (adw_status_page_get_title (ADW_STATUS_PAGE (page)), ==, "There is no such mailbox");
  g_assert_null (find_label (page, "There is no such mailbox."));
  close_dialog ();
}

void
test_check_fails (void)
{
  ValijaAccount *account = valija_engine_find_account (engine, "ana@example.org");
  ValijaAccount *other = valija_engine_find_account (engine, "ana.nunez@provider.example");
  ValijaAccountStatus *status = valija_engine_get_status (engine, account);
  GtkWidget *toasts = GTK_WIDGET (get_window ()->toasts);
  GtkWidget *foot = GTK_WIDGET (get_window ()->sidebar->sync_button);
  g_autoptr(DexPromise) promise = valija_fake_engine_hold_next (engine);
  g_autoptr(GError) error = NULL;
  AdwDialog *details;

  valija_error_set (&error, VALIJA_ERROR_TIMED_OUT, "Silence.");
  valija_error_locate (&error, VALIJA_SIDE_INCOMING, VALIJA_STEP_CONNECT);
  show_inbox ("ana@example.org");
  check_all ();
  adw_toast_overlay_dismiss_all (get_window ()->toasts);
  activate (get_window ()->sidebar, "sidebar.check");
  dex_promise_reject (promise, g_error_copy (error));
  WAIT_FOR (find_label (toasts, "ana@example.org: The incoming server does not answer") != NULL);
  g_signal_emit_by_name (find_button (toasts, "_Details"), "clicked");
  WAIT_FOR ((details = window_dialog ()) != NULL);
  g_assert_nonnull (find_label (GTK_WIDGET (details), "ana@example.org"));
  adw_dialog_force_close (details);
  WAIT_FOR (window_dialog () == NULL);
  adw_toast_overlay_dismiss_all (get_window ()->toasts);

  valija_account_status_set_error (status, error);
  g_assert_nonnull (find_label (foot, "ana@example.org\nThe incoming server does not answer"));
  valija_account_status_set_error (valija_engine_get_status (engine, other), error);
  g_assert_nonnull (find_label (foot, "2 accounts could not be checked"));
  valija_account_status_set_error (valija_engine_get_status (engine, other), NULL);
  valija_account_status_set_error (status, NULL);
  g_assert_nonnull (find_label (foot, "Checked just now"));
}

static GtkWidget *
find_sync_row (const char *name)
{
  GtkWidget *foot = GTK_WIDGET (get_window ()->sidebar->sync_button);
  GtkMenuButton *button = find_widget (foot, GTK_TYPE_MENU_BUTTON);
  GtkWidget *row = find_widget (GTK_WIDGET (gtk_menu_button_get_popover (button)), VALIJA_TYPE_SYNC_ROW);

  while (!g_str_equal (gtk_label_get_text (find_widget (row, GTK_TYPE_LABEL)), name))
    row = gtk_widget_get_next_sibling (row);
  gtk_menu_button_popup (button);

  return row;
}

static gboolean
types_password (void)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (get_window ()));

  return focus != NULL && gtk_widget_get_ancestor (focus, ADW_TYPE_PASSWORD_ENTRY_ROW) != NULL;
}

/* Where a password was refused the way to give another is beside it, and where something else failed all about that. */
void
test_new_password (void)
{
  ValijaAccount *account = valija_engine_find_account (engine, "ana@example.org");
  ValijaAccountStatus *status = valija_engine_get_status (engine, account);
  GtkWidget *row = find_sync_row ("ana@example.org");
  GtkWidget *button = NULL;
  g_autoptr(GError) refused = NULL;
  g_autoptr(GError) silent = NULL;

  valija_error_set (&refused, VALIJA_ERROR_AUTHENTICATION, "No.");
  valija_error_locate (&refused, VALIJA_SIDE_INCOMING, VALIJA_STEP_SIGN_IN);
  valija_error_set (&silent, VALIJA_ERROR_TIMED_OUT, "Silence.");

  valija_account_status_set_error (status, refused);
  WAIT_FOR ((button = find_button (row, "Change Password…")) != NULL);
  g_signal_emit_by_name (button, "clicked");
  WAIT_FOR (VALIJA_IS_METHODS_DIALOG (window_dialog ()));
  WAIT (types_password);
  close_dialog ();

  row = find_sync_row ("ana@example.org");
  valija_account_status_set_error (status, silent);
  WAIT_FOR ((button = find_button (row, "Details")) != NULL);
  g_signal_emit_by_name (button, "clicked");
  WAIT_FOR (VALIJA_IS_ERROR_DIALOG (window_dialog ()));
  g_assert_null (find_button (GTK_WIDGET (window_dialog ()), "Change _Password…"));
  close_dialog ();

  valija_account_status_set_error (status, refused);
  show_inbox ("ana@example.org");
  g_signal_emit_by_name (get_window ()->pane->banner, "button-clicked");
  WAIT_FOR (VALIJA_IS_ERROR_DIALOG (window_dialog ()) &&
            (button = find_button (GTK_WIDGET (window_dialog ()), "Change _Password…")) != NULL);
  g_signal_emit_by_name (button, "clicked");
  WAIT_FOR (VALIJA_IS_METHODS_DIALOG (window_dialog ()));
  close_dialog ();
  valija_account_status_set_error (status, NULL);
  g_assert_null (find_button (row, "Details"));
}

/* What is kept of an account is told and chosen on its page, and fetched at once. */
static GtkWidget *
find_row_titled (GtkWidget  *widget,
                 const char *title)
{
  GtkWidget *found = NULL;

  if (ADW_IS_PREFERENCES_ROW (widget) &&
      g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title))
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget);
       child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_row_titled (child, title);

  return found;
}

/* It cannot be asked for twice, and its progress is shown until all is there. */
static void
download_everything (GtkWidget *dialog)
{
  g_autoptr(DexPromise) promise = valija_fake_engine_hold_next (engine);
  GtkWidget *row = find_row_titled (dialog, "_Download Everything Now");
  GtkWidget *bar = find_widget (dialog, VALIJA_TYPE_PROGRESS_BAR);

  g_assert_false (gtk_widget_get_mapped (bar));
  g_assert_true (gtk_widget_activate (row));
  g_assert_cmpuint (valija_fake_engine_get_sync_flags (engine), ==, VALIJA_SYNC_EVERYTHING);
  g_assert_false (gtk_widget_get_sensitive (row));
  WAIT_FOR (gtk_widget_get_mapped (bar));

  dex_promise_resolve_boolean (promise, TRUE);
  WAIT_FOR (gtk_widget_get_sensitive (row));
  WAIT_FOR (!gtk_widget_get_mapped (bar));
}

void
test_account_mail (void)
{
  ValijaAccount *account = valija_engine_find_account (engine, "ana@example.org");
  AdwComboRow *bodies;
  AdwSwitchRow *paused;

  gtk_widget_activate_action (GTK_WIDGET (get_window ()), "win.account-details", "s", valija_account_get_id (account));
  WAIT_FOR (window_dialog () != NULL);
  bodies = find_widget (GTK_WIDGET (window_dialog ()), ADW_TYPE_COMBO_ROW);
  paused = find_widget (GTK_WIDGET (window_dialog ()), ADW_TYPE_SWITCH_ROW);
  g_assert_cmpuint (adw_combo_row_get_selected (bodies), ==, 2);
  adw_combo_row_set_selected (bodies, 4);
  WAIT_FOR (valija_account_get_body_days (account) == -1);
  adw_combo_row_set_selected (bodies, 2);
  WAIT_FOR (valija_account_get_body_days (account) == 90);
  adw_switch_row_set_active (paused, TRUE);
  WAIT_FOR (valija_account_get_paused (account));
  adw_switch_row_set_active (paused, FALSE);
  WAIT_FOR (!valija_account_get_paused (account));
  download_everything (GTK_WIDGET (window_dialog ()));
  adw_dialog_force_close (window_dialog ());
  WAIT_FOR (window_dialog () == NULL);
}

/* What a screen reader says of the row of @item in the sidebar. */
static char *
dup_summary (gpointer item)
{
  GListModel *rows = G_LIST_MODEL (get_window ()->sidebar->selection);
  g_autoptr(GtkWidget) widget = g_object_ref_sink (valija_sidebar_row_new ());
  char *summary = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr(GtkTreeListRow) row = g_list_model_get_item (rows, i);
      g_autoptr(GObject) other = gtk_tree_list_row_get_item (row);

      if (other != item)
        continue;
      valija_sidebar_row_bind (VALIJA_SIDEBAR_ROW (widget), engine, row, other);
      g_object_get (widget, "summary", &summary, NULL);
      valija_sidebar_row_unbind (VALIJA_SIDEBAR_ROW (widget));
      return summary;
    }

  g_assert_not_reached ();
}

/* How much room there is stands on the account's page, and in the sidebar once there is little. */
void
test_quota (void)
{
  ValijaAccount *account = valija_engine_find_account (engine, "ana@example.org");
  ValijaAccountStatus *status = valija_engine_get_status (engine, account);
  g_autofree char *some = NULL;
  g_autofree char *little = NULL;
  GtkLevelBar *bar;

  valija_account_status_set_quota (status, &(ValijaQuota) { 50000000, 200000000 });
  some = dup_summary (account);
  g_assert_null (strstr (some, "full"));
  gtk_widget_activate_action (GTK_WIDGET (get_window ()), "win.account-details", "s", valija_account_get_id (account));
  WAIT_FOR (window_dialog () != NULL);
  bar = find_widget (GTK_WIDGET (window_dialog ()), GTK_TYPE_LEVEL_BAR);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (bar)) || gtk_widget_get_visible (GTK_WIDGET (bar)));
  g_assert_cmpint ((int) (gtk_level_bar_get_value (bar) * 100), ==, 25);

  valija_account_status_set_quota (status, &(ValijaQuota) { 190000000, 200000000 });
  g_assert_cmpint ((int) (gtk_level_bar_get_value (bar) * 100 + 0.5), ==, 95);
  little = dup_summary (account);
  g_assert_nonnull (strstr (little, "Nearly full: 190.0"));
  adw_dialog_force_close (window_dialog ());
  WAIT_FOR (window_dialog () == NULL);
  valija_account_status_set_quota (status, NULL);
}

static void
fold (ValijaAccount *account,
      gboolean       folded)
{
  GListModel *rows = G_LIST_MODEL (get_window ()->sidebar->selection);

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr(GtkTreeListRow) row = g_list_model_get_item (rows, i);
      g_autoptr(GObject) item = gtk_tree_list_row_get_item (row);

      if (item == G_OBJECT (account))
        gtk_tree_list_row_set_expanded (row, !folded);
    }
}

static gboolean
is_marked (gpointer wanted)
{
  GtkTreeListRow *row = gtk_single_selection_get_selected_item (get_window ()->sidebar->selection);
  g_autoptr(GObject) item = row != NULL ? gtk_tree_list_row_get_item (row) : NULL;

  return item == wanted;
}

/* While its folders are out of sight, an account tells how much is unread in them. */
void
test_folded_account (void)
{
  ValijaAccount *account = valija_engine_find_account (engine, "ana@example.org");
  guint64 unread = valija_folders_count_unread (valija_engine_get_folders (engine, account));
  g_autofree char *expected = g_strdup_printf (", %u unread", (guint) unread);
  g_autofree char *open = dup_summary (account);
  g_autofree char *folded = NULL;

  g_assert_cmpuint (unread, >, 0);
  g_assert_false (g_str_has_suffix (open, expected));
  fold (account, TRUE);
  folded = dup_summary (account);
  g_assert_true (g_str_has_suffix (folded, expected));
  fold (account, FALSE);
  show_inbox ("ana@example.org");
  gtk_window_set_focus (GTK_WINDOW (get_window ()), NULL);
}

/* Where one is stays marked: at the account while its folders are out of sight, at the folder when they are back. */
void
test_folded_folder (void)
{
  ValijaWindow *window = get_window ();
  ValijaAccount *account = valija_engine_find_account (engine, "ana@example.org");
  ValijaFolder *archive = find_folder ("Archive");

  show_inbox ("ana@example.org");
  select_row (0);
  g_assert_true (is_marked (find_folder ("inbox")));
  fold (account, TRUE);
  g_assert_true (is_marked (account));
  g_assert_true (valija_message_pane_get_folder (window->pane) == find_folder ("inbox"));
  g_assert_true (reader_shows_message ());
  fold (account, FALSE);
  g_assert_true (is_marked (find_folder ("inbox")));
  g_assert_true (reader_shows_message ());

  /* Also of what is opened while it is out of sight */
  fold (account, TRUE);
  valija_window_show_folder (window, archive);
  g_assert_true (is_marked (account));
  fold (account, FALSE);
  g_assert_true (is_marked (archive));

  activate (window, "win.show-outbox");
  fold (account, TRUE);
  g_assert_true (is_marked (NULL));
  fold (account, FALSE);
  g_assert_true (is_marked (NULL));
  show_inbox ("ana@example.org");
}

/* What goes with an account is told before it goes, also what waits in the outbox. */
void
test_remove_account (void)
{
  ValijaAccount *account = valija_engine_find_account (engine, "ana@example.org");
  guint n_unsent = valija_outbox_items_count_unsent (valija_engine_get_outbox (engine), account);
  g_autofree char *outbox = g_strdup_printf ("the %u messages in the outbox that were not sent", n_unsent);
  g_auto(GStrv) paragraphs = NULL;
  GtkWidget *label;

  gtk_widget_activate_action (GTK_WIDGET (get_window ()), "win.account-details", "s", valija_account_get_id (account));
  WAIT_FOR (window_dialog () != NULL);
  gtk_widget_activate (find_row_titled (GTK_WIDGET (window_dialog ()), "_Remove Account…"));
  WAIT (has_dialog);
  label = find_widget (adw_alert_dialog_get_extra_child (get_dialog ()), GTK_TYPE_LABEL);
  g_assert_cmpuint (n_unsent, >, 1);
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (label)), outbox));
  paragraphs = g_strsplit (adw_alert_dialog_get_body (get_dialog ()), "\n\n", -1);
  g_assert_cmpuint (g_strv_length (paragraphs), ==, 3);
  g_assert_nonnull (strstr (paragraphs[0], "Mail on the server stays"));
  g_assert_nonnull (strstr (paragraphs[1], "the outbox is held"));
  g_assert_nonnull (strstr (paragraphs[2], "this method and address"));
  press ("_Cancel");
  adw_dialog_force_close (window_dialog ());
  WAIT_FOR (window_dialog () == NULL);
}

/* What is open does not stay when its account goes: what is open at the start takes its place. */
void
test_account_gone (void)
{
  ValijaAccount *first = valija_engine_find_account (engine, "ana@example.org");
  GListStore *accounts = G_LIST_STORE (valija_engine_get_accounts (engine));
  g_autoptr(ValijaAccount) account = g_object_ref (valija_engine_find_account (engine, "ana.nunez@provider.example"));
  guint position;

  show_inbox ("ana.nunez@provider.example");
  g_assert_true (valija_window_get_account (get_window ()) == account);
  g_assert_true (g_list_store_find (accounts, account, &position));
  g_list_store_remove (accounts, position);
  g_assert_true (valija_message_pane_get_folder (get_window ()->pane) ==
                 valija_engine_find_folder (engine, first, "inbox"));
  g_list_store_insert (accounts, position, account);
  show_inbox ("ana@example.org");
}

/* Also where the accounts that are left are folded: what takes its place is marked where it is. */
void
test_account_gone_folded (void)
{
  ValijaAccount *first = valija_engine_find_account (engine, "ana@example.org");
  GListStore *accounts = G_LIST_STORE (valija_engine_get_accounts (engine));
  GListStore *inboxes = G_LIST_STORE (valija_engine_get_inboxes (engine));
  g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_others = g_list_model_get_n_items (G_LIST_MODEL (accounts)) - 1;
  guint n_folders = g_list_model_get_n_items (G_LIST_MODEL (inboxes)) - 1;

  for (guint i = 1; i <= n_others; i++)
    g_ptr_array_add (others, g_list_model_get_item (G_LIST_MODEL (accounts), i));
  for (guint i = 1; i <= n_folders; i++)
    g_ptr_array_add (folders, g_list_model_get_item (G_LIST_MODEL (inboxes), i));

  show_inbox ("ana.nunez@provider.example");
  fold (first, TRUE);
  g_list_store_splice (accounts, 1, n_others, NULL, 0);
  g_list_store_splice (inboxes, 1, n_folders, NULL, 0);
  g_assert_true (valija_message_pane_get_folder (get_window ()->pane) ==
                 valija_engine_find_folder (engine, first, "inbox"));
  g_assert_true (is_marked (first));

  g_list_store_splice (accounts, 1, 0, others->pdata, n_others);
  g_list_store_splice (inboxes, 1, 0, folders->pdata, n_folders);
  fold (first, FALSE);
  show_inbox ("ana@example.org");
}

/* What an account that was removed has in the outbox can only be removed. */
void
test_held (void)
{
  ValijaWindow *window = get_window ();
  GListStore *outbox = G_LIST_STORE (valija_engine_get_outbox (engine));
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (outbox));
  GtkWidget *row;

  valija_fake_engine_add_outbox (engine, NULL, "Held", VALIJA_OUTBOX_ERROR, "The server said no.", 0);
  activate (window, "win.show-outbox");
  WAIT_FOR (gtk_widget_get_mapped (GTK_WIDGET (window->outbox)));
  activate (window, "win.last");
  row = gtk_root_get_focus (GTK_ROOT (window));
  g_assert_cmpint (gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)), ==, n_items);
  g_assert_null (find_button (row, "_Send Again"));
  g_assert_null (find_button (row, "_Edit"));
  g_assert_nonnull (find_button (row, "_Remove"));
  g_list_store_remove (outbox, n_items);
  show_inbox ("ana@example.org");
}

/* The first of the folders that are not the user's own says so. */
void
test_owner (void)
{
  ValijaFolder *lists = find_folder ("Lists");
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  valija_folder_set_owner (lists, VALIJA_FOLDER_OWNER_ALL, TRUE);
  first = dup_summary (lists);
  g_assert_true (g_str_has_prefix (first, "Shared Folders: Lists"));
  valija_folder_set_owner (lists, VALIJA_FOLDER_OWNER_ALL, FALSE);
  second = dup_summary (lists);
  g_assert_true (g_str_has_prefix (second, "Lists"));
  valija_folder_set_owner (lists, VALIJA_FOLDER_OWNER_USER, FALSE);
}

/* Whether people are answered, once the server has said so. */
static GtkWidget *
find_replies_state (void)
{
  AdwDialog *dialog = window_dialog ();
  GtkWidget *row = VALIJA_IS_REPLIES_DIALOG (dialog) ? find_widget (GTK_WIDGET (dialog), ADW_TYPE_COMBO_ROW) : NULL;

  return row != NULL && gtk_widget_get_mapped (row) ? row : NULL;
}

/* Read from the server, checked before it is told, and not to be overlooked while they are on. */
void
test_auto_replies (void)
{
  ValijaAccount *account = valija_engine_find_account (engine, "ana@example.org");
  AdwBanner *away = find_widget (GTK_WIDGET (get_window ()->pane->away), ADW_TYPE_BANNER);
  GtkWidget *state;
  GtkWidget *save;
  GtkTextView *inside;

  g_assert_false (adw_banner_get_revealed (away));
  adw_dialog_present (valija_replies_dialog_new (engine, account), GTK_WIDGET (get_window ()));
  WAIT_FOR ((state = find_replies_state ()) != NULL);
  save = find_button (GTK_WIDGET (window_dialog ()), "_Save");
  inside = find_widget (GTK_WIDGET (window_dialog ()), GTK_TYPE_TEXT_VIEW);
  g_assert_true (gtk_widget_get_sensitive (save));
  adw_combo_row_set_selected (ADW_COMBO_ROW (state), VALIJA_REPLIES_ON);
  g_assert_false (gtk_widget_get_sensitive (save));
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (inside), "Back on Monday", -1);
  g_assert_true (gtk_widget_get_sensitive (save));
  g_signal_emit_by_name (save, "clicked");
  WAIT_FOR (window_dialog () == NULL);
  g_assert_true (adw_banner_get_revealed (away));

  /* The notice leads to where they are switched off */
  g_signal_emit_by_name (away, "button-clicked");
  WAIT_FOR ((state = find_replies_state ()) != NULL);
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (state)), ==, VALIJA_REPLIES_ON);
  adw_combo_row_set_selected (ADW_COMBO_ROW (state), VALIJA_REPLIES_OFF);
  g_signal_emit_by_name (find_button (GTK_WIDGET (window_dialog ()), "_Save"), "clicked");
  WAIT_FOR (window_dialog () == NULL);
  g_assert_false (adw_banner_get_revealed (away));
}

static GtkWidget *
find_audience (GtkWidget *widget)
{
  GtkWidget *found = NULL;

  if (ADW_IS_COMBO_ROW (widget) &&
      g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), "Who Gets a Reply"))
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_audience (child);

  return found;
}

static const char *
describe_group (GtkWidget *row)
{
  GtkWidget *group = gtk_widget_get_ancestor (row, ADW_TYPE_PREFERENCES_GROUP);

  return adw_preferences_group_get_description (ADW_PREFERENCES_GROUP (group));
}

/* What the organization does not let outside is not offered, and it is said why. */
void
test_auto_replies_limited (void)
{
  ValijaAccount *account = valija_engine_find_account (engine, "ana@example.org");
  g_autoptr(ValijaAutoReplies) replies = valija_auto_replies_new ();
  GtkWidget *audience;

  replies->widest = VALIJA_AUDIENCE_CONTACTS;
  dex_unref (valija_engine_save_auto_replies (engine, account, replies));
  adw_dialog_present (valija_replies_dialog_new (engine, account), GTK_WIDGET (get_window ()));
  WAIT_FOR (find_replies_state () != NULL);
  audience = find_audience (GTK_WIDGET (window_dialog ()));
  g_assert_cmpuint (g_list_model_get_n_items (adw_combo_row_get_model (ADW_COMBO_ROW (audience))), ==, 2);
  g_assert_nonnull (strstr (describe_group (audience), "to your contacts only"));
  g_assert_true (gtk_widget_get_sensitive (audience));
  adw_dialog_force_close (window_dialog ());
  WAIT_FOR (window_dialog () == NULL);

  replies->widest = VALIJA_AUDIENCE_NOBODY;
  dex_unref (valija_engine_save_auto_replies (engine, account, replies));
  adw_dialog_present (valija_replies_dialog_new (engine, account), GTK_WIDGET (get_window ()));
  WAIT_FOR (find_replies_state () != NULL);
  audience = find_audience (GTK_WIDGET (window_dialog ()));
  g_assert_nonnull (strstr (describe_group (audience), "go outside"));
  g_assert_false (gtk_widget_get_sensitive (audience));
  adw_dialog_force_close (window_dialog ());
  WAIT_FOR (window_dialog () == NULL);

  replies->widest = VALIJA_AUDIENCE_EVERYBODY;
  dex_unref (valija_engine_save_auto_replies (engine, account, replies));
}

/* What is in the trash goes for good, after one question, and what has come since that was asked stays. */
void
test_empty_trash (void)
{
  ValijaWindow *window = get_window ();
  ValijaFolder *trash = find_folder ("trash");
  gint64 inbox = count ("inbox");

  valija_fake_engine_add_message (engine, trash, "From: bo@example.org\nSubject: Old\n\nOld\n", VALIJA_FLAG_NONE);
  WAIT_FOR (valija_folder_get_total (trash) == 1);
  valija_window_show_folder (window, trash);
  activate (window->sidebar, "sidebar.empty-trash");
  activate (window->sidebar, "sidebar.empty-trash");
  WAIT (has_dialog);
  valija_fake_engine_add_message (engine, trash, "From: bo@example.org\nSubject: New\n\nNew\n", VALIJA_FLAG_NONE);
  WAIT_FOR (valija_folder_get_total (trash) == 2);
  press ("_Empty");
  WAIT_FOR (valija_folder_get_total (trash) == 1);
  WAIT_FOR (window_dialog () == NULL);
  activate (window->sidebar, "sidebar.empty-trash");
  WAIT (has_dialog);
  press ("_Empty");
  WAIT_FOR (valija_folder_get_total (trash) == 0);
  WAIT_FOR (window_dialog () == NULL);
  g_assert_cmpint (count ("inbox"), ==, inbox);

  /* Nothing to ask about */
  activate (window->sidebar, "sidebar.empty-trash");
  WAIT_FOR (!window->sidebar->emptying);
  g_assert_null (window_dialog ());
  show_inbox ("ana@example.org");
}

/* The whole row of what is open. */
static gboolean
selected_row_is_in_sight (void)
{
  GtkWidget *list = GTK_WIDGET (get_window ()->sidebar->list);
  GtkWidget *view = gtk_widget_get_parent (list);

  for (GtkWidget *row = gtk_widget_get_first_child (list); row != NULL; row = gtk_widget_get_next_sibling (row))
    {
      graphene_rect_t bounds;

      if ((gtk_widget_get_state_flags (row) & GTK_STATE_FLAG_SELECTED) != 0 && gtk_widget_get_mapped (row) &&
          gtk_widget_compute_bounds (row, view, &bounds))
        return bounds.size.height > 0 && bounds.origin.y >= 0 &&
               bounds.origin.y + bounds.size.height <= (float) gtk_widget_get_height (view);
    }

  return FALSE;
}

static void
scroll_sidebar (double position)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (get_window ()->sidebar->list));
  double highest = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);

  g_assert_cmpfloat (highest, >, 0);
  gtk_adjustment_set_value (adjustment, position * highest);
  WAIT_FOR (!selected_row_is_in_sight ());
}

/* With more folders than fit, what is opened by a shortcut, or gone to, is scrolled to. */
void
test_sidebar_scrolls (void)
{
  ValijaAccount *account = valija_engine_find_account (engine, "ana@example.org");

  show_inbox ("ana@example.org");
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *name = g_strdup_printf ("Shelf %02u", i);

      dex_future_disown (valija_engine_create_folder (engine, account, NULL, name));
    }
  WAIT_FOR (find_folder ("Shelf 59") != NULL);
  WAIT (selected_row_is_in_sight);

  valija_window_show_folder (get_window (), find_folder ("Shelf 59"));
  WAIT (selected_row_is_in_sight);
  scroll_sidebar (0);
  valija_sidebar_focus (get_window ()->sidebar);
  WAIT (selected_row_is_in_sight);
  show_inbox ("ana@example.org");
  WAIT (selected_row_is_in_sight);
  scroll_sidebar (1);
  valija_sidebar_focus (get_window ()->sidebar);
  WAIT (selected_row_is_in_sight);
}
