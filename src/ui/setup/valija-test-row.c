/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/setup/valija-test-row.h"

#include <glib/gi18n-lib.h>

struct _ValijaTestRow
{
  AdwActionRow    parent_instance;

  GtkStack       *stack;
  GtkImage       *image;
  GtkLabel       *state;

  ValijaTestStep *step;
};

G_DEFINE_FINAL_TYPE (ValijaTestRow, valija_test_row, ADW_TYPE_ACTION_ROW)

static const struct
{
  const char *icon_name;
  const char *style;
  const char *label;
} states[] = {
  [VALIJA_TEST_WAITING] = { "content-loading-symbolic", "dimmed", N_("Waiting") },
  [VALIJA_TEST_RUNNING] = { "content-loading-symbolic", "dimmed", N_("Under Way") },
  [VALIJA_TEST_PASSED] = { "object-select-symbolic", "success", N_("Works") },
  [VALIJA_TEST_FAILED] = { "dialog-error-symbolic", "error", N_("Failed") },
  [VALIJA_TEST_SKIPPED] = { "list-remove-symbolic", "dimmed", N_("Not Tried") },
};

static void
show_state (ValijaTestRow *self)
{
  ValijaTestState state = valija_test_step_get_state (self->step);
  const GError *error = valija_test_step_get_error (self->step);
  const char *detail = valija_test_step_get_detail (self->step);
  const char *classes[] = { states[state].style, NULL };

  if (error != NULL)
    detail = error->message;

  gtk_stack_set_visible_child_name (self->stack, state == VALIJA_TEST_RUNNING ? "spinner" : "image");
  gtk_image_set_from_icon_name (self->image, states[state].icon_name);
  gtk_widget_set_css_classes (GTK_WIDGET (self->image), classes);
  gtk_label_set_text (self->state, _(states[state].label));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), valija_test_step_get_label (self->step));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), detail != NULL ? detail : "");
}

static void
valija_test_row_dispose (GObject *object)
{
  ValijaTestRow *self = VALIJA_TEST_ROW (object);

  g_clear_object (&self->step);
  gtk_widget_dispose_template (GTK_WIDGET (object), VALIJA_TYPE_TEST_ROW);

  G_OBJECT_CLASS (valija_test_row_parent_class)->dispose (object);
}

static void
valija_test_row_class_init (ValijaTestRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_test_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-test-row.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaTestRow, stack);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestRow, image);
  gtk_widget_class_bind_template_child (widget_class, ValijaTestRow, state);
}

static void
valija_test_row_init (ValijaTestRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
valija_test_row_new (ValijaTestStep *step)
{
  ValijaTestRow *self = g_object_new (VALIJA_TYPE_TEST_ROW, NULL);

  self->step = g_object_ref (step);
  g_signal_connect_object (step, "notify", G_CALLBACK (show_state), self, G_CONNECT_SWAPPED);
  show_state (self);

  return GTK_WIDGET (self);
}

void
valija_test_row_leave_out (ValijaTestRow *self,
                           const char    *sentence)
{
  g_return_if_fail (VALIJA_IS_TEST_ROW (self));

  if (g_strcmp0 (adw_action_row_get_subtitle (ADW_ACTION_ROW (self)), sentence) == 0)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self), "");
}
