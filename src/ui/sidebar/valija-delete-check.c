/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/sidebar/valija-delete-check.h"

#include <glib/gi18n-lib.h>

struct _ValijaDeleteCheck
{
  GtkCheckButton parent_instance;

  GtkLabel      *label;
};

G_DEFINE_FINAL_TYPE (ValijaDeleteCheck, valija_delete_check, GTK_TYPE_CHECK_BUTTON)

static char *
dup_words (guint n_local,
           guint n_unsent)
{
  if (n_unsent == 0)
    return g_strdup (_("Also delete the _mail that is only on this computer"));

  if (n_local == 0)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Also delete the _message in the outbox that was not sent",
                                         "Also delete the %u _messages in the outbox that were not sent", n_unsent),
                            n_unsent);

  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                       "Also delete the _mail that is only on this computer, and the message in the "
                                       "outbox that was not sent",
                                       "Also delete the _mail that is only on this computer, and the %u messages in "
                                       "the outbox that were not sent", n_unsent), n_unsent);
}

static void
valija_delete_check_class_init (ValijaDeleteCheckClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-delete-check.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaDeleteCheck, label);
}

static void
valija_delete_check_init (ValijaDeleteCheck *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
valija_delete_check_new (guint n_local,
                         guint n_unsent)
{
  ValijaDeleteCheck *self = g_object_new (VALIJA_TYPE_DELETE_CHECK, NULL);
  g_autofree char *words = dup_words (n_local, n_unsent);

  gtk_label_set_label (self->label, words);

  return GTK_WIDGET (self);
}
