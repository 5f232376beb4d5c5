/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "mime/valija-mime-message.h"

G_BEGIN_DECLS

/* Shows a sanitised HTML document. The engine behind it is a module that is loaded when the
 * first such document is opened: it costs more memory and time than the rest of the application.
 * Signals: "link-activated" (char *uri, char *label, nullable), "link-hovered" (char *uri,
 * nullable), "failed" (char *why). Property: "cut": there is more than what is shown, in a view that is fitted. */
#define VALIJA_TYPE_HTML_VIEW (valija_html_view_get_type ())
G_DECLARE_DERIVABLE_TYPE (ValijaHtmlView, valija_html_view, VALIJA, HTML_VIEW, AdwBin)

struct _ValijaHtmlViewClass
{
  AdwBinClass parent_class;

  void (*show) (ValijaHtmlView    *self,
                const char        *document,
                ValijaMimeMessage *message,
                gboolean           remote_images,
                gboolean           own_colors);
  void (*complete) (ValijaHtmlView    *self,
                    ValijaMimeMessage *outline,
                    ValijaMimeMessage *message);
};

/* What the module exports: a function of this type named "valija_html_module_create". */
typedef ValijaHtmlView *(*ValijaHtmlModuleCreate) (const char *cache_dir, gboolean fitted);

/* @cache_dir: where what was compiled once is kept. @fitted: it is as high as what it shows, has no paper of its own
 * where the document says no colours, and scrolls sideways only by what is around it; such views are cheap where there
 * are several. NULL with VALIJA_ERROR_FAILED when the module is not installed. */
ValijaHtmlView *valija_html_view_new (const char *cache_dir, gboolean fitted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Replaces what is shown by @document, whose cid: pictures are parts of @message. Nothing is
 * ever fetched from the network but, with @remote_images, pictures. @own_colors: it says colours
 * of its own and expects white paper; otherwise those of the desktop are used. */
void            valija_html_view_show (ValijaHtmlView    *self,
                                       const char        *document,
                                       ValijaMimeMessage *message,
                                       gboolean           remote_images,
                                       gboolean           own_colors);

/* Where @outline is shown, its pictures that were absent are now those of @message. Nothing else changes. */
void            valija_html_view_complete (ValijaHtmlView    *self,
                                           ValijaMimeMessage *outline,
                                           ValijaMimeMessage *message);

/* What scrolls in @widget itself leaves the wheel to what is around it. */
void            valija_html_view_leave_wheel (GtkWidget *widget);

/* For the module. @label: (nullable) where the link says nothing; empty where it is not known what it says, as when it
 * was reached by keys. */
void            valija_html_view_activate_link (ValijaHtmlView *self, const char *uri, const char *label);
void            valija_html_view_hover_link    (ValijaHtmlView *self, const char *uri);
void            valija_html_view_fail          (ValijaHtmlView *self, const char *why);

G_END_DECLS
