#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exchange, by chance but repeatable: valijactl against the contract server, killed and cut off at any moment, and what it
costs. Nothing lost, nothing doubled, nothing sent twice.

    exchange.py PROGRAM kill|lost|costs|large|share [--rounds N] [--items N] [--seed S] [--contracts DIR]

kill     SIGKILL during a full synchronisation of three folders, when the server has seen the N-th request, ROUNDS times
lost     the answer to the N-th request is lost, for every N of a session that moves, flags, deletes and sends
costs    requests, bytes and connections of a first, a second and a third synchronisation
large    a message of 40 MB comes and goes through the whole of valijactl: what the process grows by, and that it is little
share    a part of each, for the suite
"""

import argparse
import collections
import json
import os
import pathlib
import random
import signal
import sys
import threading
import traceback

from meter import LARGE, compare, measured, message
from victim import TRACE, Failure, Victim, check, trace

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / 'world' / 'exchange')]

from server import Running  # noqa: E402
from world import PASSWORD  # noqa: E402

NAMES = {'inbox': 'INBOX', 'Plans': 'Plans', 'Ideas': 'Ideas'}
# One for what is said, one more beside it, and one that stays open
CONNECTIONS = 3


class World:
    """The server in this process, and an account of it."""

    def __init__(self, program, contracts):
        self.program, self.contracts = program, contracts

    def __enter__(self):
        self.running = Running(self.contracts)
        self.victim = Victim(self.program, PASSWORD)
        for name in ('Plans', 'Ideas'):
            self.order('change', what='folder-create', value=name)
        return self

    def __exit__(self, *args):
        self.victim.__exit__()
        self.running.__exit__()

    def order(self, do, **facts):
        return self.running.state.control({'do': do, **facts})

    def add(self, **more):
        where = self.running.where
        settings = {'incoming.host': where['host'], 'incoming.port': where['port'], 'incoming.user': where['user'],
                    'incoming.ca': where['ca'], **more}
        self.victim.add('exchange', where['email'], *(w for k, v in settings.items() for w in ('--set', f'{k}={v}')), timeout=20)

    def fill(self, items):
        for name in NAMES:
            self.order('fill', folder=name, count=items, lines=2)

    def there(self, name):
        """What is in a folder of the server: how often each message, with its flags."""
        folders = self.order('state')['folders']
        found = next(f for f in folders if name in (f['special'], f['name']))
        return collections.Counter((i['subject'], tuple(w for w, is_so in (('flagged', i['flag'] == 'Flagged'), ('seen', i['read'])) if is_so))
                                   for i in found['items'])

    def here(self, name):
        return collections.Counter((m['subject'], tuple(sorted(set(m['flags']) & {'seen', 'flagged'}))) for m in self.victim.list(name))

    def compare(self, names):
        for special, name in names.items():
            there, here = self.there(special), self.here(name)
            check(here == there, name, 'lacks', list((there - here).items())[:5], 'and has too much:', list((here - there).items())[:5])

    def kill_at(self, number, later, *args):
        """Runs valijactl, and ends it SECONDS after the server has seen the request of that NUMBER."""
        state, ready, timers = self.running.state, threading.Event(), []
        first = state.stats['requests']

        def seen(count):
            if count - first == number:
                ready.wait()
                if later == 0:
                    child.kill()
                else:
                    timers.append(threading.Timer(later, child.kill))
                    timers[0].start()

        state.seen = seen
        child = self.victim.start(*args)
        ready.set()
        child.communicate(timeout=300)
        state.seen = None
        for timer in timers:
            timer.cancel()
        return child

    def stats(self):
        return self.order('stats')

    def check_nothing_new(self):
        """A synchronisation that found nothing new: one request for each folder."""
        operations = self.stats()['operations']
        folders = len([f for f in self.order('state')['folders'] if (f['class'] or '').startswith('IPF.Note') and f['parent'] and f['name']]) - 1
        check(operations.get('SyncFolderItems', 0) <= folders, operations, folders)
        check('GetItem' not in operations and 'FindItem' not in operations, operations)

    def end(self):
        violations = self.order('violations')
        check(not violations, violations)
        most = self.stats()['most_connections']
        check(most <= CONNECTIONS, most, 'connections')


# ---- The process is killed

def kill(program, contracts, rounds, items, seed):
    """The same profile, killed again and again until its headers are all here, then some times while bodies come; then another
    one. By what it has asked and not by the clock: before that is answered, or a moment later, when the answer is being worked
    on."""
    rng = random.Random(seed)
    # Of some 15 for each thousand in a folder, so that each mailbox is killed in several times
    killed, syncs, worlds, longest = 0, 0, 0, 12 + items // 60
    while killed < rounds:
        with World(program, contracts) as world:
            worlds += 1
            world.fill(items)
            world.add(**{'body-days': -1})
            for args, most in (['--headers'], rounds), ([], 5):
                for _ in range(min(most, rounds - killed)):
                    child = world.kill_at(rng.randint(1, longest), rng.choice((0, 0, rng.uniform(0, 0.1))), 'sync', *args)
                    syncs += 1
                    if child.returncode != -signal.SIGKILL:
                        check(child.returncode == 0, 'sync ended with', child.returncode)
                        break
                    killed += 1
                # More for the next ones
                for name in NAMES:
                    world.order('fill', folder=name, count=max(items // 50, 3), lines=2)
            world.victim.run('sync', '--headers')
            world.compare(NAMES)
            world.order('reset-stats')
            world.victim.run('sync', '--headers')
            world.check_nothing_new()
            world.end()
            trace('mailbox', worlds, 'is as the server has it, after', killed, 'kills of', rounds)
            if worlds % 5 == 0:
                print('#', TRACE[-1], flush=True)
    print(f'# {syncs} synchronisations, {killed} of them killed, {worlds} mailboxes of 3 x {items} messages and more', flush=True)


# ---- An answer is lost

def lost_round(program, contracts, after, where):
    """Whether there were that many requests."""
    with World(program, contracts) as world:
        for subject in ('one', 'two', 'three', 'four'):
            world.order('deliver', subject=subject)
        world.add()
        victim = world.victim
        victim.run('sync', '--headers')
        ids = {m['subject']: str(m['id']) for m in victim.list('INBOX')}
        file = victim.directory / 'sent.eml'
        where_is = world.running.where
        file.write_bytes(f'From: {where_is["email"]}\r\nTo: mei@example.org\r\nSubject: sent\r\nMessage-ID: <sent@example.org>\r\n'
                         '\r\nDear Mei\r\n'.encode())
        for args in (('move', ids['two'], '--to', 'Plans'), ('flag', ids['two'], '--add', 'flagged'), ('delete', ids['three']),
                     ('flag', ids['one'], '--add', 'seen')):
            victim.run(*args, '--queue')
        victim.run('send', '--source', str(file), '--queue')
        world.order('inject', fault='drop-answer', where=where, operation=None, after=after)
        victim.run('sync', '--headers', expect=None)
        victim.run('outbox', 'send', expect=None)
        faulted = bool(world.order('injected'))
        trace('fired', world.order('injected'))
        world.order('clear')
        for _ in range(2):
            victim.run('sync', '--headers')
        for item in victim.run('outbox')['items']:
            if item['state'] in ('pending', 'error'):
                victim.run('outbox', 'retry', str(item['id']), expect=None)
        victim.run('sync', '--headers')
        expected = {'inbox': [('four', ()), ('one', ('seen',))], 'Plans': [('two', ('flagged',))], 'deleteditems': [('three', ())],
                    'sentitems': [('sent', ('seen',))]}
        sent = [s for s in world.order('sent') if s['subject'] == 'sent']
        states = {item['subject']: item['state'] for item in victim.run('outbox')['items']}
        check(len(sent) == 1 or (not sent and states.get('sent') == 'uncertain'), 'sent', len(sent), 'times, and is', states)
        for name, messages in expected.items():
            if name == 'sentitems' and not sent:
                continue
            check(world.there(name) == collections.Counter(messages), name, 'is', world.there(name), 'and not', messages)
        world.compare(NAMES)
        world.end()
        return faulted


def lost(program, contracts, step, seed):
    for where in ('before', 'middle'):
        after = seed % step
        while after < 200:
            trace('answer', after, 'lost', where)
            if not lost_round(program, contracts, after, where):
                break
            TRACE.clear()
            after += step
        print(f'# each {step}. of {after} answers lost {where}', flush=True)


# ---- What it costs

def costs(program, contracts, items):
    def show(what, names=('requests', 'bytes_in', 'bytes_out', 'connections', 'most_connections')):
        stats = world.stats()
        print(f'# {what}: ' + ', '.join(f'{n} {stats[n]}' for n in names) + f', {json.dumps(stats["operations"])}', flush=True)
        world.order('reset-stats')
        return stats

    with World(program, contracts) as world:
        world.order('fill', folder='inbox', count=items, lines=2)
        world.add()
        world.order('reset-stats')
        world.victim.run('sync', '--headers')
        show(f'{items} messages, headers, first time')
        world.compare(NAMES)
        world.victim.run('sync', '--headers')
        world.check_nothing_new()
        show('the same again')

        moved = [world.order('deliver', subject=f'new {n}')['id'] for n in range(20)]
        world.victim.run('sync')
        bodies = show(f'{len(moved)} new messages with their bodies')
        check(bodies['operations']['GetItem'] == len(moved) + 1, bodies['operations'])
        for item in moved:
            world.order('change', what='move', id=item, to='Plans')
        world.victim.run('sync', '--headers')
        show('these moved elsewhere, headers')
        world.victim.run('sync')
        stats = show('bodies after that')
        check(stats['operations'].get('GetItem', 0) == 0, 'bodies were fetched again')
        world.compare(NAMES)
        world.end()


# ---- A large message

def large(program, contracts):
    """It comes, is looked into, and goes, through the whole of valijactl."""
    with World(program, contracts) as world:
        victim = world.victim
        world.add()

        def come(name, size):
            world.order('deliver', mime=message(name, size))
            return measured(victim, 'sync')

        def save(name, size):
            number = next(str(m['id']) for m in victim.list('INBOX') if m['subject'] == name)
            return measured(victim, 'show', number, '--save-attachments', str(victim.directory))

        def go(name, size):
            file = victim.directory / f'{name}.eml'
            file.write_text(message(name, size), newline='')
            return measured(victim, 'send', '--source', str(file))

        def go_with_file(name, size):
            file = victim.directory / f'{name}.bin'
            file.write_bytes(bytes(size))
            return measured(victim, 'send', '--to', 'mei@example.org', '--subject', name, '--attach', str(file))

        print('# a large message more than a small one: ' +
              ', '.join(compare(what, play) for what, play in (('taken', come), ('saved', save), ('sent', go),
                                                               ('made of a file and sent', go_with_file))), flush=True)
        sent = [s['size'] for s in world.order('sent')]
        check(len(sent) == 4 and sent[1] >= LARGE - 1000 and sent[3] >= LARGE, sent)
        world.end()


# ---- All of it

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('program')
    parser.add_argument('what', choices=['kill', 'lost', 'costs', 'large', 'share'])
    parser.add_argument('--rounds', type=int, default=200)
    parser.add_argument('--items', type=int, default=5000)
    parser.add_argument('--step', type=int, default=1, help='of lost: at every so many answers')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--contracts', help='the published schema')
    args = parser.parse_args()
    contracts = args.contracts if args.contracts and os.path.isdir(args.contracts) else None
    whole = {'kill': lambda: kill(args.program, contracts, args.rounds, args.items, args.seed),
             'lost': lambda: lost(args.program, contracts, args.step, args.seed),
             'costs': lambda: costs(args.program, contracts, args.items),
             'large': lambda: large(args.program, contracts)}
    parts = {'kill': lambda: kill(args.program, contracts, 4, 120, args.seed),
             'lost': lambda: lost(args.program, contracts, 11, args.seed),
             'costs': lambda: costs(args.program, contracts, 300),
             'large': lambda: large(args.program, contracts)}
    failed = 0
    runs = parts if args.what == 'share' else {args.what: whole[args.what]}
    for n, (name, play) in enumerate(runs.items(), 1):
        TRACE.clear()
        try:
            play()
            print(f'ok {n} - {name}', flush=True)
        except Exception as error:  # pylint: disable=broad-except
            failed += 1
            words = str(error) if isinstance(error, Failure) else traceback.format_exc()
            print(f'not ok {n} - {name}', flush=True)
            print('\n'.join('# ' + line for line in TRACE + words.splitlines()), flush=True)
    print(f'1..{len(runs)}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
