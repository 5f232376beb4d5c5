/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/setup/valija-answer-label.h"

struct _ValijaAnswerLabel
{
  GtkBox    parent_instance;

  GtkImage *image;
  GtkLabel *label;
};

G_DEFINE_FINAL_TYPE (ValijaAnswerLabel, valija_answer_label, GTK_TYPE_BOX)

static void
valija_answer_label_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), VALIJA_TYPE_ANSWER_LABEL);

  G_OBJECT_CLASS (valija_answer_label_parent_class)->dispose (object);
}

static void
valija_answer_label_class_init (ValijaAnswerLabelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_answer_label_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-answer-label.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaAnswerLabel, image);
  gtk_widget_class_bind_template_child (widget_class, ValijaAnswerLabel, label);
}

static void
valija_answer_label_init (ValijaAnswerLabel *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
valija_answer_label_new (ValijaAnswer answer,
                         const char  *words)
{
  ValijaAnswerLabel *self = g_object_new (VALIJA_TYPE_ANSWER_LABEL, NULL);

  gtk_image_set_from_icon_name (self->image, valija_answer_get_icon (answer));
  gtk_widget_add_css_class (GTK_WIDGET (self->image), valija_answer_get_style (answer));
  gtk_label_set_text (self->label, words);

  if (answer == VALIJA_ANSWER_NO)
    gtk_widget_add_css_class (GTK_WIDGET (self->label), "dimmed");

  return GTK_WIDGET (self);
}

const char *
valija_answer_get_style (ValijaAnswer answer)
{
  switch (answer)
    {
    case VALIJA_ANSWER_YES:
      return "success";
    case VALIJA_ANSWER_HERE:
    case VALIJA_ANSWER_SEE_NOTE:
      return "accent";
    case VALIJA_ANSWER_NO:
    default:
      return "dimmed";
    }
}
