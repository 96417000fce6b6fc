import assert from 'node:assert/strict';
import { RemoteFailure } from '../../../../../base/errors.js';
import type { ConvergeTarget, NodeReport } from '../../../../../provisioner/engine.js';
import { maskedFleet } from '../../../../../server/formation/context/masked-fleet.js';
import type { NodeFleet } from '../../../../../server/formation/context/node-fleet.js';
import { sampleDatabag } from '../../../../support/nodes/sample-databag.js';

const config = {
  SECRET: 'config-sentinel',
  CERTIFICATE: '-----BEGIN-----\nline-sentinel\n',
  SHORT: 'abcdef',
};
const sample = sampleDatabag();
const databag = {
  ...sample,
  release: { ...sample.release!, config },
  releases: { '1': { ...sample.release!, version: 1, config: { OLD: 'older-sentinel' } } },
  proxy: {
    ...sample.proxy,
    certs: [{ name: 'main', certificate: 'public text', domains: [], key: 'PEM\nkey-sentinel\n' }],
  },
};
const attributes = { password: 'attribute-sentinel', users: [{ pin: 1_234_567 }], on: true };
const targets = [
  { node: { attributes } },
  { node: { attributes: { other: 'other-node-sentinel' } } },
] as unknown as ConvergeTarget[];
const values = [
  'config-sentinel',
  'line-sentinel',
  'older-sentinel',
  'key-sentinel',
  'attribute-sentinel',
  'other-node-sentinel',
  '1234567',
];
const said = `of a public text: ${values.join(' and ')}, abcdef true`;
const shown = `of a public text: ${values.map(() => '[masked]').join(' and ')}, abcdef true`;

/** What the masked fleet reports when the real one reports this. */
async function masked(report: NodeReport): Promise<NodeReport> {
  const fleet = { converge: async () => [report] } as unknown as NodeFleet;
  const [answer] = await maskedFleet(fleet).converge(targets, databag, {
    deadlineMs: 1,
    signal: new AbortController().signal,
  });
  return answer!;
}

const base = { node: 'n', changed: 1, failed: 1, ms: 1 } as const;

describe('maskedFleet', () => {
  it('masks what resources say, and keeps what they are', async () => {
    const resource = { n: 0, resource: 'file[/config-sentinel]', ms: 1 } as const;
    const report: NodeReport = {
      ...base,
      outcome: 'failed',
      error: said,
      resources: [
        { ...resource, result: 'failed', error: said },
        { ...resource, result: 'would-change', diff: `-a\n+${said}` },
        { ...resource, result: 'changed' },
      ],
    };
    assert.deepEqual(await masked(report), {
      ...base,
      outcome: 'failed',
      error: shown,
      resources: [
        { ...resource, result: 'failed', error: shown },
        { ...resource, result: 'would-change', diff: `-a\n+${shown}` },
        { ...resource, result: 'changed' },
      ],
    });
  });

  it('masks what a container left behind, and keeps its numbers and names', async () => {
    const container = { name: 'web', exitCode: 1_234_567, outOfMemory: false, restarts: 0 };
    const resource = { n: 0, resource: 'x', result: 'failed', ms: 1 } as const;
    const report = (
      reason: string,
      lines: string[],
      inspect: Record<string, unknown> | null,
    ): NodeReport => ({
      ...base,
      outcome: 'failed',
      resources: [{ ...resource, container: { ...container, reason, lines, inspect } }],
    });
    assert.deepEqual(
      await masked(report(said, [said, 'plain'], { id: said, deep: [{ is: said, count: 1_234_567 }] })),
      report(shown, [shown, 'plain'], { id: shown, deep: [{ is: shown, count: 1_234_567 }] }),
    );
    assert.deepEqual(await masked(report('plain', [], null)), report('plain', [], null));
    // The engine cuts long output at its beginning.
    assert.deepEqual(
      await masked(report('plain', ['-sentinel', 'plain'], null)),
      report('plain', ['[masked]', 'plain'], null),
    );
  });

  it('masks what recipes say of values', async () => {
    const fleet = {
      check: async () => [{ ...base, outcome: 'failed', resources: [], error: said }],
    } as unknown as NodeFleet;
    assert.deepEqual(
      (await maskedFleet(fleet).check(targets, databag)).map(({ error }) => error),
      [shown],
    );
  });

  it('masks the failure of a node', async () => {
    const failure = new RemoteFailure(said, {
      node: 'n',
      command: said,
      exitCode: 7,
      stderr: said,
      phase: 'exit',
    });
    const report = await masked({ ...base, outcome: 'unreachable', resources: [], failure });
    assert.ok(report.failure instanceof RemoteFailure);
    const { message, node, command, exitCode, stderr, phase } = report.failure;
    assert.deepEqual(
      { message, node, command, exitCode, stderr, phase },
      { message: shown, node: 'n', command: shown, exitCode: 7, stderr: shown, phase: 'exit' },
    );
  });

  it('masks the rest of a value whose beginning the node has cut off', async () => {
    const { error } = await masked({
      ...base,
      outcome: 'failed',
      resources: [],
      error: 'ig-sentinel and\nbute-sentinel too',
    });
    assert.equal(error, '[masked] and\n[masked] too');
  });

  it('leaves a good report as it is', async () => {
    const report: NodeReport = { ...base, outcome: 'ok', resources: [] };
    assert.deepEqual(await masked(report), report);
  });
});
