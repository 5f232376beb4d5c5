/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/sidebar/valija-sidebar-row.h"

#include "ui/valija-format.h"

#include <glib/gi18n-lib.h>

#define INDENT 16   /* pixels a level of folders */
#define MAX_DEPTH 8 /* deeper folders are indented no further */

struct _ValijaSidebarRow
{
  AdwBin           parent_instance;

  GtkTreeExpander *expander;
  GtkLabel        *heading;
  GtkWidget       *content;
  GtkImage        *icon;
  GtkLabel        *title;
  GtkLabel        *subtitle;
  GtkWidget       *spinner;
  GtkLabel        *count;
  GtkWidget       *details;
  GtkDropTarget   *drop;

  GObject         *item;
  GSignalGroup    *watched;       /* the item, or an account's status */
  ValijaAccountStatus *status;
  GSignalGroup    *row_signals;   /* of an account's row: whether it is folded */
  GListModel      *folders;       /* of an account */
  GPtrArray       *counted;       /* of ValijaFolder: those whose numbers are watched */
  char            *summary;
};

G_DEFINE_FINAL_TYPE (ValijaSidebarRow, valija_sidebar_row, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_SUMMARY,
  N_PROPS
};

enum
{
  DETAILS,
  MESSAGES_DROPPED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
take_summary (ValijaSidebarRow *self,
              char             *summary)
{
  if (g_set_str (&self->summary, summary))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUMMARY]);
  g_free (summary);
}

static void
take_unread_summary (ValijaSidebarRow *self,
                     const char       *whole,
                     guint64           unread)
{
  if (unread > 0)
    /* Translators: a folder or account and how many messages in it are unread */
    take_summary (self, g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s, %u unread", "%s, %u unread", unread),
                                         whole, (guint) unread));
  else
    take_summary (self, g_strdup (whole));
}

static void
set_count (ValijaSidebarRow *self,
           guint64           count)
{
  g_autofree char *text = valija_format_count (count);

  gtk_label_set_text (self->count, text);
  gtk_widget_set_visible (GTK_WIDGET (self->count), count > 0);
}

static void
update_folder (ValijaSidebarRow *self)
{
  ValijaFolder *folder = VALIJA_FOLDER (self->item);
  ValijaFolderRole role = valija_folder_get_role (folder);
  const char *name = valija_folder_get_display_name (folder);
  gint64 unread = valija_folder_get_unread (folder);
  gboolean counts_all = role == VALIJA_FOLDER_ROLE_DRAFTS;
  guint depth = MIN (valija_folder_get_depth (folder), MAX_DEPTH);
  const char *heading = valija_folder_get_heading (folder);
  g_autofree char *whole = NULL;

  gtk_image_set_from_icon_name (self->icon, valija_folder_role_get_icon (role));
  /* Translators: a heading ("Shared Folders"), and the first folder under it */
  whole = heading != NULL ? g_strdup_printf (_("%s: %s"), heading, name) : g_strdup (name);
  gtk_label_set_text (self->heading, heading != NULL ? heading : "");
  gtk_widget_set_visible (GTK_WIDGET (self->heading), heading != NULL);
  gtk_label_set_text (self->title, name);
  gtk_widget_set_margin_start (self->content, depth * INDENT);
  gtk_widget_set_sensitive (self->content, valija_folder_get_selectable (folder));
  set_count (self, MAX (0, counts_all ? valija_folder_get_total (folder) : unread));

  if (unread > 0)
    gtk_widget_add_css_class (GTK_WIDGET (self), "unread");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "unread");

  take_unread_summary (self, whole, (guint64) MAX (0, unread));
}

static void
update_account (ValijaSidebarRow *self)
{
  ValijaAccount *account = VALIJA_ACCOUNT (self->item);
  const GError *error = valija_account_status_get_error (self->status);
  gboolean busy = valija_account_status_get_progress (self->status) != NULL ||
                  valija_account_status_get_state (self->status) == VALIJA_SESSION_OPENING;
  const char *name = valija_account_get_name (account);
  gint64 checked = valija_account_status_get_last_checked (self->status);
  const char *paused = valija_account_status_get_paused (self->status);
  const ValijaQuota *quota = valija_account_status_get_quota (self->status);
  gboolean tight = error == NULL && valija_quota_is_tight (quota);
  g_autoptr(GtkTreeListRow) row = g_signal_group_dup_target (self->row_signals);
  /* While the folders are out of sight their numbers stand here. */
  guint64 unread = row != NULL && !gtk_tree_list_row_get_expanded (row) ? valija_folders_count_unread (self->folders)
                                                                         : 0;
  g_autofree char *state = NULL;
  g_autofree char *whole = NULL;

  if (busy)
    state = g_strdup (_("Checking…"));
  else if (valija_account_get_paused (account))
    state = g_strdup (_("Paused"));
  else if (error != NULL)
    state = valija_error_dup_title (error);
  else if (tight)
    {
      g_autofree char *text = valija_quota_dup_text (quota);

      /* Translators: %s is a text such as "195 MB of 200 MB used" */
      state = g_strdup_printf (_("Nearly full: %s"), text);
    }
  else if (checked != 0)
    {
      g_autofree char *when = valija_format_date (checked, NULL);

      state = paused != NULL
                /* Translators: %s is the time of today ("14:05") or a day */
                ? g_strdup_printf (_("Last check: %s. Headers only"), when)
                /* Translators: %s is the time of today ("14:05") or a day */
                : g_strdup_printf (_("Last check: %s"), when);
    }

  gtk_label_set_text (self->title, name);
  gtk_label_set_text (self->subtitle, state != NULL ? state : "");
  gtk_widget_set_visible (GTK_WIDGET (self->subtitle), state != NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->subtitle), paused != NULL && error == NULL ? paused : state);
  gtk_widget_set_visible (self->spinner, busy);
  gtk_widget_set_visible (GTK_WIDGET (self->icon), (error != NULL || tight) && !busy);
  gtk_image_set_from_icon_name (self->icon, "dialog-warning-symbolic");

  if ((error != NULL || tight) && !busy)
    gtk_widget_add_css_class (GTK_WIDGET (self), "failed");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "failed");

  set_count (self, unread);
  if (state != NULL)
    /* Translators: an account's name and how it is doing */
    whole = g_strdup_printf (_("Account %s, %s"), name, state);
  else
    whole = g_strdup_printf (_("Account %s"), name);
  take_unread_summary (self, whole, unread);
}

static void
update (ValijaSidebarRow *self)
{
  if (VALIJA_IS_FOLDER (self->item))
    update_folder (self);
  else if (VALIJA_IS_ACCOUNT (self->item))
    update_account (self);
}

static void
stop_counting (ValijaSidebarRow *self)
{
  for (guint i = 0; i < self->counted->len; i++)
    g_signal_handlers_disconnect_by_func (g_ptr_array_index (self->counted, i), update, self);
  g_ptr_array_set_size (self->counted, 0);
}

static void
folders_changed_cb (ValijaSidebarRow *self)
{
  stop_counting (self);
  for (guint i = 0; i < g_list_model_get_n_items (self->folders); i++)
    {
      ValijaFolder *folder = g_list_model_get_item (self->folders, i);

      g_signal_connect_object (folder, "notify::unread", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
      g_ptr_array_add (self->counted, folder);
    }
  update (self);
}

static void
details_cb (ValijaSidebarRow *self)
{
  if (VALIJA_IS_ACCOUNT (self->item))
    g_signal_emit (self, signals[DETAILS], 0, self->item);
}

static gboolean
takes_messages (GObject *item)
{
  return VALIJA_IS_FOLDER (item) && !valija_folder_gathers (VALIJA_FOLDER (item));
}

/* With Ctrl held nothing but a copy is offered. */
static GdkDragAction
find_action_cb (ValijaSidebarRow *self)
{
  GdkDrop *drop = gtk_drop_target_get_current_drop (self->drop);
  GdkDragAction actions = drop != NULL ? gdk_drop_get_actions (drop) : GDK_ACTION_MOVE;

  return (actions & GDK_ACTION_MOVE) != 0 ? GDK_ACTION_MOVE : actions & GDK_ACTION_COPY;
}

static gboolean
drop_cb (ValijaSidebarRow *self)
{
  if (!takes_messages (self->item) || !valija_folder_get_selectable (VALIJA_FOLDER (self->item)))
    return FALSE;

  g_signal_emit (self, signals[MESSAGES_DROPPED], 0, self->item, find_action_cb (self) == GDK_ACTION_COPY);

  return TRUE;
}

/* What a click does, for those who press it by way of the accessibility tree. */
static void
activate_action (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  gtk_widget_activate_action (widget, "listitem.select", "(bb)", FALSE, FALSE);
  gtk_widget_activate (gtk_widget_get_parent (widget));
}

static void
valija_sidebar_row_dispose (GObject *object)
{
  ValijaSidebarRow *self = VALIJA_SIDEBAR_ROW (object);

  valija_sidebar_row_unbind (self);

  G_OBJECT_CLASS (valija_sidebar_row_parent_class)->dispose (object);
}

static void
valija_sidebar_row_finalize (GObject *object)
{
  ValijaSidebarRow *self = VALIJA_SIDEBAR_ROW (object);

  g_ptr_array_unref (self->counted);
  g_free (self->summary);

  G_OBJECT_CLASS (valija_sidebar_row_parent_class)->finalize (object);
}

static void
valija_sidebar_row_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  ValijaSidebarRow *self = VALIJA_SIDEBAR_ROW (object);

  switch (prop_id)
    {
    case PROP_SUMMARY:
      g_value_set_string (value, self->summary);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_sidebar_row_class_init (ValijaSidebarRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_sidebar_row_dispose;
  object_class->finalize = valija_sidebar_row_finalize;
  object_class->get_property = valija_sidebar_row_get_property;

  properties[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, NULL,
                                                  G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[DETAILS] = g_signal_new ("details", VALIJA_TYPE_SIDEBAR_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, VALIJA_TYPE_ACCOUNT);
  signals[MESSAGES_DROPPED] = g_signal_new ("messages-dropped", VALIJA_TYPE_SIDEBAR_ROW, G_SIGNAL_RUN_LAST, 0, NULL,
                                            NULL, NULL, G_TYPE_NONE, 2, VALIJA_TYPE_FOLDER, G_TYPE_BOOLEAN);

  gtk_widget_class_install_action (widget_class, "row.activate", NULL, activate_action);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-sidebar-row.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebarRow, expander);
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebarRow, heading);
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebarRow, content);
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebarRow, icon);
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebarRow, title);
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebarRow, subtitle);
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebarRow, spinner);
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebarRow, count);
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebarRow, details);
  gtk_widget_class_bind_template_child (widget_class, ValijaSidebarRow, drop);
  gtk_widget_class_bind_template_callback (widget_class, details_cb);
  gtk_widget_class_bind_template_callback (widget_class, find_action_cb);
  gtk_widget_class_bind_template_callback (widget_class, drop_cb);
}

static void
valija_sidebar_row_init (ValijaSidebarRow *self)
{
  self->counted = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
valija_sidebar_row_new (void)
{
  return g_object_new (VALIJA_TYPE_SIDEBAR_ROW, NULL);
}

void
valija_sidebar_row_bind (ValijaSidebarRow *self,
                         ValijaEngine     *engine,
                         GtkTreeListRow   *row,
                         GObject          *item)
{
  gboolean account = VALIJA_IS_ACCOUNT (item);
  GObject *target = item;

  g_return_if_fail (VALIJA_IS_SIDEBAR_ROW (self));

  self->item = g_object_ref (item);
  gtk_tree_expander_set_list_row (self->expander, row);
  gtk_tree_expander_set_hide_expander (self->expander, !account);
  gtk_widget_set_visible (self->details, account);
  gtk_widget_set_visible (GTK_WIDGET (self->icon), !account);
  gtk_widget_set_visible (GTK_WIDGET (self->heading), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->subtitle), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->count), FALSE);
  gtk_widget_set_visible (self->spinner, FALSE);
  gtk_widget_set_margin_start (self->content, 0);
  gtk_widget_set_sensitive (self->content, TRUE);
  gtk_drop_target_set_gtypes (self->drop, (GType[]) { G_TYPE_PTR_ARRAY }, takes_messages (item) ? 1 : 0);

  if (account)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self), "account");
      self->status = g_object_ref (valija_engine_get_status (engine, VALIJA_ACCOUNT (item)));
      target = G_OBJECT (self->status);
    }
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "account");

  self->watched = g_signal_group_new (account ? VALIJA_TYPE_ACCOUNT_STATUS : VALIJA_TYPE_FOLDER);
  g_signal_group_connect_swapped (self->watched, "notify", G_CALLBACK (update), self);
  g_signal_group_set_target (self->watched, target);
  if (!account)
    {
      update (self);
      return;
    }

  self->row_signals = g_signal_group_new (GTK_TYPE_TREE_LIST_ROW);
  g_signal_group_connect_swapped (self->row_signals, "notify::expanded", G_CALLBACK (update), self);
  g_signal_group_set_target (self->row_signals, row);
  self->folders = g_object_ref (valija_engine_get_folders (engine, VALIJA_ACCOUNT (item)));
  g_signal_connect_object (self->folders, "items-changed", G_CALLBACK (folders_changed_cb), self, G_CONNECT_SWAPPED);
  folders_changed_cb (self);
}

void
valija_sidebar_row_unbind (ValijaSidebarRow *self)
{
  g_return_if_fail (VALIJA_IS_SIDEBAR_ROW (self));

  stop_counting (self);
  if (self->folders != NULL)
    g_signal_handlers_disconnect_by_func (self->folders, folders_changed_cb, self);
  g_clear_object (&self->folders);
  g_clear_object (&self->row_signals);
  g_clear_object (&self->watched);
  g_clear_object (&self->status);
  g_clear_object (&self->item);
  if (self->expander != NULL)
    gtk_tree_expander_set_list_row (self->expander, NULL);
  gtk_widget_remove_css_class (GTK_WIDGET (self), "failed");
  gtk_widget_remove_css_class (GTK_WIDGET (self), "unread");
}

GObject *
valija_sidebar_row_get_item (ValijaSidebarRow *self)
{
  g_return_val_if_fail (VALIJA_IS_SIDEBAR_ROW (self), NULL);

  return self->item;
}
