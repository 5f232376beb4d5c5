/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Autodiscover: how an organisation's servers say where a mailbox is. Pure: questions are built and answers read here;
 * whom to ask, and whom to believe, is decided by whoever asks. */

/* The three dialects. JSON (version 2) is asked with GET and tells no secret; the others are asked with POST, signed
 * in: the plain one ("POX", [MS-OXDSCLI]), which every server has, and that of Exchange 2010 and later
 * ([MS-OXWSADISC]). */
typedef enum
{
  VALIJA_AUTODISCOVER_JSON,
  VALIJA_AUTODISCOVER_POX,
  VALIJA_AUTODISCOVER_SOAP,
} ValijaAutodiscoverDialect;

typedef enum
{
  VALIJA_AUTODISCOVER_SETTINGS,         /* ews_urls, of which there is at least one */
  VALIJA_AUTODISCOVER_REDIRECT_URL,     /* target: another address of Autodiscover */
  VALIJA_AUTODISCOVER_REDIRECT_ADDRESS, /* target: another mail address */
  VALIJA_AUTODISCOVER_REFUSED,          /* message: the server's words, or "" */
} ValijaAutodiscoverKind;

typedef struct
{
  ValijaAutodiscoverKind kind;
  char **ews_urls;          /* nullable: the ones for the world first; not checked in any way */
  char *target;             /* nullable */
  char *message;            /* nullable */
} ValijaAutodiscoverAnswer;

/* The path and query at any host: "/autodiscover/autodiscover.xml". (transfer full) */
char                     *valija_autodiscover_dup_path  (ValijaAutodiscoverDialect dialect,
                                                         const char               *email) G_GNUC_WARN_UNUSED_RESULT;

/* The body of the question. @uri: where it is sent. (transfer full) NULL for JSON, which has none */
char                     *valija_autodiscover_dup_body  (ValijaAutodiscoverDialect dialect,
                                                         const char               *email,
                                                         const char               *uri) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer full) NULL with VALIJA_ERROR_PROTOCOL or VALIJA_ERROR_LIMIT for all that is no answer of Autodiscover */
ValijaAutodiscoverAnswer *valija_autodiscover_read      (ValijaAutodiscoverDialect dialect,
                                                         const void               *data,
                                                         gsize                     length,
                                                         GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
void                      valija_autodiscover_answer_free (ValijaAutodiscoverAnswer *self);

/* Whether @host is @domain or one in it; both in ASCII. */
gboolean                  valija_autodiscover_is_within (const char               *host,
                                                         const char               *domain);

/* Whether @host (in ASCII) is one by which Exchange Online, Microsoft's own service, is reached. */
gboolean                  valija_autodiscover_is_online (const char               *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaAutodiscoverAnswer, valija_autodiscover_answer_free)

G_END_DECLS
