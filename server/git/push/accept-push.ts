import { onAbort } from '../../../base/on-abort.js';
import type { StepSlots } from '../../store/operations/fair-share.js';
import type { OperationEventRecord } from '../../store/operations/operation-event-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import { isLockTimeout } from '../../store/database.js';
import { deployBranches } from '../../formation/requests/deploy-branch.js';
import type { RepositoryBundles } from '../bundles/repository-bundles.js';
import { checkPush, deployUpdate, tagsText, type RefUpdate } from './check-push.js';
import { gcLock, type GitRepository } from '../repository/git-repository.js';
import { accepted, type HookRequest, type PushVerdict } from '../hook-line.js';
import { enqueueWithin } from '../../formation/requests/enqueue-operation.js';
import { pushKind, type PushParams } from '../../formation/requests/kinds/push.js';
import { isSamePush, supersedeQueued } from './queued-pushes.js';
import { readPushOptions, type PushOptions } from './push-options.js';
import { failureText, PushText, queueText, verdictOf, welcomeText } from './push-text.js';
import type { RepositoryQuota } from '../repository/repository-quota.js';
import { sayWhatPushWaitsFor } from './say-what-push-waits-for.js';
import type { BuildRecord } from '../../store/app/builds/build-store.js';
import { rollbackHint } from './rollback-hint.js';
import { ClientGone, type GitTransfer, type PushDecision } from '../serve-git.js';

/** Events of an operation from the first on, live; ends after the `end` event or when aborted. */
export interface OperationFollower {
  follow(id: string, afterEventId: number, signal: AbortSignal): AsyncIterable<OperationEventRecord>;
}

export interface AcceptPushParts {
  readonly stores: Stores;
  readonly operations: OperationFollower;
  readonly quota: Pick<RepositoryQuota, 'refusal' | 'makeRoom'>;
  /** What a push waits for when others are being built. */
  readonly buildSlots: StepSlots;
  /** Where hosts share no folder. */
  readonly bundles?: Pick<RepositoryBundles, 'save'> | undefined;
  /** Whether the slug of a build that is kept is not there. */
  readonly isLost: (build: BuildRecord) => Promise<boolean>;
  /** A new uuid. */
  readonly newId: () => string;
  readonly now: () => Date;
}

interface AskedDeploy extends PushOptions {
  readonly update: RefUpdate;
}

interface Push {
  readonly transfer: GitTransfer;
  readonly repository: GitRepository;
  readonly request: HookRequest;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

interface Begun {
  readonly operation: OperationRecord;
  /** Unfinished operations of the formation that come first. */
  readonly before: readonly OperationRecord[];
  readonly isNew: boolean;
}

/**
 * Answers the hooks of pushes. `pre-receive` (objects still in quarantine) looks at the refs; `proc-receive`
 * (objects in place, on disk) makes the operation durable, or finds the one that carries out the same push
 * already, and shows it to the pusher to its end. Nothing here moves the ref: the operation does, once the
 * release is live.
 */
export class AcceptPush implements PushDecision {
  /** Room that is being made, by the repository's path: pushes that arrive at once share it. */
  readonly #making = new Map<string, Promise<void>>();

  constructor(private readonly parts: AcceptPushParts) {}

  /** Never throws for what a pusher did wrong. */
  async decide(push: Push, say: (line: string) => void): Promise<PushVerdict> {
    const { updates, options, hook, newCommits = 0 } = push.request;
    const deploying = await deployBranches(this.parts.stores, push.transfer.formation.id);
    const refusal = checkPush(updates, newCommits, deploying);
    if (refusal !== undefined) return { refuse: refusal };
    const asked = readPushOptions(options);
    if ('refuse' in asked) return asked;
    if (hook === 'pre-receive') {
      const full = await this.full(push);
      return full === undefined ? accepted : { refuse: full };
    }
    const tags = tagsText(updates);
    if (tags !== undefined) say(tags);
    const update = deployUpdate(updates);
    if (update === undefined) return accepted;
    return this.#deploy(push, { ...asked, update }, say);
  }

  hint({ formation }: GitTransfer, repository: GitRepository): Promise<string | undefined> {
    return rollbackHint(this.parts, formation.id, repository);
  }

  /** Room is made before: what ended pushes held, and nothing else does, goes. */
  async full(push: Omit<Push, 'request'>): Promise<string | undefined> {
    const { path } = push.repository;
    const refusal = (): Promise<string | undefined> => this.parts.quota.refusal(path);
    if ((await refusal()) === undefined) return undefined;
    for (let other = this.#making.get(path); other !== undefined; other = this.#making.get(path)) {
      // Its failure is told to the push that made it.
      await other.catch(() => undefined);
      if ((await refusal()) === undefined) return undefined;
    }
    const making = this.#makeRoom(push).finally(() => this.#making.delete(path));
    this.#making.set(path, making);
    await making;
    return refusal();
  }

  async #makeRoom({ repository, transfer, signal }: Omit<Push, 'request'>): Promise<void> {
    const { quota, stores } = this.parts;
    const { id } = transfer.formation;
    await stores.withFormationLock(id, async (locked) => {
      const unfinished = await locked.operations.unfinishedOfFormation(id, 'formation');
      await repository.keepOnly(unfinished.map((operation) => operation.id));
    });
    try {
      await stores.withLock(gcLock(repository), () => quota.makeRoom(repository, signal));
    } catch (error) {
      // Another controller, or git's own tidying, makes room for longer than one waits for a lock.
      if (!isLockTimeout(error)) throw error;
    }
  }

  async #deploy(push: Push, asked: AskedDeploy, say: (line: string) => void): Promise<PushVerdict> {
    const { update } = asked;
    const [isCommit, current] = await Promise.all([
      push.repository.hasCommit(update.new),
      push.repository.refValue(update.ref),
    ]);
    if (!isCommit) return { refuse: `${update.new} is not a commit` };
    if (current === update.new) return accepted;
    if ((current ?? '') !== update.old.replace(/^0+$/, ''))
      return { refuse: 'another push came in between: `git fetch` and push again' };
    const id = this.parts.newId();
    // Another host may carry it out.
    const stored = { operationId: id, ref: update.ref, commit: update.new };
    await this.parts.bundles?.save(push.repository, push.transfer.formation, stored);
    const begun = await this.#begin(push, asked, id);
    if ('refuse' in begun) return begun;
    for (const line of await this.#introduction(begun, push.transfer, update)) say(line);
    if (asked.cancels) this.#cancelWhenGone(push.signal, begun.operation.id);
    return this.#follow(push, begun.operation, say);
  }

  /**
   * Commit kept, operation queued, both on disk, in one hold of the formation's lock: two equal pushes make
   * one operation.
   */
  async #begin(
    push: Push,
    { update, dockerfile }: AskedDeploy,
    id: string,
  ): Promise<Begun | { readonly refuse: string }> {
    const { formation, user } = push.transfer;
    return this.parts.stores.withFormationLock(formation.id, async (stores) => {
      const present = await stores.formations.byId(formation.id);
      if (present === undefined || present.destroying)
        return { refuse: `${formation.name} is being destroyed` };
      const unfinished = await stores.operations.unfinishedOfFormation(formation.id, 'formation');
      const params: PushParams = {
        ...{ commit: update.new, ref: update.ref, old: update.old },
        ...(dockerfile === undefined ? {} : { dockerfile }),
      };
      const same = unfinished.find((operation) => pushKind.is(operation) && isSamePush(operation, params));
      if (same !== undefined) return { operation: same, before: [], isNew: false };
      const before = await supersedeQueued(stores, unfinished, params);
      await Promise.all([
        push.repository.keepOnly([...before.map((operation) => operation.id), id]),
        push.repository.keep(id, update.new),
      ]);
      const operation = await enqueueWithin(stores, {
        id,
        formation,
        kind: pushKind,
        params,
        actor: { userId: user.id },
      });
      return { operation, before, isNew: true };
    });
  }

  async #introduction(
    { operation, before, isNew }: Begun,
    { formation }: GitTransfer,
    update: RefUpdate,
  ): Promise<string[]> {
    if (!isNew) return [`-----> This commit is being deployed already: following operation ${operation.id}`];
    const usernames = await this.parts.stores.users.usernames(before.map((other) => other.requestedBy));
    return [
      ...welcomeText(operation, formation.name, update.new),
      ...queueText(before, usernames, this.parts.now()),
    ];
  }

  async #follow(push: Push, operation: OperationRecord, say: (line: string) => void): Promise<PushVerdict> {
    const begun = new AbortController();
    const { stores, buildSlots } = this.parts;
    const gone = AbortSignal.any([begun.signal, push.signal]);
    const waiting = sayWhatPushWaitsFor(stores.queue, buildSlots, operation.id, say, gone);
    try {
      const verdict = await this.#show(push, operation, (line) => {
        begun.abort();
        say(line);
      });
      return { ...verdict, operation: operation.id };
    } finally {
      begun.abort();
      await waiting;
    }
  }

  /** Every event of it, to the last. */
  async #show(push: Push, operation: OperationRecord, say: (line: string) => void): Promise<PushVerdict> {
    const text = new PushText();
    for await (const event of this.parts.operations.follow(operation.id, 0, push.signal)) {
      text.linesOf(event).forEach(say);
      if (event.type !== 'end') continue;
      const verdict = verdictOf(event);
      const last = 'refuse' in verdict ? failureText(verdict.refuse, event) : [text.done()];
      for (const line of last) say(line);
      return verdict;
    }
    const refuse = 'the controller stops; the deploy goes on when it is back: push again to follow it';
    return { refuse, isOpen: true };
  }

  /** Not when the controller itself stops: the operation goes on with the next one. */
  #cancelWhenGone(signal: AbortSignal, id: string): void {
    const cancel = (): void => {
      if (signal.reason instanceof ClientGone && signal.reason.byServer) return;
      this.parts.stores.operations.requestCancel(id).catch(() => undefined);
    };
    onAbort(signal, cancel);
  }
}
