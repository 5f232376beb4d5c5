/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/valija-methods.h"

#include "sessions/exchange/valija-exchange-discovery.h"
#include "sessions/exchange/valija-exchange-session.h"
#include "sessions/imap/valija-imap-session.h"
#include "sessions/mixed/valija-mixed-session.h"
#include "sessions/pop3/valija-pop3-session.h"
#include "sessions/smtp/valija-smtp-session.h"
#include "sessions/valija-methods-table.h"

#include <glib/gi18n-lib.h>

typedef ValijaSession *(*Constructor) (ValijaSessionContext *context);
typedef DexFuture *(*Discoverer) (ValijaSessionContext *context, const char * const *allowed);

static const ValijaMethod * const methods[] = {
  &valija_method_notes,
  &valija_method_outlook,
  &valija_method_exchange,
  &valija_method_smtp,
  &valija_method_pop3,
  &valija_method_mixed,
  &valija_method_imap,
  NULL
};

/* A method without one is explained and not available. */
static const struct
{
  const ValijaMethod *method;
  Constructor construct;
} constructors[] = {
  { &valija_method_exchange, valija_exchange_session_new },
  { &valija_method_smtp, valija_smtp_session_new },
  { &valija_method_pop3, valija_pop3_session_new },
  { &valija_method_mixed, valija_mixed_session_new },
  { &valija_method_imap, valija_imap_session_new },
};

/* Those that find their server by themselves. */
static const struct
{
  const ValijaMethod *method;
  Discoverer discover;
} discoverers[] = {
  { &valija_method_exchange, valija_exchange_discover },
};

const ValijaMethod * const *
valija_methods_list (void)
{
  return methods;
}

const ValijaMethod *
valija_methods_find (const char *id)
{
  for (guint i = 0; methods[i] != NULL; i++)
    {
      if (g_strcmp0 (methods[i]->id, id) == 0)
        return methods[i];
    }

  return NULL;
}

/**
 * valija_methods_create_session:
 * @context: what the session gets from outside; its account names the method
 *
 * Returns: (transfer full) (nullable): a closed session, or NULL with VALIJA_ERROR_UNSUPPORTED
 */
ValijaSession *
valija_methods_create_session (ValijaSessionContext *context,
                               GError              **error)
{
  const char *id;
  const ValijaMethod *method;

  g_return_val_if_fail (VALIJA_IS_SESSION_CONTEXT (context), NULL);

  id = valija_account_get_method (valija_session_context_get_account (context));
  method = valija_methods_find (id);

  if (method == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED, _("There is no connection method “%s”."), id);
      return NULL;
    }

  for (guint i = 0; i < G_N_ELEMENTS (constructors); i++)
    {
      if (constructors[i].method == method)
        return constructors[i].construct (context);
    }

  valija_error_set (error, VALIJA_ERROR_UNSUPPORTED, _("This version of Valija cannot connect with %s yet."),
                    valija_method_text (method->name));

  return NULL;
}

/**
 * valija_methods_discover:
 * @context: of an account whose method finds its server by itself
 * @allowed: (nullable) (array zero-terminated=1): servers outside of the address's domain that the user agreed to
 *
 * Returns: (transfer full): a future that resolves to a ValijaDiscovery (boxed)
 */
DexFuture *
valija_methods_discover (ValijaSessionContext *context,
                         const char * const   *allowed)
{
  const ValijaMethod *method;
  GError *error = NULL;

  dex_return_error_if_fail (VALIJA_IS_SESSION_CONTEXT (context));

  method = valija_methods_find (valija_account_get_method (valija_session_context_get_account (context)));
  for (guint i = 0; i < G_N_ELEMENTS (discoverers); i++)
    {
      if (discoverers[i].method == method)
        return discoverers[i].discover (context, allowed);
    }

  valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, _("With this method the servers are typed by hand."));

  return dex_future_new_for_error (error);
}

/**
 * valija_methods_create_paired_sender:
 * @context: of an account that reads and has an outgoing server
 *
 * Returns: (transfer full) (nullable): a closed SMTP session, or NULL with VALIJA_ERROR_UNSUPPORTED
 */
ValijaSession *
valija_methods_create_paired_sender (ValijaSessionContext *context,
                                     GError              **error)
{
  ValijaAccount *account;
  const ValijaMethod *method;

  g_return_val_if_fail (VALIJA_IS_SESSION_CONTEXT (context), NULL);

  account = valija_session_context_get_account (context);
  method = valija_methods_find (valija_account_get_method (account));

  if (method == NULL || !method->pairs_outgoing || !valija_account_has_side (account, VALIJA_SIDE_OUTGOING))
    {
      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED,
                        _("This account reads only. Add an SMTP server to send from the same address."));
      return NULL;
    }

  return valija_smtp_session_new (context);
}
