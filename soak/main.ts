/*
 * `npm run soak` lists the rows, `npm run soak -- NAME [ARGUMENTS]` runs one at full length, on nodes and a
 * controller of its own, and stops by itself. Exits with 1 when something did not hold, and with 2 for an
 * unknown name.
 */
import type { Soak } from './soak.js';

/** One line for each: a module that exports `soak`. */
const rows: Readonly<Record<string, () => Promise<{ readonly soak: Soak }>>> = {
  abuse: () => import('./abuse.js'),
  disk: () => import('./disk.js'),
  examples: () => import('./examples.js'),
  logs: () => import('./logs.js'),
  memory: () => import('./memory.js'),
  notice: () => import('./notice.js'),
  sigkill: () => import('./sigkill.js'),
};

const [name, ...args] = process.argv.slice(2);
const load = name === undefined || !Object.hasOwn(rows, name) ? undefined : rows[name];
if (name === undefined) {
  for (const [each, open] of Object.entries(rows)) console.log(`${each}  ${(await open()).soak.about}`);
} else if (load === undefined) {
  console.error(`soak: there is no row ${name}; rows are ${Object.keys(rows).join(', ')}`);
  process.exitCode = 2;
} else {
  const began = performance.now();
  await (await load()).soak.run({ args, talk: (line) => console.log(line) });
  console.log(`${name} held, in ${Math.round((performance.now() - began) / 1000)} s`);
}
