/** One number that a benchmark measured, or worked out from numbers that it measured in the same run. */
export interface Figure {
  /** Short and stable: `no-op, 8 nodes`. */
  readonly name: string;
  readonly value: number;
  /** `ms`, `s`, `x` (times), `MB`, ... */
  readonly unit: string;
  /** What it should be: `at most 2`. Absent: a figure to compare others with. */
  readonly target?: Target;
  /** How it came about, where the name does not say it. */
  readonly note?: string;
}

export type Target = { readonly atMost: number } | { readonly atLeast: number };

export interface BenchCall {
  /** What stood after the benchmark's name, `--json` and `--save` aside. */
  readonly args: readonly string[];
  /** A line on stderr, for who watches. */
  readonly talk: (line: string) => void;
}

/** A module in bench/ exports one of these as `benchmark`. */
export interface Benchmark {
  readonly about: string;
  /** Resolves to the figures; whatever it started is gone then, also when it throws. */
  readonly measure: (call: BenchCall) => Promise<readonly Figure[]>;
}

/** Whether the figure is what it should be; undefined without a target. */
export function isMet({ value, target }: Figure): boolean | undefined {
  if (target === undefined) return undefined;
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}

/** Three significant digits, without an exponent: `1234`, `12.3`, `0.123`. */
export function shown(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** `<= 2 x` */
export function shownTarget({ target, unit }: Figure): string {
  if (target === undefined) return '';
  return 'atMost' in target ? `<= ${shown(target.atMost)} ${unit}` : `>= ${shown(target.atLeast)} ${unit}`;
}

/**
 * What several runs of one benchmark measured, as one: the median of each figure, and of a target that a run works
 * out for itself. A figure that a run lacks is the median of the others; notes are the last run's.
 */
export function medianFigures(runs: readonly (readonly Figure[])[]): Figure[] {
  const byName = new Map<string, Figure[]>();
  for (const figure of runs.flat()) byName.set(figure.name, [...(byName.get(figure.name) ?? []), figure]);
  return [...byName.values()].map((same) => {
    const bounds = same.flatMap(({ target }) => (target === undefined ? [] : Object.values(target)));
    const { target, ...last } = same.at(-1)!;
    const value = median(same.map((figure) => figure.value));
    if (target === undefined) return { ...last, value };
    const bound = median(bounds as number[]);
    return { ...last, value, target: 'atMost' in target ? { atMost: bound } : { atLeast: bound } };
  });
}

/** The middle of some measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ];
  if (low === undefined || high === undefined) throw new Error('nothing was measured');
  return (low + high) / 2;
}
