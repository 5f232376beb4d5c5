/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-html-view.h"

/* The last walls, without the sanitiser before them: what a page asks the network for never leaves. */

#define DEADLINE_SECONDS 60

static const char page[] =
  "<!DOCTYPE html><html><head><title>%s</title>"
  "<link rel='preconnect' href='http://127.0.0.1:%u/'><link rel='dns-prefetch' href='//127.0.0.1:%u/'>"
  "<link rel='stylesheet' href='http://127.0.0.1:%u/style.css'>"
  "<link rel='preload' as='font' href='http://127.0.0.1:%u/f'>"
  "<link rel='prefetch' href='http://127.0.0.1:%u/p'><meta http-equiv='refresh' content='0;url=http://127.0.0.1:%u/m'>"
  "<style>@import 'http://127.0.0.1:%u/import.css'; body { background: url(http://127.0.0.1:%u/b.png) }</style>"
  "<script>document.title = 'script'; fetch ('http://127.0.0.1:%u/fetch')</script></head>"
  "<body onload=\"document.title = 'onload'\"><img src='http://127.0.0.1:%u/i.png'>"
  "<img srcset='http://127.0.0.1:%u/s.png 2x'>"
  "<iframe src='http://127.0.0.1:%u/frame'></iframe><object data='http://127.0.0.1:%u/o'></object>"
  "<video src='http://127.0.0.1:%u/v' poster='http://127.0.0.1:%u/poster' autoplay></video>"
  "<audio src='http://127.0.0.1:%u/a' autoplay></audio><svg><image href='http://127.0.0.1:%u/svg.png'/></svg>"
  "<p>%s</p></body></html>";

static guint n_connections;

static gboolean
incoming_cb (void)
{
  n_connections++;

  return TRUE;
}

static gboolean
deadline_cb (gpointer data)
{
  g_error ("The page was not shown in time");

  return G_SOURCE_REMOVE;
}

/* Runs the main loop until the page called @title has been loaded. */
static void
wait_for_page (GtkWidget  *view,
               const char *title)
{
  guint source = g_timeout_add_seconds (DEADLINE_SECONDS, deadline_cb, NULL);

  for (gboolean there = FALSE; !there;)
    {
      GtkWidget *web = adw_bin_get_child (ADW_BIN (view));
      g_autofree char *shown = NULL;
      gboolean loading = TRUE;

      g_main_context_iteration (NULL, TRUE);
      if (web == NULL || web != adw_bin_get_child (ADW_BIN (view)))
        continue;

      g_object_get (web, "title", &shown, "is-loading", &loading, NULL);
      there = !loading && g_strcmp0 (shown, title) == 0;
    }

  g_source_remove (source);
}

static void
show (ValijaHtmlView *view,
      const char     *title,
      guint           port,
      gboolean        remote_images)
{
  g_autoptr(GBytes) source = g_bytes_new_static ("Subject: x\n\nx\n", 14);
  g_autoptr(ValijaMimeMessage) message = valija_mime_message_parse (source);
  g_autofree char *number = g_strdup_printf ("%u", port);
  g_autoptr(GString) document = g_string_new (page);

  g_string_replace (document, "%u", number, 0);
  g_string_replace (document, "%s", title, 0);
  valija_html_view_show (view, document->str, message, remote_images, FALSE);
  wait_for_page (GTK_WIDGET (view), title);
}

static void
test_no_network (void)
{
  g_autoptr(GSocketService) service = g_socket_service_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *cache = g_dir_make_tmp ("valija-html-XXXXXX", &error);
  GtkWidget *window = gtk_window_new ();
  ValijaHtmlView *view;
  guint16 port;

  g_assert_no_error (error);
  port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (service, "incoming", G_CALLBACK (incoming_cb), NULL);

  view = valija_html_view_new (cache, &error);
  g_assert_no_error (error);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (view));
  gtk_window_present (GTK_WINDOW (window));

  show (view, "first", port, FALSE);
  g_assert_cmpuint (n_connections, ==, 0);

  /* The compiled filter comes from the cache now. */
  show (view, "second", port, FALSE);
  g_assert_cmpuint (n_connections, ==, 0);

  /* With pictures allowed it is pictures by https, and nothing else. */
  show (view, "third", port, TRUE);
  g_assert_cmpuint (n_connections, ==, 0);

  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ui/html-view/no-network", test_no_network);

  return g_test_run ();
}
