import { createServer } from 'node:net';

/**
 * `wanted` when nothing listens there on `host`, else a port that the system says is free; `wanted` 0 always
 * means a free one.
 */
export async function freePort(host: string, wanted: number): Promise<number> {
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
