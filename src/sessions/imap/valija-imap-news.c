/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-news.h"

#include <glib/gi18n-lib.h>

#include "base/valija-error.h"
#include "sessions/imap/valija-imap-batch.h"
#include "wire/imap/valija-imap-fetch.h"
#include "wire/imap/valija-imap-mailbox.h"

/* Flags, and ranges of what was found or vanished; no folder has so many messages, whatever its server says */
#define TOLD_LIMIT (4 * 1000 * 1000)

typedef struct
{
  guint32 uid;
  guint32 flags : 31;      /* of ValijaImapFlags */
  guint32 labelled : 1;    /* the server has told of labels as well */
} Flags;

struct _ValijaImapNews
{
  grefcount ref_count;
  ValijaImapSet *vanished;
  ValijaImapSet *found;    /* nullable: nothing was searched */
  GArray *flags;           /* of Flags */
  GHashTable *labels;      /* UID -> char **, of those that have some */
  ValijaImapLabelStyle style;
  guint64 n_told;          /* more than the limit: what came after it is not kept */
};

ValijaImapNews *
valija_imap_news_new (ValijaImapLabelStyle style)
{
  ValijaImapNews *self = g_new0 (ValijaImapNews, 1);

  g_ref_count_init (&self->ref_count);
  self->vanished = valija_imap_set_new ();
  self->flags = g_array_new (FALSE, FALSE, sizeof (Flags));
  self->labels = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_strfreev);
  self->style = style;

  return self;
}

ValijaImapNews *
valija_imap_news_ref (ValijaImapNews *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
valija_imap_news_unref (ValijaImapNews *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  valija_imap_set_free (self->vanished);
  g_clear_pointer (&self->found, valija_imap_set_free);
  g_array_unref (self->flags);
  g_hash_table_unref (self->labels);
  g_free (self);
}

static gboolean
has_room (ValijaImapNews *self,
          guint           n)
{
  self->n_told += n;

  return self->n_told <= TOLD_LIMIT;
}

static void
add_set (ValijaImapNews      *self,
         ValijaImapSet       *sum,
         const ValijaImapSet *set)
{
  guint n_ranges;

  valija_imap_set_get_ranges (set, &n_ranges);
  if (has_room (self, n_ranges))
    valija_imap_set_add_set (sum, set);
}

/* What is told again is so now. */
static void
add_flags (ValijaImapNews        *self,
           const ValijaImapFetch *fetch)
{
  g_auto(GStrv) labels = NULL;
  Flags flags = { .uid = fetch->uid, .flags = fetch->flags };

  labels = valija_imap_label_dup_told (self->style, fetch);
  if (!has_room (self, 1 + (labels != NULL ? g_strv_length (labels) : 0)))
    return;

  flags.labelled = labels != NULL;
  g_array_append_val (self->flags, flags);
  if (labels != NULL && labels[0] != NULL)
    g_hash_table_insert (self->labels, GUINT_TO_POINTER (flags.uid), g_steal_pointer (&labels));
  else if (labels != NULL)
    g_hash_table_remove (self->labels, GUINT_TO_POINTER (flags.uid));
}

gboolean
valija_imap_news_respond (ValijaImapResponse *response,
                          gpointer            user_data)
{
  ValijaImapNews *self = user_data;
  g_autoptr(ValijaImapSet) vanished = NULL;
  g_auto(ValijaImapSearch) search = { NULL };
  ValijaImapFetch fetch;
  gboolean earlier;

  if ((vanished = valija_imap_vanished_parse (response, &earlier)) != NULL)
    {
      add_set (self, self->vanished, vanished);
      return TRUE;
    }

  if (valija_imap_search_parse (response, &search))
    {
      if (self->found == NULL)
        self->found = valija_imap_set_new ();
      if (search.found != NULL)
        add_set (self, self->found, search.found);
      return TRUE;
    }

  if (valija_imap_fetch_parse (response, &fetch) && fetch.uid != 0 && fetch.has_flags &&
      valija_imap_value_get_kind (fetch.header) == VALIJA_IMAP_VALUE_NONE)
    {
      add_flags (self, &fetch);
      return TRUE;
    }

  return FALSE;
}

gboolean
valija_imap_news_check (ValijaImapNews *self,
                        GError        **error)
{
  if (self->n_told <= TOLD_LIMIT)
    return TRUE;

  valija_error_set (error, VALIJA_ERROR_LIMIT, _("The server told of more messages than a folder can hold."));
  return FALSE;
}

static DexFuture *
run (ValijaImapNews    *self,
     ValijaImapLink    *link,
     ValijaImapCommand *command)
{
  return valija_imap_connection_run (valija_imap_link_get_connection (link), command, VALIJA_IMAP_RUN_NONE,
                                     valija_imap_news_respond, NULL, valija_imap_news_ref (self),
                                     (GDestroyNotify) valija_imap_news_unref);
}

DexFuture *
valija_imap_news_fetch_flags (ValijaImapNews *self,
                              ValijaImapLink *link,
                              guint32         first,
                              guint32         last,
                              guint64         changed_since)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("UID FETCH");

  valija_imap_command_append_range (command, first, last);
  valija_imap_command_open_list (command);
  valija_imap_command_append_atom (command, "UID FLAGS");
  if (valija_imap_label_get_item (self->style) != NULL)
    valija_imap_command_append_atom (command, valija_imap_label_get_item (self->style));
  valija_imap_command_close_list (command);
  if (changed_since > 0)
    {
      valija_imap_command_open_list (command);
      valija_imap_command_append_atom (command, "CHANGEDSINCE");
      valija_imap_command_append_number (command, changed_since);
      valija_imap_command_close_list (command);
    }

  return run (self, link, command);
}

DexFuture *
valija_imap_news_search (ValijaImapNews      *self,
                         ValijaImapLink      *link,
                         const ValijaImapSet *uids)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("UID SEARCH");

  if (valija_imap_link_has (link, VALIJA_IMAP_CAPABILITY_ESEARCH))
    valija_imap_command_append_atom (command, "RETURN (ALL)");
  if (uids != NULL)
    {
      valija_imap_command_append_atom (command, "UID");
      valija_imap_command_append_set (command, uids);
    }
  else
    valija_imap_command_append_atom (command, "ALL");

  /* An ESEARCH that finds nothing tells nothing (RFC 4731 §3.1) */
  if (self->found == NULL)
    self->found = valija_imap_set_new ();

  return run (self, link, command);
}

const ValijaImapSet *
valija_imap_news_get_found (ValijaImapNews *self)
{
  return self->found;
}

const ValijaImapSet *
valija_imap_news_get_vanished (ValijaImapNews *self)
{
  return self->vanished;
}

ValijaImapSet *
valija_imap_news_dup_flagged (ValijaImapNews *self)
{
  ValijaImapSet *uids = valija_imap_set_new ();

  for (guint i = 0; i < self->flags->len; i++)
    {
      guint32 uid = g_array_index (self->flags, Flags, i).uid;

      valija_imap_set_add (uids, uid, uid);
    }

  return uids;
}

static const char * const *
get_labels (ValijaImapNews *self,
            guint32         uid)
{
  return g_hash_table_lookup (self->labels, GUINT_TO_POINTER (uid));
}

GHashTable *
valija_imap_news_digest (ValijaImapNews *self)
{
  GHashTable *digests = valija_imap_digests_new ();

  for (guint i = 0; i < self->flags->len; i++)
    {
      const Flags *flags = &g_array_index (self->flags, Flags, i);

      valija_imap_digests_add (digests, flags->uid, flags->flags,
                               valija_imap_label_hash (get_labels (self, flags->uid)));
    }

  return digests;
}

GPtrArray *
valija_imap_news_dup_flags (ValijaImapNews      *self,
                            guint32              uid_validity,
                            const ValijaImapSet *known,
                            GHashTable          *before,
                            GHashTable          *now)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_flags_change_free);

  for (guint i = 0; i < self->flags->len; i++)
    {
      const Flags *flags = &g_array_index (self->flags, Flags, i);
      g_autofree char *remote_id = NULL;
      ValijaFlagsChange *change;

      if (!valija_imap_set_contains (known, flags->uid) ||
          (before != NULL && valija_imap_digests_equal (before, now, flags->uid)))
        continue;

      remote_id = valija_imap_remote_id_format (uid_validity, flags->uid);
      change = valija_flags_change_new (remote_id, valija_imap_flags_to_model (flags->flags));
      if (flags->labelled)
        change->labels = valija_labels_new (get_labels (self, flags->uid));
      g_ptr_array_add (changes, change);
    }

  return changes;
}
