/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a person and a machine read of an error. The sentences that name a side are written out
 * for each of them, so that a translator never has to put one together. */

#include "config.h"

#include "base/valija-error.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  const char *nick;
  const char *title;          /* where no side is known, none matters, or one server is both; nullable: the sentence */
  const char *incoming_title; /* nullable */
  const char *outgoing_title; /* nullable */
  const char *advice;         /* nullable */
} CodeText;

typedef struct
{
  const char *nick;
  const char *label;
  const char *sentence; /* nullable */
} StepText;

/* In the order of ValijaErrorCode */
static const CodeText code_texts[] = {
  [VALIJA_ERROR_FAILED] = { "failed",
    N_("Something went wrong"),
    N_("Something went wrong with the incoming server"),
    N_("Something went wrong with the outgoing server"),
    N_("Try again. If it happens again, the transcript of the connection shows what was said.") },
  [VALIJA_ERROR_RESOLVE] = { "resolve",
    N_("The server’s name was not found"),
    N_("The incoming server’s name was not found"),
    N_("The outgoing server’s name was not found"),
    N_("Check how the server’s name is written, and that this computer is connected to the Internet.") },
  [VALIJA_ERROR_CONNECT] = { "connect",
    N_("The server cannot be reached"),
    N_("The incoming server cannot be reached"),
    N_("The outgoing server cannot be reached"),
    N_("Check the server’s name, the port and the encryption. A firewall may also be in the way.") },
  [VALIJA_ERROR_TIMED_OUT] = { "timed-out",
    N_("The server does not answer"),
    N_("The incoming server does not answer"),
    N_("The outgoing server does not answer"),
    N_("Try again later. If it never answers, check the port and the encryption: a server that expects TLS "
       "at once stays silent without it.") },
  [VALIJA_ERROR_DISCONNECTED] = { "disconnected",
    N_("The connection was lost"),
    N_("The incoming server closed the connection"),
    N_("The outgoing server closed the connection"),
    N_("Try again. Some servers allow only a few connections at a time.") },
  [VALIJA_ERROR_OFFLINE] = { "offline",
    N_("This computer is offline"), NULL, NULL,
    N_("Connect to a network. What you do meanwhile is kept and done later.") },
  [VALIJA_ERROR_CERTIFICATE] = { "certificate",
    N_("The server’s certificate is not trusted"),
    N_("The incoming server’s certificate is not trusted"),
    N_("The outgoing server’s certificate is not trusted"),
    N_("Somebody may be reading along. Trust the certificate only if its SHA-256 print is the one that "
       "whoever runs the server tells you.") },
  [VALIJA_ERROR_TLS] = { "tls",
    N_("No secure connection could be made"),
    N_("No secure connection to the incoming server could be made"),
    N_("No secure connection to the outgoing server could be made"),
    N_("Check the port and the encryption: TLS at once and STARTTLS usually have different ports.") },
  [VALIJA_ERROR_NO_STARTTLS] = { "no-starttls",
    N_("The server does not encrypt the connection"),
    N_("The incoming server does not encrypt the connection"),
    N_("The outgoing server does not encrypt the connection"),
    N_("Nothing was sent. Choose TLS instead of STARTTLS if the server has it, or ask whoever runs the server.") },
  [VALIJA_ERROR_AUTHENTICATION] = { "authentication",
    N_("The server refused the name or password"),
    N_("The incoming server refused the name or password"),
    N_("The outgoing server refused the name or password"),
    N_("Check both. Some providers want the whole address as the name, or a password made for this application.") },
  [VALIJA_ERROR_NO_MECHANISM] = { "no-mechanism",
    N_("There is no safe way to sign in"),
    N_("There is no safe way to sign in to the incoming server"),
    N_("There is no safe way to sign in to the outgoing server"),
    N_("Choose TLS or STARTTLS, so that the password is not sent in clear text. If it is chosen already, the "
       "server wants a way of signing in that Valija does not have.") },
  [VALIJA_ERROR_NO_SECRET] = { "no-secret",
    N_("No password is stored"),
    N_("No password is stored for the incoming server"),
    N_("No password is stored for the outgoing server"),
    N_("Enter the password again.") },
  [VALIJA_ERROR_KEYRING] = { "keyring",
    N_("The keyring cannot be used"), NULL, NULL,
    N_("Unlock the keyring and try again. Where there is none, install GNOME Keyring or another password store.") },
  [VALIJA_ERROR_PROTOCOL] = { "protocol",
    N_("The server’s answer makes no sense"),
    N_("The incoming server’s answer makes no sense"),
    N_("The outgoing server’s answer makes no sense"),
    N_("Check the port: another kind of server may answer there. Else tell whoever runs the server.") },
  [VALIJA_ERROR_LIMIT] = { "limit",
    N_("The server’s answer is too large"),
    N_("The incoming server’s answer is too large"),
    N_("The outgoing server’s answer is too large"),
    N_("Valija stopped to protect this computer. Tell whoever runs the server.") },
  [VALIJA_ERROR_REFUSED] = { "refused",
    N_("The server refused"),
    N_("The incoming server refused"),
    N_("The outgoing server refused"),
    N_("Read what the server said; asking again will not help before that is changed.") },
  [VALIJA_ERROR_TRY_LATER] = { "try-later",
    N_("The server is busy"),
    N_("The incoming server is busy"),
    N_("The outgoing server is busy"),
    N_("Valija tries again by itself.") },
  [VALIJA_ERROR_OVER_QUOTA] = { "over-quota",
    N_("The mailbox is full"),
    NULL,
    N_("A mailbox is full"),
    N_("Delete messages that you no longer need, or ask for more room.") },
  [VALIJA_ERROR_RECIPIENT] = { "recipient",
    N_("A recipient was refused"),
    NULL,
    N_("The outgoing server refused a recipient"),
    N_("Check the address of each recipient. The message was not sent to those that were refused.") },
  [VALIJA_ERROR_TOO_LARGE] = { "too-large",
    N_("The message is too large"),
    N_("The message is too large for the incoming server"),
    N_("The message is too large for the outgoing server"),
    N_("Send fewer or smaller attachments.") },
  /* Only the sentence knows what is not there. */
  [VALIJA_ERROR_NOT_FOUND] = { "not-found", NULL, NULL, NULL, NULL },
  [VALIJA_ERROR_UNSUPPORTED] = { "unsupported",
    N_("This cannot be done here"),
    N_("The incoming server cannot do this"),
    N_("The outgoing server cannot do this"),
    NULL },
  [VALIJA_ERROR_UNCERTAIN] = { "uncertain",
    N_("The message may or may not have been sent"), NULL, NULL,
    N_("Look into the folder of sent messages or ask the recipient before you send it again.") },
  [VALIJA_ERROR_STORAGE] = { "storage",
    N_("The mail kept on this computer cannot be used"), NULL, NULL,
    N_("Check that the disk works and that your home folder can be written to.") },
  [VALIJA_ERROR_IN_USE] = { "in-use",
    N_("The mail kept on this computer is in use"), NULL, NULL,
    N_("Close the other window or command, or wait until it has ended.") },
  [VALIJA_ERROR_DISK_FULL] = { "disk-full",
    N_("This computer’s disk is full"), NULL, NULL,
    N_("Make room on the disk and try again. Nothing was lost.") },
  [VALIJA_ERROR_NEWER_DATA] = { "newer-data",
    N_("The mail kept here was written by a newer Valija"), NULL, NULL,
    N_("Update Valija. The data was left as it is.") },
  [VALIJA_ERROR_RENUMBERED] = { "renumbered",
    N_("The server has numbered the messages of a folder anew"), NULL, NULL,
    N_("Check for mail: changes that wait are made to the messages that are recognized.") },
  [VALIJA_ERROR_INVALID] = { "invalid",
    N_("Something is not filled in correctly"),
    N_("Something about the incoming server is not filled in correctly"),
    N_("Something about the outgoing server is not filled in correctly"),
    N_("Correct it and try again.") },
};

static const StepText step_texts[] = {
  [VALIJA_STEP_NONE] = { "none", N_("Working"), NULL },
  [VALIJA_STEP_DISCOVER] = { "discover", N_("Looking for the server"),
    N_("This happened while looking for the server.") },
  [VALIJA_STEP_CONNECT] = { "connect", N_("Connecting"), N_("This happened while connecting.") },
  [VALIJA_STEP_SECURE] = { "secure", N_("Securing the connection"),
    N_("This happened while securing the connection.") },
  [VALIJA_STEP_GREETING] = { "greeting", N_("Waiting for the greeting"),
    N_("This happened while waiting for the server’s greeting.") },
  [VALIJA_STEP_SIGN_IN] = { "sign-in", N_("Signing in"), N_("This happened while signing in.") },
  [VALIJA_STEP_LIST_FOLDERS] = { "list-folders", N_("Looking for folders"),
    N_("This happened while looking for folders.") },
  [VALIJA_STEP_OPEN_FOLDER] = { "open-folder", N_("Opening the folder"),
    N_("This happened while opening the folder.") },
  [VALIJA_STEP_SYNC] = { "sync", N_("Looking for messages"), N_("This happened while looking for messages.") },
  [VALIJA_STEP_FETCH] = { "fetch", N_("Fetching messages"), N_("This happened while fetching messages.") },
  [VALIJA_STEP_CHANGE] = { "change", N_("Making changes"),
    N_("This happened while making changes on the server.") },
  [VALIJA_STEP_SENDER] = { "sender", N_("Naming the sender"),
    N_("This happened while naming the sender of the message.") },
  [VALIJA_STEP_RECIPIENTS] = { "recipients", N_("Naming the recipients"),
    N_("This happened while naming the recipients of the message.") },
  [VALIJA_STEP_SEND] = { "send", N_("Sending the message"), N_("This happened while sending the message.") },
  [VALIJA_STEP_CLOSE] = { "close", N_("Saying goodbye"), N_("This happened while saying goodbye to the server.") },
  [VALIJA_STEP_STORE] = { "store", N_("Saving on this computer"),
    N_("This happened while saving on this computer.") },
};

/* PROTOCOL in the first words */
static const CodeText other_server_text = { "protocol",
  N_("Something else answers at that port"),
  N_("Something else than the incoming server answers at that port"),
  N_("Something else than the outgoing server answers at that port"),
  N_("Check the server’s name and the port. Usual are 993 or 143 for IMAP, 995 or 110 for POP3, 465 or 587 for "
     "SMTP.") };

static const CodeText *
text_of (const GError *error)
{
  if (error->domain != VALIJA_ERROR || error->code < 0 || (gsize) error->code >= G_N_ELEMENTS (code_texts))
    return &code_texts[VALIJA_ERROR_FAILED];
  if (error->code == VALIJA_ERROR_PROTOCOL && valija_error_get_step (error) == VALIJA_STEP_GREETING)
    return &other_server_text;

  return &code_texts[error->code];
}

static const StepText *
text_of_step (ValijaStep step)
{
  return &step_texts[(gsize) step < G_N_ELEMENTS (step_texts) ? step : VALIJA_STEP_NONE];
}

static void
append_line (GString *text, const char *line)
{
  if (line == NULL || *line == '\0')
    return;

  if (text->len > 0)
    g_string_append_c (text, '\n');
  g_string_append (text, line);
}

/**
 * valija_error_dup_title:
 * @error: any error
 *
 * Returns: (transfer full): what failed in a few words, naming the side or what is not there, translated, without a
 *   full stop
 */
char *
valija_error_dup_title (const GError *error)
{
  const CodeText *text;
  ValijaSide side;

  g_return_val_if_fail (error != NULL, g_strdup (""));

  if (valija_error_is_cancelled (error))
    return g_strdup (_("Cancelled"));

  text = text_of (error);
  side = valija_error_get_side (error);

  if (text->title == NULL)
    return g_strndup (error->message, strlen (error->message) - g_str_has_suffix (error->message, "."));

  if (side == VALIJA_SIDE_INCOMING && text->incoming_title != NULL)
    return g_strdup (_(text->incoming_title));

  if (side == VALIJA_SIDE_OUTGOING && text->outgoing_title != NULL)
    return g_strdup (_(text->outgoing_title));

  return g_strdup (_(text->title));
}

/**
 * valija_error_says_all_in_title:
 * @error: any error
 *
 * Returns: whether its own sentence is the title, and need not be said twice
 */
gboolean
valija_error_says_all_in_title (const GError *error)
{
  g_return_val_if_fail (error != NULL, FALSE);

  return !valija_error_is_cancelled (error) && text_of (error)->title == NULL;
}

/**
 * valija_error_dup_detail:
 * @error: any error
 *
 * Returns: (transfer full): one sentence a line, translated: the error's own, what the server said,
 *   at which step
 */
char *
valija_error_dup_detail (const GError *error)
{
  const char *server_line;
  const char *sentence;
  GString *text;

  g_return_val_if_fail (error != NULL, g_strdup (""));

  text = g_string_new (NULL);
  append_line (text, error->message);

  server_line = valija_error_get_server_line (error);
  if (server_line != NULL && *server_line != '\0' && strstr (error->message, server_line) == NULL)
    {
      g_autofree char *said = valija_server_line_quote (server_line);

      append_line (text, said);
    }

  sentence = text_of_step (valija_error_get_step (error))->sentence;
  append_line (text, sentence != NULL ? _(sentence) : NULL);

  return g_string_free (text, FALSE);
}

/* Where what is not there was looked for tells what can be done about it. (nullable) */
static const char *
advice_of_place (ValijaStep step)
{
  switch (step)
    {
    case VALIJA_STEP_OPEN_FOLDER:
    case VALIJA_STEP_SYNC:
    case VALIJA_STEP_FETCH:
    case VALIJA_STEP_CHANGE:
      return N_("It may have been moved or deleted elsewhere. Check for mail to see what is there now.");
    case VALIJA_STEP_DISCOVER:
    case VALIJA_STEP_CONNECT:
    case VALIJA_STEP_SECURE:
    case VALIJA_STEP_GREETING:
    case VALIJA_STEP_SIGN_IN:
    case VALIJA_STEP_LIST_FOLDERS:
      return N_("Check how the address and the user name are written.");
    case VALIJA_STEP_NONE:
    case VALIJA_STEP_SENDER:
    case VALIJA_STEP_RECIPIENTS:
    case VALIJA_STEP_SEND:
    case VALIJA_STEP_CLOSE:
    case VALIJA_STEP_STORE:
    default:
      return NULL;
    }
}

/**
 * valija_error_dup_advice:
 * @error: any error
 *
 * Returns: (transfer full): what to do about it, translated; "" where nothing can be said
 */
char *
valija_error_dup_advice (const GError *error)
{
  const char *advice;

  g_return_val_if_fail (error != NULL, g_strdup (""));

  advice = g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_NOT_FOUND)
             ? advice_of_place (valija_error_get_step (error))
             : text_of (error)->advice;
  if (advice == NULL || valija_error_is_cancelled (error))
    return g_strdup ("");

  return g_strdup (_(advice));
}

char *
valija_server_line_quote (const char *line)
{
  g_return_val_if_fail (line != NULL, NULL);

  return g_strdup_printf (_("The server said: “%s”"), line);
}

/**
 * valija_error_code_to_nick:
 * @error: any error
 *
 * Returns: (transfer none): "authentication"; "cancelled" for a cancellation, "failed" for an error
 *   that is not ours
 */
const char *
valija_error_code_to_nick (const GError *error)
{
  g_return_val_if_fail (error != NULL, "failed");

  return valija_error_is_cancelled (error) ? "cancelled" : text_of (error)->nick;
}

/**
 * valija_side_to_nick:
 * @side: a side
 *
 * Returns: (transfer none): "none", "incoming", "outgoing" or "both"
 */
const char *
valija_side_to_nick (ValijaSide side)
{
  if (side == VALIJA_SIDE_INCOMING)
    return "incoming";
  if (side == VALIJA_SIDE_OUTGOING)
    return "outgoing";
  if (side == VALIJA_SIDE_BOTH)
    return "both";

  return "none";
}

/**
 * valija_step_to_nick:
 * @step: a step
 *
 * Returns: (transfer none): "sign-in"
 */
const char *
valija_step_to_nick (ValijaStep step)
{
  return text_of_step (step)->nick;
}

/**
 * valija_step_get_label:
 * @step: a step
 *
 * Returns: (transfer none): what the step is called while it lasts, translated: "Signing in"
 */
const char *
valija_step_get_label (ValijaStep step)
{
  return _(text_of_step (step)->label);
}

/**
 * valija_reason_of_error:
 * @cause: what GLib or GIO says of a failure
 *
 * The usual reasons in our own words, since a library's are in another language and for experts; those go to the
 * debug log.
 *
 * Returns: (transfer none): the end of a sentence, translated: "there is no room left on the disk"
 */
const char *
valija_reason_of_error (const GError *cause)
{
  GIOErrorEnum code = G_IO_ERROR_FAILED;

  g_return_val_if_fail (cause != NULL, "");

  if (cause->domain == G_IO_ERROR)
    code = cause->code;
  else if (cause->domain == G_FILE_ERROR)
    code = g_io_error_from_file_error (cause->code);
  else if (cause->domain == G_RESOLVER_ERROR)
    code = G_IO_ERROR_HOST_NOT_FOUND;

  g_debug ("The reason was: %s", cause->message);

  switch ((int) code)
    {
    case G_IO_ERROR_NO_SPACE:
      return _("there is no room left on the disk");
    case G_IO_ERROR_PERMISSION_DENIED:
      return _("that is not permitted");
    case G_IO_ERROR_READ_ONLY:
      return _("nothing can be written there");
    case G_IO_ERROR_NOT_FOUND:
      return _("it is not there");
    case G_IO_ERROR_EXISTS:
      return _("it is there already");
    case G_IO_ERROR_IS_DIRECTORY:
      return _("it is a folder");
    case G_IO_ERROR_NOT_DIRECTORY:
      return _("something on the way to it is not a folder");
    case G_IO_ERROR_FILENAME_TOO_LONG:
      return _("the name is too long");
    case G_IO_ERROR_TOO_MANY_OPEN_FILES:
      return _("too many files are open");
    case G_IO_ERROR_BUSY:
      return _("it is in use");
    case G_IO_ERROR_CONNECTION_REFUSED:
      return _("the connection was refused");
    case G_IO_ERROR_TIMED_OUT:
      return _("no answer came in time");
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_NETWORK_UNREACHABLE:
      return _("there is no way to it in this network");
    case G_IO_ERROR_HOST_NOT_FOUND:
      return _("its name was not found");
    case G_IO_ERROR_CONNECTION_CLOSED:
      return _("the connection was closed");
    case G_IO_ERROR_PROXY_FAILED:
    case G_IO_ERROR_PROXY_AUTH_FAILED:
    case G_IO_ERROR_PROXY_NEED_AUTH:
    case G_IO_ERROR_PROXY_NOT_ALLOWED:
      return _("the proxy does not let it through");
    default:
      return _("the system tells no usual reason");
    }
}

/**
 * valija_reason_of_errno:
 * @code: errno, as a call of the system left it
 *
 * Returns: (transfer none): the same for a call of the system
 */
const char *
valija_reason_of_errno (int code)
{
  g_autoptr(GError) cause = g_error_new_literal (G_IO_ERROR, code == EDQUOT ? G_IO_ERROR_NO_SPACE
                                                                            : g_io_error_from_errno (code),
                                                 g_strerror (code));

  return valija_reason_of_error (cause);
}
