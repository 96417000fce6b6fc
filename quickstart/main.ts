import { parseArgs } from 'node:util';
import { down } from './down.js';
import { findPlace } from './place.js';
import { Steps } from './steps.js';
import { up } from './up.js';

const usage = `Usage: npm run quickstart [-- [--publish PORT] [--no-launcher]]
       npm run quickstart:down [-- --purge]`;

/**
 * The quickstart command: `up` by default. Returns the exit code: 0 done, 1 failed, 2 wrong usage. `started`:
 * milliseconds since the epoch.
 */
export async function quickstart(
  argv: readonly string[],
  clock: { readonly started: number },
): Promise<number> {
  const options = parse(argv);
  if (options === null) {
    console.error(usage);
    return 2;
  }
  const place = findPlace();
  const steps = new Steps({ started: clock.started });
  try {
    if (options.verb === 'down') {
      await down(place, steps, options);
      console.log(
        options.purge
          ? 'The quickstart is gone.'
          : `The quickstart is down. Its data stay in ${place.dataDir}: ` +
              '`npm run quickstart:down -- --purge` removes them.',
      );
    } else {
      const url = await up(place, steps, options);
      console.log(`App is live: ${url}`);
    }
    return 0;
  } catch (error) {
    console.error(`Quickstart failed: ${describeFailure(error)}`);
    return 1;
  }
}

interface Options {
  readonly verb: 'up' | 'down';
  readonly publish: number | null;
  readonly launcher: boolean;
  readonly purge: boolean;
}

function parse(argv: readonly string[]): Options | null {
  const parsed = readArguments(argv);
  if (parsed === null || parsed.positionals.length > 1) return null;
  const verb = parsed.positionals[0] ?? 'up';
  const { publish, purge = false, 'no-launcher': noLauncher = false } = parsed.values;
  const port = publish === undefined ? null : Number(publish);
  if (port !== null && !isPort(port)) return null;
  if (verb === 'up' && !purge) return { verb, publish: port, launcher: !noLauncher, purge };
  if (verb === 'down' && port === null && !noLauncher) return { verb, publish: null, launcher: false, purge };
  return null;
}

function readArguments(argv: readonly string[]) {
  const options = {
    publish: { type: 'string' },
    purge: { type: 'boolean' },
    'no-launcher': { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options });
  } catch {
    return null;
  }
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}

/** A command's own output says more than the fact that it failed. */
function describeFailure(error: unknown): string {
  const failed = error as { shortMessage?: string; stderr?: string; message?: string };
  return [
    failed.shortMessage ?? failed.message ?? String(error),
    failed.shortMessage === undefined ? '' : (failed.stderr ?? ''),
  ]
    .filter(Boolean)
    .join('\n');
}
