#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every file with a string for people is in POTFILES.in, sorted, and every translation is complete."""

import pathlib
import re
import subprocess
import sys

MARKS = re.compile(r'\b(_|N_|C_|NC_|ngettext|g_dngettext|g_dpgettext2?) ?\("|\b_\("|gettext-domain|C_\("')


def main():
    top = pathlib.Path(sys.argv[1])
    lines = (top / 'po/POTFILES.in').read_text().split('\n')
    listed = [line for line in lines if line and not line.startswith('#')]
    problems = []
    if listed != sorted(set(listed)):
        problems.append('po/POTFILES.in is not sorted, or names a file twice')
    problems += [f'po/POTFILES.in: {name} is not there' for name in listed if not (top / name).exists()]
    found = set()
    for path in list((top / 'src').rglob('*.c')) + list((top / 'src').rglob('*.blp')) + \
            list((top / 'data').glob('*.in')) + list((top / 'data').glob('*.gschema.xml')):
        text = path.read_text(errors='replace')
        if path.suffix in ('.in', '.xml') and not path.name.endswith('service.in') or MARKS.search(text):
            found.add(path.relative_to(top).as_posix())
    problems += [f'{name} has strings for people and is not in po/POTFILES.in' for name in sorted(found - set(listed))]
    for language in (top / 'po/LINGUAS').read_text().split():
        po = top / f'po/{language}.po'
        check = subprocess.run(['msgfmt', '--check', '--statistics', '-o', '/dev/null', str(po)], capture_output=True, text=True)
        if check.returncode != 0:
            problems.append(check.stderr)
        pot = subprocess.run(['xgettext', '--from-code=UTF-8', '--keyword=_', '--keyword=N_', '--keyword=C_:1c,2', '--keyword=NC_:1c,2',
                              '--keyword=ngettext:1,2', '--keyword=g_dngettext:2,3', '-o', '-', '-f', '-'], cwd=top, text=True, capture_output=True,
                             input='\n'.join(n for n in listed if n.endswith('.c')) + '\n')
        blp = subprocess.run(['xgettext', '--from-code=UTF-8', '-L', 'C', '--keyword=_', '--keyword=C_:1c,2', '-o', '-', '-f', '-'], cwd=top,
                             text=True, capture_output=True, input='\n'.join(n for n in listed if n.endswith('.blp')) + '\n')
        have = translated(po.read_text())
        missing = sorted(m for m in identifiers(pot.stdout) | identifiers(blp.stdout) if m and m not in have)
        problems += [f'po/{language}.po: not translated: {message[:90]!r}' for message in missing]
    print('\n'.join(problems))
    print(f'{len(listed)} files with strings, {len(problems)} problems')
    return 1 if problems or len(listed) < 10 else 0


def entries(text):
    """(msgid, whether every msgstr is there and it is not fuzzy) of a catalogue."""
    for block in re.split(r'\n\s*\n', text):
        def field(name):
            match = re.search(r'^%s((?:\s*"(?:\\.|[^"\\])*"\n?)+)' % name, block + '\n', re.M)
            return None if not match else ''.join(re.findall(r'"((?:\\.|[^"\\])*)"', match.group(1)))
        identifier = field('msgid ?')
        if identifier:
            strings = [field(r'msgstr ?')] if 'msgid_plural' not in block else [field(r'msgstr\[0\] ?'), field(r'msgstr\[1\] ?')]
            yield identifier, all(strings) and '#, fuzzy' not in block and ', fuzzy' not in block


def identifiers(text):
    return {identifier for identifier, _ in entries(text)}


def translated(text):
    return {identifier for identifier, complete in entries(text) if complete}


if __name__ == '__main__':
    sys.exit(main())
