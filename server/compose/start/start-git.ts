import { randomUUID } from 'node:crypto';
import { gitHost } from '../../addresses.js';
import { Authenticator } from '../../api/auth/authenticator.js';
import { AcceptPush } from '../../git/push/accept-push.js';
import { gitHostKey, publicHostKey } from '../../git/git-host-key.js';
import { GitServer, type GitServerOptions } from '../../git/git-server.js';
import { handshakeLimits } from '../../git/connections/handshake-rate.js';
import { serveGit } from '../../git/serve-git.js';
import { buildSlots } from '../../formation/requests/kinds/push.js';
import { lostAmong } from '../../formation/releases/lost-builds.js';
import { freePort } from '../../free-port.js';
import type { Settings } from '../../settings/settings.js';
import { now } from '../constants.js';
import type { Base } from '../open-base.js';
import type { PushParts } from '../builds/push-parts.js';

/** Where pushes go. */
export interface Git {
  readonly host: string;
  readonly port: number;
  readonly hostKeys: readonly string[];
}

/** Tells where the process that has the git endpoint answers: on the configured port. */
export async function gitElsewhere(settings: Settings, { stores }: Base): Promise<Git> {
  const hostKey = await gitHostKey(stores.instanceFacts);
  const host = gitHost(settings.git, settings.http.publicUrl);
  return { host, port: settings.git.port, hostKeys: [publicHostKey(hostKey)] };
}

/** Starts the git endpoint. */
export async function startGit(
  settings: Settings,
  base: Base,
  { repositories, bundles, disk, quota }: PushParts,
): Promise<Git> {
  const { log, stores, shutdown } = base;
  const hostKey = await gitHostKey(stores.instanceFacts);
  const host = gitHost(settings.git, settings.http.publicUrl);
  const pushes = acceptPush(settings, base, { quota, bundles });
  const serve = {
    repositories,
    bundles,
    pushes,
    refusal: () => disk.refusal(),
    idleMs: 20 * 60_000,
    logger: log,
    alone: aloneBy(stores),
  };
  const authenticator = new Authenticator(stores, now, settings.sessionMs);
  const server = new GitServer({
    stores,
    userOfToken: async (text) => {
      const found = await authenticator.ofToken(text);
      return found && { id: found.user.id, username: found.user.username, token: found.token };
    },
    hostKey,
    logger: log,
    limits: { users: settings.git.connections },
    handshakes: handshakeLimits(settings.git.handshakesPerMinute),
    serve: observed(base.observer, (...transfer) => serveGit(serve, ...transfer)),
  });
  const { bind, port: wanted } = settings.git;
  const port = await server.listen(bind, await freePort(bind, wanted, settings.fixedPort('DEIS_GIT_PORT')));
  shutdown.add('the git endpoint', () => server.close());
  return { host, port, hostKeys: server.hostKeys };
}

type ServeTransfer = GitServerOptions['serve'];

/** Tells how each transfer ended. */
function observed(observer: Base['observer'], serve: ServeTransfer): ServeTransfer {
  return async (transfer, channel, closing) => {
    const began = performance.now();
    let ok = false;
    try {
      const end = await serve(transfer, channel, closing);
      ok = end.code === 0;
      return end;
    } finally {
      observer.onTransfer({ service: transfer.service, ok, ms: performance.now() - began });
    }
  };
}

function acceptPush(
  { build }: Settings,
  { stores, eventStream, blobs }: Base,
  { quota, bundles }: Pick<PushParts, 'quota' | 'bundles'>,
): AcceptPush {
  const slots = buildSlots(build.atOnce);
  const hasSlug = async (path: string): Promise<boolean> => (await blobs.slugs.stat(path)) !== undefined;
  return new AcceptPush({
    stores,
    operations: eventStream,
    quota,
    bundles,
    buildSlots: slots,
    isLost: async (build) => (await lostAmong({ hasSlug }, [build])).has(build.id),
    newId: randomUUID,
    now,
  });
}

function aloneBy(stores: Base['stores']) {
  return (name: string, work: () => Promise<void>): Promise<void> =>
    stores.withLock(name, work, { ifFree: true });
}
