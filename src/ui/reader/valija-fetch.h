/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* The source of @message, as valija_engine_load_source() gives it, but asked for once: whoever comes while it is on its
 * way gets the same future. @progress: (out) (transfer full): of that fetching; its Cancel ends it for all. @outline:
 * (out) (transfer full): for what can be read earlier, as there. */
DexFuture *valija_fetch_source (ValijaEngine    *engine,
                                ValijaMessage   *message,
                                ValijaProgress **progress,
                                DexFuture      **outline) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
