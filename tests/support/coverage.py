#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of each folder of src the tests went through. coverage.py SOURCES BUILD"""

import collections
import json
import pathlib
import subprocess
import sys


def by_folder(files):
    """Lines and branches, all and gone through, of each folder."""
    folders = collections.defaultdict(lambda: [0, 0, 0, 0])
    for file in files:
        path = pathlib.PurePath(file['filename'])
        counts = [file[key] for key in ('line_total', 'line_covered', 'branch_total', 'branch_covered')]
        for name in (str(path.parent), 'all'):
            folders[name] = [sum(pair) for pair in zip(folders[name], counts)]
    return folders


def percent(part, whole):
    return f'{100 * part / whole:.1f} %' if whole else '-'


def main():
    top, build = sys.argv[1:]
    done = subprocess.run(['gcovr', '--root', top, '--object-directory', build, '--filter', f'{top}/src/', '--json-summary', '-', build],
                          check=True, stdout=subprocess.PIPE, text=True)
    folders = by_folder(json.loads(done.stdout)['files'])
    total = folders.pop('all', None)
    if total is None:
        print('nothing of src was gone through', file=sys.stderr)
        return 1
    print(f'{"folder":<24}{"lines":>8}{"tested":>10}{"branches":>10}{"tested":>10}')
    for name, (lines, covered, branches, taken) in [*sorted(folders.items()), ('all', total)]:
        print(f'{name:<24}{lines:>8}{percent(covered, lines):>10}{branches:>10}{percent(taken, branches):>10}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
