/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-notify.h"

#include "wire/imap/valija-imap-quirks.h"

/* Nobody has more, and a server could tell of new ones for ever */
#define FOLDERS_LIMIT 50000

struct _ValijaImapNotify
{
  ValijaImapLink *link;      /* unowned: it owns this */
  GHashTable *told;          /* name to ValijaImapStatus: what changed since the last look */
  GHashTable *names;         /* of all folders that were ever told of */
  GHashTable *renamed;       /* name to former name, since the last look */
  gboolean listing;          /* the list of folders changed */
  gboolean over;
};

static void
status_free (gpointer data)
{
  valija_imap_status_clear (data);
  g_free (data);
}

ValijaImapNotify *
valija_imap_notify_new (ValijaImapLink *link)
{
  ValijaImapNotify *self = g_new0 (ValijaImapNotify, 1);

  self->link = link;
  self->told = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, status_free);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->renamed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

void
valija_imap_notify_free (ValijaImapNotify *self)
{
  g_hash_table_unref (self->told);
  g_hash_table_unref (self->names);
  g_hash_table_unref (self->renamed);
  g_free (self);
}

DexFuture *
valija_imap_notify_start (ValijaImapNotify *self)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("NOTIFY SET STATUS");

  self->over = FALSE;
  valija_imap_command_append_atom (command, "(PERSONAL (MessageNew MessageExpunge FlagChange MailboxName))");

  return valija_imap_connection_run (valija_imap_link_get_connection (self->link), command, VALIJA_IMAP_RUN_NONE, NULL,
                                     NULL, NULL, NULL);
}

static void
apply_status (ValijaImapNotify         *self,
              const ValijaImapResponse *response)
{
  ValijaImapStatus *status = g_new0 (ValijaImapStatus, 1);

  if (!valija_imap_status_parse (response, valija_imap_link_is_utf8 (self->link), status) ||
      (g_hash_table_size (self->names) >= FOLDERS_LIMIT && !g_hash_table_contains (self->names, status->name)))
    {
      status_free (status);
      return;
    }

  g_hash_table_add (self->names, g_strdup (status->name));
  g_hash_table_replace (self->told, status->name, status);
}

/* RFC 5465 §5.4. Renamed twice it is known by its first name. */
static void
note_renamed (ValijaImapNotify     *self,
              const ValijaImapList *list)
{
  g_autofree char *before = NULL;
  g_autofree char *key = NULL;

  self->listing = TRUE;
  if (g_hash_table_size (self->renamed) >= FOLDERS_LIMIT)
    return;

  if (!g_hash_table_steal_extended (self->renamed, list->old_name, (gpointer *) &key, (gpointer *) &before))
    before = g_strdup (list->old_name);
  g_hash_table_replace (self->renamed, g_strdup (list->name), g_steal_pointer (&before));
}

/* A folder that is new or has another name; Dovecot tells of the inbox for nothing (Q21). */
static void
apply_list (ValijaImapNotify         *self,
            const ValijaImapResponse *response)
{
  g_auto(ValijaImapList) list = { NULL };

  if (!valija_imap_list_parse (response, valija_imap_link_is_utf8 (self->link), &list))
    return;

  if (list.old_name != NULL)
    note_renamed (self, &list);
  else if ((list.attributes & VALIJA_IMAP_MAILBOX_NONEXISTENT) != 0 ||
           !g_hash_table_contains (self->names, list.name))
    self->listing = TRUE;
}

void
valija_imap_notify_apply (ValijaImapNotify         *self,
                          const ValijaImapResponse *response)
{
  switch ((int) valija_imap_response_get_kind (response))
    {
    case VALIJA_IMAP_RESPONSE_STATUS:
      apply_status (self, response);
      break;

    case VALIJA_IMAP_RESPONSE_LIST:
      apply_list (self, response);
      break;

    case VALIJA_IMAP_RESPONSE_OK:
      if (valija_imap_response_get_code (response) == VALIJA_IMAP_CODE_NOTIFICATIONOVERFLOW)
        self->over = self->listing = TRUE;
      break;

    default:
      break;
    }
}

void
valija_imap_notify_take_renamed (ValijaImapNotify *self,
                                 GHashTable       *renamed)
{
  g_autoptr(GHashTable) origins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer name;
  gpointer former;

  g_hash_table_iter_init (&iter, self->renamed);
  while (g_hash_table_iter_next (&iter, &name, &former))
    {
      const char *before = g_hash_table_lookup (renamed, former);

      g_hash_table_replace (origins, g_strdup (name), g_strdup (before != NULL ? before : former));
    }

  /* What was renamed once more is no longer there under the name between */
  g_hash_table_iter_init (&iter, self->renamed);
  while (g_hash_table_iter_next (&iter, &name, &former))
    g_hash_table_remove (renamed, former);

  g_hash_table_iter_init (&iter, origins);
  while (g_hash_table_iter_next (&iter, &name, &former))
    {
      g_hash_table_replace (renamed, name, former);
      g_hash_table_iter_steal (&iter);
    }
  g_hash_table_remove_all (self->renamed);
}

gboolean
valija_imap_notify_is_over (ValijaImapNotify *self)
{
  return self->over;
}

GPtrArray *
valija_imap_notify_take (ValijaImapNotify    *self,
                         ValijaImapNotifyFunc func,
                         gpointer             user_data)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  ValijaImapStatus *status;

  if (self->listing)
    g_ptr_array_add (names, g_strdup (""));
  self->listing = FALSE;

  g_hash_table_iter_init (&iter, self->told);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &status))
    if (func (status, user_data))
      g_ptr_array_add (names, g_strdup (status->name));
  g_hash_table_remove_all (self->told);
  g_ptr_array_sort_values (names, (GCompareFunc) g_strcmp0);

  return names;
}
