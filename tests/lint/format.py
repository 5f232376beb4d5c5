#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a formatter cannot be asked on code that aligns its declarations: width, tabs, ends of lines, comments, types."""

import pathlib
import re
import subprocess
import sys

WIDTH = 120
RULES = [
    (re.compile(r'\t'), 'a tab'),
    (re.compile(r'[ \t]+$'), 'white space at the end'),
    (re.compile(r'(?<![:"\w/])//(?!/)(?![^"]*"[^"]*$)'), 'a // comment'),
    (re.compile(r'\b(gint|gchar|gdouble|gfloat|glong)\b(?!\d)'), 'gint, gchar and the like'),
    (re.compile(r'[=!]= (TRUE|FALSE)\b'), 'a comparison with TRUE or FALSE'),
    (re.compile(r'\bgoto\b'), 'goto'),
    (re.compile(r'\b(strcpy|strcat|sprintf|sscanf|atoi|strtok|usleep|g_usleep|sleep) \('), 'a function we do not use'),
    (re.compile(r'\b(TODO|FIXME|XXX|HACK)\b'), 'an unfinished thought'),
    (re.compile(r'^\s*(if|while|for|switch|return)\('), 'no space before the parenthesis'),
]
LICENCE = 'SPDX-License-Identifier: GPL-3.0-or-later'


def strip_strings(line):
    return re.sub(r'"(\\.|[^"\\])*"', '""', line)


def check_banners(name, text):
    """A title that is set later may be any text, such as a server's, and is no markup."""
    return [f'{name}:{text.count(chr(10), 0, banner.start()) + 1}: a banner without a title needs use-markup: false'
            for banner in re.finditer(r'Adw\.Banner[^{]*\{([^}]*)\}', text)
            if 'title:' not in banner[1] and 'use-markup: false' not in banner[1]]


def main():
    top = pathlib.Path(sys.argv[1])
    files = subprocess.run(['git', '-C', str(top), 'ls-files', '--cached', '--others', '--exclude-standard', 'src', 'tests'],
                           capture_output=True, text=True).stdout.split() or \
        [str(p.relative_to(top)) for d in ('src', 'tests') for p in (top / d).rglob('*')]
    problems, read = [], 0
    for name in sorted(set(files)):
        path = top / name
        if path.suffix == '.blp' and path.exists():
            problems += check_banners(name, path.read_text())
        if path.suffix not in ('.c', '.h') or not path.exists():
            continue
        read += 1
        text = path.read_text(errors='replace')
        lines = text.split('\n')
        if LICENCE not in lines[0] + lines[min(1, len(lines) - 1)]:
            problems.append(f'{name}:1: no licence line')
        if not text.endswith('\n') or text.endswith('\n\n'):
            problems.append(f'{name}: must end with one newline')
        if path.suffix == '.h' and '#pragma once' not in text:
            problems.append(f'{name}: no #pragma once')
        if path.suffix == '.c' and name.startswith('src/') and len(lines) > 1000:
            problems.append(f'{name}: {len(lines)} lines; past 1000 split')
        in_comment = False
        for number, line in enumerate(lines, 1):
            if len(line) > WIDTH:
                problems.append(f'{name}:{number}: {len(line)} columns')
            code = strip_strings(line)
            if in_comment or code.lstrip().startswith(('/*', '*')):
                in_comment = '*/' not in code and (in_comment or '/*' in code)
                code = '' if not re.search(r'\b(TODO|FIXME|XXX)\b', code) else code
            for rule, what in RULES:
                if rule.search(code):
                    problems.append(f'{name}:{number}: {what}')
    print('\n'.join(problems))
    print(f'{read} files read, {len(problems)} problems')
    return 1 if problems or read < 50 else 0


if __name__ == '__main__':
    sys.exit(main())
