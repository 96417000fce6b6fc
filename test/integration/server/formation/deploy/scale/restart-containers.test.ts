import assert from 'node:assert/strict';
import { Conflict, UnknownName } from '../../../../../../base/errors.js';
import {
  restartContainers,
  type ContainerChoice,
} from '../../../../../../server/formation/deploy/scale/restart-containers.js';
import { FormationHarness, type RunOptions } from '../../../../../support/server/formation-harness.js';

describe('restartContainers', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
    await h.push(['web', 'worker']);
    await h.scale({ web: 2, worker: 1 });
  });
  afterEach(() => h.close());

  const queue = (which: ContainerChoice = {}) => restartContainers(h.parts, h.user, h.formation, which);
  const restart = async (which?: ContainerChoice, options?: RunOptions) =>
    h.end((await queue(which)).id, options);

  /** `web.1` -> row id of what serves. */
  async function serving(): Promise<Map<string, number>> {
    const rows = (await h.stores.containers.ofFormation(h.formation.id)).filter(
      ({ state }) => state === 'serving',
    );
    return new Map(rows.map(({ type, num, id }) => [`${type}.${num}`, id]));
  }

  async function renewed(which: ContainerChoice, options?: RunOptions): Promise<string[]> {
    const [before, version] = [await serving(), await h.liveVersion()];
    assert.equal((await restart(which, options)).state, 'succeeded');
    await h.drain();
    const after = await serving();
    assert.deepEqual([[...after.keys()], await h.liveVersion()], [[...before.keys()], version]);
    assert.equal((await h.containers()).length, after.size, 'the old are gone');
    assert.equal(h.nodes.running().length, after.size, h.nodes.running().join());
    return [...after].filter(([name, id]) => before.get(name) !== id).map(([name]) => name);
  }

  it('makes anew all containers, those of a type, or one, and cuts no release', async () => {
    assert.deepEqual(await renewed({}), ['web.1', 'web.2', 'worker.1']);
    assert.deepEqual(await renewed({ type: 'web' }), ['web.1', 'web.2']);
    assert.deepEqual(await renewed({ type: 'web', num: 2 }), ['web.2']);
  });

  for (const step of ['start', 'switch', 'live']) {
    it(`is carried on after the controller was killed at the end of ${step}, and restarts nothing twice`, async () => {
      const [newest] = [...(await serving()).values()].sort((a, b) => b - a);
      assert.deepEqual(await renewed({}, { kill: { step, at: 'end' } }), ['web.1', 'web.2', 'worker.1']);
      const ids = [...(await serving()).values()];
      assert.ok(
        ids.every((id) => id > newest! && id <= newest! + 3),
        `${newest}: ${ids.join()}`,
      );
    });
  }

  it('leaves the old in service when a new one does not start', async () => {
    const before = await serving();
    h.nodes.fault = ({ node }) => (node === 'app-runtime-2' ? 'failed' : undefined);
    assert.equal((await restart()).state, 'failed');
    h.nodes.fault = () => undefined;
    await h.drain();
    assert.deepEqual(await serving(), before);
    assert.equal(await h.liveVersion(), 1);
  });

  it('restarts what an operation before it in the queue has not made anew already', async () => {
    const before = await serving();
    const first = await queue({ type: 'web' });
    const second = await queue();
    await h.end(first.id);
    await h.end(second.id);
    const after = await serving();
    assert.ok([...after].every(([name, id]) => id > before.get(name)!));
    assert.equal(Math.max(...after.values()) - Math.max(...before.values()), 3);
  });

  it('refuses what does not run, naming what does', async () => {
    await assert.rejects(
      queue({ type: 'clock' }),
      (error) => error instanceof UnknownName && error.field === 'type' && /web, worker/.test(error.message),
    );
    await assert.rejects(
      queue({ type: 'web', num: 3 }),
      (error) =>
        error instanceof UnknownName && error.field === 'num' && /web\.1, web\.2/.test(error.message),
    );
    await h.scale({ web: 0, worker: 0 });
    await assert.rejects(queue(), Conflict);
  });
});
