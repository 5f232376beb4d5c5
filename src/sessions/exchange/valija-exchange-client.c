/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-client.h"

#include "base/valija-error.h"
#include "sessions/exchange/valija-exchange-auth.h"
#include "sessions/exchange/valija-exchange-moved.h"
#include "sessions/exchange/valija-exchange-status.h"
#include "wire/ews/valija-ews-autodiscover.h"
#include "wire/ews/valija-ews-reader.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define PATH "/EWS/Exchange.asmx"
#define NAMESPACE "http://schemas.microsoft.com/exchange/services/2006/messages/"

/* A message of 60 MB in base64, and the XML around it. */
#define ANSWER_LIMIT (G_GUINT64_CONSTANT (256) * 1024 * 1024)

/* How often one request is sent on to where the mailbox is said to be. */
#define MOVES 3

struct _ValijaExchangeClient
{
  grefcount ref_count;
  ValijaSessionContext *context;
  ValijaHttp *http;
  char *uri;
  ValijaEwsSchema schema;
  ValijaHttpAuth auth;
  guint major;
  guint minor;
};

typedef struct
{
  ValijaExchangeClient *client;
  ValijaExchangeReply *reply;
  ValijaExchangeTransfer *transfer;
} Reading;

ValijaExchangeClient *
valija_exchange_client_new (ValijaSessionContext *context)
{
  ValijaExchangeClient *self = g_new0 (ValijaExchangeClient, 1);
  ValijaAccount *account = valija_session_context_get_account (context);
  ValijaServer *server = valija_account_get_incoming (account);
  ValijaSecurity security = valija_server_get_security (server);
  const char *host = valija_server_get_host (server);
  guint port = valija_server_get_port (server);

  g_ref_count_init (&self->ref_count);
  self->context = g_object_ref (context);
  self->uri = g_uri_join (G_URI_FLAGS_NONE, security == VALIJA_SECURITY_NONE ? "http" : "https", NULL, host,
                          port != 0 ? (int) port : -1, PATH, NULL, NULL);
  self->schema = VALIJA_EWS_2013_SP1;
  self->http = valija_session_context_create_http (context, VALIJA_SIDE_INCOMING);

  return self;
}

ValijaExchangeClient *
valija_exchange_client_ref (ValijaExchangeClient *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
valija_exchange_client_unref (ValijaExchangeClient *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  valija_http_close (self->http);
  g_clear_object (&self->http);
  g_clear_object (&self->context);
  g_free (self->uri);
  g_free (self);
}

void
valija_exchange_client_close (ValijaExchangeClient *self)
{
  valija_http_close (self->http);
}

ValijaEwsSchema
valija_exchange_client_get_schema (ValijaExchangeClient *self)
{
  return self->schema;
}

void
valija_exchange_client_set_schema (ValijaExchangeClient *self,
                                   ValijaEwsSchema       schema)
{
  self->schema = schema;
}

char *
valija_exchange_client_dup_server (ValijaExchangeClient *self)
{
  static const struct { guint major, minor; const char *name; } known[] = {
    { 14, 0, "2010" }, { 14, 1, "2010 SP1" }, { 14, 2, "2010 SP2" }, { 14, 3, "2010 SP3" },
    { 15, 0, "2013" }, { 15, 1, "2016" }, { 15, 2, "2019 or SE" },
  };

  if (self->major == 0)
    return NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      if (known[i].major == self->major && known[i].minor == self->minor)
        return g_strdup_printf ("Exchange Server %s (%u.%u)", known[i].name, self->major, self->minor);
    }

  return g_strdup_printf ("Exchange Server (%u.%u)", self->major, self->minor);
}

const char *
valija_exchange_client_get_sign_in (ValijaExchangeClient *self)
{
  switch (self->auth)
    {
    case VALIJA_HTTP_AUTH_BASIC: return "Basic";
    case VALIJA_HTTP_AUTH_NTLM: return "NTLM";
    case VALIJA_HTTP_AUTH_NEGOTIATE: return "Kerberos";
    case VALIJA_HTTP_AUTH_BEARER: return "Bearer";
    case VALIJA_HTTP_AUTH_NONE:
    default: return "–";
    }
}

/* ---- Signing in ---- */

/* What the server at @uri says to who has not said his name yet: a 401, or why there are no services to be had. */
static gboolean
probe_fiber (ValijaExchangeClient *self,
             const char           *uri,
             ValijaHttpOffers     *offers,
             GError              **error)
{
  g_autoptr(ValijaHttpRequest) request = valija_http_request_new ("GET", uri);
  g_autoptr(ValijaHttpResponse) response = NULL;

  valija_http_request_set_anonymous (request, TRUE);
  if (!(response = dex_await_object (valija_http_send (self->http, request), error)))
    return FALSE;

  *offers = valija_http_response_get_offers (response);
  if (valija_http_response_get_status (response) == 401)
    return TRUE;

  valija_exchange_status_set_error (response, error);

  return FALSE;
}

/* *@auth: how to sign in at @uri. Nothing changes by it. */
static gboolean
choose_auth_fiber (ValijaExchangeClient *self,
                   const char           *uri,
                   ValijaHttpAuth       *auth,
                   GError              **error)
{
  ValijaHttpOffers offers = VALIJA_HTTP_OFFER_NONE;

  if (!probe_fiber (self, uri, &offers, error))
    return FALSE;
  if (!valija_exchange_choose_auth (self->context, offers, auth, error))
    {
      valija_error_locate (error, VALIJA_SIDE_BOTH, VALIJA_STEP_SIGN_IN);
      return FALSE;
    }

  return TRUE;
}

static void
set_auth (ValijaExchangeClient *self,
          ValijaHttpAuth        auth)
{
  self->auth = auth;
  valija_exchange_set_auth (self->context, self->http, auth);
}

gboolean
valija_exchange_client_sign_in_fiber (ValijaExchangeClient *self,
                                      GError              **error)
{
  ValijaAccount *account = valija_session_context_get_account (self->context);
  ValijaHttpAuth auth;

  if (valija_autodiscover_is_online (valija_server_get_host (valija_account_get_incoming (account))))
    {
      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED,
                        _("That is Microsoft’s own service, Exchange Online, where this interface is switched off. "
                          "Use the method Outlook instead."));
      return FALSE;
    }

  if (!choose_auth_fiber (self, self->uri, &auth, error))
    return FALSE;

  set_auth (self, auth);

  return TRUE;
}

/* ---- Reading the answer ---- */

void
valija_exchange_reply_free (ValijaExchangeReply *self)
{
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  g_clear_pointer (&self->content, g_bytes_unref);
  g_free (self);
}

static void
version_cb (guint    major,
            guint    minor,
            gpointer user_data)
{
  Reading *reading = user_data;

  reading->client->major = major;
  reading->client->minor = minor;
}

static gboolean
content_cb (const void *data,
            gsize       length,
            gpointer    user_data,
            GError    **error)
{
  Reading *reading = user_data;

  return valija_exchange_transfer_take (reading->transfer, data, length, error);
}

static void
message_cb (ValijaEwsNode *message,
            gpointer       user_data)
{
  Reading *reading = user_data;

  g_ptr_array_add (reading->reply->messages, message);
}

static void
reading_free (Reading *reading)
{
  g_clear_pointer (&reading->reply, valija_exchange_reply_free);
  g_clear_pointer (&reading->transfer, valija_exchange_transfer_unref);
  g_free (reading);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reading, reading_free)

static ValijaExchangeReply *
read_answer_fiber (ValijaExchangeClient    *self,
                   ValijaHttpResponse      *response,
                   ValijaExchangeTransfer  *transfer,
                   GError                 **error)
{
  static const ValijaEwsHandler handler = { version_cb, content_cb, message_cb };
  g_autoptr(Reading) reading = g_new0 (Reading, 1);
  g_autoptr(ValijaEwsReader) reader = valija_ews_reader_new (&handler, reading);
  g_autoptr(GError) failure = NULL;

  reading->client = self;
  reading->transfer = valija_exchange_transfer_ref (transfer);
  valija_exchange_transfer_begin (transfer);
  reading->reply = g_new0 (ValijaExchangeReply, 1);
  reading->reply->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_ews_node_free);

  while (TRUE)
    {
      DexFuture *read = valija_exchange_transfer_until_cancelled (transfer, valija_http_response_read (response));
      g_autoptr(GBytes) piece = dex_await_boxed (read, error);

      if (piece == NULL)
        return NULL;
      if (g_bytes_get_size (piece) == 0)
        break;
      if (!valija_ews_reader_feed (reader, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece), error))
        return NULL;
    }

  if (!valija_ews_reader_finish (reader, error))
    return NULL;

  reading->reply->content = valija_exchange_transfer_finish (transfer, &failure);
  if (failure == NULL)
    return g_steal_pointer (&reading->reply);

  g_propagate_error (error, g_steal_pointer (&failure));

  return NULL;
}

/* ---- Asking ---- */

static void
set_doubt (const char  *line,
           GError     **error)
{
  valija_error_set_server (error, VALIJA_ERROR_UNCERTAIN, line,
                           _("The server gave up half way: it may have been done or not."));
}

/* Of several servers behind one name only the one that was subscribed to knows of it: such requests say that they want
 * the same one, which sets a cookie for it. */
static ValijaHttpRequest *
create_post (ValijaExchangeClient   *self,
             ValijaEwsRequest       *request,
             ValijaExchangeTransfer *transfer)
{
  static const char * const about_news[] = { "Subscribe", "GetStreamingEvents", "GetEvents", NULL };
  ValijaHttpRequest *post = valija_http_request_new ("POST", self->uri);
  g_autofree char *action = g_strdup_printf ("\"" NAMESPACE "%s\"", request->operation);
  g_autofree char *id = g_uuid_string_random ();
  const char *email = request->mailbox != NULL
                        ? request->mailbox
                        : valija_account_get_email (valija_session_context_get_account (self->context));

  valija_http_request_set_content_type (post, "text/xml; charset=utf-8");
  valija_http_request_set_header (post, "SOAPAction", action);
  valija_http_request_set_header (post, "client-request-id", id);
  valija_http_request_set_header (post, "return-client-request-id", "true");
  if (*email != '\0')
    valija_http_request_set_header (post, "X-AnchorMailbox", email);
  if (g_strv_contains (about_news, request->operation))
    valija_http_request_set_header (post, "X-PreferServerAffinity", "true");
  valija_http_request_add_bytes (post, request->head);
  if (request->content != NULL)
    {
      valija_http_request_add_base64 (post, request->content);
      valija_http_request_add_bytes (post, request->tail);
      if (transfer != NULL)
        valija_exchange_transfer_watch_upload (transfer, post, request->content);
    }
  valija_http_request_set_idempotent (post, request->repeatable);
  valija_http_request_set_limit (post, ANSWER_LIMIT);

  return post;
}

/* Whether @request, which *@response from @asked answers, is to be made once more: the mailbox is elsewhere. FALSE
 * without @error: it is not, and *@response is still there. */
static gboolean
follow_fiber (ValijaExchangeClient  *self,
              ValijaEwsRequest      *request,
              const char            *asked,
              ValijaHttpResponse   **response,
              GError               **error)
{
  guint status = valija_http_response_get_status (*response);
  g_autoptr(GUri) location = NULL;
  g_autofree char *uri = NULL;
  ValijaHttpAuth auth;

  /* Another request was told so meanwhile, and who it is was said there */
  if ((status == 401 || status == 451) && !g_str_equal (asked, self->uri))
    return TRUE;

  if (!valija_exchange_find_moved (valija_session_context_get_account (self->context), request->mailbox, asked,
                                   *response, &location, error) ||
      location == NULL)
    return FALSE;

  /* It takes a place that the next request may need */
  g_clear_object (response);
  uri = g_uri_to_string (location);
  if (!choose_auth_fiber (self, uri, &auth, error))
    return FALSE;

  /* All at once, now that it has answered; where another request came first there it stays */
  if (g_str_equal (asked, self->uri))
    {
      g_free (self->uri);
      self->uri = g_steal_pointer (&uri);
      valija_http_approve (self->http, g_uri_get_host (location), (guint16) MAX (g_uri_get_port (location), 0),
                           VALIJA_SECURITY_TLS);
      set_auth (self, auth);
    }

  return TRUE;
}

/* @transfer: (nullable). @seconds: how long the server may be silent in an answer that stays open; 0: it is none */
static ValijaHttpResponse *
send_fiber (ValijaExchangeClient    *self,
            ValijaEwsRequest        *request,
            ValijaExchangeTransfer  *transfer,
            guint                    seconds,
            GError                 **error)
{
  for (guint moves = 0; ; moves++)
    {
      g_autofree char *asked = g_strdup (self->uri);
      g_autoptr(ValijaHttpRequest) post = create_post (self, request, transfer);
      g_autoptr(ValijaHttpResponse) response = NULL;
      g_autoptr(GError) failure = NULL;
      DexFuture *sent;

      if (seconds > 0)
        {
          valija_http_request_set_streaming (post, TRUE);
          valija_http_request_set_timeout (post, seconds);
        }

      sent = valija_http_send (self->http, post);
      if (transfer != NULL)
        sent = valija_exchange_transfer_until_cancelled (transfer, sent);
      if (!(response = dex_await_object (sent, error)))
        return NULL;

      if (moves < MOVES && follow_fiber (self, request, asked, &response, &failure))
        continue;

      if (failure == NULL)
        return g_steal_pointer (&response);

      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
}

static ValijaExchangeReply *
post_fiber (ValijaExchangeClient    *self,
            ValijaEwsRequest        *request,
            ValijaExchangeTransfer  *transfer,
            GError                 **error)
{
  g_autoptr(ValijaHttpResponse) response = send_fiber (self, request, transfer, 0, error);
  ValijaExchangeReply *reply;
  g_autoptr(GError) failure = NULL;

  if (response == NULL)
    return NULL;

  if (!valija_exchange_status_is_envelope (response))
    {
      g_autofree char *line = valija_http_response_dup_status_line (response);

      if (!request->repeatable && valija_exchange_status_leaves_doubt (response))
        set_doubt (line, error);
      else
        valija_exchange_status_set_error (response, error);
      return NULL;
    }

  if ((reply = read_answer_fiber (self, response, transfer, &failure)) != NULL)
    return reply;

  /* The server answered, so it was done; what it said of it is lost */
  if (!request->repeatable)
    valija_error_set (error, VALIJA_ERROR_UNCERTAIN,
                      _("The connection was lost in the middle of the server’s answer."));
  else
    g_propagate_error (error, g_steal_pointer (&failure));

  return NULL;
}

/* What may have been done is not to be done again by itself. */
static void
set_result_error (const ValijaEwsRequest *request,
                  const ValijaEwsResult  *result,
                  GError                **error)
{
  if (!request->repeatable && valija_ews_result_leaves_doubt (result))
    set_doubt (result->code, error);
  else
    valija_ews_result_set_error (result, error);
}

/* @is_single: its one response message must be FINE as well */
static ValijaExchangeReply *
repeat_fiber (ValijaExchangeClient    *self,
              ValijaEwsRequest        *request,
              gboolean                 is_single,
              ValijaExchangeTransfer  *transfer,
              GError                 **error)
{
  for (guint attempt = 0; ; attempt++)
    {
      g_autoptr(GError) failure = NULL;
      g_autoptr(ValijaExchangeReply) reply = post_fiber (self, request, transfer, &failure);
      ValijaEwsResult result;

      /* Cut off in the middle: once more, on another connection */
      if (attempt == 0 && request->repeatable && g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_DISCONNECTED))
        continue;

      if (reply == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }

      if (reply->messages->len == 0 && request->n_expected > 0)
        {
          valija_error_set (error, request->repeatable ? VALIJA_ERROR_REFUSED : VALIJA_ERROR_UNCERTAIN,
                            _("The server did not say what became of it."));
          return NULL;
        }

      valija_ews_result_read (g_ptr_array_index (reply->messages, 0), &result);
      if (!result.is_fault && (!is_single || result.reaction == VALIJA_EWS_FINE))
        return g_steal_pointer (&reply);

      if (attempt + 1 == VALIJA_EXCHANGE_ATTEMPTS || !valija_ews_result_is_for_later (&result, request->repeatable))
        {
          set_result_error (request, &result, error);
          return NULL;
        }

      valija_exchange_client_back_off (self, &result, (guint) VALIJA_EXCHANGE_PAUSE_MS << attempt);
    }
}

ValijaExchangeReply *
valija_exchange_client_run_fiber (ValijaExchangeClient *self,
                                  ValijaEwsRequest     *request,
                                  GError              **error)
{
  g_autoptr(ValijaEwsRequest) owned = request;
  g_autoptr(ValijaExchangeTransfer) transfer = valija_exchange_transfer_new ();

  return repeat_fiber (self, request, FALSE, transfer, error);
}

ValijaExchangeReply *
valija_exchange_client_ask_fiber (ValijaExchangeClient *self,
                                  ValijaEwsRequest     *request,
                                  GError              **error)
{
  g_autoptr(ValijaExchangeTransfer) transfer = valija_exchange_transfer_new ();

  return valija_exchange_client_transfer_fiber (self, request, transfer, error);
}

ValijaExchangeReply *
valija_exchange_client_transfer_fiber (ValijaExchangeClient    *self,
                                       ValijaEwsRequest        *request,
                                       ValijaExchangeTransfer  *transfer,
                                       GError                 **error)
{
  g_autoptr(ValijaEwsRequest) owned = request;

  return repeat_fiber (self, request, TRUE, transfer, error);
}

/* ---- An answer that stays open ---- */

typedef struct
{
  ValijaExchangeStreamFunc take;
  gpointer user_data;
  gboolean is_over;
} Stream;

static void
stream_message_cb (ValijaEwsNode *message,
                   gpointer       user_data)
{
  Stream *stream = user_data;

  if (!stream->is_over)
    stream->is_over = !stream->take (message, stream->user_data);
  valija_ews_node_free (message);
}

static gboolean
read_stream_fiber (ValijaHttpResponse *response,
                   Stream             *stream,
                   GError            **error)
{
  static const ValijaEwsHandler handler = { NULL, NULL, stream_message_cb };
  g_autoptr(ValijaEwsReader) reader = valija_ews_reader_new (&handler, stream);

  while (!stream->is_over)
    {
      g_autoptr(GBytes) piece = dex_await_boxed (valija_http_response_read (response), error);

      if (piece == NULL)
        return FALSE;
      if (g_bytes_get_size (piece) == 0)
        break;
      if (!valija_ews_reader_feed (reader, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece), error))
        return FALSE;
    }

  return TRUE;
}

gboolean
valija_exchange_client_stream_fiber (ValijaExchangeClient     *self,
                                     ValijaEwsRequest         *request,
                                     guint                     seconds,
                                     ValijaExchangeStreamFunc  take,
                                     gpointer                  user_data,
                                     GError                  **error)
{
  g_autoptr(ValijaEwsRequest) owned = request;
  g_autoptr(ValijaHttpResponse) response = send_fiber (self, request, NULL, seconds, error);
  Stream stream = { take, user_data, FALSE };

  if (response == NULL)
    return FALSE;

  if (!valija_exchange_status_is_envelope (response))
    {
      valija_exchange_status_set_error (response, error);
      return FALSE;
    }

  return read_stream_fiber (response, &stream, error);
}

void
valija_exchange_client_back_off (ValijaExchangeClient  *self,
                                 const ValijaEwsResult *result,
                                 guint                  milliseconds)
{
  valija_http_back_off (self->http, result->back_off != 0 ? result->back_off : milliseconds);
}
