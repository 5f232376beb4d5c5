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
# libFuzzer numbers how often an edge was gone over, in so many steps
STEPS = 8


def edges_of(target, *folders):
    """{file: the edges that it goes over}, as libFuzzer writes them down where it merges."""
    with tempfile.TemporaryDirectory() as scratch:
        control = pathlib.Path(scratch) / 'control'
        merged = pathlib.Path(scratch) / 'merged'
        merged.mkdir()
        subprocess.run([BUILD / 'tests/fuzz' / target, '-set_cover_merge=1', f'-merge_control_file={control}', merged, *folders],
                       check=True, stderr=subprocess.DEVNULL, env={**os.environ, 'ASAN_OPTIONS': 'detect_leaks=0'})
        lines = control.read_text().split('\n')
    count = int(lines[0])
    files = [pathlib.Path(line) for line in lines[2:2 + count]]
    words = [line.split() for line in lines[2 + count:] if line.startswith('FT ')]
    return {files[int(number)]: {int(feature) // STEPS for feature in features} for _, number, *features in words}


def pick(target):
    corpus = HERE / 'corpus' / target
    with tempfile.TemporaryDirectory() as found:
        # A run that goes on takes files away meanwhile
        for file in (BUILD / 'corpus' / target).iterdir():
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(file, pathlib.Path(found) / file.name)
        choose(target, corpus, edges_of(target, corpus, found))


def choose(target, corpus, edges):
    left = set().union(*edges.values()).difference(*(there for file, there in edges.items() if file.parent == corpus))
    picked = []
    while left:
        best = max(edges, key=lambda file: (len(edges[file] & left), -file.stat().st_size))
        left -= edges[best]
        picked.append(best)
    for file in picked:
        shutil.copyfile(file, corpus / f'found-{file.name[:12]}')
    print(f'{target}: {len(picked)} more, {sum(file.stat().st_size for file in picked)} octets')


if __name__ == '__main__':
    for name in sys.argv[1:] or sorted(path.name for path in (BUILD / 'corpus').iterdir()):
        pick(name)
