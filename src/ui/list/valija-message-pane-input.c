/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/list/valija-message-pane-private.h"

#include "ui/list/valija-message-cell.h"

#include <glib/gi18n-lib.h>

/* The message whose row is at @x, @y of the list. */
static ValijaMessage *
find_message_at (ValijaMessagePane *self,
                 double             x,
                 double             y)
{
  GtkWidget *picked = gtk_widget_pick (GTK_WIDGET (self->list), x, y, GTK_PICK_DEFAULT);
  GtkWidget *cell = picked != NULL ? gtk_widget_get_ancestor (picked, VALIJA_TYPE_MESSAGE_CELL) : NULL;

  if (cell == NULL && picked != NULL)
    {
      /* The row's own padding belongs to it. */
      GtkWidget *child = gtk_widget_get_first_child (picked);

      if (VALIJA_IS_MESSAGE_CELL (child))
        cell = child;
    }

  return cell != NULL ? valija_message_cell_get_message (VALIJA_MESSAGE_CELL (cell)) : NULL;
}

/* What is acted upon is what is selected: a row outside of it becomes it. */
static gboolean
select_at (ValijaMessagePane *self,
           double             x,
           double             y)
{
  ValijaMessage *message = find_message_at (self, x, y);
  guint position;

  if (message == NULL || self->messages == NULL)
    return FALSE;

  position = valija_message_list_find (self->messages, valija_message_get_key (message));
  if (position == G_MAXUINT)
    return FALSE;

  if (!gtk_selection_model_is_selected (GTK_SELECTION_MODEL (self->selection), position))
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);

  return TRUE;
}

static void
popup (ValijaMessagePane *self,
       int                x,
       int                y)
{
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle) { x, y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
secondary_pressed_cb (GtkGestureClick   *gesture,
                      int                n_press,
                      double             x,
                      double             y,
                      ValijaMessagePane *self)
{
  if (!select_at (self, x, y))
    return;

  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  popup (self, x, y);
}

static void
popup_menu_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  ValijaMessagePane *self = VALIJA_MESSAGE_PANE (widget);
  GtkWidget *focus = gtk_widget_get_focus_child (GTK_WIDGET (self->list));
  graphene_rect_t bounds;

  if (focus != NULL && gtk_widget_compute_bounds (focus, GTK_WIDGET (self->list), &bounds))
    popup (self, bounds.origin.x + bounds.size.width / 2, bounds.origin.y + bounds.size.height);
  else
    popup (self, 0, 0);
}

static GdkContentProvider *
drag_prepare_cb (GtkDragSource     *source,
                 double             x,
                 double             y,
                 ValijaMessagePane *self)
{
  g_autoptr(GPtrArray) messages = NULL;

  if (!select_at (self, x, y))
    return NULL;

  messages = valija_message_pane_dup_selected (self);

  return gdk_content_provider_new_typed (G_TYPE_PTR_ARRAY, messages);
}

static void
drag_begin_cb (GtkDragSource     *source,
               GdkDrag           *drag,
               ValijaMessagePane *self)
{
  guint n_selected = valija_message_pane_get_n_selected (self);
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u message", "%u messages", n_selected),
                                           n_selected);
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, "valija-drag");
  gtk_drag_icon_set_child (GTK_DRAG_ICON (gtk_drag_icon_get_for_drag (drag)), label);
}

void
valija_message_pane_install_input (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "pane.popup-menu", NULL, popup_menu_action);
  gtk_widget_class_bind_template_callback (widget_class, secondary_pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, drag_prepare_cb);
  gtk_widget_class_bind_template_callback (widget_class, drag_begin_cb);
}
