import assert from 'node:assert/strict';
import { createReadStream, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  createFromSettings,
  listFromSettings,
  restoreFromSettings,
  verifyFromSettings,
} from '../../server/commands/backup/backup-actions.js';
import { registryFolder, RegistryStorage } from '../../server/registry/registry-storage.js';
import { MotoStore } from '../support/moto/moto-store.js';
import { BackupBench } from '../support/server/backup-bench.js';

/** Where PyPI does not give moto, `npm test` leaves this file out and says why. */
describe('a backup of a controller whose slugs are in S3, kept in S3 by moto', function () {
  this.timeout(120_000);
  let store: MotoStore;
  let bench: BackupBench;
  let env: Record<string, string>;
  let slug: string;

  before(async () => {
    store = await MotoStore.start();
    bench = await BackupBench.create();
    const { bucket, prefix, endpoint, region, keys } = store.place;
    env = bench.env({
      DEIS_STORE: `s3://${bucket}/${prefix}`,
      DEIS_STORE_ENDPOINT: endpoint!,
      DEIS_STORE_REGION: region!,
      DEIS_STORE_PATH_STYLE: 'yes',
      DEIS_STORE_KEY_ID: keys!.id,
      DEIS_STORE_SECRET_KEY: keys!.secret.reveal(),
      DEIS_BACKUP_TO: `s3://${bucket}/backups`,
    });
    const slugs = join(bench.dataDir, 'slugs');
    const [name = ''] = readdirSync(slugs);
    slug = `${name}/app.tgz`;
    await store.host().blobs.slugs.put(createReadStream(join(slugs, slug)), () => slug);
    rmSync(slugs, { recursive: true });
  });
  after(async () => {
    await bench.close();
    await store.stop();
  });

  it('lists the slugs, verifies that the store has them, and restores beside it, with the images', async () => {
    // The registry is on the host, wherever slugs are.
    const image = await bench.addImage([Buffer.from('layer')]);
    await createFromSettings(bench.context(env), { recipient: [] });
    assert.ok(!bench.lines.some((line) => line.includes('lacks')));
    bench.lines.length = 0;
    await listFromSettings(bench.context(env), {});
    assert.equal(bench.lines.length, 1);
    await verifyFromSettings(bench.context(env), undefined, {});
    const bare = await bench.bareHost();
    const onBare = { ...env, DATABASE_URL: bare['DATABASE_URL']!, DEIS_DATA_DIR: bare['DEIS_DATA_DIR']! };
    await assert.rejects(
      restoreFromSettings(bench.context({ ...onBare, DEIS_STORE: '' }), undefined, { replace: [] }),
      /the slugs of this archive are in s3:\/\/.*nothing was written/,
    );
    await restoreFromSettings(bench.context(onBare), undefined, { replace: [] });
    assert.ok(!readdirSync(bare['DEIS_DATA_DIR']!).includes('slugs'));
    const restored = new RegistryStorage(registryFolder(bare['DEIS_DATA_DIR']!));
    assert.deepEqual([await restored.has(image), await restored.image(image)], [true, image]);
  });

  it('is not verified when the store has lost a slug that a build names', async () => {
    await store.host().blobs.slugs.remove(slug);
    await assert.rejects(
      verifyFromSettings(bench.context(env), undefined, {}),
      /restores, but for files.*\n.*app\.tgz/,
    );
    bench.lines.length = 0;
    await createFromSettings(bench.context(env), { recipient: [] });
    assert.ok(bench.lines.some((line) => line.includes(`the store lacks the slug ${slug}`)));
  });
});
