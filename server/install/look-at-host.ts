import { readFileSync } from 'node:fs';
import { Secret } from '../../base/secret.js';
import type { Connection } from '../../provisioner/ssh/transport.js';
import type { PlanePart } from './stages.js';

/** What the control plane has on a host already. */
export interface FoundOnHost {
  readonly parts: readonly PlanePart[];
  readonly releases: readonly string[];
  /** Of the database's role. */
  readonly password?: Secret;
  /** PEM that the database shows to other hosts. */
  readonly certificate?: string;
  readonly masterKey?: Secret;
  /** Its nginx passes TLS on to APIs that have a certificate. */
  readonly passesTls?: true;
}

export interface LookOptions {
  readonly dataDir: string;
  /** Whether the master key is read, for other controllers. */
  readonly withMasterKey: boolean;
  /** Milliseconds. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

const script = readFileSync(new URL('look-at-host.sh', import.meta.url), 'utf8');

/** Looks and touches nothing. @throws RemoteFailure, or Error for an answer that is not whole */
export async function lookAtHost(
  connection: Connection,
  { dataDir, withMasterKey, deadlineMs, signal }: LookOptions,
): Promise<FoundOnHost> {
  const { stdout } = await connection.exec({
    command: ['sudo', '-n', 'sh', '-s', '--', dataDir, withMasterKey ? 'yes' : 'no'],
    stdin: script,
    deadlineMs,
    signal,
  });
  return parseFound(stdout);
}

/** @throws Error for a text that the script did not write to its end */
export function parseFound(text: string): FoundOnHost {
  const lines = text.trim().split('\n');
  if (lines.at(-1) !== 'end') throw new Error('the answer about what is on the host is not whole');
  const valuesOf = (name: string): string[] =>
    lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const textOf = (name: string): string | undefined => {
    const [value] = valuesOf(name);
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
  };
  const [password, certificate, masterKey] = [
    textOf('password'),
    textOf('certificate'),
    textOf('master-key'),
  ];
  return {
    parts: valuesOf('has') as PlanePart[],
    releases: valuesOf('release'),
    ...(valuesOf('front').includes('passes-tls') ? { passesTls: true } : {}),
    ...(password === undefined ? {} : { password: new Secret(password) }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(masterKey === undefined ? {} : { masterKey: new Secret(masterKey) }),
  };
}
