# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong on order. An order is a JSON object:

    {"fault": KIND, "operation": "GetItem" or null for any, "times": 1, "after": 0, …}

"after" lets that many pass first. Operations are those of EWS, Probe (a GET), and AutodiscoverJson,
AutodiscoverPox, AutodiscoverSoap. Kinds:

    busy        ErrorServerBusy; "milliseconds" (null: none is said), "form": "fault", "elements" (the other shape of MessageXml), "message"
    fault       a SOAP fault; "code", "text", "status": 500, "detail": true
    entry       the entry "index" (null: each) of a batch fails with "code"
    race        just before it somebody else does "change", an order as of that name
    stop        a batch stops after "done" entries: Warning, ErrorBatchProcessingStopped
    short       only "kept" response messages are sent
    status      a HTTP status; "status": 503, "headers": {"Retry-After": "2"}, "body": HTML
    html        200 and a page for signing in
    redirect    302 to a form for signing in
    drop-request  the connection ends after "bytes" of the request's body were read
    drop-answer   all is done, and the connection ends "where": "before" the answer or in the "middle" of it
    hold        all is done, and the answer stops after its first "octets", until the order "release"
    silence     nothing is answered, and the connection stays open
    garbage     200, text/xml, and what is no XML
"""

import threading

from soap import EwsError, Fault

HTML = '<!DOCTYPE html><html><head><title>Sign in</title></head><body><form action="/owa/auth.owa" method="post">' \
       '<input name="username"><input name="password" type="password"></form></body></html>'


class Injections:
    def __init__(self):
        self.orders = []
        self.mutex = threading.Lock()
        self.fired = []
        self.released = threading.Event()

    def add(self, order):
        known = ('busy', 'fault', 'entry', 'stop', 'short', 'status', 'html', 'redirect', 'drop-request', 'drop-answer', 'hold', 'silence',
                 'garbage', 'race')
        if order.get('fault') not in known:
            raise ValueError(f'no fault is called {order.get("fault")}')
        order.setdefault('times', 1)
        order.setdefault('after', 0)
        with self.mutex:
            self.orders.append(dict(order))

    def clear(self):
        with self.mutex:
            self.orders.clear()
            self.fired.clear()

    def take(self, operation, kinds):
        """The next order of one of @kinds that is due for @operation, or None."""
        with self.mutex:
            for order in self.orders:
                if order['fault'] not in kinds or order.get('operation') not in (None, operation) or order['times'] == 0:
                    continue
                if order['after'] > 0:
                    order['after'] -= 1
                    continue
                order['times'] -= 1
                self.fired.append({'fault': order['fault'], 'operation': operation})
                return dict(order)
        return None

    def check_request(self, operation):
        """Raises the fault that is due."""
        order = self.take(operation, ('busy', 'fault'))
        if order is None:
            return None
        if order['fault'] == 'fault':
            raise Fault(order.get('code', 'ErrorInternalServerError'), order.get('text', ''), order.get('values'),
                        order.get('status', 500), detail=order.get('detail', True))
        milliseconds = order.get('milliseconds', 1000)
        values = {'Reason': 'policy', 'BackOffMilliseconds': milliseconds} if milliseconds is not None else {}
        text = 'The server cannot service this request right now. Try again later.'
        if order.get('form', 'fault') == 'message':
            return EwsError('ErrorServerBusy', text, values)
        raise Fault('ErrorServerBusy', text, values, shape='elements' if order.get('form') == 'elements' else 'values')

    def stop_after(self, operation):
        order = self.take(operation, ('stop',))
        return order.get('done', 1) if order else None

    def short_answer(self, operation):
        order = self.take(operation, ('short',))
        return order.get('kept', 0) if order else None

    def entry_error(self, operation, index):
        with self.mutex:
            for order in self.orders:
                if order['fault'] != 'entry' or order.get('operation') not in (None, operation) or order['times'] == 0:
                    continue
                if order.get('index') not in (None, index):
                    continue
                if order['after'] > 0:
                    order['after'] -= 1
                    continue
                order['times'] -= 1
                self.fired.append({'fault': 'entry', 'operation': operation, 'index': index})
                return EwsError(order.get('code', 'ErrorItemNotFound'), order.get('text', ''), order.get('values'))
        return None
