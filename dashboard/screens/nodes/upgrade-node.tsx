import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { upgradeNode } from '../../api/infrastructure/node-requests.js';
import { Action } from '../../parts/action.js';
import { Check } from '../../parts/form.js';
import { goToOperation } from '../../parts/route.js';

/** `deis nodes:upgrade`: its packages, and a reboot where that is wanted. */
export function UpgradeNode({ formation, node }: { formation: string; node: string }) {
  const [reboot, setReboot] = useState(false);
  return (
    <Action
      label={`Upgrade ${node}`}
      command={cliCommands.upgradeNode(formation, node, reboot)}
      onDo={() => goToOperation(upgradeNode(formation, node, reboot))}
    >
      <p>
        Containers move elsewhere, its packages are brought up to date, and it is open again as it was. Where
        a reboot is needed the operation says so.
      </p>
      <Check label="Reboot it where that is needed" value={reboot} onValue={setReboot} />
    </Action>
  );
}
