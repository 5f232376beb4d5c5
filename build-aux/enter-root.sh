#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the root the whole view of this (already private) mount namespace and runs a command in it.
# enter-root.sh ROOT CACHE CHECKOUT DIRECTORY COMMAND...
set -euo pipefail

root=$1 cache=$2 checkout=$3 directory=$4
shift 4

bind () # SOURCE: appears at the same path inside
{
  [ -e "$1" ] || return 0
  if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root$(dirname "$1")"; : >> "$root$1"; fi
  mount --rbind "$1" "$root$1"
}

mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
bind /sys
bind /dev
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir -p "$root/run/user/0" && chmod 700 "$root/run/user/0"
bind /etc/resolv.conf
bind /etc/hosts

# What a run leaves behind stays in the cache: the home of the user outside is not touched.
mkdir -p "$root$HOME"
mount --bind "$cache/home" "$root$HOME"
mkdir -p "$root/var/cache/ccache"
mount --bind "$cache/ccache" "$root/var/cache/ccache"
bind "$checkout"
bind "$(dirname "$checkout")/shared"

# The desktop, when there is one.
[ -z "${DISPLAY:-}" ] || bind /tmp/.X11-unix
[ -z "${XAUTHORITY:-}" ] || bind "$XAUTHORITY"
if [ -n "${WAYLAND_DISPLAY:-}" ] && [ -n "${XDG_RUNTIME_DIR:-}" ]; then
  bind "$XDG_RUNTIME_DIR/$WAYLAND_DISPLAY"
  export WAYLAND_DISPLAY="$XDG_RUNTIME_DIR/$WAYLAND_DISPLAY"
fi
case ${DBUS_SESSION_BUS_ADDRESS:-} in
  unix:path=*) bus=${DBUS_SESSION_BUS_ADDRESS#unix:path=}; bind "${bus%%,*}" ;;
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
cd "$directory"
exec "$@"
