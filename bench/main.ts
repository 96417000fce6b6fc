/*
 * `npm run bench` lists the benchmarks, `npm run bench -- NAME [--json] [--save] [ARGUMENTS]` runs one. Each
 * measures a peer or a floor in the same run. `--runs=N` runs it so often and takes medians; default 1, and 3
 * where they are kept. `--json` prints one JSON object on stdout, with the figures and the machine; talk goes to
 * stderr. `--save` keeps it in bench/results, from which `npm run bench:publish`
 * makes docs/figures.md and the README's headlines; a machine with a load above 1.0 per core is refused then,
 * before anything is measured. Exits with 1 when the benchmark fails, not when a target is missed, and with 2
 * for an unknown name or a busy machine.
 */
import { isMet, medianFigures, shown, shownTarget, type Benchmark, type Figure } from './benchmark.js';
import { machineFacts, rounded, saveResult } from './bench-result.js';

/** One line for each: a module that exports `benchmark`. */
const benchmarks: Readonly<Record<string, () => Promise<{ readonly benchmark: Benchmark }>>> = {
  build: () => import('./build.js'),
  'cli-start': () => import('./cli-start.js'),
  'control-plane': () => import('./control-plane/control-plane.js'),
  converge: () => import('./converge/converge.js'),
  'converge-many': () => import('./converge/converge-many.js'),
  'converge-overhead': () => import('./converge/converge-overhead.js'),
  dashboard: () => import('./dashboard/dashboard.js'),
  deploy: () => import('./deploy.js'),
  durability: () => import('./durability/durability.js'),
  git: () => import('./git.js'),
  health: () => import('./health/health.js'),
  'launch-many': () => import('./launch-many.js'),
  logs: () => import('./logs/logs.js'),
  'many-apps': () => import('./many-apps.js'),
  providers: () => import('./providers.js'),
  router: () => import('./router/router.js'),
  scale: () => import('./scale.js'),
  slugs: () => import('./slugs/slugs.js'),
};

async function list(): Promise<void> {
  for (const [name, load] of Object.entries(benchmarks))
    console.log(`${name}  ${(await load()).benchmark.about}`);
}

function print(figures: readonly Figure[]): void {
  const width = Math.max(...figures.map(({ name }) => name.length));
  for (const figure of figures) {
    const target = shownTarget(figure);
    const verdict = target === '' ? '' : `   ${isMet(figure) ? 'meets' : 'MISSES'} ${target}`;
    console.log(
      `${figure.name.padEnd(width)}  ${shown(figure.value).padStart(8)} ` +
        `${figure.unit}${verdict}${figure.note === undefined ? '' : `   ${figure.note}`}`,
    );
  }
}

async function run(
  name: string,
  { benchmark }: { readonly benchmark: Benchmark },
  words: readonly string[],
): Promise<void> {
  const machine = machineFacts();
  if (words.includes('--save') && machine.load > machine.cores) {
    console.error(
      `the machine is busy: a load of ${machine.load} on ${machine.cores} cores; figures are kept up to ` +
        `${machine.cores}. Wait, or run it without --save`,
    );
    process.exitCode = 2;
    return;
  }
  const runs = runsOf(words);
  if (runs === undefined) {
    console.error('--runs is not valid: expected a number from 1 to 99, e.g. --runs=5');
    process.exitCode = 2;
    return;
  }
  const args = words.filter((word) => !/^--(json|save|runs=.*)$/.test(word));
  const measured: (readonly Figure[])[] = [];
  while (measured.length < runs)
    measured.push(await benchmark.measure({ args, talk: (line) => console.error(line) }));
  const result = { benchmark: name, machine, runs, figures: rounded(medianFigures(measured)) };
  if (words.includes('--save')) saveResult(result);
  if (words.includes('--json')) console.log(JSON.stringify(result));
  else print(result.figures);
}

/** How often a benchmark is run; undefined where that is not a number. */
function runsOf(words: readonly string[]): number | undefined {
  const given = words.find((word) => word.startsWith('--runs='))?.slice('--runs='.length);
  if (given === undefined) return words.includes('--save') ? 3 : 1;
  return /^[1-9]\d?$/.test(given) ? Number(given) : undefined;
}

const [name, ...words] = process.argv.slice(2);
const load = name === undefined || !Object.hasOwn(benchmarks, name) ? undefined : benchmarks[name];
if (name === undefined) {
  await list();
} else if (load === undefined) {
  console.error(`no benchmark ${name}; there are: ${Object.keys(benchmarks).join(', ')}`);
  process.exitCode = 2;
} else {
  await run(name, await load(), words);
}
