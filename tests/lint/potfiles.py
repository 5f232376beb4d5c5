#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every file with a string for people is in POTFILES.in, sorted, and every translation is complete."""

import pathlib
import re
import subprocess
import sys
import tempfile

KEYWORDS = ['--keyword=' + keyword for keyword in ('_', 'N_', 'C_:1c,2', 'NC_:1c,2', 'g_dcgettext:2', 'g_dngettext:2,3', 'g_dpgettext2:2c,3')]
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
        problems += [f'po/{language}.po: not translated: {message[:90]}' for message in untranslated(top, po)]
    print('\n'.join(problems))
    print(f'{len(listed)} files with strings, {len(problems)} problems')
    return 1 if problems or len(listed) < 10 else 0


def untranslated(top, po):
    """The messages of the sources, found as meson's "glib" preset finds them, that a catalogue has no sound translation for."""
    with tempfile.TemporaryDirectory() as scratch:
        pot, merged = pathlib.Path(scratch, 'all.pot'), pathlib.Path(scratch, 'merged.po')
        subprocess.run(['xgettext', '--from-code=UTF-8', *KEYWORDS, '-f', 'po/POTFILES.in', '-o', str(pot)], cwd=top,
                       stderr=subprocess.DEVNULL, check=True)
        subprocess.run(['msgmerge', '--quiet', '--no-fuzzy-matching', '-o', str(merged), str(po), str(pot)], check=True)
        found = set()
        for kind in ('--untranslated', '--only-fuzzy'):
            left = subprocess.run(['msgattrib', kind, '--no-obsolete', '--no-wrap', str(merged)], capture_output=True, text=True, check=True)
            found.update(re.findall(r'^msgid (".+")$', left.stdout.replace('""\n"', '"'), re.M))
        return sorted(found - {'""'})


if __name__ == '__main__':
    sys.exit(main())
