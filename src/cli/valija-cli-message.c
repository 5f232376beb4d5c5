/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-future.h"
#include "cli/valija-cli.h"
#include "mime/valija-confirmation.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

static gboolean opt_raw;
static gboolean opt_without_bcc;
static gboolean opt_text;
static gboolean opt_headers;
static gboolean opt_html;
static char *opt_save;
static gboolean opt_conversation;
static gboolean opt_decline;
static gboolean opt_queue;

#define MESSAGE_OPTIONS \
  { "raw", 0, 0, G_OPTION_ARG_NONE, &opt_raw, N_("The source, byte for byte"), NULL }, \
  { "without-bcc", 0, 0, G_OPTION_ARG_NONE, &opt_without_bcc, N_("With --raw: leave the Bcc field out"), NULL }, \
  { "headers", 0, 0, G_OPTION_ARG_NONE, &opt_headers, N_("The header fields only"), NULL }, \
  { "text", 0, 0, G_OPTION_ARG_NONE, &opt_text, N_("The readable text only"), NULL }, \
  { "html", 0, 0, G_OPTION_ARG_NONE, &opt_html, N_("The HTML only, as the sender wrote it"), NULL }, \
  { "save-attachments", 0, 0, G_OPTION_ARG_FILENAME, &opt_save, N_("Save the attachments into this directory"), "DIR" }

static const GOptionEntry show_options[] = {
  MESSAGE_OPTIONS,
  { "conversation", 0, 0, G_OPTION_ARG_NONE, &opt_conversation,
    N_("The whole conversation that the message belongs to, the oldest first"), NULL },
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry inspect_options[] = { MESSAGE_OPTIONS, G_OPTION_ENTRY_NULL };

static const GOptionEntry confirm_options[] = {
  { "decline", 0, 0, G_OPTION_ARG_NONE, &opt_decline, N_("Do not tell, and do not ask again"), NULL },
  { "queue", 0, 0, G_OPTION_ARG_NONE, &opt_queue, N_("Put it into the outbox only"), NULL },
  G_OPTION_ENTRY_NULL
};

/* ---- JSON ---- */

static void
json_addresses (JsonBuilder *json, const char *name, GPtrArray *addresses)
{
  json_builder_set_member_name (json, name);
  json_builder_begin_array (json);
  for (guint i = 0; i < addresses->len; i++)
    {
      const ValijaAddress *address = g_ptr_array_index (addresses, i);

      json_builder_begin_object (json);
      valija_cli_json_string (json, "name", address->name);
      valija_cli_json_string (json, "address", address->address);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
}

static void
json_part_fields (JsonBuilder *json, const ValijaMimePart *part)
{
  valija_cli_json_int (json, "index", part->index);
  valija_cli_json_int (json, "depth", part->depth);
  valija_cli_json_string (json, "type", part->type);
  valija_cli_json_string (json, "charset", part->charset);
  valija_cli_json_string (json, "name", part->name);
  valija_cli_json_string (json, "safe_name", part->safe_name);
  valija_cli_json_string (json, "content_id", part->content_id);
  valija_cli_json_bool (json, "attachment", part->attachment);
  valija_cli_json_bool (json, "inline_image", part->inline_image);
  valija_cli_json_int (json, "size", (gint64) part->size);
}

static void
json_message (JsonBuilder *json, ValijaMimeMessage *message)
{
  static const char * const priorities[] = { "normal", "high", "low" };
  static const char * const confidentialities[] = { "none", "personal", "private", "confidential" };
  ValijaMessageInfo *info = valija_mime_message_get_info (message);
  g_autoptr(GPtrArray) wanted_by = valija_confirmation_list_wanted_by (message);
  g_autofree char *raw = valija_mime_message_dup_raw_headers (message);

  valija_cli_json_string (json, "subject", info->subject);
  json_addresses (json, "from", info->from);
  json_addresses (json, "reply_to", info->reply_to);
  json_addresses (json, "to", info->to);
  json_addresses (json, "cc", info->cc);
  json_addresses (json, "bcc", info->bcc);
  valija_cli_json_time (json, "date", info->date);
  valija_cli_json_string (json, "message_id", info->message_id);
  valija_cli_json_string (json, "in_reply_to", info->in_reply_to);
  valija_cli_json_string (json, "references", info->references);
  valija_cli_json_string (json, "priority", priorities[valija_composition_read_priority (message)]);
  valija_cli_json_string (json, "confidentiality",
                          confidentialities[valija_composition_read_confidentiality (message)]);
  json_addresses (json, "confirmation_to", wanted_by);
  valija_cli_json_string (json, "raw_headers", raw);
  valija_cli_json_string (json, "text", valija_mime_message_get_text (message));
  valija_cli_json_string (json, "html", valija_mime_message_get_html (message));
  valija_cli_json_bool (json, "truncated", valija_mime_message_get_truncated (message));
}

/* ---- Parts ---- */

/* Depth first, without recursion: the depth of a message is bounded, but not by us. */
static GPtrArray *
list_parts (ValijaMimeMessage *message)
{
  GPtrArray *parts = g_ptr_array_new ();
  g_autoptr(GPtrArray) stack = g_ptr_array_new ();

  g_ptr_array_add (stack, (gpointer) valija_mime_message_get_root (message));
  while (stack->len > 0)
    {
      ValijaMimePart *part = g_ptr_array_steal_index (stack, stack->len - 1);

      g_ptr_array_add (parts, part);
      for (guint i = part->children->len; i > 0; i--)
        g_ptr_array_add (stack, g_ptr_array_index (part->children, i - 1));
    }

  return parts;
}

static void
show_parts (ValijaCli *cli, ValijaMimeMessage *message)
{
  g_autoptr(GPtrArray) parts = list_parts (message);

  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "parts");
      json_builder_begin_array (cli->json);
    }

  for (guint i = 0; i < parts->len; i++)
    {
      const ValijaMimePart *part = g_ptr_array_index (parts, i);
      g_autofree char *name = valija_cli_clean (part->name);

      if (cli->json != NULL)
        {
          json_builder_begin_object (cli->json);
          json_part_fields (cli->json, part);
          json_builder_end_object (cli->json);
        }
      valija_cli_print (cli, "%*s%u %s%s%s%s%s (%" G_GUINT64_FORMAT ")\n", (int) MIN (part->depth, 64) * 2, "",
                        part->index, part->type, part->charset != NULL ? "; charset=" : "",
                        part->charset != NULL ? part->charset : "", name[0] != '\0' ? "; name=" : "", name,
                        part->size);
    }

  if (cli->json != NULL)
    json_builder_end_array (cli->json);
}

/* ---- Saving ---- */

typedef struct
{
  ValijaMimeMessage *message;
  GFile *directory;
} Save;

static void
save_free (Save *save)
{
  g_object_unref (save->message);
  g_object_unref (save->directory);
  g_free (save);
}

static gpointer
save_in_thread (gpointer user_data, GError **error)
{
  Save *save = user_data;
  GPtrArray *attachments = valija_mime_message_get_attachments (save->message);
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GError) failure = NULL;

  if (!g_file_make_directory_with_parents (save->directory, NULL, &failure) &&
      !g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_EXISTS))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }

  for (guint i = 0; i < attachments->len; i++)
    {
      GFile *file = valija_mime_message_save_part (save->message, g_ptr_array_index (attachments, i), save->directory,
                                                   error);

      if (file == NULL)
        return NULL;
      g_ptr_array_add (files, file);
    }

  return g_steal_pointer (&files);
}

static gboolean
save_attachments_fiber (ValijaCli *cli, ValijaMimeMessage *message, GError **error)
{
  Save *save = g_new0 (Save, 1);
  g_autoptr(GPtrArray) files = NULL;

  save->message = g_object_ref (message);
  save->directory = g_file_new_for_commandline_arg (opt_save);
  if (!(files = dex_await_boxed (valija_future_run_in_thread (G_TYPE_PTR_ARRAY, save_in_thread, save,
                                                              (GDestroyNotify) save_free), error)))
    return FALSE;

  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "saved");
      json_builder_begin_array (cli->json);
    }
  for (guint i = 0; i < files->len; i++)
    {
      const char *path = g_file_peek_path (g_ptr_array_index (files, i));
      g_autofree char *shown = g_filename_display_name (path);

      if (cli->json != NULL)
        json_builder_add_string_value (cli->json, shown);
      valija_cli_print (cli, "%s\n", shown);
    }
  if (cli->json != NULL)
    json_builder_end_array (cli->json);
  return TRUE;
}

/* ---- show, inspect ---- */

static void
print_addresses (ValijaCli *cli, const char *label, GPtrArray *addresses)
{
  g_autofree char *text = NULL;

  if (addresses->len == 0)
    return;

  text = valija_address_list_to_text (addresses);
  valija_cli_print (cli, "%s: %s\n", label, text);
}

static void
print_labels (ValijaCli *cli, ValijaMessage *message)
{
  g_autofree char *labels = valija_cli_dup_labels (message);

  if (labels[0] != '\0')
    valija_cli_print (cli, "%s: %s\n", _("Labels"), labels);
}

static void
print_head (ValijaCli *cli, ValijaMimeMessage *message)
{
  ValijaMessageInfo *info = valija_mime_message_get_info (message);
  g_autoptr(GPtrArray) wanted_by = valija_confirmation_list_wanted_by (message);
  g_autofree char *time = valija_cli_dup_time (info->date);

  print_addresses (cli, _("From"), info->from);
  print_addresses (cli, _("To"), info->to);
  print_addresses (cli, _("Cc"), info->cc);
  print_addresses (cli, _("Confirmation asked for by"), wanted_by);
  valija_cli_print (cli, "%s: %s\n%s: %s\n\n", _("Date"), time, _("Subject"), info->subject);
}

static void
print_body (ValijaCli *cli, const char *body)
{
  g_autofree char *clean = valija_cli_clean (body);

  valija_cli_print (cli, "%s%s", clean, g_str_has_suffix (clean, "\n") ? "" : "\n");
}

static gboolean
show_message_fiber (ValijaCli *cli, ValijaMimeMessage *message, gboolean with_parts, GError **error)
{
  g_autofree char *raw = NULL;

  if (cli->json != NULL)
    json_message (cli->json, message);
  else if (opt_headers)
    {
      raw = valija_mime_message_dup_raw_headers (message);
      print_body (cli, raw);
    }
  else if (opt_text)
    print_body (cli, valija_mime_message_get_text (message));
  else if (opt_html)
    print_body (cli, valija_mime_message_get_html (message));
  else
    {
      print_head (cli, message);
      print_body (cli, valija_mime_message_get_text (message));
    }

  if (with_parts && (cli->json != NULL || !(opt_headers || opt_text || opt_html)))
    show_parts (cli, message);

  return opt_save == NULL || save_attachments_fiber (cli, message, error);
}

/* A whole source, as it is, also when it is no text. With --json as a string, for which it is made valid UTF-8. */
static gboolean
show_raw (ValijaCli *cli, GBytes *whole, GError **error)
{
  g_autoptr(GBytes) source = g_bytes_ref (whole);
  g_autoptr(ValijaEnvelope) envelope = NULL;
  gsize length;
  const char *data;

  if (opt_without_bcc)
    {
      g_clear_pointer (&source, g_bytes_unref);
      if (!(envelope = valija_source_dup_envelope (whole, &source, error)))
        return FALSE;
    }

  data = g_bytes_get_data (source, &length);

  if (cli->json != NULL)
    {
      g_autofree char *text = g_utf8_make_valid (data != NULL ? data : "", (gssize) length);

      valija_cli_json_string (cli->json, "raw", text);
    }
  else if (length > 0)
    fwrite (data, 1, length, stdout);

  return TRUE;
}

static gboolean
show_member_fiber (ValijaCli *cli, ValijaMessage *message, GError **error)
{
  g_autoptr(ValijaMimeMessage) parsed = NULL;

  if (!(parsed = dex_await_object (valija_engine_load_message (cli->engine, message), error)))
    return FALSE;

  if (cli->json == NULL)
    {
      valija_cli_print (cli, "── %" G_GINT64_FORMAT ", %s\n", valija_message_get_id (message),
                        valija_folder_get_display_name (valija_message_get_folder (message)));
      return show_message_fiber (cli, parsed, FALSE, error);
    }

  json_builder_begin_object (cli->json);
  valija_cli_json_message_fields (cli->json, message);
  valija_cli_json_string (cli->json, "text", valija_mime_message_get_text (parsed));
  json_builder_end_object (cli->json);
  return TRUE;
}

static gboolean
show_conversation_fiber (ValijaCli *cli, ValijaMessage *message, GError **error)
{
  g_autoptr(GPtrArray) members = NULL;
  gboolean shown = TRUE;

  if (opt_raw || opt_save != NULL)
    return valija_cli_set_usage (error, _("--raw and --save-attachments are for one message."));
  if (!(members = dex_await_boxed (valija_engine_load_conversation (cli->engine, message), error)))
    return FALSE;

  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "messages");
      json_builder_begin_array (cli->json);
    }

  for (guint i = 0; i < members->len && shown; i++)
    shown = show_member_fiber (cli, g_ptr_array_index (members, i), error);

  if (cli->json != NULL)
    json_builder_end_array (cli->json);
  return shown;
}

static gboolean
show_fiber (ValijaCli *cli, GError **error)
{
  g_autoptr(ValijaMessage) shown = NULL;
  g_autoptr(ValijaMimeMessage) message = NULL;
  g_autoptr(GBytes) source = NULL;

  if (!(shown = valija_cli_find_message (cli, error)))
    return FALSE;
  if (opt_conversation)
    return show_conversation_fiber (cli, shown, error);

  if (!(source = dex_await_boxed (valija_engine_load_source (cli->engine, shown, NULL, NULL), error)))
    return FALSE;

  if (cli->json != NULL)
    {
      valija_cli_json_int (cli->json, "id", valija_message_get_id (shown));
      valija_cli_json_strings (cli->json, "labels", valija_message_get_labels (shown));
    }
  if (opt_raw)
    return show_raw (cli, source, error);

  if (!(message = dex_await_object (valija_engine_parse_source (cli->engine, source), error)))
    return FALSE;

  print_labels (cli, shown);
  return show_message_fiber (cli, message, TRUE, error);
}

static gboolean
inspect_fiber (ValijaCli *cli, GError **error)
{
  g_autoptr(ValijaMimeMessage) message = NULL;
  g_autoptr(GBytes) source = NULL;

  if (cli->n_arguments != 1)
    return valija_cli_set_usage (error, _("Say which file to look into."));

  if (!(source = valija_cli_load_file_fiber (cli->arguments[0], error)))
    return FALSE;

  if (opt_raw)
    return show_raw (cli, source, error);

  return (message = dex_await_object (valija_engine_parse_source (cli->engine, source), error)) != NULL &&
         show_message_fiber (cli, message, TRUE, error);
}

/* ---- confirm ---- */

static gboolean
confirm_fiber (ValijaCli *cli, GError **error)
{
  g_autoptr(ValijaMessage) message = NULL;
  ValijaAccount *account;
  g_autoptr(GError) failure = NULL;

  if (!(message = valija_cli_find_message (cli, error)))
    return FALSE;

  account = valija_folder_get_account (valija_message_get_folder (message));
  if (!dex_await (valija_engine_answer_confirmation (cli->engine, message, !opt_decline), error))
    return FALSE;

  if (cli->json != NULL)
    valija_cli_json_bool (cli->json, "confirmed", !opt_decline);
  if (opt_queue)
    return TRUE;

  if (!opt_decline)
    dex_await_uint (valija_engine_flush_outbox (cli->engine, account), &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  return dex_await (valija_engine_flush (cli->engine, account), error);
}

const ValijaCliCommand valija_cli_message_commands[] = {
  { "show", "MESSAGE", N_("Show a message"), show_options, show_fiber },
  { "confirm", "MESSAGE", N_("Tell the author of a message, who asks for it, that it was read"), confirm_options,
    confirm_fiber },
  { "inspect", "FILE.eml", N_("Show what is inside a message file"), inspect_options, inspect_fiber, TRUE },
  { NULL }
};
