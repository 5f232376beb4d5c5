/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/replies/valija-time-row.h"

#include "ui/valija-format.h"

struct _ValijaTimeRow
{
  AdwActionRow   parent_instance;

  GtkMenuButton *button;
  GtkCalendar   *calendar;
  GtkSpinButton *hour;
  GtkSpinButton *minute;
};

G_DEFINE_FINAL_TYPE (ValijaTimeRow, valija_time_row, ADW_TYPE_ACTION_ROW)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
changed_cb (ValijaTimeRow *self)
{
  g_autofree char *text = valija_format_full (valija_time_row_get_time (self));

  gtk_menu_button_set_label (self->button, text);
  g_signal_emit (self, signals[CHANGED], 0);
}

static gboolean
output_cb (GtkSpinButton *spin,
           gpointer       data)
{
  g_autofree char *text = g_strdup_printf ("%02d", gtk_spin_button_get_value_as_int (spin));

  gtk_editable_set_text (GTK_EDITABLE (spin), text);

  return TRUE;
}

static void
valija_time_row_class_init (ValijaTimeRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-time-row.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaTimeRow, button);
  gtk_widget_class_bind_template_child (widget_class, ValijaTimeRow, calendar);
  gtk_widget_class_bind_template_child (widget_class, ValijaTimeRow, hour);
  gtk_widget_class_bind_template_child (widget_class, ValijaTimeRow, minute);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, output_cb);
}

static void
valija_time_row_init (ValijaTimeRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

gint64
valija_time_row_get_time (ValijaTimeRow *self)
{
  g_autoptr(GDateTime) day = NULL;
  g_autoptr(GDateTime) time = NULL;

  g_return_val_if_fail (VALIJA_IS_TIME_ROW (self), 0);

  day = gtk_calendar_get_date (self->calendar);
  time = g_date_time_new_local (g_date_time_get_year (day), g_date_time_get_month (day),
                                g_date_time_get_day_of_month (day), gtk_spin_button_get_value_as_int (self->hour),
                                gtk_spin_button_get_value_as_int (self->minute), 0);

  return time != NULL ? g_date_time_to_unix (time) : 0;
}

void
valija_time_row_set_time (ValijaTimeRow *self,
                          gint64         seconds)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_local (seconds);

  g_return_if_fail (VALIJA_IS_TIME_ROW (self));
  g_return_if_fail (time != NULL);

  gtk_calendar_select_day (self->calendar, time);
  gtk_spin_button_set_value (self->hour, g_date_time_get_hour (time));
  gtk_spin_button_set_value (self->minute, g_date_time_get_minute (time));
  changed_cb (self);
}
