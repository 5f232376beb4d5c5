/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* What each target defines. Built with clang and -Dfuzzing=enabled it is run by libFuzzer; otherwise by
 * valija-fuzz-run.c, which mutates the files of corpus/ with a fixed seed: short, the same every time, a test like
 * others. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
