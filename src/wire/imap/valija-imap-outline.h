/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/imap/valija-imap-response.h"

G_BEGIN_DECLS

/* Of a large message what is read first: its header and its texts, with the pictures among them that are small. What
 * comes of it is a message too (RFC 5322), with the same parts, of which those that have not come have no content and
 * say their size (RFC 2183 §2.7). */
typedef struct _ValijaImapOutline ValijaImapOutline;

/* How much of a part, and of the header, is to be asked for: what is longer is cut. */
#define VALIJA_IMAP_OUTLINE_OCTETS (256 * 1024)

/**
 * valija_imap_outline_new:
 * @structure: BODYSTRUCTURE
 *
 * Returns: (transfer full) (nullable): %NULL where the text that the message begins with is not there, or not much
 *   shorter than all of it, or there are too many parts
 */
ValijaImapOutline  *valija_imap_outline_new          (ValijaImapValue structure) G_GNUC_WARN_UNUSED_RESULT;
void                valija_imap_outline_free         (ValijaImapOutline *self);

/* The parts to be fetched, at least one: "1", "2.1". (transfer none) */
const char * const *valija_imap_outline_get_sections (ValijaImapOutline *self);

/* The content of the part called @section, or its beginning. @decoded: its transfer encoding is undone. */
void                valija_imap_outline_take         (ValijaImapOutline *self,
                                                      const char        *section,
                                                      GBytes            *content,
                                                      gboolean           decoded);

/**
 * valija_imap_outline_write:
 * @header: of the message
 * @boundary: what nobody can have guessed, so that it is in no part
 *
 * Returns: (transfer full) (nullable): the message, or %NULL while the text that it begins with was not taken
 */
GBytes             *valija_imap_outline_write        (ValijaImapOutline *self,
                                                      GBytes            *header,
                                                      const char        *boundary) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaImapOutline, valija_imap_outline_free)

G_END_DECLS
