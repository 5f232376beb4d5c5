# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of tests/world as the fault runs see them."""

import contextlib
import imaplib
import json
import os
import ssl
import subprocess
import time

WORLD = json.load(open(os.environ['VALIJA_WORLD'], encoding='utf-8'))
PASSWORD = WORLD['password']
ANA, LUIS, MEI, OMAR = (f'{name}@example.org' for name in ('ana', 'luis', 'mei', 'omar'))
FOLDERS = 'INBOX', 'Archive', 'Trash', 'Sent', 'Drafts'
TLS = ssl.create_default_context(cafile=WORLD['ca'])


def side(name, port, user):
    settings = {'host': 'localhost', 'port': port, 'user': user, 'ca': WORLD['ca']}
    return [word for key, value in settings.items() for word in ('--set', f'{name}.{key}={value}')]


@contextlib.contextmanager
def imap(user):
    with imaplib.IMAP4_SSL('localhost', WORLD['imaps_port'], ssl_context=TLS) as box:
        box.login(user, PASSWORD)
        yield box


def source(subject, sender=MEI, to=ANA):
    return (f'From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.org>\r\n'
            f'Date: Mon, 02 Mar 2026 10:00:00 +0000\r\n\r\nThe body of {subject}.\r\n').encode()


def fill(user, subjects):
    """Empties all folders, and puts the messages into the inbox."""
    with imap(user) as box:
        for folder in FOLDERS:
            if box.select(folder)[1] == [b'0']:
                continue
            box.store('1:*', '+FLAGS', r'(\Deleted)')
            box.expunge()
            box.close()
        for subject in subjects:
            box.append('INBOX', None, None, source(subject))


def server_list(user, folder):
    """[(subject, flags)] as the server has them, sorted."""
    found = []
    with imap(user) as box:
        if box.select(folder, readonly=True)[1] == [b'0']:
            return found
        _, answer = box.fetch('1:*', '(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])')
        for item in answer or []:
            if isinstance(item, tuple):
                flags = {f.decode().lower() for f in imaplib.ParseFlags(item[0])} - {'\\recent', 'recent'}
                subject = item[1].decode().partition(':')[2].strip()
                found.append((subject, tuple(sorted(f.strip('\\') for f in flags & {'\\seen', '\\flagged', '\\deleted'}))))
    return sorted(found)


def wait_for(what, seconds=20):
    end = time.monotonic() + seconds
    while not (result := what()) and time.monotonic() < end:
        time.sleep(0.05)
    return result


def count(user, subject):
    return sum(s == subject for s, _ in server_list(user, 'INBOX'))


def queue_is_empty():
    done = subprocess.run(['postqueue', '-c', WORLD['directory'] + '/postfix', '-j'], capture_output=True, text=True)
    return not done.stdout.strip()


def server_folders(user, prefix):
    """The names of all that begin with `prefix`, as the server has them."""
    with imap(user) as box:
        names = [line.decode().rsplit(' ', 1)[1].strip('"') for line in box.list()[1]]
        return sorted(name for name in names if name.startswith(prefix))
