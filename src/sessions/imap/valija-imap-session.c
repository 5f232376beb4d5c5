/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-session.h"

#include <glib/gi18n-lib.h>

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "sessions/imap/valija-imap-fetch-headers.h"
#include "sessions/imap/valija-imap-fetch-messages.h"
#include "sessions/imap/valija-imap-fetch-outline.h"
#include "sessions/imap/valija-imap-folders.h"
#include "sessions/imap/valija-imap-mark.h"
#include "sessions/imap/valija-imap-notify.h"
#include "sessions/imap/valija-imap-search.h"
#include "sessions/imap/valija-imap-session-private.h"
#include "sessions/imap/valija-imap-status.h"
#include "sessions/imap/valija-imap-sync.h"
#include "sessions/imap/valija-imap-watch.h"

/* Batches and messages that wait for the receiver */
#define CHANGES_AHEAD  2
#define MESSAGES_AHEAD 32
/* How long what the server has told of its room holds, in seconds */
#define QUOTA_LASTS    300

static void session_iface_init (ValijaSessionInterface *iface);
static void reader_iface_init  (ValijaMailReaderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ValijaImapSession, valija_imap_session, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_SESSION, session_iface_init)
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_READER, reader_iface_init)
                               G_IMPLEMENT_INTERFACE (VALIJA_TYPE_MAIL_ORGANIZER,
                                                      valija_imap_session_organizer_iface_init))

static DexFuture *
open_session (ValijaSession *session)
{
  return valija_imap_pool_open (VALIJA_IMAP_SESSION (session)->pool);
}

static DexFuture *
close_session (ValijaSession *session)
{
  return valija_imap_pool_close (VALIJA_IMAP_SESSION (session)->pool);
}

static ValijaSessionState
get_state (ValijaSession *session)
{
  return valija_imap_pool_get_state (VALIJA_IMAP_SESSION (session)->pool);
}

static ValijaCapabilities
get_capabilities (ValijaSession *session)
{
  ValijaImapLink *link = valija_imap_pool_get_primary (VALIJA_IMAP_SESSION (session)->pool);
  ValijaCapabilities capabilities = VALIJA_CAPABILITY_READ | VALIJA_CAPABILITY_ORGANIZE | VALIJA_CAPABILITY_FOLDERS |
                                    VALIJA_CAPABILITY_OFFLINE | VALIJA_CAPABILITY_SEARCH;

  if (link == NULL || valija_imap_link_has (link, VALIJA_IMAP_CAPABILITY_IDLE))
    capabilities |= VALIJA_CAPABILITY_INSTANT;
  if (link == NULL || valija_imap_link_takes_labels (link))
    capabilities |= VALIJA_CAPABILITY_LABELS;
  if (link == NULL || valija_imap_link_is_utf8 (link))
    capabilities |= VALIJA_CAPABILITY_INTERNATIONAL;

  return capabilities;
}

static char **
dup_facts (ValijaSession *session)
{
  ValijaImapLink *link = valija_imap_pool_get_primary (VALIJA_IMAP_SESSION (session)->pool);

  return link != NULL ? valija_imap_link_dup_facts (link) : g_new0 (char *, 1);
}

static DexFuture *
start_list (ValijaImapTask *task,
            ValijaImapLink *link)
{
  /* The first time it was asked for already, when the link opened */
  DexFuture *early = valija_imap_link_steal_folders (link);

  valija_session_context_begin_step (task->session->context, VALIJA_SIDE_INCOMING, VALIJA_STEP_LIST_FOLDERS);

  return early != NULL ? early : valija_imap_folders_query (link);
}

static DexFuture *
listed_cb (DexFuture *future,
           gpointer   user_data)
{
  ValijaImapSession *self = user_data;
  const GValue *value = dex_future_get_value (future, NULL);
  GPtrArray *folders = g_value_get_boxed (value);
  g_autofree char *detail =
      g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u folder", "%u folders", folders->len), folders->len);

  for (guint i = 0; i < folders->len; i++)
    {
      ValijaFolderInfo *info = g_ptr_array_index (folders, i);

      info->former_id = g_strdup (g_hash_table_lookup (self->renamed, info->remote_id));
      /* One that is as it was is not synchronised, and may be watched all the same */
      if (info->state != NULL && !g_hash_table_contains (self->marks, info->remote_id))
        g_hash_table_insert (self->marks, g_strdup (info->remote_id), valija_imap_mark_new_from_state (info->state));
    }
  g_hash_table_remove_all (self->renamed);
  valija_session_context_end_step (self->context, VALIJA_SIDE_INCOMING, VALIJA_STEP_LIST_FOLDERS, detail);

  return dex_ref (future);
}

static DexFuture *
list_folders (ValijaMailReader *reader)
{
  ValijaImapTask *task = valija_imap_task_new (reader, start_list, VALIJA_STEP_LIST_FOLDERS, NULL);

  return dex_future_then (valija_imap_task_run (task), listed_cb, g_object_ref (reader), g_object_unref);
}

typedef struct
{
  ValijaImapSession *session;
  ValijaImapLink *link;
} Synced;

static void
synced_free (gpointer data)
{
  Synced *synced = data;

  g_object_unref (synced->session);
  g_object_unref (synced->link);
  g_free (synced);
}

static DexFuture *
synced_cb (DexFuture *future,
           gpointer   user_data)
{
  Synced *synced = user_data;
  ValijaImapSelected *selected = valija_imap_link_get_selected (synced->link);
  g_autofree char *detail = NULL;

  /* What nobody received to the end is not known, though the server has told it */
  if (selected != NULL && g_value_get_boolean (dex_future_get_value (future, NULL)))
    {
      g_hash_table_replace (synced->session->marks, g_strdup (selected->folder), valija_imap_mark_new (selected));
      detail = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u message", "%u messages", selected->exists),
                                selected->exists);
    }
  valija_session_context_end_step (synced->session->context, VALIJA_SIDE_INCOMING, VALIJA_STEP_SYNC, detail);

  return dex_ref (future);
}

static DexFuture *
start_sync (ValijaImapTask *task,
            ValijaImapLink *link)
{
  Synced *synced = g_new0 (Synced, 1);

  synced->session = g_object_ref (task->session);
  synced->link = g_object_ref (link);
  valija_session_context_begin_step (task->session->context, VALIJA_SIDE_INCOMING, VALIJA_STEP_SYNC);

  return dex_future_then (valija_imap_sync_run (link, task->folder, task->bytes, task->channel), synced_cb, synced,
                          synced_free);
}

static DexChannel *
sync_folder (ValijaMailReader *reader,
             const char       *folder,
             GBytes           *cursor)
{
  ValijaImapTask *task = valija_imap_task_new (reader, start_sync, VALIJA_STEP_SYNC, folder);

  task->bytes = cursor != NULL ? g_bytes_ref (cursor) : NULL;

  return valija_imap_task_run_channel (task, CHANGES_AHEAD);
}

static DexFuture *
start_fetch (ValijaImapTask *task,
             ValijaImapLink *link)
{
  return valija_imap_fetch_messages_run (link, task->folder, (const char * const *) task->remote_ids, task->channel,
                                         task->progress);
}

static DexChannel *
fetch_messages (ValijaMailReader   *reader,
                const char         *folder,
                const char * const *remote_ids,
                ValijaProgress     *progress)
{
  ValijaImapTask *task = valija_imap_task_new (reader, start_fetch, VALIJA_STEP_FETCH, folder);

  task->remote_ids = g_strdupv ((char **) remote_ids);
  g_set_object (&task->progress, progress);

  return valija_imap_task_run_channel (task, MESSAGES_AHEAD);
}

static DexFuture *
start_fetch_outline (ValijaImapTask *task,
                     ValijaImapLink *link)
{
  return valija_imap_fetch_outline_run (link, task->folder, task->name);
}

static DexFuture *
fetch_outline (ValijaMailReader *reader,
               const char       *folder,
               const char       *remote_id)
{
  ValijaImapTask *task = valija_imap_task_new (reader, start_fetch_outline, VALIJA_STEP_FETCH, folder);

  task->name = g_strdup (remote_id);

  return valija_imap_task_run (task);
}

static DexFuture *
start_fetch_headers (ValijaImapTask *task,
                     ValijaImapLink *link)
{
  return valija_imap_fetch_headers_run (link, task->folder, (const char * const *) task->remote_ids);
}

static DexFuture *
fetch_headers (ValijaMailReader   *reader,
               const char         *folder,
               const char * const *remote_ids)
{
  ValijaImapTask *task = valija_imap_task_new (reader, start_fetch_headers, VALIJA_STEP_FETCH, folder);

  task->remote_ids = g_strdupv ((char **) remote_ids);

  return valija_imap_task_run (task);
}

static DexFuture *
start_search (ValijaImapTask *task,
              ValijaImapLink *link)
{
  return valija_imap_search_run (link, task->folder, task->name, task->limit);
}

static DexFuture *
search (ValijaMailReader *reader,
        const char       *folder,
        const char       *text,
        guint             limit)
{
  ValijaImapTask *task = valija_imap_task_new (reader, start_search, VALIJA_STEP_FETCH, folder);

  task->name = g_strdup (text);
  task->limit = limit;

  return valija_imap_task_run (task);
}

/* Whether something happened between the last synchronisation and the first look of the link that watches. */
static gboolean
has_changed (ValijaImapSession *self,
             ValijaImapLink    *link)
{
  ValijaImapSelected *selected = valija_imap_link_get_selected (link);
  ValijaImapMark *then = selected != NULL ? g_hash_table_lookup (self->marks, selected->folder) : NULL;
  g_autofree ValijaImapMark *now = selected != NULL ? valija_imap_mark_new (selected) : NULL;

  return then != NULL && !valija_imap_mark_equal (then, now);
}

static DexFuture *
watch_fiber (gpointer data)
{
  ValijaImapTask *task = data;
  g_autoptr(ValijaImapLease) lease = NULL;
  g_autoptr(GError) error = NULL;
  gboolean fresh;

  if (!(lease = valija_imap_pool_watch_fiber (task->session->pool, task->folder, &fresh, &error)))
    return valija_imap_task_reject (g_steal_pointer (&error), task->step);
  if (fresh && has_changed (task->session, lease->link))
    return dex_future_new_true ();
  if (!dex_await (valija_imap_watch_run (lease->link), &error))
    return valija_imap_task_reject (g_steal_pointer (&error), task->step);

  return dex_future_new_true ();
}

static DexFuture *
watch (ValijaMailReader *reader,
       const char       *folder)
{
  return valija_fiber_spawn (watch_fiber, valija_imap_task_new (reader, NULL, VALIJA_STEP_SYNC, folder),
                             valija_imap_task_free);
}

static void
stop_watching (ValijaMailReader *reader)
{
  valija_imap_pool_stop_watching (VALIJA_IMAP_SESSION (reader)->pool);
}

typedef struct
{
  ValijaImapSession *session;
  gboolean fresh;        /* the server has said how all is, not what changed */
} Look;

static gboolean
is_changed (const ValijaImapStatus *status,
            gpointer                user_data)
{
  Look *look = user_data;
  ValijaImapMark *mark = g_hash_table_lookup (look->session->marks, status->name);

  return mark == NULL ? !look->fresh : valija_imap_mark_differs (mark, status);
}

static DexFuture *
watch_all_fiber (gpointer data)
{
  ValijaImapTask *task = data;
  g_autoptr(ValijaImapLease) lease = NULL;
  g_autoptr(GPtrArray) changed = NULL;
  g_autoptr(GError) error = NULL;
  Look look = { .session = task->session };
  ValijaImapNotify *notify;

  if (!(lease = valija_imap_pool_watch_fiber (task->session->pool, "", &look.fresh, &error)))
    {
      /* Servers may refuse to tell of so many folders (RFC 5465 §5) */
      if (!g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_REFUSED) &&
          !g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_PROTOCOL))
        return valija_imap_task_reject (g_steal_pointer (&error), task->step);

      g_clear_error (&error);
      valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, _("The server does not tell what changes in all folders."));
      return valija_imap_task_reject (g_steal_pointer (&error), task->step);
    }

  notify = valija_imap_link_get_notify (lease->link);
  changed = valija_imap_notify_take (notify, is_changed, &look);
  valija_imap_notify_take_renamed (notify, task->session->renamed);
  look.fresh = FALSE;

  /* 9 minutes in which nothing happened end it as well: then it is time to look anyway */
  if (changed->len == 0)
    {
      if (!dex_await (valija_imap_watch_run (lease->link), &error))
        return valija_imap_task_reject (g_steal_pointer (&error), task->step);
      g_ptr_array_unref (changed);
      changed = valija_imap_notify_take (notify, is_changed, &look);
      valija_imap_notify_take_renamed (notify, task->session->renamed);
    }

  /* Next time it begins on a connection of its own */
  if (valija_imap_notify_is_over (notify))
    valija_imap_link_close (lease->link);

  return valija_future_new_take_ptr_array (g_steal_pointer (&changed));
}

static DexFuture *
watch_all (ValijaMailReader *reader)
{
  return valija_fiber_spawn (watch_all_fiber, valija_imap_task_new (reader, NULL, VALIJA_STEP_SYNC, NULL),
                             valija_imap_task_free);
}

static DexFuture *
take_quota (ValijaImapLink *link,
            guint           seconds)
{
  g_autoptr(ValijaQuota) quota = NULL;
  GError *error = NULL;

  if (!valija_imap_link_get_quota (link, seconds, &quota))
    return NULL;
  if (quota != NULL)
    return dex_future_new_take_boxed (VALIJA_TYPE_QUOTA, g_steal_pointer (&quota));

  valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, _("The server does not limit how much mail there is."));
  return valija_imap_task_reject (error, VALIJA_STEP_SYNC);
}

static DexFuture *
quota_told_cb (DexFuture *future,
               gpointer   user_data)
{
  DexFuture *told = take_quota (user_data, 0);
  GError *error = NULL;

  if (told != NULL)
    return told;

  valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, _("The server does not tell how much room there is."));
  return valija_imap_task_reject (error, VALIJA_STEP_SYNC);
}

static DexFuture *
start_quota (ValijaImapTask *task,
             ValijaImapLink *link)
{
  if (!valija_imap_link_has (link, VALIJA_IMAP_CAPABILITY_QUOTA))
    return quota_told_cb (NULL, link);

  return dex_future_then (valija_imap_link_ask_quota (link), quota_told_cb, g_object_ref (link), g_object_unref);
}

/* It was asked for when the session opened, together with the folders. */
static DexFuture *
get_quota (ValijaMailReader *reader)
{
  ValijaImapLink *primary = valija_imap_pool_get_primary (VALIJA_IMAP_SESSION (reader)->pool);
  DexFuture *told = primary != NULL ? take_quota (primary, QUOTA_LASTS) : NULL;

  return told != NULL ? told
                      : valija_imap_task_run (valija_imap_task_new (reader, start_quota, VALIJA_STEP_SYNC, NULL));
}

static DexFuture *
start_measure (ValijaImapTask *task,
               ValijaImapLink *link)
{
  return valija_imap_status_measure (link, task->target);
}

static DexFuture *
measure (ValijaMailReader *reader,
         const char       *folder)
{
  /* RFC 9051 §6.3.11: not of the folder that is selected, which needs not be */
  ValijaImapTask *task = valija_imap_task_new (reader, start_measure, VALIJA_STEP_SYNC, NULL);

  task->target = g_strdup (folder);

  return valija_imap_task_run (task);
}

static void
session_iface_init (ValijaSessionInterface *iface)
{
  iface->open = open_session;
  iface->close = close_session;
  iface->get_state = get_state;
  iface->get_capabilities = get_capabilities;
  iface->dup_facts = dup_facts;
}

static void
reader_iface_init (ValijaMailReaderInterface *iface)
{
  iface->list_folders = list_folders;
  iface->sync_folder = sync_folder;
  iface->fetch_messages = fetch_messages;
  iface->fetch_outline = fetch_outline;
  iface->fetch_headers = fetch_headers;
  iface->search = search;
  iface->watch = watch;
  iface->watch_all = watch_all;
  iface->stop_watching = stop_watching;
  iface->get_quota = get_quota;
  iface->measure = measure;
}

static void
valija_imap_session_dispose (GObject *object)
{
  ValijaImapSession *self = VALIJA_IMAP_SESSION (object);

  if (self->pool != NULL)
    g_object_run_dispose (G_OBJECT (self->pool));
  g_clear_object (&self->pool);
  g_clear_object (&self->context);

  G_OBJECT_CLASS (valija_imap_session_parent_class)->dispose (object);
}

static void
valija_imap_session_finalize (GObject *object)
{
  ValijaImapSession *self = VALIJA_IMAP_SESSION (object);

  g_hash_table_unref (self->marks);
  g_hash_table_unref (self->renamed);

  G_OBJECT_CLASS (valija_imap_session_parent_class)->finalize (object);
}

static void
valija_imap_session_class_init (ValijaImapSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = valija_imap_session_dispose;
  object_class->finalize = valija_imap_session_finalize;
}

static void
valija_imap_session_init (ValijaImapSession *self)
{
  self->marks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->renamed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/**
 * valija_imap_session_new:
 * @context: account, secrets, certificate exceptions
 *
 * Returns: (transfer full): a session that is closed; it implements #ValijaMailReader and #ValijaMailOrganizer
 */
ValijaSession *
valija_imap_session_new (ValijaSessionContext *context)
{
  ValijaImapSession *self;

  g_return_val_if_fail (VALIJA_IS_SESSION_CONTEXT (context), NULL);

  self = g_object_new (VALIJA_TYPE_IMAP_SESSION, NULL);
  self->context = g_object_ref (context);
  self->pool = valija_imap_pool_new (context);
  g_signal_connect_object (self->pool, "alert", G_CALLBACK (valija_session_alert), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pool, "state-changed", G_CALLBACK (valija_session_notify_state), self,
                           G_CONNECT_SWAPPED);

  return VALIJA_SESSION (self);
}
