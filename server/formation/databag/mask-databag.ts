import type { Databag, DatabagLogs, DatabagRelease } from '../../../cookbooks/databag.js';

const mask = '[masked]';

/**
 * The databag for readers who may not see config: names of variables and certificates stay, values and
 * private keys do not.
 */
export function maskDatabag(databag: Databag): Databag {
  const { release, releases, proxy, logs } = databag;
  return {
    ...databag,
    release: release && maskRelease(release),
    releases: Object.fromEntries(
      Object.entries(releases).map(([version, other]) => [version, maskRelease(other)]),
    ),
    ...(logs === undefined ? {} : { logs: maskLogs(logs) }),
    proxy: {
      ...proxy,
      certs: proxy.certs.map((cert) => (cert.key === undefined ? cert : { ...cert, key: mask })),
    },
  };
}

function maskLogs(logs: DatabagLogs): DatabagLogs {
  const nodes = Object.entries(logs.nodes).map(([name, node]) => [name, { ...node, key: mask }]);
  return { ...logs, key: mask, nodes: Object.fromEntries(nodes) as DatabagLogs['nodes'] };
}

function maskRelease(release: DatabagRelease): DatabagRelease {
  if (release.config === undefined) return release;
  return { ...release, config: maskValues(release.config) };
}

/** Names stay, values do not. */
export function maskValues(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.keys(values).map((name) => [name, mask]));
}

/** As maskValues, of JSON: the names within stay, too, and how long lists are. */
export function maskJson(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, maskWithin(value)]));
}

function maskWithin(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskWithin);
  return typeof value === 'object' && value !== null ? maskJson(value as Record<string, unknown>) : mask;
}
