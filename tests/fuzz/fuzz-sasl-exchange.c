/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz/valija-fuzz.h"
#include "wire/sasl/valija-sasl-private.h"
#include "wire/sasl/valija-sasl.h"

#include <string.h>

/* More rounds than this cost time and find nothing. */
#define ROUNDS_LIMIT 6

/* The first byte chooses the mechanism; each line that follows is a challenge. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  static const char * const mechanisms[] = {
    "SCRAM-SHA-1", "SCRAM-SHA-256", "CRAM-MD5", "LOGIN", "PLAIN", "OAUTHBEARER", "XOAUTH2", "EXTERNAL",
  };
  static const char * const offered[] = { NULL };
  ValijaSaslTerms terms = { .user = "user", .host = "host", .port = 110, .encrypted = TRUE };
  g_autoptr(ValijaSecret) secret = valija_secret_new ("pencil", -1);
  g_autoptr(ValijaSasl) sasl = NULL;
  g_autoptr(ValijaSecret) initial = NULL;
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;

  if (size == 0)
    return 0;

  /* A count of rounds that is allowed and huge only takes long */
  text = g_strndup ((const char *) data + 1, size - 1);
  for (char *p = strstr (text, ",i="); p != NULL; p = strstr (p + 1, ",i="))
    {
      if (strspn (p + 3, "0123456789") > 4)
        return 0;
    }

  sasl = valija_sasl_new (mechanisms[data[0] % G_N_ELEMENTS (mechanisms)], &terms, secret, offered, NULL);
  if (strncmp (valija_sasl_get_mechanism (sasl), "SCRAM", 5) == 0)
    valija_sasl_set_nonce (sasl, "NONCE");
  if (valija_sasl_is_client_first (sasl))
    initial = valija_sasl_step (sasl, NULL, 0, NULL);

  lines = g_strsplit (text, "\n", ROUNDS_LIMIT);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_autoptr(ValijaSecret) response = valija_sasl_step (sasl, lines[i], strlen (lines[i]), NULL);
      g_autoptr(ValijaSecret) base64 = valija_sasl_step_base64 (sasl, lines[i], -1, NULL);

      valija_sasl_finish (sasl, NULL);
    }

  return 0;
}
