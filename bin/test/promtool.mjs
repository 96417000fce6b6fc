#!/usr/bin/env node
// promtool, which checks metrics and alert rules: `node bin/test/promtool.mjs` prints its path. It is taken out of
// Debian's package prometheus, once, into node_modules/.cache/promtool (or the folder that PROMTOOL_FOLDER names):
// installing the package would start a server.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = process.env.PROMTOOL_FOLDER ?? join(root, 'node_modules', '.cache', 'promtool');
const fetchMs = 120_000;

/** @returns the tool's `program`, or the `reason` why it cannot be had: no APT, or no mirror. */
export function installPromtool() {
  const program = join(folder, 'promtool');
  if (existsSync(program)) return { program };
  const work = join(folder, 'unpacked');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const run = (command, ...args) =>
    spawnSync(command, args, { cwd: work, encoding: 'utf8', timeout: fetchMs });
  const because = ({ error, stdout, stderr }) => {
    const said = error?.message ?? `${stdout}${stderr}`.trim().split('\n').pop();
    return { reason: `Debian's mirror did not give prometheus: ${said}` };
  };
  const fetched = run('apt-get', '-o', 'APT::Sandbox::User=root', '-qq', 'download', 'prometheus');
  const [archive] = readdirSync(work).filter((name) => name.endsWith('.deb'));
  if (fetched.status !== 0 || archive === undefined) return because(fetched);
  const unpacked = run('dpkg-deb', '-x', archive, 'files');
  if (unpacked.status !== 0) return because(unpacked);
  renameSync(join(work, 'files', 'usr', 'bin', 'promtool'), program);
  rmSync(work, { recursive: true, force: true });
  return { program };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { program, reason } = installPromtool();
  console.log(program ?? reason);
  process.exitCode = program === undefined ? 1 : 0;
}
