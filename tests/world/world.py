#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small mail world on loopback: a real Dovecot (IMAP, POP3, LMTP, SASL) and a real Postfix (submission, delivery
into that Dovecot), with TLS from a throw-away authority, in one temporary directory, on free ports.

    world.py [--fill] [--messages N] [--extensions usual|all|none] run -- COMMAND...

runs COMMAND with VALIJA_WORLD naming a JSON file that says where everything is, and ends everything it started.
As a module: `with World() as world: world.imap_port …`.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'support')]

import desktop

DOMAIN = 'example.org'
USERS = {'ana': 'Ana Núñez', 'luis': 'Luis Ferrer', 'mei': '林美', 'omar': 'عمر حداد'}
PASSWORD = 'correct horse battery staple'
MECHANISMS = ['plain', 'login', 'cram-md5', 'scram-sha-1', 'scram-sha-256', 'scram-sha-1-plus', 'scram-sha-256-plus']


def run(*args, **kwargs):
    return subprocess.run(args, check=True, capture_output=True, text=True, **kwargs)


def make_certificates(directory):
    """An authority (ca.pem) and what it issued for this computer (server.pem, server.key)."""
    d = str(directory)
    run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
        '-subj', '/CN=Valija throw-away authority', '-keyout', d + '/ca.key', '-out', d + '/ca.pem',
        '-addext', 'keyUsage=critical,keyCertSign,cRLSign')
    run('openssl', 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
        '-subj', '/CN=localhost', '-keyout', d + '/server.key', '-out', d + '/server.csr')
    (directory / 'server.ext').write_text(
        'subjectAltName=DNS:localhost,DNS:example.org,DNS:*.example.org,DNS:*.hoster.example,IP:127.0.0.1,IP:::1\n'
        'extendedKeyUsage=serverAuth\nkeyUsage=critical,digitalSignature\n')
    run('openssl', 'x509', '-req', '-in', d + '/server.csr', '-CA', d + '/ca.pem', '-CAkey', d + '/ca.key',
        '-CAcreateserial', '-days', '1', '-extfile', d + '/server.ext', '-out', d + '/server.pem')
    os.chmod(directory / 'server.key', 0o600)


def unpack(directory, packages, program):
    """@packages of Debian with their programs, in a directory and not installed."""
    root = directory.resolve()
    if (root / program).exists():
        return root
    root.mkdir(parents=True, exist_ok=True)
    for command in (['apt-get', 'update', '-qq'], ['apt-get', 'download', '-qq', *packages]):
        subprocess.run(command, cwd=root, check=True)
    for package in root.glob('*.deb'):
        subprocess.run(['dpkg', '-x', package, root], check=True)
        package.unlink()
    return root


class Ports:
    """Free loopback ports, held until the servers are about to bind them."""

    def __init__(self):
        self.held = []

    def take(self):
        held = socket.socket()
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(('127.0.0.1', 0))
        self.held.append(held)
        return held.getsockname()[1]

    def release(self):
        for held in self.held:
            held.close()
        self.held.clear()


class World:
    def __init__(self, extensions='usual'):
        self.extensions = extensions   # of IMAP: 'usual' (what Dovecot has when nobody asks), 'all' or 'none'
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='valija-world-'))
        os.chmod(self.dir, 0o755)
        self.children = []
        self.ports = Ports()
        for name in ('imap', 'imaps', 'pop3', 'pop3s', 'lmtp', 'auth', 'submission', 'submissions'):
            setattr(self, name + '_port', self.ports.take())
        self.ca = self.dir / 'ca.pem'

    # -- Life

    def __enter__(self):
        try:
            make_certificates(self.dir)
            self.write_dovecot()
            self.write_postfix()
            self.ports.release()
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *args):
        self.stop()

    def start(self):
        log = open(self.dir / 'servers.log', 'ab')
        self.children.append(subprocess.Popen(['/usr/sbin/dovecot', '-F', '-c', str(self.dir / 'dovecot.conf')],
                                              stdout=log, stderr=log, start_new_session=True))
        self.children.append(subprocess.Popen(self.sender_command(), stdout=log, stderr=log, start_new_session=True))
        for port in (self.imap_port, self.pop3_port, self.submission_port, self.lmtp_port):
            self.wait_for(port)

    def stop(self):
        self.ports.release()
        for child in self.children:
            if child.poll() is None:
                child.terminate()
        for child in self.children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
        self.children.clear()
        shutil.rmtree(self.dir, ignore_errors=True)

    def wait_for(self, port, seconds=30):
        deadline = time.monotonic() + seconds
        while True:
            try:
                with socket.create_connection(('127.0.0.1', port), 1):
                    return
            except OSError:
                if time.monotonic() > deadline or any(c.poll() is not None for c in self.children):
                    raise RuntimeError('the mail servers did not start:\n' + self.log())
                time.sleep(0.02)

    def log(self):
        return '\n'.join(path.read_text(errors='replace')[-4000:]
                         for path in self.dir.glob('*.log') if path.exists())

    # -- Dovecot

    def write_dovecot(self):
        for name in ('run', 'state', 'mail'):
            (self.dir / name).mkdir()
        run('chown', '-R', 'dovecot:dovecot', str(self.dir / 'mail'))
        uid, gid = run('id', '-u', 'dovecot').stdout.strip(), run('id', '-g', 'dovecot').stdout.strip()
        (self.dir / 'users').write_text(''.join(
            f'{name}@{DOMAIN}:{{PLAIN}}{PASSWORD}:{uid}:{gid}::{self.dir}/mail/{name}::\n' for name in USERS))
        extensions = {'usual': '', 'none': 'imap_capability = IMAP4rev1\n', 'all': self.all_extensions()}[self.extensions]
        (self.dir / 'dovecot.conf').write_text(f'''\
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
base_dir = {self.dir}/run
state_dir = {self.dir}/state
log_path = {self.dir}/dovecot.log
default_internal_user = dovecot
default_login_user = dovenull
listen = 127.0.0.1
protocols {{
  imap = yes
  pop3 = yes
  lmtp = yes
}}
auth_mechanisms = {' '.join(MECHANISMS)}
auth_allow_cleartext = yes
auth_failure_delay = 0
auth_internal_failure_delay = 0
first_valid_uid = 1
ssl = yes
ssl_server_cert_file = {self.dir}/server.pem
ssl_server_key_file = {self.dir}/server.key
{extensions}mail_driver = maildir
mail_path = {self.dir}/mail/%{{user | username}}/Maildir
mail_home = {self.dir}/mail/%{{user | username}}
mailbox_list_layout = fs
mail_uid = dovecot
mail_gid = dovecot
mail_fsync = never
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Drafts {{
    auto = subscribe
    special_use = \\Drafts
  }}
  mailbox Trash {{
    auto = subscribe
    special_use = \\Trash
  }}
  mailbox Archive {{
    auto = subscribe
    special_use = \\Archive
  }}
  mailbox Junk {{
    auto = subscribe
    special_use = \\Junk
  }}
}}
passdb passwd-file {{
  passwd_file_path = {self.dir}/users
}}
userdb passwd-file {{
  passwd_file_path = {self.dir}/users
}}
# A million messages in a folder take more than what it has by itself
default_vsz_limit = 4G
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.imap_port}
  }}
  inet_listener imaps {{
    port = {self.imaps_port}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {self.pop3_port}
  }}
  inet_listener pop3s {{
    port = {self.pop3s_port}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {self.lmtp_port}
  }}
}}
service auth {{
  inet_listener auth-postfix {{
    port = {self.auth_port}
  }}
}}
service anvil {{
  chroot =
}}
mail_max_userip_connections = 100
''')

    def all_extensions(self):
        """What this Dovecot has beyond the usual: quota, UTF-8, folders of everybody's."""
        (self.dir / 'public').mkdir()
        run('chown', 'dovecot:dovecot', str(self.dir / 'public'))
        return f'''\
mail_utf8_extensions = yes
mail_plugins {{
  quota = yes
}}
protocol imap {{
  mail_plugins {{
    imap_quota = yes
  }}
}}
quota "Mailbox" {{
  driver = count
  storage_size = 200M
}}
namespace public {{
  type = public
  separator = /
  prefix = Public/
  subscriptions = no
  mail_driver = maildir
  mail_path = {self.dir}/public
  mail_index_path = {self.dir}/mail/%{{user | username}}/public
}}
'''

    # -- Postfix

    def sender_command(self):
        return [self.postfix_daemon(), '-c', str(self.dir / 'postfix'), '-d']

    @staticmethod
    def postfix_daemon():
        return '/usr/lib/postfix/sbin/master' if os.path.exists('/usr/lib/postfix/sbin/master') \
            else '/usr/libexec/postfix/master'

    def write_postfix(self):
        etc, queue, data = self.dir / 'postfix', self.dir / 'spool', self.dir / 'data'
        for path in (etc, queue, data):
            path.mkdir()
        run('chown', 'postfix', str(data))
        common = f'''\
    -o smtpd_sasl_auth_enable=yes
    -o smtpd_tls_auth_only=yes
    -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
    -o smtpd_recipient_restrictions=
'''
        (etc / 'main.cf').write_text(f'''\
compatibility_level = 3.6
queue_directory = {queue}
data_directory = {data}
command_directory = /usr/sbin
daemon_directory = {os.path.dirname(self.postfix_daemon())}
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.{DOMAIN}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
maillog_file = {self.dir}/postfix.log
maillog_file_prefixes = {self.dir}
virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_maps = inline:{{{', '.join(f'{u}@{DOMAIN}={u}' for u in USERS)}}}
virtual_transport = lmtp:inet:127.0.0.1:{self.lmtp_port}
default_transport = error:5.1.2 this world ends at {DOMAIN}
alias_maps =
alias_database =
local_recipient_maps =
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{self.auth_port}
smtpd_sasl_security_options = noanonymous
smtpd_tls_cert_file = {self.dir}/server.pem
smtpd_tls_key_file = {self.dir}/server.key
smtpd_tls_security_level = may
smtputf8_enable = yes
message_size_limit = 52428800
lmtp_destination_concurrency_limit = 20
biff = no
''')
        (etc / 'master.cf').write_text(f'''\
127.0.0.1:{self.submission_port} inet n - n - - smtpd
    -o smtpd_tls_security_level=may
{common}127.0.0.1:{self.submissions_port} inet n - n - - smtpd
    -o smtpd_tls_wrappermode=yes
{common}pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
''')
        run('postfix', '-c', str(etc), 'check')

    # -- Mail

    def fill(self, messages=300):
        """Gives Ana and Luis a mailbox of a few hundred messages of every kind."""
        import mail
        mail.fill(self, messages)
        run('chown', '-R', 'dovecot:dovecot', str(self.dir / 'mail'))

    def maildir(self, user, folder='INBOX'):
        base = self.dir / 'mail' / user / 'Maildir'
        return base if folder == 'INBOX' else base / folder

    def describe(self):
        return {
            'directory': str(self.dir), 'extensions': self.extensions,
            'starttls': True, 'mechanisms': [name.upper() for name in MECHANISMS], 'host': 'localhost', 'ca': str(self.ca), 'domain': DOMAIN,
            'password': PASSWORD, 'users': {f'{u}@{DOMAIN}': name for u, name in USERS.items()},
            **{name: getattr(self, name) for name in
               ('imap_port', 'imaps_port', 'pop3_port', 'pop3s_port', 'submission_port', 'submissions_port',
                'lmtp_port')},
        }


    def run_command(self, args):
        """The command's exit code."""
        if getattr(args, 'fill', False):
            self.fill(args.messages)
        command = args.command[1:] if args.command[:1] == ['--'] else args.command
        description = self.dir / 'world.json'
        description.write_text(json.dumps(self.describe(), indent=2))
        # A signal that came while it starts would leave it behind
        ending = {signal.SIGHUP, signal.SIGTERM}
        signal.pthread_sigmask(signal.SIG_BLOCK, ending)
        with subprocess.Popen(command, env={**os.environ, 'VALIJA_WORLD': str(description)},
                              preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, ending)) as child:
            try:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, ending)
                status = child.wait()
            except BaseException:
                child.terminate()
                raise
        if status != 0:
            print(self.log(), file=sys.stderr)
        return status


def main():
    parser = argparse.ArgumentParser(description='A mail world on loopback.')
    parser.add_argument('--fill', action='store_true', help='a mailbox of a few hundred messages')
    parser.add_argument('--messages', type=int, default=300)
    parser.add_argument('--extensions', choices=['usual', 'all', 'none'], default='usual',
                        help='which extensions of IMAP the server has')
    parser.add_argument('action', choices=['run'])
    parser.add_argument('command', nargs=argparse.REMAINDER)
    args = parser.parse_args()
    desktop.end_on_signals()
    with World(args.extensions) as world:
        return world.run_command(args)


if __name__ == '__main__':
    sys.exit(main())
