# SPDX-License-Identifier: GPL-3.0-or-later
"""A line to a TLS server on loopback that fails after so many of the server's lines.

TLS ends on both sides of it, so that lines can be counted. What fails is told by `kind`: 'cut' closes both ends, 'stall'
says nothing more to the client, and those of GARBAGE say what no server says, and then one of the two. In each case the
server has already done what the line that is held back tells of.
"""

import random
import re
import select
import socket
import ssl
import threading

# What the two ends would notice of it: compressed lines, and a channel that is bound to its TLS
HIDDEN = rb'COMPRESS=DEFLATE|AUTH=SCRAM-[^ \]\r]+'

# Random bytes; a line without an end; NULs; an answer to nothing; and what promises more than there is room for
GARBAGE = 'noise', 'long', 'nul', 'stray', 'huge'
KINDS = 'cut', 'stall', *GARBAGE
STRAY = {'imap': b'A9999 OK Done\r\n* 7 EXPUNGE\r\n* SEARCH x\r\n', 'pop3': b'?WHAT 1 2\r\n', 'smtp': b'2x0 what\r\n999 no\r\n'}
HUGE = {'imap': b'* 1 FETCH (UID 1 BODY[] {4294967290}\r\nabc', 'pop3': b'+OK\r\n' + b'1 99999999999999999999\r\n' * 20000,
        'smtp': b'250-x\r\n' * 40000}


class Cutter:
    """Listens on a free loopback port. `hidden` (regular expression) is taken out of the server's lines."""

    def __init__(self, world, port, hidden=rb' (' + HIDDEN + rb')(?=[ \]\r])', trigger=rb'CAPABILITY', protocol='imap'):
        self.world, self.target, self.protocol = world, port, protocol
        self.hidden, self.trigger = hidden, trigger
        self.left, self.kind, self.faulted, self.on_fault = None, None, False, None
        self.random, self.stalls = random.Random(0), False
        self.lock = threading.Lock()
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server_side.load_cert_chain(world['directory'] + '/server.pem', world['directory'] + '/server.key')
        self.client_side = ssl.create_default_context(cafile=world['ca'])
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, lines, kind, seed=0, on_fault=None):
        with self.lock:
            self.left, self.kind, self.faulted, self.on_fault = lines, kind, False, on_fault
            self.random = random.Random(f'{seed} {lines} {kind}')
            self.stalls = kind == 'stall' or kind in GARBAGE and self.random.random() < 0.3

    def disarm(self):
        """Whether the fault has happened."""
        with self.lock:
            self.left = None
            return self.faulted

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        server = None
        try:
            client = self.server_side.wrap_socket(client, server_side=True)
            server = self.client_side.wrap_socket(socket.create_connection(('127.0.0.1', self.target)),
                                                  server_hostname='localhost')
            self.carry(client, server)
        except (OSError, ssl.SSLError):
            pass
        finally:
            for end in (client, server):
                if end is not None:
                    end.close()

    @staticmethod
    def read(end):
        """What has come, None for nothing yet, b'' at the end."""
        end.setblocking(False)
        try:
            return end.recv(65536)
        except (ssl.SSLWantReadError, BlockingIOError):
            return None
        finally:
            end.setblocking(True)

    def carry(self, client, server):
        rest = b''
        while True:
            ready = [end for end in (client, server) if end.pending()] or select.select([client, server], [], [])[0]
            if client in ready:
                data = self.read(client)
                if data == b'':
                    return
                if data:
                    server.sendall(data)
            if server in ready:
                data = self.read(server)
                if data == b'':
                    return
                if data and not self.pass_on(client, rest + data):
                    if self.stalls:
                        while self.read(client) != b'':
                            select.select([client], [], [])
                    return
                rest = b''

    def garbage(self):
        noise = bytes(self.random.randrange(256) for _ in range(200))
        return {'noise': noise + b'\r\n', 'long': b'* ' + b'x' * 3000000, 'nul': b'\0\0' + noise[:20] + b'\0\r\n',
                'stray': STRAY[self.protocol], 'huge': HUGE[self.protocol]}.get(self.kind, b'')

    def pass_on(self, client, data):
        """Passes on line by line; what is left without an end goes as it is. False once the fault is due."""
        for line in data.splitlines(keepends=True):
            with self.lock:
                due = self.left is not None and self.left <= 0 and not self.faulted
                if due:
                    self.faulted = True
                elif self.left is not None and line.endswith(b'\n'):
                    self.left -= 1
            if due:
                if self.on_fault is not None:
                    self.on_fault()
                client.sendall(self.garbage())
                return False
            if self.trigger in line:
                line = re.sub(self.hidden, b'', line)
            client.sendall(line)
        return True
