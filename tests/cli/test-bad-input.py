#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that can come from the other side, or be wrong with it: each has a sentence for the user that names the side, the
step and what to do; nothing crashes or hangs. And what must stay here stays here: no secret in a log, a file or an argument, no line
of the user's in a command.

The only argument is valijactl. The servers are threads of this process.
"""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import traceback

CTL = sys.argv[1]
USER, PASSWORD = 'ana@example.org', 'kanari-7Qx9-ñ-vogel'
LIMIT_SECONDS = 60
LOOKS = 50
CLEAR = {'security': 'none', 'cleartext-password': 'true'}
# Where a conversation is after each line of the server
STEPS = {'imap': ['greeting'] + ['sign-in'] * 3 + ['list-folders'] * 3 + ['sync'] * 5,
         'pop3': ['greeting'] * 7 + ['sign-in'] * 7 + ['open-folder'] * 6 + ['sync'] * 5,
         'smtp': ['greeting'] * 3 + ['sign-in']}
TOO_LONG = 'Valija stopped to protect this computer.'
TESTS = []


def test(function):
    TESTS.append(function)
    return function


class Gone(Exception):
    """The server hangs up."""


class Server:
    """Speaks a little of a protocol on a free port, to whoever comes; what clients say is in `lines`."""

    def __init__(self, talk, context=None, at_once=False):
        self.talk, self.context, self.at_once = talk, context, at_once
        self.lines, self.said, self.cut_after, self.half_record = [], 0, None, b''
        self.socket = socket.create_server(('127.0.0.1', 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def accept(self):
        while True:
            try:
                connection = self.socket.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        talker = Talker(self, connection)
        try:
            if self.at_once:
                talker.start_tls()
            self.talk(talker)
        except (Gone, OSError, ValueError):
            pass
        finally:
            talker.connection.close()


class Talker:
    def __init__(self, server, connection):
        self.server, self.connection, self.rest = server, connection, b''

    def start_tls(self):
        if self.server.context is None:
            self.connection.sendall(self.server.half_record)
            silence(self)
            raise Gone
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)

    def say(self, *lines):
        for line in lines:
            if self.server.cut_after is not None and self.server.said >= self.server.cut_after:
                raise Gone
            self.server.said += 1
            self.connection.sendall(line.encode('utf-8', 'surrogateescape') + b'\r\n')

    def hear(self):
        while b'\n' not in self.rest:
            more = self.connection.recv(65536)
            if not more:
                raise Gone
            self.rest += more
        line, self.rest = self.rest.split(b'\n', 1)
        line = line.rstrip(b'\r').decode('utf-8', 'replace')
        self.server.lines.append(line)
        return line


def imap(capabilities='IMAP4rev1 AUTH=PLAIN SASL-IR', starttls='OK go', sign_in='OK in', body=None, before='', behind=''):
    def talk(t):
        if before:
            t.say(before)
        t.say(f'* OK [CAPABILITY {capabilities}] ready')
        while True:
            tag, _, rest = t.hear().partition(' ')
            verb = rest.split(' ')[0].upper()
            if verb == 'UID':
                verb = rest.split(' ')[1].upper()
            if verb == 'STARTTLS':
                t.connection.sendall(f'{tag} {starttls}\r\n{behind}'.encode())
                if starttls.startswith('OK') and not behind:
                    t.start_tls()
                continue
            if verb in ('AUTHENTICATE', 'LOGIN'):
                t.say(f'{tag} {sign_in}')
                continue
            if verb == 'CAPABILITY':
                t.say(f'* CAPABILITY {capabilities}')
            elif verb in ('LIST', 'LSUB'):
                t.say('* LIST (\\HasNoChildren) "/" INBOX')
            elif verb in ('SELECT', 'EXAMINE'):
                t.say('* 1 EXISTS', '* FLAGS (\\Seen)', '* OK [UIDVALIDITY 7] x', '* OK [UIDNEXT 2] x')
            elif verb == 'FETCH':
                if body is not None:
                    body(t)
                t.say('* 1 FETCH (UID 1 FLAGS () RFC822.SIZE 20 INTERNALDATE "01-Nov-2026 10:00:00 +0000" ENVELOPE '
                      '(NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1))')
            elif verb == 'LOGOUT':
                t.say('* BYE bye', f'{tag} OK')
                raise Gone
            t.say(f'{tag} OK done')
    return talk


def pop3(capabilities=('SASL PLAIN', 'UIDL', 'TOP', 'USER'), starttls='+OK go', sign_in='+OK in', top=None, answer='+OK', behind=''):
    def talk(t):
        t.say('+OK ready')
        while True:
            verb = t.hear().split(' ')[0].upper()
            if verb == 'STLS':
                t.connection.sendall(f'{starttls}\r\n{behind}'.encode())
                if starttls.startswith('+') and not behind:
                    t.start_tls()
            elif verb == 'CAPA':
                t.say('+OK', *capabilities, '.')
            elif verb in ('AUTH', 'PASS'):
                t.say(sign_in)
            elif verb == 'STAT':
                t.say('+OK 1 20')
            elif verb in ('LIST', 'UIDL'):
                t.say('+OK', '1 20' if verb == 'LIST' else '1 a', '.')
            elif verb in ('TOP', 'RETR'):
                t.say(answer)
                if top is not None:
                    top(t)
                t.say('Subject: s', '', 'x', '.')
            elif verb == 'QUIT':
                t.say('+OK bye')
                raise Gone
            else:
                t.say('+OK')
    return talk


def smtp(extensions=('AUTH PLAIN',), starttls='220 go', sign_in='235 in', rcpt='250 ok', data='354 go', end='250 ok', behind=''):
    def talk(t):
        t.say('220 mx.example.org')
        while True:
            verb = t.hear().split(' ')[0].upper().split(':')[0]
            if verb in ('EHLO', 'HELO'):
                t.say(*['250-' + e for e in ('mx.example.org',) + tuple(extensions)][:-1], '250 ' + (extensions or ('mx',))[-1])
            elif verb == 'STARTTLS':
                t.connection.sendall(f'{starttls}\r\n{behind}'.encode())
                if starttls.startswith('220') and not behind:
                    t.start_tls()
            elif verb == 'AUTH':
                t.say(sign_in)
            elif verb == 'RCPT':
                t.say(rcpt)
            elif verb == 'DATA':
                t.say(data)
                if data.startswith('354'):
                    while t.hear() != '.':
                        pass
                    if end is None:
                        raise Gone
                    t.say(end)
            elif verb == 'QUIT':
                t.say('221 bye')
                raise Gone
            else:
                t.say('250 ok')
    return talk



def only(*lines, then_silence=False):
    def talk(t):
        for line in lines:
            t.say(line)
        while t.connection.recv(65536) and then_silence:
            pass
    return talk


def silence(t):
    while t.connection.recv(65536):
        pass


def flood(text):
    """Until the client has had enough."""
    def body(t):
        while True:
            t.connection.sendall(text)
    return body


def environment(directory, **more):
    return {**os.environ, 'HOME': directory, 'SECRET_BACKEND': 'file', 'SECRET_FILE_TEST_PATH': directory + '/keyring',
            'SECRET_FILE_TEST_PASSWORD': 'test', 'LANGUAGE': 'C', **more}


def run(directory, *args, stdin=b'', **more):
    done = subprocess.run([CTL, '--profile', directory + '/profile', '--json', *args], input=stdin, capture_output=True,
                          env=environment(directory, **more), timeout=LIMIT_SECONDS)
    assert 0 <= done.returncode < 126, f'{args} died with {done.returncode}: {done.stderr.decode(errors="replace")[-2000:]}'
    return done


def settings(method, port, **more):
    side = 'outgoing' if method == 'smtp' else 'incoming'
    values = {'host': 'localhost', 'port': port, 'user': USER, **more}
    return ['--method', method, '--set', f'email={USER}', '--set', f'timeout={values.pop("timeout", 2)}',
            *[w for k, v in values.items() for w in ('--set', f'{side}.{k}={v}')]]


def test_account(method, port, **more):
    with tempfile.TemporaryDirectory(prefix='valija-bad-') as directory:
        done = run(directory, 'account', 'test', *settings(method, port, **more), '--password-stdin',
                   stdin=PASSWORD.encode() + b'\n')
        return json.loads(done.stdout)


SIDES = {'imap': 'incoming', 'pop3': 'incoming', 'smtp': 'outgoing'}


def check_error(method, error, code, step, what, advice=''):
    assert error, f'{method}, {what}: it passed'
    for name in ('title', 'message', 'advice'):
        assert error[name], f'{method}, {what}: no {name}: {error}'
    assert error['side'] == SIDES[method], f'{method}, {what}: {error}'
    assert error['step'] == step, f'{method}, {what}: {error}'
    assert error['advice'].startswith(advice), f'{method}, {what}: {error}'
    assert error['code'] in ((code,) if isinstance(code, str) else code), f'{method}, {what}: {error}'
    assert PASSWORD not in json.dumps(error, ensure_ascii=False)


def check(method, talk, code, step, what, context=None, at_once=False, advice='', **more):
    with Server(talk, context, at_once) as server:
        check_error(method, test_account(method, server.port, **(more or CLEAR)).get('error'), code, step, what, advice)
        return server.lines


@test
def no_connection():
    with socket.create_server(('127.0.0.1', 0)) as taken:
        port = taken.getsockname()[1]
    for method in SIDES:
        check_error(method, test_account(method, port, **CLEAR)['error'], 'connect', 'connect', 'closed port')
        # A machine without any network knows more
        check_error(method, test_account(method, 143, host='nowhere.invalid', **CLEAR)['error'],
                    ('resolve', 'offline'), 'connect', 'wrong host')


@test
def greeting():
    million = 'x' * 1000000
    for method, hello in (('imap', '* OK '), ('pop3', '+OK '), ('smtp', '220 ')):
        check(method, silence, 'timed-out', 'greeting', 'silent', timeout=1, **CLEAR)
        check(method, only('HTTP/1.1 400 Bad Request', 'Connection: close', ''), 'protocol', 'greeting', 'garbage')
        check(method, only('\x00\udcff\x16\x03\x01', then_silence=True), 'protocol', 'greeting', 'binary')
        check(method, only(hello + million, then_silence=True), 'limit', 'greeting', 'a line of 1 MB', advice=TOO_LONG)
        check(method, lambda t: None, 'disconnected', 'greeting', 'hangs up')


@test
def sign_in():
    check('imap', imap(sign_in='NO [AUTHENTICATIONFAILED] wrong'), 'authentication', 'sign-in', 'wrong password')
    check('pop3', pop3(sign_in='-ERR [AUTH] wrong'), 'authentication', 'sign-in', 'wrong password')
    check('smtp', smtp(sign_in='535 5.7.8 wrong'), 'authentication', 'sign-in', 'wrong password')


@test
def starttls():
    """Missing, refused, injected into: no secret leaves, and nothing weaker is tried."""
    more = {'security': 'starttls'}
    for method, talks in {
        'imap': (imap('IMAP4rev1 AUTH=PLAIN'), imap('IMAP4rev1 STARTTLS', starttls='NO not now'),
                 imap('IMAP4rev1 STARTTLS', starttls='BAD what'),
                 imap('IMAP4rev1 STARTTLS', behind='* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n'),
                 imap('IMAP4rev1 STARTTLS', behind='* '), only('* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hello', then_silence=True)),
        'pop3': (pop3(), pop3(('STLS',), starttls='-ERR no'), pop3(('STLS',), behind='+OK\r\n'), pop3(('STLS',), behind='+')),
        'smtp': (smtp(), smtp(('STARTTLS',), starttls='454 4.7.0 no'), smtp(('STARTTLS',), behind='250 AUTH PLAIN\r\n'),
                 smtp(('STARTTLS',), behind='2')),
    }.items():
        for number, talk in enumerate(talks):
            lines = check(method, talk, 'no-starttls', 'secure', f'STARTTLS, case {number}', **more)
            assert not any(line.split(' ')[-2:-1] == ['PLAIN'] or 'LOGIN' in line or 'USER' in line for line in lines), lines


@test
def silent_handshake():
    """Neither the account's time-out nor the user's patience is exceeded by a server that says nothing where TLS begins."""
    for method, talk in (('imap', imap('IMAP4rev1 STARTTLS')), ('pop3', pop3(('STLS',))), ('smtp', smtp(('STARTTLS',)))):
        for security in ('tls', 'starttls'):
            for half in (b'', b'\x16\x03\x03\x10') if security == 'tls' else (b'',):
                with Server(talk, at_once=security == 'tls') as server:
                    server.half_record = half
                    begun = time.monotonic()
                    error = test_account(method, server.port, security=security, timeout=1).get('error')
                    check_error(method, error, 'timed-out', 'secure', f'silent, {security}, {half}')
                    assert time.monotonic() - begun < 15, f'{method}: held for {time.monotonic() - begun} s'


def certificates(directory):
    """(what is wrong, context of a server with it), and the authority's file."""
    def openssl(*args):
        subprocess.run(['openssl', *args], check=True, capture_output=True, cwd=directory)

    def key(name):
        return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', name + '.key']

    openssl('req', '-x509', *key('ca'), '-out', 'ca.pem', '-subj', '/CN=Test', '-days', '2')
    cases = {'self-signed': None, 'unknown': 'other', 'wrong name': 'ca', 'expired': 'ca'}
    openssl('req', '-x509', *key('other'), '-out', 'other.pem', '-subj', '/CN=Other', '-days', '2')
    for what, issuer in cases.items():
        host = 'elsewhere.example' if what == 'wrong name' else 'localhost'
        name = what.replace(' ', '-')
        extension = ['-addext', f'subjectAltName=DNS:{host}']
        if issuer is None:
            openssl('req', '-x509', *key(name), '-out', name + '.pem', '-subj', f'/CN={host}', '-days', '2', *extension)
        else:
            days = ['-not_before', '20200101000000Z', '-not_after', '20200201000000Z'] if what == 'expired' else ['-days', '2']
            openssl('req', '-x509', *key(name), '-out', name + '.pem', '-subj', f'/CN={host}', '-CA', issuer + '.pem', '-CAkey',
                    issuer + '.key', *days, *extension, '-addext', 'basicConstraints=critical,CA:FALSE')
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f'{directory}/{name}.pem', f'{directory}/{name}.key')
        yield what, context


@test
def certificate():
    with tempfile.TemporaryDirectory() as directory:
        for what, context in certificates(directory):
            for method, talk in (('imap', imap('IMAP4rev1 STARTTLS AUTH=PLAIN')), ('pop3', pop3(('STLS',))),
                                 ('smtp', smtp(('STARTTLS',)))):
                for security in ('tls', 'starttls'):
                    lines = check(method, talk, 'certificate', 'secure', f'{what} by {security}', context, security == 'tls',
                                  security=security, ca=directory + '/ca.pem')
                    # Before TLS only what asks for it, and nothing in it
                    assert all(any(w in line for w in ('CAPA', 'STLS', 'STARTTLS', 'EHLO')) for line in lines), lines
                    assert security == 'starttls' or lines == [], lines


@test
def authorities():
    """What stands in `ca=` and is none: told in our words, at the step where it would be used."""
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory)
        (path / 'text').write_text('no certificate\n')
        (path / 'broken').write_text('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n')
        (path / 'folder').mkdir()
        none = 'is none. Choose one with certificates in the format PEM.'
        for name, why in (('missing', 'cannot be used: it is not there.'), ('folder', 'cannot be used: it is a folder.'),
                          ('text', none), ('broken', none)):
            for method, talk in (('imap', imap('IMAP4rev1 STARTTLS')), ('pop3', pop3(('STLS',))), ('smtp', smtp(('STARTTLS',)))):
                for security in ('tls', 'starttls'):
                    with Server(talk) as server:
                        error = test_account(method, server.port, security=security, ca=str(path / name)).get('error')
                    check_error(method, error, 'invalid', 'secure', f'{name} by {security}')
                    assert error['message'] == f'The file of authorities “{path / name}” {why}', error


@test
def dropped_at_any_line():
    for method, talk in (('imap', imap()), ('pop3', pop3()), ('smtp', smtp())):
        with Server(talk) as whole:
            assert 'error' not in (done := test_account(method, whole.port, **CLEAR)) or done['error'] is None, done
            lines = whole.said
        # The answer to the goodbye is not missed
        assert len(STEPS[method]) == lines - (2 if method == 'imap' else 1)
        for n in range(len(STEPS[method])):
            with Server(talk) as server:
                server.cut_after = n
                check_error(method, test_account(method, server.port, **CLEAR).get('error'), 'disconnected', STEPS[method][n],
                            f'cut after {n} lines', 'Try again.')


@test
def endless():
    huge = '* 1 FETCH (UID 1 ENVELOPE {10737418240}\r\n'.encode()
    for what, body, code in (('10 GB literal', lambda t: (t.connection.sendall(huge), flood(b'x' * 65536)(t)), 'limit'),
                       ('literal beyond numbers', lambda t: t.say('* 1 FETCH (UID 1 ENVELOPE {99999999999999999999}'), 'limit'),
                       ('endless line', flood(b'x' * 65536), 'limit'), ('endless list', flood(b'((((((((' * 1000), 'protocol')):
        check('imap', imap(body=body), code, 'sync', what, advice=TOO_LONG if code == 'limit' else 'Check the port')
    million = 'x' * 1000000
    check('pop3', pop3(answer='+OK ' + million), 'limit', 'sync', 'an answer of 1 MB', advice=TOO_LONG)
    # A message may have such a line: it is read as any other
    with Server(pop3(top=lambda t: t.say('X-Long: ' + million))) as server:
        done = test_account('pop3', server.port, **CLEAR)
    assert done['ok'] and done.get('error') is None, done
    assert [s['state'] for s in done['steps'] if s['step'] == 'fetch'] == ['passed'], done


def send(talk, *recipients):
    with tempfile.TemporaryDirectory(prefix='valija-bad-') as directory, Server(talk) as server:
        run(directory, 'account', 'add', *settings('smtp', server.port, **CLEAR), '--password-stdin', stdin=PASSWORD.encode() + b'\n')
        done = run(directory, 'send', *[w for r in recipients for w in ('--to', r)], '--subject', 's', stdin=b'hello\n')
        outbox = json.loads(run(directory, 'outbox').stdout)
        return json.loads(done.stdout), outbox, server.lines


@test
def sending():
    look = 'Look into the folder of sent messages or ask the recipient before you send it again.'
    for what, talk, code, step, advice in (
            ('mailbox full', smtp(rcpt='552 5.2.2 mailbox full'), 'over-quota', 'recipients', 'Delete messages'),
            ('refused recipient', smtp(rcpt='550 5.1.1 nobody'), 'recipient', 'recipients', 'Check the address'),
            ('full for now', smtp(rcpt='452 4.2.2 full'), 'try-later', 'recipients', 'Valija tries again by itself.'),
            ('message refused', smtp(end='554 5.7.1 spam'), 'refused', 'send', 'Read what the server said'),
            ('lost after the dot', smtp(end=None), 'uncertain', 'send', look),
            ('nonsense after the dot', smtp(end=''), 'uncertain', 'send', look)):
        done, outbox, lines = send(talk, 'bo@example.org')
        check_error('smtp', done.get('error'), code, step, what, advice)
        # Nothing is lost, and nothing is sent twice
        assert len(outbox['items']) == 1, f'{what}: {outbox}'
        assert lines.count('DATA') == (0 if step == 'recipients' else 1), f'{what}: {lines}'


@test
def nothing_is_injected():
    """CR, LF and NUL in what a person or a server gives: no line of it reaches a command."""
    evil = 'a\r\nX9 DELETE INBOX\r\nRSET'
    for method, talk in (('imap', imap()), ('pop3', pop3()), ('smtp', smtp())):
        for password, user in ((PASSWORD, evil), (evil.replace('\r\n', '\r'), USER)):
            with tempfile.TemporaryDirectory() as directory, Server(talk) as server:
                run(directory, 'account', 'test', *settings(method, server.port, **CLEAR, user=user) if user is evil else
                    settings(method, server.port, **CLEAR), '--password-stdin', stdin=password.encode() + b'\n')
                assert not any('DELETE' in line or line.startswith('RSET') for line in server.lines), server.lines
    for recipient in ('bo@example.org>\r\nRCPT TO:<mallory@example.org', 'bo@example.org\nDATA'):
        _, _, lines = send(smtp(), recipient)
        commands = [line for line in lines if line.startswith('RCPT')]
        assert len(commands) <= 1 and all(re.fullmatch(r'RCPT TO:<[^<>\s]+>', line) for line in commands), lines
        assert lines.count('DATA') <= 1, lines
    with tempfile.TemporaryDirectory() as directory, Server(imap()) as server:
        run(directory, 'account', 'add', *settings('imap', server.port, **CLEAR), '--password-stdin',
            stdin=PASSWORD.encode() + b'\n')
        run(directory, 'sync', '--headers')
        for args in (('folder', 'create', evil), ('search', '--server', evil), ('search', '--server', '--in', 'subject', evil)):
            run(directory, *args)
        assert not any(line.startswith(('X9', 'RSET')) for line in server.lines), server.lines


@test
def secrets_stay():
    """A canary password, with every log on: not in any file, any output, any argument."""
    forms = [PASSWORD.encode(), base64.b64encode(PASSWORD.encode()),
             base64.b64encode(b'\0' + USER.encode() + b'\0' + PASSWORD.encode())]
    for method, talk in (('imap', imap()), ('pop3', pop3()), ('smtp', smtp())):
        arguments = []

        def watched(t, talk=talk):
            for path in pathlib.Path('/proc').glob('[0-9]*/cmdline'):
                try:
                    arguments.append(path.read_bytes())
                except OSError:
                    continue
            talk(t)

        with tempfile.TemporaryDirectory(prefix='valija-canary-') as directory, Server(watched) as server:
            debug = {'G_MESSAGES_DEBUG': 'all', 'G_DEBUG': ''}
            said = [run(directory, *args, stdin=stdin, **debug) for args, stdin in (
                (('account', 'test', *settings(method, server.port, **CLEAR), '--password-stdin'), PASSWORD.encode() + b'\n'),
                (('account', 'add', *settings(method, server.port, **CLEAR), '--password-stdin'), PASSWORD.encode() + b'\n'),
                (('--stats', 'sync'), b''),
                (('account', 'show', USER), b''),
            )]
            assert any(PASSWORD in line or forms[2].decode() in line for line in server.lines), server.lines
            assert any(CTL.encode() in a for a in arguments)
            places = [('output', d.stdout + d.stderr) for d in said] + [('an argument', a) for a in arguments]
            places += [(str(f), f.read_bytes()) for f in pathlib.Path(directory).rglob('*') if f.is_file()]
            for where, data in places:
                for form in forms:
                    assert form not in data, f'{method}: the password is in {where}'


def scram(t, go, first):
    """The server's side of SCRAM-SHA-256 (RFC 5802) behind the client's @first message; what it says last."""
    bare, salt, count = first.split(',', 2)[2], b'salt-of-test', 4096
    challenge = f'r={bare.split("r=")[1]}-more,s={base64.b64encode(salt).decode()},i={count}'
    t.say(go + base64.b64encode(challenge.encode()).decode())
    final = base64.b64decode(t.hear()).decode()
    key = hmac.digest(hashlib.pbkdf2_hmac('sha256', PASSWORD.encode(), salt, count), b'Server Key', 'sha256')
    signed = ','.join((bare, challenge, final.rpartition(',p=')[0]))
    return base64.b64encode(b'v=' + base64.b64encode(hmac.digest(key, signed.encode(), 'sha256'))).decode()


def signing_in(method, mechanism, looks, initial=True):
    """Offers @mechanism alone. Behind it, when the next command is there, and so the one before was written and done with, or in the
    middle of the answer, @looks sees what is left."""
    go, proceed = {'imap': ('+ ', 'OK in'), 'pop3': ('+ ', '+OK in'), 'smtp': ('334 ', '235 in')}[method]

    def exchange(t, response):
        if mechanism == 'CRAM-MD5':
            t.say(go + base64.b64encode(b'<1.2@example.org>').decode())
            t.hear()
        elif mechanism == 'LOGIN':
            for prompt in (b'Username:', b'Password:'):
                t.say(go + base64.b64encode(prompt).decode())
                t.hear()
        elif not response:
            t.say(go)
            response = t.hear()
        if mechanism == 'SCRAM-SHA-256':
            t.say(go + scram(t, go, base64.b64decode(response).decode()))
            t.hear()

    def talk_imap(t):
        offered = '' if mechanism is None else f' AUTH={mechanism}' + (' SASL-IR' if initial else '')
        t.say(f'* OK [CAPABILITY IMAP4rev1{offered}] ready')
        while True:
            tag, _, rest = t.hear().partition(' ')
            words = rest.split(' ')
            if words[0] == 'AUTHENTICATE':
                exchange(t, words[2:] and words[2])
            elif words[0] == 'LOGIN':
                while rest.endswith('}'):
                    t.say('+ go')
                    rest = t.hear()
            t.say(f'{tag} {proceed}')
            if words[0] in ('AUTHENTICATE', 'LOGIN'):
                t.hear()
                looks()
                raise Gone

    def talk_pop3(t):
        t.say('+OK <1.2@example.org>' if mechanism == 'APOP' else '+OK ready')
        while True:
            words = t.hear().split(' ')
            if words[0] == 'CAPA':
                t.say('+OK', 'USER' if mechanism in (None, 'APOP') else f'SASL {mechanism}', '.')
                continue
            if words[0] == 'AUTH':
                exchange(t, words[2:] and words[2])
            t.say(proceed)
            if words[0] in ('AUTH', 'PASS', 'APOP'):
                t.hear()
                looks()
                raise Gone

    def talk_smtp(t):
        t.say('220 mx.example.org')
        while True:
            words = t.hear().split(' ')
            if words[0] == 'EHLO':
                t.say('250-mx.example.org', f'250 AUTH {mechanism}')
                continue
            if words[0] == 'AUTH':
                exchange(t, words[2:] and words[2])
                # Nothing comes behind it but the goodbye, and nobody waits for the answer to that
                t.say('235-nearly')
                looks()
            t.say(proceed)

    return {'imap': talk_imap, 'pop3': talk_pop3, 'smtp': talk_smtp}[method]


def memory_of(process):
    """(what it is, its bytes) of all that a process may write, but for the pages where it keeps secrets: those are in no dump."""
    with open(f'/proc/{process}/smaps') as maps, open(f'/proc/{process}/mem', 'rb', 0) as memory:
        place = None
        for line in maps.read().splitlines():
            if match := re.match(r'([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)', line):
                place = match
            elif line.startswith('VmFlags:') and 'w' in place[3] and 'dd' not in line.split():
                start, end = (int(place[n], 16) for n in (1, 2))
                memory.seek(start)
                try:
                    yield place[4] or 'memory', memory.read(end - start)
                except OSError:
                    continue


@test
def secrets_are_wiped():
    """After signing in, by each mechanism, nothing of the password is in memory but in the pages that are made for it. Only what
    TLS, HTTP and the keyring's libraries keep for themselves is not looked at: the connections are bare, and no keyring is asked."""
    ways = [(m, w, i) for m in SIDES for w in ('PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256', 'XOAUTH2', 'OAUTHBEARER')
            for i in ((True, False) if m == 'imap' else (True,))]
    ways += [('imap', None, True), ('pop3', None, True), ('pop3', 'APOP', True)]
    for method, mechanism, initial in ways:
        for password in (PASSWORD, 'canary-' + 'w9' * 30 + '-colibri') if mechanism != 'SCRAM-SHA-256' else (PASSWORD,):
            token = mechanism in ('XOAUTH2', 'OAUTHBEARER')
            if token and not password.isascii():
                continue
            found = []

            def look(password=password, found=found):
                # The beginning of what was freed is written over; what is in base64 depends on where it stands
                tails = [password.encode(), password.encode('utf-16-le')]
                tails += [base64.b64encode(b'x' * n + password.encode() + b'\1' * m) for n in range(3) for m in (0, 2)]
                for _ in range(LOOKS):
                    found[:] = [(what, tail) for what, data in memory_of(process.pid) for tail in tails
                                if tail.rstrip(b'=')[-16:-4] in data]
                    if not found:
                        break
                found.append(None)

            with tempfile.TemporaryDirectory() as directory, Server(signing_in(method, mechanism, look, initial)) as server:
                more = {'mechanism': mechanism} if token or mechanism == 'APOP' else {}
                process = subprocess.Popen([CTL, '--profile', directory, 'account', 'test',
                                            *settings(method, server.port, timeout=LIMIT_SECONDS, **CLEAR, **more),
                                            '--password-stdin'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                           stderr=subprocess.STDOUT, env=environment(directory))
                said, _ = process.communicate(password.encode() + b'\n', timeout=LIMIT_SECONDS)
            assert found, f'{method}, {mechanism}: never signed in: {server.lines}: {said.decode()}'
            assert found == [None], f'{method}, {mechanism}, {"at once" if initial else "asked"}: {found}'


def nested(depth):
    head = ''.join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth))
    return ('Subject: deep\r\n' + head + 'Content-Type: text/plain\r\n\r\ninside\r\n').encode()


def attachment(name):
    return (b'Subject: file\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="' + name +
            b'"\r\n\r\ndata\r\n')


@test
def messages():
    for what, source in (('no headers', b'only text\r\n'), ('empty', b''), ('NULs', b'Subject: a\0b\r\n\r\nte\0xt\0\r\n'),
                         ('200 parts', nested(200)), ('10000 parts', nested(10000)), ('a line of 1 MB', b'Subject: ' + b'x' * 1000000)):
        with tempfile.TemporaryDirectory() as directory:
            pathlib.Path(directory, 'm.eml').write_bytes(source)
            done = run(directory, 'inspect', directory + '/m.eml')
            said = json.loads(done.stdout)
            assert done.returncode == 0 and said['parts'] and not said.get('error'), f'{what}: {done.stdout[:2000]}'
    for name in (b'../../.bashrc', b'/etc/passwd', b'..', b'a\0.png', b'..\\\\..\\\\x', b'.profile', b'a/b', b'x' * 300, b'\xe2\x80\xaegpj.exe'):
        with tempfile.TemporaryDirectory() as directory:
            inside = pathlib.Path(directory, 'deep', 'down')
            inside.mkdir(parents=True)
            pathlib.Path(directory, 'm.eml').write_bytes(attachment(name))
            run(directory, 'inspect', directory + '/m.eml', '--save-attachments', str(inside))
            written = [p for p in pathlib.Path(directory).rglob('*') if p.is_file() and p.name != 'm.eml']
            assert len(written) == 1 and written[0].parent == inside, f'{name}: {written}'
            assert not written[0].name.startswith('.') and written[0].read_bytes().startswith(b'data'), f'{name}: {written}'
            assert written[0].stat().st_mode & 0o111 == 0


def main():
    print(f'1..{len(TESTS)}')
    failed = 0
    for number, function in enumerate(TESTS, 1):
        name = f'/bad-input/{function.__name__.replace("_", "-")}'
        try:
            function()
            print(f'ok {number} {name}', flush=True)
        except Exception:
            failed += 1
            print(f'not ok {number} {name}', flush=True)
            for line in traceback.format_exc().splitlines():
                print(f'# {line}', flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
