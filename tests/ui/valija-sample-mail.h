/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* Fills a fake engine with accounts of several methods and mail of many kinds. */
void valija_sample_mail_fill (ValijaEngine *engine);

G_END_DECLS
