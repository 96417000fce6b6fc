import type { Databag, DatabagRelease, Placement } from '../../../cookbooks/databag.js';
import type { LayerKind, RecipeNode } from '../../../cookbooks/recipe.js';

export const sampleImage = `deis/stack:bookworm@sha256:${'5'.repeat(64)}`;

export function sampleRelease(version: number, more: Partial<DatabagRelease> = {}): DatabagRelease {
  const sha256 = String(version % 10).repeat(64);
  return {
    version,
    image: sampleImage,
    config: { POWERED_BY: 'Deis' },
    build: {
      slug: `${sha256}/peachy-waxworks.tgz`,
      sha256,
      size: 1000,
      procfile: { web: 'node server.js', worker: 'node worker.js' },
    },
    ...more,
  };
}

export function samplePlacement(more: Partial<Placement> = {}): Placement {
  return {
    type: 'web',
    num: 1,
    release: 7,
    node: 'peachy-waxworks-runtime-1',
    port: 5001,
    state: 'serving',
    ...more,
  };
}

/** Two runtime nodes, one proxy, release v7 serving as web.1 and web.2. */
export function sampleDatabag(more: Partial<Databag> = {}): Databag {
  return {
    id: 'peachy-waxworks',
    generation: 41,
    release: sampleRelease(7),
    releases: {},
    containers: { web: { 1: 'peachy-waxworks-runtime-1:5001', 2: 'peachy-waxworks-runtime-2:5001' } },
    placements: [samplePlacement(), samplePlacement({ num: 2, node: 'peachy-waxworks-runtime-2' })],
    health: {},
    proxy: {
      algorithm: 'round_robin',
      port: 80,
      backends: ['10.0.0.4:5001', '10.0.0.5:5001'],
      maintenance: false,
      domains: [],
      certs: [{ name: 'main', certificate: 'CERT', domains: [], key: 'KEY-sentinel' }],
    },
    nodes: {
      runtime: { 'peachy-waxworks-runtime-1': '10.0.0.4', 'peachy-waxworks-runtime-2': '10.0.0.5' },
      proxy: { 'peachy-waxworks-proxy-1': '10.0.0.6' },
    },
    proxies: ['peachy-waxworks-proxy-1'],
    controllers: ['10.0.0.1'],
    ...more,
  };
}

export function sampleNode(kind: LayerKind = 'runtime', more: Partial<RecipeNode> = {}): RecipeNode {
  return {
    name: `peachy-waxworks-${kind}-1`,
    layer: kind,
    kind,
    address: '10.0.0.4',
    username: 'deis',
    attributes: {},
    downloads: {},
    ...more,
  };
}
