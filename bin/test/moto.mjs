#!/usr/bin/env node
// moto, an AWS that others wrote, for the tests that import test/support/moto: `node bin/test/moto.mjs` prints the path
// of its server. It comes from PyPI once, in the versions of test/support/moto/requirements.txt, into a folder of its
// own below node_modules/.cache/moto (or the folder that MOTO_FOLDER names).
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram, whyNot } from './run-program.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const requirements = join(root, 'test', 'support', 'moto', 'requirements.txt');
const folder = process.env.MOTO_FOLDER ?? join(root, 'node_modules', '.cache', 'moto');
const installMs = 300_000;

/** @returns the server's `program`, or the `reason` why it cannot be had: no Python with venv, or no PyPI. */
export async function installMoto() {
  const versions = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const place = join(folder, versions);
  const program = join(place, 'bin', 'moto_server');
  const whole = join(place, 'whole');
  if (existsSync(whole)) return { program };
  rmSync(place, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // Wheels alone: nothing of a package runs while it is installed.
  const options = ['--quiet', '--disable-pip-version-check', '--only-binary=:all:', '--retries=0'];
  const steps = [
    ['python3', ['-m', 'venv', place]],
    [join(place, 'bin', 'pip'), ['install', ...options, '-r', requirements]],
  ];
  for (const [command, args] of steps) {
    const ended = await runProgram(command, args, { deadlineMs: installMs });
    if (ended.code === 0) continue;
    rmSync(place, { recursive: true, force: true });
    return { reason: `PyPI did not give moto: ${whyNot(ended, installMs, 2)}` };
  }
  writeFileSync(whole, '');
  return { program };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { program, reason } = await installMoto();
  console.log(program ?? reason);
  process.exitCode = program === undefined ? 1 : 0;
}
