/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

#include "model/valija-types.h"

G_BEGIN_DECLS

/* One server of an account. Properties of the same names, all writable: host (""), port (0: the usual one of the
 * protocol), security (int, ValijaSecurity), user (""), mechanism ("" chooses the strongest), ca-file ("": the
 * system's authorities), cleartext-password (FALSE; TRUE: the user insists on sending the password over an
 * unprotected connection). */
#define VALIJA_TYPE_SERVER (valija_server_get_type ())
G_DECLARE_FINAL_TYPE (ValijaServer, valija_server, VALIJA, SERVER, GObject)

/* The getters answer the properties of the same names, (transfer none), never NULL: texts are "" where nothing is
 * set. */
ValijaServer  *valija_server_new                    (void) G_GNUC_WARN_UNUSED_RESULT;
const char    *valija_server_get_host               (ValijaServer *self);
guint          valija_server_get_port               (ValijaServer *self);
ValijaSecurity valija_server_get_security           (ValijaServer *self);
const char    *valija_server_get_user               (ValijaServer *self);
const char    *valija_server_get_mechanism          (ValijaServer *self);
const char    *valija_server_get_ca_file            (ValijaServer *self);
gboolean       valija_server_get_cleartext_password (ValijaServer *self);

G_END_DECLS
