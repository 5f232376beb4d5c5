#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every function that a header of src/ declares says what it does: in the header, or above its definition.

A comment above a declaration speaks for that one; above the first of a paragraph (lines without an empty one between them) for
all of it, as for the getters of properties that the comment of the type explains; behind a declaration, on its line, for that.
"""

import pathlib
import re
import sys

COMMENT = re.compile(r'/\*.*?\*/', re.S)
STRING = re.compile(r'"(\\.|[^"\\\n])*"')
# What a declaration begins with; a definition in a .c has the name on a line of its own.
DECLARED = re.compile(r'^(?!typedef\b|struct\b.*\{|return\b|static\b|extern\b|#|G_|\s)[\w\s*]*?\b(valija_\w+)\s*\(', re.M)
DEFINED = r'\*/\n(?:[A-Za-z_][^\n;{{}}#/]*\n)?{name} \('


def blank(text, pattern, mark):
    """TEXT, as long and with as many lines, without what PATTERN finds but for MARK in its first place."""
    return pattern.sub(lambda found: mark + re.sub(r'[^\n]', ' ', found[0])[len(mark):], text)


def paragraphs(lines):
    """The numbers of the lines that belong together, from 0."""
    start = None
    for number, line in enumerate(lines + ['']):
        if line.strip() and start is None:
            start = number
        elif not line.strip() and start is not None:
            yield start, number
            start = None


def check_header(name, text, sources):
    """What is declared in the header TEXT without a comment, and how many functions were seen."""
    lines = text.split('\n')
    code = blank(blank(text, COMMENT, '\0'), STRING, '')
    declared = {code.count('\n', 0, found.start()): found[1] for found in DECLARED.finditer(code)
                if not found[1].endswith('_get_type')}
    shown = code.split('\n')
    problems = []
    for start, end in paragraphs(lines):
        headed = shown[start].lstrip().startswith('\0')
        for number in range(start, end):
            if number not in declared:
                continue
            last = next(n for n in range(number, len(shown)) if ';' in shown[n] or '{' in shown[n])
            above = number > start and is_comment_end(lines[number - 1], shown[number - 1])
            if headed or above or '\0' in ''.join(shown[number:last + 1]) or is_defined_with_comment(declared[number], sources):
                continue
            problems.append(f'{name}:{number + 1}: {declared[number]} says nothing of itself')
    return problems, len(declared)


def is_comment_end(line, shown):
    """Whether the line is the end of a comment, and nothing else."""
    return line.rstrip().endswith('*/') and not shown.replace('\0', '').strip()


def is_defined_with_comment(name, sources):
    return any(re.search(DEFINED.format(name=name), text) for text in sources if name + ' (' in text)


SAMPLE = '''/* SPDX */

/* A thing. */
#define VALIJA_TYPE_THING (valija_thing_get_type ())
G_DECLARE_FINAL_TYPE (ValijaThing, valija_thing, VALIJA, THING, GObject)

ValijaThing *valija_thing_bare     (void) G_GNUC_WARN_UNUSED_RESULT;
/* Says so. */
gboolean     valija_thing_above    (ValijaThing *self);
gboolean     valija_thing_below    (ValijaThing *self);
int          valija_thing_behind   (ValijaThing *self); /* octets */
const char * const *
             valija_thing_wrapped  (ValijaThing *self,
                                    int          more);

/* These are for all. */
void valija_thing_first  (ValijaThing *self);
void valija_thing_second (ValijaThing *self,
                          GError     **error);

void valija_thing_defined (ValijaThing *self);
void valija_thing_careless (ValijaThing *self);

typedef void (*ValijaThingFunc) (ValijaThing *self);
'''
SAMPLE_SOURCE = '''
/* Does it. */
void
valija_thing_defined (ValijaThing *self)
{
}

/* Of something else. */
static int n;

void
valija_thing_careless (ValijaThing *self)
{
}
'''


def check_itself():
    """What the check says of a sample that is known; of one that it lets pass it would be of no use."""
    problems, seen = check_header('sample.h', SAMPLE, [SAMPLE_SOURCE])
    found = [re.sub(r' says.*', '', problem) for problem in problems]
    wanted = ['sample.h:7: valija_thing_bare', 'sample.h:10: valija_thing_below', 'sample.h:12: valija_thing_wrapped',
              'sample.h:22: valija_thing_careless']
    return [] if (found, seen) == (wanted, 9) else [f'the check itself is broken: of {seen} functions it found {found}']


def main():
    top = pathlib.Path(sys.argv[1])
    problems, seen = check_itself(), 0
    sources = [path.read_text() for path in sorted((top / 'src').rglob('*.c'))]
    for header in sorted((top / 'src').rglob('*.h')):
        found, count = check_header(header.relative_to(top).as_posix(), header.read_text(), sources)
        problems += found
        seen += count
    if seen < 500:
        problems.append(f'only {seen} functions were read: the check itself is broken')
    print('\n'.join(problems))
    print(f'{seen} functions of headers read, {len(problems)} problems')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
