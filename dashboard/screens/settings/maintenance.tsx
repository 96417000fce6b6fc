import { cliCommands } from '../../api/cli-commands.js';
import { changeMaintenance } from '../../api/setting-requests.js';
import { Action } from '../../parts/action.js';
import { goToOperation } from '../../parts/route.js';
import { State } from '../../parts/small.js';

interface MaintenanceProps {
  readonly formation: string;
  readonly enabled: boolean;
  readonly mayChange: boolean;
}

/** Whether visitors see a page in the place of the app. */
export function Maintenance({ formation, enabled, mayChange }: MaintenanceProps) {
  return (
    <section>
      <h2>
        Maintenance <State name={enabled ? 'on' : 'off'} mood={enabled ? 'busy' : 'plain'} />
      </h2>
      <p>
        {enabled
          ? 'Visitors get a page with the status 503 in the place of the app. Its containers go on running.'
          : 'The app answers its visitors.'}
      </p>
      {mayChange && (
        <Action
          label={enabled ? 'End maintenance' : 'Begin maintenance'}
          command={cliCommands.maintenance(formation, !enabled)}
          onDo={() => goToOperation(changeMaintenance(formation, !enabled))}
        >
          <p>
            {enabled
              ? 'The proxies pass requests on to the app again.'
              : 'The proxies answer every request with a page and the status 503. The containers go on running.'}
          </p>
        </Action>
      )}
    </section>
  );
}
