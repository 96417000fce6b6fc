import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onAbort } from '../../../../base/on-abort.js';
import { waitUntil } from '../../../../base/wait-until.js';
import type { BuildRequest } from '../../../../server/builder/build-slug.js';
import { Secret } from '../../../../base/secret.js';
import type { TestDatabase } from '../../../support/server/database.js';
import { GitClient } from '../../../support/git/git-client.js';
import {
  quickBuilder,
  startGitEndpoint,
  type GitEndpoint,
  type GitEndpointOptions,
} from '../../../support/git/git-endpoint.js';
import { projectRoot } from '../../../support/source/source-imports.js';
import { startOwnedGit, stopOwnedGit } from '../../../support/git/owned-git.js';
import { storeFormation, type StoredFormation } from '../../../support/server/stored-formation.js';

describe('git push', function () {
  this.timeout(40_000);
  let db: TestDatabase;
  let folder: string;
  let endpoint: GitEndpoint;
  let owned: StoredFormation;
  let client: GitClient;

  const start = async (options: Partial<GitEndpointOptions> = {}): Promise<void> => {
    endpoint = await startGitEndpoint({ url: db.url, folder, ...options });
    client.port = endpoint.port;
  };
  const restart = async (options: Partial<GitEndpointOptions> = {}): Promise<void> => {
    await endpoint.stop();
    await start(options);
  };
  const refOf = async (ref: string): Promise<string | undefined> =>
    (await endpoint.repositories.open('app')).refValue(ref);
  const operations = () => db.stores.operations.ofFormation(owned.formation.id);
  const finished = (state = 'succeeded'): Promise<unknown> =>
    waitUntil(async () => ((await operations())[0]?.state === state ? true : undefined), {
      deadlineMs: 15_000,
      intervalMs: 50,
      what: `the push to be ${state}`,
    });

  beforeEach(async () => {
    ({ db, folder, endpoint, owned, client } = await startOwnedGit());
  });
  afterEach(() => stopOwnedGit({ db, folder, endpoint }));

  it('builds a Dockerfile into an image, also one that a push names, and refuses one that is not there', async () => {
    writeFileSync(join(client.app, 'Dockerfile'), 'FROM scratch\n');
    writeFileSync(join(client.app, 'web.docker'), 'FROM scratch\n');
    await client.commit('one');
    const { code, text } = await client.push('app');
    assert.equal(code, 0, text);
    assert.match(text, /Dockerfile found: the app is built as an image/);
    assert.match(text, /It EXPOSEs .*8080\/tcp.*: requests go to port 8080/);
    const [build] = await db.stores.builds.ofFormation(owned.formation.id);
    assert.deepEqual(build?.kind === 'image' && [build.digest, build.port, build.procfile, build.buildpack], [
      ...[`sha256:${'b'.repeat(64)}`, 8080, { web: '' }, 'Dockerfile'],
    ]);
    await db.stores.buildpacks.setOfFormation(owned.formation.id, ['static']);
    await client.commit('two');
    assert.match((await client.push('app')).text, /Buildpacks: static/);
    await client.commit('three');
    assert.match(
      (await client.push('app', '-o', 'dockerfile=web.docker', 'master')).text,
      /Built web\.docker of /,
    );
    await client.commit('four');
    const missing = await client.push('app', '-o', 'dockerfile=docker/none', 'master');
    assert.equal(missing.code, 1);
    assert.match(missing.text, /there is no docker\/none in what was pushed/);
  });

  it('deploys, streams what happens, moves the ref, and says when there is nothing to do', async () => {
    const commit = await client.commit('one');
    const { code, text } = await client.push('app');
    assert.equal(code, 0, text);
    assert.ok(endpoint.bytesRead() > 100);
    assert.match(text, /^remote: -----> Static files app detected\s*$/m);
    assert.match(text, /^remote: -----> Built /m);
    assert.match(text, /^remote: -----> Release v1 is live/m);
    const said = text.split('\n').filter((line) => line.startsWith('remote: '));
    assert.match(said[0]!, new RegExp(`^remote: -----> Deploying ${commit.slice(0, 8)} to app *$`));
    assert.match(
      said[1]!,
      /^remote: +It goes on when you press Ctrl-C; `deis ops:cancel [0-9a-f-]{36}` ends it/,
    );
    assert.match(said.at(-1)!, /^remote: -----> Done in \d+\.\d s(, \d+\.\d s of it the build)? *$/);
    assert.match(text, /\[new branch\] +master -> master/);
    assert.equal(await refOf('refs/heads/master'), commit);
    assert.match((await client.push('app')).text, /up-to-date/);
    for (const name of ['app.example.com', 'app.example.org'])
      await db.stores.domains.insert({ formationId: owned.formation.id, name });
    await db.stores.certs.insert({
      formationId: owned.formation.id,
      name: 'com',
      certificate: 'x',
      key: new Secret('x'),
      fingerprint: 'x',
      domains: ['app.example.com'],
      expiresAt: new Date('2027-01-01T00:00:00Z'),
    });
    const second = await client.commit('two');
    const again = await client.push('app');
    assert.equal(again.code, 0);
    assert.match(again.text, / https:\/\/app\.example\.com\/ runs app v2/);
    assert.match(again.text, / http:\/\/app\.example\.org\/ runs app v2/);
    assert.equal(await refOf('refs/heads/master'), second);
    const [, first] = await operations();
    assert.deepEqual(
      (await db.stores.builds.ofFormation(owned.formation.id))
        .map((build) => [build.gitCommit, build.buildpack])
        .at(-1),
      [commit, 'static'],
    );
    assert.equal((await db.stores.builds.byId(first!.id))?.gitCommit, commit);
    const { items } = await db.stores.audit.page({ limit: 10 }, owned.formation.id);
    assert.deepEqual(
      items.map(({ actor, action, outcome, source }) => [
        actor,
        action,
        outcome,
        /127\.0\.0\.1$/.test(source ?? ''),
      ]),
      ['done', 'nothing was pushed', 'done'].map((end) => [owned.user.username, 'git push', end, true]),
    );
  });

  it('repacks after a push, when there is much to repack', async () => {
    await client.commit('one');
    await client.push('app');
    const packs = join(folder, 'repos', 'app.git', 'objects', 'pack');
    const present = (): string[] => readdirSync(packs).filter((name) => name.endsWith('.pack'));
    const [pack] = present();
    for (let n = 0; n < 60; n += 1)
      for (const kind of ['pack', 'idx'])
        cpSync(
          join(packs, pack!.replace(/pack$/, kind)),
          join(packs, `pack-${n.toString(16).padStart(40, '0')}.${kind}`),
        );
    await client.commit('two');
    assert.equal((await client.push('app')).code, 0);
    await waitUntil(() => Promise.resolve(present().length <= 2 ? true : undefined), {
      deadlineMs: 15_000,
      intervalMs: 50,
      what: 'the packs to be one',
    });
    assert.equal((await client.git('clone', '-q', client.url('app'), join(client.home, 'copy'))).code, 0);
  });

  it('moves the ref of a live release also when the push is cancelled just before', async () => {
    const deploy: GitEndpointOptions['deploy'] = async (context) => {
      const cancelled = once(context.signal, 'abort');
      await db.stores.operations.requestCancel(context.operation.id);
      await cancelled;
      return { state: 'live' };
    };
    await restart({ deploy });
    const commit = await client.commit('one');
    const { code, text } = await client.push('app');
    assert.equal(code, 0, text);
    assert.equal(await refOf('refs/heads/master'), commit);
    assert.equal((await operations())[0]?.state, 'succeeded');
  });

  it('serves fetches of what was deployed, without our own refs', async () => {
    await client.commit('one');
    await client.push('app');
    const { text } = await client.git('ls-remote', client.url('app'));
    assert.deepEqual(
      text.split('\n').map((line) => line.split('\t')[1]),
      ['HEAD', 'refs/heads/master'],
    );
    assert.equal((await client.git('clone', '-q', client.url('app'), join(client.home, 'copy'))).code, 0);
    assert.ok(readdirSync(join(client.home, 'copy')).includes('index.html'));
  });

  it('deploys main and forced pushes', async () => {
    await client.commit('one');
    await client.commit('two');
    assert.equal((await client.push('app', 'master:main')).code, 0);
    await client.git('reset', '-q', '--hard', 'HEAD~1');
    const other = await client.commit('other');
    assert.notEqual((await client.push('app', 'master:main')).code, 0);
    assert.equal((await client.push('app', '--force', 'master:main')).code, 0);
    assert.equal(await refOf('refs/heads/main'), other);
  });

  it('takes one of several keys that are offered, RSA too, and any SSH user name', async () => {
    const rsa = await client.makeKey('rsa', 'rsa');
    const unknown = await client.makeKey('unknown');
    await client.register(db.stores, owned.user.id, rsa);
    const args = ['ls-remote', client.url('app').replace('git@', 'ada@')];
    assert.equal((await client.start(args, [unknown, rsa])).exitCode, 0);
  });

  describe('refuses before git is started', () => {
    afterEach(() => assert.deepEqual([endpoint.transfers, endpoint.bytesRead()], [[], 0]));

    it('an unknown key', async () => {
      await client.commit('one');
      const unknown = await client.makeKey('unknown');
      const { exitCode, all } = await client.start(['push', client.url('app'), 'master'], [unknown]);
      assert.notEqual(exitCode, 0);
      assert.match(all, /Permission denied \(publickey\)/);
    });

    it("somebody else's formation and one that is not there, in the same words", async () => {
      const other = new GitClient(folder, endpoint.port, endpoint.hostKeys);
      const eve = await db.stores.users.insert({
        username: 'eve',
        email: 'e@example.com',
        passwordHash: 'x',
        isAdmin: true,
      });
      await other.register(db.stores, eve.id, await other.makeKey());
      await other.commit('one');
      const [theirs, none] = [await other.push('app'), await other.push('nap')];
      assert.match(theirs.text, /^deis: no formation app that eve may use/m);
      assert.equal(theirs.text.replaceAll('app', 'nap'), none.text);
      assert.equal((await other.ssh(["git-receive-pack 'app.git'"])).code, 1);
      const { items } = await db.stores.audit.page({ limit: 10 });
      assert.deepEqual(
        items
          .map(({ actor, formationId, target, outcome }) => [
            actor,
            formationId,
            target,
            outcome?.slice(0, 21),
          ])
          .reverse(),
        ['app', 'nap', 'app'].map((formation) => ['eve', null, { formation }, 'refused: no formation']),
      );
    });

    it('and reads not a byte of a pack that is sent nevertheless', async () => {
      const { code, text } = await client.ssh(["git-receive-pack 'nap.git'"], {
        input: 'P'.repeat(8 * 1024 ** 2),
      });
      assert.equal(code, 1);
      assert.match(text, /^deis: no formation nap/);
    });

    for (const command of [
      'id',
      'sh',
      "git-receive-pack '../app.git'",
      "git-receive-pack '/etc/passwd'",
      "git-upload-archive 'app.git'",
      "git-receive-pack 'app.git'; id",
      "git-receive-pack 'app.git' && id",
    ]) {
      it(`the command ${command}`, async () => {
        const { code, text } = await client.ssh([command]);
        assert.equal(code, 1);
        assert.match(text, /^deis: only git push and git fetch/);
      });
    }

    it('a shell, a subsystem and forwarding', async () => {
      assert.match((await client.ssh([])).text, /this is the git endpoint, there is no shell here/);
      assert.notEqual((await client.ssh(['-s', 'sftp'])).code, 0);
      assert.match(
        (await client.ssh(['-W', 'localhost:22'])).text,
        /open failed|administratively|stdio forwarding failed/,
      );
    });

    it('a formation that is being destroyed', async () => {
      await db.stores.formations.markDestroying(owned.formation.id);
      assert.match((await client.ssh(["git-receive-pack 'app.git'"])).text, /app is being destroyed/);
    });
  });

  it('refuses pushes while the disk is nearly full, and still serves fetches', async () => {
    await restart({ refusal: () => Promise.resolve('the disk is nearly full') });
    await client.commit('one');
    const { code, text } = await client.push('app');
    assert.notEqual(code, 0);
    assert.match(text, /^deis: the disk is nearly full/m);
    assert.equal((await client.git('ls-remote', client.url('app'))).code, 0);
  });

  const refused = async (text: RegExp, ...refs: string[]): Promise<void> => {
    const outcome = await client.push('app', ...refs);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.text, text);
    assert.deepEqual(await operations(), []);
  };

  it('refuses other branches, tags, deletions, several refs and our own refs, and keeps nothing of them', async () => {
    await client.commit('one');
    await client.git('tag', 'v1');
    await refused(/to deploy feature, run `git push deis feature:master`/, 'master:feature');
    await refused(/tags are not deployed/, 'v1');
    await refused(/one branch at a time/, 'master:master', 'master:main');
    await refused(/deny updating a hidden ref|only master and main/, 'master:refs/deis/ops/x');
    await refused(/no push option shout/, '-o', 'shout', 'master');
    assert.deepEqual(readdirSync(join(folder, 'repos', 'app.git', 'objects')).sort(), ['info', 'pack']);
    await client.push('app');
    const { text } = await client.push('app', ':master');
    assert.match(text, /cannot be deleted here/);
  });

  it('fails when the deploy fails: no ref, exit code, the reason', async () => {
    await restart({
      deploy: () =>
        Promise.reject(
          Object.assign(new Error(`web.1 never listened on port 5001: ${'because '.repeat(20)}`), {
            name: 'OperationFailure',
          }),
        ),
    });
    await client.commit('one');
    const { code, text } = await client.push('app');
    assert.equal(code, 1);
    assert.match(text, /remote: +! {5}deploy failed: web\.1 never listened on port 5001: (because ){19}/);
    assert.match(
      text,
      /! \[remote rejected\] master -> master \(deploy failed: web\.1 never listened [^)]{20,55}because \.\.\.\)/,
    );
    assert.equal(await refOf('refs/heads/master'), undefined);
    await restart();
    assert.equal((await client.push('app')).code, 0);
  });

  it('refuses what it cannot build, before it builds', async () => {
    await client.commit('one', { 'main.cob': 'x' });
    assert.match((await client.push('app')).text, /no known kind of app, and no Procfile/);
    await client.commit('two', { Procfile: 'web: a\nworker\n' });
    assert.match((await client.push('app')).text, /Procfile line 2: no colon in "worker"/);
  });

  describe('with builds that wait', () => {
    let release: () => void;
    let orders: BuildRequest[];
    let waitingBuilder: typeof quickBuilder;

    beforeEach(async () => {
      orders = [];
      const gate = new Promise<void>((resolve) => (release = resolve));
      const build: typeof quickBuilder.build = async (order, say, signal) => {
        orders.push(order);
        await Promise.race([
          gate,
          new Promise((_resolve, reject) => onAbort(signal, () => reject(signal.reason as Error))),
        ]);
        return quickBuilder.build(order, say, signal);
      };
      waitingBuilder = { ...quickBuilder, build };
      await restart({ builder: waitingBuilder });
    });
    const begun = (count: number): Promise<true> =>
      waitUntil(() => Promise.resolve(orders.length >= count ? true : undefined), {
        deadlineMs: 10_000,
        intervalMs: 20,
        what: `${count} builds to begin`,
      });
    const queued = (count: number): Promise<true> =>
      waitUntil(async () => ((await operations()).length === count ? true : undefined), {
        deadlineMs: 10_000,
        intervalMs: 20,
        what: `${count} operations`,
      });

    it('lets a second push wait and says for whom; the last accepted one ends up deployed', async () => {
      await client.commit('one');
      const first = client.push('app');
      await begun(1);
      const second = await client.commit('two');
      const waiting = client.push('app');
      await queued(2);
      release();
      assert.equal((await first).code, 0);
      const { code, text } = await waiting;
      assert.equal(code, 0, text);
      assert.match(text, /-----> Waiting for push by owner-of-app \(at build, for \d+ s\)/);
      assert.equal(await refOf('refs/heads/master'), second);
    });

    it('lets the newest push replace the one that waits', async () => {
      await client.commit('one');
      const first = client.push('app');
      await begun(1);
      await client.commit('two');
      const replaced = client.push('app');
      await queued(2);
      const newest = await client.commit('three');
      const last = client.push('app');
      const outcome = await replaced;
      assert.equal(outcome.code, 1);
      assert.match(outcome.text, new RegExp(`deploy superseded: by the push of ${newest.slice(0, 8)}`));
      release();
      assert.deepEqual([(await first).code, (await last).code], [0, 0]);
      assert.equal(await refOf('refs/heads/master'), newest);
      assert.equal(orders.length, 2);
    });

    it('fails a waiting push that would undo the one before it', async () => {
      await client.commit('base');
      const base = await client.commit('one');
      const first = client.push('app');
      await begun(1);
      await client.git('reset', '-q', '--hard', 'HEAD~1');
      await client.commit('rival');
      const rival = client.push('app');
      await queued(2);
      release();
      assert.equal((await first).code, 0);
      assert.match((await rival).text, /another push was deployed meanwhile .*git fetch/);
      assert.equal(await refOf('refs/heads/master'), base);
    });

    it('attaches a repeated push to the running operation', async () => {
      await client.commit('one');
      const first = client.push('app');
      await begun(1);
      const again = client.push('app');
      await waitUntil(() => Promise.resolve(endpoint.transfers.length === 2 ? true : undefined), {
        deadlineMs: 5000,
        intervalMs: 20,
        what: 'the second push',
      });
      release();
      const [one, two] = await Promise.all([first, again]);
      assert.deepEqual([one.code, two.code], [0, 0], two.text);
      assert.equal((await operations()).length, 1);
      assert.equal(orders.length, 1);
    });

    it('keeps the deploy when the pusher goes', async () => {
      const commit = await client.commit('one');
      const leaving = client.start(['push', client.url('app'), 'master'], undefined, { detached: true });
      await begun(1);
      process.kill(-leaving.pid!, 'SIGINT');
      await leaving;
      release();
      await finished();
      assert.equal(await refOf('refs/heads/master'), commit);
    });

    it('cancels with the pusher when that was asked for', async () => {
      await client.commit('one');
      const leaving = client.start(
        ['push', '-o', 'cancel-on-disconnect', client.url('app'), 'master'],
        undefined,
        { detached: true },
      );
      await begun(1);
      process.kill(-leaving.pid!, 'SIGINT');
      await leaving;
      await finished('cancelled');
      assert.equal(await refOf('refs/heads/master'), undefined);
    });

    it('does not cancel then what the stop of the controller cuts off', async () => {
      const commit = await client.commit('one');
      const cut = client.push('app', '-o', 'cancel-on-disconnect', 'master');
      await begun(1);
      await restart();
      assert.notEqual((await cut).code, 0);
      await finished();
      assert.equal(await refOf('refs/heads/master'), commit);
    });

    it('cancels a push that waits for a build of another formation', async () => {
      await restart({ builder: waitingBuilder, buildsAtOnce: 1 });
      const other = await storeFormation(db.stores, 'other');
      const theirs = new GitClient(folder, endpoint.port, endpoint.hostKeys);
      await theirs.register(db.stores, other.user.id, await theirs.makeKey('theirs'));
      await theirs.commit('theirs');
      const first = theirs.start(['push', theirs.url('other'), 'master'], [join(theirs.home, 'theirs')]);
      await begun(1);
      await client.commit('one');
      const waiting = client.start(['push', client.url('app'), 'master']);
      let text = '';
      waiting.all.on('data', (chunk: Buffer) => (text += chunk.toString()));
      await waitUntil(() => Promise.resolve(/-----> Waiting for a build slot/.test(text) || undefined), {
        deadlineMs: 10_000,
        intervalMs: 20,
        what: 'the second push to say what it waits for',
      });
      const [operation] = await operations();
      assert.equal(operation!.state, 'queued');
      await db.stores.operations.requestCancel(operation!.id);
      assert.equal((await waiting).exitCode, 1);
      assert.match(text, /deploy cancelled/);
      assert.equal(orders.length, 1);
      release();
      assert.equal((await first).exitCode, 0);
    });
  });

  for (const fault of ['build', 'build:end', 'live', 'live:end', 'ref', 'ref:end']) {
    it(`finishes a push whose controller is killed at ${fault}`, async () => {
      await endpoint.stop();
      const child = spawn(
        process.execPath,
        [
          '--import',
          'tsx',
          join(projectRoot, 'test', 'support', 'git', 'git-endpoint-to-kill.ts'),
          db.url,
          folder,
          `kill@push/${fault}`,
        ],
        { cwd: projectRoot, stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const ended = once(child, 'exit');
      const [port] = (await once(child.stdout, 'data')) as [Buffer];
      client.port = Number(port.toString());
      const commit = await client.commit('one');
      const { code } = await client.push('app');
      assert.notEqual(code, 0);
      assert.equal((await ended)[1], 'SIGKILL');
      const moved = fault === 'ref:end' ? commit : undefined;
      assert.equal(await refOf('refs/heads/master'), moved);
      await start();
      await finished();
      assert.equal(await refOf('refs/heads/master'), commit);
      assert.deepEqual(
        [(await operations()).length, (await db.stores.releases.ofFormation(owned.formation.id)).length],
        [1, 1],
      );
      assert.match((await client.push('app')).text, /up-to-date/);
    });
  }

  it('refuses when the hooks cannot run or the controller does not answer them', async () => {
    await client.commit('one');
    const hooks = join(folder, 'hooks');
    writeFileSync(join(hooks, 'proc-receive'), '#!/bin/sh\nexit 0\n');
    assert.notEqual((await client.push('app')).code, 0);
    for (const hook of ['pre-receive', 'proc-receive']) rmSync(join(hooks, hook));
    assert.notEqual((await client.push('app')).code, 0);
    assert.equal(await refOf('refs/heads/master'), undefined);
    assert.deepEqual(await operations(), []);
  });

  it('keeps the host key of the instance', async () => {
    const [key] = endpoint.hostKeys;
    await restart();
    assert.deepEqual(endpoint.hostKeys, [key]);
  });
});
