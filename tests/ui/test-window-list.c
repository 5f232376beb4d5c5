/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "test-window.h"

#include "ui/composer/valija-composer-private.h"
#include "ui/list/valija-folder-dialog.h"
#include "ui/list/valija-message-cell.h"
#include "ui/list/valija-message-pane-private.h"
#include "ui/reader/valija-reader-private.h"
#include "ui/sidebar/valija-sidebar-private.h"
#include "ui/valija-label-strip.h"

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

void
test_opens_inbox (void)
{
  ValijaFolder *folder = valija_message_pane_get_folder (get_window ()->pane);

  g_assert_cmpint (valija_folder_get_role (folder), ==, VALIJA_FOLDER_ROLE_INBOX);
  g_assert_cmpuint (valija_message_pane_get_n_selected (get_window ()->pane), ==, 0);
}

void
test_selection_enables (void)
{
  ValijaWindow *window = get_window ();

  select_row (0);
  g_assert_cmpuint (valija_message_pane_get_n_selected (window->pane), ==, 1);
  activate (window, "win.next");
  g_assert_cmpuint (valija_message_pane_get_n_selected (window->pane), ==, 1);
}

static gboolean
time_cb (gpointer data)
{
  *(gboolean *) data = TRUE;

  return G_SOURCE_REMOVE;
}

static void
count_frame_cb (guint *n_frames)
{
  (*n_frames)++;
}

/* Until half a second has passed without a frame. */
static void
wait_for_rest (void)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (get_window ()));
  guint n_frames;
  gulong handler = g_signal_connect_swapped (clock, "update", G_CALLBACK (count_frame_cb), &n_frames);

  g_test_timer_start ();
  do
    {
      gboolean passed = FALSE;

      g_assert_cmpint (g_test_timer_elapsed (), <, VALIJA_WAIT_SECONDS);
      n_frames = 0;
      g_timeout_add (500, time_cb, &passed);
      WAIT_FOR (passed);
    }
  while (n_frames > 0);

  g_signal_handler_disconnect (clock, handler);
}

/* A frame costs power, also one in which nothing is painted: what is not seen asks for none. */
void
test_rest (void)
{
  show_inbox ("ana@example.org");
  select_row (0);
  WAIT (reader_shows_message);
  wait_for_rest ();
}

static gboolean
is_pulsing (GtkWidget *bar)
{
  return gtk_widget_get_mapped (bar) && gtk_test_accessible_has_state (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_STATE_BUSY);
}

/* Nor does the bar of what took its time, once that has ended. */
void
test_rest_after_progress (void)
{
  ValijaWindow *window = get_window ();
  ValijaAccount *account = valija_engine_find_account (engine, "ana@example.org");
  ValijaAccountStatus *status = valija_engine_get_status (engine, account);
  g_autoptr(ValijaProgress) progress = valija_progress_new ("Looking for new mail");
  GtkWidget *bar = find_widget (GTK_WIDGET (window->pane->progress), GTK_TYPE_PROGRESS_BAR);

  valija_account_status_set_progress (status, progress);
  WAIT_FOR (is_pulsing (bar));
  valija_account_status_set_progress (status, NULL);
  wait_for_rest ();
}

void
test_star (void)
{
  ValijaWindow *window = get_window ();
  gboolean before;

  select_row (0);
  before = valija_message_get_flagged (window->current);
  activate (window, "win.toggle-star");
  WAIT_FOR (valija_message_get_flagged (window->current) != before);
  activate (window, "win.toggle-star");
  WAIT_FOR (valija_message_get_flagged (window->current) == before);
}

/* A folder that is fetched for the first time is not said to be empty. */
void
test_first_fetch (void)
{
  ValijaWindow *window = get_window ();
  ValijaFolder *trash = find_folder ("trash");
  ValijaAccountStatus *status = valija_engine_get_status (engine, valija_folder_get_account (trash));
  AdwStatusPage *page = window->pane->empty;
  g_autoptr(ValijaProgress) progress = valija_progress_new ("Looking for new mail");
  ValijaSessionState state = valija_account_status_get_state (status);
  GdkPaintable *spinner;

  valija_window_show_folder (window, trash);
  WAIT_FOR (valija_message_list_get_ready (window->pane->messages));
  g_assert_cmpstr (adw_status_page_get_title (page), ==, "No Messages");

  valija_account_status_set_progress (status, progress);
  g_assert_cmpstr (adw_status_page_get_title (page), ==, "Fetching Messages…");
  spinner = adw_status_page_get_paintable (page);
  g_assert_true (ADW_IS_SPINNER_PAINTABLE (spinner));
  valija_account_status_set_state (status, VALIJA_SESSION_OPENING);
  valija_account_status_set_state (status, state);
  g_assert_true (adw_status_page_get_paintable (page) == spinner);
  valija_account_status_set_progress (status, NULL);
  g_assert_cmpstr (adw_status_page_get_title (page), ==, "No Messages");

  valija_folder_set_keeping (trash, valija_folder_get_policy (trash), 1000000);
  valija_account_status_set_progress (status, progress);
  g_assert_cmpstr (adw_status_page_get_title (page), ==, "No Messages");
  valija_account_status_set_progress (status, NULL);
  show_inbox ("ana@example.org");
}

void
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

static const char * const senders[] = { "ana@example.org", "robot@example.org" };

static void
set_capabilities (const char        *address,
                  ValijaCapabilities capabilities)
{
  ValijaAccountStatus *status = valija_engine_get_status (engine, valija_engine_find_account (engine, address));

  valija_account_status_set_server (status, capabilities, valija_account_status_get_facts (status));
}

/* Returns what it could do. */
static ValijaCapabilities
stop_sending (const char *address)
{
  ValijaAccountStatus *status = valija_engine_get_status (engine, valija_engine_find_account (engine, address));
  ValijaCapabilities before = valija_account_status_get_capabilities (status);

  set_capabilities (address, before & ~VALIJA_CAPABILITY_SEND);

  return before;
}

/* Where no account can send, an answer is refused. */
void
test_read_only_account (void)
{
  ValijaWindow *window = get_window ();
  ValijaCapabilities capabilities[2];

  for (guint i = 0; i < G_N_ELEMENTS (senders); i++)
    capabilities[i] = stop_sending (senders[i]);
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
  for (guint i = 0; i < G_N_ELEMENTS (senders); i++)
    set_capabilities (senders[i], capabilities[i]);
  show_inbox ("ana@example.org");
}

void
test_send_only_account (void)
{
  ValijaWindow *window = get_window ();
  ValijaAccount *smtp = valija_engine_find_account (engine, "robot@example.org");

  valija_window_show_folder (window, valija_engine_find_folder (engine, smtp, "sent"));
  g_assert_cmpuint (valija_message_pane_get_n_selected (window->pane), ==, 0);
  show_inbox ("ana@example.org");
}

void
test_unread_only (void)
{
  ValijaMessagePane *pane = get_window ()->pane;
  guint all;

  show_inbox ("ana@example.org");
  all = g_list_model_get_n_items (G_LIST_MODEL (pane->messages));
  activate (get_window (), "win.toggle-unread");
  g_assert_cmpstr (adw_toggle_group_get_active_name (pane->filter), ==, "unread");
  WAIT_FOR (g_list_model_get_n_items (G_LIST_MODEL (pane->messages)) < all &&
            g_list_model_get_n_items (G_LIST_MODEL (pane->messages)) > 0);

  activate (get_window (), "win.toggle-unread");
  WAIT_FOR (g_list_model_get_n_items (G_LIST_MODEL (pane->messages)) == all);
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

/* The first row that stands for several messages. */
static guint
find_conversation_row (void)
{
  GListModel *messages = G_LIST_MODEL (get_window ()->pane->messages);

  for (guint i = 0; i < g_list_model_get_n_items (messages); i++)
    {
      g_autoptr(ValijaMessage) message = g_list_model_get_item (messages, i);

      WAIT_FOR (valija_message_get_loaded (message));
      if (valija_message_get_n_messages (message) > 1)
        return i;
    }

  g_assert_not_reached ();
}

/* Above the accounts, with the mail of all of them; what is done there is done in each. */
void
test_all_inboxes (void)
{
  ValijaWindow *window = get_window ();
  g_autoptr(GtkTreeListRow) top = g_list_model_get_item (G_LIST_MODEL (window->sidebar->selection), 0);
  g_autoptr(ValijaFolder) all = gtk_tree_list_row_get_item (top);
  gint64 id;

  g_assert_true (all == valija_engine_get_all_inboxes (engine));
  gtk_single_selection_set_selected (window->sidebar->selection, 0);
  g_assert_true (valija_message_pane_get_folder (window->pane) == all);
  g_assert_cmpstr (adw_window_title_get_title (window->pane->title), ==, "All Inboxes");
  /* Two answers stand with what they answer, and one with another answer. */
  g_assert_cmpint (valija_folder_get_total (all), ==,
                   g_list_model_get_n_items (G_LIST_MODEL (window->pane->messages)) + 3);
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

  /* A conversation that is open stays so when the list is made anew. */
  gtk_selection_model_select_item (GTK_SELECTION_MODEL (window->pane->selection), find_conversation_row (), TRUE);
  id = valija_message_get_id (window->current);
  g_assert_cmpint (id, !=, valija_message_get_key (window->current));
  valija_message_pane_reload (window->pane);
  WAIT_FOR (window->current != NULL && valija_message_get_id (window->current) == id);
  g_assert_cmpuint (valija_message_pane_get_n_selected (window->pane), ==, 1);

  /* Nothing can be made or removed in what holds nothing itself. */
  activate (window->sidebar, "sidebar.remove-folder");
  g_assert_false (has_dialog ());
  show_inbox ("ana@example.org");
}

static ValijaMessageCell *
find_cell_at (guint position)
{
  ValijaMessagePane *pane = get_window ()->pane;
  g_autoptr(ValijaMessage) message = g_list_model_get_item (G_LIST_MODEL (pane->messages), position);

  return find_cell (GTK_WIDGET (pane->list), message);
}

/* Whether the row at @position is on screen, as a whole. */
static gboolean
is_in_view (guint position)
{
  GtkWidget *list = GTK_WIDGET (get_window ()->pane->list);
  ValijaMessageCell *cell = find_cell_at (position);
  graphene_rect_t bounds;

  return cell != NULL && gtk_widget_get_mapped (GTK_WIDGET (cell)) &&
         gtk_widget_compute_bounds (GTK_WIDGET (cell), list, &bounds) && bounds.origin.y >= 0 &&
         bounds.origin.y + bounds.size.height <= gtk_widget_get_height (list);
}

static gboolean
shows_text (GtkWidget  *widget,
            const char *text)
{
  if (GTK_IS_LABEL (widget) && g_str_equal (gtk_label_get_text (GTK_LABEL (widget)), text))
    return TRUE;

  for (GtkWidget *child = gtk_widget_get_first_child (widget);
       child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      if (shows_text (child, text))
        return TRUE;
    }

  return FALSE;
}

/* A row that is on screen shows its message. One that nobody sees has nothing inside, which would cost a jump through
 * the list its time, but says what it is. */
static gboolean
is_as_seen (ValijaMessageCell *cell)
{
  GtkWidget *inside = adw_bin_get_child (ADW_BIN (cell));
  gboolean shown = inside != NULL && gtk_widget_get_visible (inside);
  ValijaMessage *message = valija_message_cell_get_message (cell);
  g_autofree char *summary = NULL;

  if (!valija_message_get_loaded (message) || shown != gtk_widget_get_mapped (GTK_WIDGET (cell)))
    return FALSE;

  g_object_get (cell, "summary", &summary, NULL);

  return strstr (summary, valija_message_get_subject (message)) != NULL &&
         (!shown || shows_text (inside, valija_message_get_subject (message)));
}

static gboolean
rows_are_as_seen (void)
{
  guint n_rows = 0;

  for (GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (get_window ()->pane->list));
       row != NULL;
       row = gtk_widget_get_next_sibling (row))
    {
      GtkWidget *cell = gtk_widget_get_first_child (row);

      /* The menu is a child of the list, too */
      if (!VALIJA_IS_MESSAGE_CELL (cell))
        continue;
      if (!is_as_seen (VALIJA_MESSAGE_CELL (cell)))
        return FALSE;
      n_rows++;
    }

  return n_rows > 100;
}

void
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
  WAIT (rows_are_as_seen);
  activate (get_window (), "win.first");
  WAIT_FOR (is_in_view (0) && rows_are_as_seen ());
}

/* A list that stands at its top shows what comes; in one that is scrolled down nothing moves. */
void
test_new_mail (void)
{
  ValijaWindow *window = get_window ();
  ValijaFolder *folder = find_folder ("junk");
  GtkAdjustment *scrolled = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (window->pane->list));
  gint64 first;

  valija_fake_engine_add_many (engine, folder, 100);
  valija_window_show_folder (window, folder);
  WAIT_FOR (valija_message_list_get_ready (window->pane->messages) && is_in_view (0));
  valija_message_pane_step (window->pane, VALIJA_PANE_FIRST);
  first = valija_message_list_get_id (window->pane->messages, 0);
  valija_message_pane_focus (window->pane);
  wait_for_rest ();

  valija_fake_engine_add_message (engine, folder, "Subject: One\n\nNew\n", 0);
  g_assert_cmpint (valija_message_list_get_id (window->pane->messages, 1), ==, first);
  wait_for_rest ();
  g_assert_true (is_in_view (0));
  g_assert_true (gtk_selection_model_is_selected (GTK_SELECTION_MODEL (window->pane->selection), 1));
  g_assert_true (gtk_widget_is_ancestor (GTK_WIDGET (find_cell_at (1)), gtk_root_get_focus (GTK_ROOT (window))));

  gtk_list_view_scroll_to (window->pane->list, 50, GTK_LIST_SCROLL_NONE, NULL);
  WAIT_FOR (gtk_adjustment_get_value (scrolled) > 0 && is_in_view (50));
  wait_for_rest ();
  valija_fake_engine_add_message (engine, folder, "Subject: Two\n\nNew\n", 0);
  wait_for_rest ();
  g_assert_true (is_in_view (51));
  g_assert_false (is_in_view (0));
  show_inbox ("ana@example.org");
}

/* The sign stands before the number also where one reads from right to left. */
void
test_more_labels (void)
{
  static const char * const labels[] = { "Boat", "Garden", "Tax", "Work", NULL };
  g_autoptr(GtkWidget) strip = g_object_ref_sink (g_object_new (VALIJA_TYPE_LABEL_STRIP, NULL));
  g_autoptr(PangoLayout) layout = NULL;
  GtkWidget *more;
  const char *text;
  PangoRectangle sign, number;

  valija_label_strip_set_labels (VALIJA_LABEL_STRIP (strip), labels);
  more = gtk_widget_get_last_child (gtk_widget_get_first_child (strip));
  gtk_widget_set_direction (more, GTK_TEXT_DIR_RTL);
  text = gtk_label_get_text (GTK_LABEL (more));
  layout = gtk_widget_create_pango_layout (more, text);
  pango_layout_index_to_pos (layout, (int) (strchr (text, '+') - text), &sign);
  pango_layout_index_to_pos (layout, (int) (strchr (text, '2') - text), &number);
  g_assert_cmpint (sign.x, <, number.x);
}
