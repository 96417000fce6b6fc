import { NotFound, RemoteFailure } from '../../base/errors.js';
import { onAbort } from '../../base/on-abort.js';
import type { HostFacts } from '../hosts/host-facts.js';
import type { Reach, ReachedPlace } from '../hosts/reach-hosts.js';
import type { BackendAnswer, BackendCommands, BackendPlace } from '../node-commands/backends.js';
import type { HostCommands } from '../node-commands/hosts.js';
import type { LogLine } from '../node-commands/log-line-reader.js';
import type { LogCommands } from '../node-commands/logs.js';
import type { EnteredNode, NodeCommands } from '../node-commands/node-commands.js';
import type { CommandDeadline } from '../node-commands/command-deadline.js';
import type { OneOffCommands, OneOffSession, OneOffState } from '../node-commands/one-offs.js';
import type { UpgradeCommands, UpgradeEnd } from '../node-commands/upgrades.js';

/** What a node on paper holds, and how it answers; may change between commands. */
export interface PaperNode {
  readonly inFlight?: (formation: string) => ReadonlyMap<string, number>;
  /** Told whether load balancers are to hear that it is about to go. */
  readonly onLeaving?: (isLeaving: boolean) => void;
  /** One-off commands' containers by name. */
  readonly oneOffs?: Map<string, OneOffState>;
  /** Whether a one-off command that is started has ended at once. Default: it runs on. */
  readonly isSwift?: boolean;
  /** How a one-off command ends. Default 0. */
  readonly exitCode?: number;
  /** What one-off commands write instead of what they would. */
  readonly said?: string;
  /** One-off commands with a terminal write what is typed, until Ctrl-D. Default: they end at once. */
  readonly echoes?: boolean;
  /** Lines of containers, by what their process is called. */
  readonly logs?: readonly LogLine[] | ((process: string) => readonly LogLine[]);
  readonly facts?: HostFacts;
  /** What it reaches of others; absent: everything that it is asked for, without SSH. */
  readonly reach?: (place: ReachedPlace) => Reach;
  /** How a backend answers it; absent: each does, well. */
  readonly answer?: (place: BackendPlace, path: string | null) => BackendAnswer;
  /** Whether a connection has come to a container; absent: each has. */
  readonly isCalled?: (container: string, origin: string) => boolean;
  /** On interfaces of its own. */
  readonly addresses?: readonly string[];
  /** What it does differently when it gets new packages; absent: there are none, and it need not reboot. */
  readonly upgrades?: Partial<UpgradeCommands>;
}

/** Of an upgrade that found nothing new. */
export const nothingNew: UpgradeEnd = {
  exitCode: 0,
  failed: null,
  packages: [],
  kept: [],
  reboot: [],
  lines: [],
};

const noUpgrades: UpgradeCommands = {
  look: async () => ({ state: 'ended', ...nothingNew }),
  boot: async () => 'the only one',
  reboot: async () => undefined,
};

/** The commands of a node that is on paper alone: nothing runs, and each is answered as a node would. */
export function paperNodeCommands(node: PaperNode): NodeCommands {
  return {
    oneOffs: oneOffs(node),
    logs: logs(node),
    proxy: {
      inFlight: async ({ id }) => node.inFlight?.(id) ?? new Map<string, number>(),
      leave: async () => node.onLeaving?.(true),
      stay: async () => node.onLeaving?.(false),
    },
    host: host(node),
    backends: backends(node),
    upgrades: { ...noUpgrades, ...node.upgrades },
  };
}

/** As paperNodeCommands, entered. */
export function enterPaperNode(node: PaperNode): EnteredNode {
  let isOpen = true;
  return {
    ...paperNodeCommands(node),
    get isOpen() {
      return isOpen;
    },
    close: async () => void (isOpen = false),
  };
}

function oneOffs(node: PaperNode): OneOffCommands {
  const { oneOffs: containers = new Map<string, OneOffState>(), exitCode = 0, isSwift = false } = node;
  const created = { status: 'created', exitCode: 0, endedAt: new Date(0) };
  const started = isSwift
    ? (): OneOffState => ({ status: 'exited', exitCode, endedAt: new Date() })
    : (): OneOffState => ({ ...created, status: 'running' });
  return {
    run: async (_oneOff, { onStderr }) => ended(node, onStderr),
    create: async ({ name }) => void containers.set(name, created),
    attach: async (container, session) => {
      if (!containers.delete(container)) return 125;
      session.onStart({ signal: () => undefined, resize: () => undefined });
      const isTerminal = session.terminal !== undefined;
      const code = ended(node, session.onStderr, isTerminal ? '\r\n' : '\n');
      if (node.echoes === true && isTerminal) await echoed(session);
      return code;
    },
    startOnce: async (container) => {
      if (containers.get(container)?.status === 'created') containers.set(container, started());
    },
    follow: async (_container, { onStdout }) => void ended(node, onStdout),
    start: async ({ name }) => void containers.set(name, started()),
    signal: async (container) => requireContainer(containers, container),
    stop: async (container) => void containers.delete(container),
    remove: async (container) => void containers.delete(container),
    inspect: async (container) => containers.get(container),
  };
}

function ended({ said, exitCode = 0 }: PaperNode, write: (chunk: Buffer) => void, newline = '\n'): number {
  if (said !== undefined) write(Buffer.from(`${said}${newline}`));
  return exitCode;
}

const endOfInput = 4;

/** Writes back what is typed, until Ctrl-D, the end of the input, or the session's. */
function echoed({ stdin, onStdout, signal, deadlineMs }: OneOffSession & CommandDeadline): Promise<void> {
  return new Promise((resolve) => {
    let forget = (): void => undefined;
    const over = (): void => {
      stdin.off('data', hear).off('end', over).off('close', over);
      forget();
      resolve();
    };
    const hear = (chunk: Buffer | string): void => {
      const typed = Buffer.from(chunk);
      const end = typed.indexOf(endOfInput);
      onStdout(end === -1 ? typed : typed.subarray(0, end));
      if (end !== -1) over();
    };
    stdin.on('data', hear).on('end', over).on('close', over);
    forget = onAbort(AbortSignal.any([AbortSignal.timeout(deadlineMs), ...(signal ? [signal] : [])]), over);
  });
}

function logs({ logs: held = [] }: PaperNode): LogCommands {
  const linesOf = (process: string): readonly LogLine[] =>
    typeof held === 'function' ? held(process) : held.filter(({ container }) => container === process);
  return {
    read: async (containers, _wanted, onLine) => {
      for (const { process } of containers) for (const line of linesOf(process)) onLine(line);
    },
    follow: async (containers, onLine, { signal, deadlineMs }) => {
      for (const { process, since } of containers)
        for (const line of linesOf(process)) if (line.at >= since) onLine(line);
      await aborted(AbortSignal.any([AbortSignal.timeout(deadlineMs), ...(signal ? [signal] : [])]));
    },
  };
}

function host(node: PaperNode): HostCommands {
  const everything = (place: ReachedPlace): Reach => ({
    ...place,
    connects: place.port === null ? null : true,
    hostKeys: [],
  });
  return {
    run: async (_command, { onStderr }) => ended(node, onStderr),
    facts: async () => {
      if (node.facts === undefined) throw new NotFound('this machine tells nothing of itself');
      return node.facts;
    },
    reach: async (places) => places.map(node.reach ?? everything),
    hasAddress: async (address) => node.addresses?.includes(address) ?? false,
    remember: async () => undefined,
    clear: async () => undefined,
  };
}

function backends({ answer, isCalled = () => true }: PaperNode): BackendCommands {
  const well = (_place: BackendPlace, path: string | null): BackendAnswer => ({
    connects: true,
    status: path === null ? null : 200,
    problem: null,
    origin: null,
  });
  return {
    ask: async ({ places, path }) => ({
      answers: places.map((place) => (answer ?? well)(place, path)),
      close: async () => undefined,
    }),
    callers: async (containers, origins) =>
      new Map(containers.map((name) => [name, new Set(origins.filter((origin) => isCalled(name, origin)))])),
  };
}

function requireContainer(containers: ReadonlyMap<string, OneOffState>, name: string): void {
  if (!containers.has(name))
    throw new RemoteFailure(`no container ${name}`, { node: 'paper', phase: 'exit', exitCode: 1 });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => void onAbort(signal, resolve));
}
