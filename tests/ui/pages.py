#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A conversation whose messages are HTML: as pages, or as text, by keys and by the wheel.

Usage: pages.py SHOWCASE [--rtl]
"""

import sys

import keys

CONVERSATION = 'Re: Programme of the autumn'


class Pages(keys.Keys):
    def texts(self):
        """The messages that are shown as text"""
        return list(self.hands.look_all('text', 'Message'))

    def heads(self):
        return [node for node in self.hands.look_all('button', contains='From ') if ', Sat 21 Nov, ' in node.name]

    def extents(self, node):
        import gi
        gi.require_version('Atspi', '2.0')
        from gi.repository import Atspi
        return Atspi.Component.get_extents(node.accessible.get_component_iface(), Atspi.CoordType.WINDOW)

    def top(self, node):
        """How far down it is, in the window"""
        return self.extents(node).y

    def shown(self):
        """Each message of the conversation has a page, and one of them would like to have pictures from far away"""
        h = self.hands
        self.row(CONVERSATION)
        h.press('list item', contains=f', {CONVERSATION}, ')
        h.find('heading', CONVERSATION)
        h.wait(lambda: len(self.heads()) == 3, 'three messages')
        h.invoke('reader.previous-message')
        self.focused('button', 'From Chen')
        h.invoke('reader.expand-all')
        h.find('button', 'Show Pictures')
        h.wait(lambda: not self.texts(), 'pages in the place of texts')
        if len(list(h.look_all('button', 'Show Pictures'))) != 1 or h.look('button', 'Show Formatted'):
            raise AssertionError(h.tree())
        # The page of the first stands between it and the second
        h.wait(lambda: self.top(self.heads()[1]) - self.top(self.heads()[0]) > 300, 'a page with some height')

    def tab(self):
        """Into a page, past what can be pressed in it, out of it, back, and by a letter to the message before"""
        h = self.hands
        def inside():
            node = h.focus()
            return node is not None and node.role != 'button'
        h.invoke('reader.next-message')
        self.focused('button', 'From Bo')
        self.to('button', 'Open on Its Own')
        self.key('Tab')
        h.wait(inside, 'the focus in the page')
        self.key('Tab', 'Tab')
        h.wait(lambda: not inside(), 'the focus behind the page')
        self.key('shift+Tab')
        h.wait(inside, 'the focus in the page again')
        self.key('p')
        self.focused('button', 'From Chen')

    def fold(self):
        """What a page quotes at its end is shown and hidden by keys"""
        h = self.hands
        def height():
            node = h.focus()
            return 0 if node is None else self.extents(node).height
        h.invoke('reader.next-message')
        self.focused('button', 'From Bo')
        self.to('button', 'Open on Its Own')
        self.key('Tab', 'Tab')
        folded = height()
        self.key('Return')
        h.wait(lambda: height() > folded + 30, 'the quotation')
        self.key('Return')
        h.wait(lambda: height() == folded, 'the page without it')
        self.key('p')
        self.focused('button', 'From Chen')

    def wheel(self):
        """Over a page it moves the conversation"""
        h = self.hands
        h.invoke('reader.previous-message')
        self.focused('button', 'From Dmitri')
        self.display.resize('^Valija$', 1180, 500)
        before = h.wait(lambda: self.top(self.heads()[0]), 'a place')
        self.display.xdotool('mousemove', '800', '330')
        def moved():
            self.display.xdotool('click', '5')
            return self.top(self.heads()[0]) < before - 100
        h.wait(moved, 'the conversation moved')
        self.display.resize('^Valija$', 1180, 760)

    def text(self):
        """One is shown as text, by choice, and as a page again; pictures are let through for one message"""
        h = self.hands
        h.invoke('reader.plain-text')
        h.wait(lambda: len(self.texts()) == 1 and 'Concert in the old mill' in self.texts()[0].text, 'the text')
        h.press('button', 'Show Formatted')
        h.wait(lambda: not self.texts(), 'the page')
        h.press('button', 'Show Pictures')
        h.gone('button', 'Show Pictures')
        h.wait(lambda: not self.texts(), 'the page with pictures')

    STEPS = (shown, tab, fold, wheel, text)


class FromRight(Pages):
    """The same in an interface from right to left."""

    def begins(self):
        """A page from left to right that is wider than its place is seen where its lines begin"""
        h = self.hands
        self.display.resize('^Valija$', 1000, 760)
        def begins():
            bars = [bar.accessible.get_value_iface() for bar in h.look_all('scroll bar') if bar.has('HORIZONTAL')]
            return bars and all(bar.get_current_value() == bar.get_minimum_value() for bar in bars)
        h.wait(begins, 'the beginning of the lines')

    STEPS = (Pages.shown, begins)


if __name__ == '__main__':
    sys.exit(keys.main(FromRight if '--rtl' in sys.argv else Pages))
