import assert from 'node:assert/strict';
import { Parser, type ReadEntry } from 'tar';
import { parse } from 'yaml';
import { Secret } from '../../../../../base/secret.js';
import { reachableNameServers } from '../../../../../provisioner/providers/docker/network/name-servers.js';
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
      entry.on('end', () =>
        files.set(entry.path, { mode: entry.mode, text: Buffer.concat(chunks).toString() }),
      );
    };
    const parser = new Parser({ strict: true, onReadEntry: read });
    parser.on('end', resolve).on('error', reject);
    parser.end(archive);
  });
  return files;
}

const folder = 'var/lib/cloud/seed/nocloud';

describe('what a docker node finds on its disk', () => {
  for (const length of [0, 1, 511, 512, 513, 20_000]) {
    it(`carries ${length} bytes of user data exactly, for root alone`, async () => {
      const userData = 'ü'.repeat(length >> 1) + 'x'.repeat(length & 1);
      const files = await unpack(
        seedArchive({
          uuid: 'u-1',
          name: 'peachy-waxworks-runtime-1',
          userData: new Secret(userData),
          nameServers: [],
        }),
      );
      assert.deepEqual([...files.keys()].sort(), [`${folder}/meta-data`, `${folder}/user-data`]);
      assert.deepEqual(files.get(`${folder}/user-data`), { mode: 0o600, text: userData });
      assert.deepEqual(parse(files.get(`${folder}/meta-data`)!.text), {
        'instance-id': 'u-1',
        'local-hostname': 'peachy-waxworks-runtime-1',
      });
    });
  }

  it("is told the host's name servers, readable by all", async () => {
    const files = await unpack(
      seedArchive({
        uuid: 'u-1',
        name: 'n-1',
        userData: new Secret('#cloud-config\n'),
        nameServers: ['192.0.2.1', '192.0.2.2'],
      }),
    );
    assert.deepEqual(files.get('etc/deis/resolv.conf'), {
      mode: 0o644,
      text: 'nameserver 192.0.2.1\nnameserver 192.0.2.2\n',
    });
  });
});

describe('name servers of the host', () => {
  it('are those that a node can reach', () => {
    const text =
      '# made by hand\n' +
      'search example.org\n' +
      'nameserver 127.0.0.53\n' +
      'nameserver 192.0.2.1\n' +
      'nameserver fe80::1\n' +
      'options edns0\n' +
      'nameserver 192.0.2.2\n' +
      'nameserver 192.0.2.3\n' +
      'nameserver 192.0.2.4\n';
    assert.deepEqual(reachableNameServers(text), ['192.0.2.1', '192.0.2.2', '192.0.2.3']);
    assert.deepEqual(reachableNameServers('nameserver 127.0.0.53\n'), []);
  });
});
