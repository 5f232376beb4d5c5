/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "mime/valija-mime-message.h"

G_BEGIN_DECLS

/* The octets that the parts' offsets count from. (transfer none) never NULL */
const char *valija_mime_message_peek_source (ValijaMimeMessage *self,
                                             gsize             *length);

G_END_DECLS
