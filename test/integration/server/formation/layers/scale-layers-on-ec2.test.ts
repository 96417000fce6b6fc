import assert from 'node:assert/strict';
import { RemoteFailure } from '../../../../../base/errors.js';
import { destroyFormation } from '../../../../../server/formation/destroy-formation.js';
import { OperationDeadline } from '../../../../../server/operation/operation-errors.js';
import { ec2Cloud, type Ec2Cloud } from '../../../../support/ec2/provider-clouds.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

/** Layers on the suite's EC2, with what the database keeps of each launch. */
describe('scaling layers on EC2', function () {
  this.timeout(60_000);
  let h: FormationHarness;
  let cloud: Ec2Cloud;

  beforeEach(async () => {
    cloud = await ec2Cloud({ unseen: 1 }, { clocks: { answerMs: 500 } });
    h = await FormationHarness.create();
    const params = { region: 'us-west-2', ssh_from: ['203.0.113.7/32'] };
    const flavor = (await h.stores.flavors.byName(h.user.id, 'mock'))!;
    await h.stores.flavors.update(flavor.id, { params });
    // A provider of its own for each attempt, as after a restart.
    Object.assign(h.parts, { providers: new Map([['mock', () => cloud.again()]]) });
  });
  afterEach(async () => {
    await h.close();
    await cloud.remove();
  });

  const ready = async (): Promise<string[]> =>
    (await h.snapshot()).nodes.filter(({ status }) => status === 'ready').map(({ name }) => name);
  const alive = (): string[] => cloud.endpoint.state.alive.map(({ tags }) => tags.get('Name')!).sort();
  const fault = (more: Partial<Parameters<typeof cloud.endpoint.faults.push>[0]>): void =>
    void cloud.endpoint.faults.push({ action: 'RunInstances', how: 'lost', ...more });
  const endAll = async (): Promise<void> => {
    const { id } = await destroyFormation(h.parts, h.user, h.formation);
    const destroyed = await h.end(id);
    assert.equal(destroyed.state, 'succeeded', JSON.stringify(destroyed.error));
    assert.deepEqual(cloud.endpoint.state.remains, []);
  };

  it('names every node whose launch got no answer, launches none twice, and finishes when repeated', async () => {
    fault({
      times: 1000,
      when: (query) => /-runtime-[24]$/.test(query.tagsFor('instance').get('Name') ?? ''),
    });
    const first = await h.scaleLayers({ runtime: 4, proxy: 1 });
    assert.equal(first.state, 'failed');
    assert.equal(first.error!.node, 'app-runtime-2, app-runtime-4');
    assert.deepEqual((await ready()).sort(), ['app-proxy-1', 'app-runtime-1', 'app-runtime-3']);
    assert.equal(cloud.endpoint.state.alive.length, 5, 'they do run: only the answers were lost');
    const journal = (await h.snapshot()).nodes.find(({ name }) => name === 'app-runtime-2')!.launchIntent;
    assert.deepEqual([journal?.['attempt'], journal?.['zone']], [0, 'us-west-2b']);
    cloud.endpoint.faults.length = 0;
    assert.equal((await h.scaleLayers({ runtime: 4, proxy: 1 })).state, 'succeeded');
    assert.deepEqual([(await ready()).length, cloud.endpoint.state.instances.length], [5, 5]);
    await endAll();
  });

  it('takes healthy machines into service beside one that does not boot, and names that with its reason', async () => {
    const silent = (name: string, deadlineMs: number): RemoteFailure =>
      new RemoteFailure(
        `${name} was not ready after ${Math.round(deadlineMs / 1000)} s: cannot be reached: timed out`,
        {
          node: name,
          phase: 'deadline',
        },
      );
    Object.assign(h.parts, {
      // It never answers: the step's own end comes first where that is not later than the wait's.
      waitForSsh: ({ name }: { name: string }, { deadlineMs }: { deadlineMs: number }) =>
        name !== 'app-runtime-2'
          ? Promise.resolve()
          : Promise.reject(
              deadlineMs < h.stepMs
                ? silent(name, deadlineMs)
                : new OperationDeadline('step boot was not done'),
            ),
    });
    const scaled = await h.scaleLayers({ runtime: 2 });
    const why =
      /app-runtime-2 was not ready after \d+ s: cannot be reached: .*routes.*ssh_from.*system log of i-\w+.*nodes:destroy/;
    assert.match(scaled.error!.message, why);
    assert.match((await h.snapshot()).nodes.find(({ name }) => name === 'app-runtime-2')!.lastError!, why);
    assert.deepEqual(await ready(), ['app-runtime-1']);
    await endAll();
  });

  it('says of a machine that was terminated in EC2 what became of it and what to do, in status and scale', async () => {
    await h.push();
    await h.scaleLayers({ runtime: 2 });
    const instance = cloud.endpoint.state.alive.find(({ tags }) => tags.get('Name') === 'app-runtime-2')!;
    const why = new RegExp(`its machine ${instance.id} was terminated.*deis nodes:replace app-runtime-2`);
    h.nodes.down.add('app-runtime-2');
    await h.push();
    const lastError = async () =>
      (await h.snapshot()).nodes.find(({ name }) => name === 'app-runtime-2')!.lastError ?? '';
    assert.doesNotMatch(await lastError(), /terminated/, 'it is but silent');
    instance.state = 'terminated';
    h.lines.length = 0;
    assert.equal((await h.scaleLayers({ runtime: 2 })).state, 'succeeded');
    assert.match(await lastError(), why);
    assert.ok(
      h.lines.some((line) => why.test(line)),
      h.lines.join('\n'),
    );
  });

  it('removes what a lost answer hid, when the nodes are no longer wanted', async () => {
    fault({ times: 1000 });
    assert.equal((await h.scaleLayers({ runtime: 2 })).state, 'failed');
    assert.equal(alive().length, 2);
    cloud.endpoint.faults.length = 0;
    assert.equal((await h.scaleLayers({ runtime: 0 })).state, 'succeeded');
    assert.deepEqual([alive(), (await h.snapshot()).nodes], [[], []]);
    await endAll();
  });

  it("gives AWS's words when half of the nodes are beyond the quota, and takes the newest away first", async () => {
    fault({
      how: 'refuse',
      code: 'VcpuLimitExceeded',
      times: 1000,
      when: (query) => /-[34]$/.test(query.tagsFor('instance').get('Name') ?? ''),
    });
    const first = await h.scaleLayers({ runtime: 4 });
    assert.match(
      first.error!.message,
      /app-runtime-3, app-runtime-4: EC2 refused RunInstances with VcpuLimitExceeded: You have requested more vCPU capacity.*Ask AWS for a higher quota/,
    );
    const broken = (await h.snapshot()).nodes.find(({ name }) => name === 'app-runtime-4')!;
    assert.deepEqual([broken.lastAction, /VcpuLimitExceeded/.test(broken.lastError!)], ['launch', true]);
    assert.equal((await h.scaleLayers({ runtime: 1 })).state, 'succeeded');
    assert.deepEqual([alive(), await ready()], [['app-runtime-1'], ['app-runtime-1']]);
    await endAll();
  });

  it('ends every machine when answers to terminations are lost', async () => {
    assert.equal((await h.scaleLayers({ runtime: 2, proxy: 1 })).state, 'succeeded');
    for (const action of ['TerminateInstances', 'DeleteSecurityGroup', 'DescribeAddresses'])
      fault({ action });
    await endAll();
    assert.equal(cloud.endpoint.state.instances.length, 3);
  });
});
