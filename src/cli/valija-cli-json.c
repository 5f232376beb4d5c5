/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/valija-cli.h"

/* The names written here are stable: scripts read them. They are described in valija-cli-help.c. */

/* JSON is UTF-8 whatever a server sent. */
static void
add_text (JsonBuilder *json, const char *value)
{
  g_autofree char *valid = NULL;

  if (value == NULL)
    {
      json_builder_add_null_value (json);
      return;
    }

  valid = g_utf8_make_valid (value, -1);
  json_builder_add_string_value (json, valid);
}

void
valija_cli_json_string (JsonBuilder *json, const char *name, const char *value)
{
  json_builder_set_member_name (json, name);
  add_text (json, value);
}

void
valija_cli_json_int (JsonBuilder *json, const char *name, gint64 value)
{
  json_builder_set_member_name (json, name);
  json_builder_add_int_value (json, value);
}

void
valija_cli_json_bool (JsonBuilder *json, const char *name, gboolean value)
{
  json_builder_set_member_name (json, name);
  json_builder_add_boolean_value (json, value);
}

void
valija_cli_json_time (JsonBuilder *json, const char *name, gint64 seconds)
{
  g_autoptr(GDateTime) time = seconds != 0 ? g_date_time_new_from_unix_utc (seconds) : NULL;
  g_autofree char *text = time != NULL ? g_date_time_format_iso8601 (time) : NULL;

  valija_cli_json_string (json, name, text);
}

void
valija_cli_json_strings (JsonBuilder *json, const char *name, const char * const *values)
{
  json_builder_set_member_name (json, name);
  json_builder_begin_array (json);
  for (guint i = 0; values != NULL && values[i] != NULL; i++)
    add_text (json, values[i]);
  json_builder_end_array (json);
}

static void
add_flags (JsonBuilder *json, const char *name, ValijaFlags flags)
{
  g_autofree char *words = valija_flags_to_string (flags);
  g_auto(GStrv) list = words[0] != '\0' ? g_strsplit (words, " ", -1) : NULL;

  valija_cli_json_strings (json, name, (const char * const *) list);
}

static void
add_certificate (JsonBuilder *json, ValijaCertificate *certificate)
{
  g_autofree char *reasons = valija_certificate_dup_reasons (certificate);

  json_builder_set_member_name (json, "certificate");
  json_builder_begin_object (json);
  valija_cli_json_string (json, "host", certificate->host);
  valija_cli_json_int (json, "port", certificate->port);
  valija_cli_json_string (json, "subject", certificate->subject);
  valija_cli_json_string (json, "names", certificate->names);
  valija_cli_json_string (json, "issuer", certificate->issuer);
  valija_cli_json_time (json, "not_before", certificate->not_before);
  valija_cli_json_time (json, "not_after", certificate->not_after);
  valija_cli_json_string (json, "sha256", certificate->sha256);
  valija_cli_json_string (json, "reasons", reasons);
  json_builder_end_object (json);
}

void
valija_cli_json_error (JsonBuilder *json, const char *name, const GError *error)
{
  g_autofree char *title = NULL;
  g_autofree char *advice = NULL;

  json_builder_set_member_name (json, name);
  if (error == NULL)
    {
      json_builder_add_null_value (json);
      return;
    }

  title = valija_error_dup_title (error);
  advice = valija_error_dup_advice (error);
  json_builder_begin_object (json);
  valija_cli_json_string (json, "code", valija_error_code_to_nick (error));
  valija_cli_json_string (json, "side", valija_side_to_nick (valija_error_get_side (error)));
  valija_cli_json_string (json, "step", valija_step_to_nick (valija_error_get_step (error)));
  valija_cli_json_string (json, "title", title);
  valija_cli_json_string (json, "message", error->message);
  valija_cli_json_string (json, "advice", advice);
  valija_cli_json_string (json, "server_line", valija_error_get_server_line (error));
  if (valija_error_get_certificate (error) != NULL)
    add_certificate (json, valija_error_get_certificate (error));
  json_builder_end_object (json);
}

void
valija_cli_json_account (JsonBuilder *json, ValijaAccount *account)
{
  json_builder_begin_object (json);
  valija_cli_json_string (json, "id", valija_account_get_id (account));
  valija_cli_json_string (json, "name", valija_account_get_name (account));
  valija_cli_json_string (json, "method", valija_account_get_method (account));
  valija_cli_json_string (json, "email", valija_account_get_email (account));
  valija_cli_json_bool (json, "paused", valija_account_get_paused (account));
  json_builder_end_object (json);
}

void
valija_cli_json_folder (JsonBuilder *json, ValijaFolder *folder, const char *path)
{
  json_builder_begin_object (json);
  valija_cli_json_int (json, "id", valija_folder_get_id (folder));
  valija_cli_json_string (json, "account", valija_account_get_id (valija_folder_get_account (folder)));
  valija_cli_json_string (json, "path", path);
  valija_cli_json_string (json, "name", valija_folder_get_name (folder));
  valija_cli_json_string (json, "role", valija_folder_role_to_nick (valija_folder_get_role (folder)));
  valija_cli_json_int (json, "depth", valija_folder_get_depth (folder));
  valija_cli_json_string (json, "owner", valija_folder_owner_to_nick (valija_folder_get_owner (folder)));
  valija_cli_json_bool (json, "selectable", valija_folder_get_selectable (folder));
  valija_cli_json_bool (json, "local", valija_folder_get_local (folder));
  valija_cli_json_int (json, "total", valija_folder_get_total (folder));
  valija_cli_json_int (json, "unread", valija_folder_get_unread (folder));
  valija_cli_json_string (json, "policy", valija_folder_policy_to_nick (valija_folder_get_policy (folder)));
  valija_cli_json_time (json, "last_checked", valija_folder_get_last_checked (folder));
  json_builder_end_object (json);
}

void
valija_cli_json_size (JsonBuilder *json, const ValijaMailSize *size)
{
  json_builder_set_member_name (json, "size");
  json_builder_begin_object (json);
  valija_cli_json_int (json, "messages", size->messages);
  valija_cli_json_int (json, "whole", size->whole);
  valija_cli_json_int (json, "bytes_here", size->bytes_here);
  valija_cli_json_int (json, "bytes_listed", size->bytes_listed);
  json_builder_end_object (json);

  if (size->quota.limit == 0)
    return;

  json_builder_set_member_name (json, "quota");
  json_builder_begin_object (json);
  valija_cli_json_int (json, "used", (gint64) size->quota.used);
  valija_cli_json_int (json, "limit", (gint64) size->quota.limit);
  valija_cli_json_bool (json, "nearly_full", valija_quota_is_tight (&size->quota));
  json_builder_end_object (json);
}

static void
json_conversation (JsonBuilder *json, ValijaMessage *message)
{
  GArray *members = valija_message_get_members (message);
  GPtrArray *people = valija_message_get_people (message);

  valija_cli_json_int (json, "messages", valija_message_get_n_messages (message));
  json_builder_set_member_name (json, "people");
  json_builder_begin_array (json);
  for (guint i = 0; i < people->len; i++)
    {
      const ValijaParticipant *person = g_ptr_array_index (people, i);

      json_builder_begin_object (json);
      valija_cli_json_string (json, "name", person->label);
      valija_cli_json_string (json, "address", person->address);
      valija_cli_json_bool (json, "unread", person->unread);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);

  json_builder_set_member_name (json, "ids");
  json_builder_begin_array (json);
  for (guint i = 0; i < members->len; i++)
    json_builder_add_int_value (json, g_array_index (members, gint64, i));
  json_builder_end_array (json);
}

void
valija_cli_json_message_fields (JsonBuilder *json, ValijaMessage *message)
{
  ValijaFolder *folder = valija_message_get_folder (message);

  valija_cli_json_int (json, "id", valija_message_get_id (message));
  valija_cli_json_string (json, "account", valija_account_get_id (valija_folder_get_account (folder)));
  valija_cli_json_string (json, "folder", valija_folder_get_name (folder));
  valija_cli_json_string (json, "message_id", valija_message_get_message_id (message));
  valija_cli_json_string (json, "subject", valija_message_get_subject (message));
  valija_cli_json_string (json, "sender", valija_message_get_sender (message));
  valija_cli_json_string (json, "sender_address", valija_message_get_sender_address (message));
  valija_cli_json_string (json, "recipients", valija_message_get_recipients (message));
  valija_cli_json_time (json, "date", valija_message_get_date (message));
  valija_cli_json_int (json, "size", (gint64) valija_message_get_size (message));
  add_flags (json, "flags", valija_message_get_flags (message));
  valija_cli_json_strings (json, "labels", valija_message_get_labels (message));
  valija_cli_json_bool (json, "attachments", valija_message_get_has_attachments (message));
  valija_cli_json_bool (json, "here", valija_message_get_has_source (message));
  valija_cli_json_string (json, "preview", valija_message_get_preview (message));
  valija_cli_json_int (json, "conversation", valija_message_get_conversation (message));
  if (valija_message_get_n_messages (message) > 0)
    json_conversation (json, message);
}

void
valija_cli_json_message (JsonBuilder *json, ValijaMessage *message)
{
  json_builder_begin_object (json);
  valija_cli_json_message_fields (json, message);
  json_builder_end_object (json);
}

void
valija_cli_json_term (JsonBuilder *json, const ValijaSearchTerm *term)
{
  g_autofree char *label = valija_search_term_dup_label (term);

  json_builder_begin_object (json);
  valija_cli_json_string (json, "operator", valija_search_key_get_nick (term->key));
  valija_cli_json_string (json, "text", term->text);
  valija_cli_json_bool (json, "negated", term->negated);
  valija_cli_json_bool (json, "alternative", term->alternative);
  valija_cli_json_string (json, "label", label);
  valija_cli_json_string (json, "hint", term->hint);
  json_builder_end_object (json);
}

void
valija_cli_json_outbox (JsonBuilder *json, ValijaOutboxItem *item)
{
  ValijaAccount *account = valija_outbox_item_get_account (item);

  json_builder_begin_object (json);
  valija_cli_json_int (json, "id", valija_outbox_item_get_id (item));
  valija_cli_json_string (json, "account", account != NULL ? valija_account_get_id (account) : NULL);
  valija_cli_json_string (json, "subject", valija_outbox_item_get_subject (item));
  valija_cli_json_string (json, "recipients", valija_outbox_item_get_recipients (item));
  valija_cli_json_string (json, "state", valija_outbox_state_to_nick (valija_outbox_item_get_state (item)));
  valija_cli_json_string (json, "words", valija_outbox_item_get_words (item));
  valija_cli_json_time (json, "date", valija_outbox_item_get_date (item));
  valija_cli_json_time (json, "due", valija_outbox_item_get_due (item));
  valija_cli_json_int (json, "attempts", valija_outbox_item_get_attempts (item));
  json_builder_end_object (json);
}
