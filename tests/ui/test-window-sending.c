/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "test-window.h"

#include "ui/composer/valija-composer-private.h"

#define OLD_HTML "<p>The <b>old</b> words</p>"

static gboolean
sent_contains (const char *text)
{
  GBytes *sent = valija_fake_engine_get_sent (engine);

  return g_strstr_len (g_bytes_get_data (sent, NULL), g_bytes_get_size (sent), text) != NULL;
}

static ValijaComposer *
compose (const char *uri)
{
  valija_application_compose_mailto (application, uri);
  WAIT (has_composer);

  return find_window (VALIJA_TYPE_COMPOSER);
}

static void
throw_away (ValijaComposer *composer)
{
  composer->done = TRUE;
  gtk_window_destroy (GTK_WINDOW (composer));
  WAIT_FOR (!has_composer ());
}

static AdwDialog *
dialog_of (ValijaComposer *composer)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (composer));
}

/* A draft with HTML that was begun elsewhere. */
static ValijaComposer *
open_formatted (void)
{
  g_autoptr(ValijaComposition) draft = valija_composition_new ();

  g_object_set (draft,
                "to", "bo@example.org",
                "subject", "Formatted",
                "text", "The old words",
                "html", OLD_HTML,
                NULL);
  valija_application_compose (application, valija_engine_find_account (engine, "ana@example.org"), draft, 0);
  WAIT (has_composer);

  return find_window (VALIJA_TYPE_COMPOSER);
}

/* Closes it when it is sent. */
static void
send_all (ValijaComposer *composer)
{
  guint before = valija_fake_engine_get_n_sent (engine);

  activate (composer, "composer.send");
  WAIT_FOR (valija_fake_engine_get_n_sent (engine) == before + 1);
  WAIT_FOR (!has_composer ());
}

/* HTML that says what the text no longer says goes neither out nor into the draft; what only was opened stays whole. */
void
test_formatted_draft (void)
{
  ValijaComposer *composer = open_formatted ();
  GtkTextBuffer *buffer;
  g_autofree char *html = NULL;

  g_assert_true (adw_banner_get_revealed (composer->format_banner));
  gtk_editable_set_text (GTK_EDITABLE (composer->subject), "Formatted still");
  send_all (composer);
  g_assert_true (sent_contains ("text/html"));
  g_assert_true (sent_contains (OLD_HTML));

  composer = open_formatted ();
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (composer->body));
  gtk_text_buffer_set_text (buffer, "The new words", -1);
  WAIT_FOR (composer->draft != 0);
  g_object_get (composer->composition, "html", &html, NULL);
  g_assert_null (html);
  send_all (composer);
  g_assert_true (sent_contains ("The new words"));
  g_assert_false (sent_contains ("text/html"));

  /* As it was again, though the other one was kept meanwhile */
  composer = open_formatted ();
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (composer->body));
  gtk_text_buffer_set_text (buffer, "The new words", -1);
  WAIT_FOR (composer->draft != 0);
  gtk_text_buffer_set_text (buffer, "The old words", -1);
  send_all (composer);
  g_assert_true (sent_contains (OLD_HTML));
}

static void
add_attachment (ValijaComposer *composer,
                const char     *name)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("content", 7);
  g_autoptr(ValijaAttachment) attachment = valija_attachment_new_for_bytes (name, "text/plain", bytes);

  valija_composition_add_attachment (composer->composition, attachment);
}

/* What is on its way can neither be changed nor thrown away; when it comes back, it can. */
void
test_nothing_changes_while_sending (void)
{
  g_autoptr(DexPromise) failing = valija_fake_engine_hold_next (engine);
  ValijaComposer *composer = compose ("mailto:bo@example.org?subject=Note&body=Text");

  add_attachment (composer, "a.txt");
  activate (composer, "composer.send");
  g_assert_true (composer->sending);
  g_assert_false (gtk_widget_is_sensitive (GTK_WIDGET (composer->subject)));
  g_assert_false (gtk_widget_is_sensitive (GTK_WIDGET (composer->body)));
  g_assert_false (gtk_widget_is_sensitive (GTK_WIDGET (composer->attachments)));
  g_assert_false (gtk_widget_is_sensitive (composer->options_button));
  g_signal_emit_by_name (composer->from, "notify::selected", NULL);
  gtk_widget_activate_action (GTK_WIDGET (composer), "composer.discard", NULL);
  g_assert_true (has_composer ());
  g_assert_false (composer->dropping);

  dex_promise_reject (failing, g_error_new_literal (VALIJA_ERROR, VALIJA_ERROR_DISK_FULL, "No room."));
  WAIT_FOR (dialog_of (composer) != NULL);
  g_assert_true (gtk_widget_is_sensitive (GTK_WIDGET (composer->body)));
  g_assert_true (gtk_widget_is_sensitive (GTK_WIDGET (composer->attachments)));
  g_assert_true (gtk_widget_is_sensitive (composer->options_button));
  throw_away (composer);
}

static void
arrive (DexPromise *file,
        const char *name)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("content", 7);

  dex_promise_resolve_object (file, valija_attachment_new_for_bytes (name, "text/plain", bytes));
}

/* A file from a slow disk goes with the message, whenever "Send" was said; and it is sent once. */
void
test_send_waits_for_files (void)
{
  g_autoptr(DexPromise) slow = dex_promise_new ();
  g_autoptr(DexPromise) slower = dex_promise_new ();
  ValijaComposer *composer = compose ("mailto:bo@example.org?subject=Attached&body=Here%20is%20the%20attachment");
  guint before = valija_fake_engine_get_n_sent (engine);

  valija_composer_attach (composer, "slow.txt", dex_ref (DEX_FUTURE (slow)));
  valija_composer_attach (composer, "slower.txt", dex_ref (DEX_FUTURE (slower)));
  g_assert_true (gtk_widget_get_visible (composer->attachment_area));
  activate (composer, "composer.send");
  activate (composer, "composer.send");
  g_assert_nonnull (composer->waiting);
  g_assert_null (dialog_of (composer));
  arrive (slow, "slow.txt");
  WAIT_FOR (g_list_model_get_n_items (composer->pending_chips) == 1);
  g_assert_cmpuint (valija_fake_engine_get_n_sent (engine), ==, before);

  /* Closed meanwhile it is sent all the same */
  gtk_window_close (GTK_WINDOW (composer));
  g_assert_true (has_composer ());
  WAIT_FOR (!composer->saving);
  arrive (slower, "slower.txt");
  WAIT_FOR (!has_composer ());
  g_assert_cmpuint (valija_fake_engine_get_n_sent (engine), ==, before + 1);
  g_assert_true (sent_contains ("slow.txt"));
  g_assert_true (sent_contains ("slower.txt"));
}

/* A file that cannot be had stops it, and what is taken back is not sent when the file comes. */
void
test_send_without_file (void)
{
  g_autoptr(DexPromise) missing = dex_promise_new ();
  g_autoptr(DexPromise) late = dex_promise_new ();
  ValijaComposer *composer = compose ("mailto:bo@example.org?subject=Attached&body=Text");
  guint before = valija_fake_engine_get_n_sent (engine);

  valija_composer_attach (composer, "missing.txt", dex_ref (DEX_FUTURE (missing)));
  activate (composer, "composer.send");
  dex_promise_reject (missing, g_error_new_literal (VALIJA_ERROR, VALIJA_ERROR_INVALID, "Gone."));
  WAIT_FOR (dialog_of (composer) != NULL);
  g_assert_null (composer->waiting);
  g_assert_false (valija_composer_is_attaching (composer));
  adw_dialog_force_close (dialog_of (composer));

  valija_composer_attach (composer, "late.txt", dex_ref (DEX_FUTURE (late)));
  activate (composer, "composer.send");
  adw_toast_dismiss (composer->waiting);
  g_assert_null (composer->waiting);
  arrive (late, "late.txt");
  WAIT_FOR (!valija_composer_is_attaching (composer));
  g_assert_cmpuint (g_list_model_get_n_items (valija_composition_get_attachments (composer->composition)), ==, 1);
  g_assert_cmpuint (valija_fake_engine_get_n_sent (engine), ==, before);
  throw_away (composer);
}

/* Who goes on to choose when it is sent has not said "Send" any more: the file comes meanwhile, and it goes when that
 * is chosen. */
void
test_send_later_while_waiting (void)
{
  g_autoptr(DexPromise) slow = dex_promise_new ();
  ValijaComposer *composer = compose ("mailto:bo@example.org?subject=Attached&body=Text");
  guint before = valija_fake_engine_get_n_sent (engine);
  gint64 due = g_get_real_time () / G_USEC_PER_SEC + 86400;

  valija_composer_attach (composer, "slow.txt", dex_ref (DEX_FUTURE (slow)));
  activate (composer, "composer.send");
  g_assert_nonnull (composer->waiting);
  activate (composer, "composer.send-later");
  g_assert_null (composer->waiting);
  WAIT_FOR (dialog_of (composer) != NULL);
  arrive (slow, "slow.txt");
  WAIT_FOR (!valija_composer_is_attaching (composer));
  g_signal_emit_by_name (dialog_of (composer), "scheduled", due);
  WAIT_FOR (!has_composer ());
  g_assert_cmpuint (valija_fake_engine_get_n_sent (engine), ==, before + 1);
  g_assert_cmpint (valija_fake_engine_get_last_due (engine), ==, due);
  g_assert_true (sent_contains ("slow.txt"));
}

/* The draft is kept with it; nobody has to wait for one that was taken off. */
void
test_close_waits_for_files (void)
{
  g_autoptr(DexPromise) slow = dex_promise_new ();
  g_autoptr(DexPromise) never = dex_promise_new ();
  guint before = valija_fake_engine_get_n_drafts (engine);
  ValijaComposer *composer = compose ("mailto:bo@example.org?subject=Attached");

  valija_composer_attach (composer, "slow.txt", dex_ref (DEX_FUTURE (slow)));
  valija_composer_attach (composer, "never.txt", dex_ref (DEX_FUTURE (never)));
  adw_wrap_box_remove (composer->pending, gtk_widget_get_last_child (GTK_WIDGET (composer->pending)));
  gtk_window_close (GTK_WINDOW (composer));
  WAIT_FOR (composer->draft != 0 && !composer->saving && !composer->dirty);
  g_assert_true (has_composer ());
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (composer)));
  arrive (slow, "slow.txt");
  WAIT_FOR (!has_composer ());
  g_assert_cmpuint (valija_fake_engine_get_n_drafts (engine), ==, before + 1);
}

/* Opened again before its file is there it stays, with what is written on. */
void
test_open_while_closing (void)
{
  g_autoptr(DexPromise) slow = dex_promise_new ();
  ValijaComposer *composer = compose ("mailto:bo@example.org?subject=Attached");

  valija_composer_attach (composer, "slow.txt", dex_ref (DEX_FUTURE (slow)));
  gtk_window_close (GTK_WINDOW (composer));
  WAIT_FOR (composer->draft != 0 && !composer->saving && !composer->dirty);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (composer)));
  valija_application_compose (application, NULL, composer->composition, composer->draft);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (composer)));
  g_assert_false (composer->closing);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (composer->body)), "Written on", -1);
  arrive (slow, "slow.txt");
  WAIT_FOR (!valija_composer_is_attaching (composer));
  WAIT_FOR (!composer->saving && !composer->dirty);
  g_assert_true (find_window (VALIJA_TYPE_COMPOSER) == composer);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (composer)));
  throw_away (composer);
}

/* As a mouse would. */
static void
answer (ValijaComposer *composer,
        const char     *label)
{
  GtkWidget *button = NULL;

  WAIT_FOR ((button = find_button (GTK_WIDGET (dialog_of (composer)), label)) != NULL);
  g_signal_emit_by_name (button, "clicked");
}

/* Keys act behind a dialog too: what is asked is asked once, and what it is about is sent once. */
void
test_asked_once (void)
{
  ValijaComposer *composer = compose ("mailto:bo@example.org?body=Text");
  g_autoptr(GListModel) dialogs = adw_application_window_get_dialogs (ADW_APPLICATION_WINDOW (composer));
  guint before = valija_fake_engine_get_n_sent (engine);

  activate (composer, "composer.send");
  WAIT_FOR (dialog_of (composer) != NULL);
  activate (composer, "composer.send");
  activate (composer, "composer.send-later");
  activate (composer, "composer.discard");
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (composer)));
  g_assert_cmpuint (g_list_model_get_n_items (dialogs), ==, 1);
  answer (composer, "_Keep Writing");
  WAIT_FOR (dialog_of (composer) == NULL);
  g_assert_cmpuint (valija_fake_engine_get_n_sent (engine), ==, before);

  activate (composer, "composer.send");
  WAIT_FOR (dialog_of (composer) != NULL);
  activate (composer, "composer.send");
  answer (composer, "_Send Anyway");
  WAIT_FOR (!has_composer ());
  g_assert_cmpuint (valija_fake_engine_get_n_sent (engine), ==, before + 1);
}

/* Takes those accounts away that send, or all, and returns what was there. */
static GPtrArray *
take_accounts (gboolean all)
{
  GListModel *accounts = valija_engine_get_accounts (engine);
  GPtrArray *taken = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    g_ptr_array_add (taken, g_list_model_get_item (accounts, i));

  for (guint i = g_list_model_get_n_items (accounts); i > 0; i--)
    {
      g_autofree char *reason = valija_engine_why_not (engine, taken->pdata[i - 1], NULL, VALIJA_ACTION_COMPOSE);

      if (all || reason == NULL)
        g_list_store_remove (G_LIST_STORE (accounts), i - 1);
    }

  return taken;
}

static void
give_back (GPtrArray *taken)
{
  GListModel *accounts = valija_engine_get_accounts (engine);

  g_list_store_splice (G_LIST_STORE (accounts), 0, g_list_model_get_n_items (accounts), taken->pdata, taken->len);
  show_inbox ("ana@example.org");
}

/* With nobody left to send from it is kept where mail is received; with no account at all it is lost only if the user
 * says so. */
void
test_close_without_sender (void)
{
  ValijaComposer *composer = compose ("mailto:bo@example.org?subject=Kept&body=Text");
  guint before = valija_fake_engine_get_n_drafts (engine);
  g_autoptr(GPtrArray) accounts = NULL;
  g_autoptr(GPtrArray) rest = NULL;

  accounts = take_accounts (FALSE);
  g_assert_null (valija_composer_get_account (composer));
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (composer->body)), "Written on", -1);
  gtk_window_close (GTK_WINDOW (composer));
  WAIT_FOR (!has_composer ());
  g_assert_cmpuint (valija_fake_engine_get_n_drafts (engine), ==, before + 1);
  give_back (accounts);

  /* All of it was kept in what is gone now. */
  composer = compose ("mailto:bo@example.org?subject=Kept&body=Text");
  valija_composer_changed (composer);
  WAIT_FOR (composer->draft != 0 && !composer->dirty);
  rest = take_accounts (TRUE);
  gtk_window_close (GTK_WINDOW (composer));
  WAIT_FOR (has_composer () && dialog_of (composer) != NULL);
  answer (composer, "_Cancel");
  WAIT_FOR (dialog_of (composer) == NULL);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (composer)));

  gtk_window_close (GTK_WINDOW (composer));
  WAIT_FOR (dialog_of (composer) != NULL);
  answer (composer, "_Discard");
  WAIT_FOR (!has_composer ());
  give_back (rest);
}
