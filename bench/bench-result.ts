import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { z } from 'zod';
import type { Figure } from './benchmark.js';

const figureSchema = z.object({
  name: z.string(),
  value: z.number(),
  unit: z.string(),
  target: z
    .union([z.strictObject({ atMost: z.number() }), z.strictObject({ atLeast: z.number() })])
    .optional(),
  note: z.string().optional(),
});

const resultSchema = z.object({
  benchmark: z.string(),
  machine: z.object({
    cores: z.number(),
    processor: z.string(),
    memoryGb: z.number(),
    /** Of the minute before it began. */
    load: z.number(),
    node: z.string(),
    date: z.string(),
  }),
  /** How many runs the figures are the medians of. */
  runs: z.number().int().positive().default(1),
  figures: z.array(figureSchema),
});

/** What one run of a benchmark prints with `--json`, and keeps with `--save`. */
export type BenchResult = z.output<typeof resultSchema>;

const directory = new URL('results/', import.meta.url);

/** The machine that this runs on, as of now. */
export function machineFacts(): BenchResult['machine'] {
  const processors = cpus();
  return {
    cores: processors.length,
    processor: processors[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** Keeps a result, in the place of the one before. */
export function saveResult(result: BenchResult): void {
  writeFileSync(new URL(`${result.benchmark}.json`, directory), `${JSON.stringify(result, null, 2)}\n`);
}

/** The results that are kept, by name. @throws ZodError for a file that is none */
export function savedResults(): BenchResult[] {
  const names = readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .sort();
  return names.map((name) => resultSchema.parse(JSON.parse(readFileSync(new URL(name, directory), 'utf8'))));
}

/** Figures with values as precise as they are worth. */
export function rounded(figures: readonly Figure[]): Figure[] {
  return figures.map((figure) => ({ ...figure, value: Number(figure.value.toPrecision(4)) }));
}
