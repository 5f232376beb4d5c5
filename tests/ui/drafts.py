#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drafts in a real window: the application is killed while a message is written, and offers it when it is started again; and
another program writes on one meanwhile.

    world.py run -- drafts.py VALIJACTL

Where the application is, desktop.py knows.
"""

import imaplib
import json
import os
import pathlib
import re
import ssl
import subprocess
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'support'))
import desktop

WORLD = json.load(open(os.environ['VALIJA_WORLD'], encoding='utf-8'))
ANA = 'ana@example.org'
SUBJECT = 'The harvest'
TEXT = 'The olives are in, and'
THEIRS = 'The almonds too'


class Drafts:
    def __init__(self, program, home):
        import hands
        self.program, self.profile, self.log = program, home / 'profile', home / 'log'
        self.display = desktop.Display(1180, 760)
        self.hands = hands.Hands('valija')
        self.process = None
        # The application has the password from where valijactl has put it, though there is no keyring
        os.environ['VALIJA_KEYRING_KEY'] = str(home / 'key')
        settings = {'email': ANA, 'incoming.host': 'localhost', 'incoming.port': WORLD['imaps_port'], 'incoming.user': ANA,
                    'incoming.ca': WORLD['ca'], 'outgoing.host': 'localhost', 'outgoing.port': WORLD['submissions_port'],
                    'outgoing.user': ANA, 'outgoing.ca': WORLD['ca']}
        self.ctl('account', 'add', '--method', 'imap', *[word for key, value in settings.items() for word in ('--set', f'{key}={value}')],
                 '--password-stdin', stdin=WORLD['password'] + '\n')
        self.ctl('sync', '--headers')

    def ctl(self, *args, stdin=''):
        subprocess.run([self.program, '--profile', str(self.profile), *args], input=stdin, text=True, check=True,
                       stdout=subprocess.DEVNULL)

    def start(self):
        self.process = desktop.start_valija(self.profile, self.log, self.display.env)
        self.hands.find('frame', 'Valija')

    def server(self, text=None):
        """[(uid, source)] of the drafts that the server has; with TEXT they are replaced by one of that text."""
        with imaplib.IMAP4_SSL('localhost', WORLD['imaps_port'],
                               ssl_context=ssl.create_default_context(cafile=WORLD['ca'])) as box:
            box.login(ANA, WORLD['password'])
            box.select('Drafts')
            _, answer = box.uid('FETCH', '1:*', '(UID BODY.PEEK[])')
            found = [(re.search(rb'UID (\d+)', item[0]).group(1).decode(), item[1].decode()) for item in answer or []
                     if isinstance(item, tuple)]
            if text is not None:
                head = found[0][1].partition('\r\n\r\n')[0]
                box.append('Drafts', r'(\Draft)', None, f'{head}\r\n\r\n{text}\r\n'.encode())
                box.uid('STORE', found[0][0], '+FLAGS', r'(\Deleted)')
                box.uid('EXPUNGE', found[0][0])
            return found

    def body(self, within):
        return self.hands.find('text', 'Message text', within=within)

    def write(self):
        """A message is written; it is safe here at once, and on the server after a pause"""
        h = self.hands
        self.start()
        self.display.key('ctrl+n', window='^Valija$')
        composer = h.find('frame', 'New Message')
        h.type(SUBJECT, 'Subject', within=composer)
        body = self.body(h.find('frame', SUBJECT))
        body.accessible.get_editable_text_iface().set_text_contents(TEXT)
        h.see('Draft saved')
        h.wait(lambda: any(TEXT in source for _, source in self.server()), 'the draft on the server')

    def kill(self):
        """It is killed at once after some more words were saved here, started again, and asked for them"""
        h = self.hands
        body = self.body(h.find('frame', SUBJECT))
        note = h.see('Draft saved')
        body.accessible.get_editable_text_iface().set_text_contents(TEXT + ' pressed')
        h.wait(lambda: 'pressed' in self.local(), 'the words in the store')
        self.process.kill()
        self.process.wait()
        self.start()
        h.see(f'Valija ended while you were writing “{SUBJECT}”')
        h.press('button', 'Restore')
        body = self.body(h.find('frame', SUBJECT))
        h.wait(lambda: TEXT + ' pressed' in (body.own_text or body.text), 'what was written')
        found = self.server()
        assert len(found) == 1, f'{len(found)} drafts on the server'

    def local(self):
        """What is in the store, as the files stand."""
        return b''.join(path.read_bytes() for path in (self.profile / 'data').glob('local.db*')).decode(errors='replace')

    def edited(self):
        """Another program writes on the same draft: both stay when that is chosen"""
        h = self.hands
        frame = h.find('frame', SUBJECT)
        body = self.body(frame)
        body.accessible.get_editable_text_iface().set_text_contents(TEXT + ' pressed and')
        h.wait(lambda: any('pressed and' in source for _, source in self.server()), 'the next version on the server')
        self.server(THEIRS)
        body.accessible.get_editable_text_iface().set_text_contents(TEXT + ' pressed and sold')
        h.see('This draft was edited elsewhere', within=frame)
        h.press('button', 'Choose…', within=frame)
        h.press('button', 'Keep Both')
        h.wait(lambda: len(self.server()) == 2, 'both on the server')
        sources = ' '.join(source for _, source in self.server())
        assert THEIRS in sources and 'pressed and sold' in sources, sources

    STEPS = (write, kill, edited)

    def close(self):
        if self.process is not None:
            desktop.finish(self.process)
        self.display.close()


def main():
    if not desktop.inside_session():
        with desktop.temporary_home() as home:
            return desktop.enter_session(home)

    os.environ.pop('G_DEBUG', None)
    print(f'1..{len(Drafts.STEPS)}', flush=True)
    drafts = Drafts(sys.argv[1], pathlib.Path(os.environ['HOME']))
    try:
        for number, step in enumerate(Drafts.STEPS, 1):
            try:
                step(drafts)
            except Exception:
                print('\n'.join(f'# {line}' for line in traceback.format_exc().split('\n')), flush=True)
                print(f'not ok {number} - {step.__doc__}', flush=True)
                return 1
            print(f'ok {number} - {step.__doc__}', flush=True)
        return 0
    finally:
        drafts.close()


if __name__ == '__main__':
    sys.exit(main())
