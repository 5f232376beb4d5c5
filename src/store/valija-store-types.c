/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-pack.h"
#include "store/valija-store-private.h"

G_DEFINE_BOXED_TYPE (ValijaWritten, valija_written, valija_written_copy, valija_written_free)
G_DEFINE_BOXED_TYPE (ValijaStoredDraft, valija_stored_draft, valija_stored_draft_copy,
                     valija_stored_draft_free)

void
valija_stored_folder_free (ValijaStoredFolder *self)
{
  if (self == NULL)
    return;

  g_free (self->remote_id);
  g_free (self->name);
  g_free (self);
}

ValijaWritten *
valija_written_copy (const ValijaWritten *self)
{
  ValijaWritten *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->added_ids = g_array_copy (self->added_ids);

  return copy;
}

void
valija_written_free (ValijaWritten *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->added_ids);
  g_free (self);
}

/**
 * valija_stored_source_new:
 * @message: the row that it belongs to, not looked at by valija_store_add_message()
 * @search_text: (nullable): body and attachment names
 * @preview: (nullable): the first words
 *
 * Returns: (transfer full): a source to be written
 */
ValijaStoredSource *
valija_stored_source_new (gint64      message,
                          GBytes     *source,
                          const char *search_text,
                          const char *preview,
                          gboolean    has_attachments)
{
  ValijaStoredSource *self;

  g_return_val_if_fail (source != NULL, NULL);

  self = g_new0 (ValijaStoredSource, 1);
  self->message = message;
  self->source = g_bytes_ref (source);
  self->search_text = g_strdup (search_text);
  self->preview = g_strdup (preview);
  self->has_attachments = has_attachments;

  return self;
}

void
valija_stored_source_pack (ValijaStoredSource *self)
{
  g_return_if_fail (self != NULL);

  if (self->packed == NULL)
    self->packed = valija_store_pack (self->source);
}

ValijaStoredSource *
valija_stored_source_copy (const ValijaStoredSource *self)
{
  ValijaStoredSource *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = valija_stored_source_new (self->message, self->source, self->search_text, self->preview,
                                   self->has_attachments);
  copy->file_names = g_strdup (self->file_names);
  copy->packed = self->packed != NULL ? g_bytes_ref (self->packed) : NULL;

  return copy;
}

void
valija_stored_source_free (ValijaStoredSource *self)
{
  if (self == NULL)
    return;

  g_bytes_unref (self->source);
  g_clear_pointer (&self->packed, g_bytes_unref);
  g_free (self->search_text);
  g_free (self->preview);
  g_free (self->file_names);
  g_free (self);
}

ValijaStoredDraft *
valija_stored_draft_copy (const ValijaStoredDraft *self)
{
  ValijaStoredDraft *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->home = g_strdup (self->home);
  copy->message_id = g_strdup (self->message_id);

  return copy;
}

void
valija_stored_draft_free (ValijaStoredDraft *self)
{
  if (self == NULL)
    return;

  g_free (self->home);
  g_free (self->message_id);
  g_free (self);
}

void
valija_operation_free (ValijaOperation *self)
{
  if (self == NULL)
    return;

  g_free (self->account);
  g_free (self->folder);
  g_free (self->target);
  g_ptr_array_unref (self->remote_ids);
  g_array_unref (self->messages);
  g_ptr_array_unref (self->message_ids);
  g_array_unref (self->sizes);
  g_free (self->mark);
  g_free (self->words);
  g_strfreev (self->add_labels);
  g_strfreev (self->remove_labels);
  g_free (self);
}

gboolean
valija_operation_is_of_labels (const ValijaOperation *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->kind == VALIJA_OPERATION_FLAGS &&
         !(valija_labels_is_empty ((const char * const *) self->add_labels) &&
           valija_labels_is_empty ((const char * const *) self->remove_labels));
}

void
valija_stored_outbox_free (ValijaStoredOutbox *self)
{
  if (self == NULL)
    return;

  g_free (self->account);
  g_free (self->subject);
  g_free (self->recipients);
  g_free (self->words);
  g_free (self->message_id);
  g_free (self);
}
