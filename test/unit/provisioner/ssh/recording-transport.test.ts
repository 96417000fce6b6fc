import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { RemoteFailure } from '../../../../base/errors.js';
import { Secret } from '../../../../base/secret.js';
import { RecordingTransport } from '../../../../provisioner/ssh/recording-transport.js';

const target = {
  name: 'n1',
  address: '192.0.2.1',
  port: 22,
  username: 'deis',
  privateKey: new Secret('key'),
  hostKeys: [],
};

describe('recording transport', () => {
  it('records commands with their input, and shows no input', async () => {
    const transport = new RecordingTransport();
    const connection = await transport.connect(target, { deadlineMs: 1 });
    const stream = new PassThrough();
    stream.end('streamed');
    for (const stdin of [undefined, 'text', new Secret('secret'), stream])
      await connection.exec({ command: ['cat'], deadlineMs: 1, ...(stdin ? { stdin } : {}) });
    assert.deepEqual(
      transport.execs.map(({ stdin }) => stdin.reveal()),
      ['', 'text', 'secret', 'streamed'],
    );
    assert.ok(!JSON.stringify(transport.execs).includes('secret'));
  });

  it('answers from its script as a real connection would', async () => {
    const transport = new RecordingTransport({
      onExec: ({ command }) => (command[0] === 'fail' ? { exitCode: 3, stderr: 'why' } : { stdout: 'out' }),
    });
    const connection = await transport.connect(target, { deadlineMs: 1 });
    assert.deepEqual(await connection.exec({ command: ['echo'], deadlineMs: 1 }), {
      exitCode: 0,
      stdout: 'out',
      stderr: '',
    });
    await assert.rejects(
      connection.exec({ command: ['fail'], deadlineMs: 1 }),
      (error: unknown) => error instanceof RemoteFailure && error.exitCode === 3 && error.stderr === 'why',
    );
  });

  it('is lost when the script says so, and stays lost', async () => {
    const transport = new RecordingTransport({
      onExec: () => new RemoteFailure('gone', { node: 'n1', phase: 'lost' }),
    });
    const connection = await transport.connect(target, { deadlineMs: 1 });
    await assert.rejects(connection.exec({ command: ['a'], deadlineMs: 1 }));
    assert.equal(connection.isOpen, false);
    await assert.rejects(connection.exec({ command: ['b'], deadlineMs: 1 }));
    assert.deepEqual(
      transport.execs.map(({ command }) => command[0]),
      ['a'],
    );
  });

  it('keeps so many commands and connections as it is told, the last ones', async () => {
    const transport = new RecordingTransport({}, 2);
    const connection = await transport.connect(target, { deadlineMs: 1000 });
    for (const word of ['one', 'two', 'three']) await connection.exec({ command: [word], deadlineMs: 1000 });
    await transport.connect(target, { deadlineMs: 1000 });
    await transport.connect(target, { deadlineMs: 1000 });
    assert.deepEqual(
      transport.execs.map(({ command }) => command),
      [['two'], ['three']],
    );
    assert.equal(transport.connects.length, 2);
  });
});
