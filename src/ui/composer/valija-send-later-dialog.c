/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/composer/valija-send-later-dialog.h"

#include "ui/valija-format.h"

#include <glib/gi18n-lib.h>

#define MORNING_HOUR 8

struct _ValijaSendLaterDialog
{
  AdwDialog    parent_instance;

  GtkButton     *schedule;
  GtkCalendar   *calendar;
  GtkSpinButton *hour;
  GtkSpinButton *minute;
  GtkLabel      *note;
};

G_DEFINE_FINAL_TYPE (ValijaSendLaterDialog, valija_send_later_dialog, ADW_TYPE_DIALOG)

enum
{
  SCHEDULED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* 0 for an hour that this day does not have. */
static gint64
get_time (ValijaSendLaterDialog *self)
{
  g_autoptr(GDateTime) day = gtk_calendar_get_date (self->calendar);
  g_autoptr(GDateTime) time = NULL;

  time = g_date_time_new_local (g_date_time_get_year (day), g_date_time_get_month (day),
                                g_date_time_get_day_of_month (day), gtk_spin_button_get_value_as_int (self->hour),
                                gtk_spin_button_get_value_as_int (self->minute), 0);

  return time != NULL ? g_date_time_to_unix (time) : 0;
}

static gboolean
has_passed (gint64 time)
{
  return time <= g_get_real_time () / G_USEC_PER_SEC;
}

static void
changed_cb (ValijaSendLaterDialog *self)
{
  gint64 time = get_time (self);
  g_autofree char *when = valija_format_full (time);
  g_autofree char *text = NULL;

  if (has_passed (time))
    text = g_strdup (_("This time has passed. Choose a later one."));
  else
    /* Translators: %s is a day and a time */
    text = g_strdup_printf (_("Valija sends the message on %s if it is open then, and otherwise when it is next"
                              " opened."), when);

  gtk_label_set_text (self->note, text);
  gtk_widget_set_sensitive (GTK_WIDGET (self->schedule), !has_passed (time));
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
cancel_cb (ValijaSendLaterDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static void
schedule_cb (ValijaSendLaterDialog *self)
{
  gint64 time = get_time (self);

  /* It may have stood here for long. */
  if (has_passed (time))
    {
      changed_cb (self);
      return;
    }

  g_object_ref (self);
  adw_dialog_close (ADW_DIALOG (self));
  g_signal_emit (self, signals[SCHEDULED], 0, time);
  g_object_unref (self);
}

static void
valija_send_later_dialog_class_init (ValijaSendLaterDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[SCHEDULED] = g_signal_new ("scheduled", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_INT64);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-send-later-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaSendLaterDialog, schedule);
  gtk_widget_class_bind_template_child (widget_class, ValijaSendLaterDialog, calendar);
  gtk_widget_class_bind_template_child (widget_class, ValijaSendLaterDialog, hour);
  gtk_widget_class_bind_template_child (widget_class, ValijaSendLaterDialog, minute);
  gtk_widget_class_bind_template_child (widget_class, ValijaSendLaterDialog, note);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, output_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, schedule_cb);
}

static void
valija_send_later_dialog_init (ValijaSendLaterDialog *self)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autoptr(GDateTime) soon = g_date_time_add_hours (now, 1);

  gtk_widget_init_template (GTK_WIDGET (self));

  gtk_calendar_select_day (self->calendar, soon);
  gtk_spin_button_set_value (self->hour, g_date_time_get_hour (soon));
  gtk_spin_button_set_value (self->minute, 0);
  changed_cb (self);
}

AdwDialog *
valija_send_later_dialog_new (void)
{
  return g_object_new (VALIJA_TYPE_SEND_LATER_DIALOG, NULL);
}

static gint64
morning_after (GDateTime *now,
               int        days)
{
  g_autoptr(GDateTime) day = g_date_time_add_days (now, days);
  g_autoptr(GDateTime) morning = NULL;

  morning = g_date_time_new (g_date_time_get_timezone (day), g_date_time_get_year (day), g_date_time_get_month (day),
                             g_date_time_get_day_of_month (day), MORNING_HOUR, 0, 0);

  return g_date_time_to_unix (morning);
}

gint64
valija_send_later_tomorrow (GDateTime *now)
{
  return morning_after (now, 1);
}

gint64
valija_send_later_monday (GDateTime *now)
{
  return morning_after (now, 8 - g_date_time_get_day_of_week (now));
}
