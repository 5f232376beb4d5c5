#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `./dev demo --serve` says to type works as it is said. The only argument is valijactl."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]

CTL = str(pathlib.Path(sys.argv[1]).resolve())
METHODS = ('imap', 'mixed', 'pop3', 'smtp', 'exchange')


def serve(out):
    return subprocess.Popen([sys.executable, str(HERE / 'demo.py'), '--serve', '--messages', '20'], stdout=subprocess.PIPE, text=True,
                            env={**os.environ, 'VALIJA_DEMO_OUT': str(out)}, cwd='/')


def read_commands(output):
    """The lines that are indented, up to the one that says how it ends."""
    lines = []
    for line in output:
        if 'Ctrl+C' in line:
            return ''.join(lines)
        if line.startswith('  '):
            lines.append(line)
    raise AssertionError('it ended by itself')


def main():
    print('1..2')
    with tempfile.TemporaryDirectory(prefix='valija-serve-') as name, serve(pathlib.Path(name) / 'out') as served:
        try:
            commands = read_commands(served.stdout).replace('./dev ctl', CTL)
            ctl = f'{CTL} --profile {name}/out/profile'
            more = f'{ctl} account list\n{ctl} search the --limit 1\n{ctl} sync\n{ctl} list --account Luis INBOX --limit 20\n'
            done = subprocess.run(['sh', '-ec', commands + more], cwd=TOP, capture_output=True, text=True,
                                  env={**os.environ, 'LANGUAGE': 'C', 'DBUS_SESSION_BUS_ADDRESS': 'unix:path=/nowhere'})
            fine = done.returncode == 0 and all(f'  {method} ' in done.stdout for method in METHODS) and \
                'The mailbox is at mail.example.org, says autodiscover.example.org' in done.stderr and 'From the office' in done.stdout
            print(f'{"ok" if fine else "not ok"} 1 /serve/as-typed')
            if not fine:
                print('\n'.join('# ' + line for line in (commands + done.stdout + done.stderr).splitlines()))
        finally:
            served.send_signal(signal.SIGINT)
        ended = served.wait() == 0
        print(f'{"ok" if ended else "not ok"} 2 /serve/ended')
    return 0 if fine and ended else 1


if __name__ == '__main__':
    sys.exit(main())
