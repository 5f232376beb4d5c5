/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/valija-secret.h"

G_BEGIN_DECLS

/* Commands of SMTP as bytes, CRLF included. */

/* The parameters of MAIL FROM. */
typedef struct
{
  guint64 size;             /* RFC 1870; 0: not told */
  gboolean eightbit;        /* BODY=8BITMIME */
  gboolean smtputf8;
  gboolean return_headers;  /* RET=HDRS */
  const char *envelope_id;  /* nullable: ENVID, at most 100 characters of it */
} ValijaSmtpMailOptions;

/* @argument: (nullable): one that holds a line end or a NUL would be a second command, and fails with
 * VALIJA_ERROR_INVALID. */
GBytes *valija_smtp_command_new      (const char *verb, const char *argument, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "AUTH PLAIN AHRpbQ==", or with @mechanism NULL the response alone; an empty initial response is "=". The memory is
 * wiped when the bytes are freed. @response: (nullable): none is sent. NULL with VALIJA_ERROR_INVALID as above. */
GBytes *valija_smtp_command_new_auth (const char *mechanism, ValijaSecret *response,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @sender: a bare address, or "" for <>. NULL with VALIJA_ERROR_INVALID for what is none. */
GBytes *valija_smtp_command_new_mail (const char *sender, const ValijaSmtpMailOptions *options,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @notify: with NOTIFY=SUCCESS,FAILURE,DELAY and ORCPT (RFC 3461). */
GBytes *valija_smtp_command_new_rcpt (const char *recipient, gboolean notify, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "BDAT 86 LAST" */
GBytes *valija_smtp_command_new_bdat (gsize length, gboolean last) G_GNUC_WARN_UNUSED_RESULT;

/* The address as a server without SMTPUTF8 takes it: a domain outside ASCII in its xn-- form. A local part outside
 * ASCII stays. (transfer full) */
char   *valija_smtp_address_to_ascii (const char *address) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
