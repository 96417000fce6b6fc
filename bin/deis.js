#!/usr/bin/env node
// The `deis` command. `--version` answers without loading anything else.
import { existsSync, readFileSync } from 'node:fs';

const words = process.argv.slice(2);
const compiled = new URL('../dist/cli/main.js', import.meta.url);

if (words.length === 1 && (words[0] === '--version' || words[0] === '-v')) {
  process.stdout.write(
    `deis ${JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version}\n`,
  );
} else if (!existsSync(compiled)) {
  process.stderr.write('Error: deis is not compiled here\n  run: npm run build\n');
  process.exitCode = 1;
} else {
  // `deis logs | head` closes our stdout: that is no error of ours.
  process.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  const { main } = await import(compiled.href);
  process.exitCode = await main(words);
}
