import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  MockProvider,
  type MockCloud,
  type MockProviderOptions,
} from '../../../provisioner/providers/mock/mock-provider.js';
import { parseHostFacts } from '../../../provisioner/hosts/host-facts.js';
import { StaticProvider } from '../../../provisioner/providers/static/static-provider.js';
import type { Provider } from '../../../provisioner/provider.js';
import { sshLogReader } from '../../../server/formation/logs/ssh-log-reader.js';
import { createFormation } from '../../../server/formation/create-formation.js';
import { cutBuildRelease } from '../../../server/formation/releases/cut-build-release.js';
import { Observer, type ConvergeSeen } from '../../../server/observe/observer.js';
import type { FormationParts } from '../../../server/formation/context/formation-parts.js';
import { createHandlers } from '../../../server/formation/handlers.js';
import { createLauncher } from '../../../server/formation/push-release.js';
import { buildSlots } from '../../../server/formation/requests/kinds/push.js';
import { scaleContainers } from '../../../server/formation/deploy/scale/scale-containers.js';
import { scaleLayers } from '../../../server/formation/layers/scale-layers.js';
import type { OperationContext, OperationHandler } from '../../../server/operation/operation-context.js';
import { OperationCancelled } from '../../../server/operation/operation-errors.js';
import { outcomeOf } from '../../../server/operation/operation-outcome.js';
import {
  readFormationSnapshot,
  type FormationSnapshot,
} from '../../../server/store/app/formation-snapshot.js';
import type { FormationRecord } from '../../../server/store/app/formation-store.js';
import { LeaseStore } from '../../../server/store/operations/lease-store.js';
import type { OperationRecord } from '../../../server/store/operations/operation-store.js';
import type { ReleaseRecord } from '../../../server/store/app/release-store.js';
import type { UserRecord } from '../../../server/store/people/user-store.js';
import { waitUntil } from '../../../base/wait-until.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { domainParts } from './domain-parts.js';
import { FakeNodes } from '../fakes/fake-nodes.js';
import { FakeReleasePhases } from '../fakes/fake-release-phases.js';
import { goodHost } from '../nodes/good-host.js';

/**
 * Where a run is to stop dead, as if the power went: on entering a step, at the end of its work, or in the
 * midst of a node's converge.
 */
export interface Kill {
  readonly step: string;
  readonly at: 'start' | 'end' | 'converge';
}

/** Of one attempt. */
interface Life {
  /** Ends it, as if the power went. */
  readonly kill: () => void;
  /** Aborted where the controller has died with another operation. */
  readonly death: AbortSignal;
}

export interface RunOptions {
  readonly kill?: Kill;
  /** The step on whose entering the operation is cancelled. */
  readonly cancelAt?: string;
  /** It was cancelled before this attempt began. */
  readonly isCancelled?: boolean;
  /** The step whose work is done and then said to have failed. */
  readonly failAfter?: string;
  /** What others do meanwhile, on entering each step. */
  readonly onStep?: (name: string) => Promise<void>;
}

/**
 * A formation `app` on a real database, with machines that exist in memory, and a worker that can die at any
 * step.
 */
export class FormationHarness {
  readonly nodes = new FakeNodes();
  readonly phases = new FakeReleasePhases({ facts: parseHostFacts(goodHost) });
  /** Cancels the operation that is under way. */
  cancel: () => void = () => undefined;
  readonly cloud: MockCloud = new Map();
  readonly lines: string[] = [];
  readonly steps: string[] = [];
  /** Milliseconds of the step that is under way. */
  stepMs = 0;
  readonly removedFiles: string[] = [];
  /** Told with each call of the cloud; what it throws is how that call fails. */
  cloudFault: NonNullable<MockProviderOptions['fault']> = () => undefined;
  /** Where the cloud says that nodes reach the controller. */
  controllerAddresses: () => Promise<string[]> = () => Promise.resolve([]);
  /** Names of nodes whose boot fails. */
  readonly unbootable = new Set<string>();
  /** What a machine answers to the first login. */
  firstLogin: FormationParts['firstLogin'] = () => Promise.resolve({ machine: 'x86_64' });
  /** Whether the cloud shows a node's user data to the node for ever. */
  keepsUserData = false;
  /** Where the machines of a flavor live. */
  placeOf: (params: Readonly<Record<string, unknown>>) => string = () => '';
  /** What the observer of the parts was told, by a watcher that then throws: no test may notice. */
  readonly converges: ConvergeSeen[] = [];
  now = new Date('2026-01-01T00:00:00Z');
  readonly parts: FormationParts;
  readonly handlers: Readonly<Record<string, OperationHandler>>;
  /** Operations that are being carried out -> what ends them when the controller dies with another. */
  readonly #alive = new Map<string, AbortController>();
  #isDying = false;
  /** What steps are doing -> the operation. */
  readonly #works = new Map<Promise<unknown>, string | undefined>();

  private constructor(
    readonly database: TestDatabase,
    readonly user: UserRecord,
    readonly formation: FormationRecord,
    parts: FormationParts,
  ) {
    this.parts = {
      ...parts,
      // Proxies that go are quiet for so long, by the real clock.
      settings: { ...parts.settings, drainSeconds: 0.2 },
      openFleet: this.nodes.open,
      enterNode: this.phases.enter,
      logs: sshLogReader({ stores: parts.stores, enterNode: this.phases.enter, now: () => this.now }),
      observer: new Observer([{ onConverge: (seen) => this.#converged(seen) }]),
      now: () => this.now,
      removeFormationFiles: async (name) => void this.removedFiles.push(name),
      waitForSsh: (target) => this.#boot(target.name),
      firstLogin: (target, options) => this.firstLogin(target, options),
      providers: new Map<string, (creds: unknown, params?: Readonly<Record<string, unknown>>) => Provider>([
        ['mock', (_creds, params = {}) => this.#provider(params)],
        ['static', () => new StaticProvider()],
      ]),
    };
    this.nodes.recipesOf = (runList) => this.parts.recipesOf(runList);
    const { deploy } = createLauncher(this.parts);
    this.handlers = {
      ...createHandlers(this.parts),
      push: async (context) => deploy(context, context.operation.params['releaseId'] as number),
    };
  }

  /** @param database what the test has opened already; default: one of its own, which `close` closes */
  static async create(database?: TestDatabase): Promise<FormationHarness> {
    database ??= await createTestDatabase();
    const { stores } = database;
    const user = await stores.users.insert({
      username: 'ada',
      email: 'ada@example.com',
      passwordHash: 'x',
      isAdmin: true,
    });
    const provider = await stores.providers.insert({
      ownerId: user.id,
      name: 'mock',
      type: 'mock',
      creds: {},
    });
    const flavor = await stores.flavors.insert({
      ownerId: user.id,
      providerId: provider.id,
      name: 'mock',
      params: {},
      init: '',
    });
    const parts = domainParts({
      stores,
      providers: new Map([['mock', () => new MockProvider({ instance: 'i', cloud: new Map() })]]),
      disabledProviders: new Map(),
      openFleet: new FakeNodes().open,
      enterNode: new FakeReleasePhases().enter,
      now: () => new Date(),
    });
    const formation = await createFormation(parts, user, { name: 'app', flavor });
    return new FormationHarness(database, user, formation, parts);
  }

  close(): Promise<void> {
    return this.database.close();
  }

  #converged(seen: ConvergeSeen): void {
    this.converges.push(seen);
    throw new Error('a watcher failed');
  }

  get stores() {
    return this.database.stores;
  }

  async snapshot(): Promise<FormationSnapshot> {
    const snapshot = await readFormationSnapshot(this.stores, this.formation.id);
    assert.ok(snapshot);
    return snapshot;
  }

  /** `web.1@app-runtime-1 v2 serving`, sorted. */
  async containers(): Promise<string[]> {
    const { containers, nodes, releases } = await this.snapshot();
    const nameOf = (id: string): string => nodes.find((node) => node.id === id)?.name ?? id;
    const version = (id: number): number => releases.find((release) => release.id === id)?.version ?? 0;
    return containers
      .map(
        ({ type, num, nodeId, releaseId, state }) =>
          `${type}.${num}@${nameOf(nodeId)} v${version(releaseId)} ${state}`,
      )
      .sort();
  }

  async release(version: number): Promise<ReleaseRecord> {
    const release = await this.stores.releases.byVersion(this.formation.id, version);
    assert.ok(release, `no release v${version}`);
    return release;
  }

  async liveVersion(): Promise<number | undefined> {
    const { formation, releases } = await this.snapshot();
    return releases.find(({ id }) => id === formation.liveReleaseId)?.version;
  }

  /** Queues and ends `layers:scale`, and all that follows from it. */
  async scaleLayers(counts: Record<string, number>, options?: RunOptions): Promise<OperationRecord> {
    const { id } = await scaleLayers(this.parts, this.user, this.formation, counts);
    return this.end(id, options);
  }

  async scale(counts: Record<string, number>, options?: RunOptions): Promise<OperationRecord> {
    const { id } = await scaleContainers(this.parts, this.user, this.formation, counts);
    return this.end(id, options);
  }

  /**
   * Records a build of these process types, and with this postdeploy of its app.json, cuts its release and queues
   * its deploy.
   */
  async queuePush(
    types: readonly string[] = ['web'],
    postdeploy: string | null = null,
    formation: FormationRecord = this.formation,
  ): Promise<OperationRecord> {
    const id = randomUUID();
    const procfile = Object.fromEntries(types.map((type) => [type, `run ${type}`]));
    const hex = id.replaceAll('-', '');
    const release = await cutBuildRelease(this.parts, formation, {
      kind: 'slug',
      id,
      formationId: formation.id,
      createdBy: this.user.id,
      gitCommit: hex,
      slugPath: `${hex.repeat(2)}/app.tgz`,
      slugSha256: hex.repeat(2),
      slugSize: 1,
      procfile,
      image: `deis/stack:bookworm@sha256:${'a'.repeat(64)}`,
      buildpack: 'nodejs',
      postdeploy,
      runtimes: [],
    });
    return this.stores.operations.enqueue({
      id: randomUUID(),
      formationId: formation.id,
      formationName: formation.name,
      kind: 'push',
      params: { releaseId: release.id },
      requestedBy: this.user.id,
    });
  }

  async push(types?: readonly string[], options?: RunOptions): Promise<OperationRecord> {
    return this.end((await this.queuePush(types)).id, options);
  }

  /**
   * Carries out everything that is queued, and resolves to this operation's end. With `kill` it dies once on
   * the way and is taken over.
   */
  async end(id: string, options: RunOptions = {}): Promise<OperationRecord> {
    if (
      options.kill !== undefined ||
      options.cancelAt !== undefined ||
      options.isCancelled === true ||
      options.failAfter !== undefined ||
      options.onStep
    )
      await this.runUntil(id, options);
    await this.drain();
    return (await this.stores.operations.byId(id))!;
  }

  /** Carries out operations until this one has begun, and that one to its death or end. */
  async runUntil(id: string, options: RunOptions): Promise<void> {
    for (;;) {
      const operation = await this.#claim();
      assert.ok(operation, 'the operation never began');
      const wasKilled = await this.#run(operation, operation.id === id ? options : {});
      if (operation.id !== id) continue;
      assert.equal(wasKilled, options.kill !== undefined, `step ${options.kill?.step} was not reached`);
      return;
    }
  }

  /**
   * Carries out what is queued, one after the other in the order of acceptance, until nothing is left. Drains
   * are over at once.
   */
  async drain(): Promise<void> {
    for (let operation = await this.#claim(); operation !== undefined; operation = await this.#claim()) {
      await this.#run(operation, {});
    }
  }

  /**
   * As `drain`, but side by side, as a worker with several places does: what waits for others comes to its end. Where
   * one is killed, all die with it.
   */
  async drainTogether(optionsOf: (operation: OperationRecord) => RunOptions = () => ({})): Promise<void> {
    const running = new Set<Promise<unknown>>();
    const failures: unknown[] = [];
    let isDead = false;
    const begin = (operation: OperationRecord): void => {
      const run = this.#run(operation, optionsOf(operation))
        .then((wasKilled) => void (isDead ||= wasKilled))
        .catch((error: unknown) => failures.push(error))
        .finally(() => running.delete(run));
      running.add(run);
    };
    const look = async (): Promise<true | undefined> => {
      for (;;) {
        if (failures.length > 0) throw failures[0];
        const mayBegin = (): boolean => !isDead && !this.#isDying;
        const operation = mayBegin() ? await this.#claim() : undefined;
        // One that was claimed while others died is claimed again.
        if (operation === undefined || !mayBegin()) return isDead || running.size === 0 ? true : undefined;
        begin(operation);
      }
    };
    await waitUntil(look, { deadlineMs: 60_000, intervalMs: 20, what: 'all operations to end' });
  }

  async #claim(): Promise<OperationRecord | undefined> {
    // The lease of one that was killed has expired.
    await this.database
      .database('operations')
      .where({ state: 'running' })
      .whereNotIn('id', [...this.#alive.keys()])
      .update({ lease_expires_at: new Date(0) });
    const taken = await new LeaseStore(this.database.database).claim({
      owner: 'test',
      leaseMs: 60_000,
      kinds: Object.keys(this.handlers),
      places: 100,
      slots: buildSlots(2),
      served: [],
    });
    return taken?.operation;
  }

  async #run(operation: OperationRecord, options: RunOptions): Promise<boolean> {
    const { id } = operation;
    const death = new AbortController();
    this.#alive.set(id, death);
    let kill = (): void => undefined;
    const killed = new Promise<'killed'>((resolve) => (kill = () => resolve('killed')));
    this.nodes.onHang = this.phases.onHang = kill;
    const attempt = this.#attempt(operation, options, { kill, death: death.signal });
    const outcome = await Promise.race([killed, attempt]);
    this.#alive.delete(id);
    if (outcome !== 'killed') return false;
    this.#isDying = true;
    this.nodes.fault = () => undefined;
    this.phases.fault = () => undefined;
    // The one that hangs may be another: this one's attempt would end what is carried out again by then.
    for (const each of [death, ...this.#alive.values()]) each.abort();
    // What hangs with it never ends, and holds up no later death.
    for (const [work, of] of this.#works) if (of === id) this.#works.delete(work);
    await Promise.allSettled(this.#works.keys());
    this.#alive.clear();
    this.#isDying = false;
    return true;
  }

  async #attempt(operation: OperationRecord, options: RunOptions, life: Life): Promise<void> {
    const handler = this.handlers[operation.kind]!;
    const outcome = await handler(this.#context(operation, options, life)).then(
      (result) => ({ state: 'succeeded' as const, ...(result ? { result } : {}) }),
      (error: unknown) => outcomeOf(error),
    );
    if (life.death.aborted) await new Promise(() => undefined);
    const finishing = new LeaseStore(this.database.database).finish(operation.id, 'test', outcome);
    // A death waits for what is on its way to the database, also of the one that dies.
    this.#works.set(finishing, undefined);
    assert.ok(await finishing.finally(() => this.#works.delete(finishing)));
  }

  #context(operation: OperationRecord, options: RunOptions, life: Life): OperationContext {
    const { kill, cancelAt, isCancelled = false, failAfter, onStep } = options;
    const cancel = new AbortController();
    this.cancel = () => cancel.abort(new OperationCancelled('cancelled'));
    if (isCancelled) this.cancel();
    const { death } = life;
    const never = (): Promise<never> => new Promise(() => undefined);
    const die = (): Promise<never> => {
      life.kill();
      return never();
    };
    const workOn = <T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
      const working = work(AbortSignal.any([signal, death]));
      this.#works.set(working, operation.id);
      return working.finally(() => this.#works.delete(working));
    };
    const step = async <T>(
      signal: AbortSignal,
      name: string,
      work: (signal: AbortSignal) => Promise<T>,
    ): Promise<T> => {
      if (name === cancelAt) cancel.abort(new OperationCancelled('cancelled'));
      signal.throwIfAborted();
      if (death.aborted) return never();
      this.steps.push(name);
      await onStep?.(name);
      const diesAt = (at: string): boolean => kill?.step === name && kill.at === at;
      if (diesAt('start')) return die();
      if (diesAt('converge')) this.nodes.fault = () => 'hang';
      const value = await workOn(signal, work).catch((error: unknown) => {
        if (death.aborted) return never();
        signal.throwIfAborted();
        throw error;
      });
      if (death.aborted) return never();
      if (diesAt('end')) return die();
      if (failAfter === name) throw new Error(`connection lost after ${name}`);
      return value;
    };
    return {
      operation,
      signal: cancel.signal,
      step: (name, deadlineMs, work) => {
        this.stepMs = deadlineMs;
        return step(cancel.signal, name, work);
      },
      cleanupStep: (name, deadlineMs, work) => {
        this.stepMs = deadlineMs;
        return step(new AbortController().signal, name, work);
      },
      doing: () => undefined,
      line: (text) => void this.lines.push(text),
    };
  }

  #provider(params: Readonly<Record<string, unknown>>): MockProvider {
    const provider = new MockProvider({
      instance: 'i',
      cloud: this.cloud,
      fault: (call, name) => this.#ask(call, name),
    });
    return Object.assign(provider, {
      controllerAddresses: () => this.controllerAddresses(),
      keepsUserData: this.keepsUserData,
      region: this.placeOf(params),
    });
  }

  /** What is launched is another machine than the one that had the name before. */
  #ask(call: Parameters<typeof this.cloudFault>[0], name: string): ReturnType<typeof this.cloudFault> {
    const fault = this.cloudFault(call, name);
    if (call === 'launch') {
      this.nodes.vanish(name);
      this.nodes.gone.delete(name);
    }
    return fault;
  }

  #boot(name: string): Promise<void> {
    return this.unbootable.has(name)
      ? Promise.reject(new Error(`${name}: cloud-init failed`))
      : Promise.resolve();
  }
}
