/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-label.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/valija-error.h"
#include "model/valija-labels.h"
#include "model/valija-search-term.h"
#include "wire/imap/valija-imap-labels.h"

static gboolean
is_gmail (ValijaImapLink *link)
{
  return valija_imap_link_has (link, VALIJA_IMAP_CAPABILITY_GMAIL);
}

ValijaImapLabelStyle
valija_imap_label_get_style (ValijaImapLink *link)
{
  if (!is_gmail (link))
    return VALIJA_IMAP_LABELS_KEYWORDS;

  return valija_imap_link_is_utf8 (link) ? VALIJA_IMAP_LABELS_GMAIL_UTF8 : VALIJA_IMAP_LABELS_GMAIL;
}

const char *
valija_imap_label_get_item (ValijaImapLabelStyle style)
{
  return style != VALIJA_IMAP_LABELS_KEYWORDS ? "X-GM-LABELS" : NULL;
}

/* A label is kept clean: of one that is not nobody could say how it is spelled. */
static void
drop_unclean (GPtrArray *names)
{
  for (guint i = names->len; i > 0; i--)
    {
      g_autofree char *clean = valija_label_clean (g_ptr_array_index (names, i - 1));

      if (g_strcmp0 (clean, g_ptr_array_index (names, i - 1)) != 0)
        g_ptr_array_remove_index (names, i - 1);
    }
}

char **
valija_imap_label_dup_told (ValijaImapLabelStyle   style,
                            const ValijaImapFetch *fetch)
{
  g_autoptr(GPtrArray) names = NULL;

  if (style != VALIJA_IMAP_LABELS_KEYWORDS)
    {
      if (valija_imap_value_get_kind (fetch->gmail_labels) == VALIJA_IMAP_VALUE_NONE)
        return NULL;
      names = valija_imap_gmail_labels_parse (fetch->gmail_labels, style == VALIJA_IMAP_LABELS_GMAIL_UTF8);
    }
  else
    {
      if (!fetch->has_flags)
        return NULL;
      names = valija_imap_keywords_parse (fetch->flag_list);
    }

  if (names == NULL)
    return valija_labels_new (NULL);

  drop_unclean (names);
  g_ptr_array_add (names, NULL);

  return valija_labels_new ((const char * const *) names->pdata);
}

guint32
valija_imap_label_hash (const char * const *labels)
{
  g_autofree char *text = valija_labels_to_text (labels);

  return text != NULL ? g_str_hash (text) : 0;
}

static gboolean
check_keyword (ValijaImapLink *link,
               const char     *label,
               const char     *keyword,
               GError        **error)
{
  ValijaImapSelected *selected = valija_imap_link_get_selected (link);

  if (keyword == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_REFUSED,
                        _("Mail programs use “%s” among themselves. Choose another name for the label."), label);
      return FALSE;
    }

  if (selected == NULL || !selected->fixed_keywords ||
      valija_labels_contain ((const char * const *) selected->keywords, label))
    return TRUE;

  valija_error_set (error, VALIJA_ERROR_REFUSED, _("The server takes no new labels in this folder."));
  return FALSE;
}

static gboolean
append_keywords (ValijaImapLink      *link,
                 ValijaImapCommand   *command,
                 const char * const  *labels,
                 gboolean             add,
                 GError             **error)
{
  valija_imap_command_append_atom (command, add ? "+FLAGS.SILENT" : "-FLAGS.SILENT");
  valija_imap_command_open_list (command);
  for (guint i = 0; labels[i] != NULL; i++)
    {
      g_autofree char *keyword = valija_imap_keyword_encode (labels[i]);
      g_autofree char *plain = add ? NULL : valija_imap_keyword_dup_plain (labels[i]);

      if (add && !check_keyword (link, labels[i], keyword, error))
        return FALSE;
      if (keyword == NULL)
        continue;

      valija_imap_command_append_atom (command, keyword);
      if (plain != NULL)
        valija_imap_command_append_atom (command, plain);
    }
  valija_imap_command_close_list (command);

  return TRUE;
}

gboolean
valija_imap_label_append (ValijaImapLink      *link,
                          ValijaImapCommand   *command,
                          const char * const  *labels,
                          gboolean             add,
                          GError             **error)
{
  if (!is_gmail (link))
    return append_keywords (link, command, labels, add, error);

  /* Its own are spelled "\Inbox", and not the user's to change here */
  for (guint i = 0; labels[i] != NULL; i++)
    if (labels[i][0] == '\\' && !check_keyword (link, labels[i], NULL, error))
      return FALSE;

  valija_imap_command_append_atom (command, add ? "+X-GM-LABELS" : "-X-GM-LABELS");
  valija_imap_command_open_list (command);
  for (guint i = 0; labels[i] != NULL; i++)
    valija_imap_command_append_mailbox (command, labels[i]);
  valija_imap_command_close_list (command);

  return TRUE;
}

/* "Important" may be a label of that name, "$label1", or "$Labelimportant". */
static GPtrArray *
list_keywords (const char *text)
{
  const char * const *known = valija_labels_get_known ();
  GPtrArray *keywords = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *clean = valija_label_clean (text);
  g_autofree char *folded = valija_search_fold (text);
  g_autofree char *keyword = clean != NULL ? valija_imap_keyword_encode (clean) : NULL;

  for (guint i = 0; known[i] != NULL; i++)
    if (valija_label_is_meant (known[i], folded, FALSE) && (keyword == NULL || !valija_label_equal (known[i], keyword)))
      g_ptr_array_add (keywords, g_strdup (known[i]));
  if (keyword != NULL)
    g_ptr_array_add (keywords, g_steal_pointer (&keyword));

  return keywords;
}

void
valija_imap_label_append_key (ValijaImapLink    *link,
                              ValijaImapCommand *command,
                              const char        *text)
{
  g_autoptr(GPtrArray) keywords = list_keywords (text);
  g_autofree char *clean = valija_label_clean (text);

  if (is_gmail (link) && clean != NULL)
    {
      valija_imap_command_append_atom (command, "X-GM-LABELS");
      valija_imap_command_append_mailbox (command, clean);
      return;
    }

  if (keywords->len == 0)
    valija_imap_command_append_atom (command, "NOT ALL");
  for (guint i = 0; i < keywords->len; i++)
    {
      valija_imap_command_append_atom (command, i + 1 < keywords->len ? "OR KEYWORD" : "KEYWORD");
      valija_imap_command_append_atom (command, g_ptr_array_index (keywords, i));
    }
}
