import assert from 'node:assert/strict';
import { MachinesGone } from '../../../../../server/formation/nodes/machines-gone.js';
import { replaceNode } from '../../../../../server/formation/nodes/replace-node.js';
import { rescheduleFormation } from '../../../../../server/formation/deploy/scale/reschedule.js';
import type { NodeRecord } from '../../../../../server/store/infrastructure/node-store.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('machines that somebody took away', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
    await h.push();
    await h.scale({ web: 2 });
    h.lines.length = 0;
  });
  afterEach(() => h.close());

  const nodes = async (): Promise<readonly NodeRecord[]> => (await h.snapshot()).nodes;
  const statuses = async (): Promise<string[]> =>
    (await nodes()).map(({ name, status }) => `${name} ${status}`).sort();
  const takeAway = async (...names: string[]): Promise<void> => {
    for (const { id, name } of await nodes())
      if (names.includes(name)) {
        h.cloud.delete(id);
        h.nodes.gone.add(name);
      }
  };
  const all = ['app-proxy-1', 'app-runtime-1', 'app-runtime-2'];

  it('are lost, all of them too, and an operation that needs them says why', async () => {
    await takeAway(...all);
    const queued = await rescheduleFormation(h.parts, h.formation.id, ['app-runtime-1']);
    const operation = await h.end(queued!.id);
    assert.equal(operation.state, 'failed');
    assert.match(
      operation.error!.message,
      /no runtime node can be reached.*app-runtime-1: its machine mock-\S+ was terminated.*nodes:replace app-runtime-2/,
    );
    assert.deepEqual(
      await statuses(),
      all.map((name) => `${name} lost`),
    );
    const reasons = (await nodes()).map(({ lastError }) => lastError ?? '');
    assert.ok(reasons.every((reason) => reason.includes('was terminated')));
  });

  it('are replaced one by one', async () => {
    await takeAway(...all);
    for (const name of ['app-runtime-1', 'app-proxy-1', 'app-runtime-2']) {
      const { id } = await replaceNode(h.parts, h.user, h.formation, name);
      // The others are gone still: what stands in for this one is not undone for that.
      await h.end(id);
    }
    const scaled = await h.scaleLayers({ runtime: 2, proxy: 1 });
    assert.equal(scaled.state, 'succeeded', JSON.stringify(scaled.error));
    const ready = (await statuses()).filter((status) => status.endsWith(' ready'));
    assert.equal(ready.length, 3, String(await statuses()));
    assert.equal((await h.containers()).filter((each) => each.endsWith(' v1 serving')).length, 2);
  });

  it('are left without asking them to stop anything, and the live release comes back with new ones', async () => {
    await takeAway(...all);
    const down = await h.scaleLayers({ runtime: 0, proxy: 0 });
    assert.equal(down.state, 'succeeded', JSON.stringify(down.error));
    assert.deepEqual([await nodes(), await h.containers()], [[], []]);
    assert.deepEqual(
      h.lines.filter((line) => /reached|terminated/.test(line)),
      [],
    );
    const up = await h.scaleLayers({ runtime: 2, proxy: 1 });
    assert.equal(up.state, 'succeeded', JSON.stringify(up.error));
    assert.deepEqual(await h.containers(), [
      'web.1@app-runtime-1 v1 serving',
      'web.2@app-runtime-2 v1 serving',
    ]);
  });

  describe('as their clouds know', () => {
    let asked: number;
    let now: number;
    let machines: MachinesGone;
    beforeEach(() => {
      [asked, now] = [0, 0];
      h.cloudFault = (call) => void (asked += call === 'list' ? 1 : 0);
      machines = new MachinesGone(h.parts, () => now);
    });
    const why = async (name: string): Promise<string | undefined> => {
      const { address } = (await nodes()).find((node) => node.name === name)!;
      return machines.whyGone({ name, address: address! });
    };

    it('are told from those that are there, by one question for all that fall silent together', async () => {
      await takeAway('app-runtime-1');
      const answers = await Promise.all(all.map(why));
      assert.deepEqual([answers[0], answers[2]], [undefined, undefined]);
      assert.match(answers[1] ?? '', /^its machine mock-\S+ was terminated.*nodes:replace app-runtime-1`$/);
      assert.equal(asked, 2, 'once for each layer');
      await takeAway('app-runtime-2');
      assert.equal(await why('app-runtime-2'), undefined, 'what was said a moment ago holds');
      now = 6000;
      assert.match((await why('app-runtime-2')) ?? '', /terminated/);
    });

    it("are not asked for at another address, while they are made, and where hosts are somebody's own", async () => {
      await takeAway(...all);
      const [proxy, first, second] = [...(await nodes())].sort((a, b) => a.name.localeCompare(b.name));
      await h.stores.nodes.update(first!.id, { status: 'booting' });
      await h.stores.nodes.update(second!.id, { adopted: true });
      assert.deepEqual(
        await Promise.all([
          why('app-runtime-1'),
          why('app-runtime-2'),
          machines.whyGone({ name: proxy!.name, address: '192.0.2.9' }),
        ]),
        [undefined, undefined, undefined],
      );
      assert.equal(asked, 0);
    });

    it('stay unknown where the cloud does not answer', async () => {
      await takeAway(...all);
      h.cloudFault = () => {
        throw new Error('the cloud is away');
      };
      await assert.rejects(why('app-runtime-1'), /the cloud is away/);
    });
  });
});
