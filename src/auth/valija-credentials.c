/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "auth/valija-credentials-private.h"
#include "auth/valija-credentials.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <libsecret/secret.h>

#include "base/valija-future.h"
#include "base/valija-promise.h"

#define CONTENT_TYPE "text/plain"

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

static const SecretSchema schema = {
  "org.valija.Valija.Password",
  SECRET_SCHEMA_NONE,
  {
    { "account", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { "side", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { NULL, 0 },
  },
};

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

/* Of one side, or of both. (transfer full) */
static GHashTable *
make_attributes (Request *request)
{
  if (request->side == VALIJA_SIDE_NONE)
    return secret_attributes_build (&schema, "account", request->account_id, NULL);

  return secret_attributes_build (&schema, "account", request->account_id, "side", valija_side_to_nick (request->side),
                                  NULL);
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

/* Nothing below hands a cancellable to libsecret: a password half stored helps nobody, and its
 * file backend trips over one. */

static void
lookup_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(DexPromise) promise = user_data;
  GError *error = NULL;
  SecretValue *value = secret_password_lookup_binary_finish (result, &error);

  if (error != NULL)
    valija_promise_reject (promise, error);
  else
    valija_promise_resolve_boxed (promise, SECRET_TYPE_VALUE, value);
}

/* Resolves to a SecretValue, or to NULL where there is none that could be unlocked. */
static DexFuture *
keyring_lookup (Request *request)
{
  g_autoptr(GHashTable) attributes = make_attributes (request);
  DexPromise *promise = dex_promise_new ();

  secret_password_lookupv (&schema, attributes, NULL, lookup_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

static void
store_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(DexPromise) promise = user_data;
  GError *error = NULL;

  if (secret_password_store_finish (result, &error))
    valija_promise_resolve_boolean (promise, TRUE);
  else
    valija_promise_reject (promise, error);
}

static DexFuture *
keyring_store (Request *request)
{
  g_autoptr(GHashTable) attributes = make_attributes (request);
  g_autoptr(SecretValue) value = NULL;
  DexPromise *promise = dex_promise_new ();
  const char *bytes;
  gsize length;

  bytes = valija_secret_peek (request->secret, &length);
  value = secret_value_new (bytes, (gssize) length, CONTENT_TYPE);
  secret_password_storev_binary (&schema, attributes, SECRET_COLLECTION_DEFAULT, request->label, value,
                                 NULL, store_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

static void
clear_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(DexPromise) promise = user_data;
  GError *error = NULL;

  secret_password_clear_finish (result, &error);
  if (error != NULL)
    valija_promise_reject (promise, error);
  else
    valija_promise_resolve_boolean (promise, TRUE);
}

static DexFuture *
keyring_clear (Request *request)
{
  g_autoptr(GHashTable) attributes = make_attributes (request);
  DexPromise *promise = dex_promise_new ();

  secret_password_clearv (&schema, attributes, NULL, clear_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

static void
count_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(DexPromise) promise = user_data;
  GError *error = NULL;
  GList *items = secret_password_search_finish (result, &error);

  if (error != NULL)
    valija_promise_reject (promise, error);
  else
    valija_promise_resolve_uint (promise, g_list_length (items));

  g_list_free_full (items, g_object_unref);
}

/* Resolves to how many items match, locked ones too (uint). */
static DexFuture *
keyring_count (Request *request, SecretSearchFlags flags)
{
  g_autoptr(GHashTable) attributes = make_attributes (request);
  DexPromise *promise = dex_promise_new ();

  secret_password_searchv (&schema, attributes, SECRET_SEARCH_ALL | flags, NULL, count_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
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

  value = dex_await_boxed (keyring_lookup (request), &error);
  if (error != NULL)
    return reject (error);

  if (value != NULL)
    {
      bytes = secret_value_get (value, &length);
      return dex_future_new_take_boxed (VALIJA_TYPE_SECRET, valija_secret_new (bytes, (gssize) length));
    }

  /* A keyring that stays locked answers as if it were empty. */
  count = dex_await_uint (keyring_count (request, SECRET_SEARCH_NONE), &error);
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

  if (!dex_await (keyring_store (request), &error))
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
  count = dex_await_uint (keyring_count (request, SECRET_SEARCH_UNLOCK), &error);
  if (error != NULL)
    return reject (error);
  if (count == 0)
    return dex_future_new_true ();

  if (!dex_await (keyring_clear (request), &error))
    return reject (error);

  count = dex_await_uint (keyring_count (request, SECRET_SEARCH_NONE), &error);
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
