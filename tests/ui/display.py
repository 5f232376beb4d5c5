#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a test program on a session bus, in a home and on a display of its own.

Usage: display.py test|atspi TEST [ARGS]

The first word is GTK's accessibility backend: its own for assertions, or the real one, which WebKit insists on.
"""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'support'))
import desktop


def main():
    if not desktop.inside_session():
        with desktop.temporary_home() as home:
            return desktop.enter_session(home)

    display = desktop.Display()
    try:
        env = {**os.environ, **display.env, 'GTK_A11Y': sys.argv[1]}
        return subprocess.run(sys.argv[2:], env=env, check=False).returncode
    finally:
        display.close()


if __name__ == '__main__':
    sys.exit(main())
