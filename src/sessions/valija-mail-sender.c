/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/valija-mail-sender.h"

#include <glib/gi18n-lib.h>

#include "base/valija-error.h"

G_DEFINE_INTERFACE (ValijaMailSender, valija_mail_sender, VALIJA_TYPE_SESSION)

static void
valija_mail_sender_default_init (ValijaMailSenderInterface *iface)
{
}

/**
 * valija_mail_sender_send:
 * @self: a sender
 * @envelope: from whom and to whom
 * @source: RFC 5322 octets without Bcc; line ends may be bare LF
 * @progress: (nullable): told how much went out; its Cancel ends it while that is certain to mean: not sent
 *
 * Sends once. Every failure but VALIJA_ERROR_UNCERTAIN means: not sent.
 *
 * Returns: (transfer full): a future that resolves to a ValijaReceipt (boxed)
 */
DexFuture *
valija_mail_sender_send (ValijaMailSender *self, ValijaEnvelope *envelope, GBytes *source, ValijaProgress *progress)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_SENDER (self));
  dex_return_error_if_fail (envelope != NULL);
  dex_return_error_if_fail (source != NULL);

  return VALIJA_MAIL_SENDER_GET_IFACE (self)->send (self, envelope, source, progress);
}

gboolean
valija_mail_sender_overlaps (ValijaMailSender *self)
{
  g_return_val_if_fail (VALIJA_IS_MAIL_SENDER (self), FALSE);

  return VALIJA_MAIL_SENDER_GET_IFACE (self)->overlaps != NULL && VALIJA_MAIL_SENDER_GET_IFACE (self)->overlaps (self);
}

DexFuture *
valija_mail_sender_check_address (ValijaMailSender *self, const char *sender, const char *address)
{
  GError *error = NULL;

  dex_return_error_if_fail (VALIJA_IS_MAIL_SENDER (self));
  dex_return_error_if_fail (sender != NULL && address != NULL);

  if (VALIJA_MAIL_SENDER_GET_IFACE (self)->check_address != NULL)
    return VALIJA_MAIL_SENDER_GET_IFACE (self)->check_address (self, sender, address);

  valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED,
                    _("This server cannot be asked about addresses. It tells when a message cannot be delivered."));
  return dex_future_new_for_error (error);
}
