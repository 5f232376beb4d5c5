/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store/valija-store-private.h"

#include "store/valija-search-query-private.h"

G_BEGIN_DECLS

/* What the files that make up the search share. */

typedef struct
{
  ValijaSearchQuery *query;
  char *account;
  GArray *folders;          /* gint64, public ids; empty: all */
  GArray *more;             /* gint64, public ids, found whatever the query says */
  guint limit;
  gboolean conversations;   /* are wanted with the messages */
} ValijaStoreSearchArgs;

/* A folder as "in:" knows it. */
typedef struct
{
  gint64 id;
  gint64 parent;
  char *name;
  ValijaFolderRole role;
  gboolean wanted;          /* by account and folders */
} ValijaStorePlace;

/* One search in one of the two databases. */
typedef struct
{
  ValijaStoreContext *context;
  ValijaDatabase *database;
  const ValijaStoreSearchArgs *args;
  GPtrArray *places;        /* of ValijaStorePlace */
  GHashTable *wanted;       /* nullable, of gint64: the folders it is narrowed to; NULL: all */
  GHashTable *words;        /* ValijaSearchTest -> GArray of gint64: the sorted rows of the table that have them */
  GHashTable *named;        /* ValijaSearchTest -> set of gint64: the folders that "in:" means */
  GArray *hits;             /* of Hit */
  gint64 from;
  gint64 to;
} ValijaStoreSearch;

/* The columns of a row that tests look at. */
typedef struct
{
  gint64 received;
  gint64 id;
  gint64 folder;
  ValijaFlags flags;
  gint64 size;
  gboolean has_attachments;
  gint64 conversation;      /* its key; the message's own where it is alone */
} ValijaStoreSearchRow;

/* Sets of gint64. */
static inline GHashTable *
valija_store_id_set_new (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

/* Once, however often it is added. */
static inline void
valija_store_id_set_add (GHashTable *set,
                         gint64      id)
{
  g_hash_table_add (set, g_memdup2 (&id, sizeof id));
}

/* ---- valija-store-search-places.c: where ---- */
gboolean    valija_store_search_load_places   (ValijaStoreSearch *self, GError **error);
/* The folders that "in:" means: (transfer full) a set of gint64. */
GHashTable *valija_store_search_list_named    (const ValijaStoreSearch *self, const ValijaSearchTest *test);
/* Of the places those that the query is narrowed to. */
void        valija_store_search_narrow_places (ValijaStoreSearch *self);

/* ---- valija-store-search-tests.c: what ---- */

/* Looks up what tests of words and of folders are answered by. */
gboolean valija_store_search_prepare_tests (ValijaStoreSearch *self, GError **error);
/* @trusting: words are met already, somebody else has looked. */
gboolean valija_store_search_check_clauses (ValijaStoreSearch           *self,
                                            const ValijaStoreSearchRow  *row,
                                            gboolean                     trusting,
                                            gboolean                    *holds,
                                            GError                     **error);

/* ---- valija-store-search-beginning.c: as you type ---- */

/* @match with the words of the index in the place of each that may go on, where they are few. Of a reader. */
gboolean valija_store_search_list_beginnings (ValijaDatabase  *database,
                                              const char      *match,
                                              char           **listed,
                                              GError         **error);

/* The key in the cache of what belongs to the conversation @key of the local @message, as far as there is one; else
 * @found is left as it is (valija-store-conversations.c). */
gboolean valija_store_find_conversation_in_cache (ValijaStoreContext  *context,
                                                  gint64               message,
                                                  gint64               key,
                                                  gint64              *found,
                                                  GError             **error);

G_END_DECLS
