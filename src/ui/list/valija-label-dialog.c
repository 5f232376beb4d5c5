/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/list/valija-label-dialog.h"

#include "base/valija-future.h"
#include "model/valija-search-term.h"
#include "ui/valija-label-strip.h"

#include <glib/gi18n-lib.h>

struct _ValijaLabelDialog
{
  AdwDialog       parent_instance;

  GtkSearchEntry *entry;
  GtkWidget      *create_button;
  GtkLabel       *create_label;
  GtkWidget      *empty;
  GtkBox         *list;         /* of GtkCheckButton */

  GPtrArray      *messages;     /* of ValijaMessage */
  GPtrArray      *checks;       /* of Check, in the order of the list */
};

G_DEFINE_FINAL_TYPE (ValijaLabelDialog, valija_label_dialog, ADW_TYPE_DIALOG)

enum
{
  APPLIED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* One label that is offered. */
typedef struct
{
  char *name;
  char *display;
  GtkCheckButton *button;       /* (transfer none) */
  guint n_with;                 /* rows of the list of which any message had it */
  guint n_whole;                /* and of which all had it */
} Check;

static void
check_free (gpointer data)
{
  Check *check = data;

  g_free (check->name);
  g_free (check->display);
  g_free (check);
}

static void
count (ValijaLabelDialog *self,
       Check             *check)
{
  for (guint i = 0; i < self->messages->len; i++)
    {
      ValijaMessage *message = g_ptr_array_index (self->messages, i);

      check->n_with += valija_labels_contain (valija_message_get_labels (message), check->name);
      check->n_whole += valija_labels_contain (valija_message_get_common_labels (message), check->name);
    }
}

static Check *
find_check (ValijaLabelDialog *self,
            const char        *text)
{
  for (guint i = 0; i < self->checks->len; i++)
    {
      Check *check = g_ptr_array_index (self->checks, i);

      if (valija_label_equal (check->name, text) || valija_label_equal (check->display, text))
        return check;
    }

  return NULL;
}

/* Whether it is on for some of the messages ends with the first decision. */
static void
toggled_cb (GtkCheckButton *button)
{
  gtk_check_button_set_inconsistent (button, FALSE);
}

static GtkWidget *
check_content_new (const Check *check)
{
  GtkWidget *pill = gtk_label_new (check->display);

  gtk_label_set_ellipsize (GTK_LABEL (pill), PANGO_ELLIPSIZE_END);
  gtk_widget_set_halign (pill, GTK_ALIGN_START);
  gtk_widget_add_css_class (pill, "valija-label");
  gtk_widget_add_css_class (pill, valija_label_get_color (check->name));

  return pill;
}

/* Where the order of its names has it. */
static Check *
add_check (ValijaLabelDialog *self,
           const char        *name)
{
  Check *check = g_new0 (Check, 1);
  GtkWidget *before = NULL;
  guint position = 0;

  check->name = g_strdup (name);
  check->display = valija_label_dup_display (name);
  count (self, check);
  check->button = GTK_CHECK_BUTTON (gtk_check_button_new ());
  gtk_check_button_set_child (check->button, check_content_new (check));
  gtk_accessible_update_property (GTK_ACCESSIBLE (check->button), GTK_ACCESSIBLE_PROPERTY_LABEL, check->display, -1);
  gtk_check_button_set_active (check->button, check->n_whole == self->messages->len);
  gtk_check_button_set_inconsistent (check->button, check->n_with > 0 && check->n_whole < self->messages->len);
  g_signal_connect (check->button, "toggled", G_CALLBACK (toggled_cb), NULL);

  while (position < self->checks->len)
    {
      Check *other = g_ptr_array_index (self->checks, position);

      if (g_utf8_collate (other->display, check->display) > 0)
        break;
      before = GTK_WIDGET (other->button);
      position++;
    }
  g_ptr_array_insert (self->checks, position, check);
  gtk_box_insert_child_after (self->list, GTK_WIDGET (check->button), before);

  return check;
}

static void
search_changed_cb (ValijaLabelDialog *self)
{
  g_autofree char *text = valija_label_clean (gtk_editable_get_text (GTK_EDITABLE (self->entry)));
  g_autofree char *folded = valija_search_fold (text != NULL ? text : "");
  gboolean can_create = text != NULL && find_check (self, text) == NULL;

  for (guint i = 0; i < self->checks->len; i++)
    {
      Check *check = g_ptr_array_index (self->checks, i);
      g_autofree char *other = valija_search_fold (check->display);

      gtk_widget_set_visible (GTK_WIDGET (check->button), strstr (other, folded) != NULL);
    }

  if (can_create)
    {
      /* Translators: %s is the name of a label that is not there yet */
      g_autofree char *words = g_strdup_printf (_("Create “%s”"), text);

      gtk_label_set_text (self->create_label, words);
    }
  gtk_widget_set_visible (self->create_button, can_create);
  gtk_widget_set_visible (self->empty, self->checks->len == 0 && !can_create);
}

static void
create_cb (ValijaLabelDialog *self)
{
  g_autofree char *text = valija_label_clean (gtk_editable_get_text (GTK_EDITABLE (self->entry)));

  if (text == NULL || find_check (self, text) != NULL)
    return;

  gtk_check_button_set_active (add_check (self, text)->button, TRUE);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  search_changed_cb (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
}

static void
cancel_cb (ValijaLabelDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static void
apply_cb (ValijaLabelDialog *self)
{
  g_autoptr(GStrvBuilder) add = g_strv_builder_new ();
  g_autoptr(GStrvBuilder) remove = g_strv_builder_new ();
  g_auto(GStrv) added = NULL;
  g_auto(GStrv) removed = NULL;

  for (guint i = 0; i < self->checks->len; i++)
    {
      Check *check = g_ptr_array_index (self->checks, i);

      if (gtk_check_button_get_inconsistent (check->button))
        continue;
      if (gtk_check_button_get_active (check->button) && check->n_whole < self->messages->len)
        g_strv_builder_add (add, check->name);
      else if (!gtk_check_button_get_active (check->button) && check->n_with > 0)
        g_strv_builder_add (remove, check->name);
    }

  added = g_strv_builder_end (add);
  removed = g_strv_builder_end (remove);
  g_signal_emit (self, signals[APPLIED], 0, self->messages, added, removed);
  adw_dialog_close (ADW_DIALOG (self));
}

/* What is meant by what was typed is switched; with nothing typed all is decided. */
static void
entry_activate_cb (ValijaLabelDialog *self)
{
  g_autofree char *text = valija_label_clean (gtk_editable_get_text (GTK_EDITABLE (self->entry)));
  Check *check = text != NULL ? find_check (self, text) : NULL;

  if (text == NULL)
    {
      apply_cb (self);
      return;
    }

  if (check == NULL)
    {
      create_cb (self);
      return;
    }

  gtk_check_button_set_active (check->button, !gtk_check_button_get_active (check->button));
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
}

static void
listed_cb (DexFuture *future,
           gpointer   owner)
{
  ValijaLabelDialog *self = owner;
  const GValue *value = dex_future_get_value (future, NULL);
  const char * const *labels = value != NULL ? g_value_get_boxed (value) : NULL;

  for (guint i = 0; labels != NULL && labels[i] != NULL; i++)
    if (find_check (self, labels[i]) == NULL)
      add_check (self, labels[i]);
  search_changed_cb (self);
}

static void
valija_label_dialog_finalize (GObject *object)
{
  ValijaLabelDialog *self = VALIJA_LABEL_DIALOG (object);

  g_clear_pointer (&self->messages, g_ptr_array_unref);
  g_ptr_array_unref (self->checks);

  G_OBJECT_CLASS (valija_label_dialog_parent_class)->finalize (object);
}

static void
valija_label_dialog_class_init (ValijaLabelDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->finalize = valija_label_dialog_finalize;

  signals[APPLIED] = g_signal_new ("applied", VALIJA_TYPE_LABEL_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 3, G_TYPE_PTR_ARRAY, G_TYPE_STRV, G_TYPE_STRV);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-label-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaLabelDialog, entry);
  gtk_widget_class_bind_template_child (widget_class, ValijaLabelDialog, create_button);
  gtk_widget_class_bind_template_child (widget_class, ValijaLabelDialog, create_label);
  gtk_widget_class_bind_template_child (widget_class, ValijaLabelDialog, empty);
  gtk_widget_class_bind_template_child (widget_class, ValijaLabelDialog, list);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, entry_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, create_cb);
  gtk_widget_class_bind_template_callback (widget_class, apply_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
}

static void
valija_label_dialog_init (ValijaLabelDialog *self)
{
  self->checks = g_ptr_array_new_with_free_func (check_free);
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
valija_label_dialog_new (ValijaEngine  *engine,
                         ValijaAccount *account,
                         GPtrArray     *messages)
{
  ValijaLabelDialog *self = g_object_new (VALIJA_TYPE_LABEL_DIALOG, NULL);

  self->messages = g_ptr_array_ref (messages);
  /* What they have is offered at once, and the others when they are known */
  for (guint i = 0; i < messages->len; i++)
    {
      const char * const *labels = valija_message_get_labels (g_ptr_array_index (messages, i));

      for (guint j = 0; labels[j] != NULL; j++)
        if (find_check (self, labels[j]) == NULL)
          add_check (self, labels[j]);
    }
  valija_future_then (valija_engine_list_labels (engine, account), self, listed_cb);

  return ADW_DIALOG (self);
}
