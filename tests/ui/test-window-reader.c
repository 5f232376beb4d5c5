/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "test-window.h"

#include "ui/list/valija-message-pane-private.h"
#include "ui/list/valija-progress-bar.h"
#include "ui/reader/valija-message-window.h"
#include "ui/reader/valija-reader-private.h"
#include "ui/valija-focus.h"
#include "ui/valija-format.h"

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

void
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
void
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
void
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

static gboolean
active_is_loaded (void)
{
  ValijaReader *reader = get_window ()->reader;

  return reader->active != NULL && reader->mime != NULL &&
         reader->mime == valija_message_card_get_mime (reader->active);
}

/* An answer comes while the message is on its way: what comes of it then does not take the place of the cards. */
void
test_grows_while_fetching (void)
{
  ValijaReader *reader = get_window ()->reader;
  ValijaFolder *folder = find_folder ("junk");

  valija_fake_engine_add_message (engine, folder,
                                  "From: Bo <bo@example.org>\nSubject: Slow\nMessage-ID: <slow@example.org>\n"
                                  "Date: Mon, 23 Nov 2026 11:00:00 +0000\n\nSlow\n", VALIJA_FLAG_SEEN);
  valija_window_show_folder (get_window (), folder);
  valija_fake_engine_set_slow (engine, TRUE);
  valija_message_pane_step (get_window ()->pane, VALIJA_PANE_FIRST);
  WAIT (reader_fetches);

  valija_fake_engine_add_message (engine, folder,
                                  "From: Ana <ana@example.org>\nSubject: Re: Slow\nMessage-ID: <quick@example.org>\n"
                                  "In-Reply-To: <slow@example.org>\nDate: Mon, 23 Nov 2026 12:00:00 +0000\n\nQuick\n",
                                  VALIJA_FLAG_SEEN);
  WAIT_FOR (valija_reader_has_conversation (reader));
  valija_fake_engine_let_go (engine);
  WAIT (active_is_loaded);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (reader->stack), ==, "conversation");
  g_assert_cmpstr (valija_mime_message_get_info (reader->mime)->message_id, ==, "quick@example.org");
  valija_fake_engine_set_slow (engine, FALSE);
}

/* What the focus comes to is not selected. */
void
test_subject_focus (void)
{
  ValijaReader *reader = get_window ()->reader;

  valija_fake_engine_add_message (engine, find_folder ("junk"),
                                  "From: Bo <bo@example.org>\nSubject: Alone\nMessage-ID: <alone@example.org>\n"
                                  "Date: Sat, 04 Dec 2027 09:00:00 +0000\n\nAlone\n", VALIJA_FLAG_SEEN);
  valija_window_show_folder (get_window (), find_folder ("junk"));
  select_row (0);
  g_assert_true (gtk_widget_grab_focus (GTK_WIDGET (reader->subject)));
  g_assert_false (gtk_label_get_selection_bounds (reader->subject, NULL, NULL));
}

/* What is asked about a link shows no letter that looks like another, and is careful where its words are not known. */
void
test_link_question (void)
{
  static const char target[] = "https://xn--pple-43d.com/%E2%80%AEgnp?a=b";
  ValijaReader *reader = get_window ()->reader;
  AdwAlertDialog *dialog;

  for (guint i = 0; i < 2; i++)
    {
      valija_reader_open_link (reader, "https://\320\260pple.com/\342\200\256gnp?a=b", i == 0 ? NULL : "");
      WAIT_FOR ((dialog = get_dialog ()) != NULL);
      g_assert_cmpstr (adw_alert_dialog_get_default_response (dialog), ==, i == 0 ? "open" : "cancel");
      g_assert_nonnull (find_label (GTK_WIDGET (dialog), target));
      press ("_Cancel");
    }
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
void
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
  g_assert_cmpuint (count_rows (), ==, (guint) count ("Lists"));
  g_assert_cmpuint (count_rows (), >=, n_rows + 2);
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

/* What is unread and the newest are open, and the first of them is what is answered; by the keyboard from one to the
 * other, and one on its own. */
void
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

/* Whom a message of a conversation went to is said by name, and with its address to who asks. */
void
test_card_details (void)
{
  static const char * const sources[] = {
    "From: Bo Lindqvist <bo@example.org>\nTo: ana@example.org\nSubject: Rota\nMessage-ID: <rota-1@example.org>\n"
    "Reply-To: BO@example.org\nDate: Fri, 03 Dec 2027 09:00:00 +0000\n\nWho comes?\n",
    "From: Chen <chen@example.cn>\nTo: Bo <bo@example.org>\nCc: Ana <ana@example.org>, Dmitri <d@example.ru>,\n"
    " Eva <eva@example.org>, Finn <finn@example.org>\nReply-To: rota@lists.example.org\nSubject: Re: Rota\n"
    "Message-ID: <rota-2@example.cn>\nIn-Reply-To: <rota-1@example.org>\n"
    "Date: Fri, 03 Dec 2027 10:00:00 +0000\n\nI do.\n",
  };
  ValijaWindow *window = get_window ();
  ValijaReader *reader = window->reader;
  GtkWidget *card;
  GtkWidget *value;

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    valija_fake_engine_add_message (engine, find_folder ("Archive"), sources[i], VALIJA_FLAG_SEEN);
  valija_window_show_folder (window, find_folder ("Archive"));
  valija_message_pane_step (window->pane, VALIJA_PANE_FIRST);
  WAIT (active_is_loaded);
  assert_cards ("-*");

  card = GTK_WIDGET (reader->active);
  g_assert_nonnull (find_label (card, "To Bo · Cc Ana, Dmitri and 2 more"));
  value = find_label (card, "Ana <ana@example.org>, Dmitri <d@example.ru>, Eva <eva@example.org>, "
                            "Finn <finn@example.org>");
  g_assert_nonnull (value);
  g_assert_true (gtk_label_get_selectable (GTK_LABEL (value)));
  g_assert_false (gtk_widget_get_mapped (value));
  g_assert_nonnull (find_label (card, "Chen <chen@example.cn>"));
  g_assert_nonnull (find_label (card, "rota@lists.example.org"));
  g_object_set (find_widget (card, GTK_TYPE_TOGGLE_BUTTON), "active", TRUE, NULL);
  WAIT_FOR (gtk_widget_get_mapped (value));

  /* An answer goes to who wrote it anyway */
  activate (reader, "reader.previous-message");
  WAIT (active_is_loaded);
  g_assert_nonnull (find_label (GTK_WIDGET (reader->active), "Bo Lindqvist <bo@example.org>"));
  g_assert_null (find_label (GTK_WIDGET (reader->active), "BO@example.org"));
  show_inbox ("ana@example.org");
}

/* Who is not who it seems is told of in a conversation as well. */
void
test_card_sender (void)
{
  static const char * const sources[] = {
    "From: Bank <pay@bank.example>\nTo: ana@example.org\nSubject: Bill\nMessage-ID: <bill-1@bank.example>\n"
    "Date: Fri, 03 Dec 2027 09:00:00 +0000\n\nHere is the bill.\n",
    "From: \"pay@bank.example\" <pay@evil.example>\nTo: ana@example.org\nSubject: Re: Bill\n"
    "Message-ID: <bill-2@evil.example>\nIn-Reply-To: <bill-1@bank.example>\n"
    "Date: Fri, 03 Dec 2027 10:00:00 +0000\n\nPay it to this account.\n",
  };
  ValijaWindow *window = get_window ();
  ValijaReader *reader = window->reader;

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    valija_fake_engine_add_message (engine, find_folder ("Archive"), sources[i], VALIJA_FLAG_SEEN);
  valija_window_show_folder (window, find_folder ("Archive"));
  valija_message_pane_step (window->pane, VALIJA_PANE_FIRST);
  WAIT (active_is_loaded);
  assert_cards ("-*");
  g_assert_true (gtk_widget_get_visible (find_widget (GTK_WIDGET (reader->active), VALIJA_TYPE_SENDER_NOTE)));
  activate (reader, "reader.previous-message");
  WAIT (active_is_loaded);
  g_assert_false (gtk_widget_get_visible (find_widget (GTK_WIDGET (reader->active), VALIJA_TYPE_SENDER_NOTE)));
  show_inbox ("ana@example.org");
}

/* In little room the head of a card takes a second line before it cuts who wrote, or when. */
void
test_card_narrow (void)
{
  GtkWidget *window = gtk_window_new ();
  g_autoptr(ValijaMessage) message = NULL;
  GtkWidget *card, *sender, *date;
  g_autofree char *text = NULL;

  show_inbox ("ana@example.org");
  select_row (0);
  message = g_object_ref (get_window ()->current);
  text = valija_format_moment (valija_message_get_date (message), NULL);
  card = valija_message_card_new (engine, message);
  gtk_window_set_child (GTK_WINDOW (window), card);
  gtk_window_set_default_size (GTK_WINDOW (window), 240, 200);
  gtk_window_present (GTK_WINDOW (window));
  WAIT_FOR (gtk_widget_get_mapped (card) && gtk_widget_get_width (card) > 0);
  sender = find_label (card, valija_message_get_sender (message));
  date = find_label (card, text);
  g_assert_false (pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (sender))));
  g_assert_false (pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (date))));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* However much there is to say of a message, it leaves room for the message. */
void
test_long_header (void)
{
  ValijaWindow *window = get_window ();
  ValijaReader *reader = window->reader;
  g_autoptr(GString) source = g_string_new ("From: Bo <bo@example.org>\nSubject: All of you\n"
                                            "Date: Fri, 03 Dec 2027 11:00:00 +0000\nTo: ana@example.org");
  int height;

  for (guint i = 0; i < 100; i++)
    g_string_append_printf (source, ",\n Zoltan %u <zoltan%u@choir.example>", i, i);
  g_string_append (source, "\n\nHello\n");
  valija_fake_engine_add_message (engine, find_folder ("Archive"), source->str, VALIJA_FLAG_SEEN);
  valija_window_show_folder (window, find_folder ("Archive"));
  select_row (0);
  gtk_toggle_button_set_active (reader->details_button, TRUE);
  WAIT_FOR (gtk_widget_get_mapped (GTK_WIDGET (reader->details)) &&
            gtk_widget_get_height (GTK_WIDGET (reader->details)) > 80);
  gtk_widget_measure (gtk_stack_get_visible_child (reader->stack), GTK_ORIENTATION_VERTICAL, 400, &height, NULL, NULL,
                      NULL);
  g_assert_cmpint (height, <, 200);
  show_inbox ("ana@example.org");
}

static gboolean
plain_says (const char *text)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (get_window ()->reader->plain));
  GtkTextIter start, end;
  g_autofree char *shown = NULL;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  shown = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);

  return strstr (shown, text) != NULL;
}

static float
get_alpha_at (const char *text)
{
  GtkWidget *view = GTK_WIDGET (get_window ()->reader->plain);
  GtkTextIter start, end;
  GSList *tags;
  g_autoptr(GdkRGBA) color = NULL;
  GdkRGBA own;

  gtk_text_buffer_get_start_iter (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), &start);
  g_assert_true (gtk_text_iter_forward_search (&start, text, 0, &start, &end, NULL));
  tags = gtk_text_iter_get_tags (&start);
  gtk_widget_get_color (view, &own);
  if (tags == NULL)
    return own.alpha;

  g_object_get (tags->data, "foreground-rgba", &color, NULL);
  g_slist_free (tags);

  return color->alpha;
}

/* What a message quotes at its end stands behind a button, in grey; what is forwarded is what it is for. */
void
test_quotation (void)
{
  static const char * const sources[] = {
    "From: Bo <bo@example.org>\nTo: ana@example.org\nSubject: Re: Tea\nDate: Fri, 03 Dec 2027 11:00:00 +0000\n\n"
    "> Which tea?\n\nThe green one.\n\nOn Sunday Ana wrote:\n> Who brings the tea?\n>> I asked first.\n",
    "From: Bo <bo@example.org>\nTo: ana@example.org\nSubject: Fwd: Coffee\nDate: Fri, 03 Dec 2027 12:00:00 +0000\n\n"
    "See below.\n\n---------- Forwarded message ----------\nThe coffee is out.\n",
  };
  ValijaWindow *window = get_window ();
  GtkWidget *button;

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    valija_fake_engine_add_message (engine, find_folder ("Archive"), sources[i], VALIJA_FLAG_SEEN);
  valija_window_show_folder (window, find_folder ("Archive"));
  select_row (0);
  g_assert_true (plain_says ("The coffee is out."));
  g_assert_null (find_widget (GTK_WIDGET (window->reader->plain), GTK_TYPE_TOGGLE_BUTTON));

  select_row (1);
  g_assert_true (plain_says ("The green one."));
  g_assert_false (plain_says ("Ana wrote"));
  g_assert_cmpfloat (get_alpha_at ("> Which"), <, get_alpha_at ("The green"));
  button = find_widget (GTK_WIDGET (window->reader->plain), GTK_TYPE_TOGGLE_BUTTON);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
  g_assert_true (plain_says ("On Sunday Ana wrote:\n> Who brings"));
  g_assert_cmpfloat (get_alpha_at (">> I"), <, get_alpha_at ("> Who"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), FALSE);
  g_assert_false (plain_says ("Ana wrote"));
  g_assert_true (plain_says ("The green one."));

  /* By keys: from the text to the button */
  gtk_widget_grab_focus (GTK_WIDGET (window->reader->plain));
  gtk_widget_child_focus (GTK_WIDGET (window), GTK_DIR_TAB_FORWARD);
  g_assert_true (gtk_root_get_focus (GTK_ROOT (window)) == button);
  gtk_widget_child_focus (GTK_WIDGET (window), GTK_DIR_TAB_BACKWARD);
  g_assert_true (gtk_root_get_focus (GTK_ROOT (window)) == GTK_WIDGET (window->reader->plain));
  show_inbox ("ana@example.org");
}

/* A message inside a message may be large: it is not decoded before the user sees that something happens. */
void
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

static void
note_thread (gpointer  data,
             GObject  *where_the_object_was)
{
  *(GThread **) data = g_thread_self ();
}

/* The window may be closed while a thread is at work for it: what ends there is no widget. */
void
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

/* A click into what is higher than the window does not move it; what was out of sight is scrolled to. */
void
test_tall_focus (void)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *first = gtk_button_new_with_label ("First");
  GtkWidget *tall = gtk_button_new_with_label ("Tall");
  GtkWidget *last = gtk_button_new_with_label ("Last");
  GtkAdjustment *place = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));

  gtk_widget_set_size_request (tall, -1, 3000);
  gtk_box_append (GTK_BOX (box), first);
  gtk_box_append (GTK_BOX (box), tall);
  gtk_box_append (GTK_BOX (box), last);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), box);
  valija_focus_follow (GTK_VIEWPORT (gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (scroller))));
  gtk_window_set_default_size (GTK_WINDOW (window), 300, 300);
  gtk_window_set_child (GTK_WINDOW (window), scroller);
  gtk_window_present (GTK_WINDOW (window));
  WAIT_FOR (gtk_adjustment_get_upper (place) > 3000);

  gtk_widget_grab_focus (first);
  gtk_adjustment_set_value (place, 1000);
  gtk_widget_grab_focus (tall);
  g_assert_cmpint ((int) gtk_adjustment_get_value (place), ==, 1000);
  gtk_widget_grab_focus (last);
  WAIT_FOR (gtk_adjustment_get_value (place) > 2000);
  gtk_window_destroy (GTK_WINDOW (window));
}
