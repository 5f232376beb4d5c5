# SPDX-License-Identifier: GPL-3.0-or-later
# Where the platform is: on this machine, or in a Debian 13 root of our own. Sourced by ./dev.
# Nothing of the host is changed but the cache directory (and, as root, mmdebstrap is installed).

root_base=${XDG_CACHE_HOME:-$HOME/.cache}/valija
root_suite=trixie
subids=${subids:-/etc}

packages () # COLUMN: 1 Debian, 2 Fedora, 3 Arch
{
  awk -v column="$1" '!/^#/ && NF && $column != "-" { print $column }' build-aux/packages | sort -u
}

root_recipe=1 # raise it when root_make changes
root_key=$( { echo "$root_suite $root_recipe"; packages 1; } | sha256sum | cut -c1-12)
root=$root_base/root-$root_key

has_platform ()
{
  local tool
  for tool in meson ninja blueprint-compiler pkg-config cc; do
    command -v $tool >/dev/null || return 1
  done
  pkg-config --exists 'gtk4 >= 4.18' 'libadwaita-1 >= 1.7' 'gio-2.0 >= 2.84' 'libdex-1 >= 0.10' \
    'libsoup-3.0 >= 3.6' 'gnutls >= 3.8' 'libsecret-1 >= 0.21' 'gmime-3.0 >= 3.2' 'sqlite3 >= 3.46' \
    webkitgtk-6.0 libxml-2.0 json-glib-1.0 gtksourceview-5 libspelling-1 icu-uc libzstd
}

# Names the one command that installs what is missing, on a distribution that is new enough.
suggest_install ()
{
  local id='' version=0
  [ -r /etc/os-release ] && id=$(. /etc/os-release; echo "$ID") &&
    version=$(. /etc/os-release; echo "${VERSION_ID:-0}")
  case $id in
    debian) [ "${version%%.*}" -ge 13 ] && echo "sudo apt-get install $(packages 1 | xargs)" ;;
    ubuntu) [ "${version%%.*}" -ge 25 ] && echo "sudo apt-get install $(packages 1 | xargs)" ;;
    fedora) [ "$version" -ge 42 ] && echo "sudo dnf install $(packages 2 | xargs)" ;;
    arch)   echo "sudo pacman -S --needed $(packages 3 | xargs)" ;;
  esac || true
}

platform_is_native ()
{
  local command
  [ -z "${VALIJA_INSIDE_ROOT:-}" ] || return 0
  case ${VALIJA_PLATFORM:-} in
    native) return 0 ;;
    root)   return 1 ;;
  esac
  has_platform && return 0
  command=$(suggest_install)
  if [ -n "$command" ]; then
    printf 'This system has all that Valija needs; some of it is not installed. Install it with\n\n  %s\n\nor build in a Debian 13 root: VALIJA_PLATFORM=root ./dev …\n' "$command" >&2
    exit 1
  fi
  return 1
}

# The mirror that the host's own apt uses, for the archive or for its security updates.
host_mirror () # archive | security
{
  command -v apt-get >/dev/null || return 0
  apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 2>/dev/null |
    awk -v kind="$1" '
      $1 !~ /\/debian(-security)?\/?$/ { next }
      kind == "security" && $2 ~ /-security$/ { print $1; exit }
      kind == "archive" && $2 !~ /-/ { print $1; exit }'
}

# Runs COMMAND with what it says in the log of the making; the end of that is shown when it fails.
logged () # COMMAND...
{
  local log=$root_base/make.log
  "$@" >> "$log" 2>&1 && return 0
  tail -n 20 "$log" >&2
  echo "That failed. All that was said is in $log." >&2
  exit 1
}

# A sentence and what to type, when something is missing that the root cannot be made or entered without.
need_tools ()
{
  local missing=()
  command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
  if [ "$(id -u)" = 0 ]; then
    [ ${#missing[@]} != 0 ] || return 0
    if command -v apt-get >/dev/null; then
      echo "Installing mmdebstrap on this machine" >&2
      logged apt-get update -q
      logged apt-get install -qy --no-install-recommends mmdebstrap
      return 0
    fi
  else
    command -v newuidmap >/dev/null || missing+=(uidmap)
  fi
  if [ ${#missing[@]} != 0 ]; then
    cat >&2 <<MISSING
Valija needs a newer platform than this machine's, and makes its own in a directory. For that it needs ${missing[*]}. Install it, on
Debian and Ubuntu with

  sudo apt-get install ${missing[*]}

MISSING
    exit 1
  fi
  [ "$(id -u)" = 0 ] || need_namespace
}

# The same, when a plain user may not stand for several users.
need_namespace ()
{
  local user
  user=$(id -un)
  if ! command -v newuidmap >/dev/null; then
    echo "A plain user's namespace takes newuidmap. Install it, on Debian and Ubuntu with sudo apt-get install uidmap, or run ./dev as root." >&2
    exit 1
  fi
  if ! grep -qs "^\($user\|$(id -u)\):" "$subids/subuid" || ! grep -qs "^\($user\|$(id -u)\):" "$subids/subgid"; then
    cat >&2 <<MISSING
The root and the mail servers of tests and demo have files of several users, and $user may not stand for any other one: /etc/subuid and /etc/subgid give none. Give some with

  sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $user

or run ./dev as root.
MISSING
    exit 1
  fi
  if ! unshare --help | grep -q -e --map-auto; then
    echo "This machine's unshare is too old for what a plain user needs (it takes util-linux 2.38). Run ./dev as root." >&2
    exit 1
  fi
  if ! unshare --user --map-root-user --map-auto --mount true 2>/dev/null; then
    cat >&2 <<MISSING
This machine does not let $user make a namespace of its own, which the root, the tests and the demo take. On Ubuntu 24.04 and newer allow it until the
next start with

  sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0

or run ./dev as root.
MISSING
    exit 1
  fi
}

# Runs a command as root: really, or in a user namespace of our own. What is drawn without a graphics card goes to an X server through
# memory that both share: where there is a display, that is not taken away, or windows stay black. What is inside ends with this shell,
# however that ends.
in_namespace () # [UNSHARE OPTIONS] -- COMMAND
{
  local options=()
  [ -n "${DISPLAY:-}" ] || options+=(--ipc)
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  [ "$(id -u)" = 0 ] || options+=(--user --map-root-user --map-auto)
  setpriv --pdeathsig KILL unshare "${options[@]}" --mount --pid --fork --kill-child --propagation private -- "$@"
}

root_sources ()
{
  local archive security
  archive=$(host_mirror archive)
  security=$(host_mirror security)
  [ -n "$archive" ] || return 0
  echo "deb $archive $root_suite main"
  echo "deb $archive $root_suite-updates main"
  [ -z "$security" ] || echo "deb $security $root_suite-security main"
}

root_make ()
{
  local new=$root.new
  mkdir -p "$root_base"
  : > "$root_base/make.log"
  need_tools
  echo "Making a Debian 13 root in $root (once; some minutes, about 3 GB)" >&2
  root_delete "$new"
  root_sources > "$root_base/sources.list"
  local from=()
  [ ! -s "$root_base/sources.list" ] || from=("$root_base/sources.list")
  logged in_namespace --mount-proc -- mmdebstrap --mode=root --variant=apt \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
    --aptopt='Acquire::Retries "3"' --dpkgopt=force-unsafe-io \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --essential-hook='printf "#!/bin/sh\nexit 101\n" > "$1/usr/sbin/policy-rc.d"; chmod +x "$1/usr/sbin/policy-rc.d"' \
    --essential-hook='echo "postfix postfix/main_mailer_type select No configuration" | chroot "$1" debconf-set-selections' \
    --customize-hook='echo "es_ES.UTF-8 UTF-8" >> "$1/etc/locale.gen"; chroot "$1" locale-gen' \
    --customize-hook='mkdir -p "$1/old"' \
    --include="$(packages 1 | paste -sd,)" "$root_suite" "$new" "${from[@]}"
  mv "$new" "$root"
  root_prune
}

root_delete () # DIR
{
  [ ! -e "$1" ] || in_namespace -- rm -rf --one-file-system "$1"
}

# Older roots go, unless somebody is inside one.
root_prune ()
{
  local dir
  for dir in "$root_base"/root-*; do
    case $dir in "$root"|*.lock|*.new) continue ;; esac
    ( flock -n 8 && root_delete "$dir" && rm -f "$dir.lock" ) 8> "$dir.lock" || true
  done
}

# A second call waits for the first and finds the root made.
root_ensure ()
{
  [ ! -d "$root" ] || return 0
  mkdir -p "$root_base"
  (
    flock 9
    [ -d "$root" ] || root_make
  ) 9> "$root_base/make.lock"
}

root_remove ()
{
  local dir
  for dir in "$root_base"/root-*; do
    [ ! -d "$dir" ] || root_delete "$dir"
  done
  rm -rf "$root_base"
}

# With the view "machine" the files of this machine are where they are, with "own" the root has a /tmp and a home of its own.
root_exec () # VIEW DIRECTORY COMMAND...
{
  mkdir -p "$root_base/home" "$root_base/ccache"
  exec 7> "$root.lock"
  flock -s 7
  # A terminal that is closed tells all of us, and what is inside cleans up
  trap : HUP
  in_namespace -- bash "$top/build-aux/enter-root.sh" "$root" "$root_base" "$top" "$@"
  exit
}
