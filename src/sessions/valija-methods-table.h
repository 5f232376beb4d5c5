/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-method.h"

G_BEGIN_DECLS

/* One entry of the table each: what a person reads about the method, and what it can do at best. */

/* valija-methods-organization.c: mailboxes that an organization or Microsoft runs */
extern const ValijaMethod valija_method_notes;
extern const ValijaMethod valija_method_outlook;
extern const ValijaMethod valija_method_exchange;

/* valija-methods-internet.c: the open protocols that every provider speaks */
extern const ValijaMethod valija_method_smtp;
extern const ValijaMethod valija_method_pop3;
extern const ValijaMethod valija_method_mixed;
extern const ValijaMethod valija_method_imap;

G_END_DECLS
