# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts and what goes wrong with them: methods, usage, the keyring, tests of an account, certificates."""

import json
import pathlib
import socket
import ssl
import subprocess
import time

from ctl import (ANA, CTL, INSECURE, LUIS, NETWORK, NOT_FOUND, PASSWORD, REFUSED, SIGN_IN, UNSUPPORTED, USAGE, WORLD,
                 bad_server, incoming, outgoing, profile, server, test)


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
            assert 'No account is set up' in p.run(command).stderr and not p.run(command).stdout
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
                                      ('imap', ('host=h',), 'user'), ('mixed', ('incoming.host=h', 'user=u'), 'outgoing.host'),
                                      ('imap', ('host=h', 'user=u'), 'email'), ('smtp', ('host=h',), 'email')):
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
        p.run('account', 'change', 'Work', expect=USAGE)
        p.run('account', 'change', 'Work', '--set', 'name=Other', '--set', 'incoming.port=many', expect=USAGE)
        assert p.json('account', 'show', 'Work')['settings'] == shown['settings']
        changed = p.json('account', 'change', 'Work', '--set', 'body-days=30', '--set', 'full-name=Ana Núñez')
        assert changed['settings'] == {**shown['settings'], 'body-days': '30', 'full-name': 'Ana Núñez'}, changed
        assert p.json('account', 'show', 'Work')['settings'] == changed['settings']
        p.run('account', 'pause', 'Work')
        assert '(paused)' in p.run('account', 'list').stdout
        p.run('account', 'resume', 'Work')
        p.run('account', 'password', 'Work', stdin=PASSWORD, expect=USAGE)
        told = p.run('account', 'password', 'Work', '--password-stdin', stdin='wrong\n').stdout
        assert told == 'The password of “Work” is in the desktop’s keyring.\n', told
        p.run('account', 'test', 'Work', expect=SIGN_IN)
        p.run('account', 'password', 'Work', '--password-stdin', stdin=PASSWORD + '\n')
        for line in ('x' * 4097 + '\n', 'x' * 4096 + 'the password of the other server'):
            told = p.run('account', 'password', 'Work', '--password-stdin', stdin=line, expect=USAGE).stderr
            assert 'too long' in told, told
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
        told = p.run('account', 'password', ANA, '--keyring-key', str(key), '--password-stdin', stdin=PASSWORD + '\n').stdout
        assert told == f'The password of “{ANA}” is in the encrypted keyring file.\n', told
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
def removed_account_comes_back():
    """What was only on this computer is there again with the account; what went with it is not."""
    with profile() as p:
        first = p.add('pop3', LUIS, *incoming(LUIS, 'pop3s_port'), '--set', 'name=Box')
        p.run('send', '--draft', '--subject', 'kept here', stdin='x')
        assert p.subjects('-f', 'drafts') == ['kept here']
        told = p.run('account', 'remove', 'Box').stdout
        assert f'address {LUIS} is added' in told and '“POP3”' in told, told
        listed = p.json('account', 'list')
        assert listed['accounts'] == [] and [a['email'] for a in listed['removed']] == [LUIS], listed
        assert f'<{LUIS}>. It comes back' in p.run('account', 'list').stdout
        assert p.add('pop3', LUIS, *incoming(LUIS, 'pop3s_port'), '--set', 'name=Box') == first
        assert p.subjects('-f', 'drafts') == ['kept here']
        assert p.json('account', 'list')['removed'] == []
        p.run('account', 'remove', 'Box', '--local-mail')
        assert p.json('account', 'list')['removed'] == []
        assert p.add('pop3', LUIS, *incoming(LUIS, 'pop3s_port')) != first and p.subjects('-f', 'drafts') == []


@test
def accounts_of_one_name():
    with profile() as p:
        first = p.add('imap', ANA, *incoming(ANA), '--set', 'name=Work')
        second = p.add('pop3', ANA, *incoming(ANA, 'pop3s_port'), '--set', 'name=Work')
        for name in ('Work', ANA, ANA.upper()):
            for command in (['account', 'show', name], ['account', 'remove', name], ['sync', name], ['list', '-a', name]):
                assert first not in p.run(*command, expect=USAGE).stderr
        assert len(p.json('account', 'list')['accounts']) == 2
        p.run('account', 'remove', first)
        assert p.json('account', 'show', 'Work')['account']['id'] == second


@test
def account_twice():
    """Refused is the same mailbox, not the same address at another server, where a mailbox may be moving to."""
    with profile() as p:
        add = ['account', 'add', '--method', 'imap', '--password-stdin', '--set', 'name=Work']
        p.run(*add, '--set', f'email={ANA}', *incoming(ANA), stdin=PASSWORD + '\n')
        told = p.run(*add, '--set', f'email={ANA.upper()}', *incoming(ANA), stdin=PASSWORD + '\n', expect=USAGE).stderr
        assert 'The account “Work” has this address on this server already' in told and told.count('\n') == 1, told
        p.run(*add, '--set', f'email={ANA}', *incoming(ANA, 'imap_port'), stdin=PASSWORD + '\n')
        p.add('smtp', ANA, *outgoing(ANA))
        p.run('account', 'add', '--method', 'smtp', '--set', f'email={ANA}', *outgoing(ANA), expect=USAGE)
        assert len(p.json('account', 'list')['accounts']) == 3


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
