/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "auth/valija-keyring-call.h"

#include "base/valija-future.h"

#define CONTENT_TYPE "text/plain"

static const SecretSchema schema = {
  "org.valija.Valija.Password",
  SECRET_SCHEMA_NONE,
  {
    { "account", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { "side", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { NULL, 0 },
  },
};

/* Made on the main context, then the keyring's thread's alone. */
typedef struct
{
  GHashTable *attributes;
  char *label;
  SecretValue *value;
  SecretSearchFlags flags;
} Call;

static void
call_free (Call *call)
{
  g_hash_table_unref (call->attributes);
  g_free (call->label);
  g_clear_pointer (&call->value, secret_value_unref);
  g_free (call);
}

static Call *
call_new (const char *account_id,
          ValijaSide  side)
{
  Call *call = g_new0 (Call, 1);

  call->attributes = side == VALIJA_SIDE_NONE
                       ? secret_attributes_build (&schema, "account", account_id, NULL)
                       : secret_attributes_build (&schema, "account", account_id, "side", valija_side_to_nick (side),
                                                  NULL);

  return call;
}

/* ---- On the keyring's thread ---- */

static gpointer
run_keyring (gpointer data)
{
  g_autoptr(GMainContext) context = data;
  g_autoptr(GMainLoop) loop = g_main_loop_new (context, FALSE);

  g_main_context_push_thread_default (context);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (context);

  return NULL;
}

/* For as long as the program runs: libsecret's connection to the service lives there. */
static GMainContext *
get_keyring_context (void)
{
  static GMainContext *context;

  if (g_once_init_enter_pointer (&context))
    {
      GMainContext *made = g_main_context_new ();

      g_thread_unref (g_thread_new ("valija-keyring", run_keyring, g_main_context_ref (made)));
      g_once_init_leave_pointer (&context, made);
    }

  return context;
}

static void
answer (GTask  *task,
        GValue *value,
        GError *error)
{
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_value (task, value);
}

static void
lookup_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  g_auto(GValue) value = G_VALUE_INIT;
  GError *error = NULL;

  g_value_init (&value, SECRET_TYPE_VALUE);
  g_value_take_boxed (&value, secret_password_lookup_binary_finish (result, &error));
  answer (task, &value, error);
}

static gboolean
start_lookup (gpointer task)
{
  Call *call = g_task_get_task_data (task);

  secret_password_lookupv (&schema, call->attributes, NULL, lookup_cb, task);

  return G_SOURCE_REMOVE;
}

static void
store_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  g_auto(GValue) value = G_VALUE_INIT;
  GError *error = NULL;

  g_value_init (&value, G_TYPE_BOOLEAN);
  g_value_set_boolean (&value, secret_password_store_finish (result, &error));
  answer (task, &value, error);
}

static gboolean
start_store (gpointer task)
{
  Call *call = g_task_get_task_data (task);

  secret_password_storev_binary (&schema, call->attributes, SECRET_COLLECTION_DEFAULT, call->label, call->value, NULL,
                                 store_cb, task);

  return G_SOURCE_REMOVE;
}

static void
clear_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  g_auto(GValue) value = G_VALUE_INIT;
  GError *error = NULL;

  /* FALSE without an error: there was nothing */
  secret_password_clear_finish (result, &error);
  g_value_init (&value, G_TYPE_BOOLEAN);
  g_value_set_boolean (&value, TRUE);
  answer (task, &value, error);
}

static gboolean
start_clear (gpointer task)
{
  Call *call = g_task_get_task_data (task);

  secret_password_clearv (&schema, call->attributes, NULL, clear_cb, task);

  return G_SOURCE_REMOVE;
}

static void
count_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  g_auto(GValue) value = G_VALUE_INIT;
  GError *error = NULL;
  GList *items = secret_password_search_finish (result, &error);

  g_value_init (&value, G_TYPE_UINT);
  g_value_set_uint (&value, g_list_length (items));
  g_list_free_full (items, g_object_unref);
  answer (task, &value, error);
}

static gboolean
start_count (gpointer task)
{
  Call *call = g_task_get_task_data (task);

  secret_password_searchv (&schema, call->attributes, SECRET_SEARCH_ALL | call->flags, NULL, count_cb, task);

  return G_SOURCE_REMOVE;
}

/* ---- On the main context ---- */

/* @call: (transfer full) */
static DexFuture *
run (GSourceFunc  start,
     Call        *call)
{
  DexFuture *future;
  GTask *task = valija_future_new_task (run, &future);

  g_task_set_task_data (task, call, (GDestroyNotify) call_free);
  g_main_context_invoke (get_keyring_context (), start, task);

  return future;
}

DexFuture *
valija_keyring_call_lookup (const char *account_id,
                            ValijaSide  side)
{
  return run (start_lookup, call_new (account_id, side));
}

DexFuture *
valija_keyring_call_store (const char   *account_id,
                           ValijaSide    side,
                           const char   *label,
                           ValijaSecret *secret)
{
  Call *call = call_new (account_id, side);
  const char *bytes;
  gsize length;

  bytes = valija_secret_peek (secret, &length);
  call->label = g_strdup (label);
  call->value = secret_value_new (bytes, (gssize) length, CONTENT_TYPE);

  return run (start_store, call);
}

DexFuture *
valija_keyring_call_clear (const char *account_id,
                           ValijaSide  side)
{
  return run (start_clear, call_new (account_id, side));
}

DexFuture *
valija_keyring_call_count (const char        *account_id,
                           ValijaSide         side,
                           SecretSearchFlags  flags)
{
  Call *call = call_new (account_id, side);

  call->flags = flags;

  return run (start_count, call);
}
