/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-promise.h"
#include "cli/valija-cli.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

/* A line longer than this is no password. */
#define MAX_SECRET 4096

/* What comes on standard input, which may be a person who thinks, or thinks better of it. */

static gboolean
readable_cb (int fd, GIOCondition condition, gpointer promise)
{
  valija_promise_resolve_boolean (promise, TRUE);
  return G_SOURCE_REMOVE;
}

/* Until there is something to read, or the end of it. */
static gboolean
wait_fiber (ValijaCli *cli, GError **error)
{
  g_autoptr(DexPromise) ready = dex_promise_new ();
  g_autoptr(GSource) source = g_unix_fd_source_new (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR | G_IO_NVAL);
  gboolean waited;

  g_source_set_callback (source, G_SOURCE_FUNC (readable_cb), dex_ref (ready), dex_unref);
  g_source_attach (source, NULL);
  waited = dex_await (dex_future_first (dex_ref (DEX_FUTURE (ready)), dex_ref (cli->stop), NULL), error);
  g_source_destroy (source);
  return waited;
}

/* Unbuffered, byte by byte: no copy of the password stays in a buffer of stdio. *@secret is NULL for an empty line. */
static gboolean
read_line_fiber (ValijaCli *cli, ValijaSecret **secret, GError **error)
{
  g_autofree char *line = g_malloc0 (MAX_SECRET + 1);
  gboolean waited = FALSE;
  gboolean too_long;
  gsize length = 0;

  while (length <= MAX_SECRET && (waited = wait_fiber (cli, error)) && read (STDIN_FILENO, line + length, 1) == 1 &&
         line[length] != '\n')
    length++;

  /* Its first part would be taken for the password, and the rest for the one of the other server. */
  too_long = length > MAX_SECRET;
  if (length > 0 && line[length - 1] == '\r')
    length--;
  if (waited && !too_long && length > 0)
    *secret = valija_secret_new (line, (gssize) length);

  valija_wipe (line, MAX_SECRET + 1);
  if (too_long)
    return valija_cli_set_usage (error, _("The line on standard input is too long for a password."));
  return waited;
}

/* Who types is asked, and what is typed is not shown. */
static gboolean
read_secret_fiber (ValijaCli *cli, const char *question, ValijaSecret **secret, GError **error)
{
  struct termios before;
  struct termios silent;
  gboolean done;

  if (tcgetattr (STDIN_FILENO, &before) != 0)
    return read_line_fiber (cli, secret, error);

  silent = before;
  silent.c_lflag &= ~(tcflag_t) ECHO;
  silent.c_lflag |= ECHONL;
  tcsetattr (STDIN_FILENO, TCSADRAIN, &silent);
  fprintf (stderr, "%s ", question);

  done = read_line_fiber (cli, secret, error);

  tcsetattr (STDIN_FILENO, TCSADRAIN, &before);
  if (!done)
    fputc ('\n', stderr);
  return done;
}

gboolean
valija_cli_read_secrets_fiber (ValijaCli      *cli,
                               ValijaAccount  *account,
                               ValijaSecret  **incoming,
                               ValijaSecret  **outgoing,
                               GError        **error)
{
  gboolean reads = valija_account_has_side (account, VALIJA_SIDE_INCOMING);
  gboolean sends = valija_account_has_side (account, VALIJA_SIDE_OUTGOING);
  g_autoptr(ValijaSecret) first = NULL;
  g_autoptr(ValijaSecret) second = NULL;

  if (!read_secret_fiber (cli, _("Password:"), &first, error))
    return FALSE;
  if (first == NULL)
    return valija_cli_set_usage (error, _("No password came on standard input."));
  if (reads && sends &&
      !read_secret_fiber (cli, _("Password of the outgoing server, if it has another:"), &second, error))
    return FALSE;

  if (reads)
    *incoming = valija_secret_ref (first);
  if (sends)
    *outgoing = valija_secret_ref (second != NULL ? second : first);
  return TRUE;
}
