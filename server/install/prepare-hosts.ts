import { Conflict, messageOf, RemoteFailure } from '../../base/errors.js';
import type { PlaneHost, PlaneRelease } from '../../cookbooks/deis/planes/plane-host.js';
import { planePackages } from '../../cookbooks/deis/planes/plane-resources.js';
import type { NodeReport } from '../../provisioner/engine.js';
import type { ReachedHost } from './reach-hosts.js';
import type { Release } from './release/pack-release.js';
import { sendRelease } from './release/send-release.js';
import { partsOf, type Stage } from './stages.js';

export interface PrepareOptions {
  readonly stages: readonly Stage[];
  readonly hosts: ReadonlyMap<string, ReachedHost>;
  readonly release: Release;
  /** What is there once it was sent, without its sum. */
  readonly known: PlaneRelease;
  readonly planeOf: (stage: Stage) => PlaneHost;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

export interface PreparedHost {
  readonly name: string;
  /** Of its packages. */
  readonly report: NodeReport;
  /** What was sent to it, where it lacked that. */
  readonly sent?: PlaneRelease;
}

/**
 * What takes long on a new host and waits for no other one, on all that lack a part or the release side by side: their
 * packages, and the release itself. @throws Conflict naming each host to which the release could not be sent
 */
export async function prepareHosts(options: PrepareOptions): Promise<PreparedHost[]> {
  const names = [...options.hosts.keys()].filter((name) => lacksSomething(name, options));
  const ended = await Promise.allSettled(names.map((name) => prepareHost(name, options)));
  options.signal.throwIfAborted();
  const reasons = ended.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
  const other = reasons.find((reason) => reason instanceof Error && !(reason instanceof RemoteFailure));
  if (other instanceof Error) throw other;
  if (reasons.length > 0) throw new Conflict(reasons.map(messageOf).join('\n'));
  return ended.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}

function lacksSomething(name: string, options: PrepareOptions): boolean {
  const { found } = options.hosts.get(name)!;
  const isThere = partsOf(name, options.stages).every((part) =>
    found.parts.includes(part === 'standby' ? 'postgresql' : part),
  );
  return !isThere || needsRelease(name, options);
}

function needsRelease(name: string, { stages, hosts, release }: PrepareOptions): boolean {
  return (
    partsOf(name, stages).includes('controller') && !hosts.get(name)!.found.releases.includes(release.name)
  );
}

async function prepareHost(name: string, options: PrepareOptions): Promise<PreparedHost> {
  const { stages, hosts, planeOf, progress, signal } = options;
  const resources = planePackages(planeOf({ host: name, parts: partsOf(name, stages) }));
  // A host is not left while it installs.
  const [packages, sending] = await Promise.allSettled([
    hosts.get(name)!.link.converge(resources, {
      whyRun: false,
      signal,
      onResource: (resource) => progress(`${name}: ${resource}`),
    }),
    needsRelease(name, options) ? send(name, options) : undefined,
  ]);
  if (sending.status === 'rejected') throw sending.reason;
  if (packages.status === 'rejected') throw packages.reason;
  const { value: sent } = sending;
  return { name, report: packages.value, ...(sent === undefined ? {} : { sent }) };
}

async function send(
  name: string,
  { hosts, release, known, progress, signal }: PrepareOptions,
): Promise<PlaneRelease> {
  const { link, facts } = hosts.get(name)!;
  const bundle = await release.bundle(facts.arch);
  progress(`${name}: sending release ${release.name} (${Math.ceil(bundle.size / 1024 ** 2)} MiB)`);
  await sendRelease(await link.connection(signal), bundle, known.tarball, signal);
  return { ...known, sha256: bundle.sha256 };
}
