/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-application-private.h"

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

void
valija_application_compose (ValijaApplication *self,
                            ValijaAccount     *account,
                            ValijaComposition *composition,
                            gint64             draft)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  g_return_if_fail (VALIJA_IS_APPLICATION (self));

  /* A draft that is open already is not opened twice. */
  for (GList *l = windows; draft != 0 && l != NULL; l = l->next)
    if (VALIJA_IS_COMPOSER (l->data) && valija_composer_get_draft (l->data) == draft)
      {
        gtk_window_present (l->data);
        return;
      }

  if (can_compose (self))
    gtk_window_present (GTK_WINDOW (valija_composer_new (GTK_APPLICATION (self), self->engine, account, composition,
                                                         draft)));
}

void
valija_application_answer (ValijaApplication *self,
                           ValijaAccount     *account,
                           ValijaComposition *composition,
                           ValijaMessage     *original,
                           ValijaFlags        flag)
{
  GtkWidget *composer;

  g_return_if_fail (VALIJA_IS_APPLICATION (self));

  if (!can_compose (self))
    return;

  composer = valija_composer_new (GTK_APPLICATION (self), self->engine, account, composition, 0);
  valija_composer_set_original (VALIJA_COMPOSER (composer), original, flag);
  gtk_window_present (GTK_WINDOW (composer));
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
  ValijaOutboxItem *item;         /* to be taken out of the outbox once it is a draft */
  ValijaComposition *composition;
} Edit;

static void
edit_free (gpointer data)
{
  Edit *edit = data;

  g_object_unref (edit->application);
  g_clear_object (&edit->account);
  g_clear_object (&edit->item);
  g_clear_object (&edit->composition);
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

      valija_application_compose (edit->application, edit->account, composition, edit->draft);
    }
  else
    valija_application_show_error (edit->application, error);

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
item_removed_cb (DexFuture *future,
                 gpointer   data)
{
  Edit *edit = data;
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) != NULL)
    valija_application_compose (edit->application, edit->account, edit->composition, edit->draft);
  else
    valija_application_show_error (edit->application, error);

  return NULL;
}

/* It is a draft now; only then it leaves the outbox, so that it is nowhere at no moment. */
static DexFuture *
item_saved_cb (DexFuture *future,
               gpointer   data)
{
  Edit *edit = data;
  const GValue *value = dex_future_get_value (future, NULL);

  edit->draft = g_value_get_int64 (value);

  return valija_engine_remove_outbox_item (edit->application->engine, edit->item);
}

static DexFuture *
item_parsed_cb (DexFuture *future,
                gpointer   data)
{
  Edit *edit = data;
  const GValue *value = dex_future_get_value (future, NULL);

  edit->composition = valija_composition_new_draft (g_value_get_object (value));

  return valija_engine_save_draft (edit->application->engine, edit->account, edit->composition, 0);
}

static DexFuture *
item_loaded_cb (DexFuture *future,
                gpointer   data)
{
  Edit *edit = data;
  const GValue *value = dex_future_get_value (future, NULL);

  return valija_engine_parse_source (edit->application->engine, g_value_get_boxed (value));
}

void
valija_application_edit_outbox_item (ValijaApplication *self,
                                     ValijaOutboxItem  *item)
{
  DexFuture *future;
  Edit *edit;

  g_return_if_fail (VALIJA_IS_APPLICATION (self));
  g_return_if_fail (VALIJA_IS_OUTBOX_ITEM (item));

  if (valija_outbox_item_get_account (item) == NULL)
    {
      valija_application_notify (self, _("The account of this message was removed."));
      return;
    }

  edit = g_new0 (Edit, 1);
  edit->application = g_object_ref (self);
  edit->account = g_object_ref (valija_outbox_item_get_account (item));
  edit->item = g_object_ref (item);

  /* One after the other; a rejection runs through to the last, which shows it and owns @edit.
   * Disowned for that reason. */
  future = valija_engine_load_outbox_item (self->engine, item);
  future = dex_future_then (future, item_loaded_cb, edit, NULL);
  future = dex_future_then (future, item_parsed_cb, edit, NULL);
  future = dex_future_then (future, item_saved_cb, edit, NULL);
  dex_future_disown (dex_future_finally (future, item_removed_cb, edit, edit_free));
}
