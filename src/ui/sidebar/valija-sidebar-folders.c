/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/sidebar/valija-sidebar-private.h"

#include "base/valija-future.h"
#include "ui/sidebar/valija-folder-properties.h"
#include "ui/sidebar/valija-sidebar-row.h"
#include "ui/valija-window.h"

#include <glib/gi18n-lib.h>

/* The menus of folders and accounts, and what they do to folders. */

/* ---- What an action is about ---- */

/* The row that @widget is in, or that is all of it. */
static GObject *
find_item (GtkWidget *widget)
{
  GtkWidget *row = gtk_widget_get_ancestor (widget, VALIJA_TYPE_SIDEBAR_ROW);

  if (row == NULL)
    row = gtk_widget_get_first_child (widget);

  return VALIJA_IS_SIDEBAR_ROW (row) ? valija_sidebar_row_get_item (VALIJA_SIDEBAR_ROW (row)) : NULL;
}

static GObject *
get_focused (ValijaSidebar *self)
{
  GtkWidget *focus = gtk_widget_get_focus_child (GTK_WIDGET (self->list));

  return focus != NULL ? find_item (focus) : NULL;
}

/* Of the menu while it is open, else of the row with the focus, else the folder that is shown. (transfer full) */
static GObject *
dup_target (ValijaSidebar *self)
{
  GObject *focused;

  if (self->target != NULL)
    return g_steal_pointer (&self->target);

  if ((focused = get_focused (self)) != NULL)
    return g_object_ref (focused);

  return self->shown != NULL ? g_object_ref (G_OBJECT (self->shown)) : NULL;
}

/* NULL for what gathers folders of several accounts. */
static ValijaAccount *
get_account (GObject *target)
{
  return VALIJA_IS_FOLDER (target) ? valija_folder_get_account (VALIJA_FOLDER (target)) : VALIJA_ACCOUNT (target);
}

static ValijaWindow *
get_window (ValijaSidebar *self)
{
  return VALIJA_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));
}

/* (transfer full): NULL where @action can be done to @target */
static char *
dup_why_not (ValijaSidebar *self,
             GObject       *target,
             ValijaAction   action)
{
  return valija_engine_why_not (self->engine, get_account (target),
                                VALIJA_IS_FOLDER (target) ? VALIJA_FOLDER (target) : NULL, action);
}

/* Whether @action can be done; if not, says why. */
static gboolean
may (ValijaSidebar *self,
     GObject       *target,
     ValijaAction   action)
{
  g_autofree char *reason = dup_why_not (self, target, action);

  if (reason == NULL)
    return TRUE;

  valija_window_show_notice (get_window (self), reason, NULL, NULL);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), reason, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);

  return FALSE;
}

static void
changed_cb (DexFuture *future,
            gpointer   owner)
{
  GtkRoot *window = gtk_widget_get_root (owner);
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (!VALIJA_IS_WINDOW (window))
    return;

  if (value == NULL)
    valija_window_show_error (VALIJA_WINDOW (window), error);
  else
    valija_window_show_undo (VALIJA_WINDOW (window), g_value_get_object (value));
}

/* ---- Making and renaming: a name is asked for ---- */

typedef struct
{
  ValijaSidebar *sidebar;
  GObject *target;
  gboolean rename;
} Naming;

static void
naming_free (Naming *naming)
{
  g_object_unref (naming->sidebar);
  g_object_unref (naming->target);
  g_free (naming);
}

static void
name_changed_cb (AdwAlertDialog *dialog,
                 GtkEditable    *entry)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (entry)));

  adw_alert_dialog_set_response_enabled (dialog, "apply", name[0] != '\0');
}

static void
named_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      data)
{
  Naming *naming = data;
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (object);
  ValijaSidebar *self = naming->sidebar;
  ValijaFolder *folder = VALIJA_IS_FOLDER (naming->target) ? VALIJA_FOLDER (naming->target) : NULL;
  gboolean apply = g_str_equal (adw_alert_dialog_choose_finish (dialog, result), "apply");
  const char *name = gtk_editable_get_text (GTK_EDITABLE (adw_alert_dialog_get_extra_child (dialog)));

  if (apply && naming->rename)
    valija_future_then (valija_engine_rename_folder (self->engine, folder, name), self, changed_cb);
  else if (apply)
    valija_future_then (valija_engine_create_folder (self->engine, get_account (naming->target), folder, name), self,
                        changed_cb);

  naming_free (naming);
}

static void
ask_name (ValijaSidebar *self,
          GObject       *target,
          gboolean       rename)
{
  AdwDialog *dialog = adw_alert_dialog_new (rename ? _("Rename Folder") : _("New Folder"), NULL);
  GtkWidget *entry = gtk_entry_new ();
  Naming *naming = g_new0 (Naming, 1);

  naming->sidebar = g_object_ref (self);
  naming->target = g_object_ref (target);
  naming->rename = rename;

  if (!rename)
    adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog),
                                  /* Translators: the name of a folder or an account, in which a folder is made */
                                  _("In “%s”"),
                                  VALIJA_IS_FOLDER (target) ? valija_folder_get_display_name (VALIJA_FOLDER (target))
                                                            : valija_account_get_name (VALIJA_ACCOUNT (target)));
  else
    gtk_editable_set_text (GTK_EDITABLE (entry), valija_folder_get_name (VALIJA_FOLDER (target)));

  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Name"), -1);
  g_signal_connect_object (entry, "changed", G_CALLBACK (name_changed_cb), dialog, G_CONNECT_SWAPPED);

  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), entry);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog),
                                  "cancel", _("_Cancel"),
                                  "apply", rename ? _("_Rename") : _("C_reate"),
                                  NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "apply", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "apply");
  name_changed_cb (ADW_ALERT_DIALOG (dialog), GTK_EDITABLE (entry));
  adw_alert_dialog_choose (ADW_ALERT_DIALOG (dialog), GTK_WIDGET (self), NULL, named_cb, naming);
  gtk_widget_grab_focus (entry);
}

static void
new_folder (ValijaSidebar *self,
            GObject       *target)
{
  if (target != NULL && may (self, target, VALIJA_ACTION_CREATE_FOLDER))
    ask_name (self, target, FALSE);
}

static void
new_folder_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  ValijaSidebar *self = VALIJA_SIDEBAR (widget);
  g_autoptr(GObject) target = dup_target (self);

  new_folder (self, target);
}

static void
rename_folder_action (GtkWidget  *widget,
                      const char *name,
                      GVariant   *parameter)
{
  ValijaSidebar *self = VALIJA_SIDEBAR (widget);
  g_autoptr(GObject) target = dup_target (self);

  if (VALIJA_IS_FOLDER (target) && may (self, target, VALIJA_ACTION_RENAME_FOLDER))
    ask_name (self, target, TRUE);
}

/* ---- Removing ---- */

static void
remove_folder (ValijaSidebar *self,
               ValijaFolder  *folder)
{
  ValijaFolder *inbox = valija_engine_find_folder (self->engine, valija_folder_get_account (folder), "inbox");

  /* What is shown must not be a folder that is gone. */
  if (self->shown == folder && inbox != NULL)
    valija_window_show_folder (get_window (self), inbox);

  valija_future_then (valija_engine_remove_folder (self->engine, folder), self, changed_cb);
}

static void
remove_response_cb (GObject      *dialog,
                    GAsyncResult *result,
                    gpointer      data)
{
  Naming *naming = data;

  if (g_str_equal (adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (dialog), result), "remove"))
    remove_folder (naming->sidebar, VALIJA_FOLDER (naming->target));

  naming_free (naming);
}

static void
ask_remove (ValijaSidebar *self,
            ValijaFolder  *folder)
{
  AdwDialog *dialog = adw_alert_dialog_new (NULL, NULL);
  guint total = (guint) MIN (valija_folder_get_total (folder), G_MAXUINT);
  Naming *naming = g_new0 (Naming, 1);

  naming->sidebar = g_object_ref (self);
  naming->target = g_object_ref (G_OBJECT (folder));

  adw_alert_dialog_format_heading (ADW_ALERT_DIALOG (dialog), _("Remove “%s”?"), valija_folder_get_name (folder));
  adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog),
                                valija_folder_get_local (folder)
                                  ? g_dngettext (GETTEXT_PACKAGE, "The %u message in it goes to the trash.",
                                                 "The %u messages in it go to the trash.", total)
                                  : g_dngettext (GETTEXT_PACKAGE,
                                                 "The %u message in it is deleted on the server for good.",
                                                 "The %u messages in it are deleted on the server for good.", total),
                                total);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog),
                                  "cancel", _("_Cancel"),
                                  "remove", _("_Remove"),
                                  NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_choose (ADW_ALERT_DIALOG (dialog), GTK_WIDGET (self), NULL, remove_response_cb, naming);
}

/* An empty one goes without a question: it can be taken back, or made again. */
static void
remove_folder_action (GtkWidget  *widget,
                      const char *name,
                      GVariant   *parameter)
{
  ValijaSidebar *self = VALIJA_SIDEBAR (widget);
  g_autoptr(GObject) target = dup_target (self);

  if (!VALIJA_IS_FOLDER (target) || !may (self, target, VALIJA_ACTION_REMOVE_FOLDER))
    return;

  if (valija_folder_get_total (VALIJA_FOLDER (target)) > 0)
    ask_remove (self, VALIJA_FOLDER (target));
  else
    remove_folder (self, VALIJA_FOLDER (target));
}

/* ---- Emptying ---- */

typedef struct
{
  ValijaSidebar *sidebar;
  ValijaFolder *folder;
  GPtrArray *messages;       /* what goes: set once it is listed */
} Emptying;

static void
emptying_free (Emptying *emptying)
{
  emptying->sidebar->emptying = FALSE;
  g_object_unref (emptying->sidebar);
  g_object_unref (emptying->folder);
  g_clear_pointer (&emptying->messages, g_ptr_array_unref);
  g_free (emptying);
}

static void
empty_response_cb (GObject      *dialog,
                   GAsyncResult *result,
                   gpointer      data)
{
  Emptying *emptying = data;

  if (g_str_equal (adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (dialog), result), "empty"))
    valija_future_then (valija_engine_empty_folder (emptying->sidebar->engine, emptying->folder, emptying->messages),
                        emptying->sidebar, changed_cb);

  emptying_free (emptying);
}

/* What cannot be taken back is asked, with how many there are: just those go. */
static void
ask_empty (Emptying *emptying)
{
  AdwDialog *dialog = adw_alert_dialog_new (NULL, NULL);
  guint total = emptying->messages->len;

  adw_alert_dialog_format_heading (ADW_ALERT_DIALOG (dialog), _("Empty “%s”?"),
                                   valija_folder_get_display_name (emptying->folder));
  adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog),
                                g_dngettext (GETTEXT_PACKAGE, "%u message will be deleted. This cannot be undone.",
                                             "%u messages will be deleted. This cannot be undone.", total),
                                total);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog),
                                  "cancel", _("_Cancel"),
                                  "empty", _("_Empty"),
                                  NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "empty", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_choose (ADW_ALERT_DIALOG (dialog), GTK_WIDGET (emptying->sidebar), NULL, empty_response_cb,
                           emptying);
}

/* None was listed: there is none, or the server was not reached to tell which. */
static void
tell_empty (Emptying *emptying)
{
  const char *name = valija_folder_get_display_name (emptying->folder);
  g_autofree char *text = NULL;

  if (valija_folder_get_total (emptying->folder) == 0)
    /* Translators: the argument is the name of a folder */
    text = g_strdup_printf (_("“%s” is empty already."), name);
  else
    /* Translators: the argument is the name of a folder */
    text = g_strdup_printf (_("The messages in “%s” could not be listed. Nothing was deleted."), name);

  valija_window_show_notice (get_window (emptying->sidebar), text, NULL, NULL);
}

static DexFuture *
listed_to_empty_cb (DexFuture *future,
                    gpointer   data)
{
  Emptying *emptying = data;
  GtkRoot *window = gtk_widget_get_root (GTK_WIDGET (emptying->sidebar));
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value != NULL && VALIJA_IS_WINDOW (window))
    {
      emptying->messages = g_value_dup_boxed (value);
      if (emptying->messages->len > 0)
        {
          ask_empty (emptying);
          return NULL;
        }

      tell_empty (emptying);
    }
  else if (VALIJA_IS_WINDOW (window))
    valija_window_show_error (VALIJA_WINDOW (window), error);

  emptying_free (emptying);

  return NULL;
}

static void
empty_folder_action (GtkWidget  *widget,
                     const char *name,
                     GVariant   *parameter)
{
  ValijaSidebar *self = VALIJA_SIDEBAR (widget);
  g_autoptr(GObject) target = dup_target (self);
  Emptying *emptying;

  /* The server may be asked before the user is: who is impatient gets one question all the same. */
  if (self->emptying)
    return;
  if (!VALIJA_IS_FOLDER (target) || !valija_engine_can_empty (self->engine, VALIJA_FOLDER (target)))
    return;

  self->emptying = TRUE;
  emptying = g_new0 (Emptying, 1);
  emptying->sidebar = g_object_ref (self);
  emptying->folder = g_object_ref (VALIJA_FOLDER (target));
  /* Disowned because what it leads to is a question in the window */
  dex_future_disown (dex_future_finally (valija_engine_list_to_empty (self->engine, emptying->folder),
                                         listed_to_empty_cb, emptying, NULL));
}

/* The menu names the folder that it is about, and offers nothing for others. */
static void
enable_emptying (ValijaSidebar *self,
                 GObject       *target)
{
  ValijaFolder *folder = VALIJA_IS_FOLDER (target) ? VALIJA_FOLDER (target) : NULL;
  gboolean can = folder != NULL && valija_folder_get_total (folder) > 0 &&
                 valija_engine_can_empty (self->engine, folder);
  gboolean is_junk = can && valija_folder_get_role (folder) == VALIJA_FOLDER_ROLE_JUNK;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "sidebar.empty-trash", target == NULL || (can && !is_junk));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "sidebar.empty-junk", target == NULL || is_junk);
}

/* What cannot be done to @target is not to be chosen; by its key (@target NULL: there is no menu) it can be asked for,
 * and then the reason is told. */
static void
enable_changing (ValijaSidebar *self,
                 GObject       *target)
{
  static const struct
  {
    const char *name;
    ValijaAction action;
  } actions[] = {
    { "sidebar.new-folder", VALIJA_ACTION_CREATE_FOLDER },
    { "sidebar.rename-folder", VALIJA_ACTION_RENAME_FOLDER },
    { "sidebar.remove-folder", VALIJA_ACTION_REMOVE_FOLDER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      g_autofree char *reason = target != NULL ? dup_why_not (self, target, actions[i].action) : NULL;

      gtk_widget_action_set_enabled (GTK_WIDGET (self), actions[i].name, reason == NULL);
    }
}

/* ---- Properties ---- */

static void
properties_rename_cb (ValijaSidebar *self,
                      AdwDialog     *dialog)
{
  ask_name (self, g_object_get_data (G_OBJECT (dialog), "folder"), TRUE);
}

static void
properties_remove_cb (ValijaSidebar *self,
                      AdwDialog     *dialog)
{
  ValijaFolder *folder = g_object_get_data (G_OBJECT (dialog), "folder");

  if (valija_folder_get_total (folder) > 0)
    ask_remove (self, folder);
  else
    remove_folder (self, folder);
}

static void
show_properties (ValijaSidebar *self,
                 GObject       *target)
{
  AdwDialog *dialog;

  if (!VALIJA_IS_FOLDER (target) || valija_folder_gathers (VALIJA_FOLDER (target)))
    return;

  dialog = valija_folder_properties_new (self->engine, VALIJA_FOLDER (target));
  g_object_set_data_full (G_OBJECT (dialog), "folder", g_object_ref (target), g_object_unref);
  g_signal_connect_object (dialog, "rename", G_CALLBACK (properties_rename_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dialog, "remove", G_CALLBACK (properties_remove_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
folder_properties_action (GtkWidget  *widget,
                          const char *name,
                          GVariant   *parameter)
{
  ValijaSidebar *self = VALIJA_SIDEBAR (widget);
  g_autoptr(GObject) target = dup_target (self);

  show_properties (self, target);
}

/* ---- Accounts ---- */

static void
check_action (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  ValijaSidebar *self = VALIJA_SIDEBAR (widget);
  g_autoptr(GObject) target = dup_target (self);

  if (target != NULL && get_account (target) != NULL && may (self, target, VALIJA_ACTION_READ))
    valija_window_check (get_window (self), get_account (target));
}

static void
details_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  ValijaSidebar *self = VALIJA_SIDEBAR (widget);
  g_autoptr(GObject) target = dup_target (self);

  if (target != NULL && get_account (target) != NULL)
    valija_sidebar_show_account (self, get_account (target));
}

/* ---- The menu ---- */

static gboolean
forget_cb (gpointer data)
{
  ValijaSidebar *self = data;

  self->forget_source = 0;
  g_clear_object (&self->target);
  enable_emptying (self, NULL);
  enable_changing (self, NULL);

  return G_SOURCE_REMOVE;
}

/* Later: what was chosen in the menu comes after it has closed. */
static void
menu_closed_cb (ValijaSidebar *self)
{
  if (self->forget_source == 0)
    self->forget_source = g_idle_add (forget_cb, self);
}

static void
popup (ValijaSidebar *self,
       GObject       *target,
       int            x,
       int            y)
{
  /* Nothing can be done to what gathers folders of several accounts */
  if (get_account (target) == NULL)
    return;

  g_clear_handle_id (&self->forget_source, g_source_remove);
  g_set_object (&self->target, target);
  enable_emptying (self, target);
  enable_changing (self, target);
  gtk_popover_menu_set_menu_model (self->menu, VALIJA_IS_FOLDER (target) ? self->folder_menu : self->account_menu);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle) { x, y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
secondary_pressed_cb (GtkGestureClick *gesture,
                      int              n_press,
                      double           x,
                      double           y,
                      ValijaSidebar   *self)
{
  GtkWidget *picked = gtk_widget_pick (GTK_WIDGET (self->list), x, y, GTK_PICK_DEFAULT);
  GObject *target = picked != NULL ? find_item (picked) : NULL;

  if (target == NULL)
    return;

  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  popup (self, target, x, y);
}

static void
popup_menu_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  ValijaSidebar *self = VALIJA_SIDEBAR (widget);
  GtkWidget *focus = gtk_widget_get_focus_child (GTK_WIDGET (self->list));
  GObject *target = get_focused (self);
  graphene_rect_t bounds;

  if (target != NULL && gtk_widget_compute_bounds (focus, GTK_WIDGET (self->list), &bounds))
    popup (self, target, bounds.origin.x + bounds.size.width / 2, bounds.origin.y + bounds.size.height);
}

void
valija_sidebar_install_folder_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "sidebar.popup-menu", NULL, popup_menu_action);
  gtk_widget_class_install_action (widget_class, "sidebar.new-folder", NULL, new_folder_action);
  gtk_widget_class_install_action (widget_class, "sidebar.rename-folder", NULL, rename_folder_action);
  gtk_widget_class_install_action (widget_class, "sidebar.remove-folder", NULL, remove_folder_action);
  gtk_widget_class_install_action (widget_class, "sidebar.empty-trash", NULL, empty_folder_action);
  gtk_widget_class_install_action (widget_class, "sidebar.empty-junk", NULL, empty_folder_action);
  gtk_widget_class_install_action (widget_class, "sidebar.folder-properties", NULL, folder_properties_action);
  gtk_widget_class_install_action (widget_class, "sidebar.check", NULL, check_action);
  gtk_widget_class_install_action (widget_class, "sidebar.details", NULL, details_action);
  gtk_widget_class_bind_template_callback (widget_class, secondary_pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, menu_closed_cb);
}

void
valija_sidebar_new_folder (ValijaSidebar *self)
{
  g_autoptr(GObject) target = NULL;
  GObject *focused;

  g_return_if_fail (VALIJA_IS_SIDEBAR (self));

  g_clear_object (&self->target);
  focused = get_focused (self);
  target = dup_target (self);
  if (target != NULL && focused == NULL && get_account (target) != NULL)
    g_set_object (&target, G_OBJECT (get_account (target)));

  new_folder (self, target);
}

void
valija_sidebar_folder_properties (ValijaSidebar *self)
{
  g_autoptr(GObject) target = NULL;

  g_return_if_fail (VALIJA_IS_SIDEBAR (self));

  g_clear_object (&self->target);
  target = dup_target (self);

  /* An account has a page of its own */
  if (VALIJA_IS_ACCOUNT (target))
    valija_sidebar_show_account (self, VALIJA_ACCOUNT (target));
  else
    show_properties (self, target);
}
