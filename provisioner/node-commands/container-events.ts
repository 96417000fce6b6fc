import { PassThrough } from 'node:stream';
import type { Connection } from '../ssh/transport.js';
import type { CommandDeadline } from './command-deadline.js';
import { eachLine } from './each-line.js';
import { argumentProgram } from './node-program.js';

/** What has just happened to a container of the app. */
export interface ContainerEvent {
  readonly what: 'start' | 'die' | 'oom';
  /** Of the Docker container. */
  readonly name: string;
  /** Of its end; null of the others. */
  readonly exitCode: number | null;
}

/**
 * Tells of starts and ends of the app's containers as they happen, until `signal` aborts or the engine ends;
 * nothing stays on the node afterwards. @throws RemoteFailure then, and when the connection is lost
 */
export async function followContainerEvents(
  connection: Connection,
  onEvent: (event: ContainerEvent) => void,
  options: CommandDeadline,
): Promise<void> {
  const feed = eachLine((line) => {
    const event = parseContainerEvent(line);
    if (event !== undefined) onEvent(event);
  });
  const onStdout = (chunk: Buffer): void => feed(chunk.toString());
  const program = argumentProgram(['container-events.sh'], []);
  await connection.exec({ ...options, ...program, stdin: new PassThrough(), onStdout });
}

/** One line of the program; undefined of what tells of no container. */
export function parseContainerEvent(line: string): ContainerEvent | undefined {
  const [, what, name, code] = /^(start|die|oom) (\S+)(?: (\d{1,3}))?\s*$/.exec(line) ?? [];
  if (name === undefined) return undefined;
  return {
    what: what as ContainerEvent['what'],
    name,
    exitCode: what === 'die' && code !== undefined ? Number(code) : null,
  };
}
