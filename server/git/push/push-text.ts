import type { OperationEventRecord } from '../../store/operations/operation-event-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import { cleanLine } from '../../operation/output/clean-line.js';
import { buildStep } from '../../formation/requests/kinds/push.js';
import { accepted, type PushVerdict } from '../hook-line.js';
import { systemName } from '../../store/operations/actor.js';

/** Turns an operation's events into what the pusher reads. Adds the times of the steps up for the last line. */
export class PushText {
  #buildMs = 0;
  #saidSomething = true;
  #totalMs = 0;

  /** Lines of one event; a heartbeat speaks only when nothing else did since the one before. */
  linesOf(event: OperationEventRecord): string[] {
    switch (event.type) {
      case 'line':
        this.#saidSomething = true;
        return cleanLines(String(event.data['text'] ?? ''));
      case 'heartbeat':
        return this.#heartbeat(event);
      case 'step-ended':
        this.#totalMs += Number(event.data['ms']);
        if (event.data['step'] === buildStep) this.#buildMs += Number(event.data['ms']);
        return [];
      default:
        return [];
    }
  }

  /** The last line of a push that went well; how long each step took `deis ops:logs` tells. */
  done(): string {
    const build = this.#buildMs === 0 ? '' : `, ${seconds(this.#buildMs)} of it the build`;
    return `-----> Done in ${seconds(this.#totalMs)}${build}`;
  }

  #heartbeat(event: OperationEventRecord): string[] {
    const silent = !this.#saidSomething;
    this.#saidSomething = false;
    const { step, ms, doing } = event.data;
    const what = typeof doing === 'string' ? ` (${cleanLine(doing)})` : '';
    return silent ? [`       still at ${String(step)}${what}, ${seconds(ms)}`] : [];
  }
}

/** What the `end` event means for the push. */
export function verdictOf(end: OperationEventRecord): PushVerdict {
  const state = String(end.data['state']);
  if (state === 'succeeded') return accepted;
  const error = end.data['error'] as { message?: unknown } | undefined;
  const reason = typeof error?.message === 'string' ? error.message : '';
  return { refuse: [`deploy ${state}`, cleanLines(reason)[0]].filter(Boolean).join(': ') };
}

/** What the pusher reads last of a push that failed: why, and what to do where that is known. */
export function failureText(refuse: string, end: OperationEventRecord): string[] {
  const { advice } = (end.data['error'] ?? {}) as { advice?: unknown };
  const known = typeof advice === 'string' ? [cleanLines(advice)[0]!] : [];
  return [refuse, ...known].map((line) => ` !     ${line}`);
}

/** What an app wrote goes to a terminal here, and git passes on whatever it gets. */
function cleanLines(text: string): string[] {
  return text.split(/\r*\n|\r+/).map((line) => cleanLine(line));
}

/** What the pusher reads first. */
export function welcomeText({ id }: OperationRecord, formation: string, commit: string): string[] {
  return [
    `-----> Deploying ${commit.slice(0, 8)} to ${formation}`,
    `       It goes on when you press Ctrl-C; \`deis ops:cancel ${id}\` ends it`,
  ];
}

/** Who stands before this push in the formation's order, where, and for how long already. */
export function queueText(
  before: readonly OperationRecord[],
  usernames: ReadonlyMap<number, string>,
  now: Date,
): string[] {
  const first = before[0];
  if (first === undefined) return [];
  const name = nameOf(first, usernames);
  const who = name === undefined ? '' : ` by ${name}`;
  const others = before.length > 1 ? ` and ${before.length - 1} more` : '';
  // Set by the database, whose clock may be ahead of ours.
  const age = Math.max(
    0,
    Math.round((now.getTime() - (first.startedAt ?? first.createdAt).getTime()) / 1000),
  );
  return [
    `-----> Waiting for ${first.kind}${who} ` +
      `(${first.step === null ? '' : `at ${first.step}, `}for ${age} s)${others}`,
    `       \`deis ops:cancel ${first.id}\` ends it`,
  ];
}

function nameOf(
  { requestedBy, systemActor }: OperationRecord,
  usernames: ReadonlyMap<number, string>,
): string | undefined {
  if (systemActor !== null) return systemName(systemActor);
  return requestedBy === null ? undefined : (usernames.get(requestedBy) ?? 'somebody');
}

function seconds(ms: unknown): string {
  return `${(Number(ms) / 1000).toFixed(1)} s`;
}
