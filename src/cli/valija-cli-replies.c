/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/valija-cli.h"

#include <glib/gi18n-lib.h>

static char *opt_account;
static char *opt_state;
static char *opt_from;
static char *opt_until;
static char *opt_inside;
static char *opt_outside;
static char *opt_audience;

static const char * const states[] = { "off", "on", "period", NULL };
static const char * const audiences[] = { "nobody", "contacts", "everybody", NULL };

static const GOptionEntry show_options[] = {
  { "account", 'a', 0, G_OPTION_ARG_STRING, &opt_account, N_("Which account: its id, name or address"), "ACCOUNT" },
  G_OPTION_ENTRY_NULL
};

static const GOptionEntry set_options[] = {
  { "account", 'a', 0, G_OPTION_ARG_STRING, &opt_account, N_("Which account: its id, name or address"), "ACCOUNT" },
  { "from", 0, 0, G_OPTION_ARG_STRING, &opt_from, N_("When a period begins: “2026-03-09 08:00”"), "TIME" },
  { "until", 0, 0, G_OPTION_ARG_STRING, &opt_until, N_("When it ends"), "TIME" },
  { "inside", 0, 0, G_OPTION_ARG_STRING, &opt_inside, N_("What people of the organization are told"), "TEXT" },
  { "outside", 0, 0, G_OPTION_ARG_STRING, &opt_outside, N_("What others are told"), "TEXT" },
  { "to", 0, 0, G_OPTION_ARG_STRING, &opt_audience, N_("Which others: nobody, contacts or everybody"), "WHOM" },
  G_OPTION_ENTRY_NULL
};

static void
write_replies (ValijaCli *cli, const ValijaAutoReplies *replies)
{
  g_autofree char *start = valija_cli_dup_time (replies->start);
  g_autofree char *end = valija_cli_dup_time (replies->end);
  g_autofree char *inside = valija_cli_clean (replies->inside);
  g_autofree char *outside = valija_cli_clean (replies->outside);
  gboolean answers = valija_auto_replies_answer (replies, g_get_real_time () / G_USEC_PER_SEC);

  if (cli->json != NULL)
    {
      json_builder_set_member_name (cli->json, "replies");
      json_builder_begin_object (cli->json);
      valija_cli_json_string (cli->json, "state", states[replies->state]);
      valija_cli_json_bool (cli->json, "answers", answers);
      valija_cli_json_time (cli->json, "from", replies->start);
      valija_cli_json_time (cli->json, "until", replies->end);
      valija_cli_json_string (cli->json, "inside", replies->inside);
      valija_cli_json_string (cli->json, "to", audiences[replies->audience]);
      valija_cli_json_string (cli->json, "allowed", audiences[replies->widest]);
      valija_cli_json_string (cli->json, "outside", replies->outside);
      json_builder_end_object (cli->json);
      return;
    }

  if (replies->state == VALIJA_REPLIES_PERIOD)
    /* Translators: two times */
    valija_cli_print (cli, _("Automatic replies: from %s until %s\n"), start, end);
  else
    valija_cli_print (cli, "%s\n", replies->state == VALIJA_REPLIES_ON ? _("Automatic replies: on")
                                                                       : _("Automatic replies: off"));
  /* Translators: a text that people are told */
  valija_cli_print (cli, _("  inside the organization: %s\n"), inside);
  /* Translators: a word (nobody, contacts or everybody) and a text that they are told */
  valija_cli_print (cli, _("  outside, %s: %s\n"), audiences[replies->audience], outside);
  if (valija_auto_replies_get_limit (replies) != NULL)
    valija_cli_print (cli, "  %s\n", valija_auto_replies_get_limit (replies));
}

static gboolean
show_fiber (ValijaCli *cli, GError **error)
{
  ValijaAccount *account = valija_cli_find_account (cli, opt_account, error);
  g_autoptr(ValijaAutoReplies) replies = NULL;

  if (account == NULL ||
      !(replies = dex_await_boxed (valija_engine_load_auto_replies (cli->engine, account), error)))
    return FALSE;

  write_replies (cli, replies);
  return TRUE;
}

/* What is not said stays as the server has it. */
static gboolean
apply_options (ValijaAutoReplies *replies, GError **error)
{
  int word;

  if (!valija_cli_find_word (opt_state, states, &word, error))
    return FALSE;
  replies->state = (ValijaRepliesState) word;

  if (opt_audience != NULL)
    {
      if (!valija_cli_find_word (opt_audience, audiences, &word, error))
        return FALSE;
      replies->audience = (ValijaRepliesAudience) word;
    }

  if ((opt_from != NULL && !valija_cli_parse_time (opt_from, &replies->start, error)) ||
      (opt_until != NULL && !valija_cli_parse_time (opt_until, &replies->end, error)))
    return FALSE;

  if (opt_inside != NULL)
    g_set_str (&replies->inside, opt_inside);
  if (opt_outside != NULL)
    g_set_str (&replies->outside, opt_outside);

  return TRUE;
}

static gboolean
set_fiber (ValijaCli *cli, GError **error)
{
  ValijaAccount *account;
  g_autoptr(ValijaAutoReplies) replies = NULL;

  if (cli->n_arguments != 1)
    return valija_cli_set_usage (error, _("Say whether people are to be answered: off, on or period."));
  opt_state = cli->arguments[0];

  if (!(account = valija_cli_find_account (cli, opt_account, error)) ||
      !(replies = dex_await_boxed (valija_engine_load_auto_replies (cli->engine, account), error)) ||
      !apply_options (replies, error) ||
      !dex_await (valija_engine_save_auto_replies (cli->engine, account, replies), error))
    return FALSE;

  write_replies (cli, replies);
  return TRUE;
}

const ValijaCliCommand valija_cli_replies_commands[] = {
  { "replies show", NULL, N_("Tell what the server answers while you are away"), show_options, show_fiber },
  { "replies set", "STATE", N_("Have the server answer for you: off, on or period"), set_options, set_fiber },
  { NULL }
};
