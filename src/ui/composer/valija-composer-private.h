/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtksourceview/gtksource.h>
#include <libspelling.h>

#include "ui/composer/valija-address-field.h"
#include "ui/composer/valija-composer.h"

G_BEGIN_DECLS

struct _ValijaComposer
{
  AdwApplicationWindow parent_instance;

  AdwToastOverlay     *toasts;
  AdwWindowTitle      *title;

  AdwBanner           *edited_banner;
  AdwBanner           *format_banner;
  AdwBanner           *sender_banner;
  GtkWidget           *fields;
  GtkWidget           *from_row;
  GtkDropDown         *from;
  ValijaAddressField  *to;
  ValijaAddressField  *cc;
  ValijaAddressField  *bcc;
  GtkToggleButton     *more_button;
  GtkEntry            *subject;
  GtkSourceView       *body;
  GtkWidget           *options_button;
  GtkWidget           *attachment_area;
  AdwWrapBox          *attachments;
  AdwWrapBox          *pending;       /* chips in the place of files that are not attached yet */
  GtkLabel            *copy_note;
  GtkLabel            *draft_note;

  ValijaEngine        *engine;
  ValijaAccount       *begun_in;      /* nullable: the account that was open */
  ValijaComposition   *composition;
  char                *opened_text;   /* what the body was at first, and nullable: its HTML, which says the same */
  char                *opened_html;
  GListModel          *pending_chips;
  AdwToast            *waiting;       /* nullable: shown while sending waits for files; not owned */
  GListModel          *senders;       /* of ValijaSender: the addresses of the accounts that can send */
  GSimpleActionGroup  *options;
  SpellingTextBufferAdapter *spelling;
  ValijaMessage       *original;
  ValijaFlags          original_flag;
  gint64               due;           /* when it is to be sent, as the user said it; 0: now */

  gint64               draft;         /* 0: not stored yet */
  gint64               theirs;        /* what the server has of it from elsewhere; 0: nothing */
  guint                save_source;
  gboolean             dirty;         /* not all of it is in the draft */
  gboolean             saving;        /* a draft is being written */
  gboolean             closing;       /* goes away once the draft is written */
  gboolean             done;          /* sent or discarded: nothing is to be saved */
  gboolean             sending;       /* on its way into the outbox, and not there yet */
  gboolean             dropping;      /* done for good: goes away once no draft is being written */
};

/* valija-composer.c */
void           valija_composer_changed         (ValijaComposer *self);
void           valija_composer_collect         (ValijaComposer *self); /* the body into the composition */
ValijaAccount *valija_composer_get_account     (ValijaComposer *self);
gboolean       valija_composer_is_empty        (ValijaComposer *self);

/* valija-composer-drafts.c */
void           valija_composer_schedule_save   (ValijaComposer *self);
void           valija_composer_close_saving    (ValijaComposer *self);
void           valija_composer_discard         (ValijaComposer *self);
void           valija_composer_save_again      (ValijaComposer *self); /* after all it is not done */
void           valija_composer_drop            (ValijaComposer *self); /* with its draft, for good */
void           valija_composer_release         (ValijaComposer *self);
gboolean       valija_composer_is_discarded    (ValijaComposer *self); /* and it can still be undone */

/* valija-composer-edited.c */
void           valija_composer_install_edited  (GtkWidgetClass *widget_class);
void           valija_composer_bind_edited     (ValijaComposer *self);

/* valija-composer-check.c */
void           valija_composer_install_check   (GtkWidgetClass *widget_class);

/* valija-composer-send.c */
void           valija_composer_update_actions  (ValijaComposer *self); /* whether it can be sent, and changed */
void           valija_composer_stop_waiting    (ValijaComposer *self); /* sending is not to wait for files any more */
void           valija_composer_attached        (ValijaComposer *self); /* no file is on its way any more */
void           valija_composer_install_send    (GtkWidgetClass *widget_class);

/* valija-composer-attachments.c */
void           valija_composer_install_attachments (GtkWidgetClass *widget_class);
void           valija_composer_bind_attachments    (ValijaComposer *self);
gboolean       valija_composer_is_attaching        (ValijaComposer *self); /* whether files are still to come */
/* Attaches what @attachment (transfer full) resolves to; @name stands there until then. */
void           valija_composer_attach              (ValijaComposer *self, const char *name, DexFuture *attachment);

/* valija-composer-options.c */
void           valija_composer_bind_options    (ValijaComposer *self);

G_END_DECLS
