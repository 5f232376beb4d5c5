/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "auth/valija-keyring-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <libsecret/secret.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/valija-credentials-private.h"
#include "base/valija-error.h"
#include "base/valija-secret.h"

#define KEY_SIZE 32
#define MAX_KEY 4096
#define PASSWORD_VARIABLE "SECRET_FILE_TEST_PASSWORD"
#define RIGHTS_OF_OTHERS (S_IRWXG | S_IRWXO)

static gboolean
set_file_error (GError **error, const char *path)
{
  /* Translators: the name of a file, and why */
  valija_error_set (error, VALIJA_ERROR_KEYRING, _("The key “%s” cannot be used: %s."), path,
                    valija_reason_of_errno (errno));
  return FALSE;
}

static gboolean
write_key (int file)
{
  guint8 bytes[KEY_SIZE];
  g_autofree char *text = NULL;
  gboolean written;
  gsize length;

  if (getrandom (bytes, sizeof bytes, 0) != (gssize) sizeof bytes)
    return FALSE;

  text = g_base64_encode (bytes, sizeof bytes);
  length = strlen (text);
  written = write (file, text, length) == (gssize) length && fsync (file) == 0;
  valija_wipe (bytes, sizeof bytes);
  valija_wipe (text, length);

  return written;
}

/* A key that nobody knows, unless there is one. */
static gboolean
make_key (const char *path, gboolean *made, GError **error)
{
  g_autofd int file = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (file < 0)
    return errno == EEXIST || set_file_error (error, path);

  if (!write_key (file))
    {
      set_file_error (error, path);
      g_unlink (path);
      return FALSE;
    }

  *made = TRUE;
  return TRUE;
}

/* The key as libsecret takes it. (transfer full) (nullable) */
static char *
load_key (const char *path, GError **error)
{
  char text[MAX_KEY];
  g_autofree char *key = NULL;
  g_autofd int file = open (path, O_RDONLY | O_CLOEXEC);
  struct stat info;
  gssize length;

  if (file < 0 || fstat (file, &info) != 0)
    {
      set_file_error (error, path);
      return NULL;
    }

  if ((info.st_mode & RIGHTS_OF_OTHERS) != 0)
    {
      valija_error_set (error, VALIJA_ERROR_KEYRING, _("Others may use the key “%s”. Type “chmod 600” and its name."),
                        path);
      return NULL;
    }

  if ((length = read (file, text, sizeof text)) < 0)
    {
      set_file_error (error, path);
      return NULL;
    }

  while (length > 0 && g_ascii_isspace (text[length - 1]))
    length--;
  if (length > 0)
    key = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text, (gsize) length);
  else
    valija_error_set (error, VALIJA_ERROR_KEYRING, _("There is nothing in the key “%s”."), path);

  valija_wipe (text, sizeof text);
  return g_steal_pointer (&key);
}

gboolean
valija_keyring_file_use (const char *key_path, const char *directory, gboolean *made, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (directory, NULL);
  g_autofree char *keyring = g_build_filename (absolute, "keyring", NULL);
  g_autofree char *key = NULL;

  *made = FALSE;
  if (g_mkdir_with_parents (absolute, 0700) != 0)
    {
      valija_error_set (error, VALIJA_ERROR_STORAGE, _("The folder “%s” cannot be made: %s."), absolute,
                        valija_reason_of_errno (errno));
      return FALSE;
    }

  if (!make_key (key_path, made, error) || !(key = load_key (key_path, error)))
    return FALSE;

  /* The only way to libsecret's file. Set in here it is in no list of processes. */
  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", keyring, TRUE);
  g_setenv (PASSWORD_VARIABLE, key, TRUE);
  valija_wipe (key, strlen (key));
  return TRUE;
}

/* libsecret reads its environment when it is first asked for anything, and then has its file open. */
gboolean
valija_keyring_file_open (GError **error)
{
  static const SecretSchema schema = {
    "org.valija.Valija.None",
    SECRET_SCHEMA_NONE,
    { { "account", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
  };
  g_autoptr(GError) cause = NULL;
  g_autofree char *nothing = secret_password_lookup_sync (&schema, NULL, &cause, "account", "", NULL);

  g_unsetenv ("SECRET_BACKEND");
  g_unsetenv ("SECRET_FILE_TEST_PATH");
  g_unsetenv (PASSWORD_VARIABLE);
  if (cause == NULL)
    return TRUE;

  g_propagate_error (error, valija_credentials_explain (g_steal_pointer (&cause)));
  return FALSE;
}
