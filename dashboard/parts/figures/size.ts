const units = [
  ['G', 1024 ** 3],
  ['M', 1024 ** 2],
  ['K', 1024],
] as const;

/** Bytes as limits and quotas are written: `512M`, in the largest unit that leaves a whole number. */
export function sizeText(bytes: number): string {
  const unit = units.find(([, value]) => bytes % value === 0);
  return unit === undefined ? String(bytes) : `${bytes / unit[1]}${unit[0]}`;
}
