/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-sender-note.h"

#include "ui/reader/valija-sender-check.h"

struct _ValijaSenderNote
{
  AdwBin    parent_instance;

  GtkLabel *text;
};

G_DEFINE_FINAL_TYPE (ValijaSenderNote, valija_sender_note, ADW_TYPE_BIN)

static void
valija_sender_note_class_init (ValijaSenderNoteClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-sender-note.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaSenderNote, text);
}

static void
valija_sender_note_init (ValijaSenderNote *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
valija_sender_note_show (ValijaSenderNote  *self,
                         ValijaMimeMessage *message)
{
  g_autofree char *unclear = NULL;

  g_return_if_fail (VALIJA_IS_SENDER_NOTE (self));
  g_return_if_fail (VALIJA_IS_MIME_MESSAGE (message));

  unclear = valija_sender_check (message);
  gtk_label_set_text (self->text, unclear != NULL ? unclear : "");
  gtk_widget_set_visible (GTK_WIDGET (self), unclear != NULL);
}
