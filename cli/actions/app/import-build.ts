import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Call } from '../../call.js';
import { usageError } from '../../terminal/errors.js';
import { carryOut, inRelease } from '../carry-out.js';

const wanted = ['url', 'sha256', 'procfile'] as const;
const example = 'deis builds:create --url=URL --sha256=SUM --procfile=Procfile';

/** Whether a build is to be fetched, and not made: one of its options says so. */
export function isImport(call: Call): boolean {
  return wanted.some((name) => call.option(name) !== undefined);
}

/** Has the controller fetch a slug that was built elsewhere, and deploys it. */
export async function importBuild(call: Call): Promise<void> {
  if (call.args.length > 0) throw usageError('an archive is built, a --url is fetched: name one', example);
  const [url, sha256, path] = wanted.map((name) => {
    const value = call.option(name);
    if (value === undefined) throw usageError(`--${name} is missing`, example);
    return value;
  }) as [string, string, string];
  const procfile = await readFile(resolve(call.terminal.cwd, path), 'utf8').catch((error: Error) => {
    throw usageError(`the Procfile ${path} cannot be read: ${error.message}`, example);
  });
  const ended = await carryOut(call, await call.formationPath('builds'), { url, sha256, procfile });
  call.output.talk(`Deployed ${sha256.slice(0, 7)}${inRelease(ended)}`);
}
