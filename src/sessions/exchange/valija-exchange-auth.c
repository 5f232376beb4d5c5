/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-auth.h"

#include "base/valija-error.h"

#include <glib/gi18n-lib.h>

static ValijaServer *
get_server (ValijaSessionContext *context)
{
  return valija_account_get_incoming (valija_session_context_get_account (context));
}

static DexFuture *
secret_cb (gpointer user_data)
{
  return valija_session_context_lookup_secret (user_data, VALIJA_SIDE_INCOMING);
}

static gboolean
choose_named (const char     *mechanism,
              ValijaHttpAuth *auth,
              GError        **error)
{
  static const struct { const char *name; ValijaHttpAuth auth; } known[] = {
    { "basic", VALIJA_HTTP_AUTH_BASIC }, { "ntlm", VALIJA_HTTP_AUTH_NTLM },
    { "negotiate", VALIJA_HTTP_AUTH_NEGOTIATE }, { "kerberos", VALIJA_HTTP_AUTH_NEGOTIATE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      if (g_ascii_strcasecmp (mechanism, known[i].name) == 0)
        {
          *auth = known[i].auth;
          return TRUE;
        }
    }

  valija_error_set (error, VALIJA_ERROR_INVALID, _("Exchange knows no way of signing in called “%s”."), mechanism);

  return FALSE;
}

gboolean
valija_exchange_choose_auth (ValijaSessionContext *context,
                             ValijaHttpOffers      offers,
                             ValijaHttpAuth       *auth,
                             GError              **error)
{
  ValijaServer *server = get_server (context);
  gboolean is_protected = valija_server_get_security (server) != VALIJA_SECURITY_NONE;

  if (*valija_server_get_mechanism (server) != '\0')
    return choose_named (valija_server_get_mechanism (server), auth, error);

  if (offers & VALIJA_HTTP_OFFER_NTLM)
    *auth = VALIJA_HTTP_AUTH_NTLM;
  else if ((offers & VALIJA_HTTP_OFFER_BASIC) && (is_protected || valija_server_get_cleartext_password (server)))
    *auth = VALIJA_HTTP_AUTH_BASIC;
  else if (offers & VALIJA_HTTP_OFFER_NEGOTIATE)
    *auth = VALIJA_HTTP_AUTH_NEGOTIATE;
  else
    {
      valija_error_set (error, VALIJA_ERROR_NO_MECHANISM,
                        _("The server offers no way of signing in that Valija can use with a password."));
      return FALSE;
    }

  return TRUE;
}

void
valija_exchange_set_auth (ValijaSessionContext *context,
                          ValijaHttp           *http,
                          ValijaHttpAuth        auth)
{
  const char *user = valija_server_get_user (get_server (context));
  gboolean asks_secret = auth != VALIJA_HTTP_AUTH_NEGOTIATE;

  if (*user == '\0')
    user = valija_account_get_email (valija_session_context_get_account (context));

  valija_http_set_auth (http, auth, user, asks_secret ? secret_cb : NULL,
                        asks_secret ? g_object_ref (context) : NULL, asks_secret ? g_object_unref : NULL);
}
