/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-message-window.h"

#include "ui/reader/valija-reader.h"

struct _ValijaMessageWindow
{
  AdwApplicationWindow parent_instance;

  ValijaReader        *reader;
};

G_DEFINE_FINAL_TYPE (ValijaMessageWindow, valija_message_window, ADW_TYPE_APPLICATION_WINDOW)

static void
valija_message_window_class_init (ValijaMessageWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (VALIJA_TYPE_READER);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-message-window.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaMessageWindow, reader);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
valija_message_window_init (ValijaMessageWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
valija_message_window_new (GtkApplication *application,
                           ValijaEngine   *engine,
                           GBytes         *source)
{
  ValijaMessageWindow *self = g_object_new (VALIJA_TYPE_MESSAGE_WINDOW, "application", application, NULL);

  valija_reader_set_engine (self->reader, engine);
  valija_reader_show_source (self->reader, source);

  return GTK_WIDGET (self);
}
