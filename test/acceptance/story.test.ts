import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import { waitUntil } from '../../base/wait-until.js';
import { askAnew } from '../support/server/ask-anew.js';
import { bailWithin } from '../support/bail-within.js';
import { ofTurn } from '../support/of-turn.js';
import { ControllerProcess } from '../support/server/controller-process.js';
import { Developer } from '../support/cli/developer.js';
import { assertRunsAndLogs } from '../support/apps/assert-runs-and-logs.js';
import { makeCertificate } from '../support/server/make-certificate.js';
import { PollingClient, type PolledAnswer } from '../support/server/polling-client.js';
import { containersOfInstance, prepareMachine } from '../support/nodes/docker-machine.js';
import { projectRoot } from '../support/source/source-imports.js';

interface Operation {
  id: string;
  kind: string;
  state: string;
  step: string | null;
  error: { message: string } | null;
}
interface Release {
  version: number;
  state: string;
  live: boolean;
  sha: string | null;
}
interface Container {
  name: string;
  type: string;
  num: number;
  node: string;
  port: number;
  state: string;
  release: number;
}
interface Node {
  id: string;
  status: string;
  layer: string;
  address: string;
  uuid: string;
}

/** Release number that the example app answers with. */
const releaseIn = (body: string): number => Number(/release v(\d+)/.exec(body)?.[1] ?? Number.NaN);

describe('the whole story on VM-like nodes', function () {
  this.timeout(180_000);
  bailWithin();
  const controller = new ControllerProcess();
  /** A config value that must show up nowhere but where it is needed. */
  const sentinel = `sentinel-${randomBytes(12).toString('hex')}`;
  let developer: Developer;
  let url: string;

  const get = async (path = '/'): Promise<{ status: number; body: string }> => {
    const answer = await askAnew(new URL(path, url), { signal: AbortSignal.timeout(10_000) });
    return { status: answer.status, body: await answer.text() };
  };
  const liveRelease = async (): Promise<number> =>
    (await developer.json<Release[]>(['releases'])).find((release) => release.live)?.version ?? 0;
  const containers = (): Promise<Container[]> => developer.json<Container[]>(['ps']);
  const serving = async (): Promise<Container[]> =>
    (await containers()).filter((container) => container.state === 'serving');
  const push = (expect: number | 'failure' = 0): ReturnType<Developer['git']> =>
    developer.git(['push', 'deis', 'master'], { expect });
  const change = async (greeting: string): Promise<void> => {
    developer.write('greeting.txt', `${greeting}\n`);
    await developer.commit(`Say ${greeting}`);
  };

  const setBuildScript = (script: string): void => {
    const manifest = JSON.parse(developer.read('package.json')) as { scripts: Record<string, string> };
    developer.write(
      'package.json',
      JSON.stringify({ ...manifest, scripts: { ...manifest.scripts, build: script } }, null, 2),
    );
  };

  /** Polls while `work` runs; asserts that no request failed and that the answers' releases only rise. */
  const unnoticed = async (
    what: string,
    work: () => Promise<void>,
    { mayFall = false, perSecond = 20 } = {},
  ): Promise<void> => {
    const client = new PollingClient().start(url, perSecond);
    try {
      await work();
    } finally {
      await client.stop();
    }
    assert.deepEqual(client.failures, [], `${what}: failed requests`);
    assert.ok(client.answers.length > 10, `${what}: only ${client.answers.length} answers`);
    if (!mayFall) assertOnlyRises(client.answers);
    const kept = client.answers.filter((answer) => answer.connection === 'kept').length;
    console.log(`      ${what}: ${client.answers.length} requests (${kept} on a kept connection), 0 failed`);
  };

  before(async function () {
    this.timeout(600_000);
    await prepareMachine();
    await controller.start();
    developer = new Developer(controller, 'ada');
  });

  after(async () => {
    await controller.remove();
  });

  it('registers, adds a key and creates a formation with two runtime nodes and a proxy', async () => {
    await developer.makeKey();
    await developer.startApp('node-hello');
    await developer.register();
    await developer.deis(['create', '--id=story', '--flavor=docker', '--known-hosts=yes']);
    const started = performance.now();
    await developer.deis(['layers:scale', 'runtime=2', 'proxy=1']);
    console.log(
      `      layers:scale runtime=2 proxy=1: ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
    const nodes = await developer.json<Node[]>(['nodes']);
    assert.deepEqual(
      nodes.map((node) => [node.id, node.status]),
      [
        ['story-proxy-1', 'ready'],
        ['story-runtime-1', 'ready'],
        ['story-runtime-2', 'ready'],
      ],
    );
    url = `http://${nodes.find((node) => node.layer === 'proxy')!.address}/`;
  });

  it('answers 503 before the first push', async () => {
    assert.equal((await get()).status, 503);
  });

  it('deploys the first push, and runs postdeploy of its app.json when it is live, though that fails', async () => {
    const seed = 'node -e "console.log(process.version, process.cwd(), process.env.SEED)"; exit 3';
    const manifest = { env: { SEED: { generator: 'secret' } }, scripts: { postdeploy: seed } };
    developer.write('app.json', JSON.stringify(manifest));
    await developer.commit('Seed');
    const started = performance.now();
    const { all } = await push();
    console.log(`      first push to live: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    assert.match(all, /remote: -----> Node\.js app detected/);
    const version = await liveRelease();
    assert.match(
      all,
      new RegExp(
        `v${version} is live with 1 container[^]*Running postdeploy of app.json on story-runtime-\\d[^]*` +
          `v\\d+\\.\\d+\\.\\d+ /app \\[masked\\][^]*exited with status 3: v${version} serves on`,
      ),
    );
    const kept = (await developer.deis(['releases:output', `v${version}`])).stdout;
    assert.match(
      kept,
      /^=== postdeploy on story-runtime-\d, .*: failed with status 3\nv\d.* \/app \[masked\]$/,
    );
    const { status, body } = await get();
    assert.equal(status, 200);
    assert.equal(releaseIn(body), await liveRelease());
    assert.deepEqual(
      (await serving()).map((container) => `${container.type}.${container.num}`),
      ['web.1'],
    );
  });

  it('deploys the second push unnoticed, and every answer after it is the new release', async () => {
    const old = await liveRelease();
    await change('hello again');
    await unnoticed('push', async () => {
      const started = performance.now();
      assert.doesNotMatch((await push()).all, /postdeploy/);
      console.log(`      second push to live: ${((performance.now() - started) / 1000).toFixed(1)} s`);
      const { body } = await get();
      assert.ok(releaseIn(body) > old);
      assert.match(body, /hello again/);
    });
  });

  it('changes config unnoticed, any value arriving as it was given', async () => {
    const value = `a=b "c" 'd' $HOME \`e\` \\ %s ü`;
    await unnoticed('config:set', async () => {
      await developer.deis(['config:set', `POWERED_BY=${value}`]);
    });
    await developer.deis(['config:set', `SECRET_KEY=${sentinel}`]);
    assert.ok((await get()).body.includes(value), (await get()).body);
  });

  it('lets a one-off command change /app for itself alone', async () => {
    const script = 'ls; echo mine >own.txt && rm Procfile && ls';
    const first = (await developer.deis(['run', script])).stdout.split('\n');
    assert.ok(first.includes('own.txt'), first.join(' '));
    assert.deepEqual(
      first.filter((name) => name === 'Procfile' || name === 'own.txt'),
      ['Procfile', 'own.txt'],
    );
    assert.doesNotMatch((await developer.deis(['run', 'ls'])).stdout, /own\.txt/);
  });

  it('rolls back code and config unnoticed', async () => {
    const before = await liveRelease();
    await unnoticed('rollback', async () => {
      await developer.deis(['rollback', `v${before - 2}`]);
    });
    assert.equal(await liveRelease(), before + 1);
    assert.ok(!(await get()).body.includes('a=b'));
    await developer.deis(['config:set', `SECRET_KEY=${sentinel}`]);
  });

  it('scales web 1 -> 4 -> 1 unnoticed and spreads containers evenly', async () => {
    await unnoticed('scale 1 -> 4 -> 1', async () => {
      await developer.deis(['scale', 'web=4']);
      const spread = await serving();
      assert.equal(spread.length, 4);
      assert.deepEqual(
        [...new Set(spread.map((container) => container.node))].map(
          (node) => spread.filter((container) => container.node === node).length,
        ),
        [2, 2],
      );
      await developer.deis(['scale', 'web=1']);
    });
    assert.equal((await serving()).length, 1);
  });

  it('restarts the containers unnoticed: new ones of the same release', async () => {
    const [before, release] = [await serving(), await liveRelease()];
    await unnoticed('ps:restart', async () => void (await developer.deis(['ps:restart'])), {
      perSecond: 200,
    });
    const after = await serving();
    assert.deepEqual(
      [after.map(({ name }) => name), await liveRelease()],
      [before.map(({ name }) => name), release],
    );
    assert.deepEqual(
      after.filter(({ node, port }) => before.some((old) => old.node === node && old.port === port)),
      [],
    );
  });

  it('answers under a domain of its own, with its certificate, and with a page under maintenance', async () => {
    const { certificate, key } = makeCertificate(['story.example.com']);
    const [crt, pem] = [`${developer.home}/story.crt`, `${developer.home}/story.key`];
    writeFileSync(crt, certificate);
    writeFileSync(pem, key);
    await developer.deis(['certs:add', crt, pem, '--id=main']);
    const curl = (...args: string[]): Promise<string> =>
      execa('curl', ['-sS', '-o', '/dev/null', '-w', '%{http_code}', ...args]).then(({ stdout }) => stdout);
    const overTls = (): Promise<string> =>
      curl(
        '--cacert',
        crt,
        '--resolve',
        `story.example.com:443:${new URL(url).hostname}`,
        'https://story.example.com/',
      );
    assert.deepEqual(
      [await overTls(), await curl('-H', 'Host: story.example.com', url), (await get()).status],
      ['200', '200', 404],
    );
    await developer.deis(['maintenance:on']);
    assert.equal(await overTls(), '503');
    await developer.deis(['maintenance:off']);
    assert.equal(await overTls(), '200');
    await developer.deis(['proxy:set', 'enforce_https=on', 'hsts=on', 'timeout=30']);
    assert.deepEqual([await curl('-H', 'Host: story.example.com', url), await overTls()], ['308', '200']);
    await developer.deis(['certs:remove', 'main'], { expect: 6 });
    await developer.deis(['proxy:unset', 'enforce_https', 'hsts']);
    await developer.deis(['certs:remove', 'main']);
    await developer.deis(['domains:remove', 'story.example.com']);
    assert.equal((await get()).status, 200);
  });

  it('restarts a container that is killed', async () => {
    const [container] = await serving();
    const node = (await developer.json<Node[]>(['nodes'])).find((each) => each.id === container!.node)!;
    const inside = (...command: string[]): Promise<string> =>
      execa('docker', ['exec', `deis-${controller.instance}-${node.id}`, ...command]).then(
        (result) => result.stdout,
      );
    const running = (): Promise<string> =>
      inside('docker', 'ps', '-q', '--no-trunc', '--filter', 'label=deis.formation=story');
    const id = (await running()).trim();
    const pid = await inside('docker', 'inspect', '-f', '{{.State.Pid}}', id);
    await inside('kill', '-9', pid);
    await waitUntil(
      async () =>
        (await inside('docker', 'inspect', '-f', '{{.State.Running}} {{.RestartCount}}', id)) === 'true 1'
          ? true
          : undefined,
      { deadlineMs: 15_000, intervalMs: 200, what: 'the container to be restarted' },
    );
    await waitUntil(async () => ((await get()).status === 200 ? true : undefined), {
      deadlineMs: 10_000,
      intervalMs: 100,
      what: 'the app to answer again',
    });
  });

  it('runs commands in a terminal, with input and detached, and follows the logs', () =>
    assertRunsAndLogs(developer, get));

  it('runs the release phase before anything serves; one that fails leaves the old release serving', async () => {
    const procfile = developer.read('Procfile');
    const phase = 'echo "migrating for $SECRET_KEY" | tee phase.txt; cat phase.txt; echo almost >&2; exit';
    const leftovers = async (): Promise<string> => {
      const names = (await developer.json<Node[]>(['nodes'])).filter(({ layer }) => layer === 'runtime');
      const listed = names.map(({ id }) => {
        const node = `deis-${controller.instance}-${id}`;
        return execa('docker', ['exec', node, 'docker', 'ps', '-aq', '--filter', 'name=-release-']);
      });
      return (await Promise.all(listed)).map(({ stdout }) => stdout).join('');
    };
    developer.write('Procfile', `${procfile.trimEnd()}\nrelease: sh release.sh\n`);
    developer.write('release.sh', `${phase} 0\n`);
    await developer.commit('Migrate');
    const { all } = await push();
    assert.match(all, /Running the release phase of v\d+ on story-runtime-\d/);
    assert.equal(all.match(/remote: +migrating for \[masked\]/g)?.length, 2, all);
    const [version, before] = [await liveRelease(), await get()];
    const output = (await developer.deis(['releases:output', `v${version}`])).stdout;
    assert.match(output, /^=== release phase on story-runtime-\d, .*: succeeded with status 0\n/);
    assert.match(output, /\nalmost/);
    assert.ok(!`${all}${output}`.includes(sentinel));
    developer.write('release.sh', `${phase} 3\n`);
    await developer.commit('Break the release phase');
    await unnoticed('broken release phase', async () => {
      const failed = (await push('failure')).all;
      assert.match(
        failed,
        new RegExp(`exited with status 3: v${version + 1} is not deployed, v${version} serves on`),
      );
    });
    assert.deepEqual(await get(), before);
    assert.match(
      (await developer.deis(['releases:output', `v${version + 1}`])).stdout,
      /failed with status 3/,
    );
    const retried = (await developer.deis(['releases:retry'], { expect: 1 })).all;
    assert.match(retried, new RegExp(`exited with status 3: v${version + 2} is not deployed, v${version}`));
    assert.match((await developer.deis(['scale', 'release=1'], { expect: 2 })).all, /is the release phase/);
    assert.deepEqual([await leftovers(), (await serving()).map(({ type }) => type)], ['', ['web']]);
    await developer.git(['reset', '-q', '--hard', 'HEAD~1']);
    developer.write('Procfile', procfile);
    await developer.commit('Migrate no more');
  });

  it('finds nothing to change in a second converge', async () => {
    const started = performance.now();
    const { all } = await developer.deis(['converge']);
    console.log(`      no-op converge: ${((performance.now() - started) / 1000).toFixed(2)} s`);
    assert.match(all, /0 changed/);
    assert.doesNotMatch(all, /[1-9]\d* changed/);
  });

  it('keeps the old release serving when a push does not build', async () => {
    const before = await get();
    setBuildScript('exit 3');
    await developer.commit('Break the build');
    await unnoticed('broken build', async () => {
      await push('failure');
    });
    assert.deepEqual(await get(), before);
    await developer.git(['reset', '-q', '--hard', 'HEAD~1']);
  });

  it('keeps the old release serving when the new one never listens, and shows its last log lines', async () => {
    const before = await get();
    const server = developer.read('server.js');
    developer.write('server.js', `console.log('no cake today'); process.exit(7);\n`);
    await developer.commit('Break the start');
    await unnoticed('broken start', async () => {
      const { all } = await push('failure');
      assert.match(all, /no cake today/);
    });
    assert.deepEqual(await get(), before);
    assert.equal(
      (await developer.json<Release[]>(['releases'])).sort((a, b) => b.version - a.version)[0]!.state,
      'failed',
    );
    developer.write('server.js', server);
    await developer.git(['reset', '-q', '--hard', 'HEAD~1']);
  });

  it('keeps the old release serving when the new one needs more memory than its limit, and says so', async () => {
    await unnoticed('limits:set, and a push that needs more', async () => {
      await developer.deis(['limits:set', 'web=128M']);
      const before = await get();
      developer.write(
        'server.js',
        `globalThis.cake = Buffer.alloc(300 * 2 ** 20, 1);\n${developer.read('server.js')}`,
      );
      await developer.commit('Need more memory');
      assert.match(
        (await push('failure')).all,
        /out of memory \(OOMKilled\), its limit of 128 MiB is too small/,
      );
      assert.deepEqual(await get(), before);
    });
    await developer.git(['reset', '-q', '--hard', 'HEAD~1']);
    assert.deepEqual((await developer.json<{ types: unknown }>(['limits'])).types, {
      web: { memory: 128 * 2 ** 20, cpus: null },
    });
  });

  it('keeps the old release serving when the new one does not answer its health check as it must', async () => {
    const before = await get();
    await unnoticed('healthchecks:set', async () => {
      const { all } = await developer.deis(
        ['healthchecks:set', 'web', 'path=/nothing-here', 'status=599', 'deadline=1'],
        { expect: 1 },
      );
      assert.match(all, /not healthy after 1 s: status \d+ of \/nothing-here, good is 599 to 599/);
    });
    assert.deepEqual(await get(), before);
    assert.deepEqual((await developer.json<{ checks: unknown }>(['healthchecks'])).checks, {});
  });

  it('moves containers unnoticed when a runtime node comes and goes', async () => {
    await unnoticed('layers:scale runtime=3, then 2', async () => {
      await developer.deis(['layers:scale', 'runtime=3']);
      await developer.deis(['layers:scale', 'runtime=2']);
    });
    assert.equal((await containersOfInstance(controller.instance, 'node')).length, 3);
  });

  it('adopts the build container of a controller that was killed beside it, and leaves none', async () => {
    setBuildScript("node -e 'setTimeout(() => {}, 4000)'");
    await developer.commit('Take time to build');
    const pushing = push('failure');
    await waitUntil(
      async () =>
        (await containersOfInstance(controller.instance, 'build')).length === 1 ? true : undefined,
      { deadlineMs: 20_000, intervalMs: 50, what: 'the build container' },
    );
    await controller.kill();
    await pushing;
    await controller.start();
    await finished('push');
    assert.deepEqual(await containersOfInstance(controller.instance, 'build'), []);
    await developer.git(['fetch', '-q', 'deis']);
    assert.equal(
      (await developer.git(['rev-parse', 'deis/master'])).stdout,
      (await developer.git(['rev-parse', 'HEAD'])).stdout,
    );
    setBuildScript('true');
    await developer.commit('Build at once again');
  });

  // One of each on a commit. nobody-notices.test.ts kills at the switch and at a scaling, the soak at any step.
  for (const step of ofTurn(['build', 'start', 'live'])) {
    it(`finishes a push whose controller is killed with SIGKILL at step ${step}`, async () => {
      const before = await liveRelease();
      await change(`survived ${step}`);
      await controller.kill();
      await controller.start({ DEIS_FAULTS: `kill@push/${step}` });
      const client = new PollingClient().start(url, 20);
      try {
        await push('failure');
        assert.equal((await controller.ended(20_000)).signal, 'SIGKILL', `step ${step} was not reached`);
        await controller.start();
        await finished('push');
      } finally {
        await client.stop();
      }
      assert.deepEqual(client.failures, []);
      assertOnlyRises(client.answers);
      assert.match((await get()).body, new RegExp(`survived ${step}`));
      assert.ok((await liveRelease()) > before);
      await developer.git(['fetch', '-q', 'deis']);
      assert.equal(
        (await developer.git(['rev-parse', 'deis/master'])).stdout,
        (await developer.git(['rev-parse', 'HEAD'])).stdout,
      );
      assert.match((await push()).all, /up-to-date/);
    });
  }

  for (const [index, step] of ofTurn(['launch', 'boot', 'converge']).entries()) {
    const count = index % 2 === 0 ? 3 : 2;
    it(`finishes layers:scale runtime=${count} whose controller is killed with SIGKILL at step ${step}`, async () => {
      await controller.kill();
      await controller.start({ DEIS_FAULTS: `kill@scale-layers/${step}` });
      const scaling = developer.deis(['layers:scale', `runtime=${count}`]);
      const signal = await Promise.race([
        controller.ended(60_000).then((end) => end.signal),
        scaling.then(() => 'none'),
      ]);
      assert.equal(signal, 'SIGKILL', `step ${step} was not reached`);
      await controller.start();
      await scaling;
      const nodes = (await developer.json<Node[]>(['nodes'])).filter((node) => node.layer === 'runtime');
      assert.deepEqual(
        nodes.map((node) => [node.id, node.status]),
        Array.from({ length: count }, (_, n) => [`story-runtime-${n + 1}`, 'ready']),
      );
      assert.equal((await containersOfInstance(controller.instance, 'node')).length, count + 1);
      assert.equal((await get()).status, 200);
    });
  }

  it('kept the secret in config: in no log, event, error or readable file, and off the proxy', async () => {
    const { stdout: databaseUrl } = await execa(
      process.execPath,
      [join(projectRoot, 'bin', 'deis-controller.js'), '--database-url'],
      { env: { DEIS_DATA_DIR: controller.dataDir } },
    );
    const database = new pg.Client({ connectionString: databaseUrl });
    await database.connect();
    const told = await database.query<{ text: string }>(
      'select data::text as text from operation_events union all select concat(params, error, result) ' +
        'from operations union all select concat(summary, reason) from releases',
    );
    await database.end();
    assert.ok(told.rows.length > 100);
    assert.deepEqual(
      told.rows.filter(({ text }) => text.includes(sentinel)),
      [],
    );
    assert.ok(!readFileSync(controller.logPath, 'utf8').includes(sentinel));
    const holding = (node: string): Promise<string> =>
      execa('docker', [
        'exec',
        `deis-${controller.instance}-${node}`,
        'sh',
        '-c',
        `grep -rlF "$0" /etc /opt /var/lib/deis /var/log /tmp 2>/dev/null | xargs -r stat -c '%a %U %n'`,
        sentinel,
      ]).then((result) => result.stdout);
    assert.equal(await holding('story-proxy-1'), '');
    const files = (await holding('story-runtime-1')).split('\n').filter(Boolean);
    assert.ok(files.length > 0, 'the databag at least holds it');
    assert.deepEqual(
      files.filter((line) => !line.startsWith('600 root ')),
      [],
    );
  });

  it('destroys everything', async () => {
    await developer.deis(['destroy', '--confirm=story']);
    assert.deepEqual(await containersOfInstance(controller.instance), []);
    assert.deepEqual(await developer.json(['formations']), []);
    const left = readdirSync(controller.dataDir, { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.split('/').some((name) => /\bstory\b/.test(name)) && !path.startsWith('people'),
    );
    assert.deepEqual(left, []);
  });

  /** Waits until the newest operation of a kind has ended well. */
  async function finished(kind: string): Promise<void> {
    await waitUntil(
      async () => {
        const newest = (await developer.json<Operation[]>(['ops'])).find(
          (operation) => operation.kind === kind,
        );
        if (newest?.state === 'failed')
          throw new Error(`${kind} failed after the restart: ${newest.error?.message}`);
        return newest?.state === 'succeeded' ? true : undefined;
      },
      { deadlineMs: 60_000, intervalMs: 300, what: `${kind} to finish after the restart` },
    );
  }
});

/** An answer that began after another had ended is never of an older release. */
function assertOnlyRises(answers: readonly PolledAnswer[]): void {
  const byEnd = [...answers].sort((a, b) => a.endedAt - b.endedAt);
  for (const later of answers) {
    const newestBefore = Math.max(
      0,
      ...byEnd
        .filter((earlier) => earlier.endedAt < later.startedAt)
        .map((earlier) => releaseIn(earlier.body)),
    );
    assert.ok(
      releaseIn(later.body) >= newestBefore,
      `release ${releaseIn(later.body)} answered after release ${newestBefore}`,
    );
  }
}
