/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/imap/valija-imap-response.h"

G_BEGIN_DECLS

/* ENVELOPE (RFC 9051 §7.5.2) as a value. Texts are as the server sent them: encoded words are not decoded. */
typedef struct
{
  char *name;      /* nullable */
  char *mailbox;   /* "" when there was none */
  char *host;      /* "" when there was none */
} ValijaImapAddress;

typedef struct
{
  char *date;         /* these four are "" when they are missing */
  char *subject;
  char *in_reply_to;
  char *message_id;
  GPtrArray *from;    /* of ValijaImapAddress, groups flattened; never NULL */
  GPtrArray *sender;
  GPtrArray *reply_to;
  GPtrArray *to;
  GPtrArray *cc;
  GPtrArray *bcc;
} ValijaImapEnvelope;

/* NULL when @value is no list. What is missing at its end is empty. (transfer full) */
ValijaImapEnvelope *valija_imap_envelope_parse (ValijaImapValue value) G_GNUC_WARN_UNUSED_RESULT;
void                valija_imap_envelope_free  (ValijaImapEnvelope *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaImapEnvelope, valija_imap_envelope_free)

G_END_DECLS
