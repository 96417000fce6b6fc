import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Docker from 'dockerode';
import type { Logger } from 'pino';
import { cloudConfig } from '../provisioner/cloud-config.js';
import { Fleet } from '../provisioner/converge/fleet.js';
import { providerEngine } from '../provisioner/providers/docker/provider-engine.js';
import { createProviders } from '../provisioner/registry.js';
import { NodeSshTransport } from '../provisioner/ssh/node-ssh-transport.js';
import { waitForSsh } from '../provisioner/ssh/wait-for-ssh.js';
import { gitHost, localHost, outerHost } from './addresses.js';
import { AuthLimits } from './api/auth-limits.js';
import { Authenticator } from './api/authenticator.js';
import { makeSetupCode } from './api/setup-code.js';
import { createApp } from './app.js';
import { AcceptPush } from './build/accept-push.js';
import { BuildContainers } from './build/build-container.js';
import { SlugBuilder } from './build/build-slug.js';
import { buildTurns } from './build/build-turns.js';
import { buildPlaces, DiskWatermark } from './build/disk-watermark.js';
import { gitHostKey } from './build/git-host-key.js';
import { GitProgram } from './build/git-program.js';
import { GitRepositories } from './build/git-repository.js';
import { GitServer } from './build/git-server.js';
import { NodeRuntimes } from './build/node-runtimes.js';
import { installPushHooks } from './build/push-hooks.js';
import { recordPush } from './build/record-push.js';
import { serveGit } from './build/serve-git.js';
import { DataDirectory, type ControllerFacts } from './data-directory.js';
import { formationActions } from './formation/formation-actions.js';
import type { FormationParts } from './formation/formation-parts.js';
import { createHandlers } from './formation/handlers.js';
import { createLauncher } from './formation/launcher.js';
import { freePort } from './free-port.js';
import { HttpListener } from './http-listener.js';
import { openOwnDatabase, type OpenedDatabase } from './open-database.js';
import { EventStream } from './operation/event-stream.js';
import { Faults } from './operation/faults.js';
import { Worker } from './operation/worker.js';
import type { OperationHandler } from './operation/operation-context.js';
import type { Settings } from './settings.js';
import { Shutdown } from './shutdown.js';
import { DownloadSigner, slugSigningKey } from './slug/download-signer.js';
import { ImageArchives } from './slug/image-archives.js';
import { formationPlaces, removeFormationFiles } from './slug/remove-formation-files.js';
import { removeUnfinished } from './slug/durable-file.js';
import { SlugFiles } from './slug/slug-files.js';
import { SlugServer } from './slug/slug-server.js';
import { stackImage } from './stack-image.js';
import { checkMasterKey, openMasterKeyFile } from './store/master-key.js';
import { NotificationListener } from './store/notification-listener.js';
import { operationEventChannel } from './store/operation-event-store.js';
import { operationChannel } from './store/operation-store.js';
import { Stores } from './store/stores.js';
import { packageVersion } from './version.js';

/** A running controller. */
export interface Controller {
  readonly facts: ControllerFacts;
  /** Takes no more work, hands back what is running, and stops everything that was started. */
  stop(): Promise<void>;
}

/** How long requests, and then operations, may go on when the controller stops. */
const requestGraceMs = 2_000;
const operationGraceMs = 10_000;
/** How long a step's work may take to end after it was told to. */
const stepGraceMs = 5_000;
const gibibyte = 1024 ** 3;
const now = (): Date => new Date();

/** Starts the controller with all of its parts; what was started is stopped again when a later part cannot start. */
export async function composeController(settings: Settings, log: Logger, stopping: AbortSignal): Promise<Controller> {
  const shutdown = new Shutdown(log);
  try {
    const facts = await startAll(settings, log, shutdown, stopping);
    return { facts, stop: () => shutdown.run() };
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

async function startAll(settings: Settings, log: Logger, shutdown: Shutdown, stopping: AbortSignal): Promise<ControllerFacts> {
  const base = await openBase(settings, log, shutdown);
  stopping.throwIfAborted();
  const docker = new Docker();
  const slugs = await startSlugServer(settings, base, docker);
  const formation = formationParts(settings, base, slugs);
  const git = await startGit(settings, base, formation, docker);
  startWorker(settings, base, { ...createHandlers(formation), push: git.push });
  const http = await startHttp(settings, base, formation, git);
  const facts = { pid: process.pid, url: http.url, gitHost: git.host, gitPort: git.port, slugUrl: slugs.url, instance: base.instance, startedAt: now().toISOString() };
  await base.folder.announce(facts);
  return facts;
}

interface Base {
  readonly log: Logger;
  readonly shutdown: Shutdown;
  readonly folder: DataDirectory;
  readonly instance: string;
  readonly database: OpenedDatabase;
  readonly stores: Stores;
  readonly listener: NotificationListener;
  readonly eventStream: EventStream;
}

async function openBase(settings: Settings, log: Logger, shutdown: Shutdown): Promise<Base> {
  const folder = await DataDirectory.open(settings.dataDir);
  shutdown.add('the data directory', () => folder.close());
  const instance = await folder.instanceId(settings.instance);
  const database = await openOwnDatabase(settings);
  shutdown.add('the database', () => database.close());
  log.info({ embedded: database.embedded !== null, adopted: database.embedded?.adopted, migrated: database.migrated }, 'the database is open');
  const stores = new Stores(database.database, await openMasterKeyFile(settings.masterKeyFile));
  await checkMasterKey(stores.instanceFacts, settings.masterKeyFile);
  const listener = new NotificationListener(database.url, [operationChannel, operationEventChannel], (error) => log.warn({ err: error }, 'connecting to the database again'));
  await listener.start();
  shutdown.add('the listener', () => listener.stop());
  const eventStream = new EventStream(stores.operations, stores.operationEvents, listener);
  return { log, shutdown, folder, instance, database, stores, listener, eventStream };
}

interface Slugs {
  /** As this machine reaches it. */
  readonly url: string;
  readonly sign: FormationParts['signDownload'];
}

async function startSlugServer(settings: Settings, base: Base, docker: Docker): Promise<Slugs> {
  const { slug, dataDir } = settings;
  const key = await slugSigningKey(base.stores.instanceFacts);
  const server = new SlugServer({ key, slugs: formationPlaces(dataDir).slugs, images: new ImageArchives(join(dataDir, 'images'), docker), now, logger: base.log });
  const port = await server.listen(slug.bind, await freePort(slug.bind, slug.port));
  base.shutdown.add('the slug server', () => server.close(requestGraceMs));
  const signer = new DownloadSigner({ key, baseUrl: () => slug.nodeUrl ?? `http://${outerHost(slug.bind)}:${port}`, lifetimeSeconds: 3600, now });
  const baseUrl = ([address]: readonly string[]): string | undefined => slug.nodeUrl ?? (address === undefined ? undefined : `http://${address}:${port}`);
  return { url: `http://${localHost(slug.bind)}:${port}`, sign: (wanted, controllers) => signer.url(wanted, baseUrl(controllers)) };
}

function formationParts(settings: Settings, base: Base, slugs: Slugs): FormationParts {
  const transport = new NodeSshTransport();
  const places = formationPlaces(settings.dataDir);
  return {
    stores: base.stores,
    providers: createProviders({ instance: base.instance, docker: providerEngine() }),
    openFleet: () => new Fleet(transport),
    transport,
    waitForSsh: (target, options) => waitForSsh(transport, target, options),
    cloudConfig,
    signDownload: slugs.sign,
    removeFormationFiles: (name) => removeFormationFiles(places, name),
    settings: { drainSeconds: settings.drainSeconds, healthSeconds: settings.healthSeconds },
    now,
    newId: randomUUID,
    random: Math.random,
  };
}

interface Git {
  readonly host: string;
  readonly port: number;
  readonly hostKeys: readonly string[];
  /** Carries out `push` operations. */
  readonly push: OperationHandler;
}

async function startGit(settings: Settings, base: Base, formation: FormationParts, docker: Docker): Promise<Git> {
  const { log, stores, shutdown } = base;
  const { dataDir } = settings;
  const hooks = join(dataDir, 'git', 'hooks');
  const program = new GitProgram('git', { 'core.hooksPath': hooks, 'receive.maxInputSize': '1g' });
  await program.check();
  await installPushHooks(hooks);
  const repositories = new GitRepositories(formationPlaces(dataDir).repos, program);
  const disk = new DiskWatermark(buildPlaces(dataDir, docker), gibibyte);
  const pushes = new AcceptPush({ stores, operations: base.eventStream, newId: randomUUID, now });
  const serve = { repositories, pushes, refusal: () => disk.refusal(), idleMs: 20 * 60_000, logger: log };
  const server = new GitServer({ stores, hostKey: await gitHostKey(stores.instanceFacts), logger: log, serve: (transfer, channel, closing) => serveGit(serve, transfer, channel, closing) });
  const port = await server.listen(settings.git.bind, await freePort(settings.git.bind, settings.git.port));
  shutdown.add('the git endpoint', () => server.close());
  const builder = await slugBuilder(settings, base, docker, disk);
  const push = recordPush({ stores, repositories, builder, launcher: createLauncher(formation), takeTurn: buildTurns(settings.build.atOnce), buildSeconds: settings.build.seconds });
  return { host: gitHost(settings.git, settings.http.publicUrl), port, hostKeys: server.hostKeys, push };
}

async function slugBuilder(settings: Settings, base: Base, docker: Docker, disk: DiskWatermark): Promise<SlugBuilder> {
  const { dataDir, build } = settings;
  const [caBundle, npmRegistry] = [settings.caBundle ?? null, settings.npmRegistry ?? null];
  const places = formationPlaces(dataDir);
  const containers = new BuildContainers(docker, base.instance, { memory: build.memory, cpus: build.cpus ?? null, pids: build.pids });
  const runtimes = new NodeRuntimes({ folder: join(dataDir, 'cache', 'runtimes'), registry: npmRegistry, caBundle, now });
  const unfinished = async (): Promise<string[]> => (await base.stores.operations.unfinished()).map((operation) => operation.id);
  const tidy = async (): Promise<void> => {
    await removeUnfinished(places.slugs);
    await containers.removeAllBut(unfinished);
    // Fetched ahead, so that the first push need not wait for it.
    await runtimes.ensure('*');
  };
  tidy().catch((error: unknown) => base.log.warn({ err: error }, 'builds are not ready yet'));
  return new SlugBuilder({
    containers,
    slugs: new SlugFiles(places.slugs),
    runtimes,
    disk,
    stackImage: () => stackImage(docker),
    buildSeconds: build.seconds,
    maxSlugBytes: 500 * 1024 ** 2,
    maxCacheBytes: gibibyte,
    caches: places.caches,
    workFolder: join(dataDir, 'tmp'),
    caBundle,
    npmRegistry,
    now,
  });
}

function startWorker(settings: Settings, base: Base, handlers: Readonly<Record<string, OperationHandler>>): void {
  const times = { leaseMs: settings.leaseMs, heartbeatMs: settings.heartbeatMs, graceMs: stepGraceMs, stopGraceMs: operationGraceMs };
  const parts = { database: base.database.database, listener: base.listener, handlers, faults: new Faults(settings.faults), log: base.log };
  const worker = new Worker(parts, { owner: randomUUID(), concurrency: settings.workers, ...times });
  worker.start();
  base.shutdown.add('the operations', () => worker.stop());
}

async function startHttp(settings: Settings, base: Base, formation: FormationParts, git: Git): Promise<{ readonly url: string }> {
  const { stores, log, listener, eventStream, instance } = base;
  const { bind, port, publicUrl, trustedProxies } = settings.http;
  const app = createApp({
    stores,
    providers: formation.providers,
    formations: formationActions(formation),
    listener,
    eventStream,
    authenticator: new Authenticator(stores, now),
    authLimits: new AuthLimits(),
    trustedProxies,
    setupCode: await makeSetupCode({ bind, publicUrl }, stores, log),
    info: () => ({ version: packageVersion(), instance, git }),
    now,
    logger: log,
    waitMs: 25_000,
  });
  const http = await HttpListener.listen(bind, port, app);
  base.shutdown.add('the HTTP API', () => http.close(requestGraceMs));
  return { url: `http://${localHost(bind)}:${http.port}` };
}
