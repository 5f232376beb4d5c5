/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/valija-mail-drop.h"
#include "sessions/valija-mail-reader.h"

G_BEGIN_DECLS

/* Reads the one folder of POP3, "INBOX". A ValijaSession, ValijaMailReader and ValijaMailDrop.
 *
 * A POP3 server shows the mailbox as it was at the moment of signing in and keeps everybody else out until the
 * goodbye. So a round of synchronising signs in anew when the list of the present connection was looked at before,
 * and a connection that nobody has used for some seconds says QUIT by itself: the session is then closed, and the
 * next call opens it again.
 *
 * In a round `gone` names what is no longer on the server. As that is where mail waits, and not where it is kept,
 * the copies here stay. */
#define VALIJA_TYPE_POP3_SESSION (valija_pop3_session_get_type ())
G_DECLARE_FINAL_TYPE (ValijaPop3Session, valija_pop3_session, VALIJA, POP3_SESSION, GObject)

ValijaSession *valija_pop3_session_new (ValijaSessionContext *context) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
