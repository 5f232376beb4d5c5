/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-batch.h"

#include <glib/gi18n-lib.h>

#include "base/valija-error.h"
#include "base/valija-future.h"
#include "mime/valija-mime-header.h"
#include "sessions/imap/valija-imap-label.h"
#include "wire/imap/valija-imap-fetch.h"

/* What a list shows and a thread is built from. The header fields come as they are, since ENVELOPE lacks References. */
#define ITEMS   "UID FLAGS INTERNALDATE RFC822.SIZE"
#define HEADERS                                                                                                        \
  "BODY.PEEK[HEADER.FIELDS (DATE FROM SENDER REPLY-TO TO CC BCC SUBJECT MESSAGE-ID IN-REPLY-TO REFERENCES "            \
  "CONTENT-TYPE CONTENT-DISPOSITION)]"

/* From a number up to the newest: what came meanwhile is among them */
#define OPEN_RANGE_LIMIT 5000
/* Of the headers of one batch */
#define OCTETS_LIMIT (64 * 1024 * 1024)

typedef struct
{
  guint32 uid;
  ValijaImapFlags flags;
  gint64 received;
  guint64 size;
  guint32 header;         /* offset into the octets */
  guint32 header_length;
  char *preview;          /* nullable, this and the next two */
  char *email_id;
  char **labels;
} Item;

struct _ValijaImapBatch
{
  gatomicrefcount ref_count; /* the thread that parses holds one */
  ValijaImapLabelStyle style;
  GArray *items;             /* of Item */
  GByteArray *octets;
  ValijaImapGate *gate;
  DexFuture *done;
  ValijaImapSet *asked;      /* nullable: the newest, whose UIDs are not known */
  gboolean is_done;
  gboolean is_over;          /* more came than was asked for */
  guint32 uid_validity;
  guint32 first;
};

static const struct
{
  ValijaImapFlags wire;
  ValijaFlags model;
} flag_pairs[] = {
  { VALIJA_IMAP_FLAG_SEEN, VALIJA_FLAG_SEEN },
  { VALIJA_IMAP_FLAG_ANSWERED, VALIJA_FLAG_ANSWERED },
  { VALIJA_IMAP_FLAG_FLAGGED, VALIJA_FLAG_FLAGGED },
  { VALIJA_IMAP_FLAG_DELETED, VALIJA_FLAG_DELETED },
  { VALIJA_IMAP_FLAG_DRAFT, VALIJA_FLAG_DRAFT },
  { VALIJA_IMAP_FLAG_FORWARDED, VALIJA_FLAG_FORWARDED },
  { VALIJA_IMAP_FLAG_JUNK, VALIJA_FLAG_JUNK },
  { VALIJA_IMAP_FLAG_NOT_JUNK, VALIJA_FLAG_NOT_JUNK },
  { VALIJA_IMAP_FLAG_MDN_SENT, VALIJA_FLAG_MDN_SENT },
};

ValijaFlags
valija_imap_flags_to_model (ValijaImapFlags flags)
{
  ValijaFlags result = VALIJA_FLAG_NONE;

  for (gsize i = 0; i < G_N_ELEMENTS (flag_pairs); i++)
    if ((flags & flag_pairs[i].wire) != 0)
      result |= flag_pairs[i].model;

  return result;
}

ValijaImapFlags
valija_imap_flags_from_model (ValijaFlags flags)
{
  ValijaImapFlags result = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (flag_pairs); i++)
    if ((flags & flag_pairs[i].model) != 0)
      result |= flag_pairs[i].wire;

  return result;
}

static void
clear_item (gpointer data)
{
  Item *item = data;

  g_free (item->preview);
  g_free (item->email_id);
  g_strfreev (item->labels);
}

ValijaImapBatch *
valija_imap_batch_ref (ValijaImapBatch *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
valija_imap_batch_unref (ValijaImapBatch *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_array_unref (self->items);
  g_byte_array_unref (self->octets);
  g_clear_pointer (&self->asked, valija_imap_set_free);
  dex_clear (&self->done);
  valija_imap_gate_unref (self->gate);
  g_free (self);
}

/* Whether there was room for it. */
static gboolean
add_item (ValijaImapBatch       *self,
          const ValijaImapFetch *fetch)
{
  g_autoptr(GBytes) header = valija_imap_value_dup_bytes (fetch->header);
  gsize length = 0;
  const guint8 *octets = header != NULL ? g_bytes_get_data (header, &length) : NULL;
  guint64 limit = self->asked != NULL ? valija_imap_set_count (self->asked) : OPEN_RANGE_LIMIT;
  Item item = {
    .uid = fetch->uid,
    .flags = fetch->flags,
    .received = fetch->received,
    .size = fetch->size,
    .header = self->octets->len,
    .header_length = length,
  };

  if (self->items->len >= limit || length > OCTETS_LIMIT - self->octets->len)
    return FALSE;

  item.email_id = g_strdup (fetch->email_id);
  item.labels = valija_imap_label_dup_told (self->style, fetch);
  item.preview = fetch->preview != NULL ? valija_mime_clean_text (fetch->preview, -1) : NULL;
  if (length > 0)
    g_byte_array_append (self->octets, octets, length);
  g_array_append_val (self->items, item);

  return TRUE;
}

/* What has no header is news of flags that nobody asked for; what another batch asked for is for that one. */
static gboolean
respond_cb (ValijaImapResponse *response,
            gpointer            user_data)
{
  ValijaImapBatch *self = user_data;
  ValijaImapFetch fetch;

  if (valija_imap_response_get_tag (response) != NULL)
    {
      self->is_done = TRUE;
      valija_imap_gate_raise (self->gate, 1);
      return TRUE;
    }
  if (!valija_imap_fetch_parse (response, &fetch) || fetch.uid == 0 ||
      valija_imap_value_get_kind (fetch.header) == VALIJA_IMAP_VALUE_NONE)
    return FALSE;
  if (self->asked != NULL && !valija_imap_set_contains (self->asked, fetch.uid))
    return FALSE;

  self->is_over |= !add_item (self, &fetch);
  return TRUE;
}

ValijaImapBatch *
valija_imap_batch_start (ValijaImapLink      *link,
                         ValijaImapGate      *gate,
                         const ValijaImapSet *uids,
                         guint32              first)
{
  g_autoptr(ValijaImapCommand) command = valija_imap_command_new (uids != NULL ? "UID FETCH" : "FETCH");
  ValijaImapBatch *self = g_new0 (ValijaImapBatch, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->style = valija_imap_label_get_style (link);
  self->items = g_array_new (FALSE, FALSE, sizeof (Item));
  g_array_set_clear_func (self->items, clear_item);
  self->octets = g_byte_array_new ();
  self->gate = valija_imap_gate_ref (gate);

  if (uids != NULL)
    {
      guint n_ranges;
      const ValijaImapRange *ranges = valija_imap_set_get_ranges (uids, &n_ranges);

      self->first = n_ranges > 0 ? ranges[0].first : 0;
      self->asked = valija_imap_set_copy (uids);
      valija_imap_command_append_set (command, uids);
    }
  else
    valija_imap_command_append_range (command, first, 0);
  valija_imap_command_open_list (command);
  valija_imap_command_append_atom (command, ITEMS);
  /* Only what it has at hand: making previews would cost the server more than the list costs us */
  if (valija_imap_link_has (link, VALIJA_IMAP_CAPABILITY_PREVIEW))
    valija_imap_command_append_atom (command, "PREVIEW (LAZY)");
  if (valija_imap_link_has (link, VALIJA_IMAP_CAPABILITY_OBJECTID))
    valija_imap_command_append_atom (command, "EMAILID");
  else if (valija_imap_link_has (link, VALIJA_IMAP_CAPABILITY_GMAIL))
    valija_imap_command_append_atom (command, "X-GM-MSGID");
  if (valija_imap_label_get_item (self->style) != NULL)
    valija_imap_command_append_atom (command, valija_imap_label_get_item (self->style));
  valija_imap_command_append_atom (command, HEADERS);
  valija_imap_command_close_list (command);

  self->done = valija_imap_connection_run (valija_imap_link_get_connection (link), command, VALIJA_IMAP_RUN_CONTENT,
                                           respond_cb, NULL, valija_imap_batch_ref (self),
                                           (GDestroyNotify) valija_imap_batch_unref);

  return self;
}

static DexFuture *
check_cb (DexFuture *future,
          gpointer   user_data)
{
  ValijaImapBatch *self = user_data;
  GError *error = NULL;

  if (!self->is_over)
    return NULL;

  valija_error_set (&error, VALIJA_ERROR_LIMIT, _("The server told of more messages than it was asked for."));
  return dex_future_new_for_error (error);
}

DexFuture *
valija_imap_batch_steal_done (ValijaImapBatch *self)
{
  return dex_future_then (g_steal_pointer (&self->done), check_cb, valija_imap_batch_ref (self),
                          (GDestroyNotify) valija_imap_batch_unref);
}

gboolean
valija_imap_batch_is_done (ValijaImapBatch *self)
{
  return self->is_done;
}

guint32
valija_imap_batch_get_first (ValijaImapBatch *self)
{
  return self->first;
}

ValijaImapSet *
valija_imap_batch_dup_uids (ValijaImapBatch *self)
{
  ValijaImapSet *uids = valija_imap_set_new ();

  for (guint i = 0; i < self->items->len; i++)
    {
      guint32 uid = g_array_index (self->items, Item, i).uid;

      valija_imap_set_add (uids, uid, uid);
    }

  return uids;
}

void
valija_imap_batch_digest (ValijaImapBatch *self,
                          GHashTable      *digests)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      const Item *item = &g_array_index (self->items, Item, i);

      valija_imap_digests_add (digests, item->uid, item->flags,
                               valija_imap_label_hash ((const char * const *) item->labels));
    }
}

static ValijaMessageInfo *
make_info (ValijaImapBatch *self,
           Item            *item)
{
  g_autofree char *remote_id = valija_imap_remote_id_format (self->uid_validity, item->uid);
  const char *header = (const char *) self->octets->data + item->header;
  ValijaMessageInfo *info =
      valija_mime_parse_header_block (remote_id, item->header_length > 0 ? header : "", item->header_length);

  info->size = item->size;
  info->flags = valija_imap_flags_to_model (item->flags);
  if (item->received != 0)
    info->received = item->received;
  info->preview = g_steal_pointer (&item->preview);
  info->email_id = g_steal_pointer (&item->email_id);
  info->labels = g_steal_pointer (&item->labels);

  return info;
}

static int
compare_newest_first (gconstpointer a,
                      gconstpointer b)
{
  const Item *one = a;
  const Item *other = b;

  return (one->uid < other->uid) - (one->uid > other->uid);
}

static gpointer
parse_in_thread (gpointer data,
                 GError **error)
{
  ValijaImapBatch *self = data;
  GPtrArray *infos = g_ptr_array_new_full (self->items->len, (GDestroyNotify) valija_message_info_unref);

  g_array_sort (self->items, compare_newest_first);
  for (guint i = 0; i < self->items->len; i++)
    g_ptr_array_add (infos, make_info (self, &g_array_index (self->items, Item, i)));

  return infos;
}

DexFuture *
valija_imap_batch_parse (ValijaImapBatch *self,
                         guint32          uid_validity)
{
  self->uid_validity = uid_validity;

  return valija_future_run_in_thread (G_TYPE_PTR_ARRAY, parse_in_thread, valija_imap_batch_ref (self),
                                      (GDestroyNotify) valija_imap_batch_unref);
}
