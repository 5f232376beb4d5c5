#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads every include of src/ against the table of layers (CONTRIBUTING.md draws the same table for people)."""

import pathlib
import re
import sys

GLIB = {'glib', 'glib-object', 'glib/', 'gio/', 'gobject/'}
C = {'config.h', 'errno', 'string', 'math', 'stdint', 'stdlib', 'stdio', 'stddef', 'locale', 'time', 'ctype', 'limits', 'inttypes',
     'unistd', 'fcntl', 'sys/', 'signal', 'sched', 'stdarg', 'float'}

# folder: (folders of ours that it may include, libraries that it may include)
TABLE = {
    'base': ({'base'}, GLIB | {'libdex'}),
    'model': ({'base', 'model'}, GLIB),
    'wire/sasl': ({'base', 'wire/sasl'}, {'glib', 'glib-object', 'glib/', 'gnutls/', 'unicode/'}),
    'wire/imap': ({'base', 'wire/sasl', 'wire/imap'}, {'glib', 'glib-object', 'glib/'}),
    'wire/pop3': ({'base', 'wire/sasl', 'wire/pop3'}, {'glib', 'glib-object', 'glib/'}),
    'wire/smtp': ({'base', 'wire/sasl', 'wire/smtp'}, {'glib', 'glib-object', 'glib/'}),
    'wire/ews': ({'base', 'wire/ews'}, {'glib', 'glib-object', 'glib/', 'json-glib/', 'libxml/'}),
    'mime': ({'base', 'model', 'mime'}, GLIB | {'gmime/', 'libxml/', 'unicode/'}),
    'net': ({'base', 'net'}, GLIB | {'libdex', 'libsoup/', 'gnutls/', 'zlib', 'netinet/'}),
    'auth': ({'base', 'net', 'model', 'auth'}, GLIB | {'libdex', 'libsecret/'}),
    'store': ({'base', 'model', 'store'}, GLIB | {'libdex', 'sqlite3', 'zstd', 'unicode/'}),
    'sessions': ({'base', 'model', 'net', 'auth', 'wire/sasl', 'sessions'}, GLIB | {'libdex'}),
    'engine': ({'base', 'model', 'mime', 'store', 'auth', 'sessions', 'engine'}, GLIB | {'libdex'}),
    'ui': ({'base', 'model', 'engine', 'mime', 'ui'},
           GLIB | {'libdex', 'gtk/', 'adwaita', 'gdk/', 'webkit/', 'gtksourceview/', 'libspelling', 'pango/', 'graphene', 'gsk/', 'dlfcn'}),
    'cli': ({'base', 'model', 'engine', 'mime', 'cli'}, GLIB | {'libdex', 'json-glib/', 'glib-unix', 'termios'}),
}
for provider in ('imap', 'pop3', 'smtp'):
    TABLE[f'sessions/{provider}'] = (
        {'base', 'model', 'mime', 'net', 'auth', 'sessions', 'wire/sasl', f'wire/{provider}', f'sessions/{provider}'},
        GLIB | {'libdex'})
TABLE['sessions/exchange'] = (
    {'base', 'model', 'mime', 'net', 'auth', 'sessions', 'wire/ews', 'sessions/exchange'}, GLIB | {'libdex'})
# Mixed owns a pop3 and an smtp session.
TABLE['sessions/mixed'] = ({'base', 'model', 'mime', 'net', 'auth', 'sessions', 'sessions/pop3', 'sessions/smtp', 'sessions/mixed'},
                           GLIB | {'libdex'})

# The one place where the providers' constructors meet.
METHODS = {'sessions/valija-methods.c'}
# In base only the glue for futures knows libdex.
DEX_IN_BASE = {'base/valija-future.c', 'base/valija-future.h', 'base/valija-promise.c', 'base/valija-promise.h'}


def folder_of(path, table):
    """The longest folder of the table that holds PATH."""
    parts = path.split('/')[:-1]
    for n in range(len(parts), 0, -1):
        if '/'.join(parts[:n]) in table:
            return '/'.join(parts[:n])
    return None


def matches(include, allowed):
    stem = include[:-2] if include.endswith('.h') else include
    return any(include.startswith(a) if a.endswith('/') else a in (stem, include) for a in allowed)


def check(src):
    problems, seen = [], 0
    for file in sorted(src.rglob('*.[ch]')):
        path = file.relative_to(src).as_posix()
        if path == 'main.c':
            continue
        folder = folder_of(path, TABLE)
        if folder is None:
            problems.append(f'{path}: no layer is called that')
            continue
        ours, libraries = TABLE[folder]
        for number, line in enumerate(file.read_text().splitlines(), 1):
            match = re.match(r'\s*#\s*include\s+(["<])([^">]+)[">]', line)
            if not match:
                continue
            seen += 1
            quoted, include = match.group(1) == '"', match.group(2)
            target = folder_of(include, TABLE) if quoted else None
            if include == 'config.h':
                continue
            if quoted and include.startswith('ui/') and folder == 'ui' or quoted and include == 'valija-resources.h':
                continue
            if target is not None:
                if target not in ours and not (path in METHODS and target.startswith('sessions/')):
                    problems.append(f'{path}:{number}: {folder} may not include {target} ({include})')
            elif quoted:
                problems.append(f'{path}:{number}: "{include}" does not say its layer')
            elif not matches(include, libraries | C):
                problems.append(f'{path}:{number}: {folder} may not include <{include}>')
            elif include.startswith('libdex') and folder == 'base' and path not in DEX_IN_BASE:
                problems.append(f'{path}:{number}: in base only the glue for futures knows libdex')
    return problems, seen


def main():
    src = pathlib.Path(sys.argv[1]) / 'src'
    problems, seen = check(src)
    if seen < 100:
        problems.append(f'only {seen} includes were read: the check itself is broken')
    print('\n'.join(problems))
    print(f'{seen} includes read, {len(problems)} against the table')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
