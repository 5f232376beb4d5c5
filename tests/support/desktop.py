# SPDX-License-Identifier: GPL-3.0-or-later
"""A desktop for one test: a private session bus, an unlocked keyring, and a headless display when there is none."""

import hashlib
import os
import pathlib
import signal
import ssl
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get('VALIJA_BUILD_DIR', TOP / '_build/default'))
KEYRING_PASSWORD = 'a desktop for one test'


def inside_session():
    return 'VALIJA_TEST_SESSION' in os.environ


def enter_session(home, errors=None):
    """Runs this very script again, with HOME and all XDG directories in HOME, on a session bus of its own. ERRORS is a file for what
    the services of the session have to say, instead of this terminal.
    """
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
    # Services that the bus starts write where the bus does, which is not among a test's results
    results = os.dup(1)
    # Not of the terminal's group: what ends the bus before what is on it would leave that behind
    script = f'echo $$ > "$HOME/session.pid"; exec "$@" >&{results} {results}>&-'
    with subprocess.Popen(['dbus-run-session', '--', 'sh', '-c', script, 'sh', sys.executable, *sys.argv],
                          env=env, stdout=errors or sys.stderr, stderr=errors, pass_fds=[results], start_new_session=True) as session:
        def end(number, frame):
            pid = home / 'session.pid'
            text = pid.read_text().strip() if pid.exists() else ''
            os.kill(int(text) if text else session.pid, signal.SIGTERM)

        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, end)
        return session.wait()


def end_on_signals():
    """What is sent when a terminal is closed or a job is ended runs the clean-up, as Ctrl+C does."""
    def end(number, frame):
        for later in (signal.SIGHUP, signal.SIGTERM):
            signal.signal(later, signal.SIG_IGN)
        sys.exit(128 + number)

    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, end)


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

    def grab(self, width=None):
        crop = ['-crop', f'{width}x+0+0', '+repage'] if width else []
        return subprocess.run(['import', '-display', self.name, '-window', 'root', *crop, 'png:-'], check=True,
                              capture_output=True).stdout

    def screenshot(self, path, width=None):
        """Of what is drawn once it stands still, or nearly: a cursor may go on blinking."""
        before = self.grab(width)
        for _ in range(20):
            now = self.grab(width)
            if now == before:
                break
            before = now
        pathlib.Path(path).write_bytes(before)

    def xdotool(self, *words):
        subprocess.run(['xdotool', *words], env={**os.environ, **self.env}, check=True, capture_output=True)

    def resize(self, window, width, height):
        """The window of that title."""
        self.xdotool('search', '--sync', '--onlyvisible', '--name', window, 'windowsize', str(width), str(height))

    def focus(self, window):
        """Gives the focus to the window of that title, as a window manager would."""
        self.xdotool('search', '--sync', '--onlyvisible', '--name', window, 'windowfocus', '--sync')

    def key(self, *chords, window=None):
        """Presses keys, in the window of that title when one is given."""
        if window is not None:
            self.focus(window)
        self.xdotool('key', '--clearmodifiers', *chords)

    def close(self):
        if self.server:
            self.server.terminate()
            self.server.wait()


def fingerprint(certificate):
    """The SHA-256 print of a PEM certificate, as it is shown to people."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).hexdigest().upper()
    return '\n'.join(':'.join(digest[i:i + 2] for i in range(line, line + 16, 2)) for line in range(0, len(digest), 16))


def start_valija(profile, log, env):
    """The application as it was built, with all that it keeps in PROFILE."""
    env = {**os.environ, **env, 'GSETTINGS_SCHEMA_DIR': str(BUILD / 'data'),
           'XDG_DATA_DIRS': f'{TOP / "data"}:{os.environ.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share")}'}
    with open(log, 'ab') as output:
        return subprocess.Popen([str(BUILD / 'src/ui/valija'), '--profile', str(profile)], env=env, stdout=output, stderr=output)


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
