// The release before this one, as its commit in the history of the checkout: what upgrades are tried from and back to.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = join(root, 'node_modules', '.cache', 'last-release');
const commit = () =>
  JSON.parse(readFileSync(join(root, 'test', 'fixtures', 'last-release.json'), 'utf8')).commit;

/** @returns why it cannot be had, or nothing */
export function findLastRelease() {
  const { status } = spawnSync('git', ['cat-file', '-e', `${commit()}^{commit}`], { cwd: root });
  return status === 0 ? {} : { reason: `this checkout has no history: ${commit()} is not in it` };
}

/** Its sources, built, with the packages of this checkout; kept. @returns the folder */
export function buildLastRelease() {
  const place = join(folder, commit());
  if (existsSync(place)) return place;
  const making = `${place}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  try {
    const archive = execFileSync('git', ['archive', commit()], { cwd: root, maxBuffer: 512 * 1024 * 1024 });
    execFileSync('tar', ['-x', '-C', making], { input: archive });
    symlinkSync(join(root, 'node_modules'), join(making, 'node_modules'));
    execFileSync(process.execPath, [join(making, 'bin', 'build.mjs')], { cwd: making, stdio: 'ignore' });
    renameSync(making, place);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return place;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(buildLastRelease());
