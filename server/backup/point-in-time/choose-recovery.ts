import { NotFound, UserError } from '../../../base/errors.js';
import { historyName, isUpTo, segmentNames, segmentNumber, segmentOf } from './log-position.js';
import type { Base, KeptCluster, Reach } from './recovery-index.js';

/** What restores a moment. */
export interface Recovery {
  readonly cluster: KeptCluster;
  readonly base: Base;
  readonly time: Date;
  readonly timeline: number;
  /** Names of segments and histories that are needed, in their order. */
  readonly log: readonly string[];
}

const noneYet =
  'no moment to restore yet, because the log behind the first base backup is not copied: restore an archive, ' +
  'without --time';

/** A moment, or the last one that is kept. */
export type WantedTime = Date | 'latest';

/** Chooses base backup and log. @throws UserError, or NotFound, that says which moments can be restored */
export function chooseRecovery(clusters: readonly KeptCluster[], wanted: WantedTime): Recovery {
  const { cluster, reach, time } = chooseReach(clusters, wanted);
  const base = cluster.bases.findLast(
    (each) => each.endedAt.getTime() <= time.getTime() && leadsTo(each, reach),
  );
  if (base === undefined)
    throw new UserError(notKept(time, `no base backup is older${windowsText(clusters)}`));
  const log = neededLog(cluster, base, reach, time);
  const missing = log.find((name) => !cluster.log.has(name));
  if (missing !== undefined)
    throw new UserError(
      notKept(
        time,
        `segment ${missing} of its log is missing in ${cluster.folder}: name a moment after a later base`,
      ),
    );
  return { cluster, base, time, timeline: reach.timeline, log };
}

/** From when to when moments can be restored, for people: one line a timeline. */
export function windowsOf(clusters: readonly KeptCluster[]): { instance: string; from: Date; until: Date }[] {
  return clusters
    .flatMap((cluster) =>
      cluster.reaches.flatMap((reach) => {
        const first = cluster.bases.find((base) => leadsTo(base, reach));
        if (first === undefined || first.endedAt.getTime() > reach.until.getTime()) return [];
        const from = new Date(Math.max(first.endedAt.getTime(), reach.since.getTime()));
        return [{ instance: cluster.instance, from, until: reach.until }];
      }),
    )
    .sort((a, b) => a.from.getTime() - b.from.getTime());
}

interface Chosen {
  readonly cluster: KeptCluster;
  readonly reach: Reach;
  readonly time: Date;
}

/** The timeline that was written at that time. */
function chooseReach(clusters: readonly KeptCluster[], wanted: WantedTime): Chosen {
  const instances = new Set(clusters.map(({ instance }) => instance));
  if (instances.size > 1)
    throw new UserError(
      `there are base backups of instances ${[...instances].join(', ')}: say which one with DEIS_INSTANCE`,
      { field: 'DEIS_INSTANCE' },
    );
  const all = clusters
    .flatMap((cluster) => cluster.reaches.map((reach) => ({ cluster, reach })))
    .sort((a, b) => b.reach.since.getTime() - a.reach.since.getTime());
  if (all.length === 0) throw new NotFound('there are no base backups with a log: nothing was written');
  const time = wanted === 'latest' ? newestMoment(clusters) : wanted;
  const found = all.find(({ reach }) => reach.since.getTime() <= time.getTime());
  if (found === undefined || found.reach.until.getTime() < time.getTime())
    throw new UserError(notKept(time, `its log was not kept${windowsText(clusters)}`));
  return { ...found, time };
}

function newestMoment(clusters: readonly KeptCluster[]): Date {
  const moments = windowsOf(clusters).map(({ until }) => until.getTime());
  if (moments.length === 0) throw new NotFound(`there is ${noneYet}; nothing was written`);
  return new Date(Math.max(...moments));
}

/** Whether a timeline goes on from a base. */
function leadsTo({ timeline, endAt }: Base, reach: Reach): boolean {
  if (timeline === reach.timeline) return true;
  const ancestor = reach.ancestors.find((each) => each.timeline === timeline);
  return ancestor !== undefined && isUpTo(endAt, ancestor.switchAt);
}

/** Up to the start of the base after the moment, of which all that is later was committed. */
function neededLog({ bases }: KeptCluster, base: Base, reach: Reach, time: Date): string[] {
  const next = bases.find(
    ({ timeline, startedAt }) => timeline === reach.timeline && startedAt.getTime() > time.getTime(),
  );
  const last = Math.min(
    segmentNumber(reach.segment)!,
    next === undefined ? Infinity : segmentOf(next.startAt),
  );
  return [
    ...(reach.timeline === 1 ? [] : [historyName(reach.timeline)]),
    ...segmentNames(segmentOf(base.startAt), last, reach),
  ];
}

function notKept(time: Date, why: string): string {
  return `${time.toISOString()} cannot be restored: ${why}; nothing was written`;
}

function windowsText(clusters: readonly KeptCluster[]): string {
  const windows = windowsOf(clusters);
  if (windows.length === 0) return `. There is ${noneYet}`;
  const shown = windows.map(({ from, until }) => `${from.toISOString()} to ${until.toISOString()}`);
  return `. Moments that can be: ${shown.join(', ')}`;
}
