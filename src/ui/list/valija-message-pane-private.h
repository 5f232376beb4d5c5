/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "ui/list/valija-message-pane.h"
#include "ui/list/valija-progress-bar.h"
#include "ui/replies/valija-away-banner.h"
#include "ui/search/valija-search-box.h"

G_BEGIN_DECLS

struct _ValijaMessagePane
{
  AdwBin              parent_instance;

  AdwWindowTitle     *title;
  GtkSearchBar       *search_bar;
  ValijaSearchBox    *search_box;
  AdwToggleGroup     *filter;
  AdwToggleGroup     *scope;
  AdwBanner          *banner;
  GtkStack           *stack;
  AdwStatusPage      *empty;
  GtkWidget          *server_button;
  GtkRevealer        *server_revealer;
  GtkLabel           *server_note;
  GtkWidget          *server_more;
  GtkDropDown        *place;
  GtkListView        *list;
  ValijaProgressBar  *progress;
  ValijaAwayBanner   *away;
  GtkPopoverMenu     *menu;

  ValijaEngine       *engine;
  ValijaFolder       *folder;
  ValijaMessageList  *messages;
  guint               growth;        /* the tick callback that has the list show more of them, or 0 */
  guint               n_grown;       /* how many it shows, 0: all */
  gboolean            painted;       /* those that it began with */
  GtkMultiSelection  *selection;
  GPtrArray          *statuses;      /* of ValijaAccountStatus: those whose mail is shown */
  GSignalGroup       *list_signals;
  GSettings          *settings;
  /* what was selected before the list changed, until the list knows whether it has it; 0: nothing */
  gint64              kept;
  gint64              kept_before;   /* what was selected before a search that is left, 0: nothing or no such search */
  ValijaMessage      *before;        /* nullable: what was selected when the search began */
  GtkWidget          *focus_before;  /* (transfer none) (nullable): what had the focus then, outside of the pane */
  gboolean            wants_focus;   /* the list, as soon as it is on screen */
  gboolean            widened;       /* the scope, from the account to all of them, by all inboxes */
  gint64              opened;  /* the key of the one row that is selected, 0: none */
  char               *question;      /* nullable: what is searched, and where */
  ValijaServerSearch *server;        /* nullable: what servers say to it, as soon as they are asked */
  char               *asked;         /* nullable: the same question, that they were asked */
  guint               n_taken;       /* how many of their messages were compared with what was found here */
  GHashTable         *from_server;   /* nullable, set of gint64: those of them that were not found here */
};

/* Lists anew. */
void valija_message_pane_reload       (ValijaMessagePane *self);
/* The list, or why it shows nothing. */
void valija_message_pane_update_stack (ValijaMessagePane *self);

/* ---- valija-message-pane-search.c ---- */
gboolean           valija_message_pane_is_searching    (ValijaMessagePane *self);
char              *valija_message_pane_dup_search_text (ValijaMessagePane *self) G_GNUC_WARN_UNUSED_RESULT;
char              *valija_message_pane_dup_question    (ValijaMessagePane *self) G_GNUC_WARN_UNUSED_RESULT;
ValijaMessageList *valija_message_pane_list_found      (ValijaMessagePane *self,
                                                        gboolean           conversations) G_GNUC_WARN_UNUSED_RESULT;
gboolean           valija_message_pane_shows_places    (ValijaMessagePane *self);
gboolean           valija_message_pane_is_from_server  (ValijaMessagePane *self, ValijaMessage *message);
gboolean           valija_message_pane_can_ask_server  (ValijaMessagePane *self);
void               valija_message_pane_ask_server      (ValijaMessagePane *self);
void               valija_message_pane_forget_server   (ValijaMessagePane *self);
/* What they have said so far, once it is known what is found here. */
void               valija_message_pane_update_server   (ValijaMessagePane *self);
gboolean           valija_message_pane_has_older       (ValijaMessagePane *self);
gboolean           valija_message_pane_wants_server    (ValijaMessagePane *self);
void               valija_message_pane_update_scope    (ValijaMessagePane *self);

/* valija-message-pane-status.c: how the accounts are doing whose mail is shown */
void     valija_message_pane_install_status (GtkWidgetClass *widget_class);
void     valija_message_pane_watch_statuses (ValijaMessagePane *self);
/* Whether what is shown was never looked into before, and is now. */
gboolean valija_message_pane_is_first_fetch (ValijaMessagePane *self);

/* valija-message-pane-growth.c: a new list is shown a few rows at a time */
void  valija_message_pane_begin_growth    (ValijaMessagePane *self);
void  valija_message_pane_continue_growth (ValijaMessagePane *self);
void  valija_message_pane_end_growth      (ValijaMessagePane *self);
void  valija_message_pane_show_whole_list (ValijaMessagePane *self);
/* The position of @key, which is one that the list shows; G_MAXUINT when it is not there. */
guint valija_message_pane_find            (ValijaMessagePane *self, gint64 key);

/* valija-message-pane-input.c: context menu and dragging */
void valija_message_pane_install_input (GtkWidgetClass *widget_class);

G_END_DECLS
