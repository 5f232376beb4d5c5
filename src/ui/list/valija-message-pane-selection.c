/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/list/valija-message-pane-private.h"

guint
valija_message_pane_get_n_selected (ValijaMessagePane *self)
{
  g_autoptr(GtkBitset) selected = NULL;

  g_return_val_if_fail (VALIJA_IS_MESSAGE_PANE (self), 0);

  selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));

  return gtk_bitset_get_size (selected);
}

GPtrArray *
valija_message_pane_dup_selected (ValijaMessagePane *self)
{
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GtkBitset) selected = NULL;
  GtkBitsetIter iter;
  guint position;

  g_return_val_if_fail (VALIJA_IS_MESSAGE_PANE (self), NULL);

  selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  for (gboolean valid = gtk_bitset_iter_init_first (&iter, selected, &position);
       valid;
       valid = gtk_bitset_iter_next (&iter, &position))
    g_ptr_array_add (messages, g_list_model_get_item (G_LIST_MODEL (self->selection), position));

  return g_steal_pointer (&messages);
}

/* A change that waits for the rows that it is about, as long as its owner is there. */
typedef struct
{
  ValijaMessageList *list;
  GPtrArray *messages;
  guint at;                  /* those before it are there, or gone */
  ValijaMessagesFunc change;
  GObject *owner;            /* unowned */
  GObject *data;             /* nullable */
  guint source;
} Waiting;

static void
waiting_free (Waiting *waiting)
{
  g_clear_handle_id (&waiting->source, g_source_remove);
  g_signal_handlers_disconnect_by_data (waiting->list, waiting);
  g_object_unref (waiting->list);
  g_ptr_array_unref (waiting->messages);
  g_clear_object (&waiting->data);
  g_free (waiting);
}

static void
owner_gone_cb (gpointer data,
               GObject *owner)
{
  waiting_free (data);
}

/* Whether nothing is left to wait for. A row that has gone from the list meanwhile never comes. */
static gboolean
advance (Waiting *waiting)
{
  while (waiting->at < waiting->messages->len)
    {
      ValijaMessage *message = g_ptr_array_index (waiting->messages, waiting->at);

      if (valija_message_get_loaded (message))
        waiting->at++;
      else if (valija_message_list_find (waiting->list, valija_message_get_key (message)) == G_MAXUINT)
        g_ptr_array_remove_index (waiting->messages, waiting->at);
      else
        return FALSE;
    }

  return TRUE;
}

static gboolean
look_cb (gpointer data)
{
  Waiting *waiting = data;

  waiting->source = 0;
  if (!advance (waiting))
    return G_SOURCE_REMOVE;

  g_object_weak_unref (waiting->owner, owner_gone_cb, waiting);
  waiting->change (waiting->owner, waiting->messages, waiting->data);
  waiting_free (waiting);

  return G_SOURCE_REMOVE;
}

/* Later: the list tells of rows while it is at work on them. */
static void
rows_changed_cb (Waiting *waiting)
{
  if (waiting->source == 0)
    waiting->source = g_idle_add_full (G_PRIORITY_DEFAULT, look_cb, waiting, NULL);
}

static gboolean
all_are_loaded (GPtrArray *messages)
{
  for (guint i = 0; i < messages->len; i++)
    if (!valija_message_get_loaded (g_ptr_array_index (messages, i)))
      return FALSE;

  return TRUE;
}

void
valija_message_pane_change_selected (ValijaMessagePane *self,
                                     ValijaMessagesFunc change,
                                     gpointer           owner,
                                     gpointer           data)
{
  g_autoptr(GPtrArray) messages = NULL;
  Waiting *waiting;

  g_return_if_fail (VALIJA_IS_MESSAGE_PANE (self));
  g_return_if_fail (G_IS_OBJECT (owner));

  messages = valija_message_pane_dup_selected (self);
  if (all_are_loaded (messages))
    {
      change (owner, messages, data);
      return;
    }

  waiting = g_new0 (Waiting, 1);
  waiting->list = g_object_ref (self->messages);
  waiting->messages = g_steal_pointer (&messages);
  waiting->change = change;
  waiting->owner = owner;
  g_set_object (&waiting->data, data);
  g_object_weak_ref (owner, owner_gone_cb, waiting);
  g_signal_connect_swapped (waiting->list, "notify::n-unloaded", G_CALLBACK (rows_changed_cb), waiting);
  g_signal_connect_swapped (waiting->list, "items-changed", G_CALLBACK (rows_changed_cb), waiting);
}

ValijaMessage *
valija_message_pane_dup_single (ValijaMessagePane *self)
{
  g_autoptr(GtkBitset) selected = NULL;

  g_return_val_if_fail (VALIJA_IS_MESSAGE_PANE (self), NULL);

  selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  if (gtk_bitset_get_size (selected) != 1)
    return NULL;

  return g_list_model_get_item (G_LIST_MODEL (self->selection), gtk_bitset_get_minimum (selected));
}

ValijaMessage *
valija_message_pane_dup_message (ValijaMessagePane *self,
                                 gint64             key)
{
  guint position;

  g_return_val_if_fail (VALIJA_IS_MESSAGE_PANE (self), NULL);

  position = valija_message_pane_find (self, key);

  return position != G_MAXUINT ? g_list_model_get_item (G_LIST_MODEL (self->messages), position) : NULL;
}

/* Where the list has the focus, it goes along. */
static void
select_position (ValijaMessagePane *self,
                 guint              position)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));
  gboolean focused = focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->list));

  gtk_list_view_scroll_to (self->list, position,
                           focused ? GTK_LIST_SCROLL_SELECT | GTK_LIST_SCROLL_FOCUS : GTK_LIST_SCROLL_SELECT, NULL);
}

void
valija_message_pane_step (ValijaMessagePane *self,
                          ValijaPaneStep     step)
{
  g_autoptr(GtkBitset) selected = NULL;
  gboolean any;
  guint n_items;

  g_return_if_fail (VALIJA_IS_MESSAGE_PANE (self));

  valija_message_pane_show_whole_list (self);
  n_items = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  if (n_items == 0)
    return;

  selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  any = !gtk_bitset_is_empty (selected);

  switch (step)
    {
    case VALIJA_PANE_NEXT:
      select_position (self, any ? MIN (gtk_bitset_get_maximum (selected) + 1, n_items - 1) : 0);
      break;
    case VALIJA_PANE_PREVIOUS:
      select_position (self, any ? MAX (gtk_bitset_get_minimum (selected), 1) - 1 : 0);
      break;
    case VALIJA_PANE_LAST:
      select_position (self, n_items - 1);
      break;
    case VALIJA_PANE_FIRST:
    default:
      select_position (self, 0);
      break;
    }
}

void
valija_message_pane_advance (ValijaMessagePane *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  g_autoptr(GtkBitset) selected = NULL;

  g_return_if_fail (VALIJA_IS_MESSAGE_PANE (self));

  selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  if (gtk_bitset_is_empty (selected))
    return;

  if (gtk_bitset_get_maximum (selected) + 1 < n_items)
    select_position (self, gtk_bitset_get_maximum (selected) + 1);
  else if (gtk_bitset_get_minimum (selected) > 0)
    select_position (self, gtk_bitset_get_minimum (selected) - 1);
}
