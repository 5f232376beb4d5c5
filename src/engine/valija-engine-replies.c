/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

#include "sessions/valija-mail-responder.h"

/* What a server answers by itself while the user is away. It is kept there alone: nothing of it waits in the journal,
 * as somebody who says that they are away must know whether the server heard it. */

typedef struct
{
  ValijaEngine *engine;
  ValijaAccountRuntime *runtime;
  ValijaAutoReplies *replies; /* nullable: they are only read */
} Replies;

static void
replies_free (Replies *self)
{
  g_clear_pointer (&self->replies, valija_auto_replies_free);
  g_object_unref (self->runtime);
  g_object_unref (self->engine);
  g_free (self);
}

static ValijaMailResponder *
dup_responder (ValijaAccountRuntime *runtime, GError **error)
{
  g_autoptr(ValijaMailReader) reader = valija_account_runtime_dup_reader (runtime, error);

  if (reader == NULL)
    return NULL;

  if (!VALIJA_IS_MAIL_RESPONDER (reader))
    {
      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED,
                        _("This account’s server cannot be told to answer for you. Look on the provider’s web site."));
      return NULL;
    }

  return VALIJA_MAIL_RESPONDER (g_steal_pointer (&reader));
}

gboolean
valija_engine_has_auto_replies (ValijaEngine *self, ValijaAccount *account)
{
  g_autoptr(ValijaMailResponder) responder = NULL;
  ValijaAccountRuntime *runtime;

  g_return_val_if_fail (VALIJA_IS_ENGINE (self), FALSE);

  if (!(runtime = valija_engine_find_runtime (self, account)))
    return FALSE;

  responder = dup_responder (runtime, NULL);
  return responder != NULL;
}

static void
tell (ValijaAccountRuntime *runtime, const ValijaAutoReplies *replies)
{
  g_autofree char *away = NULL;

  if (replies->state == VALIJA_REPLIES_PERIOD)
    {
      g_autoptr(GDateTime) end = g_date_time_new_from_unix_local (replies->end);
      g_autofree char *when = end != NULL ? g_date_time_format (end, "%x %H:%M") : g_strdup ("");

      /* Translators: %s is a day and a time */
      away = g_strdup_printf (_("Automatic replies are on until %s"), when);
    }
  else
    away = g_strdup (_("Automatic replies are on"));

  valija_account_status_set_away (runtime->status,
                                  valija_auto_replies_answer (replies, g_get_real_time () / G_USEC_PER_SEC) ? away
                                                                                                            : NULL);
}

static DexFuture *
load_fiber (gpointer data)
{
  Replies *self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaMailResponder) responder = dup_responder (self->runtime, &error);
  g_autoptr(ValijaAutoReplies) replies = NULL;

  if (responder == NULL ||
      !(replies = dex_await_boxed (valija_engine_race (self->engine, valija_mail_responder_load_replies (responder),
                                                       NULL), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  tell (self->runtime, replies);
  return dex_future_new_take_boxed (VALIJA_TYPE_AUTO_REPLIES, g_steal_pointer (&replies));
}

static DexFuture *
save_fiber (gpointer data)
{
  Replies *self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaMailResponder) responder = dup_responder (self->runtime, &error);

  if (responder == NULL ||
      !dex_await (valija_engine_race (self->engine, valija_mail_responder_save_replies (responder, self->replies),
                                      NULL), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  tell (self->runtime, self->replies);
  return dex_future_new_true ();
}

static DexFuture *
spawn (ValijaEngine *engine, ValijaAccount *account, const ValijaAutoReplies *replies)
{
  ValijaAccountRuntime *runtime = valija_engine_find_runtime (engine, account);
  Replies *self;

  if (runtime == NULL)
    return valija_engine_reject_unknown_account ();

  self = g_new0 (Replies, 1);
  self->engine = g_object_ref (engine);
  self->runtime = g_object_ref (runtime);
  self->replies = replies != NULL ? valija_auto_replies_copy (replies) : NULL;

  return valija_engine_spawn (engine, replies != NULL ? VALIJA_FLOW_OWNED : VALIJA_FLOW_CALLERS, "automatic replies",
                              replies != NULL ? save_fiber : load_fiber, self, (GDestroyNotify) replies_free);
}

DexFuture *
valija_engine_load_auto_replies (ValijaEngine *self, ValijaAccount *account)
{
  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));

  return spawn (self, account, NULL);
}

DexFuture *
valija_engine_save_auto_replies (ValijaEngine *self, ValijaAccount *account, const ValijaAutoReplies *replies)
{
  GError *error = NULL;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (replies != NULL);

  if (!valija_auto_replies_check (replies, g_get_real_time () / G_USEC_PER_SEC, &error))
    return dex_future_new_for_error (error);

  return spawn (self, account, replies);
}
