import { NotFound, RemoteFailure } from '../../../base/errors.js';
import { ValueMask } from '../../../base/value-mask.js';
import type { FormationSnapshot, SnapshotRelease } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { FormationWork } from '../context/formation-work.js';
import { databagRelease } from '../databag/databag-release.js';
import type { OneOff } from '../../../provisioner/node-commands/one-off.js';
import { oneOffLimits } from '../runs/one-off-limits.js';
import { placeOf, removeRun, stopRun, type RunLocation } from '../runs/remove-run.js';
import { claimPhase, type ClaimedPhase } from './claim-phase.js';
import { createPhase, followPhase, inspectPhase, startPhase } from './phase-container.js';
import { describeTrouble, type PhaseKind } from './phase-kind.js';
import { PhaseOutput } from './phase-output.js';

/** A command of a release, which runs once with its code and config. */
export class Phase {
  readonly #output: PhaseOutput;
  readonly #mask: ValueMask;

  /** @param place the formation, and of a guest the one on whose nodes it lives */
  constructor(
    private readonly work: FormationWork,
    private readonly release: SnapshotRelease,
    private readonly kind: PhaseKind,
    private readonly place: Pick<FormationSnapshot, 'formation' | 'host'>,
  ) {
    this.#mask = new ValueMask(Object.values(release.config));
    this.#output = new PhaseOutput(this.#mask, (line) => work.context.line(`       ${line}`), kind.title);
  }

  /**
   * Runs it to its end on the node, or on the one where an earlier attempt began it, and keeps its output.
   * Safe to repeat: a container that has been started is waited for, never started again, and one that has
   * ended is asked for its exit code. @throws OperationFailure unless that is 0
   */
  async run(node: NodeRecord, signal: AbortSignal): Promise<void> {
    const { parts } = this.work;
    const phase = await claimPhase(this.work, this.release, this.kind, node);
    if (phase.record.endedAt !== null) return this.#require(phase.record.exitCode);
    const place = phase.run && (await placeOf(parts.stores, phase.run));
    try {
      if (place === undefined) throw this.#failure('lost its node, which is gone');
      const exitCode = await this.#runOn(phase, place, signal);
      await this.#end(exitCode);
      await removeRun(parts, place, exitCode);
      this.#require(exitCode);
    } catch (error) {
      throw signal.aborted ? error : describeTrouble(this.kind, error, this.#mask);
    }
  }

  /** Whether there is one that has not ended. */
  async isUnfinished(): Promise<boolean> {
    return (await this.#record())?.endedAt === null;
  }

  /** Whether it has ended, well or not. */
  async hasEnded(): Promise<boolean> {
    return ((await this.#record())?.endedAt ?? null) !== null;
  }

  /** Ends one that must not go on, and keeps what it has said. One that has not begun never will. */
  async stop(): Promise<void> {
    const { parts, context, formationId } = this.work;
    const record =
      (await this.#record()) ?? (await this.#records.insert({ releaseId: this.release.id, runId: null }));
    const run = record.runId ? await parts.stores.runs.byId(record.runId) : undefined;
    const formation = await parts.stores.formations.byId(formationId);
    await this.#end(null);
    if (run === undefined || formation === undefined) return;
    try {
      await stopRun(parts, formation, run.num);
    } catch (error) {
      if (error instanceof NotFound) return;
      if (!(error instanceof RemoteFailure)) throw error;
      context.line(` !     It could not be stopped now: ${this.#mask.text(error.message)}`);
    }
  }

  async #runOn(phase: ClaimedPhase, place: RunLocation, signal: AbortSignal): Promise<number> {
    const { parts, context } = this.work;
    context.line(`-----> Running ${this.kind.title} on ${place.node.name}`);
    const begunAt = phase.record.begunAt ?? parts.now();
    const isThere = (await inspectPhase(parts, place)) !== undefined;
    if (!isThere && phase.record.begunAt !== null) return this.#noted(place);
    if (!isThere) await createPhase(parts, place, this.#oneOff(place));
    await this.#records.setBegun(this.release.id, begunAt);
    signal.throwIfAborted();
    await startPhase(parts, place);
    const endsAt = begunAt.getTime() + parts.settings.releaseSeconds * 1000;
    for (;;) {
      const isWhole = await this.#follow(place, endsAt, signal);
      const state = await inspectPhase(parts, place);
      if (state === undefined) return this.#noted(place);
      if (isWhole && (state.status === 'exited' || state.status === 'dead')) return state.exitCode;
    }
  }

  /** Resolves to false when the connection was lost before the end: whether the node is tells the next one. */
  async #follow(place: RunLocation, endsAt: number, signal: AbortSignal): Promise<boolean> {
    const { parts } = this.work;
    const deadlineMs = endsAt - parts.now().getTime();
    const late = `did not end within ${parts.settings.releaseSeconds} s`;
    if (deadlineMs <= 0) throw this.#failure(late);
    try {
      this.#output.restart();
      await followPhase(parts, place, (line) => this.#output.add(line), { deadlineMs, signal });
      return true;
    } catch (error) {
      if (!(error instanceof RemoteFailure)) throw error;
      if (error.phase === 'deadline') throw this.#failure(late);
      if (error.phase !== 'lost' && error.phase !== 'exit') throw error;
      return error.phase === 'exit';
    }
  }

  /** The exit code of a container that is gone, where the controllers have seen its end. */
  async #noted({ record }: RunLocation): Promise<number> {
    const { exitCode } = (await this.work.parts.stores.runs.byId(record.id)) ?? { exitCode: null };
    if (exitCode === null) throw this.#failure('was removed from its node before it had ended');
    return exitCode;
  }

  #oneOff({ record }: RunLocation): OneOff {
    const release = databagRelease(this.release);
    if (!release?.build) throw new Error(`v${this.release.version} has no build`);
    return {
      formation: this.work.context.operation.formationName,
      host: this.place.host?.name,
      release: { ...release, build: release.build },
      name: record.container,
      command: record.command.reveal(),
      process: `${this.kind.word}.${record.num}`,
      limits: oneOffLimits(this.place, this.kind.word, this.release.limits),
    };
  }

  get #records() {
    return this.kind.records(this.work.parts.stores);
  }

  #record() {
    return this.#records.byRelease(this.release.id);
  }

  #end(exitCode: number | null): Promise<void> {
    const { parts } = this.work;
    const end = { at: parts.now(), exitCode, lines: this.#output.kept };
    return this.#records.end(this.release.id, end);
  }

  #require(exitCode: number | null): void {
    if (exitCode === 0) return;
    throw exitCode === null
      ? this.#failure('was ended before it was done')
      : this.#failure(`exited with status ${exitCode}`, { exitCode });
  }

  #failure(what: string, details: Readonly<Record<string, unknown>> = {}): Error {
    return this.kind.failure(what, details);
  }
}
