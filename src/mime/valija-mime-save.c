/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-mime-message-private.h"

#include "base/valija-error.h"
#include "mime/valija-mime-content.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

/* Numbers tried after a name that is taken. */
#define SAVE_ATTEMPTS 1000

static int
get_write_error (int code)
{
  return code == ENOSPC || code == EDQUOT ? VALIJA_ERROR_DISK_FULL : VALIJA_ERROR_STORAGE;
}

static gboolean
file_sink (const char  *bytes,
           gsize        length,
           gpointer     user_data,
           GError     **error)
{
  const int *fd = user_data;

  while (length > 0)
    {
      gssize written = write (*fd, bytes, length);
      int code = errno;

      if (written < 0 && code == EINTR)
        continue;
      if (written < 0)
        {
          valija_error_set (error, get_write_error (code),
                            _("The attachment could not be written: %s."), valija_reason_of_errno (code));
          return FALSE;
        }
      bytes += written;
      length -= written;
    }

  return TRUE;
}

/* "name.tar.gz", 2 → "name.tar (2).gz" */
static char *
dup_numbered (const char *name,
              int         number)
{
  const char *dot = strrchr (name, '.');
  gsize stem = dot != NULL && dot > name ? (gsize) (dot - name) : strlen (name);

  return number == 1 ? g_strdup (name)
                     : g_strdup_printf ("%.*s (%d)%s", (int)stem, name, number, name + stem);
}

/* A new file in @directory, opened for writing; its name in *@name. -1 with errno. O_EXCL also
 * refuses a link that waits there. */
static int
create_file (int          directory,
             const char  *safe_name,
             char       **name)
{
  for (int number = 1; number <= SAVE_ATTEMPTS; number++)
    {
      g_autofree char *candidate = dup_numbered (safe_name, number);
      int fd = openat (directory, candidate, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                       0600);

      if (fd >= 0)
        {
          *name = g_steal_pointer (&candidate);
          return fd;
        }
      if (errno != EEXIST)
        return -1;
    }

  return -1;
}

GFile *
valija_mime_message_save_part (ValijaMimeMessage     *self,
                               const ValijaMimePart  *part,
                               GFile                 *directory,
                               GError               **error)
{
  const ValijaMimeNode *node = (const ValijaMimeNode *) part;
  const char *path;
  g_autofree char *name = NULL;
  int fd;
  gboolean written;
  int directory_fd;

  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (self), NULL);
  g_return_val_if_fail (part != NULL, NULL);
  g_return_val_if_fail (G_IS_FILE (directory), NULL);

  path = g_file_peek_path (directory);
  if (path == NULL || part->safe_name == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("Choose a folder on this computer to save the attachment in."));
      return NULL;
    }

  directory_fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  fd = directory_fd >= 0 ? create_file (directory_fd, part->safe_name, &name) : -1;
  if (fd < 0)
    {
      int code = errno;

      valija_error_set (error, get_write_error (code),
                        _("The attachment could not be saved in “%s”: %s."), path,
                        valija_reason_of_errno (code));
      if (directory_fd >= 0)
        close (directory_fd);
      return NULL;
    }

  written = valija_mime_content_decode (node, valija_mime_message_peek_source (self, NULL), file_sink, &fd, error);
  if (close (fd) != 0 && written)
    {
      written = FALSE;
      valija_error_set (error, VALIJA_ERROR_STORAGE, _("The attachment could not be written: %s."),
                        valija_reason_of_errno (errno));
    }
  if (!written)
    unlinkat (directory_fd, name, 0);
  close (directory_fd);

  return written ? g_file_get_child (directory, name) : NULL;
}
