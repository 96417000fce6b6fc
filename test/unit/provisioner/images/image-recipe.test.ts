import assert from 'node:assert/strict';
import type { HostFacts } from '../../../../provisioner/images/host-facts.js';
import { nodeRecipe, stackRecipe } from '../../../../provisioner/images/image-recipe.js';

const facts: HostFacts = {
  codename: 'bookworm',
  sources: [{ name: 'sources.list', text: 'deb http://mirror.example/debian bookworm main\n' }],
  aptSettings: '',
  certificates: '',
};

describe('an image recipe', () => {
  it('has the same hash for the same ingredients', async () => {
    assert.equal((await stackRecipe(facts)).hash, (await stackRecipe({ ...facts })).hash);
    assert.match((await stackRecipe(facts)).hash, /^[0-9a-f]{64}$/);
  });

  it('has another hash on a host with another mirror or another authority', async () => {
    const { hash } = await stackRecipe(facts);
    assert.notEqual(
      (await stackRecipe({ ...facts, aptSettings: 'Acquire::http::Proxy "http://proxy.example";' })).hash,
      hash,
    );
    assert.notEqual((await stackRecipe({ ...facts, certificates: 'PEM' })).hash, hash);
  });

  it("is of the host's own suite", async () => {
    assert.equal((await stackRecipe({ ...facts, codename: 'jammy' })).name, 'deis/stack:jammy');
    assert.equal((await nodeRecipe(facts, 'sha256:1')).name, 'deis/node:bookworm');
  });

  it('of a node changes with the stack image inside', async () => {
    assert.notEqual((await nodeRecipe(facts, 'sha256:1')).hash, (await nodeRecipe(facts, 'sha256:2')).hash);
  });
});
