/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "support/valija-contract-server.h"

#include <gio/gio.h>
#include <string.h>

struct _ValijaContractServer
{
  GSubprocess *process;
  JsonNode *where;
};

static JsonNode *
parse (const char *text)
{
  g_autoptr(GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);

  g_assert_no_error (error);
  return node != NULL ? node : json_node_new (JSON_NODE_NULL);
}

/* One request on a connection of its own, which the answer ends. */
static char *
post (const char *uri, const char *body)
{
  g_autoptr(GSocketClient) client = g_socket_client_new ();
  g_autoptr(GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_NONE, NULL);
  g_autoptr(GSocketConnection) connection = NULL;
  g_autoptr(GDataInputStream) input = NULL;
  g_autofree char *request = NULL;
  g_autofree char *status = NULL;
  g_autoptr(GString) answer = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  char buffer[65536];
  gssize size;

  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect_to_host (client, g_uri_get_host (parsed), (guint16) g_uri_get_port (parsed),
                                                NULL, &error);
  g_assert_no_error (error);
  request = g_strdup_printf ("POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                             "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s", strlen (body), body);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request, strlen (request), NULL,
                             NULL, &error);
  g_assert_no_error (error);

  input = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  g_data_input_stream_set_newline_type (input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  status = g_data_input_stream_read_line (input, NULL, NULL, &error);
  g_assert_no_error (error);

  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (input, NULL, NULL, NULL);

      if (line == NULL || *line == '\0')
        break;
    }

  while ((size = g_input_stream_read (G_INPUT_STREAM (input), buffer, sizeof buffer, NULL, NULL)) > 0)
    g_string_append_len (answer, buffer, size);

  if (!g_str_has_prefix (status, "HTTP/1.1 200 "))
    g_error ("%s: %s", body, answer->str);

  return g_string_free (g_steal_pointer (&answer), FALSE);
}

static JsonNode *
order (ValijaContractServer *self, const char *format, va_list arguments)
{
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  g_autofree char *answer = NULL;

  g_strdelimit (text, "'", '"');
  answer = post (valija_contract_server_get (self, "control"), text);

  return parse (answer);
}

ValijaContractServer *
valija_contract_server_new (const char *name, const char * const *arguments)
{
  ValijaContractServer *self = g_new0 (ValijaContractServer, 1);
  g_autofree char *program = g_test_build_filename (G_TEST_DIST, "world", name, "server.py", NULL);
  g_autofree char *contracts = g_test_build_filename (G_TEST_DIST, "..", "..", "shared", "contracts", name, NULL);
  g_autoptr(GPtrArray) command = g_ptr_array_new ();
  g_autoptr(GDataInputStream) output = NULL;
  g_autofree char *line = NULL;
  g_autoptr(GError) error = NULL;

  g_ptr_array_add (command, (gpointer) "python3");
  g_ptr_array_add (command, program);
  if (g_file_test (contracts, G_FILE_TEST_IS_DIR))
    {
      g_ptr_array_add (command, (gpointer) "--contracts");
      g_ptr_array_add (command, contracts);
    }
  for (gsize i = 0; arguments != NULL && arguments[i] != NULL; i++)
    g_ptr_array_add (command, (gpointer) arguments[i]);
  g_ptr_array_add (command, NULL);

  self->process = g_subprocess_newv ((const char * const *) command->pdata,
                                     G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  line = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  self->where = parse (line);

  return self;
}

void
valija_contract_server_free (ValijaContractServer *self)
{
  g_autoptr(JsonNode) violations = valija_contract_server_order (self, "{'do': 'violations'}");
  g_autofree char *text = json_to_string (violations, FALSE);

  g_assert_cmpstr (text, ==, "[]");
  g_output_stream_close (g_subprocess_get_stdin_pipe (self->process), NULL, NULL);
  g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->process);
  json_node_unref (self->where);
  g_free (self);
}

const char *
valija_contract_server_get (ValijaContractServer *self, const char *name)
{
  return json_object_get_string_member (json_node_get_object (self->where), name);
}

const char *
valija_contract_server_peek (ValijaContractServer *self, const char *name)
{
  return json_object_get_string_member_with_default (json_node_get_object (self->where), name, NULL);
}

guint16
valija_contract_server_get_port (ValijaContractServer *self)
{
  return (guint16) json_object_get_int_member (json_node_get_object (self->where), "port");
}

JsonNode *
valija_contract_server_order (ValijaContractServer *self, const char *format, ...)
{
  va_list arguments;
  JsonNode *result;

  va_start (arguments, format);
  result = order (self, format, arguments);
  va_end (arguments);

  return result;
}

void
valija_contract_server_tell (ValijaContractServer *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  json_node_unref (order (self, format, arguments));
  va_end (arguments);
}
