import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../../../base/wait-until.js';
import { clearBuildCache } from '../../../../server/builder/clear-build-cache.js';
import { BuildCaches } from '../../../../server/builder/containers/build-caches.js';
import { clearBuildCacheKind } from '../../../../server/formation/requests/kinds/clear-build-cache.js';
import type { OperationRecord } from '../../../../server/store/operations/operation-store.js';
import { createTestDatabase, type TestDatabase } from '../../../support/server/database.js';
import { startTestWorker, type TestWorker } from '../../../support/server/operation-worker.js';
import { storeFormation } from '../../../support/server/stored-formation.js';

describe('clearing a build cache', function () {
  this.timeout(30_000);
  let db: TestDatabase;
  let worker: TestWorker;
  const folder = mkdtempSync(join(tmpdir(), 'deis-caches-'));
  const asRoot: string[] = [];

  before(async () => {
    db = await createTestDatabase();
    const removeAsRoot = (path: string): Promise<void> => Promise.resolve(void asRoot.push(path));
    const caches = new BuildCaches({
      folder,
      maxBytes: 1024 ** 2,
      setting: 'DEIS_BUILD_CACHE',
      removeAsRoot,
    });
    worker = await startTestWorker(db.url, { [clearBuildCacheKind.name]: clearBuildCache([caches]) });
  });
  after(async () => {
    await worker.stop();
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('removes what this formation keeps, nothing of others, and says how much it was', async () => {
    const { formation } = await storeFormation(db.stores, 'app');
    for (const name of ['app', 'other']) {
      mkdirSync(join(folder, name, 'npm'), { recursive: true });
      writeFileSync(join(folder, name, 'npm', 'package.tgz'), Buffer.alloc(100_000));
    }
    const clear = async (): Promise<OperationRecord> => {
      const { id } = await db.stores.operations.enqueue({
        id: randomUUID(),
        formationId: formation.id,
        formationName: formation.name,
        kind: clearBuildCacheKind.name,
        requestedBy: null,
      });
      return waitUntil(
        async () => {
          const operation = await db.stores.operations.byId(id);
          return operation?.finishedAt ? operation : undefined;
        },
        { deadlineMs: 20_000, intervalMs: 20, what: 'the operation to end' },
      );
    };
    const { state, result } = await clear();
    assert.equal(state, 'succeeded');
    assert.ok(Number(result!['bytes']) >= 100_000);
    assert.deepEqual([existsSync(join(folder, 'app')), existsSync(join(folder, 'other'))], [false, true]);
    assert.equal((await clear()).state, 'succeeded');
    assert.deepEqual(asRoot, []);
  });
});
