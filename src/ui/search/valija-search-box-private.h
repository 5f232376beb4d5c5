/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "ui/search/valija-search-box.h"

G_BEGIN_DECLS

struct _ValijaSearchBox
{
  AdwBin          parent_instance;

  GtkBox         *column;
  GtkBox         *line;
  GtkSearchEntry *entry;
  AdwWrapBox     *chips;
  GtkLabel       *problem;
  GtkPopover     *suggestions;
  GtkListBox     *list;
  GtkEventControllerFocus *focus;
  GtkEventControllerFocus *below;   /* (transfer none) (nullable): of what stands below */

  ValijaEngine   *engine;
  GSettings      *settings;
  GPtrArray      *people;      /* nullable, of ValijaAddress: who @whom may be */
  char           *whom;        /* nullable */
  char          **labels;      /* nullable: those that messages have */
  gboolean        asking;      /* for people: one question at a time */
  gboolean        updating;    /* the entry is changed by us */
};

/* valija-search-box-suggestions.c */
/* @asked: somebody wants to see what there is; otherwise only while something is typed. */
void valija_search_box_suggest          (ValijaSearchBox *self, gboolean asked);
void valija_search_box_close            (ValijaSearchBox *self);
/* Asks for the labels that are to be suggested. */
void valija_search_box_learn_labels     (ValijaSearchBox *self);
void valija_search_box_bind_suggestions (GtkWidgetClass *widget_class);

/* valija-search-box.c: puts @text into the entry, the cursor behind it, and makes chips of what is complete. */
void valija_search_box_put              (ValijaSearchBox *self, const char *text);

G_END_DECLS
