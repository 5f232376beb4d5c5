/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine-private.h"

#include <glib/gi18n-lib.h>

#include "sessions/valija-mail-directory.h"

/* What a server knows of the people of its organization. */

typedef struct
{
  ValijaEngine *engine;
  ValijaAccountRuntime *runtime;
  char *text;
  guint limit;
} Search;

static void
search_free (Search *search)
{
  g_clear_object (&search->engine);
  g_clear_object (&search->runtime);
  g_free (search->text);
  g_free (search);
}

static DexFuture *
search_fiber (gpointer data)
{
  Search *search = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaMailReader) reader = valija_account_runtime_dup_reader (search->runtime, &error);
  g_autoptr(GPtrArray) people = NULL;
  DexFuture *finding;

  if (reader == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (!VALIJA_IS_MAIL_DIRECTORY (reader))
    {
      valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED,
                        _("The server of this account has no directory of people. Those in your mail are found "
                          "without one."));
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  finding = valija_mail_directory_find_people (VALIJA_MAIL_DIRECTORY (reader), search->text, search->limit);
  if (!(people = dex_await_boxed (valija_engine_race (search->engine, finding, NULL), &error)))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return valija_future_new_take_ptr_array (g_steal_pointer (&people));
}

DexFuture *
valija_engine_search_directory (ValijaEngine *self, ValijaAccount *account, const char *text, guint limit)
{
  ValijaAccountRuntime *runtime;
  Search *search;

  dex_return_error_if_fail (VALIJA_IS_ENGINE (self));
  dex_return_error_if_fail (text != NULL);

  if (!(runtime = valija_engine_find_runtime (self, account)))
    return valija_engine_reject_unknown_account ();

  search = g_new0 (Search, 1);
  search->engine = g_object_ref (self);
  search->runtime = g_object_ref (runtime);
  search->text = g_strdup (text);
  search->limit = limit;
  return valija_engine_spawn (self, VALIJA_FLOW_CALLERS, "search a directory", search_fiber, search,
                              (GDestroyNotify) search_free);
}
