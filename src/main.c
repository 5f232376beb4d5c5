/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-application.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <locale.h>

/* The end of the session or of the system: drafts are saved and the store is closed. A second signal ends it there. */
static gboolean
end_cb (gpointer application)
{
  g_action_group_activate_action (G_ACTION_GROUP (application), "quit", NULL);

  return G_SOURCE_REMOVE;
}

/* Only now: signals are a thread of GLib's, before which the keyring file was in the environment. */
static void
startup_cb (ValijaApplication *application)
{
  g_unix_signal_add (SIGTERM, end_cb, application);
  g_unix_signal_add (SIGINT, end_cb, application);
}

int
main (int    argc,
      char **argv)
{
  const char *locale_directory = g_getenv ("VALIJA_LOCALEDIR"); /* of a build that is not installed */
  g_autoptr(ValijaApplication) application = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, locale_directory != NULL ? locale_directory : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_application_name ("Valija");
  g_log_writer_default_set_use_stderr (TRUE);

  dex_init ();
  application = valija_application_new ();
  g_signal_connect (application, "startup", G_CALLBACK (startup_cb), NULL);

  return g_application_run (G_APPLICATION (application), argc, argv);
}
