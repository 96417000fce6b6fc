import { PassThrough, Readable } from 'node:stream';
import assert from 'node:assert/strict';
import { RemoteFailure } from '../../../../base/errors.js';
import type { ConvergeTarget } from '../../../../provisioner/engine.js';
import type { OneOff } from '../../../../provisioner/node-commands/one-off.js';
import { isOnPaper, paperHost } from '../../../../provisioner/paper/paper-address.js';
import { PaperNodes } from '../../../../provisioner/paper/paper-nodes.js';
import { RecordingEngine } from '../../../../provisioner/recording-engine.js';
import { firstLogin } from '../../../../provisioner/ssh/first-login.js';
import { RecordingTransport } from '../../../../provisioner/ssh/recording-transport.js';
import type { SshTarget } from '../../../../provisioner/ssh/transport.js';
import { waitForSsh } from '../../../../provisioner/ssh/wait-for-ssh.js';
import { sampleDatabag, sampleNode } from '../../../support/nodes/sample-databag.js';

const sshOf = (name: string, address: string): SshTarget =>
  ({ name, address, port: 22, username: 'deis', hostKeys: ['k'] }) as unknown as SshTarget;
const onPaper = sshOf('paper', '198-18-0-1.mock.invalid');
const real = sshOf('real', '10.0.0.9');
const target = (ssh: SshTarget, runList = ['recipe[deis::default]']): ConvergeTarget => ({
  node: { ...sampleNode('custom'), name: ssh.name },
  level: 0,
  runList,
  ssh,
});
const dial = { deadlineMs: 1000, signal: new AbortController().signal };

describe('addresses on paper', () => {
  it('are host names of the network of benchmarks', () => {
    assert.equal(paperHost('198.19.0.7'), '198-19-0-7.mock.invalid');
    assert.ok(isOnPaper({ address: paperHost('198.18.255.1') }));
  });

  for (const address of ['198.18.0.1', '10-0-0-1.mock.invalid', 'x.198-18-0-1.mock.invalid', 'mock.invalid'])
    it(`are not ${address}`, () => assert.ok(!isOnPaper({ address })));
});

describe('nodes on paper', () => {
  const nodes = new PaperNodes({ machine: 'x86_64', now: () => new Date('2026-01-01T00:00:00Z') });

  it('have booted, and have the processors of the controller; others are dialled', async () => {
    const wire = new RecordingTransport();
    const transport = nodes.transport(wire);
    assert.equal(await waitForSsh(transport, onPaper, dial), 'done');
    assert.deepEqual(await firstLogin(transport, onPaper, dial), { machine: 'x86_64' });
    assert.deepEqual(wire.connects, []);
    await transport.connect(real, dial);
    assert.deepEqual(wire.connects, ['real']);
  });

  it('converge beside others, in the order of the targets, and no engine is asked about them', async () => {
    const engine = new RecordingEngine({
      onConverge: ({ target: { ssh } }) => ({ outcome: ssh.name === 'real' ? 'failed' : 'ok' }),
      onProbe: (name) => new RemoteFailure(`${name}: refused`, { node: name, phase: 'connect' }),
    });
    const mixed = nodes.engine(engine);
    const targets = [target(onPaper), target(real)];
    const reports = await mixed.converge(targets, sampleDatabag(), { deadlineMs: 1000 });
    assert.deepEqual(
      reports.map(({ node, outcome }) => [node, outcome]),
      [
        ['paper', 'ok'],
        ['real', 'failed'],
      ],
    );
    const probed = await mixed.probe(targets);
    assert.deepEqual([probed.get('paper'), probed.get('real')?.phase], [null, 'connect']);
    assert.deepEqual(
      engine.converges.map((each) => each.target.ssh.name),
      ['real'],
    );
    await mixed.close();
    assert.ok(engine.isClosed);
  });

  it('fail when their recipes make no sense', async () => {
    const engine = new RecordingEngine({
      onCheck: ({ ssh, runList }) =>
        ssh.name === 'paper' && runList.includes('recipe[none::default]') ? { error: 'unknown' } : undefined,
    });
    const [report] = await nodes
      .engine(engine)
      .converge([target(onPaper, ['recipe[none::default]'])], sampleDatabag(), { deadlineMs: 1000 });
    assert.deepEqual([report?.outcome, report?.error], ['failed', 'unknown']);
  });

  it('say of commands that nothing was run, end them at once, and hold a bounded number', async () => {
    const enter = nodes.enter(() => Promise.reject(new Error('dialled')));
    await assert.rejects(enter(real, dial), /dialled/);
    const { oneOffs } = await enter(onPaper, dial);
    const options = { deadlineMs: 1000 };
    const create = (name: string): Promise<void> => oneOffs.create({ name } as OneOff, 'created', options);
    await create('first');
    await oneOffs.startOnce('first', options);
    let said = '';
    await oneOffs.follow('first', { ...options, onStdout: (chunk) => void (said += chunk.toString()) });
    assert.equal(said, 'paper is a node on paper (provider mock): nothing was run.\n');
    const again = await enter(onPaper, dial);
    const state = await again.oneOffs.inspect('first', options);
    assert.deepEqual([state?.status, state?.exitCode], ['exited', 0]);
    for (let n = 0; n < 1000; n += 1) await create(`later-${n}`);
    assert.equal(await oneOffs.inspect('first', options), undefined);
    assert.ok(await oneOffs.inspect('later-0', options));
  });

  it('write what is typed into a terminal until Ctrl-D, and nothing of other input', async () => {
    const { oneOffs } = await nodes.enter(() => Promise.reject(new Error('dialled')))(onPaper, dial);
    const attached = async (terminal: object): Promise<string> => {
      await oneOffs.create({ name: 'typed' } as OneOff, 'input', { deadlineMs: 1000 });
      let out = '';
      const code = await oneOffs.attach('typed', {
        ...{ stdin: Readable.from(['ec', 'ho\u0004', 'late']), deadlineMs: 1000, ...terminal },
        ...{ onStart: () => undefined, onStderr: () => undefined },
        onStdout: (chunk) => void (out += chunk.toString()),
      });
      assert.equal(code, 0);
      return out;
    };
    // Who leaves ends it, whether or not the input has an end.
    const gone = new AbortController();
    const left = attached({
      ...{ terminal: { rows: 24, columns: 80, term: 'xterm' }, signal: gone.signal },
      stdin: new PassThrough(),
      deadlineMs: 60_000,
    });
    setImmediate(() => gone.abort());
    assert.equal(await left, '');
    assert.equal(await attached({ terminal: { rows: 24, columns: 80, term: 'xterm' } }), 'echo');
    assert.equal(await attached({}), '');
  });
});
