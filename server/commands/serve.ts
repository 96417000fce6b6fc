import { setFlagsFromString } from 'node:v8';
import type { Logger } from 'pino';
import { UserError } from '../../base/errors.js';
import { onAbort } from '../../base/on-abort.js';
import type { Controller, StartOptions } from '../compose.js';
import { createLogger } from '../observe/logger.js';
import type { Settings } from '../settings/settings.js';
import { startedText } from '../started-text.js';
import type { AddCommand, CommandContext } from './command-context.js';
import { rolesOption } from './roles-option.js';

/** A stop that takes longer is cut: whatever supervises us must not have to. */
const stopDeadlineMs = 28_000;

interface ServeOptions {
  readonly beginEmpty?: boolean;
  readonly withoutBackup?: boolean;
}

/** `deis-controller serve`, which is also what no sub-command means. */
export const addServe: AddCommand = (program, context) => {
  program
    .command('serve', { isDefault: true })
    .summary('run the controller (the default)')
    .description(
      'Runs the controller until SIGTERM or SIGINT. Stopping hands running operations back; the next start ' +
        'takes them over.',
    )
    .addOption(rolesOption())
    .option('--begin-empty', 'where there is no database, begin one though there are backups of another')
    .option('--without-backup', 'migrate a database of an earlier release without a backup before')
    .allowExcessArguments()
    .action(async ({ beginEmpty = false, withoutBackup = false }: ServeOptions, serve) => {
      const [word] = serve.args;
      // A word that is no sub-command arrives here, because this is the default one.
      if (word !== undefined)
        throw new UserError(
          `${word} is not a command of deis-controller: expected one of ` +
            `${program.commands.map((command) => command.name()).join(', ')}`,
        );
      await start(context, { beginEmpty, withoutBackup });
    });
};

async function start(context: CommandContext, options: StartOptions): Promise<void> {
  const settings = context.settings();
  // Loaded here, since no other command needs it: it is nearly all of the program.
  const { composeController } = await import('../compose.js');
  keepHeapSmall();
  const log = createLogger(settings.logLevel);
  for (const problem of context.misspelt) log.warn({}, problem);
  for (const fault of settings.faults)
    log.warn(fault, 'DEIS_FAULTS: this controller will kill itself; for tests only');
  await serve((stopping) => composeController(settings, log, stopping, options), settings, log);
}

/** Runs until told to stop. A second signal, or the deadline, ends the process at once. */
async function serve(
  compose: (stopping: AbortSignal) => Promise<Controller>,
  settings: Settings,
  log: Logger,
): Promise<void> {
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
  const controller = await compose(stop.signal);
  log.info(controller.running, startedText(settings, controller.running.url));
  await new Promise<void>((resolve) => onAbort(stop.signal, resolve));
  await controller.stop();
  log.info({}, 'stopped');
  // Everything of ours has ended; what helpers left running (a download by npm) must not keep the process.
  process.exit();
}

/**
 * Garbage is collected when the heap has grown by a half, not fourfold: after a burst the memory comes back, and a
 * collection has less to look through while everybody waits for it.
 */
function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=50');
}
