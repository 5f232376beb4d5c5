/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-auto-replies.h"
#include "sessions/valija-session.h"

G_BEGIN_DECLS

/* A session whose server answers mail by itself while somebody is away. Each call opens the session first when it is
 * not open. */
#define VALIJA_TYPE_MAIL_RESPONDER (valija_mail_responder_get_type ())
G_DECLARE_INTERFACE (ValijaMailResponder, valija_mail_responder, VALIJA, MAIL_RESPONDER, ValijaSession)

struct _ValijaMailResponderInterface
{
  GTypeInterface parent;

  DexFuture *(*load_replies) (ValijaMailResponder *self);
  DexFuture *(*save_replies) (ValijaMailResponder *self, const ValijaAutoReplies *replies);
};

/* Resolves to ValijaAutoReplies. */
DexFuture *valija_mail_responder_load_replies (ValijaMailResponder     *self) G_GNUC_WARN_UNUSED_RESULT;
/* Texts that are what the server has already keep the form that they have there. Resolves to TRUE. */
DexFuture *valija_mail_responder_save_replies (ValijaMailResponder     *self,
                                               const ValijaAutoReplies *replies) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
