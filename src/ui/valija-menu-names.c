/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-menu-names.h"

/* Private to GTK, and registered when the first menu is made */
#define ITEM_TYPE_NAME "GtkModelButton"

static gboolean
mapped_cb (GSignalInvocationHint *hint,
           guint                  n_values,
           const GValue          *values,
           gpointer               data)
{
  GObject *widget = g_value_get_object (&values[0]);
  g_autofree char *text = NULL;

  if (G_OBJECT_TYPE (widget) != g_type_from_name (ITEM_TYPE_NAME))
    return G_SOURCE_CONTINUE;

  g_object_get (widget, "text", &text, NULL);
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, text != NULL ? text : "", -1);

  return G_SOURCE_CONTINUE;
}

void
valija_menu_names_install (void)
{
  /* Never given back: it has the signals */
  static GTypeClass *widget_class;

  if (widget_class != NULL)
    return;

  widget_class = g_type_class_ref (GTK_TYPE_WIDGET);
  g_signal_add_emission_hook (g_signal_lookup ("map", GTK_TYPE_WIDGET), 0, mapped_cb, NULL, NULL);
}
