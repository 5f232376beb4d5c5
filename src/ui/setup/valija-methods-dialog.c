/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/setup/valija-methods-dialog.h"

#include "ui/setup/valija-setup-assistant.h"

struct _ValijaMethodsDialog
{
  AdwDialog             parent_instance;

  ValijaSetupAssistant *assistant;   /* (transfer none) the child */
};

G_DEFINE_FINAL_TYPE (ValijaMethodsDialog, valija_methods_dialog, ADW_TYPE_DIALOG)

enum
{
  ACCOUNT_ADDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
account_added_cb (ValijaMethodsDialog *self,
                  ValijaAccount       *account)
{
  g_signal_emit (self, signals[ACCOUNT_ADDED], 0, account);
}

static void
valija_methods_dialog_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), VALIJA_TYPE_METHODS_DIALOG);

  G_OBJECT_CLASS (valija_methods_dialog_parent_class)->dispose (object);
}

static void
valija_methods_dialog_class_init (ValijaMethodsDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_methods_dialog_dispose;

  signals[ACCOUNT_ADDED] = g_signal_new ("account-added", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL, G_TYPE_NONE, 1, VALIJA_TYPE_ACCOUNT);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-methods-dialog.ui");
}

static void
valija_methods_dialog_init (ValijaMethodsDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
valija_methods_dialog_new (ValijaEngine *engine)
{
  ValijaMethodsDialog *self = g_object_new (VALIJA_TYPE_METHODS_DIALOG, NULL);
  GtkWidget *assistant = valija_setup_assistant_new (engine);

  self->assistant = VALIJA_SETUP_ASSISTANT (assistant);
  adw_dialog_set_child (ADW_DIALOG (self), assistant);
  g_signal_connect_object (assistant, "account-added", G_CALLBACK (account_added_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (assistant, "close", G_CALLBACK (adw_dialog_close), self, G_CONNECT_SWAPPED);

  return ADW_DIALOG (self);
}

AdwDialog *
valija_methods_dialog_new_for_method (ValijaEngine  *engine,
                                      const char    *method,
                                      ValijaAccount *account)
{
  AdwDialog *self = valija_methods_dialog_new (engine);

  valija_setup_assistant_show_method (VALIJA_METHODS_DIALOG (self)->assistant, method, account);

  return self;
}

AdwDialog *
valija_methods_dialog_new_for_account (ValijaEngine  *engine,
                                       ValijaAccount *account)
{
  AdwDialog *self = valija_methods_dialog_new (engine);

  valija_setup_assistant_edit_account (VALIJA_METHODS_DIALOG (self)->assistant, account);
  adw_dialog_set_title (self, valija_account_get_name (account));

  return self;
}

AdwDialog *
valija_methods_dialog_new_for_password (ValijaEngine  *engine,
                                        ValijaAccount *account,
                                        const GError  *error)
{
  AdwDialog *self = valija_methods_dialog_new (engine);

  valija_setup_assistant_ask_password (VALIJA_METHODS_DIALOG (self)->assistant, account,
                                       valija_error_get_side (error));
  adw_dialog_set_title (self, valija_account_get_name (account));

  return self;
}
