import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { PassThrough } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../../../base/wait-until.js';
import {
  AnswerReader,
  askProgram,
  backendCommands,
  parseCallers,
  type BackendQuestion,
} from '../../../../provisioner/node-commands/backends.js';
import { programText } from '../../../../provisioner/node-commands/node-program.js';
import type { Connection, ExecRequest } from '../../../../provisioner/ssh/transport.js';

const address = '127.0.0.1';
const well = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('backends that are asked', function () {
  this.timeout(20_000);
  const servers: Server[] = [];
  const asking: ChildProcess[] = [];
  let heard: string[] = [];

  afterEach(() => {
    for (const child of asking.splice(0)) child.kill('SIGTERM');
    for (const server of servers.splice(0)) server.close();
    heard = [];
  });

  /** Says this to each request and closes, or what else is told. */
  async function serve(answer: string, { closes = true, host = address } = {}): Promise<number> {
    const server = createServer({ allowHalfOpen: false }, (socket) => {
      socket
        .on('error', () => undefined)
        .on('data', (data) => {
          heard.push(data.toString());
          if (closes) socket.end(answer);
          else socket.write(answer);
        });
    });
    servers.push(server);
    server.listen(0, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  async function ask(question: BackendQuestion) {
    const { command } = askProgram(question);
    const child = spawn(command[0]!, command.slice(1));
    asking.push(child);
    const reader = new AnswerReader(question);
    child.stdout.on('data', (chunk: Buffer) => reader.feed(chunk.toString()));
    await reader.done;
    return { child, answers: reader.answers() };
  }

  async function close(child: ChildProcess): Promise<void> {
    const ended = once(child, 'close');
    child.stdin!.end();
    await ended;
    assert.deepEqual(await processesOf(child.pid!), []);
  }

  /** What its process group still runs: it leads one of its own with every process that it made. */
  async function processesOf(pid: number): Promise<string[]> {
    const text = execFileSync('ps', ['-e', '-o', 'ppid=,pid=,args='], { encoding: 'utf8' });
    return text.split('\n').filter((line) => line.trim().split(/\s+/).slice(0, 2).includes(String(pid)));
  }

  it('tell their status, or why there is none, all at once and in their order', async () => {
    const ports = [
      await serve(well),
      await serve('HTTP/1.0 503 Busy\r\n\r\n'),
      await serve(''),
      await serve('SSH-2.0-OpenSSH_9.2\r\n'),
      await serve('', { closes: false }),
      await serve(`${well}${'x'.repeat(4_000_000)}`, { closes: false }),
    ];
    const places = [...ports.map((port) => ({ address, port })), { address, port: 1 }];
    places.push({ address: 'no-such-host.invalid', port: 80 });
    const { child, answers } = await ask({ places, path: "/up?a='$b'", seconds: 1 });
    assert.deepEqual(
      answers.map(({ connects, status, problem }) => [connects, status, problem]),
      [
        [true, 200, null],
        [true, 503, null],
        [true, null, 'the connection was closed without an answer'],
        [true, null, 'the answer is not HTTP'],
        [true, null, 'no answer in 1 s'],
        [true, 200, null],
        [false, null, 'connection refused'],
        [false, null, 'invalid argument'],
      ],
    );
    assert.match(heard[0]!, /^GET \/up\?a='\$b' HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n/);
    await close(child);
  });

  it('tell within a moment where all are well, and keep the connection until the input ends', async () => {
    const port = await serve('', { closes: false });
    const open = (): Promise<number> =>
      new Promise((resolve) => servers.at(-1)!.getConnections((_error, count) => resolve(count)));
    const began = performance.now();
    const { child, answers } = await ask({ places: [{ address, port }], path: null, seconds: 10 });
    assert.ok(performance.now() - began < 5000);
    assert.deepEqual([answers[0]!.connects, answers[0]!.problem, heard], [true, null, []]);
    assert.match(answers[0]!.origin!, /^0100007F:[0-9A-F]{4}$/);
    assert.equal(await open(), 1);
    await close(child);
    await waitUntil(async () => ((await open()) === 0 ? true : undefined), {
      deadlineMs: 5000,
      intervalMs: 20,
      what: 'the connection to end',
    });
  });

  it('are known by the connections that have come to them, also once those are closed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'deis-callers-'));
    try {
      const [plain, mapped] = [await serve(well), await serve(well, { host: '::' })];
      const places = [plain, mapped].map((port) => ({ address, port }));
      const { child, answers } = await ask({ places, path: '/', seconds: 5 });
      const origins = answers.map(({ origin }) => origin!);
      const docker = `#!/bin/sh\nprintf '%s\\n' '/app-web.1 ${process.pid}' '/app-web.2 0'; exit 1\n`;
      writeFileSync(join(folder, 'docker'), docker);
      chmodSync(join(folder, 'docker'), 0o755);
      const text = execFileSync(
        'sh',
        [
          '-c',
          programText(['backends-callers.sh']),
          'deis',
          [...origins, '0100007F:0001'].join(' '),
          'app-web.1',
        ],
        { encoding: 'utf8', env: { ...process.env, PATH: `${folder}:${process.env['PATH']}` } },
      );
      assert.deepEqual(parseCallers(text), new Map([['app-web.1', new Set(origins)]]));
      await close(child);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are known on the machine that asked, which its containers see by another address of its own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'deis-callers-'));
    try {
      const { child, answers } = await ask({
        places: [{ address, port: await serve(well) }],
        path: '/',
        seconds: 5,
      });
      const [ip, port] = answers[0]!.origin!.split(':');
      assert.equal(ip, '0100007F');
      const programs = {
        docker: `printf '%s\\n' '/app-web.1 ${process.pid}'`,
        hostname: 'echo "127.0.0.1 10.0.0.9 fd00::1 "',
      };
      for (const [name, text] of Object.entries(programs)) {
        writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
        chmodSync(join(folder, name), 0o755);
      }
      const callers = (...origins: string[]): Map<string, Set<string>> =>
        parseCallers(
          execFileSync(
            'sh',
            ['-c', programText(['backends-callers.sh']), 'deis', origins.join(' '), 'app-web.1'],
            { encoding: 'utf8', env: { ...process.env, PATH: `${folder}:${process.env['PATH']}` } },
          ),
        );
      const [own, ofOther, another] = [`0900000A:${port}`, `0800000A:${port}`, '0900000A:0001'];
      assert.deepEqual(callers(own), new Map([['app-web.1', new Set([own])]]));
      assert.deepEqual(callers(ofOther, another), new Map());
      await close(child);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are read however the lines arrive; what was not asked, and lines of another form, are passed over', () => {
    const places = [1, 2, 3].map((port) => ({ address: '10.0.0.4', port }));
    const reader = new AnswerReader({ places, path: '/', seconds: 7 });
    const text = `10.0.0.4,1 open\n10.0.0.4,1 0400000A:C350 204\n${'y'.repeat(9000)}\n10.0.0.9,9 - 200\n10.0.0.4,2 open
bash: connect: No route to host\nbash: line 3: /dev/tcp/10.0.0.4/3: No route to host\nend\n`;
    for (let at = 0; at < text.length; at += 7) reader.feed(text.slice(at, at + 7));
    assert.deepEqual(reader.answers(), [
      { connects: true, status: 204, problem: null, origin: '0400000A:C350' },
      { connects: true, status: null, problem: 'no answer in 7 s', origin: null },
      { connects: false, status: null, problem: 'no route to host', origin: null },
    ]);
    assert.throws(() => parseCallers('app-web.1 0400000A:C350\n'), /not whole/);
  });

  it('are let go of when the machine is lost meanwhile', async () => {
    const failure = new Error('gone');
    const requests: ExecRequest[] = [];
    const exec = async (request: ExecRequest) => {
      requests.push(request);
      throw failure;
    };
    const commands = backendCommands({ exec } as unknown as Connection);
    const question = { places: [{ address, port: 1 }], path: null, seconds: 1 };
    await assert.rejects(commands.ask(question, { deadlineMs: 1000 }), failure);
    assert.equal((requests[0]!.stdin as PassThrough).writable, false);
  });
});
