import type { Logger } from 'pino';
import { machine } from 'node:os';
import { messageOf, UserError } from '../../base/errors.js';
import { PaperNodes } from '../../provisioner/paper/paper-nodes.js';
import { openPlace } from '../backup/places/open-place.js';
import { refuseEmpty } from '../backup/restore/refuse-empty.js';
import { blobStores, type BlobStores } from '../blobs/blob-stores.js';
import { DataDirectory } from '../data-directory.js';
import { openOwnDatabase, type BeforeChanges, type OpenedDatabase } from '../open-database.js';
import { logWatcher } from '../observe/log-watcher.js';
import { Observer } from '../observe/observer.js';
import { ControllerMetrics } from '../metrics/controller-metrics.js';
import { EventStream } from '../operation/event-stream.js';
import type { Settings } from '../settings/settings.js';
import type { Shutdown } from '../shutdown.js';
import { appLogWatcher } from './app-log-watcher.js';
import { openLogs, type Logs } from './open-logs.js';
import { accessChannel } from '../store/people/access-channel.js';
import { checkMasterKey, openMasterKeyFile } from '../store/sealing/master-key.js';
import { NotificationListener } from '../store/operations/notification-listener.js';
import { operationEventChannel } from '../store/operations/operation-event-store.js';
import { operationChannel } from '../store/operations/operation-store.js';
import { Stores } from '../store/stores.js';
import { packageVersion } from '../version.js';
import { now } from './constants.js';
import { backUp } from './jobs/run-backup.js';

/** What every part of the controller stands on. */
export interface Base {
  readonly log: Logger;
  readonly observer: Observer;
  /** Counts the work of this process; undefined where it serves no metrics. */
  readonly metrics: ControllerMetrics | undefined;
  readonly shutdown: Shutdown;
  readonly folder: DataDirectory;
  readonly instance: string;
  readonly database: OpenedDatabase;
  readonly stores: Stores;
  /** Slugs, images, bundles. */
  readonly blobs: BlobStores;
  readonly logs: Logs;
  readonly listener: NotificationListener;
  readonly eventStream: EventStream;
  /** Nodes of the provider `mock`. */
  readonly paper: PaperNodes;
}

/** What a start does only when it is told to. */
export interface StartOptions {
  /** Begins a database though there are backups of another. */
  readonly beginEmpty: boolean;
  /** Migrates a database of an earlier release without a backup before. */
  readonly withoutBackup: boolean;
}

/** Opens the data directory, the store, the database and the notifications. */
export async function openBase(
  settings: Settings,
  log: Logger,
  shutdown: Shutdown,
  stopping: AbortSignal,
  start: StartOptions,
): Promise<Base> {
  const folder = await DataDirectory.open(settings.dataDir, { shared: settings.databaseUrl !== undefined });
  shutdown.add('the data directory', () => folder.close());
  await folder.checkRestored();
  const blobs = await blobStores(settings.dataDir, settings.store);
  if (blobs.kind === 's3') await blobs.check();
  const database = await openLogged(settings, beforeChanges(settings, log, stopping, start), log, shutdown);
  const box = await openMasterKeyFile(settings.masterKeyFile);
  await checkMasterKey(database.database, box, settings.masterKeyFile);
  const stores = new Stores(database.database, box);
  // With a store of their own, hosts share no folder.
  if (settings.databaseUrl !== undefined && blobs.kind === 'files')
    await folder.checkSharedBy(stores.instanceFacts);
  const instance = await folder.instanceId(stores.instanceFacts, settings.instance);
  const listener = await startListener(database.url, log, shutdown);
  const eventStream = new EventStream(stores.operations, stores.operationEvents, listener);
  const logs = await openLogs(settings, stores);
  const { metrics, observer } = watched(settings, { log, instance, stores, logs });
  return {
    log,
    observer,
    metrics,
    shutdown,
    folder,
    instance,
    database,
    stores,
    blobs,
    logs,
    listener,
    eventStream,
    paper: new PaperNodes({ machine: machine(), now }),
  };
}

async function startListener(url: string, log: Logger, shutdown: Shutdown): Promise<NotificationListener> {
  const channels = [accessChannel, operationChannel, operationEventChannel];
  const listener = new NotificationListener(url, channels, (error) =>
    log.warn({ err: error }, 'connecting to the database again'),
  );
  await listener.start();
  shutdown.add('the listener', () => listener.stop());
  return listener;
}

/** Who hears of the work of this process: its log, those of the apps, and its metrics where it serves them. */
function watched(
  settings: Settings,
  { log, instance, stores, logs }: Pick<Base, 'log' | 'instance' | 'stores' | 'logs'>,
): Pick<Base, 'metrics' | 'observer'> {
  const metrics = settings.metrics && new ControllerMetrics({ version: packageVersion(), instance });
  const watchers = [
    logWatcher(log),
    appLogWatcher(stores, logs, log),
    ...(metrics === undefined ? [] : [metrics.watcher]),
  ];
  const observer = new Observer(watchers, (error, what) =>
    log.warn({ err: error, what }, 'a watcher of the controller failed'),
  );
  return { metrics, observer };
}

function beforeChanges(
  settings: Settings,
  log: Logger,
  stopping: AbortSignal,
  { beginEmpty, withoutBackup }: StartOptions,
): BeforeChanges {
  return {
    onEmpty: async () => (beginEmpty ? undefined : refuseOverBackups(settings)),
    onUpgrade: async (pending) => (withoutBackup ? undefined : backUpFirst(settings, log, stopping, pending)),
  };
}

/** What was backed up was lost: it is not taken for nothing. @throws UserError */
async function refuseOverBackups(settings: Settings): Promise<void> {
  const { backup, storeAccess, instance } = settings;
  if (backup.to === undefined) return;
  await refuseEmpty(await openPlace(backup.to, storeAccess), settings, instance, backup);
}

/** Migrations do not go back. @throws UserError where the backup before them fails */
async function backUpFirst(
  { backup }: Settings,
  log: Logger,
  stopping: AbortSignal,
  pending: readonly string[],
): Promise<void> {
  if (backup.to === undefined) {
    log.warn({ pending }, 'migrating without a backup: DEIS_BACKUP_TO is not set');
    return;
  }
  log.info({ pending }, 'making a backup before the database is migrated');
  await backUp(backup, log, stopping).catch((cause: unknown) => {
    throw new UserError(
      `the backup before the database is migrated failed: ${messageOf(cause)}. Nothing was migrated. ` +
        'Mend it, or migrate without one: deis-controller serve --without-backup',
      { field: 'DEIS_BACKUP_TO', cause },
    );
  });
}

async function openLogged(
  settings: Settings,
  before: BeforeChanges,
  log: Logger,
  shutdown: Shutdown,
): Promise<OpenedDatabase> {
  const database = await openOwnDatabase(settings, before);
  shutdown.add('the database', () => database.close());
  const { embedded, migrated } = database;
  embedded?.keepRunning(log);
  log.info(
    {
      embedded: embedded !== null,
      adopted: embedded?.adopted,
      migrated,
    },
    'the database is open',
  );
  return database;
}
