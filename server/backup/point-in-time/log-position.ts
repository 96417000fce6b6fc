/**
 * Positions in PostgreSQL's write-ahead log, and names of its segments. The embedded clusters have segments of 16 MiB:
 * https://www.postgresql.org/docs/current/wal-internals.html
 */
export const segmentBytes = 16 * 1024 ** 2;
const segmentsPerLogId = 2 ** 32 / segmentBytes;

/** A timeline that ended where its successor branched off. */
export interface Ancestor {
  readonly timeline: number;
  /** Position at which the next one goes on. */
  readonly switchAt: string;
}

/** The number of the segment that a position, `0/3000028`, is in. */
export function segmentOf(position: string): number {
  return Number(bytesAt(position) / BigInt(segmentBytes));
}

/** Whether a position is before another, or the same. */
export function isUpTo(position: string, other: string): boolean {
  return bytesAt(position) <= bytesAt(other);
}

function bytesAt(position: string): bigint {
  const [high = '', low = ''] = position.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

/** The name of a segment's file. */
export function segmentName(timeline: number, number: number): string {
  return [timeline, Math.floor(number / segmentsPerLogId), number % segmentsPerLogId].map(hex8).join('');
}

/** The number in the name of a segment's file; undefined for a history or another file. */
export function segmentNumber(name: string): number | undefined {
  const [, high = '', low = ''] = /^[0-9A-F]{8}([0-9A-F]{8})([0-9A-F]{8})$/.exec(name) ?? [];
  return high === '' ? undefined : Number.parseInt(high, 16) * segmentsPerLogId + Number.parseInt(low, 16);
}

/** The timeline in the name of a segment or of a history. */
export function timelineOf(name: string): number {
  return Number.parseInt(name.slice(0, 8), 16);
}

/** The name of a timeline's history file. */
export function historyName(timeline: number): string {
  return `${hex8(timeline)}.history`;
}

/** The ancestors that a history file lists, oldest first. */
export function parseHistory(text: string): Ancestor[] {
  return [...text.matchAll(/^\s*(\d+)\s+([0-9A-F]+\/[0-9A-F]+)/gm)].map(([, timeline, switchAt = '']) => ({
    timeline: Number(timeline),
    switchAt,
  }));
}

/** Names of the segments from one number to another, as a timeline with these ancestors has them. */
export function segmentNames(
  from: number,
  to: number,
  { timeline, ancestors }: { readonly timeline: number; readonly ancestors: readonly Ancestor[] },
): string[] {
  const names: string[] = [];
  for (let number = from; number <= to; number += 1) {
    const earlier = ancestors.find(({ switchAt }) => number < segmentOf(switchAt));
    names.push(segmentName(earlier?.timeline ?? timeline, number));
  }
  return names;
}

function hex8(number: number): string {
  return number.toString(16).toUpperCase().padStart(8, '0');
}
