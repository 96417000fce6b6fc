import type { AlertRuleRecord } from '../store/alerts/alert-store.js';
import { silentSince } from '../store/infrastructure/node-silence-store.js';
import type { Stores } from '../store/stores.js';
import type { AlertKindName } from './alert-kinds.js';
import { measuredSeconds, type AlertFacts } from './find-conditions.js';

/** A look at logs that is older says nothing of now. */
const freshMs = 60_000;
/** Kinds of operations that build, and the step that does. */
export const buildSteps: Readonly<Record<string, string>> = { push: 'build', 'import-build': 'fetch' };

/** Where facts are read. */
export interface AlertSources {
  readonly stores: Stores;
  /** As `AlertFacts.archivedUntil`, of the database of this process. */
  readonly archivedUntil: () => Date | undefined;
}

/** Reads what these rules of a formation ask for. */
export async function readAlertFacts(
  { stores, archivedUntil }: AlertSources,
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
    newestBuild: (await asked(['build'], () => newestBuildOf(stores, formationId)))[0],
    logMatches: new Map(await asked(['log'], () => matchesOf(stores, formationId, rules, now))),
    apiCertificate: (await asked(['api-certificate'], async () => [await stores.apiCertificates.inUse()]))[0],
    backup: (await asked(['backup'], () => stores.schedule.list())).find(({ name }) => name === 'backup'),
    archivedUntil: archivedUntil(),
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

/** Of its host, and of its own. */
async function silentNodesOf(
  stores: Stores,
  formationId: number,
): Promise<AlertFacts['silentNodes'][number][]> {
  const hostId = (await stores.formations.byId(formationId))?.hostId ?? formationId;
  const grounds = [...new Set([hostId, formationId])];
  const nodes = await Promise.all(grounds.map((id) => stores.nodes.ofFormation(id)));
  return nodes.flat().flatMap((node) => {
    const since = silentSince(node);
    return node.status === 'lost' || since !== null ? [{ name: node.name, since }] : [];
  });
}

async function newestBuildOf(
  { operations }: Stores,
  formationId: number,
): Promise<NonNullable<AlertFacts['newestBuild']>[]> {
  const newest = await operations.newestEnded(formationId, Object.keys(buildSteps));
  if (newest === undefined) return [];
  const { kind, state, step, error } = newest;
  return [{ isFailed: state === 'failed' && step === buildSteps[kind], reason: error?.message ?? null }];
}

/** None where nobody looks at the log. */
async function matchesOf(
  { logMatches }: Stores,
  formationId: number,
  rules: readonly AlertRuleRecord[],
  now: Date,
): Promise<(readonly [ruleId: number, count: number])[]> {
  const looked = await logMatches.positionOf(formationId);
  if (looked === undefined || now.getTime() - looked.lookedAt.getTime() > freshMs) return [];
  return Promise.all(
    rules
      .filter(({ minutes }) => minutes !== null)
      .map(async ({ id, minutes }) => {
        const from = new Date(now.getTime() - minutes! * 60_000);
        return [id, await logMatches.countSince(id, from)] as const;
      }),
  );
}
