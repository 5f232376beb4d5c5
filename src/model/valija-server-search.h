/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-folder.h"

G_BEGIN_DECLS

/* One search on servers, as it goes: what they have found so far, in which folders, and what went wrong. Once they have
 * answered the same can be asked for more, which is older. Signal "changed", after each of it. */
#define VALIJA_TYPE_SERVER_SEARCH (valija_server_search_get_type ())
G_DECLARE_FINAL_TYPE (ValijaServerSearch, valija_server_search, VALIJA, SERVER_SEARCH, GObject)

/* One that nobody was asked for yet. */
ValijaServerSearch *valija_server_search_new           (void) G_GNUC_WARN_UNUSED_RESULT;

/* ---- For who asks ---- */

/* gint64, each once, in the order in which they came: they are here now. Grows. (transfer none) */
GArray             *valija_server_search_get_messages  (ValijaServerSearch *self);
/* How many folders have answered. */
guint               valija_server_search_get_n_folders (ValijaServerSearch *self);
/* How many were found that are not among the messages, since they are older. */
guint64             valija_server_search_get_n_older   (ValijaServerSearch *self);
/* Of char *, sentences: who could not be asked this time, and why. (transfer none) */
GPtrArray          *valija_server_search_get_problems  (ValijaServerSearch *self);
/* Whether answers are still to come. */
gboolean            valija_server_search_get_asking    (ValijaServerSearch *self);
/* (nullable) (transfer none): why nobody answered at all. */
const GError       *valija_server_search_get_error     (ValijaServerSearch *self);
/* Nobody wants to know any more: no other folder is asked. */
void                valija_server_search_abandon       (ValijaServerSearch *self);

/* ---- For the engine ---- */

/* From begin to end it is being asked. @error: (nullable). */
void                valija_server_search_begin         (ValijaServerSearch *self);
void                valija_server_search_end           (ValijaServerSearch *self, const GError *error);
gboolean            valija_server_search_is_abandoned  (ValijaServerSearch *self);
/* Whether @folder has not answered yet, or has older messages. */
gboolean            valija_server_search_wants         (ValijaServerSearch *self, ValijaFolder *folder);
/* How many of its newest hits were looked at. */
guint               valija_server_search_get_n_listed  (ValijaServerSearch *self, ValijaFolder *folder);
/* The answer of @folder: of the hits the newest @n_listed were looked at, of which @messages (gint64) are here, and
 * @n_older were not. */
void                valija_server_search_take          (ValijaServerSearch *self,
                                                        ValijaFolder       *folder,
                                                        GArray             *messages,
                                                        guint               n_listed,
                                                        guint64             n_older);
void                valija_server_search_add_problem   (ValijaServerSearch *self, const char *problem);

G_END_DECLS
