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
items_changed_cb (ValijaOutboxPage *self)
{
  gboolean empty = g_list_model_get_n_items (valija_engine_get_outbox (self->engine)) == 0;

  gtk_stack_set_visible_child_name (self->stack, empty ? "empty" : "list");
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
  items_changed_cb (self);
}
