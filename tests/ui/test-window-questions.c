/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "test-window.h"

#include "ui/list/valija-folder-dialog.h"
#include "ui/list/valija-label-dialog.h"
#include "ui/list/valija-message-pane-private.h"
#include "ui/preferences/valija-preferences-dialog.h"
#include "ui/reader/valija-reader-private.h"

/* What is asked about stays what was meant, whatever is selected by the time of the answer. */

static gpointer
get_question (GType type)
{
  AdwDialog *dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (get_window ()));

  return G_TYPE_CHECK_INSTANCE_TYPE (dialog, type) ? dialog : NULL;
}

/* Opens the dialog of @type by @action. (transfer none) */
static GtkWidget *
ask (const char *action,
     GType       type)
{
  activate (get_window (), action);
  WAIT_FOR (get_question (type) != NULL && find_widget (get_question (type), GTK_TYPE_SEARCH_ENTRY) != NULL);

  return get_question (type);
}

static void
type_text (GtkWidget  *dialog,
           const char *text)
{
  gtk_editable_set_text (find_widget (dialog, GTK_TYPE_SEARCH_ENTRY), text);
}

static void
apply (GtkWidget *dialog)
{
  GtkWidget *button = NULL;

  WAIT_FOR ((button = find_button (dialog, "_Apply")) != NULL);
  g_signal_emit_by_name (button, "clicked");
  WAIT_FOR (get_question (VALIJA_TYPE_LABEL_DIALOG) == NULL);
}

static gboolean
has (ValijaMessage *message,
     const char    *label)
{
  return valija_labels_contain (valija_message_get_labels (message), label);
}

void
test_labels_of_question (void)
{
  ValijaWindow *window = get_window ();
  g_autoptr(ValijaMessage) asked = NULL;
  GtkWidget *dialog;

  show_inbox ("ana@example.org");
  select_row (2);
  asked = g_object_ref (window->current);
  dialog = ask ("win.labels", VALIJA_TYPE_LABEL_DIALOG);
  type_text (dialog, "Boat");
  g_signal_emit_by_name (find_widget (dialog, GTK_TYPE_SEARCH_ENTRY), "activate");
  select_row (0);
  apply (dialog);
  WAIT_FOR (has (asked, "Boat"));
  g_assert_false (has (window->current, "Boat"));

  /* Nor does it need anything that is selected */
  select_row (2);
  dialog = ask ("win.labels", VALIJA_TYPE_LABEL_DIALOG);
  type_text (dialog, "Boat");
  g_signal_emit_by_name (find_widget (dialog, GTK_TYPE_SEARCH_ENTRY), "activate");
  gtk_selection_model_unselect_all (GTK_SELECTION_MODEL (window->pane->selection));
  apply (dialog);
  WAIT_FOR (!has (asked, "Boat"));
}

static gboolean
shows_only (GListModel *folders,
            const char *name)
{
  for (guint i = 0; i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, i);

      if (!g_str_equal (valija_folder_get_display_name (folder), name))
        return FALSE;
    }

  return g_list_model_get_n_items (folders) > 0;
}

void
test_move_of_question (void)
{
  ValijaWindow *window = get_window ();
  GListModel *folders;
  GtkWidget *dialog;
  g_autoptr(ValijaMessage) other = NULL;

  show_inbox ("ana@example.org");
  select_row (2);
  adw_toast_overlay_dismiss_all (window->toasts);
  dialog = ask ("win.move", VALIJA_TYPE_FOLDER_DIALOG);
  g_assert_cmpstr (adw_dialog_get_title (ADW_DIALOG (dialog)), ==, "Move To");
  type_text (dialog, "Archive");
  folders = G_LIST_MODEL (gtk_list_view_get_model (find_widget (dialog, GTK_TYPE_LIST_VIEW)));
  WAIT_FOR (shows_only (folders, "Archive"));
  select_row (0);
  other = g_object_ref (window->current);
  g_signal_emit_by_name (find_widget (dialog, GTK_TYPE_SEARCH_ENTRY), "activate");
  WAIT_FOR (count ("archive") == 1);
  g_assert_true (window->current == other);
  press_undo (GTK_WIDGET (window->toasts));
  WAIT_FOR (count ("archive") == 0);
}

/* The folders of the account itself come first, then those of the others. What is copied stays, and stays selected. */
void
test_copy_question (void)
{
  ValijaWindow *window = get_window ();
  GListModel *folders;
  GtkWidget *dialog;
  g_autoptr(ValijaFolder) first = NULL;
  g_autoptr(ValijaFolder) last = NULL;
  g_autoptr(ValijaMessage) copied = NULL;
  gint64 before;

  show_inbox ("ana@example.org");
  before = count ("inbox");
  select_row (0);
  copied = g_object_ref (window->current);
  adw_toast_overlay_dismiss_all (window->toasts);
  dialog = ask ("win.copy", VALIJA_TYPE_FOLDER_DIALOG);
  g_assert_cmpstr (adw_dialog_get_title (ADW_DIALOG (dialog)), ==, "Copy To");
  folders = G_LIST_MODEL (gtk_list_view_get_model (find_widget (dialog, GTK_TYPE_LIST_VIEW)));
  first = g_list_model_get_item (folders, 0);
  last = g_list_model_get_item (folders, g_list_model_get_n_items (folders) - 1);
  g_assert_true (valija_folder_get_account (first) == valija_folder_get_account (find_folder ("archive")));
  g_assert_true (valija_folder_get_account (last) != valija_folder_get_account (first));

  type_text (dialog, "Archive");
  WAIT_FOR (shows_only (folders, "Archive"));
  g_signal_emit_by_name (find_widget (dialog, GTK_TYPE_SEARCH_ENTRY), "activate");
  WAIT_FOR (count ("archive") > 0);
  g_assert_cmpint (count ("inbox"), ==, before);
  g_assert_true (window->current == copied);
  press_undo (GTK_WIDGET (window->toasts));
  WAIT_FOR (count ("archive") == 0);
}

/* Dropped on a folder with Ctrl held. */
void
test_dropped (void)
{
  ValijaWindow *window = get_window ();
  gint64 before;

  show_inbox ("ana@example.org");
  before = count ("inbox");
  select_row (0);
  adw_toast_overlay_dismiss_all (window->toasts);
  g_signal_emit_by_name (window->sidebar, "messages-dropped", find_folder ("archive"), TRUE);
  WAIT_FOR (count ("archive") > 0);
  g_assert_cmpint (count ("inbox"), ==, before);
  press_undo (GTK_WIDGET (window->toasts));
  WAIT_FOR (count ("archive") == 0);
}

void
test_delete_of_question (void)
{
  ValijaWindow *window = get_window ();
  ValijaUndo *before;
  g_autoptr(ValijaMessage) other = NULL;

  for (guint i = 0; i < 2; i++)
    valija_fake_engine_add_message (engine, find_folder ("trash"), "From: Bo <bo@example.org>\nSubject: Old\n\nold\n",
                                    VALIJA_FLAG_SEEN);
  valija_window_show_folder (window, find_folder ("trash"));
  select_row (1);
  activate (window, "win.delete");
  WAIT (has_dialog);
  select_row (0);
  other = g_object_ref (window->current);
  before = window->undo;
  press ("_Delete");
  WAIT_FOR (window->undo != before);
  g_assert_true (window->current == other);
  show_inbox ("ana@example.org");
}

static void
note_cb (gpointer   owner,
         GPtrArray *messages,
         gpointer   data)
{
  g_assert_not_reached ();
}

/* Nothing is done for a window that has gone before the rows came. */
static void
change_for_nobody (ValijaMessagePane *pane)
{
  GObject *nobody = g_object_new (G_TYPE_OBJECT, NULL);

  valija_message_pane_change_selected (pane, note_cb, nobody, NULL);
  g_object_unref (nobody);
}

/* What was found lies anywhere, and most of it was never on the screen. */
void
test_delete_of_found (void)
{
  ValijaWindow *window = get_window ();
  ValijaFolder *trash = find_folder ("trash");
  GListModel *rows;
  AdwDialog *dialog;

  for (guint i = 0; i < 80; i++)
    valija_fake_engine_add_message (engine, i < 5 ? trash : find_folder ("inbox"),
                                    "From: Bo <bo@example.org>\nSubject: Skiing\n\nskiing\n", VALIJA_FLAG_NONE);
  show_inbox ("ana@example.org");
  activate (window, "win.search");
  adw_toggle_group_set_active_name (window->pane->scope, "account");
  gtk_editable_set_text (valija_search_box_get_entry (window->pane->search_box), "subject:skiing");
  WAIT_FOR (g_list_model_get_n_items (G_LIST_MODEL (window->pane->messages)) == 80);
  rows = G_LIST_MODEL (window->pane->messages);
  gtk_selection_model_select_all (GTK_SELECTION_MODEL (window->pane->selection));
  change_for_nobody (window->pane);
  activate (window, "win.delete");
  WAIT_FOR ((dialog = get_question (ADW_TYPE_ALERT_DIALOG)) != NULL);
  g_assert_nonnull (strstr (adw_alert_dialog_get_body (ADW_ALERT_DIALOG (dialog)), "5 messages"));

  /* What stands behind a question is not changed by keys */
  activate (window, "win.archive");
  press ("_Cancel");
  g_assert_cmpuint (g_list_model_get_n_items (rows), ==, 80);
  gtk_search_bar_set_search_mode (window->pane->search_bar, FALSE);
  show_inbox ("ana@example.org");
}

static GtkWidget *
find_check (GtkWidget  *dialog,
            const char *label)
{
  GtkWidget *check = find_widget (dialog, GTK_TYPE_CHECK_BUTTON);

  while (!g_str_equal (gtk_label_get_text (find_widget (check, GTK_TYPE_LABEL)), label))
    check = gtk_widget_get_next_sibling (check);

  return check;
}

static ValijaMessage *
get_newest_shown (void)
{
  GtkWidget *card = gtk_widget_get_last_child (GTK_WIDGET (get_window ()->reader->cards));

  return valija_message_card_get_message (VALIJA_MESSAGE_CARD (card));
}

/* A conversation of which one message has a label is neither with it nor without. */
void
test_labels_of_conversation (void)
{
  ValijaWindow *window = get_window ();
  GtkWidget *dialog, *check;
  gint64 first, answer;

  first = valija_fake_engine_add_message (engine, find_folder ("Lists"),
                                          "From: Bo <bo@example.org>\nSubject: Boat\nMessage-ID: <boat@example.org>\n\n"
                                          "a boat\n", VALIJA_FLAG_SEEN);
  answer = valija_fake_engine_add_message (engine, find_folder ("Lists"),
                                           "From: Chen <chen@example.cn>\nSubject: Re: Boat\n"
                                           "Message-ID: <answer@example.cn>\nIn-Reply-To: <boat@example.org>\n\n"
                                           "which boat\n", VALIJA_FLAG_SEEN);
  valija_fake_engine_set_labels (engine, first, "Water");
  valija_window_show_folder (window, find_folder ("Lists"));
  select_row (0);
  g_assert_cmpint (valija_message_get_id (window->current), ==, answer);

  dialog = ask ("win.labels", VALIJA_TYPE_LABEL_DIALOG);
  check = find_check (dialog, "Water");
  g_assert_true (gtk_check_button_get_inconsistent (GTK_CHECK_BUTTON (check)));
  g_assert_false (gtk_check_button_get_active (GTK_CHECK_BUTTON (check)));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
  apply (dialog);
  WAIT_FOR (valija_labels_contain (valija_message_get_common_labels (window->current), "Water"));
  /* The messages that are on screen tell it too, though the row had it before */
  WAIT_FOR (has (get_newest_shown (), "Water"));

  dialog = ask ("win.labels", VALIJA_TYPE_LABEL_DIALOG);
  check = find_check (dialog, "Water");
  g_assert_false (gtk_check_button_get_inconsistent (GTK_CHECK_BUTTON (check)));
  g_assert_true (gtk_check_button_get_active (GTK_CHECK_BUTTON (check)));
  adw_dialog_force_close (ADW_DIALOG (dialog));
  show_inbox ("ana@example.org");
}

/* The words of a group name the choice that they are about as it is listed. */
static void
assert_names_choice (AdwComboRow *row,
                     guint        choice)
{
  GtkWidget *group = gtk_widget_get_ancestor (GTK_WIDGET (row), ADW_TYPE_PREFERENCES_GROUP);
  g_autofree char *name = NULL;

  name = g_strdup_printf ("“%s”", gtk_string_list_get_string (GTK_STRING_LIST (adw_combo_row_get_model (row)), choice));
  g_assert_nonnull (strstr (adw_preferences_group_get_description (ADW_PREFERENCES_GROUP (group)), name));
}

/* What the settings say is what is chosen, and the other way round; a number between two choices is the lower one. */
void
test_preferences (void)
{
  static const struct
  {
    const char *row;
    const char *key;
    int number;
    guint choice;
    guint next;
    int chosen;
  } rows[] = {
    { "mark_read", "mark-read-seconds", -1, 0, 5, 10 },
    { "mark_read", "mark-read-seconds", 0, 1, 0, -1 },
    { "mark_read", "mark-read-seconds", 7, 4, 2, 1 },
    { "undo_send", "undo-send-seconds", 0, 0, 3, 30 },
    { "check_interval", "check-interval", 1440, 5, 0, 0 },
  };
  g_autoptr(GSettings) settings = g_settings_new (APP_ID);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GVariant) before = g_settings_get_value (settings, rows[i].key);
      gboolean is_signed = g_variant_is_of_type (before, G_VARIANT_TYPE_INT32);
      g_autoptr(AdwDialog) dialog = NULL;
      g_autoptr(GVariant) after = NULL;
      AdwComboRow *row;

      g_settings_set (settings, rows[i].key, is_signed ? "i" : "u", rows[i].number);
      dialog = g_object_ref_sink (valija_preferences_dialog_new ());
      row = ADW_COMBO_ROW (gtk_widget_get_template_child (GTK_WIDGET (dialog), VALIJA_TYPE_PREFERENCES_DIALOG,
                                                          rows[i].row));
      g_assert_cmpuint (adw_combo_row_get_selected (row), ==, rows[i].choice);
      adw_combo_row_set_selected (row, rows[i].next);
      after = g_settings_get_value (settings, rows[i].key);
      g_assert_cmpint (is_signed ? g_variant_get_int32 (after) : (int) g_variant_get_uint32 (after), ==,
                       rows[i].chosen);
      /* The engine is told at once */
      if (g_str_equal (rows[i].key, "check-interval"))
        {
          g_assert_cmpuint (valija_fake_engine_get_check_interval (engine), ==, rows[i].chosen);
          assert_names_choice (row, rows[i].next);
        }
      g_settings_set_value (settings, rows[i].key, before);
    }
}
