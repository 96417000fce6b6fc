import { NotFound, RemoteFailure } from '../../../base/errors.js';
import { onAbort } from '../../../base/on-abort.js';
import type { LogLine } from '../../../provisioner/node-commands/log-line-reader.js';
import type { EnteredNode, NodeCommands } from '../../../provisioner/node-commands/node-commands.js';
import type { OneOffState } from '../../../provisioner/node-commands/one-offs.js';
import type { Reach, ReachedPlace } from '../../../provisioner/hosts/reach-hosts.js';
import type { HostFacts } from '../../../provisioner/hosts/host-facts.js';

/** What a node in memory holds; may change between commands. */
export interface FakeNode {
  readonly inFlight?: () => ReadonlyMap<string, number>;
  /** One-off commands' containers by name. */
  readonly oneOffs?: Map<string, OneOffState>;
  /** How a one-off command ends. */
  readonly exitCode?: number;
  readonly logs?: readonly LogLine[];
  readonly facts?: HostFacts;
  /** What it reaches of others; absent: everything that it is asked for, without SSH. */
  readonly reach?: (place: ReachedPlace) => Reach;
  /** On interfaces of its own. */
  readonly addresses?: readonly string[];
}

/** The commands of a node that exists in memory alone. */
export function fakeNodeCommands(node: FakeNode): NodeCommands {
  const { oneOffs = new Map<string, OneOffState>(), exitCode = 0, logs = [] } = node;
  const running = { status: 'running', exitCode: 0, endedAt: new Date(0) };
  return {
    oneOffs: {
      run: async () => exitCode,
      create: async ({ name }) => void oneOffs.set(name, { ...running, status: 'created' }),
      attach: async (container) => (oneOffs.delete(container) ? exitCode : 125),
      startOnce: async (container) => {
        if (oneOffs.get(container)?.status === 'created') oneOffs.set(container, running);
      },
      follow: async () => undefined,
      start: async ({ name }) => void oneOffs.set(name, running),
      signal: async (container) => requireContainer(oneOffs, container),
      stop: async (container) => void oneOffs.delete(container),
      remove: async (container) => void oneOffs.delete(container),
      inspect: async (container) => oneOffs.get(container),
    },
    logs: {
      read: async (containers, _wanted, onLine) => {
        for (const line of logs)
          if (containers.some(({ process }) => process === line.container)) onLine(line);
      },
      follow: async (containers, onLine, { signal }) => {
        for (const line of logs)
          if (containers.some(({ process, since }) => process === line.container && line.at >= since))
            onLine(line);
        await aborted(signal);
      },
    },
    proxy: { inFlight: async () => node.inFlight?.() ?? new Map<string, number>() },
    host: {
      run: async () => exitCode,
      facts: async () => {
        if (node.facts === undefined) throw new NotFound('this machine tells nothing of itself');
        return node.facts;
      },
      reach: async (places) =>
        places.map(
          node.reach ??
            ((place) => ({ ...place, connects: place.port === null ? null : true, hostKeys: [] })),
        ),
      hasAddress: async (address) => node.addresses?.includes(address) ?? false,
      remember: async () => undefined,
      clear: async () => undefined,
    },
  };
}

/** As fakeNodeCommands, entered. */
export function fakeEnteredNode(node: FakeNode): EnteredNode {
  let isOpen = true;
  return {
    ...fakeNodeCommands(node),
    get isOpen() {
      return isOpen;
    },
    close: async () => void (isOpen = false),
  };
}

function requireContainer(oneOffs: ReadonlyMap<string, OneOffState>, name: string): void {
  if (!oneOffs.has(name))
    throw new RemoteFailure(`no container ${name}`, { node: 'fake', phase: 'exit', exitCode: 1 });
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => void onAbort(signal, resolve));
}
