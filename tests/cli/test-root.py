#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How ./dev enters a root of its own, and what it says when the root cannot be made: in namespaces of this test, with a root that
borrows this machine's programs. The only argument is the directory of the sources.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import traceback

TOP = pathlib.Path(sys.argv[1])
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def enter(directory, view, caller, command, *words):
    """Runs WORDS in a root in DIRECTORY, as `./dev COMMAND WORDS` would be run."""
    root, cache, checkout, home = (directory / name for name in ('root', 'cache', 'checkout', 'home'))
    for path in (root / 'usr', root / 'proc', root / 'dev', root / 'run', root / 'tmp', root / 'etc', root / 'var', root / 'old',
                 cache / 'home', cache / 'ccache', checkout, home):
        path.mkdir(parents=True, exist_ok=True)
    for name in ('bin', 'lib', 'lib64'):
        if not (root / name).is_symlink():
            (root / name).symlink_to('usr/' + name)
    dev = checkout / 'dev'
    dev.write_text('#!/bin/sh\nshift\nexec "$@"\n')
    dev.chmod(0o755)
    namespace = ['unshare', *(() if os.geteuid() == 0 else ('--user', '--map-root-user')), '--mount', '--pid', '--ipc', '--fork',
                 '--kill-child', '--propagation', 'private', '--']
    return subprocess.run([*namespace, 'sh', '-c', 'mount --rbind /usr "$1/usr" && shift && exec bash "$@"', '-', str(root),
                           str(TOP / 'build-aux/enter-root.sh'), str(root), str(cache), str(checkout), view, str(caller),
                           str(dev), command, *words], env={**os.environ, 'HOME': str(home)}, capture_output=True, text=True, timeout=60)


@test
def files_outside():
    with tempfile.TemporaryDirectory(prefix='valija-root-') as name:
        directory = pathlib.Path(name)
        mine = directory / 'mine'
        mine.mkdir()
        (mine / 'letter').write_text('from outside')
        script = 'cat letter && echo kept > "$1" && echo home > "$HOME/file" && echo settings > "$XDG_CONFIG_HOME/file"'
        (directory / 'cache/home/.config').mkdir(parents=True)
        done = enter(directory, 'machine', mine, 'ctl', 'sh', '-c', script, '-', f'{mine}/made', f'ca={mine}/letter')
        assert (done.returncode, done.stdout) == (0, 'from outside'), done
        assert (mine / 'made').read_text() == 'kept\n'
        assert (directory / 'home/file').read_text() == 'home\n'
        assert (directory / 'cache/home/.config/file').read_text() == 'settings\n'


@test
def a_view_of_its_own():
    with tempfile.TemporaryDirectory(prefix='valija-root-') as name:
        directory = pathlib.Path(name)
        done = enter(directory, 'own', directory, 'test', 'sh', '-c', 'pwd; ls "$1"; echo x > "$HOME/file"', '-', str(directory))
        # Of all that is there only the checkout and the home
        assert done.stdout == f'{directory}/checkout\ncheckout\nhome\n', done
        assert not (directory / 'home/file').exists() and (directory / 'cache/home/file').exists()


@test
def contracts_alone():
    with tempfile.TemporaryDirectory(prefix='valija-root-') as name:
        directory = pathlib.Path(name)
        exchange = directory / 'shared/contracts/exchange'
        exchange.mkdir(parents=True)
        (directory / 'shared/private').write_text('of nobody else')
        script = 'ls "$1" "$1/shared"; echo x > "$1/shared/contracts/exchange/made"'
        # What is called alike is not the tests', and is not shown
        done = enter(directory, 'own', directory, 'test', 'sh', '-c', script, '-', str(directory))
        assert 'shared:' not in done.stdout and done.returncode != 0, done
        # What they look for can be read, and nothing beside it
        (exchange / 'soap-ews.xsd').write_text('a schema')
        done = enter(directory, 'own', directory, 'test', 'sh', '-c', script, '-', str(directory))
        assert done.stdout.endswith(f'{directory}/shared:\ncontracts\n') and 'Read-only' in done.stderr, done
        assert not (exchange / 'made').exists()


@test
def directories_of_the_root():
    with tempfile.TemporaryDirectory(prefix='valija-root-') as name:
        directory = pathlib.Path(name)
        for caller, *words in (('/etc', 'true'), (directory, 'true', '--profile=/var/no-such-profile'),
                               (directory, 'true', '/var/no-such-profile')):
            done = enter(directory, 'machine', caller, 'ctl', *words)
            assert done.returncode == 1 and 'Choose another' in done.stderr, (words, done)
        # Of the system's the machine's own is seen where people keep things
        with tempfile.TemporaryDirectory(prefix='valija-root-', dir='/var/tmp') as outside:
            done = enter(directory, 'machine', directory, 'ctl', 'mkdir', f'{outside}/profile')
            assert done.returncode == 0 and pathlib.Path(outside, 'profile').is_dir(), done
        # A file of the system that is named is this machine's; in a shell it is the root's.
        assert enter(directory, 'machine', '/', 'ctl', 'cat', '/etc/passwd').stdout == pathlib.Path('/etc/passwd').read_text()
        assert enter(directory, 'machine', '/', 'shell', 'cat', '/etc/no-such-file').returncode == 1
        (directory / 'root/etc/passwd').write_text('of the root')
        assert enter(directory, 'machine', '/', 'shell', 'cat', '/etc/passwd').stdout == 'of the root'


def need_tools(directory, user, *tools, subids='', unshare='--map-auto'):
    """What ./dev says to USER where the TOOLS are all that there is beside the usual."""
    programs = directory / 'bin'
    shutil.rmtree(programs, ignore_errors=True)
    programs.mkdir()
    for tool in ('bash', 'awk', 'sort', 'sha256sum', 'cut', 'grep', 'cat', 'tail', 'mkdir'):
        (programs / tool).symlink_to(shutil.which(tool))
    for tool in tools:
        (programs / tool).symlink_to(shutil.which('true'))
    number = 0 if user == 'root' else 1000
    for tool, script in (('id', f'[ $1 = -u ] && echo {number} || echo {user}'),
                         ('unshare', f'[ "$1" = --help ] && echo "{unshare}" || exit {0 if "works" in unshare else 1}')):
        (programs / tool).write_text(f'#!{shutil.which("sh")}\n{script}\n')
        (programs / tool).chmod(0o755)
    for file in ('subuid', 'subgid'):
        (directory / file).write_text(subids)
    return subprocess.run(['bash', '-c', '. build-aux/root.sh; mkdir -p "$root_base"; need_tools'], cwd=TOP, capture_output=True,
                          text=True, env={'PATH': str(programs), 'HOME': str(directory), 'subids': str(directory)})


@test
def what_is_missing():
    with tempfile.TemporaryDirectory(prefix='valija-root-') as name:
        directory = pathlib.Path(name)
        for user, tools, more, words in (
                ('ana', (), {}, 'sudo apt-get install mmdebstrap uidmap'),
                ('ana', ('mmdebstrap',), {}, 'sudo apt-get install uidmap'),
                ('ana', ('newuidmap',), {}, 'sudo apt-get install mmdebstrap'),
                ('ana', ('mmdebstrap', 'newuidmap'), {'subids': 'luis:100000:65536\n'},
                 'sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ana'),
                ('ana', ('mmdebstrap', 'newuidmap'), {'subids': 'ana:100000:65536\n', 'unshare': '--user'}, 'util-linux 2.38'),
                ('ana', ('mmdebstrap', 'newuidmap'), {'subids': 'ana:100000:65536\n'}, 'sudo sysctl'),
                ('root', (), {}, 'sudo apt-get install mmdebstrap')):
            done = need_tools(directory, user, *tools, **more)
            assert done.returncode == 1 and words in done.stderr, (user, tools, done)
        for user, tools, more in (('ana', ('mmdebstrap', 'newuidmap'), {'subids': '1000:1:1\n', 'unshare': '--map-auto works'}),
                                  ('root', ('mmdebstrap',), {})):
            done = need_tools(directory, user, *tools, **more)
            assert (done.returncode, done.stderr) == (0, ''), done
        # As root it is installed, and what apt says is kept for when that fails
        done = need_tools(directory, 'root', 'apt-get')
        assert (done.returncode, done.stderr) == (0, 'Installing mmdebstrap on this machine\n'), done


@test
def a_plain_user_of_a_native_platform():
    """Tests and demo have mail servers with users of their own."""
    with tempfile.TemporaryDirectory(prefix='valija-root-') as name:
        directory = pathlib.Path(name)
        need_tools(directory, 'ana', 'newuidmap')
        (directory / 'bin/python3').symlink_to(shutil.which('true'))
        unshare = directory / 'bin/unshare'
        unshare.write_text(f'#!{shutil.which("sh")}\ncase "$*" in --help) echo --map-auto;; "--net true") exit 1;; *true) ;;\n'
                           '*) echo "$@";; esac\n')
        for command, subids, words in (
                ('alone meson', 'ana:1:9\n', '--user --map-root-user --map-auto --net sh -c ip link set lo up'),
                ('run_demo', 'ana:1:9\n', '--user --map-root-user --map-auto -- python3'),
                ('alone meson', '', '--user --map-root-user --net sh -c ip link set lo up'),
                ('run_demo', '', 'sudo usermod --add-subuids')):
            for file in ('subuid', 'subgid'):
                (directory / file).write_text(subids)
            done = subprocess.run(['bash', '-c', f'. build-aux/root.sh; . build-aux/test.sh; top=$PWD build=x; {command}'], cwd=TOP,
                                  capture_output=True, text=True,
                                  env={'PATH': str(directory / 'bin'), 'HOME': str(directory), 'subids': str(directory)})
            assert words in done.stdout + done.stderr, (command, subids, done)
            assert bool(subids) == ('sudo usermod' not in done.stderr), (command, subids, done)


@test
def memory_shared_with_a_display():
    with tempfile.TemporaryDirectory(prefix='valija-root-') as name:
        directory = pathlib.Path(name)
        need_tools(directory, 'ana', 'newuidmap')
        (directory / 'bin/unshare').write_text(f'#!{shutil.which("sh")}\necho "$@"\n')
        (directory / 'bin/setpriv').symlink_to(shutil.which('setpriv'))
        for display, apart in (({}, True), ({'DISPLAY': ':0'}, False)):
            done = subprocess.run(['bash', '-c', '. build-aux/root.sh; in_namespace --mount-proc -- true'], cwd=TOP, capture_output=True,
                                  text=True, env={'PATH': str(directory / 'bin'), 'HOME': str(directory), **display})
            assert '--mount --pid --fork' in done.stdout and ('--ipc' in done.stdout) == apart, (display, done)


@test
def nothing_is_left_inside():
    """Who ends the shell that waits for what is inside ends that: it holds the pipe."""
    script = '. build-aux/root.sh; in_namespace -- sh -c "echo begun; sleep 600"; exit'
    with subprocess.Popen(['bash', '-c', script], cwd=TOP, stdout=subprocess.PIPE, text=True) as outside:
        assert outside.stdout.readline() == 'begun\n'
        outside.terminate()
        assert outside.communicate(timeout=30)[0] == ''


@test
def building_says_little():
    """A script that runs `./dev ctl` gets the program's words, and of all the making before it one line."""
    with tempfile.TemporaryDirectory(prefix='valija-root-') as name:
        directory = pathlib.Path(name)
        build, programs = directory / '_build/default', directory / 'bin'
        (build / 'src/cli').mkdir(parents=True)
        programs.mkdir()
        shutil.copy(TOP / 'dev', directory)
        shutil.copytree(TOP / 'build-aux', directory / 'build-aux')
        for file, script in ((build / 'src/cli/valijactl', 'echo "$@"'), (programs / 'meson', 'echo of Meson; : > "$2/build.ninja"'),
                             # What is to be done is in a file: to look again, and to build
                             (programs / 'ninja', 'case $* in *" -n "*) cat todo; exit;; esac\necho "$@" >> asked\n'
                                                  'case $* in *build.ninja) echo Of Meson; [ ! -e broken ];; esac')):
            file.write_text(f'#!{shutil.which("sh")}\n{script}\n')
            file.chmod(0o755)

        def ctl(todo):
            (directory / 'todo').write_text(todo)
            (directory / 'asked').write_text('')
            done = subprocess.run(['bash', str(directory / 'dev'), 'ctl', '--json'], capture_output=True, text=True,
                                  env={**os.environ, 'PATH': f'{programs}:{os.environ["PATH"]}', 'VALIJA_INSIDE_ROOT': '1'})
            return done, (directory / 'asked').read_text().splitlines()

        done, asked = ctl('[1/2] Compiling')
        assert done.stdout == '--json\n' and 'first time' in done.stderr and done.stderr.count('\n') == 1, done
        assert len(asked) == 1 and 'src/ui/valija' not in asked[0], asked
        done, asked = ctl('[0/1] Regenerating build files')
        assert (done.stdout, done.stderr, len(asked)) == ('--json\n', 'Building Valija\n', 2), (done, asked)
        done, asked = ctl('ninja: no work to do.')
        assert (done.stdout, done.stderr, asked) == ('--json\n', '', []), (done, asked)
        # What Meson says is of use when it fails
        (directory / 'broken').touch()
        done, asked = ctl('[0/1] Regenerating build files')
        assert done.returncode == 1 and done.stdout == '' and 'Of Meson' in done.stderr, done


def main():
    print(f'1..{len(TESTS)}')
    failed = 0
    for number, function in enumerate(TESTS, 1):
        try:
            function()
            print(f'ok {number} /root/{function.__name__.replace("_", "-")}', flush=True)
        except Exception:
            failed += 1
            print(f'not ok {number} /root/{function.__name__.replace("_", "-")}', flush=True)
            for line in traceback.format_exc().splitlines():
                print(f'# {line}', flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
