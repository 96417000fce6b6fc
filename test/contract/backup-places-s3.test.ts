import { openPlace } from '../../server/backup/places/open-place.js';
import { MotoStore } from '../support/moto/moto-store.js';
import { keepsBackups, type TestPlace } from '../support/server/backup-place-contract.js';

async function s3Place(): Promise<TestPlace> {
  const store = await MotoStore.start();
  return {
    place: await openPlace(`s3://${store.place.bucket}/backups/of-deis`, store.place),
    unfinished: async () => (await store.unfinished()).length,
    remove: () => store.stop(),
  };
}

keepsBackups('S3, by moto', s3Place);
