import type { Node } from '../../api/types.js';

const mebibyte = 2 ** 20;

/** `1424 of 1936 MB and 1.5 of 2 cores left by limits; 1630 MB and 1.88 cores not in use`; null: not known. */
export function roomText({ size, left }: Pick<Node, 'size' | 'left'>): string | null {
  if (size === null || left === null) return null;
  const { limits, use } = left;
  const promised =
    `${megabytes(limits.memory)} of ${megabytes(size.memory)} MB and ` +
    `${limits.cpus} of ${size.cpus} cores left by limits`;
  return use === null
    ? promised
    : `${promised}; ${megabytes(use.memory)} MB and ${use.cpus} cores not in use`;
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / mebibyte);
}
