/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-application-private.h"

#include "ui/composer/valija-composer.h"
#include "ui/preferences/valija-preferences-dialog.h"
#include "ui/reader/valija-message-window.h"
#include "ui/setup/valija-methods-dialog.h"
#include "ui/valija-shortcuts.h"

#include <glib/gi18n-lib.h>

#define MAX_MESSAGE_FILE (256 * 1024 * 1024) /* bytes */

/* ---- Message files ---- */

typedef struct
{
  ValijaApplication *application;
  gboolean send;
  GBytes *source;
} FileJob;

static FileJob *
file_job_new (ValijaApplication *application,
              GBytes            *source)
{
  FileJob *job = g_new0 (FileJob, 1);

  job->application = g_object_ref (application);
  if (source != NULL)
    job->source = g_bytes_ref (source);

  return job;
}

static void
file_job_free (gpointer data)
{
  FileJob *job = data;

  g_object_unref (job->application);
  g_clear_pointer (&job->source, g_bytes_unref);
  g_free (job);
}

static GtkWidget *
get_parent (ValijaApplication *self)
{
  return GTK_WIDGET (gtk_application_get_active_window (GTK_APPLICATION (self)));
}

static void
sent_cb (DexFuture *future,
         gpointer   owner)
{
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    valija_application_show_error (owner, error);
  else
    valija_application_notify (owner, _("The message is in the outbox"));
}

static void
send_response_cb (GObject      *dialog,
                  GAsyncResult *result,
                  gpointer      data)
{
  FileJob *job = data;
  ValijaApplication *self = job->application;
  const char *response = adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (dialog), result);
  ValijaAccount *account = valija_engine_find_account (self->engine, response);

  if (account != NULL)
    valija_application_hold_for (self, valija_engine_send_source (self->engine, account, job->source, NULL, 0), self,
                                 sent_cb);

  file_job_free (job);
}

/* One answer an account that can send: from whom a finished message goes is the user's choice,
 * not the file's. */
static DexFuture *
send_parsed_cb (DexFuture *future,
                gpointer   data)
{
  FileJob *job = data;
  ValijaApplication *self = job->application;
  GListModel *accounts = valija_engine_get_accounts (self->engine);
  const GValue *value = dex_future_get_value (future, NULL);
  const ValijaMessageInfo *info = valija_mime_message_get_info (g_value_get_object (value));
  g_autoptr(ValijaEnvelope) envelope = NULL;
  g_autoptr(GError) error = NULL;
  AdwDialog *dialog;
  g_autofree char *recipients = NULL;

  envelope = valija_source_dup_envelope (job->source, NULL, &error);
  if (envelope == NULL)
    {
      valija_application_show_error (self, error);
      return NULL;
    }

  g_ptr_array_add (envelope->recipients, NULL);
  recipients = g_strjoinv ("\n", (char **) envelope->recipients->pdata);
  g_ptr_array_set_size (envelope->recipients, envelope->recipients->len - 1);

  dialog = adw_alert_dialog_new (_("Send This Message File?"), NULL);
  /* Translators: the first %s is a subject, the second a list of addresses */
  adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog), _("“%s” will be sent as it is to:\n%s"),
                                info->subject, recipients);
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "", _("_Cancel"));
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "");

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (accounts, i);
      g_autofree char *reason = valija_engine_why_not (self->engine, account, NULL, VALIJA_ACTION_COMPOSE);
      /* Translators: %s is the name of an account */
      g_autofree char *label = g_strdup_printf (_("Send From %s"), valija_account_get_name (account));

      if (reason == NULL)
        adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), valija_account_get_id (account), label);
    }

  adw_alert_dialog_choose (ADW_ALERT_DIALOG (dialog), get_parent (self), NULL, send_response_cb,
                           file_job_new (self, job->source));

  return NULL;
}

static DexFuture *
loaded_cb (DexFuture *future,
           gpointer   data)
{
  FileJob *job = data;
  ValijaApplication *self = job->application;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  GBytes *source = value != NULL ? g_value_get_boxed (value) : NULL;

  if (source == NULL)
    {
      g_application_activate (G_APPLICATION (self));
      valija_application_show_error (self, error);
    }
  else if (job->send)
    return dex_future_then (valija_engine_parse_source (self->engine, source), send_parsed_cb,
                            file_job_new (self, source), file_job_free);
  else
    gtk_window_present (GTK_WINDOW (valija_message_window_new (GTK_APPLICATION (self), self->engine, source)));

  return NULL;
}

static void
sized_cb (GObject      *file,
          GAsyncResult *result,
          gpointer      data)
{
  FileJob *job = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GFileInfo) info = g_file_query_info_finish (G_FILE (file), result, &error);

  if (info != NULL && g_file_info_get_size (info) > MAX_MESSAGE_FILE)
    valija_error_set (&error, VALIJA_ERROR_TOO_LARGE, _("The file is too large for a message."));

  if (error != NULL)
    {
      g_application_activate (G_APPLICATION (job->application));
      valija_application_show_error (job->application, error);
      file_job_free (job);
      return;
    }

  /* Disowned: it ends in a window, in a question, or in an error that is shown. */
  dex_future_disown (dex_future_finally (valija_engine_load_file (G_FILE (file)), loaded_cb, job, file_job_free));
}

static void
load_file (ValijaApplication *self,
           GFile             *file,
           gboolean           send)
{
  FileJob *job = file_job_new (self, NULL);

  job->send = send;
  g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_SIZE, G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, NULL,
                           sized_cb, job);
}

void
valija_application_open_file (ValijaApplication *self,
                              GFile             *file)
{
  g_autofree char *uri = g_file_get_uri (file);
  g_autofree char *scheme = g_uri_parse_scheme (uri);

  if (g_strcmp0 (scheme, "mailto") == 0)
    valija_application_compose_mailto (self, uri);
  else
    load_file (self, file, FALSE);
}

static void
open_chosen_cb (GObject      *dialog,
                GAsyncResult *result,
                gpointer      data)
{
  g_autoptr(ValijaApplication) self = data;
  g_autoptr(GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (dialog), result, NULL);

  if (file != NULL)
    load_file (self, file, FALSE);
}

static void
send_chosen_cb (GObject      *dialog,
                GAsyncResult *result,
                gpointer      data)
{
  g_autoptr(ValijaApplication) self = data;
  g_autoptr(GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (dialog), result, NULL);

  if (file != NULL)
    load_file (self, file, TRUE);
}

static void
choose_file (ValijaApplication  *self,
             const char         *title,
             GAsyncReadyCallback callback)
{
  g_autoptr(GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr(GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _("Messages"));
  gtk_file_filter_add_mime_type (filter, "message/rfc822");
  gtk_file_filter_add_suffix (filter, "eml");
  gtk_file_dialog_set_default_filter (dialog, filter);
  gtk_file_dialog_set_title (dialog, title);
  gtk_file_dialog_open (dialog, gtk_application_get_active_window (GTK_APPLICATION (self)), NULL, callback,
                        g_object_ref (self));
}

static void
open_action (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       data)
{
  choose_file (data, _("Open Message File"), open_chosen_cb);
}

static void
send_source_action (GSimpleAction *action,
                    GVariant      *parameter,
                    gpointer       data)
{
  choose_file (data, _("Send Message File"), send_chosen_cb);
}

/* ---- The rest ---- */

static void
compose_action (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       data)
{
  g_autoptr(ValijaComposition) composition = valija_composition_new ();

  valija_application_compose (data, NULL, composition, 0);
}

static void
add_account_action (GSimpleAction *action,
                    GVariant      *parameter,
                    gpointer       data)
{
  ValijaApplication *self = data;

  g_application_activate (G_APPLICATION (self));
  adw_dialog_present (valija_methods_dialog_new (self->engine), GTK_WIDGET (valija_application_find_window (self)));
}

static void
show_folder_action (GSimpleAction *action,
                    GVariant      *parameter,
                    gpointer       data)
{
  ValijaApplication *self = data;
  ValijaFolder *folder = valija_engine_find_folder_by_id (self->engine, g_variant_get_int64 (parameter));

  g_application_activate (G_APPLICATION (self));
  if (folder != NULL)
    valija_window_show_folder (valija_application_find_window (self), folder);
}

static void
preferences_action (GSimpleAction *action,
                    GVariant      *parameter,
                    gpointer       data)
{
  adw_dialog_present (valija_preferences_dialog_new (), get_parent (data));
}

static void
shortcuts_action (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       data)
{
  adw_dialog_present (valija_shortcuts_dialog_new (), get_parent (data));
}

static void
about_action (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       data)
{
  static const char * const developers[] = { "The Valija developers", NULL };

  adw_show_about_dialog (get_parent (data),
                         "application-name", "Valija",
                         "application-icon", APP_ID,
                         "version", PACKAGE_VERSION,
                         "comments", _("Read, write and organize mail, however your mailbox is reached."),
                         "developer-name", _("The Valija developers"),
                         "developers", developers,
                         "license-type", GTK_LICENSE_GPL_3_0,
                         /* Translators: write your own name here, one a line */
                         "translator-credits", _("translator-credits"),
                         NULL);
}

/* A composer saves its draft first. Windows are not asked to close: one that shows a dialog would only close that. */
static void
quit_action (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       data)
{
  g_autoptr(GList) windows = g_list_copy (gtk_application_get_windows (GTK_APPLICATION (data)));

  for (GList *l = windows; l != NULL; l = l->next)
    if (VALIJA_IS_COMPOSER (l->data))
      valija_composer_finish (l->data);
    else
      gtk_window_destroy (l->data);
}

void
valija_application_add_actions (ValijaApplication *self)
{
  static const GActionEntry actions[] = {
    { "compose", compose_action },
    { "open", open_action },
    { "send-source", send_source_action },
    { "add-account", add_account_action },
    { "show-folder", show_folder_action, "x" },
    { "preferences", preferences_action },
    { "shortcuts", shortcuts_action },
    { "about", about_action },
    { "quit", quit_action },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  valija_shortcuts_apply (GTK_APPLICATION (self));
}
