/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-reader-private.h"

#include "base/valija-future.h"
#include "mime/valija-confirmation.h"
#include "ui/valija-application.h"
#include "ui/valija-error-dialog.h"

#include <glib/gi18n-lib.h>

/* A request to confirm the reading: shown, asked, and answered only by the user. */

gboolean
valija_reader_confirmation_answered (ValijaReader *self)
{
  return self->message != NULL && (valija_message_get_flags (self->message) & VALIJA_FLAG_MDN_SENT) != 0;
}

/* Not of what one wrote oneself, nor of junk, whose senders only want to know that somebody is there. */
static gboolean
is_to_be_asked (ValijaReader *self)
{
  ValijaFolder *folder = self->message != NULL ? valija_message_get_folder (self->message) : NULL;
  ValijaFolderRole role;

  if (folder == NULL || valija_reader_confirmation_answered (self))
    return FALSE;

  role = valija_folder_get_role (folder);

  return role != VALIJA_FOLDER_ROLE_SENT && role != VALIJA_FOLDER_ROLE_DRAFTS && role != VALIJA_FOLDER_ROLE_JUNK;
}

void
valija_reader_offer_confirmation (ValijaReader *self)
{
  const ValijaMessageInfo *info = valija_mime_message_get_info (self->mime);
  g_autoptr(GPtrArray) wanted_by = valija_confirmation_list_wanted_by (self->mime);
  g_autofree char *name = NULL;
  g_autofree char *title = NULL;

  if (wanted_by->len == 0 || !is_to_be_asked (self))
    {
      adw_banner_set_revealed (self->confirm_banner, FALSE);
      return;
    }

  name = info->from->len > 0 ? valija_address_to_label (g_ptr_array_index (info->from, 0))
                             : g_strdup (_("The sender"));
  /* Translators: %s is the name of the sender */
  title = g_strdup_printf (_("%s asks to be told that you read this."), name);
  adw_banner_set_title (self->confirm_banner, title);
  adw_banner_set_revealed (self->confirm_banner, TRUE);
}

typedef struct
{
  ValijaReader *reader;
  ValijaMessage *message;
} Question;

static void
question_free (Question *question)
{
  g_object_unref (question->reader);
  g_object_unref (question->message);
  g_free (question);
}

static void
answered_cb (DexFuture *future,
             gpointer   owner)
{
  ValijaReader *self = owner;
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL && !valija_error_is_cancelled (error))
    {
      adw_dialog_present (valija_error_dialog_new (self->engine, NULL, error), GTK_WIDGET (self));
      return;
    }

  if (self->mime != NULL)
    valija_reader_fill_header (self);
}

static void
response_cb (GObject      *dialog,
             GAsyncResult *result,
             gpointer      data)
{
  Question *question = data;
  ValijaReader *self = question->reader;
  const char *response = adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (dialog), result);
  gboolean confirm = g_str_equal (response, "confirm");

  if (confirm || g_str_equal (response, "decline"))
    {
      if (self->message == question->message)
        adw_banner_set_revealed (self->confirm_banner, FALSE);
      valija_future_then (valija_engine_answer_confirmation (self->engine, question->message, confirm), self,
                          answered_cb);
      if (confirm)
        valija_application_notify (valija_application_get_default (), _("The confirmation is in the outbox"));
    }

  question_free (question);
}

static void
confirm_reading_action (GtkWidget  *widget,
                        const char *name,
                        GVariant   *parameter)
{
  ValijaReader *self = VALIJA_READER (widget);
  g_autoptr(GPtrArray) wanted_by = NULL;
  g_autofree char *reason = NULL;
  g_autofree char *people = NULL;
  AdwDialog *dialog;
  Question *question;

  if (self->mime == NULL || self->message == NULL)
    return;

  wanted_by = valija_confirmation_list_wanted_by (self->mime);
  people = valija_address_list_to_text (wanted_by);
  reason = valija_engine_why_not (self->engine, self->account, valija_message_get_folder (self->message),
                                  VALIJA_ACTION_REPLY);

  dialog = adw_alert_dialog_new (_("Confirm Reading?"), NULL);
  if (reason != NULL)
    adw_alert_dialog_set_body (ADW_ALERT_DIALOG (dialog), reason);
  else if (valija_confirmation_goes_elsewhere (self->mime))
    /* Translators: %s are addresses */
    adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog),
                                  _("The confirmation would go to %s, which is not the address of the sender. It says "
                                    "that you have opened the message, and when."), people);
  else
    adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog),
                                  _("The confirmation goes to %s. It says that you have opened the message, and "
                                    "when."), people);

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog),
                                  "later", _("_Not Now"),
                                  "decline", _("_Do Not Confirm"),
                                  "confirm", _("_Confirm"),
                                  NULL);
  adw_alert_dialog_set_response_enabled (ADW_ALERT_DIALOG (dialog), "confirm", reason == NULL);
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "later");

  question = g_new0 (Question, 1);
  question->reader = g_object_ref (self);
  question->message = g_object_ref (self->message);
  adw_alert_dialog_choose (ADW_ALERT_DIALOG (dialog), widget, NULL, response_cb, question);
}

void
valija_reader_install_confirmation (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "reader.confirm-reading", NULL, confirm_reading_action);
}
