import assert from 'node:assert/strict';
import type { HostPackages } from '../../../../provisioner/images/host/host-packages.js';
import { imagerRecipe, nodeRecipe, stackRecipe } from '../../../../provisioner/images/image-recipe.js';
import type { Suite } from '../../../../provisioner/images/suite.js';

const host: HostPackages = {
  suite: 'bookworm',
  sources: [{ name: 'sources.list', text: 'deb http://mirror.example/debian bookworm main\n' }],
  aptSettings: '',
  certificates: '',
};

describe('an image recipe', () => {
  it('has the same hash for the same ingredients', async () => {
    assert.equal((await stackRecipe(host)).hash, (await stackRecipe({ ...host })).hash);
    assert.match((await stackRecipe(host)).hash, /^[0-9a-f]{64}$/);
  });

  it('has another hash on a host with another mirror or another authority', async () => {
    const { hash } = await stackRecipe(host);
    assert.notEqual(
      (await stackRecipe({ ...host, aptSettings: 'Acquire::http::Proxy "http://proxy.example";' })).hash,
      hash,
    );
    assert.notEqual((await stackRecipe({ ...host, certificates: 'PEM' })).hash, hash);
  });

  it('has the suite in its name and its hash', async () => {
    const trixie = { ...host, suite: 'trixie' } as const;
    assert.equal((await stackRecipe(trixie)).name, 'deis/stack:trixie');
    assert.equal((await nodeRecipe(host, 'sha256:1')).name, 'deis/node:bookworm');
    assert.notEqual((await stackRecipe(trixie)).hash, (await stackRecipe(host)).hash);
  });

  it('of a node asks for the docker command by the package that has it in that suite', async () => {
    const packages = async (suite: Suite): Promise<readonly string[]> =>
      (await nodeRecipe({ ...host, suite }, 'sha256:1')).packages.filter((name) => name.startsWith('docker'));
    assert.deepEqual(await packages('bookworm'), ['docker.io']);
    assert.deepEqual(await packages('trixie'), ['docker.io', 'docker-cli']);
  });

  it('of a node changes with the stack image inside', async () => {
    assert.notEqual((await nodeRecipe(host, 'sha256:1')).hash, (await nodeRecipe(host, 'sha256:2')).hash);
  });

  it('of the imager is apart from the others, and needs no other image', async () => {
    const imager = await imagerRecipe(host);
    assert.equal(imager.name, 'deis/imager:bookworm');
    assert.deepEqual(imager.packages, ['buildah', 'uidmap', 'docker-registry']);
    assert.notEqual(imager.hash, (await stackRecipe(host)).hash);
    assert.notEqual(imager.hash, (await imagerRecipe({ ...host, certificates: 'PEM' })).hash);
  });
});
