/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "model/valija-account.h"
#include "model/valija-types.h"

G_BEGIN_DECLS

/* How well a method does something, for the comparison at a glance. */
typedef enum
{
  VALIJA_ANSWER_NO,
  VALIJA_ANSWER_YES,
  VALIJA_ANSWER_HERE,        /* done by Valija, on this computer */
  VALIJA_ANSWER_SEE_NOTE,    /* depends: the note says on what */
} ValijaAnswer;

/* The rows of the comparison, in the order in which they are shown. */
typedef enum
{
  VALIJA_QUESTION_READS,
  VALIJA_QUESTION_SENDS,
  VALIJA_QUESTION_KEEPS_SENT,
  VALIJA_QUESTION_FOLDERS,
  VALIJA_QUESTION_OFFLINE,
  VALIJA_QUESTION_INSTANT,
  VALIJA_N_QUESTIONS,
} ValijaQuestion;

typedef struct
{
  ValijaAnswer answer;
  const char *note;          /* N_() one short sentence, always there: why, or where it is kept instead */
} ValijaMethodAnswer;

/* One connection method as it is explained: static data, texts marked with N_() and translated by whoever shows them
 * with g_dgettext through valija_method_text(). The dialog, the account page, the manual and `valijactl methods` are
 * all drawn from it. */
typedef struct
{
  const char *id;            /* "imap" */
  const char *name;          /* "IMAP" */
  const char *kind;          /* "Read only", "Send only", "Reads and sends" */
  const char *tagline;       /* one line: who it is for */
  const char *summary;       /* two or three plain sentences */
  const char *who;           /* who keeps security, history, sending */
  const char *original;      /* nullable: how the original did it, and why it is so here */
  const char * const *needs; /* what the user must have at hand, NULL-terminated */
  const char * const *caveats; /* NULL-terminated */
  const char *what_happens;  /* before the first connection: servers contacted, what is stored where, where the password
                                is kept; a line each */
  const char *icon_name;
  ValijaCapabilities capabilities;
  ValijaMethodAnswer answers[VALIJA_N_QUESTIONS];
  gboolean available;        /* FALSE: explained, and says that this version cannot do it yet */
  gboolean uses_incoming;    /* an incoming server is set up by hand */
  gboolean uses_outgoing;    /* an outgoing server is set up by hand */
  gboolean pairs_outgoing;   /* may be paired with an SMTP server */
  gboolean finds_server;     /* finds the incoming server by itself, from address and password */
  guint16 incoming_ports[3]; /* by ValijaSecurity, 0 where there is none */
  guint16 outgoing_ports[3];
} ValijaMethod;

/* The translation of one of the texts above. (transfer none) */
const char *valija_method_text         (const char *text);
/* What @account, of this method, does: "IMAP: Read only", or "Reads by IMAP, sends by SMTP" where it is paired.
 * Translated. (transfer full) */
char       *valija_method_describe     (const ValijaMethod *self, ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;
const char *valija_question_get_label  (ValijaQuestion question);   /* "Sends mail", translated */
const char *valija_question_get_nick   (ValijaQuestion question);   /* "sends" */
const char *valija_answer_get_label    (ValijaAnswer answer);       /* "Yes", "On this computer", translated */
const char *valija_answer_get_nick     (ValijaAnswer answer);
const char *valija_answer_get_icon     (ValijaAnswer answer);

/* A suggestion from what a person has: an address, a provider, or words such as "my work uses Microsoft 365". */
typedef struct
{
  char *method;              /* id; NULL: none of them reaches that mailbox, and the reason says why */
  char *reason;              /* translated sentence: why */
  char *email;               /* nullable: the address found in what was typed */
  char *incoming_host;       /* nullable: known or likely server; @certain says which */
  char *outgoing_host;
  guint16 incoming_port;
  guint16 outgoing_port;
  ValijaSecurity incoming_security;
  ValijaSecurity outgoing_security;
  gboolean certain;          /* a known provider, not a guess by name */
} ValijaSuggestion;

/* Copying duplicates the texts; NULL may be freed. */
#define VALIJA_TYPE_SUGGESTION (valija_suggestion_get_type ())
GType             valija_suggestion_get_type (void) G_GNUC_CONST;
ValijaSuggestion *valija_suggestion_copy     (const ValijaSuggestion *self) G_GNUC_WARN_UNUSED_RESULT;
void              valija_suggestion_free     (ValijaSuggestion *self);

/* The method that fits @text best, or NULL where nothing can be said. Asks no server. (transfer full) */
ValijaSuggestion *valija_method_suggest (const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* The servers that @email's provider has for @method, known or guessed; the hosts are NULL where it has none or the
 * method finds its server by itself. The reason is empty. (transfer full) never NULL */
ValijaSuggestion *valija_method_suggest_servers (const char *method, const char *email) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaSuggestion, valija_suggestion_free)

G_END_DECLS
