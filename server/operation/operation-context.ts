import type { OperationOutcome, OperationRecord } from '../store/operations/operation-store.js';

/** What a handler gets: its operation, a signal, and the two ways to speak. */
export interface OperationContext {
  readonly operation: OperationRecord;
  /** Aborted on cancel, on a lost lease and when the controller stops. */
  readonly signal: AbortSignal;
  /**
   * Runs one named step with a deadline. Writes `step-started` and `step-ended` events, a heartbeat event
   * every heartbeat interval in between, and aborts `signal` at the deadline. Steps are safe to run again
   * after a takeover.
   * @throws what `work` throws; OperationDeadline when `deadlineMs` passes first; OperationCancelled after a
   * cancel; Handover when somebody else carries on (see `isHandover`: then leave everything as it is).
   */
  step<T>(name: string, deadlineMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /**
   * As `step`, for putting things back: it also runs after a cancel. Not after a handover, whose taker starts
   * over.
   */
  cleanupStep<T>(name: string, deadlineMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /**
   * What the step under way is at, for its heartbeats: `resource` of `place` (`package[docker.io]` of a node), or
   * undefined when that has ended. Forgotten when the step ends. Never give it a secret.
   */
  doing(place: string, resource: string | undefined): void;
  /** Appends a durable `line` event, shown live to the CLI and to a pusher. Never give it a secret. */
  line(text: string): void;
}

/**
 * Carries out one kind of operation: compares desired with actual and acts, so that running it again is
 * always safe.
 */
export type OperationHandler = (context: OperationContext) => Promise<Record<string, unknown> | void>;

/** Event types: `data` of each. None has `at`: the API adds the event's own time by that name. */
export interface OperationEventData {
  'step-started': { step: string };
  /** `cancelled`: it did not fail, it was told to stop. */
  'step-ended': { step: string; ms: number; ok: boolean; cancelled?: boolean };
  /** `doing`: what it is at for longest, `shop-runtime-1: package[docker.io]`, and how many more places are at work. */
  heartbeat: { step: string; ms: number; doing?: string };
  line: { text: string };
  end: { state: OperationOutcome; error?: { message: string }; result?: Record<string, unknown> };
}
