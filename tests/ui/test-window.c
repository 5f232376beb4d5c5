/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "test-window.h"

#include "ui/composer/valija-composer-private.h"
#include "ui/composer/valija-send-later-dialog.h"
#include "ui/list/valija-message-pane-private.h"
#include "ui/reader/valija-reader-private.h"
#include "ui/search/valija-search-chip.h"
#include "ui/sidebar/valija-sidebar-private.h"
#include "ui/valija-sample-mail.h"

ValijaApplication *application;
ValijaEngine *engine;

gpointer
find_window (GType type)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (application)); l != NULL; l = l->next)
    if (g_type_is_a (G_OBJECT_TYPE (l->data), type))
      return l->data;

  return NULL;
}

ValijaWindow *
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

gboolean
reader_shows_message (void)
{
  ValijaWindow *window = get_window ();

  return window->current != NULL && window->reader->row == window->current && window->reader->mime != NULL;
}

gboolean
has_composer (void)
{
  return find_window (VALIJA_TYPE_COMPOSER) != NULL;
}

void
activate (gpointer    widget,
          const char *action)
{
  g_assert_true (gtk_widget_activate_action (widget, action, NULL));
}

void
show_inbox (const char *address)
{
  ValijaAccount *account = valija_engine_find_account (engine, address);

  valija_window_show_folder (get_window (), valija_engine_find_folder (engine, account, "inbox"));
}

void
select_row (guint position)
{
  ValijaWindow *window = get_window ();

  valija_message_pane_step (window->pane, VALIJA_PANE_FIRST);
  for (guint i = 0; i < position; i++)
    activate (window, "win.next");
  WAIT (reader_shows_message);
}

gint64
count (const char *role)
{
  ValijaAccount *account = valija_engine_find_account (engine, "ana@example.org");

  return valija_folder_get_total (valija_engine_find_folder (engine, account, role));
}

void
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

GtkWidget *
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

/* One that says @text. */
GtkWidget *
find_label (GtkWidget  *widget,
            const char *text)
{
  GtkWidget *found = NULL;

  if (GTK_IS_LABEL (widget) && g_str_equal (gtk_label_get_text (GTK_LABEL (widget)), text))
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_label (child, text);

  return found;
}

ValijaFolder *
find_folder (const char *name)
{
  return valija_engine_find_folder (engine, valija_engine_find_account (engine, "ana@example.org"), name);
}

AdwAlertDialog *
get_dialog (void)
{
  AdwDialog *dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (get_window ()));

  return ADW_IS_ALERT_DIALOG (dialog) ? ADW_ALERT_DIALOG (dialog) : NULL;
}

gboolean
has_dialog (void)
{
  return get_dialog () != NULL;
}

static gboolean
has_no_dialog (void)
{
  return !has_dialog ();
}

/* Presses the button @label of the dialog, as a mouse would. */
void
press (const char *label)
{
  GtkWidget *button = NULL;

  WAIT_FOR ((button = find_button (GTK_WIDGET (get_dialog ()), label)) != NULL);
  g_signal_emit_by_name (button, "clicked");
  WAIT (has_no_dialog);
}

/* The first of @type in or below @widget. */
gpointer
find_widget (GtkWidget *widget,
             GType      type)
{
  gpointer found = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_widget (child, type);

  return found;
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

int
main (int    argc,
      char **argv)
{
  char *arguments[] = { argv[0], NULL };

  gtk_test_init (&argc, &argv, NULL);
  dex_init ();

  g_test_add_func ("/ui/window/opens-inbox", test_opens_inbox);
  g_test_add_func ("/ui/window/selection-enables", test_selection_enables);
  g_test_add_func ("/ui/window/rest", test_rest);
  g_test_add_func ("/ui/window/rest-after-progress", test_rest_after_progress);
  g_test_add_func ("/ui/window/star", test_star);
  g_test_add_func ("/ui/window/first-fetch", test_first_fetch);
  g_test_add_func ("/ui/window/archive-and-undo", test_archive_and_undo);
  g_test_add_func ("/ui/window/read-only-account", test_read_only_account);
  g_test_add_func ("/ui/window/send-only-account", test_send_only_account);
  g_test_add_func ("/ui/window/outbox", test_outbox);
  g_test_add_func ("/ui/window/folders", test_folders);
  g_test_add_func ("/ui/window/folder-menu", test_folder_menu);
  g_test_add_func ("/ui/window/folder-properties", test_folder_properties);
  g_test_add_func ("/ui/window/sync-button", test_sync_button);
  g_test_add_func ("/ui/window/account-mail", test_account_mail);
  g_test_add_func ("/ui/window/failures-alike", test_failures_alike);
  g_test_add_func ("/ui/window/not-there", test_not_there);
  g_test_add_func ("/ui/window/not-there-pages", test_not_there_pages);
  g_test_add_func ("/ui/window/check-fails", test_check_fails);
  g_test_add_func ("/ui/window/new-password", test_new_password);
  g_test_add_func ("/ui/window/quota", test_quota);
  g_test_add_func ("/ui/window/folded-account", test_folded_account);
  g_test_add_func ("/ui/window/folded-folder", test_folded_folder);
  g_test_add_func ("/ui/window/remove-account", test_remove_account);
  g_test_add_func ("/ui/window/account-gone", test_account_gone);
  g_test_add_func ("/ui/window/account-gone-folded", test_account_gone_folded);
  g_test_add_func ("/ui/window/held", test_held);
  g_test_add_func ("/ui/window/owner", test_owner);
  g_test_add_func ("/ui/window/auto-replies", test_auto_replies);
  g_test_add_func ("/ui/window/auto-replies-limited", test_auto_replies_limited);
  g_test_add_func ("/ui/window/empty-trash", test_empty_trash);
  g_test_add_func ("/ui/window/confirmation", test_confirmation);
  g_test_add_func ("/ui/window/unread-only", test_unread_only);
  g_test_add_func ("/ui/window/all-inboxes", test_all_inboxes);
  g_test_add_func ("/ui/question/labels", test_labels_of_question);
  g_test_add_func ("/ui/question/labels-of-conversation", test_labels_of_conversation);
  g_test_add_func ("/ui/question/move", test_move_of_question);
  g_test_add_func ("/ui/question/copy", test_copy_question);
  g_test_add_func ("/ui/window/dropped", test_dropped);
  g_test_add_func ("/ui/question/delete", test_delete_of_question);
  g_test_add_func ("/ui/window/search-place", test_search_place);
  g_test_add_func ("/ui/search/chips", test_search_chips);
  g_test_add_func ("/ui/search/suggestions", test_search_suggestions);
  g_test_add_func ("/ui/search/scope", test_search_scope);
  g_test_add_func ("/ui/search/scope-of-inboxes", test_search_scope_of_inboxes);
  g_test_add_func ("/ui/search/nothing", test_search_nothing);
  g_test_add_func ("/ui/search/leaves", test_search_leaves);
  g_test_add_func ("/ui/search/server", test_search_server);
  g_test_add_func ("/ui/search/server-more", test_search_server_more);
  g_test_add_func ("/ui/search/server-again", test_search_server_again);
  g_test_add_func ("/ui/search/conversations", test_search_conversations);
  g_test_add_func ("/ui/list/conversations", test_conversations);
  g_test_add_func ("/ui/reader/conversation", test_conversation_reader);
  g_test_add_func ("/ui/reader/card-details", test_card_details);
  g_test_add_func ("/ui/reader/card-narrow", test_card_narrow);
  g_test_add_func ("/ui/reader/card-sender", test_card_sender);
  g_test_add_func ("/ui/reader/long-header", test_long_header);
  g_test_add_func ("/ui/reader/quotation", test_quotation);
  g_test_add_func ("/ui/reader/fetch-slowly", test_fetch_slowly);
  g_test_add_func ("/ui/reader/fetch-once", test_fetch_once);
  g_test_add_func ("/ui/reader/grows-while-fetching", test_grows_while_fetching);
  g_test_add_func ("/ui/reader/subject-focus", test_subject_focus);
  g_test_add_func ("/ui/reader/link-question", test_link_question);
  g_test_add_func ("/ui/window/new-mail", test_new_mail);
  g_test_add_func ("/ui/window/more-labels", test_more_labels);
  g_test_add_func ("/ui/reader/tall-focus", test_tall_focus);
  g_test_add_func ("/ui/reader/text-first", test_text_first);
  g_test_add_func ("/ui/reader/text-first-in-conversation", test_text_first_in_conversation);
  g_test_add_func ("/ui/window/long-list", test_long_list);
  g_test_add_func ("/ui/composer/empty-is-no-draft", test_empty_is_no_draft);
  g_test_add_func ("/ui/composer/undo-send", test_undo_send);
  g_test_add_func ("/ui/composer/senders", test_senders);
  g_test_add_func ("/ui/composer/sender-of-folder", test_sender_of_folder);
  g_test_add_func ("/ui/composer/reply", test_reply);
  g_test_add_func ("/ui/composer/address-suggestions", test_address_suggestions);
  g_test_add_func ("/ui/composer/send-later", test_send_later);
  g_test_add_func ("/ui/composer/check-addresses", test_check_addresses);
  g_test_add_func ("/ui/composer/other-sender", test_other_sender);
  g_test_add_func ("/ui/composer/answer-from-other", test_answer_from_other);
  g_test_add_func ("/ui/composer/draft-on-close", test_draft_on_close);
  g_test_add_func ("/ui/composer/failed-draft-stays", test_failed_draft_stays);
  g_test_add_func ("/ui/composer/close-while-sending", test_close_while_sending);
  g_test_add_func ("/ui/composer/sent-while-saving", test_sent_while_saving);
  g_test_add_func ("/ui/composer/undo-discard", test_undo_discard);
  g_test_add_func ("/ui/composer/undo-last", test_undo_last);
  g_test_add_func ("/ui/composer/quit-after-discard", test_quit_after_discard);
  g_test_add_func ("/ui/composer/resize", test_resize);
  g_test_add_func ("/ui/composer/formatted-draft", test_formatted_draft);
  g_test_add_func ("/ui/composer/nothing-changes-while-sending", test_nothing_changes_while_sending);
  g_test_add_func ("/ui/composer/send-waits-for-files", test_send_waits_for_files);
  g_test_add_func ("/ui/composer/send-without-file", test_send_without_file);
  g_test_add_func ("/ui/composer/send-later-while-waiting", test_send_later_while_waiting);
  g_test_add_func ("/ui/composer/close-waits-for-files", test_close_waits_for_files);
  g_test_add_func ("/ui/composer/open-while-closing", test_open_while_closing);
  g_test_add_func ("/ui/composer/asked-once", test_asked_once);
  g_test_add_func ("/ui/preferences", test_preferences);
  g_test_add_func ("/ui/files/message-inside", test_message_inside);
  g_test_add_func ("/ui/files/reader-goes", test_reader_goes);
  g_test_add_func ("/ui/sidebar/scrolls", test_sidebar_scrolls);
  g_test_add_func ("/ui/end/delete-found", test_delete_of_found);
  g_test_add_func ("/ui/end/close-without-sender", test_close_without_sender);
  g_test_add_func ("/ui/end/close-after-discard", test_close_after_discard);

  application = valija_application_new ();
  g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE | G_APPLICATION_HANDLES_OPEN);
  g_signal_connect (application, "startup", G_CALLBACK (startup_cb), NULL);
  g_signal_connect_after (application, "activate", G_CALLBACK (activate_cb), NULL);
  g_application_run (G_APPLICATION (application), 1, arguments);
  g_clear_object (&application);

  return status;
}
