/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/valija-application.h"

#include <glib/gi18n-lib.h>
#include <locale.h>

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

  return g_application_run (G_APPLICATION (application), argc, argv);
}
