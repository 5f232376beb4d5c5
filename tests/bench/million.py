# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole application over a million messages in one folder: what it costs to fetch, start, scroll and search them."""

import pathlib

import world
from measure import Table, disk, scratch
from parts import SEARCHED, fill, percentiles
from programs import Valija
from window import MILLION, SCROLLER, scroll_once, start_once, valija_command


def million(args):
    """Ours alone: the peers are measured with fewer, in the other parts."""
    stored = Table(f'{MILLION} messages, whole', 'Fetched from loopback into the store, once; its size with the sources; searchable.')
    started = Table('Start to first rows painted', 'In cage, as with fewer messages, offline.')
    scrolled = Table('Scrolling', 'As with fewer messages, offline.')
    searched = Table('Searching', 'As with fewer messages: a process for each, the first 50 that are found.')
    with world.World() as w, scratch() as d:
        fill(w, 'mei', MILLION, 1400)
        valija = Valija(pathlib.Path(d) / 'valija', w, 'mei', 'imap', w.imaps_port)
        stored.add('Valija', valija.run('sync', '--inbox')[0] | {'size': disk(valija.profile)})
        start_once(valija, pathlib.Path(d), 'warm')
        for i in range(args.rounds):
            started.add('Valija', start_once(valija, pathlib.Path(d), str(i)))
            scrolled.add('Valija', scroll_once(valija, pathlib.Path(d), str(i), valija_command(valija, '--offline', program=SCROLLER)))
        searched.add('Valija', percentiles(valija.run('search', '--limit', '50', word)[0]['seconds']
                                           for _ in range(args.rounds) for word in SEARCHED))
    started.budget('seconds', started.median('Valija', 'seconds'), 0.3)
    started.budget('memory in MB', started.median('Valija', 'memory'), 100, '{:.0f}')
    scrolled.budget('milliseconds of the worst frame', 1000 * scrolled.median('Valija', 'worst'), 16, '{:.0f}')
    return [stored, started, scrolled, searched]
