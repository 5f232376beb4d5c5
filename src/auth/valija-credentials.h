/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

#include "base/valija-error.h"
#include "base/valija-secret.h"

G_BEGIN_DECLS

/* Passwords in the desktop's keyring (libsecret), by account and side. A locked keyring asks by
 * itself; refused, missing or broken, it is VALIJA_ERROR_KEYRING with the reason in words.
 * Requests are served in order, and to their end also when nobody waits any more. */
#define VALIJA_TYPE_CREDENTIALS (valija_credentials_get_type ())
G_DECLARE_FINAL_TYPE (ValijaCredentials, valija_credentials, VALIJA, CREDENTIALS, GObject)

ValijaCredentials *valija_credentials_new    (void) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to ValijaSecret (boxed); rejects with VALIJA_ERROR_NO_SECRET where there is none. */
DexFuture         *valija_credentials_lookup (ValijaCredentials *self,
                                              const char        *account_id,
                                              ValijaSide         side) G_GNUC_WARN_UNUSED_RESULT;

/* @label is what the keyring's own application shows: "Valija: ana@example.org (outgoing)".
 * Resolves to TRUE. */
DexFuture         *valija_credentials_store  (ValijaCredentials *self,
                                              const char        *account_id,
                                              ValijaSide         side,
                                              const char        *label,
                                              ValijaSecret      *secret) G_GNUC_WARN_UNUSED_RESULT;

/* Removes what is stored for both sides. Resolves to TRUE, also when there was nothing. */
DexFuture         *valija_credentials_clear  (ValijaCredentials *self,
                                              const char        *account_id) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
