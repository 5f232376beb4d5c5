# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job, done as a person does it, through the accessibility tree: from the first look at an empty Valija to an answer
with an attachment that has arrived in another account. `./dev demo` shows it where there is no display, and the tests do it too.
"""

import email.message
import email.policy
import email.utils
import imaplib
import poplib
import smtplib
import ssl
import traceback

import desktop
import hands
import world as mail_world

METHODS = ('SMTP', 'POP3', 'Mixed SMTP + POP3', 'IMAP', 'Notes', 'Outlook', 'Exchange')
UNAVAILABLE = ('Notes', 'Outlook')
ANA, LUIS, MEI = (f'{user}@{mail_world.DOMAIN}' for user in ('ana', 'luis', 'mei'))

SUBJECT = 'The lamps of the harbour'
QUESTION = 'Who brings the lamps on Friday? And please send the accounts.'
ANSWER = 'I bring them: seven lamps. The accounts are attached.'
FILE = 'Cuentas – 会计.txt'
ACCOUNTS = 'lamps;7\nnúñez;12\n'.encode()


class Tour:
    def __init__(self, world, home, out, tell, pictures=True):
        self.world, self.home, self.out, self.tell, self.pictures = world, home, out, tell, pictures
        self.display = desktop.Display(1180, 760)
        self.hands = hands.Hands('valija', deadline=90, tell=lambda line: tell('  ' + line))
        self.process = None
        self.shots = 0
        self.nameless = {}
        self.had = None
        self.trust = ssl.create_default_context(cafile=str(world.ca))

    # -- What the steps are made of

    def start(self, profile, **env):
        self.process = desktop.start_valija(profile, self.out / 'valija.log', {**self.display.env, **env})
        self.hands.find('frame')

    def stop(self):
        """Ends the application as the end of a session does."""
        if desktop.finish(self.process) != 0:
            raise AssertionError(f'Valija ended with {self.process.returncode}')
        self.process = None
        self.hands.wait(lambda: self.hands.application() is None, 'the end of the application')

    def page(self, name, width=None):
        """Looks at a page as it is now: takes its picture, and notes what a screen reader could not name."""
        for path in self.hands.nameless():
            self.nameless.setdefault(path, name)
        if self.pictures:
            self.shots += 1
            file = f'{self.shots:02d}-{name}.png'
            self.display.screenshot(self.out / file, width)
            self.tell(f'  picture: {file}')

    def fill_servers(self, ports, password):
        for side, port in ports.items():
            group = self.hands.find('list', side)
            self.hands.type('localhost', 'Server', within=group)
            self.hands.set_value(port, 'Port', within=group)
            if self.hands.look('text', 'Password', within=group):
                self.hands.type(password, 'Password', within=group, secret=True)

    def set_up(self, method, name, address, label, ports, password=mail_world.PASSWORD, pages=False):
        """Goes through the assistant from the page of METHOD to the end of the test."""
        h = self.hands
        h.press('button', f'Set Up {method}…')
        h.type(name, 'Your Name')
        h.type(address, 'Mail Address')
        h.type(label, 'Account Name')
        if pages:
            self.page('who-you-are')
        h.press('button', 'Next')
        self.fill_servers(ports, password)
        if pages:
            self.page('servers')
        h.press('button', 'Next')
        h.find('button', 'Test the Connection')
        if pages:
            self.page('what-will-happen')
        h.press('button', 'Test the Connection')

    def trust_servers(self, end, pages=False):
        """Trusts the throw-away authority's certificates one by one, after a look at each, until END is there."""
        h = self.hands
        known = (self.world.dir / 'server.pem').read_text()
        print_of = desktop.fingerprint(known)
        while True:
            node = h.wait(lambda: h.look('button', end) or h.look('button', 'Show the Certificate…'), 'the end of the test')
            if node.name == end:
                return
            title = next(n.name for n in h.look_all('heading') if 'certificate' in n.name)
            if pages:
                self.page('certificate-unknown')
            h.click(node)
            h.see(print_of)
            if pages:
                self.page('certificate')
            h.invoke('certificate.trust')
            h.gone('heading', title)
            pages = False

    def folder(self, account, name):
        """The row of a folder in the sidebar."""
        below = False
        for row in self.hands.look_all('list item', within=self.hands.find('list', 'Accounts and folders')):
            if row.name.startswith('Account '):
                below = row.name.startswith(f'Account {account}')
            elif below and row.name.split(',')[0] == name:
                return row
        return None

    def open_folder(self, account, name):
        row = self.hands.wait(lambda: self.folder(account, name), f'the folder {name} of {account}')
        self.tell(f'  open the folder {name} of {account}')
        self.hands.click(row)

    def rows(self):
        return self.hands.find('list', 'Messages')

    # -- The steps

    def look_at_the_methods(self):
        """A new user sees the methods explained, all seven"""
        h = self.hands
        self.start(self.home / 'profile-of-ana')
        h.find('heading', 'How Does Your Mail Reach You?')
        self.page('methods')
        for method in METHODS:
            h.press('list item', method)
            h.find('heading', method)
            h.see('Who Does What')
            if method in UNAVAILABLE:
                h.see('cannot connect with it yet')
                if h.find('button', f'Set Up {method}…').has('SENSITIVE'):
                    raise AssertionError(f'{method} pretends that it could be set up')
            else:
                h.find('button', f'Set Up {method}…')
            if method in ('IMAP', 'Notes'):
                self.page('method-' + method.lower())
            h.press('button', 'Back')
            h.find('heading', 'How Does Your Mail Reach You?')
        h.press('page tab', 'Compare')
        for method in METHODS:
            h.see(f'{method}: Sends mail?')
        self.page('comparison')
        h.press('page tab', 'Get to Know')
        h.type('I have Gmail', 'What do you have? Your address, or a few words')
        h.find('button', 'Read About IMAP')
        self.page('suggestion')
        h.type('', 'What do you have? Your address, or a few words')

    def add_ana(self):
        """The assistant adds Ana's account, by IMAP and SMTP"""
        h, w = self.hands, self.world
        h.press('list item', 'IMAP')
        self.set_up('IMAP', mail_world.USERS['ana'], ANA, 'Ana',
                    {'Incoming Server': w.imaps_port, 'Outgoing Server': w.submissions_port}, pages=True)
        self.trust_servers('Add Account', pages=True)
        h.find('heading', 'Everything Works')
        h.see('SCRAM-SHA-256')
        self.page('test-passed')
        h.press('button', 'Add Account')
        h.see('The Account Is Ready')
        self.page('account-ready')
        h.press('button', 'Done')

    def read(self):
        """Her mail comes, and a message is read"""
        h = self.hands
        row = h.find('list item', contains=SUBJECT, within=self.rows())
        if not row.name.startswith('Unread, Luis Ferrer'):
            raise AssertionError(f'the row says “{row.name}”')
        self.tell(f'  read “{row.name}”')
        h.click(row)
        h.find('heading', SUBJECT)
        h.wait(lambda: QUESTION in h.find('text', 'Message').text, 'the text of the message')
        h.see(LUIS)
        self.page('three-panes')

    def reply(self):
        """She answers with an attachment, and the outbox says that it is sent"""
        h = self.hands
        self.had = self.newest_of_luis()[0]
        path = self.home / FILE
        path.write_bytes(ACCOUNTS)
        h.invoke('win.reply')
        composer = h.find('frame', f'Re: {SUBJECT}')
        body = h.find('text', 'Message text', within=composer)
        if f'> {QUESTION}' not in body.text or LUIS not in h.find('text', 'To', within=composer).text:
            raise AssertionError('the answer does not quote or address what it answers')
        h.type(f'{ANSWER}\n{body.text}', 'Message text', within=composer)
        h.press('button', 'Attach Files', within=composer)
        chooser = h.find('dialog', 'Attach Files')
        # GTK's own chooser, where there is no portal: its entry for a path comes with a key
        self.display.key('ctrl+l', window='Attach Files')
        h.wait(lambda: h.look('text', within=chooser), 'the entry of the file chooser').accessible \
            .get_editable_text_iface().set_text_contents(str(path))
        h.press('button', 'Attach', within=chooser)
        h.gone('dialog', 'Attach Files')
        h.see(FILE, within=composer)
        self.page('composer')
        h.invoke('composer.send', within=composer)
        h.gone('frame', f'Re: {SUBJECT}')
        self.reply_there = h.wait(lambda: self.newest_of_luis()[1], 'the reply in Luis’s mailbox on the server')
        h.press('toggle button', contains='Outbox,')
        outbox = h.find('list', 'Messages in the outbox')
        h.find('label', contains='Sent, ', within=outbox)
        self.page('outbox')
        self.open_folder('Ana', 'Inbox')

    def newest_of_luis(self):
        """How many messages the POP3 server has of Luis, and the newest of them when there are more than at the start."""
        pop = poplib.POP3_SSL('localhost', self.world.pop3s_port, context=self.trust)
        pop.user(LUIS)
        pop.pass_(mail_world.PASSWORD)
        count, message = pop.stat()[0], None
        if self.had is not None and count > self.had:
            message = email.message_from_bytes(b'\r\n'.join(pop.retr(count)[1]), policy=email.policy.default)
        pop.quit()
        return count, message

    def verify(self):
        """The servers have it whole: the reply at Luis's, a copy in Ana's Sent, the question answered"""
        message = self.reply_there
        attachments = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
        text = message.get_body(('plain',)).get_content()
        if message['Subject'] != f'Re: {SUBJECT}' or attachments != {FILE: ACCOUNTS} or ANSWER not in text or ANA not in message['From']:
            raise AssertionError(f'what arrived is not what was sent:\n{message}')
        if message['In-Reply-To'] != self.question_id:
            raise AssertionError('the reply does not say what it answers')
        imap = imaplib.IMAP4_SSL('localhost', self.world.imaps_port, ssl_context=self.trust)
        imap.login(ANA, mail_world.PASSWORD)
        def count(folder, *criteria):
            imap.select(folder, readonly=True)
            return len(imap.search(None, *criteria)[1][0].split())
        self.hands.wait(lambda: count('Sent', 'SUBJECT', f'"Re: {SUBJECT}"') == 1, 'the copy in Sent')
        self.hands.wait(lambda: count('INBOX', 'ANSWERED', 'SEEN', 'SUBJECT', f'"{SUBJECT}"') == 1, 'the flags on the server')
        imap.logout()

    def add_luis(self):
        """A second account is added in the dialog: Luis's, by mixed SMTP + POP3"""
        h, w = self.hands, self.world
        h.press('button', 'Add Account…')
        h.press('list item', 'Mixed SMTP + POP3')
        self.set_up('Mixed SMTP + POP3', mail_world.USERS['luis'], LUIS, 'Luis',
                    {'Incoming Server': w.pop3s_port, 'Outgoing Server': w.submissions_port})
        self.trust_servers('Add Account')
        h.press('button', 'Add Account')
        h.press('button', 'Done')
        h.gone('button', 'Done')

    def find_the_reply(self):
        """The reply is found in the other account, with its attachment"""
        h = self.hands
        self.open_folder('Luis', 'Inbox')
        row = h.find('list item', contains=f'Re: {SUBJECT}', within=self.rows())
        if 'Has attachments' not in row.name or 'Ana Núñez' not in row.name:
            raise AssertionError(f'the row says “{row.name}”')
        h.click(row)
        h.find('heading', f'Re: {SUBJECT}')
        h.wait(lambda: ANSWER in h.find('text', 'Message').text, 'the text of the reply')
        h.find('button', contains=f'Attachment {FILE}')
        self.page('reply-found')

    def refuse_a_wrong_password(self):
        """A wrong password is explained, with its side and step"""
        h = self.hands
        h.press('button', 'Add Account…')
        h.press('list item', 'POP3')
        self.set_up('POP3', 'Mei', MEI, 'Mei', {'Incoming Server': self.world.pop3s_port}, password='not the password')
        self.trust_servers('Change the Settings')
        h.find('list item', contains='Signing in')
        h.see('password')
        h.find('button', 'Keep Anyway')
        self.page('wrong-password')
        self.stop()

    def start_again_dark_and_narrow(self):
        """What was read is still there after a new start; dark, and in a narrow window"""
        h = self.hands
        self.start(self.home / 'profile-of-ana', ADW_DEBUG_COLOR_SCHEME='prefer-dark')
        self.open_folder('Ana', 'Inbox')
        row = h.find('list item', contains=SUBJECT, within=self.rows())
        if row.name.startswith('Unread'):
            raise AssertionError('a message that was read is unread after a new start')
        h.click(row)
        h.find('heading', SUBJECT)
        self.page('dark')
        self.display.resize('^Valija$', 400, 720)
        h.gone('list', 'Accounts and folders')
        self.page('narrow-message', 400)
        h.press('button', 'Back')
        h.find('list', 'Messages')
        self.page('narrow-list', 400)
        h.invoke('win.show-sidebar')
        h.press('button', 'Add Account…')
        h.find('heading', 'How Does Your Mail Reach You?')
        self.page('narrow-methods', 400)
        self.stop()

    def name_everything(self):
        """Everything that can be focused or pressed has a name, and so has every picture"""
        if self.nameless:
            raise AssertionError('without a name:\n' + '\n'.join(f'{page}: {path}' for path, page in self.nameless.items()))

    STEPS = (look_at_the_methods, add_ana, read, reply, verify, add_luis, find_the_reply, refuse_a_wrong_password,
             start_again_dark_and_narrow, name_everything)

    def deliver_the_question(self):
        message = email.message.EmailMessage()
        message['From'] = email.utils.formataddr((mail_world.USERS['luis'], LUIS))
        message['To'] = email.utils.formataddr((mail_world.USERS['ana'], ANA))
        message['Subject'] = SUBJECT
        message['Date'] = email.utils.localtime()
        message['Message-ID'] = self.question_id = email.utils.make_msgid(domain=mail_world.DOMAIN)
        message.set_content(QUESTION + '\n')
        with smtplib.LMTP('127.0.0.1', self.world.lmtp_port) as lmtp:
            lmtp.send_message(message, LUIS, [ANA])

    def run(self, done, *more):
        """Goes through the steps and then MORE of the kind, each told to DONE with its error or None, and stops at the first that
        fails. True when none did."""
        try:
            self.deliver_the_question()
            for step in (*self.STEPS[:-1], *more, self.STEPS[-1]):
                self.tell(step.__doc__)
                try:
                    step(self)
                except Exception:
                    (self.out / 'tree.txt').write_text(self.hands.tree(), encoding='utf-8')
                    self.display.screenshot(self.out / 'failed.png')
                    done(step.__doc__, traceback.format_exc())
                    return False
                done(step.__doc__, None)
            return True
        finally:
            if self.process is not None:
                desktop.finish(self.process)
            self.display.close()
