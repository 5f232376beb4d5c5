/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/imap/valija-imap-response.h"

G_BEGIN_DECLS

/* Values in preorder: the children of a list follow it, and @next is the index behind the last of them. */
typedef struct
{
  guint32 offset;  /* into the octets; of a stream, its number */
  guint32 length;
  guint32 next;
  guint32 kind;
} ValijaImapNode;

struct _ValijaImapResponse
{
  ValijaImapResponseKind kind;
  ValijaImapCode code;
  gboolean tagged;
  guint32 number;
  guint first;           /* index of the first value behind the kind */
  guint code_first;      /* the code's arguments are from here to the end */
  gsize text;            /* offset of the text */
  GByteArray *octets;    /* of all values, each followed by a NUL */
  GArray *nodes;         /* of ValijaImapNode */
  GPtrArray *streams;    /* of GBytes, nullable elements */
};

/* An empty one, which is used again and again: to reset it empties it, and keeps its memory up to a bound. */
ValijaImapResponse *valija_imap_response_new   (void);
void                valija_imap_response_free  (ValijaImapResponse *self);
void                valija_imap_response_reset (ValijaImapResponse *self);

/* Appends a value whose octets are the last @length of the octets array, and closes them with a NUL. */
void                valija_imap_response_add   (ValijaImapResponse *self, ValijaImapValueKind kind, gsize length);

/* In any case of letters; OTHER for what is not known. */
ValijaImapResponseKind valija_imap_response_kind_from_word (const char *word);
ValijaImapCode         valija_imap_code_from_word          (const char *word);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaImapResponse, valija_imap_response_free)

G_END_DECLS
