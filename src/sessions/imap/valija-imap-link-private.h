/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/imap/valija-imap-link.h"

G_BEGIN_DECLS

struct _ValijaImapLink
{
  GObject parent_instance;

  ValijaSessionContext *context;
  ValijaImapConnection *connection;
  gboolean primary;
  gboolean secure;               /* alerts that came before are not believed */
  gboolean utf8;
  gboolean utf8_accept;
  gboolean qresync;
  gboolean capabilities_known;
  ValijaImapCapabilities capabilities;
  char **mechanisms;             /* of AUTH= */
  char **words;                  /* all capabilities as they came */
  char *greeting;
  char *server;                  /* of ID */
  char *sign_in;                 /* the mechanism that was used */
  GPtrArray *namespaces;         /* nullable: until told; of ValijaImapNamespace */
  guint64 quota_used;            /* octets, of what is the nearest to its limit */
  guint64 quota_limit;           /* 0: there is none, or it was not told */
  gint64 quota_told;             /* by the monotonic clock; 0: never */
  gboolean asked_to_compress;
  gboolean compressed;
  ValijaImapSelected *selected;
  guint n_selecting;
  gboolean takes_labels;   /* as far as the last folder told */
  struct _ValijaImapNotify *notify;  /* nullable: until somebody wants it */
  DexFuture *folders;
  gint64 listed_at;        /* when they were asked for, by the monotonic clock */
  GHashTable *counts;      /* nullable, char * -> guint: how many messages folders have, as the list told */
  gint64 counted_at;
};

/* Takes @connection (transfer full) into use. */
void valija_imap_link_adopt (ValijaImapLink *self, ValijaImapConnection *connection);

/* What is decided by what the server can. */
void valija_imap_link_forget_capabilities (ValijaImapLink *self);

G_END_DECLS
