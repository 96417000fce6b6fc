import { latencyOf } from '../measures/latency.js';
import { mergeTraffic } from '../measures/measure.js';
import type { AlertRuleRecord } from '../store/alerts/alert-store.js';
import type { MeasureRecord, NodeMeasure, Traffic } from '../store/app/measure-store.js';
import type { AlertKindName } from './alert-kinds.js';

/** What is known of a formation at a moment; only what its rules ask for. */
export interface AlertFacts {
  readonly now: Date;
  readonly containers: readonly {
    readonly process: string;
    readonly state: string;
    readonly restarts: number;
  }[];
  /** Rows of 10 s of the last `measuredSeconds`. */
  readonly measures: readonly MeasureRecord[];
  /** Those that do not answer, and since when. */
  readonly silentNodes: readonly { readonly name: string; readonly since: Date | null }[];
  readonly certificates: readonly { readonly name: string; readonly expiresAt: Date }[];
  readonly newestRelease:
    { readonly version: number; readonly state: string; readonly reason: string | null } | undefined;
  /** The newest that ended; undefined where none has. */
  readonly newestBuild: { readonly isFailed: boolean; readonly reason: string | null } | undefined;
  /** Lines that matched, by the id of the rule; of others nothing can be said now. */
  readonly logMatches: ReadonlyMap<number, number>;
  /** Of the API, where it orders one itself: null where there is none yet. */
  readonly apiCertificate:
    | {
        readonly domain: string;
        readonly expiresAt: Date | null;
        readonly failures: number;
        readonly lastError: string | null;
      }
    | undefined;
  /** Undefined where none are made. */
  readonly backup: { readonly failures: number; readonly endedAt: Date | null } | undefined;
  /** All that was written to the database before is with the backups; undefined where nothing can be said. */
  readonly archivedUntil: Date | undefined;
}

/** Something that is the matter. */
export interface Condition {
  readonly rule: AlertRuleRecord;
  readonly subject: string;
  readonly detail: string;
}

export interface Conditions {
  readonly holding: readonly Condition[];
  /** Ids of rules of which nothing can be said now: nothing was measured. */
  readonly unknown: ReadonlySet<number>;
}

/** How far back measures are looked at. */
export const measuredSeconds = 120;
/** Of fewer requests no share is taken. */
const minRequests = 10;
/** More at a time nobody is told of one formation. */
export const maxConditions = 100;
const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
/** Characters of what somebody else wrote. */
const maxReason = 300;

type Found = readonly { readonly subject: string; readonly detail: string }[];
/** Undefined: nothing can be said. */
type Find = (facts: AlertFacts, threshold: number, rule: AlertRuleRecord) => Found | undefined;

const finders: Readonly<Record<AlertKindName, Find>> = {
  'crash-loop': ({ containers }) =>
    containers
      .filter(({ state }) => state === 'crashing')
      .map(({ process, restarts }) => ({
        subject: process,
        detail: `${process} restarts over and over: ${restarts} times by now`,
      })),
  memory: ({ measures }, threshold) =>
    whenMeasured(measures, (nodes) =>
      Object.values(newestOf(nodes)).flatMap(({ containers }) =>
        Object.values(containers).flatMap(({ process, memory, memoryLimit }) => {
          const share = memoryLimit === null ? 0 : (memory / memoryLimit) * 100;
          const detail = `${process} uses ${share.toFixed(0)} % of its memory limit`;
          return share >= threshold ? [{ subject: process, detail }] : [];
        }),
      ),
    ),
  '5xx': ({ measures }, threshold) =>
    whenMeasured(measures, (rows) => {
      const { statuses } = trafficOf(rows);
      const total = sum(statuses);
      const share = total < minRequests ? 0 : ((statuses['5'] ?? 0) / total) * 100;
      const detail = `${share.toFixed(1)} % of ${total} requests ended with 5xx`;
      return share >= threshold ? [{ subject: 'app', detail }] : [];
    }),
  p95: ({ measures }, threshold) =>
    whenMeasured(measures, (rows) => {
      const { took } = trafficOf(rows);
      const ms = sum(took) < minRequests ? undefined : latencyOf(took, 0.95);
      const detail = `the 95th percentile is ${(ms ?? 0).toFixed(0)} ms, of ${sum(took)} requests`;
      return ms !== undefined && ms >= threshold ? [{ subject: 'app', detail }] : [];
    }),
  'node-lost': ({ silentNodes }) =>
    silentNodes.map(({ name, since }) => ({
      subject: name,
      detail: `${name} does not answer${since === null ? '' : ` since ${since.toISOString()}`}`,
    })),
  certificate: ({ certificates, now }, threshold) =>
    certificates
      .filter(({ expiresAt }) => expiresAt.getTime() - now.getTime() <= threshold * dayMs)
      .map(({ name, expiresAt }) => ({
        subject: name,
        detail: `certificate ${name} ${expiresAt < now ? 'expired' : 'expires'} at ${expiresAt.toISOString()}`,
      })),
  disk: ({ measures }, threshold) =>
    whenMeasured(measures, (rows) =>
      Object.entries(newestOf(rows)).flatMap(([node, { disks }]) =>
        Object.entries(disks)
          .filter(([, share]) => share * 100 >= threshold)
          .map(([mount, share]) => ({
            subject: `${node} ${mount}`,
            detail: `${mount} of ${node} is ${(share * 100).toFixed(0)} % full`,
          })),
      ),
    ),
  deploy: ({ newestRelease }) =>
    newestRelease?.state === 'failed'
      ? ofApp(`release v${newestRelease.version} failed: ${newestRelease.reason ?? 'no reason is known'}`)
      : [],
  build: ({ newestBuild }) =>
    newestBuild?.isFailed === true
      ? ofApp(`the newest build failed: ${(newestBuild.reason ?? 'no reason is known').slice(0, maxReason)}`)
      : [],
  log: ({ logMatches }, threshold, { id, pattern, minutes }) => {
    const count = logMatches.get(id);
    if (count === undefined) return undefined;
    return count >= threshold ? ofApp(`${count} lines within ${minutes} min match ${pattern}`) : [];
  },
  'api-certificate': ({ apiCertificate, now }, threshold) => {
    if (apiCertificate === undefined) return [];
    const { domain, expiresAt, failures, lastError } = apiCertificate;
    const why = lastError === null ? '' : `: ${lastError.slice(0, maxReason)}`;
    if (expiresAt === null)
      return failures > 0 ? ofController(`there is no certificate of ${domain} yet${why}`) : [];
    if (expiresAt.getTime() - now.getTime() > threshold * dayMs) return [];
    const ends = expiresAt < now ? 'expired' : 'expires';
    return ofController(`the certificate of ${domain} ${ends} at ${expiresAt.toISOString()}${why}`);
  },
  backup: ({ backup, now }, threshold) => {
    if (backup === undefined) return ofController('no backups are made (DEIS_BACKUP_TO)');
    const { failures, endedAt } = backup;
    if (failures > 0) return ofController(`the backup failed, ${failures} times since one did not`);
    const isOld = endedAt !== null && now.getTime() - endedAt.getTime() >= threshold * hourMs;
    return isOld ? ofController(`the newest backup is of ${endedAt.toISOString()}`) : [];
  },
  wal: ({ archivedUntil, now }, threshold) => {
    if (archivedUntil === undefined) return undefined;
    return now.getTime() - archivedUntil.getTime() >= threshold * minuteMs
      ? ofController(`nothing of the database's log was copied since ${archivedUntil.toISOString()}`)
      : [];
  },
};

/** What is the matter by these rules. */
export function findConditions(rules: readonly AlertRuleRecord[], facts: AlertFacts): Conditions {
  const unknown = new Set<number>();
  const holding = rules.flatMap((rule) => {
    const found = finders[rule.kind as AlertKindName]?.(facts, rule.threshold ?? 0, rule);
    if (found === undefined) unknown.add(rule.id);
    return distinct(found ?? []).map((each) => ({ rule, ...each }));
  });
  return { holding: holding.slice(0, maxConditions), unknown };
}

function ofApp(detail: string): Found {
  return [{ subject: 'app', detail }];
}

function ofController(detail: string): Found {
  return [{ subject: 'controller', detail }];
}

/** Two containers of one process are one subject. */
function distinct(found: Found): Found {
  return [...new Map(found.map((each) => [each.subject, each])).values()];
}

function whenMeasured(
  rows: readonly MeasureRecord[],
  find: (rows: readonly MeasureRecord[]) => Found,
): Found | undefined {
  return rows.length === 0 ? undefined : find(rows);
}

/** Of each node its newest row. */
function newestOf(rows: readonly MeasureRecord[]): Record<string, NodeMeasure> {
  return Object.fromEntries(rows.map(({ node, measure }) => [node, measure]));
}

function trafficOf(rows: readonly MeasureRecord[]): Traffic {
  const all = rows.map(({ measure }) => measure.traffic);
  return all.reduce<Traffic | undefined>(mergeTraffic, undefined) ?? { statuses: {}, took: {} };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}
