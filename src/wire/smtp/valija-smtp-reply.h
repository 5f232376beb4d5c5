/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

#include "base/valija-error.h"

G_BEGIN_DECLS

/* One reply of an SMTP server (RFC 5321 §4.2), with its enhanced code (RFC 2034, 3463): immutable, refcounted,
 * boxed. */
typedef struct
{
  grefcount ref_count;
  guint code;               /* 200..599 */
  guint klass;              /* 2, 4, 5; 0: there is no enhanced code */
  guint subject;
  guint detail;
  GPtrArray *lines;         /* of char *, at least one: the text behind the codes, made valid UTF-8 */
} ValijaSmtpReply;

#define VALIJA_TYPE_SMTP_REPLY (valija_smtp_reply_get_type ())

/* Without a line yet. The count of references is not atomic: one thread only. */
GType            valija_smtp_reply_get_type (void) G_GNUC_CONST;
ValijaSmtpReply *valija_smtp_reply_new      (guint code) G_GNUC_WARN_UNUSED_RESULT;
ValijaSmtpReply *valija_smtp_reply_ref      (ValijaSmtpReply *self);
void             valija_smtp_reply_unref    (ValijaSmtpReply *self);

/* Takes the enhanced code, if there is one, off the front of @text (nullable end: length). For the parser. */
void             valija_smtp_reply_add_line (ValijaSmtpReply *self, const char *text, gsize length);

gboolean         valija_smtp_reply_is_ok    (const ValijaSmtpReply *self); /* 2xx */

/* "550 5.1.1 no such user", all lines in one. (transfer full) */
char            *valija_smtp_reply_dup_line (const ValijaSmtpReply *self);

/* At what the server refused: the same code means something else at another place. */
typedef enum
{
  VALIJA_SMTP_AT_GREETING,
  VALIJA_SMTP_AT_SIGN_IN,
  VALIJA_SMTP_AT_SENDER,
  VALIJA_SMTP_AT_RECIPIENT,
  VALIJA_SMTP_AT_MESSAGE,
} ValijaSmtpPlace;

/* What a reply that is not 2xx or 3xx means: TRY_LATER for 4xx; AUTHENTICATION, RECIPIENT, OVER_QUOTA, TOO_LARGE or
 * REFUSED for 5xx; with a translated sentence that comes from the enhanced code where there is one, and with the
 * server's own line. */
void             valija_smtp_reply_set_error (const ValijaSmtpReply *self, ValijaSmtpPlace place, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaSmtpReply, valija_smtp_reply_unref)

G_END_DECLS
