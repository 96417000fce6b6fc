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
  /** Appends a durable `line` event, shown live to the CLI and to a pusher. Never give it a secret. */
  line(text: string): void;
}

/**
 * Carries out one kind of operation: compares desired with actual and acts, so that running it again is
 * always safe.
 */
export type OperationHandler = (context: OperationContext) => Promise<Record<string, unknown> | void>;

/** Event types: `data` of each. */
export interface OperationEventData {
  'step-started': { step: string };
  /** `cancelled`: it did not fail, it was told to stop. */
  'step-ended': { step: string; ms: number; ok: boolean; cancelled?: boolean };
  heartbeat: { step: string; ms: number };
  line: { text: string };
  end: { state: OperationOutcome; error?: { message: string }; result?: Record<string, unknown> };
}
