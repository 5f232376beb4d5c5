/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-html-view.h"

#include "base/valija-error.h"

#include <glib/gi18n-lib.h>

#include <dlfcn.h>

#define MODULE_FILE "libvalija-html.so" /* found by the executable's own library path */
#define MODULE_SYMBOL "valija_html_module_create"

G_DEFINE_ABSTRACT_TYPE (ValijaHtmlView, valija_html_view, ADW_TYPE_BIN)

enum
{
  LINK_ACTIVATED,
  LINK_HOVERED,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
valija_html_view_class_init (ValijaHtmlViewClass *klass)
{
  signals[LINK_ACTIVATED] = g_signal_new ("link-activated", VALIJA_TYPE_HTML_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[LINK_HOVERED] = g_signal_new ("link-hovered", VALIJA_TYPE_HTML_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[FAILED] = g_signal_new ("failed", VALIJA_TYPE_HTML_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
valija_html_view_init (ValijaHtmlView *self)
{
}

/* dlopen() and not g_module_open(): the run path that counts is that of the caller's own file. */
static ValijaHtmlModuleCreate
load_module (void)
{
  static ValijaHtmlModuleCreate create;

  if (create == NULL)
    {
      void *module = dlopen (MODULE_FILE, RTLD_NOW | RTLD_NODELETE);

      if (module != NULL)
        create = (ValijaHtmlModuleCreate) dlsym (module, MODULE_SYMBOL);
      else
        g_warning ("No HTML view: %s", dlerror ());
    }

  return create;
}

ValijaHtmlView *
valija_html_view_new (const char *cache_dir,
                      GError    **error)
{
  ValijaHtmlModuleCreate create = load_module ();

  if (create == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_FAILED,
                        _("The part of Valija that shows HTML messages is not installed."));
      return NULL;
    }

  return create (cache_dir);
}

void
valija_html_view_show (ValijaHtmlView    *self,
                       const char        *document,
                       ValijaMimeMessage *message,
                       gboolean           remote_images,
                       gboolean           own_colors)
{
  g_return_if_fail (VALIJA_IS_HTML_VIEW (self));
  g_return_if_fail (document != NULL);
  g_return_if_fail (VALIJA_IS_MIME_MESSAGE (message));

  VALIJA_HTML_VIEW_GET_CLASS (self)->show (self, document, message, remote_images, own_colors);
}

void
valija_html_view_activate_link (ValijaHtmlView *self,
                                const char     *uri,
                                const char     *label)
{
  g_signal_emit (self, signals[LINK_ACTIVATED], 0, uri, label);
}

void
valija_html_view_hover_link (ValijaHtmlView *self,
                             const char     *uri)
{
  g_signal_emit (self, signals[LINK_HOVERED], 0, uri);
}

void
valija_html_view_fail (ValijaHtmlView *self,
                       const char     *why)
{
  g_signal_emit (self, signals[FAILED], 0, why);
}
