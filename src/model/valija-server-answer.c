/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-server-answer.h"

G_DEFINE_BOXED_TYPE (ValijaServerAnswer, valija_server_answer, valija_server_answer_copy, valija_server_answer_free)

ValijaServerAnswer *
valija_server_answer_new (void)
{
  ValijaServerAnswer *self = g_new0 (ValijaServerAnswer, 1);

  self->messages = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->problems = g_ptr_array_new_with_free_func (g_free);

  return self;
}

ValijaServerAnswer *
valija_server_answer_copy (const ValijaServerAnswer *self)
{
  ValijaServerAnswer *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new0 (ValijaServerAnswer, 1);
  copy->messages = g_array_ref (self->messages);
  copy->n_folders = self->n_folders;
  copy->problems = g_ptr_array_ref (self->problems);

  return copy;
}

void
valija_server_answer_free (ValijaServerAnswer *self)
{
  g_array_unref (self->messages);
  g_ptr_array_unref (self->problems);
  g_free (self);
}
