/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a POP3 server says (RFC 1939, 2449), taken apart: pure, resumable at any byte, bounded. A status line comes
 * first; what follows it depends on the command, which the parser cannot know: whoever sent the command tells with
 * valija_pop3_parser_expect(). */
typedef struct _ValijaPop3Parser ValijaPop3Parser;

typedef enum
{
  VALIJA_POP3_NEED_MORE,
  VALIJA_POP3_STATUS,       /* +OK or -ERR */
  VALIJA_POP3_CHALLENGE,    /* "+ " and base64 (RFC 5034) */
  VALIJA_POP3_LINE,         /* one line of a list, without its dot and line end */
  VALIJA_POP3_CHUNK,        /* bytes of a message, dots undone, line ends as they came */
  VALIJA_POP3_END,          /* the list or message is complete */
  VALIJA_POP3_FAILED,       /* the stream makes no sense from here on */
} ValijaPop3EventType;

typedef struct
{
  ValijaPop3EventType type;
  gboolean ok;              /* STATUS */
  const char *text;         /* STATUS: behind "+OK "; CHALLENGE, LINE, CHUNK: the bytes. Not NUL-terminated, may hold
                             * NUL; valid until the next call */
  gsize length;
} ValijaPop3Event;

/* What follows a +OK. */
typedef enum
{
  VALIJA_POP3_SINGLE,       /* nothing */
  VALIJA_POP3_LINES,        /* lines up to "." */
  VALIJA_POP3_CONTENT,      /* a message up to "." */
} ValijaPop3Shape;

/* What is fed is copied, and lies there until it is taken out; after FAILED it is dropped. The event that was
 * taken last, which points into it, is gone with the next call. */
ValijaPop3Parser   *valija_pop3_parser_new        (void) G_GNUC_WARN_UNUSED_RESULT;
void                valija_pop3_parser_free       (ValijaPop3Parser *self);
void                valija_pop3_parser_feed       (ValijaPop3Parser *self, const void *data, gsize length);

/* Takes the next event out of what was fed. Returns its type; with FAILED @error is VALIJA_ERROR_PROTOCOL or
 * VALIJA_ERROR_LIMIT, and it stays so. */
ValijaPop3EventType valija_pop3_parser_next       (ValijaPop3Parser *self, ValijaPop3Event *event, GError **error);

/* To be called between a +OK and the next valija_pop3_parser_next(). Otherwise SINGLE is taken. */
void                valija_pop3_parser_expect     (ValijaPop3Parser *self, ValijaPop3Shape shape);

/* How many bytes were fed that no event has told of: what must be none before TLS starts. */
gsize               valija_pop3_parser_get_unread (ValijaPop3Parser *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaPop3Parser, valija_pop3_parser_free)

G_END_DECLS
