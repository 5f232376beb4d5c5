# SPDX-License-Identifier: GPL-3.0-or-later
"""A small client for the contract server: what its own test speaks, and whoever looks at it by hand."""

import base64
import http.client
import json
import os
import ssl
import struct
import urllib.parse
import xml.etree.ElementTree as ET

import ntlm
from soap import M, S, T, local

HEAD = f'<s:Envelope xmlns:s="{S}" xmlns:m="{M}" xmlns:t="{T}"><s:Header><t:RequestServerVersion Version="%s"/></s:Header><s:Body>'
TAIL = '</s:Body></s:Envelope>'


def envelope(body, version='Exchange2013_SP1'):
    return ((HEAD % version) + body + TAIL).encode()


class Answer:
    def __init__(self, status, headers, data):
        self.status, self.headers, self.data = status, headers, data
        self.root = None
        try:
            self.root = ET.fromstring(data)
        except ET.ParseError:
            pass

    def all(self, name):
        return [e for e in self.root.iter() if local(e.tag) == name]

    def texts(self, name):
        return [e.text or '' for e in self.all(name)]

    def first(self, name):
        return next(iter(self.all(name)), None)

    @property
    def codes(self):
        return self.texts('ResponseCode')


def type1():
    return b'NTLMSSP\0' + struct.pack('<II', 1, 0x00088207) + bytes(16)


def type3(challenge, user, password, domain=ntlm.DOMAIN, bindings=None, mic=None):
    """The answer to a challenge; with @mic (the first two messages) its integrity is sealed too."""
    nonce = challenge[24:32]
    length, _, offset = struct.unpack('<HHI', challenge[40:48])
    info = ntlm.pairs(challenge[offset:offset + length])
    if bindings:
        info[ntlm.AV_BINDINGS] = bindings
    if mic:
        info[ntlm.AV_FLAGS] = struct.pack('<I', 2)
    av = b''.join(ntlm.pair(kind, value) for kind, value in sorted(info.items())) + ntlm.pair(ntlm.AV_EOL)
    blob = b'\x01\x01' + bytes(6) + info.get(7, bytes(8)) + os.urandom(8) + bytes(4) + av + bytes(4)
    name, realm = user.encode('utf-16-le'), domain.encode('utf-16-le')
    key = ntlm.hmac_md5(ntlm.md4(password.encode('utf-16-le')), user.upper().encode('utf-16-le') + realm)
    proof = ntlm.hmac_md5(key, nonce + blob)
    response, at, fields, payload = proof + blob, 88, b'', b''
    for value in (bytes(24), response, realm, name, b'', b''):
        fields += struct.pack('<HHI', len(value), len(value), at + len(payload))
        payload += value
    message = b'NTLMSSP\0' + struct.pack('<I', 3) + fields + struct.pack('<I', 0x00888205) + bytes(8)
    seal = bytes(16)
    if mic:
        seal = ntlm.hmac_md5(ntlm.hmac_md5(key, proof), mic[0] + mic[1] + message + bytes(16) + payload)
    return message + seal + payload


class Client:
    check = None  # a function that tells what is wrong with an answer

    def __init__(self, where, scheme='basic', user=None, password=None):
        self.where, self.scheme = where, scheme
        self.user, self.password = user or where['user'], password or where['password']
        self.context = ssl.create_default_context(cafile=where['ca'])
        self.connection = None
        self.cookies = ''

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def raw(self, data, headers=None, method='POST', path='/EWS/Exchange.asmx'):
        if self.connection is None:
            self.connection = http.client.HTTPSConnection('localhost', self.where['port'], context=self.context, timeout=20)
        self.connection.request(method, path, data, {'Content-Type': 'text/xml; charset=utf-8', **(headers or {})})
        answer = self.connection.getresponse()
        heard = Answer(answer.status, answer.headers, answer.read())
        if Client.check is not None and heard.root is not None and path.startswith('/EWS') and answer.status == 200:
            wrong = Client.check(heard.data)
            assert wrong is None, (wrong, heard.data)
        return heard

    def authorization(self):
        if self.scheme != 'basic':
            return {}
        return {'Authorization': 'Basic ' + base64.b64encode(f'{self.user}:{self.password}'.encode()).decode()}

    def post(self, data, path='/EWS/Exchange.asmx'):
        return self.raw(data, self.authorization(), path=path)

    def call(self, body, version='Exchange2013_SP1'):
        return self.post(envelope(body, version))

    def sign_in_by_ntlm(self, bindings=None, mic=False):
        """The status of the third leg."""
        first = type1()
        answer = self.raw(b'', {'Authorization': 'NTLM ' + base64.b64encode(first).decode()})
        challenge = base64.b64decode(answer.headers['WWW-Authenticate'].split(' ')[1])
        domain, _, user = self.user.rpartition('\\')
        third = type3(challenge, user, self.password, domain, bindings, (first, challenge) if mic else None)
        get_folder = envelope('<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds>'
                              '<t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>')
        return self.raw(get_folder, {'Authorization': 'NTLM ' + base64.b64encode(third).decode()}).status


def order(where, *orders):
    """Carries out orders; the result of the last."""
    address = urllib.parse.urlsplit(where['control'])
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
    connection.request('POST', '/', json.dumps(list(orders)))
    answer = connection.getresponse()
    result = json.loads(answer.read())
    connection.close()
    if answer.status != 200:
        raise ValueError(result)
    return result[-1]
