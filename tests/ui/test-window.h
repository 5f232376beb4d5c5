/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "support/valija-wait.h"
#include "ui/valija-application.h"
#include "ui/valija-fake-engine.h"
#include "ui/valija-window-private.h"

G_BEGIN_DECLS

/* One application for all tests: GTK and the default application are there once. Each test begins with no
 * window but the main one. */
extern ValijaApplication *application;
extern ValijaEngine *engine;

/* ---- What all of them use ---- */

gpointer find_window (GType type);
ValijaWindow *get_window (void);
gboolean reader_shows_message (void);
gboolean has_composer (void);
void activate (gpointer widget, const char *action);
void show_inbox (const char *address);
void select_row (guint position);
gint64 count (const char *role);
void press_undo (GtkWidget *widget);
GtkWidget *find_button (GtkWidget *widget, const char *label);
GtkWidget *find_label (GtkWidget *widget, const char *text);
ValijaFolder *find_folder (const char *name);
AdwAlertDialog *get_dialog (void);
gboolean has_dialog (void);
void press (const char *label);
gpointer find_widget (GtkWidget *widget, GType type);

#define WAIT_FOR(expression) valija_wait_until (expression)
/* The same for a function. */
#define WAIT(condition) WAIT_FOR (condition ())

/* ---- test-window-list.c ---- */

void test_opens_inbox (void);
void test_selection_enables (void);
void test_star (void);
void test_first_fetch (void);
void test_archive_and_undo (void);
void test_read_only_account (void);
void test_send_only_account (void);
void test_unread_only (void);
void test_all_inboxes (void);
void test_long_list (void);
void test_rest (void);
void test_rest_after_progress (void);
void test_new_mail (void);
void test_more_labels (void);

/* ---- test-window-questions.c ---- */

void test_labels_of_conversation (void);
void test_labels_of_question (void);
void test_preferences (void);
void test_move_of_question (void);
void test_copy_question (void);
void test_dropped (void);
void test_delete_of_question (void);
void test_delete_of_found (void);

/* ---- test-window-sidebar.c ---- */

void test_outbox (void);
void test_folders (void);
void test_folder_menu (void);
void test_folder_properties (void);
void test_sync_button (void);
void test_account_mail (void);
void test_failures_alike (void);
void test_not_there (void);
void test_not_there_pages (void);
void test_check_fails (void);
void test_new_password (void);
void test_quota (void);
void test_folded_account (void);
void test_folded_folder (void);
void test_remove_account (void);
void test_account_gone (void);
void test_account_gone_folded (void);
void test_held (void);
void test_owner (void);
void test_auto_replies (void);
void test_auto_replies_limited (void);
void test_empty_trash (void);
void test_sidebar_scrolls (void);

/* ---- test-window-search.c ---- */

void test_search_place (void);
void test_search_chips (void);
void test_search_suggestions (void);
void test_search_scope (void);
void test_search_scope_of_inboxes (void);
void test_search_nothing (void);
void test_search_leaves (void);
void test_search_server (void);
void test_search_server_more (void);
void test_search_server_again (void);
void test_search_conversations (void);

/* ---- test-window-reader.c ---- */

void test_confirmation (void);
void test_fetch_slowly (void);
void test_fetch_once (void);
void test_grows_while_fetching (void);
void test_subject_focus (void);
void test_link_question (void);
void test_conversations (void);
void test_conversation_reader (void);
void test_message_inside (void);
void test_reader_goes (void);
void test_tall_focus (void);
void test_card_details (void);
void test_card_narrow (void);
void test_card_sender (void);
void test_long_header (void);
void test_quotation (void);

/* ---- test-window-outline.c ---- */

void test_text_first (void);
void test_text_first_in_conversation (void);

/* ---- test-window-composer.c ---- */

void test_reply (void);
void test_senders (void);
void test_sender_of_folder (void);
void test_undo_send (void);
void test_send_later (void);
void test_check_addresses (void);
void test_draft_on_close (void);
void test_other_sender (void);
void test_answer_from_other (void);
void test_empty_is_no_draft (void);
void test_failed_draft_stays (void);
void test_close_while_sending (void);
void test_sent_while_saving (void);
void test_undo_discard (void);
void test_undo_last (void);
void test_quit_after_discard (void);
void test_close_after_discard (void);
void test_address_suggestions (void);
void test_resize (void);

/* ---- test-window-sending.c ---- */

void test_formatted_draft (void);
void test_nothing_changes_while_sending (void);
void test_send_waits_for_files (void);
void test_send_without_file (void);
void test_send_later_while_waiting (void);
void test_close_waits_for_files (void);
void test_open_while_closing (void);
void test_asked_once (void);
void test_close_without_sender (void);

G_END_DECLS
