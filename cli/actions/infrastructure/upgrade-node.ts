import type { Call } from '../../call.js';
import { carryOut } from '../carry-out.js';

/** What became of it, in the operation's result. */
interface Upgrade {
  readonly packages?: readonly unknown[];
  readonly rebooted?: boolean;
  readonly reboot?: readonly string[];
}

/** `deis nodes:upgrade NODE [--reboot]`. @throws CliError as carryOut */
export async function upgradeNode(call: Call): Promise<void> {
  const node = call.arg(0);
  const path = await call.formationPath('nodes', node, 'upgrade');
  const { result } = await carryOut(call, path, { reboot: call.flag('reboot') });
  const { packages = [], rebooted = false, reboot = [] } = (result ?? {}) as Upgrade;
  const count = `${packages.length} package${packages.length === 1 ? '' : 's'}`;
  const did = packages.length === 0 ? `${node} has the newest packages` : `Upgraded ${count} of ${node}`;
  const still = reboot.length > 0 ? `, and it must reboot: deis nodes:upgrade ${node} --reboot` : '';
  call.output.talk(`${did}${rebooted ? ', and it has rebooted' : ''}${still}`);
}
