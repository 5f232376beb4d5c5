/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/list/valija-message-place.h"

struct _ValijaMessagePlace
{
  GtkBox     parent_instance;

  GtkWidget *from_server;
  GtkLabel  *folder;
  GtkWidget *account;
  GtkWidget *account_dot;
  GtkLabel  *account_name;
};

G_DEFINE_FINAL_TYPE (ValijaMessagePlace, valija_message_place, GTK_TYPE_BOX)

/* In the order of the accounts each has the next colour, so that neighbours differ. */
static const char *
find_color (GListModel    *accounts,
            ValijaAccount *account)
{
  static const char * const classes[] = {
    "blue", "orange", "green", "purple", "teal", "red", "yellow", "pink",
  };

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) other = g_list_model_get_item (accounts, i);

      if (other == account)
        return classes[i % G_N_ELEMENTS (classes)];
    }

  return "slate";
}

static void
valija_message_place_class_init (ValijaMessagePlaceClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-message-place.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePlace, from_server);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePlace, folder);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePlace, account);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePlace, account_dot);
  gtk_widget_class_bind_template_child (widget_class, ValijaMessagePlace, account_name);
}

static void
valija_message_place_init (ValijaMessagePlace *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
valija_message_place_new (void)
{
  return g_object_new (VALIJA_TYPE_MESSAGE_PLACE, NULL);
}

void
valija_message_place_show (ValijaMessagePlace *self,
                           const char         *folder,
                           gboolean            from_server,
                           ValijaAccount      *account,
                           GListModel         *accounts)
{
  g_return_if_fail (VALIJA_IS_MESSAGE_PLACE (self));

  gtk_widget_set_visible (GTK_WIDGET (self), folder != NULL || from_server || account != NULL);
  gtk_widget_set_visible (self->from_server, from_server);

  gtk_label_set_text (self->folder, folder != NULL ? folder : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->folder), folder);
  gtk_widget_set_visible (GTK_WIDGET (self->folder), folder != NULL);

  gtk_widget_set_visible (self->account, account != NULL);
  if (account == NULL)
    return;

  gtk_label_set_text (self->account_name, valija_account_get_name (account));
  gtk_widget_set_tooltip_text (self->account, valija_account_get_email (account));
  gtk_widget_set_css_classes (self->account_dot, (const char *[]) { "valija-account", find_color (accounts, account),
                                                                    NULL });
}
