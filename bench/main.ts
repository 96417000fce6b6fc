/*
 * `npm run bench` lists the benchmarks, `npm run bench -- NAME [ARGUMENTS]` runs one. Each prints figures beside a peer or a floor that it measured
 * in the same run.
 */
const benchmarks: Readonly<Record<string, string>> = {
  'converge-overhead': 'what running a program on nodes costs beside connecting to them',
};

const [name, ...rest] = process.argv.slice(2);
if (name === undefined) {
  for (const [each, about] of Object.entries(benchmarks)) console.log(`${each}  ${about}`);
} else if (name in benchmarks) {
  process.argv.splice(2, Infinity, ...rest);
  await import(`./${name}.js`);
} else {
  console.error(`no benchmark ${name}; there are: ${Object.keys(benchmarks).join(', ')}`);
  process.exitCode = 2;
}
