/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "ui/list/valija-message-pane.h"
#include "ui/outbox/valija-outbox-page.h"
#include "ui/reader/valija-reader.h"
#include "ui/sidebar/valija-sidebar.h"
#include "ui/valija-window.h"

G_BEGIN_DECLS

struct _ValijaWindow
{
  AdwApplicationWindow    parent_instance;

  AdwToastOverlay        *toasts;
  GtkStack               *stack;
  AdwStatusPage          *failure;
  AdwBin                 *welcome;
  AdwOverlaySplitView    *outer;
  AdwNavigationSplitView *inner;
  GtkStack               *pages;
  ValijaSidebar          *sidebar;
  ValijaMessagePane      *pane;
  ValijaReader           *reader;
  ValijaOutboxPage       *outbox;

  ValijaEngine           *engine;
  GSettings              *settings;
  ValijaMessage          *current;    /* what the reader shows, NULL for none or several */
  GSignalGroup           *current_signals;
  GtkWidget              *before_sidebar; /* (nullable): weak; where the focus was before the keys led it away */
  AdwToast               *check_toast; /* (nullable): weak; the last that said why a check failed */
  guint                   mark_read_source;
  AdwToast               *undo_toast; /* (nullable): the last that offers Undo, as long as it stands … */
  ValijaUndo             *undo;       /* (nullable): … and what Ctrl+Z takes back without one */
};

/* What was done to messages, of which nothing is said but that it failed; @owner is the window. */
void       valija_window_changed_cb      (DexFuture *future, gpointer owner);

/* valija-window-actions.c */
void       valija_window_install_actions (GtkWidgetClass *widget_class);
void       valija_window_update_actions  (ValijaWindow *self);
void       valija_window_move_messages   (ValijaWindow *self, GPtrArray *messages, ValijaFolder *target);
void       valija_window_copy_messages   (ValijaWindow *self, GPtrArray *messages, ValijaFolder *target);
void       valija_window_undo            (ValijaWindow *self);

G_END_DECLS
