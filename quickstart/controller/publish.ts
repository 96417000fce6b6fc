import { connect, createServer } from 'node:net';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '../../base/wait-until.js';
import type { Place } from '../place.js';

/**
 * Forwards every connection on `port` of all the host's addresses to `address:80`, until the process ends.
 */
export function forward(port: number, address: string): void {
  const server = createServer((client) => {
    const proxy = connect(80, address);
    client.on('error', () => proxy.destroy());
    proxy.on('error', () => client.destroy());
    client.pipe(proxy).pipe(client);
  });
  server.on('error', (error) => {
    process.stderr.write(`cannot listen on port ${port}: ${error.message}\n`);
    process.exitCode = 1;
  });
  server.listen(port);
}

/** Starts (again) a forwarder of its own process and waits until the port answers. */
export async function publish(place: Place, port: number, address: string): Promise<void> {
  unpublish(place);
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'forward', String(port), address], {
    cwd: '/',
    detached: true,
    stdio: 'ignore',
    env: { DEIS_DATA_DIR: place.dataDir },
  });
  child.unref();
  writeFileSync(pidPath(place), String(child.pid));
  const open = async (): Promise<true | undefined> => {
    if (child.exitCode !== null)
      throw new Error(`port ${port} could not be opened: is it taken? Choose another with --publish`);
    return (await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(5_000) }).catch(
      () => null,
    )) === null
      ? undefined
      : true;
  };
  await waitUntil(open, { deadlineMs: 10_000, intervalMs: 100, what: `port ${port} to answer` });
}

/** Ends the forwarder of this place, if one runs. */
export function unpublish(place: Place): boolean {
  if (!existsSync(pidPath(place))) return false;
  const pid = Number(readFileSync(pidPath(place), 'utf8'));
  rmSync(pidPath(place));
  try {
    if (!readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`DEIS_DATA_DIR=${place.dataDir}`))
      return false;
    process.kill(pid, 'SIGTERM');
    return true;
  } catch {
    return false;
  }
}

function pidPath(place: Place): string {
  return join(place.dataDir, 'publish.pid');
}

const [, script, verb, port, address] = process.argv;
if (script === fileURLToPath(import.meta.url) && verb === 'forward') forward(Number(port), address!);
