/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-fake-engine-private.h"

#include "base/valija-future.h"

gint64
valija_fake_engine_add_outbox (ValijaEngine *self, ValijaAccount *account, const char *subject, ValijaOutboxState state,
                               const char *words, gint64 due)
{
  g_autoptr(ValijaOutboxItem) item = valija_outbox_item_new (self->next_id++, account);

  valija_outbox_item_update (item, subject, "bo@example.org", state, words, g_get_real_time () / G_USEC_PER_SEC,
                             words != NULL, due);
  g_list_store_append (self->outbox, item);
  g_signal_emit_by_name (self, "outbox-changed");

  return valija_outbox_item_get_id (item);
}

guint
valija_fake_engine_get_n_sent (ValijaEngine *self)
{
  return self->n_sent;
}

guint
valija_fake_engine_get_n_withdrawn (ValijaEngine *self)
{
  return self->n_withdrawn;
}

gint64
valija_fake_engine_get_last_due (ValijaEngine *self)
{
  return self->last_due;
}

guint
valija_fake_engine_get_n_drafts (ValijaEngine *self)
{
  return self->n_drafts;
}

guint
valija_fake_engine_get_n_released (ValijaEngine *self)
{
  return self->n_released;
}

GBytes *
valija_fake_engine_get_sent (ValijaEngine *self)
{
  return self->sent;
}

DexFuture *
valija_engine_send (ValijaEngine *self, ValijaAccount *account, ValijaComposition *composition, gint64 due)
{
  GError *error = NULL;

  if (self->failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));

  g_clear_pointer (&self->sent, g_bytes_unref);
  self->sent = valija_composition_build (composition, FALSE, &error);
  if (self->sent == NULL)
    return dex_future_new_for_error (error);

  self->n_sent++;
  self->last_due = due;

  return valija_fake_engine_hold (self, dex_future_new_for_int64 (valija_fake_engine_add_outbox (self, account, "Sent",
                                                                              VALIJA_OUTBOX_PENDING, NULL, due)));
}

DexFuture *
valija_engine_send_source (ValijaEngine *self, ValijaAccount *account, GBytes *source,
                           const char * const *extra_recipients, gint64 due)
{
  self->n_sent++;

  return dex_future_new_for_int64 (self->next_id++);
}

DexFuture *
valija_engine_search_directory (ValijaEngine *self, ValijaAccount *account, const char *text, guint limit)
{
  GPtrArray *people = valija_address_list_new ();

  if (g_str_has_prefix ("bo", text))
    {
      g_ptr_array_add (people, valija_address_new ("Bo Lindqvist", "BO@example.org"));
      g_ptr_array_add (people, valija_address_new ("Borg, Anna", "anna.borg@example.org"));
    }

  return valija_future_new_take_ptr_array (people);
}

gboolean
valija_engine_has_auto_replies (ValijaEngine *self, ValijaAccount *account)
{
  return TRUE;
}

DexFuture *
valija_engine_load_auto_replies (ValijaEngine *self, ValijaAccount *account)
{
  if (self->failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));

  return dex_future_new_take_boxed (VALIJA_TYPE_AUTO_REPLIES,
                                    self->replies != NULL ? valija_auto_replies_copy (self->replies)
                                                          : valija_auto_replies_new ());
}

DexFuture *
valija_engine_save_auto_replies (ValijaEngine *self, ValijaAccount *account, const ValijaAutoReplies *replies)
{
  if (self->failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));

  g_clear_pointer (&self->replies, valija_auto_replies_free);
  self->replies = valija_auto_replies_copy (replies);
  valija_account_status_set_away (valija_engine_get_status (self, account),
                                  replies->state != VALIJA_REPLIES_OFF ? "Automatic replies are on" : NULL);

  return dex_future_new_true ();
}

DexFuture *
valija_engine_check_address (ValijaEngine *self, ValijaAccount *account, const char *address)
{
  if (self->failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));

  return dex_future_new_take_boxed (VALIJA_TYPE_ADDRESS_CHECK,
                                    valija_address_check_new (VALIJA_ADDRESS_REFUSED, "550 5.1.1 no such user"));
}

DexFuture *
valija_engine_answer_confirmation (ValijaEngine *self, ValijaMessage *message, gboolean confirm)
{
  valija_fake_engine_find_row (self, valija_message_get_id (message))->flags |= VALIJA_FLAG_MDN_SENT;
  self->n_sent += confirm;
  valija_fake_engine_changed (self);

  return dex_future_new_true ();
}

GListModel *
valija_engine_get_outbox (ValijaEngine *self)
{
  return G_LIST_MODEL (self->outbox);
}

DexFuture *
valija_engine_flush_outbox (ValijaEngine *self, ValijaAccount *account)
{
  return dex_future_new_for_uint (0);
}

DexFuture *
valija_engine_retry_outbox_item (ValijaEngine *self, ValijaOutboxItem *item)
{
  valija_outbox_item_update (item, valija_outbox_item_get_subject (item), valija_outbox_item_get_recipients (item),
                             VALIJA_OUTBOX_PENDING, NULL, valija_outbox_item_get_date (item), 2, 0);

  return dex_future_new_true ();
}

DexFuture *
valija_engine_confirm_outbox_item (ValijaEngine *self, ValijaOutboxItem *item)
{
  valija_outbox_item_update (item, valija_outbox_item_get_subject (item), valija_outbox_item_get_recipients (item),
                             VALIJA_OUTBOX_SENT, NULL, valija_outbox_item_get_date (item), 1, 0);
  g_signal_emit_by_name (self, "outbox-changed");

  return dex_future_new_true ();
}

DexFuture *
valija_engine_remove_outbox_item (ValijaEngine *self, ValijaOutboxItem *item)
{
  guint position;

  if (g_list_store_find (self->outbox, item, &position))
    g_list_store_remove (self->outbox, position);

  return dex_future_new_true ();
}

/* Resolves to a message of the inbox: there are no drafts here. */
DexFuture *
valija_engine_withdraw_outbox_item (ValijaEngine *self, ValijaOutboxItem *item)
{
  self->n_withdrawn++;
  dex_future_disown (valija_engine_remove_outbox_item (self, item));
  g_signal_emit_by_name (self, "outbox-changed");

  return dex_future_new_for_int64 (((ValijaMessageRow *) g_ptr_array_index (self->rows, 0))->id);
}

ValijaOutboxItem *
valija_engine_find_outbox_item (ValijaEngine *self, gint64 id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->outbox)); i++)
    {
      g_autoptr(ValijaOutboxItem) item = g_list_model_get_item (G_LIST_MODEL (self->outbox), i);

      if (valija_outbox_item_get_id (item) == id)
        return item;
    }

  return NULL;
}

DexFuture *
valija_engine_end_undo_send (ValijaEngine *self)
{
  return dex_future_new_true ();
}

char *
valija_engine_describe_sent_copy (ValijaEngine *self, ValijaAccount *account)
{
  return g_strdup ("A copy is kept in Sent on the server.");
}

DexFuture *
valija_engine_save_draft (ValijaEngine *self, ValijaAccount *account, ValijaComposition *composition, gint64 replaces)
{
  if (self->failure != NULL)
    return dex_future_new_for_error (g_steal_pointer (&self->failure));

  self->n_drafts += replaces == 0;

  return valija_fake_engine_hold (self, dex_future_new_for_int64 (replaces != 0 ? replaces : self->next_id++));
}

void
valija_engine_hold_draft (ValijaEngine *self, gint64 draft)
{
}

DexFuture *
valija_engine_release_draft (ValijaEngine *self, ValijaAccount *account, gint64 draft)
{
  self->n_released++;

  return dex_future_new_true ();
}

DexFuture *
valija_engine_list_unfinished (ValijaEngine *self)
{
  return valija_future_new_take_ptr_array (g_ptr_array_new_with_free_func (g_object_unref));
}

DexFuture *
valija_engine_settle_draft (ValijaEngine *self, gint64 draft, gint64 theirs)
{
  return dex_future_new_true ();
}

DexFuture *
valija_engine_drop_draft (ValijaEngine *self, gint64 draft)
{
  self->n_drafts--;

  return dex_future_new_true ();
}
