/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-account-status.h"
#include "model/valija-progress.h"

G_BEGIN_DECLS

/* Times as the interface says them, in the user's zone, language and clock format. @when is in
 * seconds since 1970, 0 is no time (""). @now is nullable: the present. (transfer full) */
/* for a list: "14:05", "Yesterday", "Tue", "3 Mar", "3 Mar 2024" */
char *valija_format_date  (gint64 when, GDateTime *now);
/* for a header with little room: "14:05", "Tue 3 Mar, 14:05", "3 Mar 2024, 14:05" */
char *valija_format_moment (gint64 when, GDateTime *now);
char *valija_format_full  (gint64 when);                 /* for a header: "Tuesday, 3 March 2026, 14:05" */

/* When mail was last checked: "Checked just now", "Checked 3 minutes ago", … then by valija_format_date(); "Not checked
 * yet" for 0. @now in seconds, 0 the present. (transfer full) */
char *valija_format_checked (gint64 when, gint64 now);

/* "1,204" in the user's grouping. (transfer full) */
char *valija_format_count (guint64 count);

/* How much of how much is done: "1,200 of 5,000", or "12 of 40 MB". NULL where nobody knows. (transfer full) */
char *valija_format_progress (ValijaProgress *progress);

/* What failed, and with which of the @accounts: "ana@example.org: The incoming server does not answer"; the second
 * alone where there is one account, or where it is this computer that is to blame. (transfer full) */
char *valija_format_failure (GListModel *accounts, ValijaAccount *account, const GError *error);

G_END_DECLS
