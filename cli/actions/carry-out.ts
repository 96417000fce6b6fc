import type { Operation } from '../controller/api-types.js';
import type { Call } from '../call.js';
import { CliError, exitCodes } from '../terminal/errors.js';
import { followOperation } from '../controller/follow-operation.js';
import { OperationNarrator } from './operation-narrator.js';
import { operationFailure } from '../controller/problem.js';

const respondAsync = { Prefer: 'respond-async' };

/**
 * Asks for a long action, shows it live and returns the operation once it has succeeded. @throws CliError
 * with its reason when it has not.
 */
export async function carryOut(
  call: Call,
  path: string,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Operation> {
  return settle(call, await (await call.api()).post<Operation>(path, body, { ...respondAsync, ...headers }));
}

/** The same for a DELETE. */
export async function carryOutDelete(call: Call, path: string): Promise<Operation> {
  return settle(call, await (await call.api()).delete<Operation>(path, respondAsync));
}

/** The same for a PATCH. */
export async function carryOutPatch(call: Call, path: string, body: unknown): Promise<Operation> {
  return settle(call, await (await call.api()).patch<Operation>(path, body, respondAsync));
}

/** The same for an action whose result is the data: nothing is printed of the operation itself. */
export async function carryOutQuietly(call: Call, path: string, body: unknown): Promise<Operation> {
  const { id } = await (await call.api()).post<Operation>(path, body, respondAsync);
  const ended = await watchOperation(call, id);
  assertSucceeded(call, ended);
  return ended;
}

async function settle(call: Call, operation: Operation): Promise<Operation> {
  const ended = await watchOperation(call, operation.id);
  if (call.wantsJson) call.output.json(ended);
  assertSucceeded(call, ended);
  return ended;
}

/**
 * Shows an operation's events until it has ended. Ctrl-C detaches: the operation goes on, and the message
 * says how to come back.
 */
export async function watchOperation(call: Call, id: string): Promise<Operation> {
  const detached = new AbortController();
  const narrator = new OperationNarrator(call.output);
  const ignoreInterrupt = call.terminal.onInterrupt(() => detached.abort());
  try {
    return await followOperation(await call.api(), id, {
      signal: detached.signal,
      onEvent: (event) => narrator.hear(event),
      onConnection: (state) => narrator.connection(state),
    });
  } catch (error) {
    if (!detached.signal.aborted) throw error;
    throw new CliError('detached; the operation goes on', exitCodes.interrupted, {
      details: [`follow it: deis ops:logs ${id}`, `stop it:   deis ops:cancel ${id}`],
      cause: error,
    });
  } finally {
    ignoreInterrupt();
  }
}

/**
 * @throws CliError for one that failed or was cancelled. A superseded one is no failure: a later one carries
 * its change.
 */
export function assertSucceeded(call: Call, operation: Operation): void {
  if (operation.state === 'superseded')
    call.output.talk('A later operation carries this change too: deis ops');
  else if (operation.state === 'cancelled')
    throw new CliError(`${operation.kind} was cancelled`, exitCodes.failed);
  else if (operation.state !== 'succeeded') throw operationFailure(operation.kind, operation.error);
}

export function isUnchanged({ result }: Operation): boolean {
  return result?.['unchanged'] === true;
}

/** ` (v8)`: the release that a change has cut and made live; nothing where it cut none. */
export function inRelease({ result }: Operation): string {
  const release = result?.['release'];
  return typeof release === 'number' ? ` (v${release})` : '';
}
