# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured on a screen, in a headless compositor: the start of the application, and the frames of scrolling."""

import contextlib
import os
import pathlib
import queue
import re
import signal
import sqlite3
import statistics
import subprocess
import threading
import time

from measure import BUILD, LIMIT, Table, cpu, pss, scratch, wakes_of
from programs import Valija, bare_imap

# It has come to rest when it used no processor for so long, and this is as long as it may take
REST = 1
REST_LIMIT = 30
# What the folder that grows grows to; with --million to more than anybody's
SIZES = (1000, 10000, 100000)
MILLION = 1000000
# A minute at rest, and how many folders are watched then
IDLE, WATCHED = 60, 10
# How many pages are turned from each end of the list, and how many frames show that it moved, however slow the machine
PAGES, ENOUGH = 300, 40


def start(args):
    """From exec to the first frame with rows in it, with nothing to reach on the network."""
    w = args.worlds.get('mei')
    stored = Table(f'{args.rows} headers stored, from loopback')
    with scratch() as d:
        valija = Valija(pathlib.Path(d) / 'valija', w, 'mei', 'imap', w.imaps_port)
        stored.add('Valija', valija.run('sync', '--headers', '--inbox')[0])
        table = Table(f'Start to first rows painted, {args.rows} messages',
                      'In cage, headless, with the cairo renderer; offline. CPU until it has come to rest; memory (PSS '
                      'of all its processes) then. The empty window, of the same toolkit, has a header bar and a word: less '
                      'is not to be had.')
        for i in ('warm', *range(args.rounds)):
            costs = {'Valija': start_once(valija, pathlib.Path(d), str(i)),
                     'empty window': start_once(valija, pathlib.Path(d), f'empty-{i}', f'"{BUILD}/tests/bench/bench-window"')}
            if i != 'warm':
                for program, cost in costs.items():
                    table.add(program, cost)
    table.budget('seconds', table.median('Valija', 'seconds'), 0.3)
    table.budget('memory in MB', table.median('Valija', 'memory'), 100, '{:.0f}')
    return [stored, table]


def growth(args):
    """The start with more and more messages in a folder: none of it may grow."""
    sizes = SIZES + (MILLION,) if args.million else SIZES
    w = args.worlds.get('omar')
    table = Table('Start to first rows painted, by the messages in the folder',
                  'In cage, as above. The rows beyond those that the server has are made in the database.')
    with scratch() as d:
        valija = Valija(pathlib.Path(d) / 'valija', w, 'omar', 'imap', w.imaps_port)
        valija.run('sync', '--headers', '--inbox')
        for size in sizes:
            row = f'{grow(next(valija.profile.rglob("cache.db")), size)} messages'
            start_once(valija, pathlib.Path(d), f'warm-{size}')
            for i in range(args.rounds):
                table.add(row, start_once(valija, pathlib.Path(d), f'{size}-{i}'))
    table.budget('seconds with the most', table.median(row, 'seconds'), 0.3)
    table.budget('memory in MB with the most', table.median(row, 'memory'), 100, '{:.0f}')
    return [table]


def grow(cache, size):
    """Adds messages to the inbox, older ones like its newest, until it has SIZE; how many it has then."""
    with contextlib.closing(sqlite3.connect(cache)) as database:
        folder, there = database.execute('SELECT id, total FROM folder ORDER BY total DESC LIMIT 1').fetchone()
        database.execute("WITH RECURSIVE n (i) AS (SELECT ? + 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
                         " INSERT INTO message (home, folder, remote_id, received, date, size, flags, server_flags, round, id_hash,"
                         " message_id, subject, sender, sender_address, recipients, people, conversation)"
                         " SELECT home, folder, 'made.' || i, received - 60 * i, date - 60 * i, size, flags, server_flags, round,"
                         " id_hash + i, message_id || i, subject || i, sender, sender_address, recipients, people, 0"
                         " FROM n, (SELECT * FROM message WHERE folder = ? ORDER BY received DESC LIMIT 1) WHERE i <= ?",
                         (there, size, folder, size))
        database.commit()
        return max(there, size)


def scroll(args):
    """Pages and the ends of a long list, from what GTK says of each frame; also while the list is being fetched."""
    w = args.worlds.get('mei')
    table = Table(f'Scrolling {args.rows} messages',
                  f'In cage, as above: {PAGES} pages from each end and a jump to the other, from the begin of a frame to the end of its '
                  'painting. Fetching: from loopback, in the same process, meanwhile.')
    with scratch() as d:
        valija = Valija(pathlib.Path(d) / 'valija', w, 'mei', 'imap', w.imaps_port)
        valija.run('sync', '--headers', '--inbox')
        for i in range(args.rounds):
            table.add('Valija', scroll_once(valija, pathlib.Path(d), str(i), '--offline'))
            with scratch() as fresh:
                fetching = Valija(pathlib.Path(fresh) / 'valija', w, 'mei', 'imap', w.imaps_port)
                table.add('Valija, fetching', scroll_once(fetching, pathlib.Path(d), f'fetching-{i}'))
    for row in ('Valija', 'Valija, fetching'):
        table.budget(f'milliseconds of the worst frame ({row})', 1000 * table.median(row, 'worst'), 16, '{:.0f}')
    return [table]


def idle(args):
    """A window at rest, which is told by the server of what comes."""
    w = args.worlds.get('omar')
    table = Table(f'{IDLE} seconds at rest, {WATCHED} folders watched',
                  'In cage, as above, with a session open. The empty window is what the toolkit costs.')
    bare_imap(w, w.imaps_port, 'omar', *(f'CREATE Watched{i}' for i in range(WATCHED - 1)))
    with scratch() as d:
        valija = Valija(pathlib.Path(d) / 'valija', w, 'omar', 'imap', w.imaps_port)
        valija.run('sync', '--headers')
        for i in range(args.rounds):
            table.add('Valija', idle_once(valija, pathlib.Path(d), f'idle-{i}', valija_command(valija)))
            table.add('empty window', idle_once(valija, pathlib.Path(d), f'idle-empty-{i}', f'"{BUILD}/tests/bench/bench-window"'))
    # A keep-alive a minute, as the thread that it wakes counts it
    table.budget('wake-ups', table.median('Valija', 'wakes'), 10, '{:.0f}')
    return [table]


def idle_once(valija, directory, name, command):
    env, command = on_stage(valija, directory, name, command)
    with child(*command, env=env) as stage, open(env['TOLD'], errors='replace') as lines:
        frames, painted, begun = [], threading.Event(), queue.Queue()
        threading.Thread(target=watch_frames, args=(lines, frames, painted, begun), daemon=True).start()
        pid, _ = begun.get(timeout=LIMIT)
        if not painted.wait(LIMIT):
            raise TimeoutError('no row was painted')
        rest(pid)
        time.sleep(REST_LIMIT)
        before, used = wakes_of(pid), cpu(pid)
        time.sleep(IDLE)
        cost = {'cpu': cpu(pid) - used, 'wakes': wakes_of(pid) - before}
        os.kill(pid, signal.SIGTERM)
        stage.wait(LIMIT)
    return cost


FRAME = re.compile(r'interval=\s*[\d.]+.*frame_end=\s*([\d.]+)')


def scroll_once(valija, directory, name, *options):
    env, command = on_stage(valija, directory, f'scroll-{name}', valija_command(valija, *options))
    env['GDK_DEBUG'] = 'frames'
    with child(*command, env=env) as stage, open(env['TOLD'], errors='replace') as lines:
        frames, painted, begun = [], threading.Event(), queue.Queue()
        threading.Thread(target=watch_frames, args=(lines, frames, painted, begun), daemon=True).start()
        pid, env['WAYLAND_DISPLAY'] = begun.get(timeout=LIMIT)
        if not painted.wait(LIMIT):
            raise TimeoutError('no row was painted')
        if options:
            rest(pid)
        # Into the list, by way of the search box
        keys(env, '-M', 'ctrl', '-k', 'f', '-m', 'ctrl', *['-s', '300', '-k', 'Escape'] * 2, '-s', '300')
        frames.clear()
        for page, end in (('Next', 'End'), ('Prior', 'Home')):
            keys(env, *['-s', '15', '-k', page] * PAGES, '-s', '300', '-k', end, '-s', '300')
        costs = list(frames)
        os.kill(pid, signal.SIGTERM)
        stage.wait(LIMIT)
    if len(costs) < ENOUGH:
        raise RuntimeError(f'the list hardly moved: {len(costs)} frames')
    return {'median': statistics.median(costs), 'worst': max(costs), 'late': 100 * sum(cost > 0.016 for cost in costs) / len(costs)}


def keys(env, *args):
    subprocess.run(['wtype', *args], env=env, check=True, timeout=LIMIT)


@contextlib.contextmanager
def child(*command, **kwargs):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, **kwargs)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def watch_frames(lines, frames, painted, begun):
    for line in lines:
        if line.startswith('begin'):
            _, pid, display = line.split()
            begun.put((int(pid), display))
        elif 'first rows painted' in line:
            painted.set()
        elif match := FRAME.search(line):
            frames.append(float(match.group(1)) / 1000)


def give_up(*_):
    raise TimeoutError('no row was painted, or there was no end')


def valija_command(valija, *options):
    return f'"{BUILD}/src/ui/valija" --profile "{valija.profile}" {" ".join(options)}'


def on_stage(valija, directory, name, command):
    """Environment and command of a program in a compositor of its own; what it says comes by the FIFO that TOLD names."""
    runtime = directory / f'runtime-{name}'
    runtime.mkdir(mode=0o700)
    told = runtime / 'told'
    os.mkfifo(told)
    env = {**valija.env, 'XDG_RUNTIME_DIR': str(runtime), 'GSK_RENDERER': 'cairo', 'GDK_BACKEND': 'wayland',
           'WLR_BACKENDS': 'headless', 'WLR_RENDERER': 'pixman', 'WLR_LIBINPUT_NO_DEVICES': '1',
           'G_MESSAGES_DEBUG': 'valija-ui', 'LANG': 'C.UTF-8', 'TOLD': str(told)}
    env.pop('DISPLAY', None)
    script = f'exec 2>"{told}"; echo begin $$ $WAYLAND_DISPLAY >&2; exec {command}'
    return env, ['dbus-run-session', '--', 'cage', '--', 'sh', '-c', script]


def start_once(valija, directory, name, command=None):
    env, command = on_stage(valija, directory, name, command or valija_command(valija, '--offline'))
    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(120)
    try:
        with child(*command, env=env) as stage, open(env['TOLD'], errors='replace') as lines:
            for line in lines:
                if line.startswith('begin'):
                    begin, pid = time.monotonic(), int(line.split()[1])
                if 'first rows painted' in line:
                    cost = {'seconds': time.monotonic() - begin, 'painted': cpu(pid), 'cpu': rest(pid), 'memory': pss(pid)}
                    # As the end of a session does: what is killed is looked at more closely the next time
                    os.kill(pid, signal.SIGTERM)
                    stage.wait()
                    return cost
        raise RuntimeError('the application ended before it painted a row')
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def rest(pid):
    """Waits until a process has come to rest; the CPU seconds that it has used."""
    end, used = time.monotonic() + REST_LIMIT, -1.0
    while used != (used := cpu(pid)) and time.monotonic() < end:
        time.sleep(REST)
    return used
