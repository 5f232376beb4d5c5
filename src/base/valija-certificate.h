/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Why a certificate was not accepted; several may hold at once. */
typedef enum
{
  VALIJA_CERTIFICATE_PROBLEM_NONE = 0,
  VALIJA_CERTIFICATE_PROBLEM_UNKNOWN_ISSUER = 1 << 0,
  VALIJA_CERTIFICATE_PROBLEM_SELF_SIGNED = 1 << 1,
  VALIJA_CERTIFICATE_PROBLEM_WRONG_NAME = 1 << 2,
  VALIJA_CERTIFICATE_PROBLEM_EXPIRED = 1 << 3,
  VALIJA_CERTIFICATE_PROBLEM_NOT_YET_VALID = 1 << 4,
  VALIJA_CERTIFICATE_PROBLEM_REVOKED = 1 << 5,
  VALIJA_CERTIFICATE_PROBLEM_INSECURE = 1 << 6,
  VALIJA_CERTIFICATE_PROBLEM_CHANGED = 1 << 7, /* another one was trusted for this server before */
  VALIJA_CERTIFICATE_PROBLEM_OTHER = 1 << 8,
  VALIJA_CERTIFICATE_PROBLEM_GUESSED_HOST = 1 << 9, /* nobody has entered the server's name */
} ValijaCertificateProblems;

/* A server's certificate as a person is shown it: immutable, refcounted (boxed). */
typedef struct _ValijaCertificate ValijaCertificate;

struct _ValijaCertificate
{
  grefcount ref_count;
  char *host;               /* the server that was asked for */
  guint16 port;
  char *subject;            /* RFC 4514 name */
  char *names;              /* subject alternative names, comma separated */
  char *issuer;             /* RFC 4514 name */
  gint64 not_before;        /* seconds since 1970, UTC */
  gint64 not_after;
  char *sha256;             /* "AB:CD:…" of the DER form */
  ValijaCertificateProblems problems;
};

ValijaCertificate *valija_certificate_new      (const char               *host,
                                                guint16                   port,
                                                const char               *subject,
                                                const char               *names,
                                                const char               *issuer,
                                                gint64                    not_before,
                                                gint64                    not_after,
                                                const char               *sha256,
                                                ValijaCertificateProblems problems) G_GNUC_WARN_UNUSED_RESULT;
ValijaCertificate *valija_certificate_ref      (ValijaCertificate *self);
void               valija_certificate_unref    (ValijaCertificate *self);

/* The exact reasons in words, one sentence each, translated: "It expired on 3 March 2026."
 * (transfer full) */
char *valija_certificate_dup_reasons (const ValijaCertificate *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaCertificate, valija_certificate_unref)

G_END_DECLS
