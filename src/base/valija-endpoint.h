/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* How a connection is protected. There is no "if possible". */
typedef enum
{
  VALIJA_SECURITY_TLS,      /* TLS at once */
  VALIJA_SECURITY_STARTTLS, /* required, never stripped */
  VALIJA_SECURITY_NONE,     /* only when the user insists */
} ValijaSecurity;

/* Where to connect and how: a plain immutable value, boxed. */
typedef struct
{
  char *host;
  guint16 port;
  ValijaSecurity security;
  guint timeout;            /* seconds that the other side may be silent; 0: for ever */
  char *ca_file;            /* nullable: PEM file of authorities trusted instead of the system's */
} ValijaEndpoint;

ValijaEndpoint *valija_endpoint_new      (const char    *host,
                                          guint16        port,
                                          ValijaSecurity security,
                                          guint          timeout,
                                          const char    *ca_file) G_GNUC_WARN_UNUSED_RESULT;
ValijaEndpoint *valija_endpoint_copy     (const ValijaEndpoint *self) G_GNUC_WARN_UNUSED_RESULT;
void            valija_endpoint_free     (ValijaEndpoint *self);

/* "tls", "starttls", "none"; the reverse returns FALSE for another word. */
const char *valija_security_to_nick   (ValijaSecurity security);
gboolean    valija_security_from_nick (const char *nick, ValijaSecurity *security);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaEndpoint, valija_endpoint_free)

G_END_DECLS
