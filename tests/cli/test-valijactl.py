#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""valijactl against the real servers of tests/world: what a script would do with it, and what goes wrong.

Run by world.py, which names its servers in VALIJA_WORLD. The first argument is the program;
others are the names of the cases to run, instead of all.
"""

import sys
import traceback

# In the order in which they run
import cases_exchange
import cases_account
import cases_mail
import cases_send
from ctl import TESTS


def main():
    chosen = [function for function in TESTS if function.__name__ in sys.argv[2:]] or TESTS
    print(f'1..{len(chosen)}')
    failed = 0
    for number, function in enumerate(chosen, 1):
        try:
            function()
            print(f'ok {number} /cli/{function.__name__.replace("_", "-")}', flush=True)
        except Exception:
            failed += 1
            print(f'not ok {number} /cli/{function.__name__.replace("_", "-")}', flush=True)
            for line in traceback.format_exc().splitlines():
                print(f'# {line}', flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
