import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileBlobs } from '../../server/blobs/file-blobs.js';
import { keepsTheBlobContract } from '../support/server/blob-store-contract.js';

describe('blobs in a folder', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'deis-blobs-'));
  after(() => rmSync(folder, { recursive: true }));

  keepsTheBlobContract(
    () => new FileBlobs(folder),
    () => readdir(folder),
  );
});
