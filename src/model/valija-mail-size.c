/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-mail-size.h"

G_DEFINE_BOXED_TYPE (ValijaMailSize, valija_mail_size, valija_mail_size_copy, valija_mail_size_free)

ValijaMailSize *
valija_mail_size_copy (const ValijaMailSize *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_memdup2 (self, sizeof *self);
}

void
valija_mail_size_free (ValijaMailSize *self)
{
  g_free (self);
}
