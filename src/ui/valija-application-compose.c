/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-application-private.h"

#include "base/valija-future.h"
#include "ui/composer/valija-composer.h"

#include <glib/gi18n-lib.h>

ValijaAccount *
valija_application_find_sender (ValijaApplication *self,
                                char             **reason)
{
  GListModel *accounts;
  g_autofree char *first = NULL;

  g_return_val_if_fail (VALIJA_IS_APPLICATION (self), NULL);

  accounts = valija_engine_get_accounts (self->engine);
  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (accounts, i);
      g_autofree char *why_not = valija_engine_why_not (self->engine, account, NULL, VALIJA_ACTION_COMPOSE);

      /* The list keeps it. */
      if (why_not == NULL)
        return account;

      if (first == NULL)
        first = g_steal_pointer (&why_not);
    }

  if (reason != NULL)
    *reason = first != NULL ? g_steal_pointer (&first)
                            : valija_engine_why_not (self->engine, NULL, NULL, VALIJA_ACTION_COMPOSE);

  return NULL;
}

/* Whether there is anybody to send from; if not, says what to do. */
static gboolean
can_compose (ValijaApplication *self)
{
  g_autofree char *reason = NULL;
  ValijaWindow *window;

  if (valija_application_find_sender (self, &reason) != NULL)
    return TRUE;

  g_application_activate (G_APPLICATION (self));
  window = valija_application_find_window (self);
  if (window != NULL)
    valija_window_show_notice (window, reason, _("_Add Account"), "app.add-account");

  return FALSE;
}

/* @original (nullable) gets @flag once it is sent. */
static void
open_composer (ValijaApplication *self,
               ValijaAccount     *account,
               ValijaComposition *composition,
               gint64             draft,
               ValijaMessage     *original,
               ValijaFlags        flag)
{
  GtkWidget *composer;

  if (!can_compose (self))
    return;

  composer = valija_composer_new (GTK_APPLICATION (self), self->engine, account, composition, draft);
  valija_composer_set_original (VALIJA_COMPOSER (composer), original, flag);
  gtk_window_present (GTK_WINDOW (composer));
}

void
valija_application_compose (ValijaApplication *self,
                            ValijaAccount     *account,
                            ValijaComposition *composition,
                            gint64             draft)
{
  GList *windows;
  ValijaWindow *window;

  g_return_if_fail (VALIJA_IS_APPLICATION (self));

  windows = gtk_application_get_windows (GTK_APPLICATION (self));
  window = valija_application_find_window (self);
  if (account == NULL && window != NULL)
    account = valija_window_get_account (window);

  /* A draft that is open already is not opened twice. */
  for (GList *l = windows; draft != 0 && l != NULL; l = l->next)
    if (VALIJA_IS_COMPOSER (l->data) && valija_composer_get_draft (l->data) == draft)
      {
        valija_composer_present (l->data);
        return;
      }

  open_composer (self, account, composition, draft, NULL, VALIJA_FLAG_NONE);
}

void
valija_application_answer (ValijaApplication *self,
                           ValijaAccount     *account,
                           ValijaComposition *composition,
                           ValijaMessage     *original,
                           ValijaFlags        flag)
{
  g_return_if_fail (VALIJA_IS_APPLICATION (self));

  open_composer (self, account, composition, 0, original, flag);
}

void
valija_application_compose_mailto (ValijaApplication *self,
                                   const char        *uri)
{
  g_autoptr(ValijaComposition) composition = NULL;
  g_autoptr(GError) error = NULL;

  g_return_if_fail (VALIJA_IS_APPLICATION (self));

  composition = valija_composition_new_mailto (uri, &error);
  if (composition == NULL)
    {
      g_application_activate (G_APPLICATION (self));
      valija_application_show_error (self, error);
      return;
    }

  valija_application_compose (self, NULL, composition, 0);
}

/* ---- Drafts and messages of the outbox ---- */

typedef struct
{
  ValijaApplication *application;
  ValijaAccount *account;
  gint64 draft;
  gboolean withdrawn;             /* from the outbox, and held */
  ValijaMessage *original;        /* nullable: as of open_composer() */
  ValijaFlags flag;
} Edit;

static void
edit_free (gpointer data)
{
  Edit *edit = data;

  g_object_unref (edit->application);
  g_clear_object (&edit->account);
  g_clear_object (&edit->original);
  g_free (edit);
}

static DexFuture *
draft_loaded_cb (DexFuture *future,
                 gpointer   data)
{
  Edit *edit = data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value != NULL)
    {
      g_autoptr(ValijaComposition) composition = valija_composition_new_draft (g_value_get_object (value));

      if (edit->original != NULL)
        open_composer (edit->application, edit->account, composition, edit->draft, edit->original, edit->flag);
      else
        valija_application_compose (edit->application, edit->account, composition, edit->draft);
    }
  else
    {
      /* What nobody writes on goes where drafts go */
      if (edit->withdrawn)
        valija_future_forget (valija_engine_release_draft (edit->application->engine, edit->account, edit->draft),
                              "draft to the server");
      valija_application_show_error (edit->application, error);
    }

  return NULL;
}

void
valija_application_edit_draft (ValijaApplication *self,
                               ValijaMessage     *message)
{
  ValijaFolder *folder;
  Edit *edit;

  g_return_if_fail (VALIJA_IS_APPLICATION (self));
  g_return_if_fail (VALIJA_IS_MESSAGE (message));

  folder = valija_message_get_folder (message);
  edit = g_new0 (Edit, 1);
  edit->application = g_object_ref (self);
  edit->draft = valija_message_get_id (message);
  if (folder != NULL)
    edit->account = g_object_ref (valija_folder_get_account (folder));

  /* Disowned: it ends in a window or in an error that is shown. */
  dex_future_disown (dex_future_finally (valija_engine_load_message (self->engine, message),
                                         draft_loaded_cb, edit, edit_free));
}

static DexFuture *
withdrawn_found_cb (DexFuture *future,
                    gpointer   data)
{
  Edit *edit = data;
  const GValue *value = dex_future_get_value (future, NULL);

  return valija_engine_load_message (edit->application->engine, g_value_get_object (value));
}

static DexFuture *
withdrawn_cb (DexFuture *future,
              gpointer   data)
{
  Edit *edit = data;
  const GValue *value = dex_future_get_value (future, NULL);
  g_autoptr(GPtrArray) messages = NULL;

  edit->draft = g_value_get_int64 (value);
  edit->withdrawn = TRUE;
  if (edit->original != NULL)
    {
      messages = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (messages, g_object_ref (edit->original));
      /* Not worth a notice: it is answered soon. */
      valija_future_forget (valija_engine_change_flags (edit->application->engine, messages, VALIJA_FLAG_NONE,
                                                        edit->flag), "answered mark");
    }

  return valija_engine_find_message (edit->application->engine, edit->draft);
}

/* @original (nullable) was marked with @flag when @item was queued, and no longer is. */
static void
take_back (ValijaApplication *self,
           ValijaOutboxItem  *item,
           ValijaMessage     *original,
           ValijaFlags        flag)
{
  DexFuture *future;
  Edit *edit;

  if (valija_outbox_item_get_account (item) == NULL)
    {
      valija_application_notify (self, _("The account of this message was removed."));
      return;
    }

  edit = g_new0 (Edit, 1);
  edit->application = g_object_ref (self);
  edit->account = g_object_ref (valija_outbox_item_get_account (item));
  g_set_object (&edit->original, original);
  edit->flag = flag;

  /* One after the other; a rejection runs through to the last, which shows it and owns @edit.
   * Disowned for that reason. */
  future = valija_engine_withdraw_outbox_item (self->engine, item);
  future = dex_future_then (future, withdrawn_cb, edit, NULL);
  future = dex_future_then (future, withdrawn_found_cb, edit, NULL);
  dex_future_disown (dex_future_finally (future, draft_loaded_cb, edit, edit_free));
}

void
valija_application_edit_outbox_item (ValijaApplication *self,
                                     ValijaOutboxItem  *item)
{
  g_return_if_fail (VALIJA_IS_APPLICATION (self));
  g_return_if_fail (VALIJA_IS_OUTBOX_ITEM (item));

  take_back (self, item, NULL, VALIJA_FLAG_NONE);
}

/* ---- Undo ---- */

typedef struct
{
  gint64 item;
  ValijaMessage *original;        /* nullable */
  ValijaFlags flag;
} Queued;

static void
queued_free (gpointer  data,
             GClosure *closure)
{
  Queued *queued = data;

  g_clear_object (&queued->original);
  g_free (queued);
}

static void
undo_send_cb (AdwToast *toast,
              gpointer  data)
{
  ValijaApplication *self = valija_application_get_default ();
  Queued *queued = data;
  ValijaOutboxItem *item = valija_engine_find_outbox_item (self->engine, queued->item);

  if (item != NULL)
    take_back (self, item, queued->original, queued->flag);
}

void
valija_application_offer_undo_send (ValijaApplication *self,
                                    gint64             item,
                                    const char        *text,
                                    guint              seconds,
                                    ValijaMessage     *original,
                                    ValijaFlags        flag)
{
  AdwToast *toast;
  Queued *queued;

  g_return_if_fail (VALIJA_IS_APPLICATION (self));

  toast = adw_toast_new (text);
  queued = g_new0 (Queued, 1);
  queued->item = item;
  g_set_object (&queued->original, original);
  queued->flag = flag;
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_timeout (toast, seconds);
  /* It is the only one that runs out of time. */
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (undo_send_cb), queued, queued_free, 0);
  valija_application_offer_undo (self, toast);
}
