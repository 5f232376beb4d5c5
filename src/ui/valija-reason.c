/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-reason.h"

void
valija_widget_set_reason (GtkWidget  *widget,
                          const char *label,
                          const char *reason)
{
  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (label != NULL);

  gtk_widget_set_tooltip_text (widget, reason != NULL ? reason : label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, reason != NULL ? reason : "",
                                  -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_STATE_DISABLED, reason != NULL, -1);

  if (reason != NULL)
    gtk_widget_add_css_class (widget, "unavailable");
  else
    gtk_widget_remove_css_class (widget, "unavailable");
}
