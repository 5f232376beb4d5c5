# SPDX-License-Identifier: GPL-3.0-or-later
"""A desktop for one test: a private session bus, an unlocked keyring, a headless display when there is none, and hands that
use the application as a screen reader does, through the accessibility tree."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

KEYRING_PASSWORD = 'a desktop for one test'


def inside_session():
    return 'VALIJA_TEST_SESSION' in os.environ


def enter_session(home):
    """Runs this very script again, with HOME and all XDG directories in HOME, on a session bus of its own."""
    home = pathlib.Path(home)
    runtime = home / 'runtime'
    runtime.mkdir(mode=0o700)
    settings = home / 'config/gtk-4.0'
    settings.mkdir(parents=True)
    # Without a settings daemon GTK on X11 takes another font than GNOME's
    (settings / 'settings.ini').write_text('[Settings]\ngtk-font-name=Cantarell 11\ngtk-icon-theme-name=Adwaita\ngtk-enable-animations=0\n')
    env = {**os.environ, 'VALIJA_TEST_SESSION': '1', 'HOME': str(home), 'XDG_CONFIG_HOME': str(home / 'config'),
           'XDG_DATA_HOME': str(home / 'data'), 'XDG_CACHE_HOME': str(home / 'cache'), 'XDG_STATE_HOME': str(home / 'state'),
           'XDG_CURRENT_DESKTOP': 'GNOME', 'GSETTINGS_BACKEND': 'memory', 'GTK_A11Y': 'atspi'}
    env.pop('NO_AT_BRIDGE', None)
    if not (os.environ.get('WAYLAND_DISPLAY') and os.path.isabs(os.environ['WAYLAND_DISPLAY'])):
        env['XDG_RUNTIME_DIR'] = str(runtime)
    return subprocess.run(['dbus-run-session', '--', sys.executable, *sys.argv], env=env).returncode


def unlock_keyring():
    """The real Secret Service, on our bus."""
    daemon = subprocess.run(['gnome-keyring-daemon', '--unlock', '--components=secrets', '--daemonize'],
                            input=KEYRING_PASSWORD, capture_output=True, text=True)
    if daemon.returncode != 0:
        raise RuntimeError('the keyring did not start: ' + daemon.stderr)
    # It is there when its name is on the bus
    subprocess.run(['gdbus', 'wait', '--session', '--timeout', '20', 'org.freedesktop.secrets'], check=True)


class Display:
    """Xvfb, when nobody gave us a display."""

    def __init__(self, width=1280, height=800):
        self.server = None
        read, write = os.pipe()
        self.server = subprocess.Popen(['Xvfb', '-displayfd', str(write), '-screen', '0', f'{width}x{height}x24', '-nolisten', 'tcp',
                                        '-noreset'], pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as numbers:
            number = numbers.readline().strip()
        if not number:
            raise RuntimeError('Xvfb did not start')
        self.name = ':' + number
        self.env = {'DISPLAY': self.name, 'GDK_BACKEND': 'x11', 'GSK_RENDERER': 'cairo'}

    def screenshot(self, path):
        subprocess.run(['import', '-display', self.name, '-window', 'root', str(path)], check=True)

    def resize(self, pid, width, height):
        subprocess.run(['xdotool', 'search', '--onlyvisible', '--pid', str(pid), 'windowsize', str(width), str(height)],
                       env={**os.environ, **self.env}, check=False, capture_output=True)

    def key(self, *chords):
        subprocess.run(['xdotool', 'key', '--clearmodifiers', *chords], env={**os.environ, **self.env}, check=True)

    def close(self):
        if self.server:
            self.server.terminate()
            self.server.wait()


class NotFound(AssertionError):
    pass


class Hands:
    """Finds things by role and name and uses them. Everything waits until a deadline, and no longer."""

    def __init__(self, name, deadline=30):
        import gi
        gi.require_version('Atspi', '2.0')
        from gi.repository import Atspi
        self.atspi = Atspi
        Atspi.init()
        self.name = name
        self.deadline = deadline
        self.log = []

    def application(self):
        desktop = self.atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(i)
            if child is not None and (child.get_name() or '') == self.name:
                return child
        return None

    def walk(self, node=None, depth=0):
        node = node or self.application()
        if node is None or depth > 60:
            return
        yield node
        try:
            count = node.get_child_count()
        except Exception:
            return
        for i in range(min(count, 400)):
            try:
                child = node.get_child_at_index(i)
            except Exception:
                continue
            if child is not None:
                yield from self.walk(child, depth + 1)

    def showing(self, node):
        try:
            states = node.get_state_set()
            return states.contains(self.atspi.StateType.SHOWING)
        except Exception:
            return False

    def look(self, role=None, name=None, within=None, contains=None):
        for node in self.walk(within):
            try:
                if role is not None and node.get_role_name() not in ((role,) if isinstance(role, str) else role):
                    continue
                label = node.get_name() or ''
                if name is not None and label != name or contains is not None and contains not in label:
                    continue
                if self.showing(node):
                    return node
            except Exception:
                continue
        return None

    def wait(self, condition, what):
        end = time.monotonic() + self.deadline
        while True:
            found = condition()
            if found:
                return found
            if time.monotonic() > end:
                raise NotFound(f'{what} did not appear within {self.deadline} s')
            time.sleep(0.1)

    def find(self, role=None, name=None, within=None, contains=None):
        return self.wait(lambda: self.look(role, name, within, contains), f'{role or "something"} "{name or contains}"')

    def gone(self, role=None, name=None, contains=None):
        return self.wait(lambda: self.look(role, name, contains=contains) is None, f'the end of {role} "{name or contains}"')

    def press(self, role=None, name=None, within=None, contains=None):
        self.note('press', role, name or contains)
        node = self.find(role, name, within, contains)
        self.wait(lambda: node.get_state_set().contains(self.atspi.StateType.SENSITIVE), f'{name or contains} to become usable')
        self.act(node)
        return node

    def act(self, node):
        for candidate in self.walk(node):
            actions = candidate.get_action_iface()
            if actions is not None and actions.get_n_actions() > 0:
                for i in range(actions.get_n_actions()):
                    if actions.get_action_name(i) in ('click', 'activate', 'press', 'row.activate', 'listitem.activate'):
                        actions.do_action(i)
                        return
                actions.do_action(0)
                return
        raise NotFound(f'"{node.get_name()}" cannot be pressed')

    def invoke(self, action, node=None):
        """A widget's action by name: `win.compose`."""
        self.note('invoke', action, '')
        def try_once():
            for candidate in self.walk(node):
                actions = candidate.get_action_iface()
                for i in range(actions.get_n_actions() if actions is not None else 0):
                    if actions.get_action_name(i) == action:
                        actions.do_action(i)
                        return True
            return False
        self.wait(try_once, f'the action {action}')

    def type(self, text, role=None, name=None, within=None):
        self.note('type', role, f'{name}: {text if "assword" not in (name or "") else "[hidden]"}')
        node = self.find(role, name, within)
        for candidate in self.walk(node):
            editable = candidate.get_editable_text_iface()
            if editable is not None:
                editable.set_text_contents(text)
                return candidate
        raise NotFound(f'"{name}" cannot be typed into')

    def text_of(self, node):
        parts = []
        for candidate in self.walk(node):
            text = candidate.get_text_iface()
            if text is not None:
                parts.append(text.get_text(0, text.get_character_count()))
            elif candidate.get_role_name() in ('label', 'static'):
                parts.append(candidate.get_name() or '')
        return '\n'.join(parts)

    def see(self, text):
        """Some name or text on the screen that contains TEXT."""
        def look():
            for node in self.walk():
                try:
                    if text in (node.get_name() or '') and self.showing(node):
                        return node
                    iface = node.get_text_iface()
                    if iface is not None and text in iface.get_text(0, min(iface.get_character_count(), 20000)) and self.showing(node):
                        return node
                except Exception:
                    continue
            return None
        self.note('see', '', text)
        return self.wait(look, f'the text "{text}"')

    def nameless(self):
        """Controls that a screen reader could not name."""
        wrong = []
        for node in self.walk():
            try:
                role, name = node.get_role_name(), node.get_name() or node.get_description() or ''
                if role in ('button', 'push button', 'toggle button', 'menu button', 'check box', 'switch', 'text', 'entry', 'combo box', 'list item',
                            'image', 'spin button', 'radio button', 'link') and self.showing(node) and not name:
                    if role == 'image' or role == 'text' and node.get_state_set().contains(self.atspi.StateType.READ_ONLY):
                        continue
                    wrong.append(f'{role} in {self.path(node)}')
            except Exception:
                continue
        return wrong

    @staticmethod
    def path(node):
        parts = []
        while node is not None and len(parts) < 8:
            parts.append(f'{node.get_role_name()} "{node.get_name() or ""}"')
            node = node.get_parent()
        return ' < '.join(parts)

    def tree(self):
        lines = []
        def show(node, depth):
            if depth > 40:
                return
            try:
                lines.append('  ' * depth + f'{node.get_role_name()} "{node.get_name() or ""}"' + ('' if self.showing(node) else ' (hidden)'))
                for i in range(min(node.get_child_count(), 60)):
                    child = node.get_child_at_index(i)
                    if child is not None:
                        show(child, depth + 1)
            except Exception:
                pass
        application = self.application()
        if application is not None:
            show(application, 0)
        return '\n'.join(lines)

    def note(self, verb, role, what):
        self.log.append(f'{verb} {role or ""} {what or ""}'.strip())


def finish(process, seconds=20):
    """Ends a process that we started, softly first."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return process.returncode


def temporary_home():
    return tempfile.TemporaryDirectory(prefix='valija-home-', ignore_cleanup_errors=True)


def free(directory):
    shutil.rmtree(directory, ignore_errors=True)
