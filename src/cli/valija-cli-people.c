/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/valija-cli.h"

#include <glib/gi18n-lib.h>

#define MOST 100

static char *opt_account;
static gboolean opt_directory;

static const GOptionEntry people_options[] = {
  { "account", 'a', 0, G_OPTION_ARG_STRING, &opt_account, N_("Which account: its id, name or address"), "ACCOUNT" },
  { "directory", 'd', 0, G_OPTION_ARG_NONE, &opt_directory,
    N_("Ask the directory of the account’s server instead of the mail that is here"), NULL },
  G_OPTION_ENTRY_NULL
};

static void
write_people (ValijaCli *cli, GPtrArray *people)
{
  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "people");
      json_builder_begin_array (cli->json);
    }

  for (guint i = 0; i < people->len; i++)
    {
      const ValijaAddress *person = g_ptr_array_index (people, i);
      g_autofree char *text = valija_address_to_text (person);
      g_autofree char *clean = valija_cli_clean (text);

      if (cli->json != NULL)
        {
          json_builder_begin_object (cli->json);
          valija_cli_json_string (cli->json, "name", person->name);
          valija_cli_json_string (cli->json, "address", person->address);
          json_builder_end_object (cli->json);
        }
      valija_cli_print (cli, "%s\n", clean);
    }

  if (cli->json != NULL)
    json_builder_end_array (cli->json);
}

static gboolean
people_fiber (ValijaCli *cli, GError **error)
{
  g_autoptr(GPtrArray) people = NULL;
  ValijaAccount *account;
  DexFuture *finding;

  if (cli->n_arguments != 1)
    return valija_cli_set_usage (error, _("Say whom to look for: the beginning of a name or of an address."));

  if (opt_directory)
    {
      if (!(account = valija_cli_find_account (cli, opt_account, error)))
        return FALSE;
      finding = valija_engine_search_directory (cli->engine, account, cli->arguments[0], MOST);
    }
  else
    finding = valija_engine_find_people (cli->engine, cli->arguments[0], MOST);

  if (!(people = dex_await_boxed (finding, error)))
    return FALSE;

  write_people (cli, people);
  return TRUE;
}

const ValijaCliCommand valija_cli_people_commands[] = {
  { "people", "TEXT", N_("Find people by the beginning of a name or of an address"), people_options, people_fiber },
  { NULL }
};
