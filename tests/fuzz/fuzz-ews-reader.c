/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "ews-dump.h"
#include "fuzz/valija-fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree char *whole = ews_dump (data, size, MAX (size, 1));
  g_autofree char *bytes = ews_dump (data, size, 1);
  g_autofree char *pieces = ews_dump (data, size, 7);

  g_assert_cmpstr (whole, ==, bytes);
  g_assert_cmpstr (whole, ==, pieces);

  return 0;
}
