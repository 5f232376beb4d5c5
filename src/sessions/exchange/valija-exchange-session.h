/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/valija-mail-directory.h"
#include "sessions/valija-mail-organizer.h"
#include "sessions/valija-mail-reader.h"
#include "sessions/valija-mail-responder.h"
#include "sessions/valija-mail-sender.h"

G_BEGIN_DECLS

/* A mailbox on an organisation's own Exchange Server, by Exchange Web Services: Session, MailReader, MailOrganizer,
 * MailSender, MailDirectory, MailResponder. The server does all the work. */
#define VALIJA_TYPE_EXCHANGE_SESSION (valija_exchange_session_get_type ())
G_DECLARE_FINAL_TYPE (ValijaExchangeSession, valija_exchange_session, VALIJA, EXCHANGE_SESSION, GObject)

ValijaSession *valija_exchange_session_new (ValijaSessionContext *context) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
