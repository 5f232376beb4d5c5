/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/valija-mail-organizer.h"
#include "sessions/valija-mail-reader.h"

G_BEGIN_DECLS

/* IMAP4rev1 and IMAP4rev2 (RFC 3501, 9051) with what the extensions of the last twenty years save: reads and
 * organises mail on the server. A folder's remote-id is its name, decoded; a message's is "UIDVALIDITY.UID". */
#define VALIJA_TYPE_IMAP_SESSION (valija_imap_session_get_type ())
G_DECLARE_FINAL_TYPE (ValijaImapSession, valija_imap_session, VALIJA, IMAP_SESSION, GObject)

ValijaSession *valija_imap_session_new (ValijaSessionContext *context) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
