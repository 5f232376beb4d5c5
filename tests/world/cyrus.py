#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another IMAP server on loopback: Cyrus, with other opinions than Dovecot's about names, flags and literals, in one
temporary directory, on free ports.

    cyrus.py [--unpack DIRECTORY] [--flat] run -- COMMAND...

runs COMMAND with VALIJA_WORLD naming a JSON file that says where everything is, as world.py does. Debian does not let
Cyrus be installed beside Dovecot: --unpack downloads its packages into a directory and runs it from there. With --flat
folders have the names that they have in world.py (Drafts, Work/Trips), and not those of an older Cyrus (INBOX.Drafts,
INBOX.Work.Trips).
"""

import argparse
import contextlib
import imaplib
import os
import pathlib
import socket
import ssl
import struct
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import mail
import world

PACKAGES = ('cyrus-imapd', 'cyrus-common', 'libical3t64', 'libpq5', 'libwrap0', 'libzephyr4', 'libclamav12',
            'libmspack0t64', 'libsasl2-modules')


class Passwords(threading.Thread):
    """What saslauthd would be: asked over a socket, it says whether a password is right."""

    def __init__(self, directory):
        super().__init__(daemon=True)
        directory.mkdir()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(directory / 'mux'))
        os.chmod(directory / 'mux', 0o777)
        self.listener.listen(20)

    @staticmethod
    def read(conversation):
        size = struct.unpack('!H', conversation.recv(2, socket.MSG_WAITALL))[0]
        return conversation.recv(size, socket.MSG_WAITALL).decode() if size else ''

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                conversation, _ = self.listener.accept()
                with conversation:
                    user, password, _service, _realm = (self.read(conversation) for _ in range(4))
                    known = user.split('@')[0] in (*world.USERS, 'cyrus') and password == world.PASSWORD
                    answer = b'OK' if known else b'NO'
                    conversation.sendall(struct.pack('!H', len(answer)) + answer)


class Cyrus(world.World):
    """The same world around it: certificates, ports, users, mail. No Postfix, no POP3."""

    def __init__(self, root, flat):
        super().__init__('cyrus')
        self.flat = 'yes' if flat else 'no'
        self.programs = root / 'usr/lib/cyrus/bin'
        self.libraries = next((root / 'usr/lib').glob('*-linux-gnu'))

    def __enter__(self):
        try:
            world.make_certificates(self.dir)
            self.write_cyrus()
            self.ports.release()
            self.passwords = Passwords(self.dir / 'auth')
            self.passwords.start()
            self.start()
            self.make_mailboxes()
        except BaseException:
            self.stop()
            raise
        return self

    def write_cyrus(self):
        for name in ('cyrus', 'spool', 'cyrus/proc', 'cyrus/socket', 'cyrus/db'):
            (self.dir / name).mkdir()
        (self.dir / 'imapd.conf').write_text(f'''\
configdirectory: {self.dir}/cyrus
defaultpartition: default
partition-default: {self.dir}/spool
cyrus_user: {self.owner()}
admins: cyrus
allowplaintext: yes
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {self.dir}/auth/mux
sasl_mech_list: PLAIN LOGIN
virtdomains: userid
defaultdomain: {world.DOMAIN}
unixhierarchysep: {self.flat}
altnamespace: {self.flat}
conversations: yes
specialusealways: yes
autocreate_quota: 102400
autocreate_inbox_folders: Sent | Drafts | Trash | Archive | Junk
autocreate_subscribe_folders: Sent | Drafts | Trash | Archive | Junk
xlist-sent: Sent
xlist-drafts: Drafts
xlist-trash: Trash
xlist-archive: Archive
xlist-junk: Junk
servername: localhost
hashimapspool: no
tls_server_cert: {self.dir}/server.pem
tls_server_key: {self.dir}/server.key
tls_session_timeout: 0
idlesocket: {self.dir}/cyrus/socket/idle
notifysocket: {self.dir}/cyrus/socket/notify
imapidlepoll: 1
syslog_prefix: valija
maxlogins_per_host: 0
''')
        (self.dir / 'cyrus.conf').write_text(f'''\
START {{
  recover cmd="{self.programs}/ctl_cyrusdb -r -C {self.dir}/imapd.conf"
}}
SERVICES {{
  imap cmd="{self.programs}/imapd -C {self.dir}/imapd.conf" listen="127.0.0.1:{self.imap_port}" prefork=0
  imaps cmd="{self.programs}/imapd -s -C {self.dir}/imapd.conf" listen="127.0.0.1:{self.imaps_port}" prefork=0
}}
EVENTS {{
  checkpoint cmd="{self.programs}/ctl_cyrusdb -c -C {self.dir}/imapd.conf" period=30
}}
DAEMON {{
  idled cmd="{self.programs}/idled -C {self.dir}/imapd.conf"
}}
''')
        world.run('chown', '-R', self.owner(), str(self.dir / 'cyrus'), str(self.dir / 'spool'),
                  str(self.dir / 'server.key'), str(self.dir))

    @staticmethod
    def owner():
        """Somebody who is not root: the package's own user, or Dovecot's."""
        return 'cyrus' if subprocess.run(['id', 'cyrus'], capture_output=True).returncode == 0 else 'dovecot'

    def start(self):
        env = {**os.environ, 'LD_LIBRARY_PATH': str(self.libraries), 'SASL_PATH': str(self.libraries / 'sasl2')}
        log = open(self.dir / 'servers.log', 'ab')
        self.children.append(subprocess.Popen(
            [str(self.programs / 'master'), '-C', str(self.dir / 'imapd.conf'), '-M', str(self.dir / 'cyrus.conf'),
             '-p', str(self.dir / 'cyrus/master.pid')], stdout=log, stderr=log, start_new_session=True, env=env))
        self.wait_for(self.imap_port)

    def describe(self):
        # Without STARTTLS: it serves TLS on its own port only
        return {**super().describe(), 'starttls': False, 'mechanisms': ['PLAIN', 'LOGIN']}

    @contextlib.contextmanager
    def client(self, user):
        context = ssl.create_default_context(cafile=str(self.ca))
        with imaplib.IMAP4_SSL('localhost', self.imaps_port, ssl_context=context) as box:
            box.login(user, world.PASSWORD)
            yield box

    def make_mailboxes(self):
        """A first sign-in makes a mailbox; Ana gets mail."""
        for user in world.USERS:
            with self.client(f'{user}@{world.DOMAIN}') as box:
                if user != 'ana':
                    continue
                for source, flags, when in mail.Maker().threads(mail.PEOPLE[0], 60):
                    source = source.replace(b'\r\n', b'\n').replace(b'\n', b'\r\n')
                    seen = '(\\Seen)' if 'S' in flags else '()'
                    reply = box.append('INBOX', seen, imaplib.Time2Internaldate(when), source)
                    assert reply[0] == 'OK', reply


def main():
    parser = argparse.ArgumentParser(description='Cyrus IMAP on loopback.')
    parser.add_argument('--unpack', type=pathlib.Path, metavar='DIRECTORY', help='where its packages are unpacked')
    parser.add_argument('--flat', action='store_true', help='folders beside the inbox, not in it, told apart by a slash')
    parser.add_argument('action', choices=['run'])
    parser.add_argument('command', nargs=argparse.REMAINDER)
    args = parser.parse_args()
    root = world.unpack(args.unpack, PACKAGES, 'usr/lib/cyrus/bin/master') if args.unpack else pathlib.Path('/')
    with Cyrus(root, args.flat) as cyrus:
        return cyrus.run_command(args)


if __name__ == '__main__':
    sys.exit(main())
