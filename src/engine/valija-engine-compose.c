/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

#include "mime/valija-mime-header.h"

/* From a composition or a finished source to the outbox. */

/* A message made ready to leave, off the main thread. */
typedef struct
{
  ValijaEnvelope *envelope;
  GBytes *source;            /* what is sent */
  GBytes *copy;              /* what is kept, with Bcc */
  char *subject;
  char *recipients;
  char *message_id;
} Prepared;

static void
prepared_free (Prepared *prepared)
{
  g_clear_pointer (&prepared->envelope, valija_envelope_unref);
  g_clear_pointer (&prepared->source, g_bytes_unref);
  g_clear_pointer (&prepared->copy, g_bytes_unref);
  g_free (prepared->subject);
  g_free (prepared->recipients);
  g_free (prepared->message_id);
  g_free (prepared);
}

static Prepared *
prepared_copy (Prepared *prepared)
{
  Prepared *copy = g_new0 (Prepared, 1);

  copy->envelope = valija_envelope_ref (prepared->envelope);
  copy->source = g_bytes_ref (prepared->source);
  copy->copy = g_bytes_ref (prepared->copy);
  copy->subject = g_strdup (prepared->subject);
  copy->recipients = g_strdup (prepared->recipients);
  copy->message_id = g_strdup (prepared->message_id);
  return copy;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Prepared, prepared_free)

GType prepared_get_type (void);
G_DEFINE_BOXED_TYPE (Prepared, prepared, prepared_copy, prepared_free)

typedef struct
{
  ValijaEngine *engine;
  ValijaAccountRuntime *runtime;
  ValijaComposition *composition; /* nullable */
  GBytes *source;                 /* nullable */
  char **extra_recipients;        /* nullable */
  gint64 due;
} Compose;

static Compose *
compose_new (ValijaEngine *engine, ValijaAccountRuntime *runtime, ValijaComposition *composition)
{
  Compose *compose = g_new0 (Compose, 1);

  compose->engine = g_object_ref (engine);
  compose->runtime = g_object_ref (runtime);
  compose->composition = composition != NULL ? valija_composition_copy (composition) : NULL;
  return compose;
}

static void
compose_free (Compose *compose)
{
  g_object_unref (compose->engine);
  g_object_unref (compose->runtime);
  g_clear_object (&compose->composition);
  g_clear_pointer (&compose->source, g_bytes_unref);
  g_strfreev (compose->extra_recipients);
  g_free (compose);
}

/* ---- Making ready ---- */

static gsize
header_length (GBytes *source)
{
  gsize length;
  const char *data = g_bytes_get_data (source, &length);
  const char *end = length > 0 ? g_strstr_len (data, (gssize) length, "\r\n\r\n") : NULL;

  if (end == NULL && length > 0)
    end = g_strstr_len (data, (gssize) length, "\n\n");
  return end != NULL ? (gsize) (end - data) : length;
}

static void
describe (Prepared *prepared)
{
  g_autoptr(ValijaMessageInfo) info = NULL;
  g_autoptr(GString) recipients = g_string_new (NULL);
  const char *headers = g_bytes_get_data (prepared->copy, NULL);

  info = valija_mime_parse_header_block ("", headers != NULL ? headers : "", header_length (prepared->copy));
  prepared->subject = g_strdup (info->subject);
  prepared->message_id = g_strdup (info->message_id);

  for (guint i = 0; i < prepared->envelope->recipients->len; i++)
    g_string_append_printf (recipients, "%s%s", i > 0 ? RECIPIENTS_SEPARATOR : "",
                            (const char *) g_ptr_array_index (prepared->envelope->recipients, i));
  prepared->recipients = g_string_free (g_steal_pointer (&recipients), FALSE);
}

/* Built once, so that what is kept is what was sent, also when a file changes meanwhile. */
static gpointer
prepare_composition_in_thread (gpointer user_data, GError **error)
{
  ValijaComposition *composition = user_data;
  g_autoptr(Prepared) prepared = g_new0 (Prepared, 1);

  if (!(prepared->envelope = valija_composition_dup_envelope (composition, error)) ||
      !(prepared->copy = valija_composition_build (composition, TRUE, error)) ||
      !(prepared->source = valija_source_strip (prepared->copy, error)))
    return NULL;

  describe (prepared);
  return g_steal_pointer (&prepared);
}

static void
add_recipients (ValijaEnvelope *envelope, char **extra)
{
  for (guint i = 0; extra != NULL && extra[i] != NULL; i++)
    if (!g_ptr_array_find_with_equal_func (envelope->recipients, extra[i], g_str_equal, NULL))
      g_ptr_array_add (envelope->recipients, g_strdup (extra[i]));
}

typedef struct
{
  GBytes *source;
  char **extra_recipients;
} SourceCall;

static void
source_call_free (SourceCall *call)
{
  g_bytes_unref (call->source);
  g_strfreev (call->extra_recipients);
  g_free (call);
}

static gboolean
check_recipients (char **extra, GError **error)
{
  for (guint i = 0; extra != NULL && extra[i] != NULL; i++)
    if (!valija_address_is_valid (extra[i]))
      {
        valija_error_set (error, VALIJA_ERROR_INVALID, _("“%s” is not an address."), extra[i]);
        return FALSE;
      }

  return TRUE;
}

static gpointer
prepare_source_in_thread (gpointer user_data, GError **error)
{
  SourceCall *call = user_data;
  g_autoptr(Prepared) prepared = g_new0 (Prepared, 1);

  if (!check_recipients (call->extra_recipients, error) ||
      !(prepared->envelope = valija_source_dup_envelope (call->source, &prepared->source, error)))
    return NULL;

  add_recipients (prepared->envelope, call->extra_recipients);
  if (prepared->envelope->recipients->len == 0)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, _("The message has no recipient. Add an address first."));
      return NULL;
    }

  prepared->copy = g_bytes_ref (call->source);
  describe (prepared);
  return g_steal_pointer (&prepared);
}

static DexFuture *
prepare (Compose *compose)
{
  SourceCall *call;

  if (compose->composition != NULL)
    return valija_future_run_in_thread (prepared_get_type (), prepare_composition_in_thread,
                                        g_object_ref (compose->composition), g_object_unref);

  call = g_new0 (SourceCall, 1);
  call->source = g_bytes_ref (compose->source);
  call->extra_recipients = g_strdupv (compose->extra_recipients);
  return valija_future_run_in_thread (prepared_get_type (), prepare_source_in_thread, call,
                                      (GDestroyNotify) source_call_free);
}

/* ---- Sending ---- */

static DexFuture *
send_fiber (gpointer data)
{
  Compose *compose = data;
  g_autoptr(Prepared) prepared = NULL;
  g_autoptr(GError) error = NULL;
  gint64 id;

  if (!(prepared = dex_await_boxed (prepare (compose), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (!valija_await_int64 (valija_store_add_outbox (compose->engine->store,
                                                    valija_account_runtime_get_id (compose->runtime),
                                                    prepared->envelope, prepared->subject, prepared->recipients,
                                                    prepared->message_id, prepared->source, prepared->copy,
                                                    compose->due),
                           &id, &error) ||
      !dex_await (valija_engine_load_outbox (compose->engine), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (compose->due == 0)
    valija_engine_outbox_due (compose->engine, 0);
  return dex_future_new_for_int64 (id);
}

/* The runtime of @account if it can send, or NULL with the reason. */
static ValijaAccountRuntime *
find_sending_runtime (ValijaEngine *self, ValijaAccount *account, GError **error)
{
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (self, account);
  g_autofree char *reason = NULL;

  if (runtime == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_NOT_FOUND, _("This account is not set up here."));
      return NULL;
    }

  if ((reason = valija_engine_why_not (self, account, NULL, VALIJA_ACTION_COMPOSE)) != NULL)
    {
      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED, "%s", reason);
      return NULL;
    }

  return runtime;
}

DexFuture *
valija_engine_send (ValijaEngine *self, ValijaAccount *account, ValijaComposition *composition, gint64 due)
{
  ValijaAccountRuntime *runtime;
  Compose *compose;
  GError *error = NULL;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_COMPOSITION (composition));

  if (!(runtime = find_sending_runtime (self, account, &error)) ||
      !valija_composition_check (composition, &error))
    return dex_future_new_for_error (error);

  compose = compose_new (self, runtime, composition);
  compose->due = due;
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "send", send_fiber, compose, (GDestroyNotify) compose_free);
}

DexFuture *
valija_engine_send_source (ValijaEngine       *self,
                           ValijaAccount      *account,
                           GBytes             *source,
                           const char * const *extra_recipients,
                           gint64              due)
{
  ValijaAccountRuntime *runtime;
  Compose *compose;
  GError *error = NULL;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (source != NULL);

  if (!(runtime = find_sending_runtime (self, account, &error)))
    return dex_future_new_for_error (error);

  compose = compose_new (self, runtime, NULL);
  compose->source = g_bytes_ref (source);
  compose->extra_recipients = g_strdupv ((char **) extra_recipients);
  compose->due = due;
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "send source", send_fiber, compose,
                              (GDestroyNotify) compose_free);
}

/* ---- Asking about an address ---- */

static DexFuture *
check_address_fiber (gpointer data)
{
  ValijaFlow *flow = data;
  g_autoptr(ValijaMailSender) sender = NULL;
  g_autoptr(ValijaAddressCheck) check = NULL;
  g_autoptr(GError) error = NULL;
  DexFuture *checking;

  if (!(sender = valija_account_runtime_dup_sender (flow->runtime, &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  checking = valija_mail_sender_check_address (sender, valija_account_get_email (flow->runtime->account), flow->text);
  if (!(check = dex_await_boxed (valija_engine_race (flow->engine, checking, NULL), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_take_boxed (VALIJA_TYPE_ADDRESS_CHECK, g_steal_pointer (&check));
}

DexFuture *
valija_engine_check_address (ValijaEngine *self, ValijaAccount *account, const char *address)
{
  ValijaAccountRuntime *runtime;
  ValijaFlow *flow;
  GError *error = NULL;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (address != NULL);

  if (!(runtime = find_sending_runtime (self, account, &error)))
    return dex_future_new_for_error (error);

  if (!valija_address_is_valid (address))
    {
      valija_error_set (&error, VALIJA_ERROR_INVALID, _("“%s” is not an address."), address);
      return dex_future_new_for_error (error);
    }

  flow = valija_flow_new (self, runtime);
  flow->text = g_strdup (address);
  return valija_engine_spawn (self, VALIJA_FLOW_CALLERS, "check an address", check_address_fiber, flow,
                              (GDestroyNotify) valija_flow_free);
}

/* ---- The copy ---- */

ValijaSentCopy
valija_engine_plan_sent_copy (ValijaAccountRuntime *runtime)
{
  ValijaCapabilities capabilities = valija_account_runtime_get_capabilities (runtime);
  ValijaKeepSent keep = valija_account_get_keep_sent (runtime->account);

  if ((capabilities & VALIJA_CAPABILITY_KEEPS_SENT) != 0)
    return VALIJA_SENT_COPY_BY_SERVER;
  if (keep == VALIJA_KEEP_SENT_NOT)
    return VALIJA_SENT_COPY_NONE;
  if (keep == VALIJA_KEEP_SENT_HERE)
    return VALIJA_SENT_COPY_HERE;

  /* Asked for on the server: where the server holds no folders there is none, and nothing is kept unasked. */
  if ((capabilities & VALIJA_CAPABILITY_ORGANIZE) == 0)
    return VALIJA_SENT_COPY_NONE;

  if (valija_account_runtime_find_role (runtime, VALIJA_FOLDER_ROLE_SENT, FALSE) == NULL)
    return VALIJA_SENT_COPY_HERE;

  return VALIJA_SENT_COPY_APPENDED;
}

char *
valija_engine_describe_sent_copy (ValijaEngine *self, ValijaAccount *account)
{
  ValijaAccountRuntime *runtime;
  ValijaFolder *sent;

  g_return_val_if_fail (VALIJA_IS_ENGINE (self), NULL);

  if (!(runtime = valija_engine_find_runtime (self, account)))
    return g_strdup ("");

  switch (valija_engine_plan_sent_copy (runtime))
    {
    case VALIJA_SENT_COPY_BY_SERVER:
      return g_strdup (_("The server keeps a copy in its Sent folder."));
    case VALIJA_SENT_COPY_APPENDED:
      sent = valija_account_runtime_find_role (runtime, VALIJA_FOLDER_ROLE_SENT, FALSE);
      /* Translators: %s is the name of the folder for sent messages */
      return g_strdup_printf (_("A copy is kept in %s on the server."), valija_folder_get_display_name (sent));
    case VALIJA_SENT_COPY_HERE:
      return g_strdup (_("A copy is kept in Sent on this computer."));
    case VALIJA_SENT_COPY_NONE:
    default:
      return g_strdup (_("No copy is kept. Valija can keep one on this computer: see the account’s settings."));
    }
}
