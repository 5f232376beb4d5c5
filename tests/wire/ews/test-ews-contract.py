#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every request that the session can make, against the schema that Exchange serves; and whatever the schema, what it must hold.

The schema is Microsoft's text and not part of the project: it is looked for beside the checkout, or where VALIJA_CONTRACTS says."""

import base64
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET

PROGRAM = sys.argv.pop(1)
CONTRACTS = pathlib.Path(os.environ.get('VALIJA_CONTRACTS', pathlib.Path(__file__).resolve().parents[4] / 'shared' / 'contracts'))
SCHEMA = CONTRACTS / 'exchange' / 'soap-ews.xsd'

S = '{http://schemas.xmlsoap.org/soap/envelope/}'
M = '{http://schemas.microsoft.com/exchange/services/2006/messages}'
T = '{http://schemas.microsoft.com/exchange/services/2006/types}'


class Requests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        subprocess.run([PROGRAM, cls.directory.name], check=True)
        cls.files = sorted(pathlib.Path(cls.directory.name).glob('*.xml'))

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def load(self, name):
        return ET.parse(pathlib.Path(self.directory.name) / name).getroot()

    @unittest.skipUnless(SCHEMA.exists(), 'the published schema is not here')
    def test_schema(self):
        run = subprocess.run(['xmllint', '--noout', '--nonet', '--schema', SCHEMA, *self.files], capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr[-4000:])

    def test_all_are_there(self):
        self.assertEqual(len(self.files), 48 * 4 + 3 * 2)

    def test_each_names_its_schema(self):
        for file in self.files:
            version = ET.parse(file).getroot().find(f'{S}Header/{T}RequestServerVersion').get('Version')
            self.assertEqual(version, file.name.split('-')[0])

    def test_content_is_whole(self):
        message = self.load('Exchange2013_SP1-CreateItem-send.xml').find(f'.//{T}Message')
        self.assertEqual(base64.b64decode(message.find(f'{T}MimeContent').text), b'From: a@b\r\n')
        self.assertEqual([e.text for e in message.iter(f'{T}EmailAddress')], ['c@d.example'])

    def test_another_sender_is_named(self):
        message = self.load('Exchange2010_SP1-CreateItem-send-as.xml').find(f'.//{T}Message')
        self.assertEqual(message.find(f'{T}From/{T}Mailbox/{T}EmailAddress').text, 'team@d.example')
        self.assertIsNone(self.load('Exchange2013-CreateItem-send.xml').find(f'.//{T}From'))

    def test_text_is_escaped_and_cleaned(self):
        self.assertEqual(self.load('Exchange2013-CreateFolder-in.xml').find(f'.//{T}DisplayName').text, 'a <b>')
        words = [c.get('Value') for c in self.load('Exchange2013-FindItem-words.xml').iter(f'{T}Constant')]
        self.assertEqual(set(words), {'a & <b>', 'ñ'})

    def test_old_servers_are_not_asked_for_new_things(self):
        old = self.load('Exchange2010_SP2-GetItem-summary.xml')
        self.assertNotIn('item:Flag', [f.get('FieldURI') for f in old.iter(f'{T}FieldURI')])
        self.assertIsNone(self.load('Exchange2010_SP1-UpdateItem-set.xml').find(f'.//{M}UpdateItem').get('SuppressReadReceipts'))
        self.assertIn('0x1090', [p.get('PropertyTag') for p in self.load('Exchange2010_SP1-UpdateItem-set.xml').iter(f'{T}ExtendedFieldURI')])

    def test_nothing_asks_for_a_receipt(self):
        update = self.load('Exchange2013-UpdateItem-set.xml').find(f'.//{M}UpdateItem')
        self.assertEqual(update.get('SuppressReadReceipts'), 'true')

    def test_pages_are_within_the_facet(self):
        most = self.load('Exchange2013_SP1-SyncFolderItems-too-many.xml').find(f'.//{M}MaxChangesReturned').text
        self.assertEqual(most, '512')


if __name__ == '__main__':
    unittest.main(verbosity=2)
