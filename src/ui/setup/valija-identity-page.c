/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/setup/valija-identity-page.h"

#include "model/valija-address.h"

#include <glib/gi18n-lib.h>

struct _ValijaIdentityPage
{
  AdwNavigationPage    parent_instance;

  AdwBanner           *banner;
  AdwPreferencesGroup *identity;
  GtkEditable         *name_row;
  GtkEditable         *email_row;
  GtkEditable         *label_row;
  GtkWidget           *addresses;
  GtkEditable         *senders_row;
  GtkEditable         *shared_row;

  ValijaAccount       *scratch;   /* nullable: of the same method, to try settings on */
};

G_DEFINE_FINAL_TYPE (ValijaIdentityPage, valija_identity_page, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  NEXT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static char *
dup_stripped (GtkEditable *row)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (row)));
}

static void
email_changed_cb (ValijaIdentityPage *self)
{
  gtk_widget_remove_css_class (GTK_WIDGET (self->email_row), "error");
  gtk_widget_remove_css_class (GTK_WIDGET (self->senders_row), "error");
  gtk_widget_remove_css_class (GTK_WIDGET (self->shared_row), "error");
  adw_banner_set_revealed (self->banner, FALSE);
}

static gboolean
has_setting (ValijaAccount *account,
             const char    *key)
{
  return g_strv_contains (valija_account_list_keys (account), key);
}

static void
refuse (ValijaIdentityPage *self,
        GtkEditable        *row,
        const char         *sentence)
{
  adw_banner_set_title (self->banner, sentence);
  adw_banner_set_revealed (self->banner, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (row), "error");
  gtk_widget_grab_focus (GTK_WIDGET (row));
  gtk_accessible_announce (GTK_ACCESSIBLE (self), adw_banner_get_title (self->banner),
                           GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

static gboolean
check_addresses (ValijaIdentityPage *self,
                 GtkEditable        *row,
                 const char         *key)
{
  g_autoptr(GError) error = NULL;

  if (self->scratch == NULL || !has_setting (self->scratch, key) ||
      valija_account_set_key (self->scratch, key, gtk_editable_get_text (row), &error))
    return TRUE;

  refuse (self, row, error->message);
  return FALSE;
}

static void
next_clicked_cb (ValijaIdentityPage *self)
{
  g_autofree char *email = dup_stripped (self->email_row);

  if (!valija_address_is_valid (email))
    refuse (self, self->email_row, *email == '\0' ? _("Type your mail address.")
                                                  : _("This is not a mail address. It looks like "
                                                      "“ana@example.org”."));
  else if (check_addresses (self, self->senders_row, "senders") && check_addresses (self, self->shared_row, "shared"))
    g_signal_emit (self, signals[NEXT], 0);
}

static void
valija_identity_page_dispose (GObject *object)
{
  g_clear_object (&VALIJA_IDENTITY_PAGE (object)->scratch);
  gtk_widget_dispose_template (GTK_WIDGET (object), VALIJA_TYPE_IDENTITY_PAGE);

  G_OBJECT_CLASS (valija_identity_page_parent_class)->dispose (object);
}

static void
valija_identity_page_class_init (ValijaIdentityPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_identity_page_dispose;

  signals[NEXT] = g_signal_new ("next", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-identity-page.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaIdentityPage, banner);
  gtk_widget_class_bind_template_child (widget_class, ValijaIdentityPage, identity);
  gtk_widget_class_bind_template_child (widget_class, ValijaIdentityPage, name_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaIdentityPage, email_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaIdentityPage, label_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaIdentityPage, addresses);
  gtk_widget_class_bind_template_child (widget_class, ValijaIdentityPage, senders_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaIdentityPage, shared_row);
  gtk_widget_class_bind_template_callback (widget_class, email_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, next_clicked_cb);
}

static void
valija_identity_page_init (ValijaIdentityPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
load_addresses (GtkEditable   *row,
                ValijaAccount *account,
                const char    *key,
                gboolean       visible)
{
  g_autofree char *text = has_setting (account, key) ? valija_account_dup_key (account, key) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (row), visible && text != NULL);
  gtk_editable_set_text (row, text != NULL ? text : "");
}

void
valija_identity_page_load (ValijaIdentityPage *self,
                           const ValijaMethod *method,
                           ValijaAccount      *account)
{
  const char *description;
  gboolean sends;

  g_return_if_fail (VALIJA_IS_IDENTITY_PAGE (self));

  sends = (method->capabilities & VALIJA_CAPABILITY_SEND) != 0 || method->pairs_outgoing;
  if (sends)
    description = _("Name and address stand in the messages that you send.");
  else
    description = _("The address says whose mail it is.");

  adw_preferences_group_set_description (self->identity, description);
  gtk_editable_set_text (self->name_row, valija_account_get_full_name (account));
  gtk_editable_set_text (self->email_row, valija_account_get_email (account));
  gtk_editable_set_text (self->label_row, valija_account_get_own_name (account));
  g_clear_object (&self->scratch);
  self->scratch = valija_account_new (valija_account_get_method (account));
  load_addresses (self->senders_row, account, "senders", sends);
  load_addresses (self->shared_row, account, "shared", TRUE);
  gtk_widget_set_visible (self->addresses, gtk_widget_get_visible (GTK_WIDGET (self->senders_row)) ||
                                           gtk_widget_get_visible (GTK_WIDGET (self->shared_row)));
  email_changed_cb (self);
}

/* They were checked before one could go on. */
static void
store_addresses (GtkEditable   *row,
                 ValijaAccount *account,
                 const char    *key)
{
  if (has_setting (account, key))
    valija_account_set_key (account, key, gtk_editable_get_text (row), NULL);
}

void
valija_identity_page_store (ValijaIdentityPage *self,
                            ValijaAccount      *account)
{
  g_autofree char *name = NULL;
  g_autofree char *email = NULL;
  g_autofree char *label = NULL;

  g_return_if_fail (VALIJA_IS_IDENTITY_PAGE (self));

  name = dup_stripped (self->name_row);
  email = dup_stripped (self->email_row);
  label = dup_stripped (self->label_row);
  g_object_set (account, "full-name", name, "email", email, "name", label, NULL);
  store_addresses (self->senders_row, account, "senders");
  store_addresses (self->shared_row, account, "shared");
}
