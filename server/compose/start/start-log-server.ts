import { Conflict, messageOf, UserError } from '../../../base/errors.js';
import { onAbort } from '../../../base/on-abort.js';
import { freePort } from '../../free-port.js';
import { LogMatchCounter } from '../../alerts/count-log-matches.js';
import { announcedServer, announceServer } from '../../log/announced-server.js';
import { KeptCursor } from '../../log/kept-cursor.js';
import { keepWithin } from '../../log/keep-within.js';
import { keptSize } from '../../log/kept-logs.js';
import { LogServer } from '../../log/log-server.js';
import { logMetrics } from '../../metrics/log-metrics.js';
import type { Settings } from '../../settings/settings.js';
import { now } from '../constants.js';
import { startDrains } from './start-drains.js';
import type { Base } from '../open-base.js';

const sweepMs = 5_000;
const countMs = 5_000;
/** How often a process that waits for another's end looks. */
const againMs = 5_000;

/**
 * Starts the log server, and keeps what it has kept within its bounds; of several processes that share a data
 * directory one does, and another one once that has ended. Where rsyslogd is not installed it says so, and the
 * controller does without.
 */
export async function startLogServer(settings: Settings, base: Base): Promise<void> {
  const { log, shutdown, metrics, logs } = base;
  if (metrics !== undefined) logMetrics(metrics.registry, () => keptSize(logs.folder));
  const stopped = new AbortController();
  shutdown.add('the wait for the logs', async () => stopped.abort());
  const attempt = async (): Promise<void> => {
    try {
      await serve(settings, base, stopped.signal);
    } catch (error) {
      if (stopped.signal.aborted) return;
      if (error instanceof Conflict) {
        log.debug({}, error.message);
        const again = setTimeout(() => void attempt(), againMs);
        onAbort(stopped.signal, () => clearTimeout(again));
      } else log.warn(error instanceof UserError ? {} : { err: error }, messageOf(error));
    }
  };
  await attempt();
}

async function serve(settings: Settings, base: Base, stopped: AbortSignal): Promise<void> {
  const { stores, log, logs, shutdown } = base;
  const known = await announcedServer(stores.instanceFacts);
  const fixed = settings.fixedPort('DEIS_LOG_PORT');
  const { bind } = settings.logs;
  const port = async (): Promise<number> =>
    // Nodes send to the port of last time.
    freePort(bind, (fixed === undefined ? known?.port : undefined) ?? settings.logs.port, fixed);
  const server = await LogServer.start(logs.authority, { folder: logs.folder, bind, port, now, log });
  if (stopped.aborted) return server.stop();
  shutdown.add('the log server', () => server.stop());
  await announceServer(stores.instanceFacts, { host: server.host, port: server.port });
  log.info({ port: server.port }, 'the log server takes lines');
  countMatchesAgainAndAgain(base);
  sweepAgainAndAgain(settings, base, server);
  await startDrains(settings, base);
}

/** One look at a time, until the controller stops. */
function countMatchesAgainAndAgain({ stores, log, logs: { folderOf }, shutdown }: Base): void {
  const counter = new LogMatchCounter({
    stores,
    now,
    open: (formationId, onLine) => new KeptCursor(folderOf(formationId), onLine),
    warn: (formation, fields, said) => log.warn({ ...fields, formation }, said),
  });
  againAndAgain(shutdown, 'the look for patterns in logs', countMs, (signal) =>
    counter.look(signal).catch((error: unknown) => {
      if (!signal.aborted) log.warn({ err: error }, 'could not look for patterns in logs');
    }),
  );
}

/** One sweep at a time, until the controller stops. */
function sweepAgainAndAgain(
  { logs: retention }: Settings,
  { stores, log, logs: { folder, authority }, shutdown }: Base,
  server: LogServer,
): void {
  const known = async (): Promise<Set<string>> =>
    new Set((await stores.formations.list()).map(({ id }) => authority.formationKey(id)));
  const sweep = async (signal: AbortSignal): Promise<void> => {
    const options = { known, now: now(), reopen: () => server.reopen(), signal };
    await keepWithin(folder, retention, options).catch((error: unknown) => {
      if (!signal.aborted) log.warn({ err: error }, 'could not keep the logs within their bounds');
    });
  };
  againAndAgain(shutdown, 'the keeping of logs', sweepMs, sweep);
}

/** @param work heeds the signal, and throws nothing */
function againAndAgain(
  shutdown: Base['shutdown'],
  name: string,
  everyMs: number,
  work: (signal: AbortSignal) => Promise<void>,
): void {
  const stopped = new AbortController();
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= work(stopped.signal).finally(() => (running = undefined));
  }, everyMs);
  shutdown.add(name, async () => {
    clearInterval(timer);
    stopped.abort();
    await running;
  });
}
