/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-address-check.h"
#include "sessions/smtp/valija-smtp-login.h"

G_BEGIN_DECLS

/* Asks by VRFY, and where that says nothing by an envelope that is taken back before there is a
 * message; in a fiber, and with the connection to itself. @login may go while it waits.
 * (transfer full) NULL with @error, located. */
ValijaAddressCheck *valija_smtp_check_fiber (ValijaSmtpLogin *login,
                                             const char      *sender,
                                             const char      *address,
                                             GError         **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
