/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-account-runtime.h"

#include <glib/gi18n-lib.h>

#include "base/valija-future.h"
#include "base/valija-promise.h"
#include "engine/valija-outbox-verdict.h"
#include "sessions/valija-methods.h"

G_DEFINE_FINAL_TYPE (ValijaAccountRuntime, valija_account_runtime, G_TYPE_OBJECT)

typedef struct
{
  ValijaAccountRuntime *runtime;
  ValijaSession *session;
} Open;

static void
open_free (Open *open)
{
  g_clear_object (&open->runtime);
  g_clear_object (&open->session);
  g_free (open);
}

static void
session_state_changed_cb (ValijaAccountRuntime *self, ValijaSession *session)
{
  /* The status speaks of the half that reads; an account that only sends has no other. */
  if (session == self->session)
    valija_account_status_set_state (self->status, valija_session_get_state (session));
}

static void
session_alert_cb (ValijaAccountRuntime *self, const char *text, ValijaSession *session)
{
  valija_account_status_add_alert (self->status, text);
}

static void
session_notice_cb (ValijaAccountRuntime *self, const char *text, ValijaSession *session)
{
  valija_account_status_set_notice (self->status, text);
}

static void
watch_session (ValijaAccountRuntime *self, ValijaSession *session)
{
  g_signal_connect_object (session, "state-changed", G_CALLBACK (session_state_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "alert", G_CALLBACK (session_alert_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notice", G_CALLBACK (session_notice_cb), self, G_CONNECT_SWAPPED);
}

static ValijaSession *
get_session (ValijaAccountRuntime *self, GError **error)
{
  if (self->session == NULL)
    {
      self->session = self->factory (valija_account_runtime_get_context (self), VALIJA_SIDE_INCOMING,
                                     self->factory_data, error);
      if (self->session != NULL)
        watch_session (self, self->session);
    }

  return self->session;
}

static DexFuture *
open_fiber (gpointer data)
{
  Open *args = data;
  ValijaAccountRuntime *self = args->runtime;
  g_autoptr(GError) error = NULL;

  if (!dex_await (valija_session_open (args->session), &error))
    {
      if (args->session == self->session)
        valija_account_runtime_note (self, error);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  if (args->session == self->session)
    {
      valija_account_runtime_note (self, NULL);
      valija_account_runtime_take_facts (self);
    }

  return dex_future_new_true ();
}

static DexFuture *
closed_cb (DexFuture *future, gpointer user_data)
{
  return dex_future_new_true ();
}

static void
valija_account_runtime_dispose (GObject *object)
{
  ValijaAccountRuntime *self = VALIJA_ACCOUNT_RUNTIME (object);

  g_clear_handle_id (&self->reload_source, g_source_remove);
  g_clear_handle_id (&self->flush_source, g_source_remove);
  g_clear_object (&self->session);
  g_clear_object (&self->sender);
  g_clear_object (&self->context);
  g_clear_object (&self->folders);
  g_clear_object (&self->status);
  g_clear_object (&self->account);
  g_clear_object (&self->credentials);
  g_clear_object (&self->trust);
  dex_clear (&self->wake);
  g_clear_error (&self->refused);
  g_clear_error (&self->held_up);
  g_clear_error (&self->left_out);

  G_OBJECT_CLASS (valija_account_runtime_parent_class)->dispose (object);
}

static void
valija_account_runtime_finalize (GObject *object)
{
  ValijaAccountRuntime *self = VALIJA_ACCOUNT_RUNTIME (object);

  valija_lane_unref (self->lane);
  valija_lane_unref (self->fetching);
  valija_lane_unref (self->sending);
  g_hash_table_unref (self->unwritten);
  g_hash_table_unref (self->unreached);
  g_hash_table_unref (self->on_their_way);
  g_hash_table_unref (self->taken_back);
  g_hash_table_unref (self->put_off);
  g_hash_table_unref (self->awaited);
  g_hash_table_unref (self->copied);
  g_ptr_array_unref (self->progresses);
  g_ptr_array_unref (self->syncs);
  g_free (self->renumbered);
  g_free (self->relisted);

  G_OBJECT_CLASS (valija_account_runtime_parent_class)->finalize (object);
}

static void
valija_account_runtime_class_init (ValijaAccountRuntimeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_account_runtime_dispose;
  object_class->finalize = valija_account_runtime_finalize;
}

static void
names_free (gpointer names)
{
  if (names != NULL)
    g_ptr_array_unref (names);
}

static void
valija_account_runtime_init (ValijaAccountRuntime *self)
{
  self->folders = g_list_store_new (VALIJA_TYPE_FOLDER);
  self->progresses = g_ptr_array_new_with_free_func (g_object_unref);
  self->syncs = g_ptr_array_new_with_free_func (g_object_unref);
  self->lane = valija_lane_new ();
  self->fetching = valija_lane_new ();
  self->sending = valija_lane_new ();
  self->unwritten = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                           (GDestroyNotify) valija_outbox_verdict_free);
  self->unreached = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->on_their_way = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->taken_back = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->put_off = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->awaited = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->copied = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, names_free);
}

ValijaAccountRuntime *
valija_account_runtime_new (ValijaAccount       *account,
                            ValijaCredentials   *credentials,
                            ValijaTrust         *trust,
                            ValijaSessionFactory factory,
                            gpointer             factory_data)
{
  ValijaAccountRuntime *self;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT (account), NULL);
  g_return_val_if_fail (factory != NULL, NULL);

  self = g_object_new (VALIJA_TYPE_ACCOUNT_RUNTIME, NULL);
  self->account = g_object_ref (account);
  self->status = valija_account_status_new (account);
  g_set_object (&self->credentials, credentials);
  g_set_object (&self->trust, trust);
  self->factory = factory;
  self->factory_data = factory_data;
  return self;
}

const char *
valija_account_runtime_get_id (ValijaAccountRuntime *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self), NULL);

  return valija_account_get_id (self->account);
}

ValijaSessionContext *
valija_account_runtime_get_context (ValijaAccountRuntime *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self), NULL);

  if (self->context == NULL)
    self->context = valija_session_context_new (self->account, self->credentials, self->trust);
  return self->context;
}

ValijaCapabilities
valija_account_runtime_get_capabilities (ValijaAccountRuntime *self)
{
  ValijaCapabilities capabilities;
  const ValijaMethod *method;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self), VALIJA_CAPABILITY_NONE);

  capabilities = valija_account_status_get_capabilities (self->status);
  if (capabilities == VALIJA_CAPABILITY_NONE)
    {
      method = valija_methods_find (valija_account_get_method (self->account));
      capabilities = method != NULL ? method->capabilities : VALIJA_CAPABILITY_NONE;
    }

  if (valija_account_has_side (self->account, VALIJA_SIDE_OUTGOING))
    capabilities |= VALIJA_CAPABILITY_SEND;
  return capabilities;
}

ValijaFolder *
valija_account_runtime_find_folder (ValijaAccountRuntime *self, const char *remote_id)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self), NULL);
  g_return_val_if_fail (remote_id != NULL, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->folders)); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (G_LIST_MODEL (self->folders), i);

      /* Those of this computer have the name "" */
      if (remote_id[0] != '\0' && g_str_equal (valija_folder_get_remote_id (folder), remote_id))
        return folder;
    }

  return NULL;
}

gboolean
valija_account_runtime_is_durable (ValijaAccountRuntime *self)
{
  const ValijaMethod *method;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self), FALSE);

  /* By the method and not by what one server offers: where mail is kept must never change with a connection. */
  method = valija_methods_find (valija_account_get_method (self->account));
  return method != NULL && (method->capabilities & VALIJA_CAPABILITY_READ) != 0 &&
         (method->capabilities & (VALIJA_CAPABILITY_ORGANIZE | VALIJA_CAPABILITY_FOLDERS)) == 0;
}

ValijaMailReader *
valija_account_runtime_dup_reader (ValijaAccountRuntime *self, GError **error)
{
  ValijaSession *session;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self), NULL);

  if (self->refused != NULL)
    {
      g_propagate_error (error, g_error_copy (self->refused));
      return NULL;
    }

  if (!(session = get_session (self, error)))
    return NULL;

  if (!VALIJA_IS_MAIL_READER (session))
    {
      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED, _("This account only sends. It has no mail to read."));
      return NULL;
    }

  return g_object_ref (VALIJA_MAIL_READER (session));
}

ValijaMailOrganizer *
valija_account_runtime_dup_organizer (ValijaAccountRuntime *self, GError **error)
{
  g_autoptr(ValijaMailReader) reader = NULL;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self), NULL);

  if (!(reader = valija_account_runtime_dup_reader (self, error)))
    return NULL;

  if (!VALIJA_IS_MAIL_ORGANIZER (reader))
    {
      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED,
                        _("The server of this account keeps no folders and marks. They are kept on this computer."));
      return NULL;
    }

  return VALIJA_MAIL_ORGANIZER (g_steal_pointer (&reader));
}

ValijaMailSender *
valija_account_runtime_dup_sender (ValijaAccountRuntime *self, GError **error)
{
  ValijaSession *session;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self), NULL);

  if (!(session = get_session (self, error)))
    return NULL;

  if (VALIJA_IS_MAIL_SENDER (session))
    return g_object_ref (VALIJA_MAIL_SENDER (session));

  if (self->sender == NULL)
    {
      self->sender = self->factory (valija_account_runtime_get_context (self), VALIJA_SIDE_OUTGOING,
                                    self->factory_data, error);
      if (self->sender == NULL)
        return NULL;
      watch_session (self, self->sender);
    }

  return g_object_ref (VALIJA_MAIL_SENDER (self->sender));
}

gboolean
valija_account_runtime_still_has (ValijaAccountRuntime *self, ValijaSession *session, GError **error)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self), FALSE);

  if (!self->removed && session == self->session)
    return TRUE;

  valija_error_set (error, VALIJA_ERROR_DISCONNECTED, _("The session was closed."));
  return FALSE;
}

DexFuture *
valija_account_runtime_open (ValijaAccountRuntime *self, ValijaSession *session)
{
  Open *args;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self), NULL);
  g_return_val_if_fail (VALIJA_IS_SESSION (session), NULL);

  if (VALIJA_IS_MAIL_READER (session) && VALIJA_IS_MAIL_SENDER (session))
    return dex_future_new_true ();

  args = g_new0 (Open, 1);
  args->runtime = g_object_ref (self);
  args->session = g_object_ref (session);
  return valija_fiber_spawn (open_fiber, args, (GDestroyNotify) open_free);
}

void
valija_account_runtime_begin_progress (ValijaAccountRuntime *self, ValijaProgress *progress)
{
  g_return_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self));

  g_ptr_array_add (self->progresses, g_object_ref (progress));
  valija_account_status_set_progress (self->status, progress);
}

void
valija_account_runtime_end_progress (ValijaAccountRuntime *self, ValijaProgress *progress)
{
  guint n_left;

  g_return_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self));

  valija_progress_finish (progress);
  g_ptr_array_remove (self->syncs, progress);
  g_ptr_array_remove (self->progresses, progress);
  n_left = self->progresses->len;
  if (valija_account_status_get_progress (self->status) == progress)
    valija_account_status_set_progress (self->status, n_left > 0 ? g_ptr_array_index (self->progresses, n_left - 1)
                                                                 : NULL);
}

void
valija_account_runtime_add_sync (ValijaAccountRuntime *self, ValijaProgress *progress)
{
  g_return_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self));

  g_ptr_array_add (self->syncs, g_object_ref (progress));
}

void
valija_account_runtime_cancel_syncs (ValijaAccountRuntime *self)
{
  g_autoptr(GPtrArray) syncs = NULL;

  g_return_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self));

  /* Whoever is cancelled may end at once, and leave the list */
  syncs = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < self->syncs->len; i++)
    g_ptr_array_add (syncs, g_object_ref (g_ptr_array_index (self->syncs, i)));
  for (guint i = 0; i < syncs->len; i++)
    valija_progress_cancel (g_ptr_array_index (syncs, i));
}

void
valija_account_runtime_take_facts (ValijaAccountRuntime *self)
{
  g_auto(GStrv) facts = NULL;

  g_return_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self));

  if (self->session == NULL || valija_session_get_state (self->session) != VALIJA_SESSION_OPEN)
    return;

  facts = valija_session_dup_facts (self->session);
  valija_account_status_set_server (self->status, valija_session_get_capabilities (self->session),
                                    (const char * const *) facts);
}

void
valija_account_runtime_note (ValijaAccountRuntime *self, const GError *error)
{
  g_return_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self));

  if (error != NULL && valija_error_is_cancelled (error))
    return;

  valija_account_status_set_error (self->status, error != NULL ? error
                                                 : self->held_up != NULL ? self->held_up : self->left_out);

  if (g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_AUTHENTICATION) && self->refused == NULL)
    self->refused = g_error_copy (error);
}

void
valija_account_runtime_forgive (ValijaAccountRuntime *self)
{
  g_return_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self));

  if (self->refused == NULL)
    return;

  /* The session that was refused, which is the one that reads, may remember it, and where */
  g_clear_error (&self->refused);
  if (self->session != NULL)
    valija_future_forget (valija_session_close (self->session), "end of what was refused");
}

DexFuture *
valija_account_runtime_close (ValijaAccountRuntime *self)
{
  g_autoptr(GPtrArray) futures = NULL;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self), NULL);

  futures = g_ptr_array_new_with_free_func (dex_unref);
  if (self->session != NULL)
    g_ptr_array_add (futures, valija_session_close (self->session));
  if (self->sender != NULL)
    g_ptr_array_add (futures, valija_session_close (self->sender));

  if (futures->len == 0)
    return dex_future_new_true ();

  return dex_future_finally (dex_future_allv ((DexFuture **) futures->pdata, futures->len),
                             closed_cb, NULL, NULL);
}

DexFuture *
valija_account_runtime_reset (ValijaAccountRuntime *self)
{
  DexFuture *closed;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self), NULL);

  closed = valija_account_runtime_close (self);
  g_clear_object (&self->session);
  g_clear_object (&self->sender);
  g_clear_object (&self->context);
  valija_account_runtime_forgive (self);
  valija_account_status_set_error (self->status, NULL);
  valija_account_status_set_server (self->status, VALIJA_CAPABILITY_NONE, NULL);
  valija_account_status_set_state (self->status, VALIJA_SESSION_CLOSED);
  return closed;
}

/* A line that is awaited. */
typedef struct
{
  guint n_waiters;
  ValijaLineEnd end;
} Awaited;

void
valija_account_runtime_await_line (ValijaAccountRuntime *self, gint64 line)
{
  Awaited *awaited;

  g_return_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self));

  if (!(awaited = g_hash_table_lookup (self->awaited, &line)))
    {
      awaited = g_new0 (Awaited, 1);
      g_hash_table_insert (self->awaited, g_memdup2 (&line, sizeof line), awaited);
    }

  awaited->n_waiters++;
}

gboolean
valija_account_runtime_tell_line (ValijaAccountRuntime *self, gint64 line, ValijaLineEnd end)
{
  Awaited *awaited;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self), FALSE);

  if (!(awaited = g_hash_table_lookup (self->awaited, &line)))
    return FALSE;

  awaited->end = end;
  return TRUE;
}

ValijaLineEnd
valija_account_runtime_take_line (ValijaAccountRuntime *self, gint64 line, gboolean *last)
{
  Awaited *awaited;
  ValijaLineEnd end;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self), VALIJA_LINE_WAITS);

  awaited = g_hash_table_lookup (self->awaited, &line);
  g_return_val_if_fail (awaited != NULL, VALIJA_LINE_WAITS);

  end = awaited->end;
  *last = --awaited->n_waiters == 0;
  if (*last)
    g_hash_table_remove (self->awaited, &line);
  return end;
}

void
valija_account_runtime_name_copies (ValijaAccountRuntime *self, gint64 line, gpointer *names, guint n_names)
{
  GPtrArray *copy;

  g_return_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self));

  if (!g_hash_table_contains (self->copied, &line))
    return;

  copy = g_ptr_array_new_full (n_names, g_free);
  for (guint i = 0; i < n_names; i++)
    g_ptr_array_add (copy, g_strdup (names[i] != NULL ? names[i] : ""));
  g_hash_table_insert (self->copied, g_memdup2 (&line, sizeof line), copy);
}

void
valija_account_runtime_wake (ValijaAccountRuntime *self)
{
  g_return_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self));

  if (self->wake != NULL && dex_future_is_pending (DEX_FUTURE (self->wake)))
    valija_promise_resolve_boolean (self->wake, TRUE);
}

ValijaFolder *
valija_account_runtime_find_role (ValijaAccountRuntime *self, ValijaFolderRole role, gboolean local)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT_RUNTIME (self), NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->folders)); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (G_LIST_MODEL (self->folders), i);

      if (valija_folder_is_own (folder, role) && valija_folder_get_local (folder) == local)
        return folder;
    }

  return NULL;
}
