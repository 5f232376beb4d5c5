/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-status.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "sessions/imap/valija-imap-cursor.h"
#include "wire/imap/valija-imap-mailbox.h"

/* One question; refcounted, for the answer comes also when nobody waits. */
typedef struct
{
  grefcount ref_count;
  ValijaImapLink *link;
  char *folder;
  gint64 uid_next;           /* -1 while it was not told, as the others */
  gint64 uid_validity;
  gint64 size;
  gint64 append_limit;
} Question;

static Question *
question_new (ValijaImapLink *link,
              const char     *folder)
{
  Question *self = g_new0 (Question, 1);

  g_ref_count_init (&self->ref_count);
  self->link = g_object_ref (link);
  self->folder = g_strdup (folder);
  self->uid_next = -1;
  self->uid_validity = -1;
  self->size = -1;
  self->append_limit = -1;

  return self;
}

static Question *
question_ref (Question *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

static void
question_unref (gpointer data)
{
  Question *self = data;

  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->link);
  g_free (self->folder);
  g_free (self);
}

static gboolean
told_cb (ValijaImapResponse *response,
         gpointer            user_data)
{
  Question *self = user_data;
  g_auto(ValijaImapStatus) status = { NULL };

  /* The server may tell of other folders at any time */
  if (!valija_imap_status_parse (response, valija_imap_link_is_utf8 (self->link), &status) ||
      strcmp (status.name, self->folder) != 0)
    return FALSE;

  /* Nor is all of it told at once, where the server tells of this one by itself as well */
  if (status.uid_next >= 0)
    self->uid_next = status.uid_next;
  if (status.uid_validity >= 0)
    self->uid_validity = status.uid_validity;
  if (status.size >= 0)
    self->size = status.size;
  if (status.append_limit >= 0)
    self->append_limit = status.append_limit;

  return TRUE;
}

static gboolean
ask_fiber (Question   *self,
           const char *items,
           GError    **error)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("STATUS");

  valija_imap_command_append_mailbox (command, self->folder);
  valija_imap_command_append_atom (command, items);

  return dex_await (valija_imap_connection_run (valija_imap_link_get_connection (self->link), command,
                                                VALIJA_IMAP_RUN_FOLDER, told_cb, NULL, question_ref (self),
                                                question_unref), error);
}

static DexFuture *
measure_fiber (gpointer data)
{
  Question *self = data;
  g_autoptr(GError) error = NULL;

  if (valija_imap_link_has (self->link, VALIJA_IMAP_CAPABILITY_STATUS_SIZE) && !ask_fiber (self, "(SIZE)", &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (self->size < 0)
    {
      valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, _("The server does not tell how large a folder is."));
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  return dex_future_new_for_int64 (self->size);
}

DexFuture *
valija_imap_status_measure (ValijaImapLink *link,
                            const char     *folder)
{
  return valija_fiber_spawn (measure_fiber, question_new (link, folder), question_unref);
}

static DexFuture *
mark_fiber (gpointer data)
{
  Question *self = data;
  g_autoptr(GError) error = NULL;

  if (!ask_fiber (self, "(UIDVALIDITY UIDNEXT)", &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  /* Without it all that was ever there would count as new */
  if (self->uid_next <= 0)
    {
      valija_error_set (&error, VALIJA_ERROR_PROTOCOL, _("The server’s answer makes no sense."));
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  return dex_future_new_take_string (valija_imap_remote_id_format (CLAMP (self->uid_validity, 0, G_MAXUINT32),
                                                                   MIN (self->uid_next, G_MAXUINT32)));
}

DexFuture *
valija_imap_status_mark (ValijaImapLink *link,
                         const char     *folder)
{
  return valija_fiber_spawn (mark_fiber, question_new (link, folder), question_unref);
}

static DexFuture *
limit_fiber (gpointer data)
{
  Question *self = data;
  g_autoptr(GError) error = NULL;

  if (!ask_fiber (self, "(APPENDLIMIT)", &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_for_int64 (self->append_limit);
}

DexFuture *
valija_imap_status_limit (ValijaImapLink *link,
                          const char     *folder)
{
  return valija_fiber_spawn (limit_fiber, question_new (link, folder), question_unref);
}
