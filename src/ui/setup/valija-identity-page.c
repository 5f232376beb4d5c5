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
  adw_banner_set_revealed (self->banner, FALSE);
}

static void
next_clicked_cb (ValijaIdentityPage *self)
{
  g_autofree char *email = dup_stripped (self->email_row);

  if (valija_address_is_valid (email))
    {
      g_signal_emit (self, signals[NEXT], 0);
      return;
    }

  adw_banner_set_title (self->banner, *email == '\0' ? _("Type your mail address.")
                                                     : _("This is not a mail address. It looks like "
                                                         "“ana@example.org”."));
  adw_banner_set_revealed (self->banner, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->email_row), "error");
  gtk_widget_grab_focus (GTK_WIDGET (self->email_row));
  gtk_accessible_announce (GTK_ACCESSIBLE (self), adw_banner_get_title (self->banner),
                           GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

static void
valija_identity_page_dispose (GObject *object)
{
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
  gtk_widget_class_bind_template_callback (widget_class, email_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, next_clicked_cb);
}

static void
valija_identity_page_init (ValijaIdentityPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
valija_identity_page_load (ValijaIdentityPage *self,
                           const ValijaMethod *method,
                           ValijaAccount      *account)
{
  const char *description;

  g_return_if_fail (VALIJA_IS_IDENTITY_PAGE (self));

  if ((method->capabilities & VALIJA_CAPABILITY_SEND) != 0 || method->pairs_outgoing)
    description = _("Name and address stand in the messages that you send.");
  else
    description = _("The address says whose mail it is.");

  adw_preferences_group_set_description (self->identity, description);
  gtk_editable_set_text (self->name_row, valija_account_get_full_name (account));
  gtk_editable_set_text (self->email_row, valija_account_get_email (account));
  gtk_editable_set_text (self->label_row, valija_account_get_own_name (account));
  email_changed_cb (self);
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
}
