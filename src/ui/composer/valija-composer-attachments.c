/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/composer/valija-composer-private.h"

#include "base/valija-future.h"
#include "ui/composer/valija-attachment-chip.h"
#include "ui/valija-error-dialog.h"

#include <glib/gi18n-lib.h>

/* Translators: the name of a file */
#define PICTURE_NAME _("Picture.png")

static void
update (ValijaComposer *self)
{
  GListModel *attachments = valija_composition_get_attachments (self->composition);
  guint n_items = g_list_model_get_n_items (attachments);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->attachments))) != NULL)
    adw_wrap_box_remove (self->attachments, child);

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr(ValijaAttachment) attachment = g_list_model_get_item (attachments, i);

      adw_wrap_box_append (self->attachments, valija_attachment_chip_new (self->composition, attachment));
    }

  gtk_widget_set_visible (GTK_WIDGET (self->attachments), n_items > 0);
  gtk_widget_set_visible (self->attachment_area, n_items > 0 || valija_composer_is_attaching (self));
  valija_composer_changed (self);
}

/* ---- On the way ---- */

gboolean
valija_composer_is_attaching (ValijaComposer *self)
{
  return gtk_widget_get_first_child (GTK_WIDGET (self->pending)) != NULL;
}

static void
settled_cb (gpointer data)
{
  g_autoptr(ValijaComposer) self = data;

  if (self->composition != NULL && !valija_composer_is_attaching (self))
    valija_composer_attached (self);
}

static void
pending_changed_cb (ValijaComposer *self)
{
  if (self->composition == NULL)
    return;

  update (self);
  gtk_widget_set_visible (GTK_WIDGET (self->pending), valija_composer_is_attaching (self));
  /* The window may go by that, which is too early here, with a child half taken out. */
  if (!valija_composer_is_attaching (self))
    g_idle_add_once (settled_cb, g_object_ref (self));
}

static GtkWidget *
begin (ValijaComposer *self,
       const char     *name)
{
  GtkWidget *chip = valija_attachment_chip_new_pending (name);

  adw_wrap_box_append (self->pending, chip);

  return chip;
}

/* The composer that still waits for what @chip stands for: it may have been taken off, or all be gone. */
static ValijaComposer *
find_composer (GtkWidget *chip)
{
  GtkWidget *composer = gtk_widget_get_ancestor (chip, VALIJA_TYPE_COMPOSER);

  return composer != NULL && VALIJA_COMPOSER (composer)->composition != NULL ? VALIJA_COMPOSER (composer) : NULL;
}

/* Not sent without it then, and not closed. */
static void
fail (ValijaComposer *self,
      const GError   *error)
{
  valija_composer_stop_waiting (self);
  if (self->closing)
    valija_composer_present (self);

  adw_dialog_present (valija_error_dialog_new (self->engine, NULL, error), GTK_WIDGET (self));
}

/* @attachment and @error are nullable. */
static void
end (GtkWidget        *chip,
     ValijaAttachment *attachment,
     const GError     *error)
{
  ValijaComposer *self = find_composer (chip);

  if (self == NULL)
    return;

  if (attachment != NULL)
    valija_composition_add_attachment (self->composition, attachment);
  else if (error != NULL)
    fail (self, error);
  adw_wrap_box_remove (self->pending, chip);
}

static void
attached_cb (DexFuture *future,
             gpointer   owner)
{
  g_autoptr(GtkWidget) chip = g_object_ref (owner);
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  end (chip, value != NULL ? g_value_get_object (value) : NULL, error);
}

void
valija_composer_attach (ValijaComposer *self,
                        const char     *name,
                        DexFuture      *attachment)
{
  valija_future_then (attachment, begin (self, name), attached_cb);
}

/* ---- Files ---- */

static gpointer
examine (gpointer data,
         GError **error)
{
  return valija_attachment_new_for_file (data, error);
}

static void
attach_file (ValijaComposer *self,
             GFile          *file)
{
  g_autofree char *base = g_file_get_basename (file);
  g_autofree char *name = g_filename_display_name (base != NULL ? base : "");

  valija_composer_attach (self, name, valija_future_run_in_thread (VALIJA_TYPE_ATTACHMENT, examine,
                                                                   g_object_ref (file), g_object_unref));
}

static void
files_chosen_cb (GObject      *dialog,
                 GAsyncResult *result,
                 gpointer      data)
{
  g_autoptr(ValijaComposer) self = data;
  g_autoptr(GListModel) files = gtk_file_dialog_open_multiple_finish (GTK_FILE_DIALOG (dialog), result, NULL);

  if (self->done || self->composition == NULL)
    return;

  for (guint i = 0; files != NULL && i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr(GFile) file = g_list_model_get_item (files, i);

      attach_file (self, file);
    }
}

static void
attach_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  g_autoptr(GtkFileDialog) dialog = gtk_file_dialog_new ();

  /* Not sent without what is being chosen */
  valija_composer_stop_waiting (VALIJA_COMPOSER (widget));
  gtk_file_dialog_set_title (dialog, _("Attach Files"));
  gtk_file_dialog_set_accept_label (dialog, _("_Attach"));
  gtk_file_dialog_open_multiple (dialog, GTK_WINDOW (widget), NULL, files_chosen_cb, g_object_ref (widget));
}

/* ---- Dropping and pasting ---- */

static gboolean
drop_cb (ValijaComposer *self,
         const GValue   *value)
{
  GSList *files;

  if (self->done || !G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return FALSE;

  files = g_value_get_boxed (value);
  for (GSList *l = files; l != NULL; l = l->next)
    attach_file (self, l->data);

  return files != NULL;
}

static void
files_pasted_cb (GObject      *clipboard,
                 GAsyncResult *result,
                 gpointer      data)
{
  g_autoptr(GtkWidget) chip = data;
  g_autoptr(GError) error = NULL;
  const GValue *value = gdk_clipboard_read_value_finish (GDK_CLIPBOARD (clipboard), result, &error);
  ValijaComposer *self = find_composer (chip);

  if (self != NULL && value != NULL)
    drop_cb (self, value);
  end (chip, NULL, error);
}

static gpointer
encode (gpointer   data,
        GError   **error)
{
  g_autoptr(GBytes) bytes = gdk_texture_save_to_png_bytes (data);

  return valija_attachment_new_for_bytes (PICTURE_NAME, "image/png", bytes);
}

static void
picture_pasted_cb (GObject      *clipboard,
                   GAsyncResult *result,
                   gpointer      data)
{
  g_autoptr(GtkWidget) chip = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GdkTexture) texture = gdk_clipboard_read_texture_finish (GDK_CLIPBOARD (clipboard), result, &error);

  if (texture == NULL)
    end (chip, NULL, error);
  else
    valija_future_then (valija_future_run_in_thread (VALIJA_TYPE_ATTACHMENT, encode, g_steal_pointer (&texture),
                                                     g_object_unref), chip, attached_cb);
}

/* Files and pictures become attachments; text is left to the text view. */
static void
paste_cb (GtkTextView    *view,
          ValijaComposer *self)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (view));
  GdkContentFormats *formats = gdk_clipboard_get_formats (clipboard);

  if (gdk_content_formats_contain_gtype (formats, GDK_TYPE_FILE_LIST))
    gdk_clipboard_read_value_async (clipboard, GDK_TYPE_FILE_LIST, G_PRIORITY_DEFAULT, NULL, files_pasted_cb,
                                    g_object_ref (begin (self, _("Pasted files"))));
  else if (gdk_content_formats_contain_gtype (formats, GDK_TYPE_TEXTURE) &&
           !gdk_content_formats_contain_gtype (formats, G_TYPE_STRING))
    gdk_clipboard_read_texture_async (clipboard, NULL, picture_pasted_cb, g_object_ref (begin (self, PICTURE_NAME)));
  else
    return;

  g_signal_stop_emission_by_name (view, "paste-clipboard");
}

void
valija_composer_install_attachments (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "composer.attach", NULL, attach_action);
  gtk_widget_class_bind_template_callback (widget_class, drop_cb);
  gtk_widget_class_bind_template_callback (widget_class, paste_cb);
}

void
valija_composer_bind_attachments (ValijaComposer *self)
{
  self->pending_chips = gtk_widget_observe_children (GTK_WIDGET (self->pending));
  g_signal_connect_object (self->pending_chips, "items-changed", G_CALLBACK (pending_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (valija_composition_get_attachments (self->composition), "items-changed",
                           G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  gtk_widget_set_visible (GTK_WIDGET (self->pending), FALSE);
  update (self);
}
