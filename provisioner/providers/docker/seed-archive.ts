import { Header } from 'tar';
import { stringify } from 'yaml';
import type { Secret } from '../../../cookbooks/secret.js';

/** Where cloud-init's NoCloud source looks inside a node. */
export const seedFolder = '/var/lib/cloud/seed/nocloud';

export interface Seed {
  readonly uuid: string;
  readonly name: string;
  readonly userData: Secret;
}

/** The NoCloud seed as a tar archive of two files that root alone reads; holds the host key. */
export function seedArchive({ uuid, name, userData }: Seed): Buffer {
  const metaData = stringify({ 'instance-id': uuid, 'local-hostname': name });
  return Buffer.concat([tarFile('meta-data', metaData), tarFile('user-data', userData.reveal()), Buffer.alloc(1024)]);
}

function tarFile(path: string, text: string): Buffer {
  const content = Buffer.from(text);
  const header = Buffer.alloc(512);
  new Header({ path, mode: 0o600, uid: 0, gid: 0, size: content.length, mtime: new Date(0), type: 'File' }).encode(header);
  return Buffer.concat([header, content, Buffer.alloc(-content.length & 511)]);
}
