/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* What servers have said to a search. */
typedef struct
{
  GArray *messages;          /* gint64, those that were found, as far as they are fetched: they are here now */
  guint n_folders;           /* how many were asked */
  GPtrArray *problems;       /* of char *: who could not be asked, and why, in words */
} ValijaServerAnswer;

#define VALIJA_TYPE_SERVER_ANSWER (valija_server_answer_get_type ())
GType               valija_server_answer_get_type (void) G_GNUC_CONST;

/* One that has found nothing yet. (transfer full) */
ValijaServerAnswer *valija_server_answer_new      (void) G_GNUC_WARN_UNUSED_RESULT;
/* Shares its lists with @self. (transfer full) */
ValijaServerAnswer *valija_server_answer_copy     (const ValijaServerAnswer *self) G_GNUC_WARN_UNUSED_RESULT;
void                valija_server_answer_free     (ValijaServerAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaServerAnswer, valija_server_answer_free)

G_END_DECLS
