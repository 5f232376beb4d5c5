/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-attachment-button.h"

#include <glib/gi18n-lib.h>

struct _ValijaAttachmentButton
{
  AdwBin         parent_instance;

  GtkMenuButton *button;
  GtkImage      *icon;
  GtkLabel      *name;
  GtkLabel      *size;
};

G_DEFINE_FINAL_TYPE (ValijaAttachmentButton, valija_attachment_button, ADW_TYPE_BIN)

static void
valija_attachment_button_class_init (ValijaAttachmentButtonClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-attachment-button.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaAttachmentButton, button);
  gtk_widget_class_bind_template_child (widget_class, ValijaAttachmentButton, icon);
  gtk_widget_class_bind_template_child (widget_class, ValijaAttachmentButton, name);
  gtk_widget_class_bind_template_child (widget_class, ValijaAttachmentButton, size);
}

static void
valija_attachment_button_init (ValijaAttachmentButton *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
append (GMenu      *menu,
        const char *label,
        const char *action,
        guint       index)
{
  g_autoptr(GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "u", index);
  g_menu_append_item (menu, item);
}

GtkWidget *
valija_attachment_button_new (const ValijaMimePart *part)
{
  ValijaAttachmentButton *self = g_object_new (VALIJA_TYPE_ATTACHMENT_BUTTON, NULL);
  g_autofree char *content_type = g_content_type_from_mime_type (part->type);
  g_autoptr(GIcon) icon = g_content_type_get_symbolic_icon (content_type != NULL ? content_type : part->type);
  g_autofree char *size = g_format_size (part->size);
  g_autofree char *label = NULL;
  g_autoptr(GMenu) menu = g_menu_new ();

  gtk_image_set_from_gicon (self->icon, icon);
  gtk_label_set_text (self->name, part->safe_name);
  gtk_label_set_text (self->size, size);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), part->safe_name);
  gtk_widget_set_sensitive (GTK_WIDGET (self->button), !part->absent);
  /* Translators: a file's name and its size */
  label = g_strdup_printf (part->absent ? _("Attachment %s, %s, not fetched yet") : _("Attachment %s, %s"),
                           part->safe_name, size);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);

  append (menu, _("_Open With…"), "reader.open-attachment", part->index);
  append (menu, _("_Save As…"), "reader.save-attachment", part->index);
  gtk_menu_button_set_menu_model (self->button, G_MENU_MODEL (menu));

  return GTK_WIDGET (self);
}
