/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-gate.h"

struct _ValijaImapGate
{
  gatomicrefcount ref_count; /* what is parsed on a thread holds one; all else is the main context's */
  ValijaImapConnection *connection; /* NULL once abandoned */
  gsize mark;
  gsize level;
  gboolean needed;
  gboolean held;
};

ValijaImapGate *
valija_imap_gate_new (ValijaImapConnection *connection,
                      gsize                 mark)
{
  ValijaImapGate *self = g_new0 (ValijaImapGate, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->connection = g_object_ref (connection);
  self->mark = mark;

  return self;
}

ValijaImapGate *
valija_imap_gate_ref (ValijaImapGate *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
valija_imap_gate_unref (ValijaImapGate *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->connection);
  g_free (self);
}

/* Half of the mark is between closing and opening again, lest every message does both. */
static void
update (ValijaImapGate *self)
{
  gboolean hold = self->held ? self->level > self->mark / 2 : self->level >= self->mark;

  hold = hold && !self->needed;
  if (self->connection == NULL || hold == self->held)
    return;

  self->held = hold;
  if (hold)
    valija_imap_connection_hold (self->connection);
  else
    valija_imap_connection_release (self->connection);
}

void
valija_imap_gate_raise (ValijaImapGate *self,
                        gsize           amount)
{
  self->level += amount;
  update (self);
}

void
valija_imap_gate_lower (ValijaImapGate *self,
                        gsize           amount)
{
  self->level -= MIN (amount, self->level);
  update (self);
}

void
valija_imap_gate_set_needed (ValijaImapGate *self,
                             gboolean        needed)
{
  self->needed = needed;
  update (self);
}

void
valija_imap_gate_abandon (ValijaImapGate *self)
{
  valija_imap_gate_set_needed (self, TRUE);
  g_clear_object (&self->connection);
}
