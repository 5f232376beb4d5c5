/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-html-view.h"

#include "base/valija-error.h"

#include <glib/gi18n-lib.h>

#include <dlfcn.h>

#define MODULE_FILE "libvalija-html.so" /* found by the executable's own library path */
#define MODULE_SYMBOL "valija_html_module_create"

typedef struct
{
  gboolean cut;
} ValijaHtmlViewPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (ValijaHtmlView, valija_html_view, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_CUT,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

enum
{
  LINK_ACTIVATED,
  LINK_HOVERED,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
valija_html_view_get_property (GObject    *object,
                               guint       id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  ValijaHtmlViewPrivate *priv = valija_html_view_get_instance_private (VALIJA_HTML_VIEW (object));

  switch (id)
    {
    case PROP_CUT:
      g_value_set_boolean (value, priv->cut);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
valija_html_view_set_property (GObject      *object,
                               guint         id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  ValijaHtmlViewPrivate *priv = valija_html_view_get_instance_private (VALIJA_HTML_VIEW (object));

  switch (id)
    {
    case PROP_CUT:
      if (priv->cut != g_value_get_boolean (value))
        {
          priv->cut = g_value_get_boolean (value);
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
valija_html_view_class_init (ValijaHtmlViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = valija_html_view_get_property;
  object_class->set_property = valija_html_view_set_property;

  properties[PROP_CUT] = g_param_spec_boolean ("cut", NULL, NULL, FALSE,
                                               G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

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
                      gboolean    fitted,
                      GError    **error)
{
  ValijaHtmlModuleCreate create = load_module ();

  if (create == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_FAILED,
                        _("The part of Valija that shows HTML messages is not installed."));
      return NULL;
    }

  return create (cache_dir, fitted);
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
valija_html_view_complete (ValijaHtmlView    *self,
                           ValijaMimeMessage *outline,
                           ValijaMimeMessage *message)
{
  g_return_if_fail (VALIJA_IS_HTML_VIEW (self));
  g_return_if_fail (VALIJA_IS_MIME_MESSAGE (message));

  VALIJA_HTML_VIEW_GET_CLASS (self)->complete (self, outline, message);
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

void
valija_html_view_leave_wheel (GtkWidget *widget)
{
  g_autoptr(GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr(GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_SCROLL (controller))
        gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_NONE);
    }
}
