/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/composer/valija-composer-private.h"

#include "base/valija-future.h"
#include "ui/composer/valija-send-later-dialog.h"
#include "ui/valija-application.h"
#include "ui/valija-error-dialog.h"
#include "ui/valija-format.h"

#include <glib/gi18n-lib.h>

#define LATER_TOAST_SECONDS 10

void
valija_composer_update_actions (ValijaComposer *self)
{
  static const char * const sending[] = { "composer.send", "composer.send-tomorrow", "composer.send-monday",
                                          "composer.send-later" };
  static const char * const writing[] = { "composer.attach", "composer.check-addresses", "composer.choose-version",
                                          "composer.discard" };
  gboolean can_write, can_send;

  if (self->composition == NULL)
    return;

  /* Keys reach what is behind a dialog, and would ask the same again. */
  can_write = !self->sending && adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self)) == NULL;
  can_send = can_write && valija_composer_get_account (self) != NULL;
  for (guint i = 0; i < G_N_ELEMENTS (sending); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), sending[i], can_send);
  for (guint i = 0; i < G_N_ELEMENTS (writing); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), writing[i], can_write);
}

/* Nothing can be changed of what is on its way: it would not be sent, and not be kept. */
static void
set_sending (ValijaComposer *self,
             gboolean        sending)
{
  GtkWidget *widgets[] = { self->fields, GTK_WIDGET (self->body), self->attachment_area, self->options_button };

  self->sending = sending;
  for (guint i = 0; i < G_N_ELEMENTS (widgets); i++)
    gtk_widget_set_sensitive (widgets[i], !sending);
  valija_composer_update_actions (self);
}

/* Returns whether it was not marked before. */
static gboolean
flag_original (ValijaComposer *self)
{
  g_autoptr(GPtrArray) messages = NULL;

  if (self->original == NULL || (valija_message_get_flags (self->original) & self->original_flag) != 0)
    return FALSE;

  messages = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (messages, g_object_ref (self->original));
  /* Not worth a notice: the answer is on its way whether or not the mark is set. */
  valija_future_forget (valija_engine_change_flags (self->engine, messages, self->original_flag, VALIJA_FLAG_NONE),
                        "answered mark");

  return TRUE;
}

/* How long it can be taken back without being asked for in the outbox. */
static guint
undo_seconds (void)
{
  g_autoptr(GSettings) settings = g_settings_new (APP_ID);

  return g_settings_get_uint (settings, "undo-send-seconds");
}

static void
show_outbox_toast (void)
{
  AdwToast *toast = adw_toast_new (_("The message is in the outbox"));

  adw_toast_set_button_label (toast, _("_Outbox"));
  adw_toast_set_action_name (toast, "win.show-outbox");
  valija_application_add_toast (valija_application_get_default (), toast);
}

/* What happens with it, and how to stop that. */
static void
tell (ValijaComposer *self,
      gint64          item)
{
  gboolean flagged = flag_original (self);
  guint seconds = undo_seconds ();
  g_autofree char *text = NULL;

  if (self->due != 0)
    {
      g_autofree char *when = valija_format_moment (self->due, NULL);

      /* Translators: %s is a time, perhaps with its day */
      text = g_strdup_printf (_("To be sent %s"), when);
      seconds = LATER_TOAST_SECONDS;
    }
  else if (seconds > 0)
    text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Sending in %u second", "Sending in %u seconds", seconds),
                            seconds);

  if (text != NULL)
    valija_application_offer_undo_send (valija_application_get_default (), item, text, seconds, self->original,
                                        flagged ? self->original_flag : VALIJA_FLAG_NONE);
  else
    show_outbox_toast ();
}

static void
queued_cb (DexFuture *future,
           gpointer   owner)
{
  ValijaComposer *self = owner;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  set_sending (self, FALSE);

  if (value == NULL)
    {
      valija_composer_save_again (self);
      /* Closed meanwhile, perhaps */
      gtk_window_present (GTK_WINDOW (self));
      gtk_widget_grab_focus (GTK_WIDGET (self->body));
      adw_dialog_present (valija_error_dialog_new (self->engine, NULL, error), GTK_WIDGET (self));
      return;
    }

  tell (self, g_value_get_int64 (value));
  valija_composer_drop (self);
}

/* ---- Files that are still on their way ---- */

static void
waiting_dismissed_cb (ValijaComposer *self)
{
  self->waiting = NULL;
}

void
valija_composer_stop_waiting (ValijaComposer *self)
{
  AdwToast *waiting = g_steal_pointer (&self->waiting);

  if (waiting != NULL)
    adw_toast_dismiss (waiting);
}

/* Whether it is sent later, when all files are there: on a slow disk that takes a while. */
static gboolean
waits_for_files (ValijaComposer *self)
{
  if (!valija_composer_is_attaching (self))
    return FALSE;

  if (self->waiting == NULL)
    {
      self->waiting = adw_toast_new (_("Sending waits until all files are attached"));
      adw_toast_set_timeout (self->waiting, 0);
      /* It is not sent once that is gone. */
      adw_toast_set_button_label (self->waiting, _("_Cancel"));
      g_signal_connect_object (self->waiting, "dismissed", G_CALLBACK (waiting_dismissed_cb), self, G_CONNECT_SWAPPED);
      adw_toast_overlay_add_toast (self->toasts, self->waiting);
    }

  return TRUE;
}

static void
queue (ValijaComposer *self)
{
  guint seconds = undo_seconds ();
  gint64 due = self->due;

  if (due == 0 && seconds > 0)
    due = g_get_real_time () / G_USEC_PER_SEC + seconds;

  self->done = TRUE;
  valija_composer_stop_waiting (self);
  set_sending (self, TRUE);
  g_clear_handle_id (&self->save_source, g_source_remove);
  valija_application_hold_for (valija_application_get_default (),
                               valija_engine_send (self->engine, valija_composer_get_account (self), self->composition,
                                                   due),
                               self, queued_cb);
}

static void
doubt_response_cb (GObject      *dialog,
                   GAsyncResult *result,
                   gpointer      data)
{
  g_autoptr(ValijaComposer) self = data;
  const char *response = adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (dialog), result);

  if (!self->done && g_str_equal (response, "send") && !waits_for_files (self))
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

/* Says what is missing, and where. */
static gboolean
check (ValijaComposer *self)
{
  g_autoptr(GError) error = NULL;
  AdwToast *toast;

  valija_composer_collect (self);
  if (valija_composition_check (self->composition, &error))
    return TRUE;

  valija_composer_stop_waiting (self);
  toast = adw_toast_new (error->message);
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_overlay_add_toast (self->toasts, toast);
  gtk_widget_grab_focus (GTK_WIDGET (self->to));

  return FALSE;
}

/* @due: 0 for now */
static void
send (ValijaComposer *self,
      gint64          due)
{
  if (self->done || valija_composer_get_account (self) == NULL || !check (self))
    return;

  self->due = due;
  if (waits_for_files (self))
    return;

  if (valija_composition_forgot_attachment (self->composition))
    ask (self, _("No File Is Attached"), _("The text speaks of an attachment, but there is none."));
  else if (gtk_editable_get_text (GTK_EDITABLE (self->subject))[0] == '\0')
    ask (self, _("No Subject"), _("The message has no subject. Those who get it may overlook it."));
  else
    queue (self);
}

void
valija_composer_attached (ValijaComposer *self)
{
  if (self->waiting != NULL)
    {
      valija_composer_stop_waiting (self);
      self->closing = FALSE;
      send (self, self->due);
      /* Closed meanwhile, perhaps, and there is something to ask or to tell */
      if (!self->done)
        gtk_window_present (GTK_WINDOW (self));
    }
  else if (self->closing)
    valija_composer_close_saving (self);
}

/* ---- Actions ---- */

static void
send_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  send (VALIJA_COMPOSER (widget), 0);
}

static void
send_tomorrow_action (GtkWidget  *widget,
                      const char *name,
                      GVariant   *parameter)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();

  send (VALIJA_COMPOSER (widget), valija_send_later_tomorrow (now));
}

static void
send_monday_action (GtkWidget  *widget,
                    const char *name,
                    GVariant   *parameter)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();

  send (VALIJA_COMPOSER (widget), valija_send_later_monday (now));
}

static void
scheduled_cb (ValijaComposer *self,
              gint64          due)
{
  send (self, due);
}

static void
send_later_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  AdwDialog *dialog;

  /* What was said before is not done while something else is being chosen. */
  valija_composer_stop_waiting (VALIJA_COMPOSER (widget));
  if (!check (VALIJA_COMPOSER (widget)))
    return;

  dialog = valija_send_later_dialog_new ();
  g_signal_connect_object (dialog, "scheduled", G_CALLBACK (scheduled_cb), widget, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, widget);
}

void
valija_composer_install_send (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "composer.send", NULL, send_action);
  gtk_widget_class_install_action (widget_class, "composer.send-tomorrow", NULL, send_tomorrow_action);
  gtk_widget_class_install_action (widget_class, "composer.send-monday", NULL, send_monday_action);
  gtk_widget_class_install_action (widget_class, "composer.send-later", NULL, send_later_action);
}
