# SPDX-License-Identifier: GPL-3.0-or-later
"""What `./dev demo` does without a display: opens Valija headless, fetches the mail, and leaves pictures of what it shows."""

import time

import desktop


def run(demo):
    display = desktop.Display()
    hands = desktop.Hands('valija')
    process = None
    try:
        demo.tell('Fetching the mail of four accounts')
        demo.tell(demo.ctl('sync').strip())
        process = demo.start(display)
        hands.wait(hands.application, 'the application')
        hands.find('frame')
        time.sleep(3)  # for the picture only: nothing is judged by it
        display.screenshot(demo.out / 'window.png')
        demo.tell('The window is open: window.png')
        (demo.out / 'tree.txt').write_text(hands.tree(), encoding='utf-8')
        return 0
    finally:
        if process is not None:
            desktop.finish(process)
        display.close()
