#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts into corpus/ the few short inputs that go where none there goes yet, of those that `./dev fuzz` has kept.

    ./dev shell python3 tests/fuzz/pick.py [TARGET...]
"""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parents[1] / '_build/fuzz'
# A feature is a place, mostly an edge, and one of so many steps of how often it was gone over
STEPS = 8


def places(target, corpus, found):
    """{file: the places that it goes over}, as libFuzzer writes them down where it merges FOUND into CORPUS."""
    with tempfile.TemporaryDirectory() as scratch:
        control = pathlib.Path(scratch) / 'control'
        done = subprocess.run([BUILD / 'tests/fuzz' / target, '-set_cover_merge=1', f'-merge_control_file={control}',
                               f'-artifact_prefix={scratch}/', corpus, found], check=False, capture_output=True,
                              text=True, errors='replace', env={**os.environ, 'ASAN_OPTIONS': 'detect_leaks=0'})
        if done.returncode != 0:
            raise SystemExit(done.stderr[-4000:])
        lines = control.read_text().split('\n')
    count = int(lines[0])
    files = [pathlib.Path(line) for line in lines[2:2 + count]]
    words = [line.split() for line in lines[2 + count:] if line.startswith('FT ')]
    gone = {files[int(number)]: {int(feature) // STEPS for feature in features} for _, number, *features in words}
    for file in set(files) - set(gone):
        print(f'{target}: {file.name} does not come to its end')
    return gone


def copy(folder, there):
    there.mkdir()
    for file in folder.iterdir():
        # A run that goes on takes files away meanwhile
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(file, there / file.name)
    return there


def pick(target):
    with tempfile.TemporaryDirectory() as scratch:
        # Copies: libFuzzer would put into the first what it chooses itself
        corpus = copy(HERE / 'corpus' / target, pathlib.Path(scratch) / 'corpus')
        found = copy(BUILD / 'corpus' / target, pathlib.Path(scratch) / 'found')
        gone = places(target, corpus, found)
        left = set().union(*gone.values()).difference(*(there for file, there in gone.items() if file.parent == corpus))
        picked = []
        while left:
            best = max(gone, key=lambda file: (len(gone[file] & left), -file.stat().st_size))
            left -= gone[best]
            picked.append(best)
        for file in picked:
            shutil.copyfile(file, HERE / 'corpus' / target / f'found-{file.name[:12]}')
        print(f'{target}: {len(picked)} more, {sum(file.stat().st_size for file in picked)} octets')


def fuzzed():
    return [path.name for path in sorted((HERE / 'corpus').iterdir())
            if (BUILD / 'tests/fuzz' / path.name).exists() and (BUILD / 'corpus' / path.name).exists()]


if __name__ == '__main__':
    for name in sys.argv[1:] or fuzzed():
        pick(name)
