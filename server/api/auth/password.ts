import { hash, verify } from '@node-rs/argon2';

/** OWASP's first choice for argon2id (the package's default variant): 19 MiB, 2 passes, 1 lane. */
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * Of a random password that was thrown away; verifying against it costs what verifying against a real one
 * does.
 */
const nobodysHash =
  '$argon2id$v=19$m=19456,t=2,p=1$apHQVkQBfJnVsnxoPoYf3w$9jO403b/5BQUNsebgFjSRrZ1sqF49yIm1FLr0sJNhUI';

/** argon2id in PHC form, with a salt of its own. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, options);
}

/**
 * False without a hash, after the same time as for a wrong password: how long it takes does not tell who
 * exists.
 */
export async function isPassword(
  password: string,
  passwordHash: string | null | undefined,
): Promise<boolean> {
  const matches = await verify(passwordHash ?? nobodysHash, password);
  return matches && typeof passwordHash === 'string';
}
