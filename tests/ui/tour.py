#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job as a test: what `./dev demo` shows without a display, in a smaller world.

Usage: tour.py OUT, where OUT gets what is to be seen when a step fails.
"""

import os
import pathlib
import shutil
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / 'tests/world'), str(TOP / 'tests/support')]

import desktop
import world as mail_world


def main():
    if not desktop.inside_session():
        with desktop.temporary_home() as home:
            return desktop.enter_session(home)

    # Warnings end the application, not us: the accessibility library has one of its own at each start
    strict = os.environ.pop('G_DEBUG', '')
    import tour
    out = pathlib.Path(sys.argv[1])
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    number = 0

    def say(line):
        print('\n'.join(f'# {part}' for part in line.split('\n')), flush=True)

    def done(step, error):
        nonlocal number
        number += 1
        if error:
            say(error)
            say((out / 'valija.log').read_text(errors='replace')[-4000:])
        print(f'{"not ok" if error else "ok"} {number} - {step}', flush=True)

    print(f'1..{len(tour.Tour.STEPS)}', flush=True)
    with mail_world.World() as world:
        world.fill(24)
        desktop.unlock_keyring()
        main_job = tour.Tour(world, pathlib.Path(os.environ['HOME']), out, say, pictures=False)
        main_job.display.env['G_DEBUG'] = strict
        return 0 if main_job.run(done) else 1


if __name__ == '__main__':
    sys.exit(main())
