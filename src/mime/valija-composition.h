/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "mime/valija-mime-message.h"

G_BEGIN_DECLS

typedef enum
{
  VALIJA_PRIORITY_NORMAL,
  VALIJA_PRIORITY_HIGH,
  VALIJA_PRIORITY_LOW,
} ValijaPriority;

typedef enum
{
  VALIJA_CONFIDENTIALITY_NONE,
  VALIJA_CONFIDENTIALITY_PERSONAL,
  VALIJA_CONFIDENTIALITY_PRIVATE,
  VALIJA_CONFIDENTIALITY_CONFIDENTIAL, /* Sensitivity: Company-Confidential, RFC 2156 */
} ValijaConfidentiality;

typedef enum
{
  VALIJA_REPLY,
  VALIJA_REPLY_ALL,
  VALIJA_FORWARD,           /* as an inline quotation, its attachments with it */
  VALIJA_FORWARD_ATTACHED,  /* as a message/rfc822 part */
} ValijaReplyKind;

/* A message being written: a mutable GObject with properties from (boxed ValijaAddress, nullable),
 * to, cc, bcc (strings as typed, RFC 5322 lists with UTF-8), subject, text, html (nullable),
 * priority, confidentiality (ints), read-confirmation, delivery-receipt (booleans), in-reply-to,
 * references (strings). Property changes notify. */
#define VALIJA_TYPE_COMPOSITION (valija_composition_get_type ())
G_DECLARE_FINAL_TYPE (ValijaComposition, valija_composition, VALIJA, COMPOSITION, GObject)

/* Empty: no sender, no text, of normal priority. (transfer full) */
ValijaComposition *valija_composition_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* A reply to, or forward of, @original by @self_address ("reply all" goes neither to it nor to those of @own, all
 * addresses of the account, unless nobody would be left; Reply-To, RFC 5322 §3.6.3; References and In-Reply-To §3.6.4;
 * subject prefixed once; text quoted with an attribution line). (transfer full) */
ValijaComposition *valija_composition_new_reply (ValijaMimeMessage   *original,
                                                 GBytes              *source,
                                                 ValijaReplyKind      kind,
                                                 const ValijaAddress *self_address,
                                                 GPtrArray           *own)
  G_GNUC_WARN_UNUSED_RESULT;

/* Which of @senders (of ValijaAddress; the first is the usual one) an answer to @original comes from: the first that is
 * among its recipients or wrote it, else the usual one. NULL if there are none. (transfer full) */
ValijaAddress     *valija_composition_choose_sender (ValijaMimeMessage *original,
                                                     GPtrArray         *senders) G_GNUC_WARN_UNUSED_RESULT;

/* From a mailto: link (RFC 6068): To, Cc, Bcc, Subject, Body and nothing else. NULL with
 * VALIJA_ERROR_INVALID. (transfer full) */
ValijaComposition *valija_composition_new_mailto (const char  *uri,
                                                  GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/* A stored draft again, to go on with. (transfer full) */
ValijaComposition *valija_composition_new_draft (ValijaMimeMessage *draft)
  G_GNUC_WARN_UNUSED_RESULT;

/* What a message says of itself. */
ValijaPriority        valija_composition_read_priority        (ValijaMimeMessage *message);
ValijaConfidentiality valija_composition_read_confidentiality (ValijaMimeMessage *message);
/* By its subject, in the words of many languages. */
gboolean              valija_composition_is_forward           (ValijaMimeMessage *message);

/* What goes with a message, with properties name, type, size and file (read-only). Files are read
 * when the message is built. */
#define VALIJA_TYPE_ATTACHMENT (valija_attachment_get_type ())
G_DECLARE_FINAL_TYPE (ValijaAttachment, valija_attachment, VALIJA, ATTACHMENT, GObject)

/* Blocks shortly: asks for name, type and size. */
ValijaAttachment *valija_attachment_new_for_file  (GFile   *file,
                                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
ValijaAttachment *valija_attachment_new_for_bytes (const char *name,
                                                   const char *type,
                                                   GBytes     *bytes) G_GNUC_WARN_UNUSED_RESULT;
const char       *valija_attachment_get_name      (ValijaAttachment *self);
const char       *valija_attachment_get_mime_type (ValijaAttachment *self);
guint64           valija_attachment_get_size      (ValijaAttachment *self);

/* Makes it a picture within the HTML, which refers to it by "cid:" and that id. */
void valija_attachment_set_content_id (ValijaAttachment *self,
                                       const char       *content_id);

/* At the end of the list, which holds a reference; taking off one that is not there does nothing. */
void valija_composition_add_attachment    (ValijaComposition *self,
                                           ValijaAttachment  *attachment);
void valija_composition_remove_attachment (ValijaComposition *self,
                                           ValijaAttachment  *attachment);

/* Of ValijaAttachment. (transfer none) */
GListModel *valija_composition_get_attachments (ValijaComposition *self);

/* As it is now, for another thread to build while this one is written on. The attachments, which do not change, are the
 * same; so is the Message-ID, which both have from then on. (transfer full) */
ValijaComposition *valija_composition_copy (ValijaComposition *self) G_GNUC_WARN_UNUSED_RESULT;

/* What it is built into from now on is another message, with a Message-ID of its own. */
void valija_composition_renew (ValijaComposition *self);

/* What stops it from being sent, in words (no recipient, an address that is none, an attachment
 * gone): VALIJA_ERROR_INVALID. */
gboolean valija_composition_check (ValijaComposition  *self,
                                   GError            **error);

/* Whether the text speaks of an attachment and there is none (words of the user's language and
 * English). */
gboolean valija_composition_forgot_attachment (ValijaComposition *self);

/**
 * valija_composition_build:
 * @with_bcc: keep the Bcc field (drafts, the own copy); never for what is sent
 *
 * Builds the source: RFC 5322 with CRLF line ends, headers encoded by RFC 2047/2231, Date,
 * Message-ID made once and kept, text as quoted-printable or base64 as fits, lines under 998
 * octets. Raw UTF-8 stands in the header only where an address before its "@" has it, which can
 * be written in no other way. Blocks while attachments are read: call it off the main thread, on a copy if anybody can
 * change @self meanwhile.
 *
 * Returns: (transfer full): the source, or NULL with VALIJA_ERROR_INVALID or a file's error
 */
GBytes *valija_composition_build (ValijaComposition  *self,
                                  gboolean            with_bcc,
                                  GError            **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sender and recipients of To, Cc and Bcc, without duplicates. (transfer full) NULL with
 * VALIJA_ERROR_INVALID */
ValijaEnvelope *valija_composition_dup_envelope (ValijaComposition  *self,
                                                 GError            **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* Leaves of To, Cc and Bcc only those in @addresses (char *, as an envelope has them), and adds to Bcc those that are
 * in none of them. FALSE when that changes nothing. */
gboolean valija_composition_keep_recipients (ValijaComposition *self,
                                             GPtrArray         *addresses);

/* What is sent of a message that is kept: without its Bcc fields and what is noted in it for a draft, all else the same
 * octets; @source itself when there is nothing of that. (transfer full) NULL where a large one finds no room on the
 * disk */
GBytes *valija_source_strip (GBytes  *source,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same from a finished source (`send --source`): envelope from From/Sender, To, Cc, Bcc;
 * *stripped (optional) is as of valija_source_strip(). */
ValijaEnvelope *valija_source_dup_envelope (GBytes  *source,
                                            GBytes **stripped,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
