/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "mime/valija-composition.h"
#include "mime/valija-gmime.h"

G_BEGIN_DECLS

/* The state of a composition, for the files that make and build one. */
struct _ValijaComposition
{
  GObject parent_instance;

  ValijaAddress *from;      /* nullable */
  char *to;
  char *cc;
  char *bcc;
  char *subject;
  char *text;
  char *html;               /* nullable */
  int priority;             /* ValijaPriority */
  int confidentiality;      /* ValijaConfidentiality */
  gboolean read_confirmation;
  gboolean delivery_receipt;
  char *in_reply_to;        /* ids without angle brackets, space separated */
  char *references;
  GListStore *attachments;  /* of ValijaAttachment */
  char *message_id;         /* nullable: made with the first build or copy, and kept */
};

/* All (transfer none) (nullable); it has either a file or bytes. */
const char *valija_attachment_get_content_id (ValijaAttachment *self);
GFile      *valija_attachment_get_file       (ValijaAttachment *self);
GBytes     *valija_attachment_get_bytes      (ValijaAttachment *self);

/* Addresses as a person would type them, in a form that is read back as the same list.
 * (transfer full) */
char *valija_composition_format_addresses (GPtrArray *list);

/* An address as it goes over the wire: the domain in ASCII (RFC 5891). (transfer full) */
char *valija_composition_wire_address (const char *address);

/* Adds those of @list that are not in @envelope yet. FALSE with VALIJA_ERROR_INVALID on one that is
 * no address. */
gboolean valija_composition_add_recipients (ValijaEnvelope  *envelope,
                                            GPtrArray       *list,
                                            GError         **error);

/* ---- valija-composition-build.c ---- */

/* Once before anything of GMime. */
void          valija_composition_begin_gmime   (void);

/* The Message-ID that it keeps from then on. */
void          valija_composition_ensure_message_id (ValijaComposition *self);

/* A message with these fields, a date and an id, and no body. @in_reply_to: an id without angle brackets, "" for none.
 * (transfer full) */
GMimeMessage *valija_composition_new_message   (const ValijaAddress *from,
                                                GPtrArray           *to,
                                                const char          *subject,
                                                const char          *in_reply_to);

/* (transfer full) NULL with VALIJA_ERROR_STORAGE */
GBytes       *valija_composition_write_message (GMimeMessage *message, GError **error);

G_END_DECLS
