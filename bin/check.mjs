#!/usr/bin/env node
// `npm run check`: what reads the code beside the fast tests, for most machines have two cores. Each speaks when
// it has ended; any failure is the exit code.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lanes = [['check:code', 'lint:form', 'lint:shell'], ['test:fast']];

/** Runs npm scripts one after the other, until one fails. Answers whether all were well. */
async function runAll(scripts) {
  for (const script of scripts) {
    const child = spawn('npm', ['run', '-s', script], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
    const [code] = await once(child, 'close');
    process.stdout.write(
      Buffer.concat([Buffer.from(`${script}: ${code === 0 ? 'well' : 'FAILED'}\n`), ...output]),
    );
    if (code !== 0) return false;
  }
  return true;
}

const ended = await Promise.all(lanes.map(runAll));
process.exitCode = ended.every(Boolean) ? 0 : 1;
