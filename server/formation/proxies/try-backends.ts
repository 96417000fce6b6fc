import type { HealthSettings } from '../../../cookbooks/databag.js';
import { containerName } from '../../../cookbooks/deis/definitions/app-container.js';
import {
  maxAskedAtOnce,
  type AskedBackends,
  type BackendAnswer,
} from '../../../provisioner/node-commands/backends.js';
import type { ContainerRecord } from '../../store/app/container-store.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { waits } from '../context/deadlines.js';
import type { FormationWork } from '../context/formation-work.js';
import { ifItAnswers } from '../context/if-it-answers.js';
import { convergeTarget } from '../converge/converge-target.js';
import { addressOf, readyNodes, releaseOf } from '../databag/snapshot-view.js';

/** A container that a proxy cannot give requests to, and why. */
export interface Unanswered {
  readonly proxy: string;
  readonly node: string;
  /** `web.1` */
  readonly container: string;
  /** What answers is not the container. */
  readonly isStranger: boolean;
  readonly why: string;
}

type Tried = Pick<ContainerRecord, 'nodeId' | 'port' | 'type' | 'num' | 'releaseId'>;
type Run = Pick<FormationWork, 'fleet'>;

interface Trial {
  readonly snapshot: FormationSnapshot;
  readonly check: HealthSettings | undefined;
  readonly signal: AbortSignal;
}

/** A container with what it is reached by. */
interface Backend {
  readonly node: NodeRecord;
  readonly process: string;
  /** Of the Docker container. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** Seconds that connection and answer may take where the check says nothing. */
const defaultSeconds = 5;
/** A container that fails once may just have been busy. */
const maxTries = 2;

/** Milliseconds that trying so many containers may take: most of it is for what is silent. */
export function trialDeadline(check: HealthSettings | undefined, containers: number): number {
  const tries = Math.ceil(containers / maxAskedAtOnce) + maxTries;
  return tries * (secondsOf(check) * 1000 + 2 * waits.answer);
}

/**
 * Asks containers from every ready proxy what the proxy itself will ask them, and asks their nodes whether it
 * was they who were asked: an address may lead elsewhere. All at once, to the first lot with a failure, which
 * must fail twice. A proxy that cannot be asked is left out: the switch says so.
 * @param check of the release; absent: a connection is enough @throws RemoteFailure when a container's node
 * does not tell
 */
export async function findUnanswered(
  run: Run,
  containers: readonly Tried[],
  trial: Trial,
): Promise<Unanswered[]> {
  const backends = containers.map((container) => backendOf(trial.snapshot, container));
  for (let from = 0; from < backends.length; from += maxAskedAtOnce) {
    let left = backends.slice(from, from + maxAskedAtOnce);
    let found: Unanswered[] = [];
    for (let tries = 0; tries < maxTries && left.length > 0; tries += 1) {
      found = await tryAll(run, left, trial);
      const failed = new Set(found.map(({ container }) => container));
      left = left.filter(({ process }) => failed.has(process));
    }
    if (found.length > 0) return found;
  }
  return [];
}

function backendOf(snapshot: FormationSnapshot, container: Tried): Backend {
  const { nodeId, port, type, num, releaseId } = container;
  const node = snapshot.nodes.find(({ id }) => id === nodeId);
  if (node === undefined) throw new Error(`the node of ${type}.${num} is not part of the snapshot`);
  const release = releaseOf(snapshot, releaseId).version;
  return {
    node,
    process: `${type}.${num}`,
    name: containerName(
      { id: snapshot.formation.name },
      { type, num, port, release, node: node.name, state: 'starting' },
    ),
    address: addressOf(node),
    port,
  };
}

async function tryAll(run: Run, backends: readonly Backend[], trial: Trial): Promise<Unanswered[]> {
  const proxies = readyNodes(trial.snapshot, 'proxy');
  const asked = await Promise.allSettled(proxies.map((proxy) => askFrom(run, proxy, backends, trial)));
  try {
    const answers = asked.map((each) => {
      if (each.status === 'rejected') throw each.reason;
      return each.value?.answers;
    });
    const origins = answers.flatMap((each) => each ?? []).flatMap(({ origin }) => origin ?? []);
    const callers = await callersOf(run, backends, origins, trial);
    return proxies.flatMap(({ name: proxy }, index) =>
      (answers[index] ?? []).flatMap((answer, which) => {
        const backend = backends[which]!;
        return judge(proxy, backend, answer, callers.get(backend.name), trial.check) ?? [];
      }),
    );
  } finally {
    const opened = asked.flatMap((each) => (each.status === 'fulfilled' ? (each.value ?? []) : []));
    await Promise.all(opened.map((each) => each.close()));
  }
}

/** Undefined when the proxy cannot be asked. */
async function askFrom(
  { fleet }: Run,
  proxy: NodeRecord,
  places: readonly Backend[],
  { snapshot, check, signal }: Trial,
): Promise<AskedBackends | undefined> {
  const seconds = secondsOf(check);
  const path = check?.kind === 'http' ? (check.path ?? '/') : null;
  // Its connections last until nodes have told whose they are.
  const deadlineMs = seconds * 1000 + 2 * waits.answer;
  return ifItAnswers(signal, async () => {
    const { backends } = await fleet.commands(convergeTarget(snapshot, proxy), signal);
    return backends.ask({ places, path, seconds }, { deadlineMs, signal });
  });
}

/** Docker name -> the connections that have come to it. */
async function callersOf(
  { fleet }: Run,
  backends: readonly Backend[],
  origins: readonly string[],
  { snapshot, signal }: Trial,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  if (origins.length === 0) return new Map();
  const nodes = [...new Set(backends.map(({ node }) => node))];
  const found = await Promise.all(
    nodes.map(async (node) => {
      const names = backends.filter((backend) => backend.node === node).map(({ name }) => name);
      const commands = await fleet.commands(convergeTarget(snapshot, node), signal);
      return commands.backends.callers(names, origins, { deadlineMs: waits.answer, signal });
    }),
  );
  return new Map(found.flatMap((each) => [...each]));
}

function judge(
  proxy: string,
  { node, process, address, port }: Backend,
  answer: BackendAnswer,
  callers: ReadonlySet<string> | undefined,
  check: HealthSettings | undefined,
): Unanswered | undefined {
  const at = `${process} at ${address}:${port}`;
  const found = { proxy, node: node.name, container: process, isStranger: false };
  const { connects, status, problem, origin } = answer;
  if (!connects) return { ...found, why: `proxy ${proxy} cannot reach ${at}: ${problem}` };
  // Who answers comes first: what a stranger says is not the app's.
  if (origin !== null && !callers?.has(origin))
    return {
      ...found,
      isStranger: true,
      why: `proxy ${proxy} does not reach ${at}: another machine or container answers there`,
    };
  const what = `proxy ${proxy} asked ${at} for ${check?.path ?? '/'}`;
  if (problem !== null) return { ...found, why: `${what}: ${problem}` };
  const [lowest, highest] = check?.status ?? [200, 399];
  if (status === null || (status >= lowest && status <= highest)) return undefined;
  return { ...found, why: `${what} and got status ${status}, good is ${lowest} to ${highest}` };
}

function secondsOf(check: HealthSettings | undefined): number {
  return check?.timeoutSeconds ?? defaultSeconds;
}
