import assert from 'node:assert/strict';
import type { FailedContainer, NodeReport, ResourceReport } from '../../../../../provisioner/engine.js';
import { convergeFailure, evidenceLines } from '../../../../../server/formation/converge/converge-failure.js';

const log = (container: string, lines: number, text: string): string =>
  [
    `exited with status 3; its last lines of output:`,
    ...Array.from({ length: lines }, (_, n) => `${container} ${n + 1} ${text}`),
    '',
  ].join('\n');

const report = (node: string, errors: Record<string, string>): NodeReport => ({
  node,
  outcome: 'failed',
  changed: 0,
  failed: Object.keys(errors).length,
  resources: Object.entries(errors).map(([name, error], n) => ({
    n,
    resource: `container_health[${name}]`,
    result: 'failed',
    ms: 1,
    error,
    container: left({ name }),
  })),
  ms: 1,
});

const left = (said: Partial<FailedContainer>): FailedContainer => ({
  name: 'one',
  reason: 'exited with status 3',
  exitCode: 3,
  outOfMemory: false,
  restarts: 0,
  lines: [],
  inspect: null,
  ...said,
});

const kept = (reports: NodeReport[]): string[] =>
  (convergeFailure('it did not start', reports)!.details['nodes'] as { evidence: string }[]).map(
    ({ evidence }) => evidence,
  );

describe('the failure of a converge', () => {
  it('keeps 200 lines of each container that failed', () => {
    const [first = '', second = ''] = kept([
      report('a', { one: log('one', 200, 'x'.repeat(30)), two: log('two', 200, 'x'.repeat(30)) }),
      report('b', { three: log('three', 200, 'x'.repeat(30)) }),
    ]);
    for (const name of ['one', 'two'])
      assert.ok(first.includes(`\n${name} 1 x`) && first.includes(`\n${name} 200 x`), name);
    assert.ok(second.includes('\nthree 1 x') && second.includes('\nthree 200 x'));
  });

  it('keeps at most 32 KiB: what was wrong with each, and its last whole lines', () => {
    const all = kept([
      report('a', { one: log('one', 200, '漢'.repeat(300)), two: log('two', 200, '漢'.repeat(300)) }),
    ]);
    assert.ok(
      Buffer.byteLength(all.join('')) <= 32 * 1024 && Buffer.byteLength(all.join('')) > 28 * 1024,
      String(Buffer.byteLength(all.join(''))),
    );
    for (const name of ['one', 'two']) {
      const lastLines = `\\n${name} 199 漢+\\n${name} 200 漢+(\\n|$)`;
      assert.match(all[0]!, new RegExp(`container ${name}: exited with status 3[^]*${lastLines}`));
    }
    assert.doesNotMatch(all[0]!, /\uFFFD/);
    for (const line of all[0]!.split('\n')) assert.match(line, /^(container |one \d|two \d)/);
  });

  it('shows the last 50 lines of each container to the one who pushed', () => {
    const lines = evidenceLines([report('a', { one: log('one', 200, 'x'), two: log('two', 3, 'x') })]);
    assert.equal(lines.length, 1 + 50 + 1 + 3);
    assert.deepEqual(
      [lines[0], lines[51]],
      [
        ' !     a: container one: exited with status 3; its last lines of output:',
        ' !     a: container two: exited with status 3; its last lines of output:',
      ],
    );
    assert.deepEqual(
      [lines[1], lines[50], lines.at(-1)],
      ['       one 151 x', '       one 200 x', '       two 3 x'],
    );
  });

  it('shows once what containers of one type have in common that ended alike, on whichever nodes', () => {
    const crash = (name: string, status = 3, last = 'boom'): ResourceReport => ({
      n: 0,
      resource: `container_health[${name}]`,
      result: 'failed',
      ms: 1,
      error: `exited with status ${status}; its last lines of output:\n[4${name.length}7] at 5:01\n${last}\n`,
      container: left({ name, exitCode: status, reason: `exited with status ${status}` }),
    });
    const on = (node: string, ...resources: ResourceReport[]): NodeReport => ({
      ...report(node, {}),
      resources,
    });
    const lines = evidenceLines([
      on('a', crash('shop-web.1-v7-5001'), crash('shop-web.10-v7-5010')),
      on('b', crash('shop-web.2-v7-5001'), crash('shop-web.3-v7-5002', 4), crash('shop-mail.1-v7-5003')),
      on('c', crash('shop-web.4-v7-5001', 3, 'another end')),
    ]);
    assert.deepEqual(
      lines.filter((line) => line.startsWith(' !')),
      [
        ' !     a: container shop-web.1-v7-5001: exited with status 3; its last lines of output:',
        ' !     and 2 more ended alike',
        ' !     b: container shop-web.3-v7-5002: exited with status 4; its last lines of output:',
        ' !     b: container shop-mail.1-v7-5003: exited with status 3; its last lines of output:',
        ' !     c: container shop-web.4-v7-5001: exited with status 3; its last lines of output:',
      ],
    );
    assert.equal(lines.filter((line) => line === '       boom').length, 3);
    const reports = [
      on('a', crash('shop-web.1-v7-5001')),
      on('b', crash('shop-web.2-v7-5001')),
      on('c', crash('shop-web.3-v7-5001', 4)),
    ];
    assert.equal(
      convergeFailure('v7 did not start', reports)!.message,
      'v7 did not start: a: container shop-web.1-v7-5001: exited with status 3, alike on b; ' +
        'c: container shop-web.3-v7-5001: exited with status 4',
    );
  });

  it('says in one line what is wrong, and announces no lines there', () => {
    assert.equal(
      convergeFailure('v2 did not start', [report('a', { one: log('one', 2, 'x') })])!.message,
      'v2 did not start: a: container one: exited with status 3',
    );
  });

  it('keeps what containers left behind, field by field, whatever the text for people says', () => {
    const inspect = { name: '/one', state: { ExitCode: 3 }, env: ['PORT'] };
    const container = left({ restarts: 2, lines: ['last', 'words'], inspect });
    const { resources, ...rest } = report('a', { one: 'some text', two: 'some text' });
    const [one, two] = resources;
    const { n, resource, result, ms } = two!;
    const reports = [
      {
        ...rest,
        resources: [
          { ...one!, container },
          { n, resource, result, ms, error: 'some text' },
        ],
      },
    ];
    const failure = convergeFailure('it did not start', reports)!;
    assert.deepEqual(failure.evidence, [
      {
        node: 'a',
        container: 'one',
        reason: 'exited with status 3',
        exit_code: 3,
        out_of_memory: false,
        restarts: 2,
        lines: ['last', 'words'],
        inspect,
      },
    ]);
    for (const text of [...kept(reports), ...evidenceLines(reports)]) assert.doesNotMatch(text, /ExitCode/);
  });

  it('says of other resources what their text begins with', () => {
    const [resource] = report('a', { one: 'no space\nleft' }).resources;
    const other = {
      n: 0,
      resource: resource!.resource,
      result: 'failed',
      ms: 1,
      error: resource!.error!,
    } as const;
    assert.equal(
      convergeFailure('it did not start', [{ ...report('a', {}), resources: [other] }])!.message,
      'it did not start: a: container one: no space',
    );
  });

  it('cuts a single endless line as well', () => {
    const [only = ''] = kept([report('a', { one: 'x'.repeat(100_000) })]);
    assert.ok(only.startsWith('container one: xxx') && Buffer.byteLength(only) <= 32 * 1024);
  });
});
