/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/outbox/valija-outbox-page.h"

#include "base/valija-future.h"
#include "ui/outbox/valija-outbox-row.h"
#include "ui/valija-window.h"

#include <glib/gi18n-lib.h>

struct _ValijaOutboxPage
{
  AdwBin        parent_instance;

  GtkStack     *stack;
  GtkListBox   *list;

  ValijaEngine *engine;
};

G_DEFINE_FINAL_TYPE (ValijaOutboxPage, valija_outbox_page, ADW_TYPE_BIN)

static GtkWidget *
create_row (gpointer item,
            gpointer data)
{
  ValijaOutboxPage *self = data;

  return valija_outbox_row_new (self->engine, item);
}

static void
focus_row (ValijaOutboxPage *self,
           int               index)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, index);

  if (row != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

static void
items_changed_cb (ValijaOutboxPage *self,
                  guint             position,
                  guint             removed,
                  guint             added)
{
  guint n_items = g_list_model_get_n_items (valija_engine_get_outbox (self->engine));
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  gtk_stack_set_visible_child_name (self->stack, n_items == 0 ? "empty" : "list");
  /* With the row that was removed by its own button went the focus */
  if (removed > added && n_items > 0 && gtk_widget_get_mapped (GTK_WIDGET (self)) && gtk_root_get_focus (root) == NULL)
    focus_row (self, (int) MIN (position, n_items - 1));
}

static void
flushed_cb (DexFuture *future,
            gpointer   owner)
{
  GtkRoot *window = gtk_widget_get_root (GTK_WIDGET (owner));
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL && VALIJA_IS_WINDOW (window))
    valija_window_show_error (VALIJA_WINDOW (window), error);
}

static void
flush_cb (ValijaOutboxPage *self)
{
  valija_future_then (valija_engine_flush_outbox (self->engine, NULL), self, flushed_cb);
}

static void
valija_outbox_page_dispose (GObject *object)
{
  ValijaOutboxPage *self = VALIJA_OUTBOX_PAGE (object);

  g_clear_object (&self->engine);

  G_OBJECT_CLASS (valija_outbox_page_parent_class)->dispose (object);
}

static void
valija_outbox_page_class_init (ValijaOutboxPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_outbox_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-outbox-page.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaOutboxPage, stack);
  gtk_widget_class_bind_template_child (widget_class, ValijaOutboxPage, list);
  gtk_widget_class_bind_template_callback (widget_class, flush_cb);
}

static void
valija_outbox_page_init (ValijaOutboxPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
valija_outbox_page_set_engine (ValijaOutboxPage *self,
                               ValijaEngine     *engine)
{
  GListModel *outbox;

  g_return_if_fail (VALIJA_IS_OUTBOX_PAGE (self));
  g_return_if_fail (self->engine == NULL);

  self->engine = g_object_ref (engine);
  outbox = valija_engine_get_outbox (engine);
  gtk_list_box_bind_model (self->list, outbox, create_row, self, NULL);
  g_signal_connect_object (outbox, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  items_changed_cb (self, 0, 0, 0);
}

void
valija_outbox_page_step (ValijaOutboxPage *self,
                         ValijaPaneStep    step)
{
  int n_items, current;
  GtkWidget *focus;

  g_return_if_fail (VALIJA_IS_OUTBOX_PAGE (self));

  n_items = (int) g_list_model_get_n_items (valija_engine_get_outbox (self->engine));
  focus = gtk_widget_get_focus_child (GTK_WIDGET (self->list));
  current = focus != NULL ? gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (focus)) : -1;
  if (n_items == 0)
    return;

  switch (step)
    {
    case VALIJA_PANE_FIRST:
      focus_row (self, 0);
      break;
    case VALIJA_PANE_LAST:
      focus_row (self, n_items - 1);
      break;
    case VALIJA_PANE_PREVIOUS:
      focus_row (self, MAX (current - 1, 0));
      break;
    case VALIJA_PANE_NEXT:
    default:
      focus_row (self, MIN (current + 1, n_items - 1));
    }
}
