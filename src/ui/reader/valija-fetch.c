/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ui/reader/valija-fetch.h"

#include <glib/gi18n-lib.h>

#define TABLE "valija-fetches" /* on the engine: gint64 * of a message -> Fetch, as long as it is under way */

typedef struct
{
  ValijaEngine *engine;
  gint64 id;
  ValijaProgress *progress;
  DexFuture *source;
  DexFuture *outline;
} Fetch;

static void
fetch_free (gpointer data)
{
  Fetch *fetch = data;

  g_clear_object (&fetch->engine);
  g_clear_object (&fetch->progress);
  dex_clear (&fetch->source);
  dex_clear (&fetch->outline);
  g_free (fetch);
}

static GHashTable *
get_table (ValijaEngine *engine)
{
  GHashTable *table = g_object_get_data (G_OBJECT (engine), TABLE);

  if (table == NULL)
    {
      table = g_hash_table_new (g_int64_hash, g_int64_equal);
      g_object_set_data_full (G_OBJECT (engine), TABLE, table, (GDestroyNotify) g_hash_table_unref);
    }

  return table;
}

static DexFuture *
settled_cb (DexFuture *future,
            gpointer   data)
{
  Fetch *fetch = data;
  GHashTable *table = get_table (fetch->engine);

  /* Unless it was cancelled, and begun anew since */
  if (g_hash_table_lookup (table, &fetch->id) == fetch)
    g_hash_table_remove (table, &fetch->id);

  return NULL;
}

static Fetch *
begin (ValijaEngine  *engine,
       ValijaMessage *message)
{
  Fetch *fetch = g_new0 (Fetch, 1);

  fetch->engine = g_object_ref (engine);
  fetch->id = valija_message_get_id (message);
  fetch->progress = valija_progress_new_octets (_("Fetching a message"));
  fetch->source = valija_engine_load_source (engine, message, fetch->progress, &fetch->outline);

  return fetch;
}

DexFuture *
valija_fetch_source (ValijaEngine    *engine,
                     ValijaMessage   *message,
                     ValijaProgress **progress,
                     DexFuture      **outline)
{
  gint64 id = valija_message_get_id (message);
  GHashTable *table = get_table (engine);
  Fetch *fetch = g_hash_table_lookup (table, &id);
  DexFuture *source;

  if (fetch != NULL && !g_cancellable_is_cancelled (valija_progress_get_cancellable (fetch->progress)))
    {
      *progress = g_object_ref (fetch->progress);
      *outline = dex_ref (fetch->outline);

      return dex_ref (fetch->source);
    }

  fetch = begin (engine, message);
  *progress = g_object_ref (fetch->progress);
  *outline = dex_ref (fetch->outline);
  source = dex_ref (fetch->source);
  g_hash_table_replace (table, &fetch->id, fetch);
  /* Disowned: it goes on when nobody looks at it any more, and takes itself from the table. */
  dex_future_disown (dex_future_finally (dex_ref (fetch->source), settled_cb, fetch, fetch_free));

  return source;
}
