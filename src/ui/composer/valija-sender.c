/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/composer/valija-sender.h"

#include <glib/gi18n-lib.h>

struct _ValijaSender
{
  GObject        parent_instance;

  ValijaAccount *account;
  ValijaAddress *address;
  ValijaEngine  *engine;
};

G_DEFINE_FINAL_TYPE (ValijaSender, valija_sender, G_TYPE_OBJECT)

static void
valija_sender_finalize (GObject *object)
{
  ValijaSender *self = VALIJA_SENDER (object);

  g_clear_object (&self->account);
  g_clear_pointer (&self->address, valija_address_free);
  g_clear_object (&self->engine);

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
valija_sender_list_new (ValijaEngine  *engine,
                        ValijaAccount *account)
{
  g_autoptr(GPtrArray) addresses = valija_account_list_senders (account);
  GListStore *list = g_list_store_new (VALIJA_TYPE_SENDER);

  for (guint i = 0; i < addresses->len; i++)
    {
      g_autoptr(ValijaSender) sender = g_object_new (VALIJA_TYPE_SENDER, NULL);

      sender->account = g_object_ref (account);
      sender->address = valija_address_copy (g_ptr_array_index (addresses, i));
      sender->engine = g_object_ref (engine);
      g_list_store_append (list, sender);
    }

  return G_LIST_MODEL (list);
}

static gboolean
sends_from (ValijaAccount *account,
            const char    *address)
{
  g_autoptr(GPtrArray) senders = valija_account_list_senders (account);

  for (guint i = 0; i < senders->len; i++)
    {
      const ValijaAddress *sender = g_ptr_array_index (senders, i);

      if (g_ascii_strcasecmp (sender->address, address) == 0)
        return TRUE;
    }

  return FALSE;
}

char *
valija_sender_dup_label (ValijaSender *self)
{
  g_autofree char *text = NULL;
  gboolean shared = FALSE, same_name = FALSE;
  GListModel *accounts;
  const char *name;

  g_return_val_if_fail (VALIJA_IS_SENDER (self), NULL);

  text = valija_address_to_text (self->address);
  name = valija_account_get_name (self->account);
  accounts = valija_engine_get_accounts (self->engine);
  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) other = g_list_model_get_item (accounts, i);

      if (other == self->account || !sends_from (other, self->address->address))
        continue;
      shared = TRUE;
      same_name |= g_str_equal (valija_account_get_name (other), name);
    }

  if (!shared)
    return g_steal_pointer (&text);
  if (same_name)
    {
      const char *method = valija_account_get_method (self->account);

      name = valija_method_text (valija_engine_find_method (self->engine, method)->name);
    }

  /* Translators: whom a message is from, and by which account */
  return g_strdup_printf (_("%s – %s"), text, name);
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
