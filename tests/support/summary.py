#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The closing lines of `./dev test`: what ran, what did not. A test that should have run and did not is a failure.

summary.py NAME=testlog.json...
"""

import collections
import json
import re
import sys

# The cases that may be left out, by the words in which they say why: they make no sense in that build or for that user.
ALLOWED = re.compile(r'# SKIP:? (built without AddressSanitizer|The superuser may write everywhere|'
                     r'the contracts of \w+ are not beside the project)')


def main():
    total = collections.Counter()
    problems = []
    for argument in sys.argv[1:]:
        name, _, path = argument.partition('=')
        suites = collections.defaultdict(collections.Counter)
        try:
            lines = open(path, encoding='utf-8', errors='replace').read().splitlines()
        except OSError:
            problems.append(f'{name}: the tests did not run at all')
            continue
        for line in lines:
            test = json.loads(line)
            suite = test['suite'][0].split(':')[-1] if test.get('suite') else '-'
            out = test.get('stdout', '')
            cases = re.findall(r'^(not ok|ok) \d+.*$', out, re.M)
            case_lines = [m.group(0) for m in re.finditer(r'^(?:not ok|ok) \d+.*$', out, re.M)]
            skipped = [c for c in case_lines if '# SKIP' in c]
            wrong = [c for c in skipped if not ALLOWED.search(c)]
            suites[suite]['tests'] += 1
            suites[suite]['cases'] += max(len(cases) - len(skipped), 0 if cases else 1)
            suites[suite]['seconds'] += test.get('duration', 0)
            if test['result'] in ('OK', 'EXPECTEDFAIL') or (test['result'] == 'SKIP' and skipped and not wrong):
                if wrong:
                    problems += [f'{name}: {test["name"]}: left out without need: {w}' for w in wrong]
                    total['failed'] += 1
                elif test['result'] == 'SKIP':
                    total['skipped'] += 1
                else:
                    total['passed'] += 1
            else:
                problems.append(f'{name}: {test["name"]}: {test["result"]}')
                total['failed'] += 1
        print(f'\n{name} build:')
        for suite, counts in sorted(suites.items()):
            print(f'  {suite:<12} {counts["tests"]:>4} tests {counts["cases"]:>6} cases {counts["seconds"]:>8.1f} s')
        if not suites:
            problems.append(f'{name}: no test ran')
    if problems:
        print('\n' + '\n'.join(problems))
    print(f'\n{total["passed"]} passed, {total["failed"] + (1 if problems and not total["failed"] else 0)} failed, {total["skipped"]} skipped')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
