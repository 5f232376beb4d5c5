# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by ./dev where the platform is.

# Every test; with --sanitized first among ARGS, a second time with the address and undefined-behaviour sanitizers; with --coverage
# first among them once, in a build that counts, of which the sum of each folder is told. Other ARGS (names of tests, --suite …) go to
# `meson test`. Each run has a network namespace of its own: loopback, and nothing that could leave it.
run_tests ()
{
  local variant status=0 logs=() variants=(default)
  if [ "${1:-}" = --sanitized ]; then
    variants+=(sanitized)
    shift
  elif [ "${1:-}" = --coverage ]; then
    variants=(coverage)
    shift
  fi
  for variant in "${variants[@]}"; do
    build=$top/_build/$variant
    if [ $variant = sanitized ]; then
      compile -Db_sanitize=address,undefined
    elif [ $variant = coverage ]; then
      compile -Db_coverage=true
      find "$build" -name '*.gcda' -delete
    else
      compile
    fi
    echo "== Tests, $variant build" >&2
    rm -f "$build/meson-logs/testlog.json"
    alone meson test -C "$build" --no-rebuild --print-errorlogs --timeout-multiplier 3 "$@" || status=1
    logs+=("$variant=$build/meson-logs/testlog.json")
  done
  python3 tests/support/summary.py "${logs[@]}" || status=1
  [ $variant != coverage ] || python3 tests/support/coverage.py "$top" "$build" || status=1
  return $status
}

# Loopback only, and as root, really or in a namespace: the mail servers run as users of their own. Where such a namespace may not be
# made that is said, and the tests without mail servers run all the same; they use nothing but loopback either.
alone ()
{
  if unshare --net true 2>/dev/null; then
    unshare --net sh -c 'ip link set lo up && exec "$@"' - "$@"
  elif (need_namespace) && unshare --user --map-root-user --map-auto --net true 2>/dev/null; then
    unshare --user --map-root-user --map-auto --net sh -c 'ip link set lo up && exec "$@"' - "$@"
  elif unshare --user --map-root-user --net true 2>/dev/null; then
    unshare --user --map-root-user --net sh -c 'ip link set lo up && exec "$@"' - "$@"
  else
    "$@"
  fi
}

# The demo has mail servers too, but the network and the desktop of who looks at it.
run_demo ()
{
  local namespace=()
  if [ "$(id -u)" != 0 ]; then
    need_namespace
    namespace=(unshare --user --map-root-user --map-auto --)
  fi
  VALIJA_BUILD_DIR=$build exec "${namespace[@]}" python3 "$top/tests/world/demo.py" "$@"
}

# ./dev fuzz [SECONDS [TARGET...]]: each target for that long, from its corpus; what it finds is kept in _build/fuzz.
run_fuzz ()
{
  local seconds=${1:-60} target
  [ $# -eq 0 ] || shift
  build=$top/_build/fuzz
  targets=$(cd tests && ls fuzz/fuzz-*.c | sed 's|^\(.*\)\.c$|tests/\1|')
  CC=clang CXX=clang++ compile -Dfuzzing=enabled -Db_sanitize=address,undefined -Db_lundef=false -Dbuildtype=debugoptimized
  for target in "${@:-}"; do
    for target in "$build"/tests/fuzz/${target:-fuzz-*}; do
      [ -f "$target" ] && [ -x "$target" ] || continue
      mkdir -p "$build/corpus/$(basename "$target")"
      echo "== $(basename "$target"), $seconds s" >&2
      ASAN_OPTIONS=detect_leaks=1 "$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=15 -print_final_stats=1 \
        -artifact_prefix="$build/$(basename "$target")-" "$build/corpus/$(basename "$target")" \
        $(ls -d "tests/fuzz/corpus/$(basename "$target")" 2>/dev/null)
    done
  done
}
