/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"

#include <gio/gio.h>
#include <libdex.h>
#include <string.h>

static void
test_travels (void)
{
  g_autoptr(ValijaCertificate) certificate =
    valija_certificate_new ("h", 1, "CN=h", NULL, NULL, 0, 0, "AB", VALIJA_CERTIFICATE_PROBLEM_EXPIRED);
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) copy = NULL;

  valija_error_set_server (&error, VALIJA_ERROR_CERTIFICATE, "NO way", "Refused: %d", 5);
  valija_error_locate (&error, VALIJA_SIDE_INCOMING, VALIJA_STEP_SECURE);
  valija_error_set_certificate (error, certificate);
  copy = g_error_copy (error);
  g_clear_error (&error);

  g_assert_error (copy, VALIJA_ERROR, VALIJA_ERROR_CERTIFICATE);
  g_assert_cmpstr (copy->message, ==, "Refused: 5");
  g_assert_cmpstr (valija_error_get_server_line (copy), ==, "NO way");
  g_assert_cmpint (valija_error_get_side (copy), ==, VALIJA_SIDE_INCOMING);
  g_assert_cmpint (valija_error_get_step (copy), ==, VALIJA_STEP_SECURE);
  g_assert_true (valija_error_get_certificate (copy) == certificate);
}

static void
test_nearest_place_stays (void)
{
  g_autoptr(GError) error = NULL;

  valija_error_set (&error, VALIJA_ERROR_REFUSED, "No.");
  valija_error_locate (&error, VALIJA_SIDE_NONE, VALIJA_STEP_SIGN_IN);
  valija_error_locate (&error, VALIJA_SIDE_OUTGOING, VALIJA_STEP_SYNC);
  valija_error_locate (&error, VALIJA_SIDE_INCOMING, VALIJA_STEP_CLOSE);
  g_assert_cmpint (valija_error_get_side (error), ==, VALIJA_SIDE_OUTGOING);
  g_assert_cmpint (valija_error_get_step (error), ==, VALIJA_STEP_SIGN_IN);
}

static void
test_foreign (void)
{
  const struct
  {
    GQuark domain;
    int code;
    ValijaErrorCode expected;
    gboolean transient;
  } cases[] = {
    { G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, VALIJA_ERROR_RESOLVE, TRUE },
    { G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND, VALIJA_ERROR_RESOLVE, TRUE },
    { G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, VALIJA_ERROR_CONNECT, TRUE },
    { G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE, VALIJA_ERROR_OFFLINE, TRUE },
    { G_IO_ERROR, G_IO_ERROR_TIMED_OUT, VALIJA_ERROR_TIMED_OUT, TRUE },
    { G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, VALIJA_ERROR_DISCONNECTED, TRUE },
    { G_IO_ERROR, G_IO_ERROR_NO_SPACE, VALIJA_ERROR_DISK_FULL, FALSE },
    { G_IO_ERROR, G_IO_ERROR_FAILED, VALIJA_ERROR_FAILED, FALSE },
    { G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, VALIJA_ERROR_CERTIFICATE, FALSE },
    { G_TLS_ERROR, G_TLS_ERROR_HANDSHAKE, VALIJA_ERROR_TLS, FALSE },
    { G_TLS_ERROR, G_TLS_ERROR_EOF, VALIJA_ERROR_DISCONNECTED, TRUE },
    { G_MARKUP_ERROR, G_MARKUP_ERROR_EMPTY, VALIJA_ERROR_FAILED, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = g_error_new_literal (cases[i].domain, cases[i].code, "raw words");

      g_assert_cmpint (valija_error_is_transient (error), ==, cases[i].transient);
      valija_error_locate (&error, VALIJA_SIDE_OUTGOING, VALIJA_STEP_CONNECT);
      g_assert_error (error, VALIJA_ERROR, (int) cases[i].expected);
      g_assert_cmpint (valija_error_is_transient (error), ==, cases[i].transient);
      g_assert_cmpint (valija_error_get_side (error), ==, VALIJA_SIDE_OUTGOING);
      g_assert_cmpuint (strlen (error->message), >, 0);
    }
}

static void
test_cancelled (void)
{
  const struct
  {
    GQuark domain;
    int code;
  } cases[] = {
    { G_IO_ERROR, G_IO_ERROR_CANCELLED },
    { DEX_ERROR, DEX_ERROR_FIBER_CANCELLED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = g_error_new_literal (cases[i].domain, cases[i].code, "x");
      g_autofree char *title = NULL;
      g_autofree char *advice = NULL;

      g_assert_true (valija_error_is_cancelled (error));
      g_assert_false (valija_error_is_transient (error));
      valija_error_locate (&error, VALIJA_SIDE_INCOMING, VALIJA_STEP_SYNC);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (valija_error_get_side (error), ==, VALIJA_SIDE_NONE);
      title = valija_error_dup_title (error);
      advice = valija_error_dup_advice (error);
      g_assert_cmpstr (title, ==, "Cancelled");
      g_assert_cmpstr (advice, ==, "");
      g_assert_cmpstr (valija_error_code_to_nick (error), ==, "cancelled");
    }
}

static void
test_server_line (void)
{
  g_autofree char *flood = g_strnfill (5000, 'x');
  g_autoptr(GError) error = NULL;

  valija_error_set_server (&error, VALIJA_ERROR_REFUSED, "a\r\n\x1b[31mb\xff\u202e", "No.");
  g_assert_cmpstr (valija_error_get_server_line (error), ==, "a[31mb\xef\xbf\xbd");
  g_clear_error (&error);

  valija_error_set_server (&error, VALIJA_ERROR_REFUSED, flood, "No.");
  g_assert_cmpuint (strlen (valija_error_get_server_line (error)), ==, 512);
  g_clear_error (&error);

  valija_error_set_server (&error, VALIJA_ERROR_REFUSED, NULL, "No.");
  g_assert_null (valija_error_get_server_line (error));
  valija_error_set_server (NULL, VALIJA_ERROR_REFUSED, "x", "No.");
  valija_error_set (NULL, VALIJA_ERROR_REFUSED, "No.");
}

static void
test_every_code_has_words (void)
{
  g_autoptr(GHashTable) nicks = g_hash_table_new (g_str_hash, g_str_equal);

  for (int code = VALIJA_ERROR_FAILED; code <= VALIJA_ERROR_INVALID; code++)
    for (ValijaSide side = VALIJA_SIDE_NONE; side <= VALIJA_SIDE_BOTH; side++)
      {
        g_autoptr(GError) error = NULL;
        g_autofree char *title = NULL;
        g_autofree char *advice = NULL;

        valija_error_set (&error, code, "Because.");
        valija_error_locate (&error, side, VALIJA_STEP_NONE);
        title = valija_error_dup_title (error);
        advice = valija_error_dup_advice (error);
        g_assert_cmpuint (strlen (title), >, 5);
        g_assert_false (g_str_has_suffix (title, "."));

        if (code != VALIJA_ERROR_UNSUPPORTED && code != VALIJA_ERROR_NOT_FOUND)
          g_assert_true (g_str_has_suffix (advice, "."));

        g_hash_table_add (nicks, (gpointer) valija_error_code_to_nick (error));
      }

  g_assert_cmpuint (g_hash_table_size (nicks), ==, VALIJA_ERROR_INVALID + 1);
}

/* What is not there is named, and what is to be done depends on where it was. */
static void
test_not_found (void)
{
  const struct
  {
    ValijaStep step;
    const char *advice;
  } cases[] = {
    { VALIJA_STEP_NONE, "" },
    { VALIJA_STEP_STORE, "" },
    { VALIJA_STEP_LIST_FOLDERS, "Check how the address and the user name are written." },
    { VALIJA_STEP_FETCH, "It may have been moved or deleted elsewhere. Check for mail to see what is there now." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *title = NULL;
      g_autofree char *advice = NULL;

      valija_error_set_server (&error, VALIJA_ERROR_NOT_FOUND, "NO", "The message is no longer there.");
      valija_error_locate (&error, VALIJA_SIDE_INCOMING, cases[i].step);
      title = valija_error_dup_title (error);
      advice = valija_error_dup_advice (error);
      g_assert_cmpstr (title, ==, "The message is no longer there");
      g_assert_cmpstr (advice, ==, cases[i].advice);
      g_assert_true (valija_error_says_all_in_title (error));
    }
}

static void
test_wants_password (void)
{
  for (int code = VALIJA_ERROR_FAILED; code <= VALIJA_ERROR_INVALID; code++)
    {
      g_autoptr(GError) error = NULL;

      valija_error_set (&error, code, "Because.");
      g_assert_true (valija_error_wants_password (error) ==
                     (code == VALIJA_ERROR_AUTHENTICATION || code == VALIJA_ERROR_NO_SECRET));
      g_assert_true (valija_error_says_all_in_title (error) == (code == VALIJA_ERROR_NOT_FOUND));
    }
}

static void
test_steps (void)
{
  g_autoptr(GHashTable) nicks = g_hash_table_new (g_str_hash, g_str_equal);

  for (ValijaStep step = VALIJA_STEP_NONE; step <= VALIJA_STEP_STORE; step++)
    {
      g_hash_table_add (nicks, (gpointer) valija_step_to_nick (step));
      g_assert_cmpuint (strlen (valija_step_get_label (step)), >, 0);
    }

  g_assert_cmpuint (g_hash_table_size (nicks), ==, VALIJA_STEP_STORE + 1);
  g_assert_cmpstr (valija_step_to_nick (VALIJA_STEP_SIGN_IN), ==, "sign-in");
  g_assert_cmpstr (valija_side_to_nick (VALIJA_SIDE_OUTGOING), ==, "outgoing");
  g_assert_cmpstr (valija_side_to_nick (VALIJA_SIDE_BOTH), ==, "both");
}

static void
test_words (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) foreign = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "raw words");
  g_autofree char *title = NULL;
  g_autofree char *detail = NULL;
  g_autofree char *foreign_detail = valija_error_dup_detail (foreign);

  valija_error_set_server (&error, VALIJA_ERROR_AUTHENTICATION, "NO [AUTHENTICATIONFAILED]", "It was refused.");
  valija_error_locate (&error, VALIJA_SIDE_INCOMING, VALIJA_STEP_SIGN_IN);
  title = valija_error_dup_title (error);
  detail = valija_error_dup_detail (error);
  g_assert_cmpstr (title, ==, "The incoming server refused the name or password");
  g_assert_cmpstr (detail, ==, "It was refused.\n"
                                "The server said: “NO [AUTHENTICATIONFAILED]”\n"
                                "This happened while signing in.");
  g_assert_cmpstr (valija_error_code_to_nick (error), ==, "authentication");

  g_assert_cmpstr (foreign_detail, ==, "raw words");
  g_assert_cmpstr (valija_error_code_to_nick (foreign), ==, "failed");
  g_assert_null (valija_error_get_certificate (foreign));
  g_assert_null (valija_error_get_server_line (foreign));
}

/* One server that keeps the mail and sends it is neither the incoming nor the outgoing one. */
static void
test_one_server (void)
{
  for (int code = VALIJA_ERROR_FAILED; code <= VALIJA_ERROR_INVALID; code++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *title = NULL;

      valija_error_set (&error, code, "Because.");
      valija_error_locate (&error, VALIJA_SIDE_BOTH, VALIJA_STEP_CONNECT);
      title = valija_error_dup_title (error);
      g_assert_null (strstr (title, "incoming"));
      g_assert_null (strstr (title, "outgoing"));
      if (code == VALIJA_ERROR_CONNECT)
        g_assert_cmpstr (title, ==, "The server cannot be reached");
    }
}

/* Another kind of server at the port is named as what it is, and no library speaks. */
static void
test_other_server (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *title = NULL;
  g_autofree char *advice = NULL;

  valija_error_set (&error, VALIJA_ERROR_PROTOCOL, "The server sends a line that is too long.");
  valija_error_locate (&error, VALIJA_SIDE_INCOMING, VALIJA_STEP_GREETING);
  title = valija_error_dup_title (error);
  advice = valija_error_dup_advice (error);
  g_assert_cmpstr (title, ==, "Something else than the incoming server answers at that port");
  g_assert_nonnull (strstr (advice, "993"));
}

static void
test_reasons (void)
{
  g_autoptr(GError) refused = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "ECONNREFUSED");
  g_autoptr(GError) nameless = g_error_new_literal (G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "NXDOMAIN");
  g_autoptr(GError) full = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOSPC, "ENOSPC");
  g_autoptr(GError) strange = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "errno 4711");

  g_assert_cmpstr (valija_reason_of_error (refused), ==, "the connection was refused");
  g_assert_cmpstr (valija_reason_of_error (nameless), ==, "its name was not found");
  g_assert_cmpstr (valija_reason_of_error (full), ==, "there is no room left on the disk");
  g_assert_cmpstr (valija_reason_of_errno (EDQUOT), ==, "there is no room left on the disk");
  g_assert_cmpstr (valija_reason_of_errno (EACCES), ==, "that is not permitted");
  g_assert_cmpstr (valija_reason_of_errno (ETIMEDOUT), ==, "no answer came in time");
  g_assert_null (strstr (valija_reason_of_error (strange), "4711"));
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/error/travels", test_travels);
  g_test_add_func ("/base/error/nearest-place-stays", test_nearest_place_stays);
  g_test_add_func ("/base/error/foreign", test_foreign);
  g_test_add_func ("/base/error/cancelled", test_cancelled);
  g_test_add_func ("/base/error/server-line", test_server_line);
  g_test_add_func ("/base/error/every-code-has-words", test_every_code_has_words);
  g_test_add_func ("/base/error/not-found", test_not_found);
  g_test_add_func ("/base/error/wants-password", test_wants_password);
  g_test_add_func ("/base/error/steps", test_steps);
  g_test_add_func ("/base/error/words", test_words);
  g_test_add_func ("/base/error/one-server", test_one_server);
  g_test_add_func ("/base/error/other-server", test_other_server);
  g_test_add_func ("/base/error/reasons", test_reasons);

  return g_test_run ();
}
