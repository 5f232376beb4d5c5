/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/valija-endpoint.h"

G_BEGIN_DECLS

/* One server of a provider. */
typedef struct
{
  const char *host;         /* NULL: the provider has none */
  guint16 port;
  ValijaSecurity security;
} ValijaProviderServer;

/* A mail provider that many people have: what its own help pages say about its servers, as static data. */
typedef struct
{
  const char *name;         /* "Gmail" */
  const char *method;       /* NULL: it lets no other program in */
  const char *domains;      /* space separated; "hotmail.*" stands for every ending */
  const char *words;        /* what people call it, separated by "|", lower case */
  ValijaProviderServer imap;
  ValijaProviderServer pop;
  ValijaProviderServer smtp;
  const char *note;         /* N_() nullable: what the provider demands before another program may sign in */
} ValijaMailProvider;

/* Both are (transfer none) (nullable). @domain and @text are in lower case. */
const ValijaMailProvider *valija_mail_provider_find_domain (const char *domain);
const ValijaMailProvider *valija_mail_provider_find_words  (const char *text);

/* Whether @text holds one of @words (separated by "|") as whole words. */
gboolean valija_text_has_words (const char *text, const char *words);

G_END_DECLS
