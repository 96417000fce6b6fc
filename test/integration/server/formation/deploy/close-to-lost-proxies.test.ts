import assert from 'node:assert/strict';
import { rescheduleFormation } from '../../../../../server/formation/deploy/scale/reschedule.js';
import type { FakeCall } from '../../../../support/fakes/fake-nodes.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('a proxy that is away while something is switched', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 2 });
    await h.push();
    await h.scale({ web: 2 });
  });
  afterEach(() => h.close());

  const both = ['app-proxy-1', 'app-proxy-2'];
  /** Proxies that containers answer, as each runtime node was last told. */
  const letIn = (calls: readonly FakeCall[] = h.nodes.calls): (readonly string[])[] =>
    ['app-runtime-1', 'app-runtime-2'].map(
      (name) => calls.filter(({ node }) => node === name).at(-1)!.databag.proxies,
    );
  const reschedule = async (node: string): Promise<string> => {
    const operation = await rescheduleFormation(h.parts, h.formation.id, [node]);
    return (await h.end(operation!.id)).state;
  };

  it('gets no answer of containers from before the switch on, and again once it was converged', async () => {
    h.nodes.down.add('app-proxy-2');
    assert.equal((await h.push()).state, 'succeeded');
    const switched = h.nodes.calls.findIndex(
      ({ node, databag }) =>
        node === 'app-proxy-1' &&
        databag.placements.some(({ release, state }) => release === 2 && state === 'serving'),
    );
    assert.deepEqual(letIn(h.nodes.calls.slice(0, switched)), [['app-proxy-1'], ['app-proxy-1']]);
    assert.ok(
      h.lines.some((line) => /app-proxy-2 is away: containers answer it again once it is back/.test(line)),
    );
    h.nodes.down.clear();
    const since = h.nodes.calls.length;
    assert.equal(await reschedule('app-proxy-2'), 'succeeded');
    assert.deepEqual(letIn(), [both, both]);
    const again = h.nodes.calls.slice(since).map(({ node }) => node);
    assert.ok(again.indexOf('app-proxy-2') < again.indexOf('app-runtime-1'), String(again));
    assert.deepEqual(h.nodes.machine('app-proxy-2').backends, h.nodes.machine('app-proxy-1').backends);
  });

  it('is not closed out by its loss alone: what it serves is not old', async () => {
    h.nodes.down.add('app-proxy-2');
    assert.equal(await reschedule('app-proxy-2'), 'succeeded');
    assert.deepEqual(letIn(), [both, both]);
  });
});
