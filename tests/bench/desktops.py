# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs with windows that are measured, each with a home of its own and one account, whose inbox it opens."""

import base64
import hashlib
import json
import subprocess
import sys

import world
from programs import Valija, address
from measure import BUILD

# Puts a password in the keyring: SCHEMA ATTRIBUTE=VALUE... PASSWORD
STORE = '''
import gi, sys
gi.require_version('Secret', '1')
from gi.repository import Secret
schema, attributes, password = sys.argv[1], dict(a.split('=', 1) for a in sys.argv[2:-1]), sys.argv[-1]
names = {name: Secret.SchemaAttributeType.STRING for name in attributes}
Secret.password_store_sync(Secret.Schema.new(schema, Secret.SchemaFlags.NONE, names), attributes, None, schema, password, None)
'''

# Writes words as Thunderbird keeps them, by a key that it makes in a profile: PROFILE WORD...
SEAL = '''
import base64, ctypes, sys
class Item(ctypes.Structure):
    _fields_ = [('type', ctypes.c_uint), ('data', ctypes.c_char_p), ('size', ctypes.c_uint)]
nss = ctypes.CDLL('libnss3.so')
nss.PK11_GetInternalKeySlot.restype = ctypes.c_void_p
nss.PK11_InitPin.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p]
assert nss.NSS_InitReadWrite(('sql:' + sys.argv[1]).encode()) == 0
assert nss.PK11_InitPin(nss.PK11_GetInternalKeySlot(), b'', b'') == 0
for word in sys.argv[2:]:
    plain, sealed = Item(0, word.encode(), len(word.encode())), Item()
    assert nss.PK11SDR_Encrypt(ctypes.byref(Item()), ctypes.byref(plain), ctypes.byref(sealed), None) == 0
    print(base64.b64encode(ctypes.string_at(ctypes.cast(ctypes.byref(sealed, Item.data.offset), ctypes.POINTER(ctypes.c_void_p))[0],
                                            sealed.size)).decode())
nss.NSS_Shutdown()
'''


class Desktop:
    """A peer. SECRET is under what it looks for its password in the keyring; ALONE is whether it starts without its server."""

    program = ''
    offline = ()
    secret = None
    alone = True

    def __init__(self, home, w, user):
        self.home, self.world, self.user = home, w, user
        self.env = {'HOME': str(home), 'XDG_CONFIG_HOME': str(home / '.config'), 'XDG_CACHE_HOME': str(home / '.cache'),
                    'XDG_DATA_HOME': str(home / '.local/share'), 'XDG_STATE_HOME': str(home / '.local/state'), 'GSETTINGS_BACKEND': 'keyfile'}
        self.write()

    def file(self, path, text):
        path = self.home / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)

    def command(self, fetching):
        return [self.program, *(() if fetching else self.offline)]

    def fetch(self, stage):
        """Lets it fetch, as it does when it is new, until it has come to rest."""
        stage.run(self, fetching=True)


class Ours(Desktop):
    program = 'Valija'

    def write(self):
        self.valija = Valija(self.home, self.world, self.user, 'imap', self.world.imaps_port)
        self.env |= {k: v for k, v in self.valija.env.items() if k.startswith(('SECRET_', 'GSETTINGS_'))}

    def command(self, fetching):
        return [BUILD / 'src/ui/valija', '--profile', self.valija.profile, '--offline']

    def fetch(self, stage):
        self.valija.run('sync', '--headers', '--inbox')


class Geary(Desktop):
    """It fetches the newest messages only, and older ones as one scrolls to them."""

    program = 'geary'

    def write(self):
        self.secret = ['org.gnome.Geary', 'proto=IMAP', 'host=localhost', f'login={address(self.user)}']
        self.file('.config/geary/account_01/geary.ini', f"""\
[Metadata]
version=1
status=enabled

[Account]
ordinal=1
label=Bench
prefetch_days=1
save_drafts=false
save_sent=false
sender_mailboxes={address(self.user)}
service_provider=other

[Incoming]
login={address(self.user)}
remember_password=true
host=localhost
port={self.world.imap_port}
transport_security=none
credentials=custom

[Outgoing]
remember_password=true
host=localhost
port={self.world.submission_port}
transport_security=none
credentials=none
""")
        self.file('.config/glib-2.0/settings/keyfile', '[org/gnome/Geary]\nautoselect=false\nrun-in-background=false\n')


class Evolution(Desktop):
    program = 'evolution'
    offline = ['--offline']

    def write(self):
        self.secret = ['org.gnome.Evolution.Data.Source', 'e-source-uid=bench', 'eds-origin=evolution-data-server']
        common = '[Data Source]\nDisplayName=Bench\nEnabled=true\n'
        signed = f'Host=localhost\nUser={address(self.user)}\nMethod=PLAIN\nRememberPassword=true\n'
        self.file('.config/evolution/sources/bench.source', f"""\
{common}Parent=

[Authentication]
{signed}Port={self.world.imap_port}

[Security]
Method=none

[Mail Account]
BackendName=imapx
IdentityUid=bench-identity
NeedsInitialSetup=false
""")
        self.file('.config/evolution/sources/bench-identity.source', f"""\
{common}Parent=bench

[Mail Identity]
Address={address(self.user)}
Name=Bench

[Mail Submission]
TransportUid=bench-transport
""")
        self.file('.config/evolution/sources/bench-transport.source', f"""\
{common}Parent=bench

[Mail Transport]
BackendName=smtp

[Authentication]
{signed}Port={self.world.submission_port}

[Security]
Method=none
""")
        self.file('.config/evolution/mail/state.ini', """\
[Folder Tree]
Selected=folder://bench/INBOX

[Folder folder://bench/INBOX]
PreviewVisible=false

[GlobalFolder]
PreviewVisible=false
""")
        self.file('.config/glib-2.0/settings/keyfile', """\
[org/gnome/evolution]
default-address-book='system-address-book'

[org/gnome/evolution/mail]
prompt-check-if-default-mailer=false
show-to-do-bar=false
default-account='bench'
""")


class Claws(Desktop):
    """Without its server, or told to do without, it asks whether to go on before it opens the folder."""

    program = 'claws-mail'
    alone = False
    salt = bytes(64)

    def command(self, fetching):
        return [self.program, '--select', '#imap/Bench/INBOX']

    def write(self):
        self.file('.claws-mail/accountrc', f"""\
[Account: 1]
account_name=Bench
is_default=1
name=Bench
address={address(self.user)}
protocol=3
receive_server=localhost
smtp_server=localhost
user_id={address(self.user)}
ssl_imap=0
set_imapport=1
imap_port={self.world.imap_port}
""")
        self.file('.claws-mail/passwordstorerc', f'[account:1]\nrecv {self.scrambled(world.PASSWORD)}\n')
        self.file('.claws-mail/folderlist.xml', """\
<?xml version="1.0" encoding="UTF-8"?>
<folderlist>
<folder type="imap" name="Bench" account_id="1">
<folderitem type="inbox" name="INBOX" path="INBOX" sort_key="date" sort_type="descending"/>
<folderitem type="outbox" name="Sent" path="Sent"/>
<folderitem type="draft" name="Drafts" path="Drafts"/>
<folderitem type="queue" name="Queue" path="Queue"/>
<folderitem type="trash" name="Trash" path="Trash"/>
</folder>
</folderlist>
""")
        self.file('.claws-mail/clawsrc', f"""\
[Common]
master_passphrase_salt={base64.b64encode(self.salt).decode()}
""")

    def scrambled(self, password):
        """As its file of passwords wants it."""
        rounds = 1000
        key = hashlib.pbkdf2_hmac('sha1', b'passkey0', self.salt, rounds, 32)
        plain = bytes(16) + password.encode().ljust(128, b'\0')
        done = subprocess.run(['openssl', 'enc', '-aes-256-cbc', '-nopad', '-K', key.hex(), '-iv', bytes(16).hex()], input=plain,
                              capture_output=True, check=True)
        return f'{{AES-256-CBC,{rounds}}}{base64.b64encode(done.stdout).decode()}'


class Thunderbird(Desktop):
    """Told not to fetch whole messages ahead, which it would for days; its headers are all there."""

    program = 'thunderbird'

    def write(self):
        self.profile = self.home / 'profile'
        server = {'type': 'imap', 'hostname': 'localhost', 'port': self.world.imap_port, 'userName': address(self.user), 'name': 'Bench',
                  'socketType': 0, 'authMethod': 3, 'login_at_startup': True, 'autosync_offline_stores': False, 'offline_download': False}
        here = {'type': 'none', 'hostname': 'Local Folders', 'userName': 'nobody', 'name': 'Local Folders'}
        prefs = {'mail.accountmanager.accounts': 'account1,account2', 'mail.accountmanager.defaultaccount': 'account1',
                 'mail.accountmanager.localfoldersserver': 'server2', 'mail.account.account1.server': 'server1',
                 'mail.account.account1.identities': 'id1', 'mail.account.account2.server': 'server2',
                 'mail.identity.id1.fullName': 'Bench', 'mail.identity.id1.useremail': address(self.user), 'mail.identity.id1.valid': True,
                 **{f'mail.server.server1.{k}': v for k, v in server.items()}, **{f'mail.server.server2.{k}': v for k, v in here.items()},
                 'mail.shell.checkDefaultClient': False, 'mailnews.start_page.enabled': False, 'mail.rights.version': 1,
                 'mail.provider.suppress_dialog_on_startup': True, 'datareporting.policy.dataSubmissionEnabled': False,
                 'app.donation.eoy.version.viewed': 999, 'mail.inappnotifications.enabled': False}
        self.file('profile/user.js', ''.join(f'user_pref({json.dumps(k)}, {json.dumps(v)});\n' for k, v in prefs.items()))
        words = subprocess.run([sys.executable, '-c', SEAL, str(self.profile), address(self.user), world.PASSWORD], check=True,
                               capture_output=True, text=True).stdout.split()
        login = {'id': 1, 'hostname': 'imap://localhost', 'httpRealm': 'imap://localhost', 'formSubmitURL': None, 'usernameField': '',
                 'passwordField': '', 'encryptedUsername': words[0], 'encryptedPassword': words[1], 'encType': 1,
                 'guid': '{00000000-0000-4000-8000-000000000001}', 'timeCreated': 1, 'timeLastUsed': 1, 'timePasswordChanged': 1, 'timesUsed': 1}
        self.file('profile/logins.json', json.dumps({'nextId': 2, 'logins': [login], 'version': 3}))

    def command(self, fetching):
        return [self.program, '--profile', self.profile, *(() if fetching else ['-offline'])]
