import assert from 'node:assert/strict';
import { RemoteFailure } from '../../../../base/errors.js';
import { Secret } from '../../../../base/secret.js';
import { RecordingTransport } from '../../../../provisioner/ssh/recording-transport.js';
import type { RecordingScript } from '../../../../provisioner/ssh/recording-transport.js';
import { waitForSsh } from '../../../../provisioner/ssh/wait-for-ssh.js';

const target = {
  name: 'n1',
  address: '192.0.2.1',
  port: 22,
  username: 'deis',
  privateKey: new Secret('key'),
  hostKeys: ['ssh-ed25519 AAAA'],
};
const failure = (phase: RemoteFailure['phase']): RemoteFailure =>
  new RemoteFailure(`n1: ${phase}`, { node: 'n1', phase });

function waitWith(script: RecordingScript, deadlineMs = 5000) {
  const transport = new RecordingTransport(script);
  return { transport, waiting: waitForSsh(transport, target, { deadlineMs }) };
}

describe('waiting for a booting machine', () => {
  for (const [exitCode, outcome] of [
    [0, 'done'],
    [2, 'warnings'],
    [127, 'absent'],
  ] as const) {
    it(`takes exit ${exitCode} of cloud-init for ${outcome}`, async () => {
      const { transport, waiting } = waitWith({ onExec: () => ({ exitCode }) });
      assert.equal(await waiting, outcome);
      assert.deepEqual(
        transport.execs.map(({ command }) => command),
        [['cloud-init', 'status', '--wait']],
      );
    });
  }

  it("fails when cloud-init failed, with its log's end", async () => {
    const { waiting } = waitWith({
      onExec: ({ command }) =>
        command[0] === 'sudo' ? { stdout: 'apt-get update\nE: no mirror\n' } : { exitCode: 1 },
    });
    await assert.rejects(
      waiting,
      (error: unknown) =>
        error instanceof RemoteFailure &&
        error.phase === 'exit' &&
        error.exitCode === 1 &&
        /E: no mirror/.test(error.message) &&
        error.stderr.includes('apt-get update'),
    );
  });

  it('waits out refusals, a key that is not there yet, and a reboot', async () => {
    const connects = [failure('connect'), failure('auth')];
    const execs = [failure('lost')];
    const { transport, waiting } = waitWith({
      onConnect: () => connects.shift(),
      onExec: () => execs.shift(),
    });
    assert.equal(await waiting, 'done');
    assert.equal(transport.connects.length, 4);
  });

  it('fails at once on a wrong host key', async () => {
    const { transport, waiting } = waitWith({ onConnect: () => failure('host-key') });
    await assert.rejects(
      waiting,
      (error: unknown) => error instanceof RemoteFailure && error.phase === 'host-key',
    );
    assert.equal(transport.connects.length, 1);
  });

  it('gives up at its deadline with the last reason', async () => {
    await assert.rejects(
      waitWith({ onConnect: () => failure('connect') }, 300).waiting,
      (error: unknown) =>
        error instanceof RemoteFailure &&
        error.phase === 'deadline' &&
        /not ready after 0 s: n1: connect/.test(error.message),
    );
  });

  it("shows cloud-init's log when that does not end", async () => {
    const { waiting } = waitWith(
      {
        onExec: ({ command }) =>
          command[0] === 'sudo' ? { stdout: 'still downloading' } : failure('deadline'),
      },
      50,
    );
    await assert.rejects(
      waiting,
      (error: unknown) =>
        error instanceof RemoteFailure && error.phase === 'deadline' && error.stderr === 'still downloading',
    );
  });

  it('ends when cancelled', async () => {
    const transport = new RecordingTransport({ onConnect: () => failure('connect') });
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 30);
    await assert.rejects(
      waitForSsh(transport, target, { deadlineMs: 60_000, signal: cancel.signal }),
      (error: unknown) => error instanceof RemoteFailure && error.phase === 'cancelled',
    );
  });
});
