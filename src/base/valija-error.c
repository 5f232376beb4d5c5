/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "base/valija-future.h"
#include "base/valija-text.h"

#define SERVER_LINE_LIMIT 512

typedef struct
{
  ValijaSide side;
  ValijaStep step;
  char *server_line;
  ValijaCertificate *certificate;
} ValijaErrorPrivate;

static void
valija_error_private_init (ValijaErrorPrivate *priv)
{
  priv->side = VALIJA_SIDE_NONE;
  priv->step = VALIJA_STEP_NONE;
  priv->server_line = NULL;
  priv->certificate = NULL;
}

static void
valija_error_private_copy (const ValijaErrorPrivate *source, ValijaErrorPrivate *target)
{
  target->side = source->side;
  target->step = source->step;
  target->server_line = g_strdup (source->server_line);
  target->certificate = source->certificate != NULL ? valija_certificate_ref (source->certificate) : NULL;
}

static void
valija_error_private_clear (ValijaErrorPrivate *priv)
{
  g_clear_pointer (&priv->server_line, g_free);
  g_clear_pointer (&priv->certificate, valija_certificate_unref);
}

G_DEFINE_EXTENDED_ERROR (ValijaError, valija_error)

static ValijaErrorCode
code_of_io_error (int code)
{
  switch (code)
    {
    case G_IO_ERROR_HOST_NOT_FOUND:
      return VALIJA_ERROR_RESOLVE;
    case G_IO_ERROR_CONNECTION_REFUSED:
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_PROXY_FAILED:
    case G_IO_ERROR_PROXY_AUTH_FAILED:
    case G_IO_ERROR_PROXY_NEED_AUTH:
    case G_IO_ERROR_PROXY_NOT_ALLOWED:
      return VALIJA_ERROR_CONNECT;
    case G_IO_ERROR_NETWORK_UNREACHABLE:
      return VALIJA_ERROR_OFFLINE;
    case G_IO_ERROR_TIMED_OUT:
      return VALIJA_ERROR_TIMED_OUT;
    case G_IO_ERROR_CONNECTION_CLOSED:
    case G_IO_ERROR_NOT_CONNECTED:
    case G_IO_ERROR_PARTIAL_INPUT:
    case G_IO_ERROR_CLOSED:
      return VALIJA_ERROR_DISCONNECTED;
    case G_IO_ERROR_NO_SPACE:
      return VALIJA_ERROR_DISK_FULL;
    case G_IO_ERROR_NOT_SUPPORTED:
      return VALIJA_ERROR_UNSUPPORTED;
    default:
      return VALIJA_ERROR_FAILED;
    }
}

static ValijaErrorCode
code_of_foreign_error (const GError *error)
{
  if (error->domain == G_RESOLVER_ERROR)
    return VALIJA_ERROR_RESOLVE;

  if (error->domain == G_IO_ERROR)
    return code_of_io_error (error->code);

  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    return VALIJA_ERROR_CERTIFICATE;

  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF))
    return VALIJA_ERROR_DISCONNECTED;

  if (error->domain == G_TLS_ERROR)
    return VALIJA_ERROR_TLS;

  if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC))
    return VALIJA_ERROR_DISK_FULL;

  return VALIJA_ERROR_FAILED;
}

/* NULL where the foreign message is the best there is. */
static const char *
sentence_of_code (ValijaErrorCode code)
{
  if (code == VALIJA_ERROR_RESOLVE)
    return _("The server’s name could not be found.");
  if (code == VALIJA_ERROR_CONNECT)
    return _("Nobody answers at the server’s address and port.");
  if (code == VALIJA_ERROR_TIMED_OUT)
    return _("The server did not answer in time.");
  if (code == VALIJA_ERROR_DISCONNECTED)
    return _("The connection to the server was lost.");
  if (code == VALIJA_ERROR_OFFLINE)
    return _("This computer is not connected to a network.");
  if (code == VALIJA_ERROR_CERTIFICATE)
    return _("The server’s certificate is not trusted.");
  if (code == VALIJA_ERROR_DISK_FULL)
    return _("There is no room left on this computer’s disk.");

  return NULL;
}

static void
make_ours (GError **error)
{
  ValijaErrorCode code = code_of_foreign_error (*error);
  const char *sentence = sentence_of_code (code);
  GError *ours = NULL;

  valija_error_set (&ours, code, "%s", sentence != NULL ? sentence : (*error)->message);
  g_error_free (*error);
  *error = ours;
}

/**
 * valija_error_set:
 * @error: (out) (optional): a place for an error
 * @code: what the caller can do about it
 * @format: a translated sentence, printf-style
 * @...: its arguments
 */
void
valija_error_set (GError **error, ValijaErrorCode code, const char *format, ...)
{
  va_list arguments;

  g_return_if_fail (error == NULL || *error == NULL);

  if (error == NULL)
    return;

  va_start (arguments, format);
  *error = g_error_new_valist (VALIJA_ERROR, code, format, arguments);
  va_end (arguments);
}

/**
 * valija_error_set_server:
 * @error: (out) (optional): a place for an error
 * @code: what the caller can do about it
 * @server_line: (nullable): what the server said; cleaned and cut before it is kept
 * @format: a translated sentence, printf-style
 * @...: its arguments
 */
void
valija_error_set_server (GError        **error,
                         ValijaErrorCode code,
                         const char     *server_line,
                         const char     *format,
                         ...)
{
  va_list arguments;

  g_return_if_fail (error == NULL || *error == NULL);

  if (error == NULL)
    return;

  va_start (arguments, format);
  *error = g_error_new_valist (VALIJA_ERROR, code, format, arguments);
  va_end (arguments);

  if (server_line != NULL)
    valija_error_get_private (*error)->server_line = valija_text_clean (server_line, -1, SERVER_LINE_LIMIT);
}

/**
 * valija_error_locate:
 * @error: (inout): an error that is set
 * @side: which half of the account failed
 * @step: how far it had come
 *
 * Turns GIO's errors into ours and records where it happened, unless that is known already. A
 * cancellation becomes %G_IO_ERROR_CANCELLED and carries no place.
 */
void
valija_error_locate (GError **error, ValijaSide side, ValijaStep step)
{
  ValijaErrorPrivate *priv;

  g_return_if_fail (error != NULL && *error != NULL);

  if (valija_error_is_cancelled (*error))
    {
      if ((*error)->domain != G_IO_ERROR)
        {
          g_clear_error (error);
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("It was cancelled."));
        }
      return;
    }

  if ((*error)->domain != VALIJA_ERROR)
    make_ours (error);

  priv = valija_error_get_private (*error);
  if (priv->side == VALIJA_SIDE_NONE)
    priv->side = side;
  if (priv->step == VALIJA_STEP_NONE)
    priv->step = step;
}

/**
 * valija_error_set_certificate:
 * @error: an error of ours
 * @certificate: (transfer none): the certificate that it is about
 */
void
valija_error_set_certificate (GError *error, ValijaCertificate *certificate)
{
  ValijaErrorPrivate *priv;

  g_return_if_fail (error != NULL && error->domain == VALIJA_ERROR);
  g_return_if_fail (certificate != NULL);

  priv = valija_error_get_private (error);
  g_clear_pointer (&priv->certificate, valija_certificate_unref);
  priv->certificate = valija_certificate_ref (certificate);
}

/**
 * valija_error_get_side:
 * @error: any error
 *
 * Returns: which half of the account failed
 */
ValijaSide
valija_error_get_side (const GError *error)
{
  g_return_val_if_fail (error != NULL, VALIJA_SIDE_NONE);

  return error->domain == VALIJA_ERROR ? valija_error_get_private (error)->side : VALIJA_SIDE_NONE;
}

/**
 * valija_error_get_step:
 * @error: any error
 *
 * Returns: how far it had come
 */
ValijaStep
valija_error_get_step (const GError *error)
{
  g_return_val_if_fail (error != NULL, VALIJA_STEP_NONE);

  return error->domain == VALIJA_ERROR ? valija_error_get_private (error)->step : VALIJA_STEP_NONE;
}

/**
 * valija_error_get_server_line:
 * @error: any error
 *
 * Returns: (transfer none) (nullable): what the server said
 */
const char *
valija_error_get_server_line (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  return error->domain == VALIJA_ERROR ? valija_error_get_private (error)->server_line : NULL;
}

/**
 * valija_error_get_certificate:
 * @error: any error
 *
 * Returns: (transfer none) (nullable): the certificate that was not accepted
 */
ValijaCertificate *
valija_error_get_certificate (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  return error->domain == VALIJA_ERROR ? valija_error_get_private (error)->certificate : NULL;
}

/**
 * valija_error_is_cancelled:
 * @error: any error
 *
 * Returns: whether somebody cancelled, and nothing failed
 */
gboolean
valija_error_is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || valija_future_is_cancellation (error);
}

/**
 * valija_error_is_transient:
 * @error: any error
 *
 * Returns: whether the same attempt may succeed later with nothing changed
 */
gboolean
valija_error_is_transient (const GError *error)
{
  ValijaErrorCode code;

  g_return_val_if_fail (error != NULL, FALSE);

  if (valija_error_is_cancelled (error))
    return FALSE;

  code = error->domain == VALIJA_ERROR ? (ValijaErrorCode) error->code : code_of_foreign_error (error);

  return code == VALIJA_ERROR_RESOLVE || code == VALIJA_ERROR_CONNECT || code == VALIJA_ERROR_TIMED_OUT ||
         code == VALIJA_ERROR_DISCONNECTED || code == VALIJA_ERROR_OFFLINE || code == VALIJA_ERROR_TRY_LATER;
}

/**
 * valija_error_wants_password:
 * @error: any error
 *
 * Returns: whether it may be mended by giving a password
 */
gboolean
valija_error_wants_password (const GError *error)
{
  return g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_AUTHENTICATION) ||
         g_error_matches (error, VALIJA_ERROR, VALIJA_ERROR_NO_SECRET);
}
