/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Asks when a message is to be sent. Signal: "scheduled" (int64): that time, in seconds since 1970; never one that has
 * passed. */
#define VALIJA_TYPE_SEND_LATER_DIALOG (valija_send_later_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ValijaSendLaterDialog, valija_send_later_dialog, VALIJA, SEND_LATER_DIALOG, AdwDialog)

/* (transfer floating): presented over the composer. */
AdwDialog *valija_send_later_dialog_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* The morning of tomorrow, or of the next Monday after today, as seen from @now (local time). */
gint64 valija_send_later_tomorrow (GDateTime *now);
gint64 valija_send_later_monday   (GDateTime *now);

G_END_DECLS
