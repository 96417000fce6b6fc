import { clearHost, rememberHost } from '../hosts/adopted-host.js';
import { readHostFacts, type HostFacts } from '../hosts/host-facts.js';
import { hasAddress, reachFrom, type Reach, type ReachedPlace } from '../hosts/reach-hosts.js';
import type { Connection } from '../ssh/transport.js';
import type { CommandDeadline, CommandOutput } from './command-deadline.js';
import { exitCodeOf } from './exit-code.js';

/** The machine itself. Each function throws RemoteFailure. */
export interface HostCommands {
  /** Runs a shell command as the user that SSH enters as, and resolves to its exit code. */
  run(command: string, options: CommandOutput & CommandDeadline): Promise<number>;
  /** What an existing host is; changes nothing. */
  facts(options: CommandDeadline): Promise<HostFacts>;
  /**
   * What it reaches of other machines, in their order. Needs no rights there.
   * @param options a deadline of at least 10 s: silent places take that long, all of them together
   */
  reach(places: readonly ReachedPlace[], options: CommandDeadline): Promise<Reach[]>;
  /** Whether it has the address, or the name's, on an interface of its own. */
  hasAddress(address: string, options: CommandDeadline): Promise<boolean>;
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
    reach: (places, options) => reachFrom(connection, places, options),
    hasAddress: (address, options) => hasAddress(connection, address, options),
    remember: (options) => rememberHost(connection, options),
    clear: (packages, options) => clearHost(connection, packages, options),
  };
}
