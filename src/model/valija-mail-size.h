/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-quota.h"

G_BEGIN_DECLS

/* How much there is of a folder or of an account. */
typedef struct
{
  gint64 messages;           /* that are listed here */
  gint64 whole;              /* of those, how many are here with all that is in them */
  gint64 bytes_here;         /* what those take on this computer */
  gint64 bytes_listed;       /* the size of all of them, as the server tells it */
  ValijaQuota quota;         /* of an account, as its server told last; limit 0: it told none */
} ValijaMailSize;

/* Plain numbers: nothing within it is shared. */
#define VALIJA_TYPE_MAIL_SIZE (valija_mail_size_get_type ())
GType           valija_mail_size_get_type (void) G_GNUC_CONST;
ValijaMailSize *valija_mail_size_copy     (const ValijaMailSize *self) G_GNUC_WARN_UNUSED_RESULT;
void            valija_mail_size_free     (ValijaMailSize *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaMailSize, valija_mail_size_free)

G_END_DECLS
