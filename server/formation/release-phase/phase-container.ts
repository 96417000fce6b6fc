import type { EnteredNode } from '../../../provisioner/node-commands/node-commands.js';
import type { OneOff } from '../../../provisioner/node-commands/one-off.js';
import type { OneOffState } from '../../../provisioner/node-commands/one-offs.js';
import { LineSplitter } from '../../operation/output/output-lines.js';
import { waits } from '../context/deadlines.js';
import type { FormationParts } from '../context/formation-parts.js';
import { runTarget, type RunLocation } from '../runs/remove-run.js';

type Parts = Pick<FormationParts, 'stores' | 'enterNode'>;

const options = { deadlineMs: waits.answer };

/** Undefined when there is no such container. @throws RemoteFailure */
export async function inspectPhase(parts: Parts, place: RunLocation): Promise<OneOffState | undefined> {
  return withNode(parts, place, ({ oneOffs }) => oneOffs.inspect(place.record.container, options));
}

/** Makes the container and does not start it. @throws RemoteFailure, also when there is one of that name */
export async function createPhase(parts: Parts, place: RunLocation, oneOff: OneOff): Promise<void> {
  return withNode(parts, place, ({ oneOffs }) => oneOffs.create(oneOff, 'created', options));
}

/** Starts the container, unless it has been started before: also when it has ended. @throws RemoteFailure */
export async function startPhase(parts: Parts, place: RunLocation): Promise<void> {
  return withNode(parts, place, ({ oneOffs }) => oneOffs.startOnce(place.record.container, options));
}

/**
 * Calls `onLine` with all lines that the container has written and will write, until it has ended. @throws
 * RemoteFailure
 */
export async function followPhase(
  parts: Parts,
  place: RunLocation,
  onLine: (line: string) => void,
  limits: { readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const splitter = new LineSplitter();
  const onStdout = (chunk: Buffer): void => {
    for (const line of splitter.split(chunk)) onLine(line);
  };
  try {
    await withNode(
      parts,
      place,
      ({ oneOffs }) => oneOffs.follow(place.record.container, { ...limits, onStdout }),
      limits.signal,
    );
  } finally {
    for (const line of splitter.rest()) onLine(line);
  }
}

async function withNode<T>(
  { enterNode }: Parts,
  place: RunLocation,
  use: (node: EnteredNode) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const node = await enterNode(runTarget(place), { ...options, ...(signal ? { signal } : {}) });
  try {
    return await use(node);
  } finally {
    await node.close();
  }
}
