# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a request what Exchange would take? Against its schema where that is there; by a table of our own in any case."""

import pathlib

from soap import M, T, local

FOLDER_ID = {'FolderId', 'DistinguishedFolderId', 'AddressListId'}
PATHS = {'FieldURI', 'IndexedFieldURI', 'ExtendedFieldURI'}
ITEMS = {'Item', 'Message', 'CalendarItem', 'Contact', 'DistributionList', 'MeetingMessage', 'MeetingRequest', 'MeetingResponse',
         'MeetingCancellation', 'Task', 'PostItem', 'ReplyToItem', 'ForwardItem', 'ReplyAllToItem'}
FOLDERS = {'Folder', 'CalendarFolder', 'ContactsFolder', 'SearchFolder', 'TasksFolder'}
FILTERS = {'And', 'Or', 'Not', 'Contains', 'Exists', 'Excludes', 'IsEqualTo', 'IsNotEqualTo', 'IsGreaterThan', 'IsLessThan',
           'IsGreaterThanOrEqualTo', 'IsLessThanOrEqualTo'}
COMPARE = [PATHS, 'FieldURIOrConstant']

# element: its children in order; a set is one of several that may repeat, a trailing "!" is required
ORDER = {
    'GetFolder': ['FolderShape!', 'FolderIds!'],
    'FindFolder': ['FolderShape!', {'IndexedPageFolderView', 'FractionalPageFolderView'}, 'Restriction', 'ParentFolderIds!'],
    'SyncFolderHierarchy': ['FolderShape!', 'SyncFolderId', 'SyncState'],
    'CreateFolder': ['ParentFolderId!', 'Folders!'],
    'UpdateFolder': ['FolderChanges!'],
    'MoveFolder': ['ToFolderId!', 'FolderIds!'],
    'CopyFolder': ['ToFolderId!', 'FolderIds!'],
    'DeleteFolder': ['FolderIds!'],
    'EmptyFolder': ['FolderIds!'],
    'SyncFolderItems': ['ItemShape!', 'SyncFolderId!', 'SyncState', 'Ignore', 'MaxChangesReturned!', 'SyncScope'],
    'FindItem': ['ItemShape!', {'IndexedPageItemView', 'FractionalPageItemView', 'CalendarView', 'ContactsView'}, 'GroupBy',
                 'Restriction', 'SortOrder', 'ParentFolderIds!', 'QueryString'],
    'GetItem': ['ItemShape!', 'ItemIds!'],
    'CreateItem': ['SavedItemFolderId', 'Items!'],
    'SendItem': ['ItemIds!', 'SavedItemFolderId'],
    'UpdateItem': ['SavedItemFolderId', 'ItemChanges!'],
    'MoveItem': ['ToFolderId!', 'ItemIds!', 'ReturnNewItemIds'],
    'CopyItem': ['ToFolderId!', 'ItemIds!', 'ReturnNewItemIds'],
    'DeleteItem': ['ItemIds!'],
    'MarkAsJunk': ['ItemIds!'],
    'MarkAllItemsAsRead': ['ReadFlag!', 'SuppressReadReceipts!', 'FolderIds!', 'ItemIdToExclude'],
    'ArchiveItem': ['ArchiveSourceFolderId!', 'ItemIds!'],
    'GetAttachment': ['AttachmentShape', 'AttachmentIds!'],
    'CreateAttachment': ['ParentItemId!', 'Attachments!'],
    'DeleteAttachment': ['AttachmentIds!'],
    'Subscribe': [{'PullSubscriptionRequest', 'PushSubscriptionRequest', 'StreamingSubscriptionRequest'}],
    'GetStreamingEvents': ['SubscriptionIds!', 'ConnectionTimeout!'],
    'GetEvents': ['SubscriptionId!', 'Watermark!'],
    'Unsubscribe': ['SubscriptionId!'],
    'ResolveNames': ['ParentFolderIds', 'UnresolvedEntry!'],
    'ExpandDL': ['Mailbox!'],
    'FindPeople': ['PersonaShape', 'IndexedPageItemView!', 'Restriction', 'AggregationRestriction', 'SortOrder', 'ParentFolderId',
                   'QueryString'],
    'GetUserOofSettingsRequest': ['Mailbox!'],
    'SetUserOofSettingsRequest': ['Mailbox!', 'UserOofSettings!'],
    'GetMailTips': ['SendingAs!', 'Recipients!', 'MailTipsRequested!'],

    'FolderShape': ['BaseShape!', 'AdditionalProperties'],
    'ItemShape': ['BaseShape!', 'IncludeMimeContent', 'BodyType', 'UniqueBodyType', 'NormalizedBodyType',
                  'FilterHtmlContent', 'ConvertHtmlCodePageToUTF8', 'InlineImageUrlTemplate', 'BlockExternalImages',
                  'AddBlankTargetToLinks', 'MaximumBodySize', 'AdditionalProperties'],
    'AttachmentShape': ['IncludeMimeContent', 'BodyType', 'FilterHtmlContent', 'AdditionalProperties'],
    'PersonaShape': ['BaseShape!', 'AdditionalProperties'],
    'AdditionalProperties': [PATHS],
    'FolderIds': [FOLDER_ID],
    'ParentFolderIds': [FOLDER_ID],
    'SyncFolderId': [FOLDER_ID],
    'ToFolderId': [FOLDER_ID],
    'ParentFolderId': [FOLDER_ID],
    'SavedItemFolderId': [FOLDER_ID],
    'ArchiveSourceFolderId': [FOLDER_ID],
    'DistinguishedFolderId': ['Mailbox'],
    'ItemIds': [{'ItemId', 'OccurrenceItemId', 'RecurringMasterItemId'}],
    'Ignore': ['ItemId'],
    'AttachmentIds': ['AttachmentId!'],
    'SubscriptionIds': ['SubscriptionId!'],
    'Folders': [FOLDERS],
    'Folder': ['FolderId', 'ParentFolderId', 'FolderClass', 'DisplayName', 'TotalCount', 'ChildFolderCount', 'ExtendedProperty',
               'ManagedFolderInformation', 'EffectiveRights', 'PermissionSet', 'UnreadCount'],
    'FolderChanges': ['FolderChange!'],
    'FolderChange': [FOLDER_ID, 'Updates!'],
    'ItemChanges': ['ItemChange!'],
    'ItemChange': [{'ItemId'}, 'Updates!'],
    'Updates': [{'AppendToItemField', 'SetItemField', 'DeleteItemField', 'AppendToFolderField', 'SetFolderField', 'DeleteFolderField'}],
    'SetItemField': [PATHS, ITEMS],
    'AppendToItemField': [PATHS, ITEMS],
    'DeleteItemField': [PATHS],
    'SetFolderField': [PATHS, FOLDERS],
    'DeleteFolderField': [PATHS],
    'Restriction': [FILTERS],
    'And': [FILTERS], 'Or': [FILTERS], 'Not': [FILTERS],
    'Contains': [PATHS, 'Constant!'],
    'Exists': [PATHS],
    'Excludes': [PATHS, 'Bitmask!'],
    'FieldURIOrConstant': [PATHS | {'Constant'}],
    'SortOrder': ['FieldOrder!'],
    'FieldOrder': [PATHS],
    'Items': [ITEMS],
    'ExtendedProperty': ['ExtendedFieldURI!', {'Value', 'Values'}],
    'Message': ['MimeContent', 'ItemId', 'ParentFolderId', 'ItemClass', 'Subject', 'Sensitivity', 'Body', 'Attachments',
                'DateTimeReceived', 'Size', 'Categories', 'Importance', 'InReplyTo', 'IsSubmitted', 'IsDraft', 'IsFromMe', 'IsResend',
                'IsUnmodified', 'InternetMessageHeaders', 'DateTimeSent', 'DateTimeCreated', 'ResponseObjects', 'ReminderDueBy',
                'ReminderIsSet', 'ReminderNextTime', 'ReminderMinutesBeforeStart', 'DisplayCc', 'DisplayTo', 'HasAttachments',
                'ExtendedProperty', 'Culture', 'EffectiveRights', 'LastModifiedName', 'LastModifiedTime', 'IsAssociated',
                'WebClientReadFormQueryString', 'WebClientEditFormQueryString', 'ConversationId', 'UniqueBody', 'Flag', 'StoreEntryId',
                'InstanceKey', 'NormalizedBody', 'EntityExtractionResult', 'PolicyTag', 'ArchiveTag', 'RetentionDate', 'Preview',
                'Sender', 'ToRecipients', 'CcRecipients', 'BccRecipients', 'IsReadReceiptRequested', 'IsDeliveryReceiptRequested',
                'ConversationIndex', 'ConversationTopic', 'From', 'InternetMessageId', 'IsRead', 'IsResponseRequested', 'References',
                'ReplyTo', 'ReceivedBy', 'ReceivedRepresenting'],
    'ReplyToItem': ['Subject', 'Body', 'ToRecipients', 'CcRecipients', 'BccRecipients', 'IsReadReceiptRequested',
                    'IsDeliveryReceiptRequested', 'From', 'ReferenceItemId!', 'NewBodyContent', 'ReceivedBy', 'ReceivedRepresenting'],
    'Flag': ['FlagStatus!', 'StartDate', 'DueDate', 'CompleteDate'],
    'Categories': ['String'],
    'ToRecipients': ['Mailbox'], 'CcRecipients': ['Mailbox'], 'BccRecipients': ['Mailbox'], 'ReplyTo': ['Mailbox'],
    'From': ['Mailbox!'], 'Sender': ['Mailbox!'],
    'Attachments': [{'ItemAttachment', 'FileAttachment', 'ReferenceAttachment'}],
    'FileAttachment': ['AttachmentId', 'Name', 'ContentType', 'ContentId', 'ContentLocation', 'Size', 'LastModifiedTime', 'IsInline',
                       'IsContactPhoto', 'Content'],
    'PullSubscriptionRequest': ['FolderIds', 'EventTypes!', 'Watermark', 'Timeout!'],
    'StreamingSubscriptionRequest': ['FolderIds', 'EventTypes!'],
    'EventTypes': ['EventType!'],
    'UserOofSettings': ['OofState!', 'ExternalAudience!', 'Duration', 'InternalReply', 'ExternalReply'],
    'Duration': ['StartTime!', 'EndTime!'],
    'InternalReply': ['Message'], 'ExternalReply': ['Message'],
}
for name in ('IsEqualTo', 'IsNotEqualTo', 'IsGreaterThan', 'IsLessThan', 'IsGreaterThanOrEqualTo', 'IsLessThanOrEqualTo'):
    ORDER[name] = COMPARE
# One name, two types: in a reply of the out-of-office kind it is text, in Mailbox it is whatever that type of mailbox has.
TEXT_INSIDE = {'InternalReply', 'ExternalReply'}

ATTRIBUTES = {
    'FindFolder': ['Traversal'], 'FindItem': ['Traversal'], 'DeleteFolder': ['DeleteType'], 'DeleteItem': ['DeleteType'],
    'EmptyFolder': ['DeleteType', 'DeleteSubFolders'], 'UpdateItem': ['ConflictResolution'], 'SendItem': ['SaveItemToFolder'],
    'MarkAsJunk': ['IsJunk', 'MoveItem'], 'ResolveNames': ['ReturnFullContactData'],
    'ItemId': ['Id'], 'FolderId': ['Id'], 'DistinguishedFolderId': ['Id'], 'AttachmentId': ['Id'],
    'FieldURI': ['FieldURI'], 'ExtendedFieldURI': ['PropertyType'], 'Constant': ['Value'], 'FieldOrder': ['Order'],
    'IndexedPageItemView': ['Offset', 'BasePoint'], 'IndexedPageFolderView': ['Offset', 'BasePoint'],
}


def place_of(name, order):
    for place, entry in enumerate(order):
        if name in entry if isinstance(entry, set) else name == entry.rstrip('!'):
            return place
    return None


def check_element(element, depth=0):
    """What is wrong with @element or what is in it, in words, or None."""
    name = local(element.tag)
    namespace = element.tag[1:].split('}')[0]
    if namespace not in (M, T):
        return f'{name} has the namespace "{namespace}"'
    if depth > 64:
        return 'it is nested too deeply'
    for attribute in ATTRIBUTES.get(name, ()):
        if attribute not in element.attrib:
            return f'{name} lacks the attribute {attribute}'
    order = ORDER.get(name)
    if order is None:
        return f'{name} is no operation that is known here' if depth == 0 else None
    last = 0
    for found in element:
        inside = local(found.tag)
        place = place_of(inside, order)
        if place is None:
            return f'{name} must not hold {inside}'
        if place < last:
            return f'{inside} stands too late in {name}'
        last = place
        if name in TEXT_INSIDE:
            continue
        wrong = check_element(found, depth + 1)
        if wrong:
            return wrong
    for entry in order:
        if isinstance(entry, str) and entry.endswith('!') and not any(local(c.tag) == entry[:-1] for c in element):
            return f'{name} lacks {entry[:-1]}'
    return None


class Schema:
    """Exchange's own, where it stands beside the project and Python can read it."""

    def __init__(self, folder):
        self.schema = None
        self.missing = 'no folder of contracts'
        path = pathlib.Path(folder) / 'soap-ews.xsd' if folder else None
        if path is None or not path.exists():
            return
        try:
            from lxml import etree
        except ImportError:
            self.missing = 'no lxml'
            return
        self.etree = etree
        self.schema = etree.XMLSchema(etree.parse(str(path)))

    def check(self, data):
        """What is wrong with a request or an answer, or None."""
        if self.schema is None:
            return None
        document = self.etree.fromstring(data, self.etree.XMLParser(huge_tree=True))
        return None if self.schema.validate(document) else str(self.schema.error_log.last_error.message)


def check_request(operation):
    wrong = check_element(operation)
    if wrong:
        return wrong
    for element in operation.iter():
        if local(element.tag) == 'MaxChangesReturned':
            try:
                if not 1 <= int(element.text or 0) <= 512:
                    return 'MaxChangesReturned is not between 1 and 512'
            except ValueError:
                return 'MaxChangesReturned is no number'
    return None
