#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the contract server keep the contract? test-exchange.py [FOLDER OF CONTRACTS]"""

import base64
import http.client
import json
import pathlib
import re
import ssl
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import ntlm  # noqa: E402
from client import Client, envelope, order  # noqa: E402
from server import Running  # noqa: E402

CONTRACTS = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 and pathlib.Path(sys.argv[1]).is_dir() else None
INBOX = '<t:DistinguishedFolderId Id="inbox"/>'
ID_ONLY = '<t:BaseShape>IdOnly</t:BaseShape>'


class Skip(Exception):
    pass


def equal(a, b):
    assert a == b, f'{a!r} is not {b!r}'


def sync(client, state='', most=100, folder=INBOX, version='Exchange2013_SP1'):
    state = f'<m:SyncState>{state}</m:SyncState>' if state else ''
    return client.call(f'<m:SyncFolderItems><m:ItemShape>{ID_ONLY}</m:ItemShape><m:SyncFolderId>{folder}</m:SyncFolderId>{state}'
                       f'<m:MaxChangesReturned>{most}</m:MaxChangesReturned></m:SyncFolderItems>', version)


def changes(answer):
    return [(re.sub('.*}', '', e.tag), next(i for i in e.iter() if i.tag.endswith('ItemId')).get('Id')) for e in answer.first('Changes')]


def get_item(client, *ids, shape=ID_ONLY, version='Exchange2013_SP1'):
    return client.call(f'<m:GetItem><m:ItemShape>{shape}</m:ItemShape><m:ItemIds>' + ''.join(f'<t:ItemId Id="{i}"/>' for i in ids) +
                       '</m:ItemIds></m:GetItem>', version)


def fields(*names):
    return ID_ONLY + '<t:AdditionalProperties>' + ''.join(f'<t:FieldURI FieldURI="{n}"/>' for n in names) + '</t:AdditionalProperties>'


def update(client, identity, path, value, resolution='AlwaysOverwrite', key=''):
    key = f' ChangeKey="{key}"' if key else ''
    return client.call(f'<m:UpdateItem ConflictResolution="{resolution}" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange>'
                       f'<t:ItemId Id="{identity}"{key}/><t:Updates><t:SetItemField>{path}<t:Message>{value}</t:Message>'
                       '</t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>')


def move(client, identity, target='deleteditems', what='MoveItem'):
    return client.call(f'<m:{what}><m:ToFolderId><t:DistinguishedFolderId Id="{target}"/></m:ToFolderId><m:ItemIds>'
                       f'<t:ItemId Id="{identity}"/></m:ItemIds></m:{what}>')


def create(client, mime, disposition='SendAndSaveCopy', folder='sentitems', more=''):
    return client.call(f'<m:CreateItem MessageDisposition="{disposition}"><m:SavedItemFolderId><t:DistinguishedFolderId Id="{folder}"/>'
                       f'</m:SavedItemFolderId><m:Items><t:Message><t:MimeContent>{base64.b64encode(mime).decode()}</t:MimeContent>{more}'
                       '</t:Message></m:Items></m:CreateItem>')


def items_of(where, folder, user='ana'):
    return next(f for f in order(where, {'do': 'state', 'user': user})['folders'] if f['special'] == folder)['items']


MIME = b'From: ana@example.org\r\nTo: luis@example.org\r\nBcc: mei@example.org\r\nSubject: Hi\r\nMessage-ID: <one@example.org>\r\n\r\nHi\r\n'


def test_samples(where):
    """Each of the samples is taken, and each answer is valid too."""
    folder = CONTRACTS / 'samples' if CONTRACTS else None
    if folder is None or not folder.is_dir():
        raise Skip('the contracts of Exchange are not beside the project')
    equal(where['schema'], True)
    client = Client(where)
    order(where, {'do': 'set', 'name': 'stream_seconds', 'value': 0})
    names = sorted(folder.glob('*.xml'))
    assert names
    for name in names:
        answer = client.post(name.read_bytes())
        assert answer.root is not None, name.name
        assert 'ErrorSchemaValidation' not in answer.codes, (name.name, answer.data)
        equal(order(where, {'do': 'violations'}), [])
    order(where, {'do': 'set', 'name': 'stream_seconds', 'value': None})


def test_violations(where):
    """Our own table sees what is wrong, with the schema or without it."""
    client = Client(where)
    shape = f'<m:ItemShape>{ID_ONLY}</m:ItemShape>'
    folder = f'<m:SyncFolderId>{INBOX}</m:SyncFolderId>'
    for body in (f'<m:SyncFolderItems>{folder}{shape}<m:MaxChangesReturned>10</m:MaxChangesReturned></m:SyncFolderItems>',
                 f'<m:SyncFolderItems>{shape}{folder}</m:SyncFolderItems>',
                 f'<m:SyncFolderItems>{shape}{folder}<m:MaxChangesReturned>513</m:MaxChangesReturned></m:SyncFolderItems>',
                 f'<m:SyncFolderItems>{shape}{folder}<m:MaxChanges>10</m:MaxChanges></m:SyncFolderItems>',
                 '<m:GetItem><m:ItemIds><t:ItemId Id="AAA="/></m:ItemIds></m:GetItem>',
                 '<m:DeleteItem><m:ItemIds><t:ItemId Id="AAA="/></m:ItemIds></m:DeleteItem>',
                 '<m:Nonsense/>', '<m:GetFolder', '<x:GetFolder xmlns:x="https://schemas.microsoft.com/exchange/services/2006/messages"/>',
                 '<m:GetFolder><m:FolderShape><t:BaseShape>\x01</t:BaseShape></m:FolderShape></m:GetFolder>'):
        answer = client.call(body)
        equal(answer.status, 500)
        equal(answer.codes, ['ErrorSchemaValidation'])
        equal(len(order(where, {'do': 'violations'})), 1)
    equal(order(where, {'do': 'violations'}), [])


def test_basic(where):
    for user in ('ana', 'EXAMPLE\\ana', 'ana@example.org', 'ANA'):
        equal(sync(Client(where, user=user)).status, 200)
    offered = Client(where, scheme='none').post(b'x')
    equal(offered.status, 401)
    equal([h.split(' ')[0] for h in offered.headers.get_all('WWW-Authenticate')], ['Negotiate', 'NTLM', 'Basic'])
    for _ in range(5):
        equal(sync(Client(where, password='wrong')).status, 401)
    equal(order(where, {'do': 'stats'})['locked'], ['ana'])
    equal(sync(Client(where)).status, 401)
    order(where, {'do': 'password', 'user': 'ana', 'value': where['password']})
    equal(sync(Client(where)).status, 200)


def test_ntlm(where):
    client = Client(where, scheme='ntlm')
    equal(client.sign_in_by_ntlm(), 200)
    equal(sync(client).status, 200)  # the connection is signed in
    client.close()
    equal(sync(client).status, 401)
    equal(Client(where, scheme='ntlm').sign_in_by_ntlm(mic=True), 200)
    equal(Client(where, scheme='ntlm', user='ana').sign_in_by_ntlm(), 200)
    equal(Client(where, scheme='ntlm', password='wrong').sign_in_by_ntlm(), 401)
    order(where, {'do': 'password', 'user': 'ana', 'value': 'contraseña 林'})
    equal(Client(where, scheme='ntlm', password='contraseña 林').sign_in_by_ntlm(), 200)
    order(where, {'do': 'password', 'user': 'ana', 'value': where['password']})


def test_extended_protection(where):
    certificate = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(('localhost', where['port'])))
    order(where, {'do': 'set', 'name': 'extended_protection', 'value': True})
    equal(Client(where, scheme='ntlm').sign_in_by_ntlm(), 401)
    equal(Client(where, scheme='ntlm').sign_in_by_ntlm(bindings=bytes(16)), 401)
    equal(Client(where, scheme='ntlm').sign_in_by_ntlm(bindings=ntlm.bindings_of(certificate), mic=True), 200)
    order(where, {'do': 'set', 'name': 'extended_protection', 'value': False}, {'do': 'password', 'value': where['password']})


def test_md4(where):
    equal(ntlm.md4(b'abc').hex(), 'a448017aaf21d8525fc10ae87aa6729d')
    equal(ntlm.md4(b'1234567890' * 8).hex(), 'e33b4ddc9c38f2199c3e7b164fcc0536')


def test_folders(where):
    client = Client(where)
    answer = client.call(f'<m:GetFolder><m:FolderShape>{ID_ONLY}</m:FolderShape><m:FolderIds>{INBOX}<t:DistinguishedFolderId '
                         'Id="archivemsgfolderroot"/></m:FolderIds></m:GetFolder>')
    equal(answer.codes, ['NoError', 'ErrorFolderNotFound'])
    hierarchy = '<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>%s</m:SyncFolderHierarchy>'
    answer = client.call(hierarchy % '')
    assert 'Inbox' in answer.texts('DisplayName')
    equal(answer.texts('IncludesLastFolderInRange'), ['true'])
    state = answer.texts('SyncState')[0]
    make = '<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id="msgfolderroot"/></m:ParentFolderId><m:Folders><t:Folder>' \
           '<t:DisplayName>Ñandú &amp; Co</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>'
    made = client.call(make)
    folder = made.first('FolderId').get('Id')
    equal(client.call(make).codes, ['ErrorFolderExists'])
    answer = client.call(hierarchy % f'<m:SyncState>{state}</m:SyncState>')
    equal([e.tag.split('}')[1] for e in answer.first('Changes')], ['Create'])
    state = answer.texts('SyncState')[0]
    order(where, {'do': 'change', 'what': 'folder-rename', 'folder': folder, 'value': 'Otra'})
    answer = client.call(hierarchy % f'<m:SyncState>{state}</m:SyncState>')
    equal((answer.first('Changes')[0].tag.split('}')[1], answer.texts('DisplayName')), ('Update', ['Otra']))
    state = answer.texts('SyncState')[0]
    for wanted in ('NoError', 'NoError', 'ErrorFolderNotFound'):
        answer = client.call(f'<m:DeleteFolder DeleteType="MoveToDeletedItems"><m:FolderIds><t:FolderId Id="{folder}"/></m:FolderIds>'
                             '</m:DeleteFolder>')
        equal(answer.codes, [wanted])
    answer = client.call(hierarchy % f'<m:SyncState>{state}</m:SyncState>')
    equal(answer.first('Changes')[0].tag.split('}')[1], 'Delete')
    with_root = f'<m:SyncFolderId><t:DistinguishedFolderId Id="msgfolderroot"/></m:SyncFolderId><m:SyncState>{state}</m:SyncState>'
    equal(client.call(hierarchy % with_root).codes, ['ErrorInvalidSyncStateData'])
    answer = client.call(f'<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds>{INBOX}</m:FolderIds></m:DeleteFolder>')
    equal(answer.codes, ['ErrorDeleteDistinguishedFolder'])


def test_sync(where):
    """Pages, newest first; then what happened, each thing once; and a client that follows has what the server has."""
    client = Client(where)
    order(where, {'do': 'fill', 'count': 250})
    have, state, pages, newest = set(), '', 0, []
    while True:
        answer = sync(client, state, 100)
        for what, identity in changes(answer):
            assert what == 'Create' and identity not in have or what == 'Delete' and pages == 3, what
            (have.add if what == 'Create' else have.discard)(identity)
            newest.append(identity)
        state, pages = answer.texts('SyncState')[0], pages + 1
        if pages == 1:
            order(where, {'do': 'deliver', 'subject': 'In the middle'}, {'do': 'change', 'what': 'delete', 'subject': 'Message 3 of Inbox'})
        if answer.texts('IncludesLastItemInRange') == ['true']:
            break
    there = items_of(where, 'inbox')
    equal(next(i['subject'] for i in there if i['id'] == newest[0]), 'Message 249 of Inbox')
    equal(pages, 4)
    equal(have, {i['id'] for i in there})
    equal(len({i.lower() for i in have}) < len(have), True)  # ids that differ only in case
    equal(changes(sync(client, state)), [])
    order(where, {'do': 'change', 'what': 'read', 'subject': 'Message 0 of Inbox'}, {'do': 'change', 'what': 'flag', 'subject': 'Message 1 of Inbox'},
          {'do': 'change', 'what': 'move', 'subject': 'Message 2 of Inbox', 'to': 'junkemail'})
    equal([what for what, _ in changes(sync(client, state))], ['ReadFlagChange', 'Update', 'Delete'])
    one = sync(client, state, 1)
    equal(([what for what, _ in changes(one)], one.texts('IncludesLastItemInRange')), (['ReadFlagChange'], ['false']))
    equal([what for what, _ in changes(sync(client, one.texts('SyncState')[0], 1))], ['Update'])
    equal(sync(client, state, folder='<t:DistinguishedFolderId Id="drafts"/>').codes, ['ErrorInvalidSyncStateData'])
    equal(sync(client, 'AAAA').codes, ['ErrorInvalidSyncStateData'])
    order(where, {'do': 'expire', 'what': 'sync-states'})
    equal(sync(client, state).codes, ['ErrorInvalidSyncStateData'])


def test_items(where):
    client = Client(where)
    mime = 'From: "Luis" <luis@example.org>\r\nTo: ana@example.org\r\nSubject: =?utf-8?q?A=C3=B1o?=\r\nMessage-ID: <x@y>\r\n' \
           'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nText of it\r\n--b\r\n' \
           'Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename="../a.pdf"\r\n' \
           'Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b--\r\n'
    one = order(where, {'do': 'deliver', 'mime': mime})['id']
    shape = fields('item:Subject', 'item:HasAttachments', 'item:Attachments', 'item:Flag', 'item:Preview', 'message:From', 'message:IsRead')
    answer = get_item(client, one, 'AAMkADExInothing', '!', shape=shape)
    equal(answer.codes, ['NoError', 'ErrorItemNotFound', 'ErrorInvalidIdMalformed'])
    equal((answer.texts('Subject'), answer.texts('HasAttachments'), answer.texts('IsRead'), answer.texts('FlagStatus')),
          (['Año'], ['true'], ['false'], ['NotFlagged']))
    equal(answer.texts('Preview'), ['Text of it'])
    attachment = answer.first('AttachmentId').get('Id')
    answer = client.call(f'<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="{attachment}"/></m:AttachmentIds></m:GetAttachment>')
    equal((answer.texts('Content'), answer.texts('Name')), (['aGVsbG8='], ['../a.pdf']))
    answer = get_item(client, one, shape=ID_ONLY + '<t:IncludeMimeContent>true</t:IncludeMimeContent>')
    equal(base64.b64decode(answer.texts('MimeContent')[0]).decode(), mime)
    bad = order(where, {'do': 'deliver', 'subject': 'Bad', 'convertible': False})['id']
    answer = get_item(client, bad, shape=ID_ONLY + '<t:IncludeMimeContent>true</t:IncludeMimeContent>')
    equal(answer.codes, ['ErrorMimeContentConversionFailed'])
    equal(get_item(client, bad, shape=fields('item:Subject')).texts('Subject'), ['Bad'])
    control = order(where, {'do': 'deliver', 'raw_subject': 'a\x01b'})['id']
    assert b'<t:Subject>a&#x1;b</t:Subject>' in get_item(client, control, shape=fields('item:Subject')).data
    meeting = order(where, {'do': 'deliver', 'subject': 'Meet', 'item_class': 'IPM.Schedule.Meeting.Request'})['id']
    assert get_item(client, meeting).first('MeetingRequest') is not None
    unknown = order(where, {'do': 'deliver', 'subject': 'New', 'item_class': 'IPM.Sharing'})['id']
    assert get_item(client, unknown).first('Item') is not None


def test_change(where):
    client = Client(where)
    one = order(where, {'do': 'deliver', 'subject': 'To change'})['id']
    key = get_item(client, one).first('ItemId').get('ChangeKey')
    equal(update(client, one, '<t:FieldURI FieldURI="message:IsRead"/>', '<t:IsRead>true</t:IsRead>').codes, ['NoError'])
    flag = '<t:FieldURI FieldURI="item:Flag"/>', '<t:Flag><t:FlagStatus>Flagged</t:FlagStatus></t:Flag>'
    equal(update(client, one, *flag, resolution='AutoResolve').codes, ['ErrorChangeKeyRequired'])
    equal(update(client, one, *flag, resolution='AutoResolve', key=key).codes, ['ErrorIrresolvableConflict'])
    key = get_item(client, one).first('ItemId').get('ChangeKey')
    equal(update(client, one, *flag, resolution='AutoResolve', key=key).codes, ['NoError'])
    update(client, one, '<t:FieldURI FieldURI="item:Categories"/>', '<t:Categories><t:String>Work</t:String></t:Categories>')
    path = '<t:ExtendedFieldURI PropertyTag="0x1081" PropertyType="Integer"/>'
    update(client, one, path, f'<t:ExtendedProperty>{path}<t:Value>102</t:Value></t:ExtendedProperty>')
    path = '<t:ExtendedFieldURI PropertyTag="0x0E07" PropertyType="Integer"/>'
    equal(update(client, one, path, f'<t:ExtendedProperty>{path}<t:Value>1</t:Value></t:ExtendedProperty>').codes, ['ErrorPropertyUpdate'])
    item = next(i for i in items_of(where, 'inbox') if i['id'] == one)
    equal((item['read'], item['flag'], item['categories'], item['verb']), (True, 'Flagged', ['Work'], '102'))
    search_key = ID_ONLY + '<t:AdditionalProperties><t:ExtendedFieldURI PropertyTag="0x300B" PropertyType="Binary"/></t:AdditionalProperties>'
    before = get_item(client, one, shape=search_key).texts('Value')
    moved = move(client, one).first('ItemId').get('Id')
    assert moved != one
    equal(get_item(client, one).codes, ['ErrorItemNotFound'])
    equal(get_item(client, moved, shape=search_key).texts('Value'), before)
    copied = move(client, moved, 'inbox', 'CopyItem').first('ItemId').get('Id')
    assert get_item(client, moved, copied).codes == ['NoError', 'NoError']
    order(where, {'do': 'set', 'name': 'new_ids', 'value': False})
    equal(move(client, copied, 'junkemail').all('ItemId'), [])
    order(where, {'do': 'set', 'name': 'new_ids', 'value': True})
    answer = client.call(f'<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId Id="{moved}"/><t:ItemId Id="{moved}"/></m:ItemIds></m:DeleteItem>')
    equal(answer.codes, ['NoError', 'ErrorItemNotFound'])
    junk = order(where, {'do': 'deliver', 'subject': 'Spam'})['id']
    answer = client.call(f'<m:MarkAsJunk IsJunk="true" MoveItem="true"><m:ItemIds><t:ItemId Id="{junk}"/></m:ItemIds></m:MarkAsJunk>')
    assert any(i['id'] == answer.first('MovedItemId').get('Id') for i in items_of(where, 'junkemail'))
    client.call('<m:EmptyFolder DeleteType="HardDelete" DeleteSubFolders="true"><m:FolderIds><t:DistinguishedFolderId Id="junkemail"/>'
                '</m:FolderIds></m:EmptyFolder>')
    equal(items_of(where, 'junkemail'), [])


def test_send(where):
    client = Client(where)
    before = len(order(where, {'do': 'sent'}))
    more = '<t:BccRecipients><t:Mailbox><t:EmailAddress>omar@example.org</t:EmailAddress></t:Mailbox></t:BccRecipients>'
    answer = create(client, MIME, more=more)
    equal((answer.codes, answer.all('ItemId')), (['NoError'], []))
    sent = order(where, {'do': 'sent'})[before:]
    equal((len(sent), sent[0]['recipients']), (1, ['luis@example.org', 'mei@example.org', 'omar@example.org']))
    equal([i['message_id'] for i in items_of(where, 'sentitems')], ['<one@example.org>'])
    for user in ('luis', 'mei', 'omar'):
        equal([i['message_id'] for i in items_of(where, 'inbox', user)], ['<one@example.org>'])
    draft = create(client, MIME, 'SaveOnly', 'drafts').first('ItemId')
    stale = draft.get('ChangeKey')
    update(client, draft.get('Id'), '<t:FieldURI FieldURI="item:Subject"/>', '<t:Subject>Other</t:Subject>')
    send = '<m:SendItem SaveItemToFolder="true"><m:ItemIds><t:ItemId Id="%s" ChangeKey="%s"/></m:ItemIds></m:SendItem>'
    equal(client.call(send % (draft.get('Id'), stale)).codes, ['ErrorIrresolvableConflict'])
    key = get_item(client, draft.get('Id')).first('ItemId').get('ChangeKey')
    equal(client.call(send % (draft.get('Id'), key)).codes, ['NoError'])
    equal(len(items_of(where, 'sentitems')), 2)
    equal(create(client, MIME.replace(b'From: ana', b'From: luis')).codes, ['ErrorSendAsDenied'])
    equal(create(client, b'From: ana@example.org\r\nSubject: x\r\n\r\n').codes, ['ErrorMissingRecipients'])
    path = '<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x0E07" PropertyType="Integer"/><t:Value>1</t:Value></t:ExtendedProperty>' \
           '<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x0E06" PropertyType="SystemTime"/><t:Value>2020-01-02T03:04:05Z</t:Value>' \
           '</t:ExtendedProperty>'
    kept = create(client, MIME, 'SaveOnly', 'inbox', path).first('ItemId').get('Id')
    item = next(i for i in items_of(where, 'inbox') if i['id'] == kept)
    equal((item['draft'], item['read'], item['received']), (False, True, '2020-01-02T03:04:05Z'))


def test_search(where):
    client = Client(where)
    order(where, {'do': 'fill', 'count': 30, 'folder': 'outbox'}, {'do': 'deliver', 'folder': 'outbox', 'subject': 'Invoice for Año', 'text': 'euros'})

    def find(inside='', query='', offset=0, most=20):
        return client.call(f'<m:FindItem Traversal="Shallow"><m:ItemShape>{ID_ONLY}</m:ItemShape><m:IndexedPageItemView '
                           f'MaxEntriesReturned="{most}" Offset="{offset}" BasePoint="Beginning"/>{inside}<m:ParentFolderIds>'
                           f'<t:DistinguishedFolderId Id="outbox"/></m:ParentFolderIds>{query}</m:FindItem>')

    page = find()
    root = page.first('RootFolder')
    equal((len(page.all('ItemId')), root.get('IndexedPagingOffset'), root.get('TotalItemsInView'), root.get('IncludesLastItemInRange')),
          (20, '20', '31', 'false'))
    equal((len(find(offset=20).all('ItemId')), find(offset=20).first('RootFolder').get('IncludesLastItemInRange')), (11, 'true'))
    contains = '<m:Restriction><t:Contains ContainmentMode="Substring" ContainmentComparison="IgnoreCase"><t:FieldURI FieldURI="item:%s"/>' \
               '<t:Constant Value="%s"/></t:Contains></m:Restriction>'
    equal(len(find(contains % ('Subject', 'AÑO')).all('ItemId')), 1)
    equal(len(find(contains % ('Body', 'euros')).all('ItemId')), 1)
    identity = '<m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="message:InternetMessageId"/><t:FieldURIOrConstant>' \
               '<t:Constant Value="&lt;Outbox.7@example.org&gt;"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>'
    equal(len(find(identity).all('ItemId')), 1)
    for query, hits in (('subject:invoice', 1), ('euros', 1), ('subject:"Message 1"', 11), ('isread:false', 11), ('nowhere', 0),
                        ('from:luis AND subject:invoice', 1), ('invoice OR subject:"Message 29"', 2), ('received:>=2026-02-01', 1)):
        equal((query, len(find(query=f'<m:QueryString>{query}</m:QueryString>', most=100).all('ItemId'))), (query, hits))
    order(where, {'do': 'set', 'name': 'query', 'value': 'off'})
    equal(find(query='<m:QueryString>a</m:QueryString>').codes, ['ErrorContentIndexingNotEnabled'])
    order(where, {'do': 'set', 'name': 'query', 'value': 'ignored'})
    equal(len(find(query='<m:QueryString>zzz</m:QueryString>', most=100).all('ItemId')), 31)
    order(where, {'do': 'set', 'name': 'query', 'value': 'on'})


def test_versions(where):
    client = Client(where)
    folder = f'<m:GetFolder><m:FolderShape>{ID_ONLY}</m:FolderShape><m:FolderIds>{INBOX}</m:FolderIds></m:GetFolder>'
    for dialect, version, status in (('2010', 'Exchange2010_SP1', 200), ('2010', 'Exchange2013', 500), ('2013', 'Exchange2013_SP1', 200),
                                     ('2013', 'Exchange2016', 500), ('2016', 'Exchange2016', 200)):
        order(where, {'do': 'set', 'name': 'dialect', 'value': dialect})
        answer = client.call(folder, version)
        equal((dialect, version, answer.status), (dialect, version, status))
        if status == 500:
            equal(answer.codes, ['ErrorInvalidServerVersion'])
        else:
            equal(answer.first('ServerVersionInfo').get('MajorVersion'), '14' if dialect == '2010' else '15')
    one = order(where, {'do': 'deliver', 'subject': 'x'})['id']
    equal(get_item(client, one, shape=fields('item:Flag'), version='Exchange2010_SP1').codes, ['ErrorInvalidPropertyRequest'])
    junk = f'<m:MarkAsJunk IsJunk="true" MoveItem="true"><m:ItemIds><t:ItemId Id="{one}"/></m:ItemIds></m:MarkAsJunk>'
    equal(client.call(junk, 'Exchange2010_SP1').codes, ['ErrorSchemaValidation'])
    equal(order(where, {'do': 'violations'}), [])


def test_people(where):
    client = Client(where)

    def resolve(text):
        return client.call(f'<m:ResolveNames ReturnFullContactData="true"><m:UnresolvedEntry>{text}</m:UnresolvedEntry></m:ResolveNames>')

    equal((resolve('luis').codes, resolve('luis').texts('EmailAddress')), (['NoError'], ['luis@example.org']))
    equal(resolve('example').codes, ['ErrorNameResolutionMultipleResults'])
    equal(resolve('nobody').codes, ['ErrorNameResolutionNoResults'])
    order(where, {'do': 'set', 'name': 'ex_addresses', 'value': True})
    answer = resolve('luis')
    equal((answer.texts('RoutingType'), answer.texts('Entry')), (['EX'], ['SMTP:luis@example.org']))
    order(where, {'do': 'set', 'name': 'ex_addresses', 'value': False})
    answer = client.call('<m:FindPeople><m:IndexedPageItemView MaxEntriesReturned="2" Offset="0" BasePoint="Beginning"/><m:ParentFolderId>'
                         '<t:DistinguishedFolderId Id="directory"/></m:ParentFolderId><m:QueryString>example</m:QueryString></m:FindPeople>')
    equal((len(answer.all('Persona')), answer.texts('TotalNumberOfPeopleInView')), (2, ['5']))
    shared = '<t:DistinguishedFolderId Id="inbox"><t:Mailbox><t:EmailAddress>%s</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>'
    equal(sync(client, folder=shared % where['shared']).codes, ['NoError'])
    equal(sync(client, folder=shared % 'luis@example.org').codes, ['ErrorAccessDenied'])
    equal(sync(client, folder=shared % 'nobody@example.org').codes, ['ErrorNonExistentMailbox'])


def test_away(where):
    client = Client(where)
    get = '<m:GetUserOofSettingsRequest><t:Mailbox><t:Address>ana@example.org</t:Address></t:Mailbox></m:GetUserOofSettingsRequest>'
    put = '<m:SetUserOofSettingsRequest><t:Mailbox><t:Address>ana@example.org</t:Address></t:Mailbox><t:UserOofSettings>' \
          '<t:OofState>Scheduled</t:OofState><t:ExternalAudience>Known</t:ExternalAudience>%s<t:InternalReply><t:Message>Away</t:Message>' \
          '</t:InternalReply><t:ExternalReply><t:Message/></t:ExternalReply></t:UserOofSettings></m:SetUserOofSettingsRequest>'
    duration = '<t:Duration><t:StartTime>%s</t:StartTime><t:EndTime>2026-12-05T17:00:00Z</t:EndTime></t:Duration>'
    equal(client.call(put % '').codes, ['ErrorInvalidScheduledOofDuration'])
    equal(client.call(put % (duration % '2026-12-01T08:00:00+01:00')).codes, ['ErrorInvalidScheduledOofDuration'])
    equal(client.call(put % (duration % '2026-12-01T08:00:00Z')).codes, ['NoError'])
    answer = client.call(get)
    equal((answer.texts('OofState'), answer.texts('Message')), (['Scheduled'], ['<html><body>Away</body></html>', '']))


def test_events(where):
    client = Client(where)
    types = '<t:EventTypes><t:EventType>NewMailEvent</t:EventType><t:EventType>DeletedEvent</t:EventType></t:EventTypes>'
    pull = client.call(f'<m:Subscribe><m:PullSubscriptionRequest><t:FolderIds>{INBOX}</t:FolderIds>{types}<t:Timeout>10</t:Timeout>'
                       '</m:PullSubscriptionRequest></m:Subscribe>')
    get = f'<m:GetEvents><m:SubscriptionId>{pull.texts("SubscriptionId")[0]}</m:SubscriptionId><m:Watermark>%s</m:Watermark></m:GetEvents>'
    mark = pull.texts('Watermark')[0]
    assert client.call(get % mark).first('StatusEvent') is not None
    order(where, {'do': 'deliver', 'subject': 'News'})
    answer = client.call(get % mark)
    equal(len(answer.all('NewMailEvent')), 1)
    mark = answer.texts('Watermark')[-1]
    assert client.call(get % mark).first('StatusEvent') is not None
    equal(client.call(get % 'QUFB').codes, ['ErrorInvalidWatermark'])
    equal(client.call(f'<m:Unsubscribe><m:SubscriptionId>{pull.texts("SubscriptionId")[0]}</m:SubscriptionId></m:Unsubscribe>').codes, ['NoError'])
    equal(client.call(get % mark).codes, ['ErrorSubscriptionNotFound'])


def test_stream(where):
    """Envelopes, one behind the other, cut into pieces anywhere."""
    client = Client(where)
    answer = client.call('<m:Subscribe><m:StreamingSubscriptionRequest SubscribeToAllFolders="true"><t:EventTypes><t:EventType>NewMailEvent'
                         '</t:EventType></t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>')
    subscription = answer.texts('SubscriptionId')[0]
    stream = f'<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>{subscription}</t:SubscriptionId></m:SubscriptionIds>' \
             '<m:ConnectionTimeout>10</m:ConnectionTimeout></m:GetStreamingEvents>'
    order(where, {'do': 'set', 'name': 'stream_split', 'value': 7})
    connection = http.client.HTTPSConnection('localhost', where['port'], context=client.context, timeout=20)
    connection.request('POST', '/EWS/Exchange.asmx', envelope(stream), client.authorization())
    response, heard = connection.getresponse(), b''

    def hear(words):
        nonlocal heard
        while words not in heard:
            piece = response.read1()
            assert piece, heard
            heard += piece

    hear(b'<m:ConnectionStatus>OK</m:ConnectionStatus>')
    order(where, {'do': 'deliver', 'subject': 'One'})
    hear(b'</t:NewMailEvent>')
    order(where, {'do': 'stream', 'what': 'beat'})
    hear(b'StatusEvent')
    order(where, {'do': 'stream', 'what': 'close'})
    hear(b'<m:ConnectionStatus>Closed</m:ConnectionStatus>')
    heard += response.read()
    equal(heard.count(b'</s:Envelope>'), 4)
    order(where, {'do': 'set', 'name': 'stream_split', 'value': 0}, {'do': 'expire', 'what': 'subscriptions'})
    equal(client.call(stream).codes, ['ErrorSubscriptionNotFound'])


def test_stream_that_closes(where):
    """What happens while an answer ends is told in the next one."""
    client = Client(where)
    answer = client.call('<m:Subscribe><m:StreamingSubscriptionRequest SubscribeToAllFolders="true"><t:EventTypes><t:EventType>NewMailEvent'
                         '</t:EventType></t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>')
    stream = f'<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>{answer.texts("SubscriptionId")[0]}</t:SubscriptionId>' \
             '</m:SubscriptionIds><m:ConnectionTimeout>10</m:ConnectionTimeout></m:GetStreamingEvents>'
    order(where, {'do': 'deliver', 'subject': 'One'}, {'do': 'set', 'name': 'stream_seconds', 'value': 0})
    heard = client.post(envelope(stream)).data
    assert b'Closed' in heard and b'NewMailEvent' not in heard, heard
    order(where, {'do': 'set', 'name': 'stream_seconds', 'value': 1})
    assert b'NewMailEvent' in client.post(envelope(stream)).data
    order(where, {'do': 'set', 'name': 'stream_seconds', 'value': None})


def test_injections(where):
    Client.check = None  # what goes wrong need not be valid
    client = Client(where)
    ids = [order(where, {'do': 'deliver', 'subject': f'i{n}'})['id'] for n in range(3)]

    def inject(fault, **facts):
        order(where, {'do': 'inject', 'fault': fault, 'operation': 'GetItem', **facts})

    inject('busy', milliseconds=297749)
    answer = get_item(client, *ids)
    equal((answer.status, answer.codes, answer.all('Value')[-1].get('Name'), answer.texts('Value')[-1]),
          (500, ['ErrorServerBusy'], 'BackOffMilliseconds', '297749'))
    equal(get_item(client, *ids).codes, ['NoError'] * 3)
    inject('busy', form='elements')
    equal(get_item(client, *ids).texts('BackOffMilliseconds'), ['1000'])
    inject('busy', form='message', milliseconds=5)
    answer = get_item(client, *ids)
    equal((answer.status, answer.codes), (200, ['ErrorServerBusy']))
    inject('stop', done=1)
    answer = get_item(client, *ids)
    equal((answer.codes, answer.all('GetItemResponseMessage')[1].get('ResponseClass')),
          (['NoError'] + ['ErrorBatchProcessingStopped'] * 2, 'Warning'))
    inject('entry', index=1, code='ErrorItemCorrupt')
    equal(get_item(client, *ids).codes, ['NoError', 'ErrorItemCorrupt', 'NoError'])
    inject('short')
    equal(get_item(client, *ids).codes, [])
    inject('fault', code='ErrorMailboxStoreUnavailable', detail=False, status=200)
    answer = get_item(client, *ids)
    equal((answer.status, answer.codes), (200, []))
    inject('status', headers={'Retry-After': '2'})
    answer = get_item(client, *ids)
    equal((answer.status, answer.headers['Retry-After']), (503, '2'))
    inject('html')
    answer = get_item(client, *ids)
    equal((answer.status, answer.headers.get_content_type()), (200, 'text/html'))
    inject('redirect', after=1)
    equal(get_item(client, *ids).status, 200)
    equal(get_item(client, *ids).headers['Location'], '/owa/auth/logon.aspx?replaceCurrent=1')
    for facts in ({'fault': 'drop-answer', 'where': 'before'}, {'fault': 'drop-answer', 'where': 'middle'}):
        inject(**facts)
        try:
            get_item(client, *ids)
            raise AssertionError('it answered')
        except (http.client.HTTPException, ConnectionError, ssl.SSLError):
            client.close()
    order(where, {'do': 'inject', 'fault': 'drop-request', 'bytes': 10})
    try:
        get_item(client, *ids)
        raise AssertionError('it answered')
    except (http.client.HTTPException, ConnectionError, ssl.SSLError):
        client.close()
    equal(get_item(client, *ids).codes, ['NoError'] * 3)
    assert len(order(where, {'do': 'injected'})) >= 12


def test_sent_once(where):
    """What was lost after it was done is done."""
    client = Client(where)
    before = len(order(where, {'do': 'sent'}))
    order(where, {'do': 'inject', 'fault': 'drop-answer', 'operation': 'CreateItem'})
    try:
        create(client, MIME)
        raise AssertionError('it answered')
    except (http.client.HTTPException, ConnectionError, ssl.SSLError):
        client.close()
    equal(len(order(where, {'do': 'sent'})), before + 1)


def test_autodiscover(where):
    client = Client(where)
    answer = client.raw(None, method='GET', path='/autodiscover/autodiscover.json/v1.0/ana%40example.org?Protocol=EWS')
    equal(json.loads(answer.data), {'Protocol': 'EWS', 'Url': where['url']})
    pox = '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request><EMailAddress>%s' \
          '</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a' \
          '</AcceptableResponseSchema></Request></Autodiscover>'
    path = '/Autodiscover/Autodiscover.xml'
    equal(client.raw((pox % 'ana@example.org').encode(), path=path).status, 401)
    answer = client.post((pox % 'ana@example.org').encode(), path)
    equal((answer.texts('Action'), answer.texts('EwsUrl')), (['settings'], [where['url']] * 2))
    equal(client.post((pox % 'x@example.org').encode(), path).texts('ErrorCode'), ['500'])
    order(where, {'do': 'set', 'name': 'redirects', 'value': {'ana@example.org': 'ana@elsewhere.example',
                                                              'luis@example.org': 'https://elsewhere.example/autodiscover/autodiscover.xml'}})
    equal(client.post((pox % 'ana@example.org').encode(), path).texts('RedirectAddr'), ['ana@elsewhere.example'])
    equal(client.post((pox % 'luis@example.org').encode(), path).texts('Action'), ['redirectUrl'])
    soap = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="http://schemas.microsoft.com/exchange/2010/Autodiscover">' \
           '<s:Body><a:GetUserSettingsRequestMessage><a:Request><a:Users><a:User><a:Mailbox>%s</a:Mailbox></a:User></a:Users>' \
           '<a:RequestedSettings><a:Setting>ExternalEwsUrl</a:Setting></a:RequestedSettings></a:Request></a:GetUserSettingsRequestMessage>' \
           '</s:Body></s:Envelope>'
    path = '/autodiscover/autodiscover.svc'
    equal(client.post((soap % 'ana@example.org').encode(), path).texts('RedirectTarget'), ['ana@elsewhere.example'])
    order(where, {'do': 'set', 'name': 'redirects', 'value': {}})
    equal(client.post((soap % 'ana@example.org').encode(), path).texts('Value'), [where['url']])


def test_counts(where):
    order(where, {'do': 'reset-stats'})
    clients = [Client(where) for _ in range(3)]
    threads = [threading.Thread(target=sync, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stats = order(where, {'do': 'stats'})
    equal((stats['requests'], stats['operations'], stats['connections']), (3, {'SyncFolderItems': 3}, 3))
    assert 1 <= stats['most_parallel'] <= 3
    for client in clients:
        client.close()


def main():
    tests = [(name[5:].replace('_', '-'), test) for name, test in globals().items() if name.startswith('test_')]
    print(f'1..{len(tests)}')
    failed = False
    for number, (name, test) in enumerate(tests, 1):
        with Running(CONTRACTS) as running:
            Client.check = running.state.schema.check
            try:
                test(running.where)
                print(f'ok {number} {name}', flush=True)
            except Skip as skip:
                print(f'ok {number} {name} # SKIP {skip}', flush=True)
            except Exception:  # pylint: disable=broad-except
                import traceback
                failed = True
                print(f'not ok {number} {name}')
                print('\n'.join('# ' + line for line in traceback.format_exc().splitlines()), flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
