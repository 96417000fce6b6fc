import type { z } from 'zod';
import type { OperationLane, OperationRecord } from '../store/operations/operation-store.js';
import type { Stores } from '../store/stores.js';

type Named = Pick<OperationRecord, 'kind'>;
type WithParams = Pick<OperationRecord, 'params'>;

/**
 * `failed`: also when it fails; `cancelled`: only then, because what succeeded of it is kept and repeating
 * finishes.
 */
export type WithdrawnWhen = 'failed' | 'cancelled';

/** An operation whose request is taken back. */
export interface Reverted<P> {
  readonly operation: OperationRecord;
  readonly params: P;
  /** Unfinished operations of the formation that were accepted after it. */
  readonly later: readonly OperationRecord[];
  readonly reason: string;
}

/** All that differs from kind to kind, apart from how it is carried out. */
export interface KindDefinition<P extends object> {
  /** As the API shows it. */
  readonly name: string;
  /** Also reads what an earlier version of the controller has queued: what may be missing has a default. */
  readonly params: z.ZodType<P>;
  /** Default `formation`. */
  readonly lane?: OperationLane;
  /** When its failure takes the request back. Default: never. */
  readonly withdrawnWhen?: WithdrawnWhen;
  /**
   * What a cancel does before it has begun. `withdraw` (default): it is over, and the request is taken back.
   * `carry out`: it is still begun, and ends early.
   */
  readonly cancelInQueue?: 'withdraw' | 'carry out';
  /** Why it cannot be cancelled; undefined: it can. */
  cancelRefusal?(operation: OperationRecord, hasBegun: boolean): string | undefined;
  /** Takes back what the request has written down and its undo record does not name. Safe to repeat. */
  revert?(stores: Stores, reverted: Reverted<P>): Promise<void>;
  /** Whether the newer request makes an older one needless that has not begun. Default: it does not. */
  supersedes?(newer: Partial<P>, older: P): boolean;
}

/** One kind of operation, and the one reader of its params. */
export class OperationKind<P extends object = object> {
  constructor(private readonly definition: KindDefinition<P>) {}

  get name(): string {
    return this.definition.name;
  }

  get lane(): OperationLane {
    return this.definition.lane ?? 'formation';
  }

  get withdrawnWhen(): WithdrawnWhen | undefined {
    return this.definition.withdrawnWhen;
  }

  get cancelInQueue(): 'withdraw' | 'carry out' {
    return this.definition.cancelInQueue ?? 'withdraw';
  }

  is({ kind }: Named): boolean {
    return kind === this.definition.name;
  }

  /** @throws ZodError for params that no version of the controller has written */
  read({ params }: WithParams): P {
    return this.definition.params.parse(params);
  }

  cancelRefusal(operation: OperationRecord, hasBegun: boolean): string | undefined {
    return this.definition.cancelRefusal?.(operation, hasBegun);
  }

  async revert(stores: Stores, reverted: Omit<Reverted<P>, 'params'>): Promise<void> {
    await this.definition.revert?.(stores, { ...reverted, params: this.read(reverted.operation) });
  }

  /** Those among these that have not begun and that a request with these params makes needless. */
  supersededBy(newer: Partial<P>, operations: readonly OperationRecord[]): OperationRecord[] {
    return operations.filter(
      (operation) =>
        this.is(operation) &&
        operation.startedAt === null &&
        this.definition.supersedes?.(newer, this.read(operation)) === true,
    );
  }
}
