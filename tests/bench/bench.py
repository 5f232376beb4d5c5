#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures Valija beside its peers and beside a bare socket, in one run, and prints medians and ratios.

    ./dev bench [--rounds N] [--messages N] [--rows N] [--million] [--write] [NAME...]

NAMEs are parts: see PARTS below; all of them without one, a million messages only with --million. What a part found is kept
in _build/bench; --write puts that into BENCHMARKS.md. Figures are of this machine, in that run: the ratios are what counts.
"""

import argparse
import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / 'tests/world'), str(TOP / 'tests/bench')]

import measure
import million
import parts
import peers
import programs
import window

PARTS = {
    'imap': (parts.imap, 'Whole messages by IMAP'),
    'pop3': (parts.pop3, 'Whole messages by POP3'),
    'headers': (parts.headers, 'Headers of a large folder by IMAP'),
    'smtp': (parts.smtp, 'Sending by SMTP'),
    'search': (parts.search, 'Searching'),
    'store': (parts.store, 'The store alone'),
    'start': (window.start, 'The window'),
    'windows': (peers.windows, 'The window beside others'),
    'scroll': (window.scroll, 'Scrolling'),
    'idle': (window.idle, 'The window at rest'),
    'growth': (window.growth, 'The window and a folder that grows'),
    'million': (million.million, 'A million messages'),
}


def write_page():
    """What was measured here last; of a part that never was, what the page says of it."""
    page = TOP / 'BENCHMARKS.md'
    before = dict(part.split('\n', 1) for part in page.read_text().split('\n## ')[1:]) if page.exists() else {}
    lines = ['# Measured', '',
             'By `./dev bench`, beside the peers that Debian has, each part in one run: medians of several rounds, least and most in '
             'parentheses. What counts is how those of one part stand to each other. Where the load beside a '
             'part is more than the cores, others used the machine, its disk as well: times are then longer on all sides, and CPU and '
             'turns count.', '',
             f'Last written with {programs.versions()}.', '']
    for name, (_, title) in PARTS.items():
        found = measure.kept(name)
        if found:
            lines += [f'## {title}', '', f'`./dev bench {name}`, {found["date"]}, load {found["load"]:.1f} beside it, '
                      f'on {found["machine"]}.', '', found['text']]
        elif title in before:
            lines += [f'## {title}', before[title].rstrip(), '']
    page.write_text('\n'.join(lines).rstrip() + '\n')


def main():
    parser = argparse.ArgumentParser(description='Measures Valija beside its peers.')
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--messages', type=int, default=10000, help='whole messages, for imap and pop3')
    parser.add_argument('--rows', type=int, default=100000, help='messages in the large folder')
    parser.add_argument('--million', action='store_true', help='also with a million messages, in the folder that grows and in another')
    parser.add_argument('--write', action='store_true', help='put what all parts found last into BENCHMARKS.md')
    parser.add_argument('names', nargs='*', metavar='NAME', help=' '.join(PARTS))
    args = parser.parse_args()
    if set(args.names) - set(PARTS):
        parser.error(f'there are {" ".join(PARTS)}')
    args.worlds = parts.Worlds(args)
    texts = []
    try:
        for name in args.names or [name for name in PARTS if name != 'million' or args.million]:
            tables = PARTS[name][0](args)
            measure.keep(name, tables)
            texts += [table.markdown() for table in tables]
    finally:
        args.worlds.close()
    print('\n' + '\n'.join(texts))
    print(measure.machine())
    if args.write:
        write_page()


if __name__ == '__main__':
    main()
