# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail that is read and organised: lists, searches, folders, and what POP3 leaves or deletes."""

import poplib

from ctl import (ANA, LUIS, MEI, NOT_FOUND, PASSWORD, REFUSED, UNSUPPORTED, USAGE, WORLD, deliver, imap, incoming, pop3_count,
                 profile, server, test, tls, wait_for)


# ---- Mail

@test
def all_inboxes():
    with profile() as p:
        accounts = {p.add('imap', ANA, *incoming(ANA), '--set', 'name=Work'), p.add('pop3', LUIS, *incoming(LUIS, 'pop3s_port'))}
        p.run('sync', '--inbox')
        found = p.messages('--all-inboxes', '--limit', '0')
        assert {m['account'] for m in found} == {a['id'] for a in p.json('account', 'list')['accounts']}, accounts
        assert len(found) == sum(len(p.messages('-a', a, '--limit', '0')) for a in (ANA, LUIS))
        assert len(p.messages('--all-inboxes', '--limit', '3')) == 3
        assert all('seen' not in m['flags'] for m in p.messages('--all-inboxes', '--unread'))
        assert 'Work' in p.run('list', '--all-inboxes').stdout
        for more in (['INBOX'], ['--account', ANA], ['--folder', 'INBOX']):
            p.run('list', '--all-inboxes', *more, expect=USAGE)


@test
def read_and_organise():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA), '--set', 'body-days=-1')
        assert p.json('sync')['accounts'][0]['new'] > 60
        again = p.json('--stats', 'sync', '--inbox')
        assert again['accounts'][0]['new'] == 0 and again['stats']['turns'] <= 12, again

        # What is here needs no network
        for command in (['folders'], ['list'], ['search', 'has:attachment'], ['show', str(p.messages()[0]['id'])]):
            assert p.json('--stats', *command)['stats']['turns'] == 0, command
        assert len(p.messages('--limit', '5')) == 5
        assert 'At most 5 are listed' in p.run('list', '--limit', '5').stderr and not p.run('list', '--limit', '0').stderr
        assert all(m['here'] for m in p.messages())

        # Each message of the folder is in one conversation, and an answer is with what it answers
        whole = p.messages('--conversations', '--limit', '0')
        assert sorted(i for c in whole for i in c['ids']) == sorted(m['id'] for m in p.messages('--limit', '0'))
        longest = max(whole, key=lambda c: c['messages'])
        assert longest['messages'] > 2 and longest['id'] in longest['ids'] and longest['people'], longest
        shown = p.json('show', str(longest['id']), '--conversation')['messages']
        assert len(shown) == longest['messages'] and {m['conversation'] for m in shown} == {longest['conversation']}
        assert [m['date'] for m in shown] == sorted(m['date'] for m in shown) and all(m['text'] for m in shown)
        p.run('show', str(longest['id']), '--conversation', '--raw', expect=USAGE)

        # What is found is in conversations too: each once, with those of its messages that were
        where = ('--limit', '0', '--folder', 'INBOX', f'from:{longest["sender_address"]}')
        found = p.json('search', '--conversations', *where)['messages']
        assert {i for c in found for i in c['ids']} == {m['id'] for m in p.json('search', *where)['messages']}, found
        assert len(found) == len({c['conversation'] for c in found}), found
        one, = (c for c in found if c['conversation'] == longest['conversation'])
        assert one['messages'] == longest['messages'] and longest['id'] in one['ids'], one

        deliver(ANA, 'for the script')
        wait_for(lambda: p.json('sync', '--inbox')['accounts'][0]['new'])
        message = p.messages()[0]
        assert message['subject'] == 'for the script' and 'seen' not in message['flags']
        number = str(message['id'])
        assert 'Hello.' in p.run('show', number, '--text').stdout
        assert 'Subject: for the script' in p.run('show', number, '--headers').stdout
        assert [m['id'] for m in p.json('search', 'subject:script')['messages']] == [message['id']]

        marked = p.run('flag', number, '--add', 'seen,flagged').stdout
        assert marked == '1 message marked\n', marked
        p.run('show', number, number, expect=USAGE)
        with imap(ANA) as box:
            box.select('INBOX', readonly=True)
            found = box.search(None, 'SUBJECT', '"for the script"', 'SEEN', 'FLAGGED')[1][0]
            assert found, 'the server does not know'
        p.run('move', number, '--to', 'Archive')
        assert 'for the script' in p.subjects('--folder', 'archive')
        with imap(ANA) as box:
            box.select('Archive', readonly=True)
            assert box.search(None, 'SUBJECT', '"for the script"')[1][0]
        assert p.run('delete', number).stdout == '1 message moved to the trash\n'
        p.run('sync')
        assert 'for the script' in p.subjects('--folder', 'trash')
        trashed = str(p.messages('--folder', 'trash')[0]['id'])
        assert p.run('delete', trashed).stdout == '1 message deleted for good\n'
        with imap(ANA) as box:
            box.select('Trash', readonly=True)
            assert not box.search(None, 'SUBJECT', '"for the script"')[1][0]


@test
def labels():
    """Given here and seen by another program, taken away there and gone here; on a server, and on this computer."""
    def keywords(subject):
        with imap(ANA) as box:
            box.select('INBOX', readonly=True)
            found = box.search(None, 'SUBJECT', f'"{subject}"')[1][0].split()
            return box.fetch(found[-1], '(FLAGS)')[1][0].decode()

    def change(subject, how, words):
        with imap(ANA) as box:
            box.select('INBOX')
            found = box.search(None, 'SUBJECT', f'"{subject}"')[1][0].split()
            assert box.store(found[-1], how, words)[0] == 'OK'

    with profile() as p, profile() as other:
        for one in (p, other):
            one.add('imap', ANA, *incoming(ANA))
        deliver(ANA, 'to be labelled')
        wait_for(lambda: p.json('sync', '--inbox', '--headers')['accounts'][0]['new'])
        other.run('sync', '--inbox', '--headers')
        message = p.messages()[0]
        assert message['subject'] == 'to be labelled' and message['labels'] == []
        number = str(message['id'])

        assert p.run('label', number, '--add', 'To Do', '--add', '$label1').stdout == 'Labels of 1 message changed\n'
        assert p.run('label', number, '--add', 'Ácido', '--remove', '$label1').stdout == 'Labels of 1 message changed\n'
        assert p.messages()[0]['labels'] == ['To Do', 'Ácido']
        told = keywords('to be labelled')
        assert 'To&ACA-Do' in told and '&AME-cido' in told and '$label1' not in told, told

        # Another computer sees them, and adds one while the first one adds another
        other.run('sync', '--inbox', '--headers')
        there = other.messages()[0]
        assert there['labels'] == ['To Do', 'Ácido'], there
        other.run('label', str(there['id']), '--add', 'Theirs')
        p.run('label', number, '--remove', 'to do', '--queue')
        assert p.messages()[0]['labels'] == ['Ácido']
        p.run('sync', '--inbox', '--headers')
        assert p.messages()[0]['labels'] == ['Theirs', 'Ácido']
        change('to be labelled', '-FLAGS', 'Theirs')
        change('to be labelled', '+FLAGS', '$label4')
        p.run('sync', '--inbox', '--headers')
        assert p.messages()[0]['labels'] == ['$label4', 'Ácido']
        assert 'Labels: To Do, Ácido' in p.run('show', number).stdout
        assert 'to be labelled  [To Do, Ácido]' in p.run('list', '--limit', '1').stdout

        def find(*args):
            return [m['id'] for m in p.json('search', '--limit', '0', *args)['messages']]

        for typed in ('label:acido', 'label:"to do"', 'label:$label4'):
            assert find(typed) == [message['id']], typed
        for typed in ('label:Ácido', 'label:"to do"'):
            assert find('--server', '--folder', 'INBOX', typed) == [message['id']], typed
        assert find('label:theirs') == [] == find('--server', '--folder', 'INBOX', 'label:nobody')

        # What programs use among themselves is refused in words, and nothing changes
        assert 'Junk' in p.run('label', number, '--add', 'Junk', expect=REFUSED).stderr
        assert p.messages()[0]['labels'] == ['$label4', 'Ácido']
        p.run('label', number, expect=USAGE)
        p.run('label', number, '--add', 'x' * 101, expect=USAGE)

    # What the server cannot hold is kept here
    deliver(LUIS, 'to be labelled here')
    wait_for(lambda: pop3_count(LUIS))
    with profile() as p:
        p.add('pop3', LUIS, *incoming(LUIS, 'pop3s_port'))
        p.run('sync', '--headers')
        p.run('label', str(p.messages()[0]['id']), '--add', 'Only here')
        p.run('sync', '--headers')
        assert p.messages()[0]['labels'] == ['Only here']
        assert [m['labels'] for m in p.json('search', 'label:only')['messages']] == [['Only here']]


@test
def moved_elsewhere():
    """What another program moves is not fetched again: its source is here, and stays."""
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA), '--set', 'body-days=-1')
        p.run('sync')
        with imap(ANA) as box:
            box.select('INBOX')
            sizes = [int(line.split(b'RFC822.SIZE ')[1].split(b')')[0]) for line in box.fetch('1:20', '(RFC822.SIZE)')[1]]
            assert box.copy('1:20', 'Archive')[0] == 'OK'
            box.store('1:20', '+FLAGS', r'(\Deleted)')
            box.expunge()
        moved = p.json('--stats', 'sync')
        assert moved['accounts'][0]['new'] == 20, moved
        # Headers and nothing else
        assert moved['stats']['bytes_in'] < sum(sizes) / 2, (moved, sum(sizes))
        assert all(m['here'] for m in p.messages('--folder', 'archive'))
        number = str(p.messages('--folder', 'archive')[0]['id'])
        assert p.json('--stats', 'show', number)['stats']['turns'] == 0


@test
def search():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA))
        p.run('sync', '--inbox', '--headers')
        message = p.messages()[-1]
        word = max(message['subject'].split(), key=len)

        def find(*args):
            return [m['id'] for m in p.json('search', '--limit', '0', *args)['messages']]

        # Asked without a folder, it would bring what lies elsewhere as well
        server = ('--server', '--folder', 'INBOX')
        assert message['id'] in find('--in', 'subject', word)
        assert message['id'] not in find('--in', 'sender', word)
        assert find('--in', 'message-id', message['message_id']) == [message['id']]
        # Only the headers are here: the server knows what is in the text
        assert find('--in', 'body', 'the') == []
        assert len(find(*server, '--in', 'body', 'the')) > 0
        assert find(*server, '--in', 'message-id', message['message_id']) == [message['id']]
        assert find(*server, '--in', 'subject', 'nowhere-to-be-found') == []
        p.run('search', '--in', 'heaven', 'x', expect=USAGE)
        # What means nothing is said, not looked for in vain
        assert 'nonsense' in p.run('search', 'before:nonsense', expect=USAGE).stderr
        for typed in ('', ' ', 'is:funny', 'hike has:wings'):
            p.run('search', typed, expect=USAGE)
        assert find('is:unread') == find(*server, 'is:unread')

        # Operators, and what was understood of them
        everything = {m['id'] for m in p.messages('--limit', '0')}
        unread, large = set(find('is:unread')), set(find('larger:2k'))
        assert 0 < len(large) < len(everything), large
        assert set(find('--', '-is:unread')) == everything - unread
        assert set(find('is:unread OR larger:2k')) == unread | large
        assert set(find('larger:2k -is:unread')) == large - unread
        assert set(find('in:inbox')) == everything and find('in:nowhere') == []
        assert set(find('before:2w OR after:2w')) == everything
        terms = p.json('search', '--', 'de:x', '-from:"Ana Núñez"', 'OR', 'before:2026-03')['terms']
        assert [(t['operator'], t['text'], t['negated'], t['alternative']) for t in terms] == [
            (None, 'de:x', False, False), ('from', 'Ana Núñez', True, False), ('before', '2026-03', False, True)], terms
        assert terms[0]['hint'] and terms[1]['label'] == 'Except “From: Ana Núñez”', terms
        assert terms[2]['label'] == 'Before 1 March 2026', terms
        assert 'de:' in p.run('search', 'de:x').stderr

        # Nothing is no failure, and is said in words; for machines it is an empty list
        nothing = p.run('search', 'nowhere-to-be-found')
        assert (nothing.stdout, nothing.stderr) == ('', 'No message was found.\n'), nothing
        assert p.run('--json', 'search', 'nowhere-to-be-found').stderr == ''
        assert p.json('search', 'nowhere-to-be-found')['messages'] == []


@test
def queued_changes():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA))
        p.run('sync', '--inbox', '--headers')
        number = next(str(m['id']) for m in p.messages() if 'flagged' not in m['flags'])
        p.run('flag', number, '--add', 'flagged', '--queue')
        assert p.json('--stats', 'list')['stats']['turns'] == 0
        with imap(ANA) as box:
            box.select('INBOX', readonly=True)
            before = len(box.search(None, 'FLAGGED')[1][0].split())
        p.run('sync', '--inbox', '--headers')
        with imap(ANA) as box:
            box.select('INBOX', readonly=True)
            assert len(box.search(None, 'FLAGGED')[1][0].split()) == before + 1


def server_subjects(user, folder):
    with imap(user) as box:
        box.select(folder, readonly=True)
        found = box.search(None, 'ALL')[1][0].decode().replace(' ', ',')
        answer = box.fetch(found, '(BODY.PEEK[HEADER.FIELDS (SUBJECT)])')[1] if found else []
        return [item[1].decode().partition(':')[2].strip() for item in answer if isinstance(item, tuple)]


@test
def copies():
    """Within an account, to another one and to this computer: what is copied stays where it is."""
    subject = 'What is copied'
    with imap(MEI) as box:
        box.append('INBOX', None, None, f'From: {LUIS}\r\nSubject: {subject}\r\n\r\nOnce.\r\n'.encode())
    with profile() as p:
        p.add('imap', MEI, *incoming(MEI), '--set', 'name=there')
        p.add('pop3', LUIS, *incoming(LUIS, 'pop3s_port'), '--set', 'name=here')
        p.run('sync', '--headers')
        number = next(str(m['id']) for m in p.messages('INBOX', '--account', 'there') if m['subject'] == subject)
        assert 'copy' in p.run('--help').stdout
        p.run('copy', number, expect=USAGE)

        assert p.run('copy', number, '--to', 'Archive').stdout == '1 message copied to Archive\n'
        assert server_subjects(MEI, 'Archive').count(subject) == 1
        assert p.json('copy', number, '--to', 'Trash', '--queue')['label'] == '1 message copied to Trash'
        assert subject not in server_subjects(MEI, 'Trash')
        p.run('copy', number, '--to', 'Archive', '--account', 'here')
        assert subject in p.subjects('Archive', '--account', 'here')

        p.run('sync', '--headers')
        assert server_subjects(MEI, 'Trash').count(subject) == 1
        for folder in ('INBOX', 'Archive', 'Trash'):
            assert p.subjects(folder, '--account', 'there').count(subject) == 1, folder

        local = next(str(m['id']) for m in p.messages('Archive', '--account', 'here') if m['subject'] == subject)
        p.run('copy', local, '--to', 'Archive', '--account', 'there')
        assert server_subjects(MEI, 'Archive').count(subject) == 2
        assert p.subjects('Archive', '--account', 'here').count(subject) == 1


def server_folders(user):
    with imap(user) as box:
        return {line.decode().rsplit(' ', 1)[-1].strip('"') for line in box.list()[1]}


@test
def folders():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA))
        p.run('sync', '--headers')
        p.run('folder', 'create', 'Tmp')
        p.run('folder', 'create', 'Tmp/Inner', '--queue')
        assert 'Tmp' in server_folders(ANA)
        number = str(p.messages()[0]['id'])
        p.run('move', number, '--to', 'Tmp/Inner')
        subject = p.messages('--folder', 'Tmp/Inner')[0]['subject']
        assert p.json('folder', 'rename', 'Tmp', 'Täglich')['label'] == 'Folder renamed to “Täglich”'
        assert p.subjects('--folder', 'Täglich/Inner') == [subject]
        p.run('sync', '--headers')
        assert p.subjects('--folder', 'Täglich/Inner') == [subject]
        assert 'T&AOQ-glich' in server_folders(ANA) and 'Tmp' not in server_folders(ANA)
        error = p.json('folder', 'remove', 'Täglich', expect=UNSUPPORTED)['error']
        assert error['message'] == 'There are folders in this folder. Remove them first.'
        p.run('folder', 'rename', 'INBOX', 'Box', expect=UNSUPPORTED)
        p.run('folder', 'create', 'Täglich', expect=USAGE)
        assert p.json('folder', 'set', 'Täglich/Inner', 'never')['policy'] == 'never'
        shown = p.json('folder', 'show', 'Täglich/Inner')
        assert shown['folder']['policy'] == 'never' and shown['size']['messages'] == 1
        p.run('folder', 'set', 'INBOX', 'never', expect=USAGE)
        assert p.json('account', 'pause')['paused'] is True
        shown = p.json('account', 'show')
        assert shown['settings']['paused'] == 'true' and shown['size']['messages'] > 1 and shown['last_checked']
        p.run('account', 'resume')
        assert p.json('account', 'show')['settings']['paused'] == 'false'
        p.run('folder', 'set', 'INBOX', 'sometimes', expect=USAGE)
        error = p.json('folder', 'remove', 'Täglich/Inner', expect=USAGE)['error']
        assert error['message'].startswith('There is 1 message in that folder, which would be deleted for good')
        p.run('move', str(p.messages('--folder', 'Täglich/Inner')[0]['id']), '--to', 'INBOX')
        p.run('folder', 'remove', 'Täglich/Inner')
        p.run('folder', 'remove', 'Täglich')
        p.run('list', 'Täglich', expect=NOT_FOUND)
        assert not [name for name in server_folders(ANA) if 'glich' in name]


@test
def empty_folder():
    """All that the server has there goes, also what was never listed here."""
    with profile() as p, imap(ANA) as box:
        if box.select('Trash')[1] != [b'0']:
            box.store('1:*', '+FLAGS', r'(\Deleted)')
            box.expunge()
        for i in range(3):
            box.append('Trash', None, None, f'Subject: gone {i}\r\n\r\nHello.\r\n'.encode())
        p.add('imap', ANA, *incoming(ANA))
        p.run('sync', '--inbox', '--headers')
        assert p.subjects('--folder', 'trash') == []
        assert p.json('folder', 'empty', 'Trash')['label'] == '3 messages deleted for good'
        assert box.select('Trash')[1] == [b'0']
        p.run('folder', 'empty', 'INBOX', expect=UNSUPPORTED)


@test
def local_folders():
    with profile() as p:
        p.add('pop3', LUIS, *incoming(LUIS, 'pop3s_port'))
        p.run('sync')
        message = p.messages()[0]
        p.run('folder', 'create', 'Kept')
        p.run('move', str(message['id']), '--to', 'Kept')
        p.run('folder', 'rename', 'Kept', 'Kept well')
        assert p.subjects('--folder', 'Kept well') == [message['subject']]
        p.run('folder', 'remove', 'Kept well')
        assert message['subject'] in p.subjects('--folder', 'trash')
        p.run('sync')
        assert message['subject'] in p.subjects('--folder', 'trash')


@test
def pop3_leaves_the_mail():
    with profile() as p:
        p.add('pop3', LUIS, *incoming(LUIS, 'pop3s_port'))
        count = pop3_count(LUIS)
        assert p.json('sync')['accounts'][0]['new'] == count
        assert p.json('sync')['accounts'][0]['new'] == 0
        messages = p.messages('--limit', '0')
        assert len(messages) == count and all(m['here'] and m['id'] < 0 for m in messages)
        number = str(messages[0]['id'])
        p.run('flag', number, '--add', 'seen')
        p.run('move', number, '--to', 'archive')
        p.run('delete', str(messages[1]['id']))
        p.run('sync')
        assert pop3_count(LUIS) == count
        assert len(p.messages('--limit', '0')) == count - 2
        error = p.json('send', '--to', ANA, expect=UNSUPPORTED)['error']
        assert error['message'] == 'POP3 reads only. Add an SMTP server to write.'


@test
def pop3_deletes_when_told():
    deliver(MEI, 'to be fetched')
    wait_for(lambda: pop3_count(MEI))
    with profile() as p:
        p.add('pop3', MEI, *incoming(MEI, 'pop3s_port'), '--set', 'delete-after-days=0')
        p.run('sync', '--headers')
        assert pop3_count(MEI) >= 1, 'deleted before there was a copy'
        p.run('sync')
        assert 'to be fetched' in p.subjects() and all(m['here'] for m in p.messages())
        assert pop3_count(MEI) == 0


@test
def pop3_deletes_by_time_alone():
    deliver(MEI, 'not wanted here')
    wait_for(lambda: pop3_count(MEI))
    with profile() as p:
        p.add('pop3', MEI, *incoming(MEI, 'pop3s_port'), '--set', 'delete-after-days=30')
        p.run('sync')
        for folder in ('inbox', 'trash'):
            p.run('delete', next(str(m['id']) for m in p.messages('--folder', folder)
                                 if m['subject'] == 'not wanted here'))
        p.run('sync')
        assert pop3_count(MEI) == 1, 'deleted before its time'
        p.run('account', 'change', MEI, '--set', 'delete-after-days=0')
        p.run('sync')
        assert pop3_count(MEI) == 0


@test
def pop3_deletes_what_was_deleted_here():
    deliver(MEI, 'not wanted')
    with imap(MEI) as box:
        # What the sender says of the time does not count
        box.append('INBOX', None, None, b'Subject: to be kept\r\nDate: Mon, 01 Jan 2001 12:00:00 +0000\r\n\r\nHello.\r\n')
    wait_for(lambda: pop3_count(MEI) == 2)
    with profile() as p:
        p.add('pop3', MEI, *incoming(MEI, 'pop3s_port'), '--set', 'delete-removed=true')
        p.run('sync')
        for _ in range(2):
            number = next(str(m['id']) for folder in ('inbox', 'trash') for m in p.messages('--folder', folder)
                          if m['subject'] == 'not wanted')
            p.run('delete', number)
        assert pop3_count(MEI) == 2, 'deleted without a visit'
        p.run('sync')
        assert pop3_count(MEI) == 1
        assert p.subjects() == ['to be kept']
    box = poplib.POP3_SSL('localhost', WORLD['pop3s_port'], context=tls())
    box.user(MEI)
    box.pass_(PASSWORD)
    box.dele(1)
    box.quit()
