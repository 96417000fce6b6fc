import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex, Readable, Writable } from 'node:stream';
import type { Logger } from 'pino';
import type { ServerChannel } from 'ssh2';
import { messageOf } from '../../base/errors.js';
import { onAbort } from '../../base/on-abort.js';
import type { FormationRecord } from '../store/app/formation-store.js';
import type { UserRecord } from '../store/people/user-store.js';
import type { RepositoryBundles } from './bundles/repository-bundles.js';
import { gcLock, type GitRepositories, type GitRepository } from './repository/git-repository.js';
import { answerHooks, type HookRequest, type PushVerdict } from './hook-line.js';
import { LimitGuard } from './limit-guard.js';
import type { GitRequest } from './parse-git-command.js';
import { PushWitness, type GitEnd } from './push-witness.js';
import { WithoutShallowLines } from './without-shallow-lines.js';

/** One push or fetch of somebody who may. */
export interface GitTransfer {
  readonly service: GitRequest['service'];
  readonly formation: FormationRecord;
  readonly user: Pick<UserRecord, 'id' | 'username'>;
  /** The client's GIT_PROTOCOL, such as `version=2`. */
  readonly protocol: string | undefined;
}

/** Decides about pushes; see accept-push.ts. */
export interface PushDecision {
  decide(
    push: {
      readonly transfer: GitTransfer;
      readonly repository: GitRepository;
      readonly request: HookRequest;
      readonly signal: AbortSignal;
    },
    say: (line: string) => void,
  ): Promise<PushVerdict>;
  /** A sentence for somebody who had nothing to push. */
  hint(transfer: GitTransfer, repository: GitRepository): Promise<string | undefined>;
  /** Why the repository may not take what is arriving, in a sentence; undefined while it may. */
  full(push: {
    readonly transfer: GitTransfer;
    readonly repository: GitRepository;
    readonly signal: AbortSignal;
  }): Promise<string | undefined>;
}

export interface ServeGitParts {
  readonly repositories: GitRepositories;
  /** Where hosts share no folder. */
  readonly bundles?: Pick<RepositoryBundles, 'open'> | undefined;
  readonly pushes: PushDecision;
  /** A reason not to take pushes now (a full disk), asked before git is started. */
  readonly refusal: () => Promise<string | undefined>;
  /** Whether there is still room is asked so often while a push arrives; 2 s unless said. */
  readonly checkMs?: number;
  /** Each git of a transfer may compute for so long; 15 minutes unless said. */
  readonly cpuSeconds?: number;
  /** A transfer over which nothing went for so long is ended. During a build git says something every 5 s. */
  readonly idleMs: number;
  readonly logger: Pick<Logger, 'warn'>;
  /** Does the work unless another controller does it now. */
  readonly alone: (name: string, work: () => Promise<void>) => Promise<void>;
}

/** Longer than git needs for a repository of some gigabytes; a pack can be made to take days. */
const maxCpuSeconds = 900;
/** How long git may take to end when its input has. */
const endMs = 5000;

/** Why a decision was aborted: the client left, or the server cut it off because it closes. */
export class ClientGone extends Error {
  constructor(readonly byServer: boolean) {
    super(byServer ? 'the controller stops' : 'the client went away');
  }
}

/**
 * Runs git for one transfer and connects it with the client's channel. Resolves with git's exit code, and with
 * what a push came to; a client that goes away ends git and aborts the decision (with a `ClientGone`), not what
 * was begun because of it. `closing`: the server closes and cuts its clients off.
 */
export async function serveGit(
  parts: ServeGitParts,
  transfer: GitTransfer,
  channel: ServerChannel,
  closing: AbortSignal,
): Promise<GitEnd> {
  const refusal = transfer.service === 'receive-pack' ? await parts.refusal() : undefined;
  if (refusal !== undefined) return refused(channel, refusal);
  const repository = await openRepository(parts, transfer);
  const gone = new AbortController();
  const push = { transfer, repository, signal: gone.signal };
  const child = startGit(repository, transfer, parts.cpuSeconds);
  const idle = setTimeout(() => channel.close(), parts.idleMs);
  channel.once('close', () => {
    gone.abort(new ClientGone(closing.aborted));
    endGit(child, transfer.service);
  });
  const witness = new PushWitness();
  connect(child, channel, { idle, service: transfer.service, witness });
  const line = child.stdio[3] as Duplex | null | undefined;
  const arrival = line ? watchArrival(parts, { push, child, channel, witness }) : undefined;
  const decide = async (request: HookRequest, say: (line: string) => void): Promise<PushVerdict> => {
    arrival?.release();
    return witness.heard(request.hook, await parts.pushes.decide({ ...push, request }, say));
  };
  const hooks = line ? answerHooks(line, decide) : undefined;
  // A decision that threw leaves the hook without an answer: closing its line is a refusal.
  hooks?.catch(() => line?.destroy());
  try {
    const code = ((await once(child, 'close')) as [number | null])[0] ?? 1;
    await hooks;
    if (!line) return { code };
    if (code === 0 && !witness.isAsked) await sayHint(parts, transfer, repository, channel);
    if (code === 0) tidy(parts, repository, closing);
    return { code, push: witness.end(code) };
  } finally {
    clearTimeout(idle);
    arrival?.release();
    line?.destroy();
  }
}

function openRepository({ bundles, repositories }: ServeGitParts, { formation }: GitTransfer) {
  return bundles?.open(formation) ?? repositories.open(formation.name);
}

function refused(channel: ServerChannel, why: string): GitEnd {
  channel.stderr.write(`deis: ${why}\n`);
  return { code: 1, push: { outcome: `refused: ${why}` } };
}

/** With a fourth stream for the hooks when it takes a push. */
function startGit(
  repository: GitRepository,
  { service, protocol }: GitTransfer,
  cpuSeconds = maxCpuSeconds,
): ChildProcess {
  return repository.git.start([service, repository.path], {
    cwd: repository.path,
    stdio: ['pipe', 'pipe', 'pipe', service === 'receive-pack' ? 'pipe' : 'ignore'],
    env: protocol === undefined ? {} : { GIT_PROTOCOL: protocol },
    cpuSeconds,
  });
}

/** Of a push that had nothing to push no hook hears. */
async function sayHint(
  { pushes }: ServeGitParts,
  transfer: GitTransfer,
  repository: GitRepository,
  channel: ServerChannel,
): Promise<void> {
  const hint = await pushes.hint(transfer, repository);
  if (hint !== undefined) channel.stderr.write(`deis: ${hint}\n`);
}

/**
 * Ends a git whose client has gone, or that may take no more. One that takes a push is told so by the end of
 * its input: killed, it leaves behind what has arrived.
 */
function endGit(child: ChildProcess, service: GitTransfer['service']): void {
  const kill = (): void => void child.kill('SIGTERM');
  if (service !== 'receive-pack') return kill();
  const timer = setTimeout(kill, endMs);
  child.once('close', () => clearTimeout(timer));
  (child.stdin as Writable).destroy();
  // What nobody reads any more must not hold it up.
  (child.stdout as Readable).unpipe().resume();
}

/** Ends git, which removes what has arrived, when there is no room for more of it. */
function watchArrival(
  { refusal, pushes, checkMs }: ServeGitParts,
  {
    push,
    child,
    channel,
    witness,
  }: {
    readonly push: Parameters<PushDecision['full']>[0];
    readonly child: ChildProcess;
    readonly channel: ServerChannel;
    readonly witness: PushWitness;
  },
): LimitGuard {
  const every = checkMs === undefined ? {} : { everyMs: checkMs };
  const guard = new LimitGuard([refusal, () => pushes.full(push)], every);
  onAbort(guard.signal, () => {
    const why = messageOf(guard.signal.reason);
    witness.filled(why);
    channel.stderr.write(`deis: ${why}\n`);
    endGit(child, 'receive-pack');
  });
  return guard;
}

/** In the background: nobody waits for it, and each push is a chance. */
function tidy({ logger, alone }: ServeGitParts, repository: GitRepository, closing: AbortSignal): void {
  alone(gcLock(repository), () => repository.collectGarbage(closing)).catch((error: unknown) => {
    if (!closing.aborted) logger.warn({ err: error, repository: repository.path }, 'git gc failed');
  });
}

function connect(
  child: ChildProcess,
  channel: ServerChannel,
  {
    idle,
    service,
    witness,
  }: {
    readonly idle: NodeJS.Timeout;
    readonly service: GitTransfer['service'];
    readonly witness: PushWitness;
  },
): void {
  const [stdin, stdout, stderr] = [
    child.stdin as Writable,
    child.stdout as Readable,
    child.stderr as Readable,
  ];
  // git may stop reading before the client stops writing.
  stdin.on('error', () => undefined);
  channel.on('data', (chunk: Buffer) => {
    idle.refresh();
    witness.sent(chunk.length);
  });
  stdout.on('data', () => idle.refresh());
  (service === 'receive-pack' ? channel.pipe(new WithoutShallowLines()) : channel).pipe(stdin);
  stdout.pipe(channel, { end: false });
  stderr.pipe(channel.stderr, { end: false });
}
