import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pino } from 'pino';
import { Authenticator } from '../../../server/api/auth/authenticator.js';
import { AcceptPush } from '../../../server/git/push/accept-push.js';
import { buildTurns } from '../../../server/builder/build-turns.js';
import { gitHostKey } from '../../../server/git/git-host-key.js';
import { buildSlots } from '../../../server/formation/requests/kinds/push.js';
import { GitProgram } from '../../../server/git/repository/git-program.js';
import { GitRepositories } from '../../../server/git/repository/git-repository.js';
import { GitServer, type GitServerOptions } from '../../../server/git/git-server.js';
import { installPushHooks } from '../../../server/git/push/push-hooks.js';
import { recordPush, type RecordPushParts } from '../../../server/builder/record-push.js';
import type { Launcher } from '../../../server/builder/release-of-build.js';
import { RepositoryQuota } from '../../../server/git/repository/repository-quota.js';
import { serveGit, type GitTransfer } from '../../../server/git/serve-git.js';
import { cutBuildRelease } from '../../../server/formation/releases/cut-build-release.js';
import { EventStream } from '../../../server/operation/event-stream.js';
import type { Faults } from '../../../server/operation/faults.js';
import { openDatabase } from '../../../server/store/database.js';
import { SecretBox } from '../../../server/store/sealing/secret-box.js';
import { Stores } from '../../../server/store/stores.js';
import { startTestWorker } from '../server/operation-worker.js';
import { isLost } from '../../../server/formation/releases/lost-builds.js';

export interface GitEndpointOptions {
  readonly url: string;
  readonly folder: string;
  readonly faults?: Faults;
  readonly builder?: RecordPushParts['builder'];
  readonly images?: RecordPushParts['images'];
  readonly deploy?: Launcher['deploy'];
  readonly refusal?: () => Promise<string | undefined>;
  /** Builds that go on side by side; default 2. */
  readonly buildsAtOnce?: number;
  /** Address that the endpoint listens at; default 127.0.0.1. */
  readonly host?: string;
  readonly connections?: Pick<GitServerOptions, 'limits' | 'handshakes' | 'graceMs'>;
  /** Bytes that a repository may take; default 1 GiB. */
  readonly repositoryBytes?: number;
  /** How long git's garbage stays; default 10 minutes. */
  readonly keepSeconds?: number;
  readonly maxInputSize?: string;
  /** That each git of a transfer may compute. */
  readonly cpuSeconds?: number;
  /** How often room is asked for while a push arrives; default 20 ms. */
  readonly checkMs?: number;
}

export interface GitEndpoint {
  readonly port: number;
  readonly hostKeys: readonly string[];
  readonly stores: Stores;
  readonly repositories: GitRepositories;
  /** Transfers that got as far as starting git. */
  readonly transfers: readonly GitTransfer[];
  /** Paths of slugs that the store lacks. */
  readonly lostSlugs: Set<string>;
  /** Bytes that clients sent over channels and that somebody read. */
  bytesRead(): number;
  stop(): Promise<void>;
}

/** A builder that makes the same small slug of anything. */
export const quickBuilder: RecordPushParts['builder'] = {
  build: (order, say) => {
    say(`-----> Built ${order.commit.slice(0, 8)}`);
    return Promise.resolve({
      slug: { path: `${'a'.repeat(64)}/${order.formation}.tgz`, sha256: 'a'.repeat(64), size: 1 },
      image: 'deis/stack:bookworm@sha256:0',
      processes: order.plan.processes,
      runtimes: [],
    });
  },
  discard: () => Promise.resolve(),
};

/** The same for Dockerfiles: each image listens on 8080. */
export const quickImages: RecordPushParts['images'] = {
  build: (order, say) => {
    say(`-----> Built ${order.dockerfile} of ${order.commit.slice(0, 8)}`);
    const settings = { User: '33', ExposedPorts: { '8443/tcp': {}, '8080/tcp': {}, '53/udp': {} } };
    return Promise.resolve({ id: `sha256:${'b'.repeat(64)}`, size: 1000, settings, sent: 2, bytes: 900 });
  },
  discard: () => Promise.resolve(),
};

/** The real git endpoint and a real worker on a database; builds and deploys are the test's. */
export async function startGitEndpoint(options: GitEndpointOptions): Promise<GitEndpoint> {
  const database = openDatabase({ url: options.url, poolSize: 6 });
  const stores = new Stores(database, new SecretBox([Buffer.alloc(32, 7)]));
  const hooks = join(options.folder, 'hooks');
  await installPushHooks(hooks);
  const repositories = new GitRepositories(
    join(options.folder, 'repos'),
    new GitProgram('git', { 'core.hooksPath': hooks, 'receive.maxInputSize': options.maxInputSize ?? '1g' }),
  );
  const deploy: Launcher['deploy'] =
    options.deploy ?? ((context, releaseId) => goLive(stores, context, releaseId));
  const launcher: Launcher = {
    cutRelease: (formation, build, counts) => cutBuildRelease({ stores }, formation, build, counts),
    deploy,
  };
  const handler = recordPush({
    stores,
    repositories,
    builder: options.builder ?? quickBuilder,
    images: options.images ?? quickImages,
    launcher,
    takeTurn: buildTurns(options.buildsAtOnce ?? 2),
    buildSeconds: 60,
    newSecret: () => 's'.repeat(64),
  });
  const slots = buildSlots(options.buildsAtOnce ?? 2);
  const worker = await startTestWorker(
    options.url,
    { push: handler },
    { slots, ...(options.faults === undefined ? {} : { faults: options.faults }) },
  );
  const quota = new RepositoryQuota({
    maxBytes: options.repositoryBytes ?? 1024 ** 3,
    keepSeconds: options.keepSeconds ?? 600,
    everyMs: 0,
    now: () => new Date(),
  });
  const lostSlugs = new Set<string>();
  const pushes = new AcceptPush({
    stores,
    quota,
    buildSlots: slots,
    isLost: (build) => isLost({ hasSlug: (path) => Promise.resolve(!lostSlugs.has(path)) }, build),
    operations: new EventStream(stores.operations, stores.operationEvents, worker.listener),
    newId: randomUUID,
    now: () => new Date(),
  });
  const transfers: GitTransfer[] = [];
  let bytes = 0;
  const logger = pino({ level: 'silent' });
  const alone = (_name: string, work: () => Promise<void>): Promise<void> => work();
  const refusal = options.refusal ?? (() => Promise.resolve(undefined));
  const authenticator = new Authenticator(stores, () => new Date(), 3600_000);
  const server = new GitServer({
    stores,
    userOfToken: async (text) => {
      const found = await authenticator.ofToken(text);
      return found && { ...found.user, token: found.token };
    },
    hostKey: await gitHostKey(stores.instanceFacts),
    logger,
    ...options.connections,
    serve: async (transfer, channel, closing) => {
      transfers.push(transfer);
      // What comes before git is connected must wait for it.
      channel.on('data', (chunk: Buffer) => (bytes += chunk.length)).pause();
      return serveGit(
        {
          ...{ repositories, pushes, refusal, checkMs: options.checkMs ?? 20, idleMs: 60_000, logger, alone },
          ...(options.cpuSeconds === undefined ? {} : { cpuSeconds: options.cpuSeconds }),
        },
        transfer,
        channel,
        closing,
      );
    },
  });
  const port = await server.listen(options.host ?? '127.0.0.1', 0);
  const stop = async (): Promise<void> => {
    await server.close();
    await worker.stop();
    await database.destroy();
  };
  const { hostKeys } = server;
  return { port, hostKeys, stores, repositories, transfers, lostSlugs, bytesRead: () => bytes, stop };
}

/** What a deploy leaves in the database. */
async function goLive(
  stores: Stores,
  context: Parameters<Launcher['deploy']>[0],
  releaseId: number,
): ReturnType<Launcher['deploy']> {
  return context.step('live', 10_000, async () => {
    const release = await stores.releases.byId(releaseId);
    await stores.releases.setState(releaseId, 'live');
    await stores.formations.setLiveRelease(release!.formationId, releaseId);
    context.line(`-----> Release v${release!.version} is live`);
    return { state: 'live' as const };
  });
}
