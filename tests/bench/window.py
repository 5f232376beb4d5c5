# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured on a screen, in a headless compositor: the start of the application, and the frames of scrolling."""

import contextlib
import os
import pathlib
import queue
import re
import signal
import sqlite3
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
# The application, with somebody inside who scrolls
SCROLLER = 'tests/bench/bench-scroll'


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
                  'In cage, as above. The rows beyond those that the server has are made in the database, the last with `--million`.')
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
    """From end to end of a long list, from what each frame of it took; also while the list is being fetched."""
    w = args.worlds.get('mei')
    table = Table(f'Scrolling {args.rows} messages',
                  'In cage, as above: 100 pages from each end, one in two frames, and a jump to the other, from the begin of a frame '
                  'to the end of its painting; and the most processor time that one took. A turn is what the main loop does from '
                  'one wait to the next, a frame or anything else. Fetching: from loopback, in the same process, meanwhile. The '
                  'bare list, of the same toolkit, has rows of three labels: less is not to be had.')
    with scratch() as d:
        valija = Valija(pathlib.Path(d) / 'valija', w, 'mei', 'imap', w.imaps_port)
        valija.run('sync', '--headers', '--inbox')
        for i in range(args.rounds):
            table.add('Valija', scroll_once(valija, pathlib.Path(d), str(i), valija_command(valija, '--offline', program=SCROLLER)))
            with scratch() as fresh:
                fetching = Valija(pathlib.Path(fresh) / 'valija', w, 'mei', 'imap', w.imaps_port)
                table.add('Valija, fetching', scroll_once(fetching, pathlib.Path(d), f'fetching-{i}',
                                                          valija_command(fetching, program=SCROLLER)))
            table.add('bare list', scroll_once(valija, pathlib.Path(d), f'bare-{i}', f'"{BUILD}/{SCROLLER}" --bare'))
    for row in ('Valija', 'Valija, fetching'):
        table.budget(f'milliseconds of the worst frame ({row})', 1000 * table.median(row, 'worst'), 16, '{:.0f}')
        table.budget(f'milliseconds of the longest turn ({row})', 1000 * table.median(row, 'turn'), 16, '{:.0f}')
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
        painted, begun = threading.Event(), queue.Queue()
        threading.Thread(target=watch, args=(lines, painted, begun), daemon=True).start()
        pid = begun.get(timeout=LIMIT)
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


SCROLLED = re.compile(r'scrolled median=(\S+) worst=(\S+) busy=(\S+) late=(\S+) turn=(\S+)')


def scroll_once(valija, directory, name, command):
    env, command = on_stage(valija, directory, f'scroll-{name}', command)
    with in_time(), child(*command, env=env) as stage, open(env['TOLD'], errors='replace') as lines:
        said = ''
        for line in lines:
            if match := SCROLLED.search(line):
                stage.wait(LIMIT)
                return dict(zip(('median', 'worst', 'busy', 'late', 'turn'), map(float, match.groups())))
            said = (said + line)[-2000:]
    raise RuntimeError(f'the application ended before its list was scrolled through:\n{said}')


@contextlib.contextmanager
def child(*command, **kwargs):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, **kwargs)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def watch(lines, painted, begun):
    for line in lines:
        if line.startswith('begin'):
            begun.put(int(line.split()[1]))
        elif 'first rows painted' in line:
            painted.set()


def give_up(*_):
    raise TimeoutError('no row was painted, or there was no end')


@contextlib.contextmanager
def in_time():
    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(120)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def valija_command(valija, *options, program='src/ui/valija'):
    return f'"{BUILD}/{program}" --profile "{valija.profile}" {" ".join(options)}'


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
    script = f'exec 2>"{told}"; echo begin $$ >&2; exec {command}'
    return env, ['dbus-run-session', '--', 'cage', '--', 'sh', '-c', script]


def start_once(valija, directory, name, command=None):
    env, command = on_stage(valija, directory, name, command or valija_command(valija, '--offline'))
    with in_time(), child(*command, env=env) as stage, open(env['TOLD'], errors='replace') as lines:
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


def rest(pid):
    """Waits until a process has come to rest; the CPU seconds that it has used."""
    end, used = time.monotonic() + REST_LIMIT, -1.0
    while used != (used := cpu(pid)) and time.monotonic() < end:
        time.sleep(REST)
    return used
