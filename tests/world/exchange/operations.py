# SPDX-License-Identifier: GPL-3.0-or-later
"""What each operation does with the mailboxes, and what it answers."""

import base64
import email.utils
import re
from datetime import datetime, timezone

from items import (Shape, attachment_xml, boolean, extended_key, folder_id, folder_xml, item_id, item_xml, mailbox_xml, matches,
                   query_matches)
from store import Item
from soap import EwsError, Fault, child, children, leaf, local, response_message, tag, text_of, version_at_least

FLOORS = {'EmptyFolder': 'Exchange2010_SP1', 'GetStreamingEvents': 'Exchange2010_SP1', 'MarkAsJunk': 'Exchange2013',
          'MarkAllItemsAsRead': 'Exchange2013', 'ArchiveItem': 'Exchange2013', 'FindPeople': 'Exchange2013', 'GetMailTips': 'Exchange2010'}
UNDELETABLE = {'root', 'msgfolderroot', 'inbox', 'drafts', 'sentitems', 'deleteditems', 'junkemail', 'outbox', 'calendar', 'contacts', 'tasks'}


def now():
    return datetime.now(timezone.utc).replace(microsecond=0)


class Request:
    """One request while it is answered."""

    def __init__(self, server, mailbox, version, name, element):
        self.server, self.mailbox, self.version, self.name, self.element = server, mailbox, version, name, element
        self.options = server.options

    def child(self, name):
        return child(self.element, name)

    def at_least(self, version):
        return version_at_least(self.version, version)

    # -- Finding things

    def mailbox_named(self, address):
        found = self.server.mailbox_of(address)
        if found is None:
            raise EwsError('ErrorNonExistentMailbox', 'No mailbox with such guid.')
        if found not in self.reachable():
            raise EwsError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.')
        return found

    def folder(self, element):
        name = local(element.tag)
        if name == 'DistinguishedFolderId':
            owner = child(element, 'Mailbox')
            mailbox = self.mailbox_named(text_of(owner, 'EmailAddress', '')) if owner is not None else self.mailbox
            found = mailbox.special.get(element.get('Id'))
            if mailbox.address in self.options['shared_inboxes'] and element.get('Id') != 'inbox':
                raise EwsError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.')
            if found is None or found.id not in mailbox.folders:
                raise EwsError('ErrorFolderNotFound', 'The specified folder could not be found in the store.')
            return found
        for mailbox in self.reachable():
            if element.get('Id') in mailbox.folders:
                return mailbox.folders[element.get('Id')]
        self.check_id(element.get('Id'), 'F')
        raise EwsError('ErrorFolderNotFound', 'The specified folder could not be found in the store.')

    def reachable(self):
        shared = self.server.shared | set(self.options['shared_inboxes'])
        return [self.mailbox] + [m for m in self.server.mailboxes.values() if m.address in shared]

    @staticmethod
    def check_id(identity, kind):
        if not re.match(rf'AAMkADEx{kind}', identity or '') and not re.match(r'A{2,}', identity or ''):
            raise EwsError('ErrorInvalidIdMalformed', 'Id is malformed.')

    def item(self, element):
        for mailbox in self.reachable():
            if element.get('Id') in mailbox.items:
                return mailbox.items[element.get('Id')]
        self.check_id(element.get('Id'), 'I')
        raise EwsError('ErrorItemNotFound', 'The specified object was not found in the store.')

    def inside(self, folder, deep=False):
        return [f for f in folder.mailbox.folders.values()
                if (f.parent is folder or (deep and f is not folder and f.is_inside(folder)))]

    def folder_xml(self, folder, shape):
        closed = folder.special == 'deleteditems' and folder.mailbox.address in self.options['closed_trash']
        return folder_xml(folder, shape, len(self.inside(folder)), self.options['numbers'], self.options['quota'], closed)

    # -- Answering

    def batch(self, entries, handle, name=None, element=None, empty=''):
        """A ResponseMessage for each entry, in order; what is injected happens on the way."""
        message = (name or self.name) + 'ResponseMessage'
        race = self.server.injections.take(self.name, ('race',))
        if race is not None:
            self.server.do_change(race['change'], self.mailbox)
        out, stop = [], self.server.injections.stop_after(self.name)
        for n, entry in enumerate(entries):
            if stop is not None and n >= stop:
                out.append(response_message(message, empty, error=EwsError(
                    'ErrorBatchProcessingStopped', 'Batch processing stopped.', warning=True)))
                continue
            try:
                injected = self.server.injections.entry_error(self.name, n)
                if injected is not None:
                    raise injected
                out.append(response_message(message, handle(entry)))
            except Fault:
                raise
            except EwsError as error:
                out.append(response_message(message, empty, error=error))
        kept = self.server.injections.short_answer(self.name)
        if kept is not None:
            out = out[:kept]
        return tag(f'm:{name or self.name}Response', tag('m:ResponseMessages', *out))

    # -- Folders

    def get_folder(self):
        shape = self.child('FolderShape')
        return self.batch(list(self.child('FolderIds')), lambda e: tag('m:Folders', self.folder_xml(self.folder(e), shape)),
                          empty=tag('m:Folders'))

    def find_folder(self):
        shape, deep = self.child('FolderShape'), self.element.get('Traversal') == 'Deep'
        view = self.child('IndexedPageFolderView')

        def find(entry):
            found = self.inside(self.folder(entry), deep)
            offset, most = 0, len(found)
            if view is not None:
                offset, most = int(view.get('Offset')), int(view.get('MaxEntriesReturned', len(found)))
            page = found[offset:offset + min(most, self.options['page_limit'])]
            end = offset + len(page)
            return tag('m:RootFolder', tag('t:Folders', *(self.folder_xml(f, shape) for f in page)), IndexedPagingOffset=end,
                       TotalItemsInView=len(found), IncludesLastItemInRange=boolean(end >= len(found)))

        return self.batch(list(self.child('ParentFolderIds')), find)

    def sync_folder_hierarchy(self):
        shape = self.child('FolderShape')

        def sync(_):
            where = self.child('SyncFolderId')
            root = self.folder(where[0]) if where is not None else self.mailbox.special['msgfolderroot']
            mailbox = root.mailbox
            changes, state, last = mailbox.sync_folders(root.id if where is not None else '', text_of(self.element, 'SyncState'),
                                                        self.options['state_padding'])
            out = []
            for what, identity in changes:
                folder = mailbox.folders.get(identity)
                if what == 'Delete':
                    out.append(tag('t:Delete', tag('t:FolderId', Id=identity)))
                elif folder is not None and folder is not root and folder.is_inside(root):
                    out.append(tag('t:' + what, self.folder_xml(folder, shape)))
            return leaf('m:SyncState', state) + leaf('m:IncludesLastFolderInRange', boolean(last)) + tag('m:Changes', *out)

        return self.batch([None], sync)

    def check_name(self, parent, name, but=None):
        if any(f.name.casefold() == name.casefold() and f is not but for f in self.inside(parent)):
            raise EwsError('ErrorFolderExists', 'A folder with the specified name already exists.')

    def create_folder(self):
        def create(entry):
            parent = self.folder(self.child('ParentFolderId')[0])
            name = text_of(entry, 'DisplayName', '')
            if not name:
                raise EwsError('ErrorFolderSave', 'A folder needs a name.')
            self.check_name(parent, name)
            made = parent.mailbox.add_folder(name, parent, text_of(entry, 'FolderClass', 'IPF.Note'))
            return tag('m:Folders', tag('t:' + made.kind, folder_id(made)))

        return self.batch(list(self.child('Folders')), create, empty=tag('m:Folders'))

    def update_folder(self):
        def update(entry):
            folder = self.folder(entry[0])
            for change in child(entry, 'Updates'):
                if local(change.tag) != 'SetFolderField' or change[0].get('FieldURI') != 'folder:DisplayName':
                    raise EwsError('ErrorInvalidPropertySet', 'That cannot be set.')
                name = text_of(change[1], 'DisplayName', '')
                self.check_name(folder.parent, name, folder)
                folder.name = name
            folder.mailbox.touch_folder(folder)
            return tag('m:Folders', tag('t:' + folder.kind, folder_id(folder)))

        return self.batch(list(self.child('FolderChanges')), update, empty=tag('m:Folders'))

    def move_folder(self):
        target = self.child('ToFolderId')

        def move(entry):
            folder, parent = self.folder(entry), self.folder(target[0])
            if folder.special in UNDELETABLE:
                raise EwsError('ErrorMoveDistinguishedFolder', 'Distinguished folders cannot be moved.')
            if parent.is_inside(folder):
                raise EwsError('ErrorMoveCopyFailed', 'A folder cannot be moved into itself.')
            self.check_name(parent, folder.name, folder)
            folder.parent = parent
            folder.mailbox.touch_folder(folder)
            return tag('m:Folders', tag('t:' + folder.kind, folder_id(folder)))

        return self.batch(list(self.child('FolderIds')), move, empty=tag('m:Folders'))

    def delete_folder(self):
        def delete(entry):
            folder = self.folder(entry)
            if folder.special in UNDELETABLE:
                raise EwsError('ErrorDeleteDistinguishedFolder', 'Distinguished folders cannot be deleted.')
            trash = folder.mailbox.special['deleteditems']
            if self.element.get('DeleteType') == 'MoveToDeletedItems' and not folder.is_inside(trash):
                name, n = folder.name, 1
                while any(f.name.casefold() == folder.name.casefold() for f in self.inside(trash)):
                    folder.name, n = f'{name}{n}', n + 1
                folder.parent = trash
                folder.mailbox.touch_folder(folder)
            else:
                folder.mailbox.remove_folder(folder)
            return ''

        return self.batch(list(self.child('FolderIds')), delete)

    def empty_folder(self):
        def clear(entry):
            folder = self.folder(entry)
            mailbox = folder.mailbox
            if self.element.get('DeleteSubFolders') == 'true':
                for inner in self.inside(folder):
                    mailbox.remove_folder(inner)
            for item in list(folder.items.values()):
                if self.element.get('DeleteType') == 'MoveToDeletedItems' and folder is not mailbox.special['deleteditems']:
                    mailbox.move_item(item, mailbox.special['deleteditems'])
                else:
                    mailbox.remove_item(item)
            return ''

        return self.batch(list(self.child('FolderIds')), clear)

    # -- Lists

    def sync_folder_items(self):
        shape = Shape(self.child('ItemShape'), self.version, listing=True)

        def sync(_):
            try:
                folder = self.folder(self.child('SyncFolderId')[0])
            except EwsError as error:
                if error.code != 'ErrorFolderNotFound':
                    raise
                raise EwsError('ErrorSyncFolderNotFound', error.text) from error
            mailbox = folder.mailbox
            ignored = {e.get('Id') for e in children(self.child('Ignore'))}
            most = min(int(text_of(self.element, 'MaxChangesReturned')), self.options['sync_limit'])
            changes, state, last = mailbox.sync_items(folder, text_of(self.element, 'SyncState') or None, most,
                                                      self.options['dialect'] != '2010', self.options['state_padding'])
            out = []
            for what, identity in changes:
                item = folder.items.get(identity)
                if identity in ignored or (item is None and what != 'Delete'):
                    continue
                if what == 'Delete':
                    out.append(tag('t:Delete', tag('t:ItemId', Id=identity)))
                elif what == 'ReadFlagChange' and self.at_least('Exchange2007_SP1'):
                    out.append(tag('t:ReadFlagChange', item_id(item), leaf('t:IsRead', boolean(item.read))))
                else:
                    out.append(tag('t:' + ('Update' if what == 'ReadFlagChange' else what), item_xml(item, shape, self.server)))
            return leaf('m:SyncState', state) + leaf('m:IncludesLastItemInRange', boolean(last)) + tag('m:Changes', *out)

        return self.batch([None], sync)

    def find_item(self):
        shape = Shape(self.child('ItemShape'), self.version, listing=True)
        restriction, query = self.child('Restriction'), text_of(self.element, 'QueryString')
        view = self.child('IndexedPageItemView')
        order = children(self.child('SortOrder'))

        def find(entry):
            if restriction is not None and query is not None:
                raise EwsError('ErrorInvalidOperation', 'QueryString and Restriction exclude each other.')
            if query is not None and self.options['query'] == 'off':
                raise EwsError('ErrorContentIndexingNotEnabled', 'Content indexing is not enabled.')
            folder = self.folder(entry)
            found = list(folder.items.values())
            if restriction is not None:
                found = [item for item in found if matches(item, restriction[0])]
            if query and self.options['query'] != 'ignored':
                found = [item for item in found if query_matches(item, query)]
            descending = not order or order[0].get('Order') == 'Descending'
            found.sort(key=lambda item: (item.received, item.id), reverse=descending)
            offset, most = 0, len(found)
            if view is not None:
                offset, most = int(view.get('Offset')), int(view.get('MaxEntriesReturned', len(found)))
            limit = self.options['find_limit_filtered'] if restriction is not None or query else self.options['find_limit']
            page = found[offset:offset + min(most, limit)]
            end = offset + len(page)
            return tag('m:RootFolder', tag('t:Items', *(item_xml(item, shape, self.server) for item in page)), IndexedPagingOffset=end,
                       TotalItemsInView=len(found), IncludesLastItemInRange=boolean(end >= len(found)))

        return self.batch(list(self.child('ParentFolderIds')), find)

    def get_item(self):
        shape = Shape(self.child('ItemShape'), self.version)
        return self.batch(list(self.child('ItemIds')), lambda e: tag('m:Items', item_xml(self.item(e), shape, self.server)),
                          empty=tag('m:Items'))

    # -- Changing

    def set_field(self, item, path, value):
        """True when it is only the read state."""
        if local(path.tag) == 'ExtendedFieldURI':
            key = extended_key(path)
            found = child(child(value, 'ExtendedProperty'), 'Value') if value is not None else None
            if key == ('0x0e07', 'Integer') and item.id in item.mailbox.items:
                raise EwsError('ErrorPropertyUpdate', 'The flags of a message cannot be changed any more.')
            if key == ('0x1090', 'Integer'):
                item.flag = {'1': 'Complete', '2': 'Flagged'}.get(found.text if found is not None else None, 'NotFlagged')
            elif found is None:
                item.extended.pop(key, None)
            else:
                item.extended[key] = found.text or ''
            return False
        name = path.get('FieldURI')
        if name == 'message:IsRead':
            item.read = text_of(value, 'IsRead') == 'true'
            return True
        if name == 'item:Flag':
            if not self.at_least('Exchange2013'):
                raise Fault('ErrorInvalidPropertyRequest', 'item:Flag is not known to this version.')
            item.flag = text_of(child(value, 'Flag'), 'FlagStatus', 'NotFlagged')
        elif name == 'item:Categories':
            item.categories = [e.text or '' for e in children(child(value, 'Categories'), 'String')]
        elif name == 'item:Importance':
            item.importance = text_of(value, 'Importance', 'Normal')
        elif name == 'item:Subject':
            item.subject = text_of(value, 'Subject', '')
        elif name == 'item:MimeContent':
            if not item.draft:
                raise EwsError('ErrorInvalidPropertyUpdateSentMessage', 'A sent message cannot be changed.')
            item.set_mime(base64.b64decode(text_of(value, 'MimeContent', '')))
        elif name == 'message:BccRecipients':
            item.bcc = [text_of(e, 'EmailAddress', '') for e in children(child(value, 'BccRecipients'))]
        else:
            raise EwsError('ErrorInvalidPropertySet', f'{name} cannot be set here.')
        return False

    def check_key(self, item, element, needed=True):
        key = element.get('ChangeKey')
        if key is None and needed:
            raise EwsError('ErrorChangeKeyRequired', 'A change key is required for this operation.')
        return key is None or key == item.key

    def update_item(self):
        resolution = self.element.get('ConflictResolution')

        def update(entry):
            item = self.item(entry[0])
            overwrite = resolution == 'AlwaysOverwrite'
            if not self.check_key(item, entry[0], not overwrite) and not overwrite:
                raise EwsError('ErrorIrresolvableConflict', 'The send or update operation could not be performed because the change key '
                               'passed in the request does not match the current change key for the item.')
            if self.element.get('MessageDisposition') is None and item.kind == 'Message':
                raise EwsError('ErrorMessageDispositionRequired', 'Message disposition is required.')
            reading = True
            for change in child(entry, 'Updates'):
                value = change[1] if local(change.tag) == 'SetItemField' else None
                reading = self.set_field(item, change[0], value) and reading
            item.mailbox.touch_item(item, 'read' if reading else 'update')
            return tag('m:Items', tag('t:' + item.kind, item_id(item))) + tag('m:ConflictResults', leaf('t:Count', 0))

        return self.batch(list(self.child('ItemChanges')), update, empty=tag('m:Items'))

    def move_or_copy(self, act):
        target = self.child('ToFolderId')
        wanted = text_of(self.element, 'ReturnNewItemIds')
        if wanted is not None and not self.at_least('Exchange2010_SP1'):
            raise Fault('ErrorSchemaValidation', 'The element ReturnNewItemIds is not known to this version.')

        def each(entry):
            item, folder = self.item(entry), self.folder(target[0])
            across = folder.mailbox is not item.mailbox
            made = act(item, folder)
            shown = wanted != 'false' and not across and self.options['new_ids'] and self.at_least('Exchange2010_SP1')
            return tag('m:Items', tag('t:' + made.kind, item_id(made)) if shown else None)

        return self.batch(list(self.child('ItemIds')), each, empty=tag('m:Items'))

    def move_item(self):
        return self.move_or_copy(lambda item, folder: item.mailbox.move_item(item, folder))

    def copy_item(self):
        return self.move_or_copy(lambda item, folder: item.mailbox.copy_item(item, folder))

    def delete_item(self):
        def delete(entry):
            item = self.item(entry)
            if item.kind == 'CalendarItem' and self.element.get('SendMeetingCancellations') is None:
                raise EwsError('ErrorSendMeetingCancellationsRequired', 'SendMeetingCancellations is required.')
            if item.kind == 'Task' and self.element.get('AffectedTaskOccurrences') is None:
                raise EwsError('ErrorAffectedTaskOccurrencesRequired', 'AffectedTaskOccurrences is required.')
            if self.element.get('DeleteType') == 'MoveToDeletedItems':
                item.mailbox.move_item(item, item.mailbox.special['deleteditems'])
            else:
                item.mailbox.remove_item(item)
            return ''

        return self.batch(list(self.child('ItemIds')), delete)

    def mark_as_junk(self):
        junk, move = self.element.get('IsJunk') == 'true', self.element.get('MoveItem') == 'true'

        def mark(entry):
            item = self.item(entry)
            made = item
            if move:
                made = item.mailbox.move_item(item, item.mailbox.special['junkemail' if junk else 'inbox'])
            return tag('m:MovedItemId', Id=made.id, ChangeKey=made.key) if move else ''

        return self.batch(list(self.child('ItemIds')), mark)

    def mark_all_items_as_read(self):
        read = text_of(self.element, 'ReadFlag') == 'true'

        def mark(entry):
            folder = self.folder(entry)
            for item in list(folder.items.values()):
                if item.read != read:
                    item.read = read
                    folder.mailbox.touch_item(item, 'read')
            return ''

        return self.batch(list(self.child('FolderIds')), mark)

    def archive_item(self):
        def archive(entry):
            self.item(entry)
            raise EwsError('ErrorArchiveMailboxNotEnabled', 'The mailbox has no archive.')

        return self.batch(list(self.child('ItemIds')), archive, empty=tag('m:Items'))

    # -- Making and sending

    def send(self, mime, bcc, named=None):
        """Gives a message to everybody, as transport does: the recipients do not see Bcc."""
        item = Item(self.mailbox, None, mime, bcc=bcc)
        if len(mime) > self.options['size_limit']:
            raise EwsError('ErrorMessageSizeExceeded', 'The message exceeds the maximum supported size.')
        author = (named or next((address for _, address in item.people('From')), self.mailbox.address)).lower()
        if author != self.mailbox.address and author not in self.server.shared and author not in self.options['send_as']:
            raise EwsError('ErrorSendAsDenied', 'The user account which was used to submit this request does not have the right to send '
                           'mail on behalf of the specified sending account.')
        recipients = item.recipients()
        if not recipients:
            raise EwsError('ErrorMissingRecipients', 'At least one recipient is required.')
        wrong = [address for address in recipients if not re.fullmatch(r'[^@\s]+@[^@\s]+', address)]
        if wrong:
            raise EwsError('ErrorInvalidRecipients', f'At least one recipient is not valid: {wrong[0]}.')
        bare = re.sub(rb'(?im)^bcc:[^\n]*\n([ \t][^\n]*\n)*', b'', mime, count=1)
        self.server.sent.append({'from': author, 'named': named, 'recipients': recipients, 'message_id': item.message_id, 'subject': item.subject,
                                 'size': len(mime)})
        for address in recipients:
            found = self.server.mailbox_of(address)
            if found is not None:
                found.deliver(found.special['inbox'], bare)
        if self.server.relay is not None:
            self.server.relay(author, recipients, bare)

    def mime_of(self, entry):
        content = text_of(entry, 'MimeContent')
        if content is not None:
            try:
                mime = base64.b64decode(content, validate=False)
            except ValueError as error:
                raise EwsError('ErrorMimeContentInvalidBase64String', 'The MIME content is not valid Base64.') from error
            return mime
        body = child(entry, 'Body')
        kind = 'html' if body is not None and body.get('BodyType') == 'HTML' else 'plain'
        lines = [f'Subject: {text_of(entry, "Subject", "")}', f'From: {self.mailbox.address}', f'Date: {email.utils.format_datetime(now())}',
                 f'Message-ID: {email.utils.make_msgid(domain="example.org")}', 'MIME-Version: 1.0',
                 f'Content-Type: text/{kind}; charset=utf-8', 'Content-Transfer-Encoding: 8bit']
        for header, element in (('To', 'ToRecipients'), ('Cc', 'CcRecipients')):
            addresses = [text_of(e, 'EmailAddress', '') for e in children(child(entry, element))]
            if addresses:
                lines.append(f'{header}: {", ".join(addresses)}')
        return ('\r\n'.join(lines) + '\r\n\r\n' + (body.text or '' if body is not None else '')).encode()

    def create_item(self):
        disposition = self.element.get('MessageDisposition')
        where = self.child('SavedItemFolderId')

        def create(entry):
            kind = local(entry.tag)
            if kind in ('ReplyToItem', 'ReplyAllToItem', 'ForwardItem'):
                original = self.item(child(entry, 'ReferenceItemId'))
                to = ', '.join(address for _, address in original.people('From'))
                mime = (f'From: {self.mailbox.address}\r\nTo: {to}\r\nSubject: RE: {original.subject}\r\n'
                        f'In-Reply-To: {original.message_id}\r\nMessage-ID: {email.utils.make_msgid(domain="example.org")}\r\n\r\n'
                        f'{text_of(entry, "NewBodyContent", "")}\r\n').encode()
            else:
                mime = self.mime_of(entry)
            if disposition is None and kind != 'CalendarItem':
                raise EwsError('ErrorMessageDispositionRequired', 'Message disposition is required.')
            bcc = [text_of(e, 'EmailAddress', '') for e in children(child(entry, 'BccRecipients'))]
            facts = dict(read=text_of(entry, 'IsRead', 'false') == 'true', draft=True, extended={}, bcc=bcc,
                         item_class=text_of(entry, 'ItemClass', 'IPM.Note'),
                         categories=[e.text or '' for e in children(child(entry, 'Categories'), 'String')],
                         flag=text_of(child(entry, 'Flag'), 'FlagStatus', 'NotFlagged'))
            for found in children(entry, 'ExtendedProperty'):
                key, value = extended_key(found[0]), text_of(found, 'Value', '')
                if key == ('0x0e07', 'Integer'):
                    facts['draft'] = not int(value) & 8 == 0
                    facts['read'] = int(value) & 1 == 1
                elif key == ('0x0e06', 'SystemTime'):
                    facts['received'] = datetime.fromisoformat(value)
                elif key == ('0x1090', 'Integer'):
                    facts['flag'] = {'1': 'Complete', '2': 'Flagged'}.get(value, 'NotFlagged')
                else:
                    facts['extended'][key] = value
            if disposition in ('SendOnly', 'SendAndSaveCopy'):
                self.send(mime, bcc, text_of(child(child(entry, 'From'), 'Mailbox'), 'EmailAddress'))
                if disposition == 'SendAndSaveCopy':
                    folder = self.folder(where[0]) if where is not None else self.mailbox.special['sentitems']
                    facts.update(draft=False, read=True)
                    folder.mailbox.add_item(folder, Item(folder.mailbox, folder, mime, **facts))
                return tag('m:Items')
            if len(mime) > self.options['size_limit']:
                raise EwsError('ErrorMessageSizeExceeded', 'The message exceeds the maximum supported size.')
            folder = self.folder(where[0]) if where is not None else self.mailbox.special['drafts']
            made = folder.mailbox.add_item(folder, Item(folder.mailbox, folder, mime, **facts))
            return tag('m:Items', tag('t:' + made.kind, item_id(made)))

        return self.batch(list(self.child('Items')), create, empty=tag('m:Items'))

    def send_item(self):
        save = self.element.get('SaveItemToFolder') == 'true'
        where = self.child('SavedItemFolderId')

        def send(entry):
            item = self.item(entry)
            if not self.check_key(item, entry):
                raise EwsError('ErrorIrresolvableConflict', 'The change key is not the current one.')
            self.send(item.mime, item.bcc)
            if save:
                item.draft, item.read = False, True
                item.mailbox.move_item(item, self.folder(where[0]) if where is not None else self.mailbox.special['sentitems'])
            else:
                item.mailbox.remove_item(item)
            return ''

        return self.batch(list(self.child('ItemIds')), send)

    # -- Attachments

    def get_attachment(self):
        mime = text_of(self.child('AttachmentShape'), 'IncludeMimeContent', 'false') == 'true'

        def get(entry):
            identity = entry.get('Id') or ''
            item_name, _, number = identity.rpartition('.')
            for mailbox in self.reachable():
                item = mailbox.items.get(item_name)
                if item is not None and number.isdigit() and int(number) < len(item.attachments()):
                    return tag('m:Attachments', attachment_xml(item.attachments()[int(number)], True, mime))
            raise EwsError('ErrorItemNotFound', 'The attachment is no longer there.')

        return self.batch(list(self.child('AttachmentIds')), get, empty=tag('m:Attachments'))

    def create_attachment(self):
        def create(entry):
            item = self.item(self.child('ParentItemId'))
            message = item.parsed()
            main, _, sub = text_of(entry, 'ContentType', 'application/octet-stream').partition('/')
            message.add_attachment(base64.b64decode(text_of(entry, 'Content', '')), maintype=main, subtype=sub,
                                   filename=text_of(entry, 'Name'))
            item.set_mime(message.as_bytes())
            item.mailbox.touch_item(item)
            made = item.attachments()[-1]
            return tag('m:Attachments', tag('t:FileAttachment', tag('t:AttachmentId', Id=made[0], RootItemId=item.id,
                                                                    RootItemChangeKey=item.key)))

        return self.batch(list(self.child('Attachments')), create, empty=tag('m:Attachments'))

    def delete_attachment(self):
        def delete(entry):
            raise EwsError('ErrorItemNotFound', 'The attachment is no longer there.')

        return self.batch(list(self.child('AttachmentIds')), delete)

    # -- Notifications

    def subscribe(self):
        def each(entry):
            kind = local(entry.tag)
            if kind == 'PushSubscriptionRequest':
                raise EwsError('ErrorInvalidPushSubscriptionUrl', 'Push is not for this server.')
            if kind == 'StreamingSubscriptionRequest' and not self.at_least('Exchange2010_SP1'):
                raise Fault('ErrorSchemaValidation', 'Streaming is not known to this version.')
            folders, mailbox = None, self.mailbox
            if entry.get('SubscribeToAllFolders') != 'true':
                folders = {self.folder(e).id for e in children(child(entry, 'FolderIds'))}
                owners = [m for m in self.reachable() if folders & m.folders.keys()]
                if len(owners) != 1:
                    raise EwsError('ErrorInvalidSubscriptionRequest', 'The folders of a subscription must be of one mailbox.')
                mailbox = owners[0]
            types = {e.text for e in children(child(entry, 'EventTypes'))}
            made = self.server.subscriptions.add(mailbox, folders, types, kind == 'StreamingSubscriptionRequest')
            if not self.server.options['subscriptions_last']:
                self.server.subscriptions.expire()
            return leaf('m:SubscriptionId', made.id) + (leaf('m:Watermark', made.watermark()) if not made.streaming else '')

        return self.batch(list(self.element), each)

    def unsubscribe(self):
        return self.batch([text_of(self.element, 'SubscriptionId')], lambda e: self.server.subscriptions.remove(e) or '')

    def get_events(self):
        def get(entry):
            found = self.server.subscriptions.find(entry)
            return found.notification(text_of(self.element, 'Watermark'))

        return self.batch([text_of(self.element, 'SubscriptionId')], get)

    # -- People

    def resolve_names(self):
        wanted = text_of(self.element, 'UnresolvedEntry', '').casefold()
        full = self.element.get('ReturnFullContactData') == 'true'
        found = [m for m in self.server.mailboxes.values() if wanted in m.name.casefold() or wanted in m.address]
        name = 'ResolveNamesResponseMessage'
        if not found:
            return tag('m:ResolveNamesResponse', tag('m:ResponseMessages', response_message(
                name, error=EwsError('ErrorNameResolutionNoResults', 'No results were found.'))))
        out = []
        for m in found:
            contact = tag('t:Contact', leaf('t:DisplayName', m.name), tag(
                't:EmailAddresses', leaf('t:Entry', 'SMTP:' + m.address, Key='EmailAddress1')),
                leaf('t:ContactSource', 'ActiveDirectory')) if full else None
            out.append(tag('t:Resolution', mailbox_xml(m.name, m.address, self.server), contact))
        payload = tag('m:ResolutionSet', *out, TotalItemsInView=len(out), IncludesLastItemInRange='true')
        several = EwsError('ErrorNameResolutionMultipleResults', 'Multiple results were found.', warning=True) if len(found) > 1 else None
        return tag('m:ResolveNamesResponse', tag('m:ResponseMessages', response_message(name, payload, error=several)))

    def find_people(self):
        wanted = text_of(self.element, 'QueryString', '').casefold()
        view = self.child('IndexedPageItemView')
        found = [m for m in self.server.mailboxes.values() if wanted in m.name.casefold() or wanted in m.address]
        offset = int(view.get('Offset'))
        page = found[offset:offset + int(view.get('MaxEntriesReturned', '100'))]
        people = [tag('t:Persona', tag('t:PersonaId', Id='AAUQ' + base64.b64encode(m.address.encode()).decode()),
                      leaf('t:PersonaType', 'Person'), leaf('t:DisplayName', m.name),
                      tag('t:EmailAddress', leaf('t:Name', m.name), leaf('t:EmailAddress', m.address), leaf('t:RoutingType', 'SMTP'),
                          leaf('t:MailboxType', 'Mailbox'))) for m in page]
        return tag('m:FindPeopleResponse', leaf('m:ResponseCode', 'NoError'), tag('m:People', *people),
                   leaf('m:TotalNumberOfPeopleInView', len(found)), leaf('m:FirstMatchingRowIndex', 0), leaf('m:FirstLoadedRowIndex', 0),
                   ResponseClass='Success')

    def expand_dl(self):
        return self.batch([None], lambda _: tag('m:DLExpansion', *(mailbox_xml(m.name, m.address) for m in self.server.mailboxes.values()),
                                                TotalItemsInView=len(self.server.mailboxes), IncludesLastItemInRange='true'))

    def get_mail_tips(self):
        tips = [tag('m:MailTipsResponseMessageType', leaf('m:ResponseCode', 'NoError'), tag('m:MailTips', tag(
            't:RecipientAddress', leaf('t:Name', ''), leaf('t:EmailAddress', text_of(e, 'EmailAddress', ''))),
            leaf('t:PendingMailTips', '')), ResponseClass='Success') for e in self.child('Recipients')]
        return tag('m:GetMailTipsResponse', leaf('m:ResponseCode', 'NoError'), tag('m:ResponseMessages', *tips), ResponseClass='Success')

    # -- Out of office

    def own_mailbox(self):
        address = text_of(self.child('Mailbox'), 'Address', '').lower()
        if address != self.mailbox.address:
            raise EwsError('ErrorAccessDenied', 'Access is denied.')
        return self.mailbox

    def get_user_oof_settings_request(self):
        try:
            oof = self.own_mailbox().oof
        except EwsError as error:
            return tag('m:GetUserOofSettingsResponse', response_message('ResponseMessage', error=error))

        def html(text):
            return f'<html><body>{text}</body></html>' if text else ''

        duration = tag('t:Duration', leaf('t:StartTime', oof['start'] or '2026-11-28T00:00:00'),
                       leaf('t:EndTime', oof['end'] or '2026-11-29T00:00:00'))
        return tag('m:GetUserOofSettingsResponse', response_message('ResponseMessage'),
                   tag('t:OofSettings', leaf('t:OofState', oof['state']), leaf('t:ExternalAudience', oof['audience']), duration,
                       tag('t:InternalReply', leaf('t:Message', html(oof['internal']))),
                       tag('t:ExternalReply', leaf('t:Message', html(oof['external'])))), leaf('m:AllowExternalOof', oof['allowed']))

    def set_user_oof_settings_request(self):
        try:
            oof, settings = self.own_mailbox().oof, self.child('UserOofSettings')
            duration = child(settings, 'Duration')
            if text_of(settings, 'OofState') == 'Scheduled' and duration is None:
                raise EwsError('ErrorInvalidScheduledOofDuration', 'A duration is needed.')
            if duration is not None:
                times = [text_of(duration, 'StartTime'), text_of(duration, 'EndTime')]
                if any(not re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?', t or '') for t in times):
                    raise EwsError('ErrorInvalidScheduledOofDuration', 'The duration must be in UTC.')
                if times[0] >= times[1]:
                    raise EwsError('ErrorInvalidScheduledOofDuration', 'It ends before it begins.')
                oof.update(start=times[0].rstrip('Z'), end=times[1].rstrip('Z'))
            if ['None', 'Known', 'All'].index(text_of(settings, 'ExternalAudience')) > ['None', 'Known', 'All'].index(oof['allowed']):
                raise EwsError('ErrorInvalidParameter', 'That audience is not allowed.')
            oof.update(state=text_of(settings, 'OofState'), audience=text_of(settings, 'ExternalAudience'),
                       internal=text_of(child(settings, 'InternalReply'), 'Message', ''),
                       external=text_of(child(settings, 'ExternalReply'), 'Message', ''))
        except EwsError as error:
            return tag('m:SetUserOofSettingsResponse', response_message('ResponseMessage', error=error))
        return tag('m:SetUserOofSettingsResponse', response_message('ResponseMessage'))


def method_name(operation):
    return re.sub(r'(?<!^)(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])', '_', operation).lower()


def answer(server, mailbox, version, operation):
    """The body of the answer to an operation."""
    name = local(operation.tag)
    handle = getattr(Request, method_name(name), None)
    if handle is None:
        raise Fault('ErrorInvalidRequest', f'{name} is not known.')
    if name in FLOORS and not version_at_least(version, FLOORS[name]):
        raise Fault('ErrorSchemaValidation', f'The request failed schema validation: {name} is not known to {version}.')
    return handle(Request(server, mailbox, version, name, operation))
