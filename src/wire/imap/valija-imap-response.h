/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One response of the server, taken apart: values in the order in which they came, lists within lists. Owned by
 * its parser and valid until that is asked again. Values and iterators are small and passed by value; what they
 * point to lives as long as the response. */
typedef struct _ValijaImapResponse ValijaImapResponse;

/* What a response is about: the word after the tag or the "*" (or after the number that follows it). */
typedef enum
{
  VALIJA_IMAP_RESPONSE_OTHER,
  VALIJA_IMAP_RESPONSE_CONTINUE,   /* + */
  VALIJA_IMAP_RESPONSE_OK,         /* these five are status responses: with code and text, tagged or not */
  VALIJA_IMAP_RESPONSE_NO,
  VALIJA_IMAP_RESPONSE_BAD,
  VALIJA_IMAP_RESPONSE_BYE,
  VALIJA_IMAP_RESPONSE_PREAUTH,
  VALIJA_IMAP_RESPONSE_CAPABILITY,
  VALIJA_IMAP_RESPONSE_ENABLED,
  VALIJA_IMAP_RESPONSE_ESEARCH,
  VALIJA_IMAP_RESPONSE_EXISTS,     /* these four have a number */
  VALIJA_IMAP_RESPONSE_EXPUNGE,
  VALIJA_IMAP_RESPONSE_FETCH,
  VALIJA_IMAP_RESPONSE_RECENT,
  VALIJA_IMAP_RESPONSE_FLAGS,
  VALIJA_IMAP_RESPONSE_ID,
  VALIJA_IMAP_RESPONSE_LIST,
  VALIJA_IMAP_RESPONSE_LSUB,
  VALIJA_IMAP_RESPONSE_NAMESPACE,
  VALIJA_IMAP_RESPONSE_QUOTA,
  VALIJA_IMAP_RESPONSE_QUOTAROOT,
  VALIJA_IMAP_RESPONSE_SEARCH,
  VALIJA_IMAP_RESPONSE_STATUS,
  VALIJA_IMAP_RESPONSE_VANISHED,
} ValijaImapResponseKind;

/* The code in brackets of a status response (RFC 9051 §7.1, 5530, 4315, 7162, 8474, 8438 and the registry). */
typedef enum
{
  VALIJA_IMAP_CODE_NONE,
  VALIJA_IMAP_CODE_OTHER,
  VALIJA_IMAP_CODE_ALERT,
  VALIJA_IMAP_CODE_ALREADYEXISTS,
  VALIJA_IMAP_CODE_APPENDUID,
  VALIJA_IMAP_CODE_AUTHENTICATIONFAILED,
  VALIJA_IMAP_CODE_AUTHORIZATIONFAILED,
  VALIJA_IMAP_CODE_BADCHARSET,
  VALIJA_IMAP_CODE_CANNOT,
  VALIJA_IMAP_CODE_CAPABILITY,
  VALIJA_IMAP_CODE_CLIENTBUG,
  VALIJA_IMAP_CODE_CLOSED,
  VALIJA_IMAP_CODE_CONTACTADMIN,
  VALIJA_IMAP_CODE_COPYUID,
  VALIJA_IMAP_CODE_CORRUPTION,
  VALIJA_IMAP_CODE_EXPIRED,
  VALIJA_IMAP_CODE_EXPUNGEISSUED,
  VALIJA_IMAP_CODE_HIGHESTMODSEQ,
  VALIJA_IMAP_CODE_INUSE,
  VALIJA_IMAP_CODE_LIMIT,
  VALIJA_IMAP_CODE_MAILBOXID,
  VALIJA_IMAP_CODE_MODIFIED,
  VALIJA_IMAP_CODE_NOMODSEQ,
  VALIJA_IMAP_CODE_NONEXISTENT,
  VALIJA_IMAP_CODE_NOPERM,
  VALIJA_IMAP_CODE_NOTIFICATIONOVERFLOW,
  VALIJA_IMAP_CODE_OVERQUOTA,
  VALIJA_IMAP_CODE_PARSE,
  VALIJA_IMAP_CODE_PERMANENTFLAGS,
  VALIJA_IMAP_CODE_PRIVACYREQUIRED,
  VALIJA_IMAP_CODE_READ_ONLY,
  VALIJA_IMAP_CODE_READ_WRITE,
  VALIJA_IMAP_CODE_SERVERBUG,
  VALIJA_IMAP_CODE_TOOBIG,
  VALIJA_IMAP_CODE_TRYCREATE,
  VALIJA_IMAP_CODE_UIDNEXT,
  VALIJA_IMAP_CODE_UIDNOTSTICKY,
  VALIJA_IMAP_CODE_UIDVALIDITY,
  VALIJA_IMAP_CODE_UNAVAILABLE,
  VALIJA_IMAP_CODE_UNSEEN,
} ValijaImapCode;

typedef enum
{
  VALIJA_IMAP_VALUE_NONE,          /* past the end */
  VALIJA_IMAP_VALUE_ATOM,          /* also numbers, flags, sets and NIL */
  VALIJA_IMAP_VALUE_QUOTED,
  VALIJA_IMAP_VALUE_LITERAL,       /* a small one, kept with the response */
  VALIJA_IMAP_VALUE_STREAM,        /* a large one, which left in chunks before */
  VALIJA_IMAP_VALUE_LIST,
} ValijaImapValueKind;

typedef struct
{
  const ValijaImapResponse *response;
  guint index;
} ValijaImapValue;

typedef struct
{
  const ValijaImapResponse *response;
  guint next;
  guint end;
} ValijaImapIter;

/* What it is by its word; a status is OK, NO, BAD, BYE or PREAUTH (RFC 9051 §7.1). */
ValijaImapResponseKind valija_imap_response_get_kind   (const ValijaImapResponse *self);
gboolean               valija_imap_response_is_status  (const ValijaImapResponse *self);

/* The tag of a tagged response, NULL for the others. */
const char            *valija_imap_response_get_tag    (const ValijaImapResponse *self);

/* The number before EXISTS, EXPUNGE, FETCH and RECENT. */
guint32                valija_imap_response_get_number (const ValijaImapResponse *self);

/* What a status response or a continuation says behind the code; "" for the others. Not necessarily UTF-8. */
const char            *valija_imap_response_get_text   (const ValijaImapResponse *self);
ValijaImapCode         valija_imap_response_get_code   (const ValijaImapResponse *self);
ValijaImapIter         valija_imap_response_iter_code  (const ValijaImapResponse *self); /* its arguments */

/* The values behind the kind (and behind the number and kind). */
ValijaImapIter         valija_imap_response_iter       (const ValijaImapResponse *self);

/* Gives the bytes of a streamed literal back to its response, so that valija_imap_value_dup_bytes() finds them. */
void                   valija_imap_response_take_stream (ValijaImapResponse *self, guint stream, GBytes *bytes);

/* Moves to the next value; FALSE at the end, and *value is then VALIJA_IMAP_VALUE_NONE. */
gboolean            valija_imap_iter_next        (ValijaImapIter *self, ValijaImapValue *value);

/* NONE behind the end. NIL is an atom: where a string is meant, it is that there is none. */
ValijaImapValueKind valija_imap_value_get_kind   (ValijaImapValue self);
gboolean            valija_imap_value_is_nil     (ValijaImapValue self);
gboolean            valija_imap_value_is_list    (ValijaImapValue self);

/* Whether it is this atom, in any case. */
gboolean            valija_imap_value_is_atom    (ValijaImapValue self, const char *atom);

/* The octets of an atom, string or small literal, followed by a NUL that does not count. NULL for NIL, lists,
 * streams and past the end. @length is nullable. */
const char         *valija_imap_value_get_string (ValijaImapValue self, gsize *length);

/* An atom of digits alone that is not above @limit. */
gboolean            valija_imap_value_get_number (ValijaImapValue self, guint64 limit, guint64 *number);

/* What is in a list; nothing for anything else. */
ValijaImapIter      valija_imap_value_iter       (ValijaImapValue self);

/* The octets of an atom, string or literal, large ones included. (transfer full) (nullable) */
GBytes             *valija_imap_value_dup_bytes  (ValijaImapValue self);

/* The first values of a response, or of a list, at once: NONE where there are fewer. */
void                valija_imap_iter_take        (ValijaImapIter *self, ValijaImapValue *values, guint n_values);

G_END_DECLS
