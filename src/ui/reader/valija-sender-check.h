/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "mime/valija-mime-message.h"

G_BEGIN_DECLS

/* Why the sender of @message is unclear, in words for a person: several or no From, a name that
 * shows another address, somebody else's Sender. NULL when it is clear. (transfer full)
 * (nullable) */
char *valija_sender_check (ValijaMimeMessage *message);

/* The same from what the fields say; @sender_field is the address of the Sender field, nullable. */
char *valija_sender_check_addresses (GPtrArray *from, const char *sender_field);

G_END_DECLS
