/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/composer/valija-address-field-private.h"
#include "ui/composer/valija-composer-private.h"
#include "ui/composer/valija-send-later-dialog.h"
#include "ui/list/valija-folder-dialog.h"
#include "ui/list/valija-message-cell.h"
#include "ui/list/valija-message-pane-private.h"
#include "ui/list/valija-progress-bar.h"
#include "ui/reader/valija-message-window.h"
#include "ui/reader/valija-reader-private.h"
#include "ui/replies/valija-replies-dialog.h"
#include "ui/search/valija-search-box-private.h"
#include "ui/search/valija-search-chip.h"
#include "ui/search/valija-suggestion-row.h"
#include "ui/sidebar/valija-sidebar-private.h"
#include "ui/sidebar/valija-sidebar-row.h"
#include "ui/sidebar/valija-sync-row.h"
#include "ui/valija-application.h"
#include "ui/valija-fake-engine.h"
#include "ui/valija-sample-mail.h"
#include "ui/valija-window-private.h"

#define DEADLINE_SECONDS 20

/* One application for all tests: GTK and the default application are there once. Each test begins with no
 * window but the main one. */
static ValijaApplication *application;
static ValijaEngine *engine;

typedef gboolean (*Condition) (void);

static gboolean
deadline_cb (gpointer data)
{
  g_error ("This did not happen in time: %s", (const char *) data);

  return G_SOURCE_REMOVE;
}

/* Runs the main loop until @condition holds. */
static void
wait_until (Condition   condition,
            const char *what)
{
  guint source = g_timeout_add_seconds (DEADLINE_SECONDS, deadline_cb, (gpointer) what);

  while (!condition ())
    g_main_context_iteration (NULL, TRUE);

  g_source_remove (source);
}

#define WAIT(condition) wait_until (condition, #condition)

/* The same for an expression. */
#define WAIT_FOR(expression) \
  G_STMT_START { \
    guint deadline_ = g_timeout_add_seconds (DEADLINE_SECONDS, deadline_cb, (gpointer) #expression); \
    while (!(expression)) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (deadline_); \
  } G_STMT_END

static gpointer
find_window (GType type)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (application)); l != NULL; l = l->next)
    if (g_type_is_a (G_OBJECT_TYPE (l->data), type))
      return l->data;

  return NULL;
}

static ValijaWindow *
get_window (void)
{
  return find_window (VALIJA_TYPE_WINDOW);
}

static gboolean
has_mail (void)
{
  ValijaWindow *window = get_window ();

  return window != NULL && g_strcmp0 (gtk_stack_get_visible_child_name (window->stack), "mail") == 0 &&
         valija_message_pane_get_folder (window->pane) != NULL;
}

static gboolean
reader_shows_message (void)
{
  ValijaWindow *window = get_window ();

  return window->current != NULL && window->reader->row == window->current && window->reader->mime != NULL;
}

static gboolean
has_composer (void)
{
  return find_window (VALIJA_TYPE_COMPOSER) != NULL;
}

static gboolean
has_no_composer (void)
{
  return !has_composer ();
}

static gboolean
has_sent (void)
{
  return valija_fake_engine_get_n_sent (engine) > 0;
}

static gboolean
has_draft (void)
{
  return valija_fake_engine_get_n_drafts (engine) == 1;
}

static void
activate (gpointer    widget,
          const char *action)
{
  g_assert_true (gtk_widget_activate_action (widget, action, NULL));
}

static void
show_inbox (const char *address)
{
  ValijaAccount *account = valija_engine_find_account (engine, address);

  valija_window_show_folder (get_window (), valija_engine_find_folder (engine, account, "inbox"));
}

static void
select_row (guint position)
{
  ValijaWindow *window = get_window ();

  valija_message_pane_step (window->pane, VALIJA_PANE_FIRST);
  for (guint i = 0; i < position; i++)
    activate (window, "win.next");
  WAIT (reader_shows_message);
}

static gint64
count (const char *role)
{
  ValijaAccount *account = valija_engine_find_account (engine, "ana@example.org");

  return valija_folder_get_total (valija_engine_find_folder (engine, account, role));
}

static gboolean
was_moved (void)
{
  return count ("archive") == 1;
}

static gboolean
was_undone (void)
{
  return count ("archive") == 0;
}

/* ---- Tests ---- */

static void
test_opens_inbox (void)
{
  ValijaFolder *folder = valija_message_pane_get_folder (get_window ()->pane);

  g_assert_cmpint (valija_folder_get_role (folder), ==, VALIJA_FOLDER_ROLE_INBOX);
  g_assert_cmpuint (valija_message_pane_get_n_selected (get_window ()->pane), ==, 0);
}

static void
test_selection_enables (void)
{
  ValijaWindow *window = get_window ();

  select_row (0);
  g_assert_cmpuint (valija_message_pane_get_n_selected (window->pane), ==, 1);
  activate (window, "win.next");
  g_assert_cmpuint (valija_message_pane_get_n_selected (window->pane), ==, 1);
}

static void
test_star (void)
{
  ValijaWindow *window = get_window ();
  gboolean before;

  select_row (0);
  before = valija_message_get_flagged (window->current);
  activate (window, "win.toggle-star");
  while (valija_message_get_flagged (window->current) == before)
    g_main_context_iteration (NULL, TRUE);
  activate (window, "win.toggle-star");
  while (valija_message_get_flagged (window->current) != before)
    g_main_context_iteration (NULL, TRUE);
}

static void
press_undo (GtkWidget *widget)
{
  if (GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), "_Undo") == 0)
    {
      g_signal_emit_by_name (widget, "clicked");
      return;
    }

  for (GtkWidget *child = gtk_widget_get_first_child (widget);
       child != NULL;
       child = gtk_widget_get_next_sibling (child))
    press_undo (child);
}

static void
test_archive_and_undo (void)
{
  ValijaWindow *window = get_window ();
  gint64 inbox = count ("inbox");

  select_row (1);
  activate (window, "win.archive");
  WAIT (was_moved);
  g_assert_cmpint (count ("inbox"), ==, inbox - 1);
  /* What comes after it is selected, not nothing. */
  g_assert_cmpuint (valija_message_pane_get_n_selected (window->pane), ==, 1);

  press_undo (GTK_WIDGET (window->toasts));
  WAIT (was_undone);
  g_assert_cmpint (count ("inbox"), ==, inbox);
}

static void
test_reply (void)
{
  ValijaComposer *composer;
  GBytes *sent;

  show_inbox ("ana@example.org");
  select_row (0);
  activate (get_window (), "win.reply");
  WAIT (has_composer);

  composer = find_window (VALIJA_TYPE_COMPOSER);
  g_assert_cmpstr (valija_address_field_get_text (composer->to), ==, "Bo Lindqvist <bo@example.org>");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (composer->subject)), ==, "Re: Plans for the hike");

  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (composer->body)), "At eight, then.", -1);
  activate (composer, "composer.send");
  WAIT (has_sent);
  WAIT (has_no_composer);

  sent = valija_fake_engine_get_sent (engine);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (sent, NULL), g_bytes_get_size (sent), "At eight, then."));
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (sent, NULL), g_bytes_get_size (sent),
                                  "In-Reply-To: <5@example.org>"));
}

static gboolean
was_taken_back (void)
{
  return valija_fake_engine_get_n_withdrawn (engine) == 1 && has_composer ();
}

/* A composer with a message that can be sent as it is. */
static ValijaComposer *
compose_note (void)
{
  ValijaComposer *composer;

  valija_application_compose_mailto (application, "mailto:bo@example.org?subject=Note&body=Text");
  WAIT (has_composer);
  composer = find_window (VALIJA_TYPE_COMPOSER);

  return composer;
}

static void
discard_composer (void)
{
  ValijaComposer *composer = find_window (VALIJA_TYPE_COMPOSER);

  composer->done = TRUE;
  gtk_window_destroy (GTK_WINDOW (composer));
  WAIT (has_no_composer);
}

static char *
dup_from (ValijaComposer *composer)
{
  g_autoptr(ValijaAddress) from = NULL;

  g_object_get (composer->composition, "from", &from, NULL);

  return g_strdup (from->address);
}

/* All the addresses of an account can be chosen, and the one that a draft has already is. */
static void
test_senders (void)
{
  ValijaComposer *composer = compose_note ();
  g_autoptr(ValijaAccount) account = g_object_ref (valija_composer_get_account (composer));
  g_autoptr(ValijaComposition) draft = valija_composition_new ();
  g_autoptr(ValijaAddress) team = valija_address_new (NULL, "Team@example.org");
  guint n = g_list_model_get_n_items (composer->senders);
  g_autofree char *own = dup_from (composer);
  g_autofree char *chosen = NULL;
  g_autofree char *kept = NULL;

  g_assert_cmpstr (own, ==, valija_account_get_email (account));
  discard_composer ();

  g_object_set (account, "senders", "team@example.org", NULL);
  composer = compose_note ();
  g_assert_cmpuint (g_list_model_get_n_items (composer->senders), ==, n + 1);
  g_assert_true (gtk_widget_get_visible (composer->from_row));
  gtk_drop_down_set_selected (composer->from, gtk_drop_down_get_selected (composer->from) + 1);
  chosen = dup_from (composer);
  g_assert_cmpstr (chosen, ==, "team@example.org");
  g_assert_true (valija_composer_get_account (composer) == account);
  discard_composer ();

  g_object_set (draft, "from", team, "subject", "Draft", NULL);
  valija_application_compose (application, account, draft, 0);
  WAIT (has_composer);
  composer = find_window (VALIJA_TYPE_COMPOSER);
  kept = dup_from (composer);
  g_assert_cmpstr (kept, ==, "team@example.org");
  discard_composer ();
  g_object_set (account, "senders", "", NULL);
}

/* It waits for some seconds, and comes back into a composer. */
static void
test_undo_send (void)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  activate (compose_note (), "composer.send");
  WAIT (has_no_composer);
  g_assert_cmpint (valija_fake_engine_get_last_due (engine), >, now);
  g_assert_cmpint (valija_fake_engine_get_last_due (engine), <=, now + 60);

  press_undo (GTK_WIDGET (get_window ()));
  WAIT (was_taken_back);
  discard_composer ();
}

static gboolean
composer_has_dialog (void)
{
  return adw_application_window_get_visible_dialog (find_window (VALIJA_TYPE_COMPOSER)) != NULL;
}

static AdwDialog *
composer_dialog (void)
{
  return adw_application_window_get_visible_dialog (find_window (VALIJA_TYPE_COMPOSER));
}

static void
test_send_later (void)
{
  g_autoptr(GDateTime) sunday = g_date_time_new_local (2026, 11, 29, 22, 0, 0);
  g_autoptr(GDateTime) monday = g_date_time_new_local (2026, 11, 30, 7, 0, 0);
  g_autoptr(GDateTime) morning = g_date_time_new_local (2026, 11, 30, 8, 0, 0);
  g_autoptr(GDateTime) week_after = g_date_time_new_local (2026, 12, 7, 8, 0, 0);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gint64 tomorrow;

  g_assert_cmpint (valija_send_later_tomorrow (sunday), ==, g_date_time_to_unix (morning));
  g_assert_cmpint (valija_send_later_monday (sunday), ==, g_date_time_to_unix (morning));
  g_assert_cmpint (valija_send_later_monday (monday), ==, g_date_time_to_unix (week_after));

  activate (compose_note (), "composer.send-tomorrow");
  WAIT (has_no_composer);
  tomorrow = valija_fake_engine_get_last_due (engine);
  g_assert_cmpint (tomorrow, >, now);

  /* A time of one's own */
  activate (compose_note (), "composer.send-later");
  WAIT (composer_has_dialog);
  g_signal_emit_by_name (composer_dialog (), "scheduled", now + 7200);
  WAIT (has_no_composer);
  g_assert_cmpint (valija_fake_engine_get_last_due (engine), ==, now + 7200);
}

static GtkWidget *
find_row (GtkWidget *widget)
{
  GtkWidget *found = NULL;

  if (ADW_IS_ACTION_ROW (widget))
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget);
       child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_row (child);

  return found;
}

static gboolean
address_was_checked (void)
{
  AdwDialog *dialog = adw_application_window_get_visible_dialog (find_window (VALIJA_TYPE_COMPOSER));
  GtkWidget *row = find_row (adw_alert_dialog_get_extra_child (ADW_ALERT_DIALOG (dialog)));

  return g_str_has_suffix (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), "\n550 5.1.1 no such user");
}

static void
test_check_addresses (void)
{
  ValijaComposer *composer;

  valija_application_compose_mailto (application, "mailto:gone@example.org");
  WAIT (has_composer);
  composer = find_window (VALIJA_TYPE_COMPOSER);
  activate (composer, "composer.check-addresses");
  WAIT (composer_has_dialog);
  WAIT (address_was_checked);

  composer->done = TRUE;
  gtk_window_destroy (GTK_WINDOW (composer));
  WAIT (has_no_composer);
}

static void
test_draft_on_close (void)
{
  guint before = valija_fake_engine_get_n_released (engine);
  ValijaComposer *composer;

  g_action_group_activate_action (G_ACTION_GROUP (application), "compose", NULL);
  WAIT (has_composer);
  composer = find_window (VALIJA_TYPE_COMPOSER);
  gtk_editable_set_text (GTK_EDITABLE (composer->subject), "Unfinished");
  g_assert_cmpuint (valija_fake_engine_get_n_released (engine), ==, before);
  gtk_window_close (GTK_WINDOW (composer));
  WAIT (has_draft);
  WAIT (has_no_composer);
  g_assert_cmpuint (valija_fake_engine_get_n_released (engine), ==, before + 1);
}

static void
test_empty_is_no_draft (void)
{
  guint before = valija_fake_engine_get_n_drafts (engine);

  g_action_group_activate_action (G_ACTION_GROUP (application), "compose", NULL);
  WAIT (has_composer);
  gtk_window_close (find_window (VALIJA_TYPE_COMPOSER));
  WAIT (has_no_composer);
  g_assert_cmpuint (valija_fake_engine_get_n_drafts (engine), ==, before);
}

static gboolean
has_visible_composer (void)
{
  GtkWidget *composer = find_window (VALIJA_TYPE_COMPOSER);

  return composer != NULL && gtk_widget_get_visible (composer);
}

static void
test_failed_draft_stays (void)
{
  ValijaComposer *composer;
  guint before = valija_fake_engine_get_n_drafts (engine);

  valija_application_compose_mailto (application, "mailto:bo@example.org?subject=Kept");
  WAIT (has_composer);
  composer = find_window (VALIJA_TYPE_COMPOSER);
  g_assert_cmpstr (valija_address_field_get_text (composer->to), ==, "bo@example.org");
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (composer->body)), "Text", -1);

  /* Not lost when the disk is full: the window comes back. */
  valija_fake_engine_fail_next (engine, g_error_new_literal (VALIJA_ERROR, VALIJA_ERROR_DISK_FULL, "No room."));
  gtk_window_close (GTK_WINDOW (composer));
  WAIT (has_visible_composer);
  g_assert_cmpuint (valija_fake_engine_get_n_drafts (engine), ==, before);

  composer->done = TRUE;
  gtk_window_destroy (GTK_WINDOW (composer));
  WAIT (has_no_composer);
}

/* Closed while it is being sent it is gone for the eye alone: sending may fail, and then this is the only copy. */
static void
test_close_while_sending (void)
{
  g_autoptr(DexPromise) failing = valija_fake_engine_hold_next (engine);
  guint before = valija_fake_engine_get_n_drafts (engine);
  ValijaComposer *composer = compose_note ();

  activate (composer, "composer.send");
  gtk_window_close (GTK_WINDOW (composer));
  g_assert_true (has_composer ());
  dex_promise_reject (failing, g_error_new_literal (VALIJA_ERROR, VALIJA_ERROR_DISK_FULL, "No room."));
  WAIT (has_visible_composer);
  WAIT (composer_has_dialog);
  g_assert_true (gtk_widget_is_sensitive (composer->fields));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (composer->subject)), ==, "Note");

  /* What was there is on the disk soon, though nothing is typed. */
  WAIT_FOR (valija_fake_engine_get_n_drafts (engine) == before + 1);
  WAIT_FOR (!composer->saving);

  adw_dialog_force_close (composer_dialog ());
  activate (composer, "composer.send");
  WAIT (has_no_composer);
  g_assert_cmpuint (valija_fake_engine_get_n_drafts (engine), ==, before);
}

/* A draft that is on its way to the disk when the message is sent goes as well. */
static void
test_sent_while_saving (void)
{
  g_autoptr(DexPromise) saving = valija_fake_engine_hold_next (engine);
  guint drafts = valija_fake_engine_get_n_drafts (engine);
  guint sent = valija_fake_engine_get_n_sent (engine);
  ValijaComposer *composer = compose_note ();

  valija_composer_changed (composer);
  WAIT_FOR (composer->saving);
  activate (composer, "composer.send");
  g_assert_cmpuint (valija_fake_engine_get_n_sent (engine), ==, sent + 1);
  WAIT_FOR (!has_visible_composer ());
  dex_promise_resolve_boolean (saving, TRUE);
  WAIT (has_no_composer);
  g_assert_cmpuint (valija_fake_engine_get_n_drafts (engine), ==, drafts);
}

/* The draft that was being written stays until the discarding is for good. */
static void
test_undo_discard (void)
{
  g_autoptr(DexPromise) saving = valija_fake_engine_hold_next (engine);
  guint before = valija_fake_engine_get_n_drafts (engine);
  ValijaComposer *composer;

  adw_toast_overlay_dismiss_all (get_window ()->toasts);
  composer = compose_note ();
  valija_composer_changed (composer);
  WAIT_FOR (composer->saving);
  activate (composer, "composer.discard");
  g_assert_false (has_visible_composer ());
  dex_promise_resolve_boolean (saving, TRUE);
  WAIT_FOR (!composer->saving);
  g_assert_cmpuint (valija_fake_engine_get_n_drafts (engine), ==, before + 1);

  press_undo (GTK_WIDGET (get_window ()));
  WAIT (has_visible_composer);
  g_assert_true (composer->dirty);
  g_assert_cmpuint (composer->save_source, !=, 0);
  discard_composer ();
}

/* To quit is no way to take it back: neither here nor on the server anything of it is left. */
static void
test_quit_after_discard (void)
{
  guint before = valija_fake_engine_get_n_drafts (engine);
  guint released = valija_fake_engine_get_n_released (engine);
  ValijaComposer *composer = compose_note ();

  valija_composer_changed (composer);
  WAIT_FOR (composer->draft != 0);
  g_assert_cmpuint (valija_fake_engine_get_n_drafts (engine), ==, before + 1);
  activate (composer, "composer.discard");
  g_assert_false (has_visible_composer ());
  valija_composer_finish (composer);
  WAIT (has_no_composer);
  g_assert_cmpuint (valija_fake_engine_get_n_drafts (engine), ==, before);
  g_assert_cmpuint (valija_fake_engine_get_n_released (engine), ==, released);
  adw_toast_overlay_dismiss_all (get_window ()->toasts);
}

/* The last of the tests: the offer to undo goes with the main window, and nothing hidden keeps the application. */
static void
test_close_after_discard (void)
{
  guint before = valija_fake_engine_get_n_drafts (engine);
  ValijaComposer *composer = compose_note ();
  g_autoptr(ValijaEngine) kept = g_object_ref (engine);

  valija_composer_changed (composer);
  WAIT_FOR (composer->draft != 0);
  activate (composer, "composer.discard");
  g_assert_true (has_composer ());
  gtk_window_destroy (GTK_WINDOW (get_window ()));
  WAIT (has_no_composer);
  g_assert_cmpuint (valija_fake_engine_get_n_drafts (kept), ==, before);
}

static void
test_read_only_account (void)
{
  ValijaWindow *window = get_window ();

  show_inbox ("ana.nunez@provider.example");
  select_row (0);

  /* Unavailable, and says so: to the eye, to the pointer, to a screen reader, and when it is pressed. */
  g_assert_true (gtk_widget_has_css_class (window->reader->reply_button, "unavailable"));
  g_assert_cmpstr (gtk_widget_get_tooltip_text (window->reader->reply_button), ==,
                   "POP3 reads only. Add an SMTP server to reply.");
  gtk_test_accessible_assert_property (window->reader->reply_button, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       "POP3 reads only. Add an SMTP server to reply.");
  g_assert_false (gtk_widget_has_css_class (window->reader->delete_button, "unavailable"));

  activate (window, "win.reply");
  g_assert_true (adw_banner_get_revealed (window->reader->reason_banner));
  g_assert_false (has_composer ());
  show_inbox ("ana@example.org");
}

static void
test_send_only_account (void)
{
  ValijaWindow *window = get_window ();
  ValijaAccount *smtp = valija_engine_find_account (engine, "robot@example.org");

  valija_window_show_folder (window, valija_engine_find_folder (engine, smtp, "sent"));
  g_assert_cmpuint (valija_message_pane_get_n_selected (window->pane), ==, 0);
  show_inbox ("ana@example.org");
}

static GtkWidget *
find_button (GtkWidget  *widget,
             const char *label)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (widget) && gtk_widget_get_mapped (widget) &&
      g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0)
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget);
       child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_button (child, label);

  return found;
}

static void
press_in (gpointer    widget,
          const char *label)
{
  WAIT_FOR (find_button (widget, label) != NULL);
  g_signal_emit_by_name (find_button (widget, label), "clicked");
}

static void
test_outbox (void)
{
  ValijaWindow *window = get_window ();

  /* What was sent is not counted: six are there, one of them sent. */
  g_assert_cmpstr (gtk_label_get_text (window->sidebar->outbox_count), ==, "5");
  activate (window, "win.show-outbox");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->pages), ==, "outbox");

  /* Who has looked says what became of the one that nobody knows about. */
  press_in (window->outbox, "_It Was Sent");
  g_assert_null (find_button (GTK_WIDGET (window->outbox), "_It Was Sent"));
  g_assert_cmpstr (gtk_label_get_text (window->sidebar->outbox_count), ==, "4");
  activate (window, "win.search");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->pages), ==, "messages");
}

/* ---- Folders ---- */

static ValijaFolder *
find_folder (const char *name)
{
  return valija_engine_find_folder (engine, valija_engine_find_account (engine, "ana@example.org"), name);
}

static AdwAlertDialog *
get_dialog (void)
{
  AdwDialog *dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (get_window ()));

  return ADW_IS_ALERT_DIALOG (dialog) ? ADW_ALERT_DIALOG (dialog) : NULL;
}

static gboolean
has_dialog (void)
{
  return get_dialog () != NULL;
}

static gboolean
has_no_dialog (void)
{
  return !has_dialog ();
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

/* Presses the button @label of the dialog, as a mouse would. */
static void
press (const char *label)
{
  GtkWidget *button = NULL;

  while ((button = find_button (GTK_WIDGET (get_dialog ()), label)) == NULL)
    g_main_context_iteration (NULL, TRUE);

  g_signal_emit_by_name (button, "clicked");
  WAIT (has_no_dialog);
}

static void
name_it (const char *name,
         const char *button)
{
  WAIT (has_dialog);
  gtk_editable_set_text (GTK_EDITABLE (adw_alert_dialog_get_extra_child (get_dialog ())), name);
  press (button);
}

static void
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

static AdwDialog *
window_dialog (void)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (get_window ()));
}

/* The first of @type in or below @widget. */
static gpointer
find_widget (GtkWidget *widget,
             GType      type)
{
  gpointer found = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_widget (child, type);

  return found;
}

/* What is fetched of a folder is chosen where its numbers are; an inbox cannot be left out. */
static void
test_folder_properties (void)
{
  ValijaFolder *archive = find_folder ("archive");
  AdwComboRow *policy;

  show_inbox ("ana@example.org");
  activate (get_window (), "win.folder-properties");
  WAIT_FOR (window_dialog () != NULL);
  policy = find_widget (GTK_WIDGET (window_dialog ()), ADW_TYPE_COMBO_ROW);
  g_assert_cmpuint (g_list_model_get_n_items (adw_combo_row_get_model (policy)), ==, 3);
  adw_dialog_force_close (window_dialog ());
  WAIT_FOR (window_dialog () == NULL);

  valija_window_show_folder (get_window (), archive);
  activate (get_window (), "win.folder-properties");
  WAIT_FOR (window_dialog () != NULL);
  policy = find_widget (GTK_WIDGET (window_dialog ()), ADW_TYPE_COMBO_ROW);
  g_assert_cmpuint (g_list_model_get_n_items (adw_combo_row_get_model (policy)), ==, 4);
  g_assert_cmpuint (adw_combo_row_get_selected (policy), ==, VALIJA_FOLDER_POLICY_ACCOUNT);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (policy)), ==,
                   "Of this account the messages of the last 90 days are fetched.");
  adw_combo_row_set_selected (policy, VALIJA_FOLDER_POLICY_NEVER);
  WAIT_FOR (valija_folder_get_policy (archive) == VALIJA_FOLDER_POLICY_NEVER);
  WAIT_FOR (g_strcmp0 (adw_action_row_get_subtitle (ADW_ACTION_ROW (policy)),
                       "The folder is never looked at. What is here stays.") == 0);
  adw_dialog_force_close (window_dialog ());
  WAIT_FOR (window_dialog () == NULL);
  show_inbox ("ana@example.org");
}

/* The foot of the sidebar tells what goes on, with numbers; each account can be stopped and paused. */
static void
test_sync_button (void)
{
  ValijaAccount *account = valija_engine_find_account (engine, "ana@example.org");
  ValijaAccountStatus *status = valija_engine_get_status (engine, account);
  GtkWidget *foot = GTK_WIDGET (get_window ()->sidebar->sync_button);
  GtkMenuButton *button = find_widget (foot, GTK_TYPE_MENU_BUTTON);
  GtkLabel *label = find_widget (gtk_menu_button_get_child (button), GTK_TYPE_LABEL);
  GtkWidget *row = find_widget (GTK_WIDGET (gtk_menu_button_get_popover (button)), VALIJA_TYPE_SYNC_ROW);
  g_autoptr(ValijaProgress) progress = valija_progress_new ("Fetching whole messages");
  GtkWidget *cancel = find_widget (row, GTK_TYPE_BUTTON);
  GtkWidget *pause = gtk_widget_get_next_sibling (cancel);

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

static void
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
static void
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

/* The first of the folders that are not the user's own says so. */
static void
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
static void
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

/* What is in the trash goes for good, after a question, and what has come since that was asked stays. */
static void
test_empty_trash (void)
{
  ValijaWindow *window = get_window ();
  ValijaFolder *trash = find_folder ("trash");
  gint64 inbox = count ("inbox");

  valija_fake_engine_add_message (engine, trash, "From: bo@example.org\nSubject: Old\n\nOld\n", VALIJA_FLAG_NONE);
  WAIT_FOR (valija_folder_get_total (trash) == 1);
  valija_window_show_folder (window, trash);
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
  g_assert_cmpint (count ("inbox"), ==, inbox);
  show_inbox ("ana@example.org");
}

static const char *
get_last_person (ValijaAddressField *field)
{
  GtkWidget *last = gtk_widget_get_last_child (GTK_WIDGET (field->list));

  if (last == NULL)
    return NULL;

  return valija_search_suggestion_get_text (valija_suggestion_row_get_suggestion (VALIJA_SUGGESTION_ROW (last)));
}

/* Behind the people of the mail that is here come those of the directory, where there is a connection. */
static void
test_address_suggestions (void)
{
  ValijaComposer *composer;
  ValijaAddressField *field;
  ValijaAccountStatus *status;
  GtkListBoxRow *last;

  g_action_group_activate_action (G_ACTION_GROUP (application), "compose", NULL);
  WAIT (has_composer);
  composer = find_window (VALIJA_TYPE_COMPOSER);
  field = composer->to;
  status = valija_engine_get_status (engine, valija_composer_get_account (composer));
  gtk_widget_grab_focus (GTK_WIDGET (field));

  gtk_editable_set_text (GTK_EDITABLE (field->entry), "mei@example.org, Lind");
  gtk_editable_set_position (GTK_EDITABLE (field->entry), -1);
  WAIT_FOR (g_strcmp0 (get_last_person (field), "Bo Lindqvist <bo@example.org>") == 0);
  g_assert_cmpuint (field->ask_source, ==, 0);

  /* One whom both know is offered once */
  valija_account_status_set_state (status, VALIJA_SESSION_OPEN);
  gtk_editable_set_text (GTK_EDITABLE (field->entry), "mei@example.org, bo");
  gtk_editable_set_position (GTK_EDITABLE (field->entry), -1);
  WAIT_FOR (g_strcmp0 (get_last_person (field), "\"Borg, Anna\" <anna.borg@example.org>") == 0);
  last = GTK_LIST_BOX_ROW (gtk_widget_get_last_child (GTK_WIDGET (field->list)));
  g_assert_cmpint (gtk_list_box_row_get_index (last), ==, 2);
  g_signal_emit_by_name (field->list, "row-activated", last);
  g_assert_cmpstr (valija_address_field_get_text (field), ==,
                   "mei@example.org, \"Borg, Anna\" <anna.borg@example.org>, ");

  /* An account that is chosen in the pause and has no connection is not asked */
  gtk_editable_set_text (GTK_EDITABLE (field->entry), "mei@example.org, bo");
  gtk_editable_set_position (GTK_EDITABLE (field->entry), -1);
  WAIT_FOR (field->ask_source != 0);
  valija_account_status_set_state (status, VALIJA_SESSION_CLOSED);
  WAIT_FOR (field->ask_source == 0);
  g_assert_null (field->asking);

  composer->done = TRUE;
  gtk_window_destroy (GTK_WINDOW (composer));
  WAIT (has_no_composer);
}

static gboolean
confirmation_is_asked (void)
{
  return adw_banner_get_revealed (get_window ()->reader->confirm_banner);
}

static gboolean
confirmation_was_sent (void)
{
  return valija_reader_confirmation_answered (get_window ()->reader);
}

static void
test_confirmation (void)
{
  static const char asking[] = "From: Bo Lindqvist <bo@example.org>\nTo: ana@example.org\nSubject: Read me\n"
                               "Date: Mon, 23 Nov 2026 09:00:00 +0000\nMessage-ID: <read@example.org>\n"
                               "Importance: high\nSensitivity: Private\n"
                               "Disposition-Notification-To: bo@example.org\n\nPlease.\n";
  ValijaWindow *window = get_window ();
  guint before = valija_fake_engine_get_n_sent (engine);

  valija_fake_engine_add_message (engine, find_folder ("Lists"), asking, VALIJA_FLAG_NONE);
  valija_window_show_folder (window, find_folder ("Lists"));
  select_row (0);
  WAIT (confirmation_is_asked);
  g_assert_cmpstr (adw_banner_get_title (window->reader->confirm_banner), ==,
                   "Bo Lindqvist asks to be told that you read this.");
  g_assert_cmpuint (valija_fake_engine_get_n_sent (engine), ==, before);

  activate (window->reader, "reader.confirm-reading");
  WAIT (has_dialog);
  press ("_Not Now");
  g_assert_true (adw_banner_get_revealed (window->reader->confirm_banner));
  g_assert_cmpuint (valija_fake_engine_get_n_sent (engine), ==, before);

  activate (window->reader, "reader.confirm-reading");
  WAIT (has_dialog);
  press ("_Confirm");
  WAIT (confirmation_was_sent);
  g_assert_false (adw_banner_get_revealed (window->reader->confirm_banner));
  g_assert_cmpuint (valija_fake_engine_get_n_sent (engine), ==, before + 1);
  show_inbox ("ana@example.org");
}

static void
test_unread_only (void)
{
  ValijaMessagePane *pane = get_window ()->pane;
  guint all;

  show_inbox ("ana@example.org");
  all = g_list_model_get_n_items (G_LIST_MODEL (pane->messages));
  activate (get_window (), "win.toggle-unread");
  g_assert_cmpstr (adw_toggle_group_get_active_name (pane->filter), ==, "unread");
  while (g_list_model_get_n_items (G_LIST_MODEL (pane->messages)) >= all ||
         g_list_model_get_n_items (G_LIST_MODEL (pane->messages)) == 0)
    g_main_context_iteration (NULL, TRUE);

  activate (get_window (), "win.toggle-unread");
  while (g_list_model_get_n_items (G_LIST_MODEL (pane->messages)) != all)
    g_main_context_iteration (NULL, TRUE);
}

static gint64
count_archived (const char *address)
{
  ValijaAccount *account = valija_engine_find_account (engine, address);

  return valija_folder_get_total (valija_engine_find_folder (engine, account, "archive"));
}

static gboolean
each_was_archived (void)
{
  return count_archived ("ana@example.org") == 1 && count_archived ("ana.nunez@provider.example") == 1;
}

static gboolean
each_came_back (void)
{
  return count_archived ("ana@example.org") == 0 && count_archived ("ana.nunez@provider.example") == 0;
}

static ValijaMessageCell *
find_cell (GtkWidget     *widget,
           ValijaMessage *message)
{
  ValijaMessageCell *found = NULL;

  if (VALIJA_IS_MESSAGE_CELL (widget))
    return valija_message_cell_get_message (VALIJA_MESSAGE_CELL (widget)) == message ? VALIJA_MESSAGE_CELL (widget)
                                                                                      : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget);
       child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_cell (child, message);

  return found;
}

static gboolean
first_cell_tells_account (void)
{
  ValijaMessagePane *pane = get_window ()->pane;
  g_autoptr(ValijaMessage) first = g_list_model_get_item (G_LIST_MODEL (pane->messages), 0);
  ValijaMessageCell *cell = find_cell (GTK_WIDGET (pane->list), first);
  g_autofree char *summary = NULL;
  g_autofree char *expected = NULL;

  if (cell == NULL || !valija_message_get_loaded (first))
    return FALSE;

  g_object_get (cell, "summary", &summary, NULL);
  expected = g_strdup_printf ("Account %s",
                              valija_account_get_name (valija_folder_get_account (valija_message_get_folder (first))));

  return g_str_has_suffix (summary, expected);
}

static gboolean
asks_for_folder (void)
{
  return VALIJA_IS_FOLDER_DIALOG (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (get_window ())));
}

/* Above the accounts, with the mail of all of them; what is done there is done in each. */
static void
test_all_inboxes (void)
{
  ValijaWindow *window = get_window ();
  g_autoptr(GtkTreeListRow) top = g_list_model_get_item (G_LIST_MODEL (window->sidebar->selection), 0);
  g_autoptr(ValijaFolder) all = gtk_tree_list_row_get_item (top);

  g_assert_true (all == valija_engine_get_all_inboxes (engine));
  gtk_single_selection_set_selected (window->sidebar->selection, 0);
  g_assert_true (valija_message_pane_get_folder (window->pane) == all);
  g_assert_cmpstr (adw_window_title_get_title (window->pane->title), ==, "All Inboxes");
  /* An answer stands with the one that answers it. */
  g_assert_cmpint (valija_folder_get_total (all), ==,
                   g_list_model_get_n_items (G_LIST_MODEL (window->pane->messages)) + 1);
  WAIT (first_cell_tells_account);

  gtk_selection_model_select_range (GTK_SELECTION_MODEL (window->pane->selection), 2, 2, TRUE);
  adw_toast_overlay_dismiss_all (window->toasts);
  activate (window, "win.archive");
  WAIT (each_was_archived);
  press_undo (GTK_WIDGET (window->toasts));
  WAIT (each_came_back);

  /* To which account a folder belongs is told where there are several to choose from. */
  gtk_selection_model_select_range (GTK_SELECTION_MODEL (window->pane->selection), 2, 2, TRUE);
  activate (window, "win.move");
  WAIT (asks_for_folder);
  adw_dialog_force_close (ADW_DIALOG (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window))));

  /* Nothing can be made or removed in what holds nothing itself. */
  activate (window->sidebar, "sidebar.remove-folder");
  g_assert_false (has_dialog ());
  show_inbox ("ana@example.org");
}

static gboolean
was_searched (void)
{
  return g_strcmp0 (valija_fake_engine_get_searched (engine), "subject:hike") == 0;
}

static void
test_search_place (void)
{
  ValijaMessagePane *pane = get_window ()->pane;

  activate (get_window (), "win.search");
  g_assert_cmpuint (g_list_model_get_n_items (gtk_drop_down_get_model (pane->place)), ==,
                    VALIJA_SEARCH_MESSAGE_ID + 1);
  gtk_drop_down_set_selected (pane->place, VALIJA_SEARCH_SUBJECT);
  gtk_editable_set_text (valija_search_box_get_entry (pane->search_box), "hike");
  WAIT (was_searched);

  gtk_drop_down_set_selected (pane->place, VALIJA_SEARCH_ANYWHERE);
  gtk_search_bar_set_search_mode (pane->search_bar, FALSE);
}

static guint
count_chips (ValijaSearchBox *box)
{
  guint n = 0;

  for (GtkWidget *chip = gtk_widget_get_first_child (GTK_WIDGET (box->chips));
       chip != NULL;
       chip = gtk_widget_get_next_sibling (chip))
    n++;

  return n;
}

static const char *
get_last_chip_label (ValijaSearchBox *box)
{
  return valija_search_chip_get_label (VALIJA_SEARCH_CHIP (gtk_widget_get_last_child (GTK_WIDGET (box->chips))));
}

/* As somebody who writes does: at the end. */
static void
write_search (ValijaSearchBox *box,
              const char      *text)
{
  GtkEditable *entry = valija_search_box_get_entry (box);
  int position = g_utf8_strlen (gtk_editable_get_text (entry), -1);

  gtk_editable_insert_text (entry, text, -1, &position);
  gtk_editable_set_position (entry, position);
}

static char *
dup_searched (ValijaSearchBox *box)
{
  return g_strchomp (valija_search_box_dup_text (box));
}

static void
assert_searched (ValijaSearchBox *box,
                 const char      *expected)
{
  g_autofree char *text = dup_searched (box);

  g_assert_cmpstr (text, ==, expected);
}

static gboolean
was_searched_from (void)
{
  return g_strcmp0 (valija_fake_engine_get_searched (engine), "from:jo ") == 0;
}

/* An operator that is complete becomes a chip that says what it asks for; a click on it takes it back into the
 * entry. */
static void
test_search_chips (void)
{
  ValijaMessagePane *pane = get_window ()->pane;
  ValijaSearchBox *box = pane->search_box;

  activate (get_window (), "win.search");
  write_search (box, "from:jo");
  g_assert_cmpuint (count_chips (box), ==, 0);
  write_search (box, " ");
  g_assert_cmpuint (count_chips (box), ==, 1);
  g_assert_cmpstr (get_last_chip_label (box), ==, "From: jo");
  g_assert_cmpstr (gtk_editable_get_text (valija_search_box_get_entry (box)), ==, "");
  WAIT (was_searched_from);

  /* What begins with OR belongs to the chip before it; words stay in the entry */
  write_search (box, "OR is:starred hike -before:2026-03-03 ");
  g_assert_cmpuint (count_chips (box), ==, 2);
  g_assert_cmpstr (get_last_chip_label (box), ==, "Except “Before 3 March 2026”");
  g_assert_cmpstr (gtk_editable_get_text (valija_search_box_get_entry (box)), ==, "hike ");
  assert_searched (box, "from:jo OR is:starred -before:2026-03-03 hike");

  /* What means nothing is said */
  write_search (box, "after:nonsense ");
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (box->problem)));
  g_assert_nonnull (strstr (gtk_label_get_text (box->problem), "nonsense"));
  g_signal_emit_by_name (gtk_widget_get_last_child (GTK_WIDGET (box->chips)), "removed");
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (box->problem)));
  g_assert_cmpuint (count_chips (box), ==, 2);

  write_search (box, "in:nowhere ");
  g_assert_nonnull (strstr (gtk_label_get_text (box->problem), "nowhere"));
  g_signal_emit_by_name (gtk_widget_get_last_child (GTK_WIDGET (box->chips)), "removed");

  g_signal_emit_by_name (gtk_widget_get_first_child (GTK_WIDGET (box->chips)), "edited");
  g_assert_cmpstr (gtk_editable_get_text (valija_search_box_get_entry (box)), ==, "hike from:jo OR is:starred");
  g_assert_cmpuint (count_chips (box), ==, 1);

  gtk_search_bar_set_search_mode (pane->search_bar, FALSE);
  assert_searched (box, "");
}

static GtkWidget *
get_suggestion (ValijaSearchBox *box,
                const char      *title)
{
  for (int i = 0; gtk_list_box_get_row_at_index (box->list, i) != NULL; i++)
    {
      ValijaSuggestionRow *row = VALIJA_SUGGESTION_ROW (gtk_list_box_get_row_at_index (box->list, i));
      ValijaSearchSuggestion *suggestion = valija_suggestion_row_get_suggestion (row);

      if (g_strcmp0 (suggestion != NULL ? valija_search_suggestion_get_title (suggestion) : NULL, title) == 0)
        return GTK_WIDGET (row);
    }

  return NULL;
}

static void
take_suggestion (ValijaSearchBox *box,
                 const char      *title)
{
  g_signal_emit_by_name (box->list, "row-activated", get_suggestion (box, title));
}

static void
test_search_suggestions (void)
{
  ValijaMessagePane *pane = get_window ()->pane;
  ValijaSearchBox *box = pane->search_box;
  g_autoptr(GSettings) settings = g_settings_new (APP_ID);

  g_settings_reset (settings, "recent-searches");
  activate (get_window (), "win.search");
  write_search (box, "i");
  WAIT_FOR (get_suggestion (box, "is:") != NULL);
  take_suggestion (box, "is:");
  g_assert_cmpstr (gtk_editable_get_text (valija_search_box_get_entry (box)), ==, "is:");
  WAIT_FOR (get_suggestion (box, "Unread") != NULL);
  take_suggestion (box, "Unread");
  g_assert_cmpstr (get_last_chip_label (box), ==, "Unread");

  /* People of the mail that is here, by what is behind the operator */
  write_search (box, "from:lind");
  WAIT_FOR (get_suggestion (box, "Bo Lindqvist") != NULL);
  take_suggestion (box, "Bo Lindqvist");
  g_assert_cmpuint (count_chips (box), ==, 2);

  /* Finished, it is offered again, until it is cleared */
  g_signal_emit_by_name (valija_search_box_get_entry (box), "activate");
  gtk_search_bar_set_search_mode (pane->search_bar, FALSE);
  activate (get_window (), "win.search");
  write_search (box, "is");
  WAIT_FOR (find_widget (GTK_WIDGET (box->list), VALIJA_TYPE_SUGGESTION_ROW) != NULL);
  {
    g_auto(GStrv) recent = g_settings_get_strv (settings, "recent-searches");

    g_assert_cmpuint (g_strv_length (recent), ==, 1);
    WAIT_FOR (get_suggestion (box, recent[0]) != NULL);
    take_suggestion (box, NULL);
    g_assert_null (get_suggestion (box, recent[0]));
  }
  {
    g_auto(GStrv) recent = g_settings_get_strv (settings, "recent-searches");

    g_assert_cmpuint (g_strv_length (recent), ==, 0);
  }
  gtk_search_bar_set_search_mode (pane->search_bar, FALSE);
}

static gboolean
server_was_asked (void)
{
  return gtk_widget_get_visible (GTK_WIDGET (get_window ()->pane->server_note)) && get_window ()->pane->answered;
}

/* What only the server has found is listed and marked; where it could not be asked that is said. */
static void
test_search_server (void)
{
  ValijaMessagePane *pane = get_window ()->pane;
  GError *error = NULL;

  show_inbox ("ana@example.org");
  activate (get_window (), "win.search");
  adw_toggle_group_set_active_name (pane->scope, "all");
  write_search (pane->search_box, "nowhere-to-be-found");
  g_signal_emit_by_name (valija_search_box_get_entry (pane->search_box), "activate");
  WAIT (server_was_asked);
  g_assert_nonnull (strstr (gtk_label_get_text (pane->server_note), "1 more was found"));
  g_assert_true (valija_message_pane_is_from_server (pane, g_array_index (pane->found, gint64, 0)));

  write_search (pane->search_box, "-at-all");
  WAIT_FOR (pane->asked == NULL);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (pane->server_note)));
  g_set_error_literal (&error, VALIJA_ERROR, VALIJA_ERROR_CONNECT, "It does not answer.");
  valija_fake_engine_fail_next (engine, error);
  g_signal_emit_by_name (valija_search_box_get_entry (pane->search_box), "activate");
  WAIT (server_was_asked);
  g_assert_nonnull (strstr (gtk_label_get_text (pane->server_note), "It does not answer."));

  gtk_search_bar_set_search_mode (pane->search_bar, FALSE);
  adw_toggle_group_set_active_name (pane->scope, "account");
}

static gboolean
reader_fetches (void)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (get_window ()->reader->stack), "loading") == 0;
}

static gboolean
reader_offers_fetching (void)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (get_window ()->reader->stack), "failed") == 0;
}

/* It says how much of how much has come; Cancel ends it without an error, and it can be fetched again. */
static void
test_fetch_slowly (void)
{
  ValijaReader *reader = get_window ()->reader;

  show_inbox ("ana@example.org");
  select_row (0);
  valija_fake_engine_set_slow (engine, TRUE);
  valija_message_pane_step (get_window ()->pane, VALIJA_PANE_NEXT);
  WAIT (reader_fetches);
  g_assert_cmpstr (adw_status_page_get_description (reader->fetching), ==, "12 of 40 MB");
  g_assert_cmpfloat_with_epsilon (gtk_progress_bar_get_fraction (reader->fetch_bar), 0.3, 0.001);

  activate (reader, "reader.cancel-fetch");
  WAIT (reader_offers_fetching);
  g_assert_cmpstr (gtk_button_get_label (reader->retry_button), ==, "_Fetch Again");
  g_assert_false (gtk_widget_get_visible (reader->details_of_error_button));
  g_assert_null (reader->progress);

  valija_fake_engine_set_slow (engine, FALSE);
  g_signal_emit_by_name (reader->retry_button, "clicked");
  WAIT (reader_shows_message);
}

/* Who goes on to another message and comes back looks at the same fetching, and not at a second one. */
static void
test_fetch_once (void)
{
  static const char * const sources[] = {
    "From: Bo <bo@example.org>\nSubject: One\nDate: Mon, 23 Nov 2026 09:00:00 +0000\n\nOne\n",
    "From: Bo <bo@example.org>\nSubject: Two\nDate: Mon, 23 Nov 2026 10:00:00 +0000\n\nTwo\n",
  };
  ValijaReader *reader = get_window ()->reader;
  ValijaFolder *folder = find_folder ("junk");
  guint n_fetched;

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    valija_fake_engine_add_message (engine, folder, sources[i], VALIJA_FLAG_SEEN);
  valija_window_show_folder (get_window (), folder);
  select_row (0);
  valija_fake_engine_set_slow (engine, TRUE);
  valija_message_pane_step (get_window ()->pane, VALIJA_PANE_NEXT);
  WAIT (reader_fetches);
  n_fetched = valija_fake_engine_get_n_fetched (engine);

  valija_fake_engine_set_slow (engine, FALSE);
  valija_message_pane_step (get_window ()->pane, VALIJA_PANE_PREVIOUS);
  WAIT (reader_shows_message);
  g_assert_cmpuint (valija_fake_engine_get_n_fetched (engine), ==, n_fetched + 1);

  valija_message_pane_step (get_window ()->pane, VALIJA_PANE_NEXT);
  WAIT (reader_fetches);
  g_assert_cmpuint (valija_fake_engine_get_n_fetched (engine), ==, n_fetched + 1);
  g_assert_cmpstr (adw_status_page_get_description (reader->fetching), ==, "12 of 40 MB");

  /* What is cancelled is asked for anew */
  activate (reader, "reader.cancel-fetch");
  WAIT (reader_offers_fetching);
  g_signal_emit_by_name (reader->retry_button, "clicked");
  WAIT (reader_shows_message);
  g_assert_cmpuint (valija_fake_engine_get_n_fetched (engine), ==, n_fetched + 2);
}

static guint
count_rows (void)
{
  return g_list_model_get_n_items (G_LIST_MODEL (get_window ()->pane->messages));
}

static void
add_answer (const char *name,
            const char *parent,
            ValijaFlags flags)
{
  g_autofree char *source =
    g_strdup_printf ("From: Chen <chen@example.cn>\nTo: ana@example.org\nSubject: Re: Plans for the hike\n"
                     "Message-ID: <%s@example.cn>\nIn-Reply-To: <%s>\nDate: Mon, 23 Nov 2026 09:00:00 +0000\n\n"
                     "At eight, then.\n\nBo wrote:\n> We start at eight\n> at the station\n", name, parent);

  valija_fake_engine_add_message (engine, find_folder ("Lists"), source, flags);
}

/* One row for all of it, which stays selected when an answer comes; what is done to it is done to its messages in
 * this folder; and by a switch they are single messages. */
static void
test_conversations (void)
{
  ValijaWindow *window = get_window ();
  gint64 n_messages;
  guint n_rows;

  add_answer ("6", "5@example.org", VALIJA_FLAG_SEEN);
  add_answer ("7", "6@example.cn", VALIJA_FLAG_SEEN);
  valija_window_show_folder (window, find_folder ("Lists"));
  n_rows = count_rows ();
  valija_message_pane_step (window->pane, VALIJA_PANE_FIRST);
  WAIT_FOR (valija_message_get_n_messages (window->current) == 5);
  g_assert_cmpuint (valija_message_get_members (window->current)->len, ==, 2);
  g_assert_cmpuint (valija_message_get_people (window->current)->len, ==, 3);

  add_answer ("8", "7@example.cn", VALIJA_FLAG_NONE);
  WAIT_FOR (valija_message_get_n_messages (window->current) == 6);
  g_assert_cmpuint (count_rows (), ==, n_rows);
  g_assert_cmpuint (valija_message_pane_get_n_selected (window->pane), ==, 1);
  g_assert_true (valija_message_get_unread (window->current));

  activate (window, "win.conversations");
  g_assert_cmpuint (count_rows (), ==, n_rows + 2);
  WAIT_FOR (window->current != NULL && valija_message_get_loaded (window->current));
  activate (window, "win.conversations");
  g_assert_cmpuint (count_rows (), ==, n_rows);
  g_assert_cmpuint (valija_message_pane_get_n_selected (window->pane), ==, 1);

  WAIT_FOR (valija_message_get_loaded (window->current));
  n_messages = count ("Lists");
  activate (window, "win.archive");
  WAIT_FOR (count ("Lists") == n_messages - 3);
  g_assert_cmpuint (count_rows (), ==, n_rows - 1);
}

/* "-+*": the cards in the reader: collapsed, expanded, and the one that the actions are about. */
static char *
describe_cards (void)
{
  ValijaReader *reader = get_window ()->reader;
  GString *text = g_string_new (NULL);

  for (GtkWidget *card = gtk_widget_get_first_child (GTK_WIDGET (reader->cards));
       card != NULL;
       card = gtk_widget_get_next_sibling (card))
    {
      gboolean expanded = valija_message_card_get_expanded (VALIJA_MESSAGE_CARD (card));

      if (VALIJA_MESSAGE_CARD (card) == reader->active)
        g_assert_true (expanded);
      g_string_append_c (text, VALIJA_MESSAGE_CARD (card) == reader->active ? '*' : expanded ? '+' : '-');
    }

  return g_string_free (text, FALSE);
}

static void
assert_cards (const char *expected)
{
  g_autofree char *cards = describe_cards ();

  g_assert_cmpstr (cards, ==, expected);
}

static gboolean
active_is_loaded (void)
{
  ValijaReader *reader = get_window ()->reader;

  return reader->active != NULL && reader->mime != NULL &&
         reader->mime == valija_message_card_get_mime (reader->active);
}

/* What is unread and the newest are open, and the first of them is what is answered; by the keyboard from one to the
 * other, and one on its own. */
static void
test_conversation_reader (void)
{
  ValijaWindow *window = get_window ();
  ValijaReader *reader = window->reader;

  add_answer ("10", "9@example.org", VALIJA_FLAG_SEEN);
  add_answer ("11", "10@example.cn", VALIJA_FLAG_SEEN);
  add_answer ("12", "11@example.cn", VALIJA_FLAG_NONE);
  add_answer ("13", "12@example.cn", VALIJA_FLAG_SEEN);
  valija_window_show_folder (window, find_folder ("Lists"));
  valija_message_pane_step (window->pane, VALIJA_PANE_FIRST);
  WAIT (active_is_loaded);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (reader->stack), ==, "conversation");
  assert_cards ("--*+");
  g_assert_cmpstr (valija_mime_message_get_info (reader->mime)->message_id, ==, "12@example.cn");

  activate (reader, "reader.previous-message");
  WAIT (active_is_loaded);
  assert_cards ("-*++");
  g_assert_cmpstr (valija_mime_message_get_info (reader->mime)->message_id, ==, "11@example.cn");

  activate (reader, "reader.open-alone");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (reader->stack), ==, "message");
  g_assert_true (adw_banner_get_revealed (reader->alone_banner));
  activate (reader, "reader.back-to-conversation");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (reader->stack), ==, "conversation");
  assert_cards ("-*++");

  activate (reader, "reader.expand-all");
  assert_cards ("+*++");

  /* An answer comes while it is read */
  add_answer ("14", "13@example.cn", VALIJA_FLAG_NONE);
  WAIT_FOR (valija_message_get_n_messages (window->current) == 5);
  assert_cards ("+*+++");
  g_assert_cmpuint (valija_message_pane_get_n_selected (window->pane), ==, 1);
}

static void
test_long_list (void)
{
  ValijaAccount *account = valija_engine_find_account (engine, "ana@example.org");
  ValijaFolder *folder = valija_engine_find_folder (engine, account, "junk");
  gint64 start;

  valija_fake_engine_add_many (engine, folder, 20000);
  start = g_get_monotonic_time ();
  valija_window_show_folder (get_window (), folder);
  activate (get_window (), "win.last");
  g_test_message ("%" G_GINT64_FORMAT " ms", (g_get_monotonic_time () - start) / 1000);
  g_assert_cmpuint (valija_message_pane_get_n_selected (get_window ()->pane), ==, 1);
}

/* ---- Running them inside the application ---- */

static int status;

static gboolean
run_cb (gpointer data)
{
  status = g_test_run ();
  g_action_group_activate_action (G_ACTION_GROUP (application), "quit", NULL);

  return G_SOURCE_REMOVE;
}

static void
startup_cb (void)
{
  engine = valija_application_get_engine (application);
  valija_sample_mail_fill (engine);
}

static void
activate_cb (void)
{
  WAIT (has_mail);
  g_idle_add (run_cb, NULL);
}

/* A message inside a message may be large: it is not decoded before the user sees that something happens. */
static void
test_message_inside (void)
{
  static const char source[] =
    "From: Bo Lindqvist <bo@example.org>\nTo: ana@example.org\nSubject: See below\n"
    "Date: Fri, 31 Dec 2027 10:00:00 +0000\nMessage-ID: <inside@example.org>\nMIME-Version: 1.0\n"
    "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHere it is.\n"
    "--b\nContent-Type: message/rfc822\nContent-Disposition: attachment\n\n"
    "From: Luis <luis@example.org>\nSubject: The inner one\n\nHello\n--b--\n";
  ValijaWindow *window = get_window ();
  const ValijaMimePart *part;

  valija_fake_engine_add_message (engine, find_folder ("Lists"), source, VALIJA_FLAG_NONE);
  valija_window_show_folder (window, find_folder ("Lists"));
  select_row (0);
  g_assert_cmpuint (valija_mime_message_get_attachments (window->reader->mime)->len, ==, 1);
  part = g_ptr_array_index (valija_mime_message_get_attachments (window->reader->mime), 0);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window->reader), "reader.open-attachment", "u", part->index));
  g_assert_null (find_window (VALIJA_TYPE_MESSAGE_WINDOW));
  WAIT_FOR (find_window (VALIJA_TYPE_MESSAGE_WINDOW) != NULL);
  gtk_window_destroy (find_window (VALIJA_TYPE_MESSAGE_WINDOW));
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
static void
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

static gboolean
draw_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       data)
{
  *(guint *) data += 1;

  return G_SOURCE_CONTINUE;
}

/* Makes it as wide as that, which is across its breakpoint, and draws it until that is settled. */
static void
resize (gpointer window,
        int      width,
        gboolean narrow)
{
  guint n_frames = 0;
  guint callback;

  gtk_window_set_default_size (window, width, 620);
  WAIT_FOR ((adw_application_window_get_current_breakpoint (window) != NULL) == narrow);
  callback = gtk_widget_add_tick_callback (window, draw_cb, &n_frames, NULL);
  WAIT_FOR (n_frames > 8);
  gtk_widget_remove_tick_callback (window, callback);
}

static GtkWidget *
focus_of (gpointer window)
{
  return gtk_root_get_focus (GTK_ROOT (window));
}

/* Across its breakpoint and back: what is written goes on where it was, with the cursor in its place. */
static void
test_resize (void)
{
  ValijaComposer *composer = compose_note ();
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (composer->body));
  GtkText *text = GTK_TEXT (gtk_editable_get_delegate (GTK_EDITABLE (composer->subject)));
  GtkSettings *settings = gtk_settings_get_default ();
  GtkTextIter iter;

  /* With large text, as it is meant for */
  g_object_set (settings, "gtk-xft-dpi", 2 * 96 * PANGO_SCALE, NULL);
  gtk_text_buffer_get_iter_at_offset (buffer, &iter, 2);
  gtk_text_buffer_place_cursor (buffer, &iter);
  gtk_widget_grab_focus (GTK_WIDGET (composer->body));
  resize (composer, 900, FALSE);
  resize (composer, 500, TRUE);
  WAIT_FOR (focus_of (composer) == GTK_WIDGET (composer->body));
  gtk_text_buffer_get_iter_at_mark (buffer, &iter, gtk_text_buffer_get_insert (buffer));
  g_assert_cmpint (gtk_text_iter_get_offset (&iter), ==, 2);

  gtk_text_grab_focus_without_selecting (text);
  gtk_editable_set_position (GTK_EDITABLE (composer->subject), 3);
  resize (composer, 900, FALSE);
  WAIT_FOR (focus_of (composer) == GTK_WIDGET (text));
  g_assert_cmpint (gtk_editable_get_position (GTK_EDITABLE (composer->subject)), ==, 3);
  g_assert_false (gtk_editable_get_selection_bounds (GTK_EDITABLE (composer->subject), NULL, NULL));
  gtk_settings_reset_property (settings, "gtk-xft-dpi");
  discard_composer ();
}

static void
note_thread (gpointer  data,
             GObject  *where_the_object_was)
{
  *(GThread **) data = g_thread_self ();
}

/* The window may be closed while a thread is at work for it: what ends there is no widget. */
static void
test_reader_goes (void)
{
  static const char source[] =
    "From: Bo Lindqvist <bo@example.org>\nTo: ana@example.org\nSubject: See below\n"
    "Date: Fri, 31 Dec 2027 10:00:00 +0000\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    "--b\nContent-Type: message/rfc822\nContent-Disposition: attachment\n\n"
    "From: Luis <luis@example.org>\nSubject: The inner one\n\nHello\n--b--\n";
  g_autoptr(GBytes) bytes = g_bytes_new_static (source, sizeof source - 1);

  for (guint i = 0; i < 20; i++)
    {
      GtkWidget *window = valija_message_window_new (GTK_APPLICATION (application), engine, bytes);
      ValijaReader *reader = VALIJA_READER (adw_application_window_get_content (ADW_APPLICATION_WINDOW (window)));
      const ValijaMimePart *part;
      GThread *thread = NULL;

      WAIT_FOR (reader->mime != NULL);
      part = g_ptr_array_index (valija_mime_message_get_attachments (reader->mime), 0);
      g_object_weak_ref (G_OBJECT (reader), note_thread, &thread);
      g_assert_true (gtk_widget_activate_action (GTK_WIDGET (reader), "reader.open-attachment", "u", part->index));
      gtk_window_destroy (GTK_WINDOW (window));
      WAIT_FOR (thread != NULL);
      g_assert_true (thread == g_thread_self ());
    }
}

int
main (int    argc,
      char **argv)
{
  char *arguments[] = { argv[0], NULL };

  gtk_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/ui/window/opens-inbox", test_opens_inbox);
  g_test_add_func ("/ui/window/selection-enables", test_selection_enables);
  g_test_add_func ("/ui/window/star", test_star);
  g_test_add_func ("/ui/window/archive-and-undo", test_archive_and_undo);
  g_test_add_func ("/ui/window/read-only-account", test_read_only_account);
  g_test_add_func ("/ui/window/send-only-account", test_send_only_account);
  g_test_add_func ("/ui/window/outbox", test_outbox);
  g_test_add_func ("/ui/window/folders", test_folders);
  g_test_add_func ("/ui/window/folder-properties", test_folder_properties);
  g_test_add_func ("/ui/window/sync-button", test_sync_button);
  g_test_add_func ("/ui/window/account-mail", test_account_mail);
  g_test_add_func ("/ui/window/quota", test_quota);
  g_test_add_func ("/ui/window/owner", test_owner);
  g_test_add_func ("/ui/window/auto-replies", test_auto_replies);
  g_test_add_func ("/ui/window/empty-trash", test_empty_trash);
  g_test_add_func ("/ui/window/confirmation", test_confirmation);
  g_test_add_func ("/ui/window/unread-only", test_unread_only);
  g_test_add_func ("/ui/window/all-inboxes", test_all_inboxes);
  g_test_add_func ("/ui/window/search-place", test_search_place);
  g_test_add_func ("/ui/search/chips", test_search_chips);
  g_test_add_func ("/ui/search/suggestions", test_search_suggestions);
  g_test_add_func ("/ui/search/server", test_search_server);
  g_test_add_func ("/ui/list/conversations", test_conversations);
  g_test_add_func ("/ui/reader/conversation", test_conversation_reader);
  g_test_add_func ("/ui/reader/fetch-slowly", test_fetch_slowly);
  g_test_add_func ("/ui/reader/fetch-once", test_fetch_once);
  g_test_add_func ("/ui/window/long-list", test_long_list);
  g_test_add_func ("/ui/composer/empty-is-no-draft", test_empty_is_no_draft);
  g_test_add_func ("/ui/composer/undo-send", test_undo_send);
  g_test_add_func ("/ui/composer/senders", test_senders);
  g_test_add_func ("/ui/composer/reply", test_reply);
  g_test_add_func ("/ui/composer/address-suggestions", test_address_suggestions);
  g_test_add_func ("/ui/composer/send-later", test_send_later);
  g_test_add_func ("/ui/composer/check-addresses", test_check_addresses);
  g_test_add_func ("/ui/composer/draft-on-close", test_draft_on_close);
  g_test_add_func ("/ui/composer/failed-draft-stays", test_failed_draft_stays);
  g_test_add_func ("/ui/composer/close-while-sending", test_close_while_sending);
  g_test_add_func ("/ui/composer/sent-while-saving", test_sent_while_saving);
  g_test_add_func ("/ui/composer/undo-discard", test_undo_discard);
  g_test_add_func ("/ui/composer/quit-after-discard", test_quit_after_discard);
  g_test_add_func ("/ui/composer/resize", test_resize);
  g_test_add_func ("/ui/files/message-inside", test_message_inside);
  g_test_add_func ("/ui/files/reader-goes", test_reader_goes);
  g_test_add_func ("/ui/sidebar/scrolls", test_sidebar_scrolls);
  g_test_add_func ("/ui/end/close-after-discard", test_close_after_discard);

  application = valija_application_new ();
  g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE | G_APPLICATION_HANDLES_OPEN);
  g_signal_connect (application, "startup", G_CALLBACK (startup_cb), NULL);
  g_signal_connect_after (application, "activate", G_CALLBACK (activate_cb), NULL);
  g_application_run (G_APPLICATION (application), 1, arguments);
  g_clear_object (&application);

  return status;
}
