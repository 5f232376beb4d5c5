# SPDX-License-Identifier: GPL-3.0-or-later
"""Items and folders as XML: the properties that are asked for, in the order of the schema; and what a search finds."""

import base64
import re
from datetime import datetime, timezone

from store import zulu
from soap import EwsError, Fault, child, children, leaf, local, tag, text_of, version_at_least

FLOORS = {'item:Flag': 'Exchange2013', 'item:Preview': 'Exchange2013', 'item:TextBody': 'Exchange2013', 'item:InstanceKey': 'Exchange2013',
          'item:NormalizedBody': 'Exchange2013', 'item:UniqueBody': 'Exchange2010', 'item:StoreEntryId': 'Exchange2010_SP2',
          'item:ConversationId': 'Exchange2010'}
SUMMARY = ['item:ParentFolderId', 'item:ItemClass', 'item:Subject', 'item:Sensitivity', 'item:DateTimeReceived', 'item:Size',
           'item:Importance', 'item:InReplyTo', 'item:IsSubmitted', 'item:IsDraft', 'item:IsFromMe', 'item:DateTimeSent',
           'item:DateTimeCreated', 'item:DisplayCc', 'item:DisplayTo', 'item:HasAttachments', 'message:Sender', 'message:From',
           'message:InternetMessageId', 'message:IsRead', 'message:References', 'item:Categories']
DETAILS = ['item:Body', 'item:Attachments', 'message:ToRecipients', 'message:CcRecipients', 'message:BccRecipients', 'message:ReplyTo']
NOT_IN_LISTS = {'item:Body', 'item:Attachments', 'item:MimeContent', 'item:TextBody', 'item:UniqueBody', 'item:NormalizedBody',
                'item:InternetMessageHeaders', 'message:ToRecipients', 'message:CcRecipients', 'message:BccRecipients', 'message:ReplyTo'}


def boolean(value):
    return 'true' if value else 'false'


class Shape:
    """What a request wants to see of each item."""

    def __init__(self, element, version, listing=False):
        base = text_of(element, 'BaseShape', 'IdOnly')
        self.mime = text_of(element, 'IncludeMimeContent', 'false') in ('true', '1')
        self.body_type = text_of(element, 'BodyType', 'Best')
        self.listing = listing
        self.fields, self.extended = set(), []
        if base != 'IdOnly':
            self.fields.update(SUMMARY)
        if base == 'AllProperties' and not listing:
            self.fields.update(DETAILS)
        for path in children(child(element, 'AdditionalProperties')):
            if local(path.tag) == 'ExtendedFieldURI':
                self.extended.append(extended_key(path))
                continue
            name = path.get('FieldURI')
            if name in FLOORS and not version_at_least(version, FLOORS[name]):
                raise Fault('ErrorInvalidPropertyRequest', f'The property {name} is not known to {version}.')
            if listing and name in NOT_IN_LISTS:
                raise EwsError('ErrorInvalidPropertyRequest', f'The property {name} cannot be used here.')
            self.mime = self.mime or name == 'item:MimeContent'
            self.fields.add(name)


def extended_key(path):
    tag_name = path.get('PropertyTag')
    if tag_name is not None:
        return ('0x%04x' % int(tag_name, 0), path.get('PropertyType'))
    where = path.get('PropertySetId') or path.get('DistinguishedPropertySetId')
    return (f'{where}/{path.get("PropertyName") or path.get("PropertyId")}', path.get('PropertyType'))


def extended_value(item, key):
    built_in = {
        ('0x300b', 'Binary'): lambda: base64.b64encode(item.search_key).decode(),
        ('0x0e07', 'Integer'): lambda: str((1 if item.read else 0) | (8 if item.draft else 0) | (16 if item.has_attachments else 0)),
        ('0x1035', 'String'): lambda: item.message_id or None,
        ('0x007d', 'String'): lambda: re.split(rb'\r?\n\r?\n', item.mime, maxsplit=1)[0].decode('utf-8', 'replace'),
        ('0x1090', 'Integer'): lambda: {'Complete': '1', 'Flagged': '2'}.get(item.flag),
        ('0x0e08', 'Integer'): lambda: str(len(item.mime)),
        ('0x0e06', 'SystemTime'): lambda: zulu(item.received),
        ('0x0e23', 'Integer'): lambda: str(item.number),
        ('0x0039', 'SystemTime'): lambda: zulu(item.sent) if item.sent else None,
    }
    return built_in[key]() if key in built_in else item.extended.get(key)


def extended_xml(key, value):
    if value is None:
        return None
    where = {'PropertyTag': key[0]}
    if '/' in key[0]:
        group, name = key[0].split('/')
        where = {'DistinguishedPropertySetId': group, 'PropertyId' if name.isdigit() else 'PropertyName': name}
    inside = leaf('t:Value', value) if isinstance(value, str) else tag('t:Values', *(leaf('t:Value', v) for v in value))
    return tag('t:ExtendedProperty', tag('t:ExtendedFieldURI', **where, PropertyType=key[1]), inside)


def mailbox_xml(name, address, server=None):
    """Colleagues of one organisation are shown by their X.500 names in stored mail, where the server is told to."""
    if server is not None and server.options['ex_addresses'] and server.mailbox_of(address):
        return tag('t:Mailbox', leaf('t:Name', name or address), leaf('t:EmailAddress', server.legacy_name(address)),
                   leaf('t:RoutingType', 'EX'), leaf('t:MailboxType', 'Mailbox'))
    return tag('t:Mailbox', leaf('t:Name', name or address), leaf('t:EmailAddress', address), leaf('t:RoutingType', 'SMTP'),
               leaf('t:MailboxType', 'OneOff'))


def item_id(item):
    return tag('t:ItemId', Id=item.id, ChangeKey=item.key)


def folder_id(folder):
    return tag('t:FolderId', Id=folder.id, ChangeKey=folder.key)


def preview(item):
    return re.sub(r'\s+', ' ', item.text())[:255]


def shown_properties(item, shape, server):
    numbered = server is None or server.options['numbers']
    return (extended_xml(key, extended_value(item, key)) for key in shape.extended if numbered or key[0] != '0x0e23')


def item_xml(item, shape, server=None):
    """The element of an item in @shape. The order is that of t:ItemType and t:MessageType."""
    if shape.mime and item.convertible is False:
        raise EwsError('ErrorMimeContentConversionFailed', 'Content conversion failed.')
    has = shape.fields.__contains__

    def people(element, header, field, one=False):
        if not has(field):
            return None
        found = item.people(header)
        if header == 'Bcc':
            found += [('', address) for address in item.bcc if address.lower() not in {a.lower() for _, a in found}]
        if one:
            found = found[:1]
        return tag('t:' + element, *(mailbox_xml(name, address, server) for name, address in found)) if found else None

    def attachments():
        found = item.attachments() if has('item:Attachments') else []
        return tag('t:Attachments', *(attachment_xml(a) for a in found)) if found else None

    def body():
        if not has('item:Body'):
            return None
        kind = 'Text' if shape.body_type == 'Text' or '<html' not in item.text().lower() else 'HTML'
        return leaf('t:Body', item.text(), BodyType=kind)

    headers = None
    if has('item:InternetMessageHeaders') and not item.draft:
        headers = tag('t:InternetMessageHeaders', *(leaf('t:InternetMessageHeader', value, HeaderName=name)
                                                    for name, value in item.headers.items()))
    return tag(
        't:' + item.kind,
        tag('t:MimeContent', base64.b64encode(item.mime).decode(), CharacterSet='UTF-8') if shape.mime and item.convertible is True else None,
        item_id(item),
        tag('t:ParentFolderId', Id=item.folder.id, ChangeKey=item.folder.key) if has('item:ParentFolderId') else None,
        leaf('t:ItemClass', item.item_class) if has('item:ItemClass') else None,
        leaf('t:Subject', item.subject) if has('item:Subject') else None,
        leaf('t:Sensitivity', 'Normal') if has('item:Sensitivity') else None,
        body(),
        attachments(),
        leaf('t:DateTimeReceived', zulu(item.received)) if has('item:DateTimeReceived') else None,
        leaf('t:Size', item.size()) if has('item:Size') else None,
        tag('t:Categories', *(leaf('t:String', name) for name in item.categories)) if has('item:Categories') and item.categories else None,
        leaf('t:Importance', item.importance) if has('item:Importance') else None,
        leaf('t:InReplyTo', item.headers['In-Reply-To']) if has('item:InReplyTo') else None,
        leaf('t:IsSubmitted', 'false') if has('item:IsSubmitted') else None,
        leaf('t:IsDraft', boolean(item.draft)) if has('item:IsDraft') else None,
        leaf('t:IsFromMe', 'false') if has('item:IsFromMe') else None,
        headers,
        leaf('t:DateTimeSent', zulu(item.sent)) if has('item:DateTimeSent') and item.sent else None,
        leaf('t:DateTimeCreated', zulu(item.created)) if has('item:DateTimeCreated') else None,
        leaf('t:DisplayCc', '; '.join(n or a for n, a in item.people('Cc'))) if has('item:DisplayCc') else None,
        leaf('t:DisplayTo', '; '.join(n or a for n, a in item.people('To'))) if has('item:DisplayTo') else None,
        leaf('t:HasAttachments', boolean(item.has_attachments)) if has('item:HasAttachments') else None,
        *shown_properties(item, shape, server),
        tag('t:Flag', leaf('t:FlagStatus', item.flag)) if has('item:Flag') else None,
        leaf('t:Preview', preview(item)) if has('item:Preview') else None,
        leaf('t:TextBody', item.text(), BodyType='Text') if has('item:TextBody') else None,
        people('Sender', 'Sender' if item.headers['Sender'] else 'From', 'message:Sender', True),
        people('ToRecipients', 'To', 'message:ToRecipients'),
        people('CcRecipients', 'Cc', 'message:CcRecipients'),
        people('BccRecipients', 'Bcc', 'message:BccRecipients'),
        people('From', 'From', 'message:From', True),
        leaf('t:InternetMessageId', item.message_id or None) if has('message:InternetMessageId') else None,
        leaf('t:IsRead', boolean(item.read)) if has('message:IsRead') else None,
        leaf('t:References', item.references) if has('message:References') else None,
        people('ReplyTo', 'Reply-To', 'message:ReplyTo'),
    )


def attachment_xml(attachment, content=False, mime=False):
    identity, name, kind, content_id, inline, data, message = attachment
    if message:
        inner = None
        if content:
            inner = tag('t:Message', leaf('t:MimeContent', base64.b64encode(data).decode(), CharacterSet='UTF-8') if mime else None,
                        leaf('t:ItemClass', 'IPM.Note'))
        return tag('t:ItemAttachment', tag('t:AttachmentId', Id=identity), leaf('t:Name', name), leaf('t:ContentType', kind),
                   leaf('t:Size', len(data)), leaf('t:IsInline', boolean(inline)), inner)
    return tag('t:FileAttachment', tag('t:AttachmentId', Id=identity), leaf('t:Name', name), leaf('t:ContentType', kind),
               leaf('t:ContentId', content_id), leaf('t:Size', len(data)), leaf('t:IsInline', boolean(inline)),
               leaf('t:Content', base64.b64encode(data).decode()) if content else None)


def folder_xml(folder, shape, children_count, numbered=True, quota=None, closed=False):
    base = text_of(shape, 'BaseShape', 'IdOnly')
    paths = children(child(shape, 'AdditionalProperties'))
    fields = {path.get('FieldURI') for path in paths if path.get('FieldURI')}
    if base != 'IdOnly':
        fields |= {'folder:DisplayName', 'folder:TotalCount', 'folder:ChildFolderCount', 'folder:UnreadCount', 'folder:FolderClass'}
    if base == 'AllProperties':
        fields |= {'folder:ParentFolderId', 'folder:EffectiveRights'}
    has = fields.__contains__
    extended = []
    for path in paths:
        if local(path.tag) == 'ExtendedFieldURI' and extended_key(path) == ('0x10f4', 'Boolean'):
            extended.append(extended_xml(('0x10f4', 'Boolean'), boolean(folder.hidden)))
        if local(path.tag) == 'ExtendedFieldURI' and extended_key(path) == ('0x6751', 'Integer') and numbered:
            extended.append(extended_xml(('0x6751', 'Integer'), str(folder.next_number)))
        # Of the mailbox, at its root: octets, and kilobytes where there is a limit
        sizes = {('0x0e08', 'Long'): sum(len(item.mime) for item in folder.mailbox.items.values()), ('0x666e', 'Integer'): quota}
        key = extended_key(path) if local(path.tag) == 'ExtendedFieldURI' else None
        if folder.special == 'root' and sizes.get(key) is not None:
            extended.append(extended_xml(key, str(sizes[key])))
    rights = None
    if has('folder:EffectiveRights'):
        rights = tag('t:EffectiveRights', *(leaf('t:' + right, boolean(not closed or right == 'Read')) for right in (
            'CreateAssociated', 'CreateContents', 'CreateHierarchy', 'Delete', 'Modify', 'Read')))
    return tag(
        't:' + folder.kind,
        folder_id(folder),
        tag('t:ParentFolderId', Id=folder.parent.id, ChangeKey=folder.parent.key) if has('folder:ParentFolderId') and folder.parent else None,
        leaf('t:FolderClass', folder.folder_class) if has('folder:FolderClass') else None,
        leaf('t:DisplayName', folder.name) if has('folder:DisplayName') else None,
        leaf('t:TotalCount', len(folder.items)) if has('folder:TotalCount') else None,
        leaf('t:ChildFolderCount', children_count) if has('folder:ChildFolderCount') else None,
        *extended,
        rights,
        leaf('t:UnreadCount', folder.unread()) if has('folder:UnreadCount') and folder.kind == 'Folder' else None,
    )


# -- Searching

def field_values(item, path):
    if local(path.tag) == 'ExtendedFieldURI':
        value = extended_value(item, extended_key(path))
        return [value] if isinstance(value, str) else list(value or ())
    name = path.get('FieldURI')

    def people(header):
        return [f'{n or ""} {a}' for n, a in item.people(header)]

    values = {
        'item:Subject': lambda: [item.subject], 'item:Body': lambda: [item.text()], 'message:From': lambda: people('From'),
        'message:Sender': lambda: people('From'), 'message:ToRecipients': lambda: people('To'), 'message:CcRecipients': lambda: people('Cc'),
        'message:BccRecipients': lambda: people('Bcc') + item.bcc, 'item:DisplayTo': lambda: people('To'), 'item:DisplayCc': lambda: people('Cc'),
        'message:InternetMessageId': lambda: [item.message_id], 'message:IsRead': lambda: [boolean(item.read)],
        'item:HasAttachments': lambda: [boolean(item.has_attachments)], 'item:DateTimeReceived': lambda: [zulu(item.received)],
        'item:DateTimeSent': lambda: [zulu(item.sent)] if item.sent else [], 'item:Size': lambda: [str(item.size())],
        'item:Categories': lambda: item.categories, 'item:ItemClass': lambda: [item.item_class],
        'item:Importance': lambda: [item.importance], 'item:IsDraft': lambda: [boolean(item.draft)],
        'item:InReplyTo': lambda: [item.headers['In-Reply-To']] if item.headers['In-Reply-To'] else [],
    }
    if name not in values:
        raise EwsError('ErrorUnsupportedPathForQuery', f'{name} cannot be searched.')
    return values[name]()


def as_number(text):
    return float(text) if re.fullmatch(r'-?\d+(\.\d+)?', text) else text


def matches(item, element):
    """Whether a Restriction's filter holds."""
    name = local(element.tag)
    if name == 'And':
        return all(matches(item, inner) for inner in element)
    if name == 'Or':
        return any(matches(item, inner) for inner in element)
    if name == 'Not':
        return not matches(item, element[0])
    values = field_values(item, element[0])
    if name == 'Exists':
        return bool(values)
    if name == 'Contains':
        wanted = element[1].get('Value')
        mode = element.get('ContainmentMode', 'FullString')
        if 'Ignore' in element.get('ContainmentComparison', 'Exact'):
            wanted, values = wanted.casefold(), [value.casefold() for value in values]
        test = {'Substring': lambda v: wanted in v, 'Prefixed': lambda v: v.startswith(wanted), 'FullString': lambda v: v == wanted,
                'PrefixOnWords': lambda v: any(w.startswith(wanted) for w in v.split()), 'ExactPhrase': lambda v: wanted in v}
        return any(test[mode](value) for value in values)
    if name == 'Excludes':
        return all(int(value) & int(element[1].get('Value'), 0) == 0 for value in values)
    wanted = as_number(element[1][0].get('Value'))
    values = [as_number(value) for value in values]
    test = {'IsEqualTo': lambda v: v == wanted, 'IsNotEqualTo': lambda v: v != wanted, 'IsGreaterThan': lambda v: v > wanted,
            'IsLessThan': lambda v: v < wanted, 'IsGreaterThanOrEqualTo': lambda v: v >= wanted,
            'IsLessThanOrEqualTo': lambda v: v <= wanted}[name]
    if name == 'IsNotEqualTo':
        return all(test(value) for value in values)
    return any(test(value) for value in values)


def query_matches(item, query):
    """Advanced Query Syntax, as much of it as a mail client writes: words, phrases, property:value, OR, NOT."""

    def people(*headers):
        return ' '.join(f'{n or ""} {a}' for header in headers for n, a in item.people(header)).casefold()

    def holds(term):
        found = re.match(r'(\w+):(>=|<=|>|<)?(.*)', term)
        if not found or found.group(1).lower() not in ('subject', 'from', 'to', 'cc', 'bcc', 'body', 'participants', 'hasattachment',
                                                       'received', 'sent', 'isread', 'isflagged', 'category', 'attachment'):
            word = term.strip('"').casefold()
            return word in item.subject.casefold() or word in item.text().casefold() or word in people('From', 'To', 'Cc')
        name, sign, value = found.group(1).lower(), found.group(2), found.group(3).strip('"').casefold()
        if name in ('received', 'sent'):
            moment = item.received if name == 'received' else item.sent
            if moment is None:
                return False
            day = datetime.fromisoformat(value).replace(tzinfo=timezone.utc)
            return {'>=': moment >= day, '>': moment > day, '<=': moment <= day, '<': moment < day,
                    None: moment.date() == day.date()}[sign]
        return {
            'subject': lambda: value in item.subject.casefold(), 'from': lambda: value in people('From'),
            'to': lambda: value in people('To'), 'cc': lambda: value in people('Cc'), 'bcc': lambda: value in people('Bcc'),
            'participants': lambda: value in people('From', 'To', 'Cc', 'Bcc'), 'body': lambda: value in item.text().casefold(),
            'hasattachment': lambda: item.has_attachments == (value in ('true', 'yes')), 'isread': lambda: item.read == (value == 'true'),
            'isflagged': lambda: (item.flag == 'Flagged') == (value == 'true'),
            'category': lambda: value in [c.casefold() for c in item.categories],
            'attachment': lambda: any(value in a[1].casefold() for a in item.attachments()),
        }[name]()

    terms = re.findall(r'[\w]+:(?:>=|<=|>|<)?"[^"]*"|"[^"]*"|[^\s()]+', query)
    groups, group, negated = [], [], False
    for term in terms:
        if term == 'OR':
            groups.append(group)
            group = []
        elif term == 'NOT':
            negated = True
        elif term != 'AND':
            group.append(holds(term) != negated)
            negated = False
    groups.append(group)
    return any(all(g) for g in groups if g)
