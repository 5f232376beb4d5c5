/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the keyring's failure means to a person. @cause is consumed. (transfer full) */
GError *valija_credentials_explain (GError *cause);

G_END_DECLS
