# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's side of NTLM (MS-NLMP): a challenge, and the proof that a NTLMv2 response is right."""

import base64
import hashlib
import hmac
import os
import struct

DOMAIN = 'EXAMPLE'
AV_EOL, AV_DOMAIN, AV_FLAGS, AV_BINDINGS = 0, 2, 6, 10


def md4(data):
    """RFC 1320; today's OpenSSL has it no more."""
    mask = 0xffffffff
    state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
    data = data + b'\x80' + bytes((55 - len(data)) % 64) + struct.pack('<Q', 8 * len(data))
    rounds = [(list(range(16)), (3, 7, 11, 19), 0, lambda b, c, d: (b & c) | (~b & d)),
              ([i % 4 * 4 + i // 4 for i in range(16)], (3, 5, 9, 13), 0x5a827999, lambda b, c, d: (b & c) | (b & d) | (c & d)),
              ([0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15], (3, 9, 11, 15), 0x6ed9eba1, lambda b, c, d: b ^ c ^ d)]
    for at in range(0, len(data), 64):
        x = struct.unpack('<16I', data[at:at + 64])
        a, b, c, d = state
        for order, shifts, constant, mix in rounds:
            for i, k in enumerate(order):
                value = (a + (mix(b, c, d) & mask) + x[k] + constant) & mask
                shift = shifts[i % 4]
                a, b, c, d = d, (value << shift | value >> 32 - shift) & mask, b, c
        state = [(old + new) & mask for old, new in zip(state, (a, b, c, d))]
    return struct.pack('<4I', *state)


def hmac_md5(key, data):
    return hmac.new(key, data, hashlib.md5).digest()


def pair(kind, value=b''):
    return struct.pack('<HH', kind, len(value)) + value


def pairs(data):
    found = {}
    while len(data) >= 4:
        kind, length = struct.unpack('<HH', data[:4])
        if kind == AV_EOL:
            break
        found[kind] = data[4:4 + length]
        data = data[4 + length:]
    return found


def bindings_of(certificate):
    """The hash of the channel (RFC 5929's tls-server-end-point) as MS-NLMP wants it: of gss_channel_bindings_struct."""
    application = b'tls-server-end-point:' + hashlib.sha256(certificate).digest()
    return hashlib.md5(bytes(16) + struct.pack('<I', len(application)) + application).digest()


class Exchange:
    """What one connection remembers between the messages."""

    def __init__(self):
        self.nonce = os.urandom(8)

    def challenge(self):
        name = DOMAIN.encode('utf-16-le')
        info = pair(AV_DOMAIN, name) + pair(1, 'SERVER'.encode('utf-16-le')) + \
            pair(7, struct.pack('<Q', 133_000_000_000_000_000)) + pair(AV_EOL)
        flags = 0x00000001 | 0x00000004 | 0x00000200 | 0x00010000 | 0x00080000 | 0x00800000
        message = b'NTLMSSP\0' + struct.pack('<IHHII', 2, len(name), len(name), 56, flags) + self.nonce + bytes(8) + \
            struct.pack('<HHI', len(info), len(info), 56 + len(name)) + bytes(8) + name + info
        return base64.b64encode(message).decode()

    def verify(self, message, password_of, bindings=None, type1=b'', type2=b''):
        """The name of who signed in, or None. @bindings: what the response must be bound to."""

        def field(at):
            length, _, offset = struct.unpack('<HHI', message[at:at + 8])
            return message[offset:offset + length]

        if len(message) < 64 or message[:8] != b'NTLMSSP\0':
            return None
        response, domain, user = field(20), field(28), field(36)
        name = user.decode('utf-16-le', 'replace')
        password = password_of(name, domain.decode('utf-16-le', 'replace'))
        if password is None or len(response) <= 24:
            return None
        key = hmac_md5(md4(password.encode('utf-16-le')), name.upper().encode('utf-16-le') + domain)
        proof = hmac_md5(key, self.nonce + response[16:])
        if not hmac.compare_digest(proof, response[:16]):
            return None
        sent = pairs(response[16 + 28:])
        if bindings is not None and sent.get(AV_BINDINGS) != bindings:
            return None
        if struct.unpack('<I', sent.get(AV_FLAGS, bytes(4)))[0] & 2:
            session = hmac_md5(key, proof)
            flags, = struct.unpack('<I', message[60:64])
            if flags & 0x40000000:
                return None  # an exchanged key was never offered
            if hmac_md5(session, type1 + type2 + message[:72] + bytes(16) + message[88:]) != message[72:88]:
                return None
        return name
