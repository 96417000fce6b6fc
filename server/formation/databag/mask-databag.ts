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

/** The databag of a guest for readers who have no role in its host: backends by the names of their nodes. */
export function maskAddresses(databag: Databag): Databag {
  const { nodes, proxy, controllers } = databag;
  const names = new Map(
    Object.values(nodes).flatMap((layer) => Object.entries(layer).map(([name, address]) => [address, name])),
  );
  const named = (backend: string): string => {
    const [address = '', port = ''] = backend.split(':');
    return `${names.get(address) ?? mask}:${port}`;
  };
  return {
    ...databag,
    nodes: Object.fromEntries(Object.entries(nodes).map(([layer, of]) => [layer, maskValues(of)])),
    controllers: controllers.map(() => mask),
    proxy: {
      ...proxy,
      backends: proxy.backends.map(named),
      ...(proxy.clients === undefined ? {} : { clients: proxy.clients.map(() => mask) }),
      ...(proxy.checks === undefined ? {} : { checks: checksBy(proxy.checks, named) }),
    },
  };
}

type Checks = NonNullable<Databag['proxy']['checks']>;

function checksBy(checks: Checks, named: (backend: string) => string): Checks {
  return Object.fromEntries(Object.entries(checks).map(([backend, check]) => [named(backend), check]));
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
