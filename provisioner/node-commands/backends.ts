import { PassThrough } from 'node:stream';
import type { Connection } from '../ssh/transport.js';
import type { CommandDeadline } from './command-deadline.js';
import { eachLine } from './each-line.js';
import { inputProgram, programText } from './node-program.js';

/** A container's port as a proxy sees it. */
export interface BackendPlace {
  /** An address or a host name. */
  readonly address: string;
  readonly port: number;
}

export interface BackendQuestion {
  /** At most `maxAskedAtOnce`. */
  readonly places: readonly BackendPlace[];
  /** What is asked for by GET; null: a connection is enough. */
  readonly path: string | null;
  /** Whole seconds for connection and answer together. */
  readonly seconds: number;
}

/** What came of one place. */
export interface BackendAnswer {
  /** Whether it took the connection. */
  readonly connects: boolean;
  /** The HTTP status; null where none was asked for, or none came. */
  readonly status: number | null;
  /** Why there is no connection, or no status that was asked for: `connection refused`; null: there is. */
  readonly problem: string | null;
  /** The asking machine's end of the connection, for `callers`; null: it has none that could be told. */
  readonly origin: string | null;
}

/** Backends that were asked, and whose connections last until `close`, or half a minute. */
export interface AskedBackends {
  /** In the order of the places. */
  readonly answers: readonly BackendAnswer[];
  /** Ends the connections; never throws. */
  close(): Promise<void>;
}

/** Whether requests reach the containers that they are meant for, told from both ends. */
export interface BackendCommands {
  /**
   * Asks backends as this machine's proxy would, all at once. Needs no rights there, and leaves nothing.
   * @throws RemoteFailure when the machine cannot be asked
   */
  ask(question: BackendQuestion, options: CommandDeadline): Promise<AskedBackends>;
  /**
   * Which of the connections with these other ends have come to which of this machine's containers: what the
   * kernel says of their network, whatever the app says. Docker name -> origins. @throws RemoteFailure
   */
  callers(
    containers: readonly string[],
    origins: readonly string[],
    options: CommandDeadline,
  ): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
}

/** More processes and connections than that no command makes on a proxy. */
export const maxAskedAtOnce = 50;

const problems: Readonly<Record<string, string>> = {
  closed: 'the connection was closed without an answer',
  other: 'the answer is not HTTP',
};

/** Backends over a connection. */
export function backendCommands(connection: Connection): BackendCommands {
  return {
    ask: (question, options) => ask(connection, question, options),
    callers: async (containers, origins, options) => {
      const program = inputProgram(['backends-callers.sh'], [origins.join(' '), ...containers]);
      return parseCallers((await connection.exec({ ...options, ...program })).stdout);
    },
  };
}

async function ask(
  connection: Connection,
  question: BackendQuestion,
  options: CommandDeadline,
): Promise<AskedBackends> {
  const reader = new AnswerReader(question);
  const stdin = new PassThrough();
  const ended = connection.exec({
    ...options,
    ...askProgram(question),
    stdin,
    onStdout: (chunk) => reader.feed(chunk.toString()),
  });
  const close = async (): Promise<void> => {
    stdin.end();
    await ended.then(
      () => undefined,
      () => undefined,
    );
  };
  try {
    await Promise.race([reader.done, ended]);
    return { answers: reader.answers(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What asks backends, for an AnswerReader; its input ends it. */
export function askProgram({ places, path, seconds }: BackendQuestion): { readonly command: string[] } {
  const program = programText(['backends-ask.sh']);
  return { command: ['bash', '-c', program, 'deis', String(seconds), path ?? '', ...places.map(wordOf)] };
}

/** Reads what the program prints, however it arrives; lines of another form are passed over. */
export class AnswerReader {
  /** Resolves when each place has answered, or the time for that is over. */
  readonly done: Promise<void>;
  readonly #question: BackendQuestion;
  readonly #said = new Map<string, BackendAnswer>();
  readonly #open = new Set<string>();
  readonly #lines = eachLine((line) => this.#read(line));
  #finish!: () => void;

  constructor(question: BackendQuestion) {
    this.#question = question;
    this.done = new Promise((resolve) => (this.#finish = resolve));
  }

  feed(text: string): void {
    this.#lines(text);
    if (this.#question.places.every((place) => this.#said.has(wordOf(place)))) this.#finish();
  }

  answers(): BackendAnswer[] {
    const silence = `no answer in ${this.#question.seconds} s`;
    return this.#question.places.map((place) => {
      const connects = this.#open.has(wordOf(place));
      return this.#said.get(wordOf(place)) ?? { connects, status: null, problem: silence, origin: null };
    });
  }

  #read(line: string): void {
    if (line === 'end') return this.#finish();
    const [, address, port, why] = /\/dev\/tcp\/([^/]+)\/(\d+): (.+)$/.exec(line) ?? [];
    if (why !== undefined) {
      const problem = why.charAt(0).toLowerCase() + why.slice(1);
      return this.#keep(`${address},${port}`, { connects: false, status: null, problem, origin: null });
    }
    const [word = '', origin = '', status] = line.split(' ');
    if (origin === 'open' && status === undefined) this.#open.add(word);
    if (status === undefined) return;
    this.#keep(word, {
      connects: true,
      status: /^\d{3}$/.test(status) ? Number(status) : null,
      problem: problems[status] ?? null,
      origin: /^[0-9A-F]{8}:[0-9A-F]{4}$/.test(origin) ? origin : null,
    });
  }

  /** Nothing is kept of places that were not asked. */
  #keep(word: string, answer: BackendAnswer): void {
    if (this.#question.places.some((place) => wordOf(place) === word)) this.#said.set(word, answer);
  }
}

/** What the program about callers printed. @throws Error when it is not whole */
export function parseCallers(text: string): Map<string, Set<string>> {
  const lines = text.trim().split('\n');
  if (lines.at(-1) !== 'end') throw new Error('the answer about callers of containers is not whole');
  const callers = new Map<string, Set<string>>();
  for (const line of lines) {
    const [container = '', origin] = line.split(' ');
    if (origin === undefined) continue;
    callers.set(container, (callers.get(container) ?? new Set()).add(origin));
  }
  return callers;
}

function wordOf({ address, port }: BackendPlace): string {
  return `${address},${port}`;
}
