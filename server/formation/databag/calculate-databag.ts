import type {
  Databag,
  DatabagLogs,
  DatabagRelease,
  HealthCheck,
  Placement,
} from '../../../cookbooks/databag.js';
import type { ProxySettings } from '../../../cookbooks/proxy-settings.js';
import type { FormationSnapshot, SnapshotRelease } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { attachedClients } from './attached.js';
import { backendsOf, type PlacedContainer } from './backends.js';
import { covers } from './domain-name.js';
import { databagRelease } from './databag-release.js';
import { fencedAddresses } from './fenced-addresses.js';
import { passedOn } from './passed-on.js';
import { beforeProxies, namesOf, sharingOf } from './sharing.js';
import { nodesOfKind } from './snapshot-view.js';
import { sortedByKey } from './sorted-by-key.js';
import { proxiedType } from './tcp-mode.js';

/** What the databag says that is no row of the formation. */
export interface DatabagContext {
  /** Addresses of the controller as the formation's nodes see it. */
  readonly controllers: readonly string[];
  /** Seconds a container may take to become healthy. */
  readonly healthSeconds: number;
  /** Where nodes send their lines, with certificates of all nodes by their ids; absent: nowhere. */
  readonly logs?: DatabagLogs | undefined;
  /** Formations that share nodes answer to their name below it; absent: to their own domains alone. */
  readonly domain?: string | undefined;
}

/** A process without a port counts as healthy when it has stayed up this long. */
const settleSeconds = 2;
const proxyPort = 80;

/**
 * The databag of a formation. Pure: the same snapshot and facts give the same bytes, keys and lists sorted.
 * @param releaseId the release to be named as the formation's own; default the live one
 */
export function calculateDatabag(
  snapshot: FormationSnapshot,
  facts: DatabagContext,
  releaseId: number | null = snapshot.formation.liveReleaseId,
): Databag {
  const sharing = sharingOf(snapshot);
  const placed = sharing.isLeaving ? [] : placedContainers(snapshot);
  const release = snapshot.releases.find(({ id }) => id === releaseId);
  const others = snapshot.releases.filter(
    ({ id }) => id !== releaseId && placed.some((container) => container.releaseId === id),
  );
  return {
    id: snapshot.formation.name,
    ...sharing,
    generation: snapshot.formation.generation,
    release: release === undefined ? null : databagRelease(release),
    releases: sortedByKey(
      others
        .map((other) => [String(other.version), databagRelease(other)])
        .filter(([, value]) => value !== null) as [string, DatabagRelease][],
    ),
    containers: containersByType(placed),
    placements: placed.map(placementOf),
    health: healthChecks(placed, release, facts.healthSeconds, proxiedType(snapshot.formation.proxySettings)),
    proxy: proxyOf(snapshot, placed, facts),
    nodes: nodeAddresses(snapshot),
    // One that is away missed what changed since: containers answer it again once it has been converged.
    proxies: nodesOfKind(snapshot, 'proxy')
      .filter((node) => hasAddress(node) && node.status !== 'lost')
      .map(({ name }) => name)
      .sort(),
    controllers: [...new Set(facts.controllers)].sort(),
    ...fencedAddresses(snapshot, facts.controllers),
    ...logsOf(snapshot, facts.logs),
  };
}

/** All that must exist, by type, number, release and node. */
function placedContainers(snapshot: FormationSnapshot): PlacedContainer[] {
  const nodes = new Map(snapshot.nodes.map((node) => [node.id, node]));
  const releases = new Map(snapshot.releases.map((release) => [release.id, release]));
  return snapshot.containers
    .flatMap((container) => {
      const [node, release, { state }] = [
        nodes.get(container.nodeId),
        releases.get(container.releaseId),
        container,
      ];
      return node === undefined || release === undefined || state === 'removing'
        ? []
        : [{ ...container, node, release, state }];
    })
    .sort(
      (a, b) =>
        compare(a.type, b.type) ||
        a.num - b.num ||
        a.release.version - b.release.version ||
        compare(a.node.name, b.node.name) ||
        a.port - b.port,
    );
}

function placementOf({ type, num, release: { version }, node, port, state }: PlacedContainer): Placement {
  return { type, num, release: version, node: node.name, port, state };
}

/** The 2013 form. Where old and new stand beside each other, the one that serves is named, else the newer. */
function containersByType(placed: readonly PlacedContainer[]): Databag['containers'] {
  const byType = new Map<string, Map<string, string>>();
  const current = placed
    .filter(({ state }) => state !== 'retiring')
    .sort((a, b) => compare(b.state, a.state) || a.id - b.id);
  for (const { type, num, node, port } of current) {
    byType.set(
      type,
      (byType.get(type) ?? new Map<string, string>()).set(String(num), `${node.name}:${port}`),
    );
  }
  return sortedByKey([...byType].map(([type, nums]) => [type, sortedByKey([...nums])]));
}

/** What proxies pass on to must listen, others must stay up. */
function healthChecks(
  placed: readonly PlacedContainer[],
  release: SnapshotRelease | undefined,
  deadlineSeconds: number,
  proxied: string,
): Record<string, HealthCheck> {
  const types = new Set([...placed.map(({ type }) => type), ...Object.keys(release?.build?.procfile ?? {})]);
  return sortedByKey(
    [...types].map((type) => [
      type,
      { kind: type === proxied ? 'tcp' : 'none', deadlineSeconds, settleSeconds },
    ]),
  );
}

/** What the formation's proxies serve, and how. */
function proxyOf(
  snapshot: FormationSnapshot,
  placed: readonly PlacedContainer[],
  { domain }: Pick<DatabagContext, 'domain'>,
): Databag['proxy'] {
  const { proxySettings, maintenance } = snapshot.formation;
  const names = namesOf(snapshot, domain);
  const { acmeThumbprint } = snapshot;
  return passedOn(snapshot, {
    algorithm: 'round_robin',
    ...(sortedByKey(Object.entries({ ...proxySettings, ...beforeProxies(snapshot) })) as ProxySettings),
    port: proxyPort,
    ...attachedClients(snapshot),
    maintenance,
    ...backendsOf(placed, proxiedType(proxySettings)),
    domains: names,
    certs: certificates(snapshot, names),
    ...(acmeThumbprint === undefined ? {} : { acmeThumbprint }),
  });
}

function nodeAddresses(snapshot: FormationSnapshot): Databag['nodes'] {
  const ofLayer = (layerId: number): NodeRecord[] =>
    snapshot.nodes.filter((node) => node.layerId === layerId && hasAddress(node));
  return sortedByKey(
    snapshot.layers.map((layer) => [
      layer.name,
      sortedByKey(ofLayer(layer.id).map((node) => [node.name, node.privateAddress!])),
    ]),
  );
}

/**
 * Each with those of the formation's domains that it serves: a domain has one certificate, by its own name
 * rather than a wildcard's, one that nobody has signed but itself last, and the one that lasts longest.
 */
function certificates({ certs }: FormationSnapshot, names: readonly string[]): Databag['proxy']['certs'] {
  const best = (domain: string): string | undefined =>
    certs
      .filter((cert) => cert.domains.some((each) => covers(each, domain)))
      .sort(
        (a, b) =>
          Number(a.source === 'generated') - Number(b.source === 'generated') ||
          Number(b.domains.includes(domain)) - Number(a.domains.includes(domain)) ||
          b.expiresAt.getTime() - a.expiresAt.getTime() ||
          compare(a.name, b.name),
      )[0]?.name;
  const served = new Map(names.map((name) => [name, best(name)]));
  return certs.map(({ name, certificate, key }) => ({
    name,
    certificate,
    domains: [...served]
      .filter(([, by]) => by === name)
      .map(([domain]) => domain)
      .sort(),
    key: key.reveal(),
  }));
}

/** By the names of nodes, where the facts have their ids. */
function logsOf({ nodes }: FormationSnapshot, logs: DatabagLogs | undefined): Pick<Databag, 'logs'> {
  if (logs === undefined) return {};
  const known = nodes.filter((node) => hasAddress(node) && logs.nodes[node.id] !== undefined);
  return {
    logs: { ...logs, nodes: sortedByKey(known.map(({ id, name }) => [name, logs.nodes[id]!])) },
  };
}

function hasAddress(node: NodeRecord): boolean {
  return node.privateAddress !== null;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
