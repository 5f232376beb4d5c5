/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/valija-session-context.h"

G_BEGIN_DECLS

/* Finds the Exchange server of the context's account by Autodiscover, from its address and its password alone. What is
 * asked, in this order: the domain itself and its host "autodiscover" (by https, first without signing in), where the
 * latter sends to by plain http (without signing in), and what the domain's service record says. The password goes to
 * hosts of the address's own domain, to those in @allowed (nullable, NULL-terminated) and to no other, only over TLS
 * with a certificate for exactly that host, and only after a 401; at most twice.
 *
 * Resolves to ValijaDiscovery (boxed). Rejects with RESOLVE: nobody there knows an Exchange server; AUTHENTICATION;
 * NO_SECRET and KEYRING; OFFLINE; CERTIFICATE: that of a host is to be asked about; INVALID: there is no address. */
DexFuture *valija_exchange_discover (ValijaSessionContext *context,
                                     const char * const   *allowed) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
