/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* One line of addresses, its syntax checked as it is typed: what is still being typed is let be until the cursor
 * leaves; people whom it may be are offered below. Properties: title (what a screen reader calls it), text. */
#define VALIJA_TYPE_ADDRESS_FIELD (valija_address_field_get_type ())
G_DECLARE_FINAL_TYPE (ValijaAddressField, valija_address_field, VALIJA, ADDRESS_FIELD, AdwBin)

/* As it stands there, checked or not. (transfer none) never NULL */
const char *valija_address_field_get_text (ValijaAddressField *self);

/* Where people are looked for. @account: (nullable) whose directory is asked too, while it is connected */
void        valija_address_field_set_engine  (ValijaAddressField *self, ValijaEngine *engine);
void        valija_address_field_set_account (ValijaAddressField *self, ValijaAccount *account);

/* The first word of @text that is no mail address; with @typing the last one is not looked at.
 * (transfer full) (nullable) */
char       *valija_address_field_find_bad (const char *text, gboolean typing);

G_END_DECLS
