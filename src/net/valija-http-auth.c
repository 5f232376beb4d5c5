/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-http-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/valija-error.h"

/* The first bytes of NTLM's first message in Base64: its signature and its type */
#define NTLM_NEGOTIATE "NTLM TlRMTVNTUAAB"

static const struct
{
  const char *scheme;
  ValijaHttpOffers offer;
  ValijaHttpAuth auth;
} SCHEMES[] = {
  { "Basic", VALIJA_HTTP_OFFER_BASIC, VALIJA_HTTP_AUTH_BASIC },
  { "NTLM", VALIJA_HTTP_OFFER_NTLM, VALIJA_HTTP_AUTH_NTLM },
  { "Negotiate", VALIJA_HTTP_OFFER_NEGOTIATE, VALIJA_HTTP_AUTH_NEGOTIATE },
  { "Bearer", VALIJA_HTTP_OFFER_BEARER, VALIJA_HTTP_AUTH_BEARER },
};

static ValijaHttpOffers
offer_of_scheme (const char *scheme, gsize length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SCHEMES); i++)
    {
      if (strlen (SCHEMES[i].scheme) == length && g_ascii_strncasecmp (SCHEMES[i].scheme, scheme, length) == 0)
        return SCHEMES[i].offer;
    }

  return VALIJA_HTTP_OFFER_OTHER;
}

static ValijaHttpOffers
offer_of_auth (ValijaHttpAuth auth)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SCHEMES); i++)
    {
      if (SCHEMES[i].auth == auth)
        return SCHEMES[i].offer;
    }

  return VALIJA_HTTP_OFFER_NONE;
}

/**
 * valija_http_parse_offers:
 * @headers: of a response
 *
 * Returns: the schemes of its WWW-Authenticate headers (RFC 9110 §11.6.1), however many stand in one
 */
ValijaHttpOffers
valija_http_parse_offers (SoupMessageHeaders *headers)
{
  const char *list = soup_message_headers_get_list (headers, "WWW-Authenticate");
  GSList *items = list != NULL ? soup_header_parse_list (list) : NULL;
  ValijaHttpOffers offers = VALIJA_HTTP_OFFER_NONE;

  for (GSList *item = items; item != NULL; item = item->next)
    {
      const char *text = item->data;
      gsize length = strcspn (text, " \t=");
      const char *behind = text + length + strspn (text + length, " \t");

      /* A scheme, and not a parameter of the one before */
      if (length > 0 && *behind != '=')
        offers |= offer_of_scheme (text, length);
    }

  soup_header_free_list (items);
  return offers;
}

/* "Negotiate, NTLM", or "" for nothing that has a name here. (transfer full) */
static char *
name_offers (ValijaHttpOffers offers)
{
  GString *names = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (SCHEMES); i++)
    {
      if (offers & SCHEMES[i].offer)
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", SCHEMES[i].scheme);
    }

  return g_string_free (names, FALSE);
}

static GError *
explain_missing_offer (ValijaHttpExchange *exchange, ValijaHttpOffers offers, const char *line)
{
  g_autofree char *names = name_offers (offers);
  g_autofree char *wanted = name_offers (offer_of_auth (valija_http_get_auth (exchange->http)));
  GError *error = NULL;

  if (*names == '\0')
    valija_error_set_server (&error, VALIJA_ERROR_NO_MECHANISM, line,
                             _("%s wants to know who is there, and offers no way of signing in that is known here."),
                             exchange->identity);
  else
    valija_error_set_server (&error, VALIJA_ERROR_NO_MECHANISM, line,
                             /* Translators: a server, and ways of signing in: "NTLM" and "Negotiate, Basic" */
                             _("%s does not let this account sign in by “%s”. It offers: %s."),
                             exchange->identity, wanted, names);

  return error;
}

static GError *
explain_refusal (ValijaHttpExchange *exchange, const char *line)
{
  ValijaHttpAuth auth = valija_http_get_auth (exchange->http);
  GError *error = NULL;

  if (auth == VALIJA_HTTP_AUTH_NEGOTIATE)
    valija_error_set_server (&error, VALIJA_ERROR_AUTHENTICATION, line,
                             _("%s does not accept the Kerberos ticket of this computer. Sign in to the organization’s "
                               "network anew, or with “kinit”. Where the server wants Extended Protection, which "
                               "Valija has for NTLM only, choose NTLM."),
                             exchange->identity);
  else if (auth == VALIJA_HTTP_AUTH_BEARER)
    valija_error_set_server (&error, VALIJA_ERROR_AUTHENTICATION, line,
                             _("%s no longer accepts the permission that was given to Valija."), exchange->identity);
  else
    valija_error_set_server (&error, VALIJA_ERROR_AUTHENTICATION, line, _("%s refused the name or the password."),
                             exchange->identity);

  return error;
}

static GError *
explain_without_secret (ValijaHttpExchange *exchange, ValijaHttpOffers offers, const char *line)
{
  ValijaHttpAuth auth = valija_http_get_auth (exchange->http);
  GError *error = NULL;

  if ((offers & offer_of_auth (auth)) == 0)
    return explain_missing_offer (exchange, offers, line);

  if (auth == VALIJA_HTTP_AUTH_NEGOTIATE)
    valija_error_set_server (&error, VALIJA_ERROR_AUTHENTICATION, line,
                             _("This computer has no Kerberos ticket for %s. Sign in to the organization’s network, or "
                               "with “kinit”."),
                             exchange->identity);
  else
    valija_error_set_server (&error, VALIJA_ERROR_PROTOCOL, line,
                             _("%s, or something before it, breaks off signing in before the password was asked for."),
                             exchange->identity);

  return error;
}

/**
 * valija_http_explain_unauthorized:
 * @exchange: one that was answered by 401 though it signs in
 * @refused: (out): whether the secret itself was refused
 *
 * Returns: (transfer full): why, at the step of signing in
 */
GError *
valija_http_explain_unauthorized (ValijaHttpExchange *exchange, gboolean *refused)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);
  const char *given = soup_message_headers_get_one (soup_message_get_request_headers (exchange->message),
                                                    "Authorization");
  /* Words, where there are some: a challenge is none for people, and what it offers is said in the sentence */
  const char *line = soup_message_headers_get_one (headers, "X-MS-Diagnostics");
  GError *error;

  /* What an NTLM exchange begins with tells no secret yet. */
  *refused = given != NULL && !g_str_has_prefix (given, NTLM_NEGOTIATE);
  error = *refused ? explain_refusal (exchange, line)
                   : explain_without_secret (exchange, valija_http_parse_offers (headers), line);
  valija_error_locate (&error, VALIJA_SIDE_NONE, VALIJA_STEP_SIGN_IN);

  return error;
}

/* Which schemes @session knows. Beside that of @auth it is Basic, for a proxy, whose name and password libsoup has of
 * the system's settings; valija_http_answers() keeps it from the server. */
void
valija_http_choose_auth (SoupSession *session, ValijaHttpAuth auth)
{
  /* NTLM is our own: libsoup's knows no channel binding and no password but in ASCII, and goes down to version 1. Its
   * Negotiate knows none either: it gives GSSAPI no bindings (libsoup 3.6), and nothing of it can be led to. */
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_DIGEST);
  if (auth == VALIJA_HTTP_AUTH_NEGOTIATE)
    soup_session_add_feature_by_type (session, SOUP_TYPE_AUTH_NEGOTIATE);
}

/* Whether @scheme, which libsoup knows, is that of @auth: exactly this one answers a 401. */
gboolean
valija_http_answers (ValijaHttpAuth auth, SoupAuth *scheme)
{
  gboolean basic = g_ascii_strcasecmp (soup_auth_get_scheme_name (scheme), "Basic") == 0;

  return auth == (basic ? VALIJA_HTTP_AUTH_BASIC : VALIJA_HTTP_AUTH_NEGOTIATE);
}
