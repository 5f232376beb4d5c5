/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-changes.h"

#include "base/valija-error.h"

G_DEFINE_BOXED_TYPE (ValijaFolderInfo, valija_folder_info, valija_folder_info_ref, valija_folder_info_unref)
G_DEFINE_BOXED_TYPE (ValijaChanges, valija_changes, valija_changes_ref, valija_changes_unref)
G_DEFINE_BOXED_TYPE (ValijaFetched, valija_fetched, valija_fetched_ref, valija_fetched_unref)
G_DEFINE_BOXED_TYPE (ValijaSearchHits, valija_search_hits, valija_search_hits_ref, valija_search_hits_unref)
G_DEFINE_BOXED_TYPE (ValijaEnvelope, valija_envelope, valija_envelope_ref, valija_envelope_unref)
G_DEFINE_BOXED_TYPE (ValijaReceipt, valija_receipt, valija_receipt_ref, valija_receipt_unref)

ValijaFolderInfo *
valija_folder_info_new (const char *remote_id,
                        const char *name)
{
  ValijaFolderInfo *self;

  g_return_val_if_fail (remote_id != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  self = g_new0 (ValijaFolderInfo, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->remote_id = g_strdup (remote_id);
  self->name = g_strdup (name);
  self->role = VALIJA_FOLDER_ROLE_NONE;
  self->selectable = TRUE;
  self->total = -1;
  self->unread = -1;

  return self;
}

ValijaFolderInfo *
valija_folder_info_ref (ValijaFolderInfo *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

ValijaFolderInfo *
valija_folder_info_copy (const ValijaFolderInfo *self)
{
  ValijaFolderInfo *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = valija_folder_info_new (self->remote_id, self->name);
  copy->parent_id = g_strdup (self->parent_id);
  copy->role = self->role;
  copy->selectable = self->selectable;
  copy->total = self->total;
  copy->unread = self->unread;
  copy->owner = self->owner;
  copy->object_id = g_strdup (self->object_id);
  copy->former_id = g_strdup (self->former_id);
  copy->incomplete = self->incomplete;
  copy->state = g_strdup (self->state);
  copy->state_is_whole = self->state_is_whole;

  return copy;
}

void
valija_folder_info_unref (ValijaFolderInfo *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->remote_id);
  g_free (self->parent_id);
  g_free (self->name);
  g_free (self->object_id);
  g_free (self->former_id);
  g_free (self->state);
  g_free (self);
}

ValijaMessageInfo *
valija_message_info_new (const char *remote_id)
{
  ValijaMessageInfo *self;

  g_return_val_if_fail (remote_id != NULL, NULL);

  self = g_new0 (ValijaMessageInfo, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->remote_id = g_strdup (remote_id);
  self->message_id = g_strdup ("");
  self->in_reply_to = g_strdup ("");
  self->references = g_strdup ("");
  self->subject = g_strdup ("");
  self->from = valija_address_list_new ();
  self->reply_to = valija_address_list_new ();
  self->to = valija_address_list_new ();
  self->cc = valija_address_list_new ();
  self->bcc = valija_address_list_new ();

  return self;
}

ValijaMessageInfo *
valija_message_info_ref (ValijaMessageInfo *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
valija_message_info_unref (ValijaMessageInfo *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->remote_id);
  g_free (self->message_id);
  g_free (self->in_reply_to);
  g_free (self->references);
  g_free (self->subject);
  g_clear_pointer (&self->from, g_ptr_array_unref);
  g_clear_pointer (&self->reply_to, g_ptr_array_unref);
  g_clear_pointer (&self->to, g_ptr_array_unref);
  g_clear_pointer (&self->cc, g_ptr_array_unref);
  g_clear_pointer (&self->bcc, g_ptr_array_unref);
  g_free (self->preview);
  g_free (self->email_id);
  g_strfreev (self->labels);
  g_free (self);
}

ValijaFlagsChange *
valija_flags_change_new (const char *remote_id,
                         ValijaFlags flags)
{
  return valija_flags_change_new_some (remote_id, flags, ~VALIJA_FLAG_NONE);
}

ValijaFlagsChange *
valija_flags_change_new_some (const char  *remote_id,
                              ValijaFlags  flags,
                              ValijaFlags  told)
{
  ValijaFlagsChange *self;

  g_return_val_if_fail (remote_id != NULL, NULL);

  self = g_new0 (ValijaFlagsChange, 1);
  self->remote_id = g_strdup (remote_id);
  self->flags = flags;
  self->told = told;

  return self;
}

void
valija_flags_change_free (ValijaFlagsChange *self)
{
  if (self == NULL)
    return;

  g_free (self->remote_id);
  g_strfreev (self->labels);
  g_free (self);
}

ValijaChanges *
valija_changes_new (void)
{
  ValijaChanges *self = g_new0 (ValijaChanges, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->added = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_info_unref);
  self->flags = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_flags_change_free);
  self->gone = g_ptr_array_new_with_free_func (g_free);

  return self;
}

ValijaChanges *
valija_changes_ref (ValijaChanges *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
valija_changes_unref (ValijaChanges *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->added, g_ptr_array_unref);
  g_clear_pointer (&self->flags, g_ptr_array_unref);
  g_clear_pointer (&self->gone, g_ptr_array_unref);
  g_clear_pointer (&self->cursor, g_bytes_unref);
  g_free (self);
}

ValijaFetched *
valija_fetched_new (const char *remote_id,
                    GBytes     *source)
{
  ValijaFetched *self;

  g_return_val_if_fail (remote_id != NULL, NULL);
  g_return_val_if_fail (source != NULL, NULL);

  self = g_new0 (ValijaFetched, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->remote_id = g_strdup (remote_id);
  self->source = g_bytes_ref (source);

  return self;
}

ValijaFetched *
valija_fetched_ref (ValijaFetched *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
valija_fetched_unref (ValijaFetched *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->remote_id);
  g_clear_pointer (&self->source, g_bytes_unref);
  g_free (self);
}

ValijaSearchHits *
valija_search_hits_new (void)
{
  ValijaSearchHits *self = g_new0 (ValijaSearchHits, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->remote_ids = g_ptr_array_new_with_free_func (g_free);

  return self;
}

ValijaSearchHits *
valija_search_hits_ref (ValijaSearchHits *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
valija_search_hits_unref (ValijaSearchHits *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->remote_ids);
  g_free (self);
}

ValijaEnvelope *
valija_envelope_new (const char *sender)
{
  ValijaEnvelope *self;

  g_return_val_if_fail (sender != NULL, NULL);

  self = g_new0 (ValijaEnvelope, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->sender = g_strdup (sender);
  self->recipients = g_ptr_array_new_with_free_func (g_free);

  return self;
}

ValijaEnvelope *
valija_envelope_ref (ValijaEnvelope *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
valija_envelope_unref (ValijaEnvelope *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->sender);
  g_clear_pointer (&self->recipients, g_ptr_array_unref);
  g_free (self->envelope_id);
  g_free (self);
}

static void
valija_recipient_result_free (ValijaRecipientResult *self)
{
  g_free (self->recipient);
  g_free (self->words);
  g_free (self->server_line);
  g_free (self);
}

ValijaReceipt *
valija_receipt_new (const char *server_line,
                    gboolean    server_kept_copy)
{
  ValijaReceipt *self = g_new0 (ValijaReceipt, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->server_line = g_strdup (server_line != NULL ? server_line : "");
  self->server_kept_copy = server_kept_copy;
  self->recipients = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_recipient_result_free);

  return self;
}

void
valija_receipt_add (ValijaReceipt *self,
                    const char    *recipient,
                    gboolean       accepted,
                    const char    *server_line)
{
  ValijaRecipientResult *result;

  g_return_if_fail (self != NULL);
  g_return_if_fail (recipient != NULL);

  result = g_new0 (ValijaRecipientResult, 1);
  result->recipient = g_strdup (recipient);
  result->accepted = accepted;
  result->server_line = g_strdup (server_line != NULL ? server_line : "");
  g_ptr_array_add (self->recipients, result);
}

void
valija_receipt_refuse (ValijaReceipt *self,
                       const char    *recipient,
                       const GError  *refusal)
{
  ValijaRecipientResult *result;

  g_return_if_fail (refusal != NULL);

  valija_receipt_add (self, recipient, FALSE, valija_error_get_server_line (refusal));
  result = g_ptr_array_index (self->recipients, self->recipients->len - 1);
  result->transient = valija_error_is_transient (refusal);
  result->words = g_strdup (refusal->message);
}

ValijaReceipt *
valija_receipt_ref (ValijaReceipt *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
valija_receipt_unref (ValijaReceipt *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->server_line);
  g_clear_pointer (&self->recipients, g_ptr_array_unref);
  g_free (self);
}
