/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/list/valija-message-pane-private.h"

#include "ui/valija-error-dialog.h"
#include "ui/valija-format.h"

#include <glib/gi18n-lib.h>

/* Of the accounts that are shown: what is to be told first is that of the first which has something to tell. */
static ValijaAccountStatus *
find_failed (ValijaMessagePane *self)
{
  for (guint i = 0; i < self->statuses->len; i++)
    {
      ValijaAccountStatus *status = g_ptr_array_index (self->statuses, i);

      if (valija_account_status_get_error (status) != NULL)
        return status;
    }

  return NULL;
}

static const char *
find_alert (ValijaMessagePane *self)
{
  for (guint i = 0; i < self->statuses->len; i++)
    {
      const char *alert = valija_account_status_get_alert (g_ptr_array_index (self->statuses, i));

      if (alert != NULL)
        return alert;
    }

  return NULL;
}

/* What is to be read, where nothing failed altogether. (transfer full) (nullable) */
static char *
dup_words (ValijaMessagePane *self)
{
  const char *alert;

  for (guint i = 0; i < self->statuses->len; i++)
    {
      const char *notice = valija_account_status_get_notice (g_ptr_array_index (self->statuses, i));

      if (notice != NULL)
        return g_strdup (notice);
    }

  alert = find_alert (self);

  /* Translators: %s are the server's own words, meant for the user */
  return alert != NULL ? g_strdup_printf (_("The server says: %s"), alert) : NULL;
}

static ValijaProgress *
find_progress (ValijaMessagePane *self)
{
  for (guint i = 0; i < self->statuses->len; i++)
    {
      ValijaProgress *progress = valija_account_status_get_progress (g_ptr_array_index (self->statuses, i));

      if (progress != NULL)
        return progress;
    }

  return NULL;
}

static void
status_changed_cb (ValijaMessagePane *self)
{
  ValijaAccountStatus *failed = find_failed (self);
  g_autofree char *words = dup_words (self);

  valija_progress_bar_set_progress (self->progress, find_progress (self));
  valija_message_pane_update_stack (self);

  if (failed != NULL)
    {
      g_autofree char *title = valija_format_failure (valija_engine_get_accounts (self->engine),
                                                      valija_account_status_get_account (failed),
                                                      valija_account_status_get_error (failed));

      adw_banner_set_title (self->banner, title);
      adw_banner_set_button_label (self->banner, _("_Details"));
    }
  else if (words != NULL)
    {
      adw_banner_set_title (self->banner, words);
      adw_banner_set_button_label (self->banner, NULL);
    }

  adw_banner_set_revealed (self->banner, failed != NULL || words != NULL);
}

static gboolean
is_first_fetch (ValijaMessagePane *self,
                ValijaFolder      *folder)
{
  ValijaAccountStatus *status = valija_engine_get_status (self->engine, valija_folder_get_account (folder));

  return !valija_folder_get_local (folder) && valija_folder_get_last_checked (folder) == 0 && status != NULL &&
         valija_account_status_get_progress (status) != NULL;
}

gboolean
valija_message_pane_is_first_fetch (ValijaMessagePane *self)
{
  GListModel *inboxes = valija_engine_get_inboxes (self->engine);

  if (!valija_folder_gathers (self->folder))
    return is_first_fetch (self, self->folder);

  for (guint i = 0; i < g_list_model_get_n_items (inboxes); i++)
    {
      g_autoptr(ValijaFolder) inbox = g_list_model_get_item (inboxes, i);

      if (is_first_fetch (self, inbox))
        return TRUE;
    }

  return FALSE;
}

static void
watch_status (ValijaMessagePane *self,
              ValijaFolder      *folder)
{
  ValijaAccountStatus *status = valija_engine_get_status (self->engine, valija_folder_get_account (folder));

  if (status == NULL)
    return;

  g_signal_connect_object (status, "notify", G_CALLBACK (status_changed_cb), self, G_CONNECT_SWAPPED);
  g_ptr_array_add (self->statuses, g_object_ref (status));
}

void
valija_message_pane_watch_statuses (ValijaMessagePane *self)
{
  GListModel *inboxes = valija_engine_get_inboxes (self->engine);

  for (guint i = 0; i < self->statuses->len; i++)
    g_signal_handlers_disconnect_by_func (g_ptr_array_index (self->statuses, i), status_changed_cb, self);
  g_ptr_array_set_size (self->statuses, 0);

  if (!valija_folder_gathers (self->folder))
    watch_status (self, self->folder);
  else
    for (guint i = 0; i < g_list_model_get_n_items (inboxes); i++)
      {
        g_autoptr(ValijaFolder) inbox = g_list_model_get_item (inboxes, i);

        watch_status (self, inbox);
      }

  status_changed_cb (self);
}

static void
banner_clicked_cb (ValijaMessagePane *self)
{
  ValijaAccountStatus *failed = find_failed (self);

  if (failed != NULL)
    adw_dialog_present (valija_error_dialog_new (self->engine, valija_account_status_get_account (failed),
                                                 valija_account_status_get_error (failed)),
                        GTK_WIDGET (self));
}

void
valija_message_pane_install_status (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_callback (widget_class, banner_clicked_cb);
}
