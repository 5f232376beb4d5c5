# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of an organisation, behind a proxy on loopback: what stands at https://autodiscover.example.org.

A client that goes through the proxy finds at each name what the order "hosts" put there, and at every other name nothing. Names are
"autodiscover.example.org" (port 443) or "http://autodiscover.example.org" (port 80); what stands there is {"kind": …}:

    exchange    the contract server, with a certificate of *.example.org and *.hoster.example; "autodiscover": the dialects that it
                knows ("json", "pox", "soap"; all, unless said), "ews": false where it is only for discovery, "after": a name
                that must have been asked before this one answers
    redirect    302 to "location", whatever is asked
    page        200 and a page to sign in
    moved       451, and no word of where to
    missing     404      garbage     200, text/xml, and what is no XML      silence     nothing, for as long as one waits

Each request is kept for the order "visits": {"host", "port", "method", "path", "authorization": the scheme, or null}.
"""

import urllib.parse

import autodiscover
from injections import HTML


def key_of(name):
    parts = urllib.parse.urlsplit(name if '://' in name else 'https://' + name)
    return parts.hostname, parts.port or (80 if parts.scheme == 'http' else 443)


class Place:
    """What a handler takes for its server: one host, where something else may stand while a connection is open."""

    def __init__(self, server, key):
        self.state, self.key = server.state, key

    @property
    def what(self):
        return self.state.hosts.get(self.key, {'kind': 'missing'})


def proxy_of(Handler):  # pylint: disable=invalid-name
    """The handlers of a proxy and of what is behind it, on top of the contract server's."""

    class Behind(Handler):
        def begin(self):
            super().begin()
            host, port = self.server.key
            given = self.headers.get('Authorization')
            path = urllib.parse.urlsplit(self.path).path
            state, after = self.server.state, self.server.what.get('after')
            with state.visited:
                state.visits.append({'host': host, 'port': port, 'method': self.command, 'path': path,
                                     'authorization': given and given.split()[0]})
                state.visited.notify_all()
                if after is not None:
                    state.visited.wait_for(lambda: any(visit['host'] == after for visit in state.visits), timeout=60)

        def answer_otherwise(self):
            """As what stands here, if it is not Exchange."""
            what = self.server.what
            kind = what['kind']
            if kind == 'redirect':
                self.reply(302, 'text/html', '<html>Moved</html>', {'Location': what['location']})
            elif kind == 'page':
                self.reply(200, 'text/html; charset=utf-8', HTML)
            elif kind == 'moved':
                self.reply(451, 'text/html', '<html>The mailbox has moved</html>')
            elif kind == 'garbage':
                self.reply(200, 'text/xml; charset=utf-8', '<Autodiscover><half')
            elif kind == 'silence':
                while self.rfile.read(1):
                    pass
                self.close_connection = True
            else:
                self.reply(404, 'text/html', '<html>404 - Not found</html>')

        def is_known(self):
            dialect = autodiscover.kind_of(self.path)
            if dialect is None:
                return self.server.what.get('ews', True)
            return dialect.removeprefix('Autodiscover').lower() in self.server.what.get('autodiscover', ('json', 'pox', 'soap'))

        def do_GET(self):
            if self.server.what['kind'] == 'exchange' and self.is_known():
                super().do_GET()
            else:
                self.begin()
                self.answer_otherwise()

        def do_POST(self):
            if self.server.what['kind'] == 'exchange' and self.is_known():
                super().do_POST()
            else:
                self.begin()
                self.rfile.read(int(self.headers.get('Content-Length', 0)))
                self.answer_otherwise()

    class Proxy(Handler):
        def setup(self):
            # Not TLS
            super(Handler, self).setup()
            self.behind = None

        def finish(self):
            if self.behind is None:
                super(Handler, self).finish()

        def find(self, key):
            what = self.server.state.hosts.get(key)
            if what is None:
                self.send_error(502)
            return what

        def do_CONNECT(self):
            host, _, port = self.path.rpartition(':')
            key = host.lower(), int(port)
            what = self.find(key)
            self.close_connection = True
            if what is None:
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.flush()
            self.behind = self.server.tls.wrap_socket(self.connection, server_side=True, do_handshake_on_connect=False)
            Behind(self.behind, self.client_address, Place(self.server, key))

        def do_GET(self):
            key = key_of(self.path)
            what = self.find(key)
            if what is None:
                return
            self.server.state.visits.append({'host': key[0], 'port': key[1], 'method': 'GET', 'path': urllib.parse.urlsplit(self.path).path,
                                             'authorization': self.headers.get('Authorization')})
            if what['kind'] == 'redirect':
                self.reply(302, 'text/html', '<html>Moved</html>', {'Location': what['location']})
            else:
                self.reply(200, 'text/html', HTML)

    return Proxy
