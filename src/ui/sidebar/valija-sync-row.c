/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/sidebar/valija-sync-row.h"

#include "base/valija-future.h"
#include "ui/setup/valija-methods-dialog.h"
#include "ui/valija-error-dialog.h"
#include "ui/valija-format.h"
#include "ui/valija-window.h"

#include <glib/gi18n-lib.h>

struct _ValijaSyncRow
{
  GtkListBoxRow        parent_instance;

  GtkLabel            *title;
  GtkLabel            *text;
  GtkProgressBar      *bar;
  GtkButton           *failure;
  GtkButton           *cancel;
  GtkButton           *pause;

  ValijaEngine        *engine;
  ValijaAccountStatus *status;
  GSignalGroup        *progress;     /* of the status, while it has one */
};

G_DEFINE_FINAL_TYPE (ValijaSyncRow, valija_sync_row, GTK_TYPE_LIST_BOX_ROW)

static char *
dup_progress (ValijaProgress *progress)
{
  const char *title = valija_progress_get_title (progress);
  const char *detail = valija_progress_get_detail (progress);
  g_autofree char *amount = valija_format_progress (progress);
  const char *more = amount != NULL ? amount : detail;

  if (amount != NULL && detail != NULL)
    /* Translators: what is being done, in which folder, and how much of it is done: "Fetching whole messages, Inbox,
     * 1,200 of 5,000" */
    return g_strdup_printf (_("%s, %s, %s"), title, detail, amount);

  return more != NULL ? g_strdup_printf (_("%s, %s"), title, more) : g_strdup (title);
}

char *
valija_sync_row_dup_text (ValijaAccountStatus *status)
{
  ValijaProgress *progress = valija_account_status_get_progress (status);
  const GError *error = valija_account_status_get_error (status);

  if (progress != NULL)
    return dup_progress (progress);

  if (valija_account_get_paused (valija_account_status_get_account (status)))
    {
      g_autofree char *checked = valija_format_checked (valija_account_status_get_last_checked (status), 0);

      /* Translators: %s is when mail was last checked: "Checked 3 minutes ago" */
      return g_strdup_printf (_("Paused. %s"), checked);
    }

  if (error != NULL)
    return valija_error_dup_title (error);

  return valija_format_checked (valija_account_status_get_last_checked (status), 0);
}

/* @error: (nullable): what is told now */
static void
update_failure (ValijaSyncRow *self,
                const GError  *error)
{
  const char *name = valija_account_get_name (valija_account_status_get_account (self->status));
  gboolean wants_password = error != NULL && valija_error_wants_password (error);
  g_autofree char *label = wants_password
                             /* Translators: %s is the name of an account */
                             ? g_strdup_printf (_("Change the password of %s"), name)
                             /* Translators: %s is the name of an account */
                             : g_strdup_printf (_("Details of the failure of %s"), name);

  gtk_button_set_label (self->failure, wants_password ? _("Change Password…") : _("Details"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->failure), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_set_visible (GTK_WIDGET (self->failure), error != NULL);
}

static void
update (ValijaSyncRow *self)
{
  ValijaAccount *account = valija_account_status_get_account (self->status);
  ValijaProgress *progress = valija_account_status_get_progress (self->status);
  gboolean paused = valija_account_get_paused (account);
  g_autofree char *text = valija_sync_row_dup_text (self->status);
  const char *name = valija_account_get_name (account);
  g_autofree char *label = paused
                             /* Translators: %s is the name of an account */
                             ? g_strdup_printf (_("Resume fetching the mail of %s"), name)
                             /* Translators: %s is the name of an account */
                             : g_strdup_printf (_("Pause fetching the mail of %s"), name);
  double fraction = progress != NULL ? valija_progress_get_fraction (progress) : -1;

  gtk_label_set_text (self->title, name);
  gtk_label_set_text (self->text, text);
  gtk_progress_bar_set_fraction (self->bar, MAX (fraction, 0));
  gtk_widget_set_visible (GTK_WIDGET (self->bar), fraction >= 0);
  update_failure (self, progress == NULL && !paused ? valija_account_status_get_error (self->status) : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->cancel), progress != NULL);
  gtk_button_set_icon_name (self->pause, paused ? "media-playback-start-symbolic" : "media-playback-pause-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->pause), paused ? _("Resume") : _("Pause"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->pause), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
status_changed_cb (ValijaSyncRow *self)
{
  g_signal_group_set_target (self->progress, valija_account_status_get_progress (self->status));
  update (self);
}

/* A dialog over a popover would be lost with it. */
static void
failure_cb (ValijaSyncRow *self)
{
  ValijaAccount *account = valija_account_status_get_account (self->status);
  const GError *error = valija_account_status_get_error (self->status);
  GtkWidget *popover = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_POPOVER);
  AdwDialog *dialog;

  if (error == NULL)
    return;

  dialog = valija_error_wants_password (error) ? valija_methods_dialog_new_for_password (self->engine, account, error)
                                               : valija_error_dialog_new (self->engine, account, error);
  if (popover != NULL)
    gtk_popover_popdown (GTK_POPOVER (popover));
  adw_dialog_present (dialog, GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self))));
}

static void
cancel_cb (ValijaSyncRow *self)
{
  ValijaProgress *progress = valija_account_status_get_progress (self->status);

  if (progress != NULL)
    valija_progress_cancel (progress);
}

static void
paused_cb (DexFuture *future,
           gpointer   owner)
{
  GtkRoot *window = gtk_widget_get_root (owner);
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL && VALIJA_IS_WINDOW (window))
    valija_window_show_error (VALIJA_WINDOW (window), error);
}

static void
pause_cb (ValijaSyncRow *self)
{
  ValijaAccount *account = valija_account_status_get_account (self->status);

  valija_future_then (valija_engine_set_paused (self->engine, account, !valija_account_get_paused (account)), self,
                      paused_cb);
}

static void
valija_sync_row_dispose (GObject *object)
{
  ValijaSyncRow *self = VALIJA_SYNC_ROW (object);

  g_clear_object (&self->progress);
  g_clear_object (&self->status);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (valija_sync_row_parent_class)->dispose (object);
}

static void
valija_sync_row_class_init (ValijaSyncRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_sync_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-sync-row.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaSyncRow, title);
  gtk_widget_class_bind_template_child (widget_class, ValijaSyncRow, text);
  gtk_widget_class_bind_template_child (widget_class, ValijaSyncRow, bar);
  gtk_widget_class_bind_template_child (widget_class, ValijaSyncRow, failure);
  gtk_widget_class_bind_template_child (widget_class, ValijaSyncRow, cancel);
  gtk_widget_class_bind_template_child (widget_class, ValijaSyncRow, pause);
  gtk_widget_class_bind_template_callback (widget_class, failure_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, pause_cb);
}

static void
valija_sync_row_init (ValijaSyncRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->progress = g_signal_group_new (VALIJA_TYPE_PROGRESS);
  g_signal_group_connect_swapped (self->progress, "notify", G_CALLBACK (update), self);
}

GtkWidget *
valija_sync_row_new (ValijaEngine  *engine,
                     ValijaAccount *account)
{
  ValijaSyncRow *self = g_object_new (VALIJA_TYPE_SYNC_ROW, NULL);

  self->engine = g_object_ref (engine);
  self->status = g_object_ref (valija_engine_get_status (engine, account));
  g_signal_connect_object (self->status, "notify", G_CALLBACK (status_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (account, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  status_changed_cb (self);

  return GTK_WIDGET (self);
}

void
valija_sync_row_tick (ValijaSyncRow *self)
{
  g_return_if_fail (VALIJA_IS_SYNC_ROW (self));

  update (self);
}
