# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cases of valijactl share: the program, profiles that are thrown away, the servers of tests/world, and others
that are told what to do.
"""

import contextlib
import imaplib
import json
import os
import pathlib
import poplib
import re
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

CTL = sys.argv[1]
WORLD = json.load(open(os.environ['VALIJA_WORLD'], encoding='utf-8'))
ANA, LUIS, MEI = 'ana@example.org', 'luis@example.org', 'mei@example.org'
PASSWORD = WORLD['password']
DONE, FAILED, USAGE, NOT_FOUND, NETWORK, INSECURE, SIGN_IN, REFUSED, UNSUPPORTED, STORAGE = range(10)
TESTS = []


def test(function):
    TESTS.append(function)
    return function


class Profile:
    """A throw-away profile with a keyring in a file."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.env = {**os.environ, 'SECRET_BACKEND': 'file', 'SECRET_FILE_TEST_PATH': str(self.directory / 'keyring'),
                    'SECRET_FILE_TEST_PASSWORD': 'test', 'LANGUAGE': 'C'}

    def command(self, *args):
        return [CTL, '--profile', str(self.directory / 'profile'), *args]

    def run(self, *args, stdin='', expect=DONE):
        done = subprocess.run(self.command(*args), input=stdin, capture_output=True, text=True, env=self.env, timeout=120)
        assert done.returncode == expect, f'{args} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}'
        # The sanitizer's word about fibers is not the program's
        done.stderr = re.sub(r'^==\d+==WARNING: ASan .*\n', '', done.stderr, flags=re.MULTILINE)
        return done

    def json(self, *args, stdin='', expect=DONE):
        return json.loads(self.run('--json', *args, stdin=stdin, expect=expect).stdout)

    def add(self, method, user, *settings, password=PASSWORD):
        return self.run('account', 'add', '--method', method, '--set', f'email={user}', *settings, '--password-stdin',
                        stdin=password + '\n').stdout.strip()

    def messages(self, *args):
        return self.json('list', *args)['messages']

    def subjects(self, *args):
        return [m['subject'] for m in self.messages(*args)]


@contextlib.contextmanager
def profile():
    with tempfile.TemporaryDirectory(prefix='valijactl-') as directory:
        yield Profile(directory)


def server(side, port, user, ca=True, **more):
    settings = {'host': 'localhost', 'port': port, 'user': user, **more}
    if ca:
        settings['ca'] = WORLD['ca'] if ca is True else ca
    return [word for key, value in settings.items() for word in ('--set', f'{side}.{key}={value}')]


def incoming(user, port='imaps_port', **more):
    return server('incoming', WORLD[port], user, **more)


def outgoing(user, port='submissions_port', **more):
    return server('outgoing', WORLD[port], user, **more)


def tls():
    return ssl.create_default_context(cafile=WORLD['ca'])


def pop3_count(user):
    box = poplib.POP3_SSL('localhost', WORLD['pop3s_port'], context=tls())
    box.user(user)
    box.pass_(PASSWORD)
    count = box.stat()[0]
    box.quit()
    return count


@contextlib.contextmanager
def imap(user):
    with imaplib.IMAP4_SSL('localhost', WORLD['imaps_port'], ssl_context=tls()) as box:
        box.login(user, PASSWORD)
        yield box


def deliver(user, subject):
    with smtplib.SMTP_SSL('localhost', WORLD['submissions_port'], context=tls()) as box:
        box.login(MEI, PASSWORD)
        box.sendmail(MEI, [user], f'From: {MEI}\r\nTo: {user}\r\nSubject: {subject}\r\n\r\nHello.\r\n'.encode())


def wait_for(what, seconds=30):
    end = time.monotonic() + seconds
    while not (result := what()):
        assert time.monotonic() < end, 'waited in vain'
        time.sleep(0.2)
    return result


@contextlib.contextmanager
def bad_server(behave):
    """Answers each connection with `behave (connection)`, and hangs up."""
    listener = socket.create_server(('127.0.0.1', 0))
    connections = []

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections.append(connection)
            try:
                behave(connection)
            except OSError:
                pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in connections:
            connection.close()
        thread.join()
