import { createServer } from 'node:net';
import { UserError } from '../base/errors.js';

/**
 * `wanted` when nothing listens there on `host`, else a port that the system says is free; `wanted` 0 always
 * means a free one.
 * @param fixedBy name of the setting that asks for just this port
 * @throws UserError when it is taken, and fixed
 */
export async function freePort(host: string, wanted: number, fixedBy?: string): Promise<number> {
  if (fixedBy !== undefined && wanted !== 0 && (await listenOnce(host, wanted)) === undefined)
    throw new UserError(
      `${fixedBy}=${wanted}: another process listens there on ${host}, or listening there is not allowed: ` +
        'end it (ss -ltnp shows it), or choose another port. Without the setting a free one is taken.',
      { field: fixedBy },
    );
  return (await listenOnce(host, wanted)) ?? (await listenOnce(host, 0)) ?? 0;
}

/**
 * The port that listening gave, undefined when it is taken. @throws the system's error for anything else,
 * such as a wrong address.
 */
function listenOnce(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(undefined) : reject(error),
    );
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}
