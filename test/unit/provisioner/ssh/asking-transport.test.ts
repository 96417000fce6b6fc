import assert from 'node:assert/strict';
import { MachineGone, RemoteFailure } from '../../../../base/errors.js';
import { onAbort } from '../../../../base/on-abort.js';
import { Secret } from '../../../../base/secret.js';
import { AskingTransport, type WhyGone } from '../../../../provisioner/ssh/asking-transport.js';
import { RecordingTransport } from '../../../../provisioner/ssh/recording-transport.js';
import type { Connection, SshTarget, Transport } from '../../../../provisioner/ssh/transport.js';

const target: SshTarget = {
  name: 'app-runtime-1',
  address: '192.0.2.1',
  port: 22,
  username: 'deis',
  privateKey: new Secret(''),
  hostKeys: ['ssh-ed25519 AAAA'],
};
const failure = (phase: RemoteFailure['phase'], message: string): RemoteFailure =>
  new RemoteFailure(message, { node: target.name, phase });

/** A machine that never answers: the tries end at their deadline, or when they are told to. */
const silent: Transport = {
  connect: (_target, { deadlineMs, signal }) =>
    new Promise<Connection>((_, reject) => {
      const timer = setTimeout(() => reject(failure('connect', 'timed out')), deadlineMs);
      onAbort(signal, () => {
        clearTimeout(timer);
        reject(failure('cancelled', 'cancelled while connecting'));
      });
    }),
};

describe('a transport that asks for machines', () => {
  let asked: number;
  const cloud =
    (answer: string | undefined | Error): WhyGone =>
    () => {
      asked += 1;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    };
  beforeEach(() => (asked = 0));

  it('waits for none whose cloud has it no more', async () => {
    const started = performance.now();
    await assert.rejects(
      new AskingTransport(silent, cloud('its machine was terminated'), 5).connect(target, {
        deadlineMs: 60_000,
      }),
      (error: unknown) =>
        error instanceof MachineGone &&
        error.message === 'its machine was terminated' &&
        error.phase === 'connect' &&
        error.node === target.name,
    );
    assert.ok(performance.now() - started < 10_000);
    assert.equal(asked, 1);
  });

  for (const [what, answer] of [
    ['is there', undefined],
    ['does not say', new Error('the cloud is away')],
  ] as const)
    it(`waits as long as it may where the cloud says that it ${what}, and asks once`, async () => {
      await assert.rejects(
        new AskingTransport(silent, cloud(answer), 1).connect(target, { deadlineMs: 50 }),
        (error: unknown) => !(error instanceof MachineGone) && /^timed out$/.test((error as Error).message),
      );
      assert.equal(asked, 1);
    });

  it('asks nobody about one that answers', async () => {
    const transport = new AskingTransport(new RecordingTransport(), cloud('gone'), 0);
    const connection = await transport.connect(target, { deadlineMs: 1000 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual([connection.target.name, asked], ['app-runtime-1', 0]);
  });

  it('asks about one whose address a stranger has', async () => {
    const stranger = new RecordingTransport({ onConnect: () => failure('host-key', 'another host key') });
    await assert.rejects(
      new AskingTransport(stranger, cloud('its machine was terminated')).connect(target, { deadlineMs: 1 }),
      MachineGone,
    );
    await assert.rejects(
      new AskingTransport(stranger, cloud(undefined)).connect(target, { deadlineMs: 1 }),
      /another host key/,
    );
  });

  it('ends as cancelled for who cancels, whatever the cloud says', async () => {
    const cancel = new AbortController();
    const whyGone: WhyGone = async () => {
      cancel.abort(new Error('enough'));
      return 'its machine was terminated';
    };
    await assert.rejects(
      new AskingTransport(silent, whyGone, 1).connect(target, {
        deadlineMs: 60_000,
        signal: cancel.signal,
      }),
      /cancelled while connecting/,
    );
  });
});
