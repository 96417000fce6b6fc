import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { RemoteFailure } from '../../../../base/errors.js';
import { Secret } from '../../../../base/secret.js';
import { generateSshKeyPair } from '../../../../provisioner/ssh/host-key.js';
import { NodeSshTransport } from '../../../../provisioner/ssh/node-ssh-transport.js';
import type { Connection, ExecRequest, SshTarget } from '../../../../provisioner/ssh/transport.js';
import { startSshServer } from '../../../support/nodes/ssh-server.js';
import type { ServerExec, SshServer, SshServerScript } from '../../../support/nodes/ssh-server.js';

const failing =
  (phase: RemoteFailure['phase'], message = /./) =>
  (error: unknown): boolean =>
    error instanceof RemoteFailure &&
    error.phase === phase &&
    error.node === 'node-1' &&
    message.test(error.message);

describe('node-ssh transport', () => {
  const transport = new NodeSshTransport({ attemptMs: 300, random: () => 0 });
  let server: SshServer;
  let connection: Connection | undefined;

  const start = async (script: SshServerScript = {}): Promise<SshServer> =>
    (server = await startSshServer(script));
  const connect = async (target: SshTarget = server.target(), deadlineMs = 2000): Promise<Connection> =>
    (connection = await transport.connect(target, { deadlineMs }));
  const exec = async (answer: (exec: ServerExec) => void, request: Partial<ExecRequest> = {}) => {
    await start({ onExec: answer });
    return (await connect()).exec({ command: ['try'], deadlineMs: 2000, ...request });
  };

  afterEach(async () => {
    await connection?.close();
    await server.close();
  });

  describe('connecting', () => {
    it('accepts each of the pinned host keys', async () => {
      await start();
      assert.equal(
        (
          await connect(
            server.target({
              hostKeys: [generateSshKeyPair().publicKey, `${server.hostKey.publicKey} comment`],
            }),
          )
        ).isOpen,
        true,
      );
    });

    it('refuses any other host key at once, before authentication, and names both', async () => {
      let asked = 0;
      await start({ mayEnter: () => (asked += 1) > 0 });
      await assert.rejects(
        connect(server.target({ hostKeys: [generateSshKeyPair().publicKey] })),
        failing('host-key', /answered with host key SHA256:.*pinned is SHA256:.*nothing was sent/),
      );
      assert.deepEqual([asked, server.accepted], [0, 1]);
    });

    it('refuses to go anywhere without a pinned host key', async () => {
      await start();
      for (const hostKeys of [[], ['junk'], ['ssh-dss AAAA']])
        await assert.rejects(connect(server.target({ hostKeys })), failing('host-key'));
      assert.equal(server.accepted, 0);
    });

    it('says at once that the key was refused, or cannot be read', async () => {
      await start({ mayEnter: () => false });
      await assert.rejects(connect(), failing('auth', /refused the key of deis/));
      await assert.rejects(
        connect(server.target({ privateKey: new Secret('junk') })),
        failing('auth', /cannot be read/),
      );
      assert.equal(server.accepted, 1);
    });

    it('tries again after a reset and a hanging handshake, and tells of each', async () => {
      await start({
        onSocket: (socket, number) => {
          if (number === 1) socket.resetAndDestroy();
          return number <= 2;
        },
      });
      let retries = 0;
      connection = await transport.connect(server.target(), {
        deadlineMs: 2000,
        onRetry: () => (retries += 1),
      });
      assert.equal(connection.isOpen, true);
      assert.deepEqual([server.accepted, retries], [3, 2]);
    });

    it('gives up at the deadline with the last reason', async () => {
      await start({ onSocket: () => true });
      const began = performance.now();
      await assert.rejects(
        connect(server.target(), 500),
        failing('connect', /127\.0\.0\.1:\d+\) cannot be reached/),
      );
      assert.ok(performance.now() - began < 5_000);
    });

    it('says that nobody listens', async () => {
      await start();
      const target = server.target();
      await server.close();
      await assert.rejects(connect(target, 200), failing('connect', /ECONNREFUSED/));
    });

    it('ends when cancelled, even in a hanging handshake', async () => {
      await start({ onSocket: () => true });
      const cancel = new AbortController();
      const connecting = new NodeSshTransport().connect(server.target(), {
        deadlineMs: 60_000,
        signal: cancel.signal,
      });
      setTimeout(() => cancel.abort(new Error('stop')), 50);
      await assert.rejects(connecting, failing('cancelled'));
    });
  });

  describe('running a command', () => {
    it('gives its output, and its command as it was asked for', async () => {
      let line = '';
      const result = await exec(
        ({ command, channel }) => {
          line = command;
          channel.write('out');
          channel.stderr.write('err');
          channel.exit(0);
          channel.end();
        },
        { command: ['echo', "it's"] },
      );
      assert.deepEqual(result, { exitCode: 0, stdout: 'out', stderr: 'err' });
      assert.equal(line, `exec 'echo' 'it'\\''s'`);
    });

    it('fails on a non-zero exit with code, stderr and command', async () => {
      const failed = exec(({ channel }) => {
        channel.stderr.write('first\nthe reason\n');
        channel.exit(3);
        channel.end();
      });
      await assert.rejects(
        failed,
        (error: unknown) =>
          failing('exit', /node-1: exit 3 from try: the reason/)(error) &&
          error instanceof RemoteFailure &&
          error.exitCode === 3 &&
          error.stderr === 'first\nthe reason\n' &&
          error.command === 'try',
      );
    });

    it('fails on a signal', async () => {
      const failed = exec(({ channel }) => {
        channel.exit('KILL');
        channel.end();
      });
      await assert.rejects(failed, failing('exit', /signal (SIG)?KILL/));
    });

    it('fails as lost when the connection goes, and is not open afterwards', async () => {
      await assert.rejects(
        exec(() => server.cut()),
        failing('lost', /connection lost while running try/),
      );
      assert.equal(connection?.isOpen, false);
      await assert.rejects(connection.exec({ command: ['again'], deadlineMs: 500 }), failing('lost'));
    });

    it('fails as lost when the channel closes without an exit', async () => {
      await assert.rejects(
        exec(({ channel }) => channel.end()),
        failing('lost'),
      );
    });

    it('gives up at its deadline and leaves the connection usable', async () => {
      const hanging = exec(
        ({ command, channel }) => {
          if (command.includes('quick')) channel.exit(0);
          if (command.includes('quick')) channel.end();
        },
        { deadlineMs: 100 },
      );
      await assert.rejects(hanging, failing('deadline', /still running after 100 ms/));
      assert.equal((await connection?.exec({ command: ['quick'], deadlineMs: 1000 }))?.exitCode, 0);
    });

    it('ends when cancelled, with the reason, and tells the command', async () => {
      const cancel = new AbortController();
      const reason = new Error('enough');
      let told = '';
      const running = exec(
        ({ channel, onSignal }) => {
          onSignal((name) => (told = name));
          channel.write('running');
        },
        { stdin: new PassThrough(), signal: cancel.signal, onStdout: () => cancel.abort(reason) },
      );
      await assert.rejects(
        running,
        (error: unknown) =>
          failing('cancelled')(error) && error instanceof RemoteFailure && error.cause === reason,
      );
      await connection?.exec({ command: ['x'], deadlineMs: 100 }).catch(() => undefined);
      assert.equal(told, 'KILL');
    });

    it('does not begin when cancelled already', async () => {
      let began = false;
      await assert.rejects(
        exec(() => (began = true), { signal: AbortSignal.abort() }),
        failing('cancelled'),
      );
      assert.equal(began, false);
    });

    it('gives up a command that prints more than is collected, and takes no more of it', async () => {
      let written = 0;
      const endless = ({ channel }: ServerExec): void => {
        const fill = (): void => {
          written += 32 * 1024;
          if (written < 64 * 1024 * 1024 && channel.write(Buffer.alloc(32 * 1024))) setImmediate(fill);
        };
        channel.on('drain', fill);
        fill();
      };
      await assert.rejects(
        exec(endless),
        failing('cancelled', /^node-1: try: printed more than 1048576 bytes$/),
      );
      assert.ok(written < 16 * 1024 * 1024, `${written} bytes were written`);
    });

    it('collects as much as the call says, to the byte', async () => {
      const five = ({ channel }: ServerExec): void => {
        channel.write('12345');
        channel.exit(0);
        channel.end();
      };
      assert.equal((await exec(five, { maxStdout: 5 })).stdout, '12345');
      await server.close();
      await assert.rejects(exec(five, { maxStdout: 4 }), failing('cancelled', /more than 4 bytes/));
    });

    it('feeds text, a Secret or a stream to stdin, then EOF', async () => {
      const stream = new PassThrough();
      setTimeout(() => stream.end('streamed'), 20);
      await start({
        onExec: ({ channel }) => {
          channel.pipe(channel, { end: false });
          channel.on('end', () => {
            channel.exit(0);
            channel.end();
          });
        },
      });
      const open = await connect();
      const outputs = [];
      for (const stdin of ['text', new Secret('secret'), stream, undefined])
        outputs.push(
          (await open.exec({ command: ['cat'], deadlineMs: 2000, ...(stdin ? { stdin } : {}) })).stdout,
        );
      assert.deepEqual(outputs, ['text', 'secret', 'streamed', '']);
    });

    it('fails when its input fails', async () => {
      const stream = new PassThrough();
      await assert.rejects(
        exec(() => stream.destroy(new Error('client went')), { stdin: stream }),
        failing('cancelled', /client went/),
      );
    });

    it('puts characters together that packets split, and collects nothing that streams', async () => {
      const halves = (channel: ServerExec['channel']): void => {
        channel.write(Buffer.from('世').subarray(0, 1));
        setTimeout(() => {
          channel.write(Buffer.from('世').subarray(1));
          channel.exit(0);
          channel.end();
        }, 20);
      };
      assert.equal((await exec(({ channel }) => halves(channel))).stdout, '世');
      const chunks: Buffer[] = [];
      assert.equal(
        (
          await connection?.exec({
            command: ['x'],
            deadlineMs: 1000,
            onStdout: (chunk) => chunks.push(chunk),
          })
        )?.stdout,
        '',
      );
      assert.equal(Buffer.concat(chunks).toString(), '世');
    });

    it('deals with 2 MiB of output a part in each turn, and loses none of either stream at the end', async () => {
      // What came before the turn's end, and the next turn's, each one packet too long at most.
      const [block, most] = [Buffer.alloc(1024 ** 2, 0), 2 * (64 + 32) * 1024];
      const seen = { stdout: 0, stderr: 0 };
      let [turn, longest] = [0, 0];
      const take = (stream: keyof typeof seen) => (chunk: Buffer) => {
        seen[stream] += chunk.length;
        if (turn === 0) setImmediate(() => (turn = 0));
        turn += chunk.length;
        longest = Math.max(longest, turn);
      };
      await exec(
        ({ channel }) => {
          channel.write(block);
          channel.stderr.write(block);
          channel.exit(0);
          channel.end();
        },
        { onStdout: take('stdout'), onStderr: take('stderr') },
      );
      assert.deepEqual(seen, { stdout: block.length, stderr: block.length });
      assert.ok(longest <= most, `${longest} bytes in one turn, ${most} at most`);
    });

    it('gives a terminal of the wanted size, resizes it and sends signals', async () => {
      const seen: unknown[] = [];
      const request: Partial<ExecRequest> = {
        stdin: new PassThrough(),
        pty: { rows: 24, columns: 80, term: 'xterm' },
        onStart: (control) => {
          control.resize(50, 132);
          control.signal('INT');
        },
      };
      await exec(({ channel, pty, onSignal, onResize }) => {
        seen.push([pty?.rows, pty?.cols]);
        onResize(({ rows, cols }) => seen.push([rows, cols]));
        onSignal((name) => {
          seen.push(name);
          channel.exit(0);
          channel.end();
        });
      }, request);
      assert.deepEqual(seen, [[24, 80], [50, 132], 'INT']);
    });

    it('never has a secret in a message, command or printed failure', async () => {
      const failed = exec(
        ({ channel }) => {
          channel.exit(1);
          channel.end();
        },
        { stdin: new Secret('hunter2') },
      );
      await assert.rejects(
        failed,
        (error: unknown) =>
          error instanceof RemoteFailure &&
          !JSON.stringify({ ...error, message: error.message }).includes('hunter2'),
      );
    });

    it('ends what still runs as lost when it is closed', async () => {
      await start({ onExec: () => void connection?.close() });
      await assert.rejects((await connect()).exec({ command: ['x'], deadlineMs: 1000 }), failing('lost'));
    });
  });
});
