import { RemoteFailure, UserError } from '../../base/errors.js';
import type { OperationError, Outcome } from '../store/operations/operation-store.js';
import { OperationCancelled, OperationFailure, Superseded } from './operation-errors.js';

/** Faults of our own code: their messages help nobody but us, and go to the log alone. */
const internalErrors = [
  'TypeError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'AssertionError',
  'error',
  'KnexTimeoutError',
];

/** How an operation ends whose handler threw this. */
export function outcomeOf(error: unknown): Outcome {
  const state =
    error instanceof OperationCancelled ? 'cancelled' : error instanceof Superseded ? 'superseded' : 'failed';
  return { state, error: describeError(error) };
}

/** True for faults of our own code, of which the requester learns only that they happened. */
export function isInternal(error: unknown): boolean {
  return (
    !(error instanceof Error) ||
    internalErrors.includes(error.name) ||
    internalErrors.includes(error.constructor.name)
  );
}

function describeError(error: unknown): OperationError {
  if (error instanceof RemoteFailure) {
    const { message, node, command, exitCode, stderr, phase } = error;
    return { message, node, command, exitCode, stderr, phase };
  }
  if (error instanceof UserError)
    return { message: error.message, ...(error.field === undefined ? {} : { field: error.field }) };
  if (error instanceof OperationFailure)
    return { ...describeCause(error.cause), ...error.details, message: error.message };
  if (error instanceof AggregateError)
    return {
      message: [error.message, ...error.errors.map((part) => describeError(part).message)]
        .filter(Boolean)
        .join('\n'),
    };
  if (isInternal(error)) return { message: "internal error: the controller's log tells more" };
  return { message: (error as Error).message };
}

function describeCause(cause: unknown): Partial<OperationError> {
  return cause instanceof RemoteFailure ? describeError(cause) : {};
}
