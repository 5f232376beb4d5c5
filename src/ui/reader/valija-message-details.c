/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-message-details.h"

#include "mime/valija-composition.h"
#include "ui/valija-format.h"

#include <glib/gi18n-lib.h>

/* So many of the recipients are named in a line. */
#define MAX_NAMES 3

struct _ValijaMessageDetails
{
  AdwBin   parent_instance;

  GtkGrid *grid;
  int      n_rows;
};

G_DEFINE_FINAL_TYPE (ValijaMessageDetails, valija_message_details, ADW_TYPE_BIN)

static const char * const confidentialities[] = {
  [VALIJA_CONFIDENTIALITY_NONE] = NULL,
  [VALIJA_CONFIDENTIALITY_PERSONAL] = N_("Personal"),
  [VALIJA_CONFIDENTIALITY_PRIVATE] = N_("Private"),
  [VALIJA_CONFIDENTIALITY_CONFIDENTIAL] = N_("Confidential"),
};

static void
add (ValijaMessageDetails *self,
     const char           *name,
     const char           *text)
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
  gtk_grid_attach (self->grid, key, 0, self->n_rows, 1, 1);
  gtk_grid_attach (self->grid, value, 1, self->n_rows, 1, 1);
  self->n_rows++;
}

static void
add_people (ValijaMessageDetails *self,
            const char           *name,
            GPtrArray            *people)
{
  g_autofree char *text = NULL;

  if (people->len == 0)
    return;

  text = valija_address_list_to_text (people);
  add (self, name, text);
}

/* Many name themselves once more. */
static gboolean
is_sender (const ValijaMessageInfo *info,
           GPtrArray               *people)
{
  const ValijaAddress *sender, *one;
  g_autofree char *sender_folded = NULL;
  g_autofree char *folded = NULL;

  if (info->from->len != 1 || people->len != 1)
    return FALSE;

  sender = g_ptr_array_index (info->from, 0);
  one = g_ptr_array_index (people, 0);
  sender_folded = g_utf8_casefold (sender->address, -1);
  folded = g_utf8_casefold (one->address, -1);

  return g_str_equal (sender_folded, folded);
}

static void
valija_message_details_class_init (ValijaMessageDetailsClass *klass)
{
}

static void
valija_message_details_init (ValijaMessageDetails *self)
{
  self->grid = GTK_GRID (gtk_grid_new ());
  gtk_grid_set_column_spacing (self->grid, 12);
  gtk_grid_set_row_spacing (self->grid, 3);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->grid));
}

void
valija_message_details_show (ValijaMessageDetails *self,
                             ValijaMimeMessage    *message,
                             gboolean              with_sender,
                             const char           *confirmation)
{
  const ValijaMessageInfo *info;
  ValijaPriority priority;
  ValijaConfidentiality confidentiality;
  g_autofree char *date = NULL;
  GtkWidget *child;

  g_return_if_fail (VALIJA_IS_MESSAGE_DETAILS (self));
  g_return_if_fail (VALIJA_IS_MIME_MESSAGE (message));

  info = valija_mime_message_get_info (message);
  priority = valija_composition_read_priority (message);
  confidentiality = valija_composition_read_confidentiality (message);
  date = valija_format_full (info->date);

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->grid))) != NULL)
    gtk_grid_remove (self->grid, child);
  self->n_rows = 0;

  if (with_sender || info->from->len > 1)
    add_people (self, _("From"), info->from);
  add_people (self, _("To"), info->to);
  add_people (self, _("Cc"), info->cc);
  add_people (self, _("Bcc"), info->bcc);
  if (!is_sender (info, info->reply_to))
    add_people (self, _("Answers go to"), info->reply_to);
  if (date[0] != '\0')
    add (self, _("Date"), date);
  if (priority != VALIJA_PRIORITY_NORMAL)
    add (self, _("Priority"), priority == VALIJA_PRIORITY_HIGH ? _("High") : _("Low"));
  if (confidentiality != VALIJA_CONFIDENTIALITY_NONE)
    add (self, _("Confidentiality"), _(confidentialities[confidentiality]));
  if (confirmation != NULL)
    add (self, _("Confirmation"), confirmation);
}

/* (transfer full) */
static char *
name_some (GPtrArray *people,
           guint      n_names)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n_names; i++)
    g_ptr_array_add (names, valija_address_to_label (g_ptr_array_index (people, i)));
  g_ptr_array_add (names, NULL);

  return g_strjoinv (", ", (char **) names->pdata);
}

char *
valija_message_details_dup_recipients (ValijaMimeMessage *message)
{
  const ValijaMessageInfo *info;
  guint n_to, n_cc, rest;
  g_autofree char *to = NULL;
  g_autofree char *cc = NULL;
  g_autofree char *to_text = NULL;
  g_autofree char *cc_text = NULL;

  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (message), NULL);

  info = valija_mime_message_get_info (message);
  n_to = MIN (info->to->len, MAX_NAMES);
  n_cc = MIN (info->cc->len, MAX (MAX_NAMES - n_to, 1));
  to = name_some (info->to, n_to);
  cc = name_some (info->cc, n_cc);

  rest = info->to->len - n_to;
  if (rest > 0)
    /* Translators: %s are the names of the first recipients */
    to_text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "To %s and %u more", "To %s and %u more", rest), to, rest);
  else if (n_to > 0)
    /* Translators: %s are the names of the recipients */
    to_text = g_strdup_printf (_("To %s"), to);

  rest = info->cc->len - n_cc;
  if (rest > 0)
    /* Translators: %s are the names of the first of those who got a copy */
    cc_text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Cc %s and %u more", "Cc %s and %u more", rest), cc, rest);
  else if (n_cc > 0)
    /* Translators: %s are the names of those who got a copy */
    cc_text = g_strdup_printf (_("Cc %s"), cc);

  if (to_text != NULL && cc_text != NULL)
    /* Translators: those whom a message is for, and those who got a copy: "To Ana, Bo · Cc Chen" */
    return g_strdup_printf (_("%s · %s"), to_text, cc_text);
  if (to_text != NULL || cc_text != NULL)
    return g_strdup (to_text != NULL ? to_text : cc_text);

  return g_strdup (_("No recipients named"));
}
