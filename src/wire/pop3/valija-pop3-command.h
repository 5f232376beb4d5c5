/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/valija-secret.h"

G_BEGIN_DECLS

/* Commands of POP3 as bytes, CRLF included. The memory is wiped when the bytes are freed. */

/* @argument: (nullable): one that holds a line end or a NUL would be a second command, and fails with
 * VALIJA_ERROR_INVALID. */
GBytes *valija_pop3_command_new        (const char *verb, const char *argument,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *valija_pop3_command_new_secret (const char *verb, ValijaSecret *argument,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "RETR 5". @verb is a literal of ours. */
GBytes *valija_pop3_command_new_number (const char *verb, guint number) G_GNUC_WARN_UNUSED_RESULT;

/* "TOP 5 0" */
GBytes *valija_pop3_command_new_top    (guint number, guint n_lines) G_GNUC_WARN_UNUSED_RESULT;

/* "APOP mrose c4c9334bac560ecc979e58001b3e22fb" (RFC 1939 §7). NULL with NO_MECHANISM when @greeting holds no time
 * stamp. */
GBytes *valija_pop3_command_new_apop   (const char *greeting, const char *user, ValijaSecret *secret,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
