# SPDX-License-Identifier: GPL-3.0-or-later
"""An account with Exchange, found and used."""

import contextlib
import pathlib
import sys

from ctl import ANA, INSECURE, LUIS, PASSWORD, REFUSED, SIGN_IN, UNSUPPORTED, USAGE, profile, test


@contextlib.contextmanager
def exchange(p):
    """The contract server, and an organisation's hosts that lead to it, behind a proxy."""
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'world/exchange'))
    import server as contract
    with contract.Running() as running:
        where, state = running.where, running.state
        proxy = where['proxy']
        p.env.update(GIO_USE_PROXY_RESOLVER='libproxy', PX_FORCE_CONFIG='config-env', http_proxy=proxy, https_proxy=proxy,
                     no_proxy='localhost,127.0.0.1')
        state.control({'do': 'set', 'name': 'ews_url', 'value': 'https://mail.example.org/EWS/Exchange.asmx'})
        state.control({'do': 'hosts', 'hosts': {'autodiscover.example.org': {'kind': 'exchange', 'ews': False},
                                                'mail.example.org': {'kind': 'exchange', 'autodiscover': []}}})
        state.control({'do': 'fill', 'count': 5})
        yield running
        assert state.control({'do': 'violations'}) == []


@test
def exchange_by_its_address_alone():
    with profile() as p, exchange(p) as running:
        ca = ['--set', f'ca={running.where["ca"]}']
        tested = p.json('account', 'test', '--method', 'exchange', '--set', f'email={ANA}', *ca, '--password-stdin',
                        stdin=PASSWORD + '\n')
        assert tested['ok'] and tested['server'] == {'host': 'mail.example.org', 'port': 443, 'source': 'autodiscover.example.org'}
        assert [s['state'] for s in tested['steps']] == ['passed'] * 6, tested['steps']
        assert any('Exchange Server 2016' in fact for fact in tested['facts']), tested['facts']

        account = p.add('exchange', ANA, *ca)
        shown = p.json('account', 'show', account)
        assert shown['settings']['incoming.host'] == 'mail.example.org' and 'outgoing.host' not in shown['settings']
        p.run('account', 'pause', account)
        assert p.json('account', 'show', account)['settings']['paused'] == 'true'
        p.run('account', 'resume', account)
        p.run('sync')
        assert len(p.messages()) == 5
        sent = p.json('send', '--to', LUIS, '--subject', 'By Exchange', stdin='Hello.\n')['item']
        assert sent['state'] == 'sent', sent
        assert len(running.state.control({'do': 'sent'})) == 1
        p.run('sync')
        assert p.subjects('sent') == ['By Exchange'], p.subjects('sent')


@test
def exchange_of_its_own_authority():
    with profile() as p, exchange(p) as running:
        args = ['account', 'add', '--method', 'exchange', '--set', f'email={ANA}', '--password-stdin']
        refused = p.json(*args, stdin=PASSWORD + '\n', expect=INSECURE)['error']
        assert refused['code'] == 'certificate' and 'autodiscover.example.org' in refused['message'], refused
        told = p.run(*args, stdin=PASSWORD + '\n', expect=INSECURE).stderr
        assert 'The server’s certificate is not trusted' in told and told.count('not typed by you') == 1, told
        assert running.state.control({'do': 'visits'}) == []


@test
def exchange_drafts():
    """Where a draft is said to be it is, one that was to be sent too."""
    with profile() as p, exchange(p) as running:
        where, state = running.where, running.state
        p.add('exchange', ANA, '--set', 'host=localhost', '--set', f'port={where["port"]}', '--set', f'ca={where["ca"]}')
        p.run('sync')
        told = p.run('send', '--draft', '--to', LUIS, '--subject', 'unfinished', stdin='x').stdout
        assert 'in the drafts folder on the server' in told and 'computer' not in told, told
        queued = p.json('send', '--to', LUIS, '--subject', 'later', '--at', '2099-03-09 08:00', stdin='x')['item']
        draft = p.json('outbox', 'withdraw', str(queued['id']))['draft']
        assert p.json('show', str(draft))['subject'] == 'later' and draft > 0, draft
        assert sorted(p.subjects('-f', 'drafts')) == ['later', 'unfinished']
        held = next(f for f in state.control({'do': 'state'})['folders'] if f['special'] == 'drafts')
        assert sorted(item['subject'] for item in held['items']) == ['later', 'unfinished'], held

        # The server is away: it is withdrawn all the same, and goes there later
        queued = p.json('send', '--to', LUIS, '--subject', 'last', '--at', '2099-03-09 08:00', stdin='x')['item']
        state.control({'do': 'inject', 'fault': 'status', 'status': 503, 'operation': 'CreateItem', 'times': 99})
        told = p.run('outbox', 'withdraw', str(queued['id'])).stdout
        assert 'kept on this computer' in told, told
        state.injections.clear()
        p.run('sync')
        assert sorted(p.subjects('-f', 'drafts')) == ['last', 'later', 'unfinished']


@test
def exchange_in_another_name():
    with profile() as p, exchange(p) as running:
        where, state = running.where, running.state
        settings = ['--set', 'host=localhost', '--set', f'port={where["port"]}', '--set', f'ca={where["ca"]}']
        p.run('account', 'add', '--method', 'exchange', '--set', f'email={ANA}', *settings, '--set', 'senders=nobody', '--password-stdin',
              stdin=PASSWORD + '\n', expect=USAGE)
        p.add('exchange', ANA, *settings, '--set', f'senders={where["shared"]}, boss@example.org')
        letter = ['send', '--to', LUIS, '--subject', 'For the team']
        assert 'senders' in p.run(*letter, '--from', 'other@example.org', stdin='Hi.\n', expect=USAGE).stderr
        assert f'From: {where["shared"]}' in p.run(*letter, '--from', where['shared'], '--print', stdin='Hi.\n').stdout
        assert p.json(*letter, '--from', where['shared'].upper(), stdin='Hi.\n')['item']['state'] == 'sent'
        assert [s['from'] for s in state.control({'do': 'sent'})] == [where['shared']]
        denied = p.json(*letter, '--from', 'boss@example.org', stdin='Hi.\n', expect=REFUSED)
        assert 'send as or on behalf of' in denied['error']['message'], denied
        assert len(state.control({'do': 'sent'})) == 1

        # An answer comes from whom the message was for
        state.control({'do': 'deliver', 'mime': f'From: {LUIS}\r\nTo: {where["shared"]}\r\nSubject: Question\r\n\r\nWell?\r\n'})
        p.run('sync')
        question = next(str(m['id']) for m in p.messages() if m['subject'] == 'Question')
        answer = p.run('send', '--reply', question, '--print', stdin='Yes.\n').stdout
        assert f'From: {where["shared"]}' in answer and f'To: {LUIS}' in answer, answer
        assert f'From: {ANA}' in p.run('send', '--reply', question, '--from', ANA, '--print', stdin='Yes.\n').stdout

        # … and goes to no other address of the account
        state.control({'do': 'deliver', 'mime': f'From: {LUIS}\r\nTo: {where["shared"]}\r\nCc: {ANA}\r\nSubject: Both\r\n'
                                                '\r\nWell?\r\n'})
        p.run('sync')
        both = next(str(m['id']) for m in p.messages() if m['subject'] == 'Both')
        for sender in ([], ['--from', ANA]):
            answer = p.run('send', '--reply-all', both, *sender, '--print', stdin='Yes.\n').stdout
            assert f'To: {LUIS}' in answer and 'Cc:' not in answer.split('\n\n')[0], answer


@test
def exchange_by_hand():
    with profile() as p, exchange(p) as running:
        where = running.where
        settings = ['--set', f'email={ANA}', '--set', 'host=localhost', '--set', f'port={where["port"]}', '--set', f'ca={where["ca"]}']
        for mechanism, user in (('', ANA), ('ntlm', where['user']), ('basic', 'ana')):
            tested = p.json('account', 'test', '--method', 'exchange', *settings, '--set', f'mechanism={mechanism}', '--set',
                            f'user={user}', '--password-stdin', stdin=PASSWORD + '\n')
            assert tested['ok'] and 'server' not in tested, tested
        wrong = p.json('account', 'test', '--method', 'exchange', *settings, '--password-stdin', stdin='wrong\n', expect=SIGN_IN)
        assert wrong['error']['code'] == 'authentication' and wrong['error']['step'] == 'sign-in', wrong['error']
        assert wrong['error']['side'] == 'both' and {s['side'] for s in wrong['steps']} == {'both'}, wrong
        told = p.run('account', 'test', '--method', 'exchange', *settings, '--password-stdin', stdin='wrong\n', expect=SIGN_IN)
        assert 'incoming' not in told.stdout + told.stderr and 'The server refused the name or password' in told.stderr, told
        for setting in ('security=starttls', 'outgoing.host=smtp.example.org', 'keep-sent=here'):
            p.run('account', 'add', '--method', 'exchange', *settings, '--set', setting, expect=USAGE)


@test
def exchange_shared_mailboxes():
    with profile() as p, exchange(p) as running:
        where, state = running.where, running.state
        state.control({'do': 'deliver', 'user': 'team', 'subject': 'For all'})
        account = p.add('exchange', ANA, '--set', 'host=localhost', '--set', f'port={where["port"]}', '--set', f'ca={where["ca"]}',
                        '--set', f'shared={where["shared"]}, {LUIS}')
        assert p.json('account', 'show', account)['settings']['shared'] == f'{where["shared"]}, {LUIS}'
        tested = p.json('account', 'test', account)
        listed = next(s['detail'] for s in tested['steps'] if s['step'] == 'list-folders')
        assert f'{where["shared"]}/Inbox' in listed and listed.count(', Inbox') == 1, listed
        assert any(f'the shared mailbox {LUIS}' in fact and 'server:' not in fact for fact in tested['facts']), tested
        told = p.json('sync')['accounts'][0]
        assert told['error'] is None and f'the shared mailbox {LUIS}' in told['notice'] and where['shared'] not in told['notice'], told
        assert told['alert'] is None, told
        folders = {f['path']: f for f in p.json('folders')['folders']}
        assert not folders[where['shared']]['selectable'] and LUIS not in folders, folders
        inbox = f'{where["shared"]}/Inbox'
        assert p.subjects('--folder', inbox) == ['For all'] and len(p.messages()) == 5
        message = str(p.messages('--folder', inbox)[0]['id'])
        assert 'Text' in p.run('show', message).stdout
        p.run('flag', message, '--add', 'seen')
        p.run('move', message, '--to', f'{where["shared"]}/Deleted Items')
        p.run('sync')
        held = state.control({'do': 'state', 'user': 'team'})
        assert p.subjects('--folder', inbox) == [] and p.subjects('--folder', f'{where["shared"]}/Deleted Items') == ['For all'], held


@test
def exchange_labels():
    """Categories: given here and there, and each keeps what the other has given."""
    with profile() as p, exchange(p) as running:
        where, state = running.where, running.state
        p.add('exchange', ANA, '--set', 'host=localhost', '--set', f'port={where["port"]}', '--set', f'ca={where["ca"]}')
        p.run('sync', '--headers')
        message = p.messages()[0]
        number = str(message['id'])
        p.run('label', number, '--add', 'Work', '--queue')
        state.control({'do': 'change', 'what': 'categories', 'subject': message['subject'], 'value': ['Red Category']})
        p.run('sync', '--headers')
        assert p.messages()[0]['labels'] == ['Red Category', 'Work'], p.messages()[0]
        state.control({'do': 'change', 'what': 'categories', 'subject': message['subject'], 'value': ['Work']})
        p.run('sync', '--headers')
        assert p.messages()[0]['labels'] == ['Work']
        for where in ((), ('--server', '--folder', 'INBOX')):
            assert [m['id'] for m in p.json('search', *where, 'label:work')['messages']] == [message['id']], where
        p.run('label', number, '--remove', 'work')
        assert p.messages()[0]['labels'] == []


@test
def exchange_people_and_replies():
    with profile() as p, exchange(p) as running:
        where, state = running.where, running.state
        p.add('exchange', ANA, '--set', 'host=localhost', '--set', f'port={where["port"]}', '--set', f'ca={where["ca"]}')
        assert p.json('people', 'luis')['people'] == []
        found = p.json('people', '--directory', 'luis')['people']
        assert [(person['name'], person['address']) for person in found] == [('Luis Ferrer', LUIS)], found
        assert LUIS in p.run('people', '--directory', 'luis').stdout
        assert p.json('people', '--directory', 'zzz')['people'] == []
        p.run('people', expect=USAGE)

        shown = p.json('replies', 'show')['replies']
        assert shown['state'] == 'off' and not shown['answers'], shown
        p.run('replies', 'set', 'sometimes', expect=USAGE)
        p.run('replies', 'set', 'on', '--to', 'enemies', expect=USAGE)
        p.run('replies', 'set', 'on', '--inside', 'Back on <Monday>', '--outside', 'Away', '--to', 'contacts')
        held = state.control({'do': 'replies'})
        assert (held['state'], held['audience']) == ('Enabled', 'Known') and 'Back on &lt;Monday&gt;' in held['internal'], held
        shown = p.json('replies', 'show')['replies']
        assert (shown['state'], shown['answers'], shown['to'], shown['inside'], shown['outside']) == \
            ('on', True, 'contacts', 'Back on <Monday>', 'Away'), shown
        p.run('replies', 'set', 'period', '--from', '2030-03-10 08:00', '--until', '2030-03-09 08:00', expect=USAGE)
        p.run('replies', 'set', 'period', '--from', '2030-03-09 08:00', '--until', '2030-03-10 08:00')
        assert state.control({'do': 'replies'})['state'] == 'Scheduled'
        shown = p.json('replies', 'show')['replies']
        assert (shown['state'], shown['answers'], shown['inside']) == ('period', False, 'Back on <Monday>'), shown
        p.run('replies', 'set', 'off')
        assert shown['allowed'] == 'everybody', shown
        state.control({'do': 'replies', 'allowed': 'None'})
        assert 'no automatic replies go outside' in p.run('replies', 'set', 'on', '--to', 'contacts', expect=USAGE).stderr
        shown = p.json('replies', 'show')['replies']
        assert (shown['allowed'], shown['to'], shown['state']) == ('nobody', 'nobody', 'off'), shown
        assert 'no automatic replies go outside' in p.run('replies', 'show').stdout
        assert state.control({'do': 'replies'})['state'] == 'Disabled'
        assert p.json('replies', 'show')['replies']['inside'] == 'Back on <Monday>'


@test
def exchange_behind_a_stranger():
    with profile() as p, exchange(p) as running:
        state = running.state
        state.control({'do': 'hosts', 'hosts': {
            'autodiscover.example.org': {'kind': 'redirect', 'location': 'https://ad.hoster.example/autodiscover/autodiscover.xml'},
            'ad.hoster.example': {'kind': 'exchange', 'autodiscover': ['pox']},
            'mail.example.org': {'kind': 'exchange', 'autodiscover': []}}})
        args = ['--method', 'exchange', '--set', f'email={ANA}', '--set', f'ca={running.where["ca"]}', '--password-stdin']
        asked = p.json('account', 'test', *args, stdin=PASSWORD + '\n', expect=USAGE)['error']
        assert asked['step'] == 'discover' and '--allow-server=ad.hoster.example' in asked['message'], asked
        assert all(v['authorization'] is None for v in state.control({'do': 'visits'}))
        allowed = p.json('account', 'test', *args, '--allow-server', 'ad.hoster.example', stdin=PASSWORD + '\n')
        assert allowed['ok'] and allowed['server']['source'] == 'ad.hoster.example', allowed

        state.control({'do': 'hosts', 'hosts': {'http://autodiscover.example.org': {
            'kind': 'redirect', 'location': 'https://autodiscover-s.outlook.com/autodiscover/autodiscover.xml'}}})
        online = p.json('account', 'add', *args, stdin=PASSWORD + '\n', expect=UNSUPPORTED)['error']
        assert '“Outlook”' in online['message'], online
        state.control({'do': 'hosts', 'hosts': {'http://autodiscover.example.org': {'kind': 'page'}}})
