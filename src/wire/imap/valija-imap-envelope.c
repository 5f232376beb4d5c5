/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/valija-imap-envelope.h"

#include "wire/imap/valija-imap-quirks.h"

#define ADDRESSES_LIMIT 10000

static void
address_free (gpointer data)
{
  ValijaImapAddress *address = data;

  g_free (address->name);
  g_free (address->mailbox);
  g_free (address->host);
  g_free (address);
}

/* Header texts may have come as a large literal that was given back. */
static char *
dup_text (ValijaImapValue value)
{
  g_autoptr(GBytes) bytes = valija_imap_value_dup_bytes (value);
  gsize length;
  const char *text;

  if (bytes == NULL)
    return g_strdup ("");

  text = g_bytes_get_data (bytes, &length);
  return g_strndup (text, length);
}

static GPtrArray *
parse_addresses (ValijaImapValue list)
{
  GPtrArray *addresses = g_ptr_array_new_with_free_func (address_free);
  ValijaImapIter iter = valija_imap_value_iter (list);
  ValijaImapValue value;

  while (addresses->len < ADDRESSES_LIMIT && valija_imap_iter_next (&iter, &value))
    {
      ValijaImapIter fields = valija_imap_value_iter (value);
      ValijaImapAddress *address;
      ValijaImapValue parts[4];

      valija_imap_iter_take (&fields, parts, 4);
      /* Q15: NIL for an address. And a NIL host begins or ends a group, which has no address of its own */
      if (!valija_imap_value_is_list (value) || valija_imap_value_is_nil (parts[3]))
        continue;

      address = g_new0 (ValijaImapAddress, 1);
      address->name = valija_imap_value_is_nil (parts[0]) ? NULL : dup_text (parts[0]);
      address->mailbox = dup_text (parts[2]);
      address->host = dup_text (parts[3]);
      g_ptr_array_add (addresses, address);
    }

  return addresses;
}

ValijaImapEnvelope *
valija_imap_envelope_parse (ValijaImapValue value)
{
  ValijaImapIter iter = valija_imap_value_iter (value);
  ValijaImapEnvelope *self;
  ValijaImapValue fields[10];

  if (!valija_imap_value_is_list (value))
    return NULL;

  valija_imap_iter_take (&iter, fields, 10);
  self = g_new0 (ValijaImapEnvelope, 1);
  self->date = dup_text (fields[0]);
  self->subject = dup_text (fields[1]);
  self->from = parse_addresses (fields[2]);
  self->sender = parse_addresses (fields[3]);
  self->reply_to = parse_addresses (fields[4]);
  self->to = parse_addresses (fields[5]);
  self->cc = parse_addresses (fields[6]);
  self->bcc = parse_addresses (fields[7]);
  self->in_reply_to = dup_text (fields[8]);
  self->message_id = dup_text (fields[9]);

  return self;
}

void
valija_imap_envelope_free (ValijaImapEnvelope *self)
{
  g_free (self->date);
  g_free (self->subject);
  g_free (self->in_reply_to);
  g_free (self->message_id);
  g_ptr_array_unref (self->from);
  g_ptr_array_unref (self->sender);
  g_ptr_array_unref (self->reply_to);
  g_ptr_array_unref (self->to);
  g_ptr_array_unref (self->cc);
  g_ptr_array_unref (self->bcc);
  g_free (self);
}
