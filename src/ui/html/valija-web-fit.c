/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/html/valija-web-fit.h"

#include "ui/reader/valija-html-view.h"

/* Pixels of the screen: more is more memory than a page in between others is worth, and more than a texture holds. */
#define MAX_HEIGHT 8000

/* The page is asked for its size again where it still has the width of before. */
#define MAX_TRIES 20

/* While a window's edge is dragged the page is not measured at each step. */
#define SETTLE_MS 80

/* A process that does not answer for so long is kept busy by one of its pages, at the cost of all of them; on a machine
 * that is busy itself it takes some seconds. */
#define ANSWER_SECONDS 10

struct _ValijaWebFit
{
  GtkWidget      parent_instance;

  WebKitWebView *view;
  GCancellable  *cancellable;   /* (nullable): of the page that is asked for its size */
  int            width;         /* that it was given */
  int            min_width;     /* of a page that is wider than its place, else 0 */
  int            height;
  gboolean       cut;
  gboolean       measuring;
  gboolean       again;         /* something changed while it was measured */
  guint          n_tries;
  gboolean       laid_out;  /* a picture of its width has come */
  guint          settle_source;
  guint          answer_source; /* while it is asked */
};

G_DEFINE_FINAL_TYPE (ValijaWebFit, valija_web_fit, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_CUT,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

static void ask (ValijaWebFit *self);

static void
begin (ValijaWebFit *self)
{
  if (self->measuring)
    {
      self->again = TRUE;
      return;
    }

  if (self->width != self->min_width)
    self->min_width = 0;
  self->measuring = TRUE;
  self->laid_out = FALSE;
  self->n_tries = 0;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static gboolean
settled_cb (gpointer data)
{
  ValijaWebFit *self = data;

  self->settle_source = 0;
  begin (self);

  return G_SOURCE_REMOVE;
}

static void
settle (ValijaWebFit *self)
{
  g_clear_handle_id (&self->settle_source, g_source_remove);
  self->settle_source = g_timeout_add (SETTLE_MS, settled_cb, self);
}

static void
take_size (ValijaWebFit *self)
{
  int max_height = MAX_HEIGHT / gtk_widget_get_scale_factor (GTK_WIDGET (self));
  int width, height;

  /* The view does not say when what it would like has changed. */
  gtk_widget_queue_resize (GTK_WIDGET (self->view));
  gtk_widget_measure (GTK_WIDGET (self->view), GTK_ORIENTATION_HORIZONTAL, -1, NULL, &width, NULL, NULL);
  gtk_widget_measure (GTK_WIDGET (self->view), GTK_ORIENTATION_VERTICAL, -1, NULL, &height, NULL, NULL);

  self->measuring = FALSE;
  self->height = MIN (height, max_height);
  if (width > self->width && self->min_width == 0)
    self->min_width = width;
  gtk_widget_queue_resize (GTK_WIDGET (self));
  if (self->cut != (height > max_height))
    {
      self->cut = height > max_height;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CUT]);
    }

  if (self->again)
    {
      self->again = FALSE;
      settle (self);
    }
}

/* A picture of the one line that the view is high comes when the page has been laid out for it. */
static void
asked_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      data)
{
  g_autoptr(ValijaWebFit) self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GdkTexture) texture = webkit_web_view_get_snapshot_finish (WEBKIT_WEB_VIEW (object), result, &error);
  int width;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->view == NULL)
    return;

  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->answer_source, g_source_remove);
  width = texture != NULL ? gdk_texture_get_width (texture) / gtk_widget_get_scale_factor (GTK_WIDGET (self)) : 0;
  /* The first may come before what the page would like; the next does not */
  if ((width != self->width || !self->laid_out) && self->n_tries < MAX_TRIES)
    {
      self->laid_out = width == self->width;
      ask (self);
    }
  else
    {
      take_size (self);
    }
}

/* It ends as by a crash, and each of its views says so. */
static gboolean
no_answer_cb (gpointer data)
{
  ValijaWebFit *self = data;

  /* What is not seen may take its time */
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return G_SOURCE_CONTINUE;

  self->answer_source = 0;
  webkit_web_view_terminate_web_process (self->view);

  return G_SOURCE_REMOVE;
}

static void
ask (ValijaWebFit *self)
{
  self->n_tries++;
  self->answer_source = g_timeout_add_seconds (ANSWER_SECONDS, no_answer_cb, self);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  webkit_web_view_get_snapshot (self->view, WEBKIT_SNAPSHOT_REGION_VISIBLE, WEBKIT_SNAPSHOT_OPTIONS_NONE,
                                self->cancellable, asked_cb, g_object_ref (self));
}

/* ---- When it is measured ---- */

static void
load_changed_cb (ValijaWebFit   *self,
                 WebKitLoadEvent event)
{
  if (event == WEBKIT_LOAD_COMMITTED || event == WEBKIT_LOAD_FINISHED)
    begin (self);
}

static void
resource_cb (ValijaWebFit      *self,
             WebKitWebResource *resource)
{
  /* A picture that takes its time must not keep the text away. */
  g_signal_connect_object (resource, "finished", G_CALLBACK (settle), self, G_CONNECT_SWAPPED);
}

/* ---- Widget ---- */

static void
valija_web_fit_measure (GtkWidget     *widget,
                        GtkOrientation orientation,
                        int            for_size,
                        int           *minimum,
                        int           *natural,
                        int           *minimum_baseline,
                        int           *natural_baseline)
{
  ValijaWebFit *self = VALIJA_WEB_FIT (widget);

  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? self->height : self->min_width;
}

static void
valija_web_fit_size_allocate (GtkWidget *widget,
                              int        width,
                              int        height,
                              int        baseline)
{
  ValijaWebFit *self = VALIJA_WEB_FIT (widget);
  GtkAllocation place = { 0, 0, width, self->measuring ? 1 : MAX (height, 1) };

  if (self->view == NULL)
    return;

  gtk_widget_size_allocate (GTK_WIDGET (self->view), &place, -1);

  if (width != self->width)
    {
      self->width = width;
      settle (self);
    }
  if (self->measuring && self->cancellable == NULL)
    ask (self);
}

static void
valija_web_fit_dispose (GObject *object)
{
  ValijaWebFit *self = VALIJA_WEB_FIT (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->settle_source, g_source_remove);
  g_clear_handle_id (&self->answer_source, g_source_remove);
  if (self->view != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->view));
  self->view = NULL;

  G_OBJECT_CLASS (valija_web_fit_parent_class)->dispose (object);
}

static void
valija_web_fit_get_property (GObject    *object,
                             guint       id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  ValijaWebFit *self = VALIJA_WEB_FIT (object);

  switch (id)
    {
    case PROP_CUT:
      g_value_set_boolean (value, self->cut);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
valija_web_fit_class_init (ValijaWebFitClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_web_fit_dispose;
  object_class->get_property = valija_web_fit_get_property;
  widget_class->measure = valija_web_fit_measure;
  widget_class->size_allocate = valija_web_fit_size_allocate;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GENERIC);

  properties[PROP_CUT] = g_param_spec_boolean ("cut", NULL, NULL, FALSE,
                                               G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
valija_web_fit_init (ValijaWebFit *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

GtkWidget *
valija_web_fit_new (WebKitWebView *view)
{
  ValijaWebFit *self = g_object_new (VALIJA_TYPE_WEB_FIT, NULL);

  self->view = view;
  gtk_widget_set_parent (GTK_WIDGET (view), GTK_WIDGET (self));
  /* It takes the wheel for itself even where nothing can be scrolled in it */
  valija_html_view_leave_wheel (GTK_WIDGET (view));
  g_signal_connect_object (view, "load-changed", G_CALLBACK (load_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "resource-load-started", G_CALLBACK (resource_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_widget_get_settings (GTK_WIDGET (view)), "notify::gtk-xft-dpi", G_CALLBACK (settle),
                           self, G_CONNECT_SWAPPED);

  return GTK_WIDGET (self);
}

void
valija_web_fit_measure_again (ValijaWebFit *self)
{
  g_return_if_fail (VALIJA_IS_WEB_FIT (self));

  settle (self);
}
