/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/smtp/valija-smtp-reply.h"

G_BEGIN_DECLS

/* What EHLO lists (RFC 5321 §4.1.1.1). */
typedef struct
{
  gboolean pipelining;      /* RFC 2920 */
  gboolean size;            /* RFC 1870 */
  guint64 size_limit;       /* octets; 0: none is told */
  gboolean starttls;        /* RFC 3207 */
  gboolean eightbitmime;    /* RFC 6152 */
  gboolean smtputf8;        /* RFC 6531 */
  gboolean chunking;        /* RFC 3030 */
  gboolean dsn;             /* RFC 3461 */
  gboolean enhanced_codes;  /* RFC 2034 */
  gboolean auth;            /* RFC 4954 */
  GPtrArray *mechanisms;    /* of char *, capital letters, NULL-terminated */
} ValijaSmtpCapabilities;

/* @reply: (nullable): to EHLO; NULL where the server knows only HELO. */
ValijaSmtpCapabilities *valija_smtp_capabilities_new            (const ValijaSmtpReply *reply)
                                                                 G_GNUC_WARN_UNUSED_RESULT;
void                    valija_smtp_capabilities_free           (ValijaSmtpCapabilities *self);

/* (transfer none) NULL-terminated, never NULL */
const char * const     *valija_smtp_capabilities_get_mechanisms (ValijaSmtpCapabilities *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaSmtpCapabilities, valija_smtp_capabilities_free)

G_END_DECLS
