/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>
#include <libsecret/secret.h>

#include "base/valija-error.h"
#include "base/valija-secret.h"

G_BEGIN_DECLS

/* What libsecret is asked for, one call each, about one side of an account or (VALIJA_SIDE_NONE) both. It works on a
 * thread of its own: a keyring that is a file, as within Flatpak, is decrypted where its answer comes in, which takes
 * longer than a frame. Main context only; none of them ends when nobody waits any more, since a password half stored
 * helps nobody and libsecret's file trips over a cancellable. They reject with libsecret's own errors. */

/* Resolves to a SecretValue (boxed), or to NULL where there is none that could be unlocked. */
DexFuture *valija_keyring_call_lookup (const char        *account_id,
                                       ValijaSide         side) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to TRUE. @label is what the keyring's own application shows. */
DexFuture *valija_keyring_call_store  (const char        *account_id,
                                       ValijaSide         side,
                                       const char        *label,
                                       ValijaSecret      *secret) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to TRUE; passes over locked items in silence. */
DexFuture *valija_keyring_call_clear  (const char        *account_id,
                                       ValijaSide         side) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to how many items match, locked ones too (uint). */
DexFuture *valija_keyring_call_count  (const char        *account_id,
                                       ValijaSide         side,
                                       SecretSearchFlags  flags) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
