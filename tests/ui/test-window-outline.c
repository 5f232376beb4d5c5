/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "test-window.h"

#include "ui/list/valija-message-pane-private.h"
#include "ui/reader/valija-reader-private.h"

#define LARGE_HEAD(name)                                                                                               \
  "From: Bo <bo@example.org>\nSubject: " name "\nMessage-ID: <" name "@example.org>\n"                                 \
  "In-Reply-To: <root-of-" name "@example.org>\nDate: Mon, 23 Nov 2026 11:00:00 +0000\nMIME-Version: 1.0\n"            \
  "Content-Type: multipart/mixed; boundary=b\n\n"                                                                      \
  "--b\nContent-Type: text/plain\n\nHere are the pictures.\n"                                                          \
  "--b\nContent-Type: image/jpeg\nContent-Disposition: attachment; filename=one.jpg"

/* All of it, and what comes first */
#define LARGE(name)   LARGE_HEAD (name) "\n\nJPEG\n--b--\n"
#define OUTLINE(name) LARGE_HEAD (name) "; size=38000000\n\n\n--b--\n"

static GtkWidget *
find_attachment (GtkWidget *box)
{
  return find_widget (box, VALIJA_TYPE_ATTACHMENT_BUTTON);
}

static gboolean
can_open (GtkWidget *box)
{
  return gtk_widget_get_sensitive (find_widget (find_attachment (box), GTK_TYPE_MENU_BUTTON));
}

static gboolean
says (GtkWidget  *widget,
      const char *text)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_mapped (child) &&
        ((GTK_IS_LABEL (child) && g_str_equal (gtk_label_get_text (GTK_LABEL (child)), text)) || says (child, text)))
      return TRUE;

  return FALSE;
}

static char *
dup_text (ValijaPlainView *view)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

/* The text of a large message is read while the rest comes. Cancel leaves it, and the rest is fetched when it is asked
 * for: then what is shown stays as it is, and the files can be opened. */
void
test_text_first (void)
{
  ValijaReader *reader = get_window ()->reader;
  ValijaFolder *folder = find_folder ("junk");
  GtkWidget *box = GTK_WIDGET (reader->attachment_box);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (reader->plain));
  gint64 id = valija_fake_engine_add_message (engine, folder, LARGE ("Pictures"), VALIJA_FLAG_SEEN);
  g_autofree char *text = NULL;
  GtkTextIter mark;

  valija_fake_engine_set_outline (engine, id, OUTLINE ("Pictures"));
  valija_fake_engine_set_slow (engine, TRUE);
  valija_window_show_folder (get_window (), folder);
  select_row (0);
  WAIT (reader_shows_message);
  text = dup_text (reader->plain);
  g_assert_cmpstr (text, ==, "Here are the pictures.");
  g_assert_true (says (find_attachment (box), "one.jpg"));
  g_assert_true (says (find_attachment (box), "38.0\302\240MB"));
  g_assert_false (can_open (box));
  WAIT_FOR (says (GTK_WIDGET (reader->rest), "Fetching a message, 12 of 40 MB"));
  g_assert_true (gtk_widget_get_sensitive (reader->reply_button));
  g_assert_false (gtk_widget_get_sensitive (reader->forward_button));

  g_signal_emit_by_name (find_widget (GTK_WIDGET (reader->rest), GTK_TYPE_BUTTON), "clicked");
  WAIT_FOR (says (GTK_WIDGET (reader->rest), "The rest of the message was not fetched."));
  g_assert_true (reader_shows_message ());
  g_assert_false (can_open (box));

  /* Nothing of it is touched when the rest has come */
  gtk_text_buffer_get_start_iter (buffer, &mark);
  gtk_text_iter_forward_chars (&mark, 8);
  gtk_text_buffer_place_cursor (buffer, &mark);
  g_signal_emit_by_name (find_button (GTK_WIDGET (reader->rest), "_Fetch the Rest"), "clicked");
  WAIT_FOR (says (GTK_WIDGET (reader->rest), "Fetching a message, 12 of 40 MB"));
  valija_fake_engine_let_go (engine);
  WAIT_FOR (can_open (box));
  g_assert_true (says (find_attachment (box), "4 bytes"));
  g_assert_true (gtk_widget_get_sensitive (reader->forward_button));
  gtk_text_buffer_get_iter_at_mark (buffer, &mark, gtk_text_buffer_get_insert (buffer));
  g_assert_cmpint (gtk_text_iter_get_offset (&mark), ==, 8);
  valija_fake_engine_set_slow (engine, FALSE);
}

/* The same in a conversation, in a card of its own. */
void
test_text_first_in_conversation (void)
{
  static const char root[] = "From: Ana <ana@example.org>\nSubject: Walk\nMessage-ID: <root-of-Walk@example.org>\n"
                             "Date: Mon, 23 Nov 2026 10:00:00 +0000\n\nWhere are the pictures?\n";
  ValijaReader *reader = get_window ()->reader;
  ValijaFolder *folder = find_folder ("junk");
  gint64 id;

  valija_fake_engine_add_message (engine, folder, root, VALIJA_FLAG_SEEN);
  id = valija_fake_engine_add_message (engine, folder, LARGE ("Walk"), VALIJA_FLAG_SEEN);
  valija_fake_engine_set_outline (engine, id, OUTLINE ("Walk"));
  valija_fake_engine_set_slow (engine, TRUE);
  valija_window_show_folder (get_window (), folder);
  valija_message_pane_step (get_window ()->pane, VALIJA_PANE_FIRST);
  WAIT_FOR (reader->active != NULL && reader->mime != NULL);
  g_assert_cmpint (valija_message_get_id (reader->message), ==, id);
  g_assert_true (says (find_attachment (GTK_WIDGET (reader->active)), "38.0\302\240MB"));
  g_assert_false (can_open (GTK_WIDGET (reader->active)));
  g_assert_false (gtk_widget_get_sensitive (reader->forward_button));
  WAIT_FOR (says (GTK_WIDGET (reader->active), "Fetching a message, 12 of 40 MB"));

  /* On its own it goes on as it is */
  activate (reader, "reader.open-alone");
  WAIT_FOR (says (GTK_WIDGET (reader->rest), "Fetching a message, 12 of 40 MB"));
  activate (reader, "reader.back-to-conversation");

  g_signal_emit_by_name (find_widget (find_widget (GTK_WIDGET (reader->active), VALIJA_TYPE_FETCH_BAR),
                                      GTK_TYPE_BUTTON), "clicked");
  WAIT_FOR (find_button (GTK_WIDGET (reader->active), "_Fetch the Rest") != NULL);
  g_signal_emit_by_name (find_button (GTK_WIDGET (reader->active), "_Fetch the Rest"), "clicked");
  valija_fake_engine_let_go (engine);
  WAIT_FOR (can_open (GTK_WIDGET (reader->active)));
  g_assert_true (gtk_widget_get_sensitive (reader->forward_button));
  valija_fake_engine_set_slow (engine, FALSE);
}
