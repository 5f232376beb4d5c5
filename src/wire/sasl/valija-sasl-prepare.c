/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/sasl/valija-sasl-private.h"

#include <string.h>
#include <unicode/usprep.h>

/* A name or password longer than this is no name and no password. */
#define TEXT_LIMIT 4096

char *
valija_sasl_prepare (const char *text,
                     gssize      length,
                     gboolean    query)
{
  UErrorCode status = U_ZERO_ERROR;
  UStringPrepProfile *profile;
  gunichar2 *units;
  long n_units;
  UChar *prepared;
  int n_prepared;
  char *result = NULL;

  if (length < 0)
    length = strlen (text);

  if (length > TEXT_LIMIT || memchr (text, '\0', length) != NULL)
    return NULL;

  /* GLib rather than ICU decodes, as it refuses what is not UTF-8 */
  if (!(units = g_utf8_to_utf16 (text, length, NULL, &n_units, NULL)))
    return NULL;

  /* Normalisation KC makes of one unit eighteen at most */
  prepared = g_new0 (UChar, n_units * 18 + 1);
  profile = usprep_openByType (USPREP_RFC4013_SASLPREP, &status);
  n_prepared = usprep_prepare (profile, (UChar *) units, n_units, prepared, n_units * 18 + 1,
                               query ? USPREP_ALLOW_UNASSIGNED : USPREP_DEFAULT, NULL, &status);

  if (U_SUCCESS (status))
    result = g_utf16_to_utf8 ((gunichar2 *) prepared, n_prepared, NULL, NULL, NULL);

  if (profile != NULL)
    usprep_close (profile);

  valija_wipe (units, n_units * sizeof *units);
  g_free (units);
  valija_wipe (prepared, n_units * 18 * sizeof *prepared);
  g_free (prepared);

  return result;
}
