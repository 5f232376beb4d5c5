/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/valija-sign-in.h"

#include "base/valija-error.h"
#include "base/valija-future.h"

typedef struct
{
  ValijaSessionContext *context;
  ValijaSide side;
  ValijaStream *stream;
  char **offered;
} Begin;

static void
begin_free (Begin *begin)
{
  g_clear_object (&begin->context);
  g_clear_object (&begin->stream);
  g_strfreev (begin->offered);
  g_free (begin);
}

static ValijaServer *
get_server (Begin *begin)
{
  return valija_account_get_server (valija_session_context_get_account (begin->context), begin->side);
}

static gboolean
is_token_mechanism (const char *name)
{
  return g_ascii_strcasecmp (name, "XOAUTH2") == 0 || g_ascii_strcasecmp (name, "OAUTHBEARER") == 0;
}

/* Whether SCRAM may say what it could be bound to. To a server that offers no -PLUS that is the accusation that
 * somebody took it away (RFC 5802 §6), and one that supports it must then refuse. Submission servers that pass SASL
 * on to another program (Postfix to Dovecot) offer none while that program supports it: there nothing is said. */
static gboolean
tells_binding (Begin *begin)
{
  return begin->side == VALIJA_SIDE_INCOMING || valija_sasl_offers_binding ((const char * const *) begin->offered);
}

static GBytes *
dup_binding (Begin      *begin,
             const char *type)
{
  return tells_binding (begin) ? valija_stream_dup_channel_binding (begin->stream, type) : NULL;
}

/* What is decided without the secret; and, with it, the exchange itself. Apart from the fiber, for nothing here
 * awaits. */
static ValijaSasl *
create_sasl (Begin         *begin,
             ValijaSecret  *secret,
             gboolean       choose_only,
             GError       **error)
{
  ValijaServer *server = get_server (begin);
  g_autoptr(GBytes) exporter = dup_binding (begin, "tls-exporter");
  g_autoptr(GBytes) end_point = dup_binding (begin, "tls-server-end-point");
  const char * const *offered = (const char * const *) begin->offered;
  const char *mechanism;
  ValijaSaslTerms terms = {
    .user = valija_server_get_user (server),
    .forced_mechanism = valija_server_get_mechanism (server),
    .host = valija_stream_get_host (begin->stream),
    .port = valija_server_get_port (server),
    .encrypted = valija_stream_is_encrypted (begin->stream),
    .allow_cleartext = valija_server_get_cleartext_password (server),
    .has_token = is_token_mechanism (valija_server_get_mechanism (server)),
    .tls_exporter = exporter,
    .tls_server_end_point = end_point,
  };

  mechanism = valija_sasl_choose (&terms, offered, error);
  if (mechanism == NULL || choose_only)
    return NULL;

  return valija_sasl_new (mechanism, &terms, secret, offered, error);
}

static DexFuture *
begin_fiber (gpointer data)
{
  Begin *begin = data;
  g_autoptr(ValijaSecret) secret = NULL;
  g_autoptr(ValijaSasl) sasl = NULL;
  g_autoptr(GError) error = NULL;

  /* Nobody is asked for a password that could not be used */
  create_sasl (begin, NULL, TRUE, &error);
  if (error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  /* EXTERNAL is the one way without a secret */
  if (g_ascii_strcasecmp (valija_server_get_mechanism (get_server (begin)), "EXTERNAL") != 0 &&
      !(secret = dex_await_boxed (valija_session_context_lookup_secret (begin->context, begin->side), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (!(sasl = create_sasl (begin, secret, FALSE, &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_take_boxed (VALIJA_TYPE_SASL, g_steal_pointer (&sasl));
}

DexFuture *
valija_sign_in_begin (ValijaSessionContext *context,
                      ValijaSide            side,
                      ValijaStream         *stream,
                      const char * const   *offered)
{
  Begin *begin;

  g_return_val_if_fail (VALIJA_IS_SESSION_CONTEXT (context), NULL);
  g_return_val_if_fail (VALIJA_IS_STREAM (stream), NULL);

  begin = g_new0 (Begin, 1);
  begin->context = g_object_ref (context);
  begin->side = side;
  begin->stream = g_object_ref (stream);
  begin->offered = g_strdupv ((char **) offered);

  return valija_fiber_spawn (begin_fiber, begin, (GDestroyNotify) begin_free);
}

typedef struct
{
  ValijaSasl *sasl;
  char *challenge;
} Step;

static void
step_free (Step *step)
{
  valija_sasl_unref (step->sasl);
  g_free (step->challenge);
  g_free (step);
}

static gpointer
step_in_thread (gpointer   data,
                GError   **error)
{
  Step *step = data;

  return valija_sasl_step_base64 (step->sasl, step->challenge, -1, error);
}

DexFuture *
valija_sign_in_step (ValijaSasl *sasl,
                     const char *challenge)
{
  Step *step;

  g_return_val_if_fail (sasl != NULL, NULL);

  step = g_new0 (Step, 1);
  step->sasl = valija_sasl_ref (sasl);
  step->challenge = g_strdup (challenge);

  return valija_future_run_in_thread (VALIJA_TYPE_SECRET, step_in_thread, step, (GDestroyNotify) step_free);
}
