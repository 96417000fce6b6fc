const units: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/**
 * Whole bytes of an amount like `512m`, `1.5G` or `20`, in powers of 1024 as Docker and nginx count; NaN for
 * what is none.
 */
export function byteSize(text: string): number {
  const [, digits, unit = 'b'] = /^(\d{1,15}(?:\.\d{1,3})?)([bkmg])?$/i.exec(text) ?? [];
  return digits === undefined ? Number.NaN : Math.floor(Number(digits) * units[unit.toLowerCase()]!);
}

/** An amount for people, in whole megabytes of 1024 * 1024 bytes: `512 MB`. */
export function megabytes(bytes: number, round: 'down' | 'up' = 'down'): string {
  return `${(round === 'up' ? Math.ceil : Math.floor)(bytes / units['m']!)} MB`;
}
