import assert from 'node:assert/strict';
import { forecastSchema } from '../../../../server/api/replies/forecast-json.js';
import { convergeFormation } from '../../../../server/formation/converge-formation.js';
import { whyRunFormation, type NodeForecast } from '../../../../server/formation/why-run.js';
import type { OperationRecord } from '../../../../server/store/operations/operation-store.js';
import { FormationHarness } from '../../../support/server/formation-harness.js';

describe('a why-run of a formation', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  before(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
    await h.push();
    await h.end((await convergeFormation(h.parts, h.user, h.formation)).id);
  });
  after(() => h.close());

  const whyRun = async (): Promise<OperationRecord> =>
    h.end((await whyRunFormation(h.parts, h.user, h.formation)).id);
  const nodesOf = (operation: OperationRecord): readonly NodeForecast[] =>
    (operation.result as { nodes: NodeForecast[] }).nodes;

  it('tells of each node, runtime before proxy, and of nothing when all is as it must be', async () => {
    const operation = await whyRun();
    assert.equal(operation.state, 'succeeded', JSON.stringify(operation.error));
    assert.deepEqual(
      nodesOf(operation).map(({ node, layer, outcome }) => [node, layer, outcome]),
      [
        ['app-runtime-1', 'runtime', 'in-sync'],
        ['app-runtime-2', 'runtime', 'in-sync'],
        ['app-proxy-1', 'proxy', 'in-sync'],
      ],
    );
    assert.equal(operation.result?.['changes'], 0);
  });

  it('tells what would change, without what is sensitive, and changes neither nodes nor rows', async () => {
    const before = JSON.stringify((await h.snapshot()).nodes);
    h.nodes.machine('app-runtime-1').generation -= 1;
    const calls = h.nodes.calls.length;
    const operation = await whyRun();
    const [drifted] = nodesOf(operation);
    assert.deepEqual(drifted, {
      node: 'app-runtime-1',
      layer: 'runtime',
      outcome: 'drifted',
      error: null,
      changes: [{ resource: 'file[/etc/shown]', diff: '-old\n+new\n' }, { resource: 'file[/etc/hidden]' }],
    });
    assert.deepEqual([operation.result?.['changes'], h.nodes.calls.length], [2, calls]);
    assert.equal(JSON.stringify((await h.snapshot()).nodes), before);
    // As the API tells it.
    assert.deepEqual(forecastSchema.parse(operation.result), operation.result);
    assert.ok(h.lines.includes('       app-runtime-1: 2 would change'));
    h.nodes.machine('app-runtime-1').generation += 1;
  });

  it('says which node could not be looked at, leaves it in the placement, and looks at the others', async () => {
    h.nodes.down.add('app-runtime-2');
    const operation = await whyRun();
    h.nodes.down.delete('app-runtime-2');
    assert.equal(operation.state, 'succeeded');
    assert.deepEqual(
      nodesOf(operation).map(({ outcome }) => outcome),
      ['in-sync', 'unknown', 'in-sync'],
    );
    assert.match(nodesOf(operation)[1]?.error ?? '', /app-runtime-2: cannot be reached/);
    assert.ok((await h.snapshot()).nodes.every(({ status }) => status === 'ready'));
  });

  it('says of a node with a newer generation that it does not know', async () => {
    h.nodes.machine('app-proxy-1').generation += 5;
    const [, , proxy] = nodesOf(await whyRun());
    h.nodes.machine('app-proxy-1').generation -= 5;
    assert.equal(proxy?.outcome, 'unknown');
    assert.match(proxy?.error ?? '', /newer databag/);
  });
});
