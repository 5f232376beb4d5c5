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
