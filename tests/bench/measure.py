# SPDX-License-Identifier: GPL-3.0-or-later
"""Measuring, and what was measured."""

import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get('VALIJA_BUILD_DIR', TOP / '_build/release')).resolve()
# On the disk that the build is on, where a durable write costs what it costs: /tmp may be memory
WORK = TOP / '_build/bench'
LIMIT = 900


def scratch():
    WORK.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix='run-', dir=WORK, ignore_cleanup_errors=True)


def timed(*command, limit=LIMIT, line=None, check=True, **kwargs):
    """Runs a command that must succeed: what it cost (seconds, CPU seconds; turns and bytes on LINE), and its output."""
    before, passed = resource.getrusage(resource.RUSAGE_CHILDREN), line.count() if line else None
    start = time.monotonic()
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=limit, **kwargs)
    seconds = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if check and done.returncode != 0:
        raise RuntimeError(f'{command[0]} failed ({done.returncode}):\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}')
    cost = {'seconds': seconds, 'cpu': after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}
    return cost | (passed_on(line, passed) if line else {}), done.stdout + done.stderr


def passed_on(line, since):
    count = line.count() - since
    return {'turns': count.turns, 'in': count.bytes_in, 'out': count.bytes_out, 'connections': count.connections}


def processes(pid):
    """A process and all that it started."""
    found, todo = [], [pid]
    while todo:
        pid = todo.pop()
        found.append(pid)
        try:
            for task in pathlib.Path(f'/proc/{pid}/task').iterdir():
                todo += [int(p) for p in (task / 'children').read_text().split()]
        except OSError:
            pass
    return found


def pss(pid):
    """Proportional set size of a process and all that it started, in MB."""
    return pss_of(processes(pid))


def pss_of(pids):
    total = 0
    for each in pids:
        try:
            match = re.search(r'^Pss:\s+(\d+)', pathlib.Path(f'/proc/{each}/smaps_rollup').read_text(), re.M)
            total += int(match.group(1)) if match else 0
        except OSError:
            pass
    return total / 1024


def cpu(pid):
    """CPU seconds of a process and all that it started."""
    return cpu_of(processes(pid))


def cpu_of(pids):
    total = 0
    for each in pids:
        try:
            fields = pathlib.Path(f'/proc/{each}/stat').read_text().rsplit(')', 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return total / os.sysconf('SC_CLK_TCK')


def wakes_of(pid):
    """How often the threads of a process, and of all that it started, have gone to sleep."""
    total = 0
    for each in processes(pid):
        for status in pathlib.Path(f'/proc/{each}/task').glob('*/status'):
            try:
                match = re.search(r'^voluntary_ctxt_switches:\s+(\d+)', status.read_text(), re.M)
                total += int(match.group(1)) if match else 0
            except OSError:
                pass
    return total


def disk(directory):
    """Bytes in the files of a directory."""
    return sum(f.stat().st_size for f in pathlib.Path(directory).rglob('*') if f.is_file())


# How each figure is called and written.
FIGURES = {
    'seconds': ('time', lambda v: f'{v:.2f} s' if v >= 1 else f'{v * 1000:.0f} ms'),
    'painted': ('CPU until then', lambda v: f'{v:.2f} s'),
    'cpu': ('CPU', lambda v: f'{v:.2f} s'),
    'turns': ('turns', lambda v: f'{v:.0f}'),
    'in': ('received', lambda v: f'{v / 1e6:.2f} MB' if v >= 1e5 else f'{v / 1e3:.1f} kB'),
    'out': ('sent', lambda v: f'{v / 1e6:.2f} MB' if v >= 1e5 else f'{v / 1e3:.1f} kB'),
    'connections': ('connections', lambda v: f'{v:.0f}'),
    'wakes': ('wake-ups', lambda v: f'{v:.0f}'),
    'memory': ('memory', lambda v: f'{v:.0f} MB'),
    'size': ('on disk', lambda v: f'{v / 1e6:.0f} MB' if v >= 1e7 else f'{v / 1e6:.1f} MB'),
    'p50': ('p50', lambda v: f'{v * 1000:.1f} ms'),
    'p95': ('p95', lambda v: f'{v * 1000:.1f} ms'),
    'median': ('median frame', lambda v: f'{v * 1000:.1f} ms'),
    'worst': ('worst frame', lambda v: f'{v * 1000:.1f} ms'),
    'busy': ('CPU of one', lambda v: f'{v * 1000:.1f} ms'),
    'turn': ('longest turn', lambda v: f'{v * 1000:.1f} ms'),
    'late': ('frames over 16 ms', lambda v: f'{v:.1f} %'),
}


class Table:
    """The costs of several programs at one task, round by round."""

    def __init__(self, title, note=''):
        self.title, self.note = title, note
        self.samples = {}
        self.budgets = []
        print(f'\n{title}', flush=True)

    def add(self, program, cost):
        cost = {k: v for k, v in cost.items() if v is not None}
        self.samples.setdefault(program, []).append(cost)
        print(f'  {program:<28} ' + '  '.join(f'{FIGURES[k][0]} {FIGURES[k][1](v)}' for k, v in cost.items()), flush=True)

    def median(self, program, figure):
        return statistics.median(cost[figure] for cost in self.samples[program] if figure in cost)

    def has(self, program):
        return program in self.samples

    def budget(self, what, value, limit, form='{:.2f}'):
        """Holds a figure against what design set: it may be at most LIMIT."""
        self.budgets.append(f'{what}: {form.format(value)}, budget {form.format(limit)}: ' + ('kept' if value <= limit else '**missed**'))

    def say(self, line):
        """Something beside the figures."""
        self.budgets.append(line)
        print(f'  {line}', flush=True)

    def markdown(self):
        figures = [f for f in FIGURES if any(f in cost for costs in self.samples.values() for cost in costs)]
        lead = next(iter(self.samples))
        out = [f'### {self.title}', '']
        if self.note:
            out += [self.note, '']
        ratio = 'seconds' in figures and len(self.samples) > 1
        out.append('| | ' + ' | '.join(FIGURES[f][0] for f in figures) + (' | time against ours |' if ratio else ' |'))
        out.append('|---|' + '---|' * (len(figures) + ratio))
        for program, costs in self.samples.items():
            cells = []
            for figure in figures:
                values = [cost[figure] for cost in costs if figure in cost]
                name, write = FIGURES[figure]
                if not values:
                    cells.append('')
                elif figure == 'seconds' and len(values) > 1:
                    cells.append(f'{write(statistics.median(values))} ({write(min(values))} – {write(max(values))})')
                else:
                    cells.append(write(statistics.median(values)))
            if ratio:
                has = [p for p in (program, lead) if any('seconds' in c for c in self.samples[p])]
                cells.append(f'{self.median(program, "seconds") / self.median(lead, "seconds"):.2f}' if len(has) == 2 else '')
            out.append(f'| {program} | ' + ' | '.join(cells) + ' |')
        return '\n'.join(out + [''] + [f'- {line}' for line in self.budgets] + ([''] if self.budgets else []))


def machine():
    cpu = re.search(r'model name\s*: (.*)', pathlib.Path('/proc/cpuinfo').read_text())
    memory = int(re.search(r'MemTotal:\s+(\d+)', pathlib.Path('/proc/meminfo').read_text()).group(1)) / 1e6
    return f'{cpu.group(1) if cpu else "unknown processor"}, {os.cpu_count()} cores, {memory:.0f} GB, Linux {os.uname().release.split("-")[0]}'


def keep(name, tables):
    """What a part has found, for the page that is written of all parts."""
    WORK.mkdir(parents=True, exist_ok=True)
    (WORK / f'{name}.json').write_text(json.dumps({'date': time.strftime('%Y-%m-%d %H:%M'), 'load': os.getloadavg()[2],
                                                   'machine': machine(), 'text': '\n'.join(t.markdown() for t in tables)}))


def kept(name):
    path = WORK / f'{name}.json'
    found = json.loads(path.read_text()) if path.exists() else {}
    # What was kept before machines were is not known well enough
    return found if 'machine' in found else None
