import assert from 'node:assert/strict';
import { fitnessProblems } from '../../../../server/install/host-fitness.js';
import { failureText, stageLines } from '../../../../server/install/install-report.js';
import { parseFound } from '../../../../server/install/look-at-host.js';
import { checkPlanes } from '../../../../server/install/file/read-plane-file.js';
import type { NodeReport, ResourceReport } from '../../../../provisioner/engine.js';
import { examplePlanes, goodFacts } from '../../../support/server/sample-planes.js';

const parts = ['postgresql', 'controller', 'front'] as const;

describe('what is on a host', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  it('is read to its end, secrets as such', () => {
    const found = parseFound(
      `password ${base64('secret-word')}\nhas controller\nrelease a\nrelease b\nend\n`,
    );
    assert.deepEqual(
      [found.parts, found.releases, found.password?.reveal()],
      [['controller'], ['a', 'b'], 'secret-word'],
    );
    assert.ok(!JSON.stringify(found).includes('secret-word'));
    assert.deepEqual(parseFound('end\n'), { parts: [], releases: [] });
    assert.equal(parseFound('has front\nfront passes-tls\nend\n').passesTls, true);
    assert.throws(() => parseFound('has controller\n'), /not whole/);
  });

  it('does not count as a stranger’s where it is ours: its ports', () => {
    const file = checkPlanes('x', examplePlanes('one-host'));
    const facts = { ...goodFacts, ports: [22, 80, 5432] };
    const nothing = { parts: [], releases: [] };
    assert.deepEqual(fitnessProblems(file, facts, nothing, parts), [
      'something listens on port 5432 there, which postgresql needs: stop it',
      'something listens on port 80 there, which front needs: stop it',
    ]);
    assert.deepEqual(fitnessProblems(file, facts, { ...nothing, parts }, parts), []);
  });

  it('that is too small, too old or of another kind is told', () => {
    const file = checkPlanes('x', examplePlanes('one-host'));
    const facts = { ...goodFacts, osVersion: '11', memoryKiB: 500 * 1024, arch: 'riscv64' };
    assert.deepEqual(
      fitnessProblems(file, facts, { parts: [], releases: [] }, parts).map(
        (problem) => problem.split(':')[0],
      ),
      ['it runs debian 11', 'its CPU is riscv64', 'it has 500 MiB of memory'],
    );
  });
});

describe('what install says of a host', () => {
  const report = (resources: readonly Partial<ResourceReport>[]): NodeReport => ({
    node: 'one',
    outcome: 'failed',
    changed: 0,
    failed: 1,
    ms: 1,
    error: 'gone',
    resources: resources.map((one, n) => ({
      n,
      resource: `file[${n}]`,
      result: 'up-to-date',
      ms: 1,
      ...one,
    })),
  });

  it('of a failure: the host, the resource, its exit code and its words', () => {
    const failed = { resource: 'execute[x]', result: 'failed', exitCode: 7, error: 'no\nspace\n' } as const;
    assert.equal(
      failureText('one', report([{}, failed])),
      'one: execute[x] failed with exit code 7:\n  no\n  space',
    );
    assert.equal(failureText('one', report([])), 'one: gone');
  });

  it('of a plan: what would change, with its differences, which commands have not', () => {
    const lines = stageLines(
      'one',
      report([
        {},
        { result: 'would-change', diff: '-a\n+b\n' },
        { resource: 'execute[x]', result: 'would-change', diff: '+long' },
      ]),
      true,
    );
    assert.deepEqual(lines, [
      'one: 2 changes in 3 resources',
      '  file[1]',
      '      -a',
      '      +b',
      '  execute[x]',
    ]);
  });
});
