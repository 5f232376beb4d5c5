#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A contract server for Exchange: EWS and Autodiscover over TLS, with real mailboxes in memory.

    server.py [--dialect 2016] [--auth negotiate,ntlm,basic] [--extended-protection] [--kerberos] [--contracts DIR] [--certificates DIR] [--script FILE]

prints one line of JSON that says where it is, and serves until its standard input ends or it is told to stop. It checks every request:
what Exchange would not take is answered by ErrorSchemaValidation and kept for the test to ask for. It is ordered about by JSON at the
control address, POST with {"do": …} or a list of those:

    state         folders and items of "user"                    stats         requests, connections, sign-ins since reset-stats
    violations    what was wrong with requests since asked last   sent          every message that was really sent
    inject        see injections.py                              clear         takes injections back
    set           an option: "name", "value" (see OPTIONS)       password      "user", "value": another one; locks open again
    deliver       a message ("mime" or "subject", "text") into "folder" of "user", with "read", "flag", "item_class", "convertible", …
    change        as another client does: "what": read, unread, flag, unflag, categories, move, delete, folder-create, folder-rename,
                  folder-delete; "subject" or "id", "folder", "to", "value"
    expire        sync-states or subscriptions ("what")          stream        close or beat ("what")
    fill          "count" messages into "folder" of "user"
    replies       the automatic replies of "user", with "state", "audience", "internal", … where they are said
    hosts         what stands at which names behind the proxy, see hosts.py     visits      what was asked of them since asked last
"""

import argparse
import base64
import gzip
import hmac
import http.server
import json
import pathlib
import random
import re
import shutil
import signal
import ssl
import socket
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta, timezone

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import autodiscover  # noqa: E402
import kerberos  # noqa: E402
import hosts  # noqa: E402
import ntlm  # noqa: E402
from events import Subscriptions  # noqa: E402
from injections import HTML, Injections  # noqa: E402
from operations import answer  # noqa: E402
from schema import Schema, check_request  # noqa: E402
from soap import (DIALECTS, VERSIONS, EwsError, Fault, child, children, envelope, fault_envelope, leaf, local, parse,  # noqa: E402
                  response_message, tag, text_of, version_at_least)
from store import Mailbox  # noqa: E402
from world import DOMAIN, PASSWORD, USERS, make_certificates  # noqa: E402

PATH = '/ews/exchange.asmx'
# Where the mailboxes may be instead
MOVED_PATH = '/ews/moved/exchange.asmx'
LOCK_AFTER = 5
OPTIONS = {
    'dialect': '2016', 'schemes': ['Negotiate', 'NTLM', 'Basic'], 'extended_protection': False,
    'sync_limit': 512, 'find_limit': 1000, 'find_limit_filtered': 250, 'page_limit': 1000, 'state_padding': 0,
    'query': 'on',             # off: not indexed; ignored: everything is found
    'numbers': True,           # PR_INTERNET_ARTICLE_NUMBER
    'quota': None,             # kilobytes that a mailbox may hold
    'other_servers': [],       # addresses of mailboxes that another server keeps: it must be asked for by name
    'closed_trash': [],        # addresses of mailboxes into whose Deleted Items nothing may be put
    'shared_inboxes': [],      # addresses of mailboxes of which nothing else is shared
    'new_ids': True, 'size_limit': 64 * 1024 * 1024, 'send_as': [], 'ex_addresses': False, 'gzip': True,
    'subscriptions_last': True,
    'stream_split': 0,         # bytes in a chunk of a stream; 0: an envelope at a time
    'stream_mute': False,      # an answer begins, and says nothing
    'stream_lost': False,      # the next news are written to a connection that is gone
    'stream_declarations': True, 'stream_seconds': None,  # instead of the minutes that are asked for
    'moved': None,             # a URL: the mailboxes are there, and 451 is the answer to whoever has signed in here
    'autodiscover_json': 'on', 'ews_url': None, 'redirects': {}, 'latency': 0.0,
}


class Server:
    def __init__(self, schema, **options):
        self.options = dict(OPTIONS, redirects={}, send_as=[], shared_inboxes=[], other_servers=[], closed_trash=[], **options)
        self.schema = schema
        self.mutex = threading.RLock()
        self.subscriptions = Subscriptions()
        self.injections = Injections()
        self.mailboxes, self.passwords, self.wrong = {}, {}, {}
        self.relay = None  # called with the author, the recipients and the source of what is sent
        self.shared = {f'team@{DOMAIN}'}
        for user, name in list(USERS.items()) + [('team', 'Equipo')]:
            address = f'{user}@{DOMAIN}'
            self.mailboxes[address] = Mailbox(address, name, self.changed)
            if address not in self.shared:
                self.passwords[user] = PASSWORD
        self.sent, self.violations, self.log = [], [], []
        self.reset_stats()
        self.open = 0
        self.seen = None  # a function that is told the number of each request as it comes
        self.hosts, self.visits, self.visited = {}, [], threading.Condition()
        self.bindings = None
        self.realm = None  # of Kerberos
        self.url = ''

    def changed(self, mailbox, what, folder, item, old=None):
        self.subscriptions.note(mailbox, what, folder, item, old)

    def reset_stats(self):
        self.stats = {'requests': 0, 'operations': {}, 'connections': 0, 'most_connections': 0, 'most_parallel': 0, 'bytes_in': 0,
                      'bytes_out': 0, 'sign_ins': {'basic': 0, 'ntlm': 0, 'negotiate': 0},
                      'refused': {'basic': 0, 'ntlm': 0, 'negotiate': 0}, 'agents': [], 'affine': [], 'anchors': {}}
        self.parallel = 0

    def note_anchor(self, operation, address):
        with self.mutex:
            found = self.stats['anchors'].setdefault(operation, [])
            if address not in found:
                found.append(address)

    def count(self, name, amount=1):
        with self.mutex:
            self.stats[name] += amount

    def mailbox_of(self, address):
        address = (address or '').lower()
        if address.startswith('/o='):
            return next((m for m in self.mailboxes.values() if self.legacy_name(m.address).lower() == address), None)
        return self.mailboxes.get(address)

    @staticmethod
    def legacy_name(address):
        return f'/o=Example/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn={address.split("@")[0]}'

    # -- Signing in

    def user_of(self, name, domain=''):
        name = name.lower()
        if '\\' in name:
            domain, name = name.split('\\', 1)
        if '@' in name:
            name, _, at = name.partition('@')
            if at != DOMAIN:
                return None
        if domain and domain.lower() not in (ntlm.DOMAIN.lower(), DOMAIN, 'example'):
            return None
        return name if name in self.passwords else None

    def is_locked(self, user):
        return self.wrong.get(user, 0) >= LOCK_AFTER

    def judge(self, scheme, user, right):
        with self.mutex:
            if right and not self.is_locked(user):
                self.wrong[user] = 0
                self.stats['sign_ins'][scheme] += 1
                return True
            self.stats['refused'][scheme] += 1
            if user is not None:
                self.wrong[user] = self.wrong.get(user, 0) + 1
            return False

    # -- EWS

    def version_of(self, header):
        newest = DIALECTS[self.options['dialect']][0]
        element = child(header, 'RequestServerVersion')
        wanted = element.get('Version') if element is not None else 'Exchange2007'
        if wanted not in VERSIONS or not version_at_least(newest, wanted):
            raise Fault('ErrorInvalidServerVersion', 'The specified server version is invalid.')
        return wanted

    def violation(self, name, text, data):
        with self.mutex:
            self.violations.append({'operation': name, 'text': text, 'request': data[:4000].decode('utf-8', 'replace')})
        raise Fault('ErrorSchemaValidation', f'The request failed schema validation: {text}')

    def read_request(self, data):
        try:
            header, operation = parse(data)
        except Fault as fault:
            self.violation('?', fault.text, data)
        return header, operation

    def handle(self, mailbox, header, operation, data):
        """The body of the answer. GetStreamingEvents is not for this."""
        name = local(operation.tag)
        with self.mutex:
            counts = self.stats['operations']
            counts[name] = counts.get(name, 0) + 1
            self.log.append(name)
        version = self.version_of(header)
        wrong = check_request(operation) or self.schema.check(data)
        if wrong:
            self.violation(name, wrong, data)
        busy = self.injections.check_request(name)
        if busy is not None:
            return tag(f'm:{name}Response', tag('m:ResponseMessages', response_message(f'{name}ResponseMessage', error=busy)))
        with self.mutex:
            return answer(self, mailbox, version, operation)

    # -- Orders

    def find_folder(self, mailbox, name):
        if name in mailbox.special:
            return mailbox.special[name]
        return next(f for f in mailbox.folders.values() if name in (f.name, f.id))

    def control(self, order):
        mailbox = self.mailboxes[f'{order.get("user", "ana")}@{DOMAIN}']
        what = order['do']
        with self.mutex:
            return getattr(self, 'do_' + what.replace('-', '_'))(order, mailbox)

    def do_state(self, order, mailbox):
        return mailbox.dump()

    def do_stats(self, order, mailbox):
        return dict(self.stats, open=self.open, subscriptions=len(self.subscriptions.all), locked=[u for u in self.passwords
                                                                                                   if self.is_locked(u)])

    def do_reset_stats(self, order, mailbox):
        self.reset_stats()
        self.stats['most_connections'] = self.open

    def do_violations(self, order, mailbox):
        """Whoever asks has them."""
        found, self.violations = self.violations, []
        return found

    def do_log(self, order, mailbox):
        """The operations in their order. Whoever asks has them."""
        found, self.log = self.log, []
        return found

    def do_sent(self, order, mailbox):
        return self.sent

    def do_inject(self, order, mailbox):
        self.injections.add({key: value for key, value in order.items() if key not in ('do', 'user')})

    def do_release(self, order, mailbox):
        self.injections.released.set()

    def do_injected(self, order, mailbox):
        return self.injections.fired

    def do_clear(self, order, mailbox):
        self.injections.clear()

    def do_set(self, order, mailbox):
        if order['name'] not in self.options:
            raise KeyError(order['name'])
        self.options[order['name']] = order['value']

    def do_password(self, order, mailbox):
        self.passwords[order.get('user', 'ana')] = order['value']
        self.wrong.clear()

    def do_replies(self, order, mailbox):
        mailbox.oof.update({key: value for key, value in order.items() if key in mailbox.oof})
        return mailbox.oof

    def do_deliver(self, order, mailbox):
        mime = order.get('mime')
        if mime is None:
            mime = f'From: Luis Ferrer <luis@{DOMAIN}>\r\nTo: {mailbox.address}\r\nSubject: {order.get("subject", "Hello")}\r\n' \
                   f'Date: {datetime.now(timezone.utc).strftime("%a, %d %b %Y %H:%M:%S +0000")}\r\n' \
                   f'Message-ID: <{random.getrandbits(64):x}@{DOMAIN}>\r\nMIME-Version: 1.0\r\n' \
                   f'Content-Type: text/plain; charset=utf-8\r\n\r\n{order.get("text", "Text")}\r\n'
        given = {key: order[key] for key in ('read', 'flag', 'item_class', 'convertible', 'categories', 'draft') if key in order}
        if 'properties' in order:
            given['extended'] = {tuple(key.split()): value for key, value in order['properties'].items()}
        if 'raw_subject' in order:
            given['subject'] = order['raw_subject']
        if 'received' in order:
            given['received'] = datetime.fromisoformat(order['received'])
        item = mailbox.deliver(self.find_folder(mailbox, order.get('folder', 'inbox')), mime.encode(), **given)
        return {'id': item.id, 'message_id': item.message_id}

    def do_fill(self, order, mailbox):
        folder = self.find_folder(mailbox, order.get('folder', 'inbox'))
        start = datetime(2026, 1, 1, tzinfo=timezone.utc)
        for n in range(order['count']):
            moment = start + timedelta(minutes=n)
            mime = f'From: Luis Ferrer <luis@{DOMAIN}>\r\nTo: {mailbox.address}\r\nSubject: Message {n} of {folder.name}\r\n' \
                   f'Date: {moment.strftime("%a, %d %b %Y %H:%M:%S +0000")}\r\nMessage-ID: <{folder.name.replace(" ", "")}.{n}@{DOMAIN}>\r\n' \
                   f'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n' + f'Line of message {n}.\r\n' * order.get('lines', 5)
            mailbox.deliver(folder, mime.encode(), received=moment, read=n % 3 != 0)

    def do_change(self, order, mailbox):
        what = order['what']
        if what == 'folder-create':
            parent = self.find_folder(mailbox, order.get('to', 'msgfolderroot'))
            return {'id': mailbox.add_folder(order['value'], parent).id}
        if what.startswith('folder-'):
            folder = self.find_folder(mailbox, order['folder'])
            if what == 'folder-rename':
                folder.name = order['value']
                mailbox.touch_folder(folder)
            else:
                mailbox.remove_folder(folder)
            return None
        folder = self.find_folder(mailbox, order.get('folder', 'inbox'))
        item = next(i for i in folder.items.values() if order.get('id') == i.id or order.get('subject') == i.subject)
        if what in ('read', 'unread'):
            item.read = what == 'read'
            mailbox.touch_item(item, 'read')
        elif what in ('flag', 'unflag'):
            item.flag = 'Flagged' if what == 'flag' else 'NotFlagged'
            mailbox.touch_item(item)
        elif what == 'categories':
            item.categories = order['value']
            mailbox.touch_item(item)
        elif what == 'edit':
            item.set_mime(re.sub(rb'(?s)(\r\n\r\n).*', rb'\g<1>' + order['text'].encode(), re.sub(
                rb'(?m)^Subject: .*?\r$', b'Subject: ' + order['value'].encode() + b'\r', item.mime)))
            mailbox.touch_item(item)
        elif what == 'replace':
            item.set_mime(item.mime.replace(order['value'].encode(), order['text'].encode()))
            mailbox.touch_item(item)
        elif what == 'move':
            return {'id': mailbox.move_item(item, self.find_folder(mailbox, order['to'])).id}
        elif what == 'delete':
            mailbox.remove_item(item)
        else:
            raise KeyError(what)
        return None

    def do_expire(self, order, mailbox):
        if order['what'] == 'subscriptions':
            self.subscriptions.expire()
        else:
            mailbox.epoch += 1

    def do_hosts(self, order, mailbox):
        self.hosts = {hosts.key_of(name): what for name, what in order['hosts'].items()}

    def do_visits(self, order, mailbox):
        """Whoever asks has them."""
        found, self.visits = self.visits, []
        return found

    def do_stream(self, order, mailbox):
        if order['what'] == 'close':
            self.subscriptions.close_streams()
        else:
            self.subscriptions.beat()


class Dropped(Exception):
    """The connection ends here."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    server_version = 'Microsoft-IIS/10.0'
    sys_version = ''
    wbufsize = -1
    disable_nagle_algorithm = True

    def setup(self):
        state = self.server.state
        try:
            self.request.do_handshake()
        except (OSError, ValueError) as error:
            raise Dropped from error
        super().setup()
        self.user = None  # whom NTLM has signed in on this connection
        self.exchange, self.type1, self.type2 = None, b'', b''
        self.acceptor = None
        with state.mutex:
            state.open += 1
            state.stats['connections'] += 1
            state.stats['most_connections'] = max(state.stats['most_connections'], state.open)

    def finish(self):
        state = self.server.state
        with state.mutex:
            state.open -= 1
        super().finish()

    def log_message(self, *args):
        pass

    # -- Answering

    def reply(self, status, kind, body, headers=None, cut=None, held=None):
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        if self.server.state.options['gzip'] and len(data) > 1000 and 'gzip' in self.headers.get('Accept-Encoding', '') and cut is None and held is None:
            data = gzip.compress(data, 1)
            self.send_header('Content-Encoding', 'gzip')
        if kind:
            self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(data)))
        for name, value in (headers or {}).items():
            for one in value if isinstance(value, list) else [value]:
                self.send_header(name, one)
        self.send_header('request-id', f'{random.getrandbits(64):016x}')
        self.send_header('X-FEServer', 'WORLD')
        if 'exchangecookie' not in self.headers.get('Cookie', ''):
            self.send_header('Set-Cookie', f'exchangecookie={random.getrandbits(128):032x}; path=/; HttpOnly')
        self.end_headers()
        if held is not None:
            self.wfile.write(data[:held])
            self.wfile.flush()
            self.server.state.injections.released.wait(60)
            data = data[held:]
        self.wfile.write(data if cut is None else data[:len(data) // 2])
        self.wfile.flush()
        self.server.state.count('bytes_out', len(data) + (held or 0))
        if cut is not None:
            raise Dropped

    def refuse(self, given=None):
        """401 with what is offered; @given is the next step of NTLM."""
        offers = [f'Basic realm="{self.headers.get("Host", "localhost")}"' if s == 'Basic' else s
                  for s in self.server.state.options['schemes']]
        self.reply(401, 'text/html', '<html>401 - Unauthorized</html>', {'WWW-Authenticate': [given] if given else offers})

    def sign_in(self):
        """The user's name; None when a 401 was answered."""
        state, given = self.server.state, self.headers.get('Authorization')
        if given is None:
            if self.user is not None:
                return self.user
            self.refuse()
            return None
        scheme, _, rest = given.partition(' ')
        if scheme not in state.options['schemes']:
            self.refuse()
            return None
        if scheme == 'Basic':
            name, _, password = base64.b64decode(rest).decode('utf-8', 'replace').partition(':')
            user = state.user_of(name)
            right = user is not None and hmac.compare_digest(state.passwords[user].encode(), password.encode())
            if state.judge('basic', user, right):
                return user
        elif scheme == 'NTLM':
            message = base64.b64decode(rest)
            kind = message[8] if len(message) > 12 else 0
            if kind == 1:
                self.exchange, self.type1, self.user = ntlm.Exchange(), message, None
                challenge = self.exchange.challenge()
                self.type2 = base64.b64decode(challenge)
                self.refuse(f'NTLM {challenge}')
                return None
            if kind == 3 and self.exchange is not None:
                exchange, self.exchange = self.exchange, None
                users = []

                def password_of(name, domain):
                    users.append(state.user_of(name, domain))
                    return state.passwords[users[0]] if users[0] else None

                bindings = state.bindings if state.options['extended_protection'] else None
                name = exchange.verify(message, password_of, bindings, self.type1, self.type2)
                if state.judge('ntlm', users[0] if users else None, name is not None):
                    self.user = users[0]
                    return self.user
        elif scheme == 'Negotiate' and state.realm is not None:
            return self.sign_in_by_ticket(base64.b64decode(rest))
        self.refuse()
        return None

    def sign_in_by_ticket(self, token):
        try:
            self.acceptor = self.acceptor or kerberos.Acceptor()
            answer, name = self.acceptor.step(token)
        except Exception:  # pylint: disable=broad-except  # whatever GSSAPI does not like about it
            answer, name = None, ''
        if name is None:
            self.refuse(f'Negotiate {base64.b64encode(answer).decode()}')
            return None
        self.acceptor = None
        # A ticket that is not bound to this connection may be somebody else's
        bound = not self.server.state.options['extended_protection']
        user = self.server.state.user_of(name) if name and bound else None
        if not self.server.state.judge('negotiate', user, user is not None):
            self.refuse()
            return None
        self.user = user
        return user

    # -- Requests

    def read_body(self, operation_hint=None):
        length = int(self.headers.get('Content-Length', 0))
        order = self.server.state.injections.take(operation_hint, ('drop-request',)) if length > 0 else None
        if order is not None:
            self.rfile.read(min(order.get('bytes', length // 2), length))
            raise Dropped
        data = self.rfile.read(length)
        if len(data) < length:
            raise Dropped
        self.server.state.count('bytes_in', length)
        return data

    def answer_injected(self, operation):
        """Whether HTTP itself went wrong on order."""
        order = self.server.state.injections.take(operation, ('status', 'html', 'redirect', 'silence', 'garbage'))
        if order is None:
            return False
        if order['fault'] == 'status':
            self.reply(order.get('status', 503), 'text/html', order.get('body', '<html>Service Unavailable</html>'), order.get('headers'))
        elif order['fault'] == 'html':
            self.reply(200, 'text/html; charset=utf-8', HTML)
        elif order['fault'] == 'redirect':
            self.reply(302, 'text/html', '<html>Moved</html>', {'Location': order.get('location', '/owa/auth/logon.aspx?replaceCurrent=1')})
        elif order['fault'] == 'garbage':
            self.reply(200, 'text/xml; charset=utf-8', '<s:Envelope><s:Body><half')
        else:
            while self.rfile.read(1):
                pass
            raise Dropped
        return True

    def answer_or_drop(self, operation, body, status=200):
        order = self.server.state.injections.take(operation, ('drop-answer', 'hold')) or {}
        if order.get('fault') == 'drop-answer' and order.get('where', 'before') == 'before':
            raise Dropped
        self.reply(status, 'text/xml; charset=utf-8', body, cut=order.get('where'), held=order.get('octets'))

    def handle_one_request(self):
        state = self.server.state
        try:
            super().handle_one_request()
        except (Dropped, ConnectionError, ssl.SSLError, TimeoutError):
            self.close_connection = True
            try:
                socket.socket.shutdown(self.request, socket.SHUT_RDWR)
            except OSError:
                pass
        finally:
            if getattr(self, 'counted', False):
                self.counted = False
                with state.mutex:
                    state.parallel -= 1

    def begin(self):
        state = self.server.state
        self.counted = True
        with state.mutex:
            state.stats['requests'] += 1
            seen = state.stats['requests']
            state.parallel += 1
            state.stats['most_parallel'] = max(state.stats['most_parallel'], state.parallel)
            agent = self.headers.get('User-Agent', '')
            if agent not in state.stats['agents']:
                state.stats['agents'].append(agent)
            action = self.headers.get('SOAPAction', '').strip('"').rpartition('/')[2]
            if self.headers.get('X-PreferServerAffinity') == 'true' and action not in state.stats['affine']:
                state.stats['affine'].append(action)
        if state.seen is not None:
            state.seen(seen)
        if state.options['latency']:
            time.sleep(state.options['latency'])

    def do_GET(self):
        self.begin()
        kind = autodiscover.kind_of(self.path)
        if kind and self.answer_injected(kind):
            return
        if kind == 'AutodiscoverJson':
            status, content_type, body = autodiscover.json_answer(self.server.state, self.path, self.server.state.url)
            self.reply(status, content_type, body)
        elif kind == 'AutodiscoverPox':
            if self.sign_in() is not None:
                self.reply(200, 'text/xml', autodiscover.pox_error(600, 'Invalid Request'))
        elif self.path.lower() in (PATH, MOVED_PATH):
            if not self.answer_injected('Probe') and self.sign_in() is not None:
                self.reply(405, 'text/html', '<html>405 - Method not allowed</html>', {'Allow': 'POST'})
        else:
            self.reply(404, 'text/html', '<html>404 - Not found</html>')

    def do_POST(self):
        self.begin()
        state = self.server.state
        discovering = autodiscover.kind_of(self.path)
        data = self.read_body(discovering)
        if discovering is None and self.path.lower() not in (PATH, MOVED_PATH):
            self.reply(404, 'text/html', '<html>404 - Not found</html>')
            return
        if discovering and self.answer_injected(discovering):
            return
        user = self.sign_in()
        if user is None:
            return
        if discovering:
            make = autodiscover.pox_answer if discovering == 'AutodiscoverPox' else autodiscover.soap_answer
            self.reply(200, 'text/xml; charset=utf-8', make(state, data, state.url))
            return
        if state.options['moved'] and self.path.lower() == PATH:
            self.reply(451, 'text/html', '<html>The mailbox has moved</html>', {'X-MS-Location': state.options['moved']})
            return
        operation = None
        try:
            header, element = state.read_request(data)
            operation = local(element.tag)
            if self.answer_injected(operation):
                return
            mailbox = state.mailboxes[f'{user}@{DOMAIN}']
            state.note_anchor(operation, self.headers.get('X-AnchorMailbox'))
            if operation == 'GetEvents' and not self.knows(text_of(element, 'SubscriptionId')):
                state.subscriptions.all.pop(text_of(element, 'SubscriptionId'), None)
            if operation == 'GetStreamingEvents':
                self.stream(header, element, data)
                return
            body = envelope(state.options['dialect'], state.handle(mailbox, header, element, data))
            status = 200
        except Fault as fault:
            body, status = fault_envelope(fault, state.options['dialect']), fault.status
        except EwsError as error:
            body, status = fault_envelope(Fault(error.code, error.text, error.values), state.options['dialect']), 500
        self.answer_or_drop(operation, body, status)

    # -- A response that stays open

    def stream(self, header, element, data):
        state = self.server.state
        name = 'GetStreamingEvents'
        # Whoever sees that it was asked for may end it
        since = state.subscriptions.generation, state.subscriptions.beats
        with state.mutex:
            counts = state.stats['operations']
            counts[name] = counts.get(name, 0) + 1
            state.parallel -= 1
        self.counted = False
        version = state.version_of(header)
        wrong = check_request(element) or state.schema.check(data)
        if wrong:
            state.violation(name, wrong, data)
        if not version_at_least(version, 'Exchange2010_SP1'):
            raise Fault('ErrorSchemaValidation', f'{name} is not known to {version}.')
        busy = state.injections.check_request(name)
        identities = [e.text for e in children(child(element, 'SubscriptionIds'))]
        seconds = state.options['stream_seconds']
        seconds = 60 * int(text_of(element, 'ConnectionTimeout')) if seconds is None else seconds
        self.send_response(200)
        self.send_header('Content-Type', 'text/xml; charset=utf-8')
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        if state.options['stream_mute']:
            self.wfile.flush()
            while self.rfile.read(1):
                pass
            raise Dropped
        missing = [i for i in identities if not self.knows(i)]
        if busy is not None or missing:
            error = busy or EwsError('ErrorSubscriptionNotFound', 'The specified subscription was not found.')
            inside = tag('m:ErrorSubscriptionIds', *(leaf('t:SubscriptionId', i) for i in missing)) if missing else ''
            self.send_envelope(response_message(f'{name}ResponseMessage', inside, error=error))
            self.send_chunk(b'')
            return
        self.send_envelope(response_message(f'{name}ResponseMessage', leaf('m:ConnectionStatus', 'OK')))
        self.follow(identities, time.monotonic() + seconds, *since)

    def knows(self, identity):
        """Whether this server, of several, is the one that has such a subscription."""
        found = self.server.state.subscriptions.all.get(identity)
        if found is None:
            return False
        elsewhere = self.server.state.options['other_servers']
        return found.mailbox.address not in elsewhere or self.headers.get('X-AnchorMailbox') == found.mailbox.address

    def follow(self, identities, deadline, generation, beats):
        state = self.server.state
        hub = state.subscriptions
        name = 'GetStreamingEventsResponseMessage'
        while True:
            with hub.changed:
                hub.changed.wait_for(lambda: hub.generation != generation or hub.beats != beats or any(
                    i not in hub.all or hub.all[i].told < len(hub.all[i].events) for i in identities),
                    max(0, min(deadline - time.monotonic(), 45)))
            over = hub.generation != generation or time.monotonic() >= deadline
            with state.mutex:
                gone = [i for i in identities if i not in hub.all]
                # What is not told here is for the next answer
                found = [] if over else [hub.all[i].notification() for i in identities if i not in gone and hub.all[i].told < len(hub.all[i].events)]
                if not found and not gone and not over:
                    found = [hub.all[identities[0]].notification()]
            beats = hub.beats
            if gone:
                self.send_envelope(response_message(name, tag('m:ErrorSubscriptionIds', *(leaf('t:SubscriptionId', i) for i in gone)),
                                                    error=EwsError('ErrorSubscriptionNotFound', 'The subscription was not found.')))
                break
            if state.options['stream_lost'] and any('StatusEvent' not in f for f in found):
                state.options['stream_lost'] = False
                raise Dropped
            if over:
                self.send_envelope(response_message(name, leaf('m:ConnectionStatus', 'Closed')))
                break
            self.send_envelope(response_message(name, tag('m:Notifications', *found)))
        self.send_chunk(b'')

    def send_envelope(self, message):
        options = self.server.state.options
        body = envelope(options['dialect'], tag('m:GetStreamingEventsResponse', tag('m:ResponseMessages', message)),
                        options['stream_declarations']).encode()
        step = options['stream_split'] or len(body)
        for at in range(0, len(body), step):
            self.send_chunk(body[at:at + step])

    def send_chunk(self, data):
        self.wfile.write(b'%x\r\n%s\r\n' % (len(data), data))
        self.wfile.flush()


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, handler, state, context=None):
        super().__init__(('127.0.0.1', 0), handler)
        self.state, self.context = state, context

    def get_request(self):
        connection, address = super().get_request()
        if self.context is not None:
            connection = self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (Dropped, OSError)):
            super().handle_error(request, client_address)


class Control(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *args):
        pass

    def do_POST(self):
        orders = json.loads(self.rfile.read(int(self.headers.get('Content-Length', 0))))
        try:
            results = [self.server.state.control(order) for order in (orders if isinstance(orders, list) else [orders])]
            status, result = 200, results if isinstance(orders, list) else results[0]
        except Exception as error:  # pylint: disable=broad-except  # whatever it is, the test is told
            status, result = 400, {'error': repr(error)}
        data = json.dumps(result).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Running:
    """The server on its threads: `with Running(…) as running: running.where …`."""

    def __init__(self, contracts=None, certificates=None, with_kerberos=False, **options):
        self.made = self.tickets = None
        if certificates is None:
            self.made = certificates = tempfile.mkdtemp(prefix='valija-exchange-')
            make_certificates(pathlib.Path(certificates))
        folder = pathlib.Path(certificates)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / 'server.pem', folder / 'server.key')
        self.state = Server(Schema(contracts), **options)
        self.state.bindings = ntlm.bindings_of(ssl.PEM_cert_to_DER_cert(
            (folder / 'server.pem').read_text()[(folder / 'server.pem').read_text().index('-----BEGIN'):]))
        self.ews = Listener(Handler, self.state, context)
        self.orders = Listener(Control, self.state)
        self.proxy = Listener(hosts.proxy_of(Handler), self.state)
        self.proxy.tls = context
        port = self.ews.server_address[1]
        self.state.url = f'https://localhost:{port}/EWS/Exchange.asmx'
        self.where = {'host': 'localhost', 'port': port, 'url': self.state.url, 'control': f'http://127.0.0.1:{self.orders.server_address[1]}/',
                      'proxy': f'http://127.0.0.1:{self.proxy.server_address[1]}',
                      'ca': str(folder / 'ca.pem'), 'user': f'{ntlm.DOMAIN}\\ana', 'email': f'ana@{DOMAIN}', 'password': PASSWORD,
                      'shared': f'team@{DOMAIN}', 'dialect': self.state.options['dialect'],
                      'schema': self.state.schema.schema is not None or self.state.schema.missing}
        if with_kerberos and kerberos.is_there():
            self.tickets = tempfile.mkdtemp(prefix='valija-kerberos-')
            self.state.realm = kerberos.Realm(self.tickets, 'ana', PASSWORD)
            self.where.update(krb5_config=str(self.state.realm.config), krb5_cache=f'FILE:{self.state.realm.cache}')
        for listener in (self.ews, self.orders, self.proxy):
            threading.Thread(target=listener.serve_forever, kwargs={'poll_interval': 0.05}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.state.subscriptions.expire()
        for listener in (self.ews, self.orders, self.proxy):
            listener.shutdown()
            listener.server_close()
        if self.state.realm is not None:
            self.state.realm.stop()
        for directory in (self.made, self.tickets):
            if directory:
                shutil.rmtree(directory, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--dialect', choices=sorted(DIALECTS), default='2016')
    parser.add_argument('--auth', default='negotiate,ntlm,basic')
    parser.add_argument('--extended-protection', action='store_true')
    parser.add_argument('--kerberos', action='store_true', help='a KDC of its own, where there is one to run')
    parser.add_argument('--contracts')
    parser.add_argument('--certificates')
    parser.add_argument('--script', help='a file of JSON: a list of orders carried out first')
    args = parser.parse_args()
    names = {'basic': 'Basic', 'ntlm': 'NTLM', 'negotiate': 'Negotiate'}
    with Running(args.contracts, args.certificates, args.kerberos, dialect=args.dialect, extended_protection=args.extended_protection,
                 schemes=[names[name] for name in args.auth.split(',')]) as running:
        if args.script:
            for order in json.loads(pathlib.Path(args.script).read_text()):
                running.state.control(order)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        print(json.dumps(running.where), flush=True)
        # Whoever started it holds the other end.
        while sys.stdin.buffer.read(4096):
            pass


if __name__ == '__main__':
    main()
