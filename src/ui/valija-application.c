/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-application-private.h"

#include "ui/composer/valija-composer.h"
#include "ui/valija-menu-names.h"
#include "ui/valija-row-actions.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#define CLOSE_SECONDS 10 /* a server that does not answer does not keep the application from ending */

G_DEFINE_FINAL_TYPE (ValijaApplication, valija_application, ADW_TYPE_APPLICATION)

/* ---- The end ---- */

static void
remove_scratch_dir (ValijaApplication *self)
{
  g_autoptr(GDir) dir = NULL;
  const char *name;

  if (self->scratch_dir == NULL)
    return;

  dir = g_dir_open (self->scratch_dir, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->scratch_dir, name, NULL);

      g_unlink (path);
    }

  g_rmdir (self->scratch_dir);
  g_clear_pointer (&self->scratch_dir, g_free);
}

static void
end (ValijaApplication *self)
{
  g_clear_handle_id (&self->close_source, g_source_remove);

  /* Whichever comes first, the sessions' end or the limit of patience. */
  if (!self->closing)
    return;

  self->closing = FALSE;
  g_clear_object (&self->engine);
  g_application_release (G_APPLICATION (self));
}

static void
closed_cb (DexFuture *future,
           gpointer   owner)
{
  end (owner);
}

static gboolean
close_timed_out_cb (gpointer data)
{
  ValijaApplication *self = data;

  g_warning ("The sessions did not end in time");
  self->close_source = 0;
  end (self);

  return G_SOURCE_REMOVE;
}

/* The window that offered to undo it is gone. */
static void
end_undo_discard (ValijaApplication *self)
{
  g_autoptr(GList) windows = g_list_copy (gtk_application_get_windows (GTK_APPLICATION (self)));

  for (GList *l = windows; l != NULL; l = l->next)
    if (VALIJA_IS_COMPOSER (l->data))
      valija_composer_end_undo (l->data);
}

/* The last window is gone and nothing is waited for: sessions and store are closed, and then the
 * hold of startup is given back. */
static void
close_if_done (ValijaApplication *self)
{
  if (self->closing || self->engine == NULL || self->n_pending > 0 ||
      gtk_application_get_windows (GTK_APPLICATION (self)) != NULL)
    return;

  if (self->opened && !self->emptied)
    {
      self->emptied = TRUE;
      valija_application_hold_for (self, valija_engine_end_undo_send (self->engine), NULL, NULL);
      return;
    }

  self->closing = TRUE;
  self->close_source = g_timeout_add_seconds (CLOSE_SECONDS, close_timed_out_cb, self);
  valija_future_then (valija_engine_close (self->engine), self, closed_cb);
}

static DexFuture *
settled_cb (DexFuture *future,
            gpointer   data)
{
  ValijaApplication *self = data;

  self->n_pending--;
  close_if_done (self);

  return NULL;
}

/* ---- The beginning ---- */

static void
new_mail_cb (ValijaApplication *self,
             ValijaFolder      *folder,
             guint              n_messages)
{
  GtkWindow *active = gtk_application_get_active_window (GTK_APPLICATION (self));
  g_autoptr(GNotification) notification = NULL;
  g_autofree char *id = NULL;
  g_autofree char *body = NULL;

  if (active != NULL && gtk_window_is_active (active))
    return;

  notification = g_notification_new (valija_account_get_name (valija_folder_get_account (folder)));
  body = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u new message in %s", "%u new messages in %s", n_messages),
                          n_messages, valija_folder_get_display_name (folder));
  g_notification_set_body (notification, body);
  g_notification_set_category (notification, "email.arrived");
  g_notification_set_default_action_and_target (notification, "app.show-folder", "x", valija_folder_get_id (folder));
  id = g_strdup_printf ("new-mail-%" G_GINT64_FORMAT, valija_folder_get_id (folder));
  g_application_send_notification (G_APPLICATION (self), id, notification);
}

static void
opened_cb (DexFuture *future,
           gpointer   owner)
{
  ValijaApplication *self = owner;
  ValijaWindow *window = valija_application_find_window (self);
  g_autoptr(GPtrArray) waiting = g_steal_pointer (&self->waiting);

  if (dex_future_get_value (future, &self->failure) != NULL)
    {
      self->opened = TRUE;
      if (!self->offline)
        valija_engine_start (self->engine);
    }

  if (window != NULL)
    valija_window_engine_opened (window, self->failure);
  if (self->opened)
    valija_application_offer_unfinished (self);

  for (guint i = 0; self->opened && waiting != NULL && i < waiting->len; i++)
    valija_application_open_file (self, g_ptr_array_index (waiting, i));
}

static void
valija_application_startup (GApplication *application)
{
  ValijaApplication *self = VALIJA_APPLICATION (application);
  g_autoptr(GSettings) settings = NULL;

  G_APPLICATION_CLASS (valija_application_parent_class)->startup (application);
  valija_menu_names_install ();
  valija_row_actions_install ();

  gtk_window_set_default_icon_name (APP_ID);
  /* The focus comes to a subject without anybody's wish to copy it */
  g_object_set (gtk_settings_get_default (), "gtk-label-select-on-focus", FALSE, NULL);
  valija_application_add_actions (self);

  /* Held until the engine is closed. */
  g_application_hold (application);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->engine = valija_engine_new (self->profile);
  settings = g_settings_new (APP_ID);
  g_settings_bind (settings, "check-interval", self->engine, "check-interval", G_SETTINGS_BIND_GET);
  g_signal_connect_object (self->engine, "new-mail", G_CALLBACK (new_mail_cb), self, G_CONNECT_SWAPPED);
  valija_future_then (valija_engine_open (self->engine), self, opened_cb);
}

static void
valija_application_activate (GApplication *application)
{
  ValijaApplication *self = VALIJA_APPLICATION (application);
  ValijaWindow *window = valija_application_find_window (self);

  if (window == NULL)
    {
      window = valija_window_new (GTK_APPLICATION (self), self->engine);
      if (self->opened || self->failure != NULL)
        valija_window_engine_opened (window, self->failure);
    }

  gtk_window_present (GTK_WINDOW (window));
}

static void
valija_application_open (GApplication *application,
                         GFile       **files,
                         int           n_files,
                         const char   *hint)
{
  ValijaApplication *self = VALIJA_APPLICATION (application);

  /* A failure to open the store needs a window that says so. */
  if (!self->opened)
    g_application_activate (application);

  for (int i = 0; i < n_files; i++)
    if (self->opened)
      valija_application_open_file (self, files[i]);
    else if (self->waiting != NULL)
      g_ptr_array_add (self->waiting, g_object_ref (files[i]));
}

/* Where there is no desktop there is no keyring: the same file as valijactl's, by the same variable. */
static gboolean
use_keyring_file (ValijaApplication *self)
{
  const char *key = g_getenv (VALIJA_KEYRING_KEY_VARIABLE);
  const char *profile = self->profile != NULL ? g_file_peek_path (self->profile) : NULL;
  g_autoptr(GError) error = NULL;
  gboolean made;

  if (key == NULL || (valija_engine_use_keyring_file (key, profile, &made, &error) &&
                      valija_engine_open_keyring_file (&error)))
    return TRUE;

  g_printerr ("valija: %s\n", error->message);
  return FALSE;
}

static int
valija_application_handle_local_options (GApplication *application,
                                         GVariantDict *options)
{
  ValijaApplication *self = VALIJA_APPLICATION (application);
  g_autofree char *profile = NULL;

  self->offline = g_variant_dict_contains (options, "offline");

  if (g_variant_dict_lookup (options, "profile", "^ay", &profile))
    {
      self->profile = g_file_new_for_commandline_arg (profile);
      g_clear_pointer (&self->cache_dir, g_free);
      self->cache_dir = g_build_filename (g_file_peek_path (self->profile), "cache", NULL);
      /* Another profile is another Valija. */
      g_application_set_flags (application, g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);
    }

  return use_keyring_file (self) ? -1 : EXIT_FAILURE;
}

static void
valija_application_window_added (GtkApplication *application,
                                 GtkWindow      *window)
{
  VALIJA_APPLICATION (application)->emptied = FALSE;

  GTK_APPLICATION_CLASS (valija_application_parent_class)->window_added (application, window);
}

static void
valija_application_window_removed (GtkApplication *application,
                                   GtkWindow      *window)
{
  GTK_APPLICATION_CLASS (valija_application_parent_class)->window_removed (application, window);

  if (VALIJA_IS_WINDOW (window))
    end_undo_discard (VALIJA_APPLICATION (application));
  close_if_done (VALIJA_APPLICATION (application));
}

static void
valija_application_shutdown (GApplication *application)
{
  remove_scratch_dir (VALIJA_APPLICATION (application));

  G_APPLICATION_CLASS (valija_application_parent_class)->shutdown (application);
}

static void
valija_application_dispose (GObject *object)
{
  ValijaApplication *self = VALIJA_APPLICATION (object);

  g_clear_handle_id (&self->close_source, g_source_remove);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_clear_object (&self->engine);
  g_clear_object (&self->profile);

  G_OBJECT_CLASS (valija_application_parent_class)->dispose (object);
}

static void
valija_application_finalize (GObject *object)
{
  ValijaApplication *self = VALIJA_APPLICATION (object);

  g_clear_error (&self->failure);
  g_free (self->cache_dir);
  g_free (self->scratch_dir);

  G_OBJECT_CLASS (valija_application_parent_class)->finalize (object);
}

static void
valija_application_class_init (ValijaApplicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);
  GtkApplicationClass *gtk_application_class = GTK_APPLICATION_CLASS (klass);

  object_class->dispose = valija_application_dispose;
  object_class->finalize = valija_application_finalize;
  application_class->startup = valija_application_startup;
  application_class->activate = valija_application_activate;
  application_class->open = valija_application_open;
  application_class->handle_local_options = valija_application_handle_local_options;
  application_class->shutdown = valija_application_shutdown;
  gtk_application_class->window_added = valija_application_window_added;
  gtk_application_class->window_removed = valija_application_window_removed;
}

static void
valija_application_init (ValijaApplication *self)
{
  const GOptionEntry options[] = {
    { "profile", 0, 0, G_OPTION_ARG_FILENAME, NULL,
      N_("Keep settings, mail and all else in this directory"), N_("DIRECTORY") },
    { "offline", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Contact no server until asked to"), NULL },
    { NULL }
  };

  self->cache_dir = g_build_filename (g_get_user_cache_dir (), "valija", NULL);
  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _("[mailto:… | MESSAGE.eml]"));
}

/* ---- Public ---- */

ValijaApplication *
valija_application_new (void)
{
  return g_object_new (VALIJA_TYPE_APPLICATION,
                       "application-id", APP_ID,
                       "resource-base-path", "/org/valija/Valija",
                       "flags", G_APPLICATION_HANDLES_OPEN,
                       NULL);
}

ValijaApplication *
valija_application_get_default (void)
{
  return VALIJA_APPLICATION (g_application_get_default ());
}

ValijaEngine *
valija_application_get_engine (ValijaApplication *self)
{
  g_return_val_if_fail (VALIJA_IS_APPLICATION (self), NULL);

  return self->engine;
}

const char *
valija_application_get_cache_dir (ValijaApplication *self)
{
  g_return_val_if_fail (VALIJA_IS_APPLICATION (self), NULL);

  return self->cache_dir;
}

gboolean
valija_application_get_offline (ValijaApplication *self)
{
  g_return_val_if_fail (VALIJA_IS_APPLICATION (self), FALSE);

  return self->offline;
}

GFile *
valija_application_dup_scratch_dir (ValijaApplication *self,
                                    GError           **error)
{
  g_return_val_if_fail (VALIJA_IS_APPLICATION (self), NULL);

  if (self->scratch_dir == NULL)
    {
      g_autofree char *path = g_build_filename (g_get_user_runtime_dir (), "valija-XXXXXX", NULL);

      if (g_mkdtemp_full (path, 0700) == NULL)
        {
          g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (errno), g_strerror (errno));
          return NULL;
        }

      self->scratch_dir = g_steal_pointer (&path);
    }

  return g_file_new_for_path (self->scratch_dir);
}

ValijaWindow *
valija_application_find_window (ValijaApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (VALIJA_IS_WINDOW (l->data))
      return l->data;

  return NULL;
}

void
valija_application_notify (ValijaApplication *self,
                           const char        *text)
{
  ValijaWindow *window = valija_application_find_window (self);

  if (window != NULL)
    valija_window_show_notice (window, text, NULL, NULL);
}

void
valija_application_show_error (ValijaApplication *self,
                               const GError      *error)
{
  ValijaWindow *window = valija_application_find_window (self);

  if (window != NULL)
    valija_window_show_error (window, error);
}

static gboolean
give_toast (ValijaApplication *self,
            AdwToast          *toast,
            void             (*give) (ValijaWindow *window, AdwToast *toast))
{
  ValijaWindow *window = valija_application_find_window (self);

  if (window == NULL)
    {
      g_object_unref (toast);
      return FALSE;
    }

  give (window, toast);

  return TRUE;
}

gboolean
valija_application_add_toast (ValijaApplication *self,
                              AdwToast          *toast)
{
  return give_toast (self, toast, valija_window_add_toast);
}

gboolean
valija_application_offer_undo (ValijaApplication *self,
                               AdwToast          *toast)
{
  return give_toast (self, toast, valija_window_offer_undo);
}

void
valija_application_hold_for (ValijaApplication   *self,
                             DexFuture           *future,
                             gpointer             owner,
                             ValijaFutureCallback callback)
{
  g_return_if_fail (VALIJA_IS_APPLICATION (self));
  g_return_if_fail (DEX_IS_FUTURE (future));

  self->n_pending++;
  if (callback != NULL)
    valija_future_then (dex_ref (future), owner, callback);

  /* Disowned: the application waits for it by its count. */
  dex_future_disown (dex_future_finally (future, settled_cb, g_object_ref (self), g_object_unref));
}
