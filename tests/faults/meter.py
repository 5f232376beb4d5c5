# SPDX-License-Identifier: GPL-3.0-or-later
"""How much memory of its own valijactl needs more, when what it does is about a large message and not a small one."""

import pathlib
import threading
import time

from victim import check, trace

LARGE = 40 * 1024 * 1024
SMALL = 1000
# kB; a message of 40 MB may cost that much more than one of a kilobyte
BUDGET = 8 * 1024


class Meter(threading.Thread):
    """The most memory of its own that a process has had, in kB; pages of mapped files are not counted."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.most = pid, 0
        self.start()

    def run(self):
        while True:
            try:
                text = pathlib.Path(f'/proc/{self.pid}/status').read_text()
            except (FileNotFoundError, ProcessLookupError):
                return
            line = next((row for row in text.splitlines() if row.startswith('RssAnon:')), None)
            if line is None:
                return
            self.most = max(self.most, int(line.split()[1]))
            time.sleep(0.002)


def measured(victim, *args):
    """The most that valijactl had while it did that; 0 of a build whose sanitizer keeps what was freed."""
    child = victim.start(*args)
    meter = Meter(child.pid)
    out, err = child.communicate(timeout=300)
    check(child.returncode == 0, args, child.returncode, err.decode(errors='replace')[-2000:], out.decode()[-500:])
    return 0 if b'__asan_init' in pathlib.Path(victim.program).read_bytes() else meter.most


def message(subject, size, sender='ana@example.org', to='mei@example.org'):
    """A file of `size` bytes, as it is sent."""
    line = 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\r\n'
    return (f'From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.org>\r\n'
            'Date: Mon, 02 Mar 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n'
            'Content-Type: application/octet-stream; name=big.bin\r\n'
            'Content-Disposition: attachment; filename=big.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n' + line * (size // len(line)))


def compare(what, play):
    """`play` twice, with a name for the message and its size; it answers what was measured."""
    small, large = play('small', SMALL), play('large', LARGE)
    trace(what, 'took', small, 'kB for a small message, and', large, 'for a large one')
    check(large - small < BUDGET, what, 'takes', large - small, 'kB more for', LARGE, 'bytes')
    return f'{what} {large - small} kB'
