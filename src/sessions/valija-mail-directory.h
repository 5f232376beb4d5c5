/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/valija-session.h"

G_BEGIN_DECLS

/* A session whose server knows the people of an organization. */
#define VALIJA_TYPE_MAIL_DIRECTORY (valija_mail_directory_get_type ())
G_DECLARE_INTERFACE (ValijaMailDirectory, valija_mail_directory, VALIJA, MAIL_DIRECTORY, ValijaSession)

struct _ValijaMailDirectoryInterface
{
  GTypeInterface parent;

  DexFuture *(*find_people) (ValijaMailDirectory *self, const char *text, guint limit);
};

/**
 * valija_mail_directory_find_people:
 * @text: the beginning of a name or of an address
 * @limit: how many are told of, at most
 *
 * Opens the session first when it is not open.
 *
 * Returns: (transfer full): a future that resolves to a GPtrArray of ValijaAddress, in the server's order; an empty one
 *   where nobody is called so
 */
DexFuture *valija_mail_directory_find_people (ValijaMailDirectory *self,
                                              const char          *text,
                                              guint                limit) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
