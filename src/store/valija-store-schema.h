/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store/valija-store-database.h"

G_BEGIN_DECLS

/* The numbered scripts that make the two databases: script n brings user_version from n to n +
 * 1. A script that was released is never edited: what changes is added as the next one. What SQL
 * cannot say, or what takes its time, is done behind the window (valija-store-upgrade.c). */
extern const char * const valija_store_cache_scripts[];
extern const guint valija_store_n_cache_scripts;
extern const char * const valija_store_local_scripts[];
extern const guint valija_store_n_local_scripts;

/* A script that begins so touches no mail: no copy is made before it, however much there is. */
#define VALIJA_STORE_LIGHT "/* light */"

/* Indexes that no version is without for long: they only make something faster, and are made behind the window, since
 * on a large store that takes its time. Their names begin with "later_". */
typedef struct
{
  const char *name;
  const char *sql;
} ValijaStoreIndex;
extern const ValijaStoreIndex valija_store_later_indexes[];
extern const guint valija_store_n_later_indexes;

/* Brings @database to version @n_scripts, all in one transaction. A newer one is refused with
 * NEWER_DATA. @backup (nullable): where a copy of an older one is kept while it is changed; it
 * stays there after a failure, and the error names it; none is kept where all scripts are light. */
gboolean valija_store_schema_migrate (ValijaDatabase           *database,
                                      const char * const       *scripts,
                                      guint                     n_scripts,
                                      const char               *backup,
                                      GError                  **error);

/* Whether @database has the tables, indexes and triggers that its version was made with, and
 * nothing else; fails, with it known as damaged, when not. A newer one is not looked at. */
gboolean valija_store_schema_check   (ValijaDatabase           *database,
                                      const char * const       *scripts,
                                      guint                     n_scripts,
                                      GError                  **error);

G_END_DECLS
