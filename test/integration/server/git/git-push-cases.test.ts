import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { BuildFailure } from '../../../../server/builder/failure/build-failure.js';
import type { TestDatabase } from '../../../support/server/database.js';
import type { GitClient } from '../../../support/git/git-client.js';
import { quickBuilder, startGitEndpoint, type GitEndpoint } from '../../../support/git/git-endpoint.js';
import { startOwnedGit, stopOwnedGit } from '../../../support/git/owned-git.js';
import type { StoredFormation } from '../../../support/server/stored-formation.js';

describe('git push, as people do it', function () {
  this.timeout(40_000);
  let db: TestDatabase;
  let folder: string;
  let endpoint: GitEndpoint;
  let owned: StoredFormation;
  let client: GitClient;

  beforeEach(async () => {
    ({ db, folder, endpoint, owned, client } = await startOwnedGit());
  });
  afterEach(() => stopOwnedGit({ db, folder, endpoint }));

  const refs = async (): Promise<string[]> =>
    (await client.git('ls-remote', client.url('app'))).text
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t')[1]!);
  const operations = () => db.stores.operations.ofFormation(owned.formation.id);

  describe('out of a clone of depth 1', () => {
    let ci: string;
    /** Three commits at home, the last of which is all that the clone has. */
    beforeEach(async () => {
      for (const message of ['one', 'two', 'three']) await client.commit(message);
      ci = join(client.home, 'ci');
      await client.git('clone', '-q', '--depth', '1', `file://${client.app}`, ci);
    });
    const push = () => client.git('-C', ci, 'push', '--force', client.url('app'), 'HEAD:refs/heads/master');

    it('says what is missing and how to get it, and deploys nothing', async () => {
      const { code, text } = await push();
      assert.notEqual(code, 0);
      assert.match(
        text,
        /^remote: this is a shallow clone, .*: run `git fetch --unshallow` and push again \(in CI: .*fetch-depth: 0\)/m,
      );
      assert.deepEqual(await operations(), []);
      await client.git('-C', ci, 'fetch', '-q', '--unshallow');
      assert.equal((await push()).code, 0);
    });

    it('deploys when the formation has the commits that the clone lacks', async () => {
      assert.equal((await client.push('app', 'HEAD~1:refs/heads/master')).code, 0);
      const { code, text } = await push();
      assert.equal(code, 0, text);
      assert.equal((await client.git('clone', '-q', client.url('app'), join(client.home, 'copy'))).code, 0);
    });
  });

  it('deploys master when tags come along, and says that they are not deployed', async () => {
    await client.commit('one');
    assert.equal((await client.push('app')).code, 0);
    await client.commit('two');
    await client.git('tag', '-a', 'v1.0', '-m', 'one');
    const { code, text } = await client.push('app', '--follow-tags', 'master');
    assert.equal(code, 0, text);
    assert.match(text, /^remote: +Tags are not deployed and not kept here: v1\.0 \(--no-follow-tags/m);
    assert.match(text, /^remote: -----> Release v2 is live/m);
    assert.deepEqual(await refs(), ['HEAD', 'refs/heads/master']);
    const again = await client.push('app', '--follow-tags', 'master');
    assert.equal(again.code, 0, again.text);
    assert.match(again.text, /Tags are not deployed and not kept here: v1\.0/);
    assert.equal((await operations()).length, 2);
  });

  it('says how to get back to what was rolled back, and only then', async () => {
    await client.commit('one');
    assert.doesNotMatch((await client.push('app')).text, /deis:/);
    const two = await client.commit('two');
    assert.equal((await client.push('app')).code, 0);
    assert.doesNotMatch((await client.push('app')).text, /deis:/);
    const [, first] = await db.stores.releases.ofFormation(owned.formation.id);
    const { formationId, buildId, configId } = first!;
    const back = await db.stores.releases.insert({
      ...{ formationId, buildId, configId },
      summary: 'Roll back to v1',
      createdBy: owned.user.id,
    });
    await db.stores.releases.setState(back.id, 'live');
    await db.stores.formations.setLiveRelease(owned.formation.id, back.id);
    const hint = `deis: ${two.slice(0, 8)} was deployed and rolled back \\(v3 is live\\), and pushing it again`;
    for (const more of [['master'], ['--force', 'master']]) {
      const { code, text } = await client.push('app', ...more);
      assert.equal(code, 0);
      assert.match(text, new RegExp(`^${hint} changes nothing: \`deis rollback v2\` brings it back$`, 'm'));
      assert.match(text, /up-to-date/);
    }
    const [build] = await db.stores.builds.ofFormation(owned.formation.id);
    assert.ok(build?.kind === 'slug');
    endpoint.lostSlugs.add(build.slugPath);
    assert.match(
      (await client.push('app')).text,
      new RegExp(`^${hint} changes nothing: to build it again, push a`, 'm'),
    );
    endpoint.lostSlugs.clear();
    await db.stores.builds.markCollected([build!.id]);
    assert.match(
      (await client.push('app')).text,
      new RegExp(`^${hint} changes nothing: to build it again, push a`, 'm'),
    );
    await client.commit('three');
    assert.doesNotMatch((await client.push('app')).text, /deis:/);
    assert.doesNotMatch((await client.push('app')).text, /deis:/);
  });

  it('deploys the branch that DEIS_DEPLOY_BRANCH names, and answers others in a sentence', async () => {
    await db.stores.configs.insert({
      formationId: owned.formation.id,
      values: { DEIS_DEPLOY_BRANCH: 'live/eu' },
      createdBy: null,
    });
    await client.commit('one');
    const other = await client.push('app');
    assert.notEqual(other.code, 0);
    assert.match(
      other.text,
      /^remote: only live\/eu is deployed, as DEIS_DEPLOY_BRANCH of the config says: to deploy master, run `git push deis master:live\/eu`/m,
    );
    assert.deepEqual(await operations(), []);
    const { code, text } = await client.push('app', 'master:live/eu');
    assert.equal(code, 0, text);
    assert.deepEqual(await refs(), ['refs/heads/live/eu']);
    assert.equal((await client.push('app', '-o', 'nonsense', 'master:live/eu', '--force')).code, 0);
    await client.commit('two');
    const option = await client.push('app', '-o', 'nonsense', 'master:live/eu');
    assert.match(
      option.text,
      /no push option nonsense; there are cancel-on-disconnect and dockerfile=PATH \(deis help git\)/,
    );
  });

  it('gives the first deploy the config and the counts of app.json, and later ones nothing', async () => {
    const present = async () => (await db.stores.configs.present(owned.formation.id))?.values;
    const manifest = (env: object): string =>
      JSON.stringify({ env, formation: { web: { quantity: 2 }, worker: { quantity: 3 }, none: {} } });
    const app = { 'package.json': '{}', Procfile: 'web: node .\nworker: node w.js\n' };
    const env = { LANG: 'en', SECRET: { generator: 'secret' }, KEY: {}, MAYBE: { required: false } };
    await client.commit('one', { ...app, 'app.json': manifest(env) });
    const refused = await client.push('app');
    assert.match(
      refused.text,
      /app\.json asks for KEY: set what has no value, .*`deis config:set KEY=\.\.\.`/,
    );
    assert.equal(await present(), undefined);
    const values = { KEY: 'mine', LANG: 'de' };
    await db.stores.configs.insert({ formationId: owned.formation.id, createdBy: null, values });
    const { code, text } = await client.push('app');
    assert.equal(code, 0, text);
    assert.match(text, /^remote: -----> Config from app\.json: SECRET \(generated\)/m);
    assert.deepEqual(await present(), { KEY: 'mine', LANG: 'de', SECRET: 's'.repeat(64) });
    const scale = async () => (await db.stores.formations.byId(owned.formation.id))!.scale;
    assert.deepEqual(await scale(), { web: 2, worker: 3 });
    await db.stores.formations.setScale(owned.formation.id, { web: 1, worker: 0 });
    await client.commit('two', { 'app.json': manifest({ ...env, NEW: 'x', OTHER: {} }) });
    const later = await client.push('app');
    assert.equal(later.code, 0, later.text);
    assert.equal(Object.hasOwn((await present())!, 'NEW'), false);
    assert.deepEqual(await scale(), { web: 1, worker: 0 });
  });

  it('refuses an app.json that is wrong, naming line and key', async () => {
    await client.commit('one', { 'app.json': '{\n  "env": { "A": 5 }\n}' });
    const { code, text } = await client.push('app');
    assert.notEqual(code, 0);
    assert.match(
      text,
      /app\.json: line 2: env\.A: expected a text, or an object with value, generator or required/,
    );
  });

  it('says at the end why a build failed and what to do, and keeps that with the operation', async () => {
    await endpoint.stop();
    const failure = new BuildFailure('the build failed: bin/compile of nodejs failed (exit code 1)', {
      step: 'bin/compile of nodejs',
      exitCode: 1,
      lines: ['npm error code ERESOLVE'],
    });
    const builder = { ...quickBuilder, build: () => Promise.reject(failure) };
    endpoint = await startGitEndpoint({ url: db.url, folder, builder });
    client.port = endpoint.port;
    await client.commit('one');
    const { code, text } = await client.push('app');
    assert.notEqual(code, 0);
    assert.match(
      text,
      /^remote:  ! {5}deploy failed: the build failed: .* \(exit code 1\) *\nremote:  ! {5}Two packages ask for/m,
    );
    const [failed] = await operations();
    assert.deepEqual(failed!.error, { ...failure.details, message: failure.message });
  });

  it('reads the Procfile that a link leads to', async () => {
    mkdirSync(join(client.app, 'deploy'));
    symlinkSync('deploy/Procfile.production', join(client.app, 'Procfile'));
    const web = 'web: node server.js\n';
    await client.commit('one', { 'server.js': '', 'package.json': '{}', 'deploy/Procfile.production': web });
    const { code, text } = await client.push('app');
    assert.equal(code, 0, text);
    const [build] = await db.stores.builds.ofFormation(owned.formation.id);
    assert.deepEqual(build!.procfile, { web: 'node server.js' });
  });
});
