/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "engine/valija-engine.h"

G_BEGIN_DECLS

/* What the commands of valijactl share. A command is a fiber: it may await the engine, writes what came out, and
 * returns. */

/* How valijactl ends; the manual in valija-cli-help.c says so too, and scripts rely on it. */
typedef enum
{
  VALIJA_CLI_DONE = 0,
  VALIJA_CLI_FAILED = 1,        /* for another reason */
  VALIJA_CLI_USAGE = 2,         /* the command line or a setting makes no sense */
  VALIJA_CLI_NOT_FOUND = 3,     /* no such account, folder or message */
  VALIJA_CLI_NETWORK = 4,       /* not reached, silent, hung up, or "not now": try again later */
  VALIJA_CLI_INSECURE = 5,      /* certificate, TLS, STARTTLS */
  VALIJA_CLI_SIGN_IN = 6,       /* name or password refused, none stored, keyring */
  VALIJA_CLI_REFUSED = 7,       /* the server said no */
  VALIJA_CLI_UNSUPPORTED = 8,   /* this method or this server cannot */
  VALIJA_CLI_STORAGE = 9,       /* the store or the disk of this computer */
  VALIJA_CLI_UNCERTAIN = 10,    /* a message may or may not have been sent */
  VALIJA_CLI_INTERRUPTED = 130,
} ValijaCliExit;

typedef struct
{
  ValijaEngine *engine;         /* nullable: the command needs none */
  JsonBuilder *json;            /* nullable: inside the root object, with --json */
  char **arguments;             /* what is neither command nor option */
  guint n_arguments;
  gboolean keyring_file;        /* passwords are in an encrypted file, not in the desktop's keyring */
  gboolean lines;               /* the command writes objects of its own, one a line */
  ValijaAccount *account;       /* nullable: not stored; its traffic counts for --stats */
  DexFuture *stop;              /* rejects when the user wants an end of it */
  GPtrArray *held;              /* of GObject: what was found, to the end of the command */
} ValijaCli;

typedef struct
{
  const char *name;             /* "account add"; NULL ends a table */
  const char *arguments;        /* nullable: "MESSAGE…" */
  const char *summary;          /* N_() one line */
  const GOptionEntry *options;  /* nullable */
  gboolean (*run_fiber) (ValijaCli *cli, GError **error);
  gboolean without_engine;
} ValijaCliCommand;

extern const ValijaCliCommand valija_cli_account_commands[];
extern const ValijaCliCommand valija_cli_method_commands[];
extern const ValijaCliCommand valija_cli_mail_commands[];
extern const ValijaCliCommand valija_cli_folder_commands[];
extern const ValijaCliCommand valija_cli_message_commands[];
extern const ValijaCliCommand valija_cli_organize_commands[];
extern const ValijaCliCommand valija_cli_people_commands[];
extern const ValijaCliCommand valija_cli_replies_commands[];
extern const ValijaCliCommand valija_cli_send_commands[];

/* Writes to standard output, unless it is for machines. */
void           valija_cli_print          (ValijaCli *cli, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The text without anything that a terminal would act upon. (transfer full) */
char          *valija_cli_clean          (const char *text);

/* @object, which lives to the end of the command from now on, whatever the command waits for. (nullable) (transfer
 * none) */
gpointer       valija_cli_hold           (ValijaCli *cli, gpointer object);

/* The account that @name means: an id, or a name or an address that no other account has; NULL means the only one there
 * is. (transfer none): held */
ValijaAccount *valija_cli_find_account   (ValijaCli *cli, const char *name, GError **error);
/* NULL means the inbox. (transfer none): held */
ValijaFolder  *valija_cli_find_folder    (ValijaCli *cli, ValijaAccount *account, const char *name, GError **error);
/* What is in the file that a word of the command line names. Awaits. (transfer full) */
GBytes        *valija_cli_load_file_fiber (const char *name, GError **error);
/* The one message that the only argument names. Awaits. (transfer full) */
ValijaMessage *valija_cli_find_message   (ValijaCli *cli, GError **error);
/* The messages that the arguments from @first on name by number: GPtrArray of ValijaMessage, or NULL. Awaits. */
GPtrArray     *valija_cli_find_messages  (ValijaCli *cli, guint first, GError **error);

/* Which of @words (NULL-terminated) @word is, the first for NULL; the error lists them. */
gboolean       valija_cli_find_word      (const char          *word,
                                          const char * const  *words,
                                          int                 *value,
                                          GError             **error);
/* ISO 8601, seconds and zone may be left out. */
gboolean       valija_cli_parse_time    (const char *text, gint64 *seconds, GError **error);
/* Says so when there is none, instead of an empty list. */
void           valija_cli_print_no_accounts (ValijaCli *cli);

gboolean       valija_cli_set_usage      (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3); /* FALSE */

/* One or two lines of standard input as secrets, for the sides that @account has: the incoming and the outgoing
 * one; one line is for both. Awaits. */
gboolean       valija_cli_read_secrets_fiber (ValijaCli      *cli,
                                              ValijaAccount  *account,
                                              ValijaSecret  **incoming,
                                              ValijaSecret  **outgoing,
                                              GError        **error);

/* ---- JSON: each writes one value ---- */
void valija_cli_json_string   (JsonBuilder *json, const char *name, const char *value); /* (nullable) */
void valija_cli_json_int      (JsonBuilder *json, const char *name, gint64 value);
void valija_cli_json_bool     (JsonBuilder *json, const char *name, gboolean value);
void valija_cli_json_time     (JsonBuilder *json, const char *name, gint64 seconds);    /* ISO 8601, null for 0 */
void valija_cli_json_strings  (JsonBuilder *json, const char *name, const char * const *values);
void valija_cli_json_error    (JsonBuilder *json, const char *name, const GError *error);
void valija_cli_json_account  (JsonBuilder *json, ValijaAccount *account);
void valija_cli_json_folder   (JsonBuilder *json, ValijaFolder *folder, const char *path);
void valija_cli_json_size     (JsonBuilder *json, const ValijaMailSize *size); /* named "size" */
void valija_cli_json_message  (JsonBuilder *json, ValijaMessage *message);
/* The same inside of an object that has been begun. */
void valija_cli_json_message_fields (JsonBuilder *json, ValijaMessage *message);
void valija_cli_json_term     (JsonBuilder *json, const ValijaSearchTerm *term);
void valija_cli_json_outbox   (JsonBuilder *json, ValijaOutboxItem *item);

/* ---- For people ---- */
char *valija_cli_dup_folder_path (ValijaCli *cli, ValijaFolder *folder);
char *valija_cli_pad             (const char *text, guint columns); /* with spaces, as a terminal counts */
char *valija_cli_dup_labels      (ValijaMessage *message); /* with commas, "" for none */
char *valija_cli_dup_time        (gint64 seconds); /* local time, "-" for 0 */
void  valija_cli_print_messages  (ValijaCli *cli, GPtrArray *messages);
void  valija_cli_print_outbox    (ValijaCli *cli, ValijaOutboxItem *item);

/* The keys of --set, method by method: lines for people. (transfer full) */
char *valija_cli_describe_keys   (void);
/* The keys of one method, those of its servers as short names where there is one. (transfer full) */
char *valija_cli_list_keys       (const char *method);
/* The manual page. */
void  valija_cli_print_help      (const ValijaCliCommand * const *tables);

/* How the process ends after @error, (nullable): NULL is done. The manual page lists them. */
ValijaCliExit valija_cli_exit_of (const GError *error);

G_END_DECLS
