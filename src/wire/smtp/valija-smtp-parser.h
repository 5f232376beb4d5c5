/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/smtp/valija-smtp-reply.h"

G_BEGIN_DECLS

/* Bytes of an SMTP server in, replies out: pure, resumable at any byte, bounded. */
typedef struct _ValijaSmtpParser ValijaSmtpParser;

typedef enum
{
  VALIJA_SMTP_NEED_MORE,
  VALIJA_SMTP_REPLY,
  VALIJA_SMTP_FAILED,
} ValijaSmtpParserStatus;

/* What is fed is copied; after FAILED it is dropped. */
ValijaSmtpParser       *valija_smtp_parser_new        (void) G_GNUC_WARN_UNUSED_RESULT;
void                    valija_smtp_parser_free       (ValijaSmtpParser *self);
void                    valija_smtp_parser_feed       (ValijaSmtpParser *self, const void *data, gsize length);

/* @reply: (out) (transfer full): the next one. With FAILED @error is VALIJA_ERROR_PROTOCOL or VALIJA_ERROR_LIMIT,
 * and it stays so. */
ValijaSmtpParserStatus  valija_smtp_parser_next       (ValijaSmtpParser *self, ValijaSmtpReply **reply, GError **error);

/* How many bytes were fed that are in no reply yet: what must be none before TLS starts. */
gsize                   valija_smtp_parser_get_unread (ValijaSmtpParser *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaSmtpParser, valija_smtp_parser_free)

G_END_DECLS
