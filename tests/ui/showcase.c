/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The application with sample mail, no store and no network: to look at, and to take its
 * pictures. */

#include "config.h"

#include "ui/valija-application.h"
#include "ui/valija-fake-engine.h"
#include "ui/valija-sample-mail.h"

#include <glib/gi18n.h>
#include <locale.h>

static gboolean rtl;
static gboolean slow;
static int text_percent = 100;

static const GOptionEntry options[] = {
  { "rtl", 0, 0, G_OPTION_ARG_NONE, &rtl, "From right to left", NULL },
  { "slow", 0, 0, G_OPTION_ARG_NONE, &slow, "Of each message only a part comes", NULL },
  { "text", 0, 0, G_OPTION_ARG_INT, &text_percent, "How large the text is, 50 to 300", "PERCENT" },
  { NULL }
};

static void
startup_cb (GApplication *application)
{
  if (rtl)
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  /* On X11 a settings.ini does not win over the display */
  if (text_percent != 100)
    g_object_set (gtk_settings_get_default (), "gtk-xft-dpi",
                  CLAMP (text_percent, 50, 300) * 96 * PANGO_SCALE / 100, NULL);
  valija_sample_mail_fill (valija_application_get_engine (VALIJA_APPLICATION (application)));
  valija_fake_engine_set_slow (valija_application_get_engine (VALIJA_APPLICATION (application)), slow);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr(ValijaApplication) application = NULL;

  setlocale (LC_ALL, "");
  if (g_getenv ("VALIJA_LOCALEDIR") != NULL)
    {
      bindtextdomain (GETTEXT_PACKAGE, g_getenv ("VALIJA_LOCALEDIR"));
      bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
      textdomain (GETTEXT_PACKAGE);
    }
  dex_init ();
  application = valija_application_new ();
  g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE | G_APPLICATION_HANDLES_OPEN);
  g_application_add_main_option_entries (G_APPLICATION (application), options);
  g_signal_connect (application, "startup", G_CALLBACK (startup_cb), NULL);

  return g_application_run (G_APPLICATION (application), argc, argv);
}
