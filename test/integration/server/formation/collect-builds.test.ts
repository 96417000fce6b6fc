import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Conflict } from '../../../../cookbooks/errors.js';
import { collectBuilds } from '../../../../server/formation/collect-builds.js';
import { rollback } from '../../../../server/formation/rollback.js';
import { collectFiles } from '../../../../server/slug/collect-files.js';
import { formationPlaces } from '../../../../server/slug/remove-formation-files.js';
import { FormationHarness } from '../../../support/formation-harness.js';

describe('collecting builds', function () {
  this.timeout(30_000);
  let h: FormationHarness;
  const dataDir = mkdtempSync(join(tmpdir(), 'deis-collect-'));
  const places = formationPlaces(dataDir);

  before(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 1, proxy: 1 });
  });
  after(async () => {
    rmSync(dataDir, { recursive: true });
    await h.close();
  });

  const file = (path: string, age = 7200): string => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'x');
    const time = new Date(h.now.getTime() - age * 1000);
    utimesSync(path, time, time);
    return path;
  };
  const builds = async () => h.stores.builds.ofFormation(h.formation.id);
  const kept = async (): Promise<number> => (await builds()).filter(({ collectedAt }) => collectedAt === null).length;

  it('keeps the live one and as many as can be rolled back to, however many there were', async () => {
    for (let push = 0; push < 6; push += 1) await h.push();
    for (const { slugPath } of await builds()) file(join(places.slugs, slugPath));
    await collectBuilds(h.stores, 2);
    assert.equal(await kept(), 3);
    await collectFiles(places, { paths: await h.stores.builds.collectedPaths(), formations: new Set(['app']), graceMs: 3600_000, now: h.now });
    const there = (await builds()).map(({ slugPath, collectedAt }) => [existsSync(join(places.slugs, slugPath)), collectedAt === null]);
    assert.ok(there.every(([exists, isKept]) => exists === isKept), JSON.stringify(there));
  });

  it('rolls back to a kept release, and refuses another before anything changes', async () => {
    const releases = await h.stores.releases.ofFormation(h.formation.id);
    await assert.rejects(rollback(h.parts, h.user, h.formation, 1), (error) => error instanceof Conflict && /v1 is no longer kept: push its commit again: possible are v\d+, v\d+$/.test(error.message));
    assert.equal((await h.stores.releases.ofFormation(h.formation.id)).length, releases.length);
    const { id } = await rollback(h.parts, h.user, h.formation, releases[1]!.version);
    assert.equal((await h.end(id)).state, 'succeeded');
    await collectBuilds(h.stores, 2);
    assert.equal((await h.stores.builds.byId(releases[1]!.buildId!))?.collectedAt, null);
  });

  it('leaves what a push under way may use, and what another build needs', async () => {
    const [newest] = await builds();
    const young = file(join(places.slugs, 'a'.repeat(64), 'app.tgz'), 60);
    const needed = file(join(places.slugs, newest!.slugPath));
    const gone = await collectFiles(places, { paths: [`${'a'.repeat(64)}/app.tgz`, `${'b'.repeat(64)}/app.tgz`], formations: new Set(), graceMs: 3600_000, now: h.now });
    assert.deepEqual([gone, existsSync(young), existsSync(needed)], [[], true, true]);
    assert.ok(!(await h.stores.builds.collectedPaths()).includes(newest!.slugPath));
  });

  it('takes a runtime with its unpacked tree, and repositories and caches of formations that are gone', async () => {
    const runtime = `${'c'.repeat(64)}/node-20-1-0-npm-10-0-0-x64.tgz`;
    const paths = [file(join(places.slugs, runtime)), file(join(places.runtimes, 'node-20-1-0-npm-10-0-0-x64', 'bin', 'node')), file(join(places.runtimes, 'node-20-1-0-npm-10-0-0-x64.json'))];
    const time = new Date(h.now.getTime() - 7200_000);
    for (const [folder, name] of [[places.repos, 'old.git'], [places.repos, 'app.git'], [places.caches, 'old'], [places.caches, 'app']] as const) {
      file(join(folder, name, 'x'));
      utimesSync(join(folder, name), time, time);
    }
    await collectFiles(places, { paths: [runtime], formations: new Set(['app']), graceMs: 3600_000, now: h.now });
    assert.deepEqual(paths.map((path) => existsSync(path)), [false, false, false]);
    assert.deepEqual(['repos/old.git', 'cache/apps/old', 'repos/app.git', 'cache/apps/app'].map((path) => existsSync(join(dataDir, path))), [false, false, true, true]);
  });

  it('forgets operations that ended long ago, save the pushes of kept builds', async () => {
    const before = await h.stores.operations.ofFormation(h.formation.id, 1000);
    assert.equal(await h.stores.operations.removeEndedBefore(new Date(0)), 0);
    const removed = await h.stores.operations.removeEndedBefore(new Date(Date.now() + 1000));
    assert.ok(removed > 0);
    assert.equal((await h.stores.operations.ofFormation(h.formation.id, 1000)).length, before.length - removed);
  });
});
