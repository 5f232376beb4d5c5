/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz/valija-fuzz.h"
#include "wire/ews/valija-ews-autodiscover.h"

/* Whatever comes is an answer with what its kind promises, or an error. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  for (int dialect = VALIJA_AUTODISCOVER_JSON; dialect <= VALIJA_AUTODISCOVER_SOAP; dialect++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(ValijaAutodiscoverAnswer) answer =
        valija_autodiscover_read ((ValijaAutodiscoverDialect) dialect, data, size, &error);

      g_assert_true ((answer == NULL) == (error != NULL));
      if (answer == NULL)
        continue;

      g_assert_true ((answer->kind == VALIJA_AUTODISCOVER_SETTINGS) == (answer->ews_urls != NULL));
      g_assert_true ((answer->kind == VALIJA_AUTODISCOVER_REFUSED) == (answer->message != NULL));
      g_assert_true ((answer->kind == VALIJA_AUTODISCOVER_REDIRECT_URL ||
                      answer->kind == VALIJA_AUTODISCOVER_REDIRECT_ADDRESS) == (answer->target != NULL));
    }

  return 0;
}
