import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { gitHost } from '../addresses.js';
import { AcceptPush } from '../build/accept-push.js';
import { buildTurns } from '../build/build-turns.js';
import { buildPlaces, DiskWatermark } from '../build/disk-watermark.js';
import { gitHostKey } from '../build/git-host-key.js';
import { GitProgram } from '../build/git-program.js';
import { GitRepositories } from '../build/git-repository.js';
import { GitServer } from '../build/git-server.js';
import { installPushHooks } from '../build/push-hooks.js';
import { recordPush } from '../build/record-push.js';
import { serveGit } from '../build/serve-git.js';
import type { FormationParts } from '../formation/formation-parts.js';
import { createLauncher } from '../formation/launcher.js';
import { freePort } from '../free-port.js';
import type { OperationHandler } from '../operation/operation-context.js';
import type { Settings } from '../settings.js';
import { formationPlaces } from '../slug/remove-formation-files.js';
import { gibibyte, now } from './constants.js';
import type { Base } from './open-base.js';
import { slugBuilder } from './slug-builder.js';

/** The running git endpoint. */
export interface Git {
  readonly host: string;
  readonly port: number;
  readonly hostKeys: readonly string[];
  /** Carries out `push` operations. */
  readonly push: OperationHandler;
}

/** Starts the git endpoint, and makes what carries pushes out. */
export async function startGit(settings: Settings, base: Base, formation: FormationParts, docker: Docker): Promise<Git> {
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
