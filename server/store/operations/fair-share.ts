/** Slots for one step of one kind of operation: fewer of them at once than a worker has places. */
export interface StepSlots {
  readonly kind: string;
  /** The first step of that kind. */
  readonly step: string;
  readonly places: number;
}

/**
 * Whose share an operation counts for, as SQL over `formations` and the operations of that name: its
 * requester's. What the controller asks for by itself has a share for each owner of formations.
 */
export function shareOf(operations: string): string {
  return `coalesce('user ' || ${operations}.requested_by, 'controller for ' || formations.owner_id, 'nobody')`;
}

/** SQL: the operation is in that step, or has it before it. Binds :kind and :step. */
export function isBefore(operations: string): string {
  return `(${operations}.kind = :kind and (${operations}.step is null or ${operations}.step = :step))`;
}

/**
 * SQL: what holds places now, a row for each operation with `worker`, `share` and `in_step`. Binds :kind and
 * :step.
 */
export const heldPlaces = `
  select operations.lease_owner as worker, ${shareOf('operations')} as share,
    ${isBefore('operations')} as in_step
  from operations left join formations on formations.id = operations.formation_id
  where operations.state = 'running' and operations.lease_expires_at >= now()`;
