# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands that use the application as a screen reader does: through the accessibility tree.

Everything is found by role and name, and waited for until a deadline, in one place: `Hands.wait`.
"""

import contextlib
import time

import gi
gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, GLib

# The names of what a click does, by kind of control
PRESSES = ('click', 'activate', 'press', 'toggle', 'row.activate', 'listitem.activate')
# Containers: the focus goes on to what they hold
CONTAINERS = ('application', 'frame', 'window', 'dialog', 'scroll pane', 'list')
MAX_DEPTH = 80
# Seconds that a page may take to go
SETTLES = 10
MAX_CHILDREN = 400
MAX_TEXT = 20000


class NotFound(AssertionError):
    """What was waited for did not come."""


class Node:
    """A node of the tree, whose questions never fail: a widget that has gone answers as if it had no name, role or children."""

    def __init__(self, accessible):
        self.accessible = accessible

    @staticmethod
    def ask(question, default):
        try:
            answer = question()
        except GLib.Error:
            return default
        return default if answer is None else answer

    @property
    def role(self):
        return self.ask(self.accessible.get_role_name, '')

    @property
    def name(self):
        return self.ask(self.accessible.get_name, '')

    @property
    def description(self):
        return self.ask(self.accessible.get_description, '')

    def has(self, state):
        states = self.ask(self.accessible.get_state_set, None)
        return states is not None and states.contains(getattr(Atspi.StateType, state))

    @property
    def showing(self):
        return self.has('SHOWING')

    @property
    def children(self):
        count = min(self.ask(self.accessible.get_child_count, 0), MAX_CHILDREN)
        found = (self.ask(lambda: self.accessible.get_child_at_index(i), None) for i in range(count))
        return [Node(child) for child in found if child is not None]

    @property
    def parent(self):
        found = self.ask(self.accessible.get_parent, None)
        return None if found is None else Node(found)

    def walk(self, depth=0):
        """This node and all below it that are on the screen."""
        yield self
        if depth < MAX_DEPTH:
            for child in self.children:
                if child.showing:
                    yield from child.walk(depth + 1)

    @property
    def actions(self):
        iface = self.ask(self.accessible.get_action_iface, None)
        return [] if iface is None else [self.ask(lambda: iface.get_action_name(i), '')
                                         for i in range(self.ask(iface.get_n_actions, 0))]

    def do(self, action):
        iface = self.accessible.get_action_iface()
        return self.ask(lambda: iface.do_action(self.actions.index(action)), False)

    @property
    def own_text(self):
        iface = self.ask(self.accessible.get_text_iface, None)
        return None if iface is None else self.ask(
            lambda: Atspi.Text.get_text(iface, 0, min(Atspi.Text.get_character_count(iface), MAX_TEXT)), '')

    @property
    def text(self):
        """All that can be read in it."""
        parts = [node.own_text or node.name for node in self.walk() if node.own_text is not None or node.role in ('label', 'static')]
        return '\n'.join(part for part in parts if part)

    @property
    def path(self):
        parts, node = [], self
        while node is not None and len(parts) < 8:
            if node.name or not parts or node.role not in ('panel', 'grouping', 'filler'):
                parts.append(f'{node.role} "{node.name}"')
            node = node.parent
        return ' in '.join(parts)


class Hands:
    def __init__(self, name, deadline=60, tell=None):
        Atspi.init()
        self.name = name
        self.deadline = deadline
        self.tell = tell or (lambda line: None)

    # -- Waiting

    def wait(self, condition, what, deadline=None):
        """What CONDITION gives as soon as it is something; asked again until the deadline."""
        end = time.monotonic() + (deadline or self.deadline)
        while True:
            found = condition()
            if found:
                return found
            if time.monotonic() > end:
                raise NotFound(f'{what} did not come within {deadline or self.deadline} s; on the screen is:\n{self.tree()}')
            time.sleep(0.05)

    # -- Finding

    def application(self):
        desktop = Node(Atspi.get_desktop(0))
        return next((child for child in desktop.children if child.name == self.name), None)

    def walk(self, within=None):
        top = within or self.application()
        return iter(()) if top is None else top.walk()

    def look_all(self, role=None, name=None, contains=None, within=None):
        for node in self.walk(within):
            if (role is None or node.role == role) and (name is None or node.name == name) and \
               (contains is None or contains in node.name):
                yield node

    def look(self, *args, **kwargs):
        return next(self.look_all(*args, **kwargs), None)

    @staticmethod
    def words(role, name, contains):
        return f'{role or "something"} “{name or contains or ""}”'

    def find(self, role=None, name=None, contains=None, within=None, deadline=None):
        return self.wait(lambda: self.look(role, name, contains, within), self.words(role, name, contains), deadline)

    def gone(self, role=None, name=None, contains=None, within=None, deadline=None):
        self.wait(lambda: self.look(role, name, contains, within) is None, 'the end of ' + self.words(role, name, contains), deadline)

    def see(self, text, within=None, deadline=None):
        """The node on the screen that has TEXT in its name or in its text."""
        def look():
            return next((node for node in self.walk(within) if text in node.name or text in (node.own_text or '')), None)
        return self.wait(look, f'the text “{text}”', deadline)

    def focus(self, within=None):
        """The focused node that is deepest in the tree, or None."""
        outer = next((node for node in self.walk(within) if node.has('FOCUSED')), None)
        return None if outer is None else [node for node in outer.walk() if node.has('FOCUSED')][-1]

    # -- Doing

    def press(self, role=None, name=None, contains=None, within=None, deadline=None):
        """Presses a button, row or switch as soon as it is there and usable."""
        def usable():
            node = self.look(role, name, contains, within)
            return node if node is not None and node.has('SENSITIVE') else None
        node = self.wait(usable, 'a usable ' + self.words(role, name, contains), deadline)
        self.tell(f'press {role} “{node.name}”')
        self.click(node)
        return node

    def click(self, node):
        for candidate in node.walk():
            for action in PRESSES:
                if action in candidate.actions:
                    candidate.do(action)
                    return
        raise NotFound(f'{node.path} has no action that presses it')

    def invoke(self, action, within=None):
        """A widget's action by its name, as screen readers list them: `win.reply`."""
        self.tell(f'invoke {action}')
        def holder():
            return next((node for node in self.walk(within) if action in node.actions), None)
        self.wait(holder, f'the action {action}').do(action)

    def type(self, text, name, within=None, secret=False):
        """Replaces what is in an entry."""
        def editable():
            node = self.look('text', name, None, within)
            return node and next((part for part in node.walk() if part.has('EDITABLE')), None)
        node = self.wait(editable, f'the entry “{name}”')
        self.tell(f'type “{"•" * 8 if secret else text}” into “{name}”')
        node.accessible.get_editable_text_iface().set_text_contents(text)
        if not secret:
            self.wait(lambda: node.own_text == text, f'“{text}” in “{name}”')
        return node

    def set_value(self, number, name, within=None):
        """Of a spin button."""
        node = self.find('spin button', name, within=within)
        self.tell(f'set “{name}” to {number}')
        node.accessible.get_value_iface().set_current_value(number)
        self.wait(lambda: node.accessible.get_value_iface().get_current_value() == number, f'{number} in “{name}”')

    # -- Judging

    def nameless(self, within=None):
        """The same as nameless_now, but for what goes within some seconds: a page that is just being left."""
        wrong = []
        def named():
            wrong[:] = self.nameless_now(within)
            return not wrong
        with contextlib.suppress(NotFound):
            self.wait(named, 'a name for everything', SETTLES)
        return wrong

    def nameless_now(self, within=None):
        """What a screen reader could not name: everything on the screen that can be focused or pressed, and every picture. (Pictures
        that are mere decoration have the role of presentation and are not in the tree at all. A description tells more of what
        has a name, and is none.)"""
        wrong = []
        for node in self.walk(within):
            if node.name or node.role in CONTAINERS:
                continue
            if node.role in ('list item', 'panel') and any(part.name for part in node.walk()):
                continue  # a row is named by what it holds
            if node.role == 'panel' and node.parent is not None and node.parent.role == 'list item' and node.parent.name:
                continue  # and what it holds by the row
            pressable = any(action in PRESSES for action in node.actions)
            if (node.role in ('image', 'icon') or node.has('FOCUSABLE') or pressable) and node.showing:
                wrong.append(node.path)
        return wrong

    def tree(self):
        lines = []
        def show(node, depth):
            lines.append('  ' * depth + f'{node.role} "{node.name}"' + ('' if node.showing else ' (hidden)'))
            for child in node.children if depth < MAX_DEPTH else []:
                if child.showing:
                    show(child, depth + 1)
        application = self.application()
        if application is not None:
            show(application, 0)
        return '\n'.join(lines)
