/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-source-dialog.h"

#define MAX_SHOWN (512 * 1024) /* bytes; more would block the main loop for longer than a frame */

struct _ValijaSourceDialog
{
  AdwDialog    parent_instance;

  AdwBanner   *cut;
  GtkTextView *view;
};

G_DEFINE_FINAL_TYPE (ValijaSourceDialog, valija_source_dialog, ADW_TYPE_DIALOG)

static void
copy_cb (ValijaSourceDialog *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  GtkTextIter start, end;
  g_autofree char *text = NULL;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
}

static void
valija_source_dialog_class_init (ValijaSourceDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-source-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaSourceDialog, cut);
  gtk_widget_class_bind_template_child (widget_class, ValijaSourceDialog, view);
  gtk_widget_class_bind_template_callback (widget_class, copy_cb);
}

static void
valija_source_dialog_init (ValijaSourceDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
valija_source_dialog_new (GBytes *source)
{
  ValijaSourceDialog *self = g_object_new (VALIJA_TYPE_SOURCE_DIALOG, NULL);
  gsize size = g_bytes_get_size (source);
  g_autofree char *text = g_utf8_make_valid (g_bytes_get_data (source, NULL), MIN (size, MAX_SHOWN));

  /* The line ends of the wire are not shown as characters of their own. */
  g_autoptr(GString) lines = g_string_new (text);
  g_string_replace (lines, "\r\n", "\n", 0);

  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->view), lines->str, -1);
  adw_banner_set_revealed (self->cut, size > MAX_SHOWN);

  return ADW_DIALOG (self);
}
