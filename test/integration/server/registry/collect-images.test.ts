import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askRegistry } from '../../../../server/registry/ask-registry.js';
import { collectImages } from '../../../../server/registry/collect-images.js';
import { readImageLayout } from '../../../../server/registry/image-layout.js';
import { pushImage } from '../../../../server/registry/push-image.js';
import { writeSmallImage } from '../../../support/apps/small-image.js';
import { sweep } from '../../../support/nodes/docker-machine.js';
import { newInstance } from '../../../support/nodes/docker-node.js';
import { LocalRegistry } from '../../../support/server/local-registry.js';

const never = new AbortController().signal;

describe('collecting images of the registry', function () {
  this.timeout(60_000);
  const instance = newInstance();
  const folder = mkdtempSync(join(tmpdir(), 'deis-collect-images-'));
  const shared = randomBytes(1000);
  let registry: LocalRegistry;

  before(async function () {
    this.timeout(600_000);
    registry = await LocalRegistry.start({ instance, folder });
  });

  after(async () => {
    await registry.container.stop();
    await sweep(instance);
    rmSync(folder, { recursive: true, force: true });
  });

  /** An image with a layer of its own and one that all have. Resolves to its id and its own layer. */
  async function send(repository: string): Promise<{ id: string; layer: string }> {
    const { place, id, layers } = writeSmallImage(folder, [shared, randomBytes(1000)]);
    const token = registry.token(repository, ['pull', 'push']);
    const credential = () => Promise.resolve({ token });
    const target = { registry: registry.address, repository, credential };
    const layout = await readImageLayout(place);
    await pushImage({ ...target, locked: (write) => write() }, { folder: place, layout }, never);
    return { id, layer: layers[1]! };
  }

  const status = async (repository: string, path: string): Promise<number> =>
    (
      await askRegistry(registry.address, {
        method: 'GET',
        path: `${repository}/${path}`,
        token: registry.token(repository, ['pull']),
      })
    ).status;
  const isThere = async (repository: string, { id, layer }: { id: string; layer: string }) => [
    await status(repository, `manifests/${id.slice('sha256:'.length)}`),
    await status(repository, `blobs/${layer}`),
  ];

  const collect = (images: Record<string, readonly string[]>, unusedSince = new Date(Date.now() + 1000)) =>
    collectImages(
      {
        folder: join(folder, 'images'),
        unusedSince,
        needed: () =>
          Promise.resolve({
            formations: new Set(Object.keys(images)),
            images: new Map(Object.entries(images).map(([name, ids]) => [name, new Set(ids)])),
          }),
        remove: async (repository, manifest) => {
          const token = registry.token(repository, ['delete']);
          const path = `${repository}/manifests/${manifest}`;
          const answer = await askRegistry(registry.address, { method: 'DELETE', path, token });
          assert.equal(answer.status, 202, answer.body);
        },
        sweep: (signal) => registry.container.sweep(signal),
      },
      never,
    );

  it('removes what no kept build names, with the parts that no other image has, and leaves the rest', async () => {
    const [kept, old, gone] = [await send('one'), await send('one'), await send('two')];
    // A push under way has recorded nothing yet.
    assert.deepEqual(await collect({ one: [kept.id] }, new Date(0)), []);
    assert.deepEqual((await collect({ one: [kept.id] })).sort(), [old.id, gone.id].sort());
    assert.deepEqual(await isThere('one', kept), [200, 200]);
    assert.deepEqual(await isThere('one', old), [404, 404]);
    assert.deepEqual(await isThere('two', gone), [404, 404]);
    assert.deepEqual(await collect({ one: [kept.id] }), []);
  });

  it('takes an image again that it had removed', async () => {
    const image = await send('three');
    assert.deepEqual(await collect({ one: [], three: [] }).then((ids) => ids.includes(image.id)), true);
    const again = await send('three');
    assert.deepEqual(await isThere('three', again), [200, 200]);
  });
});
