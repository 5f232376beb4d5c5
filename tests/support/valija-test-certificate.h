/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A throw-away certificate for localhost and 127.0.0.1, its own authority, made once a process. (transfer none) */
GTlsCertificate *valija_test_certificate_get      (void);

/* The same as a PEM file (without the key), to be trusted as an authority; removed when the process ends.
 * (transfer none) */
const char      *valija_test_certificate_get_file (void);

G_END_DECLS
