import assert from 'node:assert/strict';
import { RemoteFailure } from '../../../base/errors.js';
import { Fleet } from '../../../provisioner/converge/fleet.js';
import type { ConvergeTarget, Engine } from '../../../provisioner/engine.js';
import { RecordingEngine } from '../../../provisioner/recording-engine.js';
import { RecordingTransport } from '../../../provisioner/ssh/recording-transport.js';
import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import { sampleDatabag, sampleNode } from '../../support/nodes/sample-databag.js';

const target = (name: string, runList = ['recipe[deis::default]']): ConvergeTarget => ({
  node: { ...sampleNode('custom'), name },
  level: 0,
  runList,
  ssh: { name, address: '10.0.0.9', port: 22, username: 'deis', hostKeys: ['k'] } as unknown as SshTarget,
});
const lost = (node: string): RemoteFailure =>
  new RemoteFailure(`${node}: connection refused`, { node, phase: 'connect' });
const end = 'deis-run attached\n{"event":"finish","changed":0,"failed":0}\n{"event":"exit","code":0}\n';

/** Engines of which node b is out of reach. */
const engines: Readonly<Record<string, () => Engine>> = {
  native: () =>
    new Fleet(
      new RecordingTransport({
        onConnect: ({ name }) => (name === 'b' ? lost(name) : undefined),
        onExec: ({ command }) => ({ stdout: command.includes('true') ? '' : end }),
      }),
    ),
  recording: () =>
    new RecordingEngine({
      onCheck: ({ runList }) =>
        runList.includes('recipe[none::default]') ? { error: 'unknown recipe' } : undefined,
      onConverge: ({ target: { ssh } }) =>
        ssh.name === 'b' ? { outcome: 'unreachable', failure: lost('b') } : undefined,
      onProbe: (node) => (node === 'b' ? lost(node) : undefined),
    }),
};

for (const [name, open] of Object.entries(engines)) {
  describe(`the ${name} engine`, () => {
    let engine: Engine;
    beforeEach(() => (engine = open()));
    afterEach(() => engine.close());

    it('checks recipes and names the nodes for which they make no sense', async () => {
      const targets = [target('a'), target('b', ['recipe[none::default]']), target('c')];
      const reports = await engine.check(targets, sampleDatabag());
      assert.deepEqual(
        reports.map(({ node, outcome }) => [node, outcome]),
        [['b', 'failed']],
      );
      assert.match(reports[0]!.error ?? '', /unknown recipe/);
      assert.deepEqual(await engine.check([], sampleDatabag()), []);
    });

    it('gives a report for each node, in their order, failures too', async () => {
      const targets = ['c', 'b', 'a'].map((each) => target(each));
      const reports = await engine.converge(targets, sampleDatabag(), { deadlineMs: 5_000 });
      assert.deepEqual(
        reports.map(({ node, outcome, failure }) => [node, outcome, failure?.node]),
        [
          ['c', 'ok', undefined],
          ['b', 'unreachable', 'b'],
          ['a', 'ok', undefined],
        ],
      );
    });

    it('says which nodes it reaches', async () => {
      const answers = await engine.probe(['a', 'b'].map((each) => target(each)));
      assert.deepEqual([...answers.keys()], ['a', 'b']);
      assert.deepEqual([answers.get('a'), answers.get('b')?.node], [null, 'b']);
    });
  });
}

describe('the recording engine', () => {
  it('records what would be converged, and that it was closed', async () => {
    const engine = new RecordingEngine();
    await engine.converge([target('a')], sampleDatabag(), { whyRun: true, deadlineMs: 1 });
    await engine.converge([target('b')], sampleDatabag(), { deadlineMs: 1 });
    await engine.close();
    assert.deepEqual(
      engine.converges.map(({ target: { ssh }, whyRun }) => [ssh.name, whyRun]),
      [
        ['a', true],
        ['b', false],
      ],
    );
    assert.equal(engine.isClosed, true);
  });
});
