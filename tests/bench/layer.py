# SPDX-License-Identifier: GPL-3.0-or-later
"""Peers with windows are large, and only measuring takes them. They are no part of the root: they are in a layer over it, which is
made once, and which none but the mount namespace of this `./dev` sees."""

import contextlib
import hashlib
import os
import pathlib
import shutil
import subprocess

from measure import TOP, WORK

PACKAGES = ('geary', 'evolution', 'claws-mail', 'thunderbird')
# What a package is spread over
OVER = ('etc', 'usr', 'var')


@contextlib.contextmanager
def installed():
    """With the peers; without a root of ours, with those that this machine has."""
    if 'VALIJA_INSIDE_ROOT' not in os.environ:
        yield
        return
    # Another root, another layer
    status = pathlib.Path('/var/lib/dpkg/status').read_bytes() + ' '.join(PACKAGES).encode()
    layer = WORK.parent / f'peers-{hashlib.sha256(status).hexdigest()[:12]}'
    resolver = pathlib.Path('/etc/resolv.conf').read_bytes()
    mounted = []
    try:
        for name in OVER:
            for part in ('upper', 'work'):
                (layer / name / part).mkdir(parents=True, exist_ok=True)
            options = f'lowerdir=/{name},upperdir={layer}/{name}/upper,workdir={layer}/{name}/work,userxattr'
            run('mount', '-t', 'overlay', 'overlay', '-o', options, f'/{name}')
            mounted.append(name)
        if not (layer / 'made').exists():
            for older in set(WORK.parent.glob('peers-*')) - {layer}:
                shutil.rmtree(older)
            print(f'Installing {", ".join(PACKAGES)} in {layer.relative_to(TOP)} (once)', flush=True)
            pathlib.Path('/etc/resolv.conf').write_bytes(resolver)
            env = {**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'}
            run('apt-get', 'update', '-q', env=env)
            run('apt-get', 'install', '-qy', '--no-install-recommends', *PACKAGES, env=env)
            run('apt-get', 'clean')
            (layer / 'made').touch()
        yield
    finally:
        for name in reversed(mounted):
            run('umount', '--lazy', f'/{name}')


def versions():
    """Of the peers that are installed; nothing where Debian's tools are not."""
    if not shutil.which('dpkg-query'):
        return ''
    said = subprocess.run(['dpkg-query', '-W', '-f', '${Package} ${Version}\n', *PACKAGES], capture_output=True, text=True).stdout
    return ', '.join(said.splitlines())


def run(*command, **kwargs):
    done = subprocess.run(command, capture_output=True, text=True, **kwargs)
    if done.returncode != 0:
        raise RuntimeError(f'{" ".join(command)} failed:\n{done.stdout[-1000:]}\n{done.stderr[-1000:]}')
