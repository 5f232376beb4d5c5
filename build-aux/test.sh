# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by ./dev where the platform is.
run_tests ()
{
  compile
  meson test -C "$build" --print-errorlogs "$@"
}
