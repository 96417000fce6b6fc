import assert from 'node:assert/strict';
import { createFromSettings } from '../../server/commands/backup/backup-actions.js';
import { restoreToTimeFromSettings } from '../../server/commands/backup/backup-to-time.js';
import { MotoStore } from '../support/moto/moto-store.js';
import { RecoveryBench } from '../support/server/recovery-bench.js';

/** Where PyPI does not give moto, `npm test` leaves this file out and says why. */
describe('a moment that is kept in S3 by moto', function () {
  this.timeout(120_000);
  let store: MotoStore;
  let bench: RecoveryBench;

  before(async () => {
    store = await MotoStore.start();
    const { bucket, endpoint, region, keys } = store.place;
    bench = await RecoveryBench.create(() => ({
      DEIS_BACKUP_TO: `s3://${bucket}/backups/of-deis`,
      DEIS_STORE_ENDPOINT: endpoint!,
      DEIS_STORE_REGION: region!,
      DEIS_STORE_PATH_STYLE: 'yes',
      DEIS_STORE_KEY_ID: keys!.id,
      DEIS_STORE_SECRET_KEY: keys!.secret.reveal(),
    }));
  });
  after(async () => {
    await bench.close();
    await store.stop();
  });

  it('is restored between two commits, with the files of an archive beside it', async () => {
    await bench.archiver.round();
    await bench.base();
    const between = await bench.commit('first');
    await bench.commit('second');
    await createFromSettings(bench.context(), { recipient: [] });
    await bench.archiver.round();
    assert.equal(bench.archiver.waitingBytes, 0);
    await bench.lose();

    await restoreToTimeFromSettings(bench.context(), between, { replace: [] });
    assert.ok(bench.lines.some((line) => /slugs and images are those of deis-[0-9a-f]{8}-/.test(line)));
    await bench.start();
    assert.deepEqual(await bench.users(), ['first']);
    assert.deepEqual(await store.unfinished(), []);
  });
});
