/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "test-window.h"

#include "ui/composer/valija-address-field-private.h"
#include "ui/composer/valija-composer-private.h"
#include "ui/composer/valija-send-later-dialog.h"
#include "ui/composer/valija-sender.h"
#include "ui/reader/valija-reader-private.h"
#include "ui/search/valija-suggestion-row.h"

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

void
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
void
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

/* A new message is from the account whose folder is open, and what two accounts send from tells which one it is. */
void
test_sender_of_folder (void)
{
  ValijaAccount *imap = valija_engine_find_account (engine, "ana@example.org");
  ValijaAccount *smtp = valija_engine_find_account (engine, "robot@example.org");
  ValijaComposer *composer;
  g_autoptr(GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);

  g_object_set (smtp, "name", "Robot", "senders", "ana@example.org", NULL);
  valija_window_show_folder (get_window (), valija_engine_find_folder (engine, smtp, "sent"));
  g_action_group_activate_action (G_ACTION_GROUP (application), "compose", NULL);
  WAIT (has_composer);
  composer = find_window (VALIJA_TYPE_COMPOSER);
  g_assert_true (valija_composer_get_account (composer) == smtp);

  for (guint i = 0; i < g_list_model_get_n_items (composer->senders); i++)
    {
      g_autoptr(ValijaSender) sender = g_list_model_get_item (composer->senders, i);

      g_ptr_array_add (labels, valija_sender_dup_label (sender));
    }
  g_assert_cmpuint (labels->len, ==, 3);
  g_assert_cmpstr (labels->pdata[0], ==, "Ana Núñez <ana@example.org> – ana@example.org");
  g_assert_cmpstr (labels->pdata[1], ==, "Ana Núñez <robot@example.org>");
  g_assert_cmpstr (labels->pdata[2], ==, "Ana Núñez <ana@example.org> – Robot");
  discard_composer ();

  show_inbox ("ana@example.org");
  composer = compose_note ();
  g_assert_true (valija_composer_get_account (composer) == imap);
  discard_composer ();
  g_object_set (smtp, "name", "", "senders", "", NULL);
}

/* Begun where only mail is received, it is said from whom it goes; what sends from the same address needs no words. */
void
test_other_sender (void)
{
  ValijaAccount *pop3 = valija_engine_find_account (engine, "ana.nunez@provider.example");
  ValijaAccount *smtp = valija_engine_find_account (engine, "robot@example.org");
  ValijaComposer *composer;

  show_inbox ("ana.nunez@provider.example");
  composer = compose_note ();
  g_assert_true (adw_banner_get_revealed (composer->sender_banner));
  g_assert_cmpstr (adw_banner_get_title (composer->sender_banner), ==,
                   "“ana.nunez@provider.example” can only receive. This message is sent from ana@example.org.");
  gtk_drop_down_set_selected (composer->from, 1);
  g_assert_cmpstr (adw_banner_get_title (composer->sender_banner), ==,
                   "“ana.nunez@provider.example” can only receive. This message is sent from robot@example.org.");
  discard_composer ();

  g_object_set (smtp, "senders", valija_account_get_email (pop3), NULL);
  composer = compose_note ();
  g_assert_true (valija_composer_get_account (composer) == smtp);
  g_assert_false (adw_banner_get_revealed (composer->sender_banner));
  discard_composer ();
  g_object_set (smtp, "senders", "", NULL);

  show_inbox ("ana@example.org");
  composer = compose_note ();
  g_assert_false (adw_banner_get_revealed (composer->sender_banner));
  discard_composer ();
}

/* An answer to mail of an account that only receives goes from another one, as a new message does, and not to it. */
void
test_answer_from_other (void)
{
  ValijaAccount *receiving = valija_engine_find_account (engine, "ana.nunez@provider.example");
  ValijaAccount *sending = valija_engine_find_account (engine, "ana@example.org");
  ValijaWindow *window = get_window ();
  ValijaComposer *composer;

  valija_fake_engine_add_message (engine, valija_engine_find_folder (engine, receiving, "inbox"),
                                  "From: Bo <bo@example.org>\n"
                                  "To: ana.nunez@provider.example, ana@example.org, mei@example.cn\n"
                                  "Subject: All of you\nDate: Wed, 1 Jul 2026 10:00:00 +0000\n\nHello\n",
                                  VALIJA_FLAG_SEEN);
  show_inbox ("ana.nunez@provider.example");
  select_row (0);
  WAIT_FOR (g_str_equal (gtk_label_get_text (window->reader->subject), "All of you"));
  g_assert_false (gtk_widget_has_css_class (window->reader->reply_button, "unavailable"));
  g_assert_false (gtk_widget_has_css_class (window->reader->forward_button, "unavailable"));

  activate (window, "win.reply-all");
  WAIT (has_composer);
  composer = find_window (VALIJA_TYPE_COMPOSER);
  g_assert_true (valija_composer_get_account (composer) == sending);
  g_assert_true (adw_banner_get_revealed (composer->sender_banner));
  g_assert_cmpstr (adw_banner_get_title (composer->sender_banner), ==,
                   "“ana.nunez@provider.example” can only receive. This message is sent from ana@example.org.");
  g_assert_cmpstr (valija_address_field_get_text (composer->to), ==, "Bo <bo@example.org>, mei@example.cn");
  discard_composer ();

  activate (window, "win.forward");
  WAIT (has_composer);
  composer = find_window (VALIJA_TYPE_COMPOSER);
  g_assert_true (adw_banner_get_revealed (composer->sender_banner));
  discard_composer ();
  show_inbox ("ana@example.org");
}

/* It waits for some seconds, and comes back into a composer. */
void
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

void
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

void
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

void
test_draft_on_close (void)
{
  guint drafts = valija_fake_engine_get_n_drafts (engine);
  guint before = valija_fake_engine_get_n_released (engine);
  ValijaComposer *composer;

  g_action_group_activate_action (G_ACTION_GROUP (application), "compose", NULL);
  WAIT (has_composer);
  composer = find_window (VALIJA_TYPE_COMPOSER);
  gtk_editable_set_text (GTK_EDITABLE (composer->subject), "Unfinished");
  g_assert_cmpuint (valija_fake_engine_get_n_released (engine), ==, before);
  gtk_window_close (GTK_WINDOW (composer));
  WAIT_FOR (valija_fake_engine_get_n_drafts (engine) == drafts + 1);
  WAIT (has_no_composer);
  g_assert_cmpuint (valija_fake_engine_get_n_released (engine), ==, before + 1);
}

void
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

void
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
void
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
void
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
void
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

  /* The same by its draft, which is there as long as that */
  activate (composer, "composer.discard");
  g_assert_false (has_visible_composer ());
  valija_composer_present (composer);
  g_assert_cmpuint (composer->save_source, !=, 0);
  adw_toast_overlay_dismiss_all (get_window ()->toasts);
  g_assert_true (has_visible_composer ());
  discard_composer ();
}

/* The key takes back what was done last, and leaves what was done before. */
void
test_undo_last (void)
{
  ValijaWindow *window = get_window ();
  ValijaComposer *composer;
  gint64 archived;

  valija_fake_engine_add_message (engine, find_folder ("junk"),
                                  "From: Bo <bo@example.org>\nSubject: Last\nMessage-ID: <last@example.org>\n"
                                  "Date: Sat, 04 Dec 2027 10:00:00 +0000\n\nLast\n", VALIJA_FLAG_SEEN);
  valija_window_show_folder (window, find_folder ("junk"));
  select_row (0);
  archived = valija_message_get_key (window->current);
  activate (window, "win.archive");
  WAIT_FOR (window->undo != NULL);
  g_assert_null (valija_message_pane_dup_message (window->pane, archived));

  composer = compose_note ();
  activate (composer, "composer.discard");
  g_assert_false (has_visible_composer ());
  activate (window, "win.undo");
  WAIT (has_visible_composer);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (composer)));
  g_assert_null (valija_message_pane_dup_message (window->pane, archived));

  /* With its toast it goes for good */
  activate (composer, "composer.discard");
  adw_toast_overlay_dismiss_all (window->toasts);
  WAIT (has_no_composer);
  activate (window, "win.undo");
  g_assert_null (valija_message_pane_dup_message (window->pane, archived));
  show_inbox ("ana@example.org");
}

/* To quit is no way to take it back: neither here nor on the server anything of it is left. */
void
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
void
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

static const char *
get_last_person (ValijaAddressField *field)
{
  GtkWidget *last = gtk_widget_get_last_child (GTK_WIDGET (field->list));

  if (last == NULL)
    return NULL;

  return valija_search_suggestion_get_text (valija_suggestion_row_get_suggestion (VALIJA_SUGGESTION_ROW (last)));
}

/* Whether what looks at the keys of @widget takes @keyval for itself. */
static gboolean
press_key (GtkWidget *widget,
           guint      keyval)
{
  g_autoptr(GListModel) controllers = gtk_widget_observe_controllers (widget);
  gboolean taken = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers) && !taken; i++)
    {
      g_autoptr(GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller) &&
          gtk_event_controller_get_propagation_phase (controller) == GTK_PHASE_CAPTURE)
        g_signal_emit_by_name (controller, "key-pressed", keyval, 0, 0, &taken);
    }

  return taken;
}

/* Behind the people of the mail that is here come those of the directory, where there is a connection. */
void
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
  WAIT_FOR (gtk_widget_get_width (GTK_WIDGET (field)) > 0);
  gtk_widget_grab_focus (GTK_WIDGET (field));

  gtk_editable_set_text (GTK_EDITABLE (field->entry), "mei@example.org, Lind");
  gtk_editable_set_position (GTK_EDITABLE (field->entry), -1);
  WAIT_FOR (g_strcmp0 (get_last_person (field), "Bo Lindqvist <bo@example.org>") == 0);
  g_assert_cmpuint (field->ask_source, ==, 0);

  /* As Enter does, and the focus stays to go on from there */
  WAIT_FOR (gtk_widget_get_visible (GTK_WIDGET (field->suggestions)));
  g_assert_true (press_key (GTK_WIDGET (field->entry), GDK_KEY_Tab));
  g_assert_cmpstr (valija_address_field_get_text (field), ==, "mei@example.org, Bo Lindqvist <bo@example.org>, ");
  g_assert_false (press_key (GTK_WIDGET (field->entry), GDK_KEY_Tab));

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
void
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
