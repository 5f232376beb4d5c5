# SPDX-License-Identifier: GPL-3.0-or-later
"""valijactl as the fault runs use it, and what they say when something is wrong."""

import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile

TRACE = []


class Failure(Exception):
    pass


def trace(*words):
    """What was done in this round; told when it fails."""
    TRACE.append(' '.join(str(word) for word in words))


def check(condition, *words):
    if not condition:
        raise Failure(' '.join(str(word) for word in words))


class Victim:
    """valijactl with a profile of its own."""

    def __init__(self, program, password):
        self.program, self.password = program, password
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='valija-faults-'))
        self.env = {**os.environ, 'SECRET_BACKEND': 'file', 'SECRET_FILE_TEST_PATH': str(self.directory / 'keyring'),
                    'SECRET_FILE_TEST_PASSWORD': 'test', 'LANGUAGE': 'C'}

    def __enter__(self):
        return self

    def __exit__(self, *args):
        shutil.rmtree(self.directory, ignore_errors=True)

    def start(self, *args):
        return subprocess.Popen([self.program, '--profile', str(self.directory / 'profile'), '--json', *args],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env)

    def run(self, *args, stdin='', expect=0):
        """Its answer. `expect` None: however it ends, but not by a signal."""
        child = self.start(*args)
        out, err = child.communicate(stdin.encode(), timeout=300)
        check(child.returncode >= 0, args, 'died by signal', -child.returncode, err.decode(errors='replace')[-2000:])
        check(expect is None or child.returncode == expect, args, 'ended with', child.returncode, out.decode(),
              err.decode(errors='replace')[-2000:])
        return json.loads(out) if out.strip() else {}

    def add(self, method, user, *settings, timeout=2):
        return self.run('account', 'add', '--method', method, '--set', f'email={user}', '--set', f'timeout={timeout}', *settings,
                        '--password-stdin', stdin=self.password + '\n')

    def list(self, folder, *more):
        """Nothing, where there is no such folder yet."""
        return self.run('list', '--limit', '0', '--folder', folder, *more, expect=None).get('messages', [])

    def query(self, sql):
        """Rows of what cannot be fetched again."""
        path = next(self.directory.glob('profile/**/local.db'))
        with contextlib.closing(sqlite3.connect(f'file:{path}?mode=ro', uri=True)) as database:
            return database.execute(sql).fetchall()
