import { Command, CommanderError } from 'commander';
import { UserError } from '../../base/errors.js';
import { settingsHelp } from '../settings/settings.js';
import { addBackup } from './backup/backup.js';
import { addBuildImages } from './build-images.js';
import { addBuildpacks } from './buildpacks.js';
import { addCertificate } from './keys/certificate.js';
import { addCheck } from './check.js';
import { commandContext, type AddCommand, type Env } from './command-context.js';
import { addDatabaseUrl } from './database/database-url.js';
import { addInstall } from './install.js';
import { withoutOldFlags } from './old-flags.js';
import { addPurge } from './purge.js';
import { addResetPassword } from './people/reset-password.js';
import { addResetTotp } from './people/reset-totp.js';
import { rolesOption } from './roles-option.js';
import { addRotateMasterKey } from './keys/rotate-key.js';
import { addSchedule } from './schedule.js';
import { addServe } from './serve.js';
import { addStopDatabase } from './database/stop-database.js';
import { addUpgrade } from './upgrade.js';

/** Every sub-command, in the order of the help. */
const commands: readonly AddCommand[] = [
  addServe,
  addCheck,
  addInstall,
  addBackup,
  addUpgrade,
  addSchedule,
  addCertificate,
  addDatabaseUrl,
  addBuildImages,
  addBuildpacks,
  addRotateMasterKey,
  addStopDatabase,
  addResetPassword,
  addResetTotp,
  addPurge,
];

/**
 * Runs the sub-command that the arguments name, `serve` without one; prints help when asked.
 * @throws UserError for wrong usage or settings; what the command throws
 */
export async function runControllerProgram(args: readonly string[], env: Env): Promise<void> {
  try {
    await controllerProgram(env).parseAsync(withoutOldFlags(args), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    throw new UserError(`${error.message.replace(/^error: /, '')}. See deis-controller --help`);
  }
}

function controllerProgram(env: Env): Command {
  const program = new Command('deis-controller')
    .description('The Deis Classic controller: HTTP API, git endpoint, builder, slug server and operations.')
    .usage('[COMMAND] [OPTION]')
    .helpOption('-h, --help', 'print this; COMMAND --help: print what a command does')
    .helpCommand(false)
    .enablePositionalOptions()
    .addOption(rolesOption())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .addHelpText('after', `\nSettings are environment variables:\n\n${settingsHelp()}`);
  let roles: string | undefined;
  program.hook('preAction', (_program, command) => {
    roles = command.optsWithGlobals<{ roles?: string }>().roles;
  });
  const context = commandContext(env, () => roles);
  for (const add of commands) add(program, context);
  return program;
}
