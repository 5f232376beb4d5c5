/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-account-files.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/valija-error.h"
#include "base/valija-future.h"

#define MAX_FILES 1000
#define MAX_FILE_SIZE (64 * 1024)
#define SUFFIX ".account"
#define RETIRED_SUFFIX ".removed"

typedef struct
{
  char *path;
  char *contents;
} Save;

typedef struct
{
  char *directory;
  const char *suffix;
} Load;

static void
load_free (Load *load)
{
  g_free (load->directory);
  g_free (load);
}

static void
save_free (Save *save)
{
  g_free (save->path);
  g_free (save->contents);
  g_free (save);
}

void
valija_account_file_free (ValijaAccountFile *self)
{
  g_free (self->name);
  g_clear_object (&self->account);
  g_clear_error (&self->error);
  g_free (self);
}

static char *
dup_account_path (GFile *directory, ValijaAccount *account, const char *suffix)
{
  g_autofree char *name = g_strconcat (valija_account_get_id (account), suffix, NULL);

  return g_build_filename (g_file_peek_path (directory), name, NULL);
}

static ValijaAccount *
read_account (const char *path, const char *name, const char *suffix, GError **error)
{
  g_autoptr(GKeyFile) key_file = g_key_file_new ();
  g_autoptr(ValijaAccount) account = NULL;
  g_autofree char *expected = NULL;
  GStatBuf info;

  if (g_stat (path, &info) == 0 && info.st_size > MAX_FILE_SIZE)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, _("The file is too large for an account."));
      return NULL;
    }

  if (!g_key_file_load_from_file (key_file, path, G_KEY_FILE_NONE, error) ||
      !(account = valija_account_from_key_file (key_file, error)))
    return NULL;

  /* The name of the file and the id inside must agree, or saving would make a second file. */
  expected = g_strconcat (valija_account_get_id (account), suffix, NULL);
  if (!g_str_equal (name, expected))
    {
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("The id inside the file is not the one in its name."));
      return NULL;
    }

  return g_steal_pointer (&account);
}

static int
compare_files (gconstpointer a, gconstpointer b)
{
  const ValijaAccountFile *first = *(ValijaAccountFile *const *) a;
  const ValijaAccountFile *second = *(ValijaAccountFile *const *) b;

  if (first->account == NULL || second->account == NULL)
    return g_strcmp0 (first->name, second->name);

  return g_utf8_collate (valija_account_get_name (first->account),
                         valija_account_get_name (second->account));
}

static gpointer
load_in_thread (gpointer user_data, GError **error)
{
  const Load *load = user_data;
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_account_file_free);
  g_autoptr(GDir) directory = NULL;
  g_autoptr(GError) open_error = NULL;
  const char *name;

  if (!(directory = g_dir_open (load->directory, 0, &open_error)))
    {
      if (g_error_matches (open_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return g_steal_pointer (&files);

      g_propagate_error (error, g_steal_pointer (&open_error));
      return NULL;
    }

  while (files->len < MAX_FILES && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *file = NULL;
      ValijaAccountFile *entry;

      if (name[0] == '.' || !g_str_has_suffix (name, load->suffix))
        continue;

      file = g_build_filename (load->directory, name, NULL);
      entry = g_new0 (ValijaAccountFile, 1);
      entry->name = g_strdup (name);
      entry->account = read_account (file, name, load->suffix, &entry->error);
      g_ptr_array_add (files, entry);
    }

  g_ptr_array_sort (files, compare_files);
  return g_steal_pointer (&files);
}

static void
set_file_error (GError **error, const char *path, int saved_errno)
{
  valija_error_set (error,
                    saved_errno == ENOSPC || saved_errno == EDQUOT ? VALIJA_ERROR_DISK_FULL
                                                                   : VALIJA_ERROR_STORAGE,
                    /* Translators: the name of a file, and why */
                    _("“%s” cannot be written: %s."), path, valija_reason_of_errno (saved_errno));
}

/* Both of the following resolve to an empty GBytes, because a thread's result is boxed. */

static gpointer
save_in_thread (gpointer user_data, GError **error)
{
  Save *save = user_data;
  g_autofree char *directory = g_path_get_dirname (save->path);
  g_autoptr(GError) write_error = NULL;

  if (g_mkdir_with_parents (directory, 0700) != 0)
    {
      set_file_error (error, directory, errno);
      return NULL;
    }

  if (!g_file_set_contents_full (save->path, save->contents, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                 0600, &write_error))
    {
      valija_error_set (error,
                        g_error_matches (write_error, G_FILE_ERROR, G_FILE_ERROR_NOSPC)
                          ? VALIJA_ERROR_DISK_FULL : VALIJA_ERROR_STORAGE,
                        _("The account's settings cannot be written: %s."),
                        valija_reason_of_error (write_error));
      return NULL;
    }

  return g_bytes_new (NULL, 0);
}

static gpointer
remove_in_thread (gpointer user_data, GError **error)
{
  const char *path = user_data;

  if (g_unlink (path) != 0 && errno != ENOENT)
    {
      set_file_error (error, path, errno);
      return NULL;
    }

  return g_bytes_new (NULL, 0);
}

static DexFuture *
done_cb (DexFuture *future, gpointer user_data)
{
  return dex_future_new_true ();
}

static DexFuture *
load (GFile *directory, const char *suffix)
{
  Load *args = g_new0 (Load, 1);

  args->directory = g_strdup (g_file_peek_path (directory));
  args->suffix = suffix;

  return valija_future_run_in_thread (G_TYPE_PTR_ARRAY, load_in_thread, args, (GDestroyNotify) load_free);
}

DexFuture *
valija_account_files_load (GFile *directory)
{
  g_return_val_if_fail (G_IS_FILE (directory), NULL);

  return load (directory, SUFFIX);
}

DexFuture *
valija_account_files_load_retired (GFile *directory)
{
  g_return_val_if_fail (G_IS_FILE (directory), NULL);

  return load (directory, RETIRED_SUFFIX);
}

DexFuture *
valija_account_files_save (GFile *directory, ValijaAccount *account)
{
  g_autoptr(GKeyFile) key_file = NULL;
  Save *save;

  g_return_val_if_fail (G_IS_FILE (directory), NULL);
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (account), NULL);

  key_file = valija_account_to_key_file (account);
  save = g_new0 (Save, 1);
  save->path = dup_account_path (directory, account, SUFFIX);
  save->contents = g_key_file_to_data (key_file, NULL, NULL);

  return dex_future_then (valija_future_run_in_thread (G_TYPE_BYTES, save_in_thread, save,
                                                       (GDestroyNotify) save_free),
                          done_cb, NULL, NULL);
}

static gpointer
retire_in_thread (gpointer user_data, GError **error)
{
  const char *path = user_data;
  g_autofree char *id = g_strndup (path, strlen (path) - strlen (SUFFIX));
  g_autofree char *retired = g_strconcat (id, RETIRED_SUFFIX, NULL);

  if (g_rename (path, retired) != 0 && errno != ENOENT)
    {
      set_file_error (error, path, errno);
      return NULL;
    }

  return g_bytes_new (NULL, 0);
}

static DexFuture *
run (ValijaThreadFunc func, GFile *directory, ValijaAccount *account, const char *suffix)
{
  return dex_future_then (valija_future_run_in_thread (G_TYPE_BYTES, func,
                                                       dup_account_path (directory, account, suffix), g_free),
                          done_cb, NULL, NULL);
}

DexFuture *
valija_account_files_remove (GFile *directory, ValijaAccount *account)
{
  g_return_val_if_fail (G_IS_FILE (directory), NULL);
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (account), NULL);

  return run (remove_in_thread, directory, account, SUFFIX);
}

DexFuture *
valija_account_files_retire (GFile *directory, ValijaAccount *account)
{
  g_return_val_if_fail (G_IS_FILE (directory), NULL);
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (account), NULL);

  return run (retire_in_thread, directory, account, SUFFIX);
}

DexFuture *
valija_account_files_forget_retired (GFile *directory, ValijaAccount *account)
{
  g_return_val_if_fail (G_IS_FILE (directory), NULL);
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (account), NULL);

  return run (remove_in_thread, directory, account, RETIRED_SUFFIX);
}
