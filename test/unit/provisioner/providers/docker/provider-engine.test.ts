import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DockerProvider } from '../../../../../provisioner/providers/docker/docker-provider.js';
import { providerEngine } from '../../../../../provisioner/providers/docker/provider-engine.js';

describe('providerEngine', () => {
  it('fails a call that the engine never answers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'deis-engine-'));
    const socketPath = join(folder, 'docker.sock');
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket)).listen(socketPath);
    await once(server, 'listening');
    try {
      const provider = new DockerProvider({
        instance: 'i',
        docker: providerEngine({ socketPath, timeout: 50 }),
      });
      await assert.rejects(provider.controllerAddresses(new AbortController().signal, 'peachy'), /hang up/);
      assert.equal(sockets.length, 1);
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('has a time-out unless told otherwise', () => {
    const { timeout } = providerEngine().modem as unknown as { timeout: number };
    assert.ok(timeout >= 60_000);
  });
});
