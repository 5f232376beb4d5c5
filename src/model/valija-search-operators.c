/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-search-term.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The words of the search box. Each is known in English, and in the user's language by one or several words, of which
 * the first is the one that is offered. */

static const struct
{
  const char *english;
  const char *local;
  const char *explanation;
} operators[VALIJA_SEARCH_N_KEYS] = {
  [VALIJA_SEARCH_KEY_FROM] = {
    "from",
    /* Translators: what is typed before a colon in the search box, "from:ana". One or several words, separated by
     * spaces; each of them works, the first one is offered. The English words work as well in all languages, so leave
     * out what another of these operators means in English. */
    NC_("search operator", "from"), N_("Who wrote it") },
  [VALIJA_SEARCH_KEY_TO] = {
    "to",
    NC_("search operator", "to"), N_("Who received it, copies included") },
  [VALIJA_SEARCH_KEY_CC] = {
    "cc",
    NC_("search operator", "cc"), N_("Who received a copy") },
  [VALIJA_SEARCH_KEY_SUBJECT] = {
    "subject",
    NC_("search operator", "subject"), N_("Words of the subject") },
  [VALIJA_SEARCH_KEY_BODY] = {
    "body",
    NC_("search operator", "body"), N_("Words of the text") },
  [VALIJA_SEARCH_KEY_FILENAME] = {
    "filename file",
    NC_("search operator", "filename"), N_("Name of an attached file") },
  [VALIJA_SEARCH_KEY_ID] = {
    "id",
    NC_("search operator", "id"), N_("Message ID") },
  [VALIJA_SEARCH_KEY_IN] = {
    "in",
    NC_("search operator", "in"), N_("Folder it lies in") },
  [VALIJA_SEARCH_KEY_LABEL] = {
    "label tag keyword category",
    NC_("search operator", "label"), N_("A label that it has") },
  [VALIJA_SEARCH_KEY_HAS] = {
    "has",
    NC_("search operator", "has"), N_("With attached files") },
  [VALIJA_SEARCH_KEY_IS] = {
    "is",
    NC_("search operator", "is"), N_("Unread, read, starred or answered") },
  [VALIJA_SEARCH_KEY_BEFORE] = {
    "before",
    NC_("search operator", "before"), N_("Came before that day") },
  [VALIJA_SEARCH_KEY_AFTER] = {
    "after since",
    NC_("search operator", "after"), N_("Came on that day or later") },
  [VALIJA_SEARCH_KEY_ON] = {
    "on",
    NC_("search operator", "on"), N_("Came on that day, in that month or year") },
  [VALIJA_SEARCH_KEY_LARGER] = {
    "larger",
    NC_("search operator", "larger"), N_("Larger than so many bytes") },
  [VALIJA_SEARCH_KEY_SMALLER] = {
    "smaller",
    NC_("search operator", "smaller"), N_("Smaller than so many bytes") },
};

static const struct
{
  const char *english;
  const char *local;
  ValijaFlags flags;
  ValijaFlags mask;
} states[] = {
  {
    "unread",
    /* Translators: what stands behind "is:" in the search box, as above: words separated by spaces */
    NC_("search state", "unread"), 0, VALIJA_FLAG_SEEN },
  { "read", NC_("search state", "read"), VALIJA_FLAG_SEEN, VALIJA_FLAG_SEEN },
  { "starred flagged", NC_("search state", "starred"), VALIJA_FLAG_FLAGGED, VALIJA_FLAG_FLAGGED },
  { "answered replied", NC_("search state", "answered"), VALIJA_FLAG_ANSWERED, VALIJA_FLAG_ANSWERED },
};

char *
valija_search_fold (const char *text)
{
  g_autofree char *decomposed = NULL;
  g_autoptr(GString) plain = g_string_new (NULL);

  g_return_val_if_fail (text != NULL, NULL);

  decomposed = g_utf8_normalize (text, -1, G_NORMALIZE_NFD);
  for (const char *p = decomposed; p != NULL && *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_ismark (g_utf8_get_char (p)))
      g_string_append_unichar (plain, g_utf8_get_char (p));

  return g_utf8_casefold (plain->str, plain->len);
}

static gboolean
is_folded_word (const char *folded,
                const char *words,
                gboolean    beginning)
{
  g_auto(GStrv) list = g_strsplit (words, " ", -1);

  for (guint i = 0; list[i] != NULL; i++)
    {
      g_autofree char *word = valija_search_fold (list[i]);

      if (word[0] != '\0' && (beginning ? g_str_has_prefix (word, folded) : g_str_equal (word, folded)))
        return TRUE;
    }

  return FALSE;
}

gboolean
valija_search_is_word (const char *text,
                       const char *words,
                       gboolean    beginning)
{
  g_autofree char *folded = NULL;

  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (words != NULL, FALSE);

  folded = valija_search_fold (text);

  return is_folded_word (folded, words, beginning);
}

static const char *
get_local (const char *context,
           const char *words)
{
  return g_dpgettext2 (GETTEXT_PACKAGE, context, words);
}

/* The first of several words, which lives as long as the program. */
static const char *
first_word (const char *words)
{
  const char *blank = strchr (words, ' ');
  g_autofree char *first = NULL;

  if (blank == NULL)
    return words;

  first = g_strndup (words, blank - words);

  return g_intern_string (first);
}

const char *
valija_search_key_get_name (ValijaSearchKey key)
{
  g_return_val_if_fail (key < VALIJA_SEARCH_N_KEYS, NULL);

  return key != VALIJA_SEARCH_KEY_WORD ? first_word (get_local ("search operator", operators[key].local)) : NULL;
}

const char *
valija_search_key_get_nick (ValijaSearchKey key)
{
  g_return_val_if_fail (key < VALIJA_SEARCH_N_KEYS, NULL);

  return key != VALIJA_SEARCH_KEY_WORD ? first_word (operators[key].english) : NULL;
}

const char *
valija_search_key_get_explanation (ValijaSearchKey key)
{
  g_return_val_if_fail (key < VALIJA_SEARCH_N_KEYS, NULL);

  return key != VALIJA_SEARCH_KEY_WORD ? _(operators[key].explanation) : NULL;
}

gboolean
valija_search_key_from_name (const char      *name,
                             ValijaSearchKey *key)
{
  g_autofree char *folded = NULL;

  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  folded = valija_search_fold (name);

  /* English first, for all of them: no translation takes its words away */
  for (guint local = 0; local < 2; local++)
    for (guint i = VALIJA_SEARCH_KEY_WORD + 1; i < VALIJA_SEARCH_N_KEYS; i++)
      if (is_folded_word (folded, local ? get_local ("search operator", operators[i].local) : operators[i].english,
                          FALSE))
        {
          *key = (ValijaSearchKey) i;
          return TRUE;
        }

  return FALSE;
}

const char *
valija_search_state_get_name (guint index)
{
  return index < G_N_ELEMENTS (states) ? first_word (get_local ("search state", states[index].local)) : NULL;
}

gboolean
valija_search_state_parse (const char  *text,
                           ValijaFlags *flags,
                           ValijaFlags *mask)
{
  g_autofree char *folded = NULL;

  g_return_val_if_fail (text != NULL, FALSE);

  folded = valija_search_fold (text);
  for (guint local = 0; local < 2; local++)
    for (guint i = 0; i < G_N_ELEMENTS (states); i++)
      if (is_folded_word (folded, local ? get_local ("search state", states[i].local) : states[i].english, FALSE))
        {
          *flags = states[i].flags;
          *mask = states[i].mask;
          return TRUE;
        }

  return FALSE;
}

static const char *
get_attachment_words (void)
{
  /* Translators: what stands behind "has:" in the search box; words separated by spaces */
  return C_("search state", "attachment");
}

const char *
valija_search_attachment_get_name (void)
{
  return first_word (get_attachment_words ());
}

gboolean
valija_search_attachment_parse (const char *text)
{
  g_return_val_if_fail (text != NULL, FALSE);

  return valija_search_is_word (text, "attachment attachments", FALSE) ||
         valija_search_is_word (text, get_attachment_words (), FALSE);
}

gboolean
valija_search_names_folder (const char       *text,
                            gboolean          beginning,
                            ValijaFolderRole  role,
                            const char       *name,
                            const char       *path)
{
  const char *names[] = {
    role != VALIJA_FOLDER_ROLE_NONE ? valija_folder_role_to_nick (role) : NULL,
    role != VALIJA_FOLDER_ROLE_NONE ? valija_folder_role_get_label (role) : NULL,
    name,
    path,
  };
  g_autofree char *folded = NULL;

  g_return_val_if_fail (text != NULL, FALSE);

  folded = valija_search_fold (text);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *other = names[i] != NULL ? valija_search_fold (names[i]) : NULL;

      if (other != NULL && (beginning ? g_str_has_prefix (other, folded) : g_str_equal (other, folded)))
        return TRUE;
    }

  return FALSE;
}
