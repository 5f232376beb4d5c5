# SPDX-License-Identifier: GPL-3.0-or-later
"""The start of our window beside those of other mail programs: what is on the screen says when its first rows are painted."""

import contextlib
import os
import pathlib
import select
import signal
import statistics
import subprocess
import sys
import time

import layer
import world
from desktops import STORE, Claws, Evolution, Geary, Ours, Thunderbird
from measure import LIMIT, Table, cpu_of, pss_of, scratch
from parts import fill
from programs import available
from window import REST, REST_LIMIT, child

# In front of each subject is a red square, a glyph of Noto Color Emoji: no program has this colour anywhere else
MARK = '🟥'
RED = bytes((0xf4, 0x43, 0x36)) * 4
# It has fetched all when it used no processor for so long, and this is as long as it may take
FETCH_REST, FETCH_LIMIT = 10, 1800
# What a session has without the program that is measured
NOT_OURS = {'dbus-run-sessio', 'dbus-daemon', 'cage', 'Xwayland', 'gnome-keyring-d', 'dconf-service', 'at-spi-bus-laun', 'at-spi2-registr', 'grim'}


class Stage:
    """A session of its own for each run of a program: bus, keyring, and a compositor with one window."""

    def __init__(self, directory):
        self.directory = directory
        self.count = 0
        self.pictures = []  # how long each took

    def run(self, desktop, fetching=False):
        """Starts a program and waits until it has come to rest; what it cost."""
        self.count += 1
        runtime = self.directory / f'runtime-{self.count}'
        runtime.mkdir(mode=0o700)
        told = runtime / 'told'
        os.mkfifo(told)
        env = {**os.environ, 'XDG_RUNTIME_DIR': str(runtime), 'XDG_CURRENT_DESKTOP': 'GNOME', 'GSK_RENDERER': 'cairo', 'GDK_BACKEND': 'wayland',
               'WLR_BACKENDS': 'headless', 'WLR_RENDERER': 'pixman', 'WLR_LIBINPUT_NO_DEVICES': '1', 'LANG': 'C.UTF-8', 'TOLD': str(told),
               'NO_AT_BRIDGE': '1', **desktop.env}
        env.pop('DISPLAY', None)
        command = ['dbus-run-session', '--', 'cage', '--', 'sh', '-c', self.script(desktop, fetching), 'sh', *desktop.command(fetching)]
        if desktop.alone and not fetching:
            command = ['unshare', '--net', *command]
        with ended(runtime), child(*command, env=env) as stage:
            pid, display = heard(told)
            begin = time.monotonic()
            limit = FETCH_LIMIT if fetching else LIMIT
            shown = {**env, 'WAYLAND_DISPLAY': display}
            while not self.painted(shown):
                if time.monotonic() - begin > limit or stage.poll() is not None:
                    raise RuntimeError(f'{desktop.program} painted no row')
            cost = {'seconds': time.monotonic() - begin, 'painted': cpu_of(session(runtime))}
            cost |= {'cpu': rest(runtime, *((FETCH_REST, FETCH_LIMIT) if fetching else (REST, REST_LIMIT))), 'memory': pss_of(session(runtime))}
            if fetching and time.monotonic() - begin > limit:
                raise RuntimeError(f'{desktop.program} did not come to an end of fetching')
            os.kill(int(pid), signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                stage.wait(30)
        return cost

    def script(self, desktop, fetching):
        """The keyring is there before the program, as in a session that somebody has signed in to."""
        lines = [f'exec >"{self.directory}/{desktop.program}.log" 2>&1']
        if desktop.secret:
            lines.append('printf bench | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null')
            lines.append('gdbus wait --session --timeout 20 org.freedesktop.secrets')
            if fetching:
                words = [sys.executable, '-c', STORE, *desktop.secret, world.PASSWORD]
                lines.append(' '.join("'" + word.replace("'", "'\\''") + "'" for word in words))
        return '\n'.join([*lines, 'echo $$ $WAYLAND_DISPLAY >"$TOLD"', 'exec "$@"'])

    def painted(self, env):
        start = time.monotonic()
        picture = subprocess.run(['grim', '-t', 'ppm', '-'], env=env, capture_output=True).stdout
        self.pictures.append(time.monotonic() - start)
        return RED in picture


def heard(told):
    """What the session says when it is ready: a process and a display."""
    fifo = os.open(told, os.O_RDWR)
    try:
        if not select.select([fifo], [], [], 60)[0]:
            raise RuntimeError('no session came up')
        return os.read(fifo, 1000).decode().split()
    finally:
        os.close(fifo)


@contextlib.contextmanager
def ended(runtime):
    """With an end for the services that outlive their bus."""
    try:
        yield
    finally:
        for left in session(runtime, all_of_it=True):
            with contextlib.suppress(ProcessLookupError):
                os.kill(left, signal.SIGTERM)


def session(runtime, all_of_it=False):
    """The processes of a session that are the program's: not those that any session has, unless ALL OF IT is asked for."""
    wanted, found = f'XDG_RUNTIME_DIR={runtime}'.encode(), []
    for process in pathlib.Path('/proc').glob('[0-9]*'):
        with contextlib.suppress(OSError):
            its = wanted in (process / 'environ').read_bytes().split(b'\0')
            if its and (all_of_it or (process / 'comm').read_text().strip() not in NOT_OURS):
                found.append(int(process.name))
    return found


def rest(runtime, seconds, limit):
    """Waits until a program has come to rest; the CPU seconds that it has used."""
    end, used = time.monotonic() + limit, -1.0
    while used != (used := cpu_of(session(runtime))) and time.monotonic() < end:
        time.sleep(seconds)
    return used


def windows(args):
    """The second start of each, when it has fetched what it fetches, with nothing to reach on the network."""
    table = Table(f'Start to first rows on the screen, {args.rows} messages',
                  'Each in cage, headless, in a session of its own with bus and keyring, with what it fetched before and no network '
                  '(Claws Mail would ask then: its server is there). From exec until a picture of the screen, taken over and over, has a '
                  'row in it. CPU until it has come to rest, memory (PSS) then, of all processes that it has, services '
                  'of its own as well. No message is open. Geary has the newest messages alone, the others all.')
    with layer.installed(), world.World() as w, scratch() as d:
        fill(w, 'luis', args.rows, 1400, MARK)
        stage = Stage(pathlib.Path(d))
        desktops = [kind(pathlib.Path(d) / kind.__name__, w, 'luis') for kind in (Ours, Geary, Evolution, Claws, Thunderbird)
                    if kind is Ours or available(kind.program)]
        for desktop in list(desktops):
            print(f'  {desktop.program} fetches', flush=True)
            try:
                desktop.fetch(stage)
            except RuntimeError as error:
                table.say(str(error))
                desktops.remove(desktop)
        for i in ('warm', *range(args.rounds)):
            for desktop in desktops:
                cost = stage.run(desktop)
                if i != 'warm':
                    table.add(desktop.program, cost)
        versions = layer.versions()
    table.say(f'a picture of the screen takes {1000 * statistics.median(stage.pictures):.0f} ms')
    if versions:
        table.say(versions)
    for desktop in desktops[1:]:
        more = {figure: table.median(desktop.program, figure) / table.median(Ours.program, figure) for figure in ('cpu', 'memory')}
        table.say(f'{desktop.program} against ours: CPU {more["cpu"]:.1f}, memory {more["memory"]:.1f}')
    if table.has(Claws.program):
        table.budget('CPU against claws-mail', table.median(Ours.program, 'cpu') / table.median(Claws.program, 'cpu'), 0.5)
    return [table]
