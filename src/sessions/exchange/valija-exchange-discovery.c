/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-discovery.h"

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "base/valija-promise.h"
#include "model/valija-address.h"
#include "model/valija-discovery.h"
#include "net/valija-net-error.h"
#include "sessions/exchange/valija-exchange-auth.h"
#include "wire/ews/valija-ews-autodiscover.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Many a domain has a web server that never answers what it does not know. */
#define SECONDS 10
#define ANSWER_LIMIT (256 * 1024)
/* Each way to another host or address is a hop. */
#define HOPS 10
/* An organisation that is careful locks an account after three wrong passwords. */
#define SECRETS 2

#define EWS_PATH "/EWS/Exchange.asmx"

typedef struct
{
  ValijaSessionContext *context;
  char *email;              /* a redirect may change it */
  GPtrArray *domains;       /* of char *: whose hosts are trusted */
  GPtrArray *allowed;       /* of char *: hosts that the user agreed to */
  GHashTable *visited;      /* origins and addresses */
  GHashTable *knocks;       /* origin → Knock: hosts that were asked ahead of their turn */
  guint n_secrets;          /* how often the password was sent and refused */
  char *asks;               /* nullable: a host that the user must be asked about */
  ValijaDiscovery *found;   /* nullable: it is over */
  GError *refusal;          /* nullable: of the password, or of all ways to give it */
  GError *offline;          /* nullable: there is no network */
  GError *certificate;      /* nullable: a host shows one that is not trusted */
} Discovery;

/* The first question to a host, which gives no secret away. It is asked ahead, so that hosts that never answer are
 * waited for together; what comes of it is looked at when it is the host's turn. */
typedef struct
{
  ValijaHttp *http;
  DexFuture *answer;
} Knock;

static gboolean visit_fiber (Discovery *self, const char *origin, GError **error);
static gboolean round_fiber (Discovery *self, GError **error);

static void
knock_free (Knock *knock)
{
  dex_unref (knock->answer);
  g_object_unref (knock->http);
  g_free (knock);
}

static void
discovery_free (Discovery *self)
{
  g_object_unref (self->context);
  g_free (self->email);
  g_ptr_array_unref (self->domains);
  g_ptr_array_unref (self->allowed);
  g_hash_table_unref (self->knocks);
  g_hash_table_unref (self->visited);
  g_free (self->asks);
  g_clear_pointer (&self->found, valija_discovery_free);
  g_clear_error (&self->refusal);
  g_clear_error (&self->offline);
  g_clear_error (&self->certificate);
  g_free (self);
}

static ValijaServer *
get_server (Discovery *self)
{
  return valija_account_get_incoming (valija_session_context_get_account (self->context));
}

static void
note (Discovery  *self,
      const char *format,
      ...) G_GNUC_PRINTF (2, 3);

static void
note (Discovery  *self,
      const char *format,
      ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  valija_transcript_note (valija_session_context_get_transcript (self->context), "%s", text);
}

/* ---- Whom to trust ---- */

/* Whether the way may go on to @host (in ASCII). Whoever is a stranger is put to the user, in the end and once. */
static gboolean
admit (Discovery  *self,
       const char *host,
       const char *source)
{
  if (valija_autodiscover_is_online (host))
    {
      note (self, "%s is Exchange Online", host);
      if (self->found == NULL)
        self->found = valija_discovery_new (VALIJA_DISCOVERY_ELSEWHERE, host, 0, source, "outlook");
      return FALSE;
    }

  for (guint i = 0; i < self->domains->len; i++)
    {
      if (valija_autodiscover_is_within (host, g_ptr_array_index (self->domains, i)))
        return TRUE;
    }

  for (guint i = 0; i < self->allowed->len; i++)
    {
      if (g_ascii_strcasecmp (host, g_ptr_array_index (self->allowed, i)) == 0)
        return TRUE;
    }

  note (self, "%s leads to %s, which is to be asked about", source, host);
  if (self->asks == NULL)
    self->asks = g_strdup (host);

  return FALSE;
}

/* Whether @host reads the same for everybody who looks at it. */
static gboolean
is_plain_host (const char *host)
{
  for (const char *p = host; *p != '\0'; p++)
    {
      if (!g_ascii_isalnum (*p) && strchr (".-:", *p) == NULL)
        return FALSE;
    }

  return *host != '\0';
}

/* An address of the web, without anything before or in its host that could deceive. (nullable) */
static GUri *
parse_https (const char *text)
{
  g_autoptr(GUri) uri = g_uri_parse (text, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if (host == NULL || !is_plain_host (host) || g_uri_get_userinfo (uri) != NULL ||
      g_ascii_strcasecmp (g_uri_get_scheme (uri), "https") != 0)
    return NULL;

  return g_steal_pointer (&uri);
}

static char *
dup_origin (GUri *uri)
{
  const char *host = g_uri_get_host (uri);
  gboolean bare = strchr (host, ':') != NULL;
  int port = g_uri_get_port (uri);

  if (port <= 0 || port == 443)
    return g_strdup_printf (bare ? "https://[%s]" : "https://%s", host);

  return g_strdup_printf (bare ? "https://[%s]:%d" : "https://%s:%d", host, port);
}

static char *
dup_host (const char *origin)
{
  g_autoptr(GUri) uri = parse_https (origin);

  return g_strdup (uri != NULL ? g_uri_get_host (uri) : "");
}

/* ---- One question ---- */

static ValijaHttp *
create_http (Discovery  *self,
             const char *host,
             guint16     port)
{
  ValijaAccount *account = valija_session_context_get_account (self->context);
  guint timeout = MIN (valija_account_get_timeout (account), SECONDS);
  g_autoptr(ValijaEndpoint) endpoint = NULL;

  endpoint = valija_endpoint_new (host, port, VALIJA_SECURITY_TLS, timeout,
                                  valija_server_get_ca_file (get_server (self)));

  return valija_http_new (endpoint, valija_session_context_get_trust (self->context),
                          valija_session_context_get_traffic (self->context),
                          valija_session_context_get_transcript (self->context));
}

/* What the certificate of a host that nobody has typed may not be, to be asked about: it is for another name where the
 * web site of a domain stands at a hoster who knows nothing of its mail, and the rest speaks of somebody in between. */
#define NEVER_ASKED (VALIJA_CERTIFICATE_PROBLEM_WRONG_NAME | VALIJA_CERTIFICATE_PROBLEM_REVOKED | \
                     VALIJA_CERTIFICATE_PROBLEM_INSECURE | VALIJA_CERTIFICATE_PROBLEM_CHANGED)

/* An organisation may have an authority of its own. */
static gboolean
may_be_trusted (const GError *failure)
{
  const ValijaCertificate *certificate = valija_error_get_certificate (failure);

  return certificate != NULL && (certificate->problems & NEVER_ASKED) == 0;
}

/* What went wrong on the way. FALSE with @error set where that ends it all. */
static gboolean
take_failure (Discovery    *self,
              const GError *failure,
              GError      **error)
{
  if (valija_error_is_cancelled (failure) || g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_NO_SECRET) ||
      g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_KEYRING) ||
      g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_INVALID))
    {
      g_propagate_error (error, g_error_copy (failure));
      return FALSE;
    }

  if (g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_AUTHENTICATION))
    self->n_secrets++;

  if (g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_AUTHENTICATION) ||
      g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_NO_MECHANISM))
    {
      if (self->refusal == NULL)
        self->refusal = g_error_copy (failure);
    }
  else if (g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_OFFLINE) && self->offline == NULL)
    self->offline = g_error_copy (failure);
  else if (g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_CERTIFICATE) &&
           (self->certificate == NULL || may_be_trusted (failure)))
    {
      /* The later one is asked, the likelier it knows the mailbox */
      g_clear_error (&self->certificate);
      self->certificate = g_error_copy (failure);
    }

  return TRUE;
}

static ValijaHttpRequest *
create_request (Discovery                *self,
                const char               *origin,
                ValijaAutodiscoverDialect dialect)
{
  g_autofree char *path = valija_autodiscover_dup_path (dialect, self->email);
  g_autofree char *uri = g_strconcat (origin, path, NULL);
  g_autofree char *body = valija_autodiscover_dup_body (dialect, self->email, uri);
  ValijaHttpRequest *request = valija_http_request_new (body != NULL ? "POST" : "GET", uri);

  if (body != NULL)
    {
      valija_http_request_set_content_type (request, "text/xml; charset=utf-8");
      valija_http_request_add_text (request, body);
      valija_http_request_set_idempotent (request, TRUE);
    }
  valija_http_request_set_limit (request, ANSWER_LIMIT);

  return request;
}

static DexFuture *
ask_anonymously (Discovery                *self,
                 ValijaHttp               *http,
                 const char               *origin,
                 ValijaAutodiscoverDialect dialect)
{
  g_autoptr(ValijaHttpRequest) request = create_request (self, origin, dialect);

  valija_http_request_set_anonymous (request, TRUE);

  return valija_http_send (http, request);
}

/* Asks without telling who asks, then, of those that want to know and are asked in XML, signed in. NULL without @error
 * set: there is nothing to be learned here. @asked: (transfer full) (nullable) the first question, where it was asked
 * ahead. @answers: whether anybody is there. */
static ValijaHttpResponse *
send_fiber (Discovery                *self,
            ValijaHttp               *http,
            const char               *origin,
            ValijaAutodiscoverDialect dialect,
            DexFuture                *asked,
            gboolean                 *answers,
            GError                  **error)
{
  g_autoptr(ValijaHttpRequest) signed_in = create_request (self, origin, dialect);
  g_autoptr(ValijaHttpResponse) response = NULL;
  g_autoptr(GError) failure = NULL;
  ValijaHttpAuth auth;

  if (asked == NULL)
    asked = ask_anonymously (self, http, origin, dialect);
  response = dex_await_object (asked, &failure);
  *answers = response != NULL;
  if (response != NULL && valija_http_response_get_status (response) != 401)
    return g_steal_pointer (&response);

  if (response != NULL && dialect != VALIJA_AUTODISCOVER_JSON && self->n_secrets < SECRETS &&
      valija_exchange_choose_auth (self->context, valija_http_response_get_offers (response), &auth, &failure))
    {
      g_clear_object (&response);
      valija_exchange_set_auth (self->context, http, auth);
      if ((response = dex_await_object (valija_http_send (http, signed_in), &failure)) != NULL)
        return g_steal_pointer (&response);
    }

  if (failure != NULL)
    {
      note (self, "%s: %s", origin, failure->message);
      take_failure (self, failure, error);
    }

  return NULL;
}

/* ---- What the answers say ---- */

/* The way goes on at another host. */
static gboolean
follow_fiber (Discovery  *self,
              const char *source,
              const char *target,
              GError    **error)
{
  g_autoptr(GUri) uri = parse_https (target);
  g_autofree char *origin = uri != NULL ? dup_origin (uri) : NULL;
  g_autofree char *path = uri != NULL ? g_ascii_strdown (g_uri_get_path (uri), -1) : NULL;

  note (self, "%s leads to %s", source, target);

  /* A page to sign in, or the front page of a web site, is not meant for us */
  if (uri == NULL || strstr (path, "/autodiscover") == NULL || !admit (self, g_uri_get_host (uri), source))
    return TRUE;

  return visit_fiber (self, origin, error);
}

/* Begins anew with another address of the same mailbox. */
static gboolean
take_address_fiber (Discovery  *self,
                    const char *source,
                    const char *email,
                    GError    **error)
{
  g_autofree char *domain = NULL;

  note (self, "%s calls it %s", source, email);
  if (!valija_address_is_valid (email) || g_hash_table_contains (self->visited, email) ||
      (domain = g_hostname_to_ascii (strrchr (email, '@') + 1)) == NULL || !admit (self, domain, source))
    return TRUE;

  g_ptr_array_add (self->domains, g_steal_pointer (&domain));
  g_set_str (&self->email, email);

  return round_fiber (self, error);
}

/* Whether anybody answers there; whether it is the right one is seen when signing in. */
static gboolean
is_reachable_fiber (Discovery  *self,
                    GUri       *uri,
                    gboolean   *reachable,
                    GError    **error)
{
  g_autofree char *text = g_uri_to_string (uri);
  g_autoptr(ValijaHttp) http = create_http (self, g_uri_get_host (uri), 0);
  g_autoptr(ValijaHttpRequest) request = valija_http_request_new ("GET", text);
  g_autoptr(ValijaHttpResponse) response = NULL;
  g_autoptr(GError) failure = NULL;

  valija_http_request_set_anonymous (request, TRUE);
  response = dex_await_object (valija_http_send (http, request), &failure);
  *reachable = response != NULL && valija_http_response_get_status (response) == 401;
  if (failure != NULL)
    note (self, "%s: %s", text, failure->message);

  return failure == NULL || take_failure (self, failure, error);
}

/* Of the addresses that were told, the first that answers; if none does, the first. */
static gboolean
take_urls_fiber (Discovery          *self,
                 const char         *source,
                 const char * const *urls,
                 GError            **error)
{
  g_autoptr(GUri) first = NULL;
  g_autoptr(GUri) chosen = NULL;

  for (gsize i = 0; urls[i] != NULL && chosen == NULL; i++)
    {
      g_autoptr(GUri) uri = parse_https (urls[i]);
      gboolean reachable;

      note (self, "%s tells of %s", source, urls[i]);
      if (uri == NULL || g_ascii_strcasecmp (g_uri_get_path (uri), EWS_PATH) != 0 ||
          !admit (self, g_uri_get_host (uri), source))
        continue;

      if (!is_reachable_fiber (self, uri, &reachable, error))
        return FALSE;
      if (reachable)
        chosen = g_steal_pointer (&uri);
      else if (first == NULL)
        first = g_steal_pointer (&uri);
    }

  if (chosen == NULL)
    chosen = g_steal_pointer (&first);
  if (chosen != NULL && self->found == NULL)
    self->found = valija_discovery_new (VALIJA_DISCOVERY_FOUND, g_uri_get_host (chosen),
                                        g_uri_get_port (chosen) > 0 ? (guint16) g_uri_get_port (chosen) : 443, source,
                                        NULL);

  return TRUE;
}

static gboolean
take_answer_fiber (Discovery                *self,
                   const char               *source,
                   ValijaAutodiscoverAnswer *answer,
                   GError                  **error)
{
  switch (answer->kind)
    {
    case VALIJA_AUTODISCOVER_SETTINGS:
      return take_urls_fiber (self, source, (const char * const *) answer->ews_urls, error);
    case VALIJA_AUTODISCOVER_REDIRECT_URL:
      return follow_fiber (self, source, answer->target, error);
    case VALIJA_AUTODISCOVER_REDIRECT_ADDRESS:
      return take_address_fiber (self, source, answer->target, error);
    case VALIJA_AUTODISCOVER_REFUSED:
    default:
      note (self, "%s: %s", source, answer->message);
      return TRUE;
    }
}

/* What came of one question. */
static gboolean
take_response_fiber (Discovery                *self,
                     const char               *source,
                     ValijaAutodiscoverDialect dialect,
                     ValijaHttpResponse       *response,
                     GError                  **error)
{
  guint status = valija_http_response_get_status (response);
  g_autofree char *location = valija_http_response_dup_location (response);
  g_autoptr(GBytes) body = NULL;
  g_autoptr(ValijaAutodiscoverAnswer) answer = NULL;
  g_autoptr(GError) failure = NULL;

  if (status >= 300 && status < 400 && location != NULL)
    return follow_fiber (self, source, location, error);

  if (status != 200 && dialect != VALIJA_AUTODISCOVER_JSON)
    return TRUE;

  body = dex_await_boxed (valija_http_response_read_all (response, ANSWER_LIMIT), &failure);
  if (body != NULL)
    answer = valija_autodiscover_read (dialect, g_bytes_get_data (body, NULL), g_bytes_get_size (body), &failure);
  if (answer != NULL)
    return take_answer_fiber (self, source, answer, error);

  note (self, "%s: %s", source, failure->message);

  return take_failure (self, failure, error);
}

/* ---- Hosts ---- */

static gboolean
ask_fiber (Discovery                *self,
           ValijaHttp               *http,
           const char               *origin,
           ValijaAutodiscoverDialect dialect,
           DexFuture                *asked,
           gboolean                 *answers,
           GError                  **error)
{
  g_autoptr(ValijaHttpResponse) response = NULL;
  g_autoptr(GError) failure = NULL;
  g_autofree char *host = dup_host (origin);

  response = send_fiber (self, http, origin, dialect, asked, answers, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  return response == NULL || take_response_fiber (self, host, dialect, response, error);
}

static ValijaHttp *
create_http_for (Discovery *self,
                 GUri      *uri)
{
  return create_http (self, g_uri_get_host (uri), g_uri_get_port (uri) > 0 ? (guint16) g_uri_get_port (uri) : 0);
}

/* @origin is one that will be asked for the address, whatever the others say. */
static void
knock (Discovery  *self,
       const char *origin)
{
  g_autoptr(GUri) uri = parse_https (origin);
  Knock *knock;

  if (uri == NULL || g_hash_table_contains (self->knocks, origin))
    return;

  knock = g_new0 (Knock, 1);
  knock->http = create_http_for (self, uri);
  knock->answer = ask_anonymously (self, knock->http, origin, VALIJA_AUTODISCOVER_JSON);
  g_hash_table_insert (self->knocks, g_strdup (origin), knock);
}

/* Asks all that can be asked of one admitted host, until the way is known. */
static gboolean
visit_fiber (Discovery  *self,
             const char *origin,
             GError    **error)
{
  static const ValijaAutodiscoverDialect dialects[] = {
    VALIJA_AUTODISCOVER_JSON, VALIJA_AUTODISCOVER_POX, VALIJA_AUTODISCOVER_SOAP
  };
  g_autofree char *key = g_strconcat (origin, " ", self->email, NULL);
  g_autoptr(GUri) uri = parse_https (origin);
  g_autoptr(ValijaHttp) http = NULL;
  g_autofree char *known = NULL;
  Knock *ahead = NULL;

  if (uri == NULL || g_hash_table_size (self->visited) >= HOPS ||
      !g_hash_table_add (self->visited, g_steal_pointer (&key)))
    return TRUE;

  g_hash_table_steal_extended (self->knocks, origin, (gpointer *) &known, (gpointer *) &ahead);
  http = ahead != NULL ? g_object_ref (ahead->http) : create_http_for (self, uri);
  for (gsize i = 0; i < G_N_ELEMENTS (dialects) && self->found == NULL; i++)
    {
      DexFuture *asked = i == 0 && ahead != NULL ? dex_ref (ahead->answer) : NULL;
      gboolean answers = FALSE;

      g_clear_pointer (&ahead, knock_free);
      if (!ask_fiber (self, http, origin, dialects[i], asked, &answers, error))
        return FALSE;

      /* Nobody is there: the other questions would only take as long again */
      if (!answers && dialects[i] == VALIJA_AUTODISCOVER_JSON)
        break;
    }

  return TRUE;
}

/* Plain http, which tells nothing and is believed nothing but where to go on. */
static gboolean
visit_plain_fiber (Discovery  *self,
                   const char *domain,
                   GError    **error)
{
  g_autofree char *host = g_strconcat ("autodiscover.", domain, NULL);
  g_autofree char *uri = g_strdup_printf ("http://%s/autodiscover/autodiscover.xml", host);
  g_autoptr(ValijaHttp) http = create_http (self, host, 0);
  g_autoptr(ValijaHttpRequest) request = valija_http_request_new ("GET", uri);
  g_autoptr(ValijaHttpResponse) response = NULL;
  g_autofree char *location = NULL;
  g_autoptr(GError) failure = NULL;
  guint status;

  valija_http_request_set_anonymous (request, TRUE);
  valija_http_request_set_limit (request, ANSWER_LIMIT);
  if (!(response = dex_await_object (valija_http_send (http, request), &failure)))
    {
      note (self, "%s: %s", host, failure->message);
      return take_failure (self, failure, error);
    }

  status = valija_http_response_get_status (response);
  location = valija_http_response_dup_location (response);
  if ((status != 301 && status != 302) || location == NULL)
    return TRUE;

  return follow_fiber (self, host, location, error);
}

static void
records_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(DexPromise) promise = user_data;
  GError *error = NULL;
  GList *targets = g_resolver_lookup_service_finish (G_RESOLVER (source), result, &error);
  g_autoptr(GPtrArray) hosts = g_ptr_array_new_with_free_func (g_free);

  if (error != NULL)
    {
      valija_promise_reject (promise, error);
      return;
    }

  /* In the order in which they are to be tried (RFC 2782). Other ports are for other things. */
  for (GList *item = targets; item != NULL; item = item->next)
    {
      if (g_srv_target_get_port (item->data) == 443)
        g_ptr_array_add (hosts, g_strdup (g_srv_target_get_hostname (item->data)));
    }
  g_resolver_free_targets (targets);
  valija_promise_resolve_boxed (promise, G_TYPE_PTR_ARRAY, g_steal_pointer (&hosts));
}

static DexFuture *
lookup_records (const char *domain)
{
  DexPromise *promise = dex_promise_new_cancellable ();

  g_resolver_lookup_service_async (g_resolver_get_default (), "autodiscover", "tcp", domain,
                                   dex_promise_get_cancellable (promise), records_cb, dex_ref (promise));

  return DEX_FUTURE (promise);
}

static gboolean
visit_record_fiber (Discovery  *self,
                    const char *domain,
                    GError    **error)
{
  g_autoptr(GError) failure = NULL;
  g_autoptr(GPtrArray) hosts = NULL;
  g_autofree char *host = NULL;
  g_autofree char *origin = NULL;
  gsize length;

  hosts = dex_await_boxed (valija_future_with_timeout (lookup_records (domain), SECONDS * 1000), &failure);
  if (hosts == NULL && valija_error_is_cancelled (failure))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (hosts == NULL || hosts->len == 0)
    {
      note (self, "%s has no service record for Autodiscover", domain);
      return TRUE;
    }

  host = g_strdup (g_ptr_array_index (hosts, 0));
  length = strlen (host);
  if (length > 0 && host[length - 1] == '.')
    host[length - 1] = '\0';
  if (*host == '\0' || !admit (self, host, domain))
    return TRUE;

  origin = g_strconcat ("https://", host, NULL);

  return visit_fiber (self, origin, error);
}

/* ---- The whole ---- */

/* All that can be asked for one address. */
static gboolean
round_fiber (Discovery *self,
             GError   **error)
{
  g_autofree char *domain = g_hostname_to_ascii (strrchr (self->email, '@') + 1);
  g_autofree char *itself = g_strconcat ("https://", domain, NULL);
  g_autofree char *host = g_strconcat ("https://autodiscover.", domain, NULL);

  if (!g_hash_table_add (self->visited, g_strdup (self->email)))
    return TRUE;

  knock (self, itself);
  knock (self, host);
  if (!visit_fiber (self, itself, error))
    return FALSE;
  if (self->found == NULL && !visit_fiber (self, host, error))
    return FALSE;
  if (self->found == NULL && !visit_plain_fiber (self, domain, error))
    return FALSE;
  if (self->found == NULL && !visit_record_fiber (self, domain, error))
    return FALSE;

  return TRUE;
}

/* Who is asked about the certificate is told why this server is, and what it will be given. */
static GError *
create_question (Discovery *self)
{
  const ValijaCertificate *shown = valija_error_get_certificate (self->certificate);
  g_autoptr(ValijaCertificate) guessed = NULL;

  guessed = valija_certificate_new (shown->host, shown->port, shown->subject, shown->names, shown->issuer,
                                    shown->not_before, shown->not_after, shown->sha256,
                                    shown->problems | VALIJA_CERTIFICATE_PROBLEM_GUESSED_HOST);

  return valija_net_explain_secure (guessed->host, guessed->port, guessed,
                                    valija_session_context_get_trust (self->context), self->certificate);
}

static void
set_not_found (Discovery *self,
               GError   **error)
{
  const char *domain = strrchr (self->email, '@') + 1;

  if (self->refusal != NULL)
    g_propagate_error (error, g_steal_pointer (&self->refusal));
  else if (self->offline != NULL)
    g_propagate_error (error, g_steal_pointer (&self->offline));
  else if (self->certificate != NULL && may_be_trusted (self->certificate))
    g_propagate_error (error, create_question (self));
  else if (self->certificate != NULL)
    valija_error_set (error, VALIJA_ERROR_RESOLVE,
                      /* Translators: a domain, then sentences that say what is wrong with a certificate */
                      _("No Exchange server was found for %s. Type the server’s name; your administrator knows it. %s"),
                      domain, self->certificate->message);
  else
    valija_error_set (error, VALIJA_ERROR_RESOLVE,
                      _("No Exchange server was found for %s. Type the server’s name; your administrator knows it."),
                      domain);

  valija_error_locate (error, VALIJA_SIDE_BOTH, VALIJA_STEP_DISCOVER);
}

static DexFuture *
discover_fiber (gpointer data)
{
  Discovery *self = data;
  g_autoptr(GError) error = NULL;

  if (!round_fiber (self, &error))
    {
      valija_error_locate (&error, VALIJA_SIDE_BOTH, VALIJA_STEP_DISCOVER);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  if (self->found == NULL && self->asks != NULL)
    self->found = valija_discovery_new (VALIJA_DISCOVERY_ASKS, self->asks, 0, NULL, NULL);
  if (self->found != NULL)
    return dex_future_new_take_boxed (VALIJA_TYPE_DISCOVERY, g_steal_pointer (&self->found));

  set_not_found (self, &error);

  return dex_future_new_for_error (g_steal_pointer (&error));
}

/**
 * valija_exchange_discover:
 * @context: of an account with an address; its name, authorities, way of signing in and time-out are heeded
 * @allowed: (nullable) (array zero-terminated=1): hosts outside of the address's domain that the user agreed to
 *
 * Returns: (transfer full): a future that resolves to a ValijaDiscovery (boxed): the server, a host to ask the user
 *   about, or another method
 */
DexFuture *
valija_exchange_discover (ValijaSessionContext *context,
                          const char * const   *allowed)
{
  const char *email;
  const char *at;
  g_autofree char *domain = NULL;
  GError *error = NULL;
  Discovery *self;

  dex_return_error_if_fail (VALIJA_IS_SESSION_CONTEXT (context));

  email = valija_account_get_email (valija_session_context_get_account (context));
  at = strrchr (email, '@');
  if (!valija_address_is_valid (email) || at == NULL || (domain = g_hostname_to_ascii (at + 1)) == NULL)
    {
      valija_error_set (&error, VALIJA_ERROR_INVALID, _("To find the server, Valija needs your mail address."));
      valija_error_locate (&error, VALIJA_SIDE_BOTH, VALIJA_STEP_DISCOVER);
      return dex_future_new_for_error (error);
    }

  self = g_new0 (Discovery, 1);
  self->context = g_object_ref (context);
  self->email = g_strdup (email);
  self->domains = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->domains, g_steal_pointer (&domain));
  self->allowed = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; allowed != NULL && allowed[i] != NULL; i++)
    g_ptr_array_add (self->allowed, g_strdup (allowed[i]));
  self->visited = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->knocks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) knock_free);

  return valija_fiber_spawn (discover_fiber, self, (GDestroyNotify) discovery_free);
}
