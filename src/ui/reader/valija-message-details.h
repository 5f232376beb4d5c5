/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "mime/valija-mime-message.h"

G_BEGIN_DECLS

/* What the header of a message says beyond a line, to be read and copied: whom it went to, by name and address, when it
 * was written, and what its sender asks for. */
#define VALIJA_TYPE_MESSAGE_DETAILS (valija_message_details_get_type ())
G_DECLARE_FINAL_TYPE (ValijaMessageDetails, valija_message_details, VALIJA, MESSAGE_DETAILS, AdwBin)

/* @with_sender: also where there is one; several are always named. @confirmation: nullable: what is to be said of the
 * one that is asked for */
void  valija_message_details_show (ValijaMessageDetails *self,
                                   ValijaMimeMessage    *message,
                                   gboolean              with_sender,
                                   const char           *confirmation);

/* In one line, by name: "To Ana, Bo · Cc Chen and 2 more". (transfer full) */
char *valija_message_details_dup_recipients (ValijaMimeMessage *message);

G_END_DECLS
