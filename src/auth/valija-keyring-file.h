/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Has passwords kept in the file "keyring" of @directory instead of in the desktop's keyring, encrypted with what is in
 * the file @key_path, which is made when it is not there; @made says so. Before any thread is begun. What encrypts, and
 * where the file is, is then in the environment of this process, until valija_keyring_file_open().
 * VALIJA_ERROR_KEYRING, _STORAGE */
gboolean valija_keyring_file_use  (const char *key_path, const char *directory, gboolean *made, GError **error);

/* Opens the file, which takes a moment, and takes all of it out of the environment: for a program that starts others,
 * which would keep their own secrets in this file. Right after valija_keyring_file_use(). VALIJA_ERROR_KEYRING */
gboolean valija_keyring_file_open (GError **error);

G_END_DECLS
