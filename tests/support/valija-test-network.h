/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A network for this process in which names are what a test says: whoever wants to leave this computer goes through a
 * proxy on loopback, and service records are given here. Nothing else is ever looked up. The program under test knows
 * nothing of it. */

/* Before anything is connected. */
void valija_test_network_init       (void);

/* "http://127.0.0.1:1234": everything but loopback is reached through it. */
void valija_test_network_set_proxy  (const char *uri);

/* @record: "host port priority weight", the one record that any lookup of services finds; NULL: there is none */
void valija_test_network_set_record (const char *record);

G_END_DECLS
