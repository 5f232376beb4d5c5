/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-error.h"

#include <glib/gi18n-lib.h>

#include "mime/valija-mime-header.h"
#include "wire/imap/valija-imap-quirks.h"

static ValijaErrorCode
get_error_code (const ValijaImapResponse *response,
                ValijaErrorCode           refusal)
{
  switch ((int) valija_imap_quirks_get_code (response))
    {
    case VALIJA_IMAP_CODE_AUTHENTICATIONFAILED:
    case VALIJA_IMAP_CODE_AUTHORIZATIONFAILED:
    case VALIJA_IMAP_CODE_EXPIRED:
      return VALIJA_ERROR_AUTHENTICATION;

    case VALIJA_IMAP_CODE_PRIVACYREQUIRED:
      return VALIJA_ERROR_NO_MECHANISM;

    case VALIJA_IMAP_CODE_INUSE:
    case VALIJA_IMAP_CODE_LIMIT:
    case VALIJA_IMAP_CODE_SERVERBUG:
    case VALIJA_IMAP_CODE_UNAVAILABLE:
      return VALIJA_ERROR_TRY_LATER;

    case VALIJA_IMAP_CODE_NONEXISTENT:
    case VALIJA_IMAP_CODE_TRYCREATE:
      return VALIJA_ERROR_NOT_FOUND;

    case VALIJA_IMAP_CODE_OVERQUOTA:
      return VALIJA_ERROR_OVER_QUOTA;

    case VALIJA_IMAP_CODE_TOOBIG:
      return VALIJA_ERROR_TOO_LARGE;

    case VALIJA_IMAP_CODE_BADCHARSET:
      return VALIJA_ERROR_UNSUPPORTED;

    case VALIJA_IMAP_CODE_NOPERM:
    case VALIJA_IMAP_CODE_CANNOT:
    case VALIJA_IMAP_CODE_ALREADYEXISTS:
      return VALIJA_ERROR_REFUSED;

    default:
      break;
    }

  switch ((int) valija_imap_response_get_kind (response))
    {
    case VALIJA_IMAP_RESPONSE_BAD:
      return VALIJA_ERROR_PROTOCOL;

    case VALIJA_IMAP_RESPONSE_BYE:
      return VALIJA_ERROR_DISCONNECTED;

    default:
      return refusal;
    }
}

/* The code alone tells which sentence a person reads; the server's own line is shown beside it. */
static const char *
get_sentence (ValijaErrorCode code)
{
  switch ((int) code)
    {
    case VALIJA_ERROR_AUTHENTICATION:
      return _("The server refused the name or the password.");

    case VALIJA_ERROR_NO_MECHANISM:
      return _("The server wants an encrypted connection before anybody signs in.");

    case VALIJA_ERROR_TRY_LATER:
      return _("The server cannot do that at the moment.");

    case VALIJA_ERROR_NOT_FOUND:
      return _("The folder is not there any more.");

    case VALIJA_ERROR_OVER_QUOTA:
      return _("The mailbox is full.");

    case VALIJA_ERROR_TOO_LARGE:
      return _("The message is larger than the server takes.");

    case VALIJA_ERROR_UNSUPPORTED:
      return _("The server cannot do that.");

    case VALIJA_ERROR_PROTOCOL:
      return _("The server did not understand what it was asked.");

    case VALIJA_ERROR_DISCONNECTED:
      return _("The server closed the connection.");

    default:
      return _("The server refused.");
    }
}

char *
valija_imap_response_dup_words (const ValijaImapResponse *response)
{
  return valija_mime_clean_text (valija_imap_response_get_text (response), -1);
}

GError *
valija_imap_error_from_response (const ValijaImapResponse *response,
                                 ValijaErrorCode           refusal)
{
  g_autofree char *words = valija_imap_response_dup_words (response);
  ValijaErrorCode code = get_error_code (response, refusal);
  GError *error = NULL;

  valija_error_set_server (&error, code, words, "%s", get_sentence (code));

  return error;
}
