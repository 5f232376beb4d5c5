# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscriptions: what happened in which folder, for those who wait."""

import base64
import itertools
import threading
from datetime import datetime, timezone

from soap import EwsError, leaf, tag
from store import zulu


class Subscription:
    ids = itertools.count(1)

    def __init__(self, mailbox, folders, types, streaming):
        n = next(self.ids)
        self.id = base64.b64encode(f'JwBsb2NhbGhvc3Q{n:06d}'.encode()).decode()
        self.mailbox, self.folders, self.types, self.streaming = mailbox, folders, types, streaming
        self.events = []  # (number, xml)
        self.told = 0

    def watermark(self, number=None):
        return base64.b64encode(b'AQAAAA' + str(len(self.events) if number is None else number).encode()).decode()

    def note(self, what, folder, item, moment, old=None):
        """@item is None when it is about the folder itself; @old: what a moved item was called, and where it was."""
        if what not in self.types or (self.folders is not None and folder.id not in self.folders):
            return
        inside = '' if self.streaming else leaf('t:Watermark', self.watermark(len(self.events) + 1))
        if item is None:
            around = folder.parent or folder
            about = [tag('t:FolderId', Id=folder.id, ChangeKey=folder.key), tag('t:ParentFolderId', Id=around.id, ChangeKey=around.key)]
        else:
            about = [tag('t:ItemId', Id=item.id, ChangeKey=item.key), tag('t:ParentFolderId', Id=folder.id, ChangeKey=folder.key)]
        if old is not None:
            about += [tag('t:OldItemId', Id=old[0], ChangeKey=item.key), tag('t:OldParentFolderId', Id=old[1].id, ChangeKey=old[1].key)]
        self.events.append(tag('t:' + what, inside or None, leaf('t:TimeStamp', moment), *about))

    def notification(self, watermark=None, most=100):
        start = self.told
        if watermark is not None:
            try:
                start = int(base64.b64decode(watermark)[6:])
                if start > len(self.events):
                    raise ValueError
            except ValueError as error:
                raise EwsError('ErrorInvalidWatermark', 'The watermark is not valid.') from error
        found = self.events[start:start + most]
        more = None
        if not self.streaming:
            more = leaf('t:PreviousWatermark', self.watermark(start)) + leaf('t:MoreEvents', 'true' if start + most < len(self.events)
                                                                            else 'false')
        if not found:
            found = [tag('t:StatusEvent', leaf('t:Watermark', self.watermark(start)) if not self.streaming else None)]
        elif self.streaming:
            self.told = start + len(found)
        return tag('m:Notification', leaf('t:SubscriptionId', self.id), more, *found)


class Subscriptions:
    def __init__(self):
        self.all = {}
        self.changed = threading.Condition()
        self.generation = 0  # raised to end what is streaming
        self.beats = 0       # raised for a sign of life

    def add(self, *facts):
        made = Subscription(*facts)
        self.all[made.id] = made
        return made

    def find(self, identity):
        if identity not in self.all:
            raise EwsError('ErrorSubscriptionNotFound', 'The specified subscription was not found.')
        return self.all[identity]

    def remove(self, identity):
        self.find(identity)
        del self.all[identity]
        self.wake()

    def wake(self):
        with self.changed:
            self.changed.notify_all()

    def note(self, mailbox, what, folder, item, old=None):
        moment = zulu(item.received if item is not None else datetime.now(timezone.utc))
        for subscription in list(self.all.values()):
            if subscription.mailbox is mailbox:
                subscription.note(what, folder, item, moment, old)
        self.wake()

    def expire(self):
        self.all.clear()
        self.wake()

    def close_streams(self):
        self.generation += 1
        self.wake()

    def beat(self):
        self.beats += 1
        self.wake()
