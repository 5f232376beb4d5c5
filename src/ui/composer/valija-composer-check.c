/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/composer/valija-composer-private.h"

#include "base/valija-future.h"
#include "mime/valija-mime-header.h"

#include <glib/gi18n-lib.h>

/* What the outgoing server thinks of the recipients: asked one by one, only when the user wants it,
 * and for no more than a person would write to by name. */
#define MAX_ADDRESSES 20

static const char * const icons[] = {
  [VALIJA_ADDRESS_CONFIRMED] = "object-select-symbolic",
  [VALIJA_ADDRESS_ACCEPTED] = "object-select-symbolic",
  [VALIJA_ADDRESS_REFUSED] = "dialog-error-symbolic",
  [VALIJA_ADDRESS_UNKNOWN] = "dialog-question-symbolic",
};

static void
answer (AdwActionRow *row,
        const char   *icon,
        const char   *words,
        const char   *line)
{
  g_autofree char *text = line != NULL && line[0] != '\0' ? g_strdup_printf ("%s\n%s", words, line) : g_strdup (words);
  GtkWidget *image = g_object_get_data (G_OBJECT (row), "image");

  gtk_image_set_from_icon_name (GTK_IMAGE (image), icon);
  adw_action_row_set_subtitle (row, text);
}

static void
checked_cb (DexFuture *future,
            gpointer   owner)
{
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  const ValijaAddressCheck *check;

  if (value == NULL)
    {
      answer (owner, "dialog-warning-symbolic", error->message, valija_error_get_server_line (error));
      return;
    }

  check = g_value_get_boxed (value);
  answer (owner, icons[check->verdict], valija_address_verdict_get_label (check->verdict), check->server_line);
}

static GtkWidget *
add_row (GtkListBox *list,
         const char *address)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *image = g_object_new (GTK_TYPE_IMAGE, "icon-name", "content-loading-symbolic",
                                   "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  g_object_set_data (G_OBJECT (row), "image", image);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), address);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), _("Asking the server…"));
  adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), image);
  gtk_list_box_append (list, row);

  return row;
}

static GPtrArray *
list_addresses (ValijaComposer *self)
{
  ValijaAddressField *fields[] = { self->to, self->cc, self->bcc };
  g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr(GPtrArray) list = valija_mime_parse_addresses (valija_address_field_get_text (fields[i]));

      for (guint j = 0; j < list->len && addresses->len < MAX_ADDRESSES; j++)
        {
          const ValijaAddress *address = g_ptr_array_index (list, j);

          if (!g_ptr_array_find_with_equal_func (addresses, address->address, g_str_equal, NULL))
            g_ptr_array_add (addresses, g_strdup (address->address));
        }
    }

  return g_steal_pointer (&addresses);
}

static void
check_addresses_action (GtkWidget  *widget,
                        const char *name,
                        GVariant   *parameter)
{
  ValijaComposer *self = VALIJA_COMPOSER (widget);
  ValijaAccount *account = valija_composer_get_account (self);
  g_autoptr(GPtrArray) addresses = list_addresses (self);
  GtkWidget *list;
  AdwDialog *dialog;

  if (account == NULL || addresses->len == 0)
    {
      adw_toast_overlay_add_toast (self->toasts, adw_toast_new (_("Add an address first")));
      gtk_widget_grab_focus (GTK_WIDGET (self->to));
      return;
    }

  dialog = adw_alert_dialog_new (_("What the Server Says"),
                                 _("Nothing is sent. Many servers take mail for every address of others, and only tell "
                                   "later when nobody is there."));
  list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), list);
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _("_Close"));

  for (guint i = 0; i < addresses->len; i++)
    {
      const char *address = g_ptr_array_index (addresses, i);

      valija_future_then (valija_engine_check_address (self->engine, account, address),
                          add_row (GTK_LIST_BOX (list), address), checked_cb);
    }

  adw_dialog_present (dialog, widget);
}

void
valija_composer_install_check (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "composer.check-addresses", NULL, check_addresses_action);
}
