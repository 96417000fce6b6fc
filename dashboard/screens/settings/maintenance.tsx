import { cliCommands } from '../../api/cli-commands.js';
import { changeMaintenance } from '../../api/app/setting-requests.js';
import { Action } from '../../parts/action.js';
import { goToOperation } from '../../parts/route.js';
import { State } from '../../parts/small.js';

interface MaintenanceProps {
  readonly formation: string;
  readonly enabled: boolean;
  /** Where the page was fetched that visitors see; undefined: it is the proxies' own. */
  readonly page: string | undefined;
  readonly mayChange: boolean;
}

/** Whether visitors see a page in the place of the app. */
export function Maintenance({ formation, enabled, page, mayChange }: MaintenanceProps) {
  const shown = page === undefined ? "the proxies' own page" : `your page of ${page}`;
  return (
    <section>
      <h2>
        Maintenance <State name={enabled ? 'on' : 'off'} mood={enabled ? 'busy' : 'plain'} />
      </h2>
      <p>
        {enabled
          ? `Visitors get ${shown} with the status 503 in the place of the app. Its containers go on running.`
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
              : `Visitors get ${shown} with the status 503 in the place of the app. The containers go on running.`}
          </p>
        </Action>
      )}
    </section>
  );
}
