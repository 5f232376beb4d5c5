/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

#include "mime/valija-confirmation.h"

/* Telling an author that a message was read, because the user says so. */

typedef struct
{
  ValijaEngine *engine;
  ValijaAccountRuntime *runtime;
  ValijaMessage *message;
  gboolean confirm;
} Answer;

static void
answer_free (Answer *answer)
{
  g_object_unref (answer->engine);
  g_object_unref (answer->runtime);
  g_object_unref (answer->message);
  g_free (answer);
}

static char *
dup_recipients (ValijaEnvelope *envelope)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < envelope->recipients->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? RECIPIENTS_SEPARATOR : "",
                            (const char *) g_ptr_array_index (envelope->recipients, i));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
enqueue_fiber (Answer *answer, GError **error)
{
  ValijaEngine *self = answer->engine;
  ValijaAccount *account = answer->runtime->account;
  g_autoptr(ValijaMimeMessage) message = NULL;
  g_autoptr(ValijaEnvelope) envelope = NULL;
  g_autoptr(ValijaAddress) reader = NULL;
  g_autoptr(GBytes) source = NULL;
  g_autofree char *recipients = NULL;
  g_autofree char *subject = NULL;

  if (!(message = dex_await_object (valija_engine_load_message (self, answer->message), error)))
    return FALSE;

  /* Small, whatever the message is: only its header goes along. */
  reader = valija_address_new (valija_account_get_full_name (account), valija_account_get_email (account));
  if (!(source = valija_confirmation_build (message, reader, &envelope, error)))
    return FALSE;

  recipients = dup_recipients (envelope);
  /* Translators: a message in the outbox; %s is the subject of the message that was read */
  subject = g_strdup_printf (_("Confirmation: %s"), valija_mime_message_get_info (message)->subject);

  return valija_await_int64 (valija_store_add_outbox (self->store, valija_account_runtime_get_id (answer->runtime),
                                                      envelope, subject, recipients, "", source, source, 0), NULL,
                             error) &&
         dex_await (valija_engine_load_outbox (self), error);
}

/* Whatever was answered, it is not asked again, here or by another program (RFC 3503 §3.1). */
static gboolean
mark_fiber (Answer *answer, GError **error)
{
  g_autoptr(GPtrArray) messages = g_ptr_array_new ();
  g_autoptr(ValijaUndo) undo = NULL;

  g_ptr_array_add (messages, answer->message);
  undo = dex_await_object (valija_engine_change_flags (answer->engine, messages, VALIJA_FLAG_MDN_SENT,
                                                       VALIJA_FLAG_NONE), error);
  return undo != NULL;
}

static DexFuture *
answer_fiber (gpointer data)
{
  Answer *answer = data;
  g_autoptr(GError) error = NULL;

  if ((answer->confirm && !enqueue_fiber (answer, &error)) || !mark_fiber (answer, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  valija_engine_outbox_due (answer->engine, 0);
  return dex_future_new_true ();
}

DexFuture *
valija_engine_answer_confirmation (ValijaEngine *self, ValijaMessage *message, gboolean confirm)
{
  ValijaFolder *folder;
  ValijaAccountRuntime *runtime;
  g_autofree char *reason = NULL;
  GError *error = NULL;
  Answer *answer;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (VALIJA_IS_MESSAGE (message));

  folder = valija_message_get_folder (message);
  if (folder == NULL || !(runtime = valija_engine_find_runtime (self, valija_folder_get_account (folder))))
    return valija_engine_reject_unknown_account ();

  if (confirm && (reason = valija_engine_why_not (self, runtime->account, folder, VALIJA_ACTION_REPLY)) != NULL)
    {
      valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, "%s", reason);
      return dex_future_new_for_error (error);
    }

  answer = g_new0 (Answer, 1);
  answer->engine = g_object_ref (self);
  answer->runtime = g_object_ref (runtime);
  answer->message = g_object_ref (message);
  answer->confirm = confirm;
  return valija_engine_spawn (self, VALIJA_FLOW_OWNED, "confirm", answer_fiber, answer, (GDestroyNotify) answer_free);
}
