/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A server that keeps a published contract, in a process of its own (tests/world/NAME/server.py): it listens on a free
 * loopback port, keeps real state, and is ordered about. What it says of itself and what it understands is in its own
 * description. */
typedef struct _ValijaContractServer ValijaContractServer;

/* @name: "exchange"; @arguments: (nullable) its options. The published contract is given to it where that is beside
 * the project. */
ValijaContractServer *valija_contract_server_new  (const char         *name,
                                                   const char * const *arguments) G_GNUC_WARN_UNUSED_RESULT;

/* Ends it. Requests that were against the contract, and that nobody took by the order "violations", fail the running
 * test. */
void                  valija_contract_server_free (ValijaContractServer *self);

/* "url", "ca", "user", "email", "password", "control", … (transfer none); the port is a number. */
const char           *valija_contract_server_get      (ValijaContractServer *self, const char *name);
/* The same for what it may not say: NULL */
const char           *valija_contract_server_peek     (ValijaContractServer *self, const char *name);
guint16               valija_contract_server_get_port (ValijaContractServer *self);

/* Carries out an order, JSON that is written printf-style with ' for ": "{'do': 'deliver', 'subject': '%s'}". A refused
 * one fails the test. The result is (transfer full) and may be a null node. Blocks; the server needs nothing of the
 * main context. */
JsonNode             *valija_contract_server_order    (ValijaContractServer *self,
                                                       const char           *format,
                                                       ...) G_GNUC_PRINTF (2, 3) G_GNUC_WARN_UNUSED_RESULT;

/* The same for one whose result does not matter. */
void                  valija_contract_server_tell     (ValijaContractServer *self,
                                                       const char           *format,
                                                       ...) G_GNUC_PRINTF (2, 3);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaContractServer, valija_contract_server_free)

G_END_DECLS
