/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-find.h"

#include "base/valija-future.h"
#include "sessions/imap/valija-imap-cursor.h"
#include "wire/imap/valija-imap-mailbox.h"

/* Searches that are under way at once, where the answers say whose they are */
#define WINDOW 100

typedef struct
{
  ValijaImapLink *link;
  char *folder;
  char *mark;
  char **message_ids;
  guint64 *sizes;          /* nullable */
  guint32 first;           /* UIDs before it are not looked at */
  guint32 uid_validity;
  gboolean renumbered;     /* since the mark */
  GHashTable *taken;       /* UIDs */
  GPtrArray *remote_ids;
} Find;

static void
find_free (gpointer data)
{
  Find *self = data;

  g_object_unref (self->link);
  g_free (self->folder);
  g_free (self->mark);
  g_strfreev (self->message_ids);
  g_free (self->sizes);
  g_hash_table_unref (self->taken);
  g_clear_pointer (&self->remote_ids, g_ptr_array_unref);
  g_free (self);
}

/* One search; refcounted, for answers come also when nobody waits. */
typedef struct
{
  grefcount ref_count;
  ValijaImapSet *found;
  DexFuture *done;
} Look;

static void
look_unref (gpointer data)
{
  Look *look = data;

  if (!g_ref_count_dec (&look->ref_count))
    return;

  valija_imap_set_free (look->found);
  dex_clear (&look->done);
  g_free (look);
}

static gboolean
found_cb (ValijaImapResponse *response,
          gpointer            user_data)
{
  Look *look = user_data;

  return valija_imap_search_collect (response, look->found);
}

static void
append_size (ValijaImapCommand *command,
             guint64            size)
{
  valija_imap_command_append_atom (command, "LARGER");
  valija_imap_command_append_number (command, size - 1);
  valija_imap_command_append_atom (command, "SMALLER");
  valija_imap_command_append_number (command, size + 1);
}

/* RFC 9051 §6.4.4. A message without Message-ID can only be told by its size, and by having none: which is enough of
 * what has come since a mark, and not of a whole folder. There an earlier version of a draft has the same Message-ID as
 * well, and is told by its size. */
static gboolean
append_keys (Find              *self,
             guint              i,
             ValijaImapCommand *command)
{
  guint64 size = self->sizes != NULL ? self->sizes[i] : 0;
  gboolean sized = size > 0 && size < G_MAXUINT32;
  g_autofree char *id = NULL;

  if (self->message_ids[i][0] != '\0' && g_str_is_ascii (self->message_ids[i]))
    {
      id = g_strdup_printf ("<%s>", self->message_ids[i]);
      valija_imap_command_append_atom (command, "HEADER Message-ID");
      valija_imap_command_append_string (command, id);
      if (self->renumbered && sized)
        append_size (command, size);
      return TRUE;
    }

  if (!sized || self->first <= 1)
    return FALSE;

  append_size (command, size);
  valija_imap_command_append_atom (command, "NOT HEADER Message-ID");
  valija_imap_command_append_string (command, "");

  return TRUE;
}

/* NULL where there is nothing to look for. */
static Look *
start_look (Find *self,
            guint i)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("UID SEARCH");
  Look *look;

  if (valija_imap_link_has (self->link, VALIJA_IMAP_CAPABILITY_ESEARCH))
    valija_imap_command_append_atom (command, "RETURN (ALL)");
  valija_imap_command_append_atom (command, "UID");
  valija_imap_command_append_range (command, self->first, 0);
  if (!append_keys (self, i, command))
    return NULL;

  look = g_new0 (Look, 1);
  g_ref_count_init (&look->ref_count);
  look->found = valija_imap_set_new ();
  g_ref_count_inc (&look->ref_count);
  look->done = valija_imap_connection_run (valija_imap_link_get_connection (self->link), command,
                                           VALIJA_IMAP_RUN_NONE, found_cb, NULL, look, look_unref);

  return look;
}

/* The first that nothing else was found to be. */
static guint32
take_uid (Find                *self,
          const ValijaImapSet *found)
{
  guint n_ranges;
  const ValijaImapRange *ranges = valija_imap_set_get_ranges (found, &n_ranges);

  for (guint i = 0; i < n_ranges; i++)
    {
      for (guint64 n = ranges[i].first; n <= ranges[i].last; n++)
        {
          guint32 uid = (guint32) n;

          /* "N:*" has the last message also where its UID is lower */
          if (uid >= self->first && g_hash_table_add (self->taken, GUINT_TO_POINTER (uid)))
            return uid;
        }
    }

  return 0;
}

static gboolean
look_fiber (Find    *self,
            guint    first,
            guint    n,
            GError **error)
{
  g_autoptr(GPtrArray) looks = g_ptr_array_new ();
  gboolean ok = TRUE;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (looks, start_look (self, first + i));

  for (guint i = 0; i < n; i++)
    {
      Look *look = g_ptr_array_index (looks, i);
      guint32 uid = 0;

      ok = ok && (look == NULL || dex_await (g_steal_pointer (&look->done), error));
      if (ok && look != NULL)
        uid = take_uid (self, look->found);
      g_ptr_array_add (self->remote_ids, uid != 0 ? valija_imap_remote_id_format (self->uid_validity, uid)
                                                  : g_strdup (""));
      if (look != NULL)
        look_unref (look);
    }

  return ok;
}

static DexFuture *
find_fiber (gpointer data)
{
  Find *self = data;
  guint n = g_strv_length (self->message_ids);
  guint window = valija_imap_link_has (self->link, VALIJA_IMAP_CAPABILITY_ESEARCH) ? WINDOW : 1;
  ValijaImapSelected *selected;
  g_autoptr(GError) error = NULL;

  /* Nothing would tell it from an older one */
  if (self->mark[0] == '\0')
    {
      for (guint i = 0; i < n; i++)
        g_ptr_array_add (self->remote_ids, g_strdup (""));
      return valija_future_new_take_ptr_array (g_steal_pointer (&self->remote_ids));
    }

  if (!dex_await (valija_imap_link_ensure_selected (self->link, self->folder), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  selected = valija_imap_link_get_selected (self->link);
  self->uid_validity = selected != NULL ? selected->uid_validity : 0;
  /* Numbered anew since, all may have come since */
  self->first = valija_imap_remote_id_parse (self->mark, self->uid_validity);
  self->renumbered = self->first == 0;
  self->first = MAX (self->first, 1);

  for (guint i = 0; i < n; i += window)
    if (!look_fiber (self, i, MIN (n - i, window), &error))
      return dex_future_new_for_error (g_steal_pointer (&error));

  return valija_future_new_take_ptr_array (g_steal_pointer (&self->remote_ids));
}

DexFuture *
valija_imap_find_run (ValijaImapLink     *link,
                      const char         *folder,
                      const char         *mark,
                      const char * const *message_ids,
                      const guint64      *sizes)
{
  Find *self = g_new0 (Find, 1);

  self->link = g_object_ref (link);
  self->folder = g_strdup (folder);
  self->mark = g_strdup (mark);
  self->message_ids = g_strdupv ((char **) message_ids);
  self->sizes = g_memdup2 (sizes, g_strv_length (self->message_ids) * sizeof *sizes);
  self->taken = g_hash_table_new (NULL, NULL);
  self->remote_ids = g_ptr_array_new_with_free_func (g_free);

  return valija_fiber_spawn (find_fiber, self, find_free);
}
