/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/composer/valija-sender.h"

struct _ValijaSender
{
  GObject        parent_instance;

  ValijaAccount *account;
  ValijaAddress *address;
};

G_DEFINE_FINAL_TYPE (ValijaSender, valija_sender, G_TYPE_OBJECT)

static void
valija_sender_finalize (GObject *object)
{
  ValijaSender *self = VALIJA_SENDER (object);

  g_clear_object (&self->account);
  g_clear_pointer (&self->address, valija_address_free);

  G_OBJECT_CLASS (valija_sender_parent_class)->finalize (object);
}

static void
valija_sender_class_init (ValijaSenderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = valija_sender_finalize;
}

static void
valija_sender_init (ValijaSender *self)
{
}

GListModel *
valija_sender_list_new (ValijaAccount *account)
{
  g_autoptr(ValijaAccount) owned = account;
  g_autoptr(GPtrArray) addresses = valija_account_list_senders (account);
  GListStore *list = g_list_store_new (VALIJA_TYPE_SENDER);

  for (guint i = 0; i < addresses->len; i++)
    {
      g_autoptr(ValijaSender) sender = g_object_new (VALIJA_TYPE_SENDER, NULL);

      sender->account = g_object_ref (account);
      sender->address = valija_address_copy (g_ptr_array_index (addresses, i));
      g_list_store_append (list, sender);
    }

  return G_LIST_MODEL (list);
}

ValijaAccount *
valija_sender_get_account (ValijaSender *self)
{
  g_return_val_if_fail (VALIJA_IS_SENDER (self), NULL);

  return self->account;
}

const ValijaAddress *
valija_sender_get_address (ValijaSender *self)
{
  g_return_val_if_fail (VALIJA_IS_SENDER (self), NULL);

  return self->address;
}
