/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/exchange/valija-exchange-moved.h"

#include "base/valija-error.h"
#include "wire/ews/valija-ews-autodiscover.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define HTTP_STATUS 451
#define HEADER "X-MS-Location"

static gboolean
is_trusted (ValijaAccount *account,
            const char    *uri,
            const char    *host)
{
  g_autoptr(GUri) asked = g_uri_parse (uri, G_URI_FLAGS_NONE, NULL);
  const char *at = strrchr (valija_account_get_email (account), '@');
  g_autofree char *domain = at != NULL ? g_hostname_to_ascii (at + 1) : NULL;

  return (asked != NULL && g_ascii_strcasecmp (g_uri_get_host (asked), host) == 0) ||
         (domain != NULL && valija_autodiscover_is_within (host, domain));
}

gboolean
valija_exchange_find_moved (ValijaAccount      *account,
                            const char         *shared,
                            const char         *uri,
                            ValijaHttpResponse *response,
                            GUri              **location,
                            GError            **error)
{
  const char *header = valija_http_response_get_header (response, HEADER);
  g_autofree char *line = NULL;
  g_autofree char *host = NULL;
  g_autoptr(GUri) found = NULL;

  *location = NULL;
  if (valija_http_response_get_status (response) != HTTP_STATUS || header == NULL ||
      (found = g_uri_parse (header, G_URI_FLAGS_NONE, NULL)) == NULL ||
      (host = g_hostname_to_ascii (g_uri_get_host (found) != NULL ? g_uri_get_host (found) : "")) == NULL ||
      *host == '\0')
    return TRUE;

  line = valija_http_response_dup_status_line (response);
  if (shared != NULL)
    {
      valija_error_set_server (error, VALIJA_ERROR_UNSUPPORTED, line,
                               /* Translators: a mailbox's address, and the name of a server */
                               _("The server says that the shared mailbox %s is at “%s”, where Valija does not go for "
                                 "it."), shared, host);
      return FALSE;
    }

  if (valija_autodiscover_is_online (host))
    {
      valija_error_set_server (error, VALIJA_ERROR_UNSUPPORTED, line,
                               _("That is Microsoft’s own service, Exchange Online, where this interface is switched "
                                 "off. Use the method Outlook instead."));
      return FALSE;
    }

  if (g_strcmp0 (g_uri_get_scheme (found), "https") == 0 && g_uri_get_userinfo (found) == NULL &&
      is_trusted (account, uri, host))
    {
      *location = g_steal_pointer (&found);
      return TRUE;
    }

  valija_error_set_server (error, VALIJA_ERROR_UNSUPPORTED, line,
                           /* Translators: the argument is the name of a server */
                           _("The server says that your mailbox is at “%s”, where Valija does not go by itself. If you "
                             "know it as your organization’s, make it the account’s server."), host);

  return FALSE;
}
