# SPDX-License-Identifier: GPL-3.0-or-later
"""A profile on a small disk of its own that is full while mail comes and while it goes: valijactl says so and how it ended,
what was here stays readable, nothing is lost or sent twice, and all goes on when there is room again."""

import base64
import contextlib
import random
import subprocess

from mailworld import ANA, FOLDERS, LUIS, MEI, PASSWORD, WORLD, count, fill, imap, server_list, side, source, wait_for
from victim import Victim, check

# Of valijactl
STORAGE = 9
SMALL, LARGE = '6m', '64m'


@contextlib.contextmanager
def disk(path, size):
    """Yields what makes it larger; None where nobody may have a disk of his own."""
    path.mkdir()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={size}', 'tmpfs', path], capture_output=True).returncode != 0:
        yield None
        return
    try:
        yield lambda size: subprocess.run(['mount', '-o', f'remount,size={size}', path], check=True)
    finally:
        subprocess.run(['umount', '-l', path], check=True)


def large(rng, subject, sender=MEI, to=ANA):
    """A message that no store can make small."""
    lines = base64.encodebytes(rng.randbytes(200000)).decode().replace('\n', '\r\n')
    return source(subject, sender, to) + lines.encode()


def fill_up(victim, name):
    """Takes all the room that is left."""
    file = victim.directory / 'profile' / name
    with contextlib.suppress(OSError), open(file, 'wb', buffering=0) as out:
        while out.write(bytes(4096)):
            pass
    return file


def refused(victim, *args):
    error = victim.run(*args, expect=STORAGE)['error']
    check(error['code'] == 'disk-full' and error['message'] and error['advice'], args, error)


def here(victim, folder='INBOX'):
    return sorted(m['subject'] for m in victim.list(folder))


def full_round(program, seed):
    """Whether there was a disk to fill."""
    rng = random.Random(seed)
    subjects = sorted(f'f{i}' for i in range(40))
    fill(ANA, [])
    fill(LUIS, [])
    with imap(ANA) as box:
        for subject in subjects:
            box.append('INBOX', None, None, large(rng, subject))
    with Victim(program, PASSWORD) as victim, disk(victim.directory / 'profile', SMALL) as grow:
        if grow is None:
            return False
        victim.add('imap', ANA, *side('incoming', WORLD['imaps_port'], ANA), *side('outgoing', WORLD['submissions_port'], ANA),
                   timeout=30)
        refused(victim, 'sync')
        known = here(victim)
        check(known == subjects, 'of the list there is', known)
        refused(victim, 'sync')
        grow(LARGE)
        victim.run('sync')
        check(here(victim) == subjects and all(m['here'] for m in victim.list('INBOX')), victim.list('INBOX'))

        file = victim.directory / 'sent.eml'
        file.write_bytes(large(rng, 'full-sent', ANA, LUIS))
        filler = fill_up(victim, 'filler')
        refused(victim, 'send', '--source', str(file))
        filler.unlink()
        check(count(LUIS, 'full-sent') == 0 and not victim.run('outbox')['items'], 'it was sent, or is half in the outbox')
        victim.run('send', '--source', str(file), '--queue')
        filler = fill_up(victim, 'filler')
        victim.run('outbox', 'send', expect=None)
        filler.unlink()
        victim.run('outbox', 'send', expect=None)
        state = victim.run('outbox')['items'][0]['state']
        check(state in ('sent', 'uncertain'), state)
        check(wait_for(lambda: count(LUIS, 'full-sent')) == 1 or state == 'uncertain', state, 'but not delivered')
        check(count(LUIS, 'full-sent') <= 1, 'it was delivered', count(LUIS, 'full-sent'), 'times')
        victim.run('sync')
        for folder in FOLDERS:
            there = [s for s, _ in server_list(ANA, folder)]
            check(here(victim, folder) == sorted(there), folder, here(victim, folder), there)
        check(state == 'uncertain' or here(victim, 'Sent') == ['full-sent'], here(victim, 'Sent'))
    return True


def play(program, seed):
    if not full_round(program, seed):
        print('# no disk of its own may be had: not played', flush=True)
