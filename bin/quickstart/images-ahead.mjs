#!/usr/bin/env node
// Makes the images of the first quickstart while npm fetches its packages, of which this needs few: they are installed
// in a folder of their own, beside a copy of the sources that make images, and quickstart/images-ahead.ts runs there.
// Without these images quickstart makes them itself, a little later; so this says nothing, and failing does no harm.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folders, packages, partOfLock } from './small-install.mjs';

const installMs = 180_000;
/** Longer than the images may take, and than others that are waited for. */
const imagesMs = 2 * 3600_000;

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const work = { child: undefined, isCancelled: false };
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(name, () => {
    work.isCancelled = true;
    work.child?.kill(name);
  });

/** Resolves to whether it ended well. What it says is of use where this is run by hand. */
function run(command, args, cwd, timeout) {
  if (work.isCancelled) return Promise.resolve(false);
  return new Promise((resolve) => {
    work.child = spawn(command, args, { cwd, timeout, stdio: ['ignore', 'inherit', 'inherit'] });
    work.child.once('error', () => resolve(false));
    work.child.once('exit', (code) => resolve(code === 0));
  });
}

function layOut(folder) {
  const { manifest, lock } = partOfLock(
    JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')),
    packages,
  );
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
  for (const name of ['tsconfig.json', '.npmrc'])
    if (existsSync(join(root, name))) cpSync(join(root, name), join(folder, name));
  for (const name of folders) cpSync(join(root, name), join(folder, name), { recursive: true });
}

const folder = mkdtempSync(join(tmpdir(), 'deis-ahead-'));
try {
  layOut(folder);
  // Nothing of these is built by a script of its own where none may run.
  const install = [
    'ci',
    `--prefix=${folder}`,
    '--ignore-scripts',
    '--no-fund',
    '--no-audit',
    '--loglevel=error',
  ];
  const program = ['--import', 'tsx', join(folder, 'quickstart', 'images-ahead.ts'), root];
  const isMade =
    (await run('npm', install, folder, installMs)) &&
    (await run(process.execPath, program, folder, imagesMs));
  process.exitCode = isMade ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
