/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-reader-private.h"

#include "mime/valija-confirmation.h"
#include "ui/valija-format.h"

#include <glib/gi18n-lib.h>

/* What is to be said of the confirmation that is asked for; NULL where none is. */
static const char *
describe_confirmation (ValijaReader *self)
{
  g_autoptr(GPtrArray) wanted_by = valija_confirmation_list_wanted_by (self->mime);

  if (wanted_by->len == 0)
    return NULL;

  return valija_reader_confirmation_answered (self)
           ? _("The sender asked to be told that you read this. You have answered.")
           : _("The sender asks to be told that you read this. Nobody was told.");
}

/* Also when they have changed meanwhile. */
void
valija_reader_show_labels (ValijaReader *self)
{
  valija_label_strip_set_labels (self->labels,
                                 self->message != NULL ? valija_message_get_labels (self->message) : NULL);
}

void
valija_reader_fill_header (ValijaReader *self)
{
  const ValijaMessageInfo *info = valija_mime_message_get_info (self->mime);
  const ValijaAddress *from = info->from->len > 0 ? g_ptr_array_index (info->from, 0) : NULL;
  g_autofree char *date = valija_format_moment (info->date, NULL);
  g_autofree char *full_date = valija_format_full (info->date);
  g_autofree char *recipients = valija_message_details_dup_recipients (self->mime);
  g_autofree char *name = from != NULL ? valija_address_to_label (from) : g_strdup (_("Unknown sender"));
  gboolean has_name = from != NULL && from->name[0] != '\0';

  gtk_label_set_text (self->subject, info->subject[0] != '\0' ? info->subject : _("No subject"));
  adw_avatar_set_text (self->avatar, name);
  gtk_label_set_text (self->sender_name, name);
  gtk_label_set_text (self->sender_address, from != NULL ? from->address : "");
  gtk_widget_set_visible (GTK_WIDGET (self->sender_address), has_name);
  gtk_label_set_text (self->date, date);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->date), full_date);
  gtk_label_set_text (self->recipients, recipients);
  valija_sender_note_show (self->sender_note, self->mime);
  valija_message_details_show (self->details, self->mime, FALSE, describe_confirmation (self));
  valija_reader_show_labels (self);
}
