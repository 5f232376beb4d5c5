# SPDX-License-Identifier: GPL-3.0-or-later
"""A long line to a server on loopback: what passes arrives later, and is counted.

A turn is counted when the client speaks although nothing of the server's is still on its way to it (it has heard all,
and what it says now had to wait for that) and then hears an answer: what is said on leaving, by one that does not wait
for it, is none. The handshake of TLS, the same for all, is not counted.
"""

import collections
import selectors
import socket
import threading
import time

CHUNK = 1 << 18
# How much may be on its way in one direction; more is left to the sender's socket
IN_FLIGHT = 64 << 20
# What a record of the handshake begins with: ChangeCipherSpec, Handshake. Nobody's command does
HANDSHAKE = (20, 22)


class Count:
    """What has passed, at one moment."""

    def __init__(self, turns=0, bytes_in=0, bytes_out=0, connections=0):
        self.turns, self.bytes_in, self.bytes_out, self.connections = turns, bytes_in, bytes_out, connections

    def __sub__(self, other):
        return Count(self.turns - other.turns, self.bytes_in - other.bytes_in, self.bytes_out - other.bytes_out,
                     self.connections - other.connections)


class Direction:
    def __init__(self, source, target):
        self.source, self.target = source, target
        self.queue = collections.deque()  # (when it arrives, bytes; none at the end)
        self.size = 0
        self.ended = False
        self.heard = True  # something has arrived since the other side spoke last
        self.awaited = False  # it will be an answer that ends a turn


class Line:
    """Listens on a free loopback port and passes on to PORT, each way with a delay of SECONDS."""

    def __init__(self, port, seconds):
        self.target = port
        self.seconds = seconds
        self.passed = Count()
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.wake_read, self.wake_write = socket.socketpair()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.selector = selectors.DefaultSelector()
        self.pairs = []

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *args):
        self.wake_write.close()
        self.thread.join()
        for pair in self.pairs:
            for direction in pair:
                direction.source.close()
        self.listener.close()
        self.wake_read.close()
        self.selector.close()

    def count(self):
        return self.passed - Count()

    def accept(self):
        client, _ = self.listener.accept()
        server = socket.create_connection(('127.0.0.1', self.target))
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.passed.connections += 1
        pair = Direction(client, server), Direction(server, client)
        self.pairs.append(pair)
        self.selector.register(client, selectors.EVENT_READ, (pair[0], pair[1]))
        self.selector.register(server, selectors.EVENT_READ, (pair[1], None))

    def read(self, direction, back):
        """BACK is the other direction where this is the client's."""
        try:
            data = direction.source.recv(CHUNK)
        except OSError:
            data = b''
        direction.queue.append((time.monotonic() + self.seconds, data))
        direction.size += len(data)
        if not data:
            direction.ended = True
            self.selector.unregister(direction.source)
        elif direction.size > IN_FLIGHT:
            self.selector.unregister(direction.source)
        if back is None:
            self.passed.bytes_in += len(data)
            return
        self.passed.bytes_out += len(data)
        if data and not back.queue and back.heard:
            back.heard = False
            back.awaited = data[0] not in HANDSHAKE

    def deliver(self, pair, now):
        """Sends what has arrived; returns when the next will."""
        soonest = None
        for direction, back in (pair, pair[::-1]):
            while direction.queue and direction.queue[0][0] <= now:
                data = direction.queue.popleft()[1]
                try:
                    if data:
                        direction.target.sendall(data)
                        direction.heard = True
                        self.passed.turns += direction.awaited and not back.ended
                        direction.awaited = False
                    else:
                        direction.target.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
                paused = direction.size > IN_FLIGHT
                direction.size -= len(data)
                if paused and direction.size <= IN_FLIGHT and not direction.ended:
                    self.selector.register(direction.source, selectors.EVENT_READ, (direction, back if direction is pair[0] else None))
            if direction.queue and (soonest is None or direction.queue[0][0] < soonest):
                soonest = direction.queue[0][0]
        return soonest

    def run(self):
        self.selector.register(self.listener, selectors.EVENT_READ, None)
        self.selector.register(self.wake_read, selectors.EVENT_READ, self)
        while True:
            now = time.monotonic()
            times = [t for t in (self.deliver(pair, now) for pair in self.pairs) if t is not None]
            for pair in [p for p in self.pairs if all(d.ended and not d.queue for d in p)]:
                self.pairs.remove(pair)
                for direction in pair:
                    direction.source.close()
            wait = max(0, min(times) - time.monotonic()) if times else None
            for key, _ in self.selector.select(wait):
                if key.data is self:
                    return
                if key.data is None:
                    self.accept()
                else:
                    self.read(*key.data)
