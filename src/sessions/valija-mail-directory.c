/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/valija-mail-directory.h"

G_DEFINE_INTERFACE (ValijaMailDirectory, valija_mail_directory, VALIJA_TYPE_SESSION)

static void
valija_mail_directory_default_init (ValijaMailDirectoryInterface *iface)
{
}

DexFuture *
valija_mail_directory_find_people (ValijaMailDirectory *self,
                                   const char          *text,
                                   guint                limit)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_DIRECTORY (self));
  dex_return_error_if_fail (text != NULL);

  return VALIJA_MAIL_DIRECTORY_GET_IFACE (self)->find_people (self, text, limit);
}
