/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-sender-check.h"

#include "mime/valija-mime-header.h"
#include "model/valija-address.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The word in @name that looks like an address, if it has one. (transfer full) (nullable) */
static char *
find_address (const char *name)
{
  g_auto(GStrv) words = g_strsplit_set (name, " \t<>()[]\"',;", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *at = strchr (words[i], '@');

      if (at != NULL && at != words[i] && at[1] != '\0')
        return g_strdup (words[i]);
    }

  return NULL;
}

static gboolean
same_address (const char *a,
              const char *b)
{
  g_autofree char *folded_a = g_utf8_casefold (a, -1);
  g_autofree char *folded_b = g_utf8_casefold (b, -1);

  return g_str_equal (folded_a, folded_b);
}

char *
valija_sender_check_addresses (GPtrArray  *from,
                               const char *sender_field)
{
  const ValijaAddress *address;
  g_autofree char *shown = NULL;

  g_return_val_if_fail (from != NULL, NULL);

  if (from->len == 0)
    return g_strdup (_("This message does not say who sent it."));

  if (from->len > 1)
    return g_strdup (_("This message names several senders."));

  address = g_ptr_array_index (from, 0);

  if (!valija_address_is_valid (address->address))
    return g_strdup (_("The sender’s address is not a mail address."));

  shown = find_address (address->name);
  if (shown != NULL && !same_address (shown, address->address))
    /* Translators: both %s are mail addresses */
    return g_strdup_printf (_("The sender’s name shows the address %s, but the message comes from %s."),
                            shown, address->address);

  if (sender_field != NULL && sender_field[0] != '\0' && !same_address (sender_field, address->address))
    /* Translators: both %s are mail addresses */
    return g_strdup_printf (_("Sent by %s in the name of %s."), sender_field, address->address);

  return NULL;
}

char *
valija_sender_check (ValijaMimeMessage *message)
{
  const ValijaMessageInfo *info;
  g_autofree char *field = NULL;
  g_autoptr(GPtrArray) senders = NULL;
  const ValijaAddress *sender = NULL;

  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (message), NULL);

  info = valija_mime_message_get_info (message);
  field = valija_mime_message_dup_header (message, "Sender");
  if (field != NULL)
    {
      senders = valija_mime_parse_addresses (field);
      sender = senders->len > 0 ? g_ptr_array_index (senders, 0) : NULL;
    }

  return valija_sender_check_addresses (info->from, sender != NULL ? sender->address : NULL);
}
