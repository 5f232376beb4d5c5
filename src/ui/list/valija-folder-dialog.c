/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/list/valija-folder-dialog.h"

#include <glib/gi18n-lib.h>

#define INDENT 16
#define MAX_DEPTH 8

struct _ValijaFolderDialog
{
  AdwDialog           parent_instance;

  GtkSearchEntry     *entry;
  GtkListView        *list;

  GPtrArray          *messages;     /* of ValijaMessage */
  ValijaFolder       *here;
  gboolean            several;      /* accounts, which are then named */
  GtkFilterListModel *shown;
  GtkCustomFilter    *filter;
};

G_DEFINE_FINAL_TYPE (ValijaFolderDialog, valija_folder_dialog, ADW_TYPE_DIALOG)

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
match (gpointer item,
       gpointer data)
{
  ValijaFolderDialog *self = data;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  if (item == (gpointer) self->here || !valija_folder_get_selectable (item))
    return FALSE;

  return text[0] == '\0' || g_str_match_string (text, valija_folder_get_display_name (item), TRUE);
}

static void
search_changed_cb (ValijaFolderDialog *self)
{
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
}

static void
activate_cb (ValijaFolderDialog *self,
             guint               position)
{
  g_autoptr(ValijaFolder) folder = g_list_model_get_item (G_LIST_MODEL (self->shown), position);

  if (folder == NULL)
    return;

  g_signal_emit (self, signals[CHOSEN], 0, self->messages, folder);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
entry_activate_cb (ValijaFolderDialog *self)
{
  activate_cb (self, 0);
}

static void
stop_search_cb (ValijaFolderDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          ValijaFolderDialog       *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *image = g_object_new (GTK_TYPE_IMAGE, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  GtkWidget *label = gtk_label_new (NULL);
  GtkWidget *account = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_ellipsize (GTK_LABEL (account), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (account), 1);
  gtk_widget_set_hexpand (account, TRUE);
  gtk_widget_add_css_class (account, "caption");
  gtk_widget_add_css_class (account, "dimmed");
  gtk_box_append (GTK_BOX (box), image);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), account);
  gtk_list_item_set_child (item, box);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item,
         ValijaFolderDialog       *self)
{
  ValijaFolder *folder = gtk_list_item_get_item (item);
  GtkWidget *box = gtk_list_item_get_child (item);
  GtkWidget *icon = gtk_widget_get_first_child (box);
  GtkWidget *label = gtk_widget_get_next_sibling (icon);
  const char *name = valija_folder_get_display_name (folder);
  const char *account = valija_account_get_name (valija_folder_get_account (folder));
  /* Translators: a folder and the account it belongs to */
  g_autofree char *both = g_strdup_printf (_("%s, account %s"), name, account);

  gtk_widget_set_margin_start (box, MIN (valija_folder_get_depth (folder), MAX_DEPTH) * INDENT);
  gtk_image_set_from_icon_name (GTK_IMAGE (icon), valija_folder_role_get_icon (valija_folder_get_role (folder)));
  gtk_label_set_text (GTK_LABEL (label), name);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (label)), self->several ? account : "");
  gtk_list_item_set_accessible_label (item, self->several ? both : name);
}

static void
valija_folder_dialog_dispose (GObject *object)
{
  ValijaFolderDialog *self = VALIJA_FOLDER_DIALOG (object);

  if (self->filter != NULL)
    gtk_custom_filter_set_filter_func (self->filter, NULL, NULL, NULL);
  g_clear_object (&self->filter);
  g_clear_object (&self->shown);
  g_clear_object (&self->here);
  g_clear_pointer (&self->messages, g_ptr_array_unref);

  G_OBJECT_CLASS (valija_folder_dialog_parent_class)->dispose (object);
}

static void
valija_folder_dialog_class_init (ValijaFolderDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_folder_dialog_dispose;

  signals[CHOSEN] = g_signal_new ("chosen", VALIJA_TYPE_FOLDER_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 2, G_TYPE_PTR_ARRAY, VALIJA_TYPE_FOLDER);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-folder-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaFolderDialog, entry);
  gtk_widget_class_bind_template_child (widget_class, ValijaFolderDialog, list);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, entry_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
}

static void
valija_folder_dialog_init (ValijaFolderDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
valija_folder_dialog_new (const char   *title,
                          GPtrArray    *messages,
                          GListModel   *folders,
                          ValijaFolder *here)
{
  ValijaFolderDialog *self = g_object_new (VALIJA_TYPE_FOLDER_DIALOG, "title", title, NULL);
  GtkSingleSelection *selection;
  GListModel *all = G_LIST_MODEL (gtk_flatten_list_model_new (g_object_ref (folders)));

  self->messages = g_ptr_array_ref (messages);
  g_set_object (&self->here, here);
  self->several = g_list_model_get_n_items (folders) > 1;
  self->filter = gtk_custom_filter_new (match, self, NULL);
  self->shown = gtk_filter_list_model_new (all, g_object_ref (GTK_FILTER (self->filter)));
  selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->shown)));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  g_object_unref (selection);

  return ADW_DIALOG (self);
}
