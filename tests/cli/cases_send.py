# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail that is written and sent, and what is watched for."""

import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata

from ctl import (ANA, DONE, LUIS, MEI, NOT_FOUND, PASSWORD, REFUSED, STORAGE, UNSUPPORTED, USAGE, deliver, imap,
                 incoming, outgoing, profile, test, wait_for)


@test
def send():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA), *outgoing(ANA), '--set', 'name=imap', '--set', 'full-name=Ana Núñez')
        p.add('mixed', LUIS, *incoming(LUIS, 'pop3s_port'), *outgoing(LUIS), '--set', 'name=mixed', '--set',
              'keep-sent=here')
        p.add('smtp', MEI, *outgoing(MEI, 'submission_port', security='starttls'), '--set', 'name=smtp')
        p.run('sync')
        attachment = p.directory / 'räksmörgås.txt'
        attachment.write_text('shrimps')

        item = p.json('send', '-a', 'imap', '--to', f'Luis <{LUIS}>', '--bcc', MEI, '--subject', 'Café ☕', '--attach',
                      str(attachment), stdin='Good morning.\n')['item']
        assert item['state'] == 'sent' and '“250 ' in item['words'], item
        p.run('sync', 'imap')
        kept = p.messages('-a', 'imap', '-f', 'sent')[0]
        assert kept['subject'] == 'Café ☕' and kept['flags'] == ['seen']
        assert MEI in p.run('show', str(kept['id']), '--raw').stdout, 'the own copy names Bcc'
        assert MEI not in p.run('show', str(kept['id']), '--raw', '--without-bcc').stdout

        wait_for(lambda: p.json('sync', 'mixed')['accounts'][0]['new'])
        got = p.messages('-a', 'mixed')[0]
        shown = p.json('show', str(got['id']))
        assert shown['from'][0]['name'] == 'Ana Núñez' and shown['text'] == 'Good morning.\n'
        assert MEI not in p.run('show', str(got['id']), '--raw').stdout
        assert [part['name'] for part in shown['parts'] if part['attachment']] == ['räksmörgås.txt']

        assert p.json('send', '--reply', str(got['id']), stdin='Thanks.\n')['item']['state'] == 'sent'
        assert p.subjects('-a', 'mixed', '-f', 'sent') == ['Re: Café ☕']
        assert 'answered' in p.messages('-a', 'mixed')[0]['flags']
        wait_for(lambda: p.json('sync', 'imap', '--inbox')['accounts'][0]['new'])
        answer = p.json('show', str(p.messages('-a', 'imap')[0]['id']))
        assert answer['in_reply_to'] == shown['message_id'] and '> Good morning.' in answer['text']

        source = p.directory / 'raw.eml'
        source.write_text(f'From: {MEI}\nTo: {ANA}\nBcc: {LUIS}\nSubject: by hand\n\nRaw.\n')
        assert p.json('send', '-a', 'smtp', '--source', str(source))['item']['state'] == 'sent'
        assert [i['state'] for i in p.json('outbox')['items']] == ['sent'] * 3


@test
def drafts():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA), *outgoing(ANA), '--set', 'name=imap')
        p.add('pop3', LUIS, *incoming(LUIS, 'pop3s_port'), '--set', 'name=pop3')
        p.run('sync')
        assert p.json('send', '-a', 'imap', '--draft', '--subject', 'unfinished', '--queue', stdin='x')['draft'] < 0
        p.run('sync', 'imap')
        with imap(ANA) as box:
            box.select('Drafts', readonly=True)
            assert box.search(None, 'DRAFT', 'SUBJECT', '"unfinished"')[1][0]
        assert 'unfinished' in p.subjects('-a', 'imap', '-f', 'drafts')
        p.run('send', '-a', 'pop3', '--draft', '--subject', 'here', stdin='x')
        source = p.run('send', '-a', 'imap', '--print', '--bcc', MEI, '--subject', 'Café', stdin='x').stdout
        assert 'Subject: =?UTF-8?' in source.replace('utf-8', 'UTF-8') and MEI not in source, source
        assert MEI in p.run('send', '-a', 'imap', '--print', '--with-bcc', '--bcc', MEI, stdin='x').stdout
        assert not p.json('outbox')['items']
        assert p.subjects('-a', 'pop3', '-f', 'drafts') == ['here']


@test
def confirmations():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA), *outgoing(ANA), '--set', 'name=imap')
        p.add('mixed', LUIS, *incoming(LUIS, 'pop3s_port'), *outgoing(LUIS), '--set', 'name=mixed')
        p.run('sync')
        for subject in ('tell me', 'do not tell me'):
            p.run('send', '-a', 'mixed', '--to', ANA, '--subject', subject, '--read-confirmation', '--delivery-receipt',
                  '--priority', 'high', '--confidentiality', 'private', stdin='x')
        wait_for(lambda: p.json('sync', 'imap', '--inbox') and {'tell me', 'do not tell me'} <= set(p.subjects('-a', 'imap')))
        numbers = {m['subject']: str(m['id']) for m in p.messages('-a', 'imap')}
        shown = p.json('show', numbers['tell me'])
        assert (shown['priority'], shown['confidentiality']) == ('high', 'private'), shown
        assert [a['address'] for a in shown['confirmation_to']] == [LUIS]
        assert p.json('confirm', numbers['tell me'])['confirmed'] is True
        assert p.json('confirm', '--decline', numbers['do not tell me'])['confirmed'] is False
        with imap(ANA) as box:
            box.select('INBOX', readonly=True)
            assert len(box.search(None, 'KEYWORD', '$MDNSent')[1][0].split()) == 2
        # The confirmation, and a receipt for each from the servers
        wait_for(lambda: p.json('sync', 'mixed') and 'Read: tell me' in p.subjects('-a', 'mixed') and
                 len([m for m in p.messages('-a', 'mixed') if m['sender_address'].upper().startswith('MAILER-DAEMON')]) >= 2)
        report = next(str(m['id']) for m in p.messages('-a', 'mixed') if m['subject'] == 'Read: tell me')
        assert [part['type'] for part in p.json('show', report)['parts']] == [
            'multipart/report', 'text/plain', 'message/disposition-notification', 'text/rfc822-headers']
        assert 'Return-Path: <>' in p.run('show', report, '--headers').stdout
        assert 'Read: do not tell me' not in p.subjects('-a', 'mixed')


@test
def check_addresses():
    with profile() as p:
        p.add('smtp', ANA, *outgoing(ANA))
        found = p.json('--stats', 'check', LUIS, 'no address', '@example.org')
        assert [a['verdict'] for a in found['addresses']] == ['valid', 'invalid', 'invalid'], found
        assert found['stats']['connections'] == 0
        found = p.json('check', '--server', LUIS, 'nobody@example.org')['addresses']
        assert [a['verdict'] for a in found] == ['accepted', 'refused'], found
        assert found[1]['server_line'].startswith('550 5.1.1'), found
        assert not p.json('outbox')['items']


@test
def words_of_the_outbox():
    with profile() as p:
        p.add('smtp', ANA, *outgoing(ANA), '--set', 'name=Scanner')
        file = str(p.directory / 'nothing')
        for option in ('--attach', '--html', '--source'):
            told = p.run('send', '--to', LUIS, option, file, stdin='x', expect=NOT_FOUND).stderr
            assert told == f'valijactl: There is no file “{file}”.\n', told
        for option in ('--draft', '--print'):
            assert '--at' in p.run('send', option, '--to', LUIS, '--at', '2099-03-09 08:00', stdin='x', expect=USAGE).stderr
        for written in ('2099-03-09T08:00Z', '2099-03-09 08:00:00Z', '2099-03-09 09:00 +01:00'):
            item = p.json('send', '--to', LUIS, '--subject', 'later', '--at', written, stdin='x')['item']
            assert (item['state'], item['due']) == ('pending', '2099-03-09T08:00:00Z'), item
        shown = p.run('outbox').stdout
        assert 'scheduled' in shown and 'pending' not in shown and 'Scanner' in shown, shown

        # What waits is not forgotten in silence
        told = p.run('account', 'remove', 'Scanner', expect=UNSUPPORTED).stderr
        assert '3 messages of “Scanner” are in the outbox' in told, told
        for item in p.json('outbox')['items'][1:]:
            p.run('outbox', 'remove', str(item['id']))
        sent = p.json('send', '--to', LUIS, '--subject', 'gone', stdin='x')['item']
        told = p.run('outbox', 'withdraw', str(sent['id']), expect=UNSUPPORTED).stderr
        assert 'was sent and cannot be taken back' in told, told
        assert '1 message that was not sent is removed' in p.run('account', 'remove', 'Scanner', '--local-mail').stdout


@test
def lines_of_lists():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA), *outgoing(ANA), '--set', 'name=imap')
        p.run('sync', '--headers')
        assert p.run('folders').stdout.splitlines()[1].split() == ['unread', 'total', 'folder']
        long = 'a long subject with 会议 in it ' * 20
        p.run('send', '--draft', '--to', LUIS, '--subject', long, stdin='x')
        # It is in the server's folder, and in the list at once
        assert p.subjects('Drafts')[0].split() == long.split()
        line = p.run('list', 'Drafts').stdout.splitlines()[0]
        assert f'To: {LUIS}' in line and line.endswith('…') and len(line) <= 120, line
        # On a terminal the line is as wide as that
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
        done = subprocess.run(p.command('list', 'Drafts', '--limit', '1'), env=p.env, stdout=slave, timeout=60)
        os.close(slave)
        line = os.read(master, 4096).decode().rstrip()
        os.close(master)
        wide = sum(2 if unicodedata.east_asian_width(c) == 'W' else 1 for c in line)
        assert done.returncode == DONE and 78 <= wide <= 80 and line.endswith('…'), line


def type_in(p, *args, words):
    """What is seen on a terminal on which WORDS are typed, each once the last line is one that waits, and how it ended."""
    master, slave = pty.openpty()
    with subprocess.Popen(p.command(*args), env=p.env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                          preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) as child:
        os.close(slave)
        seen, end = b'', time.monotonic() + 60
        with contextlib.suppress(OSError):   # the last one that had the terminal is gone
            while block := os.read(master, 4096) if select.select([master], [], [], end - time.monotonic())[0] else b'':
                seen += block
                if words and seen.endswith(words[0][0]):
                    os.write(master, words.pop(0)[1])
        if child.poll() is None and time.monotonic() > end:
            child.kill()
    os.close(master)
    return seen.decode(), child.returncode


@test
def typed():
    """A password that is typed is asked for and not shown, and who thinks better of it is let go."""
    with profile() as p:
        test = ['account', 'test', '--method', 'imap', *incoming(ANA), '--password-stdin']
        password = PASSWORD.encode()
        seen, status = type_in(p, *test, words=[(b'Password: ', password + b'\n')])
        assert status == DONE and PASSWORD not in seen, (status, seen)
        seen, status = type_in(p, *test, words=[(b'Password: ', b'corr\x03')])
        assert status == 130 and seen.endswith('Password: \r\n'), (status, seen)
        # Two are asked for where there are two, and an empty one is the first again
        seen, status = type_in(p, *test, *outgoing(ANA), words=[(b'Password: ', password + b'\n'), (b'another: ', b'\n')])
        assert status == DONE and PASSWORD not in seen and 'outgoing' in seen, (status, seen)
        p.add('smtp', ANA, *outgoing(ANA))
        sending = subprocess.Popen(p.command('send', '--to', LUIS), env=p.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        sending.stdin.write(b'Dear')
        sending.stdin.flush()
        # It has read what there is, and waits for more
        wait_for(lambda: struct.unpack('i', fcntl.ioctl(sending.stdin, termios.FIONREAD, b'\0' * 4))[0] == 0)
        sending.send_signal(signal.SIGINT)
        assert sending.wait(60) == 130
        assert not p.json('outbox')['items']


@test
def send_fails():
    with profile() as p:
        p.add('smtp', ANA, *outgoing(ANA))
        for command in ('list', 'watch'):
            assert 'INBOX' not in p.run(command, expect=UNSUPPORTED).stderr
        found = p.json('send', '--to', 'nobody@example.org', '--subject', 'x', stdin='x', expect=REFUSED)
        assert found['item']['state'] == 'error' and '550' in found['item']['words'], found
        assert (found['error']['side'], found['error']['step']) == ('outgoing', 'recipients'), found['error']
        found = p.json('send', '--to', f'{LUIS}, nobody@example.org', '--subject', 'half', stdin='x', expect=REFUSED)
        assert found['item']['state'] == 'error' and LUIS not in found['item']['words'], found
        assert (found['error']['side'], found['error']['step']) == ('outgoing', 'recipients'), found['error']
        wrong = p.run('send', '--to', 'no address', '--subject', 'x', stdin='x', expect=USAGE).stderr
        assert '“no address”' in wrong, wrong
        p.run('send', '--subject', 'x', stdin='x', expect=USAGE)
        wrong = p.run('send', '--to', LUIS, '--priority', 'huge', stdin='x', expect=USAGE).stderr
        assert 'normal, high, low' in wrong, wrong
        number = str(found['item']['id'])
        p.run('outbox', 'confirm', number, expect=USAGE)
        p.run('outbox', 'retry', number, expect=REFUSED)
        p.run('outbox', 'remove', number)
        assert len(p.json('outbox')['items']) == 1

        queued = p.json('send', '--to', LUIS, '--subject', 'later', '--queue', stdin='x')['item']
        assert queued['state'] == 'pending' and queued['due'] is None
        assert p.json('outbox', 'send')['sent'] == 1

        # What the server said stands behind what it means, in a line of its own
        shown = [line.strip() for line in p.run('outbox').stdout.split('\n')]
        said = next(number for number, line in enumerate(shown) if line.startswith('The server said: “550 '))
        assert 'There is no such mailbox at that address.' in shown[:said], shown


@test
def send_later():
    with profile() as p:
        p.add('smtp', ANA, *outgoing(ANA))
        queued = p.json('send', '--to', LUIS, '--subject', 'later', '--at', '2099-03-09 08:00', stdin='x')['item']
        assert queued['state'] == 'pending' and queued['due'].startswith('2099-03-0'), queued
        assert p.json('outbox', 'send')['sent'] == 0
        assert 'to be sent: 2099-03-09 08:00' in p.run('outbox').stdout
        p.run('send', '--to', LUIS, '--at', 'soon', stdin='x', expect=USAGE)
        p.run('send', '--to', LUIS, '--at', '2001-01-01 00:00', stdin='x', expect=USAGE)

        # Back into the drafts, once
        number = str(queued['id'])
        draft = p.json('outbox', 'withdraw', number)['draft']
        assert not p.json('outbox')['items']
        assert p.json('show', str(draft))['subject'] == 'later'
        p.run('outbox', 'withdraw', number, expect=NOT_FOUND)


# ---- Running

def deliver_until_told(watching, subject):
    """Nothing says when a watch has begun, and mail that came before is no change: so mail comes until it tells of some."""
    def told():
        deliver(ANA, subject)
        return select.select([watching.stdout], [], [], 1)[0]

    wait_for(told)
    return watching.stdout.readline()


@test
def watch():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA))
        p.run('sync', '--inbox', '--headers')
        watching = subprocess.Popen(p.command('--json', 'watch', '--count', '2'), env=p.env, stdout=subprocess.PIPE,
                                    text=True)
        try:
            told = [deliver_until_told(watching, 'watched')]
            busy = p.run('list', expect=STORAGE)
            assert 'valijactl:' in busy.stderr, busy
            told.append(deliver_until_told(watching, 'watched again'))
            for line in map(json.loads, told):
                assert line['event'] == 'changed' and line['new'] >= 1, told
            assert watching.wait(timeout=60) == DONE
        finally:
            watching.kill()
            watching.wait()
        assert p.subjects()[0] in ('watched', 'watched again')


@test
def interrupted():
    with profile() as p:
        p.add('imap', ANA, *incoming(ANA))
        p.run('sync', '--inbox', '--headers')
        watching = subprocess.Popen(p.command('watch'), env=p.env, stdout=subprocess.PIPE, text=True)
        try:
            deliver_until_told(watching, 'interrupted')
            watching.send_signal(signal.SIGINT)
            assert watching.wait(timeout=30) == 130
        finally:
            watching.kill()
            watching.wait()
        p.run('list')
