#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The application with sample mail, used by nothing but keys: the accessibility tree only says what came of them.

Usage: keys.py SHOWCASE
"""

import os
import pathlib
import subprocess
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'support'))
import desktop

SUBJECT = 'Re: Plans for the hike'
ANSWER = 'I bring bread'


class Keys:
    def __init__(self, showcase, *options):
        import hands
        self.display = desktop.Display(1180, 760)
        self.hands = hands.Hands(pathlib.Path(showcase).name)
        try:
            self.process = subprocess.Popen([showcase, *options], env={**os.environ, **self.display.env}, stdout=sys.stderr)
        except OSError:
            self.display.close()
            raise

    def key(self, *chords):
        self.display.key(*chords)

    def row(self, subject, *words):
        """Waits for the row with that SUBJECT and WORDS in what is said of it."""
        def look():
            rows = self.hands.look('list', 'Messages')
            return rows and next((row for row in self.hands.look_all('list item', contains=f', {subject}, ', within=rows)
                                  if all(word in row.name for word in words)), None)
        return self.hands.wait(look, f'the row of “{subject}” with {words}')

    def without_row(self, subject, deadline=None):
        self.hands.gone('list item', contains=f', {subject}, ', deadline=deadline)

    def where(self):
        node = self.hands.focus()
        return 'nowhere' if node is None else node.path

    def focused(self, role, contains='', within=None):
        """Waits until the focus is on a ROLE that is named so, in the list of the name WITHIN if one is given."""
        def look():
            node = self.hands.focus()
            inside = node
            while inside is not None and within is not None and inside.name != within:
                inside = inside.parent
            return node is not None and inside is not None and node.role == role and contains in node.name
        try:
            return self.hands.wait(look, f'the focus on the {role} “{contains}”')
        except AssertionError as error:
            raise AssertionError(f'the focus is on {self.where()}\n{error}') from None

    def read(self):
        """The first message is chosen and read"""
        self.row(SUBJECT)
        self.display.key('alt+Home', window='^Valija$')
        self.hands.find('heading', SUBJECT)
        self.hands.see('the map is attached')

    def answer(self):
        """It is answered: written at the top, and sent"""
        h = self.hands
        self.key('ctrl+r')
        composer = h.find('frame', SUBJECT)
        self.display.focus(SUBJECT)
        body = h.find('text', 'Message text', within=composer)
        h.wait(lambda: any(node.has('FOCUSED') for node in body.walk()), 'the focus in the text')
        self.display.xdotool('type', ANSWER)
        h.wait(lambda: body.text.startswith(ANSWER), 'what was typed')
        self.key('ctrl+Return')
        h.gone('frame', SUBJECT)
        # It stays so; the notice of the sending is gone after some seconds, seen or not
        self.row(SUBJECT, 'Answered')

    def flag(self):
        """It gets a star, and loses it"""
        self.display.key('ctrl+d', window='^Valija$')
        self.row(SUBJECT, 'Starred')
        self.key('ctrl+d')
        self.hands.wait(lambda: 'Starred' not in self.row(SUBJECT).name, 'the end of the star')

    def labels(self):
        """It gets a label that is new and loses another, and both is undone; what only some have is shown so"""
        h = self.hands
        self.row(SUBJECT, 'Labels: Important, Family, Mountains and hiking, Weekend')
        self.key('ctrl+shift+l')
        dialog = h.find('dialog', 'Labels')
        self.focused('entry', 'Find or create a label')
        self.display.xdotool('type', 'trip')
        h.find('button', 'Create “trip”')
        self.key('Return')
        h.wait(lambda: h.find('check box', 'trip', within=dialog).has('CHECKED'), 'the new label')
        self.key('Tab')
        self.focused('check box', 'Family')
        # One of the three messages has it: first all have it, then none
        h.wait(lambda: h.find('check box', 'Family', within=dialog).has('INDETERMINATE'), 'what only a part has')
        self.key('space', 'space', 'alt+a')
        h.gone('dialog', 'Labels')
        self.row(SUBJECT, 'Labels: Important, Mountains and hiking, trip, Weekend')
        self.key('ctrl+z')
        self.row(SUBJECT, 'Labels: Important, Family, Mountains and hiking, Weekend')

        self.key('alt+Home')
        self.focused('list item', SUBJECT, within='Messages')
        self.key('shift+Down', 'l')
        dialog = h.find('dialog', 'Labels')
        h.wait(lambda: h.find('check box', 'Family', within=dialog).has('INDETERMINATE'), 'what only one of two has')
        # What was typed is switched: on for both
        self.display.xdotool('type', 'family')
        self.key('Return', 'Return')
        h.gone('dialog', 'Labels')
        self.row('This week in GNOME', 'Labels: Family, Newsletter')
        self.key('ctrl+z')
        h.wait(lambda: 'Family' not in self.row('This week in GNOME').name, 'the end of the label')
        self.key('alt+Home')

    def delete_and_undo(self):
        """It is deleted, and comes back"""
        self.key('Delete')
        self.without_row(SUBJECT)
        self.key('ctrl+z')
        self.row(SUBJECT)

    def search(self):
        """A message is searched for, its row reached from the entry, and the search left"""
        h = self.hands
        self.key('ctrl+f')
        h.wait(lambda: any(node.has('FOCUSED') for node in h.walk(h.find('entry', 'Search messages'))), 'the focus in the entry')
        self.display.xdotool('type', 'GNOME')
        self.without_row(SUBJECT)
        self.row('This week in GNOME')
        self.key('Return')
        h.find('heading', 'This week in GNOME')
        self.key('Escape')
        self.row(SUBJECT)
        self.focused('list item', within='Messages')

    def sidebar(self):
        """The sidebar is gone to and left again, and the main menu opened without it"""
        h = self.hands
        self.key('F9')
        self.focused('list item', 'Inbox', within='Accounts and folders')
        self.key('F9')
        self.focused('list item', within='Messages')
        h.gone('list', 'Accounts and folders')
        self.key('F10')
        h.find('menu', 'Main Menu')
        self.key('Escape')
        h.gone('menu', 'Main Menu')
        h.find('list', 'Accounts and folders')
        self.key('F9')
        self.focused('list item', within='Messages')

    def move(self):
        """A message is moved by the dialog, and the focus is in the list again"""
        h = self.hands
        self.key('alt+Home')
        self.row(SUBJECT)
        self.key('ctrl+m')
        h.find('dialog', 'Move To')
        h.wait(lambda: any(node.has('FOCUSED') for node in h.walk(h.find('entry', 'Find a folder'))), 'the focus in the entry')
        self.display.xdotool('type', 'arch')
        self.key('Return')
        h.gone('dialog', 'Move To')
        self.without_row(SUBJECT)
        self.focused('list item', within='Messages')
        self.key('ctrl+z')
        self.row(SUBJECT)

    def copy_message(self):
        """A message is copied by the dialog: it stays, and the focus is in the list again"""
        h = self.hands
        self.key('alt+Home')
        self.row(SUBJECT)
        self.key('ctrl+shift+m')
        h.find('dialog', 'Copy To')
        h.wait(lambda: any(node.has('FOCUSED') for node in h.walk(h.find('entry', 'Find a folder'))), 'the focus in the entry')
        self.display.xdotool('type', 'arch')
        self.key('Return')
        h.gone('dialog', 'Copy To')
        self.row(SUBJECT)
        self.focused('list item', within='Messages')
        self.key('ctrl+z')

    def to(self, role, name, within=None):
        """Goes on by Tab until the focus is on a ROLE of that NAME, or in it: in the dialog, or in what WITHIN is."""
        dialog = within or self.hands.look('dialog')
        node, before = None, None
        def moved():
            found = self.hands.focus(dialog)
            return found if found is not None and found.path != before else None
        for _ in range(40):
            node = self.hands.wait(moved, f'the focus that leaves {before}')
            outer = (node, node.parent, node.parent and node.parent.parent)
            if any(part is not None and part.role == role and name in part.name for part in outer):
                return node
            before = node.path
            self.key('Tab')
        raise AssertionError(f'no Tab leads to the {role} “{name}”; on the screen is:\n{self.hands.tree()}')

    def copy(self, text):
        """Into the clipboard, by way of the search entry."""
        self.key('ctrl+f')
        entry = self.hands.find('entry', 'Search messages')
        self.hands.wait(lambda: any(node.has('FOCUSED') for node in entry.walk()), 'the focus in the entry')
        self.display.xdotool('type', text)
        self.hands.wait(lambda: any(node.own_text == text for node in entry.walk()), f'“{text}”')
        self.key('ctrl+a', 'ctrl+c', 'Escape')
        self.row(SUBJECT)

    def paste_path(self, title, path):
        """Into GTK's file chooser, which would complete what is typed between two keys."""
        dialog = self.hands.find('dialog', title)
        self.display.focus(title)
        self.hands.wait(lambda: self.hands.focus(dialog), 'the focus')
        self.key('ctrl+l')
        self.hands.wait(lambda: self.hands.focus(dialog).role == 'text', 'the focus in the entry')
        self.key('End', 'shift+Home', 'ctrl+v')
        self.hands.wait(lambda: self.hands.focus(dialog).own_text == path, f'the path {path}')
        self.key('Return')
        self.hands.gone('dialog', title)

    def write(self, name, text):
        self.to('text', name)
        self.key('ctrl+a')
        self.display.xdotool('type', text)

    def preferences(self):
        """The preferences are opened, a switch and a number changed and put back, and the focus returns"""
        h = self.hands
        self.key('ctrl+comma')
        dialog = h.find('dialog', 'Preferences')
        switch = self.to('check box', 'Ask Before Opening Links', dialog)
        before = switch.has('CHECKED')
        self.key('space')
        h.wait(lambda: switch.has('CHECKED') != before, 'the switch that turns')
        self.key('space')
        h.wait(lambda: switch.has('CHECKED') == before, 'the switch that turns back')
        self.to('combo box', 'Check for Mail', dialog)
        row = h.find('combo box', 'Check for Mail', within=dialog)
        for key, choice in ('End', 'Every hour'), ('Home', 'Only when asked'):
            self.key('space')
            h.wait(lambda: getattr(h.focus(row), 'role', None) == 'list item', 'the choices')
            self.key(key, 'Return')
            h.wait(lambda: getattr(h.focus(row), 'role', None) == 'combo box', 'the focus on the row')
            h.find('label', choice, within=row)
        self.key('Escape')
        h.gone('dialog', 'Preferences')
        self.focused('list item', within='Messages')

    def attach(self):
        """A file is attached to a message and taken off again, and the message discarded"""
        h = self.hands
        path = pathlib.Path(os.environ['HOME']) / 'notes.txt'
        path.write_text('Bread\n')
        self.copy(str(path))
        self.key('ctrl+n')
        composer = h.find('frame', 'New Message')
        self.display.focus('New Message')
        self.key('ctrl+shift+a')
        self.paste_path('Attach Files', str(path))
        self.display.focus('New Message')
        self.to('button', 'Remove notes.txt', composer)
        self.key('Return')
        h.gone('button', 'Remove notes.txt')
        self.key('ctrl+shift+d')
        h.gone('frame', 'New Message')
        self.display.focus('^Valija$')
        self.focused('list item', within='Messages')

    def save(self):
        """An attachment is saved"""
        h = self.hands
        path = pathlib.Path(os.environ['HOME']) / 'saved.pdf'
        self.copy(str(path))
        self.key('alt+Home')
        h.find('heading', SUBJECT)
        h.see('the map is attached')
        self.to('button', 'Attachment map.pdf', h.find('frame', 'Valija'))
        self.key('Return')
        h.find('menu', contains='Attachment map.pdf')
        self.key('s')
        self.paste_path('Save a File', str(path))
        h.wait(path.exists, 'the file')
        if not path.read_bytes().startswith(b'%PDF'):
            raise AssertionError('something else was saved')
        self.display.focus('^Valija$')

    def assistant(self):
        """An account is added: chosen, its servers and password written, tested and done"""
        self.fill_in('eva@example.net')
        self.accept()

    def fill_in(self, address):
        """The assistant, as far as the test of the connection."""
        h = self.hands
        self.key('F10')
        h.find('menu', 'Main Menu')
        self.key('d')
        h.find('heading', 'How Does Your Mail Reach You?')
        self.to('list item', 'IMAP')
        self.key('Return')
        h.find('heading', 'IMAP')
        self.to('button', 'Set Up IMAP…')
        self.key('Return')
        self.write('Your Name', 'Eva')
        self.write('Mail Address', address)
        self.to('button', 'Next')
        self.key('Return')
        h.find('list', 'Incoming Server')
        self.write('Password', 'secret')
        self.to('button', 'Next')
        self.key('Return')
        h.find('button', 'Test the Connection')
        self.to('button', 'Test the Connection')
        self.key('Return')

    def accept(self):
        """The account whose test is passed."""
        h = self.hands
        h.find('heading', 'Everything Works')
        self.focused('button', 'Add Account')
        self.key('Return')
        h.see('The Account Is Ready')
        self.focused('button', 'Done')
        self.key('Return')
        h.gone('button', 'Done')

    def show_certificate(self, button):
        """The certificate that made the test fail is looked at, and the BUTTON below it pressed."""
        h = self.hands
        self.focused('button', 'Try Again')
        self.to('button', 'Show the Certificate…')
        self.key('Return')
        dialog = h.find('dialog', 'Certificate')
        h.see('00:01:02:03:04:05:06:07\n08', within=dialog)
        self.to('button', button, dialog)
        self.key('Return')
        h.gone('dialog', 'Certificate')

    def certificate(self):
        """An unknown certificate is looked at and refused, and then trusted, and the focus goes where it is needed"""
        h = self.hands
        self.fill_in('eva@private.example')
        self.show_certificate('Never Trust')
        self.focused('button', 'Show the Certificate…')
        self.to('button', 'Try Again')
        self.key('Return')
        h.see('You decided never to trust this')
        self.show_certificate('Trust for This Server')
        self.accept()

    def search_by_operator(self):
        """An operator becomes a chip that a screen reader names, and suggestions are reached and taken by keys"""
        h = self.hands
        self.key('ctrl+f')
        h.wait(lambda: any(node.has('FOCUSED') for node in h.walk(h.find('entry', 'Search messages'))),
               'the focus in the entry')
        self.display.xdotool('type', '--', '-from:news ')
        h.find('button', 'Except “From: news”')
        self.without_row('This week in GNOME')
        self.key('BackSpace')
        h.gone('button', 'Except “From: news”')
        self.display.xdotool('type', 'is:st')
        h.find('list item', 'Starred, is:starred')
        self.key('Down', 'Return')
        h.find('button', 'Remove “Starred”')
        self.without_row(SUBJECT)
        self.row('This week in GNOME', 'Starred')
        self.key('BackSpace')
        h.gone('button', 'Remove “Starred”')
        # The labels that there are
        self.display.xdotool('type', 'label:ne')
        h.find('list item', 'Label: Newsletter, label:Newsletter')
        self.key('Down', 'Return')
        h.find('button', 'Remove “Label: Newsletter”')
        self.without_row(SUBJECT)
        self.row('This week in GNOME', 'Labels: Newsletter')
        self.key('Escape', 'Escape')
        self.row(SUBJECT)

    def end(self):
        """The application is quit"""
        self.key('ctrl+q')
        code = self.process.wait(20)
        if code != 0:
            raise AssertionError(f'it ended with {code}')

    STEPS = (read, answer, flag, labels, delete_and_undo, search, sidebar, move, copy_message, preferences, attach, save, assistant,
             certificate, search_by_operator, end)

    def close(self):
        desktop.finish(self.process)
        self.display.close()


def main(steps=Keys):
    if not desktop.inside_session():
        with desktop.temporary_home() as home:
            return desktop.enter_session(home)

    # The accessibility library has a warning of its own at each start
    os.environ.pop('G_DEBUG', None)
    print(f'1..{len(steps.STEPS)}', flush=True)
    keys = steps(*sys.argv[1:])
    try:
        for number, step in enumerate(steps.STEPS, 1):
            try:
                step(keys)
            except Exception:
                print('\n'.join(f'# {line}' for line in traceback.format_exc().split('\n')), flush=True)
                print(f'not ok {number} - {step.__doc__}', flush=True)
                return 1
            print(f'ok {number} - {step.__doc__}', flush=True)
        return 0
    finally:
        keys.close()


if __name__ == '__main__':
    sys.exit(main())
