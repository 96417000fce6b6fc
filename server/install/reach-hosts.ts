import { messageOf, RemoteFailure, UserError } from '../../base/errors.js';
import type { Secret } from '../../base/secret.js';
import { readHostFacts, type HostFacts } from '../../provisioner/hosts/host-facts.js';
import { keyPairOf, rawHostKeys } from '../../provisioner/ssh/host-key.js';
import { readHostKey } from '../../provisioner/ssh/read-host-key.js';
import type { Transport } from '../../provisioner/ssh/transport.js';
import { fitnessProblems } from './host-fitness.js';
import { lookAtHost, type FoundOnHost } from './look-at-host.js';
import type { PlaneFile, PlaneFileHost } from './file/plane-file.js';
import { PlaneLink } from './plane-link.js';
import { partsOf, type Stage } from './stages.js';

/** A host that was entered and looked at. */
export interface ReachedHost {
  readonly name: string;
  readonly link: PlaneLink;
  readonly facts: HostFacts;
  readonly found: FoundOnHost;
}

export interface ReachOptions {
  readonly file: PlaneFile;
  readonly sshKey: Secret;
  readonly stages: readonly Stage[];
  readonly transport: Transport;
  readonly signal: AbortSignal;
}

/** Milliseconds for one answer. */
const answerMs = 20_000;

/**
 * Enters all hosts side by side and touches nothing. A host is known by its key: one whose key is not in the file is
 * not entered, and its key is told. @throws UserError with the problems of all hosts
 */
export async function reachHosts(options: ReachOptions): Promise<Map<string, ReachedHost>> {
  requireKey(options.file, options.sshKey);
  const names = Object.keys(options.file.hosts);
  const ended = await Promise.allSettled(names.map((name) => reachHost(name, options)));
  const reached = ended.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const problems = ended.flatMap((each) => (each.status === 'rejected' ? [messageOf(each.reason)] : []));
  const unfit = reached.flatMap(({ name, facts, found }) =>
    fitnessProblems(options.file, facts, found, partsOf(name, options.stages)).map(
      (problem) => `hosts.${name}: ${problem}`,
    ),
  );
  if (problems.length + unfit.length === 0) return new Map(reached.map((host) => [host.name, host]));
  await Promise.all(reached.map(({ link }) => link.close()));
  throw new UserError(
    ['nothing was touched:', ...[...problems, ...unfit].map((line) => `  ${line}`)].join('\n'),
  );
}

function requireKey({ ssh_key: path }: PlaneFile, key: Secret): void {
  try {
    keyPairOf(key);
  } catch (error) {
    throw new UserError(`ssh_key is "${path}": ${messageOf(error)}`, { field: 'ssh_key', cause: error });
  }
}

async function reachHost(name: string, options: ReachOptions): Promise<ReachedHost> {
  const { file, sshKey, transport, signal } = options;
  const host = file.hosts[name]!;
  const { address, port, user } = host;
  const hostKey = await pinnedKey(name, host, signal);
  const link = new PlaneLink(
    { name, address, port, username: user, privateKey: sshKey, hostKeys: [hostKey] },
    transport,
  );
  try {
    const connection = await link.connection(signal);
    const facts = await readHostFacts(connection, { deadlineMs: answerMs, signal });
    return { name, link, facts, found: await look(connection, file, name, signal) };
  } catch (error) {
    await link.close();
    throw inWords(name, error);
  }
}

/** What is on a host now. The master key is asked for where further controllers need the first one's. */
export async function lookAgain(
  { name, link }: Pick<ReachedHost, 'name' | 'link'>,
  file: PlaneFile,
  signal: AbortSignal,
): Promise<FoundOnHost> {
  return look(await link.connection(signal), file, name, signal);
}

function look(
  connection: Parameters<typeof lookAtHost>[0],
  { data_dir: dataDir, controllers }: PlaneFile,
  name: string,
  signal: AbortSignal,
): Promise<FoundOnHost> {
  const withMasterKey = controllers.length > 1 && controllers[0]!.host === name;
  return lookAtHost(connection, { dataDir, withMasterKey, deadlineMs: answerMs, signal });
}

/** The whole key, OpenSSH form. @throws UserError where the file has none, or another */
async function pinnedKey(name: string, host: PlaneFileHost, signal: AbortSignal): Promise<string> {
  const { address, port, host_key: given } = host;
  const field = `hosts.${name}.host_key`;
  if (given !== undefined && !given.startsWith('SHA256:')) {
    if (rawHostKeys([given]).length > 0) return given;
    throw new UserError(
      `${field} is "${given.slice(0, 60)}": expected a whole line of ssh_host_ed25519_key.pub`,
      {
        field,
      },
    );
  }
  const shown = await readHostKey(address, port, { deadlineMs: answerMs, signal }).catch((error: unknown) => {
    throw inWords(name, error);
  });
  if (shown.fingerprint === given) return shown.publicKey;
  const compare =
    'compare it with what `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` prints on its console';
  throw new UserError(
    given === undefined
      ? `${field} is missing, and ${address}:${port} shows ${shown.fingerprint}: ${compare}, and write it there`
      : `${field} is "${given}", and ${address}:${port} shows ${shown.fingerprint}: ${compare}; nothing was sent`,
    { field },
  );
}

/** What cannot be reached, with what to do where a key is refused. */
function inWords(name: string, error: unknown): unknown {
  if (!(error instanceof RemoteFailure)) return error;
  const hint = error.phase === 'auth' ? ": add the public half of ssh_key to its user's authorized_keys" : '';
  return new UserError(`hosts.${name}: ${error.message}${hint}`, { field: `hosts.${name}`, cause: error });
}
