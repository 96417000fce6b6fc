import type { AuthContext, AuthenticationType, Connection, PublicKeyAuthContext } from 'ssh2';
import ssh2 from 'ssh2';
import type { GitUser, UserOfToken } from './authorize-push.js';
import { signatureAlgorithms } from './connections/ssh-algorithms.js';

/** An SSH agent may hold many keys, and offers them one after the other. */
const maxAttempts = 30;

/** Who logs in with a token as the password. To others no password is offered: ssh would ask them for one. */
export const tokenLogin = 'token';
const maxTokenLength = 200;

/** Finds out whose key, or whose token, it is. */
export interface GitLogins {
  readonly userOfKey: (key: Buffer) => Promise<GitUser | undefined>;
  readonly userOfToken: UserOfToken;
}

/**
 * Answers a connection's login requests: public keys of users that we know, and tokens as the password of the
 * SSH user `token`. Else that name is not looked at, because the key says who it is. Calls `onUser` once the
 * client has proved who it is, and `onTooMany` when it goes on trying.
 */
export function answerLogin(
  connection: Connection,
  logins: GitLogins,
  onUser: (user: GitUser) => void,
  onTooMany: () => void,
): void {
  let attempts = 0;
  connection.on('authentication', (context) => {
    attempts += 1;
    if (attempts > maxAttempts) onTooMany();
    else void answer(context, logins, onUser).catch(() => context.reject());
  });
}

async function answer(
  context: AuthContext,
  { userOfKey, userOfToken }: GitLogins,
  onUser: (user: GitUser) => void,
): Promise<void> {
  const methods: AuthenticationType[] =
    context.username === tokenLogin ? ['publickey', 'password'] : ['publickey'];
  const refuse = (): void => context.reject(methods);
  if (context.method === 'password' && context.username === tokenLogin) {
    const { password } = context;
    const found = password.length > maxTokenLength ? undefined : await userOfToken(password);
    if (found === undefined) return refuse();
    onUser(found);
    return context.accept();
  }
  if (context.method !== 'publickey' || !isStrong(context)) return refuse();
  const user = await userOfKey(context.key.data);
  if (user === undefined) return refuse();
  // Without a signature the client only asks whether this key would do.
  if (context.signature === undefined) return context.accept();
  const key = ssh2.utils.parseKey(Buffer.from(`${context.key.algo} ${context.key.data.toString('base64')}`));
  if (key instanceof Error || context.blob === undefined) return refuse();
  if (key.verify(context.blob, context.signature, context.hashAlgo) !== true) return refuse();
  onUser(user);
  context.accept();
}

/** RSA with a hash of its own name, which is SHA-2; without one it would be SHA-1. */
function isStrong({ key, hashAlgo }: PublicKeyAuthContext): boolean {
  const algorithm =
    key.algo === 'ssh-rsa' && hashAlgo !== undefined ? `rsa-sha2-${hashAlgo.slice(3)}` : key.algo;
  return signatureAlgorithms.includes(algorithm);
}
