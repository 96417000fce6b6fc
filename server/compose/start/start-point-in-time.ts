import { messageOf } from '../../../base/errors.js';
import { unlessAborted } from '../../../base/unless-aborted.js';
import { readSealFor } from '../../backup/backup-keys.js';
import { openPlace } from '../../backup/places/open-place.js';
import { isBaseDue } from '../../backup/point-in-time/base-due.js';
import { LogArchiver } from '../../backup/point-in-time/log-archiver.js';
import { logKeys } from '../../backup/point-in-time/log-keys.js';
import { readCluster } from '../../backup/point-in-time/recovery-index.js';
import { clusterFolder } from '../../backup/point-in-time/recovery-names.js';
import { recoveryMetrics } from '../../metrics/recovery-metrics.js';
import { Wakeup } from '../../operation/wakeup.js';
import type { Job } from '../../schedule/job.js';
import type { Settings } from '../../settings/settings.js';
import type { Database } from '../../store/database.js';
import { now, requestGraceMs } from '../constants.js';
import { backupDeadlineMs, runVerb } from '../jobs/run-backup.js';
import type { Base } from '../open-base.js';
import { startSchedule } from './start-schedule.js';

/** Of the time that a commit may be late; the rest is for the copy. */
const share = 0.75;
/** After a round that failed. */
const maxRetryMs = 10_000;
/** How often it is looked whether a base backup is due. */
const maxLookMs = 300_000;
/** A process that has copied nothing for so long says so. */
const firstRoundMs = 120_000;

/**
 * Keeps any moment of the embedded database, where the settings say so: its log, and base backups. Resolves to what
 * says up to when it is kept: undefined where it is not, and for a while before anything was copied.
 */
export async function startPointInTime(settings: Settings, base: Base): Promise<() => Date | undefined> {
  const { pointInTime } = settings.backup;
  const { database, stores, instance } = base;
  if (pointInTime === undefined || database.embedded === null) return () => undefined;
  const { sealFor } = await logKeys(await readSealFor(settings.backup), stores.instanceFacts);
  const system = await systemOf(database.database);
  const root = await openPlace(pointInTime.to, settings.storeAccess);
  const place = root.within(clusterFolder({ instance, system }));
  const archiver = new LogArchiver({
    database: database.database,
    cluster: database.embedded.cluster,
    place,
    sealFor,
    maxWaiting: pointInTime.maxWaiting,
  });
  keepCopying(archiver, pointInTime.copyMs * share, base);
  let baseAt: Date | undefined;
  const { baseMs } = pointInTime;
  const look = async (): Promise<boolean> => {
    const kept = await readCluster(place);
    baseAt = kept.bases.at(-1)?.endedAt;
    const timeline = await timelineOf(database.database);
    return isBaseDue(kept, { timeline, everyMs: baseMs, now: now() });
  };
  await startSchedule(settings, base, [baseJob(look, baseMs, base)]);
  if (base.metrics !== undefined)
    recoveryMetrics(base.metrics.registry, () => ({
      until: archiver.until,
      waitingBytes: archiver.waitingBytes,
      baseAt,
    }));
  const startedAt = now();
  return () =>
    archiver.until ?? (now().getTime() - startedAt.getTime() > firstRoundMs ? startedAt : undefined);
}

/** @param look whether a base backup is due */
function baseJob(look: () => Promise<boolean>, baseMs: number, { log }: Base): Job {
  const run = async (signal: AbortSignal): Promise<void> => {
    if (!(await look())) return;
    await runVerb('base', log, signal, backupDeadlineMs);
    await look();
  };
  return { name: 'base-backup', everyMs: Math.min(maxLookMs, baseMs), deadlineMs: backupDeadlineMs, run };
}

/** Round after round, and a last one when the controller stops. */
function keepCopying(archiver: LogArchiver, everyMs: number, { log, shutdown }: Base): void {
  const stop = new AbortController();
  const wakeup = new Wakeup(stop.signal);
  const round = async (): Promise<boolean> =>
    archiver.round().then(
      () => true,
      (error: unknown) => {
        log.warn(
          { err: error, waiting_bytes: archiver.waitingBytes },
          `the log of the database is not copied: ${messageOf(error)}; PostgreSQL keeps it meanwhile`,
        );
        return false;
      },
    );
  const rounds = async (): Promise<void> => {
    while (!stop.signal.aborted) await wakeup.wait((await round()) ? everyMs : Math.min(everyMs, maxRetryMs));
    await round();
  };
  const running = rounds();
  shutdown.add('the copies of the log', async () => {
    stop.abort();
    await unlessAborted(AbortSignal.timeout(requestGraceMs), running);
    wakeup.close();
  });
}

async function systemOf(database: Database): Promise<string> {
  const { rows } = await database.raw<{ rows: { system: string }[] }>(
    'select system_identifier::text as system from pg_control_system()',
  );
  return rows[0]!.system;
}

async function timelineOf(database: Database): Promise<number> {
  const { rows } = await database.raw<{ rows: { timeline: number }[] }>(
    'select timeline_id as timeline from pg_control_checkpoint()',
  );
  return rows[0]!.timeline;
}
