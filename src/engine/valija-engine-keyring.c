/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "engine/valija-engine.h"

#include "auth/valija-keyring-file.h"

gboolean
valija_engine_use_keyring_file (const char *key_path, const char *profile, gboolean *made, GError **error)
{
  g_autofree char *directory = profile != NULL ? g_strdup (profile)
                                               : g_build_filename (g_get_user_data_dir (), "valija", NULL);

  return valija_keyring_file_use (key_path, directory, made, error);
}

gboolean
valija_engine_open_keyring_file (GError **error)
{
  return valija_keyring_file_open (error);
}
