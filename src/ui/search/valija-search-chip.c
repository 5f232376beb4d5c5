/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/search/valija-search-chip.h"

#include "model/valija-search-term.h"

#include <glib/gi18n-lib.h>

struct _ValijaSearchChip
{
  AdwBin     parent_instance;

  GtkWidget *edit;
  GtkLabel  *label;
  GtkWidget *remove;

  char      *text;
};

G_DEFINE_FINAL_TYPE (ValijaSearchChip, valija_search_chip, ADW_TYPE_BIN)

enum
{
  EDITED,
  REMOVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
edit_cb (ValijaSearchChip *self)
{
  g_signal_emit (self, signals[EDITED], 0);
}

static void
remove_cb (ValijaSearchChip *self)
{
  g_signal_emit (self, signals[REMOVED], 0);
}

static gboolean
key_pressed_cb (GtkEventControllerKey *controller,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                ValijaSearchChip      *self)
{
  if (keyval != GDK_KEY_BackSpace && keyval != GDK_KEY_Delete && keyval != GDK_KEY_KP_Delete)
    return GDK_EVENT_PROPAGATE;

  g_signal_emit (self, signals[REMOVED], 0);

  return GDK_EVENT_STOP;
}

static void
valija_search_chip_finalize (GObject *object)
{
  ValijaSearchChip *self = VALIJA_SEARCH_CHIP (object);

  g_free (self->text);

  G_OBJECT_CLASS (valija_search_chip_parent_class)->finalize (object);
}

static void
valija_search_chip_class_init (ValijaSearchChipClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->finalize = valija_search_chip_finalize;

  signals[EDITED] = g_signal_new ("edited", VALIJA_TYPE_SEARCH_CHIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
  signals[REMOVED] = g_signal_new ("removed", VALIJA_TYPE_SEARCH_CHIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);

  gtk_widget_class_set_css_name (widget_class, "searchchip");
  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-search-chip.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaSearchChip, edit);
  gtk_widget_class_bind_template_child (widget_class, ValijaSearchChip, label);
  gtk_widget_class_bind_template_child (widget_class, ValijaSearchChip, remove);
  gtk_widget_class_bind_template_callback (widget_class, edit_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_cb);
  gtk_widget_class_bind_template_callback (widget_class, key_pressed_cb);
}

static void
valija_search_chip_init (ValijaSearchChip *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static char *
dup_label (GPtrArray *terms,
           gboolean  *wrong)
{
  char *label = valija_search_term_dup_label (g_ptr_array_index (terms, 0));

  for (guint i = 0; i < terms->len; i++)
    {
      const ValijaSearchTerm *term = g_ptr_array_index (terms, i);
      g_autofree char *before = NULL;
      g_autofree char *other = NULL;

      *wrong = *wrong || term->problem != NULL;
      if (i == 0)
        continue;

      before = label;
      other = valija_search_term_dup_label (term);
      /* Translators: two parts of a search, of which either will do: "From: Ana or Starred" */
      label = g_strdup_printf (C_("search", "%s or %s"), before, other);
    }

  return label;
}

GtkWidget *
valija_search_chip_new (const char *text)
{
  ValijaSearchChip *self = g_object_new (VALIJA_TYPE_SEARCH_CHIP, NULL);
  g_autofree char *ended = g_strdup_printf ("%s ", text);
  g_autoptr(GPtrArray) terms = valija_search_terms_parse (ended);
  g_autofree char *label = NULL;
  g_autofree char *remove = NULL;
  gboolean wrong = FALSE;

  g_return_val_if_fail (terms->len > 0, GTK_WIDGET (self));

  label = dup_label (terms, &wrong);
  self->text = g_strdup (text);
  gtk_label_set_text (self->label, label);
  gtk_widget_set_tooltip_text (self->edit, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->edit), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);

  /* Translators: %s is a part of a search, as "From: Ana" */
  remove = g_strdup_printf (_("Remove “%s”"), label);
  gtk_widget_set_tooltip_text (self->remove, remove);
  if (wrong)
    gtk_widget_add_css_class (GTK_WIDGET (self), "wrong");

  return GTK_WIDGET (self);
}

const char *
valija_search_chip_get_text (ValijaSearchChip *self)
{
  g_return_val_if_fail (VALIJA_IS_SEARCH_CHIP (self), NULL);

  return self->text;
}

const char *
valija_search_chip_get_label (ValijaSearchChip *self)
{
  g_return_val_if_fail (VALIJA_IS_SEARCH_CHIP (self), NULL);

  return gtk_label_get_text (self->label);
}
