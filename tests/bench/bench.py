#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures Valija beside its peers and beside a bare socket, in one run, and prints medians and ratios.

    ./dev bench [--rounds N] [--messages N] [--rows N] [NAME...]

NAMEs: imap pop3 start store. Figures are of this machine, in this run: the ratios are what counts.
"""

import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / 'tests/world'))

import mail
import world

BUILD = pathlib.Path(os.environ.get('MESON_BUILD_ROOT', os.environ.get('VALIJA_BUILD_DIR', '.'))).resolve()
USER = f'ana@{world.DOMAIN}'


class Result:
    def __init__(self):
        self.rows = []

    def add(self, what, name, samples, note=''):
        self.rows.append((what, name, samples, note))
        print(f'  {name:<28} {statistics.median(samples):8.3f}  ({min(samples):.3f} - {max(samples):.3f})  {note}', flush=True)

    def table(self):
        print('\n| what | program | median | least | most | to the bare socket | |\n|---|---|---|---|---|---|---|')
        for what, name, samples, note in self.rows:
            base = [s for w, n, s, _ in self.rows if w == what and n.startswith('bare')]
            ratio = f'{statistics.median(samples) / statistics.median(base[0]):.1f}' if base else ''
            print(f'| {what} | {name} | {statistics.median(samples):.2f} s | {min(samples):.2f} | {max(samples):.2f} | {ratio} | {note} |')


def timed(*command, **kwargs):
    """(seconds, CPU seconds) of one command, which must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, **kwargs)
    seconds = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise RuntimeError(f'{command[0]} failed ({done.returncode}):\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}')
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout + done.stderr


class Valija:
    """valijactl with a profile of its own and an unlocked keyring in a file."""

    def __init__(self, directory, w):
        self.profile = directory
        self.world = w
        self.ctl = str(BUILD / 'src/cli/valijactl')
        self.env = {**os.environ, 'SECRET_BACKEND': 'file', 'SECRET_FILE_TEST_PATH': str(directory / 'keyring'),
                    'SECRET_FILE_TEST_PASSWORD': 'bench', 'GSETTINGS_BACKEND': 'memory'}

    def run(self, *args, **kwargs):
        return timed(self.ctl, '--profile', str(self.profile), *args, env=self.env, **kwargs)

    def add(self, method, port, *settings):
        self.run('account', 'add', '--method', method, '--set', 'host=localhost', '--set', f'port={port}', '--set', f'ca={self.world.ca}',
                 '--set', f'user={USER}', '--set', f'email={USER}', '--set', 'body-days=-1', *settings, '--password-stdin',
                 input=world.PASSWORD + '\n')


def tls(w, port):
    context = ssl.create_default_context(cafile=str(w.ca))
    raw = socket.create_connection(('localhost', port))
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(raw, server_hostname='localhost')


def bare(w, port, hello, ask, end):
    """Reads what a client must read, and does nothing with it: the floor. Returns seconds and bytes."""
    start = time.monotonic()
    stream = tls(w, port)
    buffer, tail, total = bytearray(1 << 20), b'', 0
    stream.recv(4096)
    for line in hello:
        stream.sendall(line)
        stream.recv(65536)
    stream.sendall(ask)
    while True:
        n = stream.recv_into(buffer)
        if n == 0:
            break
        total += n
        tail = (tail + bytes(buffer[max(0, n - 64):n]))[-64:]
        if end in tail:
            break
    stream.close()
    return time.monotonic() - start, total


def bench_imap(w, args, result):
    what = f'{args.messages} messages by IMAP'
    print(f'{what}:')
    samples = {'bare socket': [], 'valijactl sync': [], 'mbsync': []}
    notes = {'bare socket': '', 'valijactl sync': '', 'mbsync': ''}
    for _ in range(args.rounds):
        seconds, size = bare(w, w.imaps_port, [f'a LOGIN {USER} "{world.PASSWORD}"\r\n'.encode(), b'b SELECT INBOX\r\n'],
                             b'c UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])\r\n', b'c OK')
        samples['bare socket'].append(seconds)
        notes['bare socket'] = f'{size / 1e6:.0f} MB'
        with tempfile.TemporaryDirectory() as d:
            valija = Valija(pathlib.Path(d), w)
            valija.add('imap', w.imaps_port)
            seconds, cpu, out = valija.run('--stats', 'sync')
            samples['valijactl sync'].append(seconds)
            notes['valijactl sync'] = f'stored, searchable; {cpu:.1f} CPU s; ' + stats_of(out)
        with tempfile.TemporaryDirectory() as d:
            config = pathlib.Path(d) / 'mbsyncrc'
            config.write_text(f'''IMAPStore far\nHost localhost\nPort {w.imaps_port}\nUser {USER}\nPass "{world.PASSWORD}"\nTLSType IMAPS
CertificateFile {w.ca}\nMaildirStore near\nPath {d}/mail/\nInbox {d}/mail/INBOX\nChannel all\nFar :far:\nNear :near:
Patterns INBOX\nCreate Near\nSync Pull\nSyncState {d}/state/\n''')
            (pathlib.Path(d) / 'mail').mkdir()
            (pathlib.Path(d) / 'state').mkdir()
            seconds, cpu, _ = timed('mbsync', '-c', str(config), 'all')
            samples['mbsync'].append(seconds)
            notes['mbsync'] = f'{cpu:.1f} CPU s'
    for name in samples:
        result.add(what, name, samples[name], notes[name])


def bench_pop3(w, args, result):
    what = f'{args.messages} messages by POP3'
    print(f'{what}:')
    samples = {'bare socket': [], 'valijactl sync': [], 'mpop': []}
    notes = dict.fromkeys(samples, '')
    for _ in range(args.rounds):
        ask = b''.join(b'RETR %d\r\n' % (i + 1) for i in range(args.messages)) + b'QUIT\r\n'
        seconds, size = bare(w, w.pop3s_port, [f'USER {USER}\r\n'.encode(), f'PASS {world.PASSWORD}\r\n'.encode()], ask, b'Logging out')
        samples['bare socket'].append(seconds)
        notes['bare socket'] = f'{size / 1e6:.0f} MB'
        with tempfile.TemporaryDirectory() as d:
            valija = Valija(pathlib.Path(d), w)
            valija.add('pop3', w.pop3s_port)
            seconds, cpu, out = valija.run('--stats', 'sync')
            samples['valijactl sync'].append(seconds)
            notes['valijactl sync'] = f'stored durably, searchable; {cpu:.1f} CPU s; ' + stats_of(out)
        with tempfile.TemporaryDirectory() as d:
            config = pathlib.Path(d) / 'mpoprc'
            for sub in ('cur', 'new', 'tmp'):
                (pathlib.Path(d) / 'mail' / sub).mkdir(parents=True)
            config.write_text(f'''account a\nhost localhost\nport {w.pop3s_port}\nuser {USER}\npasswordeval "echo '{world.PASSWORD}'"\nauth user
tls on\ntls_starttls off\ntls_trust_file {w.ca}\nkeep on\ndelivery maildir {d}/mail\nuidls_file {d}/uidls\n''')
            os.chmod(config, 0o600)
            seconds, cpu, _ = timed('mpop', '-C', str(config), '-Q', 'a')
            samples['mpop'].append(seconds)
            notes['mpop'] = f'{cpu:.1f} CPU s'
    for name in samples:
        result.add(what, name, samples[name], notes[name])


def stats_of(output):
    """The line that `--stats` prints, in short."""
    match = re.search(r'(\d+) turns?.*', output)
    return match.group(0).strip() if match else ''


def pss(pid):
    """Proportional set size of a process and its children, in MB."""
    total, todo = 0, [pid]
    while todo:
        pid = todo.pop()
        try:
            total += int(re.search(r'^Pss:\s+(\d+)', pathlib.Path(f'/proc/{pid}/smaps_rollup').read_text(), re.M).group(1))
            for task in pathlib.Path(f'/proc/{pid}/task').iterdir():
                todo += [int(p) for p in (task / 'children').read_text().split()]
        except (OSError, AttributeError):
            pass
    return total / 1024


def cpu_of(pid):
    fields = pathlib.Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def bench_start(w, args, result):
    """From exec to the first frame with rows in it, in a headless compositor, with nothing to reach on the network."""
    what = f'start to first rows, {args.rows} messages'
    print(f'{what}:')
    with tempfile.TemporaryDirectory() as d:
        valija = Valija(pathlib.Path(d), w)
        valija.add('imap', w.imaps_port)
        seconds, cpu, out = valija.run('--stats', 'sync', '--headers')
        result.add(f'{args.rows} headers stored', 'valijactl sync --headers', [seconds], f'{cpu:.1f} CPU s; ' + stats_of(out))
        samples, memory, cpus = [], [], []
        for _ in range(args.rounds + 1):
            seconds, mb, cpu = start_once(valija, d)
            samples.append(seconds)
            memory.append(mb)
            cpus.append(cpu)
        result.add(what, 'valija', samples[1:], f'{statistics.median(memory[1:]):.0f} MB PSS, {statistics.median(cpus[1:]):.2f} CPU s')


def start_once(valija, directory):
    runtime = pathlib.Path(directory) / 'runtime'
    runtime.mkdir(mode=0o700, exist_ok=True)
    read, write = os.pipe()
    env = {**valija.env, 'XDG_RUNTIME_DIR': str(runtime), 'GSK_RENDERER': 'cairo', 'WLR_BACKENDS': 'headless', 'WLR_RENDERER': 'pixman',
           'WLR_LIBINPUT_NO_DEVICES': '1', 'G_MESSAGES_DEBUG': 'valija-ui', 'LANG': 'C.UTF-8'}
    script = f'exec "{BUILD}/src/ui/valija" --profile "{valija.profile}" --offline 2>&1 >/dev/null | while read -r line; do echo "$line" >&{write}; done'
    child = subprocess.Popen(['dbus-run-session', '--', 'cage', '--', 'sh', '-c', f'echo begin >&{write}; {script}'], env=env, pass_fds=[write],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    os.close(write)
    begin = None
    try:
        with os.fdopen(read, errors='replace') as lines:
            for line in lines:
                if line.startswith('begin'):
                    begin = time.monotonic()
                if 'first rows painted' in line:
                    seconds = time.monotonic() - begin
                    pid = int(subprocess.run(['pgrep', '-n', '-f', f'src/ui/valija --profile {valija.profile}'], capture_output=True,
                                             text=True).stdout.split()[0])
                    time.sleep(2)  # until it has come to rest; not part of the measure
                    return seconds, pss(pid), cpu_of(pid)
        raise RuntimeError('the application ended before it painted a row')
    finally:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def bench_store(w, args, result):
    print('The store alone:')
    program = BUILD / 'tests/bench/bench-store'
    print(subprocess.run([str(program)], capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--messages', type=int, default=10000)
    parser.add_argument('--rows', type=int, default=100000)
    parser.add_argument('names', nargs='*', default=[])
    args = parser.parse_args()
    names = args.names or ['imap', 'pop3', 'start', 'store']
    result = Result()
    if {'imap', 'pop3'} & set(names):
        with world.World() as w:
            mail.bulk(w.maildir('ana'), args.messages)
            world.run('chown', '-R', 'dovecot:dovecot', str(w.dir / 'mail'))
            bare(w, w.imaps_port, [f'a LOGIN {USER} "{world.PASSWORD}"\r\n'.encode(), b'b SELECT INBOX\r\n'],
                 b'c UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[HEADER])\r\n', b'c OK')
            for name in names:
                if name in ('imap', 'pop3'):
                    globals()['bench_' + name](w, args, result)
    if 'start' in names:
        with world.World() as w:
            mail.bulk(w.maildir('ana'), args.rows, size=1400)
            world.run('chown', '-R', 'dovecot:dovecot', str(w.dir / 'mail'))
            bench_start(w, args, result)
    if 'store' in names:
        bench_store(None, args, result)
    result.table()
    print(f'\n{os.cpu_count()} cores, {platform_line()}')


def platform_line():
    cpu = re.search(r'model name\s*: (.*)', pathlib.Path('/proc/cpuinfo').read_text())
    return (cpu.group(1) if cpu else 'unknown processor') + ', ' + time.strftime('%Y-%m-%d')


if __name__ == '__main__':
    main()
