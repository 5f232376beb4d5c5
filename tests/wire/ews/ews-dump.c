/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ews-dump.h"

#include "base/valija-error.h"
#include "wire/ews/valija-ews-result.h"

typedef struct
{
  GString *log;
  gsize content_at;
  gboolean in_content;
} Dump;

static void
end_content (Dump *dump)
{
  if (dump->in_content)
    g_string_append_c (dump->log, ')');
  dump->in_content = FALSE;
}

static void
dump_node (GString             *log,
           const ValijaEwsNode *node)
{
  const char *id = valija_ews_node_get_attribute (node, "Id");

  g_string_append (log, valija_ews_node_get_name (node));
  if (id != NULL)
    g_string_append_printf (log, "#%s", id);
  if (*valija_ews_node_get_text (node) != '\0')
    g_string_append_printf (log, "=%s", valija_ews_node_get_text (node));
  if (valija_ews_node_get_first (node) == NULL)
    return;

  g_string_append_c (log, '[');
  for (const ValijaEwsNode *child = valija_ews_node_get_first (node); child != NULL;
       child = valija_ews_node_get_next (child))
    {
      if (child != valija_ews_node_get_first (node))
        g_string_append_c (log, ' ');
      dump_node (log, child);
    }
  g_string_append_c (log, ']');
}

static void
version_cb (guint    major,
            guint    minor,
            gpointer user_data)
{
  Dump *dump = user_data;

  end_content (dump);
  g_string_append_printf (dump->log, "V%u.%u", major, minor);
}

static gboolean
content_cb (const void  *data,
            gsize        length,
            gpointer     user_data,
            GError     **error)
{
  Dump *dump = user_data;

  if (!dump->in_content)
    {
      dump->content_at = dump->log->len;
      g_string_append (dump->log, "C(");
    }
  dump->in_content = TRUE;
  g_string_append_len (dump->log, data, length);

  return TRUE;
}

static void
message_cb (ValijaEwsNode *message,
            gpointer       user_data)
{
  Dump *dump = user_data;
  g_autoptr(GError) error = NULL;
  ValijaEwsResult result;

  end_content (dump);
  g_string_append_c (dump->log, 'M');
  dump_node (dump->log, message);

  /* Whatever it is, a result can be read of it, and an error told */
  valija_ews_result_read (message, &result);
  if (result.reaction != VALIJA_EWS_FINE)
    {
      valija_ews_result_set_error (&result, &error);
      g_assert_nonnull (error);
    }
  valija_ews_node_free (message);
}

char *
ews_dump (const void *data,
          gsize       length,
          gsize       step)
{
  static const ValijaEwsHandler handler = { version_cb, content_cb, message_cb };
  Dump dump = { g_string_new (NULL), FALSE };
  g_autoptr(ValijaEwsReader) reader = valija_ews_reader_new (&handler, &dump);
  g_autoptr(GError) error = NULL;
  const char *bytes = data;
  gboolean is_fine = TRUE;

  for (gsize i = 0; i < length && is_fine; i += step)
    is_fine = valija_ews_reader_feed (reader, bytes + i, MIN (step, length - i), &error);
  if (is_fine)
    is_fine = valija_ews_reader_finish (reader, &error);

  /* How much of a broken content was told hangs on the pieces: who reads throws it away */
  if (!is_fine && dump.in_content)
    {
      g_string_truncate (dump.log, dump.content_at);
      dump.in_content = FALSE;
    }

  end_content (&dump);
  if (is_fine)
    g_string_append_c (dump.log, '.');
  else
    g_string_append_printf (dump.log, "F(%s)", valija_error_code_to_nick (error));

  return g_string_free (dump.log, FALSE);
}
