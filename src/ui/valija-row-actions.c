/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-row-actions.h"

#define ACTION "row.activate"

static void
activate_action (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  gtk_widget_activate (widget);
}

/* Whether a row can be activated is known when it is shown. */
static gboolean
mapped_cb (GSignalInvocationHint *hint,
           guint                  n_values,
           const GValue          *values,
           gpointer               data)
{
  GtkWidget *widget = g_value_get_object (&values[0]);

  if (ADW_IS_ACTION_ROW (widget) || ADW_IS_BUTTON_ROW (widget))
    gtk_widget_action_set_enabled (widget, ACTION, gtk_list_box_row_get_activatable (GTK_LIST_BOX_ROW (widget)));

  return G_SOURCE_CONTINUE;
}

void
valija_row_actions_install (void)
{
  /* Never given back: they have the actions */
  static GTypeClass *action_row, *button_row;

  if (action_row != NULL)
    return;

  action_row = g_type_class_ref (ADW_TYPE_ACTION_ROW);
  button_row = g_type_class_ref (ADW_TYPE_BUTTON_ROW);
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (action_row), ACTION, NULL, activate_action);
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (button_row), ACTION, NULL, activate_action);
  g_signal_add_emission_hook (g_signal_lookup ("map", GTK_TYPE_WIDGET), 0, mapped_cb, NULL, NULL);
}
