import { rm } from 'node:fs/promises';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Logger } from 'pino';
import { Conflict, messageOf, UserError } from '../base/errors.js';
import { onAbort } from '../base/on-abort.js';
import { OperatorCookbooks } from '../provisioner/converge/operator-cookbooks.js';
import { ensureImages } from '../provisioner/images/ensure-images.js';
import { composeController, type Controller } from './compose.js';
import { DataDirectory } from './data-directory.js';
import { settingProblems } from './check-settings.js';
import { createLogger } from './logger.js';
import { embeddedHome } from './open-database.js';
import { rotateMasterKey } from './rotate-master-key.js';
import { readSettings, settingsHelp, unknownSettings, type Settings } from './settings.js';
import { EmbeddedPostgres } from './store/embedded-postgres.js';

type Env = Readonly<Record<string, string | undefined>>;

/** A stop that takes longer is cut: whatever supervises us must not have to. */
const stopDeadlineMs = 28_000;

const usage = `Usage: deis-controller [OPTION]

Runs the Deis Classic controller: HTTP API, git endpoint, builder, slug server and operations, until SIGTERM
or SIGINT. Stopping hands running operations back; the next start takes them over.

  --roles ROLES     what this process does: api, git, worker, slug; the same as DEIS_ROLES
  --check           check settings, TLS files, master key, DATABASE_URL and recipes, list every problem, start
                    nothing
  --database-url    print the database's URL with its password, for psql, pg_dump or knex
  --build-images    build the images of nodes and builds on this machine's Docker engine (once; needs root)
  --rotate-master-key
                    make a new master key and encrypt every secret under it; again, should it be cut off
  --stop-database   stop the embedded database that a killed controller left running
  --purge           remove the embedded database and everything else in the data directory
  --help            print this

Settings are environment variables:

`;

/**
 * The command `deis-controller`. Sets the process's exit code: 0, or 1 when it could not start, 2 for wrong
 * usage or settings.
 */
export async function main(args: readonly string[], env: Env): Promise<void> {
  try {
    await run(args, env);
  } catch (error) {
    const isOurs = error instanceof UserError || error instanceof Conflict;
    process.stderr.write(`deis-controller: ${isOurs ? error.message : detailsOf(error)}\n`);
    process.exitCode = isOurs && error instanceof UserError ? 2 : 1;
  }
}

function detailsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function run(args: readonly string[], env: Env): Promise<void> {
  const options = parseOptions(args);
  if (options.help) return void process.stdout.write(`${usage}${settingsHelp()}\n`);
  const settings = readSettings(options.roles === undefined ? env : { ...env, DEIS_ROLES: options.roles });
  const misspelt = unknownSettings(env);
  if (options.check) return check(settings, misspelt);
  if (options['database-url']) return printDatabaseUrl(settings);
  if (options['build-images']) return buildImages(settings);
  if (options['stop-database']) return stopDatabase(settings);
  if (options['rotate-master-key']) return rotate(settings);
  if (options.purge) return purge(settings);
  const log = createLogger(settings.logLevel);
  for (const name of misspelt) log.warn({}, `${name} is no setting: see deis-controller --help`);
  for (const fault of settings.faults)
    log.warn(fault, 'DEIS_FAULTS: this controller will kill itself; for tests only');
  await serve(settings, log);
}

/**
 * Also loads the operator's recipes, which otherwise shows when they are used. @throws UserError with every
 * problem
 */
async function check(settings: Settings, misspelt: readonly string[]): Promise<void> {
  let recipes: readonly string[] = [];
  const recipeProblems = await new OperatorCookbooks(settings.cookbookPath).loadAll().then(
    (names) => {
      recipes = names;
      return [];
    },
    (error: unknown) => [messageOf(error)],
  );
  const problems = [
    ...misspelt.map((name) => `${name} is not a setting: see deis-controller --help`),
    ...(await settingProblems(settings)),
    ...recipeProblems,
  ];
  if (problems.length > 0)
    throw new UserError(
      ['the settings are not right:', ...problems.map((problem) => `  ${problem}`)].join('\n'),
    );
  const lines = [
    'the settings are right',
    ...(recipes.length === 0 ? [] : [`recipes that layers may name: ${recipes.join(', ')}`]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function parseOptions(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { ...flag, short: 'h' },
        check: flag,
        'database-url': flag,
        purge: flag,
        'build-images': flag,
        'stop-database': flag,
        'rotate-master-key': flag,
        roles: { type: 'string' },
      },
      strict: true,
    }).values;
  } catch (error) {
    throw new UserError(`${(error as Error).message}. See deis-controller --help`);
  }
}

/** Runs until told to stop. A second signal, or the deadline, ends the process at once. */
async function serve(settings: Settings, log: Logger): Promise<void> {
  const stop = new AbortController();
  let signals = 0;
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      signals += 1;
      if (signals > 1) process.exit(1);
      log.info({ signal: name }, 'stopping');
      setTimeout(() => process.exit(1), stopDeadlineMs).unref();
      stop.abort();
    });
  }
  const controller: Controller = await composeController(settings, log, stop.signal);
  log.info(controller.facts, `the controller answers at ${controller.facts.url}`);
  await new Promise<void>((resolve) => onAbort(stop.signal, resolve));
  await controller.stop();
  log.info({}, 'stopped');
  // Everything of ours has ended; what helpers left running (a download by npm) must not keep the process.
  process.exit();
}

/**
 * With an embedded PostgreSQL that does not run: starts it, and leaves it running for the command that wants
 * the URL.
 */
async function printDatabaseUrl(settings: Settings): Promise<void> {
  const url =
    settings.databaseUrl ?? (await EmbeddedPostgres.start({ home: embeddedHome(settings.dataDir) })).url;
  process.stdout.write(`${url}\n`);
}

async function buildImages({ suite, mirror }: Settings): Promise<void> {
  const onProgress = (line: string): unknown => process.stderr.write(`${line}\n`);
  const { stack, node } = await ensureImages({ onProgress }, { suite, mirror });
  process.stdout.write(`${stack.name} ${stack.id}\n${node.name} ${node.id}\n`);
}

async function stopDatabase(settings: Settings): Promise<void> {
  const folder = await DataDirectory.open(settings.dataDir);
  const stopped = await EmbeddedPostgres.halt(embeddedHome(settings.dataDir));
  await folder.close();
  process.stdout.write(stopped ? 'stopped the embedded database\n' : 'no embedded database runs\n');
}

async function rotate(settings: Settings): Promise<void> {
  const { resumed, resealed, retiredTo } = await rotateMasterKey(settings, (line) =>
    process.stderr.write(`${line}\n`),
  );
  const lines = [
    `${resealed} secrets are encrypted under ${resumed ? 'the newest' : 'a new'} master key`,
    `the older key is in ${retiredTo}: backups of the database from before need it, nothing else does`,
  ];
  if (resumed) lines.push('this ended an earlier rotation that was cut off; run it again for another key');
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function purge(settings: Settings): Promise<void> {
  const folder = await DataDirectory.open(settings.dataDir);
  await EmbeddedPostgres.remove(embeddedHome(settings.dataDir));
  await folder.close();
  await rm(settings.dataDir, { recursive: true, force: true });
}

const isProgram =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isProgram) await main(process.argv.slice(2), process.env);
