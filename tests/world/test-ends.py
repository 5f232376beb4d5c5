#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world and a demo that are ended, as by closing the terminal, leave no process behind."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


def processes():
    """Parent, time of start and name of all that are no zombies, by number."""
    found = {}
    for path in pathlib.Path('/proc').glob('[0-9]*/stat'):
        try:
            name, _, rest = path.read_text(errors='replace').partition('(')[2].rpartition(')')
        except OSError:
            continue
        fields = rest.split()
        if fields[0] != 'Z':
            found[int(path.parent.name)] = (int(fields[1]), fields[19], name)
    return found


def descendants(pid):
    """Number, time of start and name of each, with PID itself."""
    table = processes()
    found, new = set(), {pid}
    while new:
        found |= new
        new = {child for child, (parent, *_) in table.items() if parent in new} - found
    return {(child, *table[child][1:]) for child in found if child in table}


def wait(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(what() if callable(what) else what)
        time.sleep(0.02)


def left(family):
    table = processes()
    return [pid for pid, start, _ in family if pid in table and table[pid][1] == start]


def name(pid):
    try:
        return f'{pid} ' + pathlib.Path(f'/proc/{pid}/cmdline').read_text(errors='replace').replace('\0', ' ')
    except OSError:
        return str(pid)


def check(number, command, sign):
    """Ends COMMAND by the signal NUMBER once it has said SIGN."""
    with tempfile.TemporaryDirectory(prefix='valija-ends-') as out, \
         subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          env={**os.environ, 'VALIJA_DEMO_OUT': out + '/demo'}, start_new_session=True) as child:
        family = descendants(child.pid)
        try:
            assert any(sign in line for line in child.stdout), 'it did not begin'
            # How many they are depends on the moment: more are started, and some end, all the time
            family = descendants(child.pid)
            assert {'dovecot', 'master'} <= {process for *_, process in family}, f'no servers are among {family}'
            child.send_signal(number)
            wait(lambda: child.poll() is not None, 'it does not end')
            assert child.returncode != 0
            wait(lambda: not left(family), lambda: f'left behind by {number.name}: {list(map(name, left(family)))}', 10)
        finally:
            if child.poll() is None:
                family |= descendants(child.pid)
            for pid in left(family):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def main():
    world = [str(HERE / 'world.py'), 'run', '--', 'sh', '-c', 'echo ready; exec sleep 600']
    demo = [str(HERE / 'demo.py'), '--headless', '--messages', '20']
    serve = [str(HERE / 'demo.py'), '--serve', '--messages', '20']
    cases = [(name, number, *what) for number in (signal.SIGHUP, signal.SIGTERM)
             for name, *what in (('world', world, 'ready'), ('demo', demo, 'Setting up accounts'), ('serve', serve, 'Ctrl+C'))]
    print(f'1..{len(cases)}')
    failed = 0
    for count, (name, number, command, sign) in enumerate(cases, 1):
        try:
            check(number, command, sign)
            print(f'ok {count} /ends/{name}/{number.name}', flush=True)
        except AssertionError as error:
            failed += 1
            print(f'not ok {count} /ends/{name}/{number.name}\n# {error}', flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
