/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/imap/valija-imap-connection.h"

G_BEGIN_DECLS

/* Keeps memory bounded where answers come faster than they are used up: above its mark the connection does not
 * read. Refcounted. */
typedef struct _ValijaImapGate ValijaImapGate;

/* @mark: octets. The count of references is atomic: what is used up is used up on other threads. */
ValijaImapGate *valija_imap_gate_new   (ValijaImapConnection *connection, gsize mark) G_GNUC_WARN_UNUSED_RESULT;
ValijaImapGate *valija_imap_gate_ref   (ValijaImapGate *self);
void            valija_imap_gate_unref (ValijaImapGate *self);

/* So much has come; so much was used up. */
void            valija_imap_gate_raise (ValijaImapGate *self, gsize amount);
void            valija_imap_gate_lower (ValijaImapGate *self, gsize amount);

/* Opens it for good: nobody uses up anything any more, and what comes is thrown away. */
void            valija_imap_gate_abandon (ValijaImapGate *self);

/* While @needed nothing is held back, whatever has come: what is waited for is behind it. */
void            valija_imap_gate_set_needed (ValijaImapGate *self, gboolean needed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaImapGate, valija_imap_gate_unref)

G_END_DECLS
