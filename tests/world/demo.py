#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev demo: Valija in a sample mail world, with accounts of its five methods set up.

With a display the application stays open until it is closed. Without one, the main job is done through the accessibility tree, and
screenshots and a transcript are left in _build/demo. With --serve there are the servers alone, for who wants to add the accounts:
what to type is said. Everything that was started ends with it.
"""

import argparse
import contextlib
import os
import pathlib
import shlex
import shutil
import signal
import smtplib
import subprocess
import sys
import traceback

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / 'tests/world'), str(TOP / 'tests/world/exchange'), str(TOP / 'tests/support')]

import desktop
import mail
import server as exchange_server
import tour
import world as mail_world

ANA, LUIS, MEI = (f'{user}@{mail_world.DOMAIN}' for user in ('ana', 'luis', 'mei'))


def say(text):
    print(text, flush=True)


def fill_exchange(running):
    """Mei's mailbox on an Exchange server of her organisation: a few dozen messages in folders."""
    state, maker = running.state, mail.Maker(13)
    mailbox = state.mailboxes[MEI]
    state.control({'do': 'change', 'user': 'mei', 'what': 'folder-create', 'value': 'Projects'})
    state.control({'do': 'change', 'user': 'mei', 'what': 'folder-create', 'value': 'Harbour', 'to': 'Projects'})
    for folder, count in (('inbox', 40), ('Projects', 12), ('Harbour', 8)):
        for source, flags, when in maker.threads(mail.PEOPLE[2], count):
            mailbox.deliver(state.find_folder(mailbox, folder), source.replace(b'\n', b'\r\n'), received=when, read='S' in flags,
                            flag='Flagged' if 'F' in flags else 'NotFlagged')


def join_exchange(running, world):
    """What Mei sends comes to the mailboxes of the others."""
    def relay(author, recipients, source):
        # Each by itself: LMTP answers for every recipient, of which smtplib reads one
        for address in recipients:
            if address.lower() in (ANA, LUIS):
                with smtplib.LMTP('127.0.0.1', world.lmtp_port) as lmtp:
                    lmtp.sendmail(author, [address], source)

    running.state.relay = relay


def name_exchange(running):
    """Lets Autodiscover find that server, by Mei's address alone, for who has this environment."""
    state = running.state
    state.control({'do': 'set', 'name': 'ews_url', 'value': f'https://mail.{mail_world.DOMAIN}/EWS/Exchange.asmx'})
    state.control({'do': 'hosts', 'hosts': {f'autodiscover.{mail_world.DOMAIN}': {'kind': 'exchange', 'ews': False},
                                            f'mail.{mail_world.DOMAIN}': {'kind': 'exchange', 'autodiscover': []}}})
    # Her organisation's names exist behind this proxy alone
    proxy = running.where['proxy']
    return {'GIO_USE_PROXY_RESOLVER': 'libproxy', 'PX_FORCE_CONFIG': 'config-env', 'http_proxy': proxy, 'https_proxy': proxy,
            'no_proxy': 'localhost,127.0.0.1'}


def describe_accounts(world, ca=None):
    """Method, name and settings of an account of each method. The one by Exchange finds its server."""
    def server(side, email, port, **more):
        settings = {'host': 'localhost', 'port': port, 'ca': ca or world.ca, 'user': email, **more}
        return {f'{side}.{key}': value for key, value in settings.items()}

    yield 'imap', 'Ana at work', {'email': ANA, **server('incoming', ANA, world.imaps_port),
                                  **server('outgoing', ANA, world.submissions_port)}
    yield 'mixed', 'Luis', {'email': LUIS, **server('incoming', LUIS, world.pop3s_port), **server('outgoing', LUIS, world.submissions_port)}
    yield 'pop3', 'Archive of Luis', {'email': LUIS, **server('incoming', LUIS, world.pop3_port, security='starttls')}
    yield 'smtp', 'Scanner', {'email': ANA, **server('outgoing', ANA, world.submission_port, security='starttls')}
    yield 'exchange', 'Mei at the office', {'email': MEI, 'ca': ca or world.ca}


def describe_failure(step, error, out):
    """The last line that a demo says when it fails: where, why, and where to read on."""
    reason = next((line for line in reversed(error.strip().splitlines()) if line.strip()), '').strip()
    return f'FAILED: {step}: {reason.removeprefix("AssertionError: ")} (more in {out / "transcript.txt"})'


class Demo:
    def __init__(self, world, exchange, home, out, transcript):
        self.world, self.exchange, self.home, self.out, self.transcript = world, exchange, home, out, transcript
        self.profile = home / 'profile'

    def tell(self, text):
        """Each step to the terminal; what it consists of to the transcript alone."""
        if not text.startswith(' '):
            say('  ' + text)
        self.transcript.write(text + '\n')
        self.transcript.flush()

    def ctl(self, *args, **kwargs):
        done = subprocess.run([str(desktop.BUILD / 'src/cli/valijactl'), '--profile', str(self.profile), *args], capture_output=True, text=True, **kwargs)
        if done.returncode != 0:
            raise RuntimeError(f'valijactl {" ".join(args[:2])} failed:\n{done.stdout}{done.stderr}')
        return done.stdout

    def add_accounts(self):
        for method, name, settings in describe_accounts(self.world):
            email = settings['email']
            settings = {'name': name, 'full-name': mail_world.USERS[email.split('@')[0]], **settings}
            self.ctl('account', 'add', '--method', method, *(word for key, value in settings.items() for word in ('--set', f'{key}={value}')),
                     '--password-stdin', input=mail_world.PASSWORD + '\n')

    def show(self):
        """The main job in a headless display, and then the five accounts. The last line of a failure, or None."""
        failures = []

        def done(step, error):
            self.tell(f'  FAILED:\n{error}' if error else '  done')
            if error:
                failures.append(describe_failure(step, error, self.out))

        def reach(tour, name):
            """The row of an account, or None after a scroll to the last row that there is: rows out of sight are not in the tree."""
            rows = list(tour.hands.look_all('list item', within=tour.hands.find('list', 'Accounts and folders')))
            found = next((row for row in rows if row.name.startswith(f'Account {name}')), None)
            if found is None:
                rows[-1].do('listitem.scroll-to')
            return found

        def show_accounts(tour):
            """The accounts of the five methods, as a demo with a display shows them"""
            self.ctl('sync')
            tour.start(self.profile)
            for name in ('Ana at work', 'Archive of Luis', 'Luis', 'Scanner', 'Mei at the office'):
                tour.hands.wait(lambda: reach(tour, name), f'the account {name}')
            # Folded, so that all are seen
            for name in ('Mei at the office', 'Luis', 'Archive of Luis', 'Ana at work'):
                row = tour.hands.wait(lambda: reach(tour, name), f'the account {name}')
                tour.hands.invoke('listitem.collapse', within=row)
            tour.page('five-methods')

        def answer_by_exchange(tour):
            """A message comes to Mei's Exchange mailbox, which was found by her address alone, and she answers"""
            h = tour.hands
            row = h.wait(lambda: reach(tour, 'Mei at the office'), 'the account Mei at the office')
            h.invoke('listitem.expand', within=row)
            tour.open_folder('Mei at the office', 'Inbox')
            self.exchange.state.control({'do': 'deliver', 'user': 'mei', 'subject': 'The boats of the harbour',
                                         'text': 'How many boats come on Friday?'})
            row = h.find('list item', contains='The boats of the harbour', within=tour.rows())
            h.click(row)
            h.find('heading', 'The boats of the harbour')
            h.wait(lambda: 'How many boats' in h.find('text', 'Message').text, 'the text of the message')
            tour.page('exchange')
            h.invoke('win.reply')
            composer = h.find('frame', 'Re: The boats of the harbour')
            body = h.find('text', 'Message text', within=composer)
            h.type(f'Seven boats.\n{body.text}', 'Message text', within=composer)
            h.invoke('composer.send', within=composer)
            h.gone('frame', 'Re: The boats of the harbour')
            h.wait(lambda: self.exchange.state.control({'do': 'sent'}), 'the answer at the Exchange server')
            tour.stop()

        tour.Tour(self.world, self.home, self.out, self.tell).run(done, show_accounts, answer_by_exchange)
        return failures[0] if failures else None


def run_demo(home, out, messages, has_display, transcript):
    """The last line of a failure, or None."""
    say('Starting Dovecot, Postfix and a contract server for Exchange on loopback')
    with mail_world.World() as world, exchange_server.Running(certificates=world.dir) as exchange:
        world.fill(messages)
        fill_exchange(exchange)
        join_exchange(exchange, world)
        os.environ.update(name_exchange(exchange))
        desktop.unlock_keyring()
        demo = Demo(world, exchange, home, out, transcript)
        say('Setting up accounts of the five methods')
        demo.add_accounts()
        if not has_display:
            say('Doing the main job without a display')
            return demo.show()

        say('Valija is open; close it to end the demo')
        valija = desktop.start_valija(demo.profile, out / 'valija.log', {})
        try:
            status = valija.wait()
        finally:
            desktop.finish(valija)
        return f'FAILED: Valija ended with {status} (more in {out / "valija.log"})' if status else None


def write_commands(world, names, out):
    """What to type in another terminal, for a person's eyes and a shell's."""
    profile, key, ca, password = (shlex.quote(os.path.relpath(out / name, TOP)) for name in ('profile', 'key', 'ca.pem', 'password'))
    ctl = f'./dev ctl --profile {profile}'
    yield f'export VALIJA_KEYRING_KEY={key}'
    # By these the names of the organization are found
    yield 'export ' + ' '.join(f'{name}={value}' for name, value in names.items())
    for method, name, settings in describe_accounts(world, ca):
        words = [f'--set {key}={value}' for key, value in {'name': shlex.quote(name), **settings}.items()]
        lines = [f'{ctl} account add --method {method} {words[0]} {words[1]}']
        lines += [' '.join(words[at:at + 4]) for at in range(2, len(words), 4)]
        yield ' \\\n    '.join([*lines[:-1], f'{lines[-1]} --password-stdin < {password}'])
    yield f'{ctl} sync'
    yield f"{ctl} list --account 'Ana at work' INBOX --limit 20"
    yield f"echo Hello | {ctl} send --account 'Ana at work' --to {LUIS} --subject 'From a terminal'"
    yield f"echo Hello | {ctl} send --account 'Mei at the office' --to {LUIS} --cc {ANA} --subject 'From the office'"


def serve(out, messages):
    """The servers alone, until Ctrl+C."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    say('Starting Dovecot, Postfix and a contract server for Exchange on loopback')
    with mail_world.World() as world, exchange_server.Running(certificates=world.dir) as exchange:
        world.fill(messages)
        fill_exchange(exchange)
        join_exchange(exchange, world)
        shutil.copy(world.ca, out)
        (out / 'password').write_text(mail_world.PASSWORD + '\n')
        say('They are ready. In another terminal, in this directory:\n')
        for command in write_commands(world, name_exchange(exchange), out):
            say(f'  {command}')
        say('\nCtrl+C ends the servers.')
        signal.pause()


def main():
    parser = argparse.ArgumentParser(prog='./dev demo')
    parser.add_argument('--messages', type=int, default=300)
    parser.add_argument('--headless', action='store_true', help='as if there were no display')
    parser.add_argument('--serve', action='store_true', help='the mail servers alone, and what to type to add accounts of theirs')
    args = parser.parse_args()
    if args.serve:
        desktop.end_on_signals()
        with contextlib.suppress(KeyboardInterrupt):
            serve(pathlib.Path(os.environ.get('VALIJA_DEMO_OUT', TOP / '_build/serve')), args.messages)
        return 0

    out = pathlib.Path(os.environ.get('VALIJA_DEMO_OUT', TOP / '_build/demo'))
    has_display = bool(os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY')) and not args.headless

    if not desktop.inside_session():
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        with desktop.temporary_home() as home, open(out / 'session.log', 'wb') as errors:
            status = desktop.enter_session(home, errors)
        if 1 < status < 128:
            say(f'FAILED: the demo was ended by {status} (more in {out / "session.log"})')
        return status

    desktop.end_on_signals()
    home = pathlib.Path(os.environ['HOME'])
    with open(out / 'transcript.txt', 'w', encoding='utf-8') as transcript:
        try:
            failure = run_demo(home, out, args.messages, has_display, transcript)
        except Exception as error:
            transcript.write(traceback.format_exc())
            failure = describe_failure('the demo could not go on', str(error) or repr(error), out)
    if failure or not has_display:
        say(failure or f'Everything works. Screenshots and transcript: {out}')
    return 1 if failure else 0


if __name__ == '__main__':
    sys.exit(main())
