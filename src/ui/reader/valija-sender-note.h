/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "mime/valija-mime-message.h"

G_BEGIN_DECLS

/* A warning of a sender who is not who it seems, to be seen where there is something to warn of. */
#define VALIJA_TYPE_SENDER_NOTE (valija_sender_note_get_type ())
G_DECLARE_FINAL_TYPE (ValijaSenderNote, valija_sender_note, VALIJA, SENDER_NOTE, AdwBin)

/* Of @message, see valija_sender_check(). */
void valija_sender_note_show (ValijaSenderNote *self, ValijaMimeMessage *message);

G_END_DECLS
