import { Header } from 'tar';
import { stringify } from 'yaml';
import type { Secret } from '../../../base/secret.js';
import { nodeResolverFile } from '../../images/node-image.js';

/** Where cloud-init's NoCloud source looks inside a node. */
const seedFolder = 'var/lib/cloud/seed/nocloud';

export interface Seed {
  readonly uuid: string;
  readonly name: string;
  readonly userData: Secret;
  /** Addresses of name servers; none leaves the node with Docker's own. */
  readonly nameServers: readonly string[];
}

/**
 * What a node finds on its disk before its first boot, as a tar archive to unpack at `/`; holds the host key.
 */
export function seedArchive({ uuid, name, userData, nameServers }: Seed): Buffer {
  const metaData = stringify({ 'instance-id': uuid, 'local-hostname': name });
  const files = [
    tarFile(`${seedFolder}/meta-data`, metaData, 0o600),
    tarFile(`${seedFolder}/user-data`, userData.reveal(), 0o600),
  ];
  if (nameServers.length > 0)
    files.push(
      tarFile(
        nodeResolverFile.slice(1),
        nameServers.map((server) => `nameserver ${server}\n`).join(''),
        0o644,
      ),
    );
  return Buffer.concat([...files, Buffer.alloc(1024)]);
}

function tarFile(path: string, text: string, mode: number): Buffer {
  const content = Buffer.from(text);
  const header = Buffer.alloc(512);
  new Header({ path, mode, uid: 0, gid: 0, size: content.length, mtime: new Date(0), type: 'File' }).encode(
    header,
  );
  return Buffer.concat([header, content, Buffer.alloc(-content.length & 511)]);
}
