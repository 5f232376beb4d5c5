# SPDX-License-Identifier: GPL-3.0-or-later
"""The mail of the sample world: the same every time (seeded), made here and taken from nobody."""

import base64
import os
import pathlib
import random
import struct
import time
import zlib
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from datetime import datetime, timedelta, timezone

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=timezone.utc)

PEOPLE = [
    ('Ana Núñez', 'ana@example.org'), ('Luis Ferrer', 'luis@example.org'), ('林美', 'mei@example.org'),
    ('عمر حداد', 'omar@example.org'), ('Ingrid Åsdóttir', 'ingrid@north.example'), ('Дарья Орлова', 'daria@east.example'),
    ('Chidi Okafor', 'chidi@lagos.example'), ('Noa לוי', 'noa@levi.example'), ('', 'no-reply@trains.example'),
    ('GTK list', 'gtk-devel@lists.example'), ('Maria da Conceição', 'maria@porto.example'),
    ('Jean-Baptiste Emmanuel de la Rochefoucauld-Doudeauville', 'jbe@a-very-long-domain-name-indeed.example'),
]

THREADS = [
    ('Trip to the coast', 'Shall we leave on Friday after lunch? I can drive; there is room for five and one dog.'),
    ('Minutes of the board', 'Attached are the minutes. Please answer by Thursday if you want something changed.'),
    ('Re-roofing the library', 'The offer came in below the estimate. The slates would be the old ones, cleaned.'),
    ('会议纪要', '附件是今天的会议纪要，请大家确认。下次会议在星期三。'),
    ('اجتماع الأسبوع القادم', 'مرحبا، هل يناسبكم يوم الأربعاء الساعة العاشرة صباحا؟ سأرسل جدول الأعمال غدا.'),
    ('Встреча в четверг', 'Добрый день! Напоминаю, что встреча перенесена на четверг в 15:00.'),
    ('מפתחות לדירה', 'שלום, השארתי את המפתחות אצל השכנה בקומה השנייה.'),
    ('Årsmöte', 'Välkommen till årsmötet. Kaffe och bullar från klockan sex.'),
    ('Año nuevo, casa nueva', '¿Vienes a la inauguración? Habrá tortilla, jamón y mucha música.'),
    ('Quarterly figures', 'Revenue is up 4 %, costs are up 3 %. The table is below.'),
    ('Your ticket to Lisbon', 'Departure 08:14 from platform 3, coach 12, seat 61. Have a good journey.'),
    ('[gtk-devel] List views with a million rows', 'Has anybody measured what the accessibility tree costs here?'),
]

WORDS = ('the quiet harbour keeps its lamps lit while boats come home late with silver nets and tired hands and the '
         'baker sets tomorrow’s bread to rise beside a window where rain writes long letters to nobody').split()


def png(width, height, colour):
    """A small PNG of one colour, made without a library."""
    rows = b''.join(b'\0' + bytes(colour) * width for _ in range(height))
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def paragraph(rng, n=60):
    words = [rng.choice(WORDS) for _ in range(n)]
    return (' '.join(words)).capitalize() + '.'


def address(person):
    return formataddr((str(Header(person[0], 'utf-8')) if person[0] else '', person[1]))


class Maker:
    def __init__(self, seed=7):
        self.rng = random.Random(seed)
        self.count = 0

    def message_id(self):
        self.count += 1
        return f'<{self.count:06d}.{self.rng.getrandbits(40):010x}@world.example>'

    def base(self, subject, sender, to, when, parents=()):
        message = EmailMessage()
        message['From'] = formataddr(sender)
        message['To'] = ', '.join(formataddr(t) for t in to)
        message['Subject'] = subject
        message['Date'] = format_datetime(when)
        message['Message-ID'] = self.message_id()
        if parents:
            message['In-Reply-To'] = parents[-1]
            message['References'] = ' '.join(parents)
        return message

    def html(self, message, title, text):
        rng = self.rng
        rows = ''.join(f'<tr><td>{rng.choice(WORDS)}</td><td align="right">{rng.randint(1, 9999)}</td></tr>'
                       for _ in range(8))
        image = png(480, 90, (rng.randint(40, 200), rng.randint(40, 200), rng.randint(120, 220)))
        message.set_content(f'{title}\n\n{text}\n')
        message.add_alternative(f'''<html><head><style>h1 {{ color: #1a5fb4; }} td {{ padding: 4px 12px; }}</style></head>
<body><div style="max-width: 600px"><img src="cid:banner@world.example" alt="Banner" width="480" height="90">
<h1>{title}</h1><p>{text}</p><table border="1" cellspacing="0">{rows}</table>
<p>Read more at <a href="https://news.example/story">news.example</a>, or
<a href="https://elsewhere.example/login">https://bank.example/login</a>.</p>
<img src="https://tracker.example/open.gif?id=12345" width="1" height="1" alt="">
<script>document.title = 'owned'</script></div></body></html>''', subtype='html')
        message.get_payload()[1].add_related(image, 'image', 'png', cid='<banner@world.example>')

    def attach(self, message, kind):
        if kind == 'pdf':
            message.add_attachment(b'%PDF-1.4\n% the sample world\n' + os.urandom(0) + b'0' * 20000, 'application', 'pdf',
                                   filename='Minutes of 12 November.pdf')
        elif kind == 'image':
            message.add_attachment(png(320, 200, (53, 132, 228)), 'image', 'png', filename='Küste – früh.png')
        elif kind == 'text':
            message.add_attachment('name;amount\nNúñez;12\n', filename='数据.csv')

    def threads(self, owner, n):
        """N messages in threads, newest last, as (source, flags, when)."""
        rng, out, when = self.rng, [], NOW - timedelta(days=200)
        while len(out) < n:
            subject, text = rng.choice(THREADS)
            parents, people = [], rng.sample(PEOPLE, 3)
            for i in range(rng.choice((1, 1, 2, 3, 5, 8))):
                when += timedelta(minutes=rng.randint(7, 60 * 24 * 200 * 19 // 10 // max(n, 1)))
                when = min(when, NOW)
                message = self.base(subject if i == 0 else 'Re: ' + subject, people[i % 3], [owner, people[(i + 1) % 3]], when,
                                    parents)
                body = text + '\n\n' + paragraph(rng)
                if i:
                    body = paragraph(rng, 20) + '\n\n' + '\n'.join('> ' + line for line in body.split('\n'))
                kind = rng.random()
                if kind < 0.2:
                    self.html(message, subject, text)
                else:
                    message.set_content(body + '\n\n-- \n' + (people[i % 3][0] or people[i % 3][1]) + '\n')
                    if kind < 0.35:
                        self.attach(message, rng.choice(('pdf', 'image', 'text')))
                parents.append(message['Message-ID'])
                flags = ('S' if rng.random() < 0.8 or len(out) < n - 12 and rng.random() < 0.9 else '') + \
                        ('F' if rng.random() < 0.06 else '') + ('R' if rng.random() < 0.1 else '')
                out.append((message.as_bytes(), flags, when))
        return out[:n]

    def broken(self):
        """What real mailboxes hold as well; not the first that is seen of them."""
        when = NOW - timedelta(days=100)
        date = format_datetime(when).encode()
        head = b'From: Broken Mailer <broken@mailer.example>\nTo: ana@example.org\nDate: ' + date + b'\n'
        deep = b''.join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (i, i) for i in range(200))
        return [(source, '', when) for source in (
            b'just a line without any header\n',
            head + b'Subject: raw 8-bit caf\xe9 and \x00 NUL\n\nBody with \x00 and \xff inside.\n',
            head + b'Subject: =?utf-8?Q?Half_an_encoded_w=C3?=\n =?utf-8?Q?=B6rd?=\n\nSplit in the middle of a letter.\n',
            head + b'Subject: An attachment with a strange name\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n'
            b'--x\nContent-Type: text/plain\n\nSee the file.\n--x\nContent-Type: text/plain; name="../../.bashrc"\n'
            b'Content-Disposition: attachment; filename="../../.bashrc"\n\necho hello\n--x--\n',
            head + b'Subject: Two hundred boxes in boxes\nMIME-Version: 1.0\n' + deep + b'\nthe middle\n',
            head + b'Subject: No end\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=never\n\n--never\n'
            b'Content-Type: text/html\n\n<p>An HTML part that nobody closes <b>bold',
            head.replace(b'Broken Mailer', b'=?utf-8?b?' + base64.b64encode('\u202emoc.knab <x'.encode()) + b'?=') +
            b'Subject: Written backwards\n\nThe name has an override in it.\n',
            head + b'Subject: ' + b'very long subject ' * 400 + b'\n\nLong.\n',
        )]


def deliver(directory, messages):
    """Writes (source, flags, when) into a Maildir."""
    for sub in ('cur', 'new', 'tmp'):
        (directory / sub).mkdir(parents=True, exist_ok=True)
    for i, (source, flags, when) in enumerate(messages):
        stamp = int(when.timestamp())
        path = directory / 'cur' / f'{stamp}.M{i:06d}P1.world,S={len(source)}:2,{"".join(sorted(flags))}'
        path.write_bytes(source)
        os.utime(path, (stamp, stamp))


def fill(world, n):
    for user, owner, folders in (('ana', PEOPLE[0], {'INBOX': n, 'Lists/gtk-devel': n, 'Archive': n // 4}),
                                 ('luis', PEOPLE[1], {'INBOX': n // 3})):
        maker = Maker(7 if user == 'ana' else 11)
        for folder, count in folders.items():
            messages = maker.threads(owner, count)
            if folder == 'INBOX':
                messages[-10:-10] = maker.broken()
            deliver(world.maildir(user, folder), messages)


def bulk(directory, count, size=8400, seed=3, mark=''):
    """COUNT plain messages of about SIZE bytes, for measuring; MARK is in front of each subject."""
    rng = random.Random(seed)
    text = '\n'.join(' '.join(rng.choice(WORDS) for _ in range(11)) for _ in range(4000))
    maker = Maker(seed)
    mark = Header(mark, 'utf-8').encode() + ' ' if mark else ''
    start = NOW - timedelta(minutes=count)
    for sub in ('cur', 'new', 'tmp'):
        (directory / sub).mkdir(parents=True, exist_ok=True)
    for i in range(count):
        when = start + timedelta(minutes=i)
        sender = PEOPLE[i % len(PEOPLE)]
        offset = rng.randrange(len(text) - size)
        remark = '附件是今天的会议纪要。\n' if i % 1000 == 7 else ''
        source = (f'From: {address(sender)}\nTo: {address(PEOPLE[0])}\nSubject: {mark}{THREADS[i % len(THREADS)][0].encode("ascii", "ignore").decode() or "Note"} {i}\n'
                  f'Date: {format_datetime(when)}\nMessage-ID: {maker.message_id()}\nMIME-Version: 1.0\n'
                  f'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{remark}{text[offset:offset + size - 420]}\n').encode()
        stamp = int(when.timestamp())
        path = directory / 'cur' / f'{stamp}.M{i:06d}P1.world,S={len(source)}:2,{"S" if i % 5 else ""}'
        path.write_bytes(source)
        # What the server tells as the time when it came
        os.utime(path, (stamp, stamp))
