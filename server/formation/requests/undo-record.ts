import { z } from 'zod';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';

/** A number that an operation changed, and what it was; null: not there. */
export interface Changed {
  readonly from: number | null;
  readonly to: number;
}

/**
 * What an operation's request has changed in the desired state: what taking it back must know. Kept as `undo`
 * in its params.
 */
export interface UndoRecord {
  /** By process type. */
  readonly scale?: Readonly<Record<string, Changed>>;
  /** Numbers of nodes, by layer name. */
  readonly counts?: Readonly<Record<string, Changed>>;
  /** What nodes were, by name. */
  readonly nodes?: Readonly<
    Record<string, Partial<Pick<NodeRecord, 'status' | 'scheduling' | 'cleansUp' | 'purgesData'>>>
  >;
  /** Names of nodes that came with it. */
  readonly made?: readonly string[];
}

/** Reads the record; empty where there is none. */
export const undoSchema = z
  .custom<UndoRecord>((value) => typeof value === 'object' && value !== null)
  .catch({});
const withUndo = z.object({ undo: undoSchema });

/** The record in an operation's params; empty where it has none. */
export function undoRecord({ params }: Pick<OperationRecord, 'params'>): UndoRecord {
  return withUndo.parse(params).undo;
}

/** One record for two changes, the second made on top of the first. */
export function mergeUndo(first: UndoRecord, second: UndoRecord): UndoRecord {
  return {
    scale: mergeChanges(first.scale, second.scale),
    counts: mergeChanges(first.counts, second.counts),
    nodes: { ...second.nodes, ...first.nodes },
    made: [...new Set([...(first.made ?? []), ...(second.made ?? [])])],
  };
}

/** What changes with these counts. */
export function changesOf(
  before: Readonly<Record<string, number>>,
  wanted: Readonly<Record<string, number>>,
): Record<string, Changed> {
  return Object.fromEntries(
    Object.entries(wanted).map(([name, to]) => [
      name,
      { from: Object.hasOwn(before, name) ? before[name]! : null, to },
    ]),
  );
}

function mergeChanges(
  first: UndoRecord['scale'] = {},
  second: UndoRecord['scale'] = {},
): Record<string, Changed> {
  const later = Object.entries(second).map(([name, change]): [string, Changed] => [
    name,
    { from: first[name] === undefined ? change.from : first[name].from, to: change.to },
  ]);
  return { ...first, ...Object.fromEntries(later) };
}
