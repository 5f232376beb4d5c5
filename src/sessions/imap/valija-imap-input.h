/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-progress.h"
#include "net/valija-stream.h"
#include "wire/imap/valija-imap-parser.h"

G_BEGIN_DECLS

/* What the server says on one connection: reads all the time, with one read outstanding, and hands on one response
 * after the other, each with its large literals. */
typedef struct _ValijaImapInput ValijaImapInput;

/* One whole response, borrowed. */
typedef void (*ValijaImapInputFunc) (ValijaImapResponse *response, gpointer owner);

/* The end of the stream, nonsense, or what reading failed with: @error (transfer full). Nothing comes behind it once
 * valija_imap_input_end() was called. */
typedef void (*ValijaImapFailFunc) (GError *error, gpointer owner);

/* @owner is borrowed, and kept while a read is outstanding: it frees this when it is finalized. */
ValijaImapInput *valija_imap_input_new  (ValijaStream       *stream,
                                         ValijaImapInputFunc respond,
                                         ValijaImapFailFunc  fail,
                                         GObject            *owner) G_GNUC_WARN_UNUSED_RESULT;
void             valija_imap_input_free (ValijaImapInput *self);

/* Begins to read, or goes on with it. */
void             valija_imap_input_run (ValijaImapInput *self);

/* For good. */
void             valija_imap_input_end (ValijaImapInput *self);

/* Takes apart and reads nothing more until another layer has begun. What was read and belongs to that layer: its
 * length, and itself (transfer full) (nullable). */
void             valija_imap_input_stop          (ValijaImapInput *self);
gboolean         valija_imap_input_is_stopped    (ValijaImapInput *self);
gsize            valija_imap_input_get_pending   (ValijaImapInput *self);
GBytes          *valija_imap_input_steal_pending (ValijaImapInput *self);

/* The other layer is there, and nothing is left of what came below it. */
void             valija_imap_input_resume (ValijaImapInput *self);

/* Reads nothing more until released as often. */
void             valija_imap_input_hold    (ValijaImapInput *self);
void             valija_imap_input_release (ValijaImapInput *self);

/* (nullable) (transfer none): told how much of the large literal under way has come. */
void             valija_imap_input_set_progress (ValijaImapInput *self, ValijaProgress *progress);
ValijaProgress  *valija_imap_input_get_progress (ValijaImapInput *self);

G_END_DECLS
