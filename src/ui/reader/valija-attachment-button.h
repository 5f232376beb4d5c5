/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "mime/valija-mime-message.h"

G_BEGIN_DECLS

/* An attachment of a message: name, kind and size, with a menu to open or save it. */
#define VALIJA_TYPE_ATTACHMENT_BUTTON (valija_attachment_button_get_type ())
G_DECLARE_FINAL_TYPE (ValijaAttachmentButton, valija_attachment_button, VALIJA, ATTACHMENT_BUTTON, AdwBin)

/* @part is read and not kept: the actions of the reader name it by its index. (transfer floating) */
GtkWidget *valija_attachment_button_new (const ValijaMimePart *part) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
