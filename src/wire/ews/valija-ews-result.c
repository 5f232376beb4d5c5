/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/ews/valija-ews-result.h"

#include "base/valija-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A server that said hours would keep the account still for as long; it is asked again instead. */
#define LONGEST_BACK_OFF (15 * 60 * 1000)

typedef struct
{
  const char *code;
  ValijaEwsReaction reaction;
  ValijaErrorCode error;
  const char *sentence;
} Known;

/* [MS-OXWSCDATA] ResponseCodeType: those that mean something to a mail client. */
static const Known known[] = {
  { "ErrorServerBusy", VALIJA_EWS_BACK_OFF, VALIJA_ERROR_TRY_LATER,
    N_("The server is busy and asks to wait.") },
  { "ErrorExceededConnectionCount", VALIJA_EWS_BACK_OFF, VALIJA_ERROR_TRY_LATER,
    N_("The server does not allow that many connections.") },
  { "ErrorExceededFindCountLimit", VALIJA_EWS_BACK_OFF, VALIJA_ERROR_TRY_LATER,
    N_("The server is busy and asks to wait.") },

  { "ErrorBatchProcessingStopped", VALIJA_EWS_NOT_TRIED, VALIJA_ERROR_TRY_LATER,
    N_("The server gave up half way.") },

  { "ErrorInternalServerError", VALIJA_EWS_RETRY, VALIJA_ERROR_TRY_LATER,
    N_("Something went wrong on the server.") },
  { "ErrorInternalServerTransientError", VALIJA_EWS_RETRY, VALIJA_ERROR_TRY_LATER,
    N_("Something went wrong on the server.") },
  { "ErrorTimeoutExpired", VALIJA_EWS_RETRY, VALIJA_ERROR_TRY_LATER,
    N_("The server took too long.") },
  { "ErrorTooManyObjectsOpened", VALIJA_EWS_RETRY, VALIJA_ERROR_TRY_LATER,
    N_("The server is busy and asks to wait.") },
  { "ErrorConnectionFailed", VALIJA_EWS_RETRY, VALIJA_ERROR_TRY_LATER,
    N_("The server cannot reach the mailbox.") },
  { "ErrorConnectionFailedTransientError", VALIJA_EWS_RETRY, VALIJA_ERROR_TRY_LATER,
    N_("The server cannot reach the mailbox.") },
  { "ErrorADUnavailable", VALIJA_EWS_RETRY, VALIJA_ERROR_TRY_LATER,
    N_("The server cannot reach its directory.") },
  { "ErrorMailboxStoreUnavailable", VALIJA_EWS_RETRY, VALIJA_ERROR_TRY_LATER,
    N_("The server cannot reach the mailbox.") },
  { "ErrorMailboxMoveInProgress", VALIJA_EWS_RETRY, VALIJA_ERROR_TRY_LATER,
    N_("The mailbox is being moved to another server.") },

  { "ErrorIrresolvableConflict", VALIJA_EWS_CONFLICT, VALIJA_ERROR_TRY_LATER,
    N_("The message was changed elsewhere at the same time.") },
  { "ErrorStaleObject", VALIJA_EWS_CONFLICT, VALIJA_ERROR_TRY_LATER,
    N_("The message was changed elsewhere at the same time.") },
  { "ErrorChangeKeyRequired", VALIJA_EWS_CONFLICT, VALIJA_ERROR_TRY_LATER,
    N_("The message was changed elsewhere at the same time.") },
  { "ErrorChangeKeyRequiredForWriteOperations", VALIJA_EWS_CONFLICT, VALIJA_ERROR_TRY_LATER,
    N_("The message was changed elsewhere at the same time.") },

  { "ErrorItemNotFound", VALIJA_EWS_GONE, VALIJA_ERROR_NOT_FOUND,
    N_("The message is no longer on the server.") },
  { "ErrorInvalidIdMalformed", VALIJA_EWS_GONE, VALIJA_ERROR_NOT_FOUND,
    N_("The message is no longer on the server.") },
  { "ErrorInvalidIdMalformedEwsLegacyIdFormat", VALIJA_EWS_GONE, VALIJA_ERROR_NOT_FOUND,
    N_("The message is no longer on the server.") },
  { "ErrorFolderNotFound", VALIJA_EWS_GONE, VALIJA_ERROR_NOT_FOUND,
    N_("The folder is no longer on the server.") },
  { "ErrorSyncFolderNotFound", VALIJA_EWS_GONE, VALIJA_ERROR_NOT_FOUND,
    N_("The folder is no longer on the server.") },
  { "ErrorParentFolderNotFound", VALIJA_EWS_GONE, VALIJA_ERROR_NOT_FOUND,
    N_("The folder is no longer on the server.") },
  { "ErrorToFolderNotFound", VALIJA_EWS_GONE, VALIJA_ERROR_NOT_FOUND,
    N_("The folder is no longer on the server.") },

  { "ErrorMimeContentConversionFailed", VALIJA_EWS_BAD_ITEM, VALIJA_ERROR_REFUSED,
    N_("The server cannot put this message together.") },
  { "ErrorContentConversionFailed", VALIJA_EWS_BAD_ITEM, VALIJA_ERROR_REFUSED,
    N_("The server cannot put this message together.") },
  { "ErrorMimeContentInvalidBase64String", VALIJA_EWS_BAD_ITEM, VALIJA_ERROR_REFUSED,
    N_("The server cannot put this message together.") },
  { "ErrorCorruptData", VALIJA_EWS_BAD_ITEM, VALIJA_ERROR_REFUSED,
    N_("This message is damaged on the server.") },
  { "ErrorItemCorrupt", VALIJA_EWS_BAD_ITEM, VALIJA_ERROR_REFUSED,
    N_("This message is damaged on the server.") },

  { "ErrorInvalidSyncStateData", VALIJA_EWS_SYNC_ANEW, VALIJA_ERROR_TRY_LATER,
    N_("The server no longer knows where the last visit ended.") },

  { "ErrorSubscriptionNotFound", VALIJA_EWS_SUBSCRIBE_ANEW, VALIJA_ERROR_TRY_LATER,
    N_("The server no longer watches the mailbox.") },
  { "ErrorInvalidSubscription", VALIJA_EWS_SUBSCRIBE_ANEW, VALIJA_ERROR_TRY_LATER,
    N_("The server no longer watches the mailbox.") },
  { "ErrorExpiredSubscription", VALIJA_EWS_SUBSCRIBE_ANEW, VALIJA_ERROR_TRY_LATER,
    N_("The server no longer watches the mailbox.") },
  { "ErrorInvalidWatermark", VALIJA_EWS_SUBSCRIBE_ANEW, VALIJA_ERROR_TRY_LATER,
    N_("The server no longer watches the mailbox.") },

  { "ErrorInvalidServerVersion", VALIJA_EWS_OTHER_SCHEMA, VALIJA_ERROR_UNSUPPORTED,
    N_("The server is too old for what was asked.") },
  { "ErrorSchemaValidation", VALIJA_EWS_OTHER_SCHEMA, VALIJA_ERROR_UNSUPPORTED,
    N_("The server does not understand what was asked.") },
  { "ErrorInvalidRequest", VALIJA_EWS_OTHER_SCHEMA, VALIJA_ERROR_UNSUPPORTED,
    N_("The server does not understand what was asked.") },
  { "ErrorInvalidPropertyRequest", VALIJA_EWS_OTHER_SCHEMA, VALIJA_ERROR_UNSUPPORTED,
    N_("The server does not understand what was asked.") },
  { "ErrorInvalidOperation", VALIJA_EWS_REFUSED, VALIJA_ERROR_UNSUPPORTED,
    N_("The server cannot do this.") },
  { "ErrorContentIndexingNotEnabled", VALIJA_EWS_REFUSED, VALIJA_ERROR_UNSUPPORTED,
    N_("The server keeps no index of this mail. Search by words alone, without conditions.") },

  { "ErrorNameResolutionNoResults", VALIJA_EWS_NONE_FOUND, VALIJA_ERROR_NOT_FOUND,
    N_("The directory knows nobody of that name.") },
  { "ErrorNameResolutionNoMailbox", VALIJA_EWS_NONE_FOUND, VALIJA_ERROR_NOT_FOUND,
    N_("The directory knows nobody of that name.") },

  { "ErrorAccessDenied", VALIJA_EWS_REFUSED, VALIJA_ERROR_REFUSED,
    N_("The account has no right to do this.") },
  { "ErrorImpersonateUserDenied", VALIJA_EWS_REFUSED, VALIJA_ERROR_REFUSED,
    N_("The account has no right to do this.") },
  { "ErrorNonExistentMailbox", VALIJA_EWS_REFUSED, VALIJA_ERROR_NOT_FOUND,
    N_("There is no such mailbox on the server.") },
  { "ErrorMissingEmailAddress", VALIJA_EWS_REFUSED, VALIJA_ERROR_NOT_FOUND,
    N_("There is no such mailbox on the server.") },
  { "ErrorPasswordExpired", VALIJA_EWS_REFUSED, VALIJA_ERROR_AUTHENTICATION,
    N_("The password has expired. Change it where your organization says.") },
  { "ErrorPasswordChangeRequired", VALIJA_EWS_REFUSED, VALIJA_ERROR_AUTHENTICATION,
    N_("The password must be changed first. Change it where your organization says.") },
  { "ErrorAccountDisabled", VALIJA_EWS_REFUSED, VALIJA_ERROR_AUTHENTICATION,
    N_("The account is switched off. Ask your organization.") },
  { "ErrorQuotaExceeded", VALIJA_EWS_REFUSED, VALIJA_ERROR_OVER_QUOTA,
    N_("The mailbox is full.") },
  { "ErrorMessageSizeExceeded", VALIJA_EWS_REFUSED, VALIJA_ERROR_TOO_LARGE,
    N_("The message is larger than the server takes.") },
  { "ErrorAttachmentSizeLimitExceeded", VALIJA_EWS_REFUSED, VALIJA_ERROR_TOO_LARGE,
    N_("The message is larger than the server takes.") },
  { "ErrorSendAsDenied", VALIJA_EWS_REFUSED, VALIJA_ERROR_REFUSED,
    N_("The account may not send with this sender address. Choose another one under From, or ask your administrator "
       "for the right to send as or on behalf of that mailbox.") },
  { "ErrorInvalidRecipients", VALIJA_EWS_REFUSED, VALIJA_ERROR_RECIPIENT,
    N_("The server refused a recipient.") },
  { "ErrorMissingRecipients", VALIJA_EWS_REFUSED, VALIJA_ERROR_RECIPIENT,
    N_("The message has no recipients.") },
  { "ErrorRecipientLimitExceeded", VALIJA_EWS_REFUSED, VALIJA_ERROR_RECIPIENT,
    N_("The message has more recipients than the server takes.") },
  { "ErrorSubmissionQuotaExceeded", VALIJA_EWS_REFUSED, VALIJA_ERROR_REFUSED,
    N_("The account has sent as much as it may for now.") },
  { "ErrorMessageSubmissionBlocked", VALIJA_EWS_REFUSED, VALIJA_ERROR_REFUSED,
    N_("The account is barred from sending.") },
  { "ErrorFolderExists", VALIJA_EWS_REFUSED, VALIJA_ERROR_REFUSED,
    N_("There is a folder of that name already.") },
  { "ErrorDeleteDistinguishedFolder", VALIJA_EWS_REFUSED, VALIJA_ERROR_REFUSED,
    N_("The server needs this folder.") },
};

static const Known unknown = {
  "", VALIJA_EWS_REFUSED, VALIJA_ERROR_REFUSED, N_("The server refused it."),
};

static const Known *
look_up (const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      if (strcmp (known[i].code, code) == 0)
        return &known[i];
    }

  return &unknown;
}

static guint
read_back_off (const ValijaEwsNode *values)
{
  for (const ValijaEwsNode *value = valija_ews_node_get_first (values); value != NULL;
       value = valija_ews_node_get_next (value))
    {
      guint64 milliseconds;

      if (g_strcmp0 (valija_ews_node_get_attribute (value, "Name"), "BackOffMilliseconds") == 0 &&
          g_ascii_string_to_unsigned (valija_ews_node_get_text (value), 10, 0, G_MAXUINT64, &milliseconds, NULL))
        return MIN (milliseconds, LONGEST_BACK_OFF);
    }

  return 0;
}

/* faultcode is a qualified name: "a:ErrorSchemaValidation" */
static const char *
find_fault_code (const ValijaEwsNode *fault)
{
  const char *code = valija_ews_node_find_text (fault, "detail/ResponseCode");
  const char *name = valija_ews_node_find_text (fault, "faultcode");
  const char *colon = name != NULL ? strchr (name, ':') : NULL;

  if (code != NULL)
    return code;

  return colon != NULL ? colon + 1 : name != NULL ? name : "";
}

static void
read_fault (const ValijaEwsNode *fault,
            ValijaEwsResult     *result)
{
  const char *text = valija_ews_node_find_text (fault, "detail/Message");

  result->is_fault = TRUE;
  result->code = find_fault_code (fault);
  result->text = text != NULL ? text : valija_ews_node_find_text (fault, "faultstring");
  result->back_off = read_back_off (valija_ews_node_find (fault, "detail/MessageXml"));
  result->reaction = look_up (result->code)->reaction;
}

void
valija_ews_result_read (const ValijaEwsNode *message,
                        ValijaEwsResult     *result)
{
  const ValijaEwsNode *inner = valija_ews_node_find (message, "ResponseMessage");
  const char *code, *class;

  memset (result, 0, sizeof *result);

  if (valija_ews_node_is (message, "Fault"))
    {
      read_fault (message, result);
      return;
    }

  /* Automatic replies have their message within, beside what was asked for */
  if (inner != NULL)
    message = inner;

  code = valija_ews_node_find_text (message, "ResponseCode");
  class = valija_ews_node_get_attribute (message, "ResponseClass");
  result->code = code != NULL ? code : "";
  result->text = valija_ews_node_find_text (message, "MessageText");
  result->back_off = read_back_off (valija_ews_node_find (message, "MessageXml"));

  /* A warning is an answer with a remark (that there were more names than asked for), but for this one */
  if (g_strcmp0 (class, "Error") == 0 || strcmp (result->code, "ErrorBatchProcessingStopped") == 0)
    result->reaction = look_up (result->code)->reaction;
}

gboolean
valija_ews_result_leaves_doubt (const ValijaEwsResult *result)
{
  return strcmp (result->code, "ErrorInternalServerError") == 0 ||
         strcmp (result->code, "ErrorInternalServerTransientError") == 0 ||
         strcmp (result->code, "ErrorTimeoutExpired") == 0;
}

gboolean
valija_ews_result_is_for_later (const ValijaEwsResult *result,
                                gboolean               repeatable)
{
  return result->reaction == VALIJA_EWS_BACK_OFF || result->reaction == VALIJA_EWS_NOT_TRIED ||
         (result->reaction == VALIJA_EWS_RETRY && repeatable);
}

void
valija_ews_result_set_error (const ValijaEwsResult *result,
                             GError               **error)
{
  const Known *entry = look_up (result->code);
  g_autofree char *line = g_strdup_printf ("%s%s%s", result->code,
                                           *result->code != '\0' && result->text != NULL ? ": " : "",
                                           result->text != NULL ? result->text : "");

  g_return_if_fail (result->reaction != VALIJA_EWS_FINE);

  valija_error_set_server (error, entry->error, line, "%s", _(entry->sentence));
}

gboolean
valija_ews_result_denies_mailbox (const GError *error)
{
  static const char * const codes[] = {
    "ErrorAccessDenied", "ErrorImpersonateUserDenied", "ErrorNonExistentMailbox", "ErrorMissingEmailAddress",
    "ErrorFolderNotFound", NULL,
  };
  const char *line = valija_error_get_server_line (error);
  g_autofree char *code = line != NULL ? g_strndup (line, strcspn (line, ":")) : NULL;

  return code != NULL && g_strv_contains (codes, code);
}
