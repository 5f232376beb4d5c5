#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mail world with another SMTP server: Exim in place of Postfix, with other opinions about extensions, replies and
time.

    exim.py [--unpack DIRECTORY] [--fill] [--messages N] run -- COMMAND...

Debian does not let Exim be installed beside Postfix: --unpack downloads its packages into a directory and runs it from
there.
"""

import argparse
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import world

PACKAGES = ('exim4-daemon-light', 'exim4-base')
# The user that Debian's Exim was built for, for whoever has none
OWNER = 'Debian-exim'


class Exim(world.World):
    def __init__(self, root):
        super().__init__()
        self.program = root / 'usr/sbin/exim4'

    def write_postfix(self):
        spool = self.dir / 'exim'
        spool.mkdir()
        uid, gid = (world.run('id', flag, 'postfix').stdout.strip() for flag in ('-u', '-g'))
        world.run('chown', '-R', 'postfix', str(spool))
        # Laid over /etc where it runs: it trusts no other place, and wants its own user
        (self.dir / 'etc/exim4').mkdir(parents=True)
        (self.dir / 'work').mkdir()
        for name, line in (('passwd', f'{OWNER}:x:{uid}:{gid}::{spool}:/bin/false\n'), ('group', f'{OWNER}:x:{gid}:\n')):
            (self.dir / 'etc' / name).write_text(pathlib.Path('/etc', name).read_text() + line)
        world.run('chgrp', 'postfix', str(self.dir / 'server.key'))
        (self.dir / 'server.key').chmod(0o640)
        (self.dir / 'etc/exim4/exim4.conf').write_text(f'''\
primary_hostname = mail.{world.DOMAIN}
exim_path = {self.program}
spool_directory = {spool}
log_file_path = {spool}/%slog
pid_file_path = {spool}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {self.submission_port} : {self.submissions_port}
tls_on_connect_ports = {self.submissions_port}
tls_advertise_hosts = *
tls_certificate = {self.dir}/server.pem
tls_privatekey = {self.dir}/server.key
auth_advertise_hosts = ${{if def:tls_in_cipher{{*}}}}
smtputf8_advertise_hosts = *
chunking_advertise_hosts = *
dsn_advertise_hosts = *
message_size_limit = 50M
smtp_accept_queue_per_connection = 0
queue_run_max = 20
acl_smtp_rcpt = check_recipient
host_lookup =
rfc1413_hosts =
never_users =
trusted_users = postfix
keep_environment =

begin acl
check_recipient:
  deny    message = 5.7.1 Sign in first
          !authenticated = *
  deny    message = 5.1.2 This world ends at {world.DOMAIN}
          !domains = {world.DOMAIN}
  deny    message = 5.1.1 Nobody of that name
          !local_parts = {' : '.join(world.USERS)}
  accept

begin routers
here:
  driver = manualroute
  domains = {world.DOMAIN}
  transport = dovecot
  route_list = * 127.0.0.1
  self = send

begin transports
dovecot:
  driver = smtp
  protocol = lmtp
  port = {self.lmtp_port}
  allow_localhost
  hosts_try_dane =

begin retry
* * F,1h,1m

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{match{{$auth2}}{{^({'|'.join(world.USERS)})@}}}}{{eq{{$auth3}}{{{world.PASSWORD}}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and{{{{match{{$auth1}}{{^({'|'.join(world.USERS)})@}}}}{{eq{{$auth2}}{{{world.PASSWORD}}}}}}}}}
  server_set_id = $auth1
''')

    def sender_command(self):
        layers = f'lowerdir=/etc,upperdir={self.dir}/etc,workdir={self.dir}/work'
        return ['unshare', '--mount', 'sh', '-c',
                f'mount -t overlay overlay -o {layers} /etc && exec "{self.program}" -bdf -q5s']

    def log(self):
        return super().log() + '\n'.join(path.read_text(errors='replace')[-4000:]
                                         for path in (self.dir / 'exim').glob('*[nct]log'))


def main():
    parser = argparse.ArgumentParser(description='The mail world with Exim.')
    parser.add_argument('--unpack', type=pathlib.Path, metavar='DIRECTORY', help='where its packages are unpacked')
    parser.add_argument('--fill', action='store_true', help='a mailbox of a few hundred messages')
    parser.add_argument('--messages', type=int, default=300)
    parser.add_argument('action', choices=['run'])
    parser.add_argument('command', nargs=argparse.REMAINDER)
    args = parser.parse_args()
    root = world.unpack(args.unpack, PACKAGES, 'usr/sbin/exim4') if args.unpack else pathlib.Path('/')
    with Exim(root) as exim:
        return exim.run_command(args)


if __name__ == '__main__':
    sys.exit(main())
