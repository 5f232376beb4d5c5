/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-html-view.h"

#include <signal.h>
#include <unistd.h>

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

/* (nullable): WebKit's; of one that is fitted it is one deeper. */
static GtkWidget *
get_web (GtkWidget *view)
{
  GtkWidget *web = adw_bin_get_child (ADW_BIN (view));

  return web == NULL || g_object_class_find_property (G_OBJECT_GET_CLASS (web), "title") != NULL
           ? web : gtk_widget_get_first_child (web);
}

/* Runs the main loop until the page called @title has been loaded. */
static void
wait_for_page (GtkWidget  *view,
               const char *title)
{
  guint source = g_timeout_add_seconds (DEADLINE_SECONDS, deadline_cb, NULL);

  for (gboolean there = FALSE; !there;)
    {
      GtkWidget *web = get_web (view);
      g_autofree char *shown = NULL;
      gboolean loading = TRUE;

      g_main_context_iteration (NULL, TRUE);
      if (web == NULL || web != get_web (view))
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
check_network (gconstpointer data)
{
  gboolean fitted = GPOINTER_TO_INT (data);
  g_autoptr(GSocketService) service = g_socket_service_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *cache = g_dir_make_tmp ("valija-html-XXXXXX", &error);
  GtkWidget *window = gtk_window_new ();
  ValijaHtmlView *view;
  guint16 port;

  g_assert_no_error (error);
  n_connections = 0;
  port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (service, "incoming", G_CALLBACK (incoming_cb), NULL);

  view = valija_html_view_new (cache, fitted, &error);
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

/* ---- As high as its page ---- */

#define TEXT "Twelve kilometres along the water, two hours of rest, and back before it is dark. "

static int
get_height (ValijaHtmlView *view)
{
  return gtk_widget_get_height (GTK_WIDGET (view));
}

static void
show_text (ValijaHtmlView *view,
           const char     *body)
{
  g_autoptr(GBytes) source = g_bytes_new_static ("Subject: x\n\nx\n", 14);
  g_autoptr(ValijaMimeMessage) message = valija_mime_message_parse (source);
  g_autofree char *document = g_strdup_printf ("<!DOCTYPE html><title>text</title><body>%s", body);

  valija_html_view_show (view, document, message, FALSE, FALSE);
}

static char *
repeat (const char *text,
        guint       n)
{
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (all, text);

  return g_string_free (all, FALSE);
}

#define WAIT_FOR(condition) \
  G_STMT_START { \
    guint source = g_timeout_add_seconds (DEADLINE_SECONDS, deadline_cb, NULL); \
    while (!(condition)) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (source); \
  } G_STMT_END

static GtkWidget *
create_scroller (ValijaHtmlView *view)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (view));
  gtk_widget_set_valign (scroller, GTK_ALIGN_START);

  return scroller;
}

/* It grows with its page and shrinks with it: by what is in it, by the room that there is, and not by what it was
 * before; what is wider than that can be scrolled to; and an endless one is cut. */
static void
test_fitted (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *cache = g_dir_make_tmp ("valija-html-XXXXXX", &error);
  GtkWidget *window = gtk_window_new ();
  GtkWidget *outer = gtk_scrolled_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autofree char *long_text = repeat (TEXT, 60);
  g_autofree char *endless = repeat ("<p>" TEXT, 2000);
  ValijaHtmlView *view = valija_html_view_new (cache, TRUE, &error);
  ValijaHtmlView *other;
  gboolean cut;
  int narrow;

  g_assert_no_error (error);
  gtk_box_append (GTK_BOX (box), create_scroller (view));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (outer), box);
  gtk_window_set_child (GTK_WINDOW (window), outer);
  gtk_window_set_default_size (GTK_WINDOW (window), 400, 300);
  gtk_window_present (GTK_WINDOW (window));

  show_text (view, long_text);
  WAIT_FOR (get_height (view) > 600);
  narrow = get_height (view);

  gtk_window_set_default_size (GTK_WINDOW (window), 800, 300);
  WAIT_FOR (get_height (view) > 100 && get_height (view) < narrow * 2 / 3);

  show_text (view, "One line");
  WAIT_FOR (get_height (view) > 0 && get_height (view) < 60);

  show_text (view, "<div style='width: 1500px; height: 200px'>wide</div>");
  WAIT_FOR (gtk_widget_get_width (GTK_WIDGET (view)) >= 1500 && get_height (view) >= 200 && get_height (view) < 260);

  show_text (view, endless);
  WAIT_FOR (get_height (view) == 8000);
  g_object_get (view, "cut", &cut, NULL);
  g_assert_true (cut);

  /* Another shares its process, and goes its own way */
  other = valija_html_view_new (cache, TRUE, &error);
  g_assert_no_error (error);
  gtk_box_append (GTK_BOX (box), create_scroller (other));
  show_text (other, "One line");
  WAIT_FOR (get_height (other) > 0 && get_height (other) < 60);
  g_assert_cmpint (get_height (view), ==, 8000);
  gtk_box_remove (GTK_BOX (box), gtk_widget_get_first_child (box));
  show_text (other, long_text);
  WAIT_FOR (get_height (other) > 200);

  gtk_window_destroy (GTK_WINDOW (window));
}

/* ---- Pictures of its own ---- */

/* @png by the name that each message has for its first picture. */
static void
show_picture (ValijaHtmlView *view,
              const char     *png)
{
  g_autofree char *text = g_strdup_printf ("MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n"
                                           "--b\nContent-Type: text/html\n\n<img src='cid:image001'>\n"
                                           "--b\nContent-Type: image/png\nContent-ID: <image001>\n"
                                           "Content-Transfer-Encoding: base64\n\n%s\n--b--\n", png);
  g_autoptr(GBytes) source = g_bytes_new (text, strlen (text));
  g_autoptr(ValijaMimeMessage) message = valija_mime_message_parse (source);

  valija_html_view_show (view, "<!DOCTYPE html><title>picture</title><body><img src='cid:image001'>", message, FALSE,
                         FALSE);
}

static const char low[] = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAoAQAAAADr2IYQAAAADElEQVR42mNgoC4AAABQAAHNzSSGAAAAAElFTkSu"
                          "QmCC";
static const char high[] = "iVBORw0KGgoAAAANSUhEUgAAAAgAAADIAQAAAAD9nJ2SAAAADklEQVR42mNgGAWDCQAAAZAAAc7TXogAAAAASUVO"
                           "RK5CYII=";

static void
test_pictures (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *cache = g_dir_make_tmp ("valija-html-XXXXXX", &error);
  GtkWidget *window = gtk_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  ValijaHtmlView *one, *other;

  g_assert_no_error (error);
  one = valija_html_view_new (cache, TRUE, &error);
  g_assert_no_error (error);
  other = valija_html_view_new (cache, TRUE, &error);
  g_assert_no_error (error);
  gtk_box_append (GTK_BOX (box), create_scroller (one));
  gtk_box_append (GTK_BOX (box), create_scroller (other));
  gtk_window_set_child (GTK_WINDOW (window), box);
  gtk_window_present (GTK_WINDOW (window));

  show_picture (one, low);
  WAIT_FOR (get_height (one) >= 40 && get_height (one) < 80);
  show_picture (other, high);
  WAIT_FOR (get_height (other) >= 200 && get_height (other) < 240);

  /* The same the other way round, of what the process may have kept */
  show_picture (one, high);
  WAIT_FOR (get_height (one) >= 200 && get_height (one) < 240);
  show_picture (other, low);
  WAIT_FOR (get_height (other) >= 40 && get_height (other) < 80);
  g_assert_cmpint (get_height (one), >=, 200);

  gtk_window_destroy (GTK_WINDOW (window));
}

#define WITHOUT_PICTURE                                                                                                \
  "Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n<img src='cid:image001'>\n"

/* With @png or, where that is NULL, without its picture, which is still to come. */
static ValijaMimeMessage *
create_message (const char *png)
{
  g_autofree char *text = g_strdup_printf (WITHOUT_PICTURE
                                           "--b\nContent-Type: image/png\nContent-ID: <image001>\n"
                                           "Content-Disposition: inline; size=40000\n"
                                           "Content-Transfer-Encoding: base64\n\n%s\n--b--\n", png != NULL ? png : "");
  g_autoptr(GBytes) source = g_bytes_new (text, strlen (text));

  return png != NULL ? valija_mime_message_parse (source) : valija_mime_message_parse_outline (source);
}

/* Of which nobody has told yet that there is a picture. */
static ValijaMimeMessage *
create_beginning (void)
{
  g_autoptr(GBytes) source = g_bytes_new_static (WITHOUT_PICTURE, strlen (WITHOUT_PICTURE));

  return valija_mime_message_parse_outline (source);
}

/* The text of a page does not wait for a picture that has not come, and stays where it is when that comes. */
static void
test_absent_pictures (gconstpointer data)
{
  static const char document[] = "<!DOCTYPE html><title>picture</title><body>One line<br><img src='cid:image001'>";
  g_autoptr(GError) error = NULL;
  g_autofree char *cache = g_dir_make_tmp ("valija-html-XXXXXX", &error);
  GtkWidget *window = gtk_window_new ();
  g_autoptr(ValijaMimeMessage) outline = data != NULL ? create_message (NULL) : create_beginning ();
  g_autoptr(ValijaMimeMessage) other = create_message (NULL);
  g_autoptr(ValijaMimeMessage) message = create_message (high);
  ValijaHtmlView *view;
  GtkWidget *web;

  g_assert_no_error (error);
  view = valija_html_view_new (cache, TRUE, &error);
  g_assert_no_error (error);
  gtk_window_set_child (GTK_WINDOW (window), create_scroller (view));
  gtk_window_present (GTK_WINDOW (window));

  valija_html_view_show (view, document, outline, FALSE, FALSE);
  WAIT_FOR (get_height (view) > 0 && get_height (view) < 80);
  web = get_web (GTK_WIDGET (view));
  valija_html_view_complete (view, other, message);
  valija_html_view_complete (view, outline, message);
  WAIT_FOR (get_height (view) >= 200 && get_height (view) < 280);
  g_assert_true (get_web (GTK_WIDGET (view)) == web);

  /* One that never comes is not waited for when something else is shown */
  valija_html_view_show (view, document, other, FALSE, FALSE);
  WAIT_FOR (get_height (view) > 0 && get_height (view) < 80);
  show_picture (view, low);
  WAIT_FOR (get_height (view) >= 40 && get_height (view) < 80);

  valija_html_view_show (view, document, other, FALSE, FALSE);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* ---- One that does not answer ---- */

#define NAME_SIZE 16

/* Reads what /proc has of @process, and gives the process that began it; 0 for none. */
static int
read_process (int   process,
              char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", process);
  g_autofree char *stat = NULL;
  const char *begin, *end;

  if (!g_file_get_contents (path, &stat, NULL, NULL) || (begin = strchr (stat, '(')) == NULL ||
      (end = strchr (begin, ')')) == NULL || strlen (end) < strlen (") S 1"))
    return 0;

  g_strlcpy (name, begin + 1, MIN (NAME_SIZE, (gsize) (end - begin)));
  return (int) g_ascii_strtoll (end + strlen (") S "), NULL, 10);
}

/* Stops the processes that this one has for pages, as a page would that keeps them busy. (transfer full): which */
static GArray *
stop_web_processes (void)
{
  GArray *stopped = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr(GDir) processes = g_dir_open ("/proc", 0, NULL);

  for (const char *entry; (entry = g_dir_read_name (processes)) != NULL;)
    {
      int process = (int) g_ascii_strtoll (entry, NULL, 10);
      char name[NAME_SIZE], other[NAME_SIZE];
      int ancestor = process > 0 ? read_process (process, name) : 0;

      while (ancestor > 0 && ancestor != getpid ())
        ancestor = read_process (ancestor, other);
      if (ancestor == 0 || !g_str_equal (name, "WebKitWebProces"))
        continue;

      g_assert_cmpint (kill (process, SIGSTOP), ==, 0);
      g_array_append_val (stopped, process);
    }

  g_assert_cmpuint (stopped->len, >, 0);

  return stopped;
}

static void
failed_cb (gboolean *failed)
{
  *failed = TRUE;
}

static void
test_no_answer (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *cache = g_dir_make_tmp ("valija-html-XXXXXX", &error);
  GtkWidget *window = gtk_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  ValijaHtmlView *views[2];
  gboolean failed[2] = { FALSE, FALSE };
  g_autoptr(GArray) stopped = NULL;
  /* GTK warns where a page's process dies while it is joined to the accessibility tree */
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK);

  g_assert_no_error (error);
  gtk_window_set_child (GTK_WINDOW (window), box);
  gtk_window_present (GTK_WINDOW (window));
  for (guint i = 0; i < 2; i++)
    {
      views[i] = valija_html_view_new (cache, TRUE, &error);
      g_assert_no_error (error);
      g_signal_connect_swapped (views[i], "failed", G_CALLBACK (failed_cb), &failed[i]);
      gtk_box_append (GTK_BOX (box), create_scroller (views[i]));
      if (i == 1)
        stopped = stop_web_processes ();
      show_text (views[i], "One line");
      WAIT_FOR (i == 1 || get_height (views[i]) > 0);
    }

  WAIT_FOR (failed[0] && failed[1]);
  gtk_window_destroy (GTK_WINDOW (window));

  /* One that is kept for the next page is not ended with those, and would hold what waits for the end of this test */
  for (guint i = 0; i < stopped->len; i++)
    kill (g_array_index (stopped, int, i), SIGKILL);
  g_log_set_always_fatal (fatal);
}

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/ui/html-view/no-network", GINT_TO_POINTER (FALSE), check_network);
  g_test_add_data_func ("/ui/html-view/no-network/fitted", GINT_TO_POINTER (TRUE), check_network);
  g_test_add_func ("/ui/html-view/fitted", test_fitted);
  g_test_add_func ("/ui/html-view/pictures", test_pictures);
  g_test_add_data_func ("/ui/html-view/absent-pictures/told", "told", test_absent_pictures);
  g_test_add_data_func ("/ui/html-view/absent-pictures/untold", NULL, test_absent_pictures);
  g_test_add_func ("/ui/html-view/no-answer", test_no_answer);

  return g_test_run ();
}
