# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that are measured: ours, its peers, and a bare socket, each with a directory of its own."""

import contextlib
import os
import pathlib
import pty
import re
import shutil
import socket
import sqlite3
import ssl
import subprocess
import threading
import time

import world
from measure import BUILD, passed_on, timed


def available(command):
    """Whether a peer is here; the table then simply lacks it."""
    if shutil.which(command):
        return True
    print(f'  ({command} is not installed)')
    return False


def address(user):
    return f'{user}@{world.DOMAIN}'


class Valija:
    """valijactl with a profile of its own and a keyring in a file."""

    def __init__(self, directory, w, user, method, port, *settings):
        self.profile = pathlib.Path(directory)
        self.profile.mkdir(exist_ok=True)
        self.ctl = BUILD / 'src/cli/valijactl'
        self.env = {**os.environ, 'SECRET_BACKEND': 'file', 'SECRET_FILE_TEST_PATH': str(self.profile / 'keyring'),
                    'SECRET_FILE_TEST_PASSWORD': 'bench', 'GSETTINGS_BACKEND': 'memory'}
        given = ['host=localhost', f'port={port}', f'ca={w.ca}', f'user={address(user)}', f'email={address(user)}', *settings]
        if method != 'smtp':
            given.append('body-days=-1')
        out = self.run('account', 'add', '--method', method, *[a for s in given for a in ('--set', s)], '--password-stdin',
                       input=world.PASSWORD + '\n')[1]
        self.account = out.split()[0]

    def run(self, *args, **kwargs):
        return timed(self.ctl, '--profile', self.profile, *args, env=self.env, **kwargs)

    def until_stored(self, count, line, *args, limit=300):
        """Runs a command until the cache holds COUNT messages, and kills it then: what it cost to get there."""
        since, start = line.count(), time.monotonic()
        child = subprocess.Popen([self.ctl, '--profile', self.profile, *args], env=self.env, stdout=subprocess.DEVNULL)
        try:
            while self.count_stored() < count:
                if child.poll() is not None or time.monotonic() - start > limit:
                    raise RuntimeError(f'{count} messages were never stored')
                time.sleep(0.002)
            return {'seconds': time.monotonic() - start, **passed_on(line, since)}
        finally:
            child.kill()
            child.wait()

    def count_stored(self):
        found = next(self.profile.rglob('cache.db'), None)
        if found is None:
            return 0
        try:
            with contextlib.closing(sqlite3.connect(f'file:{found}?mode=ro', uri=True)) as database:
                return database.execute('SELECT count(*) FROM message').fetchone()[0]
        except sqlite3.OperationalError:
            return 0


def mbsync(directory, w, user, port):
    """Into a Maildir."""
    directory.mkdir()
    for name in ('mail', 'state'):
        (directory / name).mkdir()
    config = directory / 'mbsyncrc'
    config.write_text(f'''\
IMAPStore far
Host localhost
Port {port}
User {address(user)}
Pass "{world.PASSWORD}"
TLSType IMAPS
CertificateFile {w.ca}

MaildirStore near
Path {directory}/mail/
Inbox {directory}/mail/INBOX

Channel all
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull
SyncState {directory}/state/
''')
    return ['mbsync', '-q', '-c', config, 'all']


def mpop(directory, w, user, port):
    """Into a Maildir; what is on the server stays."""
    for name in ('cur', 'new', 'tmp'):
        (directory / 'mail' / name).mkdir(parents=True)
    config = directory / 'mpoprc'
    config.write_text(f'''\
account a
host localhost
port {port}
user {address(user)}
passwordeval "echo '{world.PASSWORD}'"
auth user
tls on
tls_starttls off
tls_trust_file {w.ca}
keep on
delivery maildir {directory}/mail
uidls_file {directory}/uidls
''')
    config.chmod(0o600)
    return ['mpop', '-C', config, '-Q', 'a']


def msmtp(directory, w, user, port):
    """Sends one message, from its standard input, to the recipient that is to be added."""
    directory.mkdir()
    config = directory / 'msmtprc'
    config.write_text(f'''\
account a
host localhost
port {port}
from {address(user)}
user {address(user)}
passwordeval "echo '{world.PASSWORD}'"
auth plain
tls on
tls_starttls off
tls_trust_file {w.ca}
''')
    config.chmod(0o600)
    return ['msmtp', '-C', config, '-a', 'a', '--']


class Notmuch:
    """Its index over a Maildir that is there already."""

    def __init__(self, directory, maildir):
        directory.mkdir()
        self.directory = directory
        self.env = {**os.environ, 'HOME': str(directory), 'NOTMUCH_CONFIG': str(directory / 'config')}
        (directory / 'config').write_text(f'[database]\npath={directory}\nmail_root={maildir}\n[new]\ntags=\n')

    def run(self, *args, **kwargs):
        return timed('notmuch', *args, env=self.env, **kwargs)


class Neomutt:
    """Opens a folder on a terminal of its own, with its cache of headers, and quits."""

    def __init__(self, directory, w, user, port):
        directory.mkdir()
        self.directory = directory
        (directory / 'cache').mkdir()
        self.config = directory / 'neomuttrc'
        self.config.write_text(f'''\
set folder = "imaps://localhost:{port}/"
set spool_file = "imaps://localhost:{port}/INBOX"
set imap_user = "{address(user)}"
set imap_pass = "{world.PASSWORD}"
set ssl_ca_certificates_file = "{w.ca}"
set certificate_file = "{directory}/certificates"
set header_cache = "{directory}/cache/"
set imap_condstore = yes
set imap_qresync = yes
set imap_deflate = yes
set sleep_time = 0
set quit = yes
set wait_key = no
set mail_check_stats = no
push <exit>
''')

    def run(self, line, limit=600):
        outer, inner = pty.openpty()
        drain = threading.Thread(target=self.drain, args=[outer])
        drain.start()
        try:
            env = {**os.environ, 'TERM': 'xterm', 'HOME': str(self.directory), 'LANG': 'C.UTF-8'}
            since, used, start = line.count(), os.times(), time.monotonic()
            child = subprocess.Popen(['neomutt', '-n', '-F', self.config], stdin=inner, stdout=inner, stderr=inner, env=env,
                                     start_new_session=True)
            try:
                status = child.wait(limit)
            finally:
                child.kill()
                child.wait()
            seconds, after = time.monotonic() - start, os.times()
        finally:
            os.close(inner)
            drain.join()
        if status != 0:
            raise RuntimeError(f'neomutt failed ({status}): {self.said}')
        return {'seconds': seconds, 'cpu': after[2] + after[3] - used[2] - used[3], **passed_on(line, since)}

    def drain(self, terminal):
        self.said = ''
        try:
            while data := os.read(terminal, 65536):
                self.said = (self.said + data.decode(errors='replace'))[-2000:]
        except OSError:
            pass
        os.close(terminal)


class Bare:
    """A socket that asks and reads what it must, and does nothing with it: the floor."""

    def __init__(self, w, port):
        context = ssl.create_default_context(cafile=str(w.ca))
        self.start = time.monotonic()
        raw = socket.create_connection(('localhost', port))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = context.wrap_socket(raw, server_hostname='localhost')
        self.total = 0
        self.stream.recv(4096)

    def ask(self, line, end, keep=False):
        """Sends LINE and reads until END has come; returns the answer when it is to be kept."""
        self.stream.sendall(line)
        buffer, tail, answer = bytearray(1 << 20), b'', bytearray()
        while True:
            n = self.stream.recv_into(buffer)
            if n == 0:
                raise RuntimeError('the server hung up')
            self.total += n
            if keep:
                answer += buffer[:n]
            if end in tail + buffer[:n]:
                return bytes(answer)
            tail = bytes(buffer[max(0, n - len(end)):n])

    def close(self):
        seconds = time.monotonic() - self.start
        self.stream.close()
        return {'seconds': seconds, 'in': self.total}


def bare_imap(w, port, user, *commands):
    """Signs in, opens the inbox, and does COMMANDS, one after the other."""
    bare = Bare(w, port)
    bare.ask(f'a LOGIN {address(user)} "{world.PASSWORD}"\r\n'.encode(), b'a OK')
    bare.ask(b'b SELECT INBOX\r\n', b'b OK')
    for i, command in enumerate(commands):
        bare.ask(f'c{i} {command}\r\n'.encode(), f'c{i} OK'.encode())
    return bare.close()


def bare_pop3(w, port, user, count):
    bare = Bare(w, port)
    bare.ask(f'USER {address(user)}\r\n'.encode(), b'+OK')
    bare.ask(f'PASS {world.PASSWORD}\r\n'.encode(), b'+OK')
    bare.ask(b''.join(b'RETR %d\r\n' % (i + 1) for i in range(count)) + b'QUIT\r\n', b'Logging out')
    return bare.close()


def versions():
    found = []
    for command, *args in (('valijactl', '--version'), ('dovecot', '--version'), ('mbsync', '--version'), ('mpop', '--version'),
                           ('neomutt', '-v'), ('msmtp', '--version'), ('notmuch', '--version')):
        program = BUILD / 'src/cli/valijactl' if command == 'valijactl' else shutil.which(command)
        if program:
            said = subprocess.run([program, *args], capture_output=True, text=True)
            number = re.search(r'\d[\w.+-]*', said.stdout + said.stderr)
            found.append(f'{command} {number.group(0) if number else "?"}')
    return ', '.join(found)
