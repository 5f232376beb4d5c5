/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/valija-session.h"

#include "sessions/valija-mail-organizer.h"
#include "sessions/valija-mail-sender.h"

enum
{
  STATE_CHANGED,
  ALERT,
  NOTICE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_INTERFACE (ValijaSession, valija_session, G_TYPE_OBJECT)

static void
valija_session_default_init (ValijaSessionInterface *iface)
{
  /**
   * ValijaSession::state-changed:
   * @self: a session
   *
   * Its state, and with it its capabilities and facts, may be another now.
   */
  signals[STATE_CHANGED] =
    g_signal_new ("state-changed", G_TYPE_FROM_INTERFACE (iface), G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * ValijaSession::alert:
   * @self: a session
   * @text: what the server wants to be read
   */
  signals[ALERT] =
    g_signal_new ("alert", G_TYPE_FROM_INTERFACE (iface), G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * ValijaSession::notice:
   * @self: a session
   * @text: (nullable): our own words on what is not as it should be; %NULL: it is
   */
  signals[NOTICE] =
    g_signal_new ("notice", G_TYPE_FROM_INTERFACE (iface), G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

/**
 * valija_session_open:
 * @self: a session
 *
 * Connects, secures, signs in. Opening an open session resolves at once; opening a failed one tries
 * anew; concurrent calls share one attempt.
 *
 * Returns: (transfer full): a future that resolves to %TRUE
 */
DexFuture *
valija_session_open (ValijaSession *self)
{
  dex_return_error_if_fail (VALIJA_IS_SESSION (self));

  return VALIJA_SESSION_GET_IFACE (self)->open (self);
}

/**
 * valija_session_close:
 * @self: a session
 *
 * Says goodbye where the protocol has a word for it, and closes.
 *
 * Returns: (transfer full): a future that resolves to %TRUE, always
 */
DexFuture *
valija_session_close (ValijaSession *self)
{
  dex_return_error_if_fail (VALIJA_IS_SESSION (self));

  return VALIJA_SESSION_GET_IFACE (self)->close (self);
}

/**
 * valija_session_get_state:
 * @self: a session
 *
 * Returns: how it stands
 */
ValijaSessionState
valija_session_get_state (ValijaSession *self)
{
  g_return_val_if_fail (VALIJA_IS_SESSION (self), VALIJA_SESSION_CLOSED);

  return VALIJA_SESSION_GET_IFACE (self)->get_state (self);
}

/**
 * valija_session_get_capabilities:
 * @self: a session
 *
 * Returns: what it can do with this server; before it was opened, what its method can at best
 */
ValijaCapabilities
valija_session_get_capabilities (ValijaSession *self)
{
  g_return_val_if_fail (VALIJA_IS_SESSION (self), VALIJA_CAPABILITY_NONE);

  return VALIJA_SESSION_GET_IFACE (self)->get_capabilities (self);
}

/**
 * valija_session_dup_facts:
 * @self: a session
 *
 * Returns: (transfer full): what the server said of itself, as "Label: value" lines for a person
 */
char **
valija_session_dup_facts (ValijaSession *self)
{
  g_return_val_if_fail (VALIJA_IS_SESSION (self), NULL);

  return VALIJA_SESSION_GET_IFACE (self)->dup_facts (self);
}

/**
 * valija_session_get_mail_side:
 * @self: a session
 *
 * Returns: %VALIJA_SIDE_BOTH for one server that does all, %VALIJA_SIDE_INCOMING for one that has another beside it
 */
ValijaSide
valija_session_get_mail_side (ValijaSession *self)
{
  return VALIJA_IS_MAIL_ORGANIZER (self) && VALIJA_IS_MAIL_SENDER (self) ? VALIJA_SIDE_BOTH : VALIJA_SIDE_INCOMING;
}

/**
 * valija_session_notify_state:
 * @self: a session
 *
 * For providers: emits #ValijaSession::state-changed.
 */
void
valija_session_notify_state (ValijaSession *self)
{
  g_return_if_fail (VALIJA_IS_SESSION (self));

  g_signal_emit (self, signals[STATE_CHANGED], 0);
}

/**
 * valija_session_alert:
 * @self: a session
 * @text: what the server wants to be read
 *
 * For providers: emits #ValijaSession::alert.
 */
void
valija_session_alert (ValijaSession *self, const char *text)
{
  g_return_if_fail (VALIJA_IS_SESSION (self));
  g_return_if_fail (text != NULL);

  g_signal_emit (self, signals[ALERT], 0, text);
}

/**
 * valija_session_notice:
 * @self: a session
 * @text: (nullable): our own words on what is not as it should be, all of them; %NULL: it is
 *
 * For providers: emits #ValijaSession::notice, in the place of what it told before.
 */
void
valija_session_notice (ValijaSession *self, const char *text)
{
  g_return_if_fail (VALIJA_IS_SESSION (self));

  g_signal_emit (self, signals[NOTICE], 0, text);
}
