/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/list/valija-message-pane-private.h"

/* The list view makes a widget for each of its first 200 rows in one turn. It gets what a window shows first, then,
 * once that is painted, so many more in each frame. */
#define FIRST_ROWS 16
#define ROWS_PER_FRAME 64
#define MAX_GROWN 200

static gboolean
grow_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       data)
{
  ValijaMessagePane *self = data;

  /* This frame paints what is there */
  if (!self->painted)
    {
      self->painted = TRUE;
      return G_SOURCE_CONTINUE;
    }

  self->n_grown += ROWS_PER_FRAME;
  if (self->n_grown < MAX_GROWN && self->n_grown < valija_message_list_get_length (self->messages))
    {
      valija_message_list_limit (self->messages, self->n_grown);
      return G_SOURCE_CONTINUE;
    }

  self->growth = 0;
  self->n_grown = 0;
  valija_message_list_limit (self->messages, G_MAXUINT);

  return G_SOURCE_REMOVE;
}

/* Once the list is ready: those that are there come first on the screen. */
void
valija_message_pane_continue_growth (ValijaMessagePane *self)
{
  if (self->n_grown > 0 && self->growth == 0 && valija_message_list_get_ready (self->messages))
    {
      self->painted = FALSE;
      self->growth = gtk_widget_add_tick_callback (GTK_WIDGET (self->list), grow_cb, self, NULL);
    }
}

/* Of a list that is still empty. */
void
valija_message_pane_begin_growth (ValijaMessagePane *self)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (self->messages)) > FIRST_ROWS)
    return;

  self->n_grown = FIRST_ROWS;
  valija_message_list_limit (self->messages, FIRST_ROWS);
  valija_message_pane_continue_growth (self);
}

void
valija_message_pane_end_growth (ValijaMessagePane *self)
{
  if (self->growth != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self->list), self->growth);
  self->growth = 0;
  self->n_grown = 0;
}

void
valija_message_pane_show_whole_list (ValijaMessagePane *self)
{
  if (self->n_grown == 0)
    return;

  valija_message_pane_end_growth (self);
  valija_message_list_limit (self->messages, G_MAXUINT);
}

guint
valija_message_pane_find (ValijaMessagePane *self,
                          gint64             key)
{
  guint position = self->messages != NULL ? valija_message_list_find (self->messages, key) : G_MAXUINT;

  if (position != G_MAXUINT && position >= g_list_model_get_n_items (G_LIST_MODEL (self->messages)))
    valija_message_pane_show_whole_list (self);

  return position;
}
