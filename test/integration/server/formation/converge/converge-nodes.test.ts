import assert from 'node:assert/strict';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('convergeNodes', function () {
  this.timeout(30_000);
  let h: FormationHarness;
  before(async () => {
    h = await FormationHarness.create();
  });
  after(() => h.close());

  it('tells the observer how each node has ended, and goes on when that throws', async () => {
    await h.scaleLayers({ runtime: 1 });
    h.nodes.fault = () => 'failed';
    await h.push();
    const nodes = h.converges.flatMap(({ formation, nodes }) =>
      nodes.map(({ node, outcome }) => `${formation} ${node} ${outcome}`),
    );
    const { name } = (await h.snapshot()).nodes[0]!;
    assert.equal(nodes[0], `app ${name} ok`);
    assert.equal(nodes.at(-1), `app ${name} failed`);
  });
});
