/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  VALIJA_DISCOVERY_FOUND,     /* host and port: there the mailbox is */
  VALIJA_DISCOVERY_ASKS,      /* host: the way leads to this server, which is not the address's own; the user must say
                               * whether it may be asked, and be sent the password */
  VALIJA_DISCOVERY_ELSEWHERE, /* method: by this one the mailbox is reached, and not by the one that was tried */
} ValijaDiscoveryKind;

/* What came of looking for an account's server: a plain value, boxed. */
typedef struct
{
  ValijaDiscoveryKind kind;
  char *host;               /* nullable */
  guint16 port;             /* 0: the usual one */
  char *source;             /* nullable: the server that said so */
  char *method;             /* nullable: the id of another method */
} ValijaDiscovery;

/* @host, @source, @method: (nullable), copied. Copying duplicates them too; NULL may be freed. */
#define VALIJA_TYPE_DISCOVERY (valija_discovery_get_type ())
GType            valija_discovery_get_type (void) G_GNUC_CONST;
ValijaDiscovery *valija_discovery_new      (ValijaDiscoveryKind    kind,
                                            const char            *host,
                                            guint16                port,
                                            const char            *source,
                                            const char            *method) G_GNUC_WARN_UNUSED_RESULT;
ValijaDiscovery *valija_discovery_copy     (const ValijaDiscovery *self) G_GNUC_WARN_UNUSED_RESULT;
void             valija_discovery_free     (ValijaDiscovery       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaDiscovery, valija_discovery_free)

G_END_DECLS
