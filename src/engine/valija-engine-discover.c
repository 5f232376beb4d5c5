/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include "sessions/valija-methods.h"

/* Looking for an account's server: by the method's own way, with the secret that was typed, and nothing written. */

typedef struct
{
  ValijaEngine *engine;
  ValijaSessionContext *context;
  char **allowed;            /* nullable */
} Search;

static void
search_free (Search *search)
{
  g_object_unref (search->engine);
  g_object_unref (search->context);
  g_strfreev (search->allowed);
  g_free (search);
}

static DexFuture *
search_fiber (gpointer data)
{
  Search *search = data;
  g_autoptr(ValijaDiscovery) discovery = NULL;
  g_autoptr(GError) error = NULL;

  discovery = dex_await_boxed (valija_engine_race (search->engine,
                                                   valija_methods_discover (search->context,
                                                                            (const char * const *) search->allowed),
                                                   NULL),
                               &error);
  if (discovery == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_take_boxed (VALIJA_TYPE_DISCOVERY, g_steal_pointer (&discovery));
}

static DexFuture *
spawn_search (ValijaEngine         *self,
              ValijaSessionContext *context,
              const char * const   *allowed)
{
  Search *search = g_new0 (Search, 1);

  search->engine = g_object_ref (self);
  search->context = g_object_ref (context);
  search->allowed = g_strdupv ((char **) allowed);

  return valija_engine_spawn (self, VALIJA_FLOW_CALLERS, "discovery", search_fiber, search,
                              (GDestroyNotify) search_free);
}

DexFuture *
valija_engine_discover (ValijaEngine       *self,
                        ValijaAccount      *account,
                        ValijaSecret       *secret,
                        const char * const *allowed)
{
  g_autoptr(ValijaAccount) copy = NULL;
  g_autoptr(ValijaSessionContext) context = NULL;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_ACCOUNT (account));

  copy = valija_account_copy (account);
  context = valija_session_context_new (copy, self->credentials, self->trust);
  valija_session_context_preset_secret (context, VALIJA_SIDE_INCOMING, secret);
  g_set_object (&self->last_test, context);
  g_clear_object (&self->last_test_outgoing);

  return spawn_search (self, context, allowed);
}

DexFuture *
valija_engine_discover_again (ValijaEngine       *self,
                              ValijaAccount      *account,
                              const char * const *allowed)
{
  g_autoptr(ValijaAccount) copy = valija_account_copy (account);
  g_autoptr(ValijaSessionContext) context = valija_session_context_new (copy, self->credentials, self->trust);

  return spawn_search (self, context, allowed);
}
