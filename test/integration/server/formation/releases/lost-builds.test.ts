import assert from 'node:assert/strict';
import { Conflict } from '../../../../../base/errors.js';
import type { FormationParts } from '../../../../../server/formation/context/formation-parts.js';
import { lostAmong } from '../../../../../server/formation/releases/lost-builds.js';
import { retry } from '../../../../../server/formation/releases/retry.js';
import { rollback } from '../../../../../server/formation/releases/rollback.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('a release whose slug is lost', function () {
  this.timeout(20_000);
  let h: FormationHarness;
  /** Paths that the slug server lacks, or says nothing of. */
  let lost: ReadonlySet<string>;
  let parts: FormationParts;

  beforeEach(async () => {
    h = await FormationHarness.create();
    lost = new Set();
    parts = { ...h.parts, hasSlug: (path) => Promise.resolve(!lost.has(path)) };
    await h.scaleLayers({ runtime: 1, proxy: 1 });
    for (let pushed = 0; pushed < 3; pushed += 1) await h.push();
  });
  afterEach(() => h.close());

  const pathOf = async (version: number): Promise<string> => {
    const build = await h.stores.builds.byId((await h.release(version)).buildId!);
    assert.ok(build?.kind === 'slug');
    return build.slugPath;
  };
  const refused = (why: RegExp) => (error: unknown) => error instanceof Conflict && why.test(error.message);

  it('is not gone back to, which is said before anything is cut, and passed over where none is named', async () => {
    lost = new Set([await pathOf(2)]);
    await assert.rejects(
      rollback(parts, h.user, h.formation, 2),
      refused(/^the slug of v2 is lost: push its commit again: possible are v1$/),
    );
    assert.equal((await h.stores.releases.newest(h.formation.id))?.version, 3);
    const { params } = await rollback(parts, h.user, h.formation);
    assert.equal(params['rollbackTo'], 1);
  });

  it('is not tried again when it failed', async () => {
    h.nodes.fault = ({ node }) => (node === 'app-runtime-1' ? 'failed' : undefined);
    await h.push();
    h.nodes.fault = () => undefined;
    assert.equal((await h.release(4)).state, 'failed');
    lost = new Set([await pathOf(4)]);
    await assert.rejects(retry(parts, h.user, h.formation), refused(/^the slug of v4 is lost/));
  });

  it('is shown as lost, by one question for each path of the newest builds, for a while', async () => {
    const builds = await h.stores.builds.ofFormation(h.formation.id);
    const [newest, , oldest] = builds;
    assert.ok(newest && oldest);
    const asked: string[] = [];
    const hasSlug = async (path: string): Promise<boolean> => {
      asked.push(path);
      return !lost.has(path);
    };
    lost = new Set([await pathOf(1)]);
    assert.deepEqual(await lostAmong({ hasSlug }, builds), new Set([oldest.id]));
    assert.equal(asked.length, 3);
    assert.equal(await lostAmong({ hasSlug }, Array(60).fill(newest)).then(() => asked.length), 4);
    const many = Array.from({ length: 60 }, (_, n) => ({ ...newest, id: `${n}`, slugPath: `${n}` }));
    await lostAmong({ hasSlug }, many);
    assert.equal(asked.length, 54);
    const slow = {
      hasSlug: (path: string) => (lost.has(path) ? hasSlug(path) : new Promise<boolean>(() => {})),
    };
    assert.deepEqual(await lostAmong(slow, builds, 50), new Set([oldest.id]));
    assert.deepEqual(
      await lostAmong({ hasSlug: () => Promise.reject(new Error('away')) }, builds),
      new Set(),
    );
    assert.deepEqual(await lostAmong({}, builds), new Set());
  });

  it('is gone back to where the store does not say', async () => {
    const away = { ...parts, hasSlug: () => Promise.reject(new Error('the store is away')) };
    assert.equal((await rollback(away, h.user, h.formation, 2)).params['rollbackTo'], 2);
  });
});
