/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "base/valija-secret.h"
#include "model/valija-account.h"
#include "model/valija-method.h"

G_BEGIN_DECLS

/* The servers of an account, and what is kept where. Signal "next": what was typed is complete and sound. */
#define VALIJA_TYPE_SERVERS_PAGE (valija_servers_page_get_type ())
G_DECLARE_FINAL_TYPE (ValijaServersPage, valija_servers_page, VALIJA, SERVERS_PAGE, AdwNavigationPage)

/* @stored: the account has its passwords already; empty fields leave them alone. @account is changed when "next" is
 * emitted. */
void          valija_servers_page_load       (ValijaServersPage  *self,
                                              const ValijaMethod *method,
                                              ValijaAccount      *account,
                                              gboolean            stored);

/* Where the servers came from, in words; NULL for nothing to say. */
void          valija_servers_page_set_hint   (ValijaServersPage *self, const char *hint);

/* (transfer full) (nullable) */
ValijaSecret *valija_servers_page_dup_secret (ValijaServersPage *self, ValijaSide side) G_GNUC_WARN_UNUSED_RESULT;

/* When the page is shown the cursor is to be where the password of @side is typed. */
void valija_servers_page_ask_password (ValijaServersPage *self, ValijaSide side);

/* @domain: (nullable): whose server is looked for now; meanwhile nothing can be changed, and the search be stopped */
void valija_servers_page_set_searching (ValijaServersPage *self, const char *domain);

/* The server was found, and stands in the account. */
void valija_servers_page_show_server (ValijaServersPage *self);

/* The server was not found, as @error (nullable) says: its name is to be typed, or the password once more. */
void valija_servers_page_ask_server (ValijaServersPage *self, const GError *error);

G_END_DECLS
