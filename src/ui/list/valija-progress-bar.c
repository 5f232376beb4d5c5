/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/list/valija-progress-bar.h"

#include "ui/valija-format.h"

#include <glib/gi18n-lib.h>

#define SHOW_AFTER_MS 400  /* what is quicker than this is not worth a look */
#define PULSE_MS 120

struct _ValijaProgressBar
{
  AdwBin          parent_instance;

  GtkRevealer    *revealer;
  GtkLabel       *label;
  GtkProgressBar *bar;

  ValijaProgress *progress;
  gulong          notify_id;
  guint           show_source;
  guint           pulse_source;
};

G_DEFINE_FINAL_TYPE (ValijaProgressBar, valija_progress_bar, ADW_TYPE_BIN)

enum
{
  CANCELLED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
pulse_cb (gpointer data)
{
  ValijaProgressBar *self = data;

  gtk_progress_bar_pulse (self->bar);

  return G_SOURCE_CONTINUE;
}

/* Once pulsed, a bar asks for every frame, seen or not, until it is told a fraction. */
static void
stop_pulse (ValijaProgressBar *self)
{
  if (self->pulse_source == 0)
    return;

  g_clear_handle_id (&self->pulse_source, g_source_remove);
  gtk_progress_bar_set_fraction (self->bar, 0);
}

static char *
dup_text (ValijaProgress *progress)
{
  const char *title = valija_progress_get_title (progress);
  const char *detail = valija_progress_get_detail (progress);
  g_autofree char *amount = valija_format_progress (progress);
  const char *more = amount != NULL ? amount : detail;

  /* Translators: what is being done, and with what, or how much of it is done: "Checking for mail, Inbox",
   * "Fetching mail, 1,200 of 5,000" */
  return more != NULL ? g_strdup_printf (_("%s, %s"), title, more) : g_strdup (title);
}

static void
update (ValijaProgressBar *self)
{
  double fraction = valija_progress_get_fraction (self->progress);
  g_autofree char *text = dup_text (self->progress);

  gtk_label_set_text (self->label, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->label), text);

  if (valija_progress_get_finished (self->progress))
    {
      valija_progress_bar_set_progress (self, NULL);
      return;
    }

  if (fraction >= 0)
    {
      stop_pulse (self);
      gtk_progress_bar_set_fraction (self->bar, fraction);
    }
  else if (self->pulse_source == 0 && gtk_revealer_get_reveal_child (self->revealer))
    self->pulse_source = g_timeout_add (PULSE_MS, pulse_cb, self);
}

static gboolean
show_cb (gpointer data)
{
  ValijaProgressBar *self = data;

  self->show_source = 0;
  gtk_revealer_set_reveal_child (self->revealer, TRUE);
  update (self);

  return G_SOURCE_REMOVE;
}

static void
cancel_cb (ValijaProgressBar *self)
{
  if (self->progress == NULL)
    return;

  valija_progress_cancel (self->progress);
  valija_progress_bar_set_progress (self, NULL);
  g_signal_emit (self, signals[CANCELLED], 0);
}

static void
valija_progress_bar_dispose (GObject *object)
{
  ValijaProgressBar *self = VALIJA_PROGRESS_BAR (object);

  g_clear_handle_id (&self->show_source, g_source_remove);
  g_clear_handle_id (&self->pulse_source, g_source_remove);
  if (self->progress != NULL)
    g_clear_signal_handler (&self->notify_id, self->progress);
  g_clear_object (&self->progress);

  G_OBJECT_CLASS (valija_progress_bar_parent_class)->dispose (object);
}

static void
valija_progress_bar_class_init (ValijaProgressBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_progress_bar_dispose;

  signals[CANCELLED] = g_signal_new ("cancelled", VALIJA_TYPE_PROGRESS_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-progress-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaProgressBar, revealer);
  gtk_widget_class_bind_template_child (widget_class, ValijaProgressBar, label);
  gtk_widget_class_bind_template_child (widget_class, ValijaProgressBar, bar);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
}

static void
valija_progress_bar_init (ValijaProgressBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
valija_progress_bar_set_progress (ValijaProgressBar *self,
                                  ValijaProgress    *progress)
{
  g_return_if_fail (VALIJA_IS_PROGRESS_BAR (self));

  if (self->progress == progress)
    return;

  if (self->progress != NULL)
    g_clear_signal_handler (&self->notify_id, self->progress);
  g_set_object (&self->progress, progress);
  g_clear_handle_id (&self->show_source, g_source_remove);
  stop_pulse (self);

  if (progress == NULL)
    {
      gtk_revealer_set_reveal_child (self->revealer, FALSE);
      return;
    }

  self->notify_id = g_signal_connect_object (progress, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  if (gtk_revealer_get_reveal_child (self->revealer))
    update (self);
  else
    self->show_source = g_timeout_add (SHOW_AFTER_MS, show_cb, self);
}
