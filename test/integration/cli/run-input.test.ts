import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { WebSocketServer, type WebSocket } from 'ws';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitUntil } from '../../../base/wait-until.js';
import { openStream, sendEvent } from '../../support/fakes/fake-controller.js';
import { projectRoot } from '../../support/source/source-imports.js';
import { TestTerminal } from '../../support/cli/test-terminal.js';

/** What the command does with its input: resolves to its exit code. */
type Command = (input: AsyncIterable<Buffer>, write: (bytes: Buffer) => void) => Promise<number>;

const count: Command = async (input, write) => {
  let length = 0;
  for await (const chunk of input) length += chunk.length;
  write(Buffer.from(String(length)));
  return length === 0 ? 0 : 3;
};
const cat: Command = async (input, write) => {
  for await (const chunk of input) write(chunk);
  return 0;
};
const first: Command = async (input, write) => {
  for await (const chunk of input) {
    write(chunk.subarray(0, 5));
    break;
  }
  return 4;
};

describe('deis run -i, as a process of its own', function () {
  this.timeout(60_000);
  const place = new TestTerminal();
  let server: Server;
  let sockets: WebSocketServer;
  let command: Command;
  const file = (name: string, content: Buffer | string): string => {
    writeFileSync(join(place.home, name), content);
    return join(place.home, name);
  };
  const entry = `const { main } = await import(${JSON.stringify(join(projectRoot, 'cli/main.ts'))});
    process.exitCode = await main(process.argv.slice(1));`;
  /** By a shell, which opens the input as people have it opened. */
  const deis = (input: string, ...words: string[]) =>
    execa(
      'sh',
      [
        '-c',
        `exec "$@" ${input}`,
        'sh',
        process.execPath,
        '--import',
        'tsx',
        '--input-type=module',
        '-e',
        entry,
        '--',
        ...words,
      ],
      {
        cwd: projectRoot,
        env: {
          HOME: place.home,
          DEIS_CONTROLLER: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          DEIS_TOKEN: 'token',
        },
        stdin: input === '' ? 'pipe' : 'ignore',
        encoding: 'buffer',
        stripFinalNewline: false,
        reject: false,
        timeout: 30_000,
      },
    );
  const run = (input: string) => deis(input, 'run', '-i', '-f', 'peachy', '--', 'wc');

  before(async () => {
    server = createServer((_request, response) => {
      openStream(response);
      const bytes = Buffer.from([0xff, 0x00, 0x80]).toString('base64');
      sendEvent(response, { event: 'output', data: { stream: 'stdout', text: 'ü' } });
      sendEvent(response, { event: 'output', data: { stream: 'stdout', base64: bytes } });
      sendEvent(response, { event: 'exit', data: { code: 5 } });
      response.end();
    });
    sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => void serve(socket, (...given) => command(...given)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => {
    server.close();
    server.closeAllConnections();
    place.dispose();
  });

  it('sends files of every kind, and passes the exit code on, with nothing of its own on stderr', async () => {
    const binary = randomBytes(20_000_000);
    command = count;
    for (const [input, output, code] of [
      [`< ${file('dump.sql', 'select 1;\n')}`, '10', 3],
      [`< ${file('empty', '')}`, '0', 0],
      ['< /dev/null', '0', 0],
      ['<&-', '0', 0],
      [`< ${file('large', binary)}`, '20000000', 3],
    ] as const) {
      const { exitCode, stdout, stderr } = await run(input);
      assert.deepEqual(
        [Buffer.from(stdout).toString(), exitCode],
        [output, code],
        Buffer.from(stderr).toString(),
      );
      assert.equal(stderr.length, 0, Buffer.from(stderr).toString());
    }
    command = cat;
    const whole = await run(`< ${join(place.home, 'large')}`);
    assert.ok(binary.equals(Buffer.from(whole.stdout)), 'byte for byte');
  });

  it('ends with a command that reads only a part, be it of a file or of a pipe that never ends', async () => {
    command = first;
    for (const input of [`< ${file('numbers', '12345 '.repeat(1_000_000))}`, '']) {
      const child = run(input);
      if (input === '') child.stdin?.write('12345 and more');
      const { exitCode, stdout, stderr } = await child;
      assert.deepEqual(
        [Buffer.from(stdout).toString(), exitCode],
        ['12345', 4],
        Buffer.from(stderr).toString(),
      );
      assert.equal(stderr.length, 0, Buffer.from(stderr).toString());
    }
  });

  it('sends no input unasked, says so of a file, and gives output back byte for byte', async () => {
    const path = file('dump.sql', 'select 1;\n');
    const { stdout, stderr, exitCode } = await deis(`< ${path}`, 'run', '-f', 'peachy', '--', 'wc');
    assert.match(
      Buffer.from(stderr).toString(),
      /^Standard input is a file, and is not sent .* -i sends it\n$/,
    );
    assert.deepEqual([...Buffer.from(stdout)], [...Buffer.from('ü'), 0xff, 0x00, 0x80]);
    assert.equal(exitCode, 5);
    const { stderr: silent } = await deis('< /dev/null', 'run', '-f', 'peachy', '--', 'wc');
    assert.equal(silent.length, 0);
  });

  it('reads no further than the connection takes', async () => {
    command = count;
    const path = join(place.home, 'sparse');
    assert.equal(spawnSync('truncate', ['-s', '80M', path]).status, 0);
    const child = run(`< ${path}`);
    const socket = (await once(sockets, 'connection'))[0] as WebSocket;
    socket.pause();
    const position = (): number =>
      Number(/pos:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/fdinfo/0`, 'utf8'))?.[1]);
    let before = -1;
    const standsStill = async (): Promise<true | undefined> => {
      const [last, now] = [before, position()];
      before = now;
      return now > 0 && now === last ? true : undefined;
    };
    await waitUntil(standsStill, { deadlineMs: 20_000, intervalMs: 500, what: 'reading to stop' });
    assert.ok(before < 40_000_000, `${before} bytes were read ahead`);
    socket.resume();
    const { stdout, exitCode } = await child;
    assert.deepEqual([Buffer.from(stdout).toString(), exitCode], [String(80 * 1024 * 1024), 3]);
  });
});

/** The controller's side of `run`, as far as the client sees it. */
async function serve(socket: WebSocket, command: Command): Promise<void> {
  const chunks: Buffer[] = [];
  let [isOver, wake] = [false, (): void => undefined];
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) chunks.push(data);
    else if (data.includes('"eof"')) isOver = true;
    else begin();
    wake();
  });
  async function* input(): AsyncGenerator<Buffer> {
    while (!isOver || chunks.length > 0) {
      const chunk = chunks.shift();
      if (chunk !== undefined) yield chunk;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  await begun;
  const write = (bytes: Buffer): void => socket.send(Buffer.concat([Buffer.from([1]), bytes]));
  const exit = await command(input(), write);
  socket.send(JSON.stringify({ exit }));
  socket.close(1000);
}
