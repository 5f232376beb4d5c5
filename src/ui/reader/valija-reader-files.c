/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-reader-private.h"

#include "base/valija-future.h"
#include "mime/valija-composition.h"
#include "mime/valija-file-name.h"
#include "ui/reader/valija-message-window.h"
#include "ui/valija-application.h"
#include "ui/valija-error-dialog.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

/* One saving, from the question where to the file: its own references, since the reader may go
 * on to another message. */
typedef struct
{
  ValijaReader *reader;         /* as long as the user is asked; NULL on the thread that writes */
  ValijaMimeMessage *mime;
  const ValijaMimePart *part;   /* of @mime; NULL for all attachments, or for @source */
  GBytes *source;               /* to be written as it is, else NULL */
  gboolean strip;               /* without Bcc, though */
  GFile *target;
} Saving;

static Saving *
saving_new (ValijaReader         *self,
            const ValijaMimePart *part,
            GBytes               *source)
{
  Saving *saving = g_new0 (Saving, 1);

  saving->reader = g_object_ref (self);
  saving->mime = g_object_ref (self->mime);
  saving->part = part;
  saving->source = source != NULL ? g_bytes_ref (source) : NULL;

  return saving;
}

static void
saving_free (gpointer data)
{
  Saving *saving = data;

  g_clear_object (&saving->reader);
  g_object_unref (saving->mime);
  g_clear_pointer (&saving->source, g_bytes_unref);
  g_clear_object (&saving->target);
  g_free (saving);
}

/* What ends on the thread is freed there, and a widget must not be. A file is no type that a future can be of, but an
 * interface: G_TYPE_OBJECT for that. */
static DexFuture *
run_in_thread (Saving          *saving,
               GType            result_type,
               ValijaThreadFunc func)
{
  g_clear_object (&saving->reader);

  return valija_future_run_in_thread (result_type, func, saving, saving_free);
}

static void
show_error (ValijaReader *self,
            const GError *error)
{
  if (!valija_error_is_cancelled (error) && !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    adw_dialog_present (valija_error_dialog_new (self->engine, NULL, error), GTK_WIDGET (self));
}

static GtkWindow *
get_window (ValijaReader *self)
{
  return GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));
}

static const ValijaMimePart *
find_attachment (ValijaReader *self,
                 GVariant     *parameter)
{
  GPtrArray *parts = self->mime != NULL ? valija_mime_message_get_attachments (self->mime) : NULL;
  guint index = g_variant_get_uint32 (parameter);

  for (guint i = 0; parts != NULL && i < parts->len; i++)
    {
      const ValijaMimePart *part = g_ptr_array_index (parts, i);

      if (part->index == index)
        return part;
    }

  return NULL;
}

/* ---- One file, by name ---- */

/* The user named the file, and the file chooser asked before an old one is replaced. */
static gpointer
write_file (gpointer data,
            GError **error)
{
  Saving *saving = data;
  g_autoptr(GBytes) bytes = NULL;

  if (saving->strip)
    {
      g_autoptr(ValijaEnvelope) envelope = valija_source_dup_envelope (saving->source, &bytes, error);

      if (envelope == NULL)
        return NULL;
    }
  else if (saving->source != NULL)
    bytes = g_bytes_ref (saving->source);
  else if ((bytes = valija_mime_message_load_part (saving->mime, saving->part, error)) == NULL)
    return NULL;

  if (!g_file_replace_contents (saving->target, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL, FALSE,
                                G_FILE_CREATE_PRIVATE, NULL, NULL, error))
    return NULL;

  return g_object_ref (saving->target);
}

static void
written_cb (DexFuture *future,
            gpointer   owner)
{
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    show_error (owner, error);
  else
    valija_application_notify (valija_application_get_default (), _("Saved"));
}

static void
file_named_cb (GObject      *dialog,
               GAsyncResult *result,
               gpointer      data)
{
  Saving *saving = data;
  g_autoptr(ValijaReader) self = g_object_ref (saving->reader);
  g_autoptr(GError) error = NULL;

  saving->target = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (dialog), result, &error);
  if (saving->target == NULL)
    {
      show_error (self, error);
      saving_free (saving);
      return;
    }

  valija_application_hold_for (valija_application_get_default (),
                               run_in_thread (saving, G_TYPE_OBJECT, write_file), self, written_cb);
}

static void
ask_name (Saving     *saving,
          const char *name)
{
  g_autoptr(GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_initial_name (dialog, name);
  gtk_file_dialog_save (dialog, get_window (saving->reader), NULL, file_named_cb, saving);
}

static void
save_attachment_action (GtkWidget  *widget,
                        const char *name,
                        GVariant   *parameter)
{
  ValijaReader *self = VALIJA_READER (widget);
  const ValijaMimePart *part = find_attachment (self, parameter);

  if (part != NULL)
    ask_name (saving_new (self, part, NULL), part->safe_name);
}

static void
save_source (ValijaReader *self,
             gboolean      strip)
{
  const ValijaMessageInfo *info = valija_mime_message_get_info (self->mime);
  g_autofree char *title = g_strconcat (info->subject[0] != '\0' ? info->subject : _("Message"), ".eml", NULL);
  g_autofree char *name = valija_file_name_make_safe (title, "message/rfc822");
  Saving *saving = saving_new (self, NULL, self->source);

  saving->strip = strip;
  ask_name (saving, name);
}

static void
save_source_action (GtkWidget  *widget,
                    const char *name,
                    GVariant   *parameter)
{
  ValijaReader *self = VALIJA_READER (widget);

  if (self->mime != NULL)
    save_source (self, FALSE);
}

static void
save_source_without_bcc_action (GtkWidget  *widget,
                                const char *name,
                                GVariant   *parameter)
{
  ValijaReader *self = VALIJA_READER (widget);

  if (self->mime != NULL)
    save_source (self, TRUE);
}

/* ---- All attachments, into a folder ---- */

static gpointer
write_all (gpointer data,
           GError **error)
{
  Saving *saving = data;
  GPtrArray *parts = valija_mime_message_get_attachments (saving->mime);

  for (guint i = 0; i < parts->len; i++)
    {
      g_autoptr(GFile) file = valija_mime_message_save_part (saving->mime, g_ptr_array_index (parts, i),
                                                             saving->target, error);

      if (file == NULL)
        return NULL;
    }

  return g_object_ref (saving->target);
}

static void
folder_named_cb (GObject      *dialog,
                 GAsyncResult *result,
                 gpointer      data)
{
  Saving *saving = data;
  g_autoptr(ValijaReader) self = g_object_ref (saving->reader);
  g_autoptr(GError) error = NULL;

  saving->target = gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (dialog), result, &error);
  if (saving->target == NULL)
    {
      show_error (self, error);
      saving_free (saving);
      return;
    }

  valija_application_hold_for (valija_application_get_default (),
                               run_in_thread (saving, G_TYPE_OBJECT, write_all), self, written_cb);
}

static void
save_attachments_action (GtkWidget  *widget,
                         const char *name,
                         GVariant   *parameter)
{
  ValijaReader *self = VALIJA_READER (widget);
  g_autoptr(GtkFileDialog) dialog = gtk_file_dialog_new ();

  if (self->mime == NULL)
    return;

  gtk_file_dialog_set_title (dialog, _("Save All Attachments"));
  gtk_file_dialog_select_folder (dialog, get_window (self), NULL, folder_named_cb, saving_new (self, NULL, NULL));
}

/* ---- Opening ---- */

static void
launched_cb (GObject      *launcher,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr(ValijaReader) self = data;
  g_autoptr(GError) error = NULL;

  if (!gtk_file_launcher_launch_finish (GTK_FILE_LAUNCHER (launcher), result, &error))
    show_error (self, error);
}

/* A copy of its own, readable by nobody else, in the session's directory that ends with the
 * session. */
static gpointer
write_copy (gpointer data,
            GError **error)
{
  Saving *saving = data;

  return valija_mime_message_save_part (saving->mime, saving->part, saving->target, error);
}

static void
copied_cb (DexFuture *future,
           gpointer   owner)
{
  ValijaReader *self = owner;
  g_autoptr(GtkFileLauncher) launcher = NULL;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value == NULL)
    {
      show_error (self, error);
      return;
    }

  /* The user chooses with what: an attachment never decides that by itself. */
  launcher = gtk_file_launcher_new (g_value_get_object (value));
  gtk_file_launcher_set_always_ask (launcher, TRUE);
  gtk_file_launcher_launch (launcher, get_window (self), NULL, launched_cb, g_object_ref (self));
}

static gpointer
load_part (gpointer data,
           GError **error)
{
  Saving *saving = data;

  return valija_mime_message_load_part (saving->mime, saving->part, error);
}

static void
part_loaded_cb (DexFuture *future,
                gpointer   owner)
{
  ValijaReader *self = owner;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value == NULL)
    show_error (self, error);
  else
    gtk_window_present (GTK_WINDOW (valija_message_window_new (GTK_APPLICATION (valija_application_get_default ()),
                                                               self->engine, g_value_get_boxed (value))));
}

static void
open_attachment_action (GtkWidget  *widget,
                        const char *name,
                        GVariant   *parameter)
{
  ValijaReader *self = VALIJA_READER (widget);
  const ValijaMimePart *part = find_attachment (self, parameter);
  g_autoptr(GError) error = NULL;
  Saving *saving;

  if (part == NULL)
    return;

  if (g_str_equal (part->type, "message/rfc822"))
    {
      valija_future_then (run_in_thread (saving_new (self, part, NULL), G_TYPE_BYTES, load_part), self,
                          part_loaded_cb);
      return;
    }

  saving = saving_new (self, part, NULL);
  saving->target = valija_application_dup_scratch_dir (valija_application_get_default (), &error);
  if (saving->target == NULL)
    {
      show_error (self, error);
      saving_free (saving);
      return;
    }

  valija_future_then (run_in_thread (saving, G_TYPE_OBJECT, write_copy), self, copied_cb);
}

void
valija_reader_install_file_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "reader.save-attachment", "u", save_attachment_action);
  gtk_widget_class_install_action (widget_class, "reader.open-attachment", "u", open_attachment_action);
  gtk_widget_class_install_action (widget_class, "reader.save-attachments", NULL, save_attachments_action);
  gtk_widget_class_install_action (widget_class, "reader.save-source", NULL, save_source_action);
  gtk_widget_class_install_action (widget_class, "reader.save-source-without-bcc", NULL,
                                   save_source_without_bcc_action);
}
