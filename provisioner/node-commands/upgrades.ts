import { RemoteFailure } from '../../base/errors.js';
import type { Connection } from '../ssh/transport.js';
import type { CommandDeadline } from './command-deadline.js';
import { inputProgram, programText } from './node-program.js';

/** A package whose version has changed. */
export interface UpgradedPackage {
  readonly name: string;
  /** Null: it was not there. */
  readonly from: string | null;
  readonly to: string;
}

/** How an upgrade of a machine's packages ended. */
export interface UpgradeEnd {
  readonly exitCode: number;
  /** What has failed, `apt-get update`; null when nothing did. */
  readonly failed: string | null;
  readonly packages: readonly UpgradedPackage[];
  /** Names of those that stay as they are, because others would have to go. */
  readonly kept: readonly string[];
  /** Why the machine must reboot before all of it is in use; empty: it need not. */
  readonly reboot: readonly string[];
  /** The last lines of the output. */
  readonly lines: readonly string[];
}

/** `waiting`: an earlier one still runs; `died`: it has left no exit code, and runs no more. */
export type UpgradeState =
  | { readonly state: 'waiting' | 'died' }
  | { readonly state: 'running'; readonly at: string }
  | ({ readonly state: 'ended' } & UpgradeEnd);

/** New packages for a machine of Debian or Ubuntu. Each function throws RemoteFailure. */
export interface UpgradeCommands {
  /**
   * Begins the upgrade of this name unless that has begun, and tells how far it is. It goes on by itself, whoever asks
   * for it, and under whichever connection.
   * @param run letters, digits and hyphens
   */
  look(run: string, options: CommandDeadline): Promise<UpgradeState>;
  /** A word that is another one after each boot. */
  boot(options: CommandDeadline): Promise<string>;
  /** Resolves when the machine has begun to go down. */
  reboot(options: CommandDeadline): Promise<void>;
}

/** Where the machine keeps how far it is. */
const folder = '/var/lib/deis/upgrade';
/** A container that is a machine has the boot of its host, and a first process of its own. */
const bootWord = `cat /proc/sys/kernel/random/boot_id && sed 's/^.*) //' /proc/1/stat | cut -d' ' -f20`;
const maxPackages = 1000;

/** The same over a connection, with sudo. */
export function upgradeCommands(connection: Connection): UpgradeCommands {
  return {
    look: async (run, options) => {
      const program = inputProgram(['upgrade-look.sh'], [run, programText(['upgrade-packages.sh']), folder]);
      return parseUpgrade((await connection.exec({ ...options, ...program })).stdout);
    },
    boot: async (options) => {
      const { stdout } = await connection.exec({ ...options, command: ['sudo', '-n', 'sh', '-c', bootWord] });
      return stdout.trim().replaceAll('\n', ' ');
    },
    reboot: async (options) => {
      const command = ['sudo', '-n', 'systemctl', '--no-block', 'reboot'];
      await connection.exec({ ...options, command }).catch((error: unknown) => {
        // It may be gone before it has answered.
        if (!(error instanceof RemoteFailure) || error.phase !== 'lost') throw error;
      });
    },
  };
}

/** What upgrade-look.sh printed. */
export function parseUpgrade(text: string): UpgradeState {
  const lines = text.split('\n').map((line) => withoutLogins(line));
  const of = (key: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`${key} `) ? [line.slice(key.length + 1)] : []));
  const [, state, code] = /^(\w+)(?: (\d+))?$/.exec(of('state')[0] ?? '') ?? [];
  if (state === 'waiting') return { state };
  if (state === 'running') return { state, at: of('at')[0] ?? '' };
  if (state !== 'ended' || code === undefined) return { state: 'died' };
  return {
    state,
    exitCode: Number(code),
    failed: of('failed')[0] ?? null,
    packages: of('package').slice(0, maxPackages).flatMap(packageOf),
    kept: of('kept').slice(0, maxPackages),
    reboot: of('reboot'),
    lines: of('line'),
  };
}

function packageOf(text: string): UpgradedPackage[] {
  const [name = '', from = '', to = ''] = text.split(' ');
  return to === '' ? [] : [{ name, from: from === '-' ? null : from, to }];
}

/** A list of sources may hold the password of a mirror. */
function withoutLogins(line: string): string {
  return line.replaceAll(/:\/\/[^/\s@]*@/g, '://...@');
}
