/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/composer/valija-attachment-chip.h"

#include <glib/gi18n-lib.h>

struct _ValijaAttachmentChip
{
  AdwBin             parent_instance;

  GtkImage          *icon;
  GtkLabel          *name;
  GtkLabel          *size;
  GtkWidget         *remove;

  ValijaComposition *composition;
  ValijaAttachment  *attachment;
};

G_DEFINE_FINAL_TYPE (ValijaAttachmentChip, valija_attachment_chip, ADW_TYPE_BIN)

static void
remove_cb (ValijaAttachmentChip *self)
{
  g_autoptr(ValijaAttachment) attachment = g_object_ref (self->attachment);

  valija_composition_remove_attachment (self->composition, attachment);
}

static void
valija_attachment_chip_dispose (GObject *object)
{
  ValijaAttachmentChip *self = VALIJA_ATTACHMENT_CHIP (object);

  g_clear_object (&self->composition);
  g_clear_object (&self->attachment);

  G_OBJECT_CLASS (valija_attachment_chip_parent_class)->dispose (object);
}

static void
valija_attachment_chip_class_init (ValijaAttachmentChipClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_attachment_chip_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-attachment-chip.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaAttachmentChip, icon);
  gtk_widget_class_bind_template_child (widget_class, ValijaAttachmentChip, name);
  gtk_widget_class_bind_template_child (widget_class, ValijaAttachmentChip, size);
  gtk_widget_class_bind_template_child (widget_class, ValijaAttachmentChip, remove);
  gtk_widget_class_bind_template_callback (widget_class, remove_cb);
}

static void
valija_attachment_chip_init (ValijaAttachmentChip *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
valija_attachment_chip_new (ValijaComposition *composition,
                            ValijaAttachment  *attachment)
{
  ValijaAttachmentChip *self = g_object_new (VALIJA_TYPE_ATTACHMENT_CHIP, NULL);
  const char *mime_type = valija_attachment_get_mime_type (attachment);
  const char *name = valija_attachment_get_name (attachment);
  g_autofree char *content_type = g_content_type_from_mime_type (mime_type);
  g_autoptr(GIcon) icon = g_content_type_get_symbolic_icon (content_type != NULL ? content_type : mime_type);
  g_autofree char *size = g_format_size (valija_attachment_get_size (attachment));
  g_autofree char *label = NULL;

  self->composition = g_object_ref (composition);
  self->attachment = g_object_ref (attachment);
  gtk_image_set_from_gicon (self->icon, icon);
  gtk_label_set_text (self->name, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name), name);
  gtk_label_set_text (self->size, size);
  /* Translators: %s is the name of an attached file */
  label = g_strdup_printf (_("Remove %s"), name);
  gtk_widget_set_tooltip_text (self->remove, label);

  return GTK_WIDGET (self);
}
