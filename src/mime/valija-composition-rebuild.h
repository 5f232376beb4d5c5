/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "mime/valija-composition.h"

G_BEGIN_DECLS

/* A message that exists, of which only its properties can be had: the fields of @info, text, HTML and attachments of
 * @content, and @remark (ASCII) in the field X-Valija-Rebuilt, for it is not what was sent. Blocks: call it off the
 * main thread. (transfer full) NULL with VALIJA_ERROR_STORAGE */
GBytes *valija_composition_rebuild (const ValijaMessageInfo  *info,
                                    ValijaComposition        *content,
                                    const char               *remark,
                                    GError                  **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
