/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/composer/valija-composer-private.h"

#include "base/valija-future.h"
#include "ui/valija-application.h"
#include "ui/valija-error-dialog.h"

#include <glib/gi18n-lib.h>

static void
flag_original (ValijaComposer *self)
{
  g_autoptr(GPtrArray) messages = NULL;

  if (self->original == NULL)
    return;

  messages = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (messages, g_object_ref (self->original));
  /* Not worth a notice: the answer is on its way whether or not the mark is set. */
  valija_future_forget (valija_engine_change_flags (self->engine, messages, self->original_flag, VALIJA_FLAG_NONE),
                        "answered mark");
}

static void
queued_cb (DexFuture *future,
           gpointer   owner)
{
  ValijaComposer *self = owner;
  g_autoptr(GError) error = NULL;
  AdwToast *toast;

  if (dex_future_get_value (future, &error) == NULL)
    {
      self->done = FALSE;
      gtk_widget_set_sensitive (self->fields, TRUE);
      gtk_widget_action_set_enabled (GTK_WIDGET (self), "composer.send", TRUE);
      adw_dialog_present (valija_error_dialog_new (self->engine, error), GTK_WIDGET (self));
      return;
    }

  flag_original (self);
  if (self->draft != 0)
    valija_application_hold_for (valija_application_get_default (),
                                 valija_engine_drop_draft (self->engine, self->draft), NULL, NULL);
  self->draft = 0;

  toast = adw_toast_new (_("The message is in the outbox"));
  adw_toast_set_button_label (toast, _("_Outbox"));
  adw_toast_set_action_name (toast, "win.show-outbox");
  valija_application_add_toast (valija_application_get_default (), toast);
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
queue (ValijaComposer *self)
{
  self->done = TRUE;
  g_clear_handle_id (&self->save_source, g_source_remove);
  gtk_widget_set_sensitive (self->fields, FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "composer.send", FALSE);
  valija_application_hold_for (valija_application_get_default (),
                               valija_engine_send (self->engine, valija_composer_get_account (self), self->composition),
                               self, queued_cb);
}

static void
doubt_response_cb (GObject      *dialog,
                   GAsyncResult *result,
                   gpointer      data)
{
  g_autoptr(ValijaComposer) self = data;

  if (g_str_equal (adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (dialog), result), "send"))
    queue (self);
}

static void
ask (ValijaComposer *self,
     const char     *heading,
     const char     *body)
{
  AdwDialog *dialog = adw_alert_dialog_new (heading, body);

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog),
                                  "cancel", _("_Keep Writing"),
                                  "send", _("_Send Anyway"),
                                  NULL);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_choose (ADW_ALERT_DIALOG (dialog), GTK_WIDGET (self), NULL, doubt_response_cb, g_object_ref (self));
}

void
valija_composer_send (ValijaComposer *self)
{
  g_autoptr(GError) error = NULL;

  if (valija_composer_get_account (self) == NULL)
    return;

  valija_composer_collect (self);

  if (!valija_composition_check (self->composition, &error))
    {
      AdwToast *toast = adw_toast_new (error->message);

      adw_toast_set_use_markup (toast, FALSE);
      adw_toast_overlay_add_toast (self->toasts, toast);
      gtk_widget_grab_focus (GTK_WIDGET (self->to));
    }
  else if (valija_composition_forgot_attachment (self->composition))
    ask (self, _("No File Is Attached"), _("The text speaks of an attachment, but there is none."));
  else if (gtk_editable_get_text (GTK_EDITABLE (self->subject))[0] == '\0')
    ask (self, _("No Subject"), _("The message has no subject. Those who get it may overlook it."));
  else
    queue (self);
}
