/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/setup/valija-setup-assistant.h"

#include "base/valija-future.h"
#include "ui/setup/valija-certificate-dialog.h"
#include "ui/setup/valija-identity-page.h"
#include "ui/setup/valija-method-page.h"
#include "ui/setup/valija-methods-page.h"
#include "ui/setup/valija-review-page.h"
#include "ui/setup/valija-servers-page.h"
#include "ui/setup/valija-test-page.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _ValijaSetupAssistant
{
  AdwBin              parent_instance;

  AdwNavigationView  *view;
  ValijaMethodsPage  *methods_page;
  ValijaIdentityPage *identity_page;
  ValijaServersPage  *servers_page;
  ValijaReviewPage   *review_page;
  ValijaTestPage     *test_page;
  AdwStatusPage      *done_status;
  GtkWidget          *done_button;

  ValijaEngine       *engine;
  const ValijaMethod *method;
  ValijaAccount      *account;     /* what is being set up or changed; a copy of a stored one */
  char               *prefilled;   /* the address that the servers were suggested for */
  ValijaSuggestion   *suggestion;  /* what led here */
  GPtrArray          *allowed;     /* of char *: strangers that may be asked where the mailbox is */
  DexFuture          *search;      /* nullable: for the server; dropping it ends the search */
  gboolean            stored;
  gboolean            asks_password;
};

G_DEFINE_FINAL_TYPE (ValijaSetupAssistant, valija_setup_assistant, ADW_TYPE_BIN)

enum
{
  ACCOUNT_ADDED,
  CLOSE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
prefill_server (ValijaServer  *server,
                const char    *host,
                guint16        port,
                ValijaSecurity security,
                const char    *user)
{
  if (host == NULL)
    return;

  g_object_set (server,
                "host", host,
                "port", (guint) port,
                "security", (int) security,
                "user", user,
                NULL);
}

/* The servers that the provider of the address has, or most likely has. */
static void
prefill_servers (ValijaSetupAssistant *self)
{
  const char *email = valija_account_get_email (self->account);
  g_autoptr(ValijaSuggestion) suggestion = NULL;
  g_autofree char *hint = NULL;

  if (g_strcmp0 (email, self->prefilled) == 0)
    return;

  g_set_str (&self->prefilled, email);
  suggestion = valija_method_suggest_servers (self->method->id, email);

  /* Who says "I have Gmail" has it also with an address of his own domain */
  if (!suggestion->certain && self->suggestion != NULL && self->suggestion->certain)
    {
      valija_suggestion_free (suggestion);
      suggestion = valija_suggestion_copy (self->suggestion);
    }

  /* Another address may be at home on another server */
  if (self->method->finds_server)
    g_object_set (valija_account_get_incoming (self->account), "host", "", "port", 0, NULL);
  g_object_set (valija_account_get_incoming (self->account), "user", email, NULL);
  g_object_set (valija_account_get_outgoing (self->account), "user", email, NULL);
  prefill_server (valija_account_get_incoming (self->account), suggestion->incoming_host, suggestion->incoming_port,
                  suggestion->incoming_security, email);
  prefill_server (valija_account_get_outgoing (self->account), suggestion->outgoing_host, suggestion->outgoing_port,
                  suggestion->outgoing_security, email);

  if (self->method->finds_server)
    hint = g_strdup (_("Valija finds the server by itself. Usually the password is all that is missing."));
  else if (suggestion->certain)
    hint = g_strdup (_("Valija knows your provider: only the password is missing."));
  else
    hint = g_strdup (_("The names of the servers are guessed from your address. Your provider or administrator "
                       "knows the right ones."));
  valija_servers_page_set_hint (self->servers_page, hint);
  valija_servers_page_load (self->servers_page, self->method, self->account, FALSE);
}

static void
begin (ValijaSetupAssistant   *self,
       const ValijaMethod     *method,
       const ValijaSuggestion *suggestion)
{
  ValijaAccount *account = valija_account_new (method->id);

  /* Who has looked at another method first need not type again */
  if (self->account != NULL && !self->stored)
    g_object_set (account,
                  "full-name", valija_account_get_full_name (self->account),
                  "email", valija_account_get_email (self->account),
                  NULL);
  /* Nobody is called as they sign in, root least of all */
  else if (!g_str_equal (g_get_real_name (), "Unknown") && !g_str_equal (g_get_real_name (), g_get_user_name ()))
    g_object_set (account, "full-name", g_get_real_name (), NULL);

  g_clear_pointer (&self->suggestion, valija_suggestion_free);
  if (suggestion != NULL && g_strcmp0 (suggestion->method, method->id) == 0)
    self->suggestion = valija_suggestion_copy (suggestion);
  if (suggestion != NULL && suggestion->email != NULL)
    g_object_set (account, "email", suggestion->email, NULL);

  g_set_object (&self->account, account);
  g_object_unref (account);
  g_clear_pointer (&self->prefilled, g_free);
  g_ptr_array_set_size (self->allowed, 0);
  self->method = method;
  self->stored = FALSE;

  valija_identity_page_load (self->identity_page, method, self->account);
  adw_navigation_view_push (self->view, ADW_NAVIGATION_PAGE (self->identity_page));
}

static void
method_set_up_cb (AdwNavigationPage    *page,
                  ValijaSetupAssistant *self)
{
  const ValijaMethod *method = g_object_get_data (G_OBJECT (page), "method");
  const ValijaSuggestion *suggestion = g_object_get_data (G_OBJECT (page), "suggestion");

  begin (self, method, suggestion);
}

static AdwNavigationPage *
method_page_new (ValijaSetupAssistant   *self,
                 const ValijaMethod     *method,
                 const ValijaSuggestion *suggestion)
{
  AdwNavigationPage *page = valija_method_page_new (method);

  g_object_set_data (G_OBJECT (page), "method", (gpointer) method);
  if (suggestion != NULL)
    g_object_set_data_full (G_OBJECT (page), "suggestion", valija_suggestion_copy (suggestion),
                            (GDestroyNotify) valija_suggestion_free);
  g_signal_connect_object (page, "set-up", G_CALLBACK (method_set_up_cb), self, G_CONNECT_DEFAULT);

  return page;
}

static void
method_activated_cb (ValijaSetupAssistant   *self,
                     const char             *id,
                     const ValijaSuggestion *suggestion,
                     gboolean                set_up)
{
  const ValijaMethod *method = valija_engine_find_method (self->engine, id);

  if (method == NULL)
    return;

  if (set_up && method->available)
    begin (self, method, suggestion);
  else
    adw_navigation_view_push (self->view, method_page_new (self, method, suggestion));
}

static void
identity_next_cb (ValijaSetupAssistant *self)
{
  valija_identity_page_store (self->identity_page, self->account);

  if (!self->stored)
    prefill_servers (self);

  adw_navigation_view_push (self->view, ADW_NAVIGATION_PAGE (self->servers_page));
}

static void
review_next_cb (ValijaSetupAssistant *self)
{
  g_autoptr(ValijaSecret) incoming = valija_servers_page_dup_secret (self->servers_page, VALIJA_SIDE_INCOMING);
  g_autoptr(ValijaSecret) outgoing = valija_servers_page_dup_secret (self->servers_page, VALIJA_SIDE_OUTGOING);

  adw_navigation_view_push (self->view, ADW_NAVIGATION_PAGE (self->test_page));
  valija_test_page_start (self->test_page, self->engine, self->account, incoming, outgoing,
                          self->stored ? _("Save") : _("Add Account"));
}

static guint
get_port (ValijaServer  *server,
          const guint16 *usual)
{
  guint port = valija_server_get_port (server);

  return port != 0 ? port : usual[valija_server_get_security (server)];
}

/* Whether it is another server, or one that is connected to in another way or as somebody else. */
static gboolean
is_reached_otherwise (ValijaSetupAssistant *self,
                      ValijaAccount        *stored,
                      ValijaSide            side)
{
  ValijaServer *now = valija_account_get_server (self->account, side);
  ValijaServer *before = valija_account_get_server (stored, side);
  const guint16 *ports = side == VALIJA_SIDE_INCOMING ? self->method->incoming_ports : self->method->outgoing_ports;

  return !g_str_equal (valija_server_get_host (now), valija_server_get_host (before)) ||
         valija_server_get_security (now) != valija_server_get_security (before) ||
         get_port (now, ports) != get_port (before, ports) ||
         !g_str_equal (valija_server_get_user (now), valija_server_get_user (before));
}

/* Where only a password is new, nothing else happens than before. */
static gboolean
needs_review (ValijaSetupAssistant *self)
{
  ValijaAccount *stored = valija_engine_find_account (self->engine, valija_account_get_id (self->account));

  return !self->asks_password || stored == NULL ||
         is_reached_otherwise (self, stored, VALIJA_SIDE_INCOMING) ||
         is_reached_otherwise (self, stored, VALIJA_SIDE_OUTGOING);
}

static void
servers_next_cb (ValijaSetupAssistant *self)
{
  if (!needs_review (self))
    {
      review_next_cb (self);
      return;
    }

  valija_review_page_load (self->review_page, self->method, self->account);
  adw_navigation_view_push (self->view, ADW_NAVIGATION_PAGE (self->review_page));
}

/* ---- Looking for the server ---- */

static void search (ValijaSetupAssistant *self);

static void
end_search (ValijaSetupAssistant *self)
{
  dex_clear (&self->search);
  valija_servers_page_set_searching (self->servers_page, NULL);
}

static void
asked_cb (ValijaSetupAssistant *self,
          const char           *response,
          AdwDialog            *dialog)
{
  if (!g_str_equal (response, "allow"))
    {
      valija_servers_page_ask_server (self->servers_page, NULL);
      return;
    }

  g_ptr_array_add (self->allowed, g_strdup (g_object_get_data (G_OBJECT (dialog), "host")));
  search (self);
}

/* The way leads out of the address's own domain. */
static void
ask_about (ValijaSetupAssistant *self,
           const char           *host)
{
  const char *domain = strrchr (valija_account_get_email (self->account), '@') + 1;
  AdwDialog *dialog = adw_alert_dialog_new (_("Trust Another Server?"), NULL);

  adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog),
                                /* Translators: a domain, then a server */
                                _("The servers of %s send on to %s. If you go on, your password is sent there, too. "
                                  "Do it only if you know this name as that of your organization or its provider."),
                                domain, host);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "refuse", _("_Do Not Ask It"), "allow", _("_Go On"), NULL);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "refuse");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "refuse");
  g_object_set_data_full (G_OBJECT (dialog), "host", g_strdup (host), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (asked_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
elsewhere_cb (ValijaSetupAssistant *self,
              const char           *response,
              AdwAlertDialog       *dialog)
{
  if (g_str_equal (response, "read"))
    valija_setup_assistant_show_method (self, g_object_get_data (G_OBJECT (dialog), "method"), NULL);
}

static void
lead_elsewhere (ValijaSetupAssistant *self,
                const char           *id)
{
  const ValijaMethod *method = valija_engine_find_method (self->engine, id);
  AdwDialog *dialog = adw_alert_dialog_new (_("Hosted by Microsoft"), NULL);
  g_autofree char *read = NULL;

  g_return_if_fail (method != NULL);

  read = g_strdup_printf (_("Read About %s"), valija_method_text (method->name));
  adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog),
                                /* Translators: the name of a connection method, then that of another */
                                _("Microsoft hosts it, and has switched the way in by %s off there. Such a mailbox is "
                                  "reached by the method %s."),
                                valija_method_text (self->method->name), valija_method_text (method->name));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "close", _("_Close"), "read", read, NULL);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "read");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "close");
  g_object_set_data (G_OBJECT (dialog), "method", (gpointer) method->id);
  g_signal_connect_object (dialog, "response", G_CALLBACK (elsewhere_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
take_server (ValijaSetupAssistant *self,
             ValijaDiscovery      *discovery)
{
  g_autofree char *hint = NULL;

  g_object_set (valija_account_get_incoming (self->account),
                "host", discovery->host,
                "port", (guint) discovery->port,
                "security", (int) VALIJA_SECURITY_TLS,
                NULL);
  /* Translators: a server, then the one that told of it */
  hint = g_strdup_printf (_("Found: your mailbox is at %s, says %s."), discovery->host, discovery->source);
  valija_servers_page_set_hint (self->servers_page, hint);
  valija_servers_page_show_server (self->servers_page);
  servers_next_cb (self);
}

static void
certificate_decided_cb (ValijaSetupAssistant *self,
                        gboolean              trusted)
{
  if (trusted)
    search (self);
}

/* The organization has an authority of its own, perhaps: the same question as for a server that was typed. */
static void
ask_about_certificate (ValijaSetupAssistant *self,
                       ValijaCertificate    *certificate)
{
  AdwDialog *dialog = valija_certificate_dialog_new (self->engine, certificate);

  g_signal_connect_object (dialog, "decided", G_CALLBACK (certificate_decided_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static DexFuture *
searched_cb (DexFuture *future,
             gpointer   user_data)
{
  ValijaSetupAssistant *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  ValijaDiscovery *discovery = value != NULL ? g_value_get_boxed (value) : NULL;

  valija_servers_page_set_searching (self->servers_page, NULL);
  if (discovery == NULL)
    {
      valija_servers_page_ask_server (self->servers_page, error);
      if (valija_error_get_certificate (error) != NULL)
        ask_about_certificate (self, valija_error_get_certificate (error));
      return NULL;
    }

  switch (discovery->kind)
    {
    case VALIJA_DISCOVERY_FOUND:
      take_server (self, discovery);
      break;
    case VALIJA_DISCOVERY_ASKS:
      ask_about (self, discovery->host);
      break;
    case VALIJA_DISCOVERY_ELSEWHERE:
    default:
      lead_elsewhere (self, discovery->method);
    }

  return NULL;
}

static void
search (ValijaSetupAssistant *self)
{
  g_autoptr(ValijaSecret) secret = valija_servers_page_dup_secret (self->servers_page, VALIJA_SIDE_INCOMING);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) hosts = NULL;
  DexFuture *future;

  for (guint i = 0; i < self->allowed->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (self->allowed, i));
  hosts = g_strv_builder_end (builder);
  valija_servers_page_set_searching (self->servers_page, strrchr (valija_account_get_email (self->account), '@') + 1);
  future = valija_engine_discover (self->engine, self->account, secret, (const char * const *) hosts);
  dex_clear (&self->search);
  self->search = dex_future_finally (future, searched_cb, self, NULL);
}

static void
servers_find_cb (ValijaSetupAssistant *self)
{
  search (self);
}

static void
servers_stop_cb (ValijaSetupAssistant *self)
{
  end_search (self);
}

static void
test_edit_cb (ValijaSetupAssistant *self)
{
  adw_navigation_view_pop_to_page (self->view, ADW_NAVIGATION_PAGE (self->servers_page));
}

static void
show_done (ValijaSetupAssistant *self)
{
  adw_status_page_set_title (self->done_status, self->stored ? _("The Account Is Changed") : _("The Account Is Ready"));

  if (!valija_account_has_side (self->account, VALIJA_SIDE_INCOMING))
    adw_status_page_set_description (self->done_status, _("You can send with it now. It does not read mail."));
  else if (!valija_account_has_side (self->account, VALIJA_SIDE_OUTGOING) &&
           (self->method->capabilities & VALIJA_CAPABILITY_SEND) == 0)
    adw_status_page_set_description (self->done_status,
                                     _("Valija is fetching your mail. To send as well, add an SMTP server in the "
                                       "account’s settings."));
  else
    adw_status_page_set_description (self->done_status, _("Valija is fetching your mail, and you can send."));

  adw_navigation_view_push_by_tag (self->view, "done");
  gtk_widget_grab_focus (self->done_button);
}

static void
stored_cb (DexFuture *future,
           gpointer   owner)
{
  ValijaSetupAssistant *self = owner;
  g_autoptr(GError) error = NULL;

  valija_test_page_set_busy (self->test_page, FALSE);

  if (dex_future_get_value (future, &error) == NULL)
    {
      valija_test_page_show_error (self->test_page, error);
      return;
    }

  show_done (self);
  if (!self->stored)
    g_signal_emit (self, signals[ACCOUNT_ADDED], 0, self->account);
}

static void
test_accepted_cb (ValijaSetupAssistant *self)
{
  g_autoptr(ValijaSecret) incoming = valija_servers_page_dup_secret (self->servers_page, VALIJA_SIDE_INCOMING);
  g_autoptr(ValijaSecret) outgoing = valija_servers_page_dup_secret (self->servers_page, VALIJA_SIDE_OUTGOING);
  DexFuture *future;

  if (self->stored)
    future = valija_engine_update_account (self->engine, self->account, incoming, outgoing);
  else
    future = valija_engine_add_account (self->engine, self->account, incoming, outgoing);

  valija_test_page_set_busy (self->test_page, TRUE);
  valija_future_then (future, self, stored_cb);
}

static void
done_clicked_cb (ValijaSetupAssistant *self)
{
  g_signal_emit (self, signals[CLOSE], 0);
}

static void
valija_setup_assistant_dispose (GObject *object)
{
  ValijaSetupAssistant *self = VALIJA_SETUP_ASSISTANT (object);

  dex_clear (&self->search);
  g_clear_object (&self->engine);
  g_clear_object (&self->account);
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), VALIJA_TYPE_SETUP_ASSISTANT);

  G_OBJECT_CLASS (valija_setup_assistant_parent_class)->dispose (object);
}

static void
valija_setup_assistant_finalize (GObject *object)
{
  ValijaSetupAssistant *self = VALIJA_SETUP_ASSISTANT (object);

  g_free (self->prefilled);
  g_ptr_array_unref (self->allowed);
  g_clear_pointer (&self->suggestion, valija_suggestion_free);

  G_OBJECT_CLASS (valija_setup_assistant_parent_class)->finalize (object);
}

static void
valija_setup_assistant_class_init (ValijaSetupAssistantClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (VALIJA_TYPE_IDENTITY_PAGE);
  g_type_ensure (VALIJA_TYPE_METHODS_PAGE);
  g_type_ensure (VALIJA_TYPE_REVIEW_PAGE);
  g_type_ensure (VALIJA_TYPE_SERVERS_PAGE);
  g_type_ensure (VALIJA_TYPE_TEST_PAGE);

  object_class->dispose = valija_setup_assistant_dispose;
  object_class->finalize = valija_setup_assistant_finalize;

  signals[ACCOUNT_ADDED] = g_signal_new ("account-added", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL, G_TYPE_NONE, 1, VALIJA_TYPE_ACCOUNT);
  signals[CLOSE] = g_signal_new ("close", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/valija/Valija/ui/valija-setup-assistant.ui");
  gtk_widget_class_bind_template_child (widget_class, ValijaSetupAssistant, view);
  gtk_widget_class_bind_template_child (widget_class, ValijaSetupAssistant, methods_page);
  gtk_widget_class_bind_template_child (widget_class, ValijaSetupAssistant, identity_page);
  gtk_widget_class_bind_template_child (widget_class, ValijaSetupAssistant, servers_page);
  gtk_widget_class_bind_template_child (widget_class, ValijaSetupAssistant, review_page);
  gtk_widget_class_bind_template_child (widget_class, ValijaSetupAssistant, test_page);
  gtk_widget_class_bind_template_child (widget_class, ValijaSetupAssistant, done_status);
  gtk_widget_class_bind_template_child (widget_class, ValijaSetupAssistant, done_button);
  gtk_widget_class_bind_template_callback (widget_class, method_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, identity_next_cb);
  gtk_widget_class_bind_template_callback (widget_class, servers_find_cb);
  gtk_widget_class_bind_template_callback (widget_class, servers_next_cb);
  gtk_widget_class_bind_template_callback (widget_class, servers_stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, review_next_cb);
  gtk_widget_class_bind_template_callback (widget_class, test_accepted_cb);
  gtk_widget_class_bind_template_callback (widget_class, test_edit_cb);
  gtk_widget_class_bind_template_callback (widget_class, done_clicked_cb);
}

static void
valija_setup_assistant_init (ValijaSetupAssistant *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->allowed = g_ptr_array_new_with_free_func (g_free);
}

GtkWidget *
valija_setup_assistant_new (ValijaEngine *engine)
{
  ValijaSetupAssistant *self = g_object_new (VALIJA_TYPE_SETUP_ASSISTANT, NULL);

  self->engine = g_object_ref (engine);
  valija_methods_page_set_methods (self->methods_page, valija_engine_list_methods (engine));

  return GTK_WIDGET (self);
}

void
valija_setup_assistant_show_method (ValijaSetupAssistant *self,
                                    const char           *id,
                                    ValijaAccount        *account)
{
  const ValijaMethod *method;
  AdwNavigationPage *page;

  g_return_if_fail (VALIJA_IS_SETUP_ASSISTANT (self));

  method = valija_engine_find_method (self->engine, id);
  g_return_if_fail (method != NULL);

  page = method_page_new (self, method, NULL);
  if (account != NULL)
    {
      valija_method_page_set_status (VALIJA_METHOD_PAGE (page), valija_engine_get_status (self->engine, account));
      adw_navigation_view_replace (self->view, &page, 1);
    }
  else
    adw_navigation_view_push (self->view, page);
}

void
valija_setup_assistant_edit_account (ValijaSetupAssistant *self,
                                     ValijaAccount        *account)
{
  AdwNavigationPage *page;

  g_return_if_fail (VALIJA_IS_SETUP_ASSISTANT (self));
  g_return_if_fail (VALIJA_IS_ACCOUNT (account));

  g_clear_object (&self->account);
  self->account = valija_account_copy (account);
  self->method = valija_engine_find_method (self->engine, valija_account_get_method (account));
  self->stored = TRUE;

  valija_identity_page_load (self->identity_page, self->method, self->account);
  valija_servers_page_set_hint (self->servers_page, _("Leave a password empty to keep the one that is stored."));
  valija_servers_page_load (self->servers_page, self->method, self->account, TRUE);

  page = ADW_NAVIGATION_PAGE (self->identity_page);
  adw_navigation_view_replace (self->view, &page, 1);
}

void
valija_setup_assistant_ask_password (ValijaSetupAssistant *self,
                                     ValijaAccount        *account,
                                     ValijaSide            side)
{
  AdwNavigationPage *page;

  g_return_if_fail (VALIJA_IS_SETUP_ASSISTANT (self));
  g_return_if_fail (VALIJA_IS_ACCOUNT (account));

  valija_setup_assistant_edit_account (self, account);
  self->asks_password = TRUE;
  valija_servers_page_set_hint (self->servers_page, _("Type the password. What is stored besides stays as it is."));
  valija_servers_page_ask_password (self->servers_page, side);

  page = ADW_NAVIGATION_PAGE (self->servers_page);
  adw_navigation_view_replace (self->view, &page, 1);
}
