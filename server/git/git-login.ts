import type { AuthContext, Connection, PublicKeyAuthContext } from 'ssh2';
import ssh2 from 'ssh2';
import type { GitUser } from './authorize-push.js';
import { signatureAlgorithms } from './connections/ssh-algorithms.js';

/** An SSH agent may hold many keys, and offers them one after the other. */
const maxAttempts = 30;

/**
 * Answers a connection's login requests: public keys alone, of users that we know. The SSH user name is not
 * looked at, because the key says who it is. Calls `onUser` once the client has proved that it holds the key,
 * and `onTooMany` when it goes on trying.
 */
export function answerLogin(
  connection: Connection,
  userOfKey: (key: Buffer) => Promise<GitUser | undefined>,
  onUser: (user: GitUser) => void,
  onTooMany: () => void,
): void {
  let attempts = 0;
  connection.on('authentication', (context) => {
    attempts += 1;
    if (attempts > maxAttempts) onTooMany();
    else void answer(context, userOfKey, onUser).catch(() => context.reject());
  });
}

async function answer(
  context: AuthContext,
  userOfKey: (key: Buffer) => Promise<GitUser | undefined>,
  onUser: (user: GitUser) => void,
): Promise<void> {
  if (context.method !== 'publickey' || !isStrong(context)) return context.reject(['publickey']);
  const user = await userOfKey(context.key.data);
  if (user === undefined) return context.reject(['publickey']);
  // Without a signature the client only asks whether this key would do.
  if (context.signature === undefined) return context.accept();
  const key = ssh2.utils.parseKey(Buffer.from(`${context.key.algo} ${context.key.data.toString('base64')}`));
  if (key instanceof Error || context.blob === undefined) return context.reject(['publickey']);
  if (key.verify(context.blob, context.signature, context.hashAlgo) !== true)
    return context.reject(['publickey']);
  onUser(user);
  context.accept();
}

/** RSA with a hash of its own name, which is SHA-2; without one it would be SHA-1. */
function isStrong({ key, hashAlgo }: PublicKeyAuthContext): boolean {
  const algorithm =
    key.algo === 'ssh-rsa' && hashAlgo !== undefined ? `rsa-sha2-${hashAlgo.slice(3)}` : key.algo;
  return signatureAlgorithms.includes(algorithm);
}
