/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/setup/valija-review-page.h"

#include "engine/valija-engine.h"

#include <glib/gi18n-lib.h>

struct _ValijaReviewPage
{
  AdwNavigationPage   parent_instance;

  AdwPreferencesPage *content;
  AdwActionRow       *incoming_row;
  AdwActionRow       *outgoing_row;
  AdwActionRow       *kept_row;
  AdwActionRow       *sent_row;
  AdwActionRow       *delete_row;
  GtkWidget          *delete_icon;
  AdwActionRow       *password_row;
  GtkWidget          *test_button;
};

G_DEFINE_FINAL_TYPE (ValijaReviewPage, valija_review_page, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  NEXT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
next_clicked_cb (ValijaReviewPage *self)
{
  g_signal_emit (self, signals[NEXT], 0);
}

static void
shown_cb (ValijaReviewPage *self)
{
  gtk_widget_grab_focus (self->test_button);
}

static void
show_server (AdwActionRow *row,
             ValijaServer *server,
             const char   *purpose)
{
  g_autofree char *title = NULL;

  /* Translators: a server's name and port, as in "mail.example.org, port 993" */
  title = g_strdup_printf (_("%s, port %u"), valija_server_get_host (server), valija_server_get_port (server));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (row, purpose);

  if (valija_server_get_security (server) == VALIJA_SECURITY_NONE)
    gtk_widget_add_css_class (GTK_WIDGET (row), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (row), "warning");
}

static const char *
describe_reading (ValijaServer *server)
{
  switch (valija_server_get_security (server))
    {
    case VALIJA_SECURITY_TLS:
      return _("To read, encrypted at once");
    case VALIJA_SECURITY_STARTTLS:
      return _("To read, encrypted after the greeting or not at all used");
    case VALIJA_SECURITY_NONE:
    default:
      return _("To read, not protected: anybody on the way can read along");
    }
}

static const char *
describe_sending (ValijaServer *server)
{
  switch (valija_server_get_security (server))
    {
    case VALIJA_SECURITY_TLS:
      return _("To send, encrypted at once");
    case VALIJA_SECURITY_STARTTLS:
      return _("To send, encrypted after the greeting or not at all used");
    case VALIJA_SECURITY_NONE:
    default:
      return _("To send, not protected: anybody on the way can read along");
    }
}

static const char *
describe_all (ValijaServer *server)
{
  return valija_server_get_security (server) != VALIJA_SECURITY_NONE
         ? _("To read and to send, encrypted at once")
         : _("To read and to send, not protected: anybody on the way can read along");
}

static const char *
describe_kept (const ValijaMethod *method)
{
  if ((method->capabilities & VALIJA_CAPABILITY_READ) == 0)
    return _("Nothing is read; only what waits in the outbox is on this computer");
  if ((method->capabilities & VALIJA_CAPABILITY_ORGANIZE) == 0)
    return _("On this computer, as the copy you work with: include it in your backups");

  return _("On the server; a copy on this computer, for reading and searching without a network");
}

static const char *
describe_sent (ValijaKeepSent keep)
{
  switch (keep)
    {
    case VALIJA_KEEP_SENT_SERVER:
      return _("A copy is filed in the server’s Sent folder");
    case VALIJA_KEEP_SENT_HERE:
      return _("The server keeps none; Valija keeps a copy on this computer");
    case VALIJA_KEEP_SENT_NOT:
    default:
      return _("No copy is kept, neither on the server nor here");
    }
}

static char *
describe_deleting (ValijaAccount *account)
{
  gboolean removed = valija_account_get_delete_removed (account);
  int days = valija_account_get_delete_after_days (account);

  if (days < 0)
    return g_strdup (removed ? _("Deleted once you delete the message here for good; else left alone")
                             : _("Left alone: Valija never deletes there"));
  if (days == 0)
    return g_strdup (_("Deleted as soon as the copy on this computer is safe"));
  if (removed)
    return g_strdup_printf (ngettext ("Deleted %d day after it was fetched, or once you delete it here for good",
                                      "Deleted %d days after it was fetched, or once you delete it here for good",
                                      days),
                            days);

  return g_strdup_printf (ngettext ("Deleted %d day after it was fetched",
                                    "Deleted %d days after it was fetched", days),
                          days);
}

static void
valija_review_page_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), VALIJA_TYPE_REVIEW_PAGE);

  G_OBJECT_CLASS (valija_review_page_parent_class)->dispose (object);
}

static void
valija_review_page_class_init (ValijaReviewPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = valija_review_page_dispose;

  signals[NEXT] = g_signal_new ("next", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-review-page.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaReviewPage, content);
  gtk_widget_class_bind_template_child (widget_class, ValijaReviewPage, incoming_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaReviewPage, outgoing_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaReviewPage, kept_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaReviewPage, sent_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaReviewPage, delete_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaReviewPage, delete_icon);
  gtk_widget_class_bind_template_child (widget_class, ValijaReviewPage, password_row);
  gtk_widget_class_bind_template_child (widget_class, ValijaReviewPage, test_button);
  gtk_widget_class_bind_template_callback (widget_class, next_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, shown_cb);
}

static void
valija_review_page_init (ValijaReviewPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
valija_review_page_load (ValijaReviewPage   *self,
                         const ValijaMethod *method,
                         ValijaAccount      *account)
{
  ValijaServer *incoming = valija_account_get_incoming (account);
  ValijaServer *outgoing = valija_account_get_outgoing (account);
  gboolean reads = valija_account_has_side (account, VALIJA_SIDE_INCOMING);
  gboolean sends = valija_account_has_side (account, VALIJA_SIDE_OUTGOING);
  gboolean fetches = reads && (method->capabilities & VALIJA_CAPABILITY_ORGANIZE) == 0;
  g_autofree char *deleting = describe_deleting (account);

  g_return_if_fail (VALIJA_IS_REVIEW_PAGE (self));

  adw_preferences_page_set_description (self->content, method->finds_server
                                        ? _("So far only the servers that know where your mailbox is were asked. If "
                                            "you go on, this is what Valija does.")
                                        : _("Nothing has been contacted so far. If you go on, this is what Valija "
                                            "does."));
  gtk_widget_set_visible (GTK_WIDGET (self->incoming_row), reads);
  gtk_widget_set_visible (GTK_WIDGET (self->outgoing_row), sends);
  gtk_widget_set_visible (GTK_WIDGET (self->sent_row), sends || (method->capabilities & VALIJA_CAPABILITY_SEND) != 0);
  gtk_widget_set_visible (GTK_WIDGET (self->delete_row), fetches);

  show_server (self->incoming_row, incoming,
               valija_account_has_one_server (account) ? describe_all (incoming) : describe_reading (incoming));
  show_server (self->outgoing_row, outgoing, describe_sending (outgoing));
  adw_action_row_set_subtitle (self->kept_row, describe_kept (method));
  adw_action_row_set_subtitle (self->sent_row, valija_account_has_one_server (account)
                               ? _("The server files a copy in its Sent folder by itself")
                               : describe_sent (valija_account_get_keep_sent (account)));
  adw_action_row_set_subtitle (self->delete_row, deleting);
  adw_action_row_set_subtitle (self->password_row, g_getenv (VALIJA_KEYRING_KEY_VARIABLE) != NULL
                               ? _("In an encrypted file on this computer, nowhere else")
                               : _("In the desktop’s keyring, nowhere else"));

  if (valija_account_deletes_on_server (account))
    gtk_widget_add_css_class (self->delete_icon, "warning");
  else
    gtk_widget_remove_css_class (self->delete_icon, "warning");
}
