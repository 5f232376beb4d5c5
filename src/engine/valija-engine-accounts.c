/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

#include "engine/valija-account-files.h"

typedef struct
{
  ValijaEngine *engine;
  ValijaAccount *account;
  ValijaSecret *incoming;
  ValijaSecret *outgoing;
  gboolean local_mail;
} AccountChange;

static AccountChange *
account_change_new (ValijaEngine *engine, ValijaAccount *account, ValijaSecret *incoming, ValijaSecret *outgoing)
{
  AccountChange *change = g_new0 (AccountChange, 1);

  change->engine = g_object_ref (engine);
  change->account = g_object_ref (account);
  change->incoming = incoming != NULL ? valija_secret_ref (incoming) : NULL;
  change->outgoing = outgoing != NULL ? valija_secret_ref (outgoing) : NULL;
  return change;
}

static void
account_change_free (AccountChange *change)
{
  g_object_unref (change->engine);
  g_object_unref (change->account);
  g_clear_pointer (&change->incoming, valija_secret_unref);
  g_clear_pointer (&change->outgoing, valija_secret_unref);
  g_free (change);
}

/* ---- Runtimes ---- */

ValijaAccountRuntime *
valija_engine_find_runtime (ValijaEngine *self, ValijaAccount *account)
{
  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);

  return account != NULL ? valija_engine_find_runtime_by_id (self, valija_account_get_id (account)) : NULL;
}

ValijaAccountRuntime *
valija_engine_find_runtime_by_id (ValijaEngine *self, const char *id)
{
  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);

  return g_hash_table_lookup (self->runtimes, id);
}

GPtrArray *
valija_engine_list_runtimes (ValijaEngine *self)
{
  g_autoptr(GPtrArray) runtimes = g_hash_table_get_values_as_ptr_array (self->runtimes);
  GPtrArray *held = g_ptr_array_new_full (runtimes->len, g_object_unref);

  for (guint i = 0; i < runtimes->len; i++)
    g_ptr_array_add (held, g_object_ref (g_ptr_array_index (runtimes, i)));
  return held;
}

ValijaAccountRuntime *
valija_engine_add_runtime (ValijaEngine *self, ValijaAccount *account)
{
  ValijaAccountRuntime *runtime;

  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);

  runtime = valija_account_runtime_new (account, self->credentials, self->trust, self->factory, self->factory_data);
  g_hash_table_insert (self->runtimes, g_strdup (valija_account_get_id (account)), runtime);
  g_list_store_append (self->accounts, account);
  return runtime;
}

static void
remove_runtime (ValijaEngine *self, ValijaAccountRuntime *runtime)
{
  guint position;

  runtime->removed = TRUE;
  g_clear_handle_id (&runtime->reload_source, g_source_remove);
  g_clear_handle_id (&runtime->flush_source, g_source_remove);
  valija_account_runtime_wake (runtime);
  if (g_list_store_find (self->accounts, runtime->account, &position))
    g_list_store_remove (self->accounts, position);
  g_hash_table_remove (self->runtimes, valija_account_get_id (runtime->account));
  valija_engine_update_inboxes (self);
}

/* ---- Adding, changing, removing ---- */

/* In the keyring before the file is written: an account without its password would look set up and fail. */
static gboolean
store_secret_fiber (AccountChange *change, ValijaSide side, ValijaSecret *secret, GError **error)
{
  g_autofree char *label = NULL;

  if (secret == NULL || change->engine->credentials == NULL)
    return TRUE;

  if (side == VALIJA_SIDE_OUTGOING)
    /* Translators: what the keyring's own application shows; the account's name */
    label = g_strdup_printf (_("Valija: %s (outgoing)"), valija_account_get_name (change->account));
  else
    /* Translators: what the keyring's own application shows; the account's name */
    label = g_strdup_printf (_("Valija: %s (incoming)"), valija_account_get_name (change->account));

  return dex_await (valija_credentials_store (change->engine->credentials, valija_account_get_id (change->account),
                                              side, label, secret), error);
}

static gboolean
save_fiber (AccountChange *change, GError **error)
{
  return valija_account_validate (change->account, error) &&
         store_secret_fiber (change, VALIJA_SIDE_INCOMING, change->incoming, error) &&
         store_secret_fiber (change, VALIJA_SIDE_OUTGOING, change->outgoing, error) &&
         dex_await (valija_account_files_save (change->engine->config_directory, change->account), error);
}

static gboolean
has_same_server (ValijaAccount *account, ValijaAccount *other, ValijaSide side)
{
  ValijaServer *server = valija_account_get_server (account, side);
  ValijaServer *others = valija_account_get_server (other, side);

  return g_ascii_strcasecmp (valija_server_get_host (server), valija_server_get_host (others)) == 0 &&
         valija_server_get_port (server) == valija_server_get_port (others) &&
         g_str_equal (valija_server_get_user (server), valija_server_get_user (others));
}

static gboolean
has_same_address (ValijaAccount *account, ValijaAccount *other)
{
  return g_str_equal (valija_account_get_method (account), valija_account_get_method (other)) &&
         g_ascii_strcasecmp (valija_account_get_email (account), valija_account_get_email (other)) == 0;
}

/* An address that moves from one server to another has both for a while. */
static gboolean
is_same_mailbox (ValijaAccount *account, ValijaAccount *other)
{
  ValijaSide side = valija_account_has_side (account, VALIJA_SIDE_INCOMING) ? VALIJA_SIDE_INCOMING
                                                                            : VALIJA_SIDE_OUTGOING;

  return has_same_address (account, other) && has_same_server (account, other, side);
}

/* Two accounts of one mailbox would show and fetch everything twice. @itself: (nullable): what changes */
static gboolean
check_mailbox (AccountChange *change, ValijaAccount *itself, GError **error)
{
  GListModel *accounts = G_LIST_MODEL (change->engine->accounts);

  for (guint i = 0; i < g_list_model_get_n_items (accounts); i++)
    {
      g_autoptr(ValijaAccount) other = g_list_model_get_item (accounts, i);

      if (other == itself ||
          (!g_str_equal (valija_account_get_id (other), valija_account_get_id (change->account)) &&
           !is_same_mailbox (change->account, other)))
        continue;

      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("The account “%s” has this address on this server already. Change that one, or remove it "
                          "first."), valija_account_get_name (other));
      return FALSE;
    }

  return TRUE;
}

/* Whose both are is told by the address; where there is none, by the servers and the names there. */
static gboolean
is_same_account (ValijaAccount *account, ValijaAccount *other)
{
  return has_same_address (account, other) &&
         (*valija_account_get_email (account) != '\0' || (has_same_server (account, other, VALIJA_SIDE_INCOMING) &&
                                                          has_same_server (account, other, VALIJA_SIDE_OUTGOING)));
}

/* An account that was removed, and of which mail is still here, comes back as what it was. */
static gboolean
find_retired_fiber (AccountChange *change, GError **error)
{
  g_autoptr(GPtrArray) files = NULL;

  if (!(files = dex_await_boxed (valija_account_files_load_retired (change->engine->config_directory), error)))
    return FALSE;

  for (guint i = 0; i < files->len; i++)
    {
      ValijaAccount *retired = ((ValijaAccountFile *) g_ptr_array_index (files, i))->account;

      if (retired == NULL || valija_engine_find_runtime (change->engine, retired) != NULL ||
          !is_same_account (retired, change->account))
        continue;

      valija_account_adopt_id (change->account, valija_account_get_id (retired));
      return has_same_server (retired, change->account, VALIJA_SIDE_INCOMING) ||
             dex_await (valija_store_change_server (change->engine->store, valija_account_get_id (retired)), error);
    }

  return TRUE;
}

/* While this one was written another of the same mailbox may have come into the list. */
static gboolean
check_written_fiber (AccountChange *change, GError **error)
{
  ValijaEngine *self = change->engine;

  if (check_mailbox (change, NULL, error))
    return TRUE;

  /* What came back with the same id is the same file */
  if (valija_engine_find_runtime (self, change->account) != NULL)
    return FALSE;

  dex_await (valija_account_files_remove (self->config_directory, change->account), NULL);
  if (self->credentials != NULL)
    dex_await (valija_credentials_clear (self->credentials, valija_account_get_id (change->account)), NULL);
  return FALSE;
}

static DexFuture *
add_fiber (gpointer data)
{
  AccountChange *change = data;
  ValijaEngine *self = change->engine;
  ValijaAccountRuntime *runtime;
  g_autofree char *id = g_strdup (valija_account_get_id (change->account));
  g_autoptr(GError) error = NULL;

  if (!check_mailbox (change, NULL, &error) || !find_retired_fiber (change, &error) || !save_fiber (change, &error) ||
      !dex_await (valija_account_files_forget_retired (self->config_directory, change->account), &error) ||
      !check_written_fiber (change, &error))
    {
      /* The user may correct the address, and is then somebody else */
      valija_account_adopt_id (change->account, id);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  runtime = valija_engine_add_runtime (self, change->account);
  if (!dex_await (valija_engine_prepare_folders (self, runtime), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (self->started)
    valija_engine_run_account (self, runtime);

  return dex_future_new_true ();
}

static gboolean
copy_settings (ValijaAccount *from, ValijaAccount *to, GError **error)
{
  const char * const *keys = valija_account_list_keys (from);

  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_autofree char *value = valija_account_dup_key (from, keys[i]);

      if (value != NULL && !valija_account_set_key (to, keys[i], value, error))
        return FALSE;
    }

  return TRUE;
}

static DexFuture *
update_fiber (gpointer data)
{
  AccountChange *change = data;
  ValijaEngine *self = change->engine;
  ValijaAccountRuntime *found = valija_engine_find_runtime (self, change->account);
  g_autoptr(ValijaAccountRuntime) runtime = NULL;
  const char *id = valija_account_get_id (change->account);
  g_autoptr(GError) error = NULL;
  gboolean moves;

  if (found == NULL)
    return valija_engine_reject_unknown_account ();

  runtime = g_object_ref (found);
  moves = !has_same_server (runtime->account, change->account, VALIJA_SIDE_INCOMING);
  if ((!is_same_mailbox (change->account, runtime->account) &&
       !check_mailbox (change, runtime->account, &error)) ||
      (moves && !dex_await (valija_store_change_server (self->store, id), &error)) ||
      !save_fiber (change, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  /* The account in the list stays the same object: folders and windows hold it. */
  if (change->account != runtime->account && !copy_settings (change->account, runtime->account, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  /* Once more: the last word of the old server may have come meanwhile */
  if (!dex_await (valija_account_runtime_reset (runtime), &error) ||
      (moves && !dex_await (valija_store_change_server (self->store, id), &error)) ||
      !dex_await (valija_engine_prepare_folders (self, runtime), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  valija_account_runtime_wake (runtime);
  return dex_future_new_true ();
}

static DexFuture *
remove_fiber (gpointer data)
{
  AccountChange *change = data;
  ValijaEngine *self = change->engine;
  ValijaAccountRuntime *found = valija_engine_find_runtime (self, change->account);
  const char *id = valija_account_get_id (change->account);
  g_autoptr(ValijaAccountRuntime) runtime = NULL;
  g_autoptr(GError) error = NULL;

  if (found == NULL)
    return valija_engine_reject_unknown_account ();

  runtime = g_object_ref (found);
  if (!dex_await (!change->local_mail &&
                    valija_folders_count_local (valija_engine_get_folders (self, change->account)) +
                        valija_outbox_items_count_unsent (G_LIST_MODEL (self->outbox), change->account) > 0
                    ? valija_account_files_retire (self->config_directory, change->account)
                    : valija_account_files_remove (self->config_directory, change->account), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  remove_runtime (self, runtime);
  dex_await (valija_account_runtime_close (runtime), NULL);

  /* A keyring that is gone must not keep the account here. */
  if (self->credentials != NULL && !dex_await (valija_credentials_clear (self->credentials, id), &error))
    {
      valija_engine_notice (self, _("The password of “%s” could not be removed from the keyring: %s"),
                            valija_account_get_name (change->account), error->message);
      g_clear_error (&error);
    }

  if (!dex_await (valija_store_remove_account (self->store, id, change->local_mail), &error) ||
      !dex_await (valija_engine_load_outbox (self), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

DexFuture *
valija_engine_add_account (ValijaEngine *self, ValijaAccount *account, ValijaSecret *incoming, ValijaSecret *outgoing)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_ACCOUNT (account));

  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "add account", add_fiber,
                              account_change_new (self, account, incoming, outgoing),
                              (GDestroyNotify) account_change_free);
}

DexFuture *
valija_engine_update_account (ValijaEngine  *self,
                              ValijaAccount *account,
                              ValijaSecret  *incoming,
                              ValijaSecret  *outgoing)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_ACCOUNT (account));

  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "update account", update_fiber,
                              account_change_new (self, account, incoming, outgoing),
                              (GDestroyNotify) account_change_free);
}

DexFuture *
valija_engine_remove_account (ValijaEngine *self, ValijaAccount *account, gboolean local_mail)
{
  AccountChange *change;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_ACCOUNT (account));

  change = account_change_new (self, account, NULL, NULL);
  change->local_mail = local_mail;
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "remove account", remove_fiber, change,
                              (GDestroyNotify) account_change_free);
}

static DexFuture *
list_removed_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  g_autoptr(GPtrArray) accounts = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GPtrArray) files = NULL;
  g_autoptr(GError) error = NULL;

  if (!(files = dex_await_boxed (valija_account_files_load_retired (flow->engine->config_directory), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  for (guint i = 0; i < files->len; i++)
    {
      ValijaAccount *account = ((ValijaAccountFile *) g_ptr_array_index (files, i))->account;

      if (account != NULL && valija_engine_find_runtime (flow->engine, account) == NULL)
        g_ptr_array_add (accounts, g_object_ref (account));
    }

  return valija_future_new_take_ptr_array (g_steal_pointer (&accounts));
}

DexFuture *
valija_engine_list_removed (ValijaEngine *self)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "removed accounts", list_removed_fiber,
                              valija_flow_new (self, NULL), (GDestroyNotify) valija_flow_free);
}

/* ---- Looking ---- */

GListModel *
valija_engine_get_accounts (ValijaEngine *self)
{
  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);

  return G_LIST_MODEL (self->accounts);
}

ValijaAccount *
valija_engine_find_account (ValijaEngine *self, const char *id_name_or_address)
{
  ValijaAccountRuntime *runtime;

  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);
  g_return_val_if_fail (id_name_or_address != NULL, NULL);

  if ((runtime = valija_engine_find_runtime_by_id (self, id_name_or_address)) != NULL)
    return runtime->account;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->accounts)); i++)
    {
      g_autoptr(ValijaAccount) account = g_list_model_get_item (G_LIST_MODEL (self->accounts), i);

      if (g_str_equal (valija_account_get_name (account), id_name_or_address) ||
          g_ascii_strcasecmp (valija_account_get_email (account), id_name_or_address) == 0)
        return account;
    }

  return NULL;
}

ValijaAccountStatus *
valija_engine_get_status (ValijaEngine *self, ValijaAccount *account)
{
  ValijaAccountRuntime *runtime;

  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);

  runtime = valija_engine_find_runtime (self, account);
  return runtime != NULL ? runtime->status : NULL;
}

/* ---- Connecting ---- */

static DexFuture *
connect_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  ValijaAccountRuntime *runtime = flow->runtime;
  g_autoptr(ValijaMailReader) reader = NULL;
  g_autoptr(ValijaMailSender) sender = NULL;
  g_autoptr(GError) first = NULL;
  g_autoptr(GError) second = NULL;

  valija_account_runtime_forgive (runtime);

  /* A half that the account does not have is no failure, and one half that fails does not keep the other from
   * connecting. */
  if ((reader = valija_account_runtime_dup_reader (runtime, &first)) != NULL)
    dex_await (valija_session_open (VALIJA_SESSION (reader)), &first);
  if ((sender = valija_account_runtime_dup_sender (runtime, &second)) != NULL)
    dex_await (valija_session_open (VALIJA_SESSION (sender)), &second);

  if (reader != NULL)
    valija_account_runtime_note (runtime, first);
  valija_account_runtime_take_facts (runtime);

  if (reader == NULL && sender != NULL)
    g_clear_error (&first);
  if (sender == NULL && reader != NULL)
    g_clear_error (&second);

  if (first != NULL)
    return dex_future_new_for_error (g_steal_pointer (&first));
  if (second != NULL)
    return dex_future_new_for_error (g_steal_pointer (&second));

  valija_account_runtime_wake (runtime);
  return dex_future_new_true ();
}

DexFuture *
valija_engine_connect_account (ValijaEngine *self, ValijaAccount *account)
{
  ValijaAccountRuntime *runtime;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  if (!(runtime = valija_engine_find_runtime (self, account)))
    return valija_engine_reject_unknown_account ();

  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "connect", connect_fiber,
                              valija_flow_new (self, runtime), (GDestroyNotify) valija_flow_free);
}

DexFuture *
valija_engine_disconnect_account (ValijaEngine *self, ValijaAccount *account)
{
  ValijaAccountRuntime *runtime;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  if (!(runtime = valija_engine_find_runtime (self, account)))
    return valija_engine_reject_unknown_account ();

  return valija_account_runtime_close (runtime);
}

gboolean
valija_engine_decide_certificate (ValijaEngine *self, ValijaCertificate *certificate, gboolean trust, GError **error)
{
  GHashTableIter iter;
  gpointer runtime;

  g_return_val_if_fail (VALIJA_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (certificate != NULL, FALSE);

  if (!valija_trust_decide (self->trust, certificate,
                            trust ? VALIJA_TRUST_ACCEPTED : VALIJA_TRUST_REJECTED, error))
    return FALSE;

  if (!trust)
    return TRUE;

  g_hash_table_iter_init (&iter, self->runtimes);
  while (g_hash_table_iter_next (&iter, NULL, &runtime))
    valija_account_runtime_wake (runtime);

  return TRUE;
}

/* The sessions' own once there are any; before, those of an account test. */
static ValijaSessionContext *
find_context (ValijaEngine *self, ValijaAccount *account)
{
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (self, account);
  ValijaAccount *tested = self->last_test != NULL ? valija_session_context_get_account (self->last_test) : NULL;

  if (runtime != NULL && runtime->context != NULL)
    return runtime->context;
  if (tested != NULL && g_str_equal (valija_account_get_id (tested), valija_account_get_id (account)))
    return self->last_test;

  return runtime != NULL ? valija_account_runtime_get_context (runtime) : NULL;
}

static char *
transcript_text (ValijaSessionContext *context)
{
  return context != NULL ? valija_transcript_to_text (valija_session_context_get_transcript (context)) : g_strdup ("");
}

char *
valija_engine_dup_transcript (ValijaEngine *self, ValijaAccount *account)
{
  ValijaSessionContext *context;
  g_autofree char *text = NULL;
  g_autofree char *other_half = NULL;

  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (account), NULL);

  context = find_context (self, account);
  text = transcript_text (context);
  other_half = transcript_text (context != NULL && context == self->last_test ? self->last_test_outgoing : NULL);
  return g_strconcat (text, other_half, NULL);
}

ValijaTraffic *
valija_engine_get_traffic (ValijaEngine *self, ValijaAccount *account)
{
  ValijaSessionContext *context;

  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (account), NULL);

  context = find_context (self, account);
  return context != NULL ? valija_session_context_get_traffic (context) : NULL;
}
