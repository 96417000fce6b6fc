import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Conflict } from '../../../../../base/errors.js';
import { collectBuilds } from '../../../../../server/formation/releases/collect-builds.js';
import { rollback } from '../../../../../server/formation/releases/rollback.js';
import { collectFiles } from '../../../../../server/slug/collect-files.js';
import { formationDirs, removeFormationFiles } from '../../../../../server/slug/remove-formation-files.js';
import { FileBlobs } from '../../../../../server/blobs/file-blobs.js';
import { SlugFiles } from '../../../../../server/slug/slug-files.js';
import { aheadNote } from '../../../../../server/slug/runtime-name.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('collecting builds', function () {
  this.timeout(30_000);
  let h: FormationHarness;
  const dataDir = mkdtempSync(join(tmpdir(), 'deis-collect-'));
  const places = formationDirs(dataDir);
  const blobs = new FileBlobs(places.slugs);

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
  const slug = (digit: string, name = 'app'): string => `${digit.repeat(64)}/${name}.tgz`;
  /** A packed runtime, its tree, and the note of which archive that was packed into. */
  const runtime = (digit: string, name: string, packedInto: string): string[] => {
    const paths = [
      file(join(places.slugs, slug(digit, name))),
      file(join(places.runtimes, name, 'bin', 'node')),
      file(join(places.runtimes, `${name}.json`)),
    ];
    writeFileSync(
      paths[2]!,
      JSON.stringify({ path: slug(packedInto, name), sha256: packedInto.repeat(64), size: 1 }),
    );
    return paths;
  };
  const hourAgo = (): Date => new Date(h.now.getTime() - 3600_000);
  /** What is older than an hour goes unless it is needed. */
  const collect = async (formations: readonly string[] = ['app']): Promise<string[]> => {
    const needed = async () => ({
      paths: await h.stores.builds.keptPaths(),
      formations: new Set(formations),
    });
    return collectFiles(places, blobs, { needed, unusedSince: hourAgo() });
  };
  const builds = async () =>
    (await h.stores.builds.ofFormation(h.formation.id)).filter((build) => build.kind === 'slug');
  const kept = async (): Promise<number> =>
    (await builds()).filter(({ collectedAt }) => collectedAt === null).length;

  it('keeps the live one and as many as can be rolled back to, however many there were', async () => {
    for (let push = 0; push < 6; push += 1) await h.push();
    for (const { slugPath } of await builds()) file(join(places.slugs, slugPath));
    await collectBuilds(h.stores, 2);
    assert.equal(await kept(), 3);
    assert.equal((await collect()).length, 3);
    const there = (await builds()).map(({ slugPath, collectedAt }) => [
      existsSync(join(places.slugs, slugPath)),
      collectedAt === null,
    ]);
    assert.ok(
      there.every(([exists, isKept]) => exists === isKept),
      JSON.stringify(there),
    );
  });

  it('rolls back to a kept release, and refuses another before anything changes', async () => {
    const releases = await h.stores.releases.ofFormation(h.formation.id);
    await assert.rejects(
      rollback(h.parts, h.user, h.formation, 1),
      (error) =>
        error instanceof Conflict &&
        /v1 is no longer kept: push its commit again: possible are v\d+, v\d+$/.test(error.message),
    );
    assert.equal((await h.stores.releases.ofFormation(h.formation.id)).length, releases.length);
    const { id } = await rollback(h.parts, h.user, h.formation, releases[1]!.version);
    assert.equal((await h.end(id)).state, 'succeeded');
    await collectBuilds(h.stores, 2);
    assert.equal((await h.stores.builds.byId(releases[1]!.buildId!))?.collectedAt, null);
  });

  it('leaves what is young, and what another build needs', async () => {
    const [newest] = await builds();
    const young = file(join(places.slugs, slug('a')), 60);
    const needed = file(join(places.slugs, newest!.slugPath));
    const collected = { ...newest!, id: randomUUID(), runtimes: [] };
    await h.stores.builds.insert(collected);
    await h.stores.builds.markCollected([collected.id]);
    assert.deepEqual([await collect(), existsSync(young), existsSync(needed)], [[], true, true]);
  });

  it('removes what no build speaks of, asking for the builds when it has listed the files', async () => {
    const [newest] = await builds();
    const stray = file(join(places.slugs, slug('b')));
    const recorded = file(join(places.slugs, slug('d')));
    const needed = async () => {
      await h.stores.builds.insert({ ...newest!, id: randomUUID(), slugPath: slug('d') });
      return { paths: await h.stores.builds.keptPaths(), formations: new Set<string>() };
    };
    assert.deepEqual(await collectFiles(places, blobs, { needed, unusedSince: hourAgo() }), [slug('b')]);
    assert.deepEqual([existsSync(dirname(stray)), existsSync(recorded)], [false, true]);
  });

  it('gives up the build of a push that ended before its release, and keeps that of one under way', async () => {
    const [newest] = await builds();
    const push = {
      formationId: h.formation.id,
      formationName: 'app',
      kind: 'push',
      requestedBy: h.user.id,
    };
    const [underWay, ended] = [
      await h.stores.operations.enqueue({ ...push, id: randomUUID() }),
      await h.stores.operations.enqueue({ ...push, id: randomUUID() }),
    ];
    await h.stores.operations.requestCancel(ended.id);
    for (const { id } of [underWay, ended])
      await h.stores.builds.insert({ ...newest!, id, slugPath: `${id}/app.tgz` });
    await collectBuilds(h.stores, 2);
    const paths = await h.stores.builds.keptPaths();
    assert.deepEqual(
      [paths.has(`${underWay.id}/app.tgz`), paths.has(`${ended.id}/app.tgz`), paths.has(newest!.slugPath)],
      [true, false, true],
    );
    await h.stores.operations.requestCancel(underWay.id);
    await collectBuilds(h.stores, 2);
    assert.ok(!(await h.stores.builds.keptPaths()).has(`${underWay.id}/app.tgz`));
  });

  it('takes a runtime with its unpacked tree, and repositories and caches of formations that are gone', async () => {
    const paths = runtime('c', 'node-20-1-0-npm-10-0-0-x64', 'c');
    const time = new Date(h.now.getTime() - 7200_000);
    for (const [folder, name] of [
      [places.repos, 'old.git'],
      [places.repos, 'app.git'],
      [places.caches, 'old'],
      [places.caches, 'app'],
    ] as const) {
      file(join(folder, name, 'x'));
      utimesSync(join(folder, name), time, time);
    }
    await collect();
    assert.deepEqual(
      paths.map((path) => existsSync(path)),
      [false, false, false],
    );
    assert.deepEqual(readdirSync(places.runtimes), []);
    assert.deepEqual(
      ['repos/old.git', 'cache/apps/old', 'repos/app.git', 'cache/apps/app'].map((path) =>
        existsSync(join(dataDir, path)),
      ),
      [false, false, true, true],
    );
  });

  it('keeps the runtime that was fetched ahead, though no build needs it yet', async () => {
    const paths = runtime('a', 'node-26-1-0-npm-10-0-0-x64', 'a');
    writeFileSync(
      join(places.runtimes, aheadNote),
      JSON.stringify({ path: slug('a', 'node-26-1-0-npm-10-0-0-x64') }),
    );
    await collect();
    assert.deepEqual(
      paths.map((path) => existsSync(path)),
      [true, true, true],
    );
    rmSync(join(places.runtimes, aheadNote));
    await collect();
    assert.deepEqual(
      paths.map((path) => existsSync(path)),
      [false, false, false],
    );
  });

  it('leaves the unpacked tree to the archive that it was packed into last', async () => {
    const name = 'node-22-1-0-npm-10-0-0-x64';
    const [older, ...unpacked] = runtime('e', name, 'f');
    await collect();
    assert.deepEqual(
      [older!, ...unpacked].map((path) => existsSync(path)),
      [false, true, true],
    );
  });

  it('leaves what formations share when one that is named like it, or like a cache, is destroyed', async () => {
    const name = 'node-24-1-0-npm-10-0-0-x64';
    const shared = runtime('c', name, 'c');
    await removeFormationFiles(places, new SlugFiles(blobs), name);
    assert.ok(
      shared.every((path) => existsSync(path)),
      'of the formation that is destroyed',
    );
    const npm = [file(join(places.runtimes, 'npm', 'x')), file(join(places.runtimes, 'versions-npm.json'))];
    for (const path of ['npm.tgz', 'versions-npm.tgz']) file(join(places.slugs, 'f'.repeat(64), path));
    const time = new Date(h.now.getTime() - 7200_000);
    utimesSync(join(places.runtimes, 'npm'), time, time);
    await collect();
    assert.ok(
      npm.every((path) => existsSync(path)),
      'of the formations npm and versions-npm',
    );
  });

  it('forgets operations that ended long ago, save the pushes of kept builds', async () => {
    const before = await h.stores.operations.ofFormation(h.formation.id, 1000);
    assert.equal(await h.stores.operations.removeEndedBefore(new Date(0)), 0);
    const removed = await h.stores.operations.removeEndedBefore(new Date(Date.now() + 1000));
    assert.ok(removed > 0);
    assert.equal(
      (await h.stores.operations.ofFormation(h.formation.id, 1000)).length,
      before.length - removed,
    );
  });
});
