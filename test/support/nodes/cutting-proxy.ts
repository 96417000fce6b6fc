import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A TCP proxy on loopback that cuts connections when told to. */
export interface CuttingProxy {
  readonly port: number;
  /** Connections taken so far. */
  readonly accepted: number;
  /** Resets all present connections and returns how many there were. */
  cut(): number;
  /**
   * From now on, resets each connection once its client has sent more bytes than this; counts them in `cuts`.
   * Once only.
   */
  cutOnceAfter(bytes: number): void;
  /** Connections that `cutOnceAfter` cut. */
  readonly cuts: number;
  /** While true, new connections are reset at once. */
  refusing: boolean;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  sent: number;
}

/** @param targetHost default this machine */
export async function startCuttingProxy(targetPort: number, targetHost = '127.0.0.1'): Promise<CuttingProxy> {
  const pairs = new Set<Pair>();
  let accepted = 0;
  let cuts = 0;
  let cutAt = Infinity;
  let refusing = false;
  const cut = (pair: Pair): void => {
    pairs.delete(pair);
    pair.client.resetAndDestroy();
    pair.server.resetAndDestroy();
  };
  const server = createServer({ noDelay: true }, (client) => {
    accepted += 1;
    client.on('error', () => undefined);
    if (refusing) return void client.resetAndDestroy();
    const pair: Pair = {
      client,
      server: connect({ host: targetHost, port: targetPort, noDelay: true }),
      sent: 0,
    };
    pairs.add(pair);
    pair.server.on('error', () => cut(pair));
    client.on('error', () => cut(pair)).on('close', () => pairs.delete(pair));
    client.on('data', (chunk: Buffer) => {
      pair.sent += chunk.length;
      if (pair.sent <= cutAt) return;
      cutAt = Infinity;
      cuts += 1;
      cut(pair);
    });
    client.pipe(pair.server);
    pair.server.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get accepted() {
      return accepted;
    },
    get cuts() {
      return cuts;
    },
    get refusing() {
      return refusing;
    },
    set refusing(value: boolean) {
      refusing = value;
    },
    cut: () => {
      const present = [...pairs];
      present.forEach(cut);
      return present.length;
    },
    cutOnceAfter: (bytes) => {
      cutAt = bytes;
    },
    close: async () => {
      [...pairs].forEach(cut);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
