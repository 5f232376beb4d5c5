/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "ui/valija-application.h"
#include "ui/valija-window.h"

G_BEGIN_DECLS

struct _ValijaApplication
{
  AdwApplication parent_instance;

  ValijaEngine  *engine;
  GFile         *profile;     /* NULL: the user's own directories */
  char          *cache_dir;
  char          *scratch_dir; /* NULL until needed */
  GPtrArray     *waiting;     /* of GFile: what was to be opened before the engine was */
  GError        *failure;     /* why the engine could not be opened */
  guint          n_pending;   /* futures to be waited for before the end */
  guint          close_source;
  gboolean       offline;     /* no server is contacted but for what the user does */
  gboolean       opened;
  gboolean       emptied;     /* what waited for "Undo" alone was sent, since there is no window */
  gboolean       closing;
};

ValijaWindow *valija_application_find_window   (ValijaApplication *self);               /* (nullable) */
/* All of "app.", and the keys of all actions. Once. */
void          valija_application_add_actions   (ValijaApplication *self);
/* A message file, in a window of its own; a mailto: URI, in a composer. */
void          valija_application_open_file     (ValijaApplication *self, GFile *file);
/* Asks whether to go on with what was being written when the last Valija ended. */
void          valija_application_offer_unfinished (ValijaApplication *self);

G_END_DECLS
