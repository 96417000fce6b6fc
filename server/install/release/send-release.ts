import { createReadStream, readFileSync } from 'node:fs';
import type { Connection } from '../../../provisioner/ssh/transport.js';
import type { Bundle } from './pack-release.js';

const receive = readFileSync(new URL('receive-release.sh', import.meta.url), 'utf8');
/** Of some 100 MiB. */
const sendMs = 1800_000;

/** Copies a bundle over SSH to a path of the host; it is there when its sum is right. @throws RemoteFailure */
export async function sendRelease(
  connection: Connection,
  { path, size, sha256 }: Bundle,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  await connection.exec({
    command: ['sudo', '-n', 'sh', '-c', receive, 'deis-receive', target, String(size), sha256],
    stdin: createReadStream(path),
    deadlineMs: sendMs,
    signal,
  });
}
