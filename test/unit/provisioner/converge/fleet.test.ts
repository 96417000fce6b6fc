import assert from 'node:assert/strict';
import { RemoteFailure, UserError } from '../../../../base/errors.js';
import { Secret } from '../../../../base/secret.js';
import { Fleet } from '../../../../provisioner/converge/fleet.js';
import type { ConvergeTarget } from '../../../../provisioner/engine.js';
import type { FleetOptions } from '../../../../provisioner/converge/fleet.js';
import type { ReportEvent } from '../../../../provisioner/converge/report/report.js';
import { attachedMark } from '../../../../provisioner/converge/run-scripts.js';
import { RecordingTransport } from '../../../../provisioner/ssh/recording-transport.js';
import type { RecordingScript } from '../../../../provisioner/ssh/recording-transport.js';
import type { Connection, SshTarget, Transport } from '../../../../provisioner/ssh/transport.js';
import { sampleDatabag, sampleNode } from '../../../support/nodes/sample-databag.js';
import { waitUntil } from '../../../../base/wait-until.js';

const report = (...lines: string[]): string =>
  `${attachedMark}${[...lines, '{"event":"exit","code":0}'].join('\n')}\n`;
const fine = report(
  '{"event":"start","n":0,"resource":"file[/a]"}',
  '{"event":"end","n":0,"resource":"file[/a]","result":"changed"}',
  '{"event":"finish","changed":1,"failed":0}',
);

function target(name: string, changes: Partial<SshTarget> = {}): ConvergeTarget {
  const ssh = {
    name,
    address: '192.0.2.1',
    port: 22,
    username: 'deis',
    privateKey: new Secret('key'),
    hostKeys: ['ssh-ed25519 AAAA'],
    ...changes,
  };
  return { node: sampleNode('runtime', { name }), level: 0, runList: ['recipe[deis::default]'], ssh };
}

function fleetOf(script: RecordingScript, options: FleetOptions = {}) {
  const transport = new RecordingTransport(script);
  let runs = 0;
  const compile: FleetOptions['compile'] = (_node, databag) => ({
    text: new Secret('program'),
    generation: databag.generation,
    resources: 1,
  });
  const fleet = new Fleet(transport, {
    compile,
    newRunId: () => `run-${(runs += 1)}`,
    now: () => 0,
    ...options,
  });
  return { transport, fleet };
}

const options = { deadlineMs: 1000 };

describe('fleet', () => {
  it('reports every node in the order asked for, whatever happens to one of them', async () => {
    const { fleet } = fleetOf({
      onConnect: ({ name }) =>
        name === 'gone' ? new RemoteFailure('gone: no route', { node: 'gone', phase: 'connect' }) : undefined,
      onExec: ({ node }) => ({
        stdout:
          node === 'old'
            ? report('{"event":"refused","have":42,"wanted":41}')
            : node === 'bad'
              ? report('{"event":"finish","changed":0,"failed":1}').replace(':0}\n', ':1}\n')
              : fine,
      }),
    });
    const reports = await fleet.converge(
      ['a', 'gone', 'old', 'bad', 'b'].map((name) => target(name)),
      sampleDatabag(),
      options,
    );
    assert.deepEqual(
      reports.map(({ node, outcome }) => [node, outcome]),
      [
        ['a', 'ok'],
        ['gone', 'unreachable'],
        ['old', 'refused'],
        ['bad', 'failed'],
        ['b', 'ok'],
      ],
    );
    assert.equal(reports[1]?.failure?.phase, 'connect');
    assert.equal(reports[0]?.changed, 1);
  });

  it("makes a node's report of a program that cannot be compiled", async () => {
    const { fleet, transport } = fleetOf(
      {},
      {
        compile: () => {
          throw new UserError('no recipe deis::nothing');
        },
      },
    );
    const [one] = await fleet.converge([target('a')], sampleDatabag(), options);
    assert.deepEqual(
      [one?.outcome, one?.error, transport.connects],
      ['failed', 'no recipe deis::nothing', []],
    );
  });

  it('keeps one connection for each node over converges and probes, and closes it', async () => {
    const { fleet, transport } = fleetOf({
      onExec: ({ command }) => ({ stdout: command[0] === 'true' ? '' : fine }),
    });
    const nodes = [target('a'), target('b')];
    assert.deepEqual(
      [...(await fleet.probe(nodes))],
      [
        ['a', null],
        ['b', null],
      ],
    );
    await fleet.converge(nodes, sampleDatabag(), options);
    await fleet.converge(nodes, sampleDatabag(), options);
    const connection = await fleet.connection(target('a'));
    assert.deepEqual([...transport.connects].sort(), ['a', 'b']);
    await fleet.close();
    assert.equal(connection.isOpen, false);
  });

  it('connects anew to a node whose address has changed', async () => {
    const { fleet, transport } = fleetOf({});
    await fleet.connection(target('a'));
    await fleet.connection(target('a', { address: '192.0.2.2' }));
    assert.deepEqual(transport.connects, ['a', 'a']);
  });

  it('probes: says of each node why it cannot be reached', async () => {
    const { fleet } = fleetOf({
      onConnect: ({ name }) =>
        name === 'b' ? new RemoteFailure('b: refused', { node: 'b', phase: 'auth' }) : undefined,
    });
    const answers = await fleet.probe([target('a'), target('b')]);
    assert.deepEqual([answers.get('a'), answers.get('b')?.phase], [null, 'auth']);
  });

  it('gives each run an id of its own, and passes why-run and events on', async () => {
    const { fleet, transport } = fleetOf({ onExec: () => ({ stdout: fine }) });
    const heard: [string, ReportEvent['event']][] = [];
    const at: (string | undefined)[] = [];
    await fleet.converge([target('a'), target('b')], sampleDatabag(), {
      ...options,
      whyRun: true,
      onReport: (node, event) => heard.push([node, event.event]),
      onResource: (node, resource) => node === 'b' && at.push(resource),
    });
    assert.deepEqual(transport.execs.map(({ command }) => [command.at(-8), command.at(-3)]).sort(), [
      ['run-1', '1'],
      ['run-2', '1'],
    ]);
    assert.deepEqual(
      heard.filter(([node]) => node === 'b').map(([, event]) => event),
      ['start', 'end', 'finish', 'exit'],
    );
    assert.deepEqual(
      at,
      ['file[/a]', undefined, undefined],
      'and at nothing when it has ended, however it has',
    );
  });

  it('cancelled, still gives a report for every node', async () => {
    const { fleet } = fleetOf({ onExec: () => ({ stdout: fine }) });
    const reports = await fleet.converge([target('a'), target('b')], sampleDatabag(), {
      ...options,
      signal: AbortSignal.abort(),
    });
    assert.deepEqual(
      reports.map(({ outcome, failure }) => [outcome, failure?.phase]),
      [
        ['failed', 'cancelled'],
        ['failed', 'cancelled'],
      ],
    );
  });

  it('has no more handshakes going on at once than allowed', async () => {
    let now = 0;
    let most = 0;
    const recording = new RecordingTransport();
    const slow: Transport = {
      connect: async (ssh, rest): Promise<Connection> => {
        most = Math.max(most, (now += 1));
        await new Promise((resolve) => setTimeout(resolve, 2));
        now -= 1;
        return recording.connect(ssh, rest);
      },
    };
    const fleet = new Fleet(slow);
    await fleet.probe(Array.from({ length: 60 }, (_, n) => target(`n${n}`)));
    assert.equal(most, 20);
    assert.equal(recording.connects.length, 60);
  });

  for (const [what, isRetried] of [
    ['hang', false],
    ['reset', true],
  ] as const) {
    it(`does not let nodes that ${what} keep the others from their handshakes`, async () => {
      const recording = new RecordingTransport();
      let healthy = 0;
      const hung: (() => void)[] = [];
      const transport: Transport = {
        connect: async (ssh, rest): Promise<Connection> => {
          if (!ssh.name.startsWith('broken'))
            return recording.connect(ssh, rest).finally(() => (healthy += 1));
          if (isRetried) rest.onRetry?.();
          // Until all others have been served.
          await new Promise<void>((resolve) => hung.push(resolve));
          throw new RemoteFailure('no answer', { node: ssh.name, phase: 'connect' });
        },
      };
      const fleet = new Fleet(transport, { turnMs: isRetried ? 60_000 : 5 });
      const probing = fleet.probe([
        ...Array.from({ length: 40 }, (_, n) => target(`broken${n}`)),
        ...Array.from({ length: 60 }, (_, n) => target(`n${n}`)),
      ]);
      await waitUntil(
        () => Promise.resolve(healthy === 60 && hung.length === 40 ? (true as const) : undefined),
        { deadlineMs: 5000, intervalMs: 5, what: 'the healthy ones' },
      );
      hung.forEach((end) => end());
      assert.equal(
        [...(await probing).values()].filter((failure) => failure?.phase === 'connect').length,
        40,
      );
    });
  }
});
