/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-fetch-bar.h"

#include "base/valija-error.h"
#include "ui/list/valija-progress-bar.h"

#include <glib/gi18n-lib.h>

struct _ValijaFetchBar
{
  AdwBin             parent_instance;

  ValijaProgressBar *progress;
  GtkWidget         *missing;
  GtkLabel          *reason;
  GtkWidget         *button;
};

G_DEFINE_FINAL_TYPE (ValijaFetchBar, valija_fetch_bar, ADW_TYPE_BIN)

enum
{
  FETCH,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
clicked_cb (ValijaFetchBar *self)
{
  g_signal_emit (self, signals[FETCH], 0);
}

static void
valija_fetch_bar_class_init (ValijaFetchBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[FETCH] = g_signal_new ("fetch", VALIJA_TYPE_FETCH_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 0);

  g_type_ensure (VALIJA_TYPE_PROGRESS_BAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-fetch-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaFetchBar, progress);
  gtk_widget_class_bind_template_child (widget_class, ValijaFetchBar, missing);
  gtk_widget_class_bind_template_child (widget_class, ValijaFetchBar, reason);
  gtk_widget_class_bind_template_child (widget_class, ValijaFetchBar, button);
  gtk_widget_class_bind_template_callback (widget_class, clicked_cb);
}

static void
valija_fetch_bar_init (ValijaFetchBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* ---- Public ---- */

void
valija_fetch_bar_set_progress (ValijaFetchBar *self,
                               ValijaProgress *progress)
{
  g_return_if_fail (VALIJA_IS_FETCH_BAR (self));

  gtk_widget_set_visible (self->missing, FALSE);
  valija_progress_bar_set_progress (self->progress, progress);
}

void
valija_fetch_bar_set_error (ValijaFetchBar *self,
                            const GError   *error)
{
  g_autofree char *title = NULL;
  GtkWidget *focus;
  gboolean focused;

  g_return_if_fail (VALIJA_IS_FETCH_BAR (self));

  focus = gtk_widget_get_focus_child (GTK_WIDGET (self->progress));
  focused = focus != NULL;
  valija_fetch_bar_set_progress (self, NULL);
  if (error == NULL)
    return;

  title = valija_error_is_cancelled (error) ? g_strdup (_("The rest of the message was not fetched."))
                                            : valija_error_dup_title (error);
  gtk_label_set_text (self->reason, title);
  gtk_widget_set_visible (self->missing, TRUE);
  /* The button that had it is gone. */
  if (focused)
    gtk_widget_grab_focus (self->button);
}
