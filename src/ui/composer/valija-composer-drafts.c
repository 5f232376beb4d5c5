/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/composer/valija-composer-private.h"

#include "base/valija-future.h"
#include "ui/valija-application.h"
#include "ui/valija-error-dialog.h"
#include "ui/valija-format.h"

#include <glib/gi18n-lib.h>

#define SAVE_AFTER_SECONDS 3

static void save (ValijaComposer *self);
static void ask (ValijaComposer *self, const char *body);

/* In whose drafts it is kept: of the account that sends it, or else of any, which may only receive. NULL without one;
 * the list of the engine keeps it. */
static ValijaAccount *
find_keeper (ValijaComposer *self)
{
  ValijaAccount *account = valija_composer_get_account (self);
  GListModel *accounts = valija_engine_get_accounts (self->engine);
  guint n_items = g_list_model_get_n_items (accounts);

  for (guint i = 0; account == NULL && i < n_items; i++)
    {
      g_autoptr(ValijaAccount) other = g_list_model_get_item (accounts, i);

      if (other == self->begun_in || i + 1 == n_items)
        account = other;
    }

  return account;
}

/* Nowhere to keep it: it is lost only if that is what the user wants. */
static void
ask_to_lose (ValijaComposer *self)
{
  valija_composer_present (self);
  if (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self)) == NULL)
    ask (self, _("There is no account left to keep it in. Add one first, or copy the text."));
}

static void
note_saved (ValijaComposer *self)
{
  g_autofree char *when = valija_format_date (g_get_real_time () / G_USEC_PER_SEC, NULL);
  /* Translators: %s is a time of day */
  g_autofree char *text = g_strdup_printf (_("Draft saved %s"), when);

  gtk_label_set_text (self->draft_note, text);
}

static void
saved_cb (DexFuture *future,
          gpointer   owner)
{
  ValijaComposer *self = owner;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  self->saving = FALSE;
  if (value != NULL)
    self->draft = g_value_get_int64 (value);

  if (self->dropping)
    {
      valija_composer_drop (self);
      return;
    }

  /* It may not be done after all, and is saved again then. */
  if (self->done)
    return;

  if (value == NULL)
    {
      /* Not closed then: it is the only copy. */
      self->dirty = TRUE;
      if (self->closing)
        valija_composer_present (self);
      if (!valija_error_is_cancelled (error))
        adw_dialog_present (valija_error_dialog_new (self->engine, NULL, error), GTK_WIDGET (self));
      return;
    }

  note_saved (self);

  if (self->dirty)
    {
      if (self->closing)
        save (self);
      else
        valija_composer_schedule_save (self);
    }
  else if (self->closing && !valija_composer_is_attaching (self))
    {
      valija_application_notify (valija_application_get_default (), _("Draft saved"));
      gtk_window_destroy (GTK_WINDOW (self));
    }
}

static void
save (ValijaComposer *self)
{
  ValijaAccount *account = find_keeper (self);

  g_clear_handle_id (&self->save_source, g_source_remove);

  if (self->saving)
    return;

  if (account == NULL)
    {
      if (self->closing)
        ask_to_lose (self);
      return;
    }

  valija_composer_collect (self);
  self->dirty = FALSE;
  self->saving = TRUE;
  valija_application_hold_for (valija_application_get_default (),
                               valija_engine_save_draft (self->engine, account, self->composition, self->draft),
                               self, saved_cb);
}

static gboolean
save_cb (gpointer data)
{
  ValijaComposer *self = data;

  self->save_source = 0;
  if (self->dirty)
    save (self);

  return G_SOURCE_REMOVE;
}

void
valija_composer_schedule_save (ValijaComposer *self)
{
  if (self->save_source == 0 && !self->done)
    self->save_source = g_timeout_add_seconds (SAVE_AFTER_SECONDS, save_cb, self);
}

void
valija_composer_save_again (ValijaComposer *self)
{
  self->done = FALSE;
  self->dirty = TRUE;
  valija_composer_schedule_save (self);
}

/* Goes away at once for the eye, and for good when the draft is safe. */
void
valija_composer_close_saving (ValijaComposer *self)
{
  if (!self->saving && find_keeper (self) == NULL)
    {
      ask_to_lose (self);
      return;
    }

  self->closing = TRUE;
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  save (self);
}

/* The draft is for the server now. Not waited for: until it is there it is safe here. */
void
valija_composer_release (ValijaComposer *self)
{
  ValijaAccount *account = self->draft != 0 ? find_keeper (self) : NULL;

  if (account != NULL)
    valija_future_forget (valija_engine_release_draft (self->engine, account, self->draft), "draft to the server");
  self->draft = 0;
}

/* ---- Discarding ---- */

void
valija_composer_drop (ValijaComposer *self)
{
  gint64 draft = self->draft;

  self->dropping = TRUE;
  if (self->saving)
    {
      gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
      return;
    }

  self->draft = 0;
  if (draft != 0)
    valija_application_hold_for (valija_application_get_default (),
                                 valija_engine_drop_draft (self->engine, draft), NULL, NULL);
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
discard_dismissed_cb (ValijaComposer *self)
{
  valija_composer_end_undo (self);
}

static void
discard_response_cb (GObject      *dialog,
                     GAsyncResult *result,
                     gpointer      data)
{
  g_autoptr(ValijaComposer) self = data;
  const char *response = adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (dialog), result);

  if (self->done)
    return;

  if (g_str_equal (response, "discard"))
    {
      self->done = TRUE;
      valija_composer_drop (self);
    }
  else if (self->dirty)
    valija_composer_schedule_save (self);
}

static void
ask (ValijaComposer *self,
     const char     *body)
{
  AdwDialog *dialog = adw_alert_dialog_new (_("Discard the Message?"), body);

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog),
                                  "cancel", _("_Cancel"),
                                  "discard", _("_Discard"),
                                  NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "discard", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_choose (ADW_ALERT_DIALOG (dialog), GTK_WIDGET (self), NULL, discard_response_cb,
                           g_object_ref (self));
}

gboolean
valija_composer_is_discarded (ValijaComposer *self)
{
  return self->done && !self->sending && !self->dropping;
}

/* Undo is offered in the main window; without one it is asked first. */
void
valija_composer_discard (ValijaComposer *self)
{
  AdwToast *toast;

  g_clear_handle_id (&self->save_source, g_source_remove);
  valija_composer_stop_waiting (self);

  if (valija_composer_is_empty (self))
    {
      self->done = TRUE;
      valija_composer_drop (self);
      return;
    }

  toast = adw_toast_new (_("Message discarded"));
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (valija_composer_present), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (discard_dismissed_cb), self, G_CONNECT_SWAPPED);

  if (valija_application_offer_undo (valija_application_get_default (), toast))
    {
      self->done = TRUE;
      gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
      return;
    }

  ask (self, _("This cannot be undone."));
}
