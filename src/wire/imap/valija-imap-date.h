/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The date-time of INTERNALDATE, " 1-Feb-1994 21:52:25 -0800", in seconds since 1970; 0 when it is none. */
gint64 valija_imap_date_parse       (const char *text);

/* The same the other way, in UTC. (transfer full) */
char  *valija_imap_date_format_time (gint64 time);

/* The date of SEARCH: "1-Feb-1994", in UTC. (transfer full) */
char  *valija_imap_date_format_day  (gint64 time);

G_END_DECLS
