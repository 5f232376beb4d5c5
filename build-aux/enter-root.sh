#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the root the whole view of this (already private) mount namespace and runs a command in it.
# enter-root.sh ROOT CACHE CHECKOUT VIEW DIRECTORY COMMAND...
# VIEW is "own": a /tmp and a home of its own, as tests want it; or "machine": what is outside of the system's own directories is
# this machine's, at the same paths, so that what a person names on a command line is read and written where it is.
set -euo pipefail

root=$1 cache=$2 checkout=$3 view=$4 directory=$5
shift 5

bind () # SOURCE: appears at the same path inside
{
  [ -e "$1" ] || return 0
  [ ! "$1" -ef "$root$1" ] || return 0
  if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root$(dirname "$1")"; : >> "$root$1"; fi
  mount --rbind "$1" "$root$1"
}

bind_to_read () # DIRECTORY: the same, and nothing in it can be changed
{
  [ ! "$1" -ef "$root$1" ] || return 0
  mkdir -p "$root$1"
  mount --bind "$1" "$root$1"
  mount -o remount,bind,ro,nosuid,nodev,noexec "$root$1" || umount "$root$1"
}

# Whether the root has a directory of its own where PATH is.
is_own () # PATH
{
  case ${1#/} in
    var/tmp/*) return 1 ;;
    run/media/*) [ ! -d /run/media ]; return ;;
    ''|bin|boot|dev|etc|lib|lib32|lib64|libx32|lost+found|old|proc|root|run|sbin|sys|usr|var) return 0 ;;
    bin/*|boot/*|dev/*|etc/*|lib/*|lib32/*|lib64/*|libx32/*|old/*|proc/*|root/*|run/*|sbin/*|sys/*|usr/*|var/*) return 0 ;;
  esac
  return 1
}

refuse () # PATH
{
  echo "$1 is where Valija's own Debian root has a directory of its own, as /etc and /var/lib. Choose another, as in your home or /tmp." >&2
  exit 1
}

# What a word of the command line names: a path, alone or behind an equals sign.
bind_named () # WORD
{
  local path=${1#*=}
  case $path in /dev/*|/proc/*|/sys/*) return 0 ;; /*) ;; *) return 0 ;; esac
  path=$(realpath -ms -- "$path")
  is_own "$path" && [ ! "$path" -ef "$root$path" ] || return 0
  if [ -f "$path" ] || { [ -d "$path" ] && [ ! -e "$root$path" ]; }; then
    bind "$path"
  elif [ ! -e "$root$path" ] && [ -d "$(dirname "$path")" ]; then
    refuse "$path"
  fi
}

bind_machine () # DEV COMMAND ARGS...
{
  local path word
  for path in /*; do
    is_own "$path" || [ -L "$path" ] || bind "$path"
  done
  bind "$HOME"
  bind /var/tmp
  bind /run/media
  bind "$cache/home"
  if [ "$directory" != / ] && is_own "$directory" && [ ! "$directory" -ef "$root$directory" ]; then
    refuse "$directory"
  fi
  # In a shell a path of the system means the root's.
  [ "$2" != shell ] || return 0
  for word in "${@:3}"; do bind_named "$word"; done
}

mount --rbind "$root" "$root"
mount -t proc proc "$root/proc"
bind /sys
bind /dev
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
[ "$view" = machine ] || mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir -p "$root/run/user/0" && chmod 700 "$root/run/user/0"
bind /etc/resolv.conf
bind /etc/hosts

# What a run leaves behind stays in the cache: the home of the user outside is not touched, though it may be seen.
if [ "$view" = machine ]; then
  bind_machine "$@"
else
  mkdir -p "$root$HOME"
  mount --bind "$cache/home" "$root$HOME"
fi
mkdir -p "$root/var/cache/ccache"
mount --bind "$cache/ccache" "$root/var/cache/ccache"
bind "$checkout"
# The published contracts that some tests look for, beside the checkout or where VALIJA_CONTRACTS says: no more of what is there.
contracts=$(realpath -ms -- "${VALIJA_CONTRACTS:-$(dirname "$checkout")/shared/contracts}")
[ ! -f "$contracts/exchange/soap-ews.xsd" ] || is_own "$contracts" || bind_to_read "$contracts"

# The desktop, when there is one.
[ -z "${DISPLAY:-}" ] || bind /tmp/.X11-unix
[ -z "${XAUTHORITY:-}" ] || bind "$XAUTHORITY"
if [ -n "${WAYLAND_DISPLAY:-}" ] && [ -n "${XDG_RUNTIME_DIR:-}" ]; then
  bind "$XDG_RUNTIME_DIR/$WAYLAND_DISPLAY"
  export WAYLAND_DISPLAY="$XDG_RUNTIME_DIR/$WAYLAND_DISPLAY"
fi
case ${DBUS_SESSION_BUS_ADDRESS:-} in
  unix:path=*) bus=${DBUS_SESSION_BUS_ADDRESS#unix:path=}; bind "${bus%%,*}" ;;
  '') [ "$view" != machine ] || export DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/0/bus ;; # nor one to be started
esac

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd "$root"
pivot_root . old
umount --lazy /old

export VALIJA_INSIDE_ROOT=1
export XDG_RUNTIME_DIR=/run/user/0
export XDG_DATA_DIRS=/usr/local/share:/usr/share
export CCACHE_DIR=/var/cache/ccache
export PATH
export LANG=${LANG:-C.UTF-8}
unset PYTHONPATH PYTHONHOME VIRTUAL_ENV XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME TMPDIR
if [ "$view" = machine ]; then
  export XDG_CACHE_HOME=$cache/home/.cache XDG_CONFIG_HOME=$cache/home/.config
  export XDG_DATA_HOME=$cache/home/.local/share XDG_STATE_HOME=$cache/home/.local/state
else
  directory=$checkout
fi
cd "$directory"
exec "$@"
