# SPDX-License-Identifier: GPL-3.0-or-later
"""Autodiscover: v2 (JSON), POX and SOAP."""

import json
import re
import urllib.parse
import xml.etree.ElementTree as ET

from soap import escape, local

POX = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a'
BASE = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006'
SOAP = 'http://schemas.microsoft.com/exchange/2010/Autodiscover'


def kind_of(path):
    lower = path.lower()
    if lower.startswith('/autodiscover/autodiscover.json'):
        return 'AutodiscoverJson'
    if lower == '/autodiscover/autodiscover.xml':
        return 'AutodiscoverPox'
    if lower == '/autodiscover/autodiscover.svc':
        return 'AutodiscoverSoap'
    return None


def text_in(data, name):
    try:
        return next((e.text or '' for e in ET.fromstring(data).iter() if local(e.tag) == name), '')
    except ET.ParseError:
        return ''


def json_answer(server, path, url):
    """(status, type, body)"""
    parts = urllib.parse.urlsplit(path)
    query = {k.lower(): v[0] for k, v in urllib.parse.parse_qs(parts.query).items()}
    address = query.get('email') or urllib.parse.unquote(parts.path.rsplit('/', 1)[-1])
    if server.options['autodiscover_json'] == 'off':
        return 404, 'text/html', '<html>Not found</html>'
    if '@' not in address:
        return 400, 'application/json', json.dumps({'ErrorCode': 'InvalidParameter', 'ErrorMessage': 'The address is not valid.'})
    if query.get('protocol', '').lower() != 'ews':
        return 400, 'application/json', json.dumps({'ErrorCode': 'ProtocolNotSupported', 'ErrorMessage': 'Not supported.'})
    return 200, 'application/json; charset=utf-8', json.dumps({'Protocol': 'EWS', 'Url': server.options['ews_url'] or url})


def pox_error(code, message):
    return f'<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="{BASE}"><Response><Error Time="10:00:00" Id="1">' \
           f'<ErrorCode>{code}</ErrorCode><Message>{message}</Message><DebugData/></Error></Response></Autodiscover>'


def pox_answer(server, data, url):
    address = text_in(data, 'EMailAddress').lower()
    if not address or text_in(data, 'AcceptableResponseSchema') != POX:
        return pox_error(600, 'Invalid Request')
    redirect = server.options['redirects'].get(address)
    if redirect:
        name = 'redirectUrl' if '://' in redirect else 'redirectAddr'
        inside = f'<Action>{name}</Action><{name[0].upper()}{name[1:]}>{escape(redirect)}</{name[0].upper()}{name[1:]}>'
        return f'<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="{BASE}"><Response xmlns="{POX}"><Account>{inside}</Account>' \
               '</Response></Autodiscover>'
    mailbox = server.mailbox_of(address)
    if mailbox is None:
        return pox_error(500, 'The e-mail address cannot be found.')
    url = escape(server.options['ews_url'] or url)
    return f'<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="{BASE}"><Response xmlns="{POX}">' \
           f'<User><DisplayName>{escape(mailbox.name)}</DisplayName><AutoDiscoverSMTPAddress>{mailbox.address}</AutoDiscoverSMTPAddress></User>' \
           f'<Account><AccountType>email</AccountType><Action>settings</Action>' \
           f'<Protocol><Type>EXCH</Type><Server>inside.example.org</Server><EwsUrl>{url}</EwsUrl></Protocol>' \
           f'<Protocol><Type>EXPR</Type><Server>{re.sub("^https?://|[:/].*", "", url)}</Server><EwsUrl>{url}</EwsUrl></Protocol>' \
           '</Account></Response></Autodiscover>'


def soap_answer(server, data, url):
    address = text_in(data, 'Mailbox').lower()
    redirect, mailbox = server.options['redirects'].get(address), server.mailbox_of(address)
    if redirect:
        code, target = ('RedirectUrl' if '://' in redirect else 'RedirectAddress'), f'<RedirectTarget>{escape(redirect)}</RedirectTarget>'
        user = f'<UserResponse><ErrorCode>{code}</ErrorCode><ErrorMessage>Redirected</ErrorMessage>{target}</UserResponse>'
    elif mailbox is None:
        user = '<UserResponse><ErrorCode>InvalidUser</ErrorCode><ErrorMessage>Unknown</ErrorMessage></UserResponse>'
    else:
        settings = {'ExternalEwsUrl': server.options['ews_url'] or url, 'InternalEwsUrl': 'https://inside.example.org/EWS/Exchange.asmx',
                    'UserDisplayName': mailbox.name, 'AutoDiscoverSMTPAddress': mailbox.address,
                    'EwsSupportedSchemas': 'Exchange2007, Exchange2007_SP1, Exchange2010, Exchange2010_SP1'}
        wanted = [e.text for e in ET.fromstring(data).iter() if local(e.tag) == 'Setting']
        found = ''.join(f'<UserSetting i:type="StringSetting"><Name>{name}</Name><Value>{escape(settings[name])}</Value></UserSetting>'
                        for name in wanted if name in settings)
        user = f'<UserResponse><ErrorCode>NoError</ErrorCode><ErrorMessage>No error.</ErrorMessage>' \
               f'<UserSettings>{found}</UserSettings></UserResponse>'
    return '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' \
           f'<GetUserSettingsResponseMessage xmlns="{SOAP}" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><Response>' \
           f'<ErrorCode>NoError</ErrorCode><ErrorMessage/><UserResponses>{user}</UserResponses></Response>' \
           '</GetUserSettingsResponseMessage></s:Body></s:Envelope>'
