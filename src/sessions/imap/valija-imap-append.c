/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-append.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "base/valija-spool.h"
#include "sessions/imap/valija-imap-batch.h"
#include "sessions/valija-mail-organizer.h"
#include "wire/imap/valija-imap-mailbox.h"

/* What is to be filed, and what comes of it. Refcounted, for answers come also when nobody waits. */
typedef struct
{
  grefcount ref_count;
  ValijaImapLink *link;
  char *folder;
  GBytes *source;           /* nullable: one, … */
  ValijaFlags flags;
  gint64 received;
  GPtrArray *filings;       /* … or nullable: of ValijaFiling */
  guint32 new_validity;
  ValijaImapSet *new_uids;
} Append;

static Append *
append_ref (Append *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

static void
append_unref (gpointer data)
{
  Append *self = data;

  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->link);
  g_free (self->folder);
  g_clear_pointer (&self->source, g_bytes_unref);
  g_clear_pointer (&self->filings, g_ptr_array_unref);
  valija_imap_set_free (self->new_uids);
  g_free (self);
}

static Append *
append_new (ValijaImapLink *link,
            const char     *folder)
{
  Append *self = g_new0 (Append, 1);

  g_ref_count_init (&self->ref_count);
  self->link = g_object_ref (link);
  self->folder = g_strdup (folder);
  self->new_uids = valija_imap_set_new ();

  return self;
}

static DexFuture *
run (Append                *self,
     ValijaImapCommand     *command,
     ValijaImapResponseFunc respond)
{
  return valija_imap_connection_run (valija_imap_link_get_connection (self->link), command, VALIJA_IMAP_RUN_FOLDER,
                                     respond, NULL, append_ref (self), append_unref);
}

static gboolean
appended_cb (ValijaImapResponse *response,
             gpointer            user_data)
{
  Append *self = user_data;
  guint32 uid;

  if (valija_imap_appenduid_parse (response, &self->new_validity, &uid))
    valija_imap_set_add (self->new_uids, uid, uid);

  return FALSE;
}

/* What is to be filed, as a thread looks at it. */
typedef struct
{
  GBytes *source;
  gboolean has_nul;
} Canonical;

static void
canonical_clear (gpointer data)
{
  g_bytes_unref (((Canonical *) data)->source);
}

static void
canonical_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, canonical_clear);
}

/* With CRLF at the end of each line, as a message of IMAP must have it. */
static gpointer
canonical_in_thread (gpointer   user_data,
                     GError   **error)
{
  Canonical *self = user_data;
  GBytes *source = self->source;
  gsize length;
  const char *octets = g_bytes_get_data (source, &length);
  const char *end = octets + length;
  g_autoptr(ValijaSpool) canonical = NULL;
  const char *start = octets;

  self->has_nul = memchr (octets, '\0', length) != NULL;
  for (const char *p = octets; p < end && (p = memchr (p, '\n', end - p)) != NULL; p++)
    {
      if (p > octets && p[-1] == '\r')
        continue;
      if (canonical == NULL)
        canonical = valija_spool_new (G_MAXUINT64);
      if (!valija_spool_append (canonical, start, p - start, error) ||
          !valija_spool_append (canonical, "\r\n", 2, error))
        return NULL;
      start = p + 1;
    }

  if (canonical == NULL)
    return g_bytes_ref (source);

  return valija_spool_append (canonical, start, end - start, error) ? valija_spool_finish (canonical, error) : NULL;
}

/* Flags, time and octets of one message, or FALSE where the server does not take it. */
static gboolean
append_filing_fiber (Append             *self,
                     ValijaImapCommand  *command,
                     GBytes             *source,
                     ValijaFlags         flags,
                     gint64              received,
                     GError            **error)
{
  Canonical *work = g_atomic_rc_box_new0 (Canonical);
  g_autoptr(GBytes) canonical = NULL;
  gboolean binary;
  gsize length;

  work->source = g_bytes_ref (source);
  canonical = dex_await_boxed (valija_future_run_in_thread (G_TYPE_BYTES, canonical_in_thread,
                                                            g_atomic_rc_box_acquire (work), canonical_unref), error);
  binary = work->has_nul;
  canonical_unref (work);
  if (canonical == NULL)
    return FALSE;

  length = g_bytes_get_size (canonical);
  if (binary && !valija_imap_link_has (self->link, VALIJA_IMAP_CAPABILITY_BINARY))
    {
      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED,
                        _("The message holds zero octets, which this server cannot file."));
      return FALSE;
    }

  if (valija_imap_link_get_append_limit (self->link) > 0 && length > valija_imap_link_get_append_limit (self->link))
    {
      g_autofree char *limit = g_format_size (valija_imap_link_get_append_limit (self->link));

      valija_error_set (error, VALIJA_ERROR_TOO_LARGE,
                        _("The message is larger than the server takes: it files messages of up to %s."), limit);
      return FALSE;
    }

  valija_imap_command_append_flags (command, valija_imap_flags_from_model (flags));
  if (received != 0)
    valija_imap_command_append_time (command, received);
  valija_imap_command_append_literal (command, canonical, binary);

  return TRUE;
}

static DexFuture *
append_many_fiber (gpointer data)
{
  Append *self = data;
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("APPEND");
  g_autoptr(GError) error = NULL;

  if (!valija_imap_link_has (self->link, VALIJA_IMAP_CAPABILITY_MULTIAPPEND))
    {
      valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, _("The server files one message at a time."));
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  valija_imap_command_append_mailbox (command, self->folder);
  for (guint i = 0; i < self->filings->len; i++)
    {
      const ValijaFiling *filing = g_ptr_array_index (self->filings, i);

      if (!append_filing_fiber (self, command, filing->source, filing->flags, filing->received, &error))
        return dex_future_new_for_error (g_steal_pointer (&error));
    }

  if (!dex_await (run (self, command, NULL), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

DexFuture *
valija_imap_append_run_many (ValijaImapLink *link,
                             const char     *folder,
                             GPtrArray      *filings)
{
  Append *self = append_new (link, folder);

  self->filings = g_ptr_array_ref (filings);

  return valija_fiber_spawn (append_many_fiber, self, append_unref);
}

static DexFuture *
append_fiber (gpointer data)
{
  Append *self = data;
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("APPEND");
  g_autofree char *new_uid = NULL;
  g_autoptr(GError) error = NULL;

  valija_imap_command_append_mailbox (command, self->folder);
  if (!append_filing_fiber (self, command, self->source, self->flags, self->received, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (!dex_await (run (self, command, appended_cb), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  new_uid = valija_imap_set_to_string (self->new_uids);

  return dex_future_new_take_string (new_uid[0] != '\0' ? g_strdup_printf ("%u.%s", self->new_validity, new_uid)
                                                        : g_strdup (""));
}

DexFuture *
valija_imap_append_run (ValijaImapLink *link,
                        const char     *folder,
                        GBytes         *source,
                        ValijaFlags     flags,
                        gint64          received)
{
  Append *self = append_new (link, folder);

  self->source = g_bytes_ref (source);
  self->flags = flags;
  self->received = received;

  return valija_fiber_spawn (append_fiber, self, append_unref);
}
