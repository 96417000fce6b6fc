import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { HealthCheck } from '../../../../../../cookbooks/databag.js';
import type { ContainerHealthResource } from '../../../../../../cookbooks/resources/containers/container-health.js';
import { compileProgram } from '../../../../../../provisioner/converge/compile-program.js';
import { shellQuote } from '../../../../../../provisioner/ssh/shell-quote.js';
import type { ReportEvent } from '../../../../../../provisioner/converge/report/report.js';
import { ShellSandbox } from '../../../../../support/nodes/shell-program.js';

type EndEvent = Extract<ReportEvent, { event: 'end' }>;

const id = 'c'.repeat(64);
const resource: ContainerHealthResource = {
  kind: 'container_health',
  name: 'peachy-web.1-v7-5001',
  port: 5001,
  check: { kind: 'tcp', deadlineSeconds: 5, settleSeconds: 0 },
};

/** What the engine and the kernel of the node say. */
interface Node {
  readonly state: object;
  readonly memory?: number;
  readonly kernelLog?: string;
}

describe('container_health of a container that has ended', () => {
  const sandbox = new ShellSandbox();
  after(() => sandbox.dispose());

  const endOn = (
    { state, memory = 32 << 20, kernelLog = '' }: Node,
    {
      inspected = '',
      sensitive = false,
      check = resource.check,
    }: { inspected?: string; sensitive?: boolean; check?: HealthCheck } = {},
  ): EndEvent => {
    const answer = JSON.stringify({
      Id: id,
      State: state,
      HostConfig: { Memory: memory },
      NetworkSettings: { IPAddress: '' },
    });
    const node = `curl() { echo '${answer}'; }
docker() { case "$*" in
  'container inspect'*RestartCount*) printf '%s\\n' ${shellQuote([inspected])} ;;
  'container inspect'*) echo ${id} ;;
  logs*) echo 'its last words' ;;
esac; }
dmesg() { echo '${kernelLog}'; }
nsenter() { printf 'LISTEN 0 4096 %s 0.0.0.0:*\\n' 127.0.0.1:3000 127.0.0.11:40123 '*:8080'; }
`;
    const program = compileProgram([{ ...resource, check, sensitive }], { generation: 1, whyRun: false });
    return sandbox.runText(node + program.reveal()).ends[0]!;
  };
  const errorOn = (node: Node): string => String(endOn(node).error);
  const killed = (group: string): string =>
    `[ 1.0] oom-kill:constraint=CONSTRAINT_MEMCG,oom_memcg=${group},task_memcg=${group},` +
    'task=node,pid=1,uid=1000';

  it('says with which status', () => {
    assert.match(
      errorOn({ state: { Status: 'exited', OOMKilled: false, ExitCode: 7 } }),
      /exited with status 7; its last lines of output:\s+its last words/,
    );
  });

  it('says that its memory ran out when the engine says so', () => {
    assert.match(
      errorOn({ state: { Status: 'exited', OOMKilled: true, ExitCode: 1 } }),
      /killed: out of memory \(OOMKilled\), its limit of 32 MiB is too small/,
    );
    assert.match(
      errorOn({ state: { Status: 'exited', OOMKilled: true, ExitCode: 1 }, memory: 0 }),
      /killed: out of memory \(OOMKilled\), the node has no more/,
    );
  });

  for (const group of [`/docker/${id}`, `/system.slice/docker-${id}.scope`]) {
    it(`says so when the engine has not heard of it yet, but the kernel tells: ${group.slice(0, 20)}`, () => {
      assert.match(
        errorOn({ state: { Status: 'exited', OOMKilled: false, ExitCode: 137 }, kernelLog: killed(group) }),
        /killed: out of memory \(OOMKilled\), its limit of 32 MiB/,
      );
    });
  }

  it('leaves what it knows in fields, not only in words', () => {
    const exited = { state: { Status: 'exited', OOMKilled: false, ExitCode: 7 } };
    const inspect = { id, env: ['PORT', "it's"], state: { ExitCode: 7 } };
    const left = {
      name: 'peachy-web.1-v7-5001',
      reason: 'exited with status 7',
      exitCode: 7,
      outOfMemory: false,
      restarts: 2,
      lines: ['its last words'],
      inspect,
    };
    assert.deepEqual(endOn(exited, { inspected: `7 2 ${JSON.stringify(inspect)}` }).container, left);
    const killed = { state: { Status: 'exited', OOMKilled: true, ExitCode: 137 } };
    const { outOfMemory, exitCode, reason } = endOn(killed, { inspected: '137 0 {}' }).container!;
    assert.deepEqual([outOfMemory, exitCode], [true, 137]);
    assert.match(reason, /^killed: out of memory/);
  });

  it('leaves what it can when the engine says nothing, or nonsense', () => {
    const exited = { state: { Status: 'exited', OOMKilled: false, ExitCode: 7 } };
    for (const inspected of ['', 'nonsense', 'null 0 {"half":', '"; x y z']) {
      const { container, result } = endOn(exited, { inspected });
      assert.deepEqual(
        [result, container?.reason, container?.exitCode, container?.restarts, container?.inspect],
        ['failed', 'exited with status 7', null, 0, null],
        inspected,
      );
    }
  });

  const running = { state: { Status: 'running', OOMKilled: false, ExitCode: 0 } };
  const patient: HealthCheck = { kind: 'tcp', deadlineSeconds: 15, settleSeconds: 0 };

  it('says where it listens, where that can be seen', () => {
    const check = { ...patient, intervalSeconds: 1, retries: 1 };
    const seen = endOn({ state: { ...running.state, Pid: 4711 } }, { check }).error ?? '';
    assert.match(seen, /on all addresses \(0\.0\.0\.0\); it listens on \*:8080, 127\.0\.0\.1:3000; its last/);
    assert.doesNotMatch(endOn({ state: { ...running.state, Pid: 0 } }, { check }).error ?? '', /it listens/);
  });

  it('gives one up that has failed as many checks in a row as count, before its deadline', () => {
    const began = performance.now();
    const { error } = endOn(running, { check: { ...patient, intervalSeconds: 1, retries: 2 } });
    assert.match(error ?? '', /2 checks in a row have failed: nothing listens on port 5001/);
    const seconds = (performance.now() - began) / 1000;
    assert.ok(seconds >= 0.9 && seconds < 10, `after ${seconds} s`);
  });

  it('counts no check that fails while it starts', () => {
    const began = performance.now();
    const { error } = endOn(running, { check: { ...patient, retries: 1, startSeconds: 1 } });
    assert.match(error ?? '', /1 checks in a row have failed/);
    assert.ok(performance.now() - began >= 900);
  });

  it('leaves nothing of a sensitive one', () => {
    const exited = { state: { Status: 'exited', OOMKilled: false, ExitCode: 7 } };
    const { error, container } = endOn(exited, { inspected: '7 0 {}', sensitive: true });
    assert.match(error ?? '', /withheld/);
    assert.equal(container, undefined);
  });

  it('does not say so of another', () => {
    assert.match(
      errorOn({
        state: { Status: 'exited', OOMKilled: false, ExitCode: 137 },
        kernelLog: killed(`/docker/${'d'.repeat(64)}`),
      }),
      /exited with status 137/,
    );
  });
});

const library = fileURLToPath(
  new URL('../../../../../../provisioner/converge/resources/containers/container-health.sh', import.meta.url),
);

describe('container-health.sh', () => {
  const asked: string[] = [];
  let server: Server;

  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => void server.close());

  it('asks once for the path as it is written, whatever curl would make of brackets and braces', async () => {
    const { port } = server.address() as AddressInfo;
    for (const path of ['/[1-3]', '/{a,b}', '/plain?x[]=1']) {
      asked.length = 0;
      await promisify(execFile)('bash', [
        '-c',
        '. "$0"; health_http 127.0.0.1 "$1" "$2" 5 200 399',
        library,
        String(port),
        path,
      ]);
      assert.deepEqual(asked, [path]);
    }
  });

  it('tells a port on which nothing listens from an app that does not answer in time', async () => {
    const seen = async (port: number): Promise<string> => {
      const program = '. "$0"; health_http 127.0.0.1 "$1" / 0.3 200 399 || printf %s "$health_seen"';
      return (await promisify(execFile)('bash', ['-c', program, library, String(port)])).stdout;
    };
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    assert.equal(await seen(port), 'no answer in 0.3 s');
    silent.closeAllConnections();
    await new Promise((done) => silent.close(done));
    assert.equal(await seen(port), 'nothing listens');
  });
});
