/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/valija-mail-sender.h"

G_BEGIN_DECLS

/* Sends by SMTP submission. A ValijaSession and ValijaMailSender. Messages that are given while others are on their
 * way go over the same connection, where the server allows it without waiting in between; one that nobody has used
 * for some seconds says QUIT by itself. */
#define VALIJA_TYPE_SMTP_SESSION (valija_smtp_session_get_type ())
G_DECLARE_FINAL_TYPE (ValijaSmtpSession, valija_smtp_session, VALIJA, SMTP_SESSION, GObject)

ValijaSession *valija_smtp_session_new (ValijaSessionContext *context) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
