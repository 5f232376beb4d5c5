/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/replies/valija-away-banner.h"

#include "ui/replies/valija-replies-dialog.h"

#include <glib/gi18n-lib.h>

struct _ValijaAwayBanner
{
  AdwBin        parent_instance;

  AdwBanner    *banner;

  ValijaEngine *engine;
  GPtrArray    *statuses;    /* of ValijaAccountStatus, of all accounts */
};

G_DEFINE_FINAL_TYPE (ValijaAwayBanner, valija_away_banner, ADW_TYPE_BIN)

/* The first, as one notice at a time is read. */
static ValijaAccountStatus *
find_away (ValijaAwayBanner *self)
{
  for (guint i = 0; i < self->statuses->len; i++)
    if (valija_account_status_get_away (g_ptr_array_index (self->statuses, i)) != NULL)
      return g_ptr_array_index (self->statuses, i);

  return NULL;
}

static void
update (ValijaAwayBanner *self)
{
  ValijaAccountStatus *status = find_away (self);

  if (status != NULL)
    {
      const char *away = valija_account_status_get_away (status);
      g_autofree char *whose = NULL;

      if (self->statuses->len > 1)
        /* Translators: an account, and that its automatic replies are on */
        whose = g_strdup_printf (_("%s: %s"), valija_account_get_name (valija_account_status_get_account (status)),
                                 away);
      adw_banner_set_title (self->banner, whose != NULL ? whose : away);
    }

  adw_banner_set_revealed (self->banner, status != NULL);
}

static void
accounts_changed_cb (ValijaAwayBanner *self)
{
  GListModel *accounts = valija_engine_get_accounts (self->engine);

  for (guint i = 0; i < self->statuses->len; i++)
    g_signal_handlers_disconnect_by_func (g_ptr_array_index (self->statuses, i), update, self);
  g_ptr_array_set_size (self->statuses, 0);

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (accounts, i);
      ValijaAccountStatus *status = valija_engine_get_status (self->engine, account);

      if (status == NULL)
        continue;

      g_signal_connect_object (status, "notify::away", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
      g_ptr_array_add (self->statuses, g_object_ref (status));
    }

  update (self);
}

static void
clicked_cb (ValijaAwayBanner *self)
{
  ValijaAccountStatus *status = find_away (self);

  if (status != NULL)
    adw_dialog_present (valija_replies_dialog_new (self->engine, valija_account_status_get_account (status)),
                        GTK_WIDGET (self));
}

static void
valija_away_banner_dispose (GObject *object)
{
  ValijaAwayBanner *self = VALIJA_AWAY_BANNER (object);

  g_clear_pointer (&self->statuses, g_ptr_array_unref);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (valija_away_banner_parent_class)->dispose (object);
}

static void
valija_away_banner_class_init (ValijaAwayBannerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = valija_away_banner_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-away-banner.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaAwayBanner, banner);
  gtk_widget_class_bind_template_callback (widget_class, clicked_cb);
}

static void
valija_away_banner_init (ValijaAwayBanner *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->statuses = g_ptr_array_new_with_free_func (g_object_unref);
}

void
valija_away_banner_set_engine (ValijaAwayBanner *self,
                               ValijaEngine     *engine)
{
  g_return_if_fail (VALIJA_IS_AWAY_BANNER (self));
  g_return_if_fail (self->engine == NULL);

  self->engine = g_object_ref (engine);
  g_signal_connect_object (valija_engine_get_accounts (engine), "items-changed", G_CALLBACK (accounts_changed_cb), self,
                           G_CONNECT_SWAPPED);
  accounts_changed_cb (self);
}
