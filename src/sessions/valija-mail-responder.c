/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/valija-mail-responder.h"

G_DEFINE_INTERFACE (ValijaMailResponder, valija_mail_responder, VALIJA_TYPE_SESSION)

static void
valija_mail_responder_default_init (ValijaMailResponderInterface *iface)
{
}

DexFuture *
valija_mail_responder_load_replies (ValijaMailResponder *self)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_RESPONDER (self));

  return VALIJA_MAIL_RESPONDER_GET_IFACE (self)->load_replies (self);
}

DexFuture *
valija_mail_responder_save_replies (ValijaMailResponder     *self,
                                    const ValijaAutoReplies *replies)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_RESPONDER (self));
  dex_return_error_if_fail (replies != NULL);

  return VALIJA_MAIL_RESPONDER_GET_IFACE (self)->save_replies (self, replies);
}
