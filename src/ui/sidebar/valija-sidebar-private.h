/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "ui/sidebar/valija-sidebar.h"
#include "ui/sidebar/valija-sync-button.h"

G_BEGIN_DECLS

struct _ValijaSidebar
{
  AdwBin              parent_instance;

  GtkListView        *list;
  GtkMenuButton      *main_menu;
  ValijaSyncButton   *sync_button;
  GtkToggleButton    *outbox_button;
  GtkLabel           *outbox_count;
  GtkWidget          *outbox_warning;
  GtkPopoverMenu     *menu;
  GMenuModel         *folder_menu;
  GMenuModel         *account_menu;

  ValijaEngine       *engine;
  GtkSingleSelection *selection;
  ValijaFolder       *shown;         /* nullable: what is open, also where its row is folded away; NULL: the outbox */
  GListStore         *gathered;      /* above the accounts: all inboxes, where there are several */
  gboolean            quiet;         /* the selection is ours, not the user's */
  gboolean            automatic;     /* … and tells like the user's */
  guint               forget_source;
  gboolean            emptying;      /* a folder is listed for the question whether to empty it, or that is asked */
  GObject            *target;        /* what the menu is about, a folder or an account */
  gboolean            settled;       /* the user has begun: no other folder is put in the place of what is shown */
};

/* valija-sidebar.c */
void valija_sidebar_show_account           (ValijaSidebar *self, ValijaAccount *account);

/* valija-sidebar-folders.c */
void valija_sidebar_install_folder_actions (GtkWidgetClass *widget_class);

G_END_DECLS
