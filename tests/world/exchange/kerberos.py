# SPDX-License-Identifier: GPL-3.0-or-later
"""A throw-away Kerberos realm on free loopback ports: a real KDC, a keytab for HTTP/localhost, and a ticket for one user."""

import os
import pathlib
import shutil
import socket
import subprocess
import time

REALM = 'EXAMPLE.ORG'
SBIN = os.environ.get('PATH', '') + ':/usr/sbin:/sbin'


def is_there():
    """Whether this computer can run one."""
    try:
        import gssapi  # noqa: F401
    except ImportError:
        return False
    return all(shutil.which(name, path=SBIN) for name in ('krb5kdc', 'kdb5_util', 'kadmin.local', 'kinit'))


def free_port():
    with socket.socket() as tcp:
        tcp.bind(('127.0.0.1', 0))
        return tcp.getsockname()[1]


class Realm:
    def __init__(self, directory, user, password):
        self.directory = pathlib.Path(directory)
        self.config, self.cache = self.directory / 'krb5.conf', self.directory / 'ccache'
        self.keytab, self.process = self.directory / 'http.keytab', None
        self.env = {**os.environ, 'PATH': SBIN, 'KRB5_CONFIG': str(self.config), 'KRB5_KDC_PROFILE': str(self.directory / 'kdc.conf'),
                    'KRB5CCNAME': f'FILE:{self.cache}'}
        self.write(free_port())
        self.command('kdb5_util', 'create', '-s', '-r', REALM, '-P', 'master')
        for query in (f'addprinc -pw "{password}" {user}', 'addprinc -randkey HTTP/localhost', f'ktadd -k {self.keytab} HTTP/localhost'):
            self.command('kadmin.local', '-r', REALM, '-q', query)
        self.process = subprocess.Popen(['krb5kdc', '-n', '-r', REALM], env=self.env, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        self.sign_in(user, password)
        os.environ.update(KRB5_CONFIG=str(self.config), KRB5_KTNAME=f'FILE:{self.keytab}')

    def write(self, port):
        self.config.write_text(
            f'[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n dns_lookup_realm = false\n rdns = false\n'
            f' dns_canonicalize_hostname = false\n[realms]\n {REALM} = {{\n  kdc = 127.0.0.1:{port}\n }}\n'
            f'[domain_realm]\n localhost = {REALM}\n')
        (self.directory / 'kdc.conf').write_text(
            f'[kdcdefaults]\n kdc_listen = 127.0.0.1:{port}\n kdc_tcp_listen = 127.0.0.1:{port}\n[realms]\n {REALM} = {{\n'
            f'  database_name = {self.directory}/principal\n  key_stash_file = {self.directory}/stash\n'
            f'  acl_file = {self.directory}/acl\n }}\n[logging]\n kdc = FILE:{self.directory}/kdc.log\n')

    def command(self, *args, text=None):
        done = subprocess.run(args, env=self.env, input=text, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise RuntimeError(f'{args}: {done.stdout}{done.stderr}')

    def sign_in(self, user, password):
        """The KDC says nothing when it is ready; asking is how to find out."""
        deadline = time.monotonic() + 30
        while True:
            try:
                return self.command('kinit', user, text=password + '\n')
            except RuntimeError:
                if time.monotonic() >= deadline or self.process.poll() is not None:
                    raise
            time.sleep(0.05)

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait()


class Acceptor:
    """The server's side of one sign-in."""

    def __init__(self):
        import gssapi
        self.context = gssapi.SecurityContext(usage='accept', creds=gssapi.Credentials(usage='accept'))

    def step(self, token):
        """(answer, the user's name without the realm); None for the name while more is to come."""
        answer = self.context.step(token)
        if not self.context.complete:
            return answer, None
        name, _, realm = str(self.context.initiator_name).partition('@')
        return answer, name if realm == REALM else ''
