/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "model/valija-changes.h"

G_BEGIN_DECLS

/* A message taken apart: its headers, part tree, readable text, HTML and attachments. Parsing is
 * synchronous and may take long: call it off the main thread. The result is immutable and may be
 * used from any thread. Nesting deeper than 64 and more than 10,000 parts are not followed (the
 * rest is one attachment, and `truncated` is set). No message is refused: one with no sense in it
 * is shown as text. */
#define VALIJA_TYPE_MIME_MESSAGE (valija_mime_message_get_type ())
G_DECLARE_FINAL_TYPE (ValijaMimeMessage, valija_mime_message, VALIJA, MIME_MESSAGE, GObject)

/* A leaf, or a container with children; owned by its message. */
typedef struct _ValijaMimePart ValijaMimePart;
struct _ValijaMimePart
{
  char *type;               /* "text/plain", lower case */
  char *charset;            /* nullable */
  char *name;               /* nullable: the file name as the message says it, no path to use */
  char *safe_name;          /* never NULL for a leaf: valija_file_name_make_safe() */
  char *content_id;         /* nullable, without angle brackets */
  gboolean attachment;      /* listed as an attachment: not shown in the body */
  gboolean inline_image;    /* referred to by the HTML */
  guint64 size;             /* decoded octets of a leaf */
  gboolean absent;          /* of an outline: its content has not come, and its size is what was said */
  guint index;              /* its number, depth first from 1, by which programs name it */
  guint depth;
  GPtrArray *children;      /* of ValijaMimePart; empty for a leaf */
};

/* Never NULL. The source is kept and not copied. */
ValijaMimeMessage *valija_mime_message_parse (GBytes *source) G_GNUC_WARN_UNUSED_RESULT;

/* The same for who wants to find it and not to read it: of a long text there is the beginning. */
ValijaMimeMessage *valija_mime_message_parse_for_search (GBytes *source) G_GNUC_WARN_UNUSED_RESULT;

/* The same of a message of which not all has come: a leaf without content whose Content-Disposition says a size (RFC
 * 2183 §2.7) is absent, and there may be more of them. */
ValijaMimeMessage *valija_mime_message_parse_outline (GBytes *source) G_GNUC_WARN_UNUSED_RESULT;

/* The headers, the parts, and of these the attachments (of const ValijaMimePart *).
 * All (transfer none). */
ValijaMessageInfo    *valija_mime_message_get_info        (ValijaMimeMessage *self);
const ValijaMimePart *valija_mime_message_get_root        (ValijaMimeMessage *self);
GPtrArray            *valija_mime_message_get_attachments (ValijaMimeMessage *self);
gboolean              valija_mime_message_get_truncated   (ValijaMimeMessage *self);

/* The body for reading: the text part (format=flowed undone), or the HTML's text where there is no
 * text part. (transfer none) never NULL */
const char *valija_mime_message_get_text (ValijaMimeMessage *self);

/* Whether both have the same text and HTML: one may be the other's outline. */
gboolean valija_mime_message_reads_like (ValijaMimeMessage *self, ValijaMimeMessage *other);

/* The HTML part as the sender wrote it, decoded to UTF-8 and NOT sanitised; NULL if there is none.
 * Of several the contents one below the other, each closed so that none reaches into the next.
 * Show it through valija_html_sanitise(). (transfer none) */
const char *valija_mime_message_get_html (ValijaMimeMessage *self);

/* All that a full-text search should find in it: body text and attachment names (not the headers).
 * (transfer full) */
char *valija_mime_message_dup_search_text (ValijaMimeMessage *self);

/* The first words of the body in one line, at most 200 characters. (transfer full) */
char *valija_mime_message_dup_preview (ValijaMimeMessage *self);

/* The decoded content of a leaf, or a message/rfc822 part whole. (transfer full) */
GBytes *valija_mime_message_load_part (ValijaMimeMessage     *self,
                                       const ValijaMimePart  *part,
                                       GError               **error);

/* The first part with that Content-ID. (transfer none) (nullable) */
const ValijaMimePart *valija_mime_message_find_content_id (ValijaMimeMessage *self,
                                                           const char        *content_id);

/* Whether @part, or (nullable) one that is not there, may still come: in an outline. */
gboolean valija_mime_message_awaits (ValijaMimeMessage    *self,
                                     const ValijaMimePart *part);

/* A decoded header field by name, the first of them; NULL if there is none. (transfer full) */
char *valija_mime_message_dup_header (ValijaMimeMessage *self,
                                      const char        *name);

/* The whole header as it came, made valid UTF-8, with LF line ends. (transfer full) */
char *valija_mime_message_dup_raw_headers (ValijaMimeMessage *self);

/* Writes a leaf into @directory under its safe name, as a new file with mode 0600 (a number is
 * added where the name is taken), never outside it, through no link. Returns the file, (transfer
 * full), or NULL. Blocks. */
GFile *valija_mime_message_save_part (ValijaMimeMessage     *self,
                                      const ValijaMimePart  *part,
                                      GFile                 *directory,
                                      GError               **error);

G_END_DECLS
