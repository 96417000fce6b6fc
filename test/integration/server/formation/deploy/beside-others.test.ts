import assert from 'node:assert/strict';
import { compileNodeProgram } from '../../../../../provisioner/converge/compile-node-program.js';
import { createFormation } from '../../../../../server/formation/create-formation.js';
import { scaleContainers } from '../../../../../server/formation/deploy/scale/scale-containers.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('a deploy beside those of others', function () {
  this.timeout(20_000);
  let h: FormationHarness;
  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
  });
  afterEach(() => h.close());

  const guest = async (name: string) => {
    const formation = await createFormation(h.parts, h.user, { name, host: h.formation });
    await h.drain();
    return formation;
  };

  it('starts on the node that it has fetched for, whatever others start there meanwhile', async () => {
    const [shop, blog] = [await guest('shop'), await guest('blog')];
    const [first, second] = await h.stores.nodes.ofFormation(h.formation.id);
    const push = await h.queuePush(['web', 'release'], null, shop);
    const other = await h.queuePush(['web'], null, blog);
    const { releaseId } = other.params as { releaseId: number };
    const row = {
      formationId: blog.id,
      releaseId,
      type: 'web',
      state: 'serving' as const,
      nodeId: first!.id,
    };
    const onStep = async (name: string): Promise<void> => {
      if (name === 'prefetch') return;
      const port = 5900 + h.steps.length;
      await h.stores.containers.insert([{ ...row, num: h.steps.length, port }]);
    };
    h.steps.length = 0;
    await h.runUntil(push.id, { onStep });
    const done = (await h.stores.operations.byId(push.id))!;
    assert.deepEqual([done.state, done.error], ['succeeded', null]);
    assert.ok(h.steps.includes('prefetch') && h.steps.includes('start'), h.steps.join());
    const [web] = await h.stores.containers.ofFormation(shop.id);
    const beside = (await h.stores.containers.ofFormation(blog.id)).length;
    assert.ok(beside > 1);
    assert.deepEqual(
      [web?.type, web?.nodeId === first!.id, web?.nodeId === second!.id],
      ['web', true, false],
    );
  });

  it('starts where less is in use, stays there when that changes, and is placed anew by a deploy', async () => {
    const [heavy, light, shop] = [await guest('heavy'), await guest('light'), await guest('shop')];
    const [first, second] = await h.stores.nodes.ofFormation(h.formation.id);
    const names = new Map([first!, second!].map(({ id, name }) => [id, name]));
    const push = async (formation: typeof shop): Promise<void> => {
      const { state, error } = await h.end((await h.queuePush(['web'], null, formation)).id);
      assert.deepEqual([state, error], ['succeeded', null]);
    };
    const nodesOf = async ({ id }: typeof shop): Promise<(string | undefined)[]> =>
      (await h.stores.containers.ofFormation(id))
        .filter(({ state }) => state === 'serving')
        .map(({ nodeId }) => names.get(nodeId));
    await push(heavy);
    assert.deepEqual(await nodesOf(heavy), [first!.name]);
    await push(light);
    const { releaseId } = (await h.stores.containers.ofFormation(light.id))[0]!;
    const more = {
      formationId: light.id,
      releaseId,
      type: 'web',
      state: 'serving' as const,
      nodeId: second!.id,
    };
    await h.stores.containers.insert([2, 3].map((num) => ({ ...more, num, port: 5900 + num })));
    /** Each container without a limit was measured to use so much. */
    const uses = async (formation: typeof shop, memory: number): Promise<void> => {
      const rows = await h.stores.containers.ofFormation(formation.id);
      const containers = Object.fromEntries(
        rows.map(({ type, num, port }) => [
          `${type}.${num} ${port}`,
          { process: `${type}.${num}`, release: 1, cpuMs: 100, memory, memoryLimit: null, restarts: 0 },
        ]),
      );
      const node = names.get(rows[0]!.nodeId)!;
      const measure = { seconds: 10, containers, disks: {} };
      await h.stores.measures.put({ formationId: formation.id, node }, [
        { resolution: 10, at: h.now, measure },
      ]);
    };
    await uses(heavy, 2 ** 31);
    await uses(light, 2 ** 25);
    await push(shop);
    assert.deepEqual(await nodesOf(shop), [second!.name]);
    await uses(heavy, 2 ** 25);
    await uses(light, 2 ** 31);
    const scaled = await h.end((await scaleContainers(h.parts, h.user, shop, { web: 1 })).id);
    assert.deepEqual([scaled.state, await nodesOf(shop)], ['succeeded', [second!.name]]);
    await push(shop);
    assert.deepEqual(await nodesOf(shop), [first!.name]);
  });

  it('asks the database and the nodes as much with one guest beside it as with twenty', async function () {
    this.timeout(60_000);
    // What is on which node makes no difference then.
    await h.scaleLayers({ runtime: 1 });
    const shop = await guest('shop');
    const push = async (formation: typeof shop): Promise<void> => {
      const { state, error } = await h.end((await h.queuePush(['web'], null, formation)).id);
      assert.deepEqual([state, error], ['succeeded', null]);
    };
    await push(shop);
    await push(await guest('blog'));
    const withOne = await costsOf(() => push(shop));
    for (let n = 2; n <= 20; n += 1) await push(await guest(`guest-${n}`));
    const withMany = await costsOf(() => push(shop));
    assert.deepEqual(withMany, withOne);
    assert.ok(withOne.queries > 50 && withOne.programs.length > 3, JSON.stringify(withOne));
  });

  /** What a deploy costs: queries, and the programs that it brings to nodes, in bytes. */
  async function costsOf(deploy: () => Promise<void>): Promise<{ queries: number; programs: string[] }> {
    let queries = 0;
    const count = (): void => void (queries += 1);
    const { database } = h.database;
    const before = h.nodes.calls.length;
    database.on('query', count);
    await deploy();
    database.off('query', count);
    const programs = h.nodes.calls.slice(before).map(({ node, databag }) => {
      const kind = node.includes('proxy') ? 'proxy' : 'runtime';
      const target = { name: node, layer: kind, kind, address: '10.0.0.1', username: 'deis' } as const;
      // Numbers that grow with each deploy have more digits then.
      const program = compileNodeProgram(
        { ...target, attributes: {}, downloads: {} },
        { ...databag, generation: 1 },
        ['recipe[deis::default]', `recipe[deis::${kind}]`],
      );
      return `${kind} ${program.text.reveal().length}`;
    });
    return { queries, programs: programs.sort() };
  }
});
