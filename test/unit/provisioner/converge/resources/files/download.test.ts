import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { Secret } from '../../../../../../base/secret.js';
import { compileProgram } from '../../../../../../provisioner/converge/compile-program.js';
import { ShellSandbox } from '../../../../../support/nodes/shell-program.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

describe('downloads on a node', function () {
  this.timeout(30_000);
  const body = randomBytes(3_000_000);
  let box: ShellSandbox;
  let answers: Answer[];
  let asked: (string | undefined)[];
  const server = createServer((request, response) => {
    asked.push(request.headers.range);
    (answers.shift() ?? whole)(request, response);
  });
  before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  after(() => server.close());
  beforeEach(() => {
    box = new ShellSandbox();
    answers = [];
    asked = [];
  });
  afterEach(() => box.dispose());

  const startOf = ({ headers }: IncomingMessage): number =>
    Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  /** Whole from where it was asked for, as S3 and the slug server answer. */
  const whole: Answer = (request, response) => {
    const start = startOf(request);
    const range = start === 0 ? {} : { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` };
    response.writeHead(start === 0 ? 200 : 206, { 'content-length': body.length - start, ...range });
    response.end(body.subarray(start));
  };
  /** A megabyte, then the connection is gone. */
  const cut: Answer = (request, response) => {
    const start = startOf(request);
    const range = { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` };
    response.writeHead(start === 0 ? 200 : 206, { 'content-length': body.length - start, ...range });
    response.write(body.subarray(start, start + 1_000_000), () => response.socket?.end());
  };
  const refuse =
    (status: number): Answer =>
    (_, response) =>
      void response.writeHead(status).end('no');
  /** A server without ranges. */
  const fromTheStart: Answer = (_, response) =>
    void response.writeHead(200, { 'content-length': body.length }).end(body);

  const run = async (sha256 = createHash('sha256').update(body).digest('hex')): Promise<string> => {
    const { port } = server.address() as AddressInfo;
    const source = new Secret(`http://127.0.0.1:${port}/x?signature=sentinel`);
    const program = box.path('program.sh');
    const { owner, group } = box;
    const resource = {
      kind: 'remote_file' as const,
      name: box.path('fetched'),
      source,
      sha256,
      owner,
      group,
    };
    writeFileSync(program, compileProgram([resource], { generation: 1, whyRun: false }).reveal());
    const { stdout } = await promisify(execFile)('sh', [program], { env: box.environment() }).catch(
      (error: { stdout: string }) => error,
    );
    assert.ok(!stdout.includes('sentinel'));
    return /"result":"(\w+)"/.exec(stdout)?.[1] ?? stdout;
  };
  const isWhole = (): boolean => readFileSync(box.path('fetched')).equals(body);

  it('go on where the connection broke', async () => {
    answers = [cut, cut];
    assert.deepEqual([await run(), isWhole()], ['changed', true]);
    assert.deepEqual(asked, [undefined, 'bytes=1000000-', 'bytes=2000000-']);
  });

  it('begin anew where the server knows no ranges, or has less than there is', async () => {
    for (const answer of [fromTheStart, refuse(416)]) {
      answers = [cut, answer];
      asked = [];
      assert.deepEqual([await run(), isWhole()], ['changed', true]);
      assert.deepEqual(asked, [undefined, 'bytes=1000000-', undefined]);
      writeFileSync(box.path('fetched'), 'another');
    }
  });

  it('are asked for again while the server is busy, five times at most', async () => {
    answers = [refuse(503), refuse(429), refuse(500)];
    assert.deepEqual([await run(), isWhole(), asked.length], ['changed', true, 4]);
    writeFileSync(box.path('fetched'), 'old');
    answers = Array.from({ length: 9 }, () => refuse(503));
    asked = [];
    assert.deepEqual([await run(), asked.length], ['failed', 5]);
    assert.equal(readFileSync(box.path('fetched'), 'utf8'), 'old');
  });

  it('end at once where it is refused', async () => {
    for (const status of [403, 404, 410]) {
      answers = [refuse(status)];
      asked = [];
      assert.deepEqual([await run(), asked.length], ['failed', 1], String(status));
    }
  });

  it('leave nothing when the parts do not make up what was wanted', async () => {
    answers = [cut];
    assert.equal(await run('b'.repeat(64)), 'failed');
    assert.equal(existsSync(box.path('fetched')), false);
  });
});
