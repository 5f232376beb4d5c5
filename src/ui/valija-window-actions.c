/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-window-private.h"

#include "base/valija-future.h"
#include "ui/list/valija-folder-dialog.h"
#include "ui/list/valija-label-dialog.h"
#include "ui/sidebar/valija-account-dialog.h"

#include <glib/gi18n-lib.h>

/* ---- What an action is about ---- */

/* Where @message is; a row that is not loaded yet is in what the list shows. */
static ValijaFolder *
get_folder (ValijaWindow  *self,
            ValijaMessage *message)
{
  ValijaFolder *folder = message != NULL ? valija_message_get_folder (message) : NULL;

  return folder != NULL ? folder : valija_message_pane_get_folder (self->pane);
}

/* Those that @messages belong to. (transfer container) */
static GPtrArray *
list_accounts (ValijaWindow *self,
               GPtrArray    *messages)
{
  GPtrArray *accounts = g_ptr_array_new ();

  for (guint i = 0; i < messages->len; i++)
    {
      ValijaFolder *folder = get_folder (self, g_ptr_array_index (messages, i));
      ValijaAccount *account = folder != NULL ? valija_folder_get_account (folder) : NULL;

      if (account != NULL && !g_ptr_array_find (accounts, account, NULL))
        g_ptr_array_add (accounts, account);
    }

  return accounts;
}

static void
tell_reason (ValijaWindow  *self,
             ValijaAccount *account,
             const char    *reason)
{
  if (account != NULL)
    {
      g_autofree char *details = g_strdup_printf ("win.account-details('%s')", valija_account_get_id (account));

      valija_window_show_notice (self, reason, _("_Account"), details);
    }
  else
    valija_window_show_notice (self, reason, NULL, NULL);

  gtk_accessible_announce (GTK_ACCESSIBLE (self), reason, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

/* Whether @action can be done to each of @messages; if not, says why and where the way out is. */
static gboolean
may (ValijaWindow *self,
     GPtrArray    *messages,
     ValijaAction  action)
{
  ValijaFolder *asked = NULL;

  for (guint i = 0; i < messages->len; i++)
    {
      ValijaFolder *folder = get_folder (self, g_ptr_array_index (messages, i));
      ValijaAccount *account = folder != NULL ? valija_folder_get_account (folder) : NULL;
      g_autofree char *reason = NULL;

      /* Most are in one folder */
      if (i > 0 && folder == asked)
        continue;

      asked = folder;
      if ((reason = valija_engine_why_not (self->engine, account, folder, action)) != NULL)
        {
          tell_reason (self, account, reason);
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
all_have (GPtrArray  *messages,
          ValijaFlags flag)
{
  for (guint i = 0; i < messages->len; i++)
    if ((valija_message_get_flags (g_ptr_array_index (messages, i)) & flag) == 0)
      return FALSE;

  return TRUE;
}

/* ---- Flags, moving, copying, deleting ---- */

static void
changed_cb (DexFuture *future,
            gpointer   owner)
{
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  valija_window_changed_cb (future, owner);
  if (value != NULL)
    valija_window_show_undo (owner, g_value_get_object (value));
}

static void
change_flags (ValijaWindow *self,
              GPtrArray    *messages,
              ValijaFlags   add,
              ValijaFlags   remove)
{
  if (messages->len == 0)
    return;

  g_clear_handle_id (&self->mark_read_source, g_source_remove);
  /* The star of one message needs no notice: it is seen where it was clicked. */
  valija_future_then (valija_engine_change_flags (self->engine, messages, add, remove), self,
                      messages->len > 1 ? changed_cb : valija_window_changed_cb);
}

static void
toggle_flag (ValijaWindow *self,
             GPtrArray    *messages,
             ValijaAction  action,
             ValijaFlags   flag)
{
  if (!may (self, messages, action))
    return;

  if (all_have (messages, flag))
    change_flags (self, messages, VALIJA_FLAG_NONE, flag);
  else
    change_flags (self, messages, flag, VALIJA_FLAG_NONE);
}

static void
toggle_read (gpointer   self,
             GPtrArray *messages,
             gpointer   data)
{
  toggle_flag (self, messages, VALIJA_ACTION_MARK_READ, VALIJA_FLAG_SEEN);
}

static void
toggle_star (gpointer   self,
             GPtrArray *messages,
             gpointer   data)
{
  toggle_flag (self, messages, VALIJA_ACTION_FLAG, VALIJA_FLAG_FLAGGED);
}

/* The star in a row: of that message, whatever is selected. */
static void
star_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  ValijaWindow *self = VALIJA_WINDOW (widget);
  g_autoptr(ValijaMessage) message = valija_message_pane_dup_message (self->pane, g_variant_get_int64 (parameter));
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func (g_object_unref);

  if (message == NULL)
    return;

  g_ptr_array_add (messages, g_object_ref (message));
  if (!may (self, messages, VALIJA_ACTION_FLAG))
    return;

  if (valija_message_get_flagged (message))
    change_flags (self, messages, VALIJA_FLAG_NONE, VALIJA_FLAG_FLAGGED);
  else
    change_flags (self, messages, VALIJA_FLAG_FLAGGED, VALIJA_FLAG_NONE);
}

static void
labels_applied_cb (ValijaWindow       *self,
                   GPtrArray          *messages,
                   const char * const *add,
                   const char * const *remove)
{
  if ((add[0] == NULL && remove[0] == NULL) || !may (self, messages, VALIJA_ACTION_LABEL))
    return;

  valija_future_then (valija_engine_change_labels (self->engine, messages, add, remove), self, changed_cb);
}

static void
choose_labels (gpointer   owner,
               GPtrArray *messages,
               gpointer   data)
{
  ValijaWindow *self = owner;
  g_autoptr(GPtrArray) accounts = list_accounts (self, messages);
  AdwDialog *dialog;

  if (accounts->len == 0 || !may (self, messages, VALIJA_ACTION_LABEL))
    return;

  dialog = valija_label_dialog_new (self->engine, accounts->len == 1 ? g_ptr_array_index (accounts, 0) : NULL,
                                    messages);
  g_signal_connect_object (dialog, "applied", G_CALLBACK (labels_applied_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, owner);
}

/* What comes after them is shown; where something else has been selected since they were asked about, that stays. */
static void
advance (ValijaWindow *self,
         GPtrArray    *messages)
{
  g_autoptr(GPtrArray) selected = valija_message_pane_dup_selected (self->pane);

  if (selected->len != messages->len)
    return;

  for (guint i = 0; i < messages->len; i++)
    if (valija_message_get_key (g_ptr_array_index (selected, i)) !=
        valija_message_get_key (g_ptr_array_index (messages, i)))
      return;

  valija_message_pane_advance (self->pane);
}

void
valija_window_move_messages (ValijaWindow *self,
                             GPtrArray    *messages,
                             ValijaFolder *target)
{
  if (messages->len == 0 || !may (self, messages, VALIJA_ACTION_MOVE))
    return;

  advance (self, messages);
  valija_future_then (valija_engine_move_messages (self->engine, messages, target), self, changed_cb);
}

/* They stay where they are, and selected. */
void
valija_window_copy_messages (ValijaWindow *self,
                             GPtrArray    *messages,
                             ValijaFolder *target)
{
  if (messages->len > 0 && may (self, messages, VALIJA_ACTION_COPY))
    valija_future_then (valija_engine_copy_messages (self->engine, messages, target), self, changed_cb);
}

/* Each message to that folder of its own account. */
static void
move_to_role (ValijaWindow    *self,
              GPtrArray       *messages,
              ValijaFolderRole role)
{
  g_autoptr(GPtrArray) accounts = list_accounts (self, messages);

  if (messages->len == 0 || !may (self, messages, VALIJA_ACTION_MOVE))
    return;

  for (guint i = 0; i < accounts->len; i++)
    {
      ValijaAccount *account = g_ptr_array_index (accounts, i);
      g_autofree char *text = NULL;

      if (valija_engine_find_folder (self->engine, account, valija_folder_role_to_nick (role)) != NULL)
        continue;

      /* Translators: an account, and the name of a folder such as Archive */
      text = g_strdup_printf (_("The account %s has no folder “%s”. Choose one to move to."),
                              valija_account_get_name (account), valija_folder_role_get_label (role));
      valija_window_show_notice (self, text, _("_Move…"), "win.move");
      return;
    }

  advance (self, messages);
  valija_future_then (valija_engine_move_to_role (self->engine, messages, role), self, changed_cb);
}

static void
archive (gpointer   self,
         GPtrArray *messages,
         gpointer   data)
{
  move_to_role (self, messages, VALIJA_FOLDER_ROLE_ARCHIVE);
}

static void
move_to_junk (gpointer   self,
              GPtrArray *messages,
              gpointer   data)
{
  move_to_role (self, messages, VALIJA_FOLDER_ROLE_JUNK);
}

/* The one folder that all of @messages are in, or NULL. */
static ValijaFolder *
find_common_folder (ValijaWindow *self,
                    GPtrArray    *messages)
{
  ValijaFolder *common = get_folder (self, g_ptr_array_index (messages, 0));

  for (guint i = 1; i < messages->len; i++)
    if (get_folder (self, g_ptr_array_index (messages, i)) != common)
      return NULL;

  return common;
}

/* Of all accounts that take mail: those of @own come first. */
static GListModel *
list_targets (ValijaWindow *self,
              GPtrArray    *own)
{
  GListModel *accounts = valija_engine_get_accounts (self->engine);
  GListStore *folders = g_list_store_new (G_TYPE_LIST_MODEL);

  for (guint i = 0; i < own->len; i++)
    g_list_store_append (folders, valija_engine_get_folders (self->engine, g_ptr_array_index (own, i)));

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (accounts, i);
      g_autofree char *reason = valija_engine_why_not (self->engine, account, NULL, VALIJA_ACTION_MOVE);

      if (reason == NULL && !g_ptr_array_find (own, account, NULL))
        g_list_store_append (folders, valija_engine_get_folders (self->engine, account));
    }

  return G_LIST_MODEL (folders);
}

static void
choose_folder (ValijaWindow *self,
               GPtrArray    *messages,
               gboolean      copy)
{
  g_autoptr(GPtrArray) accounts = list_accounts (self, messages);
  g_autoptr(GListModel) folders = NULL;
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (self));
  AdwDialog *dialog;

  if (accounts->len == 0 || !may (self, messages, copy ? VALIJA_ACTION_COPY : VALIJA_ACTION_MOVE))
    return;

  folders = list_targets (self, accounts);
  dialog = valija_folder_dialog_new (copy ? _("Copy To") : _("Move To"), messages, folders,
                                     find_common_folder (self, messages));
  g_signal_connect_object (dialog, "chosen",
                           G_CALLBACK (copy ? valija_window_copy_messages : valija_window_move_messages), self,
                           G_CONNECT_SWAPPED);
  /* The row that had the focus may be gone then */
  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->pane)))
    g_signal_connect_object (dialog, "closed", G_CALLBACK (valija_message_pane_focus), self->pane, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
choose_move (gpointer   self,
             GPtrArray *messages,
             gpointer   data)
{
  choose_folder (self, messages, FALSE);
}

static void
choose_copy (gpointer   self,
             GPtrArray *messages,
             gpointer   data)
{
  choose_folder (self, messages, TRUE);
}

static void
delete_messages (ValijaWindow *self,
                 GPtrArray    *messages)
{
  advance (self, messages);
  valija_future_then (valija_engine_delete_messages (self->engine, messages), self, changed_cb);
}

static void
delete_response_cb (GObject      *dialog,
                    GAsyncResult *result,
                    gpointer      data)
{
  g_autoptr(ValijaWindow) self = data;

  if (g_str_equal (adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (dialog), result), "delete"))
    delete_messages (self, g_object_get_data (dialog, "messages"));
}

/* What cannot be undone is asked: in the trash, or where there is none. */
static void
delete_or_ask (gpointer   owner,
               GPtrArray *messages,
               gpointer   data)
{
  ValijaWindow *self = owner;
  AdwDialog *dialog;
  guint n_final;

  if (messages->len == 0 || !may (self, messages, VALIJA_ACTION_DELETE))
    return;

  n_final = valija_engine_count_final (self->engine, messages, valija_message_pane_get_folder (self->pane));
  if (n_final == 0)
    {
      delete_messages (self, messages);
      return;
    }

  dialog = adw_alert_dialog_new (_("Delete for Good?"), NULL);
  g_object_set_data_full (G_OBJECT (dialog), "messages", g_ptr_array_ref (messages),
                          (GDestroyNotify) g_ptr_array_unref);
  adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog),
                                g_dngettext (GETTEXT_PACKAGE,
                                             "%u message will be deleted. This cannot be undone.",
                                             "%u messages will be deleted. This cannot be undone.",
                                             n_final),
                                n_final);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog),
                                  "cancel", _("_Cancel"),
                                  "delete", _("_Delete"),
                                  NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "delete", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_choose (ADW_ALERT_DIALOG (dialog), owner, NULL, delete_response_cb, g_object_ref (self));
}

/* What is done to the selected messages. */
static const struct
{
  const char *name;
  ValijaMessagesFunc change;
} changes[] = {
  { "win.toggle-read", toggle_read },
  { "win.toggle-star", toggle_star },
  { "win.labels", choose_labels },
  { "win.archive", archive },
  { "win.junk", move_to_junk },
  { "win.move", choose_move },
  { "win.copy", choose_copy },
  { "win.delete", delete_or_ask },
};

static void
change_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    if (g_str_equal (name, changes[i].name))
      valija_message_pane_change_selected (VALIJA_WINDOW (widget)->pane, changes[i].change, widget, NULL);
}

/* ---- Reading and answering: the reader does it ---- */

static void
reader_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  ValijaWindow *self = VALIJA_WINDOW (widget);
  g_autofree char *forwarded = g_strconcat ("reader.", name + strlen ("win."), NULL);

  gtk_widget_activate_action_variant (GTK_WIDGET (self->reader), forwarded, parameter);
}

/* ---- Moving about ---- */

static void
step_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  ValijaWindow *self = VALIJA_WINDOW (widget);
  ValijaPaneStep step = VALIJA_PANE_NEXT;

  if (g_str_equal (name, "win.previous"))
    step = VALIJA_PANE_PREVIOUS;
  else if (g_str_equal (name, "win.first"))
    step = VALIJA_PANE_FIRST;
  else if (g_str_equal (name, "win.last"))
    step = VALIJA_PANE_LAST;

  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->pages), "outbox") == 0)
    valija_outbox_page_step (self->outbox, step);
  else
    valija_message_pane_step (self->pane, step);
}

static void
undo_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  valija_window_undo (VALIJA_WINDOW (widget));
}

static void
search_action (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  ValijaWindow *self = VALIJA_WINDOW (widget);

  gtk_stack_set_visible_child_name (self->pages, "messages");
  adw_navigation_split_view_set_show_content (self->inner, FALSE);
  valija_message_pane_begin_search (self->pane);
}

static void
toggle_unread_action (GtkWidget  *widget,
                      const char *name,
                      GVariant   *parameter)
{
  valija_message_pane_toggle_unread (VALIJA_WINDOW (widget)->pane);
}

static void
show_outbox_action (GtkWidget  *widget,
                    const char *name,
                    GVariant   *parameter)
{
  ValijaWindow *self = VALIJA_WINDOW (widget);

  valija_sidebar_select_outbox (self->sidebar);
  gtk_stack_set_visible_child_name (self->pages, "outbox");
  if (adw_overlay_split_view_get_collapsed (self->outer))
    adw_overlay_split_view_set_show_sidebar (self->outer, FALSE);
}

static void
new_folder_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  valija_sidebar_new_folder (VALIJA_WINDOW (widget)->sidebar);
}

static void
folder_properties_action (GtkWidget  *widget,
                          const char *name,
                          GVariant   *parameter)
{
  valija_sidebar_folder_properties (VALIJA_WINDOW (widget)->sidebar);
}

static void
show_sidebar_action (GtkWidget  *widget,
                     const char *name,
                     GVariant   *parameter)
{
  ValijaWindow *self = VALIJA_WINDOW (widget);

  adw_overlay_split_view_set_show_sidebar (self->outer, !adw_overlay_split_view_get_show_sidebar (self->outer));
}

/* Whether there is a sidebar, and nothing in front of it. */
static gboolean
has_sidebar (ValijaWindow *self)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "mail") == 0 &&
         adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self)) == NULL;
}

/* To the sidebar, and from it back to where the focus was. */
static void
focus_sidebar_action (GtkWidget  *widget,
                      const char *name,
                      GVariant   *parameter)
{
  ValijaWindow *self = VALIJA_WINDOW (widget);
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (self));

  if (!has_sidebar (self))
    return;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, GTK_WIDGET (self->sidebar)))
    {
      g_set_weak_pointer (&self->before_sidebar, focus);
      adw_overlay_split_view_set_show_sidebar (self->outer, TRUE);
      valija_sidebar_focus (self->sidebar);
      return;
    }

  if (self->before_sidebar == NULL || !gtk_widget_get_mapped (self->before_sidebar) ||
      !gtk_widget_grab_focus (self->before_sidebar))
    gtk_widget_child_focus (GTK_WIDGET (self->pages), GTK_DIR_TAB_FORWARD);
  adw_overlay_split_view_set_show_sidebar (self->outer, FALSE);
}

/* It is in the sidebar, which comes with it. */
static void
main_menu_action (GtkWidget  *widget,
                  const char *name,
                  GVariant   *parameter)
{
  ValijaWindow *self = VALIJA_WINDOW (widget);

  if (!has_sidebar (self))
    return;

  adw_overlay_split_view_set_show_sidebar (self->outer, TRUE);
  valija_sidebar_popup_main_menu (self->sidebar);
}

/* ---- Accounts ---- */

static void
sync_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  ValijaWindow *self = VALIJA_WINDOW (widget);
  GListModel *accounts = valija_engine_get_accounts (self->engine);

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (accounts, i);
      g_autofree char *reason = valija_engine_why_not (self->engine, account, NULL, VALIJA_ACTION_READ);

      /* Those that are paused are checked one by one, when that is wanted. */
      if (reason == NULL && !valija_account_get_paused (account))
        valija_window_check (self, account);
    }

  valija_future_forget (valija_engine_flush_outbox (self->engine, NULL), "outbox");
}

static void
account_details_action (GtkWidget  *widget,
                        const char *name,
                        GVariant   *parameter)
{
  ValijaWindow *self = VALIJA_WINDOW (widget);
  ValijaAccount *account = valija_engine_find_account (self->engine, g_variant_get_string (parameter, NULL));

  if (account != NULL)
    adw_dialog_present (valija_account_dialog_new (self->engine, account), widget);
}

/* ---- Public ---- */

void
valija_window_install_actions (GtkWidgetClass *widget_class)
{
  static const char * const reader_actions[] = {
    "win.reply", "win.reply-all", "win.forward", "win.view-source", "win.save-source",
    "win.next-message", "win.previous-message", "win.expand-all", "win.collapse-all",
  };
  static const char * const step_actions[] = { "win.next", "win.previous", "win.first", "win.last" };

  for (guint i = 0; i < G_N_ELEMENTS (reader_actions); i++)
    gtk_widget_class_install_action (widget_class, reader_actions[i], NULL, reader_action);

  for (guint i = 0; i < G_N_ELEMENTS (step_actions); i++)
    gtk_widget_class_install_action (widget_class, step_actions[i], NULL, step_action);

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    gtk_widget_class_install_action (widget_class, changes[i].name, NULL, change_action);

  gtk_widget_class_install_action (widget_class, "win.star", "x", star_action);
  gtk_widget_class_install_action (widget_class, "win.undo", NULL, undo_action);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_action);
  gtk_widget_class_install_action (widget_class, "win.sync", NULL, sync_action);
  gtk_widget_class_install_action (widget_class, "win.toggle-unread", NULL, toggle_unread_action);
  gtk_widget_class_install_action (widget_class, "win.show-outbox", NULL, show_outbox_action);
  gtk_widget_class_install_action (widget_class, "win.new-folder", NULL, new_folder_action);
  gtk_widget_class_install_action (widget_class, "win.folder-properties", NULL, folder_properties_action);
  gtk_widget_class_install_action (widget_class, "win.show-sidebar", NULL, show_sidebar_action);
  gtk_widget_class_install_action (widget_class, "win.focus-sidebar", NULL, focus_sidebar_action);
  gtk_widget_class_install_action (widget_class, "win.main-menu", NULL, main_menu_action);
  gtk_widget_class_install_action (widget_class, "win.account-details", "s", account_details_action);
}

/* The actions that need a message are insensitive without one. What a method cannot do stays
 * reachable, and says why. */
void
valija_window_update_actions (ValijaWindow *self)
{
  static const char * const of_one[] = {
    "win.reply", "win.reply-all", "win.forward", "win.view-source", "win.save-source",
  };
  ValijaFolder *folder;
  guint n_selected = 0;

  if (self->engine == NULL)
    return;

  /* Keys of the application go by whatever stands in front of the list */
  folder = get_folder (self, self->current);
  if (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self)) == NULL &&
      g_strcmp0 (gtk_stack_get_visible_child_name (self->pages), "messages") == 0)
    n_selected = valija_message_pane_get_n_selected (self->pane);

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), changes[i].name, n_selected > 0);

  for (guint i = 0; i < G_N_ELEMENTS (of_one); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), of_one[i], n_selected == 1);

  valija_reader_update_reasons (self->reader, folder != NULL ? valija_folder_get_account (folder) : NULL, folder);
}
