/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "mime/valija-composition.h"

G_BEGIN_DECLS

/* An attachment of a message being written, with a button that takes it off again. */
#define VALIJA_TYPE_ATTACHMENT_CHIP (valija_attachment_chip_get_type ())
G_DECLARE_FINAL_TYPE (ValijaAttachmentChip, valija_attachment_chip, VALIJA, ATTACHMENT_CHIP, AdwBin)

/* Holds both; (transfer floating). The button takes @attachment off @composition. */
GtkWidget *valija_attachment_chip_new (ValijaComposition *composition, ValijaAttachment *attachment)
  G_GNUC_WARN_UNUSED_RESULT;

/* In the place of a file called @name that is not attached yet, in a #AdwWrapBox, from which the button takes it off.
 * (transfer floating) */
GtkWidget *valija_attachment_chip_new_pending (const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
