import { connect } from 'node:net';
import ssh2 from 'ssh2';
import { messageOf, RemoteFailure } from '../../base/errors.js';
import { onAbort } from '../../base/on-abort.js';
import { hostKeyAlgorithms, keyFingerprint } from './host-key.js';

export interface ShownHostKey {
  /** `ssh-ed25519 AAAA...` */
  readonly publicKey: string;
  /** `SHA256:...`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

/** Ed25519 where the host has one, as ssh-keyscan users would pick. */
const wanted = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
];

/**
 * The host key that an address shows, for a person to compare: nothing is sent there beyond the handshake,
 * and nothing is trusted.
 * @throws RemoteFailure (`connect`, `cancelled`) when nobody answers as an SSH server within `deadlineMs`
 */
export async function readHostKey(
  address: string,
  port: number,
  { deadlineMs, signal }: { readonly deadlineMs: number; readonly signal?: AbortSignal },
): Promise<ShownHostKey> {
  const sock = connect({ host: address, port, noDelay: true });
  const client = new ssh2.Client();
  const release = onAbort(signal, () => void sock.destroy(new Error('cancelled')));
  try {
    const key = await new Promise<Buffer>((resolve, reject) => {
      client.on('error', reject);
      client.on('close', () => reject(new Error('it closed the connection')));
      client.connect({
        sock,
        username: 'deis',
        readyTimeout: deadlineMs,
        algorithms: { serverHostKey: hostKeyAlgorithms(wanted) },
        hostVerifier: (shown: Buffer) => {
          resolve(shown);
          return false;
        },
      });
    });
    return { publicKey: `${keyType(key)} ${key.toString('base64')}`, fingerprint: keyFingerprint(key) };
  } catch (error) {
    throw new RemoteFailure(`${address}:${port} shows no SSH host key: ${messageOf(error)}`, {
      node: address,
      phase: signal?.aborted ? 'cancelled' : 'connect',
      cause: error,
    });
  } finally {
    release();
    client.end();
    sock.destroy();
  }
}

/** The first string of a raw public key (RFC 4253, section 6.6). */
function keyType(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString('ascii');
}
