import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProfileStore } from '../../../cli/controller/profile.js';
import { waitUntil } from '../../../base/wait-until.js';
import {
  FakeController,
  openStream,
  operation,
  sendEvent,
  type FakeEvent,
} from '../../support/fakes/fake-controller.js';
import { TestTerminal } from '../../support/cli/test-terminal.js';

const scale = 'POST /api/formations/peachy/scale/layers';
const events = 'GET /api/operations/op-1/events';
const story: readonly FakeEvent[] = [
  { id: 1, event: 'step-started', data: { step: 'launch' } },
  { id: 2, event: 'line', data: { text: '-----> Launching peachy-runtime-1' } },
  {
    id: 3,
    event: 'heartbeat',
    data: { step: 'launch', ms: 10_000, doing: 'peachy-runtime-1: package[docker.io]' },
  },
  { id: 4, event: 'step-ended', data: { step: 'launch', ms: 12_300, ok: true } },
  { id: 5, event: 'end', data: { state: 'succeeded' } },
];

describe('long work of deis', () => {
  let controller: FakeController;
  let terminal: TestTerminal;
  const layersScale = (...options: string[]): Promise<number> =>
    terminal.deis('layers:scale', 'runtime=2', '-f', 'peachy', ...options);

  beforeEach(async () => {
    controller = await new FakeController().start();
    terminal = new TestTerminal();
    await new ProfileStore(terminal).save({ controller: controller.url, username: 'ada', token: 't0ken' });
  });
  afterEach(async () => {
    await controller.stop();
    terminal.dispose();
  });

  it('asks for an answer at once and shows steps, times, lines and signs of life on stderr', async () => {
    controller.operation(scale, story, { state: 'succeeded' });
    assert.equal(await layersScale(), 0, terminal.err);
    const [request] = controller.to(scale);
    assert.equal(request?.headers.prefer, 'respond-async');
    assert.deepEqual(request?.body, { runtime: 2 });
    assert.match(
      terminal.err,
      /^-----> Launching peachy-runtime-1\n {7}launch: still at it after 10\.0 s \(peachy-runtime-1: package\[docker\.io\]\)\n {7}\(launch: 12\.3 s\)\nScaled runtime=2\n$/,
    );
    assert.equal(terminal.out, '');
  });

  it('says to which release a rollback went, also where none was named', async () => {
    const path = '/api/formations/peachy/releases';
    controller.operation(`POST ${path}/rollback`, story, { state: 'succeeded', result: { release: 5 } });
    controller.answer(`GET ${path}/5`, 200, { version: 5, summary: 'Roll back to v3' });
    assert.equal(await terminal.deis('rollback', '-f', 'peachy'), 0, terminal.err);
    assert.match(terminal.err, /\nRolled back to v3 \(v5\)\n$/);
    assert.equal(await terminal.deis('rollback', 'v2', '-f', 'peachy'), 0, terminal.err);
    assert.match(terminal.err, /\nRolled back to v2 \(v5\)\n$/);
  });

  it('says of a rollback that it succeeded, whatever becomes of the question to which release', async () => {
    const path = '/api/formations/peachy/releases';
    controller.operation(`POST ${path}/rollback`, story, { state: 'succeeded', result: { release: 5 } });
    controller.answer(`GET ${path}/5`, 403, { title: 'Forbidden', detail: 'the token was revoked' });
    assert.equal(await terminal.deis('rollback', '-f', 'peachy'), 0, terminal.err);
    assert.match(terminal.err, /\nRolled back \(v5\)\n$/);
  });

  it('gives the operation as JSON on stdout', async () => {
    controller.operation(scale, story, { state: 'succeeded', result: { nodes: 2 } });
    assert.equal(await layersScale('--json'), 0);
    assert.deepEqual((JSON.parse(terminal.out) as { result: unknown }).result, { nodes: 2 });
  });

  it('passes over steps of no length, but not over one that failed', async () => {
    const ended = (ok: boolean): FakeEvent => ({
      id: ok ? 1 : 2,
      event: 'step-ended',
      data: { step: ok ? 'drain' : 'boot', ms: 3, ok },
    });
    controller.operation(scale, [ended(true), ended(false), story[4]!], { state: 'failed' });
    assert.equal(await layersScale(), 1);
    assert.match(terminal.err, /^ ! {5}boot failed after 3 ms\nError: scale-layers failed\n$/);
  });

  it('says of a node that it was drained only where it is empty', async () => {
    const drain = 'POST /api/formations/peachy/nodes/peachy-runtime-2/drain';
    const message = 'peachy-runtime-2 is not empty: shop serves there and did not move: no';
    const deis = () => terminal.deis('nodes:drain', 'peachy-runtime-2', '-f', 'peachy');
    controller.operation(drain, [story[4]!], { state: 'failed', error: { message } });
    assert.equal(await deis(), 1);
    assert.match(terminal.err, /^Error: .*is not empty: shop serves there and did not move: no/m);
    assert.doesNotMatch(terminal.err, /Drained/);
    controller.operation(drain, [story[4]!], { state: 'succeeded' });
    assert.equal(await deis(), 0, terminal.err);
    assert.match(
      terminal.err,
      /Drained peachy-runtime-2; it takes containers again after: deis nodes:uncordon/,
    );
  });

  it('shows why a build failed in its output, in the list and in the operation itself', async () => {
    const failure = {
      message: 'the build failed: bin/compile of nodejs failed (exit code 1)',
      step: 'bin/compile of nodejs',
      exit_code: 1,
      advice: 'Ask for another Node.js.',
    };
    const failed = operation({
      kind: 'push',
      state: 'failed',
      error: { ...failure, lines: ['one', 'two\u001b[2J'] },
    });
    const output = { build: 'op-1', sha: 'abc', state: 'failed', failure, lines: ['one', 'two'] };
    controller.answer('GET /api/formations/peachy/builds/latest/output', 200, output);
    controller.list('/api/formations/peachy/operations', [failed]);
    controller.answer('GET /api/operations/op-1', 200, failed);
    assert.equal(await terminal.deis('builds:output', '-f', 'peachy'), 0, terminal.err);
    assert.equal(terminal.out, `one\ntwo\n !     ${failure.message}\n !     Ask for another Node.js.\n`);
    assert.equal(await terminal.deis('ops', '-f', 'peachy'), 0, terminal.err);
    assert.match(terminal.out, /ERROR\n.*the build failed: bin\/compile of nodejs failed \(exit code 1\)\n$/);
    assert.equal(await terminal.deis('ops:show', 'op-1'), 0, terminal.err);
    assert.match(
      terminal.out,
      /failed at: +bin\/compile of nodejs\nlast lines: +one\n +two\[2J\nadvice: +Ask for/,
    );
  });

  it('builds:cancel ends the push under way, or the one that is named', async () => {
    const path = 'POST /api/formations/peachy/builds';
    controller.answer(`${path}/latest/cancel`, 200, operation({ finished_at: null, state: 'running' }));
    assert.equal(await terminal.deis('builds:cancel', '-f', 'peachy'), 0, terminal.err);
    assert.equal(terminal.out, 'build op-1: asked to stop\n');
    const ended = operation({ id: 'a', state: 'cancelled', finished_at: '2026-01-01T00:00:00.000Z' });
    controller.answer(`${path}/a/cancel`, 200, ended);
    assert.equal(await terminal.deis('builds:cancel', 'a', '-f', 'peachy'), 0, terminal.err);
    assert.equal(terminal.out, 'build a: cancelled\n');
    controller.problem(`${path}/b/cancel`, 409, 'too late: the push has ended, and is failed');
    assert.equal(await terminal.deis('builds:cancel', 'b', '-f', 'peachy'), 6);
    assert.match(terminal.err, /too late/);
  });

  it('builds:create has a slug that was built elsewhere fetched, or says which option is missing', async () => {
    const path = 'POST /api/formations/peachy/builds';
    controller.operation(path, [story[4]!], { state: 'succeeded', result: { release: 3 } });
    writeFileSync(join(terminal.home, 'Procfile'), 'web: ./server\n');
    const sha256 = 'ab'.repeat(32);
    const slug = ['--url=https://example.com/a.tgz', `--sha256=${sha256}`, '--procfile=Procfile'];
    assert.equal(await terminal.deis('builds:create', '-f', 'peachy', ...slug), 0, terminal.err);
    assert.deepEqual(controller.to(path)[0]?.body, {
      url: 'https://example.com/a.tgz',
      sha256,
      procfile: 'web: ./server\n',
    });
    assert.match(terminal.err, /Deployed abababa \(v3\)/);
    for (const [args, said] of [
      [slug.slice(0, 2), /--procfile is missing/],
      [[...slug, '-'], /an archive is built, a --url is fetched: name one/],
      [[...slug.slice(0, 2), '--procfile=none'], /the Procfile none cannot be read/],
      [[], /an archive is missing/],
    ] as const) {
      assert.equal(await terminal.deis('builds:create', '-f', 'peachy', ...args), 2);
      assert.match(terminal.err, said);
    }
  });

  it('builds:info shows a build, builds:cache clear removes what builds keep', async () => {
    const build = { uuid: 'u', sha: 'abc', size: 2048, sha256: 'ff', image: 'stack', buildpack: 'nodejs' };
    const whole = {
      ...build,
      kind: 'slug',
      port: null,
      procfile: { web: 'node .' },
      created_at: '2026-01-01T00:00:00.000Z',
    };
    controller.answer('GET /api/formations/peachy/builds/latest', 200, whole);
    assert.equal(await terminal.deis('builds:info', '-f', 'peachy'), 0, terminal.err);
    assert.match(terminal.out, /build: +u\nkind: +slug\ncommit: +abc\n[^]*process types: +web: node \.\n/);
    const cleared = { kind: 'clear-build-cache', state: 'succeeded', result: { bytes: 2048 } };
    controller.operation('DELETE /api/formations/peachy/build-cache', [story[4]!], cleared);
    assert.equal(await terminal.deis('builds:cache', 'clear', '-f', 'peachy'), 0, terminal.err);
    assert.match(terminal.err, /Cleared the build cache \(2\.0 kB\)|Cleared the build cache \(/);
    assert.equal(await terminal.deis('builds:cache', 'purge', '-f', 'peachy'), 2);
    assert.equal(await terminal.deis('help', 'git'), 0);
    assert.match(terminal.out, /-o cancel-on-disconnect .*\n {2}cancel-on-disconnect {2}end the deploy/);
  });

  it('exits 1 with the reason of a failed operation, and with --json too', async () => {
    controller.operation(scale, [{ id: 1, event: 'end', data: { state: 'failed' } }], {
      state: 'failed',
      error: { message: 'peachy-runtime-1: cannot be reached', stderr: 'no route\nto host' },
    });
    assert.equal(await layersScale(), 1);
    assert.match(terminal.err, /Error: peachy-runtime-1: cannot be reached\n {2}no route\n {2}to host/);
    assert.doesNotMatch(terminal.err, /Scaled/);
    assert.equal(await layersScale('--json'), 1);
    assert.equal((JSON.parse(terminal.out) as { state: string }).state, 'failed');
  });

  for (const [state, code] of [
    ['cancelled', 1],
    ['superseded', 0],
  ] as const) {
    it(`exits ${code} for a ${state} one`, async () => {
      controller.operation(scale, [{ id: 1, event: 'end', data: { state } }], { state });
      assert.equal(await layersScale(), code);
      assert.match(terminal.err, state === 'cancelled' ? /was cancelled/ : /later operation/);
    });
  }

  it('takes a broken stream up after the last event seen, each event shown once', async () => {
    controller.operation(scale, story, { state: 'succeeded' });
    const whole = [...story];
    const seen: (string | undefined)[] = [];
    controller.on(events, (request, response) => {
      seen.push(request.headers['last-event-id'] as string | undefined);
      const after = Number(request.headers['last-event-id'] ?? 0);
      openStream(response);
      for (const event of whole.filter((each) => each.id! > after).slice(0, 2)) sendEvent(response, event);
      if (seen.length === 3) response.end();
      else setImmediate(() => response.destroy());
    });
    assert.equal(await layersScale(), 0, terminal.err);
    assert.deepEqual(seen, [undefined, '2', '4']);
    assert.equal(terminal.err.match(/-----> Launching/g)?.length, 1);
    assert.equal(terminal.err.match(/\(launch:/g)?.length, 1);
  });

  it('waits for a controller that restarts', async () => {
    controller.operation(scale, story, { state: 'succeeded' });
    const replay = (after: number): FakeEvent[] => story.filter((event) => event.id! > after);
    let first = true;
    controller.on(events, (request, response) => {
      openStream(response);
      if (!first)
        return (
          replay(Number(request.headers['last-event-id'])).forEach((event) => sendEvent(response, event)),
          void response.end()
        );
      first = false;
      sendEvent(response, story[0]!);
      setTimeout(() => void controller.stop().then(() => setTimeout(() => void controller.start(), 500)), 20);
    });
    assert.equal(await layersScale(), 0, terminal.err);
    assert.match(terminal.err, /does not answer[^]*is back[^]*Scaled/);
    assert.equal(terminal.err.match(/does not answer/g)?.length, 1, 'said once, not at every attempt');
  });

  it('asks again when the controller goes between the last event and the answer', async () => {
    controller.operation(scale, story, { state: 'succeeded' });
    let asked = 0;
    controller.on('GET /api/operations/op-1', (_request, response) => {
      asked += 1;
      if (asked === 1) return void response.destroy();
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(operation({ finished_at: '2026-01-01T00:00:02.000Z' })));
    });
    assert.equal(await layersScale(), 0, terminal.err);
    assert.equal(terminal.err.match(/\(launch:/g)?.length, 1);
  });

  it('does not hang when the stream ends without `end` but the operation has', async () => {
    controller.operation(scale, story.slice(0, 2), { state: 'succeeded' });
    assert.equal(await layersScale(), 0);
  });

  it('gives up on what no waiting heals', async () => {
    controller.operation(scale, [], { state: 'succeeded' });
    controller.problem(events, 401, 'the token was revoked');
    assert.equal(await layersScale(), 3);
    controller.problem(events, 404, 'no operation');
    assert.equal(await layersScale(), 4);
  });

  it('detaches at Ctrl-C and says how to come back', async () => {
    controller.operation(scale, [], { state: 'succeeded' });
    controller.on(events, (_request, response) => {
      openStream(response);
      sendEvent(response, story[0]!);
      setTimeout(() => terminal.pressCtrlC(), 20);
    });
    assert.equal(await layersScale(), 130);
    assert.match(terminal.err, /the operation goes on[^]*deis ops:logs op-1[^]*deis ops:cancel op-1/);
    assert.deepEqual(controller.to('POST /api/operations/op-1/cancel'), []);
  });

  it('says before anything begins what the controller refuses, with codes scripts can tell apart', async () => {
    for (const [status, code] of [
      [400, 2],
      [401, 3],
      [403, 3],
      [404, 4],
      [409, 6],
      [429, 1],
      [500, 1],
      [502, 1],
      [503, 5],
    ] as const) {
      controller.problem(scale, status, 'so it is', { field: 'runtime' });
      assert.equal(await layersScale(), code, String(status));
      assert.match(terminal.err, /^Error: so it is$/m);
    }
  });

  it('exits 4 for a name in the command line that names nothing, and leaks no path within the request', async () => {
    controller.problem(scale, 400, 'there is no layer "nosuch"', {
      type: 'urn:problem-type:deis:unknown-name',
      field: 'nosuch',
    });
    assert.equal(await layersScale(), 4);
    controller.problem(scale, 400, 'PORT is set by the platform: choose another name', {
      field: 'values.PORT',
    });
    assert.equal(await layersScale(), 2);
    assert.match(terminal.err, /^Error: PORT is set by the platform: choose another name$/m);
  });

  it('names what was typed, shortcut or not', async () => {
    assert.equal(await terminal.deis('scale', '-f', 'peachy'), 2);
    assert.match(terminal.err, /usage: deis scale \[options\] <type=count...>/);
    assert.equal(await terminal.deis('help', 'ps'), 0);
    assert.match(terminal.out, /Usage: deis ps /);
  });

  it('follows an operation from the beginning with ops:logs, exiting as it ended', async () => {
    controller.operation(scale, story, { state: 'failed', error: { message: 'lost a node' } });
    assert.equal(await terminal.deis('ops:logs', 'op-1'), 1);
    assert.match(terminal.err, /Launching peachy-runtime-1[^]*Error: lost a node/);
  });

  it('shows what changed on each node, and gives programs the whole report', async () => {
    const nodes = [{ node: 'peachy-runtime-1', changed: 0, failed: 0, resources: [] }];
    controller.operation(
      'POST /api/formations/peachy/converge',
      [{ id: 1, event: 'line', data: { text: '       peachy-runtime-1: 0 changed' } }, story[4]!],
      { state: 'succeeded', result: { nodes } },
    );
    assert.equal(await terminal.deis('converge', '-f', 'peachy', '--json'), 0);
    assert.match(terminal.err, /peachy-runtime-1: 0 changed/);
    assert.deepEqual((JSON.parse(terminal.out) as { result: unknown }).result, { nodes });
  });

  describe('deis run', () => {
    const run = 'POST /api/formations/peachy/run';
    const answer = (sent: readonly FakeEvent[], end: 'end' | 'break' = 'end'): void =>
      controller.on(run, (_request, response) => {
        openStream(response);
        for (const event of sent) sendEvent(response, event);
        if (end === 'end') response.end();
        else setImmediate(() => response.destroy());
      });

    it('passes streams and the exit code through', async () => {
      answer([
        { event: 'output', data: { stream: 'stdout', text: 'one\ntw' } },
        { event: 'output', data: { stream: 'stderr', text: 'oh' } },
        { event: 'output', data: { stream: 'stdout', text: 'o' } },
        { event: 'exit', data: { code: 42 } },
      ]);
      assert.equal(await terminal.deis('run', '-f', 'peachy', 'ls -la | head'), 42);
      assert.deepEqual([terminal.out, terminal.err], ['one\ntwo', 'oh']);
      assert.deepEqual(controller.to(run)[0]?.body, { command: 'ls -la | head', env: {} });
    });

    it('takes several words as exactly these words', async () => {
      answer([{ event: 'exit', data: { code: 0 } }]);
      assert.equal(await terminal.deis('run', '-f', 'peachy', 'echo', '--json', "it's $HOME"), 0);
      assert.deepEqual(controller.to(run)[0]?.body, { command: `echo --json 'it'\\''s $HOME'`, env: {} });
    });

    it('never takes a broken stream, or an error in it, for success', async () => {
      answer([{ event: 'output', data: { stream: 'stdout', text: 'half' } }], 'break');
      assert.equal(await terminal.deis('run', '-f', 'peachy', 'true'), 1);
      answer([]);
      assert.equal(await terminal.deis('run', '-f', 'peachy', 'true'), 1);
      answer([{ event: 'error', data: { detail: 'the node went away', status: 502 } }]);
      assert.equal(await terminal.deis('run', '-f', 'peachy', 'true'), 1);
      assert.match(terminal.err, /the node went away/);
    });

    it('ends the request at Ctrl-C', async () => {
      let gone = false;
      controller.on(run, (_request, response) => {
        openStream(response);
        response.on('close', () => (gone = true));
        setTimeout(() => terminal.pressCtrlC(), 20);
      });
      assert.equal(await terminal.deis('run', '-f', 'peachy', 'sleep 100'), 130);
      await waitUntil(async () => gone || undefined, {
        deadlineMs: 2_000,
        intervalMs: 10,
        what: 'the request to end',
      });
    });
  });

  it('shows what an operation is', async () => {
    controller.answer(
      'GET /api/operations/op-1',
      200,
      operation({ state: 'failed', error: { message: 'a\nb' } }),
    );
    assert.equal(await terminal.deis('ops:show', 'op-1'), 0);
    assert.match(terminal.out, /state: +failed/);
  });

  it('cancels nothing that has ended, says how it ended, and how it is taken back', async () => {
    const at = '2026-01-01T00:00:02.000Z';
    const ended = { kind: 'deploy', finished_at: at };
    controller.answer('POST /api/operations/op-1/cancel', 200, operation({ ...ended, state: 'succeeded' }));
    const cancel = (): Promise<number> => terminal.deis('ops:cancel', 'op-1');
    for (const [state, said] of [
      ['succeeded', `too late: deploy op-1 succeeded at ${at}\n  nothing was changed; deis rollback`],
      ['failed', `too late: deploy op-1 failed at ${at}\n  nothing was changed\n`],
      ['superseded', 'was superseded by a later one'],
    ] as const) {
      const result = state === 'succeeded' ? { release: 7 } : null;
      controller.answer('GET /api/operations/op-1', 200, operation({ ...ended, state, result }));
      assert.equal(await cancel(), 6);
      assert.ok(terminal.err.includes(said), terminal.err);
    }
    controller.answer('GET /api/operations/op-1', 200, operation({ ...ended, state: 'cancelled' }));
    assert.equal(await cancel(), 0);
    assert.equal(terminal.out, `deploy op-1: cancelled already, at ${at}\n`);
    assert.deepEqual(controller.to('POST /api/operations/op-1/cancel'), []);
    controller.answer('GET /api/operations/op-1', 200, operation({ state: 'running', finished_at: null }));
    assert.equal(await cancel(), 6, 'it ended between the look and the request');
  });
});
