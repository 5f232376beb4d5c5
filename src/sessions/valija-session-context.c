/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/valija-session-context.h"

#include <glib/gi18n-lib.h>

struct _ValijaSessionContext
{
  GObject parent_instance;

  ValijaAccount *account;
  ValijaCredentials *credentials;
  ValijaTrust *trust;
  ValijaTraffic *traffic;
  ValijaTranscript *transcript;
  ValijaSecret *incoming_secret;
  ValijaSecret *outgoing_secret;
};

G_DEFINE_FINAL_TYPE (ValijaSessionContext, valija_session_context, G_TYPE_OBJECT)

enum
{
  STEP_BEGAN,
  STEP_ENDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static ValijaSecret **
secret_of_side (ValijaSessionContext *self, ValijaSide side)
{
  return side == VALIJA_SIDE_OUTGOING ? &self->outgoing_secret : &self->incoming_secret;
}

static DexFuture *
locate (DexFuture *future, ValijaSide side, ValijaStep step)
{
  GError *error = NULL;

  if (dex_future_get_value (future, &error) != NULL)
    return dex_ref (future);

  valija_error_locate (&error, side, step);
  return dex_future_new_for_error (error);
}

static DexFuture *
connect_failed_cb (DexFuture *future, gpointer user_data)
{
  return locate (future, (ValijaSide) GPOINTER_TO_INT (user_data), VALIJA_STEP_CONNECT);
}

static DexFuture *
lookup_failed_cb (DexFuture *future, gpointer user_data)
{
  return locate (future, (ValijaSide) GPOINTER_TO_INT (user_data), VALIJA_STEP_SIGN_IN);
}

static DexFuture *
catch_at_side (ValijaSessionContext *self, DexFuture *future, DexFutureCallback callback, ValijaSide side)
{
  return dex_future_catch (future, callback, GINT_TO_POINTER ((int) valija_account_name_side (self->account, side)),
                           NULL);
}

/* @default_ports: (nullable): no port stays none */
static ValijaEndpoint *
create_endpoint (ValijaSessionContext *self, ValijaSide side, const guint16 *default_ports)
{
  ValijaServer *server = valija_account_get_server (self->account, side);
  ValijaSecurity security = valija_server_get_security (server);
  guint port = valija_server_get_port (server);

  if (port == 0 && default_ports != NULL)
    port = default_ports[security];

  return valija_endpoint_new (valija_server_get_host (server), (guint16) port, security,
                              valija_account_get_timeout (self->account), valija_server_get_ca_file (server));
}

static void
valija_session_context_dispose (GObject *object)
{
  ValijaSessionContext *self = VALIJA_SESSION_CONTEXT (object);

  g_clear_object (&self->account);
  g_clear_object (&self->credentials);
  g_clear_object (&self->trust);
  g_clear_pointer (&self->incoming_secret, valija_secret_unref);
  g_clear_pointer (&self->outgoing_secret, valija_secret_unref);

  G_OBJECT_CLASS (valija_session_context_parent_class)->dispose (object);
}

static void
valija_session_context_finalize (GObject *object)
{
  ValijaSessionContext *self = VALIJA_SESSION_CONTEXT (object);

  valija_traffic_unref (self->traffic);
  valija_transcript_unref (self->transcript);

  G_OBJECT_CLASS (valija_session_context_parent_class)->finalize (object);
}

static void
valija_session_context_class_init (ValijaSessionContextClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_session_context_dispose;
  object_class->finalize = valija_session_context_finalize;

  /**
   * ValijaSessionContext::step-began:
   * @self: a context
   * @side: a ValijaSide
   * @step: a ValijaStep
   */
  signals[STEP_BEGAN] =
    g_signal_new ("step-began", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_INT);

  /**
   * ValijaSessionContext::step-ended:
   * @self: a context
   * @side: a ValijaSide
   * @step: a ValijaStep
   * @detail: what came of it, in words
   */
  signals[STEP_ENDED] =
    g_signal_new ("step-ended", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 3, G_TYPE_INT, G_TYPE_INT, G_TYPE_STRING);
}

static void
valija_session_context_init (ValijaSessionContext *self)
{
  self->traffic = valija_traffic_new ();
  self->transcript = valija_transcript_new ();
}

/**
 * valija_session_context_new:
 * @account: whose sessions it serves
 * @credentials: (nullable): where secrets come from
 * @trust: (nullable): the user's certificate exceptions
 *
 * Returns: (transfer full): a context
 */
ValijaSessionContext *
valija_session_context_new (ValijaAccount *account, ValijaCredentials *credentials, ValijaTrust *trust)
{
  ValijaSessionContext *self;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT (account), NULL);

  self = g_object_new (VALIJA_TYPE_SESSION_CONTEXT, NULL);
  self->account = g_object_ref (account);
  g_set_object (&self->credentials, credentials);
  g_set_object (&self->trust, trust);

  return self;
}

/**
 * valija_session_context_preset_secret:
 * @self: a context
 * @side: a side of its account
 * @secret: (transfer none) (nullable): used instead of the keyring's
 */
void
valija_session_context_preset_secret (ValijaSessionContext *self, ValijaSide side, ValijaSecret *secret)
{
  ValijaSecret **preset;

  g_return_if_fail (VALIJA_IS_SESSION_CONTEXT (self));
  g_return_if_fail (side != VALIJA_SIDE_NONE);

  preset = secret_of_side (self, side);
  g_clear_pointer (preset, valija_secret_unref);
  *preset = secret != NULL ? valija_secret_ref (secret) : NULL;
}

/**
 * valija_session_context_lookup_secret:
 * @self: a context
 * @side: a side of its account
 *
 * Returns: (transfer full): a future that resolves to a ValijaSecret (boxed), or rejects with
 *   VALIJA_ERROR_NO_SECRET or VALIJA_ERROR_KEYRING
 */
DexFuture *
valija_session_context_lookup_secret (ValijaSessionContext *self, ValijaSide side)
{
  ValijaSecret *preset;
  GError *error = NULL;

  dex_return_error_if_fail (VALIJA_IS_SESSION_CONTEXT (self));
  dex_return_error_if_fail (side != VALIJA_SIDE_NONE);

  preset = *secret_of_side (self, side);
  if (preset != NULL)
    return dex_future_new_take_boxed (VALIJA_TYPE_SECRET, valija_secret_ref (preset));

  if (self->credentials != NULL)
    return catch_at_side (self,
                          valija_credentials_lookup (self->credentials, valija_account_get_id (self->account), side),
                          lookup_failed_cb, side);

  valija_error_set (&error, VALIJA_ERROR_NO_SECRET, _("No password was given."));
  valija_error_locate (&error, valija_account_name_side (self->account, side), VALIJA_STEP_SIGN_IN);
  return dex_future_new_for_error (error);
}

/**
 * valija_session_context_connect:
 * @self: a context
 * @side: a side of its account
 * @default_ports: (array fixed-size=3): the protocol's usual ports, indexed by ValijaSecurity
 *
 * Returns: (transfer full): a future that resolves to a ValijaStream (object), or rejects with an
 *   error located at @side
 */
DexFuture *
valija_session_context_connect (ValijaSessionContext *self, ValijaSide side, const guint16 *default_ports)
{
  g_autoptr(ValijaEndpoint) endpoint = NULL;

  dex_return_error_if_fail (VALIJA_IS_SESSION_CONTEXT (self));
  dex_return_error_if_fail (side != VALIJA_SIDE_NONE);
  dex_return_error_if_fail (default_ports != NULL);

  endpoint = create_endpoint (self, side, default_ports);

  return catch_at_side (self, valija_stream_connect (endpoint, self->trust, self->traffic, self->transcript),
                        connect_failed_cb, side);
}

/**
 * valija_session_context_create_http:
 * @self: a context
 * @side: a side of its account
 *
 * Returns: (transfer full): what speaks HTTP with that side's server; nothing is connected yet
 */
ValijaHttp *
valija_session_context_create_http (ValijaSessionContext *self, ValijaSide side)
{
  g_autoptr(ValijaEndpoint) endpoint = NULL;

  g_return_val_if_fail (VALIJA_IS_SESSION_CONTEXT (self), NULL);
  g_return_val_if_fail (side != VALIJA_SIDE_NONE, NULL);

  endpoint = create_endpoint (self, side, NULL);

  return valija_http_new (endpoint, self->trust, self->traffic, self->transcript);
}

/**
 * valija_session_context_get_account:
 * @self: a context
 *
 * Returns: (transfer none): whose sessions it serves
 */
ValijaAccount *
valija_session_context_get_account (ValijaSessionContext *self)
{
  g_return_val_if_fail (VALIJA_IS_SESSION_CONTEXT (self), NULL);

  return self->account;
}

/**
 * valija_session_context_get_traffic:
 * @self: a context
 *
 * Returns: (transfer none): what its sessions cost on the wire
 */
ValijaTraffic *
valija_session_context_get_traffic (ValijaSessionContext *self)
{
  g_return_val_if_fail (VALIJA_IS_SESSION_CONTEXT (self), NULL);

  return self->traffic;
}

/**
 * valija_session_context_get_transcript:
 * @self: a context
 *
 * Returns: (transfer none): what its sessions said and heard
 */
ValijaTranscript *
valija_session_context_get_transcript (ValijaSessionContext *self)
{
  g_return_val_if_fail (VALIJA_IS_SESSION_CONTEXT (self), NULL);

  return self->transcript;
}

/**
 * valija_session_context_get_trust:
 * @self: a context
 *
 * Returns: (transfer none) (nullable): what the user decided about certificates
 */
ValijaTrust *
valija_session_context_get_trust (ValijaSessionContext *self)
{
  g_return_val_if_fail (VALIJA_IS_SESSION_CONTEXT (self), NULL);

  return self->trust;
}

/**
 * valija_session_context_begin_step:
 * @self: a context
 * @side: a side of its account
 * @step: what begins
 */
void
valija_session_context_begin_step (ValijaSessionContext *self, ValijaSide side, ValijaStep step)
{
  g_return_if_fail (VALIJA_IS_SESSION_CONTEXT (self));

  g_signal_emit (self, signals[STEP_BEGAN], 0, (int) side, (int) step);
}

/**
 * valija_session_context_end_step:
 * @self: a context
 * @side: a side of its account
 * @step: what ended well
 * @detail: (nullable): what came of it, in words
 */
void
valija_session_context_end_step (ValijaSessionContext *self,
                                 ValijaSide            side,
                                 ValijaStep            step,
                                 const char           *detail)
{
  g_return_if_fail (VALIJA_IS_SESSION_CONTEXT (self));

  g_signal_emit (self, signals[STEP_ENDED], 0, (int) side, (int) step, detail != NULL ? detail : "");
}
