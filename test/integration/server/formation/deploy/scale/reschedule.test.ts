import assert from 'node:assert/strict';
import { rescheduleFormation } from '../../../../../../server/formation/deploy/scale/reschedule.js';
import { drainNode, scheduleNode } from '../../../../../../server/formation/nodes/schedule-node.js';
import type { OperationRecord } from '../../../../../../server/store/operations/operation-store.js';
import { FormationHarness } from '../../../../../support/server/formation-harness.js';
import { buildSlots } from '../../../../../../server/formation/requests/kinds/push.js';
import { readOperationJson } from '../../../../../../server/api/replies/operation-json.js';

describe('rescheduling a formation whose node is gone', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
    await h.push();
    await h.scale({ web: 4 });
  });
  afterEach(() => h.close());

  const queue = (...nodes: string[]): Promise<OperationRecord | undefined> =>
    rescheduleFormation(h.parts, h.formation.id, nodes);
  const reschedule = async (...nodes: string[]): Promise<OperationRecord> =>
    h.end((await queue(...nodes))!.id);
  const statuses = async (): Promise<string[]> =>
    (await h.snapshot()).nodes.map(({ name, status }) => `${name} ${status}`).sort();
  const runs = (name: string): number => h.nodes.machine(name).containers.length;

  it('moves its containers, and takes it out of the proxies before that; once back it gets its share', async () => {
    h.nodes.down.add('app-runtime-1');
    const gone = await reschedule('app-runtime-1');
    assert.equal(gone.state, 'succeeded', JSON.stringify(gone.error));
    assert.deepEqual([gone.requestedBy, gone.systemActor], [null, 'watcher']);
    const shown = await readOperationJson({ stores: h.stores, buildSlots: buildSlots(2) }, gone);
    assert.equal(shown.requested_by, 'system:watcher');
    const [entry] = (await h.stores.audit.page({ limit: 1 }, h.formation.id)).items;
    assert.deepEqual(
      [entry?.actor, entry?.actorId, entry?.action, entry?.target, entry?.outcome],
      ['system:watcher', null, 'reschedule', { nodes: ['app-runtime-1'], operation: gone.id }, 'accepted'],
    );
    const retire = (await h.stores.operations.ofFormation(h.formation.id)).filter(
      (each) => each.seq > gone.seq,
    );
    assert.deepEqual([...new Set(retire.map((each) => each.systemActor))], ['watcher']);
    assert.deepEqual(await statuses(), ['app-proxy-1 ready', 'app-runtime-1 lost', 'app-runtime-2 ready']);
    assert.equal(runs('app-runtime-2'), 4);
    const { backends } = h.nodes.machine('app-proxy-1');
    assert.ok(
      backends.length === 4 &&
        backends.every((backend) => backend.startsWith(`${h.nodes.machine('app-runtime-2').address}:`)),
      String(backends),
    );
    h.nodes.down.delete('app-runtime-1');
    const back = await reschedule('app-runtime-1');
    assert.equal(back.state, 'succeeded', JSON.stringify(back.error));
    assert.deepEqual(await statuses(), ['app-proxy-1 ready', 'app-runtime-1 ready', 'app-runtime-2 ready']);
    assert.deepEqual([runs('app-runtime-1'), runs('app-runtime-2')], [2, 2]);
  });

  it('finds a node again that has another address, and tells every node', async () => {
    const move = async (name: string, address: string): Promise<void> => {
      const { id } = (await h.snapshot()).nodes.find((node) => node.name === name)!;
      h.cloud.get(id)!.address = address;
      h.nodes.machine(name).address = address;
    };
    await move('app-runtime-1', '10.9.9.1');
    await move('app-proxy-1', '10.9.9.2');
    const operation = await reschedule('app-runtime-1');
    assert.equal(operation.state, 'succeeded', JSON.stringify(operation.error));
    assert.deepEqual(await statuses(), ['app-proxy-1 ready', 'app-runtime-1 ready', 'app-runtime-2 ready']);
    assert.deepEqual([runs('app-runtime-1'), runs('app-runtime-2')], [2, 2]);
    const { backends } = h.nodes.machine('app-proxy-1');
    assert.equal(backends.filter((backend) => backend.startsWith('10.9.9.1:')).length, 2, String(backends));
    const told = h.nodes.calls.filter(({ node }) => node === 'app-runtime-2').at(-1)!.databag;
    assert.equal(told.nodes['proxy']!['app-proxy-1'], '10.9.9.2');
    assert.ok(h.lines.some((line) => /app-runtime-1 has another address: 10\.9\.9\.1, before /.test(line)));
  });

  it('leaves a silent node lost when the cloud cannot say where it is', async () => {
    h.nodes.down.add('app-runtime-1');
    h.cloudFault = (call) => {
      if (call === 'list') throw new Error('the cloud is away');
    };
    const operation = await reschedule('app-runtime-1');
    assert.equal(operation.state, 'succeeded', JSON.stringify(operation.error));
    assert.deepEqual(await statuses(), ['app-proxy-1 ready', 'app-runtime-1 lost', 'app-runtime-2 ready']);
    assert.ok(
      h.lines.some((line) => line.includes('could not ask where app-runtime-1 is: the cloud is away')),
    );
  });

  it('moves nothing when every node is out of reach, and nothing when all answer', async () => {
    for (const name of ['app-runtime-1', 'app-runtime-2', 'app-proxy-1']) h.nodes.down.add(name);
    const operation = await reschedule('app-runtime-1');
    assert.equal(operation.state, 'failed');
    assert.match(operation.error?.message ?? '', /no runtime node can be reached, nothing was changed/);
    h.nodes.down.clear();
    assert.equal((await reschedule('app-runtime-1')).state, 'succeeded');
    assert.deepEqual(await statuses(), ['app-proxy-1 ready', 'app-runtime-1 ready', 'app-runtime-2 ready']);
    assert.deepEqual([runs('app-runtime-1'), runs('app-runtime-2')], [2, 2]);
    assert.equal(await h.liveVersion(), 1);
  });

  it('is queued once, and not for nodes that are no longer in service', async () => {
    const first = await queue('app-runtime-1');
    assert.ok(first);
    assert.equal(await queue('app-runtime-2'), undefined);
    await h.end(first.id);
    assert.equal(await queue('app-runtime-9'), undefined);
    assert.equal(await rescheduleFormation(h.parts, 999_999, ['app-runtime-1']), undefined);
  });

  it('leaves each container once when it was killed after the switch, and its node is let in again', async () => {
    const before = await h.containers();
    const { id } = await drainNode(h.parts, h.user, h.formation, 'app-runtime-1');
    await h.runUntil(id, { kill: { step: 'switch', at: 'end' } });
    const onStep = async (step: string): Promise<void> => {
      if (step === 'switch') await scheduleNode(h.parts, h.formation, 'app-runtime-1', 'open');
    };
    const { state, error } = await h.end(id, { onStep });
    assert.equal(state, 'failed');
    assert.match(String(error?.message), /nodes changed/);
    assert.deepEqual(await h.containers(), before);
    assert.equal(h.nodes.running().length, 4);
    assert.equal(h.nodes.machine('app-proxy-1').backends.length, 4);
  });
});
