import type { Operation } from '../../api/types.js';
import { plainText } from '../../parts/lines/coloured-text.js';

/** A node that did not do its part. */
export interface NodeResult {
  readonly node: string;
  /** `unreachable`, `failed`, `refused` */
  readonly outcome: string;
  /** What it said; may be empty. */
  readonly evidence: string;
}

/** The nodes that failed, where an operation says so of each. */
export function nodeResults(error: Operation['error']): readonly NodeResult[] {
  const nodes = error?.['nodes'];
  if (!Array.isArray(nodes)) return [];
  return (nodes as Partial<Record<keyof NodeResult, unknown>>[]).map(({ node, outcome, evidence }) => ({
    ...{ node: String(node), outcome: String(outcome) },
    evidence: typeof evidence === 'string' ? plainLines(evidence) : '',
  }));
}

/** The lines with which it failed; empty where there are none. */
export function failingLines(error: Operation['error']): string {
  const lines = error?.['lines'];
  return Array.isArray(lines) ? plainLines(lines.map(String).join('\n')) : '';
}

function plainLines(text: string): string {
  return text.split('\n').map(plainText).join('\n');
}
