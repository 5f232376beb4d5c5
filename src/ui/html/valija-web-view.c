/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-html.h"
#include "ui/html/valija-web-fit.h"
#include "ui/reader/valija-html-view.h"

#include <glib/gi18n-lib.h>
#include <webkit/webkit.h>

/*
 * The only file that knows WebKit; a module of its own, loaded when first needed. Five walls
 * stand between a message and the network, because each of them alone is known to leak: the
 * document is sanitised, it carries a Content-Security-Policy, a content filter blocks every
 * request but those of the message itself, scripts are off, and the session's proxy is a port
 * where nobody listens. With pictures allowed, the filter lets pictures through and the proxy is
 * the system's.
 */

#define FILTER_NOTHING "valija-nothing-2"
#define FILTER_IMAGES "valija-images-2"
#define DEAD_PROXY "http://127.0.0.1:9"
#define BASE_FONT_SIZE 15
#define PAGE_MARGIN 18
#define PAPER_MARGIN 12 /* white paper on a card */

/* As dark as what is around it. Not transparent: without a graphics card that is white. */
#define PAGE_PAPER "#1d1d20"
#define CARD_PAPER "#333337"

/* What stands above and below is near enough. */
static const char flush[] = "body > :first-child { margin-block-start: 0; }"
                            "body > :last-child { margin-block-end: 0; }";

/* The button before the quotation, as that of messages of plain text; its words are for those who do not see it. What a
 * sender's sheet says of such elements does not count. */
static const char fold[] =
  "[data-valija-fold] { display: block !important; position: relative; width: fit-content; margin: 6px 0;"
  " padding: 0 9px; border-radius: 9px; line-height: 20px; color: inherit !important;"
  " background: rgba(128, 128, 128, 0.2); text-decoration: none; }"
  "[data-valija-show], [data-valija-hide] { position: absolute; overflow: hidden; width: 1px; height: 1px;"
  " clip-path: inset(50%); white-space: nowrap; }";
static const char folded[] = "[data-valija-quote], [data-valija-hide] { display: none !important; }";
static const char unfolded[] = "[data-valija-show] { display: none !important; }";

/* The compiler of filters takes no alternation: one rule a scheme. */
#define RULES_OF_THE_MESSAGE                                                                                           \
  "{\"trigger\":{\"url-filter\":\"^about:\"},\"action\":{\"type\":\"ignore-previous-rules\"}},"                        \
  "{\"trigger\":{\"url-filter\":\"^data:\"},\"action\":{\"type\":\"ignore-previous-rules\"}},"                         \
  "{\"trigger\":{\"url-filter\":\"^cid:\"},\"action\":{\"type\":\"ignore-previous-rules\"}}"
#define RULE_BLOCK "{\"trigger\":{\"url-filter\":\".*\"},\"action\":{\"type\":\"block\"}},"
#define RULE_IMAGES                                                                                                    \
  ",{\"trigger\":{\"url-filter\":\"^https:\",\"resource-type\":[\"image\"]},"                                          \
  "\"action\":{\"type\":\"ignore-previous-rules\"}}"

static const char rules_nothing[] = "[" RULE_BLOCK RULES_OF_THE_MESSAGE "]";
static const char rules_images[] = "[" RULE_BLOCK RULES_OF_THE_MESSAGE RULE_IMAGES "]";

#define VALIJA_TYPE_WEB_VIEW (valija_web_view_get_type ())
G_DECLARE_FINAL_TYPE (ValijaWebView, valija_web_view, VALIJA, WEB_VIEW, ValijaHtmlView)

struct _ValijaWebView
{
  ValijaHtmlView              parent_instance;

  WebKitUserContentFilterStore *store;
  WebKitWebContext           *context;
  gboolean                    fitted;         /* as high as its page, among others */
  WebKitNetworkSession       *session;
  WebKitWebView              *view;
  GCancellable               *cancellable;    /* of the filter for what is shown next */

  char                       *document;
  ValijaMimeMessage          *message;
  GPtrArray                  *waiting;        /* of WebKitURISchemeRequest: for pictures that are absent */
  gboolean                    remote_images;
  gboolean                    own_colors;
  gboolean                    loading;        /* the one load that is ours */
  gboolean                    unfolded;       /* the quotation is seen */
  char                       *hovered_uri;
  char                       *hovered_label;
};

G_DEFINE_FINAL_TYPE (ValijaWebView, valija_web_view, VALIJA_TYPE_HTML_VIEW)

ValijaHtmlView *valija_html_module_create (const char *cache_dir, gboolean fitted);

/* Those that are fitted and alive, the newest last. Only they share a process: a page of a conversation costs a
 * fraction of what one on its own does. */
static GPtrArray *fitted_views;

static void apply_style (ValijaWebView *self);

static void
toggle_fold (ValijaWebView *self)
{
  self->unfolded = !self->unfolded;
  apply_style (self);
  if (self->fitted)
    valija_web_fit_measure_again (VALIJA_WEB_FIT (gtk_widget_get_parent (GTK_WIDGET (self->view))));
}

/* ---- What the page may do ---- */

static gboolean
is_own_document (const char *uri)
{
  return uri == NULL || g_str_equal (uri, "about:blank");
}

static gboolean
decide_policy_cb (WebKitWebView           *view,
                  WebKitPolicyDecision    *decision,
                  WebKitPolicyDecisionType type,
                  ValijaWebView           *self)
{
  WebKitNavigationAction *action;
  const char *uri;

  if (type == WEBKIT_POLICY_DECISION_TYPE_RESPONSE)
    {
      webkit_policy_decision_ignore (decision);
      return TRUE;
    }

  action = webkit_navigation_policy_decision_get_navigation_action (WEBKIT_NAVIGATION_POLICY_DECISION (decision));
  uri = webkit_uri_request_get_uri (webkit_navigation_action_get_request (action));

  if (webkit_navigation_action_get_navigation_type (action) == WEBKIT_NAVIGATION_TYPE_LINK_CLICKED &&
      webkit_navigation_action_is_user_gesture (action))
    {
      gboolean hovered = g_strcmp0 (uri, self->hovered_uri) == 0;
      const char *label = hovered ? self->hovered_label : "";

      webkit_policy_decision_ignore (decision);
      if (g_str_equal (uri, VALIJA_HTML_FOLD_URI))
        toggle_fold (self);
      else
        valija_html_view_activate_link (VALIJA_HTML_VIEW (self), uri, label);
      return TRUE;
    }

  if (type == WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION && self->loading && is_own_document (uri))
    {
      self->loading = FALSE;
      webkit_policy_decision_use (decision);
      return TRUE;
    }

  webkit_policy_decision_ignore (decision);

  return TRUE;
}

static gboolean
permission_request_cb (WebKitWebView           *view,
                       WebKitPermissionRequest *request)
{
  webkit_permission_request_deny (request);

  return TRUE;
}

/* The button of the fold is none. */
static gboolean
is_link (WebKitHitTestResult *hit)
{
  return webkit_hit_test_result_context_is_link (hit) &&
         g_strcmp0 (webkit_hit_test_result_get_link_uri (hit), VALIJA_HTML_FOLD_URI) != 0;
}

/* Only what concerns the text and the link under the pointer is left of the menu. */
static gboolean
context_menu_cb (WebKitWebView       *view,
                 WebKitContextMenu   *menu,
                 WebKitHitTestResult *hit)
{
  g_autoptr(GList) items = g_list_copy (webkit_context_menu_get_items (menu));

  for (GList *l = items; l != NULL; l = l->next)
    {
      WebKitContextMenuAction action = webkit_context_menu_item_get_stock_action (l->data);

      if (action != WEBKIT_CONTEXT_MENU_ACTION_COPY &&
          action != WEBKIT_CONTEXT_MENU_ACTION_SELECT_ALL &&
          (action != WEBKIT_CONTEXT_MENU_ACTION_COPY_LINK_TO_CLIPBOARD || !is_link (hit)))
        webkit_context_menu_remove (menu, l->data);
    }

  return webkit_context_menu_get_n_items (menu) == 0;
}

static void
mouse_target_changed_cb (WebKitWebView       *view,
                         WebKitHitTestResult *hit,
                         guint                modifiers,
                         ValijaWebView       *self)
{
  gboolean link = is_link (hit);
  const char *label = link ? webkit_hit_test_result_get_link_label (hit) : NULL;

  g_set_str (&self->hovered_uri, link ? webkit_hit_test_result_get_link_uri (hit) : NULL);
  /* A picture says nothing */
  g_set_str (&self->hovered_label, label != NULL && label[0] != '\0' ? label : NULL);
  valija_html_view_hover_link (VALIJA_HTML_VIEW (self), self->hovered_uri);
}

static void
terminated_cb (WebKitWebView                    *view,
               WebKitWebProcessTerminationReason reason,
               ValijaWebView                    *self)
{
  valija_html_view_fail (VALIJA_HTML_VIEW (self), _("The HTML of this message could not be shown."));
}

/* ---- Pictures inside the message ---- */

static void
answer_picture (ValijaWebView          *self,
                WebKitURISchemeRequest *request)
{
  g_autofree char *content_id = g_uri_unescape_string (webkit_uri_scheme_request_get_path (request), NULL);
  const ValijaMimePart *part = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GInputStream) stream = NULL;
  g_autoptr(GError) error = NULL;

  if (self != NULL && self->message != NULL && content_id != NULL)
    {
      part = valija_mime_message_find_content_id (self->message, content_id);
      if (valija_mime_message_awaits (self->message, part))
        {
          g_ptr_array_add (self->waiting, g_object_ref (request));
          return;
        }
    }

  if (part != NULL && g_str_has_prefix (part->type, "image/"))
    bytes = valija_mime_message_load_part (self->message, part, &error);

  if (bytes == NULL)
    {
      g_clear_error (&error);
      g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "No such picture in this message");
      webkit_uri_scheme_request_finish_error (request, error);
      return;
    }

  stream = g_memory_input_stream_new_from_bytes (bytes);
  webkit_uri_scheme_request_finish (request, stream, g_bytes_get_size (bytes), part->type);
}

static void
cid_request_cb (WebKitURISchemeRequest *request,
                gpointer                data)
{
  WebKitWebView *view = webkit_uri_scheme_request_get_web_view (request);
  /* One that was dropped has no such parent any more */
  GtkWidget *owner = view != NULL ? gtk_widget_get_ancestor (GTK_WIDGET (view), VALIJA_TYPE_WEB_VIEW) : NULL;

  answer_picture (owner != NULL ? VALIJA_WEB_VIEW (owner) : NULL, request);
}

/* With what is known now of the message. */
static void
answer_waiting (ValijaWebView *self)
{
  g_autoptr(GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiting->len; i++)
    answer_picture (self, g_ptr_array_index (waiting, i));
}

static void
drop_waiting (ValijaWebView *self)
{
  g_autoptr(GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "No longer shown");

  for (guint i = 0; i < self->waiting->len; i++)
    webkit_uri_scheme_request_finish_error (g_ptr_array_index (self->waiting, i), error);
  g_ptr_array_set_size (self->waiting, 0);
}

/* ---- The view ---- */

static WebKitSettings *
create_settings (void)
{
  WebKitSettings *settings = webkit_settings_new ();

  g_object_set (settings,
                "enable-javascript", FALSE,
                "enable-javascript-markup", FALSE,
                "enable-html5-database", FALSE,
                "enable-html5-local-storage", FALSE,
                "enable-media", FALSE,
                "enable-media-stream", FALSE,
                "enable-mediasource", FALSE,
                "enable-webaudio", FALSE,
                "enable-webgl", FALSE,
                "enable-webrtc", FALSE,
                "enable-fullscreen", FALSE,
                "enable-page-cache", FALSE,
                "enable-back-forward-navigation-gestures", FALSE,
                "enable-site-specific-quirks", FALSE,
                "enable-developer-extras", FALSE,
                "auto-load-images", TRUE,
                "default-charset", "utf-8",
                "default-font-family", "sans-serif",
                "default-font-size", BASE_FONT_SIZE,
                "hardware-acceleration-policy", WEBKIT_HARDWARE_ACCELERATION_POLICY_NEVER,
                NULL);

  return settings;
}

static WebKitNetworkSession *
create_session (gboolean remote_images)
{
  WebKitNetworkSession *session = webkit_network_session_new_ephemeral ();
  WebKitCookieManager *cookies = webkit_network_session_get_cookie_manager (session);

  webkit_cookie_manager_set_accept_policy (cookies, WEBKIT_COOKIE_POLICY_ACCEPT_NEVER);
  webkit_network_session_set_tls_errors_policy (session, WEBKIT_TLS_ERRORS_POLICY_FAIL);

  if (!remote_images)
    {
      WebKitNetworkProxySettings *proxy = webkit_network_proxy_settings_new (DEAD_PROXY, NULL);

      webkit_network_session_set_proxy_settings (session, WEBKIT_NETWORK_PROXY_MODE_CUSTOM, proxy);
      webkit_network_proxy_settings_free (proxy);
    }

  return session;
}

static void
drop_view (ValijaWebView *self)
{
  drop_waiting (self);
  if (self->view != NULL)
    {
      webkit_web_view_stop_loading (self->view);
      adw_bin_set_child (ADW_BIN (self), NULL);
    }
  g_clear_object (&self->view);
  g_clear_object (&self->session);
}

/* One that lives, and that may ask the network for the same: a process and its session have one proxy. (nullable) */
static ValijaWebView *
find_related (ValijaWebView *self)
{
  for (guint i = 0; self->fitted && i < fitted_views->len; i++)
    {
      ValijaWebView *other = g_ptr_array_index (fitted_views, i);

      if (other != self && other->view != NULL && other->remote_images == self->remote_images)
        return other;
    }

  return NULL;
}

/* Each has settings, filters and styles of its own, whoever it is related to. */
static WebKitWebView *
create_web_view (ValijaWebView *self)
{
  g_autoptr(WebKitSettings) settings = create_settings ();
  g_autoptr(WebKitUserContentManager) manager = webkit_user_content_manager_new ();
  ValijaWebView *related = find_related (self);

  if (related != NULL)
    {
      self->session = g_object_ref (related->session);
      return g_object_new (WEBKIT_TYPE_WEB_VIEW,
                           "related-view", related->view,
                           "user-content-manager", manager,
                           "settings", settings,
                           NULL);
    }

  self->session = create_session (self->remote_images);
  return g_object_new (WEBKIT_TYPE_WEB_VIEW,
                       "web-context", self->context,
                       "network-session", self->session,
                       "user-content-manager", manager,
                       "settings", settings,
                       NULL);
}

/* The view has a text view inside, never to be seen, in which the Tab key would end on its way out. */
static void
close_trap (WebKitWebView *view)
{
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (view));
       child != NULL;
       child = gtk_widget_get_next_sibling (child))
    gtk_widget_set_can_focus (child, FALSE);
}

static void
create_view (ValijaWebView *self)
{
  self->view = g_object_ref_sink (create_web_view (self));
  gtk_widget_set_hexpand (GTK_WIDGET (self->view), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self->view), !self->fitted);
  close_trap (self->view);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Message"), -1);
  g_signal_connect_object (self->view, "decide-policy", G_CALLBACK (decide_policy_cb), self, 0);
  g_signal_connect_object (self->view, "permission-request", G_CALLBACK (permission_request_cb), self, 0);
  g_signal_connect_object (self->view, "context-menu", G_CALLBACK (context_menu_cb), self, 0);
  g_signal_connect_object (self->view, "mouse-target-changed", G_CALLBACK (mouse_target_changed_cb), self, 0);
  g_signal_connect_object (self->view, "web-process-terminated", G_CALLBACK (terminated_cb), self, 0);
  if (self->fitted)
    {
      GtkWidget *fit = valija_web_fit_new (self->view);

      g_object_bind_property (fit, "cut", self, "cut", G_BINDING_SYNC_CREATE);
      adw_bin_set_child (ADW_BIN (self), fit);
    }
  else
    adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->view));
}

/* Paper: white with black ink where the message has colours of its own, else as the desktop. */
static WebKitUserStyleSheet *
create_style (ValijaWebView *self)
{
  GdkRGBA ink = { 0, 0, 0, 1 };
  GdkRGBA paper = { 1, 1, 1, 1 };
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  g_autofree char *css = NULL;
  g_autofree char *ink_css = NULL;
  g_autofree char *paper_css = NULL;

  if (self->own_colors)
    dark = FALSE;
  else
    {
      gtk_widget_get_color (GTK_WIDGET (self), &ink);
      gdk_rgba_parse (&paper, !dark ? "#ffffff" : self->fitted ? CARD_PAPER : PAGE_PAPER);
    }

  ink_css = gdk_rgba_to_string (&ink);
  paper_css = gdk_rgba_to_string (&paper);
  css = g_strdup_printf (":root { color-scheme: %s; color: %s; background: %s; }"
                         "body { margin: %dpx; overflow-wrap: anywhere; }"
                         "%s"
                         "img { max-width: 100%%; height: auto; }"
                         "pre { white-space: pre-wrap; }"
                         "blockquote { margin-inline-start: 0; padding-inline-start: 12px;"
                         " border-inline-start: 2px solid rgba(128, 128, 128, 0.5); }"
                         "%s%s",
                         dark ? "dark" : "light", ink_css, paper_css,
                         !self->fitted ? PAGE_MARGIN : self->own_colors ? PAPER_MARGIN : 0,
                         self->fitted ? flush : "", fold, self->unfolded ? unfolded : folded);
  webkit_web_view_set_background_color (self->view, &paper);

  return webkit_user_style_sheet_new (css, WEBKIT_USER_CONTENT_INJECT_ALL_FRAMES, WEBKIT_USER_STYLE_LEVEL_USER,
                                      NULL, NULL);
}

static void
apply_style (ValijaWebView *self)
{
  WebKitUserContentManager *manager = webkit_web_view_get_user_content_manager (self->view);
  WebKitUserStyleSheet *style = create_style (self);

  webkit_user_content_manager_remove_all_style_sheets (manager);
  webkit_user_content_manager_add_style_sheet (manager, style);
  webkit_user_style_sheet_unref (style);
}

/* Nothing is loaded before the filter stands. */
static void
load (ValijaWebView           *self,
      WebKitUserContentFilter *filter)
{
  drop_view (self);
  create_view (self);
  webkit_user_content_manager_add_filter (webkit_web_view_get_user_content_manager (self->view), filter);
  apply_style (self);

  self->loading = TRUE;
  webkit_web_view_load_html (self->view, self->document, NULL);
}

static void
filter_saved_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      data)
{
  g_autoptr(ValijaWebView) self = data;
  g_autoptr(GError) error = NULL;
  WebKitUserContentFilter *filter;

  filter = webkit_user_content_filter_store_save_finish (WEBKIT_USER_CONTENT_FILTER_STORE (object), result, &error);

  if (filter != NULL)
    {
      load (self, filter);
      webkit_user_content_filter_unref (filter);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_warning ("The content filter was not made: %s", error->message);
      valija_html_view_fail (VALIJA_HTML_VIEW (self), _("The HTML of this message could not be shown safely."));
    }
}

static void
filter_loaded_cb (GObject      *object,
                  GAsyncResult *result,
                  gpointer      data)
{
  g_autoptr(ValijaWebView) self = data;
  g_autoptr(GError) error = NULL;
  WebKitUserContentFilter *filter;

  filter = webkit_user_content_filter_store_load_finish (WEBKIT_USER_CONTENT_FILTER_STORE (object), result, &error);

  if (filter != NULL)
    {
      load (self, filter);
      webkit_user_content_filter_unref (filter);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_autoptr(GBytes) rules = self->remote_images ? g_bytes_new_static (rules_images, sizeof rules_images - 1)
                                                    : g_bytes_new_static (rules_nothing, sizeof rules_nothing - 1);

      webkit_user_content_filter_store_save (self->store, self->remote_images ? FILTER_IMAGES : FILTER_NOTHING, rules,
                                             self->cancellable, filter_saved_cb, g_object_ref (self));
    }
}

static void
valija_web_view_show (ValijaHtmlView    *view,
                      const char        *document,
                      ValijaMimeMessage *message,
                      gboolean           remote_images,
                      gboolean           own_colors)
{
  ValijaWebView *self = VALIJA_WEB_VIEW (view);

  /* What was shown must not see the next message's pictures, nor be seen while the next is
   * prepared. */
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  drop_view (self);

  /* The same in other colours or with its pictures stays as it was opened. */
  if (g_set_object (&self->message, message))
    self->unfolded = FALSE;
  g_set_str (&self->document, document);
  self->remote_images = remote_images;
  self->own_colors = own_colors;

  webkit_user_content_filter_store_load (self->store, remote_images ? FILTER_IMAGES : FILTER_NOTHING,
                                         self->cancellable, filter_loaded_cb, g_object_ref (self));
}

static void
valija_web_view_complete (ValijaHtmlView    *view,
                          ValijaMimeMessage *outline,
                          ValijaMimeMessage *message)
{
  ValijaWebView *self = VALIJA_WEB_VIEW (view);

  if (self->message != outline)
    return;

  g_set_object (&self->message, message);
  answer_waiting (self);
}

static void
style_changed_cb (ValijaWebView *self)
{
  if (self->document != NULL && !self->own_colors && self->view != NULL)
    {
      g_autofree char *document = g_strdup (self->document);
      g_autoptr(ValijaMimeMessage) message = g_object_ref (self->message);

      valija_web_view_show (VALIJA_HTML_VIEW (self), document, message, self->remote_images, FALSE);
    }
}

static void
valija_web_view_dispose (GObject *object)
{
  ValijaWebView *self = VALIJA_WEB_VIEW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  drop_view (self);
  if (fitted_views != NULL)
    g_ptr_array_remove (fitted_views, self);
  g_clear_object (&self->context);
  g_clear_object (&self->store);
  g_clear_object (&self->message);

  G_OBJECT_CLASS (valija_web_view_parent_class)->dispose (object);
}

static void
valija_web_view_finalize (GObject *object)
{
  ValijaWebView *self = VALIJA_WEB_VIEW (object);

  g_ptr_array_unref (self->waiting);
  g_free (self->document);
  g_free (self->hovered_uri);
  g_free (self->hovered_label);

  G_OBJECT_CLASS (valija_web_view_parent_class)->finalize (object);
}

static void
valija_web_view_class_init (ValijaWebViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  ValijaHtmlViewClass *view_class = VALIJA_HTML_VIEW_CLASS (klass);

  object_class->dispose = valija_web_view_dispose;
  object_class->finalize = valija_web_view_finalize;
  view_class->show = valija_web_view_show;
  view_class->complete = valija_web_view_complete;
}

static void
valija_web_view_init (ValijaWebView *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (style_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

/* Views that share a process share this as well. (transfer full) */
static WebKitWebContext *
create_context (void)
{
  WebKitWebContext *context = webkit_web_context_new ();

  webkit_web_context_set_cache_model (context, WEBKIT_CACHE_MODEL_DOCUMENT_VIEWER);
  webkit_web_context_register_uri_scheme (context, "cid", cid_request_cb, NULL, NULL);

  return context;
}

G_MODULE_EXPORT ValijaHtmlView *
valija_html_module_create (const char *cache_dir,
                           gboolean    fitted)
{
  ValijaWebView *self = g_object_new (VALIJA_TYPE_WEB_VIEW, NULL);
  g_autofree char *path = g_build_filename (cache_dir, "content-filters", NULL);

  self->store = webkit_user_content_filter_store_new (path);
  self->fitted = fitted;

  if (fitted && fitted_views == NULL)
    fitted_views = g_ptr_array_new ();
  if (fitted)
    g_ptr_array_add (fitted_views, self);

  self->context = fitted && fitted_views->len > 1
                    ? g_object_ref (((ValijaWebView *) g_ptr_array_index (fitted_views, 0))->context)
                    : create_context ();

  return VALIJA_HTML_VIEW (self);
}
