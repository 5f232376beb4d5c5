/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "imap-fixture.h"

#include "base/valija-error.h"
#include "mime/valija-mime-message.h"

#define SELECT7 "C: V4 SELECT INBOX\nS: * 3 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT 6] x\nS: V4 OK x\n"
#define ASK     "C: V5 UID FETCH 5 (UID BODYSTRUCTURE BODY.PEEK[HEADER]<0.262144>)\n"

#define STRUCTURE                                                                                                      \
  "((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"base64\" 12 1)"                                              \
  "(\"image\" \"jpeg\" NIL NIL NIL \"base64\" 7800000 NIL (\"attachment\" (\"filename*\" \"utf-8''caf%C3%A9.jpg\")))"  \
  "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 9000 (NIL \"inner\" NIL NIL NIL NIL NIL NIL NIL NIL) "                 \
  "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 2 1) 20) \"mixed\")"

/* UID, structure and the 21 octets of a header */
#define TOLD "S: * 3 FETCH (UID 5 BODYSTRUCTURE " STRUCTURE " BODY[HEADER]<0> {21}\nS: Subject: Pictures\nS: \nS: )\n"

static void
assert_outline (DexFuture *future)
{
  g_autoptr(GBytes) source = imap_assert_boxed (future);
  g_autoptr(ValijaMimeMessage) message = valija_mime_message_parse_outline (source);
  GPtrArray *attachments = valija_mime_message_get_attachments (message);
  const ValijaMimePart *picture;
  const ValijaMimePart *inner;

  g_assert_cmpstr (valija_mime_message_get_info (message)->subject, ==, "Pictures");
  g_assert_cmpstr (valija_mime_message_get_text (message), ==, "caf\303\251");
  g_assert_null (valija_mime_message_get_html (message));
  g_assert_cmpuint (attachments->len, ==, 2);
  picture = g_ptr_array_index (attachments, 0);
  g_assert_cmpstr (picture->name, ==, "caf\303\251.jpg");
  g_assert_cmpuint (picture->size, ==, 5700000);
  g_assert_true (picture->absent);
  inner = g_ptr_array_index (attachments, 1);
  g_assert_cmpstr (inner->type, ==, "message/rfc822");
  g_assert_cmpuint (inner->size, ==, 9000);
  g_assert_true (inner->absent);
}

static DexFuture *
fetch_outline (ValijaSession *session)
{
  return valija_mail_reader_fetch_outline (VALIJA_MAIL_READER (session), "INBOX", "7.5");
}

/* Header and structure, then the text: two turns. */
static void
test_outline (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");

  valija_script_server_add (server, OPENING ("") LISTING COUNTING SELECT7 ASK "S: * 2 FETCH (FLAGS (\\Seen))\n" TOLD
                            "S: V5 OK x\n"
                            "C: V6 UID FETCH 5 (UID BODY.PEEK[1]<0.262144>)\n"
                            "S: * 3 FETCH (BODY[1]<0> \"Y2Fmw6k=\" UID 5)\nS: V6 OK x\n" GOODBYE ("V7"));
  imap_assert_listed (session);
  assert_outline (fetch_outline (session));
  imap_close (session);
}

/* The server undoes the transfer encoding where it can; where it then cannot, it is asked for what there is. */
static void
test_binary (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");

  valija_script_server_add (server, OPENING ("BINARY") LISTING COUNTING SELECT7 ASK TOLD "S: V5 OK x\n"
                            "C: V6 UID FETCH 5 (UID BINARY.PEEK[1]<0.262144>)\n"
                            "S: * 3 FETCH (UID 5 BINARY[1]<0> ~{5}\nS+ caf\303\251\nS: )\nS: V6 OK x\n"
                            "C: V7 UID FETCH 5 (UID BODYSTRUCTURE BODY.PEEK[HEADER]<0.262144>)\n"
                            TOLD "S: V7 OK x\n"
                            "C: V8 UID FETCH 5 (UID BINARY.PEEK[1]<0.262144>)\n"
                            "S: V8 NO [UNKNOWN-CTE] x-odd\n"
                            "C: V9 UID FETCH 5 (UID BODY.PEEK[1]<0.262144>)\n"
                            "S: * 3 FETCH (UID 5 BODY[1]<0> \"Y2Fmw6k=\")\nS: V9 OK x\n" GOODBYE ("V10"));
  imap_assert_listed (session);
  assert_outline (fetch_outline (session));
  assert_outline (fetch_outline (session));
  imap_close (session);
}

static void
assert_whole (ValijaSession *session)
{
  g_autoptr(ValijaFetched) fetched =
    imap_assert_boxed (valija_mail_reader_fetch_message (VALIJA_MAIL_READER (session), "INBOX", "7.5", NULL));

  g_assert_cmpuint (g_bytes_get_size (fetched->source), ==, 5);
}

/* No structure, none with a text in it, a message that is gone: nothing comes of it, and the message can be fetched as
 * ever, also after what is no IMAP at all. */
static void
test_no_outline (void)
{
  static const char * const answers[] = {
    "S: * 3 FETCH (UID 5 BODYSTRUCTURE NIL BODY[HEADER]<0> \"\")\n",
    "S: * 3 FETCH (UID 5 BODYSTRUCTURE (\"application\" \"pdf\" NIL NIL NIL \"base64\" 99) BODY[HEADER]<0> \"a: b\")\n",
    "S: * 3 FETCH (UID 5 BODYSTRUCTURE " STRUCTURE " BODY[HEADER]<0> NIL)\n",
    "",
  };
  const char *whole = "C: V6 UID FETCH 5 (UID BODY.PEEK[])\n"
                      "S: * 3 FETCH (UID 5 BODY[] {5}\nS+ hello\nS: )\nS: V6 OK x\n";

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
      ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");
      g_autofree char *script = g_strconcat (OPENING ("") LISTING COUNTING SELECT7 ASK, answers[i], "S: V5 OK x\n",
                                             whole, GOODBYE ("V7"), NULL);

      if (i == 2)
        {
          g_free (script);
          script = g_strconcat (OPENING ("") LISTING COUNTING SELECT7 ASK, answers[i], "S: V5 OK x\n"
                                "C: V6 UID FETCH 5 (UID BODY.PEEK[1]<0.262144>)\nS: V6 BAD x\n",
                                "C: V7 UID FETCH 5 (UID BODY.PEEK[])\n"
                                "S: * 3 FETCH (UID 5 BODY[] {5}\nS+ hello\nS: )\nS: V7 OK x\n" GOODBYE ("V8"), NULL);
        }
      valija_script_server_add (server, script);
      imap_assert_listed (session);
      g_error_free (imap_assert_error (fetch_outline (session), i == 2 ? VALIJA_ERROR_PROTOCOL
                                                                      : VALIJA_ERROR_UNSUPPORTED));
      assert_whole (session);
      imap_close (session);
    }
}

static void
test_garbage (void)
{
  g_autoptr(ValijaScriptServer) server = valija_script_server_new ();
  ValijaSession *session = imap_session_new (valija_script_server_get_port (server), "");

  valija_script_server_add (server, OPENING ("") LISTING COUNTING SELECT7 ASK
                            "S: * 3 FETCH (UID 5 BODYSTRUCTURE ((\"text\" \"plain\n");
  valija_script_server_add (server, OPENING ("") "C: V2 LIST \"\" \"*\"\nS: V2 OK x\nC: V3 SELECT INBOX\n"
                            "S: * OK [UIDVALIDITY 7] x\nS: V3 OK x\n"
                            "C: V4 UID FETCH 5 (UID BODY.PEEK[])\n"
                            "S: * 3 FETCH (UID 5 BODY[] {5}\nS+ hello\nS: )\nS: V4 OK x\n" GOODBYE ("V5"));
  imap_assert_listed (session);
  g_error_free (imap_assert_error (fetch_outline (session), VALIJA_ERROR_PROTOCOL));
  assert_whole (session);
  imap_close (session);
}

static DexFuture *
outlined_cb (DexFuture *future,
             gpointer   user_data)
{
  return valija_mail_reader_fetch_message (user_data, "INBOX", "7.5", NULL);
}

static DexFuture *
listed_cb (DexFuture *future,
           gpointer   user_data)
{
  return dex_future_finally (fetch_outline (user_data), outlined_cb, g_object_ref (user_data), g_object_unref);
}

static DexFuture *
flow (guint16  port,
      gpointer user_data)
{
  ValijaSession *session = imap_session_new (port, "timeout=1");

  return dex_future_then (valija_mail_reader_list_folders (VALIJA_MAIL_READER (session)), listed_cb, session,
                          g_object_unref);
}

/* The line ends between the text and all of it, and anywhere else. */
static void
test_faults (void)
{
  const char *scripts[] = { OPENING ("") LISTING COUNTING SELECT7 ASK TOLD "S: V5 OK x\n"
                            "C: V6 UID FETCH 5 (UID BODY.PEEK[1]<0.262144>)\n"
                            "S: * 3 FETCH (BODY[1]<0> \"Y2Fmw6k=\" UID 5)\nS: V6 OK x\n"
                            "C: V7 UID FETCH 5 (UID BODY.PEEK[])\n"
                            "S: * 3 FETCH (UID 5 BODY[] {5}\nS+ hello\nS: )\nS: V7 OK x\n" GOODBYE ("V8"),
                            NULL };

  valija_test_faults (scripts, FALSE, flow, NULL);
}

void
imap_add_outline_tests (void)
{
  g_test_add_func ("/imap/outline/turns", test_outline);
  g_test_add_func ("/imap/outline/binary", test_binary);
  g_test_add_func ("/imap/outline/none", test_no_outline);
  g_test_add_func ("/imap/outline/garbage", test_garbage);
  g_test_add_func ("/imap/outline/faults", test_faults);
}
