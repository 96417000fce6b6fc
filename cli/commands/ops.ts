import type { Operation } from '../controller/api-types.js';
import { assertSucceeded, watchOperation } from '../actions/carry-out.js';
import type { CommandTable } from '../command.js';
import { CliError, exitCodes } from '../terminal/errors.js';
import { duration, properties, table, withoutControls } from '../terminal/format.js';

const maxCause = 80;

const operationPath = (id: string, ...rest: readonly string[]): string =>
  ['/api/operations', encodeURIComponent(id), ...rest].join('/');

const place = ({ position }: Operation): string | null =>
  position === null ? null : position === 0 ? 'first' : String(position);
/** What it waits for before it begins, in words. */
function wait({ waiting_for: what, waits_for: first }: Operation): string | null {
  switch (what) {
    case 'operation':
      return `operation ${first} of the same formation`;
    case 'time':
      return 'the time it is due';
    case 'build-slot':
      return 'a build slot';
    case 'worker':
      return 'a worker';
    case null:
      return null;
  }
}
const age = ({ age_seconds: seconds }: Operation): string | null =>
  seconds === null ? null : duration(seconds * 1000);

/** Why it failed, for a list: the first line, as much of it as fits. */
function cause({ error }: Operation): string | null {
  if (error === null) return null;
  const line = withoutControls(error.message.split('\n')[0]!);
  return line.length > maxCause ? `${line.slice(0, maxCause)}…` : line;
}

/** What more is known of a build that failed. */
function buildFailure({ error }: Operation): [string, string | readonly string[]][] {
  if (error?.advice === undefined) return [];
  return [
    ['failed at', error.step ?? ''],
    ['last lines', (error.lines ?? []).map(withoutControls)],
    ['advice', error.advice],
  ];
}

export const ops: CommandTable = {
  list: {
    summary: "the formation's operations, newest first",
    onFormation: true,
    json: true,
    limit: 20,
    details:
      'QUEUE: `first` holds the formation, a number says how many come before. WAITS FOR: that operation, a ' +
      'worker (no user has all of them), a build slot, or its time.\n\nExample:\n  deis ops',
    run: async (call) => {
      const all = await call.list<Operation>(await call.formationPath('operations'));
      call.printList(
        all,
        (rows) =>
          table(
            ['OPERATION', 'KIND', 'STATE', 'QUEUE', 'WAITS FOR', 'AGE', 'STEP', 'BY', 'CREATED', 'ERROR'],
            rows.map((op) => [
              op.id,
              op.kind,
              op.state,
              place(op),
              wait(op),
              age(op),
              op.step,
              op.requested_by,
              op.created_at,
              cause(op),
            ]),
          ),
        'No operations yet',
      );
    },
  },
  show: {
    summary: 'one operation',
    args: '<operation>',
    details: 'Example:\n  deis ops:show 0b6c1f6e-5d0e-4b7e-9a3f-3f0b8f0c2a11',
    json: true,
    run: async (call) => {
      const op = await (await call.api()).get<Operation>(operationPath(call.arg(0)));
      call.print(op, () =>
        properties([
          ['operation', op.id],
          ['kind', op.kind],
          ['formation', op.formation],
          ['state', op.state],
          ['step', op.step],
          [
            'queue',
            op.waits_for === null ? place(op) : `${op.position} before it, the first is ${op.waits_for}`,
          ],
          ['waits for', wait(op)],
          ['age', age(op)],
          ['holder', op.holder],
          ['heartbeat', op.heartbeat_at],
          ['by', op.requested_by],
          ['error', (op.error?.message ?? '').split('\n')],
          ...buildFailure(op),
          ['result', op.result === null ? null : JSON.stringify(op.result)],
          ['created', op.created_at],
          ['started', op.started_at],
          ['finished', op.finished_at],
        ]),
      );
    },
  },
  logs: {
    summary: 'its steps and lines from the beginning, followed until it ends',
    args: '<operation>',
    details:
      'Exits as the command that asked for the operation would have: 1 when it failed.\n\n' +
      'Example:\n' +
      '  deis ops:logs 0b6c1f6e-5d0e-4b7e-9a3f-3f0b8f0c2a11',
    run: async (call) => assertSucceeded(call, await watchOperation(call, call.arg(0))),
  },
  cancel: {
    summary: 'ask for its end',
    args: '<operation>',
    details: 'Example:\n  deis ops:cancel 0b6c1f6e-5d0e-4b7e-9a3f-3f0b8f0c2a11',
    json: true,
    run: async (call) => {
      const api = await call.api();
      const before = await api.get<Operation>(operationPath(call.arg(0)));
      if (before.state === 'cancelled')
        return call.print(
          before,
          () => `${before.kind} ${before.id}: cancelled already, at ${before.finished_at}`,
        );
      if (before.finished_at !== null) throw tooLate(before);
      const op = await api.post<Operation>(operationPath(call.arg(0), 'cancel'));
      if (op.finished_at !== null && op.state !== 'cancelled') throw tooLate(op);
      call.print(op, () => `${op.kind} ${op.id}: ${op.finished_at === null ? 'asked to stop' : op.state}`);
    },
  },
};

/** It says how to take back what cannot be cancelled any more. */
function tooLate({ kind, id, state, finished_at: at, result }: Operation): CliError {
  return new CliError(`too late: ${kind} ${id} ${endings[state] ?? 'ended'} at ${at}`, exitCodes.conflict, {
    details:
      state === 'succeeded' && typeof result?.['release'] === 'number'
        ? ['nothing was changed; deis rollback goes back to the release before']
        : ['nothing was changed'],
  });
}

const endings: Readonly<Record<string, string>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  superseded: 'was superseded by a later one',
};
