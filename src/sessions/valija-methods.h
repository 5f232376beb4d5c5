/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-method.h"
#include "sessions/valija-session.h"

G_BEGIN_DECLS

/* The table of methods: seven entries in the order in which they are shown. (transfer none) */
const ValijaMethod * const *valija_methods_list (void); /* NULL-terminated */
const ValijaMethod         *valija_methods_find (const char *id); /* (nullable) */

/* The session of an account whose method is available; NULL with VALIJA_ERROR_UNSUPPORTED otherwise. */
ValijaSession *valija_methods_create_session (ValijaSessionContext *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Looks for the server of @context's account, whose method finds it by itself. The password goes to servers of the
 * address's own domain and to @allowed (nullable, NULL-terminated), no others. Resolves to ValijaDiscovery (boxed);
 * rejects with RESOLVE where none is found, AUTHENTICATION, UNSUPPORTED. */
DexFuture *valija_methods_discover (ValijaSessionContext *context,
                                    const char * const   *allowed) G_GNUC_WARN_UNUSED_RESULT;

/* The SMTP session of an IMAP or POP3 account that is paired with one; NULL with VALIJA_ERROR_UNSUPPORTED where it is
 * not. */
ValijaSession *valija_methods_create_paired_sender (ValijaSessionContext *context,
                                                    GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
