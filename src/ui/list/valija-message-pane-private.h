/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "ui/list/valija-message-pane.h"
#include "ui/list/valija-progress-bar.h"

G_BEGIN_DECLS

struct _ValijaMessagePane
{
  AdwBin              parent_instance;

  AdwWindowTitle     *title;
  GtkToggleButton    *search_button;
  GtkSearchBar       *search_bar;
  GtkSearchEntry     *search_entry;
  AdwToggleGroup     *filter;
  AdwToggleGroup     *scope;
  AdwBanner          *banner;
  GtkStack           *stack;
  AdwStatusPage      *empty;
  GtkWidget          *server_button;
  GtkRevealer        *server_revealer;
  GtkDropDown        *place;
  GtkListView        *list;
  ValijaProgressBar  *progress;
  GtkPopoverMenu     *menu;

  ValijaEngine       *engine;
  ValijaFolder       *folder;
  ValijaMessageList  *messages;
  GtkMultiSelection  *selection;
  GPtrArray          *statuses;      /* of ValijaAccountStatus: those whose mail is shown */
  GSignalGroup       *list_signals;
  GSettings          *settings;
  /* what was selected before the list changed, until the list knows whether it has it; 0: nothing */
  gint64              kept;
  gboolean            wants_focus;   /* the list, as soon as it is on screen */
  gint64              opened;  /* the key of the one row that is selected, 0: none */
};

/* valija-message-pane-input.c: context menu and dragging */
void valija_message_pane_install_input (GtkWidgetClass *widget_class);

G_END_DECLS
