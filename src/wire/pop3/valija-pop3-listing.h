/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Single lines of POP3: listings, capabilities, response codes. @line need not end with a NUL. */

/* "1 whqtswO00WBw418f9t5JxYwZ" (RFC 1939 §7). FALSE where it is no such line. @uid points into @line and may be
 * empty: servers have been seen that forget it. */
gboolean valija_pop3_parse_uidl (const char *line, gsize length, guint *number, const char **uid, gsize *uid_length);

/* "1 120" (RFC 1939 §5). */
gboolean valija_pop3_parse_list (const char *line, gsize length, guint *number, guint64 *size);

/* What stands in brackets before the text of a status line (RFC 2449 §8, RFC 3206). */
typedef enum
{
  VALIJA_POP3_CODE_NONE,
  VALIJA_POP3_CODE_AUTH,        /* name or password is wrong */
  VALIJA_POP3_CODE_IN_USE,      /* another program has the mailbox open */
  VALIJA_POP3_CODE_LOGIN_DELAY, /* signed in too often */
  VALIJA_POP3_CODE_SYS_TEMP,
  VALIJA_POP3_CODE_SYS_PERM,
} ValijaPop3Code;

/* The code that @text, what stands behind -ERR, begins with, in any case of letters (RFC 2449 §8, 3206). */
ValijaPop3Code valija_pop3_parse_code (const char *text, gsize length);

/* What CAPA lists (RFC 2449). */
typedef struct
{
  gboolean known;           /* CAPA was answered */
  gboolean top;
  gboolean uidl;
  gboolean user;
  gboolean pipelining;
  gboolean stls;
  gboolean utf8;
  gboolean utf8_user;       /* and names may be UTF-8 */
  GPtrArray *sasl;          /* of char *, NULL-terminated */
  char *implementation;     /* nullable; printable ASCII */
  int expire_days;          /* -1: not told, or never */
} ValijaPop3Capabilities;

/* Nothing known, until the first line of the list is added; what a line names that is not known is passed over. */
ValijaPop3Capabilities *valija_pop3_capabilities_new      (void) G_GNUC_WARN_UNUSED_RESULT;
void                    valija_pop3_capabilities_free     (ValijaPop3Capabilities *self);
void                    valija_pop3_capabilities_add_line (ValijaPop3Capabilities *self, const char *line,
                                                           gsize length);

/* (transfer none) NULL-terminated, never NULL */
const char * const     *valija_pop3_capabilities_get_sasl (ValijaPop3Capabilities *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaPop3Capabilities, valija_pop3_capabilities_free)

G_END_DECLS
