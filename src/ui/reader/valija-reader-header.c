/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-reader-private.h"

#include "mime/valija-composition.h"
#include "mime/valija-confirmation.h"
#include "ui/reader/valija-sender-check.h"
#include "ui/valija-format.h"

#include <glib/gi18n-lib.h>

static const char * const confidentialities[] = {
  [VALIJA_CONFIDENTIALITY_NONE] = NULL,
  [VALIJA_CONFIDENTIALITY_PERSONAL] = N_("Personal"),
  [VALIJA_CONFIDENTIALITY_PRIVATE] = N_("Private"),
  [VALIJA_CONFIDENTIALITY_CONFIDENTIAL] = N_("Confidential"),
};

static void
add_detail (ValijaReader *self,
            int           row,
            const char   *name,
            const char   *text)
{
  GtkWidget *key = gtk_label_new (name);
  GtkWidget *value = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (key), 1);
  gtk_label_set_yalign (GTK_LABEL (key), 0);
  gtk_widget_add_css_class (key, "caption");
  gtk_widget_add_css_class (key, "dimmed");
  gtk_label_set_xalign (GTK_LABEL (value), 0);
  gtk_label_set_wrap (GTK_LABEL (value), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (value), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (value), TRUE);
  gtk_label_set_lines (GTK_LABEL (value), 6);
  gtk_label_set_ellipsize (GTK_LABEL (value), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (value, TRUE);
  gtk_widget_add_css_class (value, "caption");
  gtk_accessible_update_relation (GTK_ACCESSIBLE (value), GTK_ACCESSIBLE_RELATION_LABELLED_BY, key, NULL, -1);
  gtk_grid_attach (self->details, key, 0, row, 1, 1);
  gtk_grid_attach (self->details, value, 1, row, 1, 1);
}

static int
add_people (ValijaReader *self,
            int           row,
            const char   *name,
            GPtrArray    *people)
{
  g_autofree char *text = NULL;

  if (people->len == 0)
    return row;

  text = valija_address_list_to_text (people);
  add_detail (self, row, name, text);

  return row + 1;
}

static void
fill_details (ValijaReader            *self,
              const ValijaMessageInfo *info)
{
  g_autofree char *date = valija_format_full (info->date);
  g_autoptr(GPtrArray) wanted_by = valija_confirmation_list_wanted_by (self->mime);
  ValijaPriority priority = valija_composition_read_priority (self->mime);
  ValijaConfidentiality confidentiality = valija_composition_read_confidentiality (self->mime);
  GtkWidget *child;
  int row = 0;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->details))) != NULL)
    gtk_grid_remove (self->details, child);

  if (info->from->len > 1)
    row = add_people (self, row, _("From"), info->from);
  row = add_people (self, row, _("To"), info->to);
  row = add_people (self, row, _("Cc"), info->cc);
  row = add_people (self, row, _("Bcc"), info->bcc);
  row = add_people (self, row, _("Answers go to"), info->reply_to);
  if (date[0] != '\0')
    add_detail (self, row++, _("Date"), date);
  if (priority != VALIJA_PRIORITY_NORMAL)
    add_detail (self, row++, _("Priority"), priority == VALIJA_PRIORITY_HIGH ? _("High") : _("Low"));
  if (confidentiality != VALIJA_CONFIDENTIALITY_NONE)
    add_detail (self, row++, _("Confidentiality"), _(confidentialities[confidentiality]));
  if (wanted_by->len > 0)
    add_detail (self, row, _("Confirmation"),
                valija_reader_confirmation_answered (self)
                  ? _("The sender asked to be told that you read this. You have answered.")
                  : _("The sender asks to be told that you read this. Nobody was told."));
}

/* "To Ana, Bo and 3 more" */
static char *
describe_recipients (const ValijaMessageInfo *info)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *joined = NULL;
  guint all = info->to->len + info->cc->len;

  for (guint i = 0; i < info->to->len && names->len < 3; i++)
    g_ptr_array_add (names, valija_address_to_label (g_ptr_array_index (info->to, i)));
  for (guint i = 0; i < info->cc->len && names->len < 3; i++)
    g_ptr_array_add (names, valija_address_to_label (g_ptr_array_index (info->cc, i)));

  if (names->len == 0)
    return g_strdup (_("No recipients named"));

  all -= names->len;
  g_ptr_array_add (names, NULL);
  joined = g_strjoinv (", ", (char **) names->pdata);

  if (all > 0)
    /* Translators: %s are the names of the first recipients */
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "To %s and %u more", "To %s and %u more", all), joined, all);

  /* Translators: %s are the names of the recipients */
  return g_strdup_printf (_("To %s"), joined);
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
  g_autofree char *unclear = valija_sender_check (self->mime);
  g_autofree char *date = valija_format_moment (info->date, NULL);
  g_autofree char *full_date = valija_format_full (info->date);
  g_autofree char *recipients = describe_recipients (info);
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
  gtk_widget_set_visible (self->unclear, unclear != NULL);
  gtk_label_set_text (self->unclear_text, unclear != NULL ? unclear : "");
  fill_details (self, info);
  valija_reader_show_labels (self);
}
