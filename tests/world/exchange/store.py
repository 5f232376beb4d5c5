# SPDX-License-Identifier: GPL-3.0-or-later
"""The state behind the contract server: mailboxes with folders, items and journals of what happened to them."""

import base64
import email.header
import email.parser
import email.policy
import email.utils
import hashlib
import itertools
import json
import os
import re
from datetime import datetime, timezone

from soap import EwsError

# distinguished name: (display name, parent, class)
SPECIAL = {
    'root': ('', None, None),
    'msgfolderroot': ('Top of Information Store', 'root', 'IPF.Note'),
    'inbox': ('Inbox', 'msgfolderroot', 'IPF.Note'),
    'drafts': ('Drafts', 'msgfolderroot', 'IPF.Note'),
    'sentitems': ('Sent Items', 'msgfolderroot', 'IPF.Note'),
    'deleteditems': ('Deleted Items', 'msgfolderroot', 'IPF.Note'),
    'junkemail': ('Junk Email', 'msgfolderroot', 'IPF.Note'),
    'outbox': ('Outbox', 'msgfolderroot', 'IPF.Note'),
    'calendar': ('Calendar', 'msgfolderroot', 'IPF.Appointment'),
    'contacts': ('Contacts', 'msgfolderroot', 'IPF.Contact'),
    'tasks': ('Tasks', 'msgfolderroot', 'IPF.Task'),
}
HIDDEN = 'Conversation Action Settings'
KINDS = {'IPF.Appointment': 'CalendarFolder', 'IPF.Contact': 'ContactsFolder', 'IPF.Task': 'TasksFolder'}
CLASSES = {'IPM.Schedule.Meeting.Request': 'MeetingRequest', 'IPM.Schedule.Meeting.Canceled': 'MeetingCancellation',
           'IPM.Schedule.Meeting.Resp.Pos': 'MeetingResponse', 'IPM.Post': 'PostItem', 'IPM.Contact': 'Contact', 'IPM.Task': 'Task',
           'IPM.Appointment': 'CalendarItem', 'IPM.DistList': 'DistributionList', 'IPM.Sharing': 'Item'}

counter = itertools.count()
keys = itertools.count(1)


def new_id(kind):
    """Two that follow each other differ in the case of letters alone, as they do in real mailboxes."""
    n = next(counter)
    twin = 'QkJj' if n % 2 == 0 else 'qKjJ'
    return f'AAMkADEx{kind}{n // 2:08d}{twin}MyZw{"A" * 40}='


def new_key():
    return base64.b64encode(b'\x09\x00\x00\x00' + next(keys).to_bytes(8, 'big')).decode()


def zulu(moment):
    return moment.astimezone(timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')


def decode(value):
    if value is None:
        return None
    try:
        return str(email.header.make_header(email.header.decode_header(re.sub(r'\r?\n(?=[ \t])', '', value))))
    except (LookupError, UnicodeError, ValueError):
        return value


class Item:
    def __init__(self, mailbox, folder, mime, **given):
        self.mailbox, self.folder = mailbox, folder
        self.id, self.key = new_id('I'), new_key()
        self.search_key = os.urandom(16)
        self.item_class = given.get('item_class', 'IPM.Note')
        self.read = given.get('read', False)
        self.draft = given.get('draft', False)
        self.flag = given.get('flag', 'NotFlagged')
        self.categories = list(given.get('categories', ()))
        self.importance = 'Normal'
        self.extended = dict(given.get('extended', {}))  # (tag, type): text or list
        self.received = given.get('received') or datetime.now(timezone.utc).replace(microsecond=0)
        self.stamp = zulu(self.received)
        self.created = datetime.now(timezone.utc).replace(microsecond=0)
        self.convertible = given.get('convertible', True)
        self.bcc = list(given.get('bcc', ()))
        self.set_mime(mime)
        if 'subject' in given:
            self.subject = given['subject']

    def set_mime(self, mime):
        self.mime, self.body = mime, None
        head = re.split(rb'\r?\n\r?\n', mime, maxsplit=1)[0] + b'\r\n\r\n'
        self.headers = email.parser.HeaderParser(policy=email.policy.compat32).parsestr(head.decode('utf-8', 'replace'))
        self.subject = decode(self.headers['Subject']) or ''
        self.message_id = (self.headers['Message-ID'] or '').strip()
        self.sent = None
        try:
            self.sent = email.utils.parsedate_to_datetime(self.headers['Date'])
            if self.sent.tzinfo is None:
                self.sent = self.sent.replace(tzinfo=timezone.utc)
        except (TypeError, ValueError):
            pass
        self.has_attachments = bool(re.search(rb'^content-disposition:\s*attachment', mime, re.I | re.M))
        if (self.headers['X-Priority'] or '').strip().startswith('1') or (self.headers['Importance'] or '').lower() == 'high':
            self.importance = 'High'

    def size(self):
        """Of what is stored, which grows with what is set on it."""
        return len(self.mime) + sum(4 + 2 * len(name) for name in self.categories) + (0 if self.flag == 'NotFlagged' else 20)

    def people(self, header):
        return [(decode(name), address) for name, address in email.utils.getaddresses(self.headers.get_all(header, [])) if address]

    def recipients(self):
        found = {address.lower() for header in ('To', 'Cc', 'Bcc') for _, address in self.people(header)}
        return sorted(found | {address.lower() for address in self.bcc})

    @property
    def kind(self):
        return CLASSES.get(self.item_class, 'Message')

    @property
    def references(self):
        return self.headers['References']

    def parsed(self):
        return email.message_from_bytes(self.mime, policy=email.policy.default)

    def text(self):
        if self.body is None:
            self.body = self.find_text()
        return self.body

    def find_text(self):
        part = self.parsed().get_body(('plain', 'html'))
        try:
            return part.get_content() if part is not None else ''
        except (LookupError, KeyError, UnicodeError):
            return ''

    def attachments(self):
        """(id, name, type, content id, inline, bytes, whether it is a message)"""
        found = []
        for n, part in enumerate(self.parsed().iter_attachments()):
            message = part.get_content_type() == 'message/rfc822'
            if message:
                content = part.get_content().as_bytes()
            else:
                content = part.get_payload(decode=True) or b''
            found.append((f'{self.id}.{n}', part.get_filename() or (message and 'message' or 'attachment'), part.get_content_type(),
                          (part['Content-ID'] or '').strip('<>') or None, part.get_content_disposition() == 'inline', content, message))
        return found


class Folder:
    def __init__(self, mailbox, name, parent, folder_class='IPF.Note', special=None, hidden=False):
        self.mailbox, self.name, self.parent, self.folder_class = mailbox, name, parent, folder_class
        self.special, self.hidden = special, hidden
        self.id, self.key = new_id('F'), new_key()
        self.items = {}
        self.next_number = 1  # what comes in is numbered, as for those who read by IMAP
        self.journal = []  # (number, what, item id)

    @property
    def kind(self):
        return KINDS.get(self.folder_class, 'Folder')

    def unread(self):
        return sum(not item.read for item in self.items.values())

    def is_inside(self, other):
        folder = self
        while folder is not None:
            if folder is other:
                return True
            folder = folder.parent
        return False


class Mailbox:
    def __init__(self, address, name, listener=None):
        self.address, self.name, self.listener = address, name, listener
        self.number = 0
        self.epoch = 0
        self.folders, self.items = {}, {}
        self.journal = []  # (number, what, folder id)
        self.special = {}
        self.oof = dict(state='Disabled', audience='All', start=None, end=None, internal='', external='', allowed='All')
        for special, (display, parent, folder_class) in SPECIAL.items():
            self.special[special] = self.add_folder(display, self.special.get(parent), folder_class, special)
        self.add_folder(HIDDEN, self.special['msgfolderroot'], 'IPF.Configuration', hidden=True)

    # -- Changes: each is in a journal, and told

    def log(self, journal, what, identity):
        self.number += 1
        journal.append((self.number, what, identity))

    def tell(self, what, **facts):
        if self.listener is not None:
            self.listener(self, what, **facts)

    def add_folder(self, name, parent, folder_class='IPF.Note', special=None, hidden=False):
        folder = Folder(self, name, parent, folder_class, special, hidden)
        self.folders[folder.id] = folder
        self.log(self.journal, 'create', folder.id)
        self.tell('CreatedEvent', folder=folder, item=None)
        return folder

    def touch_folder(self, folder):
        folder.key = new_key()
        self.log(self.journal, 'update', folder.id)
        self.tell('ModifiedEvent', folder=folder, item=None)

    def remove_folder(self, folder):
        for inner in [f for f in self.folders.values() if f.parent is folder]:
            self.remove_folder(inner)
        for item in list(folder.items.values()):
            self.remove_item(item)
        del self.folders[folder.id]
        self.log(self.journal, 'delete', folder.id)
        self.tell('DeletedEvent', folder=folder, item=None)

    def add_item(self, folder, item, what='CreatedEvent'):
        item.mailbox, item.folder = self, folder
        item.number, folder.next_number = folder.next_number, folder.next_number + 1
        folder.items[item.id] = item
        self.items[item.id] = item
        self.log(folder.journal, 'create', item.id)
        self.tell(what, folder=folder, item=item)
        return item

    def deliver(self, folder, mime, **given):
        return self.add_item(folder, Item(self, folder, mime, **given), 'NewMailEvent')

    def touch_item(self, item, what='update'):
        item.key = new_key()
        self.log(item.folder.journal, what, item.id)
        self.tell('ModifiedEvent', folder=item.folder, item=item)

    def remove_item(self, item):
        del item.folder.items[item.id]
        del self.items[item.id]
        self.log(item.folder.journal, 'delete', item.id)
        self.tell('DeletedEvent', folder=item.folder, item=item)

    def move_item(self, item, folder):
        """The id is another one then, and nothing else but that and the place."""
        source, old = item.folder, item.id
        del source.items[old]
        del self.items[old]
        self.log(source.journal, 'delete', old)
        item.id, item.key = new_id('I'), new_key()
        item.mailbox.tell('MovedEvent', folder=folder, item=item, old=(old, source))
        return folder.mailbox.add_item(folder, item)

    def copy_item(self, item, folder):
        copy = Item.__new__(Item)
        copy.__dict__.update(item.__dict__)
        copy.id, copy.key = new_id('I'), new_key()
        copy.categories, copy.extended = list(item.categories), dict(item.extended)
        return folder.mailbox.add_item(folder, copy)

    # -- Sync states

    def make_state(self, facts, padding):
        text = json.dumps([self.address, self.epoch, facts, 'x' * padding])
        return base64.b64encode(hashlib.sha256(text.encode()).digest()[:8] + text.encode()).decode()

    def read_state(self, state):
        try:
            data = base64.b64decode(state, validate=True)
            if hashlib.sha256(data[8:]).digest()[:8] != data[:8]:
                raise ValueError
            address, epoch, facts, _ = json.loads(data[8:])
        except ValueError as error:
            raise EwsError('ErrorInvalidSyncStateData', 'Synchronization state data is corrupt or otherwise invalid.') from error
        if address != self.address or epoch != self.epoch:
            raise EwsError('ErrorInvalidSyncStateData', 'Synchronization state data is corrupt or otherwise invalid.')
        return facts

    @staticmethod
    def compare(journal, since, until=None):
        """[(number, what, id)] of what differs between two moments, in the order of the first that happened to each."""
        before, after = {}, {}
        for number, what, identity in journal:
            if until is not None and number > until:
                break
            if number <= since:
                before[identity] = what
            else:
                after.setdefault(identity, []).append((number, what))
        changes = []
        for identity, events in after.items():
            known = before.get(identity, 'delete') != 'delete'
            number, last = events[0][0], events[-1][1]
            if last == 'delete':
                if known:
                    changes.append((number, 'Delete', identity))
                continue
            if not known or any(what == 'delete' for _, what in events):
                changes.append((number, 'Create', identity))
            else:
                reading = all(what == 'read' for _, what in events)
                changes.append((number, 'ReadFlagChange' if reading else 'Update', identity))
        return sorted(changes)

    def sync_items(self, folder, state, most, newest_first, padding=0):
        """([(what, id)], new state, whether that is all)"""
        facts = self.read_state(state) if state else {'kind': 'items', 'folder': folder.id, 'at': self.number, 'last': []}
        if facts.get('kind') != 'items' or facts.get('folder') != folder.id:
            raise EwsError('ErrorInvalidSyncStateData', 'The sync state is that of another folder.')
        changes = []
        if 'last' in facts:
            # The first round: what was there when it began, a page at a time
            there = {identity for _, _, identity in self.compare(folder.journal, 0, facts['at'])}
            order = sorted(((item.stamp, item.id) for item in folder.items.values() if item.id in there), reverse=newest_first)
            if facts['last']:
                last = tuple(facts['last'])
                order = [key for key in order if (key < last if newest_first else key > last)]
            page = order[:most]
            changes = [('Create', identity) for _, identity in page]
            done = len(order) <= most
            if done:
                facts = {'kind': 'items', 'folder': folder.id, 'at': facts['at']}
                done = not self.compare(folder.journal, facts['at'])
            else:
                facts = dict(facts, last=list(page[-1]))
        else:
            found = self.compare(folder.journal, facts['at'])
            page = found[:most]
            changes = [(what, identity) for _, what, identity in page]
            done = len(found) <= most
            at = page[-1][0] if page and not done else self.number
            facts = dict(facts, at=at)
        return changes, self.make_state(facts, padding), done

    def sync_folders(self, root, state, padding=0):
        facts = self.read_state(state) if state else {'kind': 'folders', 'root': root, 'at': 0}
        if facts.get('kind') != 'folders' or facts.get('root') != root:
            raise EwsError('ErrorInvalidSyncStateData', 'The sync state is that of another root.')
        changes = [(what, identity) for _, what, identity in self.compare(self.journal, facts['at'])]
        return changes, self.make_state(dict(facts, at=self.number), padding), True

    # -- For whoever compares

    def dump(self):
        return {'address': self.address, 'folders': [
            {'id': f.id, 'name': f.name, 'special': f.special, 'parent': f.parent.id if f.parent else None, 'class': f.folder_class,
             'items': [{'id': i.id, 'key': i.key, 'subject': i.subject, 'message_id': i.message_id, 'read': i.read, 'flag': i.flag,
                        'categories': i.categories, 'draft': i.draft, 'size': len(i.mime), 'received': zulu(i.received),
                        'verb': i.extended.get(('0x1081', 'Integer')), 'class': i.item_class,
                        'sha256': hashlib.sha256(i.mime).hexdigest()}
                       for i in f.items.values()]} for f in self.folders.values()]}
