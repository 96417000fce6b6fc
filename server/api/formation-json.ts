import type { FormationSnapshot } from '../store/formation-snapshot.js';
import type { LayerRecord } from '../store/layer-store.js';
import type { ControllerInfo } from './app-parts.js';
import { isoTime } from './time.js';

/** FORMATION of the API contract. */
export function formationJson(snapshot: FormationSnapshot, owner: string, { git }: ControllerInfo) {
  const { formation, layers, releases } = snapshot;
  return {
    id: formation.name,
    owner,
    generation: formation.generation,
    scale: formation.scale,
    live_release: releases.find((release) => release.id === formation.liveReleaseId)?.version ?? null,
    domains: [],
    urls: proxyUrls(snapshot),
    layers: Object.fromEntries(layers.map((layer) => [layer.name, { count: layer.count, nodes_ready: nodesOf(snapshot, layer).filter((node) => node.status === 'ready').length }])),
    git_url: `ssh://git@${hostInUrl(git.host)}:${git.port}/${formation.name}.git`,
    created_at: isoTime(formation.createdAt),
  };
}

/** Where the app answers: each ready proxy. */
function proxyUrls(snapshot: FormationSnapshot): string[] {
  const proxies = snapshot.layers.filter((layer) => layer.kind === 'proxy').flatMap((layer) => nodesOf(snapshot, layer));
  return proxies.flatMap((node) => (node.status === 'ready' && node.address !== null ? [`http://${hostInUrl(node.address)}/`] : []));
}

function nodesOf({ nodes }: FormationSnapshot, layer: LayerRecord) {
  return nodes.filter((node) => node.layerId === layer.id);
}

/** IPv6 addresses stand in brackets (RFC 3986). */
function hostInUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
