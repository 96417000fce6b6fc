import { PassThrough } from 'node:stream';
import type { Connection } from '../ssh/transport.js';
import type { CommandDeadline } from './command-deadline.js';
import { LogLineReader, type LogLine } from './log-line-reader.js';
import { argumentProgram, inputProgram } from './node-program.js';

/** A container whose log can be read. */
export interface LoggedContainer {
  /** Of the Docker container. */
  readonly name: string;
  /** `web.1`: what its lines are said to be of. */
  readonly process: string;
}

/** Which lines of each container are wanted. */
export interface LoggedLines {
  /** At most so many, the newest. */
  readonly lines: number;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  /** Only lines that contain this text: one line, not empty. Some more may come. */
  readonly grep?: string | undefined;
}

/**
 * Logs of containers of one node. Each function throws RemoteFailure; containers that are not there say
 * nothing.
 */
export interface LogCommands {
  /** Gives the lines that there are, in no order. */
  read(
    containers: readonly LoggedContainer[],
    wanted: LoggedLines,
    onLine: (line: LogLine) => void,
    options: CommandDeadline,
  ): Promise<void>;
  /**
   * Gives lines as they come, until the containers are gone or `signal` aborts. A container that is restarted
   * is followed on; what it said around that time comes twice. @param since where each begins, RFC 3339
   */
  follow(
    containers: readonly (LoggedContainer & { readonly since: string })[],
    onLine: (line: LogLine) => void,
    options: CommandDeadline,
  ): Promise<void>;
}

/** Logs over a connection, with sudo. */
export function logCommands(connection: Connection): LogCommands {
  return {
    read: async (containers, wanted, onLine, options) => {
      const reader = new LogLineReader(onLine);
      const onStdout = (chunk: Buffer): void => reader.feed(chunk);
      await connection.exec({ ...options, ...readProgram(containers, wanted), onStdout });
      reader.end();
    },
    follow: async (containers, onLine, options) => {
      const reader = new LogLineReader(onLine);
      const onStdout = (chunk: Buffer): void => reader.feed(chunk);
      // Its input stays open for as long as somebody listens.
      const request = { ...options, ...followProgram(containers), stdin: new PassThrough(), onStdout };
      await connection.exec(request).finally(() => reader.end());
    },
  };
}

/** What prints the logs' lines, for a LogLineReader. */
export function readProgram(
  containers: readonly LoggedContainer[],
  { lines, since, until, grep }: LoggedLines,
): ReturnType<typeof inputProgram> {
  const pattern = grep === undefined ? '' : behindTime(grep);
  return inputProgram(
    ['log-lines.sh', 'log-read.sh'],
    [
      String(lines),
      pattern,
      since?.toISOString() ?? '',
      until?.toISOString() ?? '',
      ...containers.flatMap(({ name, process }) => [name, process]),
    ],
  );
}

/** What follows the logs, for a LogLineReader. */
export function followProgram(
  containers: readonly (LoggedContainer & { readonly since: string })[],
): ReturnType<typeof argumentProgram> {
  const words = containers.flatMap(({ name, process, since }) => [name, process, since]);
  return argumentProgram(['log-lines.sh', 'log-follow.sh'], words);
}

/** A regular expression for lines whose text, not whose time, contains this. */
function behindTime(text: string): string {
  return `^[^ ]* .*${text.replace(/[\\.*[\]^$]/g, '\\$&')}`;
}
