import assert from 'node:assert/strict';
import { Parser, type ReadEntry } from 'tar';
import { parse } from 'yaml';
import { Secret } from '../../../../../cookbooks/secret.js';
import { seedArchive } from '../../../../../provisioner/providers/docker/seed-archive.js';

interface SeedFile {
  readonly mode: number | undefined;
  readonly text: string;
}

async function unpack(archive: Buffer): Promise<Map<string, SeedFile>> {
  const files = new Map<string, SeedFile>();
  await new Promise<void>((resolve, reject) => {
    const read = (entry: ReadEntry): void => {
      const chunks: Buffer[] = [];
      entry.on('data', (chunk) => chunks.push(chunk));
      entry.on('end', () => files.set(entry.path, { mode: entry.mode, text: Buffer.concat(chunks).toString() }));
    };
    const parser = new Parser({ strict: true, onReadEntry: read });
    parser.on('end', resolve).on('error', reject);
    parser.end(archive);
  });
  return files;
}

describe('the NoCloud seed of a docker node', () => {
  for (const length of [0, 1, 511, 512, 513, 20_000]) {
    it(`carries ${length} bytes of user data exactly, for root alone`, async () => {
      const userData = 'ü'.repeat(length >> 1) + 'x'.repeat(length & 1);
      const files = await unpack(seedArchive({ uuid: 'u-1', name: 'peachy-waxworks-runtime-1', userData: new Secret(userData) }));
      assert.deepEqual([...files.keys()].sort(), ['meta-data', 'user-data']);
      assert.deepEqual(files.get('user-data'), { mode: 0o600, text: userData });
      assert.deepEqual(parse(files.get('meta-data')!.text), { 'instance-id': 'u-1', 'local-hostname': 'peachy-waxworks-runtime-1' });
    });
  }
});
