/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "ui/reader/valija-attachment-button.h"
#include "ui/reader/valija-fetch-bar.h"
#include "ui/reader/valija-html-view.h"
#include "ui/reader/valija-message-card.h"
#include "ui/reader/valija-message-details.h"
#include "ui/reader/valija-plain-view.h"
#include "ui/reader/valija-reader.h"
#include "ui/reader/valija-sender-note.h"
#include "ui/valija-label-strip.h"

G_BEGIN_DECLS

struct _ValijaReader
{
  AdwBreakpointBin   parent_instance;

  GtkWidget         *reply_button;
  GtkWidget         *reply_all_button;
  GtkWidget         *forward_button;
  GtkWidget         *archive_button;
  GtkWidget         *delete_button;
  GtkWidget         *narrow_reply_button;
  GtkWidget         *narrow_reply_all_button;
  GtkWidget         *narrow_forward_button;
  GtkWidget         *narrow_archive_button;
  GtkWidget         *narrow_delete_button;
  AdwBanner         *reason_banner;
  AdwBanner         *images_banner;
  AdwBanner         *draft_banner;
  AdwBanner         *confirm_banner;
  AdwBanner         *alone_banner;
  GtkStack          *stack;
  AdwStatusPage     *several;
  AdwStatusPage     *fetching;
  GtkProgressBar    *fetch_bar;
  AdwStatusPage     *failure;
  GtkButton         *retry_button;
  GtkWidget         *details_of_error_button;
  GtkLabel          *subject;
  ValijaLabelStrip  *labels;
  AdwAvatar         *avatar;
  GtkLabel          *sender_name;
  GtkLabel          *sender_address;
  GtkLabel          *date;
  ValijaSenderNote  *sender_note;
  GtkLabel          *recipients;
  GtkToggleButton   *details_button;
  ValijaMessageDetails *details;
  GtkStack          *body;
  ValijaPlainView   *plain;
  AdwBin            *html;
  GtkRevealer       *hover_revealer;
  GtkLabel          *hover_label;
  GtkWidget         *attachments;
  AdwWrapBox        *attachment_box;
  ValijaFetchBar    *rest;
  GtkScrolledWindow *conversation;
  GtkLabel          *conversation_subject;
  GtkBox            *cards;         /* of ValijaMessageCard; empty where one message is shown */

  ValijaEngine      *engine;
  ValijaMessage     *row;           /* what was asked for: a message, or what stands for a conversation */
  ValijaMessage     *message;       /* what the actions are about; NULL for a message file */
  ValijaMessageCard *active;        /* (transfer none) (nullable): the card of @message */
  gboolean           alone;         /* one message of the conversation is shown on its own */
  gboolean           told;          /* that the conversation is on screen */
  guint              scroll_source;
  GSignalGroup      *message_signals;
  ValijaAccount     *account;       /* who answers */
  ValijaProgress    *progress;      /* nullable: of the source while it is fetched */
  GBytes            *source;        /* nullable: of an outline there is none */
  ValijaMimeMessage *mime;
  GError            *error;
  gboolean           show_images;   /* for this message, by a click */
  gboolean           prefer_plain;  /* for this message, by choice */
  gboolean           asked;         /* for the source of the message */
  guint              generation;    /* which message answers belong to */
};

/* valija-reader.c */
void valija_reader_load           (ValijaReader *self); /* @message, to be shown on its own; or its rest */
void valija_reader_show_mime      (ValijaReader *self); /* @mime, on its own */
void valija_reader_leave_mime     (ValijaReader *self);
void valija_reader_fail           (ValijaReader *self, const GError *error);
void valija_reader_update_banners (ValijaReader *self);
void valija_reader_tell_shown     (ValijaReader *self);

/* valija-reader-conversation.c */
void     valija_reader_install_conversation (GtkWidgetClass *widget_class);
void     valija_reader_load_conversation    (ValijaReader *self); /* of @row; again, when it has changed */
gboolean valija_reader_has_conversation     (ValijaReader *self);
void     valija_reader_drop_conversation    (ValijaReader *self);

/* valija-reader-actions.c */
void valija_reader_install_actions (GtkWidgetClass *widget_class);
void valija_reader_enable_actions  (ValijaReader *self);
/* @label: (nullable): the link says nothing, or just where it leads; empty: it is not known what it says */
void valija_reader_open_link       (ValijaReader *self, const char *uri, const char *label);
/* Why @action cannot be done to what is shown, in words with a way out; NULL: it can be. (transfer full) (nullable) */
char *valija_reader_why_not        (ValijaReader *self, ValijaFolder *folder, ValijaAction action);

/* valija-reader-confirmation.c */
void     valija_reader_install_confirmation  (GtkWidgetClass *widget_class);
void     valija_reader_offer_confirmation    (ValijaReader *self);
gboolean valija_reader_confirmation_answered (ValijaReader *self);

/* valija-reader-fetch.c */
void valija_reader_install_fetch  (GtkWidgetClass *widget_class);
void valija_reader_begin_fetch    (ValijaReader *self, ValijaProgress *progress);
void valija_reader_end_fetch      (ValijaReader *self);
void valija_reader_show_cancelled (ValijaReader *self);

/* valija-reader-files.c */
void valija_reader_install_file_actions (GtkWidgetClass *widget_class);

/* valija-reader-header.c */
void valija_reader_fill_header     (ValijaReader *self);
void valija_reader_show_labels     (ValijaReader *self);

G_END_DECLS
