/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-reader-private.h"

#include "mime/valija-composition.h"
#include "mime/valija-html.h"
#include "ui/reader/valija-source-dialog.h"
#include "ui/valija-application.h"

#include <glib/gi18n-lib.h>

#define MAX_SHOWN_LINK 500 /* characters of a link's target in the question */

/* ---- Answers ---- */

char *
valija_reader_why_not (ValijaReader *self,
                       ValijaFolder *folder,
                       ValijaAction  action)
{
  g_autofree char *reason = valija_engine_why_not (self->engine, self->account, folder, action);
  gboolean writes = action == VALIJA_ACTION_REPLY || action == VALIJA_ACTION_FORWARD;

  /* As with a new message: the composer tells which account it goes from. */
  if (writes && valija_application_find_sender (valija_application_get_default (), NULL) != NULL)
    return NULL;

  return g_steal_pointer (&reason);
}

static gboolean
may (ValijaReader *self,
     ValijaAction  action)
{
  ValijaFolder *folder = self->message != NULL ? valija_message_get_folder (self->message) : NULL;
  g_autofree char *reason = valija_reader_why_not (self, folder, action);

  if (reason == NULL)
    return TRUE;

  adw_banner_set_title (self->reason_banner, reason);
  adw_banner_set_button_label (self->reason_banner, self->account != NULL ? _("_Account") : NULL);
  adw_banner_set_revealed (self->reason_banner, TRUE);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), reason, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);

  return FALSE;
}

/* All addresses that the answer may be from: those of the message's account, and where that only receives, those of the
 * one that sends in its place. */
static GPtrArray *
list_own (ValijaReader *self)
{
  GPtrArray *own = valija_account_list_senders (self->account);
  g_autofree char *reason = valija_engine_why_not (self->engine, self->account, NULL, VALIJA_ACTION_COMPOSE);
  ValijaAccount *other = reason != NULL ? valija_application_find_sender (valija_application_get_default (), NULL)
                                        : NULL;

  if (other != NULL)
    g_ptr_array_extend_and_steal (own, valija_account_list_senders (other));

  return own;
}

static void
answer (ValijaReader   *self,
        ValijaReplyKind kind)
{
  gboolean forward = kind == VALIJA_FORWARD || kind == VALIJA_FORWARD_ATTACHED;
  ValijaAccount *account = self->account;
  g_autoptr(ValijaAddress) sender = NULL;
  g_autoptr(GPtrArray) own = NULL;
  g_autoptr(ValijaComposition) composition = NULL;

  if (self->mime == NULL || !may (self, forward ? VALIJA_ACTION_FORWARD : VALIJA_ACTION_REPLY))
    return;

  if (account != NULL)
    {
      own = list_own (self);
      sender = valija_composition_choose_sender (self->mime, own);
    }

  composition = valija_composition_new_reply (self->mime, self->source, kind, sender, own);
  valija_application_answer (valija_application_get_default (), account, composition, self->message,
                             forward ? VALIJA_FLAG_FORWARDED : VALIJA_FLAG_ANSWERED);
}

static void
reply_action (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  answer (VALIJA_READER (widget), VALIJA_REPLY);
}

static void
reply_all_action (GtkWidget  *widget,
                  const char *name,
                  GVariant   *parameter)
{
  answer (VALIJA_READER (widget), VALIJA_REPLY_ALL);
}

static void
forward_action (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  answer (VALIJA_READER (widget), VALIJA_FORWARD);
}

static void
forward_attached_action (GtkWidget  *widget,
                         const char *name,
                         GVariant   *parameter)
{
  answer (VALIJA_READER (widget), VALIJA_FORWARD_ATTACHED);
}

static void
edit_draft_action (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  ValijaReader *self = VALIJA_READER (widget);

  if (self->message != NULL)
    valija_application_edit_draft (valija_application_get_default (), self->message);
}

static void
view_source_action (GtkWidget  *widget,
                    const char *name,
                    GVariant   *parameter)
{
  ValijaReader *self = VALIJA_READER (widget);

  if (self->source != NULL)
    adw_dialog_present (valija_source_dialog_new (self->source), widget);
}

/* ---- Links ---- */

typedef struct
{
  ValijaReader *reader;
  char *uri;
} Link;

static void
link_free (Link *link)
{
  g_object_unref (link->reader);
  g_free (link->uri);
  g_free (link);
}

static void
launched_cb (GObject      *launcher,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr(GError) error = NULL;

  if (!gtk_uri_launcher_launch_finish (GTK_URI_LAUNCHER (launcher), result, &error))
    g_debug ("The link was not opened: %s", error->message);
}

static void
launch (ValijaReader *self,
        const char   *uri)
{
  g_autoptr(GtkUriLauncher) launcher = gtk_uri_launcher_new (uri);

  gtk_uri_launcher_launch (launcher, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL, launched_cb, NULL);
}

static void
link_response_cb (GObject      *dialog,
                  GAsyncResult *result,
                  gpointer      data)
{
  Link *link = data;
  const char *response = adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (dialog), result);

  if (g_str_equal (response, "open"))
    launch (link->reader, link->uri);
  else if (g_str_equal (response, "copy"))
    gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (link->reader)), link->uri);

  link_free (link);
}

/* As it goes over the line, so that no letter looks like another and nothing turns the order of what is read. */
static char *
dup_shown_link (const char *uri)
{
  g_autoptr(GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_ENCODED | G_URI_FLAGS_PARSE_RELAXED, NULL);
  const char *host = parsed != NULL ? g_uri_get_host (parsed) : NULL;
  g_autofree char *ascii = host != NULL ? g_hostname_to_ascii (host) : NULL;
  g_autofree char *whole = NULL;
  g_autofree char *shown = NULL;

  if (ascii != NULL)
    {
      g_autoptr(GUri) plain = g_uri_build (g_uri_get_flags (parsed), g_uri_get_scheme (parsed),
                                           g_uri_get_userinfo (parsed), ascii, g_uri_get_port (parsed),
                                           g_uri_get_path (parsed), g_uri_get_query (parsed),
                                           g_uri_get_fragment (parsed));

      whole = g_uri_to_string (plain);
    }

  shown = g_uri_escape_string (whole != NULL ? whole : uri, ":/?#[]@!$&'()*+,;=%", FALSE);
  if (strlen (shown) > MAX_SHOWN_LINK)
    shown[MAX_SHOWN_LINK] = '\0';

  return g_steal_pointer (&shown);
}

static void
ask_link (ValijaReader *self,
          const char   *uri,
          gboolean      deceives,
          gboolean      careful)
{
  AdwDialog *dialog = adw_alert_dialog_new (deceives ? _("This Link Leads Elsewhere") : _("Open This Link?"), NULL);
  GtkWidget *target = gtk_label_new (NULL);
  g_autoptr(PangoAttrList) attributes = pango_attr_list_new ();
  g_autofree char *shown = dup_shown_link (uri);
  Link *link = g_new0 (Link, 1);

  gtk_label_set_text (GTK_LABEL (target), shown);
  gtk_label_set_wrap (GTK_LABEL (target), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (target), PANGO_WRAP_CHAR);
  /* A hyphen where a line ends would belong to another target. */
  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE));
  gtk_label_set_attributes (GTK_LABEL (target), attributes);
  gtk_widget_add_css_class (target, "monospace");
  gtk_widget_add_css_class (target, "valija-link-target");

  if (deceives)
    adw_alert_dialog_set_body (ADW_ALERT_DIALOG (dialog),
                               _("It names one place and leads to another. This is how passwords are stolen. "
                                 "It really leads to:"));
  else
    adw_alert_dialog_set_body (ADW_ALERT_DIALOG (dialog), _("It leads to:"));
  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), target);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog),
                                  "cancel", _("_Cancel"),
                                  "copy", _("_Copy"),
                                  "open", _("_Open"),
                                  NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "open",
                                            deceives ? ADW_RESPONSE_DESTRUCTIVE : ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), deceives || careful ? "cancel" : "open");

  link->reader = g_object_ref (self);
  link->uri = g_strdup (uri);
  adw_alert_dialog_choose (ADW_ALERT_DIALOG (dialog), GTK_WIDGET (self), NULL, link_response_cb, link);
}

void
valija_reader_open_link (ValijaReader *self,
                         const char   *uri,
                         const char   *label)
{
  g_autofree char *scheme = g_uri_parse_scheme (uri);
  g_autoptr(GSettings) settings = g_settings_new (APP_ID);
  gboolean unknown = label != NULL && label[0] == '\0';
  gboolean deceives = label != NULL && valija_html_link_deceives (label, uri);

  if (g_strcmp0 (scheme, "mailto") == 0)
    valija_application_compose_mailto (valija_application_get_default (), uri);
  else if (g_strcmp0 (scheme, "https") != 0 && g_strcmp0 (scheme, "http") != 0)
    g_debug ("A link with the scheme “%s” is not followed", scheme != NULL ? scheme : "");
  else if (deceives || unknown || g_settings_get_boolean (settings, "confirm-link"))
    ask_link (self, uri, deceives, unknown);
  else
    launch (self, uri);
}

/* ---- Actions ---- */

void
valija_reader_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "reader.reply", NULL, reply_action);
  gtk_widget_class_install_action (widget_class, "reader.reply-all", NULL, reply_all_action);
  gtk_widget_class_install_action (widget_class, "reader.forward", NULL, forward_action);
  gtk_widget_class_install_action (widget_class, "reader.forward-attached", NULL, forward_attached_action);
  gtk_widget_class_install_action (widget_class, "reader.edit-draft", NULL, edit_draft_action);
  gtk_widget_class_install_action (widget_class, "reader.view-source", NULL, view_source_action);
}

void
valija_reader_enable_actions (ValijaReader *self)
{
  static const char * const of_text[] = { "reader.reply", "reader.reply-all" };
  static const char * const of_message[] = {
    "reader.forward", "reader.forward-attached", "reader.view-source",
    "reader.save-source", "reader.save-source-without-bcc", "reader.save-attachments",
  };
  gboolean html = self->mime != NULL && valija_mime_message_get_html (self->mime) != NULL;

  for (guint i = 0; i < G_N_ELEMENTS (of_text); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), of_text[i], self->mime != NULL);
  for (guint i = 0; i < G_N_ELEMENTS (of_message); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), of_message[i], self->mime != NULL && self->source != NULL);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "reader.plain-text", html);
}
