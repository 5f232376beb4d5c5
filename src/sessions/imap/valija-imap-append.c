/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-append.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "base/valija-spool.h"
#include "sessions/imap/valija-imap-batch.h"
#include "sessions/imap/valija-imap-status.h"
#include "sessions/valija-mail-organizer.h"
#include "wire/imap/valija-imap-mailbox.h"

/* More than this is worth a question of how much the folder takes */
#define LARGE (1024 * 1024)

/* What is to be filed, and what comes of it. Refcounted, for answers come also when nobody waits. */
typedef struct
{
  grefcount ref_count;
  ValijaImapLink *link;
  char *folder;
  GPtrArray *filings;       /* of ValijaFiling */
  gboolean marks;           /* a message with a header of RFC 6532 is said to be one */
  gboolean marked;          /* and one of these was */
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
  g_ptr_array_unref (self->filings);
  valija_imap_set_free (self->new_uids);
  g_free (self);
}

static Append *
append_new (ValijaImapLink *link,
            const char     *folder,
            GPtrArray      *filings)
{
  Append *self = g_new0 (Append, 1);

  g_ref_count_init (&self->ref_count);
  self->link = g_object_ref (link);
  self->folder = g_strdup (folder);
  self->filings = g_ptr_array_ref (filings);
  self->new_uids = valija_imap_set_new ();

  return self;
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
  gboolean is_utf8;         /* its header is of RFC 6532 */
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

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Canonical, canonical_unref)

static gboolean
has_utf8_header (const char *octets,
                 gsize       length)
{
  for (gsize i = 0; i < length; i++)
    {
      if ((guint8) octets[i] >= 0x80)
        return TRUE;
      if (octets[i] == '\n' && i + 1 < length && (octets[i + 1] == '\n' || octets[i + 1] == '\r'))
        return FALSE;
    }

  return FALSE;
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
  self->is_utf8 = has_utf8_header (octets, length);
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

/* RFC 6855 §4 wants the item where UTF8=ACCEPT is enabled; RFC 9051 knows none, and takes the message as it is. */
static void
append_octets (Append            *self,
               ValijaImapCommand *command,
               GBytes            *octets,
               const Canonical   *work)
{
  if (!work->is_utf8 || !self->marks)
    {
      valija_imap_command_append_literal (command, octets, work->has_nul);
      return;
    }

  self->marked = TRUE;
  valija_imap_command_append_atom (command, "UTF8");
  valija_imap_command_open_list (command);
  valija_imap_command_append_literal (command, octets, TRUE);
  valija_imap_command_close_list (command);
}

/* Before anything of a large message is sent; what cannot be told is seen when it is. */
static gboolean
check_size_fiber (Append  *self,
                  gsize    length,
                  GError **error)
{
  gint64 limit = valija_imap_link_get_append_limit (self->link);
  g_autofree char *words = NULL;

  if (length > LARGE && valija_imap_link_limits_folders (self->link))
    limit = dex_await_int64 (valija_imap_status_limit (self->link, self->folder), NULL);
  if (limit <= 0 || length <= (guint64) limit)
    return TRUE;

  words = g_format_size (limit);
  valija_error_set (error, VALIJA_ERROR_TOO_LARGE,
                    _("The message is larger than the server takes: it files messages of up to %s."), words);
  return FALSE;
}

/* Flags, time and octets of one message, or FALSE where the server does not take it. */
static gboolean
append_filing_fiber (Append              *self,
                     ValijaImapCommand   *command,
                     const ValijaFiling  *filing,
                     GError             **error)
{
  g_autoptr(Canonical) work = g_atomic_rc_box_new0 (Canonical);
  g_autoptr(GBytes) canonical = NULL;

  work->source = g_bytes_ref (filing->source);
  canonical = dex_await_boxed (valija_future_run_in_thread (G_TYPE_BYTES, canonical_in_thread,
                                                            g_atomic_rc_box_acquire (work), canonical_unref), error);
  if (canonical == NULL)
    return FALSE;

  if (work->has_nul && !valija_imap_link_has (self->link, VALIJA_IMAP_CAPABILITY_BINARY))
    {
      valija_error_set (error, VALIJA_ERROR_UNSUPPORTED,
                        _("The message holds zero octets, which this server cannot file."));
      return FALSE;
    }

  if (!check_size_fiber (self, g_bytes_get_size (canonical), error))
    return FALSE;

  valija_imap_command_append_flags (command, valija_imap_flags_from_model (filing->flags));
  if (filing->received != 0)
    valija_imap_command_append_time (command, filing->received);
  append_octets (self, command, canonical, work);

  return TRUE;
}

static gboolean
send_fiber (Append  *self,
            GError **error)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("APPEND");

  valija_imap_command_append_mailbox (command, self->folder);
  for (guint i = 0; i < self->filings->len; i++)
    if (!append_filing_fiber (self, command, g_ptr_array_index (self->filings, i), error))
      return FALSE;

  return dex_await (valija_imap_connection_run (valija_imap_link_get_connection (self->link), command,
                                                VALIJA_IMAP_RUN_FOLDER, appended_cb, NULL, append_ref (self),
                                                append_unref), error);
}

static gboolean
file_fiber (Append  *self,
            GError **error)
{
  g_autoptr(GError) failure = NULL;

  self->marks = valija_imap_link_has (self->link, VALIJA_IMAP_CAPABILITY_UTF8_ACCEPT) &&
                !valija_imap_link_has (self->link, VALIJA_IMAP_CAPABILITY_IMAP4REV2);
  if (send_fiber (self, &failure))
    return TRUE;

  /* RFC 9755 has done away with the item, and a server needs not know it: what is BAD was not done */
  if (self->marked && g_error_matches (failure, VALIJA_ERROR, VALIJA_ERROR_PROTOCOL) &&
      !valija_imap_link_is_closed (self->link))
    {
      self->marks = FALSE;
      return send_fiber (self, error);
    }

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static DexFuture *
append_many_fiber (gpointer data)
{
  Append *self = data;
  g_autoptr(GError) error = NULL;

  if (!valija_imap_link_has (self->link, VALIJA_IMAP_CAPABILITY_MULTIAPPEND))
    {
      valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, _("The server files one message at a time."));
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  if (!file_fiber (self, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_true ();
}

DexFuture *
valija_imap_append_run_many (ValijaImapLink *link,
                             const char     *folder,
                             GPtrArray      *filings)
{
  return valija_fiber_spawn (append_many_fiber, append_new (link, folder, filings), append_unref);
}

static DexFuture *
append_fiber (gpointer data)
{
  Append *self = data;
  g_autofree char *new_uid = NULL;
  g_autoptr(GError) error = NULL;

  if (!file_fiber (self, &error))
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
  g_autoptr(GPtrArray) filings = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_filing_free);

  g_ptr_array_add (filings, valija_filing_new (source, flags, received));

  return valija_fiber_spawn (append_fiber, append_new (link, folder, filings), append_unref);
}
