/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/valija-mail-drop.h"

G_DEFINE_INTERFACE (ValijaMailDrop, valija_mail_drop, VALIJA_TYPE_SESSION)

static void
valija_mail_drop_default_init (ValijaMailDropInterface *iface)
{
}

GBytes *
valija_mail_drop_doubt (ValijaMailDrop     *self,
                        GBytes             *cursor,
                        const char * const *remote_ids)
{
  g_return_val_if_fail (VALIJA_IS_MAIL_DROP (self), NULL);
  g_return_val_if_fail (cursor != NULL, NULL);
  g_return_val_if_fail (remote_ids != NULL, NULL);

  return VALIJA_MAIL_DROP_GET_IFACE (self)->doubt (self, cursor, remote_ids);
}

DexFuture *
valija_mail_drop_clear (ValijaMailDrop     *self,
                        GBytes             *cursor,
                        const char * const *remote_ids)
{
  g_return_val_if_fail (VALIJA_IS_MAIL_DROP (self), NULL);
  g_return_val_if_fail (cursor != NULL, NULL);
  g_return_val_if_fail (remote_ids != NULL, NULL);

  return VALIJA_MAIL_DROP_GET_IFACE (self)->clear (self, cursor, remote_ids);
}
