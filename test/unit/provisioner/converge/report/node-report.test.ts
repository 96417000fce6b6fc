import assert from 'node:assert/strict';
import { RemoteFailure } from '../../../../../base/errors.js';
import { NodeReportBuilder } from '../../../../../provisioner/converge/report/node-report.js';
import type { ReportEvent } from '../../../../../provisioner/converge/report/report.js';

const start = (n: number): ReportEvent => ({ event: 'start', n, resource: `file[/${n}]` });
const end = (
  n: number,
  result: 'up-to-date' | 'changed' | 'failed' | 'would-change',
  error?: string,
): ReportEvent => ({ event: 'end', n, resource: `file[/${n}]`, result, ms: 5, ...(error ? { error } : {}) });
const finish = (changed: number, failed: number): ReportEvent => ({ event: 'finish', changed, failed });
const exit = (code: number, log = '') => ({ end: { kind: 'exit', code }, log }) as const;

function builder(...events: ReportEvent[]): NodeReportBuilder {
  const report = new NodeReportBuilder('n1');
  events.forEach((event) => report.note(event));
  return report;
}

describe("a node's report", () => {
  it('is ok after finish and exit 0, and counts changes', () => {
    const report = builder(start(0), end(0, 'changed'), start(1), end(1, 'up-to-date'), finish(1, 0)).ended(
      exit(0),
      12.4,
    );
    assert.deepEqual(
      [report.outcome, report.changed, report.failed, report.ms, report.error],
      ['ok', 1, 0, 12, undefined],
    );
    assert.deepEqual(
      report.resources.map((one) => one.result),
      ['changed', 'up-to-date'],
    );
  });

  it('counts what a why-run would change', () => {
    assert.equal(
      builder(end(0, 'would-change'), end(1, 'would-change'), finish(2, 0)).ended(exit(0), 1).changed,
      2,
    );
  });

  it('keeps no more of a node than a program could have: neither resources nor text', () => {
    const invented = new NodeReportBuilder('n1');
    for (let n = 0; n < 20_010; n += 1) invented.note(end(n, 'changed'));
    invented.note(finish(20_010, 0));
    const long = new NodeReportBuilder('n1');
    for (let n = 0; n < 10; n += 1) long.note(end(n, 'failed', 'x'.repeat(8 * 1024 * 1024)));
    for (const [report, kept] of [
      [invented.ended(exit(0), 1), 20_000],
      [long.ended(exit(0), 1), 3],
    ] as const) {
      assert.deepEqual([report.outcome, report.resources.length], ['failed', kept]);
      assert.equal(report.error, 'it reports more than 20000 resources or 32 MiB of text');
    }
  });

  it('names every failed resource with its error', () => {
    const report = builder(end(0, 'failed', 'no space'), end(1, 'failed'), finish(0, 2)).ended(
      exit(1, 'noise'),
      1,
    );
    assert.deepEqual(
      [report.outcome, report.failed, report.error],
      ['failed', 2, 'file[/0]: no space\nfile[/1]: failed'],
    );
  });

  it('is ok when the program ignored a failure', () => {
    assert.deepEqual(
      [builder(end(0, 'failed', 'x'), finish(0, 0)).ended(exit(0), 1)].map(({ outcome, failed }) => [
        outcome,
        failed,
      ]),
      [['ok', 1]],
    );
  });

  it('fails without finish, even at exit 0', () => {
    assert.match(
      builder(start(0), end(0, 'changed')).ended(exit(0), 1).error ?? '',
      /ended with exit 0 before it had finished/,
    );
  });

  it('names the resource during which the program ended, and shows its stderr', () => {
    const report = builder(start(0), end(0, 'changed'), start(1)).ended(exit(2, 'sh: syntax error\n'), 1);
    assert.deepEqual(
      [report.outcome, report.error, report.resources[1]?.result],
      [
        'failed',
        'the program ended with exit 2 during file[/1] before it had finished\nsh: syntax error',
        'unfinished',
      ],
    );
  });

  it('tells time out, death and a held lock apart', () => {
    assert.match(builder(start(0)).ended(exit(124), 1).error ?? '', /ran out of time during file\[\/0\]/);
    assert.match(
      builder(start(0)).ended({ end: { kind: 'died' }, log: '' }, 1).error ?? '',
      /killed during file\[\/0\], or the node went down/,
    );
    assert.match(
      builder().ended({ end: { kind: 'locked', run: 'r7' }, log: '' }, 1).error ?? '',
      /another run \(r7\) held/,
    );
  });

  it('is refused when the node has a newer generation', () => {
    const report = builder().ended({ end: { kind: 'refused', have: 42, wanted: 41 }, log: '' }, 1);
    assert.deepEqual([report.outcome, report.error], ['refused', 'has generation 42, newer than 41']);
  });

  for (const [phase, outcome] of [
    ['connect', 'unreachable'],
    ['host-key', 'unreachable'],
    ['auth', 'unreachable'],
    ['lost', 'unreachable'],
    ['exit', 'failed'],
    ['deadline', 'failed'],
    ['cancelled', 'failed'],
  ] as const) {
    it(`is ${outcome} after a failure in phase ${phase}, which it keeps`, () => {
      const failure = new RemoteFailure('n1: why', { node: 'n1', phase });
      const report = builder(start(0)).failed(failure, 1);
      assert.deepEqual([report.outcome, report.error, report.failure], [outcome, 'n1: why', failure]);
    });
  }
});
