/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "auth/valija-credentials-private.h"
#include "auth/valija-credentials.h"
#include "auth/valija-keyring-call.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <libsecret/secret.h>

#include "base/valija-future.h"

struct _ValijaCredentials
{
  GObject parent_instance;

  DexFuture *last; /* nullable: the request that the next one waits for */
};

typedef struct
{
  char *account_id;
  ValijaSide side;
  char *label;
  ValijaSecret *secret;
  DexFuture *previous; /* nullable */
} Request;

G_DEFINE_FINAL_TYPE (ValijaCredentials, valija_credentials, G_TYPE_OBJECT)

static Request *
request_new (const char *account_id, ValijaSide side, const char *label, ValijaSecret *secret)
{
  Request *request = g_new0 (Request, 1);

  request->account_id = g_strdup (account_id);
  request->side = side;
  request->label = g_strdup (label);
  request->secret = secret != NULL ? valija_secret_ref (secret) : NULL;

  return request;
}

static void
request_free (Request *request)
{
  g_free (request->account_id);
  g_free (request->label);
  g_clear_pointer (&request->secret, valija_secret_unref);
  dex_clear (&request->previous);
  g_free (request);
}

static gboolean
is_missing_service (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_EXEC_FAILED) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_CHILD_EXITED) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_FAILED);
}

static gboolean
is_missing_bus (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_SERVER) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_FILE_NOT_FOUND);
}

GError *
valija_credentials_explain (GError *cause)
{
  g_autoptr(GError) owned = cause;
  GError *error = NULL;

  if (valija_future_is_cancellation (cause))
    return g_steal_pointer (&owned);

  g_dbus_error_strip_remote_error (cause);

  if (is_missing_service (cause))
    valija_error_set (&error, VALIJA_ERROR_KEYRING,
                      _("No keyring service is running that could keep the password. Install GNOME Keyring, KWallet "
                        "or KeePassXC and sign in to the desktop again."));
  else if (is_missing_bus (cause))
    valija_error_set (&error, VALIJA_ERROR_KEYRING,
                      _("The keyring cannot be asked, because this is no desktop session with a message bus."));
  else if (g_error_matches (cause, SECRET_ERROR, SECRET_ERROR_IS_LOCKED) ||
           g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    valija_error_set (&error, VALIJA_ERROR_KEYRING, _("The keyring is locked and was not unlocked."));
  else if (g_error_matches (cause, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
           g_error_matches (cause, G_DBUS_ERROR, G_DBUS_ERROR_TIMEOUT))
    valija_error_set (&error, VALIJA_ERROR_KEYRING, _("The keyring does not answer."));
  else if (g_error_matches (cause, SECRET_ERROR, SECRET_ERROR_INVALID_FILE_FORMAT))
    valija_error_set (&error, VALIJA_ERROR_KEYRING, _("The file of the keyring is damaged."));
  else
    /* Translators: the argument is why */
    valija_error_set (&error, VALIJA_ERROR_KEYRING, _("The keyring could not be used: %s."),
                      valija_reason_of_error (cause));

  return error;
}

static DexFuture *
reject (GError *cause)
{
  return dex_future_new_for_error (valija_credentials_explain (cause));
}

static GError *
make_locked_error (void)
{
  return g_error_new_literal (SECRET_ERROR, SECRET_ERROR_IS_LOCKED, "");
}

static void
await_turn_in_fiber (Request *request)
{
  if (request->previous != NULL)
    dex_await (g_steal_pointer (&request->previous), NULL);
}

/* What came of a request is for its waiter; a password must not live on here. */
static DexFuture *
drop_result_cb (DexFuture *future, gpointer user_data)
{
  return dex_future_new_true ();
}

static DexFuture *
lookup_fiber (gpointer data)
{
  Request *request = data;
  g_autoptr(SecretValue) value = NULL;
  GError *error = NULL;
  const char *bytes;
  gsize length;
  guint count;

  await_turn_in_fiber (request);

  value = dex_await_boxed (valija_keyring_call_lookup (request->account_id, request->side), &error);
  if (error != NULL)
    return reject (error);

  if (value != NULL)
    {
      bytes = secret_value_get (value, &length);
      return dex_future_new_take_boxed (VALIJA_TYPE_SECRET, valija_secret_new (bytes, (gssize) length));
    }

  /* A keyring that stays locked answers as if it were empty. */
  count = dex_await_uint (valija_keyring_call_count (request->account_id, request->side, SECRET_SEARCH_NONE), &error);
  if (error != NULL)
    return reject (error);
  if (count > 0)
    return reject (make_locked_error ());

  valija_error_set (&error, VALIJA_ERROR_NO_SECRET, _("The keyring holds no password for this account."));
  return dex_future_new_for_error (error);
}

static DexFuture *
store_fiber (gpointer data)
{
  Request *request = data;
  GError *error = NULL;

  await_turn_in_fiber (request);

  if (!dex_await (valija_keyring_call_store (request->account_id, request->side, request->label, request->secret),
                  &error))
    return reject (error);

  return dex_future_new_true ();
}

static DexFuture *
clear_fiber (gpointer data)
{
  Request *request = data;
  GError *error = NULL;
  guint count;

  await_turn_in_fiber (request);

  /* Clearing passes over locked items in silence: they are unlocked before, and counted after. */
  count = dex_await_uint (valija_keyring_call_count (request->account_id, request->side, SECRET_SEARCH_UNLOCK), &error);
  if (error != NULL)
    return reject (error);
  if (count == 0)
    return dex_future_new_true ();

  if (!dex_await (valija_keyring_call_clear (request->account_id, request->side), &error))
    return reject (error);

  count = dex_await_uint (valija_keyring_call_count (request->account_id, request->side, SECRET_SEARCH_NONE), &error);
  if (error != NULL)
    return reject (error);
  if (count > 0)
    return reject (make_locked_error ());

  return dex_future_new_true ();
}

/* One after another, each to its end: libsecret's file backend refuses a change that overlaps with
 * another. Whoever stops waiting misses the result. */
static DexFuture *
enqueue (ValijaCredentials *self, DexFiberFunc func, Request *request)
{
  DexFuture *future;

  request->previous = g_steal_pointer (&self->last);
  future = valija_fiber_spawn (func, request, (GDestroyNotify) request_free);
  self->last = dex_future_finally (dex_ref (future), drop_result_cb, NULL, NULL);

  /* Disowned so that it goes on without a waiter. */
  dex_future_disown (dex_ref (self->last));

  return future;
}

static void
valija_credentials_dispose (GObject *object)
{
  ValijaCredentials *self = VALIJA_CREDENTIALS (object);

  dex_clear (&self->last);

  G_OBJECT_CLASS (valija_credentials_parent_class)->dispose (object);
}

static void
valija_credentials_class_init (ValijaCredentialsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = valija_credentials_dispose;
}

static void
valija_credentials_init (ValijaCredentials *self)
{
}

/**
 * valija_credentials_new:
 *
 * Returns: (transfer full): the desktop's keyring
 */
ValijaCredentials *
valija_credentials_new (void)
{
  return g_object_new (VALIJA_TYPE_CREDENTIALS, NULL);
}

/**
 * valija_credentials_lookup:
 * @self: the keyring
 * @account_id: an account
 * @side: a side of it
 *
 * Returns: (transfer full): a future that resolves to a ValijaSecret (boxed); rejects with
 *   VALIJA_ERROR_NO_SECRET where there is none and with VALIJA_ERROR_KEYRING where it cannot be had
 */
DexFuture *
valija_credentials_lookup (ValijaCredentials *self, const char *account_id, ValijaSide side)
{
  dex_return_error_if_fail (VALIJA_IS_CREDENTIALS (self));
  dex_return_error_if_fail (account_id != NULL);
  dex_return_error_if_fail (side != VALIJA_SIDE_NONE);

  return enqueue (self, lookup_fiber, request_new (account_id, side, NULL, NULL));
}

/**
 * valija_credentials_store:
 * @self: the keyring
 * @account_id: an account
 * @side: a side of it
 * @label: what the keyring's own application shows
 * @secret: (transfer none): what replaces the one stored before
 *
 * Returns: (transfer full): a future that resolves to %TRUE; rejects with VALIJA_ERROR_KEYRING
 */
DexFuture *
valija_credentials_store (ValijaCredentials *self,
                          const char        *account_id,
                          ValijaSide         side,
                          const char        *label,
                          ValijaSecret      *secret)
{
  dex_return_error_if_fail (VALIJA_IS_CREDENTIALS (self));
  dex_return_error_if_fail (account_id != NULL && label != NULL && secret != NULL);
  dex_return_error_if_fail (side != VALIJA_SIDE_NONE);

  return enqueue (self, store_fiber, request_new (account_id, side, label, secret));
}

/**
 * valija_credentials_clear:
 * @self: the keyring
 * @account_id: an account
 *
 * Removes what is stored for both sides.
 *
 * Returns: (transfer full): a future that resolves to %TRUE, also when there was nothing; rejects
 *   with VALIJA_ERROR_KEYRING
 */
DexFuture *
valija_credentials_clear (ValijaCredentials *self, const char *account_id)
{
  dex_return_error_if_fail (VALIJA_IS_CREDENTIALS (self));
  dex_return_error_if_fail (account_id != NULL);

  return enqueue (self, clear_fiber, request_new (account_id, VALIJA_SIDE_NONE, NULL, NULL));
}
