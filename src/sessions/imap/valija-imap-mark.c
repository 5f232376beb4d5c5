/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-mark.h"

ValijaImapMark *
valija_imap_mark_new (const ValijaImapSelected *selected)
{
  ValijaImapMark *self = g_new0 (ValijaImapMark, 1);

  self->uid_validity = selected->uid_validity;
  self->uid_next = selected->uid_next;
  self->mod_seq = selected->mod_seq;
  self->exists = selected->first_exists;

  return self;
}

ValijaImapMark *
valija_imap_mark_new_from_state (const char *state)
{
  ValijaImapMark *self = g_new0 (ValijaImapMark, 1);
  guint64 numbers[4];

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      char *end;

      numbers[i] = g_ascii_strtoull (state, &end, 10);
      state = *end != '\0' ? end + 1 : end;
    }

  self->uid_validity = numbers[0];
  self->uid_next = numbers[1];
  self->exists = numbers[2];
  self->mod_seq = numbers[3];

  return self;
}

gboolean
valija_imap_mark_equal (const ValijaImapMark *one,
                        const ValijaImapMark *other)
{
  return one->uid_validity == other->uid_validity && one->uid_next == other->uid_next &&
         one->mod_seq == other->mod_seq && one->exists == other->exists;
}

gboolean
valija_imap_mark_differs (const ValijaImapMark   *self,
                          const ValijaImapStatus *status)
{
  return (status->uid_validity >= 0 && status->uid_validity != self->uid_validity) ||
         (status->uid_next >= 0 && status->uid_next != self->uid_next) ||
         (status->messages >= 0 && status->messages != self->exists) ||
         (status->highest_mod_seq >= 0 && self->mod_seq != 0 && (guint64) status->highest_mod_seq != self->mod_seq);
}

char *
valija_imap_state_format (const ValijaImapStatus *status,
                          gboolean               *whole)
{
  gboolean told = status->uid_validity >= 0 && status->uid_next >= 0 && status->messages >= 0;

  *whole = told && status->highest_mod_seq > 0;
  if (!told || (!*whole && status->unseen < 0))
    return NULL;

  /* Losses need not raise the mod-sequence of a server without QRESYNC; what is unread it has in it */
  return g_strdup_printf ("%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT
                          ".%" G_GINT64_FORMAT,
                          status->uid_validity, status->uid_next, status->messages, MAX (status->highest_mod_seq, 0),
                          *whole ? 0 : status->unseen);
}
