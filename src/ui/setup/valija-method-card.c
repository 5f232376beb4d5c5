/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/setup/valija-method-card.h"

#include "ui/setup/valija-answer-label.h"

#include <adwaita.h>

struct _ValijaMethodCard
{
  GtkListBoxRow       parent_instance;

  GtkImage           *icon;
  GtkLabel           *name;
  GtkLabel           *kind;
  GtkLabel           *tagline;
  GtkWidget          *not_yet;
  AdwWrapBox         *answers;

  const ValijaMethod *method;
};

G_DEFINE_FINAL_TYPE (ValijaMethodCard, valija_method_card, GTK_TYPE_LIST_BOX_ROW)

/* Whether it reads and sends is always said; of the rest only what it does. The comparison has everything. */
static gboolean
is_worth_telling (ValijaQuestion question,
                  ValijaAnswer   answer)
{
  return question == VALIJA_QUESTION_READS || question == VALIJA_QUESTION_SENDS || answer == VALIJA_ANSWER_YES;
}

static char *
describe (const ValijaMethod *method)
{
  g_autoptr(GString) text = g_string_new (valija_method_text (method->kind));

  g_string_append_printf (text, "\n%s", valija_method_text (method->tagline));

  for (guint i = 0; i < VALIJA_N_QUESTIONS; i++)
    g_string_append_printf (text, "\n%s: %s", valija_question_get_label (i),
                            valija_answer_get_label (method->answers[i].answer));

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* List rows cannot be pressed by way of the accessibility tree; an action can. */
static void
activate_action (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  gtk_widget_activate (widget);
}

static void
valija_method_card_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), VALIJA_TYPE_METHOD_CARD);

  G_OBJECT_CLASS (valija_method_card_parent_class)->dispose (object);
}

static void
valija_method_card_class_init (ValijaMethodCardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_method_card_dispose;

  gtk_widget_class_install_action (widget_class, "row.activate", NULL, activate_action);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-method-card.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodCard, icon);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodCard, name);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodCard, kind);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodCard, tagline);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodCard, not_yet);
  gtk_widget_class_bind_template_child (widget_class, ValijaMethodCard, answers);
}

static void
valija_method_card_init (ValijaMethodCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
valija_method_card_new (const ValijaMethod *method)
{
  ValijaMethodCard *self = g_object_new (VALIJA_TYPE_METHOD_CARD, NULL);
  g_autofree char *description = describe (method);

  self->method = method;
  gtk_image_set_from_icon_name (self->icon, method->icon_name);
  gtk_label_set_text (self->name, valija_method_text (method->name));
  gtk_label_set_text (self->kind, valija_method_text (method->kind));
  gtk_label_set_text (self->tagline, valija_method_text (method->tagline));
  gtk_widget_set_visible (self->not_yet, !method->available);
  if (!method->available)
    gtk_widget_add_css_class (GTK_WIDGET (self->icon), "unavailable");

  for (guint i = 0; i < VALIJA_N_QUESTIONS; i++)
    {
      ValijaAnswer answer = method->answers[i].answer;

      if (is_worth_telling (i, answer))
        adw_wrap_box_append (self->answers, valija_answer_label_new (answer, valija_question_get_label (i)));
    }

  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, valija_method_text (method->name),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description,
                                  -1);

  return GTK_WIDGET (self);
}

const ValijaMethod *
valija_method_card_get_method (ValijaMethodCard *self)
{
  g_return_val_if_fail (VALIJA_IS_METHOD_CARD (self), NULL);

  return self->method;
}
