import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../source/source-imports.js';

/** Runs promtool to its end. */
export function runPromtool(args: readonly string[], input = ''): { exitCode: number | null; said: string } {
  const found = spawnSync(process.execPath, [join(projectRoot, 'bin', 'test', 'promtool.mjs')], {
    encoding: 'utf8',
  });
  const { status, stdout, stderr, error } = spawnSync(found.stdout.trim(), [...args], {
    input,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { exitCode: status, said: `${stdout}${stderr}${error?.message ?? ''}` };
}
