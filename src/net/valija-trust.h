/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "base/valija-certificate.h"

G_BEGIN_DECLS

/* The certificates that a person decided about: "trust this one for this server" and "never".
 * One readable key file, an entry per host, port and SHA-256 print. An exception holds for that
 * very certificate at that server and for nothing else. */
#define VALIJA_TYPE_TRUST (valija_trust_get_type ())
G_DECLARE_FINAL_TYPE (ValijaTrust, valija_trust, VALIJA, TRUST, GObject)

typedef enum
{
  VALIJA_TRUST_UNDECIDED,
  VALIJA_TRUST_ACCEPTED,
  VALIJA_TRUST_REJECTED,
} ValijaTrustDecision;

/* @file is nullable: kept in memory only. */
ValijaTrust        *valija_trust_new       (GFile *file) G_GNUC_WARN_UNUSED_RESULT;
ValijaTrustDecision valija_trust_lookup    (ValijaTrust *self, ValijaCertificate *certificate);

/* Whether another certificate is accepted for that host and port. */
gboolean            valija_trust_has_other (ValijaTrust *self, ValijaCertificate *certificate);

gboolean            valija_trust_decide    (ValijaTrust        *self,
                                            ValijaCertificate  *certificate,
                                            ValijaTrustDecision decision,
                                            GError            **error);

G_END_DECLS
