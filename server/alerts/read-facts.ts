import type { AlertRuleRecord } from '../store/alerts/alert-store.js';
import { silentSince } from '../store/infrastructure/node-silence.js';
import type { Stores } from '../store/stores.js';
import type { AlertKindName } from './alert-kinds.js';
import { measuredSeconds, type AlertFacts } from './find-conditions.js';

/** Reads what these rules of a formation ask for. */
export async function readAlertFacts(
  stores: Stores,
  formationId: number,
  rules: readonly AlertRuleRecord[],
  now: Date,
): Promise<AlertFacts> {
  const kinds = new Set(rules.map(({ kind }) => kind));
  const asked = async <T>(wanted: readonly AlertKindName[], read: () => Promise<T[]>): Promise<T[]> =>
    wanted.some((kind) => kinds.has(kind)) ? read() : [];
  const from = new Date(now.getTime() - measuredSeconds * 1000);
  const releases = await asked(['deploy'], async () => [await stores.releases.newest(formationId)]);
  return {
    now,
    containers: await asked(['crash-loop'], () => containersOf(stores, formationId)),
    measures: await asked(['memory', '5xx', 'p95', 'disk'], () =>
      stores.measures.ofFormation(formationId, 10, { from, to: new Date(now.getTime() + 1) }),
    ),
    silentNodes: await asked(['node-lost'], () => silentNodesOf(stores, formationId)),
    certificates: await asked(['certificate'], () => stores.certs.endsOf(formationId)),
    newestRelease: releases[0],
  };
}

async function containersOf(
  stores: Stores,
  formationId: number,
): Promise<AlertFacts['containers'][number][]> {
  return (await stores.containers.ofFormation(formationId)).flatMap(({ type, num, state, seen }) =>
    state !== 'serving' || seen === null
      ? []
      : [{ process: `${type}.${num}`, state: seen.state, restarts: seen.restarts }],
  );
}

async function silentNodesOf(
  stores: Stores,
  formationId: number,
): Promise<AlertFacts['silentNodes'][number][]> {
  return (await stores.nodes.ofFormation(formationId)).flatMap((node) => {
    const since = silentSince(node);
    return node.status === 'lost' || since !== null ? [{ name: node.name, since }] : [];
  });
}
