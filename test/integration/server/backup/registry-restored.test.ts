import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import {
  createFromSettings,
  restoreFromSettings,
  verifyFromSettings,
} from '../../../../server/commands/backup/backup-actions.js';
import { askRegistry, type RegistryAnswer } from '../../../../server/registry/ask-registry.js';
import { readImageLayout } from '../../../../server/registry/image-layout.js';
import { pushImage } from '../../../../server/registry/push-image.js';
import { writeSmallImage } from '../../../support/apps/small-image.js';
import { sweep } from '../../../support/nodes/docker-machine.js';
import { newInstance } from '../../../support/nodes/docker-node.js';
import { BackupBench } from '../../../support/server/backup-bench.js';
import { LocalRegistry } from '../../../support/server/local-registry.js';

const never = new AbortController().signal;

/** What a build of a Dockerfile sends, and a node pulls, by the registry's own API. */
describe('the registry of a controller that was restored', function () {
  this.timeout(120_000);
  const instance = newInstance();
  const shared = layer();
  let bench: BackupBench;
  let registry: LocalRegistry;

  before(async function () {
    this.timeout(600_000);
    bench = await BackupBench.create();
    registry = await LocalRegistry.start({ instance, folder: bench.dataDir, images: 'registry' });
  });
  after(async () => {
    await registry.container.stop();
    await sweep(instance);
    await bench.close();
  });

  /** As the registry answers in text. */
  function layer(): Buffer {
    return Buffer.from(randomBytes(5_000).toString('hex'));
  }

  /** Resolves to the image's id. */
  async function push(own = layer()): Promise<string> {
    const { place, id } = writeSmallImage(bench.folder, [shared, own]);
    const token = registry.token('app', ['pull', 'push']);
    const credential = () => Promise.resolve({ token });
    const target = { registry: registry.address, repository: 'app', credential };
    const layout = await readImageLayout(place);
    await pushImage({ ...target, locked: (write) => write() }, { folder: place, layout }, never);
    return id;
  }
  const get = (path: string): Promise<RegistryAnswer> =>
    askRegistry(registry.address, {
      method: 'GET',
      path: `app/${path}`,
      token: registry.token('app', ['pull']),
    });
  async function pull(id: string): Promise<void> {
    const { status, body } = await get(`manifests/${id.slice('sha256:'.length)}`);
    assert.equal(status, 200, body);
    const { config, layers } = JSON.parse(body) as Record<'config', Part> & Record<'layers', Part[]>;
    assert.deepEqual([config.digest, layers.length], [id, 2]);
    for (const { digest } of [config, ...layers]) {
      const part = await get(`blobs/${digest}`);
      assert.equal(`sha256:${createHash('sha256').update(part.body).digest('hex')}`, digest);
    }
  }

  it('gives the images that builds name, also where its container ran on, and takes others', async () => {
    const [one, two, stray] = [await push(), await push(), await push()];
    for (const id of [one, two]) await bench.addImageBuild(id);
    await createFromSettings(bench.context(bench.env()), { recipient: [] });
    await verifyFromSettings(bench.context(bench.env()), undefined, {});
    assert.match(bench.lines.at(-1)!, /, 2 images, /);
    const bare = await bench.bareHost({ key: false });
    const env = { ...bare, DEIS_DATA_DIR: bench.dataDir };
    await restoreFromSettings(bench.context(env), undefined, { replace: [bench.dataDir] });
    await registry.container.start();
    for (const id of [one, two]) await pull(id);
    assert.equal((await get(`manifests/${stray.slice('sha256:'.length)}`)).status, 404);
    // What its collector finds no image of, it removes.
    await registry.container.sweep(never);
    for (const id of [one, two, await push()]) await pull(id);
  });
});

interface Part {
  readonly digest: string;
}
