import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Slug {
  readonly body: Buffer;
  readonly sha256: string;
}

/** A gzip tarball of these files. */
export function slugOf(files: Readonly<Record<string, string>>): Slug {
  const folder = mkdtempSync(join(tmpdir(), 'deis-slug-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const body = execFileSync('tar', ['-cz', '-C', folder, '.']);
    return { body, sha256: createHash('sha256').update(body).digest('hex') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Opens once. */
class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}

/**
 * Serves bodies by path on an address that nodes reach; counts requests. A path that it does not know is 404.
 */
export class BodyServer {
  readonly requests: string[] = [];
  readonly #bodies = new Map<string, Buffer>();
  readonly #held = new Map<string, { reached(): void; released: Promise<void> }>();
  readonly #server = createServer((request, response) => {
    this.requests.push(request.url ?? '');
    const body = this.#bodies.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200, { 'content-length': body?.length ?? 0 });
    const held = this.#held.get(request.url ?? '');
    if (held === undefined || body === undefined) return void response.end(body);
    const half = Math.floor(body.length / 2);
    response.write(body.subarray(0, half), held.reached);
    void held.released.then(() => response.end(body.subarray(half)));
  });

  async listen(address: string): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, address, resolve));
  }

  /** The URL under which the body is served from now on. */
  serve(path: string, body: Buffer): string {
    this.#bodies.set(path, body);
    return this.url(path);
  }

  /** Serves the body, the second half of it not before `release`; `reached` is when the first is out. */
  serveHeld(
    path: string,
    body: Buffer,
  ): { readonly url: string; readonly reached: Promise<void>; release(): void } {
    const [reached, released] = [new Gate(), new Gate()];
    this.#held.set(path, { reached: reached.open, released: released.opened });
    return { url: this.serve(path, body), reached: reached.opened, release: released.open };
  }

  url(path: string): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `http://${address}:${port}${path}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
