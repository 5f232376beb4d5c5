/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-server-search.h"

/* What one folder has answered. */
typedef struct
{
  guint n_listed;
  guint64 n_older;
} Part;

struct _ValijaServerSearch
{
  GObject parent_instance;

  GArray *messages;          /* gint64 */
  GHashTable *known;         /* set of gint64: the same */
  GHashTable *parts;         /* ValijaFolder -> Part */
  GPtrArray *problems;
  GError *error;             /* nullable */
  gboolean asking;
  gboolean abandoned;
};

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ValijaServerSearch, valija_server_search, G_TYPE_OBJECT)

static void
valija_server_search_finalize (GObject *object)
{
  ValijaServerSearch *self = VALIJA_SERVER_SEARCH (object);

  g_array_unref (self->messages);
  g_hash_table_unref (self->known);
  g_hash_table_unref (self->parts);
  g_ptr_array_unref (self->problems);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (valija_server_search_parent_class)->finalize (object);
}

static void
valija_server_search_class_init (ValijaServerSearchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = valija_server_search_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
valija_server_search_init (ValijaServerSearch *self)
{
  self->messages = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->known = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->parts = g_hash_table_new_full (NULL, NULL, g_object_unref, g_free);
  self->problems = g_ptr_array_new_with_free_func (g_free);
}

ValijaServerSearch *
valija_server_search_new (void)
{
  return g_object_new (VALIJA_TYPE_SERVER_SEARCH, NULL);
}

GArray *
valija_server_search_get_messages (ValijaServerSearch *self)
{
  g_return_val_if_fail (VALIJA_IS_SERVER_SEARCH (self), NULL);

  return self->messages;
}

guint
valija_server_search_get_n_folders (ValijaServerSearch *self)
{
  g_return_val_if_fail (VALIJA_IS_SERVER_SEARCH (self), 0);

  return g_hash_table_size (self->parts);
}

guint64
valija_server_search_get_n_older (ValijaServerSearch *self)
{
  GHashTableIter iter;
  gpointer part;
  guint64 n_older = 0;

  g_return_val_if_fail (VALIJA_IS_SERVER_SEARCH (self), 0);

  g_hash_table_iter_init (&iter, self->parts);
  while (g_hash_table_iter_next (&iter, NULL, &part))
    n_older += ((Part *) part)->n_older;

  return n_older;
}

GPtrArray *
valija_server_search_get_problems (ValijaServerSearch *self)
{
  g_return_val_if_fail (VALIJA_IS_SERVER_SEARCH (self), NULL);

  return self->problems;
}

gboolean
valija_server_search_get_asking (ValijaServerSearch *self)
{
  g_return_val_if_fail (VALIJA_IS_SERVER_SEARCH (self), FALSE);

  return self->asking;
}

const GError *
valija_server_search_get_error (ValijaServerSearch *self)
{
  g_return_val_if_fail (VALIJA_IS_SERVER_SEARCH (self), NULL);

  return self->error;
}

void
valija_server_search_abandon (ValijaServerSearch *self)
{
  g_return_if_fail (VALIJA_IS_SERVER_SEARCH (self));

  self->abandoned = TRUE;
}

/* What went wrong the last time may go well now. */
void
valija_server_search_begin (ValijaServerSearch *self)
{
  g_return_if_fail (VALIJA_IS_SERVER_SEARCH (self));
  g_return_if_fail (!self->asking);

  self->asking = TRUE;
  g_clear_error (&self->error);
  g_ptr_array_set_size (self->problems, 0);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
valija_server_search_end (ValijaServerSearch *self,
                          const GError       *error)
{
  g_return_if_fail (VALIJA_IS_SERVER_SEARCH (self));

  self->asking = FALSE;
  self->error = error != NULL ? g_error_copy (error) : NULL;
  g_signal_emit (self, signals[CHANGED], 0);
}

gboolean
valija_server_search_is_abandoned (ValijaServerSearch *self)
{
  g_return_val_if_fail (VALIJA_IS_SERVER_SEARCH (self), TRUE);

  return self->abandoned;
}

gboolean
valija_server_search_wants (ValijaServerSearch *self,
                            ValijaFolder       *folder)
{
  const Part *part;

  g_return_val_if_fail (VALIJA_IS_SERVER_SEARCH (self), FALSE);

  part = g_hash_table_lookup (self->parts, folder);

  return part == NULL || part->n_older > 0;
}

guint
valija_server_search_get_n_listed (ValijaServerSearch *self,
                                   ValijaFolder       *folder)
{
  const Part *part;

  g_return_val_if_fail (VALIJA_IS_SERVER_SEARCH (self), 0);

  part = g_hash_table_lookup (self->parts, folder);

  return part != NULL ? part->n_listed : 0;
}

void
valija_server_search_take (ValijaServerSearch *self,
                           ValijaFolder       *folder,
                           GArray             *messages,
                           guint               n_listed,
                           guint64             n_older)
{
  Part *part;

  g_return_if_fail (VALIJA_IS_SERVER_SEARCH (self));
  g_return_if_fail (VALIJA_IS_FOLDER (folder));
  g_return_if_fail (messages != NULL && g_array_get_element_size (messages) == sizeof (gint64));

  part = g_new0 (Part, 1);
  part->n_listed = n_listed;
  part->n_older = n_older;
  g_hash_table_replace (self->parts, g_object_ref (folder), part);

  for (guint i = 0; i < messages->len; i++)
    {
      gint64 id = g_array_index (messages, gint64, i);

      if (g_hash_table_add (self->known, g_memdup2 (&id, sizeof id)))
        g_array_append_val (self->messages, id);
    }

  g_signal_emit (self, signals[CHANGED], 0);
}

void
valija_server_search_add_problem (ValijaServerSearch *self,
                                  const char         *problem)
{
  g_return_if_fail (VALIJA_IS_SERVER_SEARCH (self));
  g_return_if_fail (problem != NULL);

  g_ptr_array_add (self->problems, g_strdup (problem));
  g_signal_emit (self, signals[CHANGED], 0);
}
