/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/sidebar/valija-folder-properties.h"

#include "base/valija-future.h"
#include "ui/valija-error-dialog.h"
#include "ui/valija-format.h"

#include <glib/gi18n-lib.h>

struct _ValijaFolderProperties
{
  AdwDialog            parent_instance;

  AdwToastOverlay     *toasts;
  AdwActionRow        *name_row;
  AdwActionRow        *kind_row;
  AdwActionRow        *messages_row;
  AdwActionRow        *here_row;
  AdwActionRow        *server_row;
  AdwActionRow        *checked_row;
  AdwPreferencesGroup *policy_group;
  AdwComboRow         *policy_row;
  AdwPreferencesGroup *changes;
  GtkWidget           *rename_row;
  GtkWidget           *remove_row;

  ValijaEngine        *engine;
  ValijaFolder        *folder;
  gboolean             quiet;         /* the choice is shown, not made */
};

G_DEFINE_FINAL_TYPE (ValijaFolderProperties, valija_folder_properties, ADW_TYPE_DIALOG)

enum
{
  RENAME,
  REMOVE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* In the order of ValijaFolderPolicy, which is that of the list. */
static const char * const policies[] = {
  N_("Default"),
  N_("Headers Only"),
  N_("Whole Messages"),
  N_("Nothing"),
};

static const char *
describe_policy (ValijaFolderPolicy policy)
{
  switch (policy)
    {
    case VALIJA_FOLDER_POLICY_HEADERS:
      return _("Messages are listed, and fetched when they are opened.");
    case VALIJA_FOLDER_POLICY_WHOLE:
      return _("All messages can be read without a network.");
    case VALIJA_FOLDER_POLICY_NEVER:
      return _("The folder is never looked at. What is here stays.");
    case VALIJA_FOLDER_POLICY_ACCOUNT:
    default:
      return NULL;
    }
}

static char *
describe_account (ValijaAccount *account)
{
  int days = valija_account_get_body_days (account);

  if (days == 0)
    return g_strdup (_("Of this account only headers are fetched."));
  if (days < 0)
    return g_strdup (_("Of this account all messages are fetched."));

  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Of this account the messages of the last %u day are fetched.",
                                       "Of this account the messages of the last %u days are fetched.", (guint) days),
                          (guint) days);
}

static void
show_policy (ValijaFolderProperties *self)
{
  ValijaAccount *account = valija_folder_get_account (self->folder);
  ValijaFolderPolicy policy = valija_folder_get_policy (self->folder);
  g_autofree char *reason = valija_engine_why_not (self->engine, account, self->folder, VALIJA_ACTION_SET_POLICY);
  g_autofree char *told = NULL;
  const char *words = reason != NULL ? reason : describe_policy (policy);

  if (words == NULL)
    words = told = describe_account (account);

  self->quiet = TRUE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->policy_row), reason == NULL);
  adw_combo_row_set_selected (self->policy_row, reason == NULL ? policy : GTK_INVALID_LIST_POSITION);
  adw_preferences_group_set_description (self->policy_group, words);
  self->quiet = FALSE;
}

static void
update (ValijaFolderProperties *self)
{
  ValijaFolder *folder = self->folder;
  gint64 checked = valija_folder_get_last_checked (folder);
  g_autofree char *total = valija_format_count ((guint64) valija_folder_get_total (folder));
  g_autofree char *unread = valija_format_count ((guint64) valija_folder_get_unread (folder));
  /* Translators: numbers of messages: "1,200, of which 3 are unread" */
  g_autofree char *messages = g_strdup_printf (_("%s, unread: %s"), total, unread);
  g_autofree char *when = checked != 0 ? valija_format_full (checked) : g_strdup (_("Never"));

  adw_action_row_set_subtitle (self->name_row, valija_folder_get_name (folder));
  adw_action_row_set_subtitle (self->messages_row, messages);
  adw_action_row_set_subtitle (self->checked_row, when);
  gtk_widget_set_visible (GTK_WIDGET (self->checked_row), !valija_folder_get_local (folder) || checked != 0);
  show_policy (self);
}

static void
show_kind (ValijaFolderProperties *self)
{
  ValijaAccount *account = valija_folder_get_account (self->folder);
  const char *label = valija_folder_role_get_label (valija_folder_get_role (self->folder));
  g_autofree char *kind = NULL;

  if (valija_folder_get_local (self->folder))
    /* Translators: a kind of folder ("Sent") and the name of an account */
    kind = g_strdup_printf (_("%s of “%s”, on this computer"), label != NULL ? label : _("Folder"),
                            valija_account_get_name (account));
  else
    /* Translators: a kind of folder ("Sent") and the name of an account */
    kind = g_strdup_printf (_("%s of “%s”, on the server"), label != NULL ? label : _("Folder"),
                            valija_account_get_name (account));

  adw_action_row_set_subtitle (self->kind_row, kind);
}

static void
measured_cb (DexFuture *future,
             gpointer   owner)
{
  ValijaFolderProperties *self = owner;
  const GValue *value = dex_future_get_value (future, NULL);
  const ValijaMailSize *size = value != NULL ? g_value_get_boxed (value) : NULL;
  g_autofree char *here = NULL;
  g_autofree char *listed = NULL;
  g_autofree char *whole = NULL;
  g_autofree char *text = NULL;

  if (size == NULL)
    {
      gtk_widget_set_visible (GTK_WIDGET (self->here_row), FALSE);
      return;
    }

  here = g_format_size ((guint64) size->bytes_here);
  listed = g_format_size ((guint64) size->bytes_listed);
  whole = valija_format_count ((guint64) size->whole);
  /* Translators: a size, and a number of messages of which everything is here */
  text = g_strdup_printf (_("%s, whole messages: %s"), here, whole);
  adw_action_row_set_subtitle (self->here_row, text);
  adw_action_row_set_subtitle (self->server_row, listed);
  gtk_widget_set_visible (GTK_WIDGET (self->server_row),
                          !valija_folder_get_local (self->folder) && size->bytes_listed > 0);
}

/* ---- What the user does ---- */

static void
policy_set_cb (DexFuture *future,
               gpointer   owner)
{
  ValijaFolderProperties *self = owner;
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    {
      g_autofree char *words = valija_error_dup_detail (error);

      adw_toast_overlay_add_toast (self->toasts, adw_toast_new (words));
    }

  show_policy (self);
}

static void
policy_selected_cb (ValijaFolderProperties *self)
{
  guint selected = adw_combo_row_get_selected (self->policy_row);

  if (self->quiet || self->folder == NULL || selected > VALIJA_FOLDER_POLICY_NEVER)
    return;

  valija_future_then (valija_engine_set_folder_policy (self->engine, self->folder, selected), self, policy_set_cb);
}

static void
leave (ValijaFolderProperties *self,
       guint                   signal)
{
  g_object_ref (self);
  adw_dialog_force_close (ADW_DIALOG (self));
  g_signal_emit (self, signals[signal], 0);
  g_object_unref (self);
}

static void
rename_cb (ValijaFolderProperties *self)
{
  leave (self, RENAME);
}

static void
remove_cb (ValijaFolderProperties *self)
{
  leave (self, REMOVE);
}

/* ---- Object ---- */

static void
valija_folder_properties_dispose (GObject *object)
{
  ValijaFolderProperties *self = VALIJA_FOLDER_PROPERTIES (object);

  g_clear_object (&self->folder);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (valija_folder_properties_parent_class)->dispose (object);
}

static void
valija_folder_properties_class_init (ValijaFolderPropertiesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_folder_properties_dispose;

  signals[RENAME] = g_signal_new ("rename", VALIJA_TYPE_FOLDER_PROPERTIES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
  signals[REMOVE] = g_signal_new ("remove", VALIJA_TYPE_FOLDER_PROPERTIES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-folder-properties.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaFolderProperties, toasts);
  gtk_widget_class_bind_template_child (widget_class, ValijaFolderProperties, name_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaFolderProperties, kind_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaFolderProperties, messages_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaFolderProperties, here_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaFolderProperties, server_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaFolderProperties, checked_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaFolderProperties, policy_group);
  gtk_widget_class_bind_template_child (widget_class, ValijaFolderProperties, policy_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaFolderProperties, changes);
  gtk_widget_class_bind_template_child (widget_class, ValijaFolderProperties, rename_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaFolderProperties, remove_row);
  gtk_widget_class_bind_template_callback (widget_class, policy_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, rename_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_cb);
}

static void
valija_folder_properties_init (ValijaFolderProperties *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* The user's inbox is always looked at. */
static GListModel *
list_policies (ValijaFolder *folder)
{
  guint n_policies = G_N_ELEMENTS (policies);
  GtkStringList *labels = gtk_string_list_new (NULL);

  if (valija_folder_is_own (folder, VALIJA_FOLDER_ROLE_INBOX))
    n_policies--;
  for (guint i = 0; i < n_policies; i++)
    gtk_string_list_append (labels, _(policies[i]));

  return G_LIST_MODEL (labels);
}

AdwDialog *
valija_folder_properties_new (ValijaEngine *engine,
                              ValijaFolder *folder)
{
  ValijaFolderProperties *self = g_object_new (VALIJA_TYPE_FOLDER_PROPERTIES, NULL);
  g_autoptr(GListModel) labels = list_policies (folder);
  ValijaAccount *account = valija_folder_get_account (folder);
  g_autofree char *no_rename = valija_engine_why_not (engine, account, folder, VALIJA_ACTION_RENAME_FOLDER);
  g_autofree char *no_remove = valija_engine_why_not (engine, account, folder, VALIJA_ACTION_REMOVE_FOLDER);

  self->engine = g_object_ref (engine);
  self->folder = g_object_ref (folder);
  self->quiet = TRUE;
  adw_combo_row_set_model (self->policy_row, labels);
  self->quiet = FALSE;

  gtk_widget_set_visible (self->rename_row, no_rename == NULL);
  gtk_widget_set_visible (self->remove_row, no_remove == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->changes), no_rename == NULL || no_remove == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->server_row), FALSE);

  g_signal_connect_object (folder, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  show_kind (self);
  update (self);
  valija_future_then (valija_engine_measure (engine, valija_folder_get_account (folder), folder), self, measured_cb);

  return ADW_DIALOG (self);
}
