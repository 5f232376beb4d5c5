# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured without a window: fetching, listing, listing again, and the store alone."""

import pathlib
import subprocess

import mail
import programs
import world
from line import Line
from measure import BUILD, LIMIT, Table, disk, scratch, timed
from programs import Neomutt, Valija, available, bare_imap, bare_pop3

# Each way, where a distant server is meant
DELAY = 0.025
SENT = 100
# What the folder that grows begins with
FEW = 1000
TEXT = 'The quiet harbour keeps its lamps lit while boats come home late.\n' * 30
SEARCHED = ('harbour', 'lamps tired', 'bre', 'silver nets', 'window rain', 'nobody', 'letters baker', 'subject:trip', 'hands',
            'tomorrow')


class Worlds:
    """The servers, started when the first part needs them, with the mailboxes that parts have asked for."""

    def __init__(self, args):
        self.args = args
        self.world = None
        self.filled = set()

    def get(self, *users):
        if self.world is None:
            self.world = world.World().__enter__()
        for user in set(users) - self.filled:
            fill(self.world, user, *{'ana': (self.args.messages, 8400), 'omar': (FEW, 1400)}.get(user, (self.args.rows, 1400)))
            self.filled.add(user)
        return self.world

    def close(self):
        if self.world is not None:
            self.world.stop()


def fill(w, user, count, size, mark=''):
    print(f'Making {count} messages for {user}', flush=True)
    mail.bulk(w.maildir(user), count, size, mark=mark)
    world.run('chown', '-R', 'dovecot:dovecot', str(w.dir / 'mail'))
    # The server's own index and cache are made once, before anybody is measured
    bare_imap(w, w.imaps_port, user, 'UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER])')


def whole(args, method, port, peer, command, bare, note):
    """Fetches whole messages by METHOD, beside PEER and a bare socket."""
    w = args.worlds.get('ana')
    table = Table(f'{args.messages} messages by {method.upper()}', note)
    for _ in range(args.rounds):
        with scratch() as d:
            valija = Valija(pathlib.Path(d) / 'valija', w, 'ana', method, port(w))
            table.add('Valija', valija.run('sync', '--inbox')[0])
        if available(peer):
            with scratch() as d:
                table.add(peer, timed(*command(pathlib.Path(d) / peer, w, 'ana', port(w)))[0])
        table.add('bare socket', bare(w))
    ours = table.median('Valija', 'seconds')
    if table.has(peer):
        table.budget(f'time against {peer}', ours / table.median(peer, 'seconds'), 0.25)
    table.budget('time against the bare socket', ours / table.median('bare socket', 'seconds'), 6)
    return [table]


def imap(args):
    return whole(args, 'imap', lambda w: w.imaps_port, 'mbsync', programs.mbsync,
                 lambda w: bare_imap(w, w.imaps_port, 'ana', 'UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])'),
                 'Ours: whole, in the store, durable, searchable. mbsync: into a Maildir. The bare socket reads the same '
                 'bytes and drops them.')


def pop3(args):
    return whole(args, 'pop3', lambda w: w.pop3s_port, 'mpop', programs.mpop,
                 lambda w: bare_pop3(w, w.pop3s_port, 'ana', args.messages),
                 'Ours: in the local truth, synced to disk, searchable. mpop: into a Maildir. Both leave the mail on the '
                 'server.')


def change(w, user, n):
    """Somebody else flags 50 messages anew, files 25 and deletes 25; N of them is this, so that each is a change."""
    word = '+' if n % 2 == 0 else '-'
    bare_imap(w, w.imaps_port, user, f'STORE 101:150 {word}FLAGS.SILENT (\\Flagged)', 'COPY 201:225 INBOX',
              'STORE 301:325 +FLAGS.SILENT (\\Deleted)', 'EXPUNGE')


def headers(args):
    w = args.worlds.get('luis')
    table = Table(f'The headers of {args.rows} messages by IMAP, 50 ms round trip',
                  'Ours: in the store, searchable; until the newest 50 are there, until all are, again with nothing new, and with '
                  '100 changes by somebody else (50 flagged, 25 come, 25 gone). neomutt: in its cache of headers. Turns after the '
                  'greeting.')
    for i in range(args.rounds):
        with Line(w.imaps_port, DELAY) as line, scratch() as d:
            valija = Valija(pathlib.Path(d) / 'valija', w, 'luis', 'imap', line.port)
            table.add('Valija', valija.run('sync', '--headers', '--inbox', line=line)[0])
            table.add('Valija, nothing new', valija.run('sync', '--headers', '--inbox', line=line)[0])
            change(w, 'luis', 2 * i)
            table.add('Valija, 100 changes', valija.run('sync', '--headers', '--inbox', line=line)[0])
        with Line(w.imaps_port, DELAY) as line, scratch() as d:
            valija = Valija(pathlib.Path(d) / 'valija', w, 'luis', 'imap', line.port)
            table.add('Valija, the newest 50', valija.until_stored(50, line, 'sync', '--headers', '--inbox'))
        if available('neomutt'):
            with Line(w.imaps_port, DELAY) as line, scratch() as d:
                neomutt = Neomutt(pathlib.Path(d) / 'neomutt', w, 'luis', line.port)
                table.add('neomutt', neomutt.run(line))
                table.add('neomutt, nothing new', neomutt.run(line))
                change(w, 'luis', 2 * i + 1)
                table.add('neomutt, 100 changes', neomutt.run(line))
    table.budget('turns', table.median('Valija', 'turns'), 12, '{:.0f}')
    table.budget('turns with nothing new', table.median('Valija, nothing new', 'turns'), 4, '{:.0f}')
    table.budget('turns to the newest 50', table.median('Valija, the newest 50', 'turns'), 4, '{:.0f}')
    table.budget('seconds to the newest 50', table.median('Valija, the newest 50', 'seconds'), 1)
    return [table]


def smtp(args):
    """Sends messages from the outbox over one connection; msmtp has one for each."""
    w = args.worlds.get()
    to = programs.address('omar')
    table = Table(f'{SENT} messages by SMTP, 50 ms round trip',
                  'Ours: from the outbox, over one connection, a copy kept of each. msmtp: one after the other, as a script would.')
    for _ in range(args.rounds):
        with Line(w.submissions_port, DELAY) as line, scratch() as d:
            valija = Valija(pathlib.Path(d) / 'valija', w, 'ana', 'smtp', line.port)
            for i in range(SENT):
                valija.run('send', '--queue', '--to', to, '--subject', f'Bench {i}', input=TEXT)
            table.add('Valija', valija.run('outbox', 'send', line=line)[0])
        if available('msmtp'):
            with Line(w.submissions_port, DELAY) as line, scratch() as d:
                command = programs.msmtp(pathlib.Path(d) / 'msmtp', w, 'ana', line.port)
                costs = [timed(*command, to, line=line, input=f'From: {programs.address("ana")}\nTo: {to}\nSubject: Bench {i}\n\n{TEXT}')[0]
                         for i in range(SENT)]
                table.add('msmtp', {figure: sum(cost[figure] for cost in costs) for figure in costs[0]})
    turns = table.median('Valija', 'turns')
    table.budget('turns a message', turns / SENT, 2)
    table.budget('turns in all, since the server has CHUNKING', turns, 10, '{:.0f}')
    return [table]


def search(args):
    """Indexes and searches a whole mailbox; each search is a process of its own on both sides."""
    w = args.worlds.get('luis')
    index = Table(f'The index of {args.rows} messages',
                  'Ours: fetched whole from loopback into the store, its size with the sources. notmuch: of the Maildir, its size '
                  'without it.')
    queries = Table(f'A search in {args.rows} messages', 'A process for each, of the same words on both sides; the first 50 that are found.')
    with scratch() as d:
        valija = Valija(pathlib.Path(d) / 'valija', w, 'luis', 'imap', w.imaps_port)
        index.add('Valija', valija.run('sync', '--inbox')[0] | {'size': disk(valija.profile)})
        programs_there = [('Valija', lambda word: valija.run('search', '--limit', '50', word))]
        if available('notmuch'):
            notmuch = programs.Notmuch(pathlib.Path(d) / 'notmuch', w.maildir('luis'))
            index.add('notmuch', notmuch.run('new', '--quiet')[0] | {'size': disk(notmuch.directory)})
            programs_there.append(('notmuch', lambda word: notmuch.run('search', '--limit=50', word)))
        for name, ask in programs_there:
            queries.add(name, percentiles(ask(word)[0]['seconds'] for _ in range(args.rounds) for word in SEARCHED))
            queries.say(f'{name}: “nunez” finds {"Núñez" if ask("nunez")[1].strip() else "nothing"}, “会议” finds '
                        f'{"会议纪要" if ask("会议")[1].strip() else "nothing"}')
    return [index, queries]


def percentiles(times):
    times = sorted(times)
    return {'p50': times[len(times) // 2], 'p95': times[len(times) * 95 // 100]}


class Words:
    """What a program of our own says about itself."""

    def __init__(self, text):
        self.text = text

    def markdown(self):
        return '\n'.join(['```', self.text.rstrip(), '```', ''])


def store(args):
    with scratch() as d:
        done = subprocess.run([BUILD / 'tests/bench/bench-store', d, '1000', '10000', '100000'], check=True,
                              capture_output=True, text=True, timeout=LIMIT)
    return [Words(done.stdout.split('\n', 1)[1])]
