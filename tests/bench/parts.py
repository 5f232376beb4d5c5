# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured without a window: fetching, listing, listing again, and the store alone."""

import pathlib
import subprocess

import mail
import programs
import world
from line import Line
from measure import BUILD, LIMIT, Table, scratch, timed
from programs import Neomutt, Valija, available, bare_imap, bare_pop3

# Each way, where a distant server is meant
DELAY = 0.025


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
            count, size = (self.args.messages, 8400) if user == 'ana' else (self.args.rows, 1400)
            print(f'Making {count} messages for {user}', flush=True)
            mail.bulk(self.world.maildir(user), count, size)
            world.run('chown', '-R', 'dovecot:dovecot', str(self.world.dir / 'mail'))
            # The server's own index and cache are made once, before anybody is measured
            bare_imap(self.world, self.world.imaps_port, user, 'UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE '
                      'BODY.PEEK[HEADER])')
            self.filled.add(user)
        return self.world

    def close(self):
        if self.world is not None:
            self.world.stop()


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


def headers(args):
    w = args.worlds.get('luis')
    table = Table(f'The headers of {args.rows} messages by IMAP, 50 ms round trip',
                  'Ours: in the store, searchable, and again with nothing new. neomutt: in its cache of headers.')
    for _ in range(args.rounds):
        with Line(w.imaps_port, DELAY) as line, scratch() as d:
            valija = Valija(pathlib.Path(d) / 'valija', w, 'luis', 'imap', line.port)
            table.add('Valija', valija.run('sync', '--headers', '--inbox', line=line)[0])
            table.add('Valija, nothing new', valija.run('sync', '--headers', '--inbox', line=line)[0])
        if available('neomutt'):
            with Line(w.imaps_port, DELAY) as line, scratch() as d:
                neomutt = Neomutt(pathlib.Path(d) / 'neomutt', w, 'luis', line.port)
                table.add('neomutt', neomutt.run(line))
                table.add('neomutt, nothing new', neomutt.run(line))
    table.budget('turns', table.median('Valija', 'turns'), 12, '{:.0f}')
    table.budget('turns with nothing new', table.median('Valija, nothing new', 'turns'), 4, '{:.0f}')
    return [table]


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
