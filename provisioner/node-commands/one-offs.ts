import type { Connection, ExecControl } from '../ssh/transport.js';
import type { CommandDeadline, CommandOutput } from './command-deadline.js';
import { exitCodeOf } from './exit-code.js';
import { argumentProgram, inputProgram } from './node-program.js';
import { filesOfContainer } from '../converge/resource-helpers/container-files.js';
import { oneOffBody, oneOffContainer, type OneOff, type OneOffAttach, type TerminalSize } from './one-off.js';

/** Somebody at the other end of a one-off command. */
export interface OneOffSession extends CommandOutput {
  readonly stdin: NodeJS.ReadableStream;
  /** Absent: the input is no terminal, and neither is the output. */
  readonly terminal?: (TerminalSize & { readonly term: string }) | undefined;
  /** Called once, when the command begins. */
  readonly onStart: (control: ExecControl) => void;
}

/** How a one-off command's container is. */
export interface OneOffState {
  /** As Docker says: `running`, `exited`, `dead`. */
  readonly status: string;
  readonly exitCode: number;
  readonly endedAt: Date;
}

/** One-off commands in containers of one node. Each function throws RemoteFailure. */
export interface OneOffCommands {
  /**
   * Runs it to its end and resolves to its exit code, 125 when it could not be started. It leaves no
   * container, also when the connection ends before.
   */
  run(oneOff: OneOff, options: CommandOutput & CommandDeadline): Promise<number>;
  /** Makes its container, for `attach`, or with `created` for `startOnce`. */
  create(oneOff: OneOff, attach: 'created' | 'input' | TerminalSize, options: CommandDeadline): Promise<void>;
  /** Starts a container that was made, unless it has been started before: also when it has ended. */
  startOnce(container: string, options: CommandDeadline): Promise<void>;
  /** Gives all that a container has written and will write, both outputs as one, until it has ended. */
  follow(container: string, options: Pick<CommandOutput, 'onStdout'> & CommandDeadline): Promise<void>;
  /** Runs a container that was made, to its end, and resolves to its exit code; the container is gone then. */
  attach(container: string, options: OneOffSession & CommandDeadline): Promise<number>;
  /** Starts it and leaves it running. */
  start(oneOff: OneOff, options: CommandDeadline): Promise<void>;
  /** @param name a signal's name without SIG; it reaches every user's processes, as SSH's own signals do not */
  signal(container: string, name: string, options: CommandDeadline): Promise<void>;
  /** SIGTERM, SIGKILL after `seconds`, and the container is gone. Safe to repeat. */
  stop(container: string, seconds: number, options: CommandDeadline): Promise<void>;
  /**
   * Kills it where it runs, and removes it. What it wrote goes before the node's next container is made. Safe
   * to repeat.
   */
  remove(container: string, options: CommandDeadline): Promise<void>;
  /** Undefined: there is no such container. */
  inspect(container: string, options: CommandDeadline): Promise<OneOffState | undefined>;
}

/** One-off commands over a connection, with sudo. */
export function oneOffCommands(connection: Connection): OneOffCommands {
  return {
    run: (oneOff, options) => exitCodeOf(connection, { ...options, ...createProgram(oneOff, 'output') }),
    create: async (oneOff, attach, options) =>
      void (await connection.exec({ ...options, ...createProgram(oneOff, attach) })),
    attach: (container, { terminal, ...options }) =>
      exitCodeOf(connection, {
        ...options,
        ...argumentProgram(['one-off-attach.sh'], [container, filesOfContainer(container)]),
        ...(terminal === undefined ? {} : { pty: terminal }),
      }),
    start: async (oneOff, options) =>
      void (await connection.exec({ ...options, ...createProgram(oneOff, 'detached') })),
    startOnce: async (container, options) =>
      void (await connection.exec({
        ...options,
        ...argumentProgram(['one-off-start-once.sh'], [container]),
      })),
    follow: async (container, options) =>
      void (await connection.exec({ ...options, ...argumentProgram(['one-off-follow.sh'], [container]) })),
    signal: async (container, name, options) =>
      void (await connection.exec({
        ...options,
        command: ['sudo', '-n', 'docker', 'kill', `--signal=${name}`, container],
      })),
    stop: async (container, seconds, options) =>
      void (await connection.exec({
        ...options,
        ...argumentProgram(['one-off-stop.sh'], [container, String(seconds), filesOfContainer(container)]),
      })),
    remove: async (container, options) =>
      void (await connection.exec({ ...options, command: ['sudo', '-n', 'docker', 'rm', '-fv', container] })),
    inspect: async (container, options) => {
      const program = argumentProgram(['one-off-inspect.sh'], [container]);
      return parseState((await connection.exec({ ...options, ...program })).stdout);
    },
  };
}

/** What makes a one-off command's container, and starts it where nobody writes to it. */
export function createProgram(oneOff: OneOff, attach: OneOffAttach): ReturnType<typeof inputProgram> {
  const url = `http://docker/containers/create?name=${encodeURIComponent(oneOff.name)}`;
  const { name } = oneOff;
  const word = typeof attach === 'object' ? 'input' : attach;
  const container = oneOffContainer(oneOff, attach);
  const [files, lower] = [filesOfContainer(name), container.overlay?.lower ?? ''];
  return inputProgram(
    ['../converge/resources/containers/container-files.sh', 'one-off-create.sh'],
    [name, word, files, lower, url, oneOffBody(container, attach)],
  );
}

function parseState(text: string): OneOffState | undefined {
  const [status = '', code = '', endedAt = ''] = text.trim().split(' ');
  return status === '' ? undefined : { status, exitCode: Number(code), endedAt: new Date(endedAt) };
}
