/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-label-strip.h"

#include "model/valija-labels.h"

/* In one line */
#define MAX_SHOWN       2
#define MAX_WIDTH_CHARS 12

struct _ValijaLabelStrip
{
  AdwBin     parent_instance;

  GtkWidget *box;
  char     **labels;         /* nullable: none */
  gboolean   wrap;
};

G_DEFINE_FINAL_TYPE (ValijaLabelStrip, valija_label_strip, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_WRAP,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* The same on each computer, whatever the case of the name. */
const char *
valija_label_get_color (const char *label)
{
  static const char * const classes[] = {
    "blue", "orange", "green", "purple", "teal", "red", "yellow", "pink", "slate",
  };
  g_autofree char *folded = NULL;

  g_return_val_if_fail (label != NULL, NULL);

  folded = g_utf8_casefold (label, -1);

  return classes[g_str_hash (folded) % G_N_ELEMENTS (classes)];
}

static GtkWidget *
pill_new (ValijaLabelStrip *self,
          const char       *text,
          const char       *color)
{
  GtkWidget *pill = gtk_label_new (text);

  gtk_label_set_ellipsize (GTK_LABEL (pill), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (pill), TRUE);
  if (!self->wrap)
    gtk_label_set_max_width_chars (GTK_LABEL (pill), MAX_WIDTH_CHARS);
  gtk_widget_add_css_class (pill, "valija-label");
  gtk_widget_add_css_class (pill, "caption");
  if (color != NULL)
    gtk_widget_add_css_class (pill, color);

  return pill;
}

static void
append (ValijaLabelStrip *self,
        GtkWidget        *pill)
{
  if (self->wrap)
    adw_wrap_box_append (ADW_WRAP_BOX (self->box), pill);
  else
    gtk_box_append (GTK_BOX (self->box), pill);
}

static void
fill (ValijaLabelStrip *self)
{
  guint n = self->labels != NULL ? g_strv_length (self->labels) : 0;
  guint n_shown = self->wrap || n <= MAX_SHOWN ? n : MAX_SHOWN;
  g_autofree char *words = valija_labels_dup_words ((const char * const *) self->labels);

  if (n > 0 && self->box == NULL)
    {
      self->box = self->wrap ? adw_wrap_box_new () : gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 3);
      if (self->wrap)
        {
          adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (self->box), 3);
          adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (self->box), 3);
        }
      adw_bin_set_child (ADW_BIN (self), self->box);
    }

  for (GtkWidget *child; self->box != NULL && (child = gtk_widget_get_first_child (self->box)) != NULL;)
    {
      if (self->wrap)
        adw_wrap_box_remove (ADW_WRAP_BOX (self->box), child);
      else
        gtk_box_remove (GTK_BOX (self->box), child);
    }

  for (guint i = 0; i < n_shown; i++)
    {
      g_autofree char *display = valija_label_dup_display (self->labels[i]);

      append (self, pill_new (self, display, valija_label_get_color (self->labels[i])));
    }

  if (n > n_shown)
    {
      /* Isolated: from right to left the sign would stand behind the number */
      g_autofree char *more = g_strdup_printf ("\u2066+%u\u2069", n - n_shown);

      append (self, pill_new (self, more, NULL));
    }

  gtk_widget_set_tooltip_text (GTK_WIDGET (self), words);
  gtk_widget_set_visible (GTK_WIDGET (self), n > 0);
}

void
valija_label_strip_set_labels (ValijaLabelStrip   *self,
                               const char * const *labels)
{
  g_return_if_fail (VALIJA_IS_LABEL_STRIP (self));

  if (valija_labels_equal ((const char * const *) self->labels, labels))
    return;

  g_strfreev (self->labels);
  self->labels = valija_labels_is_empty (labels) ? NULL : g_strdupv ((char **) labels);
  fill (self);
}

static void
valija_label_strip_finalize (GObject *object)
{
  ValijaLabelStrip *self = VALIJA_LABEL_STRIP (object);

  g_strfreev (self->labels);

  G_OBJECT_CLASS (valija_label_strip_parent_class)->finalize (object);
}

static void
valija_label_strip_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_WRAP:
      g_value_set_boolean (value, VALIJA_LABEL_STRIP (object)->wrap);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_label_strip_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_WRAP:
      VALIJA_LABEL_STRIP (object)->wrap = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_label_strip_class_init (ValijaLabelStripClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = valija_label_strip_finalize;
  object_class->get_property = valija_label_strip_get_property;
  object_class->set_property = valija_label_strip_set_property;

  properties[PROP_WRAP] = g_param_spec_boolean ("wrap", NULL, NULL, FALSE,
                                                G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
valija_label_strip_init (ValijaLabelStrip *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}
