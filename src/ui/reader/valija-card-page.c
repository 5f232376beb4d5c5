/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-card-page.h"

#include "base/valija-future.h"
#include "mime/valija-composition.h"
#include "ui/reader/valija-html-view.h"
#include "ui/reader/valija-safe-html.h"
#include "ui/valija-application.h"

struct _ValijaCardPage
{
  AdwBin             parent_instance;

  GtkWidget         *images;
  GtkScrolledWindow *scroller;
  GtkWidget         *cut;

  ValijaMimeMessage *message;
  ValijaHtmlView    *view;          /* (transfer none) (nullable) */
  gboolean           show_images;   /* by a click */
};

G_DEFINE_FINAL_TYPE (ValijaCardPage, valija_card_page, ADW_TYPE_BIN)

enum
{
  LINK_ACTIVATED,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
failed_cb (ValijaCardPage *self,
           const char     *why)
{
  g_signal_emit (self, signals[FAILED], 0, why);
}

static void
link_activated_cb (ValijaCardPage *self,
                   const char     *uri,
                   const char     *label)
{
  g_signal_emit (self, signals[LINK_ACTIVATED], 0, uri, label);
}

static void
link_hovered_cb (ValijaCardPage *self,
                 const char     *uri)
{
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->scroller), uri);
}

static gboolean
ensure_view (ValijaCardPage *self)
{
  g_autoptr(GError) error = NULL;

  if (self->view != NULL)
    return TRUE;

  self->view = valija_html_view_new (valija_application_get_cache_dir (valija_application_get_default ()), TRUE,
                                     &error);
  if (self->view == NULL)
    {
      failed_cb (self, error->message);
      return FALSE;
    }

  g_signal_connect_object (self->view, "link-activated", G_CALLBACK (link_activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "link-hovered", G_CALLBACK (link_hovered_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  g_object_bind_property (self->view, "cut", self->cut, "visible", G_BINDING_SYNC_CREATE);
  gtk_scrolled_window_set_child (self->scroller, GTK_WIDGET (self->view));

  return TRUE;
}

/* Of a page that is wider than its place that is seen first where its lines begin, whatever the interface does. */
static void
begin_at_beginning (ValijaCardPage *self,
                    gboolean        rtl)
{
  GtkTextDirection direction = rtl ? GTK_TEXT_DIR_RTL : GTK_TEXT_DIR_LTR;

  gtk_widget_set_direction (GTK_WIDGET (self->scroller), direction);
  gtk_widget_set_direction (gtk_scrolled_window_get_child (self->scroller), direction);
}

static void
sanitised_cb (DexFuture *future,
              gpointer   owner)
{
  ValijaCardPage *self = owner;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  const ValijaSafeHtml *safe;

  if (value == NULL)
    {
      failed_cb (self, error->message);
      return;
    }

  if (!ensure_view (self))
    return;

  safe = g_value_get_boxed (value);
  if (safe->own_colors)
    gtk_widget_add_css_class (GTK_WIDGET (self->scroller), "valija-paper");
  begin_at_beginning (self, safe->outcome.rtl);
  valija_html_view_show (self->view, safe->document, self->message, self->show_images, safe->own_colors);
  gtk_widget_set_visible (self->images, safe->outcome.n_blocked > 0 && !self->show_images);
}

static void
load (ValijaCardPage *self)
{
  ValijaHtmlPolicy policy = self->show_images ? VALIJA_HTML_REMOTE_IMAGES : VALIJA_HTML_LOCAL_ONLY;
  /* What is forwarded is marked as what is quoted is. */
  gboolean folded = !valija_composition_is_forward (self->message);

  valija_future_then (valija_safe_html_make (self->message, policy, folded), self, sanitised_cb);
}

static void
show_images_cb (ValijaCardPage *self)
{
  self->show_images = TRUE;
  /* The button that has the focus goes. */
  gtk_widget_child_focus (GTK_WIDGET (self->scroller), GTK_DIR_TAB_FORWARD);
  gtk_widget_set_visible (self->images, FALSE);
  load (self);
}

static void
valija_card_page_dispose (GObject *object)
{
  ValijaCardPage *self = VALIJA_CARD_PAGE (object);

  self->view = NULL;
  g_clear_object (&self->message);
  gtk_widget_dispose_template (GTK_WIDGET (self), VALIJA_TYPE_CARD_PAGE);

  G_OBJECT_CLASS (valija_card_page_parent_class)->dispose (object);
}

#define BIND(child) gtk_widget_class_bind_template_child (widget_class, ValijaCardPage, child)

static void
valija_card_page_class_init (ValijaCardPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_card_page_dispose;

  signals[LINK_ACTIVATED] = g_signal_new ("link-activated", VALIJA_TYPE_CARD_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[FAILED] = g_signal_new ("failed", VALIJA_TYPE_CARD_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                  1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-card-page.ui");
  BIND (images);
  BIND (scroller);
  BIND (cut);
  gtk_widget_class_bind_template_callback (widget_class, show_images_cb);
}

#undef BIND

/* ---- The wheel ---- */

static gboolean
scroll_cb (ValijaCardPage           *self,
           double                    dx,
           double                    dy,
           GtkEventControllerScroll *controller)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  GtkAdjustment *across = gtk_scrolled_window_get_hadjustment (self->scroller);
  double x = state & GDK_SHIFT_MASK ? dy : dx;
  double step = gtk_event_controller_scroll_get_unit (controller) == GDK_SCROLL_UNIT_WHEEL
                  ? gtk_adjustment_get_page_increment (across) / 4
                  : 1;

  if (ABS (x) <= ABS (state & GDK_SHIFT_MASK ? dx : dy))
    return GDK_EVENT_PROPAGATE;

  gtk_adjustment_set_value (across, gtk_adjustment_get_value (across) + x * step);

  return GDK_EVENT_STOP;
}

/* What scrolls in one direction alone takes the wheel of the other for that one, which would be the end of the way
 * through the conversation. */
static void
scroll_sideways_only (ValijaCardPage *self)
{
  GtkEventController *own = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkWidget *bar = gtk_scrolled_window_get_hscrollbar (self->scroller);

  valija_html_view_leave_wheel (GTK_WIDGET (self->scroller));
  valija_html_view_leave_wheel (gtk_widget_get_first_child (bar));
  g_signal_connect_object (own, "scroll", G_CALLBACK (scroll_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->scroller), own);
}

static void
valija_card_page_init (ValijaCardPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  scroll_sideways_only (self);
}

GtkWidget *
valija_card_page_new (ValijaMimeMessage *message)
{
  ValijaCardPage *self = g_object_new (VALIJA_TYPE_CARD_PAGE, NULL);

  self->message = g_object_ref (message);
  load (self);

  return GTK_WIDGET (self);
}

void
valija_card_page_complete (ValijaCardPage    *self,
                           ValijaMimeMessage *message)
{
  g_autoptr(ValijaMimeMessage) outline = NULL;

  g_return_if_fail (VALIJA_IS_CARD_PAGE (self));

  outline = g_steal_pointer (&self->message);
  self->message = g_object_ref (message);
  if (self->view != NULL)
    valija_html_view_complete (self->view, outline, message);
}
