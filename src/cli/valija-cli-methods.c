/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/valija-cli.h"

#include <glib/gi18n-lib.h>

static void
json_texts (JsonBuilder *json, const char *name, const char * const *texts)
{
  json_builder_set_member_name (json, name);
  json_builder_begin_array (json);
  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    json_builder_add_string_value (json, valija_method_text (texts[i]));
  json_builder_end_array (json);
}

static void
json_ports (JsonBuilder *json, const char *name, const guint16 *ports)
{
  static const ValijaSecurity securities[] = { VALIJA_SECURITY_TLS, VALIJA_SECURITY_STARTTLS, VALIJA_SECURITY_NONE };

  json_builder_set_member_name (json, name);
  json_builder_begin_object (json);
  for (guint i = 0; i < G_N_ELEMENTS (securities); i++)
    if (ports[securities[i]] != 0)
      valija_cli_json_int (json, valija_security_to_nick (securities[i]), ports[securities[i]]);
  json_builder_end_object (json);
}

static void
json_answers (JsonBuilder *json, const ValijaMethod *method)
{
  json_builder_set_member_name (json, "answers");
  json_builder_begin_object (json);
  for (guint i = 0; i < VALIJA_N_QUESTIONS; i++)
    {
      json_builder_set_member_name (json, valija_question_get_nick ((ValijaQuestion) i));
      json_builder_begin_object (json);
      valija_cli_json_string (json, "answer", valija_answer_get_nick (method->answers[i].answer));
      valija_cli_json_string (json, "note", valija_method_text (method->answers[i].note));
      json_builder_end_object (json);
    }
  json_builder_end_object (json);
}

static void
json_method (JsonBuilder *json, const ValijaMethod *method)
{
  g_autofree const char **capabilities = valija_capabilities_to_nicks (method->capabilities);

  json_builder_begin_object (json);
  valija_cli_json_string (json, "id", method->id);
  valija_cli_json_string (json, "name", valija_method_text (method->name));
  valija_cli_json_bool (json, "available", method->available);
  valija_cli_json_strings (json, "capabilities", capabilities);
  valija_cli_json_string (json, "kind", valija_method_text (method->kind));
  valija_cli_json_string (json, "tagline", valija_method_text (method->tagline));
  valija_cli_json_string (json, "summary", valija_method_text (method->summary));
  valija_cli_json_string (json, "who", valija_method_text (method->who));
  valija_cli_json_string (json, "original", method->original != NULL ? valija_method_text (method->original) : NULL);
  json_texts (json, "needs", method->needs);
  json_texts (json, "caveats", method->caveats);
  valija_cli_json_string (json, "what_happens", valija_method_text (method->what_happens));
  json_answers (json, method);
  valija_cli_json_bool (json, "uses_incoming", method->uses_incoming);
  valija_cli_json_bool (json, "uses_outgoing", method->uses_outgoing);
  valija_cli_json_bool (json, "pairs_outgoing", method->pairs_outgoing);
  valija_cli_json_bool (json, "finds_server", method->finds_server);
  json_ports (json, "incoming_ports", method->incoming_ports);
  json_ports (json, "outgoing_ports", method->outgoing_ports);
  json_builder_end_object (json);
}

static void
print_method (ValijaCli *cli, const ValijaMethod *method)
{
  valija_cli_print (cli, "%s (%s): %s%s\n", valija_method_text (method->name), method->id,
                    valija_method_text (method->kind), method->available ? "" : _(", not in this version yet"));
  valija_cli_print (cli, "  %s\n", valija_method_text (method->summary));

  for (guint i = 0; i < VALIJA_N_QUESTIONS; i++)
    valija_cli_print (cli, "  %s: %s. %s\n", valija_question_get_label ((ValijaQuestion) i),
                      valija_answer_get_label (method->answers[i].answer),
                      valija_method_text (method->answers[i].note));

  for (guint i = 0; method->needs != NULL && method->needs[i] != NULL; i++)
    valija_cli_print (cli, "  + %s\n", valija_method_text (method->needs[i]));
  for (guint i = 0; method->caveats != NULL && method->caveats[i] != NULL; i++)
    valija_cli_print (cli, "  ! %s\n", valija_method_text (method->caveats[i]));
  if (method->available)
    {
      g_autofree char *keys = valija_cli_list_keys (method->id);

      /* Translators: the names of what --set takes follow */
      valija_cli_print (cli, _("  Settings: %s\n"), keys);
    }
  valija_cli_print (cli, "\n");
}

static gboolean
methods_fiber (ValijaCli *cli, GError **error)
{
  const ValijaMethod * const *methods = valija_engine_list_methods (NULL);

  if (cli->n_arguments > 0 && valija_engine_find_method (NULL, cli->arguments[0]) == NULL)
    return valija_cli_set_usage (error, _("There is no method “%s”. “valijactl methods” lists them."),
                                 cli->arguments[0]);

  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "methods");
      json_builder_begin_array (cli->json);
    }

  for (guint i = 0; methods[i] != NULL; i++)
    {
      if (cli->n_arguments > 0 && !g_str_equal (methods[i]->id, cli->arguments[0]))
        continue;

      if (cli->json != NULL)
        json_method (cli->json, methods[i]);
      else
        print_method (cli, methods[i]);
    }

  if (cli->json != NULL)
    json_builder_end_array (cli->json);
  return TRUE;
}

const ValijaCliCommand valija_cli_method_commands[] = {
  { "methods", "[METHOD]", N_("Explain the ways to connect"), NULL, methods_fiber, TRUE },
  { NULL }
};
