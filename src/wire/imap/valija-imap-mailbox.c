/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/valija-imap-mailbox.h"

#include "wire/imap/valija-imap-name.h"
#include "wire/imap/valija-imap-quirks.h"

#include <string.h>

/* COPYUID speaks of the messages of one command of ours */
#define COPIED_LIMIT 1000000
#define NAMESPACES_LIMIT 100

static const struct
{
  const char *word;
  ValijaImapMailboxAttributes attribute;
} attribute_words[] = {
  { "\\Noselect", VALIJA_IMAP_MAILBOX_NOSELECT },
  { "\\NonExistent", VALIJA_IMAP_MAILBOX_NONEXISTENT | VALIJA_IMAP_MAILBOX_NOSELECT },
  { "\\Noinferiors", VALIJA_IMAP_MAILBOX_NOINFERIORS },
  { "\\HasChildren", VALIJA_IMAP_MAILBOX_HAS_CHILDREN },
  { "\\HasNoChildren", VALIJA_IMAP_MAILBOX_HAS_NO_CHILDREN },
  { "\\Subscribed", VALIJA_IMAP_MAILBOX_SUBSCRIBED },
  { "\\Marked", VALIJA_IMAP_MAILBOX_MARKED },
  { "\\All", VALIJA_IMAP_MAILBOX_ALL },
  { "\\AllMail", VALIJA_IMAP_MAILBOX_ALL },
  { "\\Archive", VALIJA_IMAP_MAILBOX_ARCHIVE },
  { "\\Drafts", VALIJA_IMAP_MAILBOX_DRAFTS },
  { "\\Flagged", VALIJA_IMAP_MAILBOX_FLAGGED },
  { "\\Starred", VALIJA_IMAP_MAILBOX_FLAGGED },
  { "\\Junk", VALIJA_IMAP_MAILBOX_JUNK },
  { "\\Spam", VALIJA_IMAP_MAILBOX_JUNK },
  { "\\Sent", VALIJA_IMAP_MAILBOX_SENT },
  { "\\Trash", VALIJA_IMAP_MAILBOX_TRASH },
};

static ValijaImapMailboxAttributes
parse_attributes (ValijaImapValue list)
{
  ValijaImapIter iter = valija_imap_value_iter (list);
  ValijaImapMailboxAttributes attributes = 0;
  ValijaImapValue value;

  while (valija_imap_iter_next (&iter, &value))
    for (gsize i = 0; i < G_N_ELEMENTS (attribute_words); i++)
      if (valija_imap_value_is_atom (value, attribute_words[i].word))
        attributes |= attribute_words[i].attribute;

  return attributes;
}

/* NULL for what is no name. A mailbox may be called NIL: an astring, whatever it looks like. */
static char *
decode_name (ValijaImapValue value,
             gboolean        utf8)
{
  const char *name = valija_imap_value_get_string (value, NULL);

  if (name == NULL)
    return valija_imap_value_is_nil (value) ? g_strdup ("NIL") : NULL;
  if (g_ascii_strcasecmp (name, "INBOX") == 0)
    return g_strdup ("INBOX");

  return name[0] != '\0' ? valija_imap_name_decode (name, utf8) : NULL;
}

/* RFC 9051 §7.3.1: names and values, of which there may be others than this one. */
static char *
parse_old_name (ValijaImapValue extended,
                gboolean        utf8)
{
  ValijaImapIter iter = valija_imap_value_iter (extended);
  ValijaImapValue item;
  ValijaImapValue value;

  while (valija_imap_iter_next (&iter, &item) && valija_imap_iter_next (&iter, &value))
    {
      const char *word = valija_imap_value_get_string (item, NULL);
      ValijaImapIter names = valija_imap_value_iter (value);

      if (word != NULL && g_ascii_strcasecmp (word, "OLDNAME") == 0 && valija_imap_iter_next (&names, &value))
        return decode_name (value, utf8);
    }

  return NULL;
}

gboolean
valija_imap_list_parse (const ValijaImapResponse *response,
                        gboolean                  utf8,
                        ValijaImapList           *list)
{
  ValijaImapIter iter = valija_imap_response_iter (response);
  ValijaImapResponseKind kind = valija_imap_response_get_kind (response);
  ValijaImapValue values[4];
  const char *delimiter;

  *list = (ValijaImapList) { NULL };
  if (kind != VALIJA_IMAP_RESPONSE_LIST && kind != VALIJA_IMAP_RESPONSE_LSUB)
    return FALSE;

  valija_imap_iter_take (&iter, values, 4);
  list->name = decode_name (values[2], utf8);
  if (list->name == NULL || !valija_imap_value_is_list (values[0]))
    return FALSE;

  list->attributes = parse_attributes (values[0]);
  delimiter = valija_imap_value_get_string (values[1], NULL);
  list->delimiter = delimiter != NULL && g_ascii_isprint (delimiter[0]) ? delimiter[0] : '\0';
  list->old_name = parse_old_name (values[3], utf8);

  return TRUE;
}

void
valija_imap_list_clear (ValijaImapList *list)
{
  g_clear_pointer (&list->name, g_free);
  g_clear_pointer (&list->old_name, g_free);
}

static void
apply_status_item (ValijaImapStatus *status,
                   ValijaImapValue   name,
                   guint64           number)
{
  if (valija_imap_value_is_atom (name, "MESSAGES"))
    status->messages = number;
  else if (valija_imap_value_is_atom (name, "UNSEEN"))
    status->unseen = number;
  else if (valija_imap_value_is_atom (name, "UIDNEXT"))
    status->uid_next = number;
  else if (valija_imap_value_is_atom (name, "UIDVALIDITY"))
    status->uid_validity = number;
  else if (valija_imap_value_is_atom (name, "HIGHESTMODSEQ"))
    status->highest_mod_seq = number;
  else if (valija_imap_value_is_atom (name, "SIZE"))
    status->size = number;
  else if (valija_imap_value_is_atom (name, "APPENDLIMIT"))
    status->append_limit = number;
}

/* MAILBOXID (F2212ea87-6097) */
static char *
parse_mailbox_id (ValijaImapValue value)
{
  ValijaImapIter iter = valija_imap_value_iter (value);
  const char *id;

  valija_imap_iter_next (&iter, &value);
  id = valija_imap_value_get_string (value, NULL);

  return id != NULL && g_str_is_ascii (id) ? g_strdup (id) : NULL;
}

gboolean
valija_imap_status_parse (const ValijaImapResponse *response,
                          gboolean                  utf8,
                          ValijaImapStatus         *status)
{
  ValijaImapIter iter = valija_imap_response_iter (response);
  ValijaImapValue values[2];

  *status = (ValijaImapStatus) { NULL, -1, -1, -1, -1, -1, -1, -1, NULL };
  if (valija_imap_response_get_kind (response) != VALIJA_IMAP_RESPONSE_STATUS)
    return FALSE;

  valija_imap_iter_take (&iter, values, 2);
  status->name = decode_name (values[0], utf8);
  iter = valija_imap_value_iter (values[1]);

  while (valija_imap_iter_next (&iter, &values[0]) && valija_imap_iter_next (&iter, &values[1]))
    {
      guint64 number;

      if (valija_imap_value_get_number (values[1], G_MAXINT64, &number))
        apply_status_item (status, values[0], number);
      else if (status->mailbox_id == NULL && valija_imap_value_is_atom (values[0], "MAILBOXID"))
        status->mailbox_id = parse_mailbox_id (values[1]);
    }

  return status->name != NULL;
}

void
valija_imap_status_clear (ValijaImapStatus *status)
{
  g_clear_pointer (&status->name, g_free);
  g_clear_pointer (&status->mailbox_id, g_free);
}

/* "ALL 1:5 COUNT 5". A list is the correlator, or Q11's pairs in parentheses. */
static void
parse_search_pairs (ValijaImapIter    iter,
                    gboolean          nested,
                    ValijaImapSearch *search)
{
  ValijaImapValue name;
  ValijaImapValue value;
  guint64 number;

  while (valija_imap_iter_next (&iter, &name))
    {
      if (valija_imap_value_is_list (name))
        {
          if (!nested)
            parse_search_pairs (valija_imap_value_iter (name), TRUE, search);
          continue;
        }
      if (valija_imap_value_is_atom (name, "UID") || !valija_imap_iter_next (&iter, &value))
        continue;

      if (valija_imap_value_is_atom (name, "ALL"))
        {
          const char *set = valija_imap_value_get_string (value, NULL);

          g_clear_pointer (&search->found, valija_imap_set_free);
          search->found = set != NULL ? valija_imap_set_parse (set, 0) : NULL;
        }
      else if (!valija_imap_value_get_number (value, G_MAXUINT32, &number))
        continue;
      else if (valija_imap_value_is_atom (name, "MIN"))
        search->min = number;
      else if (valija_imap_value_is_atom (name, "MAX"))
        search->max = number;
      else if (valija_imap_value_is_atom (name, "COUNT"))
        search->count = number;
    }
}

gboolean
valija_imap_search_parse (const ValijaImapResponse *response,
                          ValijaImapSearch         *search)
{
  ValijaImapIter iter = valija_imap_response_iter (response);
  ValijaImapValue value;
  guint64 number;

  *search = (ValijaImapSearch) { NULL, 0, 0, -1 };
  if (valija_imap_response_get_kind (response) == VALIJA_IMAP_RESPONSE_ESEARCH)
    {
      parse_search_pairs (iter, FALSE, search);
      return TRUE;
    }
  if (valija_imap_response_get_kind (response) != VALIJA_IMAP_RESPONSE_SEARCH)
    return FALSE;

  search->found = valija_imap_set_new ();
  while (valija_imap_iter_next (&iter, &value))
    if (valija_imap_value_get_number (value, G_MAXUINT32, &number))
      {
        valija_imap_set_add (search->found, number, number);
        search->min = search->min == 0 ? number : MIN (search->min, number);
        search->max = MAX (search->max, number);
      }
  search->count = valija_imap_set_count (search->found);

  return TRUE;
}

void
valija_imap_search_clear (ValijaImapSearch *search)
{
  g_clear_pointer (&search->found, valija_imap_set_free);
}

gboolean
valija_imap_search_collect (const ValijaImapResponse *response,
                            ValijaImapSet            *found)
{
  g_auto(ValijaImapSearch) search = { NULL };

  if (!valija_imap_search_parse (response, &search))
    return FALSE;
  if (search.found != NULL)
    valija_imap_set_add_set (found, search.found);

  return TRUE;
}

gboolean
valija_imap_search_may_answer (const ValijaImapResponse *response,
                               const char               *tag)
{
  ValijaImapIter iter = valija_imap_response_iter (response);
  ValijaImapValue values[2];

  if (valija_imap_response_get_kind (response) != VALIJA_IMAP_RESPONSE_ESEARCH)
    return TRUE;

  valija_imap_iter_take (&iter, values, 1);
  if (!valija_imap_value_is_list (values[0]))
    return TRUE;

  iter = valija_imap_value_iter (values[0]);
  valija_imap_iter_take (&iter, values, 2);

  return !valija_imap_value_is_atom (values[0], "TAG") ||
         g_strcmp0 (valija_imap_value_get_string (values[1], NULL), tag) == 0;
}

ValijaImapSet *
valija_imap_vanished_parse (const ValijaImapResponse *response,
                            gboolean                 *earlier)
{
  ValijaImapIter iter = valija_imap_response_iter (response);
  ValijaImapValue value;
  const char *text;

  if (valija_imap_response_get_kind (response) != VALIJA_IMAP_RESPONSE_VANISHED)
    return NULL;

  valija_imap_iter_next (&iter, &value);
  *earlier = valija_imap_value_is_list (value);
  if (*earlier)
    valija_imap_iter_next (&iter, &value);
  text = valija_imap_value_get_string (value, NULL);

  return text != NULL ? valija_imap_set_parse (text, 0) : NULL;
}

gboolean
valija_imap_quota_parse (const ValijaImapResponse *response,
                         const char               *resource,
                         guint64                  *usage,
                         guint64                  *limit)
{
  ValijaImapIter iter = valija_imap_response_iter (response);
  ValijaImapValue values[3];

  if (valija_imap_response_get_kind (response) != VALIJA_IMAP_RESPONSE_QUOTA)
    return FALSE;

  valija_imap_iter_take (&iter, values, 2);
  iter = valija_imap_value_iter (values[1]);
  for (;;)
    {
      valija_imap_iter_take (&iter, values, 3);
      if (valija_imap_value_get_kind (values[2]) == VALIJA_IMAP_VALUE_NONE)
        return FALSE;
      if (valija_imap_value_is_atom (values[0], resource))
        return valija_imap_value_get_number (values[1], G_MAXINT64, usage) &&
               valija_imap_value_get_number (values[2], G_MAXINT64, limit);
    }
}

static void
namespace_free (gpointer data)
{
  ValijaImapNamespace *space = data;

  g_free (space->prefix);
  g_free (space);
}

GPtrArray *
valija_imap_namespaces_parse (const ValijaImapResponse *response,
                              gboolean                  utf8)
{
  ValijaImapIter iter = valija_imap_response_iter (response);
  GPtrArray *spaces;

  if (valija_imap_response_get_kind (response) != VALIJA_IMAP_RESPONSE_NAMESPACE)
    return NULL;

  spaces = g_ptr_array_new_with_free_func (namespace_free);
  for (int kind = VALIJA_IMAP_NAMESPACE_PERSONAL; kind <= VALIJA_IMAP_NAMESPACE_SHARED; kind++)
    {
      ValijaImapValue list;
      ValijaImapIter members;

      valija_imap_iter_next (&iter, &list);
      members = valija_imap_value_iter (list);
      while (spaces->len < NAMESPACES_LIMIT && valija_imap_iter_next (&members, &list))
        {
          ValijaImapIter parts = valija_imap_value_iter (list);
          ValijaImapValue values[2];
          const char *prefix;
          const char *delimiter;
          ValijaImapNamespace *space;

          valija_imap_iter_take (&parts, values, 2);
          if (!(prefix = valija_imap_value_get_string (values[0], NULL)))
            continue;

          delimiter = valija_imap_value_get_string (values[1], NULL);
          space = g_new0 (ValijaImapNamespace, 1);
          space->kind = kind;
          space->prefix = valija_imap_name_decode (prefix, utf8);
          space->delimiter = delimiter != NULL ? delimiter[0] : '\0';
          g_ptr_array_add (spaces, space);
        }
    }

  return spaces;
}

char *
valija_imap_id_parse (const ValijaImapResponse *response)
{
  ValijaImapIter iter = valija_imap_response_iter (response);
  ValijaImapValue values[2];
  const char *name = NULL;
  const char *version = NULL;

  if (valija_imap_response_get_kind (response) != VALIJA_IMAP_RESPONSE_ID)
    return NULL;

  valija_imap_iter_next (&iter, &values[0]);
  iter = valija_imap_value_iter (values[0]);
  while (valija_imap_iter_next (&iter, &values[0]) && valija_imap_iter_next (&iter, &values[1]))
    {
      const char *key = valija_imap_value_get_string (values[0], NULL);

      if (key != NULL && g_ascii_strcasecmp (key, "name") == 0)
        name = valija_imap_value_get_string (values[1], NULL);
      else if (key != NULL && g_ascii_strcasecmp (key, "version") == 0)
        version = valija_imap_value_get_string (values[1], NULL);
    }

  if (name == NULL)
    return NULL;

  return version != NULL ? g_strdup_printf ("%s %s", name, version) : g_strdup (name);
}

gboolean
valija_imap_copyuid_parse (const ValijaImapResponse *response,
                           guint32                  *uid_validity,
                           GArray                  **sources,
                           GArray                  **targets)
{
  ValijaImapIter iter = valija_imap_response_iter_code (response);
  g_autoptr(GArray) source_list = NULL;
  g_autoptr(GArray) target_list = NULL;
  ValijaImapValue values[3];
  const char *from;
  const char *to;
  guint64 number;

  if (valija_imap_response_get_code (response) != VALIJA_IMAP_CODE_COPYUID)
    return FALSE;

  valija_imap_iter_take (&iter, values, 3);
  from = valija_imap_value_get_string (values[1], NULL);
  to = valija_imap_value_get_string (values[2], NULL);
  if (from == NULL || to == NULL || !valija_imap_value_get_number (values[0], G_MAXUINT32, &number))
    return FALSE;

  source_list = valija_imap_set_parse_list (from, COPIED_LIMIT);
  target_list = valija_imap_set_parse_list (to, COPIED_LIMIT);
  if (source_list == NULL || target_list == NULL || source_list->len != target_list->len)
    return FALSE;

  *uid_validity = number;
  *sources = g_steal_pointer (&source_list);
  *targets = g_steal_pointer (&target_list);

  return TRUE;
}

gboolean
valija_imap_appenduid_parse (const ValijaImapResponse *response,
                             guint32                  *uid_validity,
                             guint32                  *uid)
{
  ValijaImapIter iter = valija_imap_response_iter_code (response);
  ValijaImapValue values[2];
  guint64 numbers[2];

  if (valija_imap_response_get_code (response) != VALIJA_IMAP_CODE_APPENDUID)
    return FALSE;

  valija_imap_iter_take (&iter, values, 2);
  for (int i = 0; i < 2; i++)
    if (!valija_imap_value_get_number (values[i], G_MAXUINT32, &numbers[i]))
      return FALSE;

  *uid_validity = numbers[0];
  *uid = numbers[1];

  return TRUE;
}
