import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import { messageOf, namedMessage } from '../../../base/errors.js';
import { OperationDeadline, OperationFailure } from '../../operation/operation-errors.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { Stores } from '../../store/stores.js';

export interface NodeFailure {
  readonly node: string;
  readonly error: unknown;
}

export interface NodeWork {
  readonly stores: Stores;
  /** `last_action` of the nodes. */
  readonly action: string;
  readonly signal: AbortSignal;
  /** Nodes at the same time. Default 20: each costs a connection of ours. */
  readonly atOnce?: number;
}

const usualAtOnce = 20;

/**
 * Does one thing to many nodes, so many at once, finishes all, and records on each what was done and why it
 * failed. Resolves to the failures, by node. @throws the signal's reason when that was aborted
 */
export async function eachNode(
  nodes: readonly NodeRecord[],
  { stores, action, signal, atOnce = usualAtOnce }: NodeWork,
  work: (node: NodeRecord) => Promise<void>,
): Promise<NodeFailure[]> {
  // One signal ends them all: as many listeners as nodes are no leak.
  setMaxListeners(0, signal);
  const limit = pLimit(atOnce);
  const outcomes = await Promise.all(
    nodes.map((node) =>
      limit(async (): Promise<NodeFailure | undefined> => {
        try {
          signal.throwIfAborted();
          await stores.nodes.update(node.id, { lastAction: action });
          await work(node);
          await stores.nodes.update(node.id, { lastError: null });
          return undefined;
        } catch (error) {
          const reason: unknown = signal.aborted ? signal.reason : error;
          if (reason === error || reason instanceof OperationDeadline)
            await stores.nodes.update(node.id, { lastError: messageOf(reason) });
          return { node: node.name, error };
        }
      }),
    ),
  );
  signal.throwIfAborted();
  return outcomes.filter((outcome) => outcome !== undefined);
}

/**
 * One failure that names every node, and each reason once, before it all nodes that have it; undefined when there is
 * none. @param hint what to do about it
 */
export function nodesFailure(
  what: string,
  failures: readonly NodeFailure[],
  hint?: string,
): OperationFailure | undefined {
  if (failures.length === 0) return undefined;
  const reasons = [...nodesByReason(failures)].map(([reason, nodes]) => `${nodes.join(', ')}${reason}`);
  const details = { node: failures.map(({ node }) => node).join(', ') };
  return new OperationFailure(
    `${what}: ${reasons.join('; ')}${hint === undefined ? '' : `. ${hint}`}`,
    details,
    {
      cause: failures[0]!.error,
    },
  );
}

/** What is said behind a node's name -> the nodes. */
function nodesByReason(failures: readonly NodeFailure[]): Map<string, string[]> {
  const byReason = new Map<string, string[]>();
  for (const { node, error } of failures) {
    const reason = namedMessage(node, error).slice(node.length);
    byReason.set(reason, [...(byReason.get(reason) ?? []), node]);
  }
  return byReason;
}
