/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-fetch-headers.h"

#include "base/valija-future.h"
#include "sessions/imap/valija-imap-batch.h"
#include "sessions/imap/valija-imap-cursor.h"

/* One batch raises it once: it never closes */
#define GATE_MARK 2

typedef struct
{
  ValijaImapLink *link;
  char *folder;
  char **remote_ids;
} Fetch;

static void
fetch_free (gpointer data)
{
  Fetch *self = data;

  g_object_unref (self->link);
  g_free (self->folder);
  g_strfreev (self->remote_ids);
  g_free (self);
}

/* What was numbered anew since is not there any more. */
static ValijaImapSet *
list_uids (Fetch  *self,
           guint32 uid_validity)
{
  ValijaImapSet *uids = valija_imap_set_new ();

  for (guint i = 0; self->remote_ids[i] != NULL; i++)
    {
      guint32 uid = valija_imap_remote_id_parse (self->remote_ids[i], uid_validity);

      if (uid != 0)
        valija_imap_set_add (uids, uid, uid);
    }

  return uids;
}

static DexFuture *
fetch_fiber (gpointer data)
{
  Fetch *self = data;
  g_autoptr(ValijaImapGate) gate = NULL;
  g_autoptr(ValijaImapBatch) batch = NULL;
  g_autoptr(ValijaImapSet) uids = NULL;
  g_autoptr(GError) error = NULL;
  ValijaImapSelected *selected;
  guint32 uid_validity;

  if (!dex_await (valija_imap_link_ensure_selected (self->link, self->folder), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  selected = valija_imap_link_get_selected (self->link);
  uid_validity = selected != NULL ? selected->uid_validity : 0;
  uids = list_uids (self, uid_validity);
  if (valija_imap_set_is_empty (uids))
    return valija_future_new_take_ptr_array (
        g_ptr_array_new_with_free_func ((GDestroyNotify) valija_message_info_unref));

  gate = valija_imap_gate_new (valija_imap_link_get_connection (self->link), GATE_MARK);
  batch = valija_imap_batch_start (self->link, gate, uids, 0);
  if (!dex_await (valija_imap_batch_steal_done (batch), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return valija_imap_batch_parse (batch, uid_validity);
}

DexFuture *
valija_imap_fetch_headers_run (ValijaImapLink     *link,
                               const char         *folder,
                               const char * const *remote_ids)
{
  Fetch *self = g_new0 (Fetch, 1);

  self->link = g_object_ref (link);
  self->folder = g_strdup (folder);
  self->remote_ids = g_strdupv ((char **) remote_ids);

  return valija_fiber_spawn (fetch_fiber, self, fetch_free);
}
