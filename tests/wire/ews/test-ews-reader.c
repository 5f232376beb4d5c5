/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "ews-dump.h"
#include "wire/ews/valija-ews-result.h"

#include <string.h>

#define HEAD(_header) \
  "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" " \
  "xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\" " \
  "xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\">" \
  "<s:Header>" _header "</s:Header><s:Body>"
#define TAIL "</s:Body></s:Envelope>"
#define VERSION \
  "<h:ServerVersionInfo MajorVersion=\"15\" MinorVersion=\"1\" MajorBuildNumber=\"2507\" Version=\"V2017_07_11\" " \
  "xmlns:h=\"http://schemas.microsoft.com/exchange/services/2006/types\"/>"
#define ENVELOPE(_body) HEAD (VERSION) _body TAIL
#define ANSWER(_messages) ENVELOPE ("<m:XResponse><m:ResponseMessages>" _messages "</m:ResponseMessages></m:XResponse>")
#define OK "<m:ResponseCode>NoError</m:ResponseCode>"

typedef struct
{
  const char *name;
  const char *input;
  const char *expected;
} ReaderCase;

static const ReaderCase reader_cases[] = {
  { "one-message", ANSWER ("<m:XM ResponseClass=\"Success\">" OK "<m:Items/></m:XM>"),
    "V15.1MXM[ResponseCode=NoError Items]." },
  { "two-messages", ANSWER ("<m:A ResponseClass=\"Success\">" OK "</m:A><m:B ResponseClass=\"Success\">" OK "</m:B>"),
    "V15.1MA[ResponseCode=NoError]MB[ResponseCode=NoError]." },
  { "no-messages", ANSWER (""), "V15.1." },
  { "other-prefixes",
    "<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\"><SOAP-ENV:Body><R xmlns=\"x\">"
    "<ResponseMessages><XM ResponseClass=\"Success\">a</XM></ResponseMessages></R></SOAP-ENV:Body></SOAP-ENV:Envelope>",
    "MXM=a." },
  { "ids-keep-their-case", ANSWER ("<m:XM><t:ItemId Id=\"AAaa+/=\"/><t:ItemId Id=\"aaAA+/=\"/></m:XM>"),
    "V15.1MXM[ItemId#AAaa+/= ItemId#aaAA+/=]." },
  { "bare-message",
    ENVELOPE ("<OofR><ResponseMessage ResponseClass=\"Success\">" OK "</ResponseMessage><Oof>x</Oof></OofR>"),
    "V15.1MOofR[ResponseMessage[ResponseCode=NoError] Oof=x]." },
  { "fault", HEAD ("") "<s:Fault><faultcode xmlns:a=\"x\">a:ErrorServerBusy</faultcode><faultstring>busy</faultstring>"
    "</s:Fault>" TAIL,
    "MFault[faultcode=a:ErrorServerBusy faultstring=busy]." },
  { "content", ANSWER ("<m:XM><t:Message><t:MimeContent CharacterSet=\"UTF-8\">RnJvbTog\r\nYUBiDQo=</t:MimeContent>"
                       "<t:ItemId Id=\"A\"/></t:Message></m:XM>"),
    "V15.1C(From: a@b\r\n)MXM[Message[MimeContent ItemId#A]]." },
  { "attachment",
    ANSWER ("<m:XM><t:FileAttachment><t:Name>a</t:Name><t:Content>aGk=</t:Content></t:FileAttachment></m:XM>"),
    "V15.1C(hi)MXM[FileAttachment[Name=a Content]]." },
  { "content-elsewhere-is-text", ANSWER ("<m:XM><t:Content>aGk=</t:Content></m:XM>"), "V15.1MXM[Content=aGk=]." },
  { "content-then-content",
    ANSWER ("<m:A><t:MimeContent>YQ==</t:MimeContent></m:A><m:B><t:MimeContent>YmM=</t:MimeContent></m:B>"),
    "V15.1C(a)MA[MimeContent]C(bc)MB[MimeContent]." },
  /* evolution-ews issue 238 */
  { "control-reference", ANSWER ("<m:XM><t:Subject>a&#x1;b&#11;c&#xA;d&#xFFFF;&#55296;</t:Subject></m:XM>"),
    "V15.1MXM[Subject=a\357\277\275b\357\277\275c\nd\357\277\275\357\277\275]." },
  { "control-bare", ANSWER ("<m:XM>a\001b\033c\td</m:XM>"), "V15.1MXM=a\357\277\275b\357\277\275c\td." },
  { "not-utf8", ANSWER ("<m:XM>\344 \303 \303\244 \355\240\200 \360\237\230\200 \377</m:XM>"),
    "V15.1MXM=\357\277\275 \357\277\275 \303\244 \357\277\275 \360\237\230\200 \357\277\275." },
  { "entities", ANSWER ("<m:XM>&lt;a&gt; &amp; &quot;b&quot; &#233;</m:XM>"), "V15.1MXM=<a> & \"b\" \303\251." },
  { "cdata", ANSWER ("<m:XM><![CDATA[<x>&]]></m:XM>"), "V15.1MXM=<x>&." },
  { "declared-otherwise",
    "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><Envelope><Body><R>\303\251</R></Body></Envelope>",
    "MR=\303\251." },
  { "byte-order-mark", "\357\273\277<Envelope><Body><R/></Body></Envelope>\r\n", "MR." },
  { "streaming", "<a:Envelope xmlns:a=\"x\"><a:Body><R>1</R></a:Body></a:Envelope>"
    "<?xml version=\"1.0\"?><b:Envelope xmlns:b=\"x\"><b:Body><R>2</R></b:Body></b:Envelope >\r\n"
    "<Envelope><Body><R>3</R></Body></Envelope>", "MR=1MR=2MR=3." },
  { "html", "<!DOCTYPE html><html><body>Sign in</body></html>", "F(protocol)" },
  { "xhtml", "<html xmlns=\"http://www.w3.org/1999/xhtml\"><body/></html>", "F(protocol)" },
  { "not-xml", "HTTP Error 401", "F(protocol)" },
  { "empty", "", "F(protocol)" },
  { "cut", HEAD (VERSION) "<R><a>", "V15.1F(protocol)" },
  { "cut-behind-an-envelope", "<Envelope><Body><R/></Body></Envelope><Envelope>", "MRF(protocol)" },
  { "crossed", "<Envelope><Body><R></Body></R></Envelope>", "F(protocol)" },
  { "entity-bomb", "<!DOCTYPE E [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><Envelope><Body>&b;</Body></Envelope>",
    "F(protocol)" },
  { "external", "<!DOCTYPE E SYSTEM \"file:///etc/passwd\"><Envelope/>", "F(protocol)" },
};

static void
test_reader (gconstpointer data)
{
  const ReaderCase *c = data;
  gsize length = strlen (c->input);

  for (gsize step = 1; step <= length + 1; step = step < 8 ? step + 1 : step * 3)
    {
      g_autofree char *told = ews_dump (c->input, length, step);

      g_assert_cmpstr (told, ==, c->expected);
    }
}

static void
assert_ends_with (const char *text,
                  const char *end)
{
  if (!g_str_has_suffix (text, end))
    g_error ("%.200s… does not end with %s", text + MAX (0, (gssize) strlen (text) - 200), end);
}

static void
test_limits (void)
{
  g_autoptr(GString) deep = g_string_new ("<Envelope><Body><R>");
  g_autoptr(GString) many = g_string_new ("<Envelope><Body><R>");
  g_autoptr(GString) wide = g_string_new ("<Envelope><Body><R");
  g_autoptr(GString) long_text = g_string_new ("<Envelope><Body><R>");
  GString *inputs[] = { deep, many, wide, long_text };

  for (guint i = 0; i < 100; i++)
    {
      g_string_append (deep, "<a>");
      g_string_append_printf (wide, " a%u=\"\"", i);
    }
  g_string_append_c (wide, '>');
  for (guint i = 0; i < 300000; i++)
    g_string_append (many, "<a/>");
  for (guint i = 0; i < 17 * 1024; i++)
    g_string_append_printf (long_text, "%01024d", 0);

  for (gsize i = 0; i < G_N_ELEMENTS (inputs); i++)
    {
      g_autofree char *told = ews_dump (inputs[i]->str, inputs[i]->len, 4096);

      assert_ends_with (told, "F(limit)");
    }
}

/* One response message has its bounds; how many of them come, has not. */
static void
test_many_messages (void)
{
  g_autoptr(GString) input = g_string_new ("<Envelope><Body><R><ResponseMessages>");
  g_autofree char *told = NULL;

  for (guint i = 0; i < 150000; i++)
    g_string_append (input, "<M><a/></M>");
  g_string_append (input, "</ResponseMessages></R></Body></Envelope>");

  told = ews_dump (input->str, input->len, 65536);
  assert_ends_with (told, "MM[a].");
}

static gboolean
count_cb (const void  *data,
          gsize        length,
          gpointer     user_data,
          GError     **error)
{
  guint64 *count = user_data;

  *count += length;
  if (*count < 1000 * 1000 * 1000)
    return TRUE;

  valija_error_set (error, VALIJA_ERROR_DISK_FULL, "full");
  return FALSE;
}

static void
free_cb (ValijaEwsNode *message,
         gpointer       user_data)
{
  valija_ews_node_free (message);
}

static void
test_large_content (void)
{
  static const ValijaEwsHandler handler = { NULL, count_cb, free_cb };
  const char *head = "<Envelope><Body><R><M><MimeContent>", *tail = "</MimeContent></M></R></Body></Envelope>";
  guint64 count = 0;
  g_autoptr(ValijaEwsReader) reader = valija_ews_reader_new (&handler, &count);
  g_autofree char *piece = g_strnfill (64 * 1024, 'A');
  g_autoptr(GError) error = NULL;

  g_assert_true (valija_ews_reader_feed (reader, head, strlen (head), NULL));
  for (guint i = 0; i < 1024; i++)
    g_assert_true (valija_ews_reader_feed (reader, piece, 64 * 1024, NULL));
  g_assert_true (valija_ews_reader_feed (reader, tail, strlen (tail), NULL));
  g_assert_true (valija_ews_reader_finish (reader, NULL));
  g_assert_cmpuint (count, ==, 48 * 1024 * 1024);

  /* Whoever keeps it may say that it is enough */
  count = 1000 * 1000 * 1000 - 100;
  g_assert_true (valija_ews_reader_feed (reader, head, strlen (head), NULL));
  g_assert_false (valija_ews_reader_feed (reader, piece, 64 * 1024, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_DISK_FULL);
  g_assert_false (valija_ews_reader_finish (reader, NULL));
}

typedef struct
{
  const char *name;
  const char *input;
  ValijaEwsReaction reaction;
  const char *code;
  const char *text;
  guint back_off;
  ValijaErrorCode error;
} ResultCase;

#define BUSY "<MessageXml><t:Value xmlns:t=\"x\" Name=\"BackOffMilliseconds\">297749</t:Value></MessageXml>"

static const ResultCase result_cases[] = {
  { "success", "<M ResponseClass=\"Success\"><ResponseCode>NoError</ResponseCode></M>",
    VALIJA_EWS_FINE, "NoError", NULL },
  { "error",
    "<M ResponseClass=\"Error\"><MessageText>gone</MessageText><ResponseCode>ErrorItemNotFound</ResponseCode></M>",
    VALIJA_EWS_GONE, "ErrorItemNotFound", "gone", 0, VALIJA_ERROR_NOT_FOUND },
  { "unknown", "<M ResponseClass=\"Error\"><ResponseCode>ErrorOfTomorrow</ResponseCode></M>",
    VALIJA_EWS_REFUSED, "ErrorOfTomorrow", NULL, 0, VALIJA_ERROR_REFUSED },
  { "error-without-code", "<M ResponseClass=\"Error\"/>", VALIJA_EWS_REFUSED, "", NULL, 0, VALIJA_ERROR_REFUSED },
  { "busy", "<M ResponseClass=\"Error\"><ResponseCode>ErrorServerBusy</ResponseCode>" BUSY "</M>",
    VALIJA_EWS_BACK_OFF, "ErrorServerBusy", NULL, 297749, VALIJA_ERROR_TRY_LATER },
  { "stopped", "<M ResponseClass=\"Warning\"><ResponseCode>ErrorBatchProcessingStopped</ResponseCode></M>",
    VALIJA_EWS_NOT_TRIED, "ErrorBatchProcessingStopped", NULL, 0, VALIJA_ERROR_TRY_LATER },
  { "many-names", "<M ResponseClass=\"Warning\"><ResponseCode>ErrorNameResolutionMultipleResults</ResponseCode></M>",
    VALIJA_EWS_FINE, "ErrorNameResolutionMultipleResults", NULL },
  { "no-names", "<M ResponseClass=\"Error\"><ResponseCode>ErrorNameResolutionNoResults</ResponseCode></M>",
    VALIJA_EWS_NONE_FOUND, "ErrorNameResolutionNoResults", NULL, 0, VALIJA_ERROR_NOT_FOUND },
  { "bare",
    "<OofR><ResponseMessage ResponseClass=\"Error\"><ResponseCode>ErrorAccessDenied</ResponseCode></ResponseMessage>"
    "</OofR>",
    VALIJA_EWS_REFUSED, "ErrorAccessDenied", NULL, 0, VALIJA_ERROR_REFUSED },
  { "fault-busy", "<Fault><faultcode>a:ErrorServerBusy</faultcode><faultstring>f</faultstring><detail><ResponseCode>"
    "ErrorServerBusy</ResponseCode><Message>wait</Message>" BUSY "</detail></Fault>",
    VALIJA_EWS_BACK_OFF, "ErrorServerBusy", "wait", 297749, VALIJA_ERROR_TRY_LATER },
  { "fault-without-detail",
    "<Fault><faultcode>a:ErrorSchemaValidation</faultcode><faultstring>no</faultstring></Fault>",
    VALIJA_EWS_OTHER_SCHEMA, "ErrorSchemaValidation", "no", 0, VALIJA_ERROR_UNSUPPORTED },
  { "fault-empty", "<Fault/>", VALIJA_EWS_REFUSED, "", NULL, 0, VALIJA_ERROR_REFUSED },
  { "back-off-nonsense", "<M ResponseClass=\"Error\"><ResponseCode>ErrorServerBusy</ResponseCode><MessageXml>"
    "<Value Name=\"BackOffMilliseconds\">-5</Value></MessageXml></M>",
    VALIJA_EWS_BACK_OFF, "ErrorServerBusy", NULL, 0, VALIJA_ERROR_TRY_LATER },
  { "back-off-for-days", "<M ResponseClass=\"Error\"><ResponseCode>ErrorServerBusy</ResponseCode><MessageXml>"
    "<Value Name=\"BackOffMilliseconds\">99999999999</Value></MessageXml></M>",
    VALIJA_EWS_BACK_OFF, "ErrorServerBusy", NULL, 15 * 60 * 1000, VALIJA_ERROR_TRY_LATER },
};

static void
test_result (gconstpointer data)
{
  const ResultCase *c = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(ValijaEwsNode) node = valija_ews_parse_document (c->input, strlen (c->input), &error);
  ValijaEwsResult result;

  g_assert_no_error (error);
  valija_ews_result_read (node, &result);
  g_assert_cmpint (result.reaction, ==, c->reaction);
  g_assert_cmpstr (result.code, ==, c->code);
  g_assert_cmpstr (result.text, ==, c->text);
  g_assert_cmpuint (result.back_off, ==, c->back_off);
  if (result.reaction == VALIJA_EWS_FINE)
    return;

  valija_ews_result_set_error (&result, &error);
  g_assert_error (error, VALIJA_ERROR, (int) c->error);
  if (c->text != NULL)
    g_assert_nonnull (strstr (valija_error_get_server_line (error), c->text));
}

static void
test_document (void)
{
  const char *text = "<a><b x=\"1\">yes</b><c>true</c><d>-12</d><e>2026-11-28T10:00:00Z</e><f Id=\"F\"/></a>";
  g_autoptr(ValijaEwsNode) node = valija_ews_parse_document (text, strlen (text), NULL);
  g_autoptr(GError) error = NULL;

  g_assert_cmpstr (valija_ews_node_find_text (node, "b"), ==, "yes");
  g_assert_null (valija_ews_node_find_text (node, "b/c"));
  g_assert_true (valija_ews_node_find_boolean (node, "c"));
  g_assert_false (valija_ews_node_find_boolean (node, "b"));
  g_assert_cmpint (valija_ews_node_find_int (node, "d", 0), ==, -12);
  g_assert_cmpint (valija_ews_node_find_int (node, "b", 7), ==, 7);
  g_assert_cmpint (valija_ews_node_find_time (node, "e"), ==, 1795860000);
  g_assert_cmpint (valija_ews_node_find_time (node, "b"), ==, 0);
  g_assert_cmpstr (valija_ews_node_find_id (node, "f"), ==, "F");
  g_assert_null (valija_ews_node_find (NULL, "x"));

  g_assert_null (valija_ews_parse_document ("<a>", 3, &error));
  g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_PROTOCOL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (reader_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/ews/reader/", reader_cases[i].name, NULL);

      g_test_add_data_func (path, &reader_cases[i], test_reader);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (result_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/ews/result/", result_cases[i].name, NULL);

      g_test_add_data_func (path, &result_cases[i], test_result);
    }
  g_test_add_func ("/ews/reader/limits", test_limits);
  g_test_add_func ("/ews/reader/many-messages", test_many_messages);
  g_test_add_func ("/ews/reader/large-content", test_large_content);
  g_test_add_func ("/ews/reader/document", test_document);

  return g_test_run ();
}
