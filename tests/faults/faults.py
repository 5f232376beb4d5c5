#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults, by chance but repeatable: valijactl against the real servers of tests/world, whose line fails or whose process
is killed, and then a look at store, server and outbox: nothing lost, nothing doubled, nothing sent twice.

    world.py run -- faults.py PROGRAM cut|copy|send|fetch|kill|across|folders|clients|large|full|share [--rounds N] [--seconds N]
        [--seed S] [--only ROUND]

cut      IMAP: changes that wait and a copy to file; the line fails after the N-th line of the server
copy     IMAP: SIGKILL while copies wait for what comes after the N-th line of the server
send     SMTP: the same while messages are sent
fetch    POP3: the same while mail is fetched and taken off the server
kill     SIGKILL at a moment by chance during sync, move, flag, delete, send, and while POP3 fetches
across   SIGKILL at a moment by chance while mail moves between accounts and this computer, and drafts go to the server
folders  SIGKILL at a moment by chance while folders are made, renamed and removed
clients  three clients at the same time on one mailbox, for so many seconds, against a model (clients.py)
large    a message of 40 MB comes and goes: what valijactl grows by, and that it is little
full     the disk is full while mail comes and goes (full.py)
share    a part of each, for the suite

Each round prints one line when it fails; the seed and the number of a round repeat it.
"""

import argparse
import collections
import functools
import itertools
import poplib
import random
import subprocess
import sys
import traceback

import clients
import full
from cutter import GARBAGE, HIDDEN, KINDS, Cutter
from mailworld import (
    ANA, FOLDERS, LUIS, MEI, OMAR, PASSWORD, TLS, WORLD, count, fill, imap, queue_is_empty, server_folders, server_list, side,
    source, wait_for)
from meter import compare as compare_cost
from meter import measured, message
from victim import TRACE, Failure, Victim, check, trace

# What servers lack: for IMAP, the names in CAPABILITY
VARIANTS = {'whole': b'', 'no MOVE': b'|MOVE', 'old': b'|MOVE|UIDPLUS|ESEARCH|QRESYNC|CONDSTORE|LITERAL\\+|LIST-STATUS|BINARY'}

# No session of ours has more
MOST_LINES = 400
# Of the clients, in the suite
SHARE_SECONDS = 4


def store_list(victim, folder):
    return sorted((m['subject'], tuple(sorted(set(m['flags']) & {'seen', 'flagged'}))) for m in victim.list(folder))


def compare(victim, user, expected):
    """The server has just what is expected, and the store what the server has."""
    for folder in FOLDERS:
        there, here = server_list(user, folder), store_list(victim, folder)
        if folder in expected:
            check(there == sorted(expected[folder]), folder, 'on the server:', there, 'not', expected[folder])
        check(here == there, folder, 'here:', here, 'but on the server:', there)


def outbox(victim):
    return {item['subject']: item['state'] for item in victim.run('outbox')['items']}


# ---- The line fails

def cut_round(program, lines, kind, variant, seed):
    """Changes and a copy to file, while the line fails after `lines` lines. Whether it did."""
    hidden = rb' (' + HIDDEN + VARIANTS[variant] + rb')(?=[ \]\r])'
    line = Cutter(WORLD, WORLD['imaps_port'], hidden)
    sent = f'sent-{seed}-{lines}-{kind}-{variant}'.replace(' ', '')
    fill(ANA, ['one', 'two', 'three', 'four'])
    with Victim(program, PASSWORD) as victim:
        victim.add('imap', ANA, *side('incoming', line.port, ANA), *side('outgoing', WORLD['submissions_port'], ANA))
        victim.run('sync', '--headers')
        ids = {m['subject']: str(m['id']) for m in victim.list('INBOX')}
        file = victim.directory / 'sent.eml'
        file.write_bytes(source(sent, ANA, LUIS))
        victim.run('send', '--source', str(file))
        victim.run('move', ids['two'], '--to', 'Archive', '--queue')
        victim.run('flag', ids['two'], '--add', 'flagged', '--queue')
        victim.run('delete', ids['three'], '--queue')
        victim.run('flag', ids['one'], '--add', 'seen', '--queue')
        victim.run('copy', ids['one'], ids['four'], '--to', 'Drafts', '--queue')
        line.arm(lines, kind, seed)
        victim.run('sync', expect=None)
        faulted = line.disarm()
        for _ in range(2):
            victim.run('sync')
        line.close()
        compare(victim, ANA, {'INBOX': [('four', ()), ('one', ('seen',))], 'Archive': [('two', ('flagged',))],
                              'Trash': [('three', ())], 'Sent': [(sent, ('seen',))],
                              'Drafts': [('four', ()), ('one', ('seen',))]})
        check(wait_for(lambda: count(LUIS, sent)) == 1, sent, 'was delivered', count(LUIS, sent), 'times')
    return faulted


def copy_round(program, lines, kind, variant, seed):
    """Copies, within an account and from one to another, while the process is killed as it waits behind `lines` lines.
    Whether it was."""
    line = Cutter(WORLD, WORLD['imaps_port'], rb' (' + HIDDEN + VARIANTS[variant] + rb')(?=[ \]\r])')
    fill(ANA, ['one', 'two'])
    fill(LUIS, ['three'])
    with Victim(program, PASSWORD) as victim:
        victim.add('imap', ANA, *side('incoming', line.port, ANA))
        victim.add('imap', LUIS, *side('incoming', WORLD['imaps_port'], LUIS))
        victim.run('sync', '--headers')
        ids = {m['subject']: str(m['id']) for user in (ANA, LUIS) for m in victim.list('INBOX', '--account', user)}
        victim.run('copy', ids['one'], ids['two'], '--to', 'Archive', '--queue')
        line.arm(lines, kind, seed)
        # Which does what waits as well, first
        child = victim.start('copy', ids['three'], '--to', 'Archive', '--account', ANA)
        wait_for(lambda: line.faulted or child.poll() is not None)
        child.kill()
        child.communicate()
        killed = line.disarm()
        for _ in range(2):
            victim.run('sync', '--headers')
        line.close()
        copies = {s: [place for place, _ in server_list(ANA, 'Archive')].count(s) for s in ('one', 'two', 'three')}
        check(copies['one'] == copies['two'] == 1, copies)
        # It is written down once its source is here
        check(copies['three'] == 1 or (killed and copies['three'] == 0), copies)
        check(server_list(ANA, 'INBOX') == [('one', ()), ('two', ())], server_list(ANA, 'INBOX'))
        check(server_list(LUIS, 'INBOX') == [('three', ())], server_list(LUIS, 'INBOX'))
        here = collections.Counter(m['subject'] for m in victim.list('Archive', '--account', ANA))
        check(here == {s: n for s, n in copies.items() if n > 0}, 'here:', here, 'but on the server:', copies)
    return killed


def renumber_round(program, seed):
    """Changes wait while the server makes the folder anew, with one message less: another UIDVALIDITY."""
    rng = random.Random(seed)
    subjects = [f'v{i}' for i in range(6)]
    fill(ANA, [])
    with Victim(program, PASSWORD) as victim, imap(ANA) as box:
        box.create('Renumbered')
        for subject in subjects:
            box.append('Renumbered', None, None, source(subject))
        victim.add('imap', ANA, *side('incoming', WORLD['imaps_port'], ANA))
        victim.run('sync', '--headers')
        ids = {m['subject']: str(m['id']) for m in victim.list('Renumbered')}
        victim.run('flag', *(ids[s] for s in subjects[:3]), '--add', 'flagged', '--queue')
        victim.run('move', *(ids[s] for s in subjects[3:]), '--to', 'Archive', '--queue')
        victim.run('flag', ids[subjects[4]], '--add', 'seen', '--queue')
        lost = rng.choice(subjects)
        box.delete('Renumbered')
        box.create('Renumbered')
        rest = [s for s in subjects if s != lost]
        rng.shuffle(rest)
        for subject in rest:
            box.append('Renumbered', None, None, source(subject))
        for _ in range(2):
            victim.run('sync', '--headers', expect=None)
        compare(victim, ANA, {'Archive': [(s, ('seen',) if s == subjects[4] else ()) for s in rest if s in subjects[3:]]})
        there, here = server_list(ANA, 'Renumbered'), store_list(victim, 'Renumbered')
        check(there == here == sorted((s, ('flagged',)) for s in rest if s in subjects[:3]), lost, there, here)
        box.delete('Renumbered')
    return True


def send_round(program, lines, kind, chunking, seed):
    line = Cutter(WORLD, WORLD['submissions_port'], rb'' if chunking else rb'CHUNKING', rb'CHUNKING', 'smtp')
    subjects = [f'{name}-{seed}-{lines}-{kind}-{chunking}' for name in ('first', 'second')]
    with Victim(program, PASSWORD) as victim:
        victim.add('smtp', MEI, *side('outgoing', line.port, MEI))
        for subject in subjects:
            file = victim.directory / 'sent.eml'
            file.write_bytes(source(subject, MEI, OMAR))
            victim.run('send', '--source', str(file), '--queue')
        line.arm(lines, kind, seed)
        victim.run('outbox', 'send', expect=None)
        faulted = line.disarm()
        states = outbox(victim)
        check('sending' not in states.values(), states)
        # What certainly was not sent is sent now; what is uncertain nobody but the user may send
        for item in victim.run('outbox')['items']:
            if item['state'] in ('pending', 'error'):
                victim.run('outbox', 'retry', str(item['id']), expect=None)  # the first may have sent both
        line.close()
        after = outbox(victim)
        for subject in subjects:
            check(after[subject] == ('uncertain' if states[subject] == 'uncertain' else 'sent'), subject, states, after)
        check(wait_for(queue_is_empty), 'the queue of the server does not run empty')
        for subject in subjects:
            n = count(OMAR, subject)
            check(n == 1 or (n == 0 and after[subject] == 'uncertain'), subject, after[subject], 'but delivered', n, 'times')
    return faulted


def pop3():
    box = poplib.POP3_SSL('localhost', WORLD['pop3s_port'], context=TLS)
    box.user(OMAR)
    box.pass_(PASSWORD)
    return box


def fetch_round(program, lines, kind, clear, seed):
    line = Cutter(WORLD, WORLD['pop3s_port'], rb' SCRAM-[^ \r]+', rb'SASL', 'pop3')
    subjects = [f'm{i}' for i in range(5)]
    fill(OMAR, subjects)
    with Victim(program, PASSWORD) as victim:
        victim.add('pop3', OMAR, *side('incoming', line.port, OMAR),
                   *(['--set', 'delete-after-days=0'] if clear else []))
        line.arm(lines, kind, seed)
        victim.run('sync', expect=None)
        faulted = line.disarm()
        here = collections.Counter(m['subject'] for m in victim.list('INBOX'))
        there = {s for s, _ in server_list(OMAR, 'INBOX')}
        check(all(n == 1 for n in here.values()), 'doubled here:', here)
        check(set(here) | there == set(subjects), 'lost:', set(subjects) - set(here) - there)
        for _ in range(2):
            victim.run('sync')
        line.close()
        here = collections.Counter(m['subject'] for m in victim.list('INBOX'))
        check(here == collections.Counter(subjects), 'here:', here)
        for message in victim.list('INBOX'):
            check('The body of' in victim.run('show', str(message['id']))['text'], 'no body:', message['subject'])
        check(sorted(s for s, _ in server_list(OMAR, 'INBOX')) == ([] if clear else subjects), 'not cleared')
    return faulted


def sweep(program, make, options, step, seed, kinds):
    """Rounds of `make` at every `step`-th line until one ends without a fault, for each kind and option."""
    for option in options:
        for kind in kinds:
            lines = seed % step
            # A round that is passed over (--only) tells nothing of where the lines end
            while lines < MOST_LINES:
                name = f'{make.__name__} lines={lines} kind={kind} option={option} seed={seed}'
                faulted = [True]

                def play(name=name, lines=lines, kind=kind, option=option, faulted=faulted):
                    faulted[0] = make(program, lines, kind, option, seed)

                yield name, play
                if not faulted[0]:
                    break
                lines += step


# ---- The process is killed

def kill_round(program, number, seed):
    rng = random.Random(f'{seed} {number}')
    subjects = [f'k{i}' for i in range(8)]
    fill(ANA, subjects)
    place = {s: {'INBOX'} for s in subjects}          # where each may be
    sent = {}                                         # subject: the last that is known of it
    with Victim(program, PASSWORD) as victim:
        victim.add('imap', ANA, *side('incoming', WORLD['imaps_port'], ANA),
                   *side('outgoing', WORLD['submissions_port'], ANA))
        victim.run('sync', *([] if rng.random() < 0.3 else ['--headers']))
        trace('folders', {s: sorted(p) for s, p in place.items()})
        for step in range(rng.randrange(2, 5)):
            known = {m['subject']: str(m['id']) for f in ('INBOX', 'Archive') for m in victim.list(f)
                     } if (victim.directory / 'profile').exists() and step else {}
            act = rng.choice(['sync', 'move', 'move', 'delete', 'flag', 'send', 'send'])
            subject = rng.choice(sorted(known)) if known else None
            stdin = b''
            if act == 'send' or subject is None and act != 'sync':
                name = f's-{seed}-{number}-{step}'
                file = victim.directory / f'{name}.eml'
                file.write_bytes(source(name, ANA, LUIS))
                args = ['send', '--source', str(file)]
                sent[name] = None
            elif act == 'move':
                target = rng.choice(['Archive', 'INBOX'])
                args = ['move', *([known[subject]] if rng.random() < 0.5 else [i for s, i in sorted(known.items())
                        if place[s] == place[subject] and len(place[s]) == 1] or [known[subject]]), '--to', target]
                for s, i in known.items():
                    if i in args:
                        place[s] = place[s] | {target}
            elif act == 'delete':
                args = ['delete', known[subject]]
                place[subject] = place[subject] | {'Trash'}
            elif act == 'flag':
                args = ['flag', known[subject], '--add', 'flagged']
            else:
                args = ['sync']
            child = victim.start(*args)
            try:
                child.communicate(stdin, timeout=rng.uniform(0, 0.35))
                killed = False
            except subprocess.TimeoutExpired:
                child.kill()
                child.communicate()
                killed = True
            trace(*args, 'killed' if killed else child.returncode)
            check(killed or child.returncode >= 0, args, 'died by signal')
        checker(victim, place, sent)


def checker(victim, place, sent):
    """After the last kill: what remains is done, and then store, server and outbox agree."""
    for _ in range(2):
        victim.run('sync')
    victim.run('outbox', 'send', expect=None)
    victim.run('sync')
    states = outbox(victim)
    check(not set(states.values()) & {'sending', 'pending'}, states)
    check(wait_for(queue_is_empty), 'the queue of the server does not run empty')
    there = collections.defaultdict(list)
    for folder in FOLDERS:
        for subject, _ in server_list(ANA, folder):
            there[subject].append(folder)
    for subject, places in place.items():
        check(len(there[subject]) == 1, subject, 'is in', there[subject])
        check(there[subject][0] in places, subject, 'is in', there[subject], 'but may be in', places)
    for subject in sent:
        n, state = count(LUIS, subject), states.get(subject)
        check(n <= 1, subject, 'was sent', n, 'times')
        check(state is None or n == 1 or state == 'uncertain', subject, 'is', state, 'but was delivered', n, 'times')
        check(state is not None or n == 0, subject, 'was sent but is not in the outbox')
        copies = len(there[subject])
        check(copies <= 1, subject, 'has', copies, 'copies:', there[subject])
        check(copies == 1 or state != 'sent', subject, 'was sent but has no copy')
    compare(victim, ANA, {})


def drop_round(program, number, seed):
    """POP3, killed while it fetches: each message is here once and whole in the end, and off the server only after that."""
    rng = random.Random(f'{seed} {number}')
    clear = rng.random() < 0.5
    mail = {f'p{i}': message(f'p{i}', rng.randrange(1000, 400000), MEI, OMAR) for i in range(8)}
    fill(OMAR, [])
    with imap(OMAR) as box:
        for text in mail.values():
            box.append('INBOX', None, None, text.encode())
    line = Cutter(WORLD, WORLD['pop3s_port'], rb' SCRAM-[^ \r]+', rb'SASL', 'pop3')

    def look():
        here = collections.Counter(m['subject'] for m in victim.list('INBOX'))
        there = [s for s, _ in server_list(OMAR, 'INBOX')]
        check(max(here.values(), default=0) <= 1, 'doubled here:', here)
        check(set(here) | set(there) == set(mail), 'lost:', set(mail) - set(here) - set(there))
        return sorted(here), there

    with Victim(program, PASSWORD) as victim:
        victim.add('pop3', OMAR, *side('incoming', line.port, OMAR), *(['--set', 'delete-after-days=0'] if clear else []))
        for _ in range(rng.randrange(1, 4)):
            child = victim.start('sync')
            line.arm(rng.randrange(sum(text.count('\n') for text in mail.values())), 'cut', on_fault=child.kill)
            child.communicate(b'', timeout=60)
            trace('sync', 'killed' if line.disarm() else child.returncode, *look())
        for _ in range(2):
            victim.run('sync')
        line.close()
        check(look() == (sorted(mail), [] if clear else sorted(mail)), 'clears' if clear else 'leaves', look())
        for row in victim.list('INBOX'):
            check(victim.run('show', str(row['id']), '--raw')['raw'] == mail[row['subject']], 'not whole:', row['subject'])


def kills(program, rounds, seed):
    for number in range(rounds):
        yield f'kill round={number} seed={seed}', lambda number=number: kill_round(program, number, seed)
        yield f'kill pop3 round={number} seed={seed}', lambda number=number: drop_round(program, number, seed)


def place_of(victim):
    """{subject: [(account, folder, id)]} of all that is here."""
    found = collections.defaultdict(list)
    for account in (ANA, LUIS, OMAR):
        for folder in ('INBOX', 'Archive', 'Trash', 'Drafts'):
            for message in victim.list(folder, '--account', account):
                if (account, folder, str(message['id'])) not in found[message['subject']]:
                    found[message['subject']].append((account, folder, str(message['id'])))
    return found


def across_round(program, number, seed):
    """Two servers, and an account that keeps its mail here. Each message is in one place, whatever was interrupted."""
    rng = random.Random(f'{seed} {number}')
    subjects = [f'x{i}' for i in range(6)]
    drafts = []
    fill(ANA, subjects)
    fill(LUIS, [])
    fill(OMAR, [])
    with Victim(program, PASSWORD) as victim:
        for user in (ANA, LUIS):
            victim.add('imap', user, *side('incoming', WORLD['imaps_port'], user),
                       *side('outgoing', WORLD['submissions_port'], user))
        victim.add('pop3', OMAR, *side('incoming', WORLD['pop3s_port'], OMAR))
        victim.run('sync', '--headers')
        for step in range(rng.randrange(3, 6)):
            known = place_of(victim)
            act = rng.choice(['move', 'move', 'move', 'draft'])
            subject = rng.choice(subjects)
            if act == 'draft':
                drafts.append(f'd-{seed}-{number}-{step}')
                args = ['send', '--draft', '--account', ANA, '--to', LUIS, '--subject', drafts[-1], ]
            elif not known[subject]:
                args = ['sync', '--headers']
            else:
                here = known[subject][0][:2]
                ids = [places[0][2] for places in known.values() if places and places[0][:2] == here]
                target = rng.choice([a for a in (ANA, LUIS, OMAR) if a != here[0]])
                args = ['move', *(ids if rng.random() < 0.5 else [known[subject][0][2]]), '--to', 'Archive', '--account', target]
            child = victim.start(*args)
            try:
                child.communicate(b'', timeout=rng.uniform(0.05, 0.5))
                killed = False
            except subprocess.TimeoutExpired:
                child.kill()
                child.communicate()
                killed = True
            trace(*args, 'killed' if killed else child.returncode)
            check(killed or child.returncode >= 0, args, 'died by signal')
        for _ in range(3):
            victim.run('sync', '--headers')
        check_across(victim, subjects, drafts)


def check_across(victim, subjects, drafts):
    there = collections.Counter(s for user in (ANA, LUIS) for folder in FOLDERS for s, _ in server_list(user, folder))
    here = place_of(victim)
    for subject in subjects:
        n_kept = sum(account == OMAR for account, _, _ in here[subject])
        check(there[subject] + n_kept == 1, subject, 'is', there[subject], 'times on servers, and here in', here[subject])
        check(len(here[subject]) == 1, subject, 'is listed in', here[subject])
    for subject in drafts:
        check(there[subject] <= 1 and len(here[subject]) <= 1 and len(here[subject]) >= there[subject],
              'the draft', subject, 'is', there[subject], 'times on the server, and here in', here[subject])


def across_kills(program, rounds, seed):
    for number in range(rounds):
        yield f'across round={number} seed={seed}', lambda number=number: across_round(program, number, seed)


class Folder:
    """One that the round has made: what it may be called, and whether it may be gone; `subject` is in it."""

    def __init__(self, name, subject=None, sure=False):
        self.names, self.subject, self.sure, self.gone = {name}, subject, sure, False


def folders_round(program, number, seed):
    rng = random.Random(f'{seed} {number}')
    fill(ANA, [])
    folders, names = [], (f'K{i}' for i in itertools.count())
    with imap(ANA) as box:
        for name in server_folders(ANA, 'K'):
            box.delete(name)
        for i in range(3):
            name = next(names)
            box.create(name)
            box.append(name, None, None, source(f'in{i}'))
            folders.append(Folder(name, f'in{i}', True))
    with Victim(program, PASSWORD) as victim:
        victim.add('imap', ANA, *side('incoming', WORLD['imaps_port'], ANA))
        victim.run('sync', '--headers')
        for _ in range(rng.randrange(3, 7)):
            known = sorted(f['path'] for f in victim.run('folders')['folders'] if f['path'].startswith('K'))
            act = rng.choice(['create', 'rename', 'rename', 'remove', 'sync'])
            path = rng.choice(known) if known else None
            mine = [f for f in folders if path in f.names]
            if act == 'create':
                name = next(names)
                folders.append(Folder(name))
                args = ['folder', 'create', name]
            elif act == 'rename' and path is not None:
                name = next(names)
                for folder in mine:
                    folder.names.add(name)
                args = ['folder', 'rename', path, name]
            elif act == 'remove' and path is not None:
                for folder in mine:
                    folder.gone = True
                args = ['folder', 'remove', '--with-mail', path]
            else:
                args = ['sync', '--headers']
            child = victim.start(*args)
            try:
                child.communicate(b'', timeout=rng.uniform(0, 0.35))
                killed = False
            except subprocess.TimeoutExpired:
                child.kill()
                child.communicate()
                killed = True
            trace(*args, 'killed' if killed else child.returncode)
            check(killed or child.returncode >= 0, args, 'died by signal')
            if act == 'create' and not killed and child.returncode == 0:
                folders[-1].sure = True
        for _ in range(2):
            victim.run('sync', '--headers')
        check_folders(victim, folders)


def check_folders(victim, folders):
    """Store and server have the same ones, each at most once and under a name that it was given, with its message."""
    there = server_folders(ANA, 'K')
    here = sorted(f['path'] for f in victim.run('folders')['folders'] if f['path'].startswith('K'))
    check(here == there, 'here:', here, 'but on the server:', there)
    mail = {name: [s for s, _ in server_list(ANA, name)] for name in there}
    for folder in folders:
        found = [name for name in there if name in folder.names]
        check(len(found) <= 1, sorted(folder.names), 'is there as', found)
        check(found or folder.gone or not folder.sure, sorted(folder.names), 'is lost:', there)
        if found and folder.subject is not None:
            check(mail[found[0]] == [folder.subject], found, 'holds', mail[found[0]], 'not', folder.subject)
            check([s for s, _ in store_list(victim, found[0])] == [folder.subject], found, 'is empty here')
    check(set(there) <= set().union(*(f.names for f in folders)), 'nobody made one of', there)


def folder_kills(program, rounds, seed):
    for number in range(rounds):
        yield f'folders round={number} seed={seed}', lambda number=number: folders_round(program, number, seed)


# ---- A large message

def large_round(program):
    """It comes by IMAP and POP3, is looked into, and goes by SMTP with a copy that IMAP files."""
    for user in (ANA, OMAR):
        fill(user, [])
    with Victim(program, PASSWORD) as victim, Victim(program, PASSWORD) as fetcher:
        victim.add('imap', ANA, *side('incoming', WORLD['imaps_port'], ANA), *side('outgoing', WORLD['submissions_port'], ANA),
                   timeout=20)
        fetcher.add('pop3', OMAR, *side('incoming', WORLD['pop3s_port'], OMAR), timeout=20)

        def come(user, victim, name, size):
            with imap(user) as box:
                box.append('INBOX', None, None, message(name, size).encode())
            return measured(victim, 'sync')

        def save(name, size):
            number = next(str(m['id']) for m in victim.list('INBOX') if m['subject'] == name)
            return measured(victim, 'show', number, '--save-attachments', str(victim.directory))

        def go(ends, name, size):
            file = victim.directory / f'{name}.eml'
            file.write_text(message(f'{name}-{len(ends)}', size, ANA, LUIS).replace('\r\n', ends), newline='')
            used = measured(victim, 'send', '--source', str(file))
            return max(used, measured(victim, 'sync', '--headers'))

        plays = {'IMAP': functools.partial(come, ANA, victim), 'POP3': functools.partial(come, OMAR, fetcher), 'saved': save,
                 'SMTP': functools.partial(go, '\r\n'), 'SMTP, of lines that end in LF': functools.partial(go, '\n')}
        print('# a large message more than a small one: ' + ', '.join(compare_cost(what, play) for what, play in plays.items()),
              flush=True)
        check([s for s, _ in server_list(ANA, 'Sent')] == ['large-1', 'large-2', 'small-1', 'small-2'], server_list(ANA, 'Sent'))
        check(wait_for(lambda: count(LUIS, 'large-1') + count(LUIS, 'large-2')) == 2, 'not delivered')
    for user in (ANA, OMAR, LUIS):
        fill(user, [])


# ---- All of it

def share(program, seed):
    """By chance, but the same each time: some 15 seconds."""
    rng = random.Random(seed)
    for variant in VARIANTS:
        lines, kind = rng.randrange(8, 40), rng.choice(['cut', *GARBAGE])
        yield (f'cut lines={lines} kind={kind} option={variant} seed={seed}',
               lambda lines=lines, kind=kind, variant=variant: cut_round(program, lines, kind, variant, seed))
        lines = rng.randrange(8, 40)
        yield (f'copy lines={lines} kind=stall option={variant} seed={seed}',
               lambda lines=lines, variant=variant: copy_round(program, lines, 'stall', variant, seed))
    yield f'renumber seed={seed}', lambda: renumber_round(program, seed)
    for chunking in (True, False):
        lines = rng.randrange(12, 26)
        yield (f'send lines={lines} kind=cut option={chunking} seed={seed}',
               lambda lines=lines, chunking=chunking: send_round(program, lines, 'cut', chunking, seed))
    lines = rng.randrange(3, 20)
    yield f'fetch lines={lines} seed={seed}', lambda: fetch_round(program, lines, 'cut', True, seed)
    for kind in rng.sample(GARBAGE, 2):
        lines = rng.randrange(0, 12)
        yield (f'fetch lines={lines} kind={kind} option=True seed={seed}',
               lambda lines=lines, kind=kind: fetch_round(program, lines, kind, True, seed))
        yield (f'send lines={lines} kind={kind} option=True seed={seed}',
               lambda lines=lines, kind=kind: send_round(program, lines, kind, True, seed))
    yield from itertools.islice(kills(program, 2, seed), 3)
    yield from across_kills(program, 2, seed)
    yield from folder_kills(program, 1, seed)
    yield from clients.rounds(program, 1, seed, SHARE_SECONDS)
    yield 'large', lambda: large_round(program)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('program')
    parser.add_argument('what', choices=['cut', 'copy', 'send', 'fetch', 'kill', 'across', 'folders', 'clients', 'large', 'full',
                                         'share'])
    parser.add_argument('--rounds', type=int, help='of kill, across, folders (100) and clients (1)')
    parser.add_argument('--seconds', type=float, default=20, help='of a round of clients')
    parser.add_argument('--step', type=int, default=1, help='of cut, copy, send and fetch: at every so many lines')
    parser.add_argument('--kinds', default=','.join(KINDS), help='of cut, send and fetch: how the line fails')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--only', help='rounds whose line has these words')
    parser.add_argument('--keep-going', action='store_true')
    args = parser.parse_args()
    kinds = args.kinds.split(',')
    rounds = {'cut': lambda: sweep(args.program, cut_round, VARIANTS, args.step, args.seed, kinds),
              'copy': lambda: sweep(args.program, copy_round, VARIANTS, args.step, args.seed, ['stall']),
              'send': lambda: sweep(args.program, send_round, (True, False), args.step, args.seed, kinds),
              'fetch': lambda: sweep(args.program, fetch_round, (False, True), args.step, args.seed, kinds),
              'kill': lambda: kills(args.program, args.rounds or 100, args.seed),
              'across': lambda: across_kills(args.program, args.rounds or 100, args.seed),
              'folders': lambda: folder_kills(args.program, args.rounds or 100, args.seed),
              'clients': lambda: clients.rounds(args.program, args.rounds or 1, args.seed, args.seconds),
              'large': lambda: [('large', lambda: large_round(args.program))],
              'full': lambda: [('full', lambda: full.play(args.program, args.seed))],
              'share': lambda: share(args.program, args.seed)}[args.what]()
    n, failed = 0, 0
    for name, play in rounds:
        if args.only and args.only not in name:
            continue
        n += 1
        TRACE.clear()
        try:
            play()
            print(f'ok {n} - {name}', flush=True)
        except Exception as error:
            failed += 1
            print(f'not ok {n} - {name}', flush=True)
            words = str(error) if isinstance(error, Failure) else traceback.format_exc()
            print('\n'.join('# ' + line for line in TRACE + words.splitlines()), flush=True)
            if not args.keep_going and args.what != 'share':
                break
    print(f'1..{n}')
    print(f'# {n} rounds, {failed} failed', flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
