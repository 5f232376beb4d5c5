/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/setup/valija-comparison.h"

#include "ui/setup/valija-answer-label.h"

#include <glib/gi18n-lib.h>

/* Fixed, so that the height of the wrapped titles does not depend on how far the table is scrolled. */
#define COLUMN_CHARS 11

struct _ValijaComparison
{
  GtkBox              parent_instance;

  GtkGrid            *grid;
  GtkImage           *note_icon;
  GtkLabel           *note_title;
  GtkLabel           *note;

  GtkWidget          *last;        /* where the focus was in the grid */
};

G_DEFINE_FINAL_TYPE (ValijaComparison, valija_comparison, GTK_TYPE_BOX)

enum
{
  METHOD_ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* What a cell is about. */
typedef struct
{
  const ValijaMethod *method;
  ValijaQuestion question;
} Cell;

static char *
dup_cell_title (const Cell *cell)
{
  ValijaAnswer answer = cell->method->answers[cell->question].answer;

  /* Translators: a cell of the comparison: method, question, answer, as in "IMAP: Sends mail? No" */
  return g_strdup_printf (C_("comparison", "%s: %s? %s"),
                          valija_method_text (cell->method->name),
                          valija_question_get_label (cell->question),
                          valija_answer_get_label (answer));
}

static void
show_note (ValijaComparison *self,
           const Cell       *cell)
{
  const ValijaMethodAnswer *answer = &cell->method->answers[cell->question];
  g_autofree char *title = dup_cell_title (cell);

  gtk_image_set_from_icon_name (self->note_icon, valija_answer_get_icon (answer->answer));
  gtk_label_set_text (self->note_title, title);
  gtk_widget_set_visible (GTK_WIDGET (self->note_title), TRUE);
  gtk_label_set_text (self->note, valija_method_text (answer->note));
}

static ValijaComparison *
get_comparison (GtkWidget *widget)
{
  return VALIJA_COMPARISON (gtk_widget_get_ancestor (widget, VALIJA_TYPE_COMPARISON));
}

static void
cell_entered_cb (GtkEventController *controller,
                 double              x,
                 double              y,
                 const Cell         *cell)
{
  show_note (get_comparison (gtk_event_controller_get_widget (controller)), cell);
}

static void
cell_focused_cb (GtkEventController *controller,
                 const Cell         *cell)
{
  GtkWidget *widget = gtk_event_controller_get_widget (controller);
  ValijaComparison *self = get_comparison (widget);

  g_set_weak_pointer (&self->last, widget);
  show_note (self, cell);
}

static void
cell_clicked_cb (GtkWidget  *button,
                 const Cell *cell)
{
  show_note (get_comparison (button), cell);
}

static void
method_clicked_cb (GtkWidget          *button,
                   const ValijaMethod *method)
{
  g_signal_emit (get_comparison (button), signals[METHOD_ACTIVATED], 0, method->id);
}

static GtkWidget *
cell_new (const ValijaMethod *method,
          ValijaQuestion      question)
{
  const ValijaMethodAnswer *answer = &method->answers[question];
  GtkWidget *button = gtk_button_new ();
  GtkWidget *label = valija_answer_label_new (answer->answer, valija_answer_get_label (answer->answer));
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  g_autofree char *title = NULL;
  Cell *cell = g_new0 (Cell, 1);

  cell->method = method;
  cell->question = question;
  title = dup_cell_title (cell);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (label), GTK_ORIENTATION_VERTICAL);
  gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
  gtk_button_set_child (GTK_BUTTON (button), label);
  gtk_widget_set_tooltip_text (button, valija_method_text (answer->note));
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "comparison-cell");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, valija_method_text (answer->note),
                                  -1);

  g_signal_connect (motion, "enter", G_CALLBACK (cell_entered_cb), cell);
  gtk_widget_add_controller (button, motion);
  g_signal_connect (focus, "enter", G_CALLBACK (cell_focused_cb), cell);
  gtk_widget_add_controller (button, focus);
  g_signal_connect_data (button, "clicked", G_CALLBACK (cell_clicked_cb), cell, (GClosureNotify) (GCallback) g_free, 0);

  return button;
}

static GtkWidget *
not_yet_new (void)
{
  GtkWidget *label = gtk_label_new (_("Not in This Version"));

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "warning");

  return label;
}

static GtkWidget *
row_title_new (const ValijaMethod *method)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *label = gtk_label_new (valija_method_text (method->name));
  g_autofree char *hint = NULL;

  /* Translators: the name of a connection method */
  hint = g_strdup_printf (_("Read About %s"), valija_method_text (method->name));

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_width_chars (GTK_LABEL (label), COLUMN_CHARS);
  gtk_label_set_max_width_chars (GTK_LABEL (label), COLUMN_CHARS);
  gtk_box_append (GTK_BOX (box), label);
  if (!method->available)
    gtk_box_append (GTK_BOX (box), not_yet_new ());
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_set_tooltip_text (button, hint);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "comparison-row-title");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, hint, -1);
  if (!method->available)
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                    _("Not in This Version"), -1);
  g_signal_connect (button, "clicked", G_CALLBACK (method_clicked_cb), (gpointer) method);

  return button;
}

static GtkWidget *
column_title_new (ValijaQuestion question)
{
  GtkWidget *label = gtk_label_new (valija_question_get_label (question));

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_label_set_width_chars (GTK_LABEL (label), COLUMN_CHARS);
  gtk_label_set_max_width_chars (GTK_LABEL (label), COLUMN_CHARS);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_set_valign (label, GTK_ALIGN_END);
  gtk_widget_add_css_class (label, "caption-heading");
  gtk_widget_set_margin_top (label, 6);
  gtk_widget_set_margin_bottom (label, 6);

  return label;
}

/* Forty-two cells are one stop for Tab; the arrow keys go about inside. */
static gboolean
valija_comparison_focus (GtkWidget       *widget,
                         GtkDirectionType direction)
{
  ValijaComparison *self = VALIJA_COMPARISON (widget);

  if (direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD)
    {
      if (gtk_widget_get_focus_child (widget) != NULL)
        return FALSE;
      if (self->last != NULL)
        return gtk_widget_grab_focus (self->last);
    }

  return GTK_WIDGET_CLASS (valija_comparison_parent_class)->focus (widget, direction);
}

static void
valija_comparison_dispose (GObject *object)
{
  ValijaComparison *self = VALIJA_COMPARISON (object);

  g_clear_weak_pointer (&self->last);
  gtk_widget_dispose_template (GTK_WIDGET (object), VALIJA_TYPE_COMPARISON);

  G_OBJECT_CLASS (valija_comparison_parent_class)->dispose (object);
}

static void
valija_comparison_class_init (ValijaComparisonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_comparison_dispose;
  widget_class->focus = valija_comparison_focus;

  signals[METHOD_ACTIVATED] = g_signal_new ("method-activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                            0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-comparison.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaComparison, grid);
  gtk_widget_class_bind_template_child (widget_class, ValijaComparison, note_icon);
  gtk_widget_class_bind_template_child (widget_class, ValijaComparison, note_title);
  gtk_widget_class_bind_template_child (widget_class, ValijaComparison, note);
}

static void
valija_comparison_init (ValijaComparison *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
valija_comparison_set_methods (ValijaComparison           *self,
                               const ValijaMethod * const *methods)
{
  g_return_if_fail (VALIJA_IS_COMPARISON (self));

  for (guint question = 0; question < VALIJA_N_QUESTIONS; question++)
    gtk_grid_attach (self->grid, column_title_new (question), question + 1, 0, 1, 1);

  for (guint i = 0; methods[i] != NULL; i++)
    {
      gtk_grid_attach (self->grid, row_title_new (methods[i]), 0, i + 1, 1, 1);

      for (guint question = 0; question < VALIJA_N_QUESTIONS; question++)
        gtk_grid_attach (self->grid, cell_new (methods[i], question), question + 1, i + 1, 1, 1);
    }
}
