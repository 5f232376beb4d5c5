/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "test-window.h"

#include "ui/list/valija-message-pane-private.h"
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

static gboolean
server_was_asked (void)
{
  return gtk_widget_get_visible (GTK_WIDGET (get_window ()->pane->server_note)) && get_window ()->pane->answered;
}

/* What only the server has found is listed and marked; where it could not be asked that is said. */
void
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
