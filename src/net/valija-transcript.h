/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The last lines that went over the wire, for the person who asks why: bounded (2,000 lines of
 * 400 bytes), secrets and message texts never entered. Refcounted. Protocols mark what is secret
 * (write) or content (read) before it gets here; as a second net, lines that begin with AUTH,
 * AUTHENTICATE, LOGIN, PASS or USER arguments are cut too. */
typedef struct _ValijaTranscript ValijaTranscript;

ValijaTranscript *valija_transcript_new     (void) G_GNUC_WARN_UNUSED_RESULT;
ValijaTranscript *valija_transcript_ref     (ValijaTranscript *self);
void              valija_transcript_unref   (ValijaTranscript *self);

void  valija_transcript_sent     (ValijaTranscript *self,
                                  const void       *data,
                                  gsize             length,
                                  gboolean          secret);
void  valija_transcript_received (ValijaTranscript *self, const void *data, gsize length);
void  valija_transcript_note     (ValijaTranscript *self,
                                  const char       *format,
                                  ...) G_GNUC_PRINTF (2, 3);

/* Until the matching FALSE, received bytes are counted and not written (message texts). */
void  valija_transcript_set_content (ValijaTranscript *self, gboolean content);

char *valija_transcript_to_text  (ValijaTranscript *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaTranscript, valija_transcript_unref)

G_END_DECLS
