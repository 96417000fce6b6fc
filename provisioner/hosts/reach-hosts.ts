import { readFileSync } from 'node:fs';
import { rawHostKeys } from '../ssh/host-key.js';
import type { Connection } from '../ssh/transport.js';

/** Where a machine shall be reached from another. */
export interface ReachedPlace {
  /** An address or a host name. */
  readonly address: string;
  /** A TCP port that must take connections; null: it is not asked. */
  readonly port: number | null;
  /** Where an SSH server shows its host keys; null: it is not asked. */
  readonly sshPort: number | null;
}

export interface Reach extends ReachedPlace {
  /** Whether the port took a connection; null where it was not asked. */
  readonly connects: boolean | null;
  /** OpenSSH form; empty where no SSH server answered. */
  readonly hostKeys: readonly string[];
}

interface ReachOptions {
  /** Milliseconds, at least 10,000: silent places take that long, all of them together. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

const reach = readFileSync(new URL('reach-hosts.sh', import.meta.url), 'utf8');
const own = readFileSync(new URL('own-address.sh', import.meta.url), 'utf8');

/**
 * What the machine at the other end of a connection reaches of others, in their order. Needs no rights there.
 * @throws RemoteFailure when it cannot be asked
 */
export async function reachFrom(
  connection: Connection,
  places: readonly ReachedPlace[],
  { deadlineMs, signal }: ReachOptions,
): Promise<Reach[]> {
  if (places.length === 0) return [];
  const words = places.map(({ address, port, sshPort }) => `${address},${port ?? '-'},${sshPort ?? '-'}`);
  const { stdout } = await connection.exec({
    command: ['sh', '-s', ...new Set(words)],
    stdin: reach,
    deadlineMs,
    ...(signal ? { signal } : {}),
  });
  const lines = stdout.trim().split('\n');
  if (lines.at(-1) !== 'end')
    throw new Error(`the answer about other machines is not whole: ${JSON.stringify(stdout.slice(-200))}`);
  const said = new Map(lines.map((line) => [line.split(' ')[0]!, line.trim().split(' ').slice(1)]));
  return places.map((place, index) => {
    const [connects = '-', ...keys] = said.get(words[index]!) ?? [];
    return {
      ...place,
      connects: connects === '-' ? null : connects === 'yes',
      hostKeys: keys.map((key) => key.replace(',', ' ')),
    };
  });
}

/** Whose address it is, by its pinned host key: `unknown` where no SSH server answered. */
export function identify(
  { hostKeys }: Pick<Reach, 'hostKeys'>,
  pinned: readonly string[],
): 'same' | 'other' | 'unknown' {
  const expected = rawHostKeys(pinned);
  const shown = rawHostKeys(hostKeys);
  if (shown.length === 0) return 'unknown';
  return shown.some((key) => expected.some((each) => each.equals(key))) ? 'same' : 'other';
}

/** Whether the machine at the other end has the address on an interface of its own. @throws RemoteFailure */
export async function hasAddress(
  connection: Connection,
  address: string,
  { deadlineMs, signal }: ReachOptions,
): Promise<boolean> {
  const { stdout } = await connection.exec({
    command: ['sh', '-s', address],
    stdin: own,
    deadlineMs,
    ...(signal ? { signal } : {}),
  });
  return stdout.trim() === 'yes';
}
