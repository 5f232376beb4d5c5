/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/ews/valija-ews-reader.h"

/* What a reader tells of @data fed in pieces of @step bytes, written down: "V15.1", "C(…)" for content (pieces
 * joined; not the one that a failure cut), "M" and the tree of a message, "F(nick)" for a failure, "." for a good
 * end. (transfer full) */
char *ews_dump (const void *data, gsize length, gsize step);
