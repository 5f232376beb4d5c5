/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/preferences/valija-preferences-dialog.h"

struct _ValijaPreferencesDialog
{
  AdwPreferencesDialog parent_instance;

  GtkWidget           *mark_read;
  GtkWidget           *confirm_link;
  GtkWidget           *undo_send;
  GtkWidget           *check_interval;

  GSettings           *settings;
};

G_DEFINE_FINAL_TYPE (ValijaPreferencesDialog, valija_preferences_dialog, ADW_TYPE_PREFERENCES_DIALOG)

/* In the order of the choices. */
static const guint undo_seconds[] = { 0, 5, 10, 30 };

/* The longest choice that is not longer than what is set. */
static gboolean
seconds_to_choice (GValue   *choice,
                   GVariant *seconds,
                   gpointer  data)
{
  guint position = 0;

  while (position + 1 < G_N_ELEMENTS (undo_seconds) && undo_seconds[position + 1] <= g_variant_get_uint32 (seconds))
    position++;
  g_value_set_uint (choice, position);

  return TRUE;
}

static GVariant *
choice_to_seconds (const GValue       *choice,
                   const GVariantType *type,
                   gpointer            data)
{
  return g_variant_new_uint32 (undo_seconds[MIN (g_value_get_uint (choice), G_N_ELEMENTS (undo_seconds) - 1)]);
}

static void
valija_preferences_dialog_dispose (GObject *object)
{
  ValijaPreferencesDialog *self = VALIJA_PREFERENCES_DIALOG (object);

  g_clear_object (&self->settings);

  G_OBJECT_CLASS (valija_preferences_dialog_parent_class)->dispose (object);
}

static void
valija_preferences_dialog_class_init (ValijaPreferencesDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_preferences_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-preferences-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaPreferencesDialog, mark_read);
  gtk_widget_class_bind_template_child (widget_class, ValijaPreferencesDialog, confirm_link);
  gtk_widget_class_bind_template_child (widget_class, ValijaPreferencesDialog, undo_send);
  gtk_widget_class_bind_template_child (widget_class, ValijaPreferencesDialog, check_interval);
}

static void
valija_preferences_dialog_init (ValijaPreferencesDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->settings = g_settings_new (APP_ID);
  g_settings_bind (self->settings, "mark-read-seconds", self->mark_read, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "confirm-link", self->confirm_link, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind_with_mapping (self->settings, "undo-send-seconds", self->undo_send, "selected",
                                G_SETTINGS_BIND_DEFAULT, seconds_to_choice, choice_to_seconds, NULL, NULL);
  g_settings_bind (self->settings, "check-interval", self->check_interval, "value", G_SETTINGS_BIND_DEFAULT);
}

AdwDialog *
valija_preferences_dialog_new (void)
{
  return g_object_new (VALIJA_TYPE_PREFERENCES_DIALOG, NULL);
}
