/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-application-private.h"

#include "base/valija-future.h"

#include <glib/gi18n-lib.h>

/* Drafts that were open when the last Valija ended without being asked to: its window was not closed. */

typedef struct
{
  ValijaApplication *application;
  GPtrArray *messages;       /* of ValijaMessage */
} Restore;

static void
restore_free (Restore *restore)
{
  g_object_unref (restore->application);
  g_ptr_array_unref (restore->messages);
  g_free (restore);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Restore, restore_free)

static void
response_cb (GObject      *dialog,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr(Restore) restore = data;
  ValijaEngine *engine = restore->application->engine;
  const char *response = adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (dialog), result);

  /* Closed without an answer they are asked for at the next start */
  for (guint i = 0; engine != NULL && i < restore->messages->len; i++)
    {
      ValijaMessage *message = g_ptr_array_index (restore->messages, i);

      if (g_str_equal (response, "restore"))
        valija_application_edit_draft (restore->application, message);
      else if (g_str_equal (response, "leave"))
        valija_future_forget (valija_engine_release_draft (engine,
                                                           valija_folder_get_account (valija_message_get_folder
                                                                                        (message)),
                                                           valija_message_get_id (message)), "draft to the server");
    }
}

static char *
dup_body (GPtrArray *messages)
{
  const char *subject = valija_message_get_subject (g_ptr_array_index (messages, 0));
  guint n = messages->len;

  if (n == 1 && subject[0] != '\0')
    /* Translators: the subject of a message */
    return g_strdup_printf (_("Valija ended while you were writing “%s”. What you wrote is safe."), subject);

  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                       "Valija ended while you were writing %u message. What you wrote is safe.",
                                       "Valija ended while you were writing %u messages. What you wrote is safe.", n),
                          n);
}

static void
listed_cb (DexFuture *future,
           gpointer   owner)
{
  ValijaApplication *self = owner;
  ValijaWindow *window = valija_application_find_window (self);
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  g_autofree char *body = NULL;
  AdwDialog *dialog;
  Restore *restore;

  if (value == NULL)
    g_debug ("What was being written could not be listed: %s", error->message);
  if (value == NULL || window == NULL || ((GPtrArray *) g_value_get_boxed (value))->len == 0)
    return;

  restore = g_new0 (Restore, 1);
  restore->application = g_object_ref (self);
  restore->messages = g_value_dup_boxed (value);
  body = dup_body (restore->messages);
  dialog = adw_alert_dialog_new (_("Go On Writing?"), body);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog),
                                  "leave", _("_Leave in Drafts"),
                                  "restore", _("_Restore"),
                                  NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "restore", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "restore");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "later");
  adw_alert_dialog_choose (ADW_ALERT_DIALOG (dialog), GTK_WIDGET (window), NULL, response_cb, restore);
}

void
valija_application_offer_unfinished (ValijaApplication *self)
{
  g_return_if_fail (VALIJA_IS_APPLICATION (self));

  valija_future_then (valija_engine_list_unfinished (self->engine), self, listed_cb);
}
