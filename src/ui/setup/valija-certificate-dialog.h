/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* A certificate that was not accepted: why, whose it is, and the two decisions. Signal "decided" (boolean trusted). */
#define VALIJA_TYPE_CERTIFICATE_DIALOG (valija_certificate_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ValijaCertificateDialog, valija_certificate_dialog, VALIJA, CERTIFICATE_DIALOG, AdwDialog)

/* Holds both: the exception goes into what @engine trusts. (transfer floating) */
AdwDialog *valija_certificate_dialog_new (ValijaEngine      *engine,
                                          ValijaCertificate *certificate) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
