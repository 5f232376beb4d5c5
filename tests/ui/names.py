#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that can be focused or pressed has a name for a screen reader: in the window, the composer, all dialogs and menus.

Usage: names.py SHOWCASE
"""

import sys

import keys


class Names(keys.Keys):
    def named(self, within=None):
        """All on the screen, or in WITHIN, has a name"""
        wrong = self.hands.nameless(within)
        if wrong:
            raise AssertionError('without a name:\n' + '\n'.join(wrong))

    def menu(self, name, within=None):
        """The open menu of that name is looked at, and closed; or the only one."""
        menu = self.hands.find('menu', contains=name, within=within)
        self.hands.find('menu item', within=menu)
        self.named(menu)
        self.key('Escape')
        self.hands.gone('menu', contains=name, within=within)

    def dialog(self, name, role='dialog'):
        """The open dialog of that name is looked at, and closed."""
        self.named(self.hands.find(role, name))
        self.key('Escape')
        self.hands.gone(role, name)

    def window(self):
        """The window with a conversation, a message with files, and its menus"""
        h = self.hands
        self.read()
        self.named()
        frame = h.find('frame', 'Valija')
        self.to('button', 'Attachment map.pdf', frame)
        self.key('Return')
        self.menu('Attachment map.pdf')
        self.key('F10')
        self.menu('Main Menu')
        h.click(h.find('toggle button', 'More', within=frame))
        self.menu('More', frame)

    def sidebar(self):
        """The sidebar's menu, and the dialogs of folders and accounts"""
        h = self.hands
        self.key('F9')
        self.focused('list item', 'Inbox', within='Accounts and folders')
        self.key('shift+F10')
        self.menu('')
        self.key('alt+Return')
        self.dialog('Folder Properties')
        self.key('ctrl+shift+n')
        self.dialog('New Folder', 'alert')
        h.press('list item', contains='Account ana@example.org')
        account = h.find('dialog', 'Account')
        for row, presses in ('Automatic Replies', ['row.activate']), ('Software', []):
            if h.find('list item', row, within=account).actions != presses:
                raise AssertionError(f'“{row}” can be pressed wrongly')
        self.dialog('Account')

    def message(self):
        """The dialogs of a message, and the search"""
        self.key('alt+Home')
        self.row(keys.SUBJECT)
        self.key('ctrl+m')
        self.dialog('Move To')
        self.key('ctrl+shift+l')
        self.dialog('Labels')
        self.key('ctrl+shift+u')
        self.dialog('Message Source')
        self.key('ctrl+f')
        entry = self.hands.find('entry', 'Search messages')
        self.hands.wait(lambda: any(node.has('FOCUSED') for node in entry.walk()), 'the focus in the entry')
        self.display.xdotool('type', '--', '-from:news is:st')
        self.hands.find('list item', 'Starred, is:starred')
        self.named()
        self.key('Escape', 'Escape', 'Escape')

    def composer(self):
        """The composer, its menus and dialogs"""
        h = self.hands
        self.key('ctrl+r')
        composer = h.find('frame', keys.SUBJECT)
        self.display.focus(keys.SUBJECT)
        self.named(composer)
        h.click(h.find('toggle button', 'Options', within=composer))
        self.menu('Options', composer)
        h.click(h.find('toggle button', 'Send Later', within=composer))
        self.menu('Send Later', composer)
        self.key('ctrl+shift+d')
        h.gone('frame', keys.SUBJECT)

    def outbox(self):
        """The outbox with messages in all states"""
        h = self.hands
        h.press('toggle button', contains='Outbox')
        self.named(h.find('list', 'Messages in the outbox'))
        self.named()

    def application(self):
        """Preferences, shortcuts, and the assistant's pages"""
        h = self.hands
        self.display.key('ctrl+comma', window='^Valija$')
        self.dialog('Preferences')
        self.key('ctrl+question')
        self.dialog('Keyboard Shortcuts')
        self.fill_in('eva@private.example')
        self.focused('button', 'Try Again')
        self.named(h.find('dialog', 'Add an Account'))
        self.to('button', 'Show the Certificate…')
        self.key('Return')
        self.dialog('Certificate')

    STEPS = (window, sidebar, message, composer, outbox, application)


if __name__ == '__main__':
    sys.exit(keys.main(Names))
