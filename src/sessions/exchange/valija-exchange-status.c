/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-status.h"

#include "base/valija-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

gboolean
valija_exchange_status_is_envelope (ValijaHttpResponse *response)
{
  guint status = valija_http_response_get_status (response);
  const char *type = valija_http_response_get_content_type (response);

  /* A fault comes with 500, but not from all servers */
  return (status == 200 || status == 400 || status == 500) && strstr (type, "xml") != NULL &&
         strstr (type, "html") == NULL;
}

gboolean
valija_exchange_status_leaves_doubt (ValijaHttpResponse *response)
{
  guint status = valija_http_response_get_status (response);

  return status == 500 || status == 502 || status == 504;
}

void
valija_exchange_status_set_error (ValijaHttpResponse *response,
                                  GError            **error)
{
  guint status = valija_http_response_get_status (response);
  g_autofree char *line = valija_http_response_dup_status_line (response);

  if (status >= 300 && status < 400)
    valija_error_set_server (error, VALIJA_ERROR_PROTOCOL, line,
                             _("The server sends to another page instead of answering; often that is a page to sign in "
                               "on the web. Ask your administrator for the address of Exchange Web Services."));
  else if (status == 403)
    valija_error_set_server (error, VALIJA_ERROR_REFUSED, line,
                             _("The server does not let this account or this application use Exchange Web "
                               "Services. Ask your administrator to switch them on for you."));
  else if (status == 404 || status == 405 || status == 410 || status == 451)
    valija_error_set_server (error, VALIJA_ERROR_UNSUPPORTED, line,
                             _("There are no Exchange Web Services at that address. Check the server’s name, or ask "
                               "your administrator for it."));
  else if (status == 413)
    valija_error_set_server (error, VALIJA_ERROR_TOO_LARGE, line, _("The message is larger than the server takes."));
  else if (status == 456 || status == 457)
    valija_error_set_server (error, VALIJA_ERROR_AUTHENTICATION, line,
                             _("The password has expired, or the account is blocked. Ask your organization."));
  else if (status == 429 || status >= 500)
    valija_error_set_server (error, VALIJA_ERROR_TRY_LATER, line,
                             _("The server cannot answer now. Try again in a while."));
  else if (status >= 400)
    valija_error_set_server (error, VALIJA_ERROR_REFUSED, line, _("The server refused it."));
  else
    valija_error_set_server (error, VALIJA_ERROR_PROTOCOL, line,
                             _("A web page came instead of an answer; often that is a page to sign in on the web. Ask "
                               "your administrator for the address of Exchange Web Services."));
}
