/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/sidebar/valija-sync-button.h"

#include "ui/sidebar/valija-sync-row.h"
#include "ui/valija-format.h"

#include <glib/gi18n-lib.h>

#define TICK_SECONDS 60

struct _ValijaSyncButton
{
  AdwBin          parent_instance;

  GtkMenuButton  *button;
  GtkStack       *icons;
  GtkImage       *icon;
  GtkWidget      *spinner;
  GtkLabel       *label;
  GtkListBox     *list;

  ValijaEngine   *engine;
  GPtrArray      *statuses;      /* of ValijaAccountStatus: of the accounts that read */
  GPtrArray      *signals;       /* of GSignalGroup, on the progress of each */
  guint           tick_source;   /* while it is seen */
};

G_DEFINE_FINAL_TYPE (ValijaSyncButton, valija_sync_button, ADW_TYPE_BIN)

/* Of the accounts that failed; NULL where none has. */
static char *
dup_failure (ValijaSyncButton *self)
{
  ValijaAccountStatus *failed = NULL;
  g_autofree char *title = NULL;
  guint n_failed = 0;

  for (guint i = 0; i < self->statuses->len; i++)
    {
      ValijaAccountStatus *status = g_ptr_array_index (self->statuses, i);
      const GError *error = valija_account_status_get_error (status);

      if (error == NULL || valija_account_get_paused (valija_account_status_get_account (status)))
        continue;

      failed = status;
      n_failed++;
      if (g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_OFFLINE))
        return valija_error_dup_title (error);
    }

  if (n_failed > 1)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u account could not be checked",
                                         "%u accounts could not be checked", n_failed), n_failed);
  if (failed == NULL)
    return NULL;

  title = valija_error_dup_title (valija_account_status_get_error (failed));
  if (g_list_model_get_n_items (valija_engine_get_accounts (self->engine)) < 2)
    return g_steal_pointer (&title);

  /* On two lines both have their beginning in sight. */
  return g_strdup_printf ("%s\n%s", valija_account_get_name (valija_account_status_get_account (failed)), title);
}

/* What goes on at one account, else what failed, else the oldest check: what is told must be true of all. */
static char *
dup_text (ValijaSyncButton *self,
          gboolean         *busy,
          gboolean         *failed)
{
  guint n_paused = 0;
  gint64 oldest = G_MAXINT64;
  char *failure;

  *busy = TRUE;
  *failed = FALSE;
  for (guint i = 0; i < self->statuses->len; i++)
    {
      ValijaAccountStatus *status = g_ptr_array_index (self->statuses, i);

      if (valija_account_status_get_progress (status) != NULL)
        return valija_sync_row_dup_text (status);

      if (valija_account_get_paused (valija_account_status_get_account (status)))
        n_paused++;
      else
        oldest = MIN (oldest, valija_account_status_get_last_checked (status));
    }

  *busy = FALSE;
  if ((failure = dup_failure (self)) != NULL)
    {
      *failed = TRUE;
      return failure;
    }

  if (n_paused == self->statuses->len)
    return g_strdup (_("Paused"));

  return valija_format_checked (oldest, 0);
}

static void
update (ValijaSyncButton *self)
{
  gboolean busy;
  gboolean failed;
  g_autofree char *text = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self), self->statuses->len > 0);
  if (self->statuses->len == 0)
    return;

  text = dup_text (self, &busy, &failed);
  gtk_label_set_text (self->label, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), failed ? text : NULL);
  if (failed)
    gtk_widget_add_css_class (GTK_WIDGET (self->icon), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "warning");
  gtk_image_set_from_icon_name (self->icon, failed ? "dialog-warning-symbolic" : "view-refresh-symbolic");
  gtk_stack_set_visible_child (self->icons, busy ? self->spinner : GTK_WIDGET (self->icon));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
status_changed_cb (ValijaSyncButton    *self,
                   GParamSpec          *pspec,
                   ValijaAccountStatus *status)
{
  guint position;

  if (g_ptr_array_find (self->statuses, status, &position))
    g_signal_group_set_target (g_ptr_array_index (self->signals, position),
                               valija_account_status_get_progress (status));
  update (self);
}

static void
add_account (ValijaSyncButton *self,
             ValijaAccount    *account)
{
  ValijaAccountStatus *status = valija_engine_get_status (self->engine, account);
  GSignalGroup *progress = g_signal_group_new (VALIJA_TYPE_PROGRESS);

  g_signal_group_connect_swapped (progress, "notify", G_CALLBACK (update), self);
  g_signal_group_set_target (progress, valija_account_status_get_progress (status));
  g_ptr_array_add (self->statuses, g_object_ref (status));
  g_ptr_array_add (self->signals, progress);
  g_signal_connect_object (status, "notify", G_CALLBACK (status_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_list_box_append (self->list, valija_sync_row_new (self->engine, account));
}

static void
clear (ValijaSyncButton *self)
{
  for (guint i = 0; i < self->statuses->len; i++)
    g_signal_handlers_disconnect_by_func (g_ptr_array_index (self->statuses, i), status_changed_cb, self);

  g_ptr_array_set_size (self->signals, 0);
  g_ptr_array_set_size (self->statuses, 0);
}

static void
accounts_changed_cb (ValijaSyncButton *self)
{
  GListModel *accounts = valija_engine_get_accounts (self->engine);

  clear (self);
  gtk_list_box_remove_all (self->list);
  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (accounts, i);
      g_autofree char *reason = valija_engine_why_not (self->engine, account, NULL, VALIJA_ACTION_READ);

      if (reason == NULL)
        add_account (self, account);
    }

  update (self);
}

static gboolean
tick_cb (gpointer data)
{
  ValijaSyncButton *self = data;

  update (self);
  for (GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self->list)); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    valija_sync_row_tick (VALIJA_SYNC_ROW (row));

  return G_SOURCE_CONTINUE;
}

static void
valija_sync_button_map (GtkWidget *widget)
{
  ValijaSyncButton *self = VALIJA_SYNC_BUTTON (widget);

  GTK_WIDGET_CLASS (valija_sync_button_parent_class)->map (widget);

  if (self->tick_source == 0)
    self->tick_source = g_timeout_add_seconds (TICK_SECONDS, tick_cb, self);
  tick_cb (self);
}

static void
valija_sync_button_unmap (GtkWidget *widget)
{
  ValijaSyncButton *self = VALIJA_SYNC_BUTTON (widget);

  g_clear_handle_id (&self->tick_source, g_source_remove);

  GTK_WIDGET_CLASS (valija_sync_button_parent_class)->unmap (widget);
}

static void
valija_sync_button_dispose (GObject *object)
{
  ValijaSyncButton *self = VALIJA_SYNC_BUTTON (object);

  g_clear_handle_id (&self->tick_source, g_source_remove);
  clear (self);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (valija_sync_button_parent_class)->dispose (object);
}

static void
valija_sync_button_finalize (GObject *object)
{
  ValijaSyncButton *self = VALIJA_SYNC_BUTTON (object);

  g_ptr_array_unref (self->statuses);
  g_ptr_array_unref (self->signals);

  G_OBJECT_CLASS (valija_sync_button_parent_class)->finalize (object);
}

static void
valija_sync_button_class_init (ValijaSyncButtonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_sync_button_dispose;
  object_class->finalize = valija_sync_button_finalize;
  widget_class->map = valija_sync_button_map;
  widget_class->unmap = valija_sync_button_unmap;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-sync-button.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaSyncButton, button);
  gtk_widget_class_bind_template_child (widget_class, ValijaSyncButton, icons);
  gtk_widget_class_bind_template_child (widget_class, ValijaSyncButton, icon);
  gtk_widget_class_bind_template_child (widget_class, ValijaSyncButton, spinner);
  gtk_widget_class_bind_template_child (widget_class, ValijaSyncButton, label);
  gtk_widget_class_bind_template_child (widget_class, ValijaSyncButton, list);
}

static void
valija_sync_button_init (ValijaSyncButton *self)
{
  self->statuses = g_ptr_array_new_with_free_func (g_object_unref);
  self->signals = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
valija_sync_button_set_engine (ValijaSyncButton *self,
                               ValijaEngine     *engine)
{
  g_return_if_fail (VALIJA_IS_SYNC_BUTTON (self));
  g_return_if_fail (VALIJA_IS_ENGINE (engine));
  g_return_if_fail (self->engine == NULL);

  self->engine = g_object_ref (engine);
  g_signal_connect_object (valija_engine_get_accounts (engine), "items-changed", G_CALLBACK (accounts_changed_cb), self,
                           G_CONNECT_SWAPPED);
  accounts_changed_cb (self);
}
