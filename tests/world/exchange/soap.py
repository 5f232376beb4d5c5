# SPDX-License-Identifier: GPL-3.0-or-later
"""SOAP as Exchange writes and reads it."""

import xml.etree.ElementTree as ET

S = 'http://schemas.xmlsoap.org/soap/envelope/'
M = 'http://schemas.microsoft.com/exchange/services/2006/messages'
T = 'http://schemas.microsoft.com/exchange/services/2006/types'
E = 'http://schemas.microsoft.com/exchange/services/2006/errors'

VERSIONS = ['Exchange2007', 'Exchange2007_SP1', 'Exchange2010', 'Exchange2010_SP1', 'Exchange2010_SP2', 'Exchange2013',
            'Exchange2013_SP1', 'Exchange2015', 'Exchange2016']

# dialect: the newest version it speaks, and what it calls itself
DIALECTS = {
    '2010': ('Exchange2010_SP1', dict(MajorVersion='14', MinorVersion='1', MajorBuildNumber='438', MinorBuildNumber='0',
                                      Version='Exchange2010_SP1')),
    '2013': ('Exchange2013_SP1', dict(MajorVersion='15', MinorVersion='0', MajorBuildNumber='1497', MinorBuildNumber='2',
                                      Version='V2_23')),
    '2016': ('Exchange2016', dict(MajorVersion='15', MinorVersion='1', MajorBuildNumber='2507', MinorBuildNumber='6',
                                  Version='V2017_07_11')),
}


class EwsError(Exception):
    """What goes wrong with one entry of a request."""

    def __init__(self, code, text='', values=None, warning=False):
        super().__init__(code)
        self.code, self.text, self.values, self.warning = code, text or f'{code} happened.', values or {}, warning


class Fault(EwsError):
    """What goes wrong with a request as a whole."""

    def __init__(self, code, text='', values=None, status=500, shape='values', detail=True):
        super().__init__(code, text, values)
        self.status, self.shape, self.detail = status, shape, detail


def version_at_least(version, floor):
    return VERSIONS.index(version) >= VERSIONS.index(floor)


def local(tag):
    return tag.rsplit('}', 1)[-1]


def child(element, name):
    """The first child of that local name, whatever its namespace."""
    for found in element if element is not None else ():
        if local(found.tag) == name:
            return found
    return None


def children(element, name=None):
    return [found for found in (element if element is not None else ()) if name is None or local(found.tag) == name]


def text_of(element, name, default=None):
    found = child(element, name)
    return default if found is None else (found.text or '')


ESCAPES = {n: f'&#x{n:X};' for n in range(32) if n not in (9, 10)}
ESCAPES.update({ord('&'): '&amp;', ord('<'): '&lt;', ord('>'): '&gt;', ord('"'): '&quot;'})


def escape(text):
    """With the control characters that XML 1.0 forbids and Exchange writes all the same."""
    return str(text).translate(ESCAPES)


def tag(name, *content, **attributes):
    """An element of pieces of XML; None leaves nothing. @name has its prefix."""
    opening = name + ''.join(f' {key}="{escape(value)}"' for key, value in attributes.items() if value is not None)
    inside = ''.join(piece for piece in content if piece is not None)
    return f'<{opening}>{inside}</{name}>' if inside else f'<{opening}/>'


def leaf(name, value, **attributes):
    return None if value is None else tag(name, escape(value), **attributes)


def message_xml(values, shape='values'):
    if not values:
        return None
    if shape == 'values':
        return tag('m:MessageXml', *(leaf('t:Value', value, Name=name) for name, value in values.items()))
    return tag('m:MessageXml', *(leaf('t:' + name, value) for name, value in values.items()))


def response_message(name, *payload, error=None):
    """One of the ResponseMessages; with @error what went wrong instead of the payload."""
    if error is None:
        return tag('m:' + name, leaf('m:ResponseCode', 'NoError'), *payload, ResponseClass='Success')
    return tag('m:' + name, leaf('m:MessageText', error.text), leaf('m:ResponseCode', error.code),
               leaf('m:DescriptiveLinkKey', 0), message_xml(error.values), *payload,
               ResponseClass='Warning' if error.warning else 'Error')


def envelope(dialect, body, declaration=True):
    version = ' '.join(f'{key}="{value}"' for key, value in DIALECTS[dialect][1].items())
    return ('<?xml version="1.0" encoding="utf-8"?>' if declaration else '') + \
        f'<s:Envelope xmlns:s="{S}"><s:Header><h:ServerVersionInfo {version} xmlns:h="{T}" xmlns="{T}"/></s:Header>' \
        f'<s:Body xmlns:m="{M}" xmlns:t="{T}">{body}</s:Body></s:Envelope>'


def fault_envelope(fault, dialect):
    detail = ''
    if fault.detail:
        values = message_xml(fault.values, fault.shape)
        values = values.replace('m:MessageXml', 't:MessageXml') if values else ''
        detail = f'<detail><e:ResponseCode xmlns:e="{E}">{escape(fault.code)}</e:ResponseCode>' \
                 f'<e:Message xmlns:e="{E}">{escape(fault.text)}</e:Message>' \
                 f'{values.replace("<t:MessageXml>", f"""<t:MessageXml xmlns:t="{T}">""")}</detail>'
    return '<?xml version="1.0" encoding="utf-8"?>' \
        f'<s:Envelope xmlns:s="{S}"><s:Body><s:Fault><faultcode xmlns:a="{T}">a:{escape(fault.code)}</faultcode>' \
        f'<faultstring xml:lang="en-US">{escape(fault.text)}</faultstring>{detail}</s:Fault></s:Body></s:Envelope>'


def parse(data):
    """(header, operation) of a request; a Fault as Exchange gives it for what is no XML."""
    try:
        root = ET.fromstring(data)
    except ET.ParseError as error:
        raise Fault('ErrorSchemaValidation', f'The request failed schema validation: {error}') from error
    if root.tag != f'{{{S}}}Envelope':
        raise Fault('ErrorSchemaValidation', 'The request is no SOAP envelope.')
    body = root.find(f'{{{S}}}Body')
    if body is None or len(body) != 1:
        raise Fault('ErrorSchemaValidation', 'The request has no body of one element.')
    return root.find(f'{{{S}}}Header'), body[0]
