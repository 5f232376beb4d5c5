/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-window-private.h"

#include "base/valija-future.h"
#include "ui/setup/valija-setup-assistant.h"
#include "ui/sidebar/valija-account-dialog.h"
#include "ui/valija-application.h"
#include "ui/valija-error-dialog.h"
#include "ui/valija-focus.h"
#include "ui/valija-format.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define NOTICE_SECONDS 5
#define UNDO_SECONDS 8

G_DEFINE_FINAL_TYPE (ValijaWindow, valija_window, ADW_TYPE_APPLICATION_WINDOW)

/* ---- What is shown ---- */

static void
welcome_closed_cb (ValijaWindow *self)
{
  gboolean empty = g_list_model_get_n_items (valija_engine_get_accounts (self->engine)) == 0;

  if (empty)
    gtk_window_close (GTK_WINDOW (self));
  else
    gtk_stack_set_visible_child_name (self->stack, "mail");
}

/* Without an account the explanation of the methods is the window, until the person is done with
 * it. */
static void
update_page (ValijaWindow *self)
{
  if (g_list_model_get_n_items (valija_engine_get_accounts (self->engine)) > 0)
    {
      if (g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "welcome") != 0)
        gtk_stack_set_visible_child_name (self->stack, "mail");
      return;
    }

  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "welcome") != 0)
    {
      GtkWidget *assistant = valija_setup_assistant_new (self->engine);

      g_signal_connect_object (assistant, "close", G_CALLBACK (welcome_closed_cb), self, G_CONNECT_SWAPPED);
      adw_bin_set_child (self->welcome, assistant);
      gtk_stack_set_visible_child_name (self->stack, "welcome");
    }
}

/* What is open goes with its account. */
static void
leave_removed_account (ValijaWindow *self)
{
  ValijaAccount *account = valija_window_get_account (self);
  g_autoptr(ValijaFolder) folder = NULL;

  if (account == NULL || valija_engine_find_account (self->engine, valija_account_get_id (account)) != NULL)
    return;

  folder = valija_sidebar_dup_default (self->sidebar);
  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->pages), "messages") == 0)
    valija_window_show_folder (self, folder);
  else
    valija_message_pane_show_folder (self->pane, folder);
}

static void
accounts_changed_cb (ValijaWindow *self)
{
  update_page (self);
  leave_removed_account (self);
}

static void
stop_mark_read (ValijaWindow *self)
{
  g_clear_handle_id (&self->mark_read_source, g_source_remove);
}

void
valija_window_changed_cb (DexFuture *future,
                          gpointer   owner)
{
  ValijaWindow *self = owner;
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    valija_window_show_error (self, error);
  else
    valija_reader_refresh (self->reader);
}

static gboolean
mark_read_cb (gpointer data)
{
  ValijaWindow *self = data;
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func (g_object_unref);

  self->mark_read_source = 0;
  g_ptr_array_add (messages, g_object_ref (self->current));
  valija_future_then (valija_engine_change_flags (self->engine, messages, VALIJA_FLAG_SEEN, VALIJA_FLAG_NONE),
                      self, valija_window_changed_cb);

  return G_SOURCE_REMOVE;
}

/* Only a message that was looked at for a while counts as read. */
static void
reader_shown_cb (ValijaWindow *self)
{
  int seconds = g_settings_get_int (self->settings, "mark-read-seconds");

  stop_mark_read (self);

  if (seconds >= 0 && self->current != NULL && valija_message_get_unread (self->current))
    self->mark_read_source = g_timeout_add_seconds (seconds, mark_read_cb, self);
}

static void
set_current (ValijaWindow  *self,
             ValijaMessage *message)
{
  if (!g_set_object (&self->current, message))
    return;

  stop_mark_read (self);
  g_signal_group_set_target (self->current_signals, message);
}

static void
selection_changed_cb (ValijaWindow *self)
{
  g_autoptr(ValijaMessage) message = valija_message_pane_dup_single (self->pane);
  guint n_selected = valija_message_pane_get_n_selected (self->pane);

  set_current (self, message);
  if (n_selected > 0)
    valija_sidebar_settle (self->sidebar);

  if (n_selected > 1)
    valija_reader_show_several (self->reader, n_selected);
  else
    valija_reader_show_message (self->reader, message);

  valija_window_update_actions (self);
}

static void
message_activated_cb (ValijaWindow  *self,
                      ValijaMessage *message)
{
  ValijaFolder *folder = valija_message_get_folder (message);

  adw_navigation_split_view_set_show_content (self->inner, TRUE);

  if (folder != NULL && valija_folder_get_role (folder) == VALIJA_FOLDER_ROLE_DRAFTS)
    valija_application_edit_draft (VALIJA_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))), message);
}

static void
folder_selected_cb (ValijaWindow *self,
                    ValijaFolder *folder)
{
  valija_window_show_folder (self, folder);
}

static void
outbox_selected_cb (ValijaWindow *self)
{
  valija_sidebar_settle (self->sidebar);
  gtk_stack_set_visible_child_name (self->pages, "outbox");
  if (adw_overlay_split_view_get_collapsed (self->outer))
    adw_overlay_split_view_set_show_sidebar (self->outer, FALSE);
}

static void
account_activated_cb (ValijaWindow  *self,
                      ValijaAccount *account)
{
  adw_dialog_present (valija_account_dialog_new (self->engine, account), GTK_WIDGET (self));
}

static void
copy_dropped (gpointer   self,
              GPtrArray *messages,
              gpointer   folder)
{
  valija_window_copy_messages (self, messages, folder);
}

static void
move_dropped (gpointer   self,
              GPtrArray *messages,
              gpointer   folder)
{
  valija_window_move_messages (self, messages, folder);
}

static void
messages_dropped_cb (ValijaWindow *self,
                     ValijaFolder *folder,
                     gboolean      copy)
{
  valija_message_pane_change_selected (self->pane, copy ? copy_dropped : move_dropped, self, folder);
}

static void
progress_cancelled_cb (ValijaWindow *self)
{
  valija_window_show_notice (self, _("Stopped. What has come so far is here."), NULL, NULL);
}

static void
notice_cb (ValijaWindow *self,
           const char   *text)
{
  valija_window_show_notice (self, text, NULL, NULL);
}

static void
collapsed_cb (ValijaWindow *self)
{
  /* A wide window shows its sidebar, a narrow one shows the mail first. */
  adw_overlay_split_view_set_show_sidebar (self->outer, !adw_overlay_split_view_get_collapsed (self->outer));
}

/* ---- Object ---- */

static void
valija_window_unmap (GtkWidget *widget)
{
  ValijaWindow *self = VALIJA_WINDOW (widget);
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set_int (self->settings, "window-width", width);
  g_settings_set_int (self->settings, "window-height", height);
  g_settings_set_boolean (self->settings, "window-maximized", gtk_window_is_maximized (GTK_WINDOW (self)));

  GTK_WIDGET_CLASS (valija_window_parent_class)->unmap (widget);
}

static void
valija_window_dispose (GObject *object)
{
  ValijaWindow *self = VALIJA_WINDOW (object);

  stop_mark_read (self);
  g_clear_weak_pointer (&self->before_sidebar);
  g_clear_weak_pointer (&self->check_toast);
  g_clear_object (&self->current_signals);
  g_clear_object (&self->current);
  g_clear_object (&self->undo_toast);
  g_clear_object (&self->undo);
  g_clear_object (&self->settings);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (valija_window_parent_class)->dispose (object);
}

static void
valija_window_class_init (ValijaWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_window_dispose;
  widget_class->unmap = valija_window_unmap;

  g_type_ensure (VALIJA_TYPE_SIDEBAR);
  g_type_ensure (VALIJA_TYPE_MESSAGE_PANE);
  g_type_ensure (VALIJA_TYPE_READER);
  g_type_ensure (VALIJA_TYPE_OUTBOX_PAGE);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-window.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, ValijaWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, ValijaWindow, failure);
  gtk_widget_class_bind_template_child (widget_class, ValijaWindow, welcome);
  gtk_widget_class_bind_template_child (widget_class, ValijaWindow, outer);
  gtk_widget_class_bind_template_child (widget_class, ValijaWindow, inner);
  gtk_widget_class_bind_template_child (widget_class, ValijaWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, ValijaWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, ValijaWindow, pane);
  gtk_widget_class_bind_template_child (widget_class, ValijaWindow, reader);
  gtk_widget_class_bind_template_child (widget_class, ValijaWindow, outbox);
  gtk_widget_class_bind_template_callback (widget_class, folder_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, outbox_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, account_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, messages_dropped_cb);
  gtk_widget_class_bind_template_callback (widget_class, selection_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, message_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, progress_cancelled_cb);
  gtk_widget_class_bind_template_callback (widget_class, reader_shown_cb);
  gtk_widget_class_bind_template_callback (widget_class, collapsed_cb);

  valija_window_install_actions (widget_class);
}

static void
valija_window_init (ValijaWindow *self)
{
  g_autoptr(GAction) conversations = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self, "notify::visible-dialog", G_CALLBACK (valija_window_update_actions), self);
  g_signal_connect_object (self->pages, "notify::visible-child", G_CALLBACK (valija_window_update_actions), self,
                           G_CONNECT_SWAPPED);
  valija_focus_keep (GTK_WIDGET (self));

  if (DEVELOPMENT)
    gtk_widget_add_css_class (GTK_WIDGET (self), "devel");

  /* Whose a row is, and so what can be done to it, is known when it is loaded. */
  self->current_signals = g_signal_group_new (VALIJA_TYPE_MESSAGE);
  g_signal_group_connect_swapped (self->current_signals, "notify::folder", G_CALLBACK (valija_window_update_actions),
                                  self);

  self->settings = g_settings_new (APP_ID);
  conversations = g_settings_create_action (self->settings, "conversations");
  g_action_map_add_action (G_ACTION_MAP (self), conversations);
  gtk_window_set_default_size (GTK_WINDOW (self),
                               g_settings_get_int (self->settings, "window-width"),
                               g_settings_get_int (self->settings, "window-height"));
  if (g_settings_get_boolean (self->settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
}

/* ---- Public ---- */

ValijaWindow *
valija_window_new (GtkApplication *application,
                   ValijaEngine   *engine)
{
  ValijaWindow *self = g_object_new (VALIJA_TYPE_WINDOW, "application", application, NULL);

  g_set_object (&self->engine, engine);
  g_signal_connect_object (engine, "notice", G_CALLBACK (notice_cb), self, G_CONNECT_SWAPPED);
  valija_reader_set_engine (self->reader, engine);

  return self;
}

void
valija_window_engine_opened (ValijaWindow *self,
                             const GError *error)
{
  g_return_if_fail (VALIJA_IS_WINDOW (self));

  if (error != NULL)
    {
      g_autofree char *title = valija_error_dup_title (error);
      g_autofree char *detail = valija_error_dup_detail (error);
      g_autofree char *advice = valija_error_dup_advice (error);
      const char *rest = valija_error_says_all_in_title (error) ? strchrnul (detail, '\n') : detail;
      g_autofree char *description = g_strstrip (g_strdup_printf ("%s\n%s", rest, advice));
      g_autofree char *markup = g_markup_escape_text (description, -1);

      adw_status_page_set_title (self->failure, title);
      adw_status_page_set_description (self->failure, markup);
      gtk_stack_set_visible_child_name (self->stack, "failed");
      return;
    }

  valija_message_pane_set_engine (self->pane, self->engine);
  valija_outbox_page_set_engine (self->outbox, self->engine);
  valija_sidebar_set_engine (self->sidebar, self->engine);

  g_signal_connect_object (valija_engine_get_accounts (self->engine), "items-changed",
                           G_CALLBACK (accounts_changed_cb), self, G_CONNECT_SWAPPED);
  update_page (self);
  valija_window_update_actions (self);
}

ValijaAccount *
valija_window_get_account (ValijaWindow *self)
{
  ValijaFolder *folder;

  g_return_val_if_fail (VALIJA_IS_WINDOW (self), NULL);

  folder = valija_message_pane_get_folder (self->pane);

  return folder != NULL ? valija_folder_get_account (folder) : NULL;
}

void
valija_window_show_folder (ValijaWindow *self,
                           ValijaFolder *folder)
{
  g_return_if_fail (VALIJA_IS_WINDOW (self));
  g_return_if_fail (VALIJA_IS_FOLDER (folder));

  gtk_stack_set_visible_child_name (self->pages, "messages");
  valija_sidebar_select_folder (self->sidebar, folder);
  valija_message_pane_show_folder (self->pane, folder);
  adw_navigation_split_view_set_show_content (self->inner, FALSE);
  if (adw_overlay_split_view_get_collapsed (self->outer))
    adw_overlay_split_view_set_show_sidebar (self->outer, FALSE);
}

void
valija_window_show_notice (ValijaWindow *self,
                           const char   *text,
                           const char   *label,
                           const char   *action)
{
  AdwToast *toast;

  g_return_if_fail (VALIJA_IS_WINDOW (self));
  g_return_if_fail (text != NULL);

  toast = adw_toast_new (text);
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_timeout (toast, NOTICE_SECONDS);
  if (label != NULL)
    {
      adw_toast_set_button_label (toast, label);
      adw_toast_set_detailed_action_name (toast, action);
    }
  adw_toast_overlay_add_toast (self->toasts, toast);
}

void
valija_window_add_toast (ValijaWindow *self,
                         AdwToast     *toast)
{
  g_return_if_fail (VALIJA_IS_WINDOW (self));
  g_return_if_fail (ADW_IS_TOAST (toast));

  adw_toast_overlay_add_toast (self->toasts, toast);
}

/* Each change is taken back once, by the toast or by the key. */
static void
take_back (ValijaWindow *self,
           ValijaUndo   *undo)
{
  if (undo == self->undo)
    g_clear_object (&self->undo);
  valija_future_then (valija_engine_undo (self->engine, undo), self, valija_window_changed_cb);
}

static void
undo_cb (AdwToast     *toast,
         ValijaWindow *self)
{
  take_back (self, g_object_get_data (G_OBJECT (toast), "undo"));
}

void
valija_window_undo (ValijaWindow *self)
{
  g_autoptr(AdwToast) toast = g_steal_pointer (&self->undo_toast);
  g_autoptr(ValijaUndo) undo = NULL;

  if (toast != NULL)
    {
      /* As by its button, and no other goes */
      g_signal_emit_by_name (toast, "button-clicked");
      adw_toast_dismiss (toast);
    }
  else if ((undo = g_steal_pointer (&self->undo)) != NULL)
    {
      take_back (self, undo);
    }
}

static void
undo_dismissed_cb (ValijaWindow *self,
                   AdwToast     *toast)
{
  if (self->undo_toast == toast)
    g_clear_object (&self->undo_toast);
}

void
valija_window_offer_undo (ValijaWindow *self,
                          AdwToast     *toast)
{
  g_return_if_fail (VALIJA_IS_WINDOW (self));
  g_return_if_fail (ADW_IS_TOAST (toast));

  adw_toast_set_button_label (toast, _("_Undo"));
  g_clear_object (&self->undo);
  g_set_object (&self->undo_toast, toast);
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (undo_dismissed_cb), self, G_CONNECT_SWAPPED);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

void
valija_window_show_undo (ValijaWindow *self,
                         ValijaUndo   *undo)
{
  AdwToast *toast;

  g_return_if_fail (VALIJA_IS_WINDOW (self));
  g_return_if_fail (VALIJA_IS_UNDO (undo));

  toast = adw_toast_new (valija_undo_get_label (undo));
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_timeout (toast, UNDO_SECONDS);
  if (!valija_undo_can_undo (undo))
    {
      g_clear_object (&self->undo_toast);
      g_clear_object (&self->undo);
      adw_toast_overlay_add_toast (self->toasts, toast);
      return;
    }

  g_object_set_data_full (G_OBJECT (toast), "undo", g_object_ref (undo), g_object_unref);
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (undo_cb), self, 0);
  valija_window_offer_undo (self, toast);
  self->undo = g_object_ref (undo);
}

static void
error_details_cb (AdwToast     *toast,
                  ValijaWindow *self)
{
  ValijaAccount *account = g_object_get_data (G_OBJECT (toast), "account");
  const GError *error = g_object_get_data (G_OBJECT (toast), "error");

  adw_dialog_present (valija_error_dialog_new (self->engine, account, error), GTK_WIDGET (self));
}

/* @account: (nullable): that which was checked */
static void
show_failure (ValijaWindow  *self,
              ValijaAccount *account,
              const GError  *error)
{
  g_autofree char *title = NULL;
  AdwToast *toast;

  if (valija_error_is_cancelled (error))
    return;

  title = account != NULL ? valija_format_failure (valija_engine_get_accounts (self->engine), account, error)
                          : valija_error_dup_title (error);
  /* What ails all accounts is told once. */
  if (account != NULL && self->check_toast != NULL && g_str_equal (adw_toast_get_title (self->check_toast), title))
    return;

  toast = adw_toast_new (title);
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_timeout (toast, UNDO_SECONDS);
  adw_toast_set_button_label (toast, _("_Details"));
  if (account != NULL)
    {
      g_set_weak_pointer (&self->check_toast, toast);
      g_object_set_data_full (G_OBJECT (toast), "account", g_object_ref (account), g_object_unref);
    }
  g_object_set_data_full (G_OBJECT (toast), "error", g_error_copy (error), (GDestroyNotify) g_error_free);
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (error_details_cb), self, 0);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

void
valija_window_show_error (ValijaWindow *self,
                          const GError *error)
{
  g_return_if_fail (VALIJA_IS_WINDOW (self));
  g_return_if_fail (error != NULL);

  show_failure (self, NULL, error);
}

typedef struct
{
  GWeakRef window;
  ValijaAccount *account;
} Check;

static void
check_free (Check *check)
{
  g_weak_ref_clear (&check->window);
  g_object_unref (check->account);
  g_free (check);
}

static DexFuture *
checked_cb (DexFuture *future,
            gpointer   data)
{
  Check *check = data;
  g_autoptr(ValijaWindow) self = g_weak_ref_get (&check->window);
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL && self != NULL)
    show_failure (self, check->account, error);

  return NULL;
}

void
valija_window_check (ValijaWindow  *self,
                     ValijaAccount *account)
{
  Check *check;

  g_return_if_fail (VALIJA_IS_WINDOW (self));
  g_return_if_fail (VALIJA_IS_ACCOUNT (account));

  check = g_new0 (Check, 1);
  g_weak_ref_init (&check->window, self);
  check->account = g_object_ref (account);
  /* Disowned because it goes on when the window is closed */
  dex_future_disown (dex_future_finally (valija_engine_sync_account (self->engine, account, VALIJA_SYNC_ALL_FOLDERS,
                                                                     NULL),
                                         checked_cb, check, (GDestroyNotify) check_free));
}
