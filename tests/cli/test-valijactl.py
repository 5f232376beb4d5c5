#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""valijactl against the real servers of tests/world: what a script would do with it, and what goes wrong.

Run by world.py, which names its servers in VALIJA_WORLD. The first argument is the program;
others are the names of the cases to run, instead of all.
"""

import contextlib
import fcntl
import imaplib
import json
import os
import pathlib
import poplib
import pty
import re
import select
import signal
import smtplib
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import traceback
import unicodedata

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


# ---- Exchange

@contextlib.contextmanager
def exchange(p):
    """The contract server, and an organisation's hosts that lead to it, behind a proxy."""
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'world/exchange'))
    import server as contract
    with contract.Running() as running:
        where, state = running.where, running.state
        proxy = where['proxy']
        p.env.update(GIO_USE_PROXY_RESOLVER='libproxy', PX_FORCE_CONFIG='config-env', http_proxy=proxy, https_proxy=proxy,
                     no_proxy='localhost,127.0.0.1')
        state.control({'do': 'set', 'name': 'ews_url', 'value': 'https://mail.example.org/EWS/Exchange.asmx'})
        state.control({'do': 'hosts', 'hosts': {'autodiscover.example.org': {'kind': 'exchange', 'ews': False},
                                                'mail.example.org': {'kind': 'exchange', 'autodiscover': []}}})
        state.control({'do': 'fill', 'count': 5})
        yield running
        assert state.control({'do': 'violations'}) == []


@test
def exchange_by_its_address_alone():
    with profile() as p, exchange(p) as running:
        ca = ['--set', f'ca={running.where["ca"]}']
        tested = p.json('account', 'test', '--method', 'exchange', '--set', f'email={ANA}', *ca, '--password-stdin',
                        stdin=PASSWORD + '\n')
        assert tested['ok'] and tested['server'] == {'host': 'mail.example.org', 'port': 443, 'source': 'autodiscover.example.org'}
        assert [s['state'] for s in tested['steps']] == ['passed'] * 6, tested['steps']
        assert any('Exchange Server 2016' in fact for fact in tested['facts']), tested['facts']

        account = p.add('exchange', ANA, *ca)
        shown = p.json('account', 'show', account)
        assert shown['settings']['incoming.host'] == 'mail.example.org' and 'outgoing.host' not in shown['settings']
        p.run('sync')
        assert len(p.messages()) == 5
        sent = p.json('send', '--to', LUIS, '--subject', 'By Exchange', stdin='Hello.\n')['item']
        assert sent['state'] == 'sent', sent
        assert len(running.state.control({'do': 'sent'})) == 1
        p.run('sync')
        assert p.subjects('sent') == ['By Exchange'], p.subjects('sent')


@test
def exchange_in_another_name():
    with profile() as p, exchange(p) as running:
        where, state = running.where, running.state
        settings = ['--set', 'host=localhost', '--set', f'port={where["port"]}', '--set', f'ca={where["ca"]}']
        p.run('account', 'add', '--method', 'exchange', '--set', f'email={ANA}', *settings, '--set', 'senders=nobody', '--password-stdin',
              stdin=PASSWORD + '\n', expect=USAGE)
        p.add('exchange', ANA, *settings, '--set', f'senders={where["shared"]}, boss@example.org')
        letter = ['send', '--to', LUIS, '--subject', 'For the team']
        assert 'senders' in p.run(*letter, '--from', 'other@example.org', stdin='Hi.\n', expect=USAGE).stderr
        assert f'From: {where["shared"]}' in p.run(*letter, '--from', where['shared'], '--print', stdin='Hi.\n').stdout
        assert p.json(*letter, '--from', where['shared'].upper(), stdin='Hi.\n')['item']['state'] == 'sent'
        assert [s['from'] for s in state.control({'do': 'sent'})] == [where['shared']]
        denied = p.json(*letter, '--from', 'boss@example.org', stdin='Hi.\n', expect=REFUSED)
        assert 'send as or on behalf of' in denied['error']['message'], denied
        assert len(state.control({'do': 'sent'})) == 1


@test
def exchange_by_hand():
    with profile() as p, exchange(p) as running:
        where = running.where
        settings = ['--set', f'email={ANA}', '--set', 'host=localhost', '--set', f'port={where["port"]}', '--set', f'ca={where["ca"]}']
        for mechanism, user in (('', ANA), ('ntlm', where['user']), ('basic', 'ana')):
            tested = p.json('account', 'test', '--method', 'exchange', *settings, '--set', f'mechanism={mechanism}', '--set',
                            f'user={user}', '--password-stdin', stdin=PASSWORD + '\n')
            assert tested['ok'] and 'server' not in tested, tested
        wrong = p.json('account', 'test', '--method', 'exchange', *settings, '--password-stdin', stdin='wrong\n', expect=SIGN_IN)
        assert wrong['error']['code'] == 'authentication' and wrong['error']['step'] == 'sign-in', wrong['error']
        assert wrong['error']['side'] == 'both' and {s['side'] for s in wrong['steps']} == {'both'}, wrong
        told = p.run('account', 'test', '--method', 'exchange', *settings, '--password-stdin', stdin='wrong\n', expect=SIGN_IN)
        assert 'incoming' not in told.stdout + told.stderr and 'The server refused the name or password' in told.stderr, told
        for setting in ('security=starttls', 'outgoing.host=smtp.example.org', 'keep-sent=here'):
            p.run('account', 'add', '--method', 'exchange', *settings, '--set', setting, expect=USAGE)


@test
def exchange_shared_mailboxes():
    with profile() as p, exchange(p) as running:
        where, state = running.where, running.state
        state.control({'do': 'deliver', 'user': 'team', 'subject': 'For all'})
        account = p.add('exchange', ANA, '--set', 'host=localhost', '--set', f'port={where["port"]}', '--set', f'ca={where["ca"]}',
                        '--set', f'shared={where["shared"]}, {LUIS}')
        assert p.json('account', 'show', account)['settings']['shared'] == f'{where["shared"]}, {LUIS}'
        told = p.json('sync')['accounts'][0]
        assert told['error'] is None and f'the shared mailbox {LUIS}' in told['alert'] and where['shared'] not in told['alert'], told
        folders = {f['path']: f for f in p.json('folders')['folders']}
        assert not folders[where['shared']]['selectable'] and LUIS not in folders, folders
        inbox = f'{where["shared"]}/Inbox'
        assert p.subjects('--folder', inbox) == ['For all'] and len(p.messages()) == 5
        message = str(p.messages('--folder', inbox)[0]['id'])
        assert 'Text' in p.run('show', message).stdout
        p.run('flag', message, '--add', 'seen')
        p.run('move', message, '--to', f'{where["shared"]}/Deleted Items')
        p.run('sync')
        held = state.control({'do': 'state', 'user': 'team'})
        assert p.subjects('--folder', inbox) == [] and p.subjects('--folder', f'{where["shared"]}/Deleted Items') == ['For all'], held


@test
def exchange_people_and_replies():
    with profile() as p, exchange(p) as running:
        where, state = running.where, running.state
        p.add('exchange', ANA, '--set', 'host=localhost', '--set', f'port={where["port"]}', '--set', f'ca={where["ca"]}')
        assert p.json('people', 'luis')['people'] == []
        found = p.json('people', '--directory', 'luis')['people']
        assert [(person['name'], person['address']) for person in found] == [('Luis Ferrer', LUIS)], found
        assert LUIS in p.run('people', '--directory', 'luis').stdout
        assert p.json('people', '--directory', 'zzz')['people'] == []
        p.run('people', expect=USAGE)

        shown = p.json('replies', 'show')['replies']
        assert shown['state'] == 'off' and not shown['answers'], shown
        p.run('replies', 'set', 'sometimes', expect=USAGE)
        p.run('replies', 'set', 'on', '--to', 'enemies', expect=USAGE)
        p.run('replies', 'set', 'on', '--inside', 'Back on <Monday>', '--outside', 'Away', '--to', 'contacts')
        held = state.control({'do': 'replies'})
        assert (held['state'], held['audience']) == ('Enabled', 'Known') and 'Back on &lt;Monday&gt;' in held['internal'], held
        shown = p.json('replies', 'show')['replies']
        assert (shown['state'], shown['answers'], shown['to'], shown['inside'], shown['outside']) == \
            ('on', True, 'contacts', 'Back on <Monday>', 'Away'), shown
        p.run('replies', 'set', 'period', '--from', '2030-03-10 08:00', '--until', '2030-03-09 08:00', expect=USAGE)
        p.run('replies', 'set', 'period', '--from', '2030-03-09 08:00', '--until', '2030-03-10 08:00')
        assert state.control({'do': 'replies'})['state'] == 'Scheduled'
        shown = p.json('replies', 'show')['replies']
        assert (shown['state'], shown['answers'], shown['inside']) == ('period', False, 'Back on <Monday>'), shown
        p.run('replies', 'set', 'off')
        assert state.control({'do': 'replies'})['state'] == 'Disabled'
        assert p.json('replies', 'show')['replies']['inside'] == 'Back on <Monday>'


@test
def exchange_behind_a_stranger():
    with profile() as p, exchange(p) as running:
        state = running.state
        state.control({'do': 'hosts', 'hosts': {
            'autodiscover.example.org': {'kind': 'redirect', 'location': 'https://ad.hoster.example/autodiscover/autodiscover.xml'},
            'ad.hoster.example': {'kind': 'exchange', 'autodiscover': ['pox']},
            'mail.example.org': {'kind': 'exchange', 'autodiscover': []}}})
        args = ['--method', 'exchange', '--set', f'email={ANA}', '--set', f'ca={running.where["ca"]}', '--password-stdin']
        asked = p.json('account', 'test', *args, stdin=PASSWORD + '\n', expect=USAGE)['error']
        assert asked['step'] == 'discover' and '--allow-server=ad.hoster.example' in asked['message'], asked
        assert all(v['authorization'] is None for v in state.control({'do': 'visits'}))
        allowed = p.json('account', 'test', *args, '--allow-server', 'ad.hoster.example', stdin=PASSWORD + '\n')
        assert allowed['ok'] and allowed['server']['source'] == 'ad.hoster.example', allowed

        state.control({'do': 'hosts', 'hosts': {'http://autodiscover.example.org': {
            'kind': 'redirect', 'location': 'https://autodiscover-s.outlook.com/autodiscover/autodiscover.xml'}}})
        online = p.json('account', 'add', *args, stdin=PASSWORD + '\n', expect=UNSUPPORTED)['error']
        assert '“Outlook”' in online['message'], online
        state.control({'do': 'hosts', 'hosts': {'http://autodiscover.example.org': {'kind': 'page'}}})


# ---- Without a server

@test
def methods():
    with profile() as p:
        found = {m['id']: m for m in p.json('methods')['methods']}
        assert list(found) == ['notes', 'outlook', 'exchange', 'smtp', 'pop3', 'mixed', 'imap'], list(found)
        assert [i for i, m in found.items() if m['available']] == ['exchange', 'smtp', 'pop3', 'mixed', 'imap']
        assert 'send' in found['smtp']['capabilities'] and 'read' not in found['smtp']['capabilities']
        assert 'send' not in found['pop3']['capabilities'] and 'read' in found['pop3']['capabilities']
        assert {'read', 'organize', 'folders'} <= set(found['imap']['capabilities'])
        assert all(m['summary'] and m['needs'] and set(m['answers']) ==
                   {'reads', 'sends', 'keeps-sent', 'folders', 'offline', 'instant'} for m in found.values())
        assert 'POP3' in p.run('methods', 'pop3').stdout


@test
def usage():
    with profile() as p:
        for args in (['nonsense'], ['list', '--nonsense'], ['account', 'add'], ['list'], ['show', 'x'],
                     ['account', 'add', '--method', 'pigeon'], ['account', 'add', '--method', 'imap', '--set', 'x'],
                     ['account', 'add', '--method', 'imap', '--set', 'incoming.security=maybe']):
            p.run(*args, expect=USAGE)
        p.run('account', 'add', '--method', 'outlook', expect=UNSUPPORTED)
        p.run('show', '12345', expect=NOT_FOUND)
        assert 'no longer' not in p.run('account', 'show', 'nobody', expect=NOT_FOUND).stderr
        assert 'recipients, message-id' in p.run('search', 'x', '--in', 'nowhere', expect=USAGE).stderr
        assert 'not both' in p.run('list', '--all-inboxes', '--unread', '--flagged', expect=USAGE).stderr
        assert '--limit' in p.run('search', 'x', '--limit', '-3', expect=USAGE).stderr
        for command in ('folders', 'sync'):
            assert 'No account is set up' in p.run(command).stdout
            assert next(iter(p.json(command).values())) == []
        assert 'No account is set up' in p.run('account', 'list').stderr and not p.run('account', 'list').stdout
        near = p.run('acount', 'list', expect=USAGE).stderr
        assert 'There is no command “acount”. Is it “account list”?' in near, near
        near = p.run('account', 'tets', expect=USAGE).stderr
        assert 'There is no command “account tets”. Is it “account test”?' in near, near
        assert 'There is no command “nonsense”.\n' in p.run('nonsense', expect=USAGE).stderr
        unknown = p.run('account', 'show', 'nobody', expect=NOT_FOUND).stderr
        assert unknown == 'valijactl: There is no account “nobody”. “valijactl account list” lists them.\n', unknown

        # Each key of --set is told where one looks for it, and the one that is missing where it is missing
        for page in (p.run('--help'), p.run('account', 'add', '--help'), p.run('account', 'test', '--help')):
            for word in ('incoming.host', 'outgoing.cleartext-password', 'delete-after-days', 'host, port, user, security, ca'):
                assert word in page.stdout, (word, page.stdout)
        keys = next(line for line in p.run('methods', 'smtp').stdout.splitlines() if line.startswith('  Settings: name email '))
        assert 'outgoing.host' in keys and 'incoming' not in keys, keys
        for method, settings, key in (('imap', (), 'host'), ('smtp', (), 'host'), ('mixed', (), 'incoming.host'),
                                      ('imap', ('host=h',), 'user'), ('mixed', ('incoming.host=h', 'user=u'), 'outgoing.host')):
            words = [word for setting in settings for word in ('--set', setting)]
            told = p.run('account', 'add', '--method', method, *words, expect=USAGE).stderr
            assert f'Give it with --set {key}=' in told and told.count('\n') == 1, told
        manual = p.run('--help').stdout
        assert 'Exit status' in manual
        commands = manual.split('Commands:\n')[1].split('\n\n')[0].splitlines()
        assert len(commands) > 20 and all(line[30] == ' ' and line[31] != ' ' for line in commands), commands
        assert '--password-stdin' in p.run('account', 'add', '--help').stdout


@test
def translations_of_the_build():
    # gettext translates in no locale of the C kind
    known = [name for name in subprocess.run(['locale', '-a'], capture_output=True, text=True, check=True).stdout.split()
             if '_' in name and name.lower().endswith('utf8')]
    assert known, 'this machine has no locale'
    with profile() as p:
        p.env.update(LANGUAGE='es', LC_ALL=known[0], VALIJA_LOCALEDIR=str(pathlib.Path(CTL).parents[2] / 'po'))
        assert p.run('--help').stdout.startswith('Uso:\n')
        steps = p.run('account', 'test', '--method', 'imap', '--set', f'email={ANA}', *incoming(ANA), '--password-stdin',
                      stdin=PASSWORD + '\n').stdout.splitlines()
        assert sum(line.startswith('  entrante ') for line in steps) > 3, steps


@test
def inspect():
    source = ('From: "Mallory" <mallory@example.org>\r\nTo: ana@example.org\r\nSubject: =?utf-8?q?Caf=C3=A9?=\r\n'
              'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n'
              'Content-Type: text/plain; charset=utf-8\r\n\r\nred \x1b[31mtext\r\n--b\r\n'
              'Content-Type: text/plain; name="../../.bashrc"\r\n'
              'Content-Disposition: attachment; filename="../../.bashrc"\r\n\r\nevil\r\n--b--\r\n')
    with profile() as p:
        file = p.directory / 'message.eml'
        file.write_bytes(source.encode())
        found = p.json('inspect', str(file))
        assert found['subject'] == 'Café' and found['from'][0]['address'] == 'mallory@example.org'
        assert [part['type'] for part in found['parts']] == ['multipart/mixed', 'text/plain', 'text/plain']
        assert '\x1b' not in p.run('inspect', '--text', str(file)).stdout
        assert p.run('inspect', '--raw', str(file)).stdout.encode().count(b'\x1b') == 1
        saved = p.json('inspect', '--save-attachments', str(p.directory / 'out'), str(file))['saved']
        assert [pathlib.Path(path).parent for path in saved] == [p.directory / 'out'], saved
        assert not (p.directory.parent / '.bashrc').exists()
        missing = p.run('inspect', str(p.directory / 'nothing.eml'), expect=NOT_FOUND).stderr
        assert 'There is no file' in missing and 'nothing.eml' in missing, missing
        p.run('inspect', str(p.directory), expect=USAGE)


# ---- Accounts

@test
def accounts():
    with profile() as p:
        ident = p.add('imap', ANA, *incoming(ANA), '--set', 'name=Work')
        p.add('pop3', LUIS, *incoming(LUIS, 'pop3s_port'))
        assert [a['method'] for a in p.json('account', 'list')['accounts']].count('imap') == 1
        shown = p.json('account', 'show', 'Work')
        assert shown['account']['id'] == ident and shown['settings']['incoming.host'] == 'localhost'
        file = p.directory / 'profile/config/accounts' / f'{ident}.account'
        assert file.stat().st_mode & 0o777 == 0o600
        everything = b''.join(f.read_bytes() for f in (p.directory / 'profile').rglob('*') if f.is_file())
        assert PASSWORD.encode() not in everything
        p.run('account', 'password', 'Work', stdin=PASSWORD, expect=USAGE)
        p.run('account', 'password', 'Work', '--password-stdin', stdin='wrong\n')
        p.run('account', 'test', 'Work', expect=SIGN_IN)
        p.run('account', 'password', 'Work', '--password-stdin', stdin=PASSWORD + '\n')
        p.run('account', 'test', 'Work')
        assert 'stays there' in p.run('account', 'remove', 'Work').stdout
        assert not file.exists() and len(p.json('account', 'list')['accounts']) == 1


@test
def keyring_file():
    with profile() as p:
        for name in ('SECRET_BACKEND', 'SECRET_FILE_TEST_PATH', 'SECRET_FILE_TEST_PASSWORD'):
            del p.env[name]
        p.env.update(DBUS_SESSION_BUS_ADDRESS=f'unix:path={p.directory}/no-bus', XDG_RUNTIME_DIR=str(p.directory))
        add = ['account', 'add', '--method', 'imap', '--set', f'email={ANA}', *incoming(ANA), '--password-stdin']
        assert '--keyring-key FILE' in p.run(*add, stdin=PASSWORD + '\n', expect=SIGN_IN).stderr
        assert '--keyring-key' in p.run('--help').stdout

        key = p.directory / 'key'
        told = p.run('--keyring-key', str(key), *add, stdin=PASSWORD + '\n').stderr
        assert str(key) in told and key.stat().st_mode & 0o777 == 0o600 and len(key.read_text()) == 44, told
        p.run('account', 'test', expect=SIGN_IN)
        assert p.run('account', 'test', '--keyring-key', str(key)).stderr == ''
        p.env['VALIJA_KEYRING_KEY'] = str(key)
        p.run('sync', '--inbox', '--headers')
        kept = b''.join(f.read_bytes() for f in p.directory.rglob('*') if f.is_file())
        assert (p.directory / 'profile/keyring').exists() and PASSWORD.encode() not in kept

        other = p.directory / 'other'
        other.write_text('another one\n')
        other.chmod(0o644)
        assert 'chmod 600' in p.run('--keyring-key', str(other), 'account', 'test', expect=SIGN_IN).stderr
        other.chmod(0o600)
        assert 'another key' in p.run('--keyring-key', str(other), 'account', 'test', expect=SIGN_IN).stderr
        other.write_text('\n')
        assert 'nothing' in p.run('--keyring-key', str(other), 'account', 'test', expect=SIGN_IN).stderr
        p.run('--keyring-key', str(p.directory / 'nowhere/key'), 'account', 'test', expect=SIGN_IN)
        p.run('account', 'test')


@test
def accounts_of_one_name():
    with profile() as p:
        first = p.add('imap', ANA, *incoming(ANA), '--set', 'name=Work')
        second = p.add('imap', ANA, *incoming(ANA), '--set', 'name=Work')
        for name in ('Work', ANA, ANA.upper()):
            for command in (['account', 'show', name], ['account', 'remove', name], ['sync', name], ['list', '-a', name]):
                assert first not in p.run(*command, expect=USAGE).stderr
        assert len(p.json('account', 'list')['accounts']) == 2
        p.run('account', 'remove', first)
        assert p.json('account', 'show', 'Work')['account']['id'] == second


@test
def account_test():
    sides = {'imap': (incoming(ANA) + outgoing(ANA), {'incoming', 'outgoing'}),
             'pop3': (incoming(LUIS, 'pop3s_port'), {'incoming'}),
             'smtp': (outgoing(ANA), {'outgoing'}),
             'mixed': (incoming(LUIS, 'pop3s_port') + outgoing(LUIS), {'incoming', 'outgoing'})}
    with profile() as p:
        for method, (settings, expected) in sides.items():
            found = p.json('account', 'test', '--method', method, '--set', f'email={ANA}', *settings,
                           '--password-stdin', stdin=PASSWORD + '\n')
            assert found['ok'] and {s['side'] for s in found['steps']} == expected, found
            assert all(s['state'] == 'passed' for s in found['steps']), found['steps']
            assert found['facts'] and not (p.directory / 'profile/config/accounts').exists()
        plain = p.run('account', 'test', '--method', 'imap', '--set', f'email={ANA}', '--set',
                      'incoming.cleartext-password=true', *incoming(ANA, 'imap_port', security='none'),
                      '--password-stdin', stdin=PASSWORD + '\n').stdout.splitlines()
        skipped = [i for i, line in enumerate(plain) if 'left out' in line]
        assert skipped == [1], 'in its place, not behind all others: ' + '\n'.join(plain)
        for security, port in (('starttls', 'imap_port'),):
            found = p.json('account', 'test', '--method', 'imap', '--set', f'email={ANA}',
                           *incoming(ANA, port, security=security), '--password-stdin', stdin=PASSWORD + '\n')
            assert any('TLS' in (s['detail'] or '') for s in found['steps']), found['steps']


def failed_step(found):
    steps = [s for s in found['steps'] if s['state'] == 'failed']
    return [(s['side'], s['step'], s['error']['code']) for s in steps]


def try_account(p, expect, method, *settings, password=PASSWORD):
    found = p.json('account', 'test', '--method', method, '--set', f'email={ANA}', '--set', 'timeout=3', *settings,
                   '--password-stdin', stdin=password + '\n', expect=expect)
    assert not found['ok'] and found['error']['title'] and found['error']['message'], found
    assert PASSWORD not in json.dumps(found)
    return failed_step(found)


@test
def wrong_password():
    with profile() as p:
        both = incoming(LUIS, 'pop3s_port') + outgoing(LUIS)
        refused = [('incoming', 'sign-in', 'authentication'), ('outgoing', 'sign-in', 'authentication')]
        assert try_account(p, SIGN_IN, 'mixed', *both, password='wrong') == refused
        assert try_account(p, SIGN_IN, 'mixed', *both, password=PASSWORD + '\nwrong') == refused[1:]
        assert try_account(p, SIGN_IN, 'mixed', *both, password='wrong\n' + PASSWORD) == refused[:1]
        assert try_account(p, SIGN_IN, 'imap', *incoming(ANA), *outgoing(ANA), password='wrong') == refused
        untold = p.run('account', 'test', '--method', 'imap', *incoming(ANA), expect=USAGE).stderr
        assert '--password-stdin' in untold and 'keyring' not in untold, untold
        assert '--password-stdin' in p.run('account', 'add', '--method', 'imap', '--set', f'email={ANA}', *incoming(ANA)).stderr
        assert p.json('sync', expect=SIGN_IN)['error']['code'] == 'no-secret'


@test
def bad_servers():
    hello = b'* OK ready\r\n'
    with profile() as p:
        for name, behave, more, expect, code in (
                ('silent', lambda c: time.sleep(4), {}, NETWORK, 'timed-out'),
                ('gone', lambda c: c.close(), {}, NETWORK, 'disconnected'),
                ('garbage', lambda c: c.sendall(b'\xff' * 300 + b'\r\n'), {}, REFUSED, 'protocol'),
                ('long line', lambda c: c.sendall(b'* OK ' + b'x' * (1 << 20)), {}, REFUSED, 'limit'),
                ('no STARTTLS', lambda c: (c.sendall(b'* OK [CAPABILITY IMAP4rev1] hi\r\n'), c.recv(99)),
                 {'security': 'starttls'}, INSECURE, 'no-starttls'),
                ('hangs up', lambda c: (c.sendall(hello), c.recv(99), c.close()), {}, NETWORK, 'disconnected')):
            with bad_server(behave) as port:
                settings = {'security': 'none', 'cleartext-password': 'true', **more}
                found = try_account(p, expect, 'imap', *server('incoming', port, ANA, **settings))
                assert [f[0::2] for f in found] == [('incoming', code)], (name, found)
        closed = socket.create_server(('127.0.0.1', 0))
        port = closed.getsockname()[1]
        closed.close()
        assert try_account(p, NETWORK, 'imap', *server('incoming', port, ANA)) == [('incoming', 'connect', 'connect')]


@test
def certificates():
    with profile() as p:
        found = p.json('account', 'test', '--method', 'imap', '--set', f'email={ANA}',
                       *server('incoming', WORLD['imaps_port'], ANA, ca=False), '--password-stdin', stdin=PASSWORD + '\n',
                       expect=INSECURE)
        assert failed_step(found) == [('incoming', 'secure', 'certificate')], found
        certificate = found['error']['certificate']
        assert certificate['sha256'] and certificate['reasons'] and certificate['port'] == WORLD['imaps_port']
        told = p.run('account', 'test', '--method', 'imap', '--set', f'email={ANA}',
                     *server('incoming', WORLD['imaps_port'], ANA, ca=False), '--password-stdin', stdin=PASSWORD + '\n',
                     expect=INSECURE).stderr
        assert told.count(certificate['reasons']) == 1 and certificate['sha256'] in told, told
        # One that the authority stands for, but of another server
        pem, key = p.directory / 'elsewhere.pem', p.directory / 'elsewhere.key'
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
                        '-subj', '/CN=elsewhere.example', '-addext', 'subjectAltName=DNS:elsewhere.example',
                        '-keyout', key, '-out', pem], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem, key)
        with bad_server(lambda c: context.wrap_socket(c, server_side=True)) as port:
            found = try_account(p, INSECURE, 'imap', *server('incoming', port, ANA, ca=pem))
            assert found == [('incoming', 'secure', 'certificate')], found


# ---- Mail

@test
def all_inboxes():
    with profile() as p:
        accounts = {p.add('imap', ANA, *incoming(ANA), '--set', 'name=Work'), p.add('pop3', LUIS, *incoming(LUIS, 'pop3s_port'))}
        p.run('sync', '--inbox')
        found = p.messages('--all-inboxes', '--limit', '0')
        assert {m['account'] for m in found} == {a['id'] for a in p.json('account', 'list')['accounts']}, accounts
        assert len(found) == sum(len(p.messages('-a', a, '--limit', '0')) for a in (ANA, LUIS))
        assert len(p.messages('--all-inboxes', '--limit', '3')) == 3
        assert all('seen' not in m['flags'] for m in p.messages('--all-inboxes', '--unread'))
        assert 'Work' in p.run('list', '--all-inboxes').stdout
        for more in (['INBOX'], ['--account', ANA], ['--folder', 'INBOX']):
            p.run('list', '--all-inboxes', *more, expect=USAGE)


@test
def read_and_organise():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA), '--set', 'body-days=-1')
        assert p.json('sync')['accounts'][0]['new'] > 60
        again = p.json('--stats', 'sync', '--inbox')
        assert again['accounts'][0]['new'] == 0 and again['stats']['turns'] <= 12, again

        # What is here needs no network
        for command in (['folders'], ['list'], ['search', 'has:attachment'], ['show', str(p.messages()[0]['id'])]):
            assert p.json('--stats', *command)['stats']['turns'] == 0, command
        assert len(p.messages('--limit', '5')) == 5
        assert all(m['here'] for m in p.messages())

        # Each message of the folder is in one conversation, and an answer is with what it answers
        whole = p.messages('--conversations', '--limit', '0')
        assert sorted(i for c in whole for i in c['ids']) == sorted(m['id'] for m in p.messages('--limit', '0'))
        longest = max(whole, key=lambda c: c['messages'])
        assert longest['messages'] > 2 and longest['id'] in longest['ids'] and longest['people'], longest
        shown = p.json('show', str(longest['id']), '--conversation')['messages']
        assert len(shown) == longest['messages'] and {m['conversation'] for m in shown} == {longest['conversation']}
        assert [m['date'] for m in shown] == sorted(m['date'] for m in shown) and all(m['text'] for m in shown)
        p.run('show', str(longest['id']), '--conversation', '--raw', expect=USAGE)

        deliver(ANA, 'for the script')
        wait_for(lambda: p.json('sync', '--inbox')['accounts'][0]['new'])
        message = p.messages()[0]
        assert message['subject'] == 'for the script' and 'seen' not in message['flags']
        number = str(message['id'])
        assert 'Hello.' in p.run('show', number, '--text').stdout
        assert 'Subject: for the script' in p.run('show', number, '--headers').stdout
        assert [m['id'] for m in p.json('search', 'subject:script')['messages']] == [message['id']]

        marked = p.run('flag', number, '--add', 'seen,flagged').stdout
        assert marked == '1 message marked\n', marked
        p.run('show', number, number, expect=USAGE)
        with imap(ANA) as box:
            box.select('INBOX', readonly=True)
            found = box.search(None, 'SUBJECT', '"for the script"', 'SEEN', 'FLAGGED')[1][0]
            assert found, 'the server does not know'
        p.run('move', number, '--to', 'Archive')
        assert 'for the script' in p.subjects('--folder', 'archive')
        with imap(ANA) as box:
            box.select('Archive', readonly=True)
            assert box.search(None, 'SUBJECT', '"for the script"')[1][0]
        assert p.run('delete', number).stdout == '1 message moved to the trash\n'
        p.run('sync')
        assert 'for the script' in p.subjects('--folder', 'trash')
        trashed = str(p.messages('--folder', 'trash')[0]['id'])
        assert p.run('delete', trashed).stdout == '1 message deleted for good\n'
        with imap(ANA) as box:
            box.select('Trash', readonly=True)
            assert not box.search(None, 'SUBJECT', '"for the script"')[1][0]


@test
def moved_elsewhere():
    """What another program moves is not fetched again: its source is here, and stays."""
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA), '--set', 'body-days=-1')
        p.run('sync')
        with imap(ANA) as box:
            box.select('INBOX')
            sizes = [int(line.split(b'RFC822.SIZE ')[1].split(b')')[0]) for line in box.fetch('1:20', '(RFC822.SIZE)')[1]]
            assert box.copy('1:20', 'Archive')[0] == 'OK'
            box.store('1:20', '+FLAGS', r'(\Deleted)')
            box.expunge()
        moved = p.json('--stats', 'sync')
        assert moved['accounts'][0]['new'] == 20, moved
        # Headers and nothing else
        assert moved['stats']['bytes_in'] < sum(sizes) / 2, (moved, sum(sizes))
        assert all(m['here'] for m in p.messages('--folder', 'archive'))
        number = str(p.messages('--folder', 'archive')[0]['id'])
        assert p.json('--stats', 'show', number)['stats']['turns'] == 0


@test
def search():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA))
        p.run('sync', '--inbox', '--headers')
        message = p.messages()[-1]
        word = max(message['subject'].split(), key=len)

        def find(*args):
            return [m['id'] for m in p.json('search', '--limit', '0', *args)['messages']]

        # Asked without a folder, it would bring what lies elsewhere as well
        server = ('--server', '--folder', 'INBOX')
        assert message['id'] in find('--in', 'subject', word)
        assert message['id'] not in find('--in', 'sender', word)
        assert find('--in', 'message-id', message['message_id']) == [message['id']]
        # Only the headers are here: the server knows what is in the text
        assert find('--in', 'body', 'the') == []
        assert len(find(*server, '--in', 'body', 'the')) > 0
        assert find(*server, '--in', 'message-id', message['message_id']) == [message['id']]
        assert find(*server, '--in', 'subject', 'nowhere-to-be-found') == []
        p.run('search', '--in', 'heaven', 'x', expect=USAGE)
        # What means nothing is said, not looked for in vain
        assert 'nonsense' in p.run('search', 'before:nonsense', expect=USAGE).stderr
        for typed in ('', ' ', 'is:funny', 'hike has:wings'):
            p.run('search', typed, expect=USAGE)
        assert find('is:unread') == find(*server, 'is:unread')

        # Operators, and what was understood of them
        everything = {m['id'] for m in p.messages('--limit', '0')}
        unread, large = set(find('is:unread')), set(find('larger:2k'))
        assert 0 < len(large) < len(everything), large
        assert set(find('--', '-is:unread')) == everything - unread
        assert set(find('is:unread OR larger:2k')) == unread | large
        assert set(find('larger:2k -is:unread')) == large - unread
        assert set(find('in:inbox')) == everything and find('in:nowhere') == []
        assert set(find('before:2w OR after:2w')) == everything
        terms = p.json('search', '--', 'de:x', '-from:"Ana Núñez"', 'OR', 'before:2026-03')['terms']
        assert [(t['operator'], t['text'], t['negated'], t['alternative']) for t in terms] == [
            (None, 'de:x', False, False), ('from', 'Ana Núñez', True, False), ('before', '2026-03', False, True)], terms
        assert terms[0]['hint'] and terms[1]['label'] == 'Except “From: Ana Núñez”', terms
        assert terms[2]['label'] == 'Before 1 March 2026', terms
        assert 'de:' in p.run('search', 'de:x').stderr


@test
def queued_changes():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA))
        p.run('sync', '--inbox', '--headers')
        number = next(str(m['id']) for m in p.messages() if 'flagged' not in m['flags'])
        p.run('flag', number, '--add', 'flagged', '--queue')
        assert p.json('--stats', 'list')['stats']['turns'] == 0
        with imap(ANA) as box:
            box.select('INBOX', readonly=True)
            before = len(box.search(None, 'FLAGGED')[1][0].split())
        p.run('sync', '--inbox', '--headers')
        with imap(ANA) as box:
            box.select('INBOX', readonly=True)
            assert len(box.search(None, 'FLAGGED')[1][0].split()) == before + 1


def server_folders(user):
    with imap(user) as box:
        return {line.decode().rsplit(' ', 1)[-1].strip('"') for line in box.list()[1]}


@test
def folders():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA))
        p.run('sync', '--headers')
        p.run('folder', 'create', 'Tmp')
        p.run('folder', 'create', 'Tmp/Inner', '--queue')
        assert 'Tmp' in server_folders(ANA)
        number = str(p.messages()[0]['id'])
        p.run('move', number, '--to', 'Tmp/Inner')
        subject = p.messages('--folder', 'Tmp/Inner')[0]['subject']
        assert p.json('folder', 'rename', 'Tmp', 'Täglich')['label'] == 'Folder renamed to “Täglich”'
        assert p.subjects('--folder', 'Täglich/Inner') == [subject]
        p.run('sync', '--headers')
        assert p.subjects('--folder', 'Täglich/Inner') == [subject]
        assert 'T&AOQ-glich' in server_folders(ANA) and 'Tmp' not in server_folders(ANA)
        error = p.json('folder', 'remove', 'Täglich', expect=UNSUPPORTED)['error']
        assert error['message'] == 'There are folders in this folder. Remove them first.'
        p.run('folder', 'rename', 'INBOX', 'Box', expect=UNSUPPORTED)
        p.run('folder', 'create', 'Täglich', expect=USAGE)
        assert p.json('folder', 'set', 'Täglich/Inner', 'never')['policy'] == 'never'
        shown = p.json('folder', 'show', 'Täglich/Inner')
        assert shown['folder']['policy'] == 'never' and shown['size']['messages'] == 1
        p.run('folder', 'set', 'INBOX', 'never', expect=USAGE)
        assert p.json('account', 'pause')['paused'] is True
        shown = p.json('account', 'show')
        assert shown['settings']['paused'] == 'true' and shown['size']['messages'] > 1 and shown['last_checked']
        p.run('account', 'resume')
        assert p.json('account', 'show')['settings']['paused'] == 'false'
        p.run('folder', 'set', 'INBOX', 'sometimes', expect=USAGE)
        p.run('move', str(p.messages('--folder', 'Täglich/Inner')[0]['id']), '--to', 'INBOX')
        p.run('folder', 'remove', 'Täglich/Inner')
        p.run('folder', 'remove', 'Täglich')
        p.run('list', 'Täglich', expect=NOT_FOUND)
        assert not [name for name in server_folders(ANA) if 'glich' in name]


@test
def empty_folder():
    """All that the server has there goes, also what was never listed here."""
    with profile() as p, imap(ANA) as box:
        if box.select('Trash')[1] != [b'0']:
            box.store('1:*', '+FLAGS', r'(\Deleted)')
            box.expunge()
        for i in range(3):
            box.append('Trash', None, None, f'Subject: gone {i}\r\n\r\nHello.\r\n'.encode())
        p.add('imap', ANA, *incoming(ANA))
        p.run('sync', '--inbox', '--headers')
        assert p.subjects('--folder', 'trash') == []
        assert p.json('folder', 'empty', 'Trash')['label'] == '3 messages deleted for good'
        assert box.select('Trash')[1] == [b'0']
        p.run('folder', 'empty', 'INBOX', expect=UNSUPPORTED)


@test
def local_folders():
    with profile() as p:
        p.add('pop3', LUIS, *incoming(LUIS, 'pop3s_port'))
        p.run('sync')
        message = p.messages()[0]
        p.run('folder', 'create', 'Kept')
        p.run('move', str(message['id']), '--to', 'Kept')
        p.run('folder', 'rename', 'Kept', 'Kept well')
        assert p.subjects('--folder', 'Kept well') == [message['subject']]
        p.run('folder', 'remove', 'Kept well')
        assert message['subject'] in p.subjects('--folder', 'trash')
        p.run('sync')
        assert message['subject'] in p.subjects('--folder', 'trash')


@test
def pop3_leaves_the_mail():
    with profile() as p:
        p.add('pop3', LUIS, *incoming(LUIS, 'pop3s_port'))
        count = pop3_count(LUIS)
        assert p.json('sync')['accounts'][0]['new'] == count
        assert p.json('sync')['accounts'][0]['new'] == 0
        messages = p.messages('--limit', '0')
        assert len(messages) == count and all(m['here'] and m['id'] < 0 for m in messages)
        number = str(messages[0]['id'])
        p.run('flag', number, '--add', 'seen')
        p.run('move', number, '--to', 'archive')
        p.run('delete', str(messages[1]['id']))
        p.run('sync')
        assert pop3_count(LUIS) == count
        assert len(p.messages('--limit', '0')) == count - 2
        error = p.json('send', '--to', ANA, expect=UNSUPPORTED)['error']
        assert error['message'] == 'POP3 reads only. Add an SMTP server to write.'


@test
def pop3_deletes_when_told():
    deliver(MEI, 'to be fetched')
    wait_for(lambda: pop3_count(MEI))
    with profile() as p:
        p.add('pop3', MEI, *incoming(MEI, 'pop3s_port'), '--set', 'delete-after-days=0')
        p.run('sync', '--headers')
        assert pop3_count(MEI) >= 1, 'deleted before there was a copy'
        p.run('sync')
        assert 'to be fetched' in p.subjects() and all(m['here'] for m in p.messages())
        assert pop3_count(MEI) == 0


@test
def pop3_deletes_what_was_deleted_here():
    deliver(MEI, 'not wanted')
    with imap(MEI) as box:
        # What the sender says of the time does not count
        box.append('INBOX', None, None, b'Subject: to be kept\r\nDate: Mon, 01 Jan 2001 12:00:00 +0000\r\n\r\nHello.\r\n')
    wait_for(lambda: pop3_count(MEI) == 2)
    with profile() as p:
        p.add('pop3', MEI, *incoming(MEI, 'pop3s_port'), '--set', 'delete-after-days=30')
        p.run('sync')
        for _ in range(2):
            number = next(str(m['id']) for folder in ('inbox', 'trash') for m in p.messages('--folder', folder)
                          if m['subject'] == 'not wanted')
            p.run('delete', number)
        assert pop3_count(MEI) == 2, 'deleted without a visit'
        p.run('sync')
        assert pop3_count(MEI) == 1
        assert p.subjects() == ['to be kept']
    box = poplib.POP3_SSL('localhost', WORLD['pop3s_port'], context=tls())
    box.user(MEI)
    box.pass_(PASSWORD)
    box.dele(1)
    box.quit()


@test
def send():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA), *outgoing(ANA), '--set', 'name=imap', '--set', 'full-name=Ana Núñez')
        p.add('mixed', LUIS, *incoming(LUIS, 'pop3s_port'), *outgoing(LUIS), '--set', 'name=mixed', '--set',
              'keep-sent=here')
        p.add('smtp', MEI, *outgoing(MEI, 'submission_port', security='starttls'), '--set', 'name=smtp')
        p.run('sync')
        attachment = p.directory / 'räksmörgås.txt'
        attachment.write_text('shrimps')

        item = p.json('send', '-a', 'imap', '--to', f'Luis <{LUIS}>', '--bcc', MEI, '--subject', 'Café ☕', '--attach',
                      str(attachment), stdin='Good morning.\n')['item']
        assert item['state'] == 'sent' and item['words'].startswith('250'), item
        p.run('sync', 'imap')
        kept = p.messages('-a', 'imap', '-f', 'sent')[0]
        assert kept['subject'] == 'Café ☕' and kept['flags'] == ['seen']
        assert MEI in p.run('show', str(kept['id']), '--raw').stdout, 'the own copy names Bcc'
        assert MEI not in p.run('show', str(kept['id']), '--raw', '--without-bcc').stdout

        wait_for(lambda: p.json('sync', 'mixed')['accounts'][0]['new'])
        got = p.messages('-a', 'mixed')[0]
        shown = p.json('show', str(got['id']))
        assert shown['from'][0]['name'] == 'Ana Núñez' and shown['text'] == 'Good morning.\n'
        assert MEI not in p.run('show', str(got['id']), '--raw').stdout
        assert [part['name'] for part in shown['parts'] if part['attachment']] == ['räksmörgås.txt']

        assert p.json('send', '-a', 'mixed', '--reply', str(got['id']), stdin='Thanks.\n')['item']['state'] == 'sent'
        assert p.subjects('-a', 'mixed', '-f', 'sent') == ['Re: Café ☕']
        assert 'answered' in p.messages('-a', 'mixed')[0]['flags']
        wait_for(lambda: p.json('sync', 'imap', '--inbox')['accounts'][0]['new'])
        answer = p.json('show', str(p.messages('-a', 'imap')[0]['id']))
        assert answer['in_reply_to'] == shown['message_id'] and '> Good morning.' in answer['text']

        source = p.directory / 'raw.eml'
        source.write_text(f'From: {MEI}\nTo: {ANA}\nBcc: {LUIS}\nSubject: by hand\n\nRaw.\n')
        assert p.json('send', '-a', 'smtp', '--source', str(source))['item']['state'] == 'sent'
        assert [i['state'] for i in p.json('outbox')['items']] == ['sent'] * 3


@test
def drafts():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA), *outgoing(ANA), '--set', 'name=imap')
        p.add('pop3', LUIS, *incoming(LUIS, 'pop3s_port'), '--set', 'name=pop3')
        p.run('sync')
        assert p.json('send', '-a', 'imap', '--draft', '--subject', 'unfinished', '--queue', stdin='x')['draft'] < 0
        p.run('sync', 'imap')
        with imap(ANA) as box:
            box.select('Drafts', readonly=True)
            assert box.search(None, 'DRAFT', 'SUBJECT', '"unfinished"')[1][0]
        assert 'unfinished' in p.subjects('-a', 'imap', '-f', 'drafts')
        p.run('send', '-a', 'pop3', '--draft', '--subject', 'here', stdin='x')
        source = p.run('send', '-a', 'imap', '--print', '--bcc', MEI, '--subject', 'Café', stdin='x').stdout
        assert 'Subject: =?UTF-8?' in source.replace('utf-8', 'UTF-8') and MEI not in source, source
        assert MEI in p.run('send', '-a', 'imap', '--print', '--with-bcc', '--bcc', MEI, stdin='x').stdout
        assert not p.json('outbox')['items']
        assert p.subjects('-a', 'pop3', '-f', 'drafts') == ['here']


@test
def confirmations():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA), *outgoing(ANA), '--set', 'name=imap')
        p.add('mixed', LUIS, *incoming(LUIS, 'pop3s_port'), *outgoing(LUIS), '--set', 'name=mixed')
        p.run('sync')
        for subject in ('tell me', 'do not tell me'):
            p.run('send', '-a', 'mixed', '--to', ANA, '--subject', subject, '--read-confirmation', '--delivery-receipt',
                  '--priority', 'high', '--confidentiality', 'private', stdin='x')
        wait_for(lambda: p.json('sync', 'imap', '--inbox') and {'tell me', 'do not tell me'} <= set(p.subjects('-a', 'imap')))
        numbers = {m['subject']: str(m['id']) for m in p.messages('-a', 'imap')}
        shown = p.json('show', numbers['tell me'])
        assert (shown['priority'], shown['confidentiality']) == ('high', 'private'), shown
        assert [a['address'] for a in shown['confirmation_to']] == [LUIS]
        assert p.json('confirm', numbers['tell me'])['confirmed'] is True
        assert p.json('confirm', '--decline', numbers['do not tell me'])['confirmed'] is False
        with imap(ANA) as box:
            box.select('INBOX', readonly=True)
            assert len(box.search(None, 'KEYWORD', '$MDNSent')[1][0].split()) == 2
        # The confirmation, and a receipt for each from the servers
        wait_for(lambda: p.json('sync', 'mixed') and 'Read: tell me' in p.subjects('-a', 'mixed') and
                 len([m for m in p.messages('-a', 'mixed') if m['sender_address'].upper().startswith('MAILER-DAEMON')]) >= 2)
        report = next(str(m['id']) for m in p.messages('-a', 'mixed') if m['subject'] == 'Read: tell me')
        assert [part['type'] for part in p.json('show', report)['parts']] == [
            'multipart/report', 'text/plain', 'message/disposition-notification', 'text/rfc822-headers']
        assert 'Return-Path: <>' in p.run('show', report, '--headers').stdout
        assert 'Read: do not tell me' not in p.subjects('-a', 'mixed')


@test
def check_addresses():
    with profile() as p:
        p.add('smtp', ANA, *outgoing(ANA))
        found = p.json('--stats', 'check', LUIS, 'no address', '@example.org')
        assert [a['verdict'] for a in found['addresses']] == ['valid', 'invalid', 'invalid'], found
        assert found['stats']['connections'] == 0
        found = p.json('check', '--server', LUIS, 'nobody@example.org')['addresses']
        assert [a['verdict'] for a in found] == ['accepted', 'refused'], found
        assert found[1]['server_line'].startswith('550 5.1.1'), found
        assert not p.json('outbox')['items']


@test
def words_of_the_outbox():
    with profile() as p:
        p.add('smtp', ANA, *outgoing(ANA), '--set', 'name=Scanner')
        file = str(p.directory / 'nothing')
        for option in ('--attach', '--html', '--source'):
            told = p.run('send', '--to', LUIS, option, file, stdin='x', expect=NOT_FOUND).stderr
            assert told == f'valijactl: There is no file “{file}”.\n', told
        for option in ('--draft', '--print'):
            assert '--at' in p.run('send', option, '--to', LUIS, '--at', '2099-03-09 08:00', stdin='x', expect=USAGE).stderr
        for written in ('2099-03-09T08:00Z', '2099-03-09 08:00:00Z', '2099-03-09 09:00 +01:00'):
            item = p.json('send', '--to', LUIS, '--subject', 'later', '--at', written, stdin='x')['item']
            assert (item['state'], item['due']) == ('pending', '2099-03-09T08:00:00Z'), item
        shown = p.run('outbox').stdout
        assert 'scheduled' in shown and 'pending' not in shown and 'Scanner' in shown, shown

        # What waits is not forgotten in silence
        told = p.run('account', 'remove', 'Scanner', expect=UNSUPPORTED).stderr
        assert '3 messages of “Scanner” are in the outbox' in told, told
        for item in p.json('outbox')['items'][1:]:
            p.run('outbox', 'remove', str(item['id']))
        sent = p.json('send', '--to', LUIS, '--subject', 'gone', stdin='x')['item']
        told = p.run('outbox', 'withdraw', str(sent['id']), expect=UNSUPPORTED).stderr
        assert 'was sent and cannot be taken back' in told, told
        assert '1 message that was not sent is removed' in p.run('account', 'remove', 'Scanner', '--local-mail').stdout


@test
def lines_of_lists():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA), *outgoing(ANA), '--set', 'name=imap')
        p.run('sync', '--headers')
        assert p.run('folders').stdout.splitlines()[1].split() == ['unread', 'total', 'folder']
        long = 'a long subject with 会议 in it ' * 20
        p.run('send', '--draft', '--to', LUIS, '--subject', long, stdin='x')
        # It is in the server's folder, and in the list at once
        assert p.subjects('Drafts')[0].split() == long.split()
        line = p.run('list', 'Drafts').stdout.splitlines()[0]
        assert f'To: {LUIS}' in line and line.endswith('…') and len(line) <= 120, line
        # On a terminal the line is as wide as that
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
        done = subprocess.run(p.command('list', 'Drafts', '--limit', '1'), env=p.env, stdout=slave, timeout=60)
        os.close(slave)
        line = os.read(master, 4096).decode().rstrip()
        os.close(master)
        wide = sum(2 if unicodedata.east_asian_width(c) == 'W' else 1 for c in line)
        assert done.returncode == DONE and 78 <= wide <= 80 and line.endswith('…'), line


def type_in(p, *args, words):
    """What is seen on a terminal on which WORDS are typed, each once the last line is one that waits, and how it ended."""
    master, slave = pty.openpty()
    with subprocess.Popen(p.command(*args), env=p.env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                          preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) as child:
        os.close(slave)
        seen, end = b'', time.monotonic() + 60
        with contextlib.suppress(OSError):   # the last one that had the terminal is gone
            while block := os.read(master, 4096) if select.select([master], [], [], end - time.monotonic())[0] else b'':
                seen += block
                if words and seen.endswith(words[0][0]):
                    os.write(master, words.pop(0)[1])
        if child.poll() is None and time.monotonic() > end:
            child.kill()
    os.close(master)
    return seen.decode(), child.returncode


@test
def typed():
    """A password that is typed is asked for and not shown, and who thinks better of it is let go."""
    with profile() as p:
        test = ['account', 'test', '--method', 'imap', *incoming(ANA), '--password-stdin']
        password = PASSWORD.encode()
        seen, status = type_in(p, *test, words=[(b'Password: ', password + b'\n')])
        assert status == DONE and PASSWORD not in seen, (status, seen)
        assert type_in(p, *test, words=[(b'Password: ', b'corr\x03')]) == ('Password: \r\n', 130)
        # Two are asked for where there are two, and an empty one is the first again
        seen, status = type_in(p, *test, *outgoing(ANA), words=[(b'Password: ', password + b'\n'), (b'another: ', b'\n')])
        assert status == DONE and PASSWORD not in seen and 'outgoing' in seen, (status, seen)
        p.add('smtp', ANA, *outgoing(ANA))
        sending = subprocess.Popen(p.command('send', '--to', LUIS), env=p.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        sending.stdin.write(b'Dear')
        sending.stdin.flush()
        # It has read what there is, and waits for more
        wait_for(lambda: struct.unpack('i', fcntl.ioctl(sending.stdin, termios.FIONREAD, b'\0' * 4))[0] == 0)
        sending.send_signal(signal.SIGINT)
        assert sending.wait(60) == 130
        assert not p.json('outbox')['items']


@test
def send_fails():
    with profile() as p:
        p.add('smtp', ANA, *outgoing(ANA))
        for command in ('list', 'watch'):
            assert 'INBOX' not in p.run(command, expect=UNSUPPORTED).stderr
        found = p.json('send', '--to', 'nobody@example.org', '--subject', 'x', stdin='x', expect=REFUSED)
        assert found['item']['state'] == 'error' and '550' in found['item']['words'], found
        assert (found['error']['side'], found['error']['step']) == ('outgoing', 'recipients'), found['error']
        found = p.json('send', '--to', f'{LUIS}, nobody@example.org', '--subject', 'half', stdin='x', expect=REFUSED)
        assert found['item']['state'] == 'error' and LUIS not in found['item']['words'], found
        assert (found['error']['side'], found['error']['step']) == ('outgoing', 'recipients'), found['error']
        wrong = p.run('send', '--to', 'no address', '--subject', 'x', stdin='x', expect=USAGE).stderr
        assert '“no address”' in wrong, wrong
        p.run('send', '--subject', 'x', stdin='x', expect=USAGE)
        wrong = p.run('send', '--to', LUIS, '--priority', 'huge', stdin='x', expect=USAGE).stderr
        assert 'normal, high, low' in wrong, wrong
        number = str(found['item']['id'])
        p.run('outbox', 'confirm', number, expect=USAGE)
        p.run('outbox', 'retry', number, expect=REFUSED)
        p.run('outbox', 'remove', number)
        assert len(p.json('outbox')['items']) == 1

        queued = p.json('send', '--to', LUIS, '--subject', 'later', '--queue', stdin='x')['item']
        assert queued['state'] == 'pending' and queued['due'] is None
        assert p.json('outbox', 'send')['sent'] == 1

        # What the server said stands in lines of its own
        shown = p.run('outbox').stdout.split('\n')
        assert any(line.strip().startswith('550 ') for line in shown), shown


@test
def send_later():
    with profile() as p:
        p.add('smtp', ANA, *outgoing(ANA))
        queued = p.json('send', '--to', LUIS, '--subject', 'later', '--at', '2099-03-09 08:00', stdin='x')['item']
        assert queued['state'] == 'pending' and queued['due'].startswith('2099-03-0'), queued
        assert p.json('outbox', 'send')['sent'] == 0
        assert 'to be sent: 2099-03-09 08:00' in p.run('outbox').stdout
        p.run('send', '--to', LUIS, '--at', 'soon', stdin='x', expect=USAGE)
        p.run('send', '--to', LUIS, '--at', '2001-01-01 00:00', stdin='x', expect=USAGE)

        # Back into the drafts, once
        number = str(queued['id'])
        draft = p.json('outbox', 'withdraw', number)['draft']
        assert not p.json('outbox')['items']
        assert p.json('show', str(draft))['subject'] == 'later'
        p.run('outbox', 'withdraw', number, expect=NOT_FOUND)


# ---- Running

def deliver_until_told(watching, subject):
    """Nothing says when a watch has begun, and mail that came before is no change: so mail comes until it tells of some."""
    def told():
        deliver(ANA, subject)
        return select.select([watching.stdout], [], [], 1)[0]

    wait_for(told)
    return watching.stdout.readline()


@test
def watch():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA))
        p.run('sync', '--inbox', '--headers')
        watching = subprocess.Popen(p.command('--json', 'watch', '--count', '2'), env=p.env, stdout=subprocess.PIPE,
                                    text=True)
        try:
            told = [deliver_until_told(watching, 'watched')]
            busy = p.run('list', expect=STORAGE)
            assert 'valijactl:' in busy.stderr, busy
            told.append(deliver_until_told(watching, 'watched again'))
            for line in map(json.loads, told):
                assert line['event'] == 'changed' and line['new'] >= 1, told
            assert watching.wait(timeout=60) == DONE
        finally:
            watching.kill()
            watching.wait()
        assert p.subjects()[0] in ('watched', 'watched again')


@test
def interrupted():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA))
        p.run('sync', '--inbox', '--headers')
        watching = subprocess.Popen(p.command('watch'), env=p.env, stdout=subprocess.PIPE, text=True)
        try:
            deliver_until_told(watching, 'interrupted')
            watching.send_signal(signal.SIGINT)
            assert watching.wait(timeout=30) == 130
        finally:
            watching.kill()
            watching.wait()
        p.run('list')


def main():
    chosen = [function for function in TESTS if function.__name__ in sys.argv[2:]] or TESTS
    print(f'1..{len(chosen)}')
    failed = 0
    for number, function in enumerate(chosen, 1):
        try:
            function()
            print(f'ok {number} /cli/{function.__name__.replace("_", "-")}', flush=True)
        except Exception:
            failed += 1
            print(f'not ok {number} /cli/{function.__name__.replace("_", "-")}', flush=True)
            for line in traceback.format_exc().splitlines():
                print(f'# {line}', flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
