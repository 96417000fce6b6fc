#!/usr/bin/env node
// promtool, which checks metrics and alert rules: `node bin/test/promtool.mjs` prints its path. It is taken out of
// Debian's package prometheus, once, into node_modules/.cache/promtool (or the folder that PROMTOOL_FOLDER names):
// installing the package would start a server.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram, whyNot } from './run-program.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = process.env.PROMTOOL_FOLDER ?? join(root, 'node_modules', '.cache', 'promtool');
const fetchMs = 120_000;

/** @returns the tool's `program`, or the `reason` why it cannot be had: no APT, or no mirror. */
export async function installPromtool() {
  const program = join(folder, 'promtool');
  if (existsSync(program)) return { program };
  const work = join(folder, 'unpacked');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const run = (command, ...args) => runProgram(command, args, { cwd: work, deadlineMs: fetchMs });
  const because = (ended) => ({
    reason: `Debian's mirror did not give prometheus: ${whyNot(ended, fetchMs)}`,
  });
  const fetched = await run('apt-get', '-o', 'APT::Sandbox::User=root', '-qq', 'download', 'prometheus');
  const [archive] = readdirSync(work).filter((name) => name.endsWith('.deb'));
  if (fetched.code !== 0 || archive === undefined) return because(fetched);
  const unpacked = await run('dpkg-deb', '-x', archive, 'files');
  if (unpacked.code !== 0) return because(unpacked);
  renameSync(join(work, 'files', 'usr', 'bin', 'promtool'), program);
  rmSync(work, { recursive: true, force: true });
  return { program };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { program, reason } = await installPromtool();
  console.log(program ?? reason);
  process.exitCode = program === undefined ? 1 : 0;
}
