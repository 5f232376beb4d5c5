#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a test on a message bus of its own, with a real GNOME Keyring or with none.

Usage: keyring.py keyring|nothing TEST

Everything it starts ends with it; home and runtime directory are temporary.
"""

import os
import subprocess
import sys
import tempfile

# No service is started by the bus itself: neither the user's keyring nor somebody who asks for a password.
BUS_CONFIG = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir={folder}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


def make_environment(folder):
    environment = dict(os.environ)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SECRET_BACKEND", "GNOME_KEYRING_CONTROL", "SSH_AUTH_SOCK"):
        environment.pop(name, None)
    for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        path = os.path.join(folder, name.lower())
        os.mkdir(path, 0o700)
        environment[name] = path
    return environment


def run_on_bus(with_keyring, test):
    """The inner half, under dbus-run-session."""
    if not with_keyring:
        return subprocess.run([test], check=False).returncode

    # Its own warnings are not what is tested here.
    quiet = {name: value for name, value in os.environ.items() if name not in ("G_DEBUG", "MALLOC_CHECK_")}
    daemon = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
        env=quiet, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        daemon.stdin.write(b"test")
        daemon.stdin.close()
        # Ends as soon as the name has an owner.
        subprocess.run(["gdbus", "wait", "--session", "--timeout", "20", "org.freedesktop.secrets"], check=True)
        return subprocess.run([test], check=False, env=dict(os.environ, VALIJA_TEST_KEYRING="1")).returncode
    finally:
        daemon.terminate()
        daemon.wait()


def main():
    what, test = sys.argv[1:3]

    if what.startswith("on-bus-"):
        return run_on_bus(what == "on-bus-keyring", test)

    with tempfile.TemporaryDirectory(prefix="valija-keyring-") as folder:
        config = os.path.join(folder, "bus.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(BUS_CONFIG.format(folder=folder))
        return subprocess.run(
            ["dbus-run-session", "--config-file", config, "--", sys.executable, __file__, "on-bus-" + what, test],
            check=False, env=make_environment(folder)).returncode


if __name__ == "__main__":
    sys.exit(main())
