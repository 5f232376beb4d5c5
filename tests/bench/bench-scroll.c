/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "ui/valija-application.h"

#include <stdlib.h>
#include <time.h>

/* Scrolls the message list of the application, which is started with the arguments, from one end to the other and
 * back, and says what the frames cost, and the longest turn of the main loop. With --bare it is a list of the toolkit's
 * own, whose rows have three labels and nothing behind them: less is not to be had. */

/* So many pages from each end, each as long as that of a key that is held down. */
#define PAGES           100
#define FRAMES_PER_PAGE 2
/* Of fewer rows there is nothing to scroll through yet; and the start is not what is measured here. */
#define ENOUGH_ROWS     1000
#define START_MS        1000
#define BARE_ROWS       100000

typedef struct
{
  double seconds;
  double cpu;   /* of the thread, which is what it took when nobody else wanted the processor */
} Frame;

static GtkListView *list;
static GArray *frames;       /* of Frame */
static Frame begun;
static guint n_turns;
static GPollFunc wait_for_events;
static double woken;         /* seconds: when the main loop has last been told of something to do */
static double longest;       /* seconds until it waited again; a frame may be in it */

static gpointer
find_widget (GtkWidget *widget,
             GType      type)
{
  gpointer found = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_widget (child, type);

  return found;
}

static Frame
now (void)
{
  struct timespec cpu;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &cpu);

  return (Frame) {
    .seconds = (double) g_get_monotonic_time () / G_USEC_PER_SEC,
    .cpu = (double) cpu.tv_sec + (double) cpu.tv_nsec / 1e9,
  };
}

static void
begin_cb (void)
{
  begun = now ();
}

static void
end_cb (void)
{
  Frame frame = now ();

  frame.seconds -= begun.seconds;
  frame.cpu -= begun.cpu;
  g_array_append_val (frames, frame);
}

static int
poll_cb (GPollFD *fds,
         guint    n_fds,
         int      timeout)
{
  int n_ready;

  if (woken > 0)
    longest = MAX (longest, now ().seconds - woken);
  n_ready = wait_for_events (fds, n_fds, timeout);
  woken = now ().seconds;

  return n_ready;
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  const Frame *left = a;
  const Frame *right = b;

  return (left->seconds > right->seconds) - (left->seconds < right->seconds);
}

static void
tell (void)
{
  const Frame *all = (const Frame *) (gpointer) frames->data;
  double cpu = 0;
  guint n_late = 0;

  g_array_sort (frames, compare);
  for (guint i = 0; i < frames->len; i++)
    {
      cpu = MAX (cpu, all[i].cpu);
      n_late += all[i].seconds > 0.016;
    }

  g_printerr ("scrolled median=%f worst=%f busy=%f late=%f turn=%f\n", all[frames->len / 2].seconds,
              all[frames->len - 1].seconds, cpu, 100.0 * n_late / frames->len, longest);
}

static gboolean
turn_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       application)
{
  GtkAdjustment *scrolled = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list));
  double page = gtk_adjustment_get_page_increment (scrolled);
  guint turn = n_turns++ / FRAMES_PER_PAGE;

  if (n_turns % FRAMES_PER_PAGE != 0)
    return G_SOURCE_CONTINUE;

  if (turn < PAGES)
    gtk_adjustment_set_value (scrolled, gtk_adjustment_get_value (scrolled) + page);
  else if (turn == PAGES)
    gtk_adjustment_set_value (scrolled, gtk_adjustment_get_upper (scrolled));
  else if (turn <= 2 * PAGES)
    gtk_adjustment_set_value (scrolled, gtk_adjustment_get_value (scrolled) - page);
  else if (turn == 2 * PAGES + 1)
    gtk_adjustment_set_value (scrolled, 0);
  else if (turn == 2 * PAGES + 10)
    {
      tell ();
      if (g_action_group_has_action (application, "quit"))
        g_action_group_activate_action (application, "quit", NULL);
      else
        g_application_quit (application);
      return G_SOURCE_REMOVE;
    }

  return G_SOURCE_CONTINUE;
}

static gboolean
begin_scrolling_cb (gpointer application)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (list));

  frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  g_signal_connect (clock, "before-paint", G_CALLBACK (begin_cb), NULL);
  g_signal_connect_after (clock, "after-paint", G_CALLBACK (end_cb), NULL);
  gtk_widget_add_tick_callback (GTK_WIDGET (list), turn_cb, application, NULL);
  wait_for_events = g_main_context_get_poll_func (NULL);
  g_main_context_set_poll_func (NULL, poll_cb);

  return G_SOURCE_REMOVE;
}

static gboolean
look_cb (gpointer application)
{
  GtkWindow *window = gtk_application_get_active_window (application);
  GType type = g_type_from_name ("ValijaMessagePane");
  GtkWidget *pane = window == NULL ? NULL : type != 0 ? find_widget (GTK_WIDGET (window), type) : GTK_WIDGET (window);

  list = pane != NULL ? find_widget (pane, GTK_TYPE_LIST_VIEW) : NULL;
  if (list == NULL || !gtk_widget_get_mapped (GTK_WIDGET (list)) ||
      g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (list))) < ENOUGH_ROWS)
    return G_SOURCE_CONTINUE;

  g_timeout_add (START_MS, begin_scrolling_cb, application);

  return G_SOURCE_REMOVE;
}

/* ---- The toolkit alone ---- */

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  for (guint i = 0; i < 3; i++)
    {
      GtkWidget *label = gtk_label_new (NULL);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      gtk_box_append (GTK_BOX (box), label);
    }
  gtk_list_item_set_child (item, box);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item)
{
  g_autofree char *text = g_strdup_printf ("This is the row with the number %u", gtk_list_item_get_position (item));

  for (GtkWidget *label = gtk_widget_get_first_child (gtk_list_item_get_child (item)); label != NULL;
       label = gtk_widget_get_next_sibling (label))
    gtk_label_set_text (GTK_LABEL (label), text);
}

static void
activate_cb (GtkApplication *application)
{
  GtkWidget *window = adw_application_window_new (application);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkStringList *strings = gtk_string_list_new (NULL);
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *view;

  for (guint i = 0; i < BARE_ROWS; i++)
    gtk_string_list_append (strings, "");
  view = gtk_list_view_new (GTK_SELECTION_MODEL (gtk_multi_selection_new (G_LIST_MODEL (strings))), factory);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  gtk_widget_add_css_class (view, "navigation-sidebar");
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), scroller);
  gtk_window_set_default_size (GTK_WINDOW (window), 1200, 800);
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int    argc,
      char **argv)
{
  gboolean bare = argc > 1 && g_str_equal (argv[1], "--bare");
  g_autoptr(GApplication) application = NULL;

  dex_init ();
  if (bare)
    {
      application = G_APPLICATION (adw_application_new ("org.valija.Bench", G_APPLICATION_NON_UNIQUE));
      g_signal_connect (application, "activate", G_CALLBACK (activate_cb), NULL);
    }
  else
    application = G_APPLICATION (valija_application_new ());
  g_timeout_add (50, look_cb, application);

  return g_application_run (application, bare ? 1 : argc, argv);
}
