/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-account.h"
#include "model/valija-progress.h"
#include "model/valija-quota.h"

G_BEGIN_DECLS

/* How an account is doing. Properties: state (int, ValijaSessionState), error (boxed GError, nullable: the last
 * failure, cleared by the next success), last-checked (int64, 0 never), progress (ValijaProgress, nullable: while it
 * synchronises), alert (nullable: the server's words to the user, the last few with a line each), notice (nullable: our
 * own, while something cannot be had), paused (nullable: why whole messages are not fetched in the background), away
 * (nullable: that the server answers for the user now), capabilities (uint, ValijaCapabilities, what this server
 * in fact offers), facts (strv: what the server said of itself, "Label: value" lines), quota (boxed ValijaQuota,
 * nullable: where the server has told since the start). */
#define VALIJA_TYPE_ACCOUNT_STATUS (valija_account_status_get_type ())
G_DECLARE_FINAL_TYPE (ValijaAccountStatus, valija_account_status, VALIJA, ACCOUNT_STATUS, GObject)

/* The getters answer the properties of the same names, (transfer none), and NULL where those are nullable. Holds
 * @account. */
ValijaAccountStatus *valija_account_status_new              (ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;
ValijaAccount       *valija_account_status_get_account      (ValijaAccountStatus *self);
ValijaSessionState   valija_account_status_get_state        (ValijaAccountStatus *self);
const GError        *valija_account_status_get_error        (ValijaAccountStatus *self);
gint64               valija_account_status_get_last_checked (ValijaAccountStatus *self);
ValijaProgress      *valija_account_status_get_progress     (ValijaAccountStatus *self);
const char          *valija_account_status_get_alert        (ValijaAccountStatus *self);
const char          *valija_account_status_get_notice       (ValijaAccountStatus *self);
const char          *valija_account_status_get_paused       (ValijaAccountStatus *self);
const char          *valija_account_status_get_away         (ValijaAccountStatus *self);
ValijaCapabilities   valija_account_status_get_capabilities (ValijaAccountStatus *self);
const char * const  *valija_account_status_get_facts        (ValijaAccountStatus *self);
const ValijaQuota   *valija_account_status_get_quota        (ValijaAccountStatus *self);

/* For engine/. */
void valija_account_status_set_state        (ValijaAccountStatus *self, ValijaSessionState state);
void valija_account_status_set_error        (ValijaAccountStatus *self, const GError *error);
void valija_account_status_set_last_checked (ValijaAccountStatus *self, gint64 when);
void valija_account_status_set_progress     (ValijaAccountStatus *self, ValijaProgress *progress);
/* One more, after those before; the oldest goes where there are too many. What is there already is not told again. */
void valija_account_status_add_alert        (ValijaAccountStatus *self, const char *text);
void valija_account_status_set_notice       (ValijaAccountStatus *self, const char *notice);
void valija_account_status_set_paused       (ValijaAccountStatus *self, const char *paused);
void valija_account_status_set_quota        (ValijaAccountStatus *self, const ValijaQuota *quota);
void valija_account_status_set_away         (ValijaAccountStatus *self, const char *away);
void valija_account_status_set_server       (ValijaAccountStatus *self,
                                             ValijaCapabilities   capabilities,
                                             const char * const  *facts);

G_END_DECLS
