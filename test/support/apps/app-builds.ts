import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../../base/errors.js';
import type { BuiltSlug } from '../../../server/builder/build-slug.js';
import type { BenchOptions, BuildBench } from './build-bench.js';
import { projectRoot } from '../source/source-imports.js';

/** A commit of an app. */
export type Source = Awaited<ReturnType<BuildBench['commit']>>;

/** A slug with what was said to the pusher, and where it is unpacked. */
export interface Built extends BuiltSlug {
  readonly output: string;
  readonly folder: string;
}

export interface BuildOptions extends BenchOptions {
  readonly config?: Record<string, string>;
}

/** No registry, and nothing else. */
export const offline: BenchOptions = { network: { name: 'none', ensure: () => Promise.resolve('none') } };

const never = new AbortController().signal;

/**
 * Builds an app to its end. @throws UserError when the build fails, with all that was said before its message
 */
export async function buildApp(
  bench: BuildBench,
  formation: string,
  source: Source,
  { config = {}, ...options }: BuildOptions = {},
): Promise<Built> {
  const lines: string[] = [];
  const order = await bench.order(formation, source, config);
  const builder = bench.builder(options);
  try {
    const built = await builder.build(order, (line) => lines.push(line), never);
    return { ...built, output: lines.join('\n'), folder: await bench.unpack(built.slug.path) };
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    throw new UserError(`${lines.join('\n')}\n${error.message}`);
  } finally {
    await builder.discard(order);
  }
}

/** What a command prints that runs as an app's process does. @param more options of `docker run` */
export async function runApp(
  { instance, stack }: BuildBench,
  folder: string,
  command: string,
  more: readonly string[] = [],
): Promise<string> {
  const { stdout } = await execa('docker', [
    ...['run', '--rm', '--label', `deis.instance=${instance}`, '--network', 'none', '--read-only'],
    ...['--tmpfs', '/tmp', '--user', 'app', '--env', 'HOME=/app', '--env', 'PORT=5001', ...more],
    ...['-v', `${folder}:/app:ro`, stack, 'start', '--', command],
  ]);
  return stdout;
}

/** The files of a folder below test/fixtures, by path. */
export function fixtureFiles(...path: readonly string[]): Record<string, string> {
  const folder = join(projectRoot, 'test', 'fixtures', ...path);
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [relative(folder, file), readFileSync(file, 'utf8')]),
  );
}
