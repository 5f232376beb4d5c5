/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>
#include <time.h>

#include "sessions/valija-methods.h"

/* A mailbox that is no longer where it was: organizations move them to other servers, and leave it to Autodiscover to
 * tell. It is asked by the same rules as when the account was set up, so a server outside of the address's domain is
 * only ever named to the user. */

/* Seconds. A server that is away for an evening has not moved. */
#define AWAY (24 * 60 * 60)
#define SEARCH_AGAIN (24 * 60 * 60)

/* Also of the time that the computer sleeps, and by a clock that nobody sets. */
static gint64
get_seconds (void)
{
#ifdef CLOCK_BOOTTIME
  struct timespec now;

  if (clock_gettime (CLOCK_BOOTTIME, &now) == 0)
    return now.tv_sec;
#endif

  return g_get_monotonic_time () / G_USEC_PER_SEC;
}

/* Whether @error is what is left of a mailbox that has moved. */
static gboolean
may_have_moved (ValijaAccountRuntime *runtime, const GError *error, gint64 now)
{
  gboolean away = g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_RESOLVE) ||
                  g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_CONNECT);

  if (!away)
    runtime->away_since = 0;
  else if (runtime->away_since == 0)
    runtime->away_since = now;

  /* The server is there and has no services, or does not know the mailbox */
  return g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_UNSUPPORTED) ||
         g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND) ||
         (away && now - runtime->away_since >= AWAY);
}

static gboolean
move_fiber (ValijaEngine *self, ValijaAccountRuntime *runtime, ValijaDiscovery *discovery)
{
  g_autoptr(ValijaAccount) account = valija_account_copy (runtime->account);
  g_autoptr(GError) error = NULL;

  g_object_set (valija_account_get_incoming (account), "host", discovery->host, "port", (guint) discovery->port,
                "security", (int) VALIJA_SECURITY_TLS, NULL);
  if (!dex_await (valija_engine_update_account (self, account, NULL, NULL), &error))
    {
      valija_engine_notice (self, _("The new server of “%s” could not be kept: %s"),
                            valija_account_get_name (account), error->message);
      return FALSE;
    }

  /* Translators: an account, and the names of two servers */
  valija_engine_notice (self, _("The mailbox of “%s” has moved to the server %s, says %s. Valija goes on there."),
                        valija_account_get_name (account), discovery->host, discovery->source);
  return TRUE;
}

gboolean
valija_engine_follow_fiber (ValijaEngine *self, ValijaAccountRuntime *runtime, const GError *failure)
{
  const ValijaMethod *method = valija_methods_find (valija_account_get_method (runtime->account));
  g_autofree char *host = g_strdup (valija_server_get_host (valija_account_get_incoming (runtime->account)));
  const char *allowed[] = { host, NULL };
  gint64 now = get_seconds ();
  g_autoptr(ValijaDiscovery) discovery = NULL;
  g_autoptr(GError) error = NULL;

  if (method == NULL || !method->finds_server || !may_have_moved (runtime, failure, now) ||
      (runtime->searched_at != 0 && now - runtime->searched_at < SEARCH_AGAIN))
    return FALSE;

  runtime->searched_at = now;
  discovery = dex_await_boxed (valija_engine_discover_again (self, runtime->account, allowed), &error);
  if (discovery == NULL || runtime->removed ||
      g_strcmp0 (host, valija_server_get_host (valija_account_get_incoming (runtime->account))) != 0)
    return FALSE;

  switch (discovery->kind)
    {
    case VALIJA_DISCOVERY_FOUND:
      return g_ascii_strcasecmp (discovery->host, host) != 0 && move_fiber (self, runtime, discovery);
    case VALIJA_DISCOVERY_ASKS:
      valija_engine_notice (self, _("The mailbox of “%s” may have moved to the server %s, which is not one of your "
                                    "address’s domain. If your administrator says so, set it in the account’s "
                                    "settings."), valija_account_get_name (runtime->account), discovery->host);
      return FALSE;
    case VALIJA_DISCOVERY_ELSEWHERE:
    default:
      method = valija_methods_find (discovery->method);
      valija_engine_notice (self, _("The mailbox of “%s” has moved to where it is reached with the method %s. Add it "
                                    "as another account."), valija_account_get_name (runtime->account),
                            method != NULL ? valija_method_text (method->name) : discovery->method);
      return FALSE;
    }
}
