/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/imap/valija-imap-flags.h"
#include "wire/imap/valija-imap-set.h"

G_BEGIN_DECLS

/* A command for the server (RFC 9051 §6, §9). It is put together value by value; tag, literals and the spelling
 * of names are settled when it is sent, since only then it is known what the server takes. Whatever is in a
 * string, it stays one string: no value can end the line. Refcounted. */
typedef struct _ValijaImapCommand ValijaImapCommand;

/* How the server is spoken to. */
typedef enum
{
  VALIJA_IMAP_MODE_NONE = 0,
  VALIJA_IMAP_MODE_UTF8 = 1 << 0,          /* UTF8=ACCEPT or IMAP4rev2 is enabled (RFC 6855, 9051) */
  VALIJA_IMAP_MODE_LITERAL_PLUS = 1 << 1,  /* RFC 7888 */
  VALIJA_IMAP_MODE_LITERAL_MINUS = 1 << 2, /* the same up to 4096 octets */
} ValijaImapMode;

/* What is written in one go. */
typedef struct
{
  GBytes *bytes;
  gboolean wait;           /* the server's "+" must come before the next segment */
} ValijaImapSegment;

/* @name is "UID FETCH", "SELECT": ours, never from outside. */
ValijaImapCommand *valija_imap_command_new            (const char *name) G_GNUC_WARN_UNUSED_RESULT;
ValijaImapCommand *valija_imap_command_ref            (ValijaImapCommand *self);
void               valija_imap_command_unref          (ValijaImapCommand *self);
const char        *valija_imap_command_get_name       (ValijaImapCommand *self);

/* Its arguments hold a secret: no transcript may show them. */
void               valija_imap_command_set_secret     (ValijaImapCommand *self);
gboolean           valija_imap_command_is_secret      (ValijaImapCommand *self);

/* Whether it holds the name of a folder that is spelled in another way once UTF-8 is enabled. */
gboolean           valija_imap_command_has_other_spelling (ValijaImapCommand *self);

/* Each puts a blank before itself, but not behind an opening parenthesis. */
/* ours, never from outside */
void               valija_imap_command_append_atom    (ValijaImapCommand *self, const char *atom);
/* like an atom, wiped when it is not needed any more; makes the command a secret one */
void               valija_imap_command_append_secret  (ValijaImapCommand *self, const char *atom);
void               valija_imap_command_append_number  (ValijaImapCommand *self, guint64 number);
/* UTF-8; quoted or a literal */
void               valija_imap_command_append_string  (ValijaImapCommand *self, const char *string);
void               valija_imap_command_append_mailbox (ValijaImapCommand *self, const char *name);   /* decoded */
void               valija_imap_command_append_pattern (ValijaImapCommand *self, const char *pattern); /* of LIST: "*" */
void               valija_imap_command_append_set     (ValijaImapCommand *self, const ValijaImapSet *set);
/* @last 0: "*" */
void               valija_imap_command_append_range   (ValijaImapCommand *self, guint32 first, guint32 last);
void               valija_imap_command_append_flags   (ValijaImapCommand *self, ValijaImapFlags flags); /* a list */
/* of SEARCH: 1-Feb-1994, in UTC */
void               valija_imap_command_append_date    (ValijaImapCommand *self, gint64 time);
void               valija_imap_command_append_time    (ValijaImapCommand *self, gint64 time); /* of APPEND, in UTC */
/* binary: ~{n} of RFC 3516 */
void               valija_imap_command_append_literal (ValijaImapCommand *self, GBytes *bytes, gboolean binary);
void               valija_imap_command_open_list      (ValijaImapCommand *self);
void               valija_imap_command_close_list     (ValijaImapCommand *self);

/**
 * valija_imap_command_serialize:
 * @tag: assigned by whoever sends
 *
 * Returns: (transfer full) (element-type ValijaImapSegment): what to write, or NULL with VALIJA_ERROR_INVALID when
 *   a string holds what no string
 *   of IMAP can (a NUL, or a line end in a mailbox name)
 */
GPtrArray         *valija_imap_command_serialize      (ValijaImapCommand *self,
                                                       const char        *tag,
                                                       ValijaImapMode     mode,
                                                       GError           **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaImapCommand, valija_imap_command_unref)

G_END_DECLS
