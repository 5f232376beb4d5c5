/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-method.h"

#include <glib/gi18n-lib.h>

static const struct
{
  const char *nick;
  const char *label;
} questions[VALIJA_N_QUESTIONS] = {
  [VALIJA_QUESTION_READS] = { "reads", N_("Reads mail") },
  [VALIJA_QUESTION_SENDS] = { "sends", N_("Sends mail") },
  [VALIJA_QUESTION_KEEPS_SENT] = { "keeps-sent", N_("Keeps what you send") },
  [VALIJA_QUESTION_FOLDERS] = { "folders", N_("All your folders") },
  [VALIJA_QUESTION_OFFLINE] = { "offline", N_("Works offline") },
  [VALIJA_QUESTION_INSTANT] = { "instant", N_("New mail at once") },
};

static const struct
{
  const char *nick;
  const char *label;
  const char *icon;
} answers[] = {
  [VALIJA_ANSWER_NO] = { "no", N_("No"), "window-close-symbolic" },
  [VALIJA_ANSWER_YES] = { "yes", N_("Yes"), "object-select-symbolic" },
  [VALIJA_ANSWER_HERE] = { "here", N_("On this computer"), "computer-symbolic" },
  [VALIJA_ANSWER_SEE_NOTE] = { "see-note", N_("It depends"), "help-about-symbolic" },
};

G_DEFINE_BOXED_TYPE (ValijaSuggestion, valija_suggestion, valija_suggestion_copy, valija_suggestion_free)

const char *
valija_method_text (const char *text)
{
  /* gettext answers an empty text with the catalogue's header */
  return text != NULL && *text != '\0' ? g_dgettext (GETTEXT_PACKAGE, text) : "";
}

char *
valija_method_describe (const ValijaMethod *self,
                        ValijaAccount      *account)
{
  const char *name;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (account), NULL);

  name = valija_method_text (self->name);
  if (self->pairs_outgoing && valija_account_has_side (account, VALIJA_SIDE_OUTGOING))
    /* Translators: %s is a method that only reads: IMAP, POP3 */
    return g_strdup_printf (_("Reads by %s, sends by SMTP"), name);

  /* Translators: a connection method and what it does: "IMAP: Read only" */
  return g_strdup_printf (_("%s: %s"), name, valija_method_text (self->kind));
}

const char *
valija_question_get_label (ValijaQuestion question)
{
  g_return_val_if_fail (question < VALIJA_N_QUESTIONS, NULL);

  return _(questions[question].label);
}

const char *
valija_question_get_nick (ValijaQuestion question)
{
  g_return_val_if_fail (question < VALIJA_N_QUESTIONS, NULL);

  return questions[question].nick;
}

const char *
valija_answer_get_label (ValijaAnswer answer)
{
  g_return_val_if_fail (answer < G_N_ELEMENTS (answers), NULL);

  return _(answers[answer].label);
}

const char *
valija_answer_get_nick (ValijaAnswer answer)
{
  g_return_val_if_fail (answer < G_N_ELEMENTS (answers), NULL);

  return answers[answer].nick;
}

const char *
valija_answer_get_icon (ValijaAnswer answer)
{
  g_return_val_if_fail (answer < G_N_ELEMENTS (answers), NULL);

  return answers[answer].icon;
}

ValijaSuggestion *
valija_suggestion_copy (const ValijaSuggestion *self)
{
  ValijaSuggestion *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->method = g_strdup (self->method);
  copy->reason = g_strdup (self->reason);
  copy->email = g_strdup (self->email);
  copy->incoming_host = g_strdup (self->incoming_host);
  copy->outgoing_host = g_strdup (self->outgoing_host);

  return copy;
}

void
valija_suggestion_free (ValijaSuggestion *self)
{
  if (self == NULL)
    return;

  g_free (self->method);
  g_free (self->reason);
  g_free (self->email);
  g_free (self->incoming_host);
  g_free (self->outgoing_host);
  g_free (self);
}
