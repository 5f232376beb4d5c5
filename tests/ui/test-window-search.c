/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "test-window.h"

#include "ui/list/valija-message-pane-private.h"
#include "ui/reader/valija-reader-private.h"
#include "ui/search/valija-search-box-private.h"
#include "ui/search/valija-search-chip.h"
#include "ui/search/valija-suggestion-row.h"

static gboolean
was_searched (void)
{
  return g_strcmp0 (valija_fake_engine_get_searched (engine), "subject:hike") == 0;
}

void
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
void
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

void
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

/* What is suggested leaves the buttons free that say where to search, and goes when they are used. */
void
test_search_scope (void)
{
  ValijaMessagePane *pane = get_window ()->pane;
  ValijaSearchBox *box = pane->search_box;
  graphene_rect_t bounds;

  activate (get_window (), "win.search");
  WAIT_FOR (gtk_widget_get_width (GTK_WIDGET (box)) > 0);
  write_search (box, "i");
  WAIT_FOR (get_suggestion (box, "is:") != NULL && gtk_widget_get_visible (GTK_WIDGET (box->suggestions)));
  g_assert_true (gtk_widget_compute_bounds (GTK_WIDGET (pane->scope), GTK_WIDGET (box), &bounds));
  g_assert_cmpfloat (bounds.origin.y + bounds.size.height, <=, gtk_widget_get_height (GTK_WIDGET (box)));
  gtk_widget_child_focus (GTK_WIDGET (pane->scope), GTK_DIR_TAB_FORWARD);
  WAIT_FOR (!gtk_widget_get_visible (GTK_WIDGET (box->suggestions)));
  gtk_search_bar_set_search_mode (pane->search_bar, FALSE);
}

static void
assert_scope (const char *expected)
{
  g_assert_cmpstr (adw_toggle_group_get_active_name (get_window ()->pane->scope), ==, expected);
}

/* Of all inboxes no account is the one, so all of them are searched there; elsewhere it is as it was. */
void
test_search_scope_of_inboxes (void)
{
  ValijaWindow *window = get_window ();
  ValijaMessagePane *pane = window->pane;
  ValijaFolder *all = valija_engine_get_all_inboxes (engine);

  show_inbox ("ana@example.org");
  assert_scope ("account");
  valija_window_show_folder (window, all);
  assert_scope ("all");
  show_inbox ("ana@example.org");
  assert_scope ("account");

  /* What was chosen stays */
  adw_toggle_group_set_active_name (pane->scope, "folder");
  valija_window_show_folder (window, all);
  assert_scope ("folder");
  adw_toggle_group_set_active_name (pane->scope, "all");
  show_inbox ("ana@example.org");
  assert_scope ("all");

  /* Nor is it lost in the midst of a search */
  adw_toggle_group_set_active_name (pane->scope, "account");
  activate (window, "win.search");
  write_search (pane->search_box, "hike");
  valija_window_show_folder (window, all);
  g_assert_false (gtk_search_bar_get_search_mode (pane->search_bar));
  assert_scope ("all");
  show_inbox ("ana@example.org");
  assert_scope ("account");
}

static guint
count_found (void)
{
  return g_list_model_get_n_items (G_LIST_MODEL (get_window ()->pane->messages));
}

static gboolean
has_focus_within (GtkWidget *widget)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (get_window ()));

  return focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

static gboolean
server_was_asked (void)
{
  ValijaMessagePane *pane = get_window ()->pane;

  return gtk_widget_get_visible (GTK_WIDGET (pane->server_note)) && pane->asked != NULL &&
         !valija_server_search_get_asking (pane->server);
}

/* Where there is no row to go to the keys stay with the entry, from which Escape leaves. */
void
test_search_nothing (void)
{
  ValijaMessagePane *pane = get_window ()->pane;
  GtkWidget *entry = GTK_WIDGET (valija_search_box_get_entry (pane->search_box));
  GError *error = NULL;

  show_inbox ("ana@example.org");
  activate (get_window (), "win.search");
  WAIT_FOR (has_focus_within (entry));
  write_search (pane->search_box, "zzzqq");
  WAIT_FOR (count_found () == 0);
  g_set_error_literal (&error, VALIJA_ERROR, VALIJA_ERROR_CONNECT, "It does not answer.");
  valija_fake_engine_fail_next (engine, error);
  g_signal_emit_by_name (entry, "activate");
  WAIT (server_was_asked);
  g_assert_true (has_focus_within (entry));

  g_signal_emit_by_name (entry, "stop-search");
  g_assert_false (gtk_search_bar_get_search_mode (pane->search_bar));
  WAIT_FOR (has_focus_within (GTK_WIDGET (pane->list)));

  /* Where there is one it goes there */
  activate (get_window (), "win.search");
  write_search (pane->search_box, "hike");
  g_signal_emit_by_name (entry, "activate");
  WAIT (server_was_asked);
  WAIT_FOR (has_focus_within (GTK_WIDGET (pane->list)));
  gtk_search_bar_set_search_mode (pane->search_bar, FALSE);
}

static gboolean
is_open (gint64 key)
{
  ValijaWindow *window = get_window ();

  return valija_message_pane_get_n_selected (window->pane) == 1 && window->current != NULL &&
         valija_message_get_key (window->current) == key && window->reader->row != NULL &&
         valija_message_get_key (window->reader->row) == key && window->reader->mime != NULL;
}

/* Who leaves a search reads on what was open before it, if nothing else of the folder was opened. */
void
test_search_leaves (void)
{
  static const char * const sources[] = {
    "From: Bo <bo@example.org>\nSubject: Pear\nMessage-ID: <pear@example.org>\n"
    "Date: Fri, 03 Dec 2027 09:00:00 +0000\n\nPear\n",
    "From: Bo <bo@example.org>\nSubject: Plum\nMessage-ID: <plum@example.org>\n"
    "Date: Fri, 03 Dec 2027 08:00:00 +0000\n\nPlum\n",
  };
  ValijaWindow *window = get_window ();
  ValijaMessagePane *pane = window->pane;
  GtkEditable *entry = valija_search_box_get_entry (pane->search_box);
  gint64 before, found;

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    valija_fake_engine_add_message (engine, find_folder ("Archive"), sources[i], VALIJA_FLAG_SEEN);
  valija_window_show_folder (window, find_folder ("Archive"));
  select_row (1);
  valija_message_pane_focus (pane);
  WAIT_FOR (has_focus_within (GTK_WIDGET (pane->list)));
  before = valija_message_get_key (window->current);
  activate (window, "win.search");
  write_search (pane->search_box, "zzzqq");
  WAIT_FOR (count_found () == 0 && window->current == NULL);
  g_signal_emit_by_name (entry, "stop-search");
  WAIT_FOR (is_open (before));
  WAIT_FOR (has_focus_within (GTK_WIDGET (pane->list)));

  /* What was typed can go as well */
  activate (window, "win.search");
  write_search (pane->search_box, "zzzqq");
  WAIT_FOR (count_found () == 0 && window->current == NULL);
  gtk_editable_set_text (entry, "");
  WAIT_FOR (is_open (before));
  gtk_search_bar_set_search_mode (pane->search_bar, FALSE);
  WAIT_FOR (is_open (before));

  /* Something of the folder was opened */
  activate (window, "win.search");
  write_search (pane->search_box, "Plum");
  WAIT_FOR (count_found () == 1 && window->current == NULL);
  valija_message_pane_step (pane, VALIJA_PANE_FIRST);
  WAIT (reader_shows_message);
  found = valija_message_get_key (window->current);
  g_assert_cmpint (found, !=, before);
  g_signal_emit_by_name (entry, "stop-search");
  WAIT_FOR (is_open (found));

  /* The keys go on where they were */
  activate (window, "win.focus-sidebar");
  WAIT_FOR (has_focus_within (GTK_WIDGET (window->sidebar)));
  activate (window, "win.search");
  write_search (pane->search_box, "zzzqq");
  WAIT_FOR (count_found () == 0);
  g_signal_emit_by_name (entry, "stop-search");
  WAIT_FOR (is_open (found));
  g_assert_true (has_focus_within (GTK_WIDGET (window->sidebar)));
  gtk_window_set_focus (GTK_WINDOW (window), NULL);
  show_inbox ("ana@example.org");
}

static void
assert_noted (const char *words)
{
  const char *note = gtk_label_get_text (get_window ()->pane->server_note);

  g_test_message ("%s", note);
  g_assert_nonnull (strstr (note, words));
}

/* What only the server has found is listed and marked; where it could not be asked that is said. */
void
test_search_server (void)
{
  ValijaMessagePane *pane = get_window ()->pane;
  GtkWidget *entry = GTK_WIDGET (valija_search_box_get_entry (pane->search_box));
  GError *error = NULL;

  show_inbox ("ana@example.org");
  activate (get_window (), "win.search");
  adw_toggle_group_set_active_name (pane->scope, "all");
  write_search (pane->search_box, "nowhere-to-be-found");
  g_signal_emit_by_name (entry, "activate");
  WAIT (server_was_asked);
  assert_noted ("1 more was found");
  WAIT_FOR (count_found () == 1);
  g_assert_true (g_hash_table_contains (pane->from_server,
                                        &g_array_index (valija_server_search_get_messages (pane->server), gint64, 0)));
  g_assert_false (gtk_widget_get_visible (pane->server_more));

  write_search (pane->search_box, "-at-all");
  WAIT_FOR (pane->asked == NULL);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (pane->server_note)));
  g_set_error_literal (&error, VALIJA_ERROR, VALIJA_ERROR_CONNECT, "It does not answer.");
  valija_fake_engine_fail_next (engine, error);
  g_signal_emit_by_name (entry, "activate");
  WAIT (server_was_asked);
  assert_noted ("It does not answer.");

  gtk_search_bar_set_search_mode (pane->search_bar, FALSE);
  adw_toggle_group_set_active_name (pane->scope, "account");
}

/* Where not all of it came, that is said, and the rest is a click away; the list stays what it was, and grows. */
void
test_search_server_more (void)
{
  ValijaMessagePane *pane = get_window ()->pane;
  ValijaMessageList *list;

  show_inbox ("ana@example.org");
  activate (get_window (), "win.search");
  adw_toggle_group_set_active_name (pane->scope, "all");
  write_search (pane->search_box, "nowhere-to-be-found");
  WAIT_FOR (count_found () == 0 && valija_message_list_get_ready (pane->messages));
  list = pane->messages;
  valija_fake_engine_set_server (engine, 7, "“Attic” could not be searched: It is locked.");
  valija_message_pane_ask_server (pane);
  WAIT_FOR (count_found () == 1);
  assert_noted ("1 more was found on the server. 7 older ones that the server has found are not listed. "
                "“Attic” could not be searched: It is locked.");
  g_assert_true (gtk_widget_get_visible (pane->server_more));
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (pane->server_more)), ==, "Show _More from the Server");

  valija_fake_engine_set_server (engine, 0, NULL);
  g_signal_emit_by_name (pane->server_more, "clicked");
  WAIT_FOR (g_hash_table_size (pane->from_server) == 2);
  assert_noted ("2 more were found on the server.");
  g_assert_null (strstr (gtk_label_get_text (pane->server_note), "older"));
  g_assert_false (gtk_widget_get_visible (pane->server_more));
  g_assert_true (pane->messages == list);

  /* The offer is that of the next search again */
  write_search (pane->search_box, "hike");
  WAIT_FOR (pane->asked == NULL);
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (pane->server_more)), ==, "Search on the _Server");
  gtk_search_bar_set_search_mode (pane->search_bar, FALSE);
  adw_toggle_group_set_active_name (pane->scope, "account");
}

/* What has failed can be tried again: where nothing was found on the empty page, else below the list. */
void
test_search_server_again (void)
{
  ValijaMessagePane *pane = get_window ()->pane;
  GError *error = NULL;

  show_inbox ("ana@example.org");
  activate (get_window (), "win.search");
  adw_toggle_group_set_active_name (pane->scope, "all");
  write_search (pane->search_box, "nowhere-to-be-found");
  WAIT_FOR (count_found () == 0 && valija_message_list_get_ready (pane->messages));
  g_set_error_literal (&error, VALIJA_ERROR, VALIJA_ERROR_CONNECT, "It does not answer.");
  valija_fake_engine_fail_next (engine, error);
  valija_message_pane_ask_server (pane);
  WAIT (server_was_asked);
  assert_noted ("It does not answer.");
  g_assert_true (gtk_widget_get_visible (pane->server_button));
  g_assert_true (gtk_widget_get_sensitive (pane->server_button));

  valija_fake_engine_set_server (engine, 0, "“Attic” could not be searched: It is locked.");
  g_signal_emit_by_name (pane->server_button, "clicked");
  WAIT_FOR (count_found () == 1);
  assert_noted ("It is locked.");
  g_assert_true (gtk_widget_get_visible (pane->server_more));
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (pane->server_more)), ==, "Search on the _Server");

  /* Of folders and of accounts: of many two are told of */
  for (guint i = 0; i < 3; i++)
    valija_server_search_add_problem (pane->server, "Not all folders of “Work” were searched.");
  assert_noted ("It is locked. Not all folders of “Work” were searched. 2 more problems.");

  valija_fake_engine_set_server (engine, 0, NULL);
  g_signal_emit_by_name (pane->server_more, "clicked");
  WAIT_FOR (g_hash_table_size (pane->from_server) == 2);
  assert_noted ("2 more were found on the server.");
  g_assert_null (strstr (gtk_label_get_text (pane->server_note), "locked"));
  g_assert_false (gtk_widget_get_visible (pane->server_more));
  gtk_search_bar_set_search_mode (pane->search_bar, FALSE);
  adw_toggle_group_set_active_name (pane->scope, "account");
}

static gboolean
active_is_loaded (void)
{
  ValijaReader *reader = get_window ()->reader;

  return reader->active != NULL && reader->mime != NULL &&
         reader->mime == valija_message_card_get_mime (reader->active);
}

/* A conversation is one result, whatever of it was found; it opens as a whole, at what was found; and where there are
 * no conversations it is the messages that are listed. */
void
test_search_conversations (void)
{
  static const char * const expanded[] = { NULL, "21@example.cn", NULL, "23@example.cn", NULL };
  static const char * const texts[] = { "Who has a tent?", "I have it.", "Good.", "It is dry.", "Fine." };
  ValijaWindow *window = get_window ();
  ValijaReader *reader = window->reader;
  guint n_expanded = 0;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *source =
        g_strdup_printf ("From: Chen <chen@example.cn>\nTo: ana@example.org\nSubject: %s\n"
                         "Message-ID: <%u@example.cn>\nIn-Reply-To: <%u@example.cn>\n"
                         "Date: Mon, 23 Nov 2026 09:00:00 +0000\n\n%s\n", expanded[i] != NULL ? "Canvas" : "Tent",
                         20 + i, 19 + i, texts[i]);

      valija_fake_engine_add_message (engine, find_folder ("Archive"), source, VALIJA_FLAG_SEEN);
    }

  show_inbox ("ana@example.org");
  activate (window, "win.search");
  adw_toggle_group_set_active_name (window->pane->scope, "all");
  write_search (window->pane->search_box, "subject:canvas");
  WAIT_FOR (count_found () == 1);
  valija_message_pane_step (window->pane, VALIJA_PANE_FIRST);
  WAIT_FOR (window->current != NULL && valija_message_get_n_messages (window->current) == 5);
  g_assert_cmpuint (valija_message_get_members (window->current)->len, ==, 2);
  g_assert_cmpuint (valija_message_get_places (window->current)->len, ==, 2);

  WAIT (active_is_loaded);
  g_assert_cmpstr (valija_mime_message_get_info (reader->mime)->message_id, ==, expanded[1]);
  for (GtkWidget *card = gtk_widget_get_first_child (GTK_WIDGET (reader->cards));
       card != NULL;
       card = gtk_widget_get_next_sibling (card))
    {
      g_assert_true (valija_message_card_get_expanded (VALIJA_MESSAGE_CARD (card)) == (expanded[n_expanded] != NULL));
      n_expanded++;
    }
  g_assert_cmpuint (n_expanded, ==, G_N_ELEMENTS (texts));

  activate (window, "win.conversations");
  WAIT_FOR (count_found () == 2);
  activate (window, "win.conversations");
  WAIT_FOR (count_found () == 1);

  /* What is done is done to what was found */
  valija_message_pane_step (window->pane, VALIJA_PANE_FIRST);
  WAIT_FOR (window->current != NULL && valija_message_get_loaded (window->current));
  activate (window, "win.toggle-star");
  WAIT_FOR (valija_message_get_flagged (window->current));
  gtk_search_bar_set_search_mode (window->pane->search_bar, FALSE);
  adw_toggle_group_set_active_name (window->pane->scope, "account");
}
