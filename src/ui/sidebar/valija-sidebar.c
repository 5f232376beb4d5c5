/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/sidebar/valija-sidebar-private.h"

#include "ui/sidebar/valija-sidebar-row.h"
#include "ui/valija-format.h"

#include <glib/gi18n-lib.h>

G_DEFINE_FINAL_TYPE (ValijaSidebar, valija_sidebar, ADW_TYPE_BIN)

enum
{
  FOLDER_SELECTED,
  OUTBOX_SELECTED,
  ACCOUNT_ACTIVATED,
  MESSAGES_DROPPED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GListModel *
create_children (gpointer item,
                 gpointer data)
{
  if (!VALIJA_IS_ACCOUNT (item))
    return NULL;

  return g_object_ref (valija_engine_get_folders (data, item));
}

/* The position of @item among the visible rows, or GTK_INVALID_LIST_POSITION. */
static guint
find_row (ValijaSidebar *self,
          gpointer       wanted)
{
  GListModel *rows = G_LIST_MODEL (self->selection);

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr(GtkTreeListRow) row = g_list_model_get_item (rows, i);
      g_autoptr(GObject) item = gtk_tree_list_row_get_item (row);

      if (item == wanted)
        return i;
    }

  return GTK_INVALID_LIST_POSITION;
}

/* What is open is in sight, however long the list is. */
static void
scroll_to_selected (ValijaSidebar      *self,
                    GtkListScrollFlags  flags)
{
  guint selected = gtk_single_selection_get_selected (self->selection);

  if (selected != GTK_INVALID_LIST_POSITION)
    gtk_list_view_scroll_to (self->list, selected, flags, NULL);
}

/* The row of what is open; while its account is folded, that of the account. */
static guint
find_shown (ValijaSidebar *self)
{
  guint position = find_row (self, self->shown);
  ValijaAccount *account = valija_folder_get_account (self->shown);
  g_autoptr(GtkTreeListRow) row = NULL;

  if (position != GTK_INVALID_LIST_POSITION || account == NULL)
    return position;

  position = find_row (self, account);
  row = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  return row != NULL && !gtk_tree_list_row_get_expanded (row) ? position : GTK_INVALID_LIST_POSITION;
}

static gboolean
shown_is_selected (ValijaSidebar *self)
{
  GtkTreeListRow *row = gtk_single_selection_get_selected_item (self->selection);
  g_autoptr(GObject) item = row != NULL ? gtk_tree_list_row_get_item (row) : NULL;

  return item == (GObject *) self->shown;
}

static void
mark_shown (ValijaSidebar *self)
{
  gboolean quiet = self->quiet;

  if (shown_is_selected (self))
    return;

  self->quiet = TRUE;
  gtk_single_selection_set_selected (self->selection,
                                     self->shown != NULL ? find_shown (self) : GTK_INVALID_LIST_POSITION);
  self->quiet = quiet;
}

static void
select_quietly (ValijaSidebar *self,
                ValijaFolder  *folder)
{
  g_set_object (&self->shown, folder);
  self->quiet = TRUE;
  mark_shown (self);
  gtk_toggle_button_set_active (self->outbox_button, folder == NULL);
  self->quiet = FALSE;
  scroll_to_selected (self, GTK_LIST_SCROLL_NONE);
}

static void
selected_cb (ValijaSidebar *self)
{
  GtkTreeListRow *row = gtk_single_selection_get_selected_item (self->selection);
  g_autoptr(GObject) item = NULL;

  if (row == NULL || self->quiet)
    return;

  self->settled |= !self->automatic;

  item = gtk_tree_list_row_get_item (row);
  if (VALIJA_IS_FOLDER (item))
    {
      select_quietly (self, VALIJA_FOLDER (item));
      g_signal_emit (self, signals[FOLDER_SELECTED], 0, item);
    }
}

static void
outbox_toggled_cb (ValijaSidebar *self)
{
  if (self->quiet)
    return;

  select_quietly (self, NULL);
  g_signal_emit (self, signals[OUTBOX_SELECTED], 0);
}

/* Of the accounts, from above, among the visible rows; GTK_INVALID_LIST_POSITION where there is none. */
static guint
find_first_inbox (ValijaSidebar *self)
{
  GListModel *rows = G_LIST_MODEL (self->selection);

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr(GtkTreeListRow) row = g_list_model_get_item (rows, i);
      g_autoptr(GObject) item = gtk_tree_list_row_get_item (row);

      if (VALIJA_IS_FOLDER (item) && !valija_folder_gathers (VALIJA_FOLDER (item)) &&
          valija_folder_is_own (VALIJA_FOLDER (item), VALIJA_FOLDER_ROLE_INBOX))
        return i;
    }

  return GTK_INVALID_LIST_POSITION;
}

/* At the start the first inbox is opened, as soon as there is one; one further up that comes later takes its place.
 * Whether it was chosen: while rows come and go the selection tells of that only afterwards. */
static gboolean
select_first_inbox (ValijaSidebar *self)
{
  guint first = self->settled ? GTK_INVALID_LIST_POSITION : find_first_inbox (self);

  if (first == GTK_INVALID_LIST_POSITION)
    return FALSE;

  self->automatic = TRUE;
  gtk_single_selection_set_selected (self->selection, first);
  self->automatic = FALSE;

  return TRUE;
}

/* A folder goes out of sight with its account, and comes back with it. */
static void
rows_changed_cb (ValijaSidebar *self)
{
  if (!select_first_inbox (self))
    mark_shown (self);
}

/* One inbox needs nothing that gathers it. */
static void
inboxes_changed_cb (ValijaSidebar *self)
{
  ValijaFolder *all = valija_engine_get_all_inboxes (self->engine);
  gboolean shown = g_list_model_get_n_items (G_LIST_MODEL (self->gathered)) > 0;
  gboolean several = g_list_model_get_n_items (valija_engine_get_inboxes (self->engine)) > 1;

  if (several && !shown)
    {
      g_list_store_append (self->gathered, all);
      /* The list would stay where it is, with its new first row out of sight. */
      gtk_list_view_scroll_to (self->list, 0, GTK_LIST_SCROLL_NONE, NULL);
    }
  else if (!several && shown)
    {
      guint selected = gtk_single_selection_get_selected (self->selection);

      /* What it showed goes with it: the inbox that is left takes its place. */
      self->settled &= selected != find_row (self, all);
      g_list_store_remove_all (self->gathered);
      select_first_inbox (self);
    }
}

static void
outbox_changed_cb (ValijaSidebar *self)
{
  GListModel *outbox = valija_engine_get_outbox (self->engine);
  guint n_items = g_list_model_get_n_items (outbox);
  guint n_unsent = valija_outbox_items_count_unsent (outbox, NULL);
  g_autofree char *count = valija_format_count (n_unsent);
  guint n_stuck = valija_outbox_items_count_stuck (outbox);
  g_autofree char *label = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Outbox, %u message not sent yet",
                                                         "Outbox, %u messages not sent yet", n_unsent), n_unsent);
  g_autofree char *stuck = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u message needs your attention",
                                                         "%u messages need your attention", n_stuck), n_stuck);
  /* Translators: of the outbox, spoken: how many messages were not sent, and how many of them need attention */
  g_autofree char *summary = n_stuck > 0 ? g_strdup_printf (C_("outbox", "%s, %s"), label, stuck) : g_strdup (label);

  gtk_widget_set_visible (self->outbox_warning, n_stuck > 0);
  gtk_widget_set_tooltip_text (self->outbox_warning, stuck);
  gtk_label_set_text (self->outbox_count, count);
  gtk_widget_set_visible (GTK_WIDGET (self->outbox_count), n_unsent > 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->outbox_button), GTK_ACCESSIBLE_PROPERTY_LABEL, summary, -1);
  gtk_widget_set_visible (GTK_WIDGET (self->outbox_button),
                          n_items > 0 || gtk_toggle_button_get_active (self->outbox_button));
}

static void
activate_cb (ValijaSidebar *self,
             guint          position)
{
  g_autoptr(GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (self->selection), position);
  g_autoptr(GObject) item = gtk_tree_list_row_get_item (row);

  if (VALIJA_IS_ACCOUNT (item))
    g_signal_emit (self, signals[ACCOUNT_ACTIVATED], 0, item);
}

void
valija_sidebar_show_account (ValijaSidebar *self,
                             ValijaAccount *account)
{
  g_signal_emit (self, signals[ACCOUNT_ACTIVATED], 0, account);
}

static void
dropped_cb (ValijaSidebar    *self,
            ValijaFolder     *folder,
            gboolean          copy,
            ValijaSidebarRow *row)
{
  g_signal_emit (self, signals[MESSAGES_DROPPED], 0, folder, copy);
}

static void
account_details_cb (ValijaSidebar    *self,
                    ValijaAccount    *account,
                    ValijaSidebarRow *row)
{
  g_signal_emit (self, signals[ACCOUNT_ACTIVATED], 0, account);
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          ValijaSidebar            *self)
{
  GtkWidget *row = valija_sidebar_row_new ();

  g_signal_connect_object (row, "messages-dropped", G_CALLBACK (dropped_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "details", G_CALLBACK (account_details_cb), self, G_CONNECT_SWAPPED);
  g_object_bind_property (row, "summary", item, "accessible-label", G_BINDING_SYNC_CREATE);
  gtk_list_item_set_child (item, row);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item,
         ValijaSidebar            *self)
{
  GtkTreeListRow *row = gtk_list_item_get_item (item);
  g_autoptr(GObject) object = gtk_tree_list_row_get_item (row);
  gboolean selectable = !VALIJA_IS_ACCOUNT (object);

  if (VALIJA_IS_FOLDER (object))
    selectable = valija_folder_get_selectable (VALIJA_FOLDER (object));

  gtk_list_item_set_selectable (item, selectable);
  gtk_list_item_set_activatable (item, VALIJA_IS_ACCOUNT (object));
  valija_sidebar_row_bind (VALIJA_SIDEBAR_ROW (gtk_list_item_get_child (item)), self->engine, row, object);
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem              *item,
           ValijaSidebar            *self)
{
  valija_sidebar_row_unbind (VALIJA_SIDEBAR_ROW (gtk_list_item_get_child (item)));
}

static void
valija_sidebar_dispose (GObject *object)
{
  ValijaSidebar *self = VALIJA_SIDEBAR (object);

  if (self->menu != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->menu));
  g_clear_handle_id (&self->forget_source, g_source_remove);
  g_clear_object (&self->target);
  g_clear_object (&self->selection);
  g_clear_object (&self->gathered);
  g_clear_object (&self->shown);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (valija_sidebar_parent_class)->dispose (object);
}

static void
valija_sidebar_class_init (ValijaSidebarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_sidebar_dispose;

  signals[FOLDER_SELECTED] = g_signal_new ("folder-selected", VALIJA_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                           NULL, G_TYPE_NONE, 1, VALIJA_TYPE_FOLDER);
  signals[OUTBOX_SELECTED] = g_signal_new ("outbox-selected", VALIJA_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                           NULL, G_TYPE_NONE, 0);
  signals[ACCOUNT_ACTIVATED] = g_signal_new ("account-activated", VALIJA_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                             NULL, G_TYPE_NONE, 1, VALIJA_TYPE_ACCOUNT);
  signals[MESSAGES_DROPPED] = g_signal_new ("messages-dropped", VALIJA_TYPE_SIDEBAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                            NULL, G_TYPE_NONE, 2, VALIJA_TYPE_FOLDER, G_TYPE_BOOLEAN);

  g_type_ensure (VALIJA_TYPE_SYNC_BUTTON);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-sidebar.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebar, list);
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebar, main_menu);
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebar, sync_button);
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebar, outbox_button);
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebar, outbox_count);
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebar, outbox_warning);
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebar, menu);
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebar, folder_menu);
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebar, account_menu);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, outbox_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, unbind_cb);

  valija_sidebar_install_folder_actions (widget_class);
}

static void
valija_sidebar_init (ValijaSidebar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_parent (GTK_WIDGET (self->menu), GTK_WIDGET (self->list));
}

void
valija_sidebar_set_engine (ValijaSidebar *self,
                           ValijaEngine  *engine)
{
  GListStore *parts = g_list_store_new (G_TYPE_LIST_MODEL);
  GtkTreeListModel *tree;

  g_return_if_fail (VALIJA_IS_SIDEBAR (self));
  g_return_if_fail (VALIJA_IS_ENGINE (engine));
  g_return_if_fail (self->engine == NULL);

  self->engine = g_object_ref (engine);
  self->gathered = g_list_store_new (VALIJA_TYPE_FOLDER);
  g_list_store_append (parts, self->gathered);
  g_list_store_append (parts, valija_engine_get_accounts (engine));
  tree = gtk_tree_list_model_new (G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (parts))), FALSE, TRUE,
                                  create_children, g_object_ref (engine), g_object_unref);

  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (tree));
  g_object_unref (tree);

  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (selected_cb), self,
                           G_CONNECT_SWAPPED);
  /* After the list view, which must know of the rows before one of them is selected */
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (rows_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));

  g_signal_connect_object (engine, "outbox-changed", G_CALLBACK (outbox_changed_cb), self,
                           G_CONNECT_SWAPPED);
  outbox_changed_cb (self);
  valija_sync_button_set_engine (self->sync_button, engine);
  g_signal_connect_object (valija_engine_get_inboxes (engine), "items-changed", G_CALLBACK (inboxes_changed_cb), self,
                           G_CONNECT_SWAPPED);
  inboxes_changed_cb (self);
  select_first_inbox (self);
}

ValijaFolder *
valija_sidebar_dup_default (ValijaSidebar *self)
{
  GListModel *inboxes;

  g_return_val_if_fail (VALIJA_IS_SIDEBAR (self), NULL);

  inboxes = valija_engine_get_inboxes (self->engine);
  for (guint i = 0; i < g_list_model_get_n_items (inboxes); i++)
    {
      g_autoptr(ValijaFolder) inbox = g_list_model_get_item (inboxes, i);

      /* The list of accounts may be ahead of that of inboxes */
      if (valija_engine_find_account (self->engine, valija_account_get_id (valija_folder_get_account (inbox))) != NULL)
        return g_steal_pointer (&inbox);
    }

  return g_object_ref (valija_engine_get_all_inboxes (self->engine));
}

void
valija_sidebar_settle (ValijaSidebar *self)
{
  g_return_if_fail (VALIJA_IS_SIDEBAR (self));

  self->settled = TRUE;
}

void
valija_sidebar_select_folder (ValijaSidebar *self,
                              ValijaFolder  *folder)
{
  g_return_if_fail (VALIJA_IS_SIDEBAR (self));

  select_quietly (self, folder);
  outbox_changed_cb (self);
}

void
valija_sidebar_select_outbox (ValijaSidebar *self)
{
  g_return_if_fail (VALIJA_IS_SIDEBAR (self));

  select_quietly (self, NULL);
  outbox_changed_cb (self);
}

void
valija_sidebar_focus (ValijaSidebar *self)
{
  g_return_if_fail (VALIJA_IS_SIDEBAR (self));

  scroll_to_selected (self, GTK_LIST_SCROLL_FOCUS);
  gtk_widget_grab_focus (gtk_toggle_button_get_active (self->outbox_button) ? GTK_WIDGET (self->outbox_button)
                                                                            : GTK_WIDGET (self->list));
}

void
valija_sidebar_popup_main_menu (ValijaSidebar *self)
{
  g_return_if_fail (VALIJA_IS_SIDEBAR (self));

  gtk_menu_button_popup (self->main_menu);
}
