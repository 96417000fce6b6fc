import { cliCommands } from '../../api/cli-commands.js';
import { balance, converge, destroyFormation, whyRun } from '../../api/requests.js';
import { Action } from '../../parts/action.js';
import { goToOperation } from '../../parts/route.js';
import type { FormationProps } from '../formation.js';
import { Restart } from './restart.js';

/** What can be done to a formation as a whole. */
export function Actions({ formation }: FormationProps) {
  const { id, may } = formation;
  return (
    <div class="buttons">
      {may.includes('deploy') && (
        <>
          <Restart formation={formation} />
          <Action
            label="Converge"
            command={cliCommands.converge(id)}
            onDo={() => goToOperation(converge(id))}
          >
            <p>Every node is made what the databag says it must be.</p>
          </Action>
          <Action label="Plan" command={cliCommands.plan(id)} onDo={() => goToOperation(whyRun(id))}>
            <p>
              Each node is asked what a converge would change there, its drift. Nothing is changed. It takes
              its turn behind what is under way.
            </p>
          </Action>
        </>
      )}
      {may.includes('scale') && (
        <Action label="Balance" command={cliCommands.balance(id)} onDo={() => goToOperation(balance(id))}>
          <p>Containers move, unnoticed, until no node has two more than another.</p>
        </Action>
      )}
      {may.includes('destroy') && <Destroy formation={formation} />}
    </div>
  );
}

function Destroy({ formation: { id, on, guests } }: FormationProps) {
  if (guests.length > 0)
    return <p class="quiet">It can be destroyed when no formation lives on its nodes.</p>;
  return (
    <Action
      label="Destroy"
      confirmName={id}
      command={cliCommands.destroy(id)}
      onDo={() => goToOperation(destroyFormation(id))}
    >
      <p>
        {on === null ? 'Its nodes are terminated' : `What it has on the nodes of ${on} goes`}, and its
        releases, config and repository are deleted. Nothing brings them back.
      </p>
    </Action>
  );
}
