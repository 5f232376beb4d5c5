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

/* What the choices of a row stand for, in their order: the number in the settings, from the least on. */
typedef struct
{
  int values[6];
  guint n_values;
} Choices;

static const Choices read_seconds = { { -1, 0, 1, 2, 5, 10 }, 6 };
static const Choices undo_seconds = { { 0, 5, 10, 30 }, 4 };
static const Choices check_minutes = { { 0, 1, 5, 10, 30, 60 }, 6 };

/* The greatest choice that is not more than what is set. */
static gboolean
number_to_choice (GValue   *choice,
                  GVariant *number,
                  gpointer  data)
{
  const Choices *choices = data;
  gint64 value = g_variant_is_of_type (number, G_VARIANT_TYPE_INT32) ? (gint64) g_variant_get_int32 (number)
                                                                     : (gint64) g_variant_get_uint32 (number);
  guint position = 0;

  while (position + 1 < choices->n_values && choices->values[position + 1] <= value)
    position++;
  g_value_set_uint (choice, position);

  return TRUE;
}

static GVariant *
choice_to_number (const GValue       *choice,
                  const GVariantType *type,
                  gpointer            data)
{
  const Choices *choices = data;
  int value = choices->values[MIN (g_value_get_uint (choice), choices->n_values - 1)];

  return g_variant_type_equal (type, G_VARIANT_TYPE_INT32) ? g_variant_new_int32 (value) : g_variant_new_uint32 (value);
}

static void
bind_choice (ValijaPreferencesDialog *self,
             const char              *key,
             GtkWidget               *row,
             const Choices           *choices)
{
  g_settings_bind_with_mapping (self->settings, key, row, "selected", G_SETTINGS_BIND_DEFAULT, number_to_choice,
                                choice_to_number, (gpointer) choices, NULL);
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
  g_settings_bind (self->settings, "confirm-link", self->confirm_link, "active", G_SETTINGS_BIND_DEFAULT);
  bind_choice (self, "mark-read-seconds", self->mark_read, &read_seconds);
  bind_choice (self, "undo-send-seconds", self->undo_send, &undo_seconds);
  bind_choice (self, "check-interval", self->check_interval, &check_minutes);
}

AdwDialog *
valija_preferences_dialog_new (void)
{
  return g_object_new (VALIJA_TYPE_PREFERENCES_DIALOG, NULL);
}
