import type {
  Databag,
  DatabagArchive,
  DatabagBuild,
  DatabagLogs,
  DatabagProxy,
  DatabagRelease,
} from './databag.js';
import type { DatabagPart, RecipeNode } from './recipe.js';

/**
 * The databag as one node may see it: nodes that run no apps get no releases, and with them no config; nodes
 * that are no proxies get no backends and no certificate keys, and nothing of the site at all unless a recipe
 * needs it (as those of operators do); a runtime node sees its own placements alone. What a node does not see
 * does not make it drift.
 */
export function databagForNode(
  node: Pick<RecipeNode, 'name'>,
  databag: Databag,
  needs: ReadonlySet<DatabagPart>,
): Databag {
  const { logs, ...rest } = databag;
  return {
    ...rest,
    ...(needs.has('apps') ? logsFor(node, logs) : {}),
    ...(needs.has('apps')
      ? {
          placements: databag.placements.filter((placement) => placement.node === node.name),
          containers: ownContainers(node, databag),
        }
      : withoutApps),
    proxy: siteFor(needs, databag.proxy),
  };
}

function logsFor({ name }: Pick<RecipeNode, 'name'>, logs: DatabagLogs | undefined): Pick<Databag, 'logs'> {
  const own = logs?.nodes[name];
  return logs === undefined || own === undefined ? {} : { logs: { ...logs, nodes: { [name]: own } } };
}

function siteFor(needs: ReadonlySet<DatabagPart>, proxy: DatabagProxy): DatabagProxy {
  if (needs.has('proxy')) return proxy;
  return needs.has('site') ? withoutKeys(proxy) : noSite(proxy);
}

function noSite({ port }: DatabagProxy): DatabagProxy {
  return { algorithm: 'round_robin', port, backends: [], maintenance: false, domains: [], certs: [] };
}

function withoutKeys(proxy: DatabagProxy): DatabagProxy {
  return {
    ...proxy,
    backends: [],
    certs: proxy.certs.map(({ name, certificate, domains }) => ({ name, certificate, domains })),
  };
}

const withoutApps = { release: null, releases: {}, placements: [], containers: {}, health: {} };

function ownContainers(node: Pick<RecipeNode, 'name'>, databag: Databag): Databag['containers'] {
  const types = Object.entries(databag.containers).map(
    ([type, places]) =>
      [
        type,
        Object.fromEntries(Object.entries(places).filter(([, place]) => place.startsWith(`${node.name}:`))),
      ] as const,
  );
  return Object.fromEntries(types.filter(([, places]) => Object.keys(places).length > 0));
}

/** Releases whose slugs and containers a databag names, newest first. */
export function databagReleases(databag: Databag): DatabagRelease[] {
  const all = [...(databag.release === null ? [] : [databag.release]), ...Object.values(databag.releases)];
  const byVersion = new Map(all.map((release) => [release.version, release]));
  return [...byVersion.values()].sort((a, b) => b.version - a.version);
}

/** What a node downloads and unpacks for a build: its slug, then its runtimes; nothing of one that is an image. */
export function buildArchives(build: DatabagBuild | null): readonly DatabagArchive[] {
  if (build === null || build.kind === 'image') return [];
  return [build, ...(build.runtimes ?? [])];
}

/**
 * The databag as a node keeps it. Without the generation, which rests beside it, and the states of
 * placements: both change without a change of what the node must be.
 */
export function databagAtRest(databag: Databag): string {
  const placements = databag.placements.map((placement) => ({ ...placement, state: undefined }));
  return `${JSON.stringify({ ...databag, generation: undefined, placements }, null, 2)}\n`;
}
