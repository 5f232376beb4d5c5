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

  ValijaComposition *composition;   /* both NULL while it is pending */
  ValijaAttachment  *attachment;
};

G_DEFINE_FINAL_TYPE (ValijaAttachmentChip, valija_attachment_chip, ADW_TYPE_BIN)

static void
remove_cb (ValijaAttachmentChip *self)
{
  g_autoptr(ValijaAttachment) attachment = NULL;

  if (!g_set_object (&attachment, self->attachment))
    {
      adw_wrap_box_remove (ADW_WRAP_BOX (gtk_widget_get_parent (GTK_WIDGET (self))), GTK_WIDGET (self));
      return;
    }

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

static ValijaAttachmentChip *
create (const char *name,
        const char *mime_type,
        const char *size)
{
  ValijaAttachmentChip *self = g_object_new (VALIJA_TYPE_ATTACHMENT_CHIP, NULL);
  g_autofree char *content_type = g_content_type_from_mime_type (mime_type);
  g_autoptr(GIcon) icon = g_content_type_get_symbolic_icon (content_type != NULL ? content_type : mime_type);
  g_autofree char *label = NULL;

  gtk_image_set_from_gicon (self->icon, icon);
  gtk_label_set_text (self->name, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name), name);
  gtk_label_set_text (self->size, size);
  /* Translators: %s is the name of an attached file */
  label = g_strdup_printf (_("Remove %s"), name);
  gtk_widget_set_tooltip_text (self->remove, label);

  return self;
}

GtkWidget *
valija_attachment_chip_new (ValijaComposition *composition,
                            ValijaAttachment  *attachment)
{
  g_autofree char *size = g_format_size (valija_attachment_get_size (attachment));
  ValijaAttachmentChip *self = create (valija_attachment_get_name (attachment),
                                       valija_attachment_get_mime_type (attachment), size);

  self->composition = g_object_ref (composition);
  self->attachment = g_object_ref (attachment);

  return GTK_WIDGET (self);
}

GtkWidget *
valija_attachment_chip_new_pending (const char *name)
{
  /* Translators: in the place of the size of a file that is not attached yet */
  return GTK_WIDGET (create (name, "application/octet-stream", _("Attaching…")));
}
