# SPDX-License-Identifier: GPL-3.0-or-later
"""Three clients change one mailbox at the same time: two profiles of valijactl, and one that speaks IMAP by itself. Each is
a thread with dice of its own, takes no turns, works on what it saw last, and writes down what it asked for. When the time is
up all stop, the profiles synchronise until nothing waits, and the rules are checked:

- Both stores are as the server is: folders, messages by Message-ID, flags, labels; nothing is left on this computer.
- A message that nobody deleted is there, and once; with copies, once more for each. Nothing comes back that was deleted.
- Moved, or deleted for good, by two at once: the server's first one counts. The other finds nothing by the name that it knew,
  which is no failure, and the next look tells where the message is. So where one alone has moved a message, it is where that
  one put it last.
- Each mark and label is a change by itself, and the server's last one counts. One that comes after the message was moved or
  deleted by another is lost with the name; it brings nothing back. So what one alone has marked, and moved, is as that one
  left it, and no message has or lacks a mark without somebody's wish.
- A folder that is renamed by two at once has the name of the first, and the other is refused. What was to go into or out of
  it by its old name is refused and stays where it was.
"""

import collections
import contextlib
import imaplib
import itertools
import random
import re
import threading
import traceback
import typing

from mailworld import ANA, PASSWORD, WORLD, imap, side, source
from victim import Failure, Victim, check, trace

FIXED = 'INBOX', 'Archive', 'Trash', 'Sent', 'Drafts', 'Junk'
START = 'INBOX', 'Archive', 'Work', 'Lists'
N_START = 60
FLAGS = {'seen': '\\Seen', 'flagged': '\\Flagged', 'answered': '\\Answered'}
LABELS = '$label1', 'blue', 'red'
NICKS = {**{word.lower(): nick for nick, word in FLAGS.items()}, '\\draft': 'draft', '\\deleted': 'deleted'}
# Of valijactl: done, no such folder or message, the server said no; and it hung up, as Dovecot 2.4 does (an assertion of
# maildir-save.c) when a folder is renamed while a message with keywords comes into it
EXPECTED = 0, 3, 7, 4
# What is left after the end is done in so many synchronisations
MOST_SYNCS = 5


class Wish(typing.NamedTuple):
    """What a client asked for. Folders are told by the last part of their paths, which no two have."""

    kind: str                # new, copy, move, drop, mark, folder, rename
    what: str                # a subject, or a folder
    value: typing.Any = None
    sure: bool = True        # it was done, unless another came first


def leaf(path):
    return path.rpartition('/')[2]


class Client(threading.Thread):
    def __init__(self, name, seed, stop):
        super().__init__(daemon=True)
        self.name, self.rng, self.stop = name, random.Random(f'{seed} {name}'), stop
        self.log, self.n_done, self.refused, self.failure = [], collections.Counter(), collections.Counter(), None
        self.numbers = itertools.count()

    def run(self):
        try:
            while not self.stop.is_set():
                self.step()
        except Exception as error:
            self.failure = str(error) if isinstance(error, Failure) else traceback.format_exc()
            self.stop.set()

    def fresh(self, prefix):
        return f'{prefix}-{self.name}{next(self.numbers)}'

    def wish(self, *words, sure=True):
        self.log.append(Wish(*words, sure=sure))

    def choose_name(self, paths):
        """For a new folder, at times in another one."""
        parent = self.rng.choice([None, None, *(p for p in paths if '/' not in p and p not in FIXED)])
        return (parent + '/' if parent else '') + self.fresh('F')

    def take(self, shown):
        """Some of what is shown, which is then used up."""
        some = [shown.pop() for _ in range(min(len(shown), self.rng.choice([1, 1, 2, 4])))]
        return some


class Ours(Client):
    """A profile of valijactl."""

    def __init__(self, name, seed, stop, victim):
        super().__init__(name, seed, stop)
        self.victim, self.paths = victim, []

    def look(self):
        self.paths = [f['path'] for f in self.victim.run('folders')['folders'] if f['selectable'] and not f['local']]

    def ask(self, *args):
        """Whether it was done."""
        self.n_done[args[0]] += 1
        child = self.victim.start(*args)
        out, err = child.communicate(b'', timeout=300)
        check(child.returncode in EXPECTED, self.name, *args, 'ended with', child.returncode, out.decode(), err.decode()[-2000:])
        if child.returncode != 0:
            self.refused[f'{args[0]} {child.returncode}'] += 1
        return child.returncode == 0

    def step(self):
        act = self.rng.choices(['mail', 'draft', 'folder', 'sync'], [12, 2, 1, 5])[0]
        if act == 'mail':
            self.change_mail()
        elif act == 'draft':
            subject = self.fresh('d')
            self.wish('new', subject, 'Drafts', sure=self.ask('send', '--draft', '--to', ANA, '--subject', subject))
        elif act == 'folder':
            self.change_folder()
        if act == 'sync' or not self.paths:
            self.ask('sync', *self.rng.choice([['--headers'], ['--headers'], []]))
            self.look()

    def change_folder(self):
        old = self.rng.choice([None, *(p for p in self.paths if p not in FIXED)])
        if old is None:
            path = self.choose_name(self.paths)
            self.wish('folder', leaf(path), sure=self.ask('folder', 'create', path))
        else:
            new = self.fresh('F')
            self.wish('rename', leaf(old), new, sure=self.ask('folder', 'rename', old, new))
        self.look()

    def change_mail(self):
        path = self.rng.choice(self.paths)
        shown = [(str(m['id']), m['subject']) for m in self.victim.list(path) if m['id'] > 0]
        self.rng.shuffle(shown)
        for _ in range(self.rng.randrange(1, 4)):
            some = self.take(shown)
            if some and not self.stop.is_set():
                self.change(path, [i for i, _ in some], [s for _, s in some])

    def change(self, path, ids, subjects):
        act = self.rng.choices(['move', 'delete', 'flag', 'label'], [4, 1, 3, 2])[0]
        later = ['--queue'] if self.rng.random() < 0.4 else []
        if act == 'move':
            target = self.rng.choice(self.paths)
            sure = self.ask('move', *ids, '--to', target, *later)
            wishes = [('move', s, (leaf(path), leaf(target))) for s in subjects]
        elif act == 'delete':
            sure = self.ask('delete', *ids, *later)
            wishes = [('drop', s) if path == 'Trash' else ('move', s, (leaf(path), 'Trash')) for s in subjects]
        else:
            mark, on = self.rng.choice(LABELS if act == 'label' else list(FLAGS)), self.rng.random() < 0.6
            sure = self.ask(act, *ids, '--add' if on else '--remove', mark, *later)
            wishes = [('mark', s, (leaf(path), mark, on)) for s in subjects]
        for words in wishes:
            self.wish(*words, sure=sure)

    def waiting(self):
        return self.victim.query('SELECT count(*) FROM operation')[0][0]

    def finish(self):
        """Until nothing waits."""
        for _ in range(MOST_SYNCS):
            self.victim.run('sync', '--headers')
            if not self.waiting():
                return
        check(False, self.name, 'still has', self.waiting(), 'lines:', self.victim.query('SELECT * FROM operation'))


class Theirs(Client):
    """Speaks IMAP, with one folder open whose messages it knows from when it opened it."""

    def __init__(self, name, seed, stop):
        super().__init__(name, seed, stop)
        self.paths, self.box, self.answer = [], None, None

    def run(self):
        self.connections = contextlib.ExitStack()
        try:
            super().run()
        finally:
            self.close()

    def close(self):
        """Also of a connection on which the server has hung up."""
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            self.connections.close()

    def connect(self):
        self.close()
        self.box = self.connections.enter_context(imap(ANA))
        self.paths = list_paths(self.box)

    def ask(self, name, *args):
        """Whether it was done; None when the server hung up and nobody knows."""
        self.n_done[name] += 1
        self.box.untagged_responses.clear()
        try:
            done, self.answer = self.box.uid(name, *args) if name.isupper() else getattr(self.box, name)(*args)
            done = done == 'OK'
        except imaplib.IMAP4.abort:
            self.box, done = None, None
        self.refused[name] += not done
        return done

    def open(self):
        """A folder, and [(UID, subject)] of what is in it."""
        path = self.rng.choice(self.paths)
        if not self.ask('select', path) or not self.ask('FETCH', '1:*', '(BODY.PEEK[HEADER.FIELDS (SUBJECT)])'):
            return path, []
        shown = [(re.search(rb'UID (\d+)', item[0]).group(1).decode(), item[1].decode().partition(':')[2].strip())
                 for item in self.answer if isinstance(item, tuple)]
        self.rng.shuffle(shown)
        return path, shown

    def step(self):
        if self.box is None or self.rng.random() < 0.02:
            self.connect()
        if self.rng.random() < 0.3:
            self.paths = list_paths(self.box)
        if self.rng.random() < 0.04:
            self.change_folder()
        path, shown = self.open() if self.box is not None else (None, [])
        if self.box is not None and self.rng.random() < (0.5 if len(shown) < 4 else 0.1):
            subject = self.fresh('n')
            self.wish('new', subject, leaf(path), sure=self.ask('append', path, None, None, source(subject)))
        for _ in range(self.rng.randrange(1, 5)):
            some = self.take(shown)
            if some and self.box is not None and not self.stop.is_set():
                self.change(path, dict(some))
                # As a person does, and for the others to have a chance
                self.stop.wait(self.rng.uniform(0, 0.2))

    def change_folder(self):
        old = self.rng.choice([None, *(p for p in self.paths if p not in FIXED)])
        if old is None:
            path = self.choose_name(self.paths)
            self.wish('folder', leaf(path), sure=self.ask('create', path))
        else:
            new = old[:len(old) - len(leaf(old))] + self.fresh('F')
            self.wish('rename', leaf(old), leaf(new), sure=self.ask('rename', old, new))

    def copied(self):
        """The UIDs that the server says it has moved or copied."""
        uids = set()
        for data in self.box.untagged_responses.get('COPYUID', []):
            for part in data.split()[1].decode().split(','):
                first, _, last = part.partition(':')
                uids.update(str(n) for n in range(int(first), int(last or first) + 1))
        return uids

    def change(self, path, some):
        act = self.rng.choices(['MOVE', 'COPY', 'STORE', 'EXPUNGE'], [8, 1, 8, 2])[0]
        uids = ','.join(some)
        if act in ('MOVE', 'COPY'):
            target = self.rng.choice(self.paths)
            done = self.ask(act, uids, target)
            for uid in some if done is None else self.copied() & set(some):
                self.wish(act.lower(), some[uid], (leaf(path), leaf(target)), sure=done)
        elif act == 'STORE':
            mark, on = self.rng.choice([*FLAGS, *LABELS]), self.rng.random() < 0.6
            done = self.ask('STORE', uids, '+FLAGS' if on else '-FLAGS', f'({FLAGS.get(mark, mark)})')
            for subject in some.values():
                self.wish('mark', subject, (leaf(path), mark, on), sure=done)
        else:
            for subject in some.values():
                self.wish('drop', subject)
            if self.ask('STORE', uids, '+FLAGS', '(\\Deleted)') is not None:
                self.ask('EXPUNGE', uids)


# ---- What is there

class Mail(typing.NamedTuple):
    subject: str
    message_id: str
    marks: tuple


def list_paths(box):
    lines = [line.decode() for line in box.list()[1] if line]
    return [line.rsplit(' ', 1)[1].strip('"') for line in lines if '\\noselect' not in line.lower()]


def server_state():
    """{path: [Mail]}, sorted."""
    state = {}
    with imap(ANA) as box:
        for path in list_paths(box):
            found = state[path] = []
            if box.select(path, readonly=True)[1] == [b'0']:
                continue
            _, answer = box.fetch('1:*', '(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT MESSAGE-ID)])')
            for item in answer:
                if isinstance(item, tuple):
                    words = {word.decode() for word in imaplib.ParseFlags(item[0])} - {'\\Recent'}
                    fields = dict(re.findall(r'(?m)^(\S+): *(\S+)', item[1].decode()))
                    fields = {name.lower(): value for name, value in fields.items()}
                    found.append(Mail(fields['subject'], fields['message-id'].strip('<>'),
                                      tuple(sorted(NICKS.get(word.lower(), word) for word in words))))
            found.sort()
    return state


def store_state(victim):
    state = {}
    for folder in victim.run('folders')['folders']:
        if folder['local']:
            check(folder['total'] == 0, folder['path'], 'on this computer still has', folder['total'])
        elif folder['selectable']:
            state[folder['path']] = sorted(Mail(m['subject'], m['message_id'], tuple(sorted([*m['flags'], *m['labels']])))
                                           for m in victim.list(folder['path']))
    return state


def compare(name, here, there):
    check(sorted(here) == sorted(there), name, 'has the folders', sorted(here), 'and the server', sorted(there))
    for path, mail in there.items():
        ours, theirs = collections.Counter(here[path]), collections.Counter(mail)
        check(ours == theirs, name, path, 'has more:', [*(ours - theirs).elements()], 'and less:', [*(theirs - ours).elements()])


# ---- The rules

class Model:
    """All that was wished for, against what is there."""

    def __init__(self, start, clients, there):
        self.there = there
        self.start = start                                  # {subject: folder}
        self.wishes = collections.defaultdict(list)         # {subject: [(client, wish)]}
        self.same = {name: name for name in (*FIXED, *START)}
        self.renamers = collections.defaultdict(set)        # {folder: clients}
        self.made = set(self.same)                          # that were made for sure
        for client in clients:
            for wish in client.log:
                if wish.kind == 'rename':
                    self.join(wish.what, wish.value)
                elif wish.kind == 'folder':
                    self.root(wish.what)
                    self.made |= {wish.what} if wish.sure else set()
                else:
                    self.wishes[wish.what].append((client.name, wish))
        for client in clients:
            for wish in client.log:
                if wish.kind == 'rename':
                    self.renamers[self.root(wish.what)].add(client.name)
        unknown = {leaf(path) for path in there} - set(self.same) - set(FIXED)
        check(not unknown, 'nobody made one of the folders', unknown)
        self.found = collections.defaultdict(list)          # {subject: [(folder, Mail)]}
        for path, mail in there.items():
            for one in mail:
                self.found[one.subject].append((self.root(leaf(path)), one))

    def root(self, name):
        """One of the names that a folder has had."""
        while self.same.setdefault(name, name) != name:
            name = self.same[name]
        return name

    def join(self, old, new):
        self.same[self.root(new)] = self.root(old)

    def check(self):
        self.check_folders()
        check(not set(self.found) - set(self.start) - set(self.wishes), 'nobody made one of', sorted(self.found))
        by_id = {}
        for subject in {*self.start, *self.wishes}:
            for _, one in self.found[subject]:
                check(by_id.setdefault(one.message_id, subject) == subject, subject, 'and', by_id[one.message_id], 'share', one)
            self.check_number(subject)
            self.check_place(subject)
            self.check_marks(subject)

    def check_folders(self):
        names = collections.defaultdict(list)
        for path in self.there:
            names[self.root(leaf(path))].append(path)
        for root, paths in names.items():
            check(len(paths) == 1, root, 'is there as', paths)
        for name in self.made:
            check(names[self.root(name)], name, 'is lost:', sorted(self.there))

    def of(self, subject, *kinds):
        return [(client, wish) for client, wish in self.wishes[subject] if wish.kind in kinds]

    def check_number(self, subject):
        copies = [wish.sure for _, wish in self.of(subject, 'copy')]
        born = subject in self.start or any(wish.sure for _, wish in self.of(subject, 'new'))
        least = born + copies.count(True) - len(self.of(subject, 'drop'))
        check(least <= len(self.found[subject]) <= 1 + len(copies), subject, 'is there', len(self.found[subject]), 'times:',
              self.found[subject], self.wishes[subject])

    def alone(self, subject, wishes, *folders):
        """Whether one client alone wished these, and no other renamed one of the folders."""
        others = {client for client, _ in wishes}
        others.update(*(self.renamers[self.root(name)] for name in folders))
        return len(others) <= 1 and len(self.found[subject]) == 1 and not self.of(subject, 'copy', 'drop')

    def places(self, subject):
        """Where it was put, and all folders that it was to see."""
        moves = self.of(subject, 'move')
        first = self.start.get(subject) or self.of(subject, 'new')[0][1].value
        return moves, [first, *(wish.value[1] for _, wish in moves)]

    def check_place(self, subject):
        moves, places = self.places(subject)
        if not self.alone(subject, moves, *places):
            return
        may = {self.root(places[0])}
        for _, wish in moves:
            target = self.root(wish.value[1])
            may = {target} if wish.sure else may | {target}
        check(self.found[subject][0][0] in may, subject, 'is in', self.found[subject], 'but may be in', may, self.wishes[subject])

    def check_marks(self, subject):
        moves, places = self.places(subject)
        drafted = subject.startswith('d-')
        for mark in (*FLAGS, *LABELS):
            wishes = [(client, wish) for client, wish in self.of(subject, 'mark') if wish.value[1] == mark]
            may = {False} | ({True} if drafted and mark == 'seen' else set())
            if self.alone(subject, moves + wishes, *places):
                for _, wish in wishes:
                    may = {wish.value[2]} if wish.sure else may | {wish.value[2]}
            else:
                may |= {wish.value[2] for _, wish in wishes}
            for _, one in self.found[subject]:
                check((mark in one.marks) in may, subject, 'has' if mark in one.marks else 'lacks', mark, one, self.wishes[subject])


# ---- A round

def prepare():
    """{subject: folder} of a new mailbox."""
    start = {}
    with imap(ANA) as box:
        # Those in others first
        for path in sorted(set(list_paths(box)) - set(FIXED), key=len, reverse=True):
            box.delete(path)
        for path in FIXED:
            if box.select(path)[1] != [b'0']:
                box.store('1:*', '+FLAGS', r'(\Deleted)')
                box.expunge()
            box.close()
        for path in START:
            if path not in FIXED:
                box.create(path)
        for i in range(N_START):
            start[f'm-{i}'] = START[i % len(START)]
            box.append(START[i % len(START)], None, None, source(f'm-{i}'))
    return start


def clients_round(program, seed, seconds):
    start, stop = prepare(), threading.Event()
    with Victim(program, PASSWORD) as one, Victim(program, PASSWORD) as two:
        ours = [Ours(name, seed, stop, victim) for name, victim in (('a', one), ('b', two))]
        actors = [*ours, Theirs('c', seed, stop)]
        for client in ours:
            client.victim.add('imap', ANA, *side('incoming', WORLD['imaps_port'], ANA), timeout=30)
            client.victim.run('sync', '--headers')
            client.look()
        for client in actors:
            client.start()
        stop.wait(seconds)
        stop.set()
        for client in actors:
            client.join()
            trace(client.name, 'asked', dict(client.n_done), 'refused', dict(client.refused))
            check(client.failure is None, client.failure)
        for client in (*ours, *ours):
            client.finish()
        there = server_state()
        for client in ours:
            compare(client.name, store_state(client.victim), there)
        model = Model(start, actors, there)
        model.check()
        tell(actors, model)


def tell(actors, model):
    """What was done, as a comment."""
    words = ', '.join(f'{client.name} {sum(client.n_done.values())} ({sum(client.refused.values())} refused)' for client in actors)
    moved = sum(len({client for client, _ in model.of(s, 'move', 'drop')}) > 1 for s in model.wishes)
    marked = sum(len({client for client, _ in model.of(s, 'mark', 'move', 'drop')}) > 1 for s in model.wishes)
    print(f'# asked for: {words}; {sum(map(len, model.there.values()))} messages in {len(model.there)} folders, of'
          f' {len({*model.start, *model.wishes})} ever; moved or deleted by several {moved}, changed by several {marked},'
          f' deleted {sum(bool(model.of(s, "drop")) for s in model.wishes)}', flush=True)
    for client in actors:
        print(f'#   {client.name}: {dict(client.n_done)}, refused: {dict(client.refused)}', flush=True)


def rounds(program, n, seed, seconds):
    for number in range(n):
        yield (f'clients round={number} seed={seed} seconds={seconds}',
               lambda number=number: clients_round(program, f'{seed} {number}', seconds))
