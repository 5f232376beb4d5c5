/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-body-days.h"

#include <glib/gi18n-lib.h>

static const struct
{
  int days;
  const char *label;
} choices[] = {
  { 0, N_("None, Headers Only") },
  { 30, N_("Of 30 Days") },
  { 90, N_("Of 90 Days") },
  { 365, N_("Of a Year") },
  { -1, N_("All") },
};

GListModel *
valija_body_days_new_model (void)
{
  GtkStringList *labels = gtk_string_list_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    gtk_string_list_append (labels, _(choices[i].label));

  return G_LIST_MODEL (labels);
}

guint
valija_body_days_find (int days)
{
  for (guint i = 0; days >= 0 && i < G_N_ELEMENTS (choices) - 1; i++)
    if (days <= choices[i].days)
      return i;

  return G_N_ELEMENTS (choices) - 1;
}

int
valija_body_days_get (guint place)
{
  g_return_val_if_fail (place < G_N_ELEMENTS (choices), -1);

  return choices[place].days;
}
