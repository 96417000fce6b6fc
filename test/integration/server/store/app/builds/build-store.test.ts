import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type {
  BuildRecord,
  NewBuild,
  SlugBuild,
} from '../../../../../../server/store/app/builds/build-store.js';
import type { Stores } from '../../../../../../server/store/stores.js';
import { createTestDatabase, type TestDatabase } from '../../../../../support/server/database.js';
import { storeFormation } from '../../../../../support/server/stored-formation.js';

const sha = (letter: string): string => letter.repeat(64);
const archive = (letter: string, name: string) => ({
  path: `${sha(letter)}/${name}.tgz`,
  sha256: sha(letter),
  size: 1000,
});
const node = {
  name: 'node',
  version: '22.1.0',
  mount: '.deis/node',
  ...archive('a', 'node-22-1-0-npm-10-9-0-x64'),
};
const other = { name: 'other', version: '1.2', mount: '.deis/other', ...archive('b', 'other-1-2-x64') };

describe('builds', function () {
  this.timeout(30_000);
  let db: TestDatabase;
  let stores: Stores;
  let formationId: number;
  before(async () => {
    db = await createTestDatabase();
    stores = db.stores;
    formationId = (await storeFormation(stores, 'built')).formation.id;
  });
  after(() => db.close());

  const newBuild = (runtimes: SlugBuild['runtimes']): NewBuild => ({
    kind: 'slug',
    id: randomUUID(),
    formationId,
    createdBy: null,
    gitCommit: 'c0ffee',
    slugPath: `${sha('c')}/built.tgz`,
    slugSha256: sha('c'),
    slugSize: 5,
    procfile: { web: 'node .' },
    image: 'deis/stack:bookworm@sha256:1',
    buildpack: 'nodejs',
    runtimes,
  });
  const runtimesOf = (build: BuildRecord | undefined) =>
    build?.kind === 'slug' ? build.runtimes : undefined;
  const column = async (id: string, name: string): Promise<unknown> =>
    (await db.stores.database('builds').where({ id }).first<Record<string, unknown>>(name))[name];

  it('has all its runtimes wherever it is read, and keeps their files', async () => {
    const { id } = await stores.builds.insert(newBuild([node, other]));
    const read = [
      await stores.builds.byId(id),
      ...(await stores.builds.byIds([id])),
      ...(await stores.builds.ofFormation(formationId)),
      ...(await stores.builds.pageOfFormation(formationId, { limit: 5 })).items,
    ];
    assert.equal(read.length, 4);
    for (const build of read) assert.deepEqual(runtimesOf(build), [node, other]);
    const kept = await stores.builds.keptPaths();
    for (const { path } of [node, other]) assert.ok(kept.has(path), path);
    assert.ok(kept.has(`${sha('c')}/built.tgz`));
  });

  it('can be read by the version before, which knows Node.js alone', async () => {
    const { path, sha256, size } = node;
    const [both, none] = [
      await stores.builds.insert(newBuild([other, node])),
      await stores.builds.insert(newBuild([other])),
    ];
    assert.deepEqual(await column(both.id, 'runtime'), { path, sha256, size });
    assert.equal(await column(none.id, 'runtime'), null);
  });

  it('of the version before has the runtime that it was written with', async () => {
    const { path, sha256, size } = node;
    const { id } = await stores.builds.insert(newBuild([node]));
    await db.stores.database('builds').where({ id }).update({ runtimes: null });
    assert.deepEqual(runtimesOf(await stores.builds.byId(id)), [
      { name: 'node', version: '22.1.0', mount: '.deis/node', path, sha256, size },
    ]);
    assert.ok((await stores.builds.keptPaths()).has(path));
    await db.stores.database('builds').where({ id }).update({ runtime: null });
    assert.deepEqual(runtimesOf(await stores.builds.byId(id)), []);
  });
});
