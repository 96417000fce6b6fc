import { clearHost, rememberHost } from '../hosts/adopted-host.js';
import { readHostFacts, type HostFacts } from '../hosts/host-facts.js';
import type { Connection } from '../ssh/transport.js';
import type { CommandDeadline, CommandOutput } from './command-deadline.js';
import { exitCodeOf } from './exit-code.js';

/** The machine itself. Each function throws RemoteFailure. */
export interface HostCommands {
  /** Runs a shell command as the user that SSH enters as, and resolves to its exit code. */
  run(command: string, options: CommandOutput & CommandDeadline): Promise<number>;
  /** What an existing host is; changes nothing. */
  facts(options: CommandDeadline): Promise<HostFacts>;
  /** Keeps on the host what converging will replace; the first time counts. */
  remember(options: CommandDeadline): Promise<void>;
  /**
   * Takes off what converging put there, and puts back what it replaced. Safe to repeat.
   * @param packages `remove` leaves the data and the configuration of installed packages, `purge` does not
   */
  clear(packages: 'remove' | 'purge', options: CommandDeadline): Promise<void>;
}

/** The machine over a connection. */
export function hostCommands(connection: Connection): HostCommands {
  return {
    run: (command, options) => exitCodeOf(connection, { ...options, command: ['sh', '-c', command] }),
    facts: (options) => readHostFacts(connection, options),
    remember: (options) => rememberHost(connection, options),
    clear: (packages, options) => clearHost(connection, packages, options),
  };
}
