/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/imap/valija-imap-parser.h"

G_BEGIN_DECLS

/* What the parser makes of @input fed in pieces of @step octets (0: all at once), as text: one line a response.
 * The octets of large literals are gathered and shown once, so that the text does not depend on @step. */
char *imap_dump (const void *input, gsize length, gsize step, gsize inline_limit);

/* The one value of "* 1 FETCH (ITEM value)", for tests of what values mean: feeds @text and finds the value. The
 * parser owns it. */
ValijaImapValue imap_fetch_value (ValijaImapParser *parser, const char *text);

/* The first response of @text. */
ValijaImapResponse *imap_first_response (ValijaImapParser *parser, const char *text);

G_END_DECLS
