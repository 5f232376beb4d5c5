/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-fetch-outline.h"

#include <glib/gi18n-lib.h>

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "sessions/imap/valija-imap-cursor.h"
#include "wire/imap/valija-imap-fetch.h"
#include "wire/imap/valija-imap-outline.h"

/* What has come, for answers come also when nobody waits any more. Refcounted. */
typedef struct
{
  grefcount ref_count;
  ValijaImapLink *link;
  char *folder;
  char *remote_id;
  guint32 uid;
  ValijaImapOutline *outline;  /* nullable */
  GBytes *header;              /* nullable */
} Fetch;

static Fetch *
fetch_ref (Fetch *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

static void
fetch_unref (gpointer data)
{
  Fetch *self = data;

  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->outline, valija_imap_outline_free);
  g_clear_pointer (&self->header, g_bytes_unref);
  g_object_unref (self->link);
  g_free (self->folder);
  g_free (self->remote_id);
  g_free (self);
}

static gboolean
structure_cb (ValijaImapResponse *response,
              gpointer            user_data)
{
  Fetch *self = user_data;
  ValijaImapFetch fetch;

  if (!valija_imap_fetch_parse (response, &fetch) || fetch.uid != self->uid ||
      valija_imap_value_get_kind (fetch.header) == VALIJA_IMAP_VALUE_NONE)
    return FALSE;

  g_clear_pointer (&self->outline, valija_imap_outline_free);
  g_clear_pointer (&self->header, g_bytes_unref);
  self->outline = valija_imap_outline_new (fetch.body_structure);
  self->header = valija_imap_value_dup_bytes (fetch.header);

  return TRUE;
}

static gboolean
sections_cb (ValijaImapResponse *response,
             gpointer            user_data)
{
  Fetch *self = user_data;
  const char * const *sections = valija_imap_outline_get_sections (self->outline);
  gboolean taken = FALSE;
  ValijaImapFetch fetch;

  if (!valija_imap_fetch_parse (response, &fetch) || fetch.uid != self->uid)
    return FALSE;

  for (guint i = 0; sections[i] != NULL; i++)
    {
      gboolean decoded;
      ValijaImapValue value = valija_imap_fetch_find_section (response, sections[i], &decoded);
      g_autoptr(GBytes) content = valija_imap_value_dup_bytes (value);

      if (content == NULL)
        continue;

      valija_imap_outline_take (self->outline, sections[i], content, decoded);
      taken = TRUE;
    }

  return taken;
}

static DexFuture *
run (Fetch                 *self,
     const char            *items,
     ValijaImapResponseFunc respond)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new ("UID FETCH");

  valija_imap_command_append_range (command, self->uid, self->uid);
  valija_imap_command_append_atom (command, items);

  return valija_imap_connection_run (valija_imap_link_get_connection (self->link), command, VALIJA_IMAP_RUN_CONTENT,
                                     respond, NULL, fetch_ref (self), fetch_unref);
}

static DexFuture *
run_sections (Fetch      *self,
              const char *item)
{
  const char * const *sections = valija_imap_outline_get_sections (self->outline);
  g_autoptr(GString) items = g_string_new ("(UID");

  for (guint i = 0; sections[i] != NULL; i++)
    g_string_append_printf (items, " %s[%s]<0.%u>", item, sections[i], VALIJA_IMAP_OUTLINE_OCTETS);
  g_string_append_c (items, ')');

  return run (self, items->str, sections_cb);
}

/* Decoded by the server, where it can (RFC 3516, RFC 9051): that is a quarter less of what is base64. It may refuse for
 * one part of many, as with UNKNOWN-CTE. */
static gboolean
fetch_sections_fiber (Fetch   *self,
                      GError **error)
{
  g_autoptr(GError) refused = NULL;

  if (!valija_imap_link_has (self->link, VALIJA_IMAP_CAPABILITY_BINARY) &&
      !valija_imap_link_has (self->link, VALIJA_IMAP_CAPABILITY_IMAP4REV2))
    return dex_await (run_sections (self, "BODY.PEEK"), error);

  if (dex_await (run_sections (self, "BINARY.PEEK"), &refused))
    return TRUE;

  if (valija_error_is_cancelled (refused) || valija_imap_link_is_closed (self->link))
    {
      g_propagate_error (error, g_steal_pointer (&refused));
      return FALSE;
    }

  return dex_await (run_sections (self, "BODY.PEEK"), error);
}

static DexFuture *
fetch_fiber (gpointer data)
{
  Fetch *self = data;
  g_autofree char *items = g_strdup_printf ("(UID BODYSTRUCTURE BODY.PEEK[HEADER]<0.%u>)", VALIJA_IMAP_OUTLINE_OCTETS);
  g_autofree char *boundary = g_uuid_string_random ();
  g_autoptr(GBytes) message = NULL;
  g_autoptr(GError) error = NULL;
  ValijaImapSelected *selected;

  if (!dex_await (valija_imap_link_ensure_selected (self->link, self->folder), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  selected = valija_imap_link_get_selected (self->link);
  self->uid = valija_imap_remote_id_parse (self->remote_id, selected != NULL ? selected->uid_validity : 0);
  if (self->uid == 0)
    {
      valija_error_set (&error, VALIJA_ERROR_NOT_FOUND, _("The message is no longer on the server."));
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  if (!dex_await (run (self, items, structure_cb), &error) ||
      (self->outline != NULL && !fetch_sections_fiber (self, &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (self->outline != NULL && self->header != NULL)
    message = valija_imap_outline_write (self->outline, self->header, boundary);
  if (message == NULL)
    {
      valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, "No outline");
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  return dex_future_new_take_boxed (G_TYPE_BYTES, g_steal_pointer (&message));
}

DexFuture *
valija_imap_fetch_outline_run (ValijaImapLink *link,
                               const char     *folder,
                               const char     *remote_id)
{
  Fetch *self = g_new0 (Fetch, 1);

  g_ref_count_init (&self->ref_count);
  self->link = g_object_ref (link);
  self->folder = g_strdup (folder);
  self->remote_id = g_strdup (remote_id);

  return valija_fiber_spawn (fetch_fiber, self, fetch_unref);
}
