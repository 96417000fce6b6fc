import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { putLogFile } from '../../../../../server/backup/point-in-time/log-file.js';
import type { BackupPlace } from '../../../../../server/backup/places/backup-place.js';

describe('putLogFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deis-log-file-'));
  after(() => rmSync(folder, { recursive: true }));

  it('lets go of the segment when the place takes nothing', async () => {
    const path = join(folder, 'segment');
    writeFileSync(path, Buffer.alloc(1024 * 1024));
    const away = { put: () => Promise.reject(new Error('the place is away')) } as unknown as BackupPlace;
    const source = createReadStream(path);
    await once(source, 'open');
    const sealFor = { recipients: [await identityToRecipient(await generateIdentity())] };
    await assert.rejects(putLogFile(away, '000000010000000000000001', source, sealFor), /is away/);
    assert.ok(source.destroyed);
  });
});
